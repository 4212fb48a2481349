using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Operators that draw numbers. Without a seed they draw from the generator of the thread that runs or captures.</summary>
static class RandomOperators
{
    public static IEnumerable<Operator> All =>
    [
        Random("Bernoulli", 15, (c, generator) =>
        {
            var x = c[0].To(DType.Float32);
            return Tensor.Bernoulli(x, generator).To(Dtype(c, c[0].DType));
        }),
        Random("Multinomial", 7, Multinomial),
        Random("RandomNormal", 1, (c, generator) => Normal(c, Attribute(c), DType.Float32, generator)),
        Random("RandomNormalLike", 1, (c, generator) => Normal(c, c.ShapeOf(0), c.Typed(0).ElementType.Carrier(), generator)),
        Random("RandomUniform", 1, (c, generator) => Uniform(c, Attribute(c), DType.Float32, generator)),
        Random("RandomUniformLike", 1, (c, generator) => Uniform(c, c.ShapeOf(0), c.Typed(0).ElementType.Carrier(), generator)),
    ];

    static Operator Random(string name, int first, Func<Call, Generator?, Tensor> rule) => Of(name, first, c => rule(c, c.Node.Float("seed") is { } seed ? new Generator(BitConverter.SingleToUInt32Bits(seed)) : null)) with { IsRandom = true };

    static Shape Attribute(Call c) => Shape.Of(c.Ints("shape") ?? throw new ModelFormatException("the attribute shape is missing."));

    static DType Dtype(Call c, DType otherwise) => c.Type("dtype")?.Carrier() ?? otherwise;

    static Tensor Normal(Call c, Shape shape, DType dtype, Generator? generator) => Tensor.Normal(c.Float("mean", 0), c.Float("scale", 1), shape, Dtype(c, dtype), generator);

    static Tensor Uniform(Call c, Shape shape, DType dtype, Generator? generator) => Tensor.Uniform(c.Float("low", 0), c.Float("high", 1), shape, Dtype(c, dtype), generator);

    // Gumbel's trick: the largest of log-probabilities with noise is a draw.
    static Tensor Multinomial(Call c, Generator? generator)
    {
        var x = c[0].To(DType.Float32);
        long count = c.Int("sample_size", 1);
        if (x.Rank != 2 || count < 1) throw new ModelFormatException($"expected log-probabilities [batch, classes] and a sample of at least 1. Received: {x.Shape} and {count}.");
        var noise = Tensor.Rand([x.Shape[0], count, x.Shape[1]], DType.Float32, generator).ClampMin(1e-30);
        return (x.Unsqueeze(1) - (-noise.Log()).Log()).ArgMax(2).To(Dtype(c, DType.Int32));
    }
}
