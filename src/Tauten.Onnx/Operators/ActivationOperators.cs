using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Activation functions, and softmax with its relatives.</summary>
static class ActivationOperators
{
    const double SeluAlpha = 1.67326319217681884765625, SeluGamma = 1.05070102214813232421875;

    public static IEnumerable<Operator> All =>
    [
        Of("Celu", 12, c => c[0].Celu(c.Float("alpha", 1))),
        Of("Dropout", 1, Dropout) with { IsRandom = true },
        Of("Elu", 1, c => c[0].Elu(c.Float("alpha", 1))),
        Of("Gelu", 20, c => c[0].Gelu(c.Text("approximate", "none") == "tanh")),
        Of("HardSigmoid", 1, c => (c[0] * c.Float("alpha", 0.2f) + c.Float("beta", 0.5f)).Clamp(0, 1)),
        Of("HardSwish", 14, c => c[0].Hardswish()),
        Of("Hardmax", 1, c => AlongAxis(c, Hardmax)),
        Of("LeakyRelu", 1, c => c[0].LeakyRelu(c.Float("alpha", 0.01f))),
        Of("LogSoftmax", 1, c => AlongAxis(c, (x, axis) => x.LogSoftmax(axis))),
        Of("Mish", 18, c => c[0].Mish()),
        Of("PRelu", 1, PRelu),
        Of("Relu", 1, c => c[0].Relu()),
        Of("Selu", 1, c => c[0].Elu(c.Float("alpha", SeluAlpha)) * c.Float("gamma", SeluGamma)),
        Of("Shrink", 9, Shrink),
        Of("Sigmoid", 1, c => c[0].Sigmoid()),
        Of("Softmax", 1, c => AlongAxis(c, (x, axis) => x.Softmax(axis))),
        Of("Softplus", 1, c => c[0].Softplus()),
        Of("Softsign", 1, c => c[0].Softsign()),
        Of("Swish", 24, c => c[0] * (c[0] * c.Float("alpha", 1)).Sigmoid()),
        Of("Tanh", 1, c => c[0].Tanh()),
        Of("ThresholdedRelu", 10, c => Tensor.Where(c[0] > c.Float("alpha", 1), c[0], 0)),
    ];

    // Before version 13 the input was seen as a matrix, cut in two at the axis.
    static Tensor AlongAxis(Call c, Func<Tensor, int, Tensor> function)
    {
        var x = c[0];
        if (c.Version >= 13) return function(x, c.Axis("axis", -1, x.Rank));
        return function(MovementOperators.Matrix(x, (int)c.Int("axis", 1)), 1).Reshape(x.Shape);
    }

    static Tensor Hardmax(Tensor x, int axis)
    {
        var along = Tensor.Arange(0, x.Shape[axis], DType.Int64).Reshape([x.Shape[axis], .. Enumerable.Repeat((Dim)1, x.Rank - axis - 1)]);
        return along.EqualTo(x.ArgMax(axis, keepDims: true)).To(x.DType);
    }

    // Before version 7 the slopes stood along the channels.
    static Tensor PRelu(Call c)
    {
        var (x, slope) = (c[0], c[1]);
        if (c.Version < 7 && slope.Rank == 1 && x.Rank > 2) slope = slope.Reshape([slope.Shape[0], .. Enumerable.Repeat((Dim)1, x.Rank - 2)]);
        return Tensor.Where(x < 0, x * slope, x);
    }

    static Tensor Shrink(Call c)
    {
        var (given, limit, bias) = (c[0], c.Float("lambd", 0.5f), c.Float("bias", 0));
        // The limit may be a fraction where the elements are integers.
        var x = given.DType.IsFloating() ? given : given.To(DType.Float64);
        return Tensor.Where(x < -limit, x + bias, Tensor.Where(x > limit, x - bias, 0)).To(given.DType);
    }

    static OnnxValue?[] Dropout(Call c)
    {
        var x = c[0];
        bool trains = c.Version >= 12 ? c.Has(2) && c.Bool(2) : c.Version < 7 && !c.Flag("is_test");
        double rate = c.Version >= 12 ? (c.Has(1) ? c.Double(1) : 0.5) : c.Float("ratio", 0.5);
        if (!trains || rate == 0) return [x, Mask(Tensor.OnesLike(x, DType.Bool))];
        var kept = c.Node.Int("seed") is { } seed ? Kept(c, x.Shape, rate, seed) : Tensor.Bernoulli(1 - rate, x.Shape).To(DType.Bool);
        return [Tensor.Where(kept, x * (1 / (1 - rate)), 0), Mask(kept)];

        Tensor Mask(Tensor mask) => c.Version >= 10 ? mask : mask.To(x.DType);
    }

    // With a seed a node always drops the same elements, those of the specification's reference implementation.
    static Tensor Kept(Call c, Shape shape, double rate, long seed)
    {
        if (!shape.IsKnown) throw new NeedsValueException($"{c.Node}: the size of the input decides how many numbers are drawn.");
        var generator = new MersenneTwister((uint)seed);
        var kept = new bool[c.Bounded(shape.Count, "numbers")];
        for (int i = 0; i < kept.Length; i++) kept[i] = generator.NextDouble() >= rate;
        return Tensor.From(kept, shape);
    }
}
