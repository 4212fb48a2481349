using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Matrix products and convolutions.</summary>
static class ContractionCases
{
    static readonly Dim m = "m", k = "k", n = "n", b = "b", c = "c", o = "o", h = "h", w = "w";
    const string order = "a long sum rounds after each product, in an order of the kernel's own";
    static readonly Domain finite = new() { HasSpecials = false };

    public static IEnumerable<OpCase> All() =>
    [
        Product("", [m, k], [k, n], Sizes(("m", 130), ("k", 140), ("n", 150))),
        Product("with a long inner axis", [m, k], [k, n], Sizes(("m", 9), ("k", 3000), ("n", 17)), "k"),
        Product("of a row", [1, k], [k, n], Sizes(("k", 300), ("n", 257)), "n"),
        Product("with a column", [m, k], [k, 1], Sizes(("k", 300), ("m", 257)), "m"),
        Product("of batches", [b, m, k], [b, k, n], Sizes(("b", 40), ("m", 20), ("k", 20), ("n", 20))),
        Product("with a broadcast batch", [b, 1, m, k], [c, k, n], Sizes(("b", 5), ("c", 6), ("m", 20), ("k", 20), ("n", 20))),
        Product("of rows in batches", [b, m, k], [k, n], Sizes(("b", 40), ("m", 20), ("k", 20), ("n", 20))),
        Product("of vectors", [k], [k], Sizes(("k", 5000))),
        Product("of a vector", [k], [b, k, n], Sizes(("k", 100), ("b", 10), ("n", 50))),

        Bytes("", [m, k], [k, n], DType.Int8, Sizes(("m", 130), ("k", 140), ("n", 150))),
        Bytes("with unsigned ones", [m, k], [k, n], DType.UInt8, Sizes(("m", 35), ("k", 2100), ("n", 70)), "n"),
        Bytes("of batches", [b, m, k], [2, 1, k, n], DType.Int8, Sizes(("b", 3), ("m", 9), ("k", 70), ("n", 40))),

        Sums("of matrices", "ij,jk->ki", [m, k], [k, n]),
        Sums("of batches", "b...ij,...jb->...ib", [b, 2, m, k], [k, b]),
        Sums("of a diagonal", "iji,kj->jk", [m, k, m], [n, k]),
        Sums("of one", "ijj->i", [m, k, k]),
        Sums("without a sum", "ij,kj->ikj", [m, k], [n, k]),
        Sums("with an axis of size 1", "ij,jk->ik", [m, 1], [k, n]),
        Sums("of four", "ij,jk,kl,l->i", [m, 2], [2, n], [n, k], [k]),

        .. Convolutions("1d", new([1], [1, 1], [1], 1), [b, c, w], [o, c, 3]),
        .. Convolutions("1d in steps, dilated", new([2], [0, 2], [2], 1), [b, c, w], [o, c, 3], 5),
        .. Convolutions("", new([1, 1], [0, 0, 0, 0], [1, 1], 1), [b, c, h, w], [o, c, 3, 3]),
        .. Convolutions("padded", new([1, 1], [1, 1, 1, 1], [1, 1], 1), [b, c, h, w], [o, c, 3, 3]),
        .. Convolutions("pointwise", new([1, 1], [0, 0, 0, 0], [1, 1], 1), [b, c, h, w], [o, c, 1, 1], 1),
        .. Convolutions("in steps", new([2, 3], [1, 0, 1, 0], [1, 1], 1), [b, c, h, w], [o, c, 2, 3]),
        .. Convolutions("dilated, padded unevenly", new([1, 2], [2, 0, 1, 3], [2, 1], 1), [b, c, h, w], [o, c, 2, 3]),
        .. Convolutions("in groups", new([1, 1], [1, 1, 1, 1], [1, 1], 2), [b, 4, h, w], [6, 2, 3, 3]),
        .. Convolutions("for each channel", new([1, 1], [1, 1, 1, 1], [1, 1], 5), [b, 5, h, w], [5, 1, 3, 3]),
        .. Convolutions("for each channel, in steps", new([2, 2], [0, 1, 1, 0], [1, 1], 4), [b, 4, h, w], [8, 1, 3, 2]),
        .. Convolutions("with an even window", new([1, 1], [1, 2, 2, 1], [1, 1], 1), [b, c, h, w], [o, c, 4, 4], 4),
        .. Convolutions("3d", new([1, 2, 1], [1, 0, 0, 0, 1, 1], [1, 1, 1], 1), [b, 2, 3, h, w], [3, 2, 2, 2, 3]),
        .. Convolutions("of single elements, in steps", new([2, 3], [0, 0, 0, 0], [1, 1], 1), [b, c, h, w], [o, c, 1, 1], 1),
        // Winograd's algorithm: its error goes with the largest values, not with those of a pixel.
        .. ManyChannels("of many channels", new([1, 1], [1, 1, 1, 1], [1, 1], 1), [b, 32, h, w], [33, 32, 3, 3], 1000),
        .. ManyChannels("of many channels, in steps", new([2, 2], [1, 1, 1, 1], [1, 1], 1), [b, 17, h, w], [16, 17, 3, 3]),
        .. ManyChannels("from few channels to many, in steps", new([2, 2], [1, 1, 1, 1], [1, 1], 1), [b, 3, h, w], [18, 3, 3, 3]),
    ];

    static OpCase Product(string name, Shape left, Shape right, Dictionary<string, int> large, string? wide = null) =>
        new(typeof(MatMul), name, x => [x[0].MatMul(x[1])], new Input(left), new Input(right)) { DTypes = Numerics, Large = large, Wide = wide, Condition = 200, Reason = order };

    static OpCase Bytes(string name, Shape left, Shape right, DType second, Dictionary<string, int> large, string? wide = null) =>
        new(typeof(MatMulInteger), name, x => [x[0].MatMulInteger(x[1])], new Input(left), new Input(right) { DType = second }) { DTypes = [DType.Int8, DType.UInt8], Large = large, Wide = wide, IsExact = true };

    static OpCase Sums(string name, string equation, params Shape[] shapes) =>
        new(typeof(Einsum), name, x => [Tensor.Einsum(equation, x)], [.. shapes.Select(s => new Input(s))]) { DTypes = Numerics, Condition = 200, Reason = order };

    /// <summary>
    /// Algorithms that are chosen for many channels. Infinities stay out, since Winograd's algorithm spreads them over a tile, and so do differences: the gradients are ops
    /// that are compared here themselves.
    /// </summary>
    static IEnumerable<OpCase> ManyChannels(string name, Convolution op, Shape x, Shape weight, double absolute = 0)
    {
        var output = op.Infer([new TensorSpec(DType.Float32, x), new TensorSpec(DType.Float32, weight)])[0].Shape;
        Input input = new(x, finite), filter = new(weight, finite), arriving = new(output, finite);
        yield return Make(typeof(Convolution), t => [Dispatch.Run(op, t[0], t[1])], input, filter);
        yield return Make(typeof(ConvolutionInputGradient), t => [Dispatch.Run(new ConvolutionInputGradient(t[0].Shape, op), t[1], t[2])], input, arriving, filter);
        yield return Make(typeof(ConvolutionWeightGradient), t => [Dispatch.Run(new ConvolutionWeightGradient(t[2].Shape, op), t[0], t[1])], input, arriving, filter);

        OpCase Make(Type type, Func<Tensor[], Tensor[]> f, params Input[] inputs) =>
            new(type, name, f, inputs)
            {
                DTypes = [DType.Float32, DType.Float64],
                Plain = Sizes(("b", 2), ("h", 7), ("w", 8)),
                Least = Sizes(("h", 3), ("w", 3)),
                Large = Sizes(("b", 2), ("h", 13)),
                Condition = 200,
                Absolute = absolute,
                Reason = order,
                Order = 0,
                IsCostly = true,
            };
    }

    static IEnumerable<OpCase> Convolutions(string name, Convolution op, Shape x, Shape weight, int least = 3)
    {
        var smallest = new[] { "h", "w" }.ToDictionary(s => s, _ => least);
        foreach (string channels in new[] { "c", "o" }) smallest[channels] = 1;
        var large = Sizes(("b", 3), ("h", 33), ("w", 40), ("c", 9), ("o", 17));
        if (x.Rank == 3) large["w"] = 3000;
        var plain = Sizes(("b", 2), ("c", 3), ("h", 5), ("w", 6), ("o", 4));
        // Weights and arriving gradients without special values: zeros of the padding times infinity are left open.
        yield return Make<Convolution>(x => [Dispatch.Run(op, x[0], x[1])], new Input(x), new Input(weight, finite));
        var output = op.Infer([new TensorSpec(DType.Float32, x), new TensorSpec(DType.Float32, weight)])[0].Shape;
        yield return Make<ConvolutionInputGradient>(t => [Dispatch.Run(new ConvolutionInputGradient(t[0].Shape, op), t[1], t[2])], new Input(x, finite), new Input(output, finite), new Input(weight, finite));
        yield return Make<ConvolutionWeightGradient>(t => [Dispatch.Run(new ConvolutionWeightGradient(t[2].Shape, op), t[0], t[1])], new Input(x, finite), new Input(output, finite), new Input(weight, finite));

        Input last = new([x[0], .. x.Skip(2), x[1]]);
        yield return Make<ChannelsLastConvolution>(t => [Dispatch.Run(new ChannelsLastConvolution(op), t[0], t[1], t[2])], last, new Input(weight, finite), new Input([weight[0]], finite));

        OpCase Make<TOp>(Func<Tensor[], Tensor[]> f, params Input[] inputs) where TOp : Op =>
            new(typeof(TOp), name, f, inputs)
            {
                Plain = plain,
                Least = smallest,
                Large = large,
                Condition = 200,
                Reason = order,
            };
    }
}
