using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Pools beyond the plain ones, resampling, sampling at grids, and normalization over groups.</summary>
static class WindowCases
{
    static readonly Dim b = "b", c = "c", h = "h", w = "w";
    static readonly Dictionary<string, int> plane = Sizes(("b", 2), ("h", 5), ("w", 6)), least = Sizes(("h", 3), ("w", 3)), large = Sizes(("h", 60), ("w", 70), ("b", 4));
    static readonly Domain finite = new() { HasSpecials = false };
    // In images of two by two elements, points away from where neighbours change.
    static readonly Domain between = new() { Kinks = [-1.5, -1, -0.5, 0, 0.5, 1, 1.5], HasSpecials = false };

    public static IEnumerable<OpCase> All() =>
    [
        Chosen<MaxPool>("past the end", x => Dispatch.RunAll(new MaxPool([2, 3], [3, 2], [1, 0, 0, 1], [2, 1], true), x)),
        Averaged("past the end, padded", new([3, 2], [2, 3], [1, 0, 1, 1], false, true)),
        Averaged("past the end, padded, counted", new([3, 2], [2, 3], [1, 0, 1, 1], true, true)),
        Averaged("with a divisor", new([3, 2], [2, 1], [1, 0, 1, 1], true, false, 5)),
        new(typeof(AvgPool), "3d", x => [Dispatch.Run(new AvgPool([2, 1, 3], [1, 2, 2], [1, 0, 1, 0, 0, 1], false, true), x[0])], new Input([2, 3, h, w])) { Plain = plane, Least = least },
        Chosen<AdaptiveMaxPool>("", x => Dispatch.RunAll(new AdaptiveMaxPool([2, 3]), x)),
        new(typeof(AdaptiveMaxPool), "1d, larger", x => Dispatch.RunAll(new AdaptiveMaxPool([4]), x[0]), new Input([b, w], Domain.Distinct)) { IsExact = true, Least = Sizes(("w", 1)) },
        new(typeof(FractionalMaxPool), "", x => Dispatch.RunAll(new FractionalMaxPool([2, 1], [2, 3]), x[0], x[1].Detach()), new Input([b, 2, h, w], Domain.Distinct), new Input([b, 2, 2], Between(0, 1) with { HasSpecials = false }))
            { Plain = plane, Least = least, IsExact = true },

        Resized("nearest", new(1, 7, InterpolationMode.Nearest, 0, false, false)),
        Resized("nearest, exact", new(1, 2, InterpolationMode.NearestExact, 0, false, false)),
        Resized("linear, larger", new(1, 8, InterpolationMode.Linear, 0, false, false)),
        Resized("linear, from corner to corner", new(1, 7, InterpolationMode.Linear, 0, true, false)),
        Resized("cubic, by a scale", new(1, 7, InterpolationMode.Cubic, 1.3, false, false)),
        Resized("cubic, smaller without aliases", new(1, 3, InterpolationMode.Cubic, 0, false, true)),
        Resized("area", new(1, 3, InterpolationMode.Area, 0, false, false)),
        new(typeof(Resample), "to a named size", x => [Dispatch.Run(new Resample(1, x[1].Shape[0], InterpolationMode.Linear, 0, false, false), x[0])], new Input([h, w]), new Input(["n"])) { Least = Sizes(("w", 1), ("n", 1)), Large = Sizes(("h", 300), ("w", 50), ("n", 70)) },
        Resized<ResampleGradient>("", t => Dispatch.Run(new ResampleGradient(t.Shape[1] - 1, new(1, t.Shape[1], InterpolationMode.Linear, 0, false, false)), t), Sizes(("c", 2))),
        Resized<ResampleGradient>("to a fixed size", t => Dispatch.Run(new ResampleGradient(6, new(1, t.Shape[1], InterpolationMode.Cubic, 0, true, false)), t), Sizes(("c", 1))),

        .. from padding in new[] { GridPadding.Zeros, GridPadding.Border, GridPadding.Reflection } select Sampled($"linear, {padding}", new(InterpolationMode.Linear, padding, padding == GridPadding.Border)),
        Sampled("nearest", new(InterpolationMode.Nearest, GridPadding.Border, false)),
        Sampled("cubic", new(InterpolationMode.Cubic, GridPadding.Reflection, true)),
        new(typeof(GridSample), "3d", x => [Dispatch.Run(new GridSample(InterpolationMode.Linear, GridPadding.Zeros, false), x[0], x[1])], new Input([b, 2, 2, h, w], finite), new Input([b, 2, "p", 1, 3], between))
            { Plain = Sizes(("b", 1), ("h", 2), ("w", 2), ("p", 2)), Least = Sizes(("h", 2), ("w", 2)), Condition = 30, Reason = jump },

        Returned("linear", new(InterpolationMode.Linear, GridPadding.Reflection, false)),
        Returned("cubic", new(InterpolationMode.Cubic, GridPadding.Zeros, true)),

        new(typeof(GroupNorm), "", x => [Dispatch.Run(new GroupNorm(2, 1e-3), (ReadOnlySpan<Tensor>)x)], new Input([b, 4, w]), new Input([4]), new Input([4])) { Least = Sizes(("w", 1)), Large = Sizes(("b", 20), ("w", 300)), Condition = 20 },
        new(typeof(GroupNorm), "without weight", x => [x[0].GroupNorm(3, epsilon: 1e-3)], new Input([b, 3, h, w])) { Least = Sizes(("h", 1), ("w", 1)), Condition = 20 },
        new(typeof(RmsNorm), "", x => [Dispatch.Run(new RmsNorm(1, 1e-3), x[0], x[1])], new Input([b, h, w]), new Input([w])) { Least = Sizes(("w", 1)), Large = Sizes(("h", 50), ("w", 300)), Condition = 20 },
        // Functions that are phrases over these ops.
        Phrase<ConvolutionInputGradient>("as a transposed convolution", x => x[0].ConvTranspose2d(x[1], x[2], [2, 1], [1, 0], [1, 0], 1, [1, 2]), Sizes(("h", 1), ("w", 1)), new([b, 2, h, w], finite), new([2, 3, 2, 3], finite), new([3], finite)),
        Phrase<Convolution>("padded by reflection, without batch", x => x[0].Conv1d(x[1], x[2], padding: 2, padMode: PadMode.Reflect), Sizes(("w", 3)), new([2, w], finite), new([3, 2, 3], finite), new([3], finite)),
        Phrase<Windows>("as columns", x => x[0].Unfold([2, 3], 1, [1, 0], [2, 1]), Sizes(("h", 1), ("w", 3)), new Input([b, 2, h, w])),
        Phrase<OverlapAdd>("of columns", x => x[0].Fold([5, 4], [2, 3], 1, [1, 0], [2, 1]), [], new Input([b, 12, 6])),
        Phrase<Permute>("of pixels", x => x[0].PixelShuffle(2).ChannelShuffle(2).PixelUnshuffle(2), [], new Input([b, 8, h, w])),
        Phrase<Scatter>("as an unpooling", x => x[0].MaxPool2dWithIndices(2) is var (values, indices) ? values.MaxUnpool2d(indices, 2, size: [x[0].Shape[2], x[0].Shape[3]]) : x[0], Sizes(("h", 2), ("w", 2)), new Input([b, 2, h, w], Domain.Distinct)),
        Phrase<AvgPool>("of powers", x => x[0].LpPool2d(3, [2, 1], 1), Sizes(("h", 2), ("w", 1)), new Input([b, 2, h, w], Domain.Positive)),
        Phrase<AvgPool>("over channels", x => x[0].LocalResponseNorm(3, 0.5, 0.7, 2), Sizes(("c", 1), ("w", 1)), new Input([b, c, w])),
        Phrase<Resample>("over two axes by scales", x => x[0].InterpolateBy([1.5, 2], InterpolationMode.Linear), Sizes(("h", 1), ("w", 1)), new Input([b, 1, h, w])),
        Phrase<Resample>("over two axes to means", x => x[0].AdaptiveAvgPool2d([2, -1]), Sizes(("h", 1), ("w", 1)), new Input([b, 1, h, w])),
        Phrase<Mul>("in an affine grid", x => x[0].AffineGrid([x[0].Shape[0], 1, x[1].Shape[0], 3]), Sizes(("h", 1)), new([b, 2, 3], finite), new Input([h])),
        new(typeof(RmsNorm), "over two axes", x => [Dispatch.Run(new RmsNorm(2, 1e-3), x[0])], new Input([b, h, w])) { Least = Sizes(("h", 1), ("w", 1)), Condition = 20 },
    ];

    const string jump = "a point between two elements lies now here, now there";

    static OpCase Phrase<TOp>(string name, Func<Tensor[], Tensor> f, Dictionary<string, int> least, params Input[] inputs) where TOp : Op =>
        new(typeof(TOp), name, x => [f(x)], inputs) { DTypes = [DType.Float32, DType.Float64], Plain = Sizes(("b", 2), ("c", 4), ("h", 3), ("w", 4)), Least = least, Condition = 30, Reason = "several ops" };

    static OpCase Chosen<TOp>(string name, Func<Tensor, Tensor[]> f) where TOp : Op =>
        new(typeof(TOp), name, x => f(x[0]), new Input([b, 2, h, w], Domain.Distinct)) { IsExact = true, Plain = plane, Least = least, Large = large };

    static OpCase Averaged(string name, AvgPool op) =>
        new(typeof(AvgPool), name, x => [Dispatch.Run(op, x[0])], new Input([b, 2, h, w])) { Plain = plane, Least = least, Large = large };

    static OpCase Resized(string name, Resample op) => Resized<Resample>(name, x => Dispatch.Run(op, x), Sizes(("c", 1)));

    // The second axis of three, so that all widths of what lies behind it occur.
    static OpCase Resized<TOp>(string name, Func<Tensor, Tensor> f, Dictionary<string, int> least) where TOp : Op =>
        new(typeof(TOp), name, x => [f(x[0])], new Input([b, c, w])) { Plain = Sizes(("b", 2), ("c", 5), ("w", 3)), Least = least, Large = Sizes(("b", 9), ("c", 20), ("w", 130)) };

    static OpCase Returned(string name, GridSample op) =>
        new(typeof(GridSampleGradient), name, x => Dispatch.RunAll(new GridSampleGradient(op), x[0], x[1], x[2]), new Input([b, 2, h, w], finite), new Input([b, "p", 1, 2], between), new Input([b, 2, "p", 1], finite))
        {
            Plain = Sizes(("b", 2), ("h", 2), ("w", 2), ("p", 3)),
            Least = Sizes(("h", 2), ("w", 2)),
            Condition = 60,
            Reason = jump,
        };

    static OpCase Sampled(string name, GridSample op) =>
        new(typeof(GridSample), name, x => [Dispatch.Run(op, x[0], x[1])], new Input([b, 2, h, w], finite), new Input([b, "p", "q", 2], between))
        {
            Plain = Sizes(("b", 2), ("h", 2), ("w", 2), ("p", 2), ("q", 2)),
            Least = Sizes(("h", 2), ("w", 2)),
            Condition = 60,
            Reason = jump,
        };
}
