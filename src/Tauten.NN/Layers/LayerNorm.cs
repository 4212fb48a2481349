using System.Globalization;

namespace Tauten.NN;

/// <summary>
/// Normalizes over the last axes, for each position of those in front: (x - mean) / sqrt(variance + epsilon) * weight + bias, with the biased variance
/// (Ba, Kiros, Hinton: "Layer Normalization", 2016). The same in training and in use.
/// </summary>
/// <remarks>Parameters: <c>weight</c> and <c>bias</c> of the normalized shape, at first 1 and 0.</remarks>
/// <example><code>
/// Console.WriteLine(new LayerNorm(2).Call(Tensor.From(new[,] { { 1f, 3f }, { 10f, 30f } })));
/// // [[-1.0000,  1.0000],
/// //  [-1.0000,  1.0000]]
/// </code></example>
public sealed partial class LayerNorm : Module<Tensor, Tensor>
{
    readonly Parameter? weight, bias;
    readonly Shape shape;
    readonly double epsilon;

    /// <summary>A layer that normalizes over axes of these sizes.</summary>
    /// <param name="normalizedShape">The sizes of the last axes: one number for the last axis alone.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="affine">Whether there are a weight and a bias.</param>
    /// <param name="bias">Whether an affine layer has a bias.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">There is no axis, or a size is less than 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="epsilon"/> is negative.</exception>
    public LayerNorm(Dims normalizedShape, double epsilon = 1e-5, bool affine = true, bool bias = true, DType dtype = DType.Float32)
    {
        if (normalizedShape.Count == 0) throw new ShapeException("LayerNorm: normalizedShape must have at least one axis. Received: [].");
        foreach (long size in normalizedShape.Span) Initial.Size(size, nameof(LayerNorm), nameof(normalizedShape));
        if (!(epsilon >= 0)) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Expected a number that is not negative.");
        (shape, this.epsilon) = (Shape.Of(normalizedShape.Span), epsilon);
        weight = affine ? Initial.Constant(shape, 1, dtype) : null;
        this.bias = affine && bias ? Initial.Constant(shape, 0, dtype) : null;
    }

    /// <summary>Of the normalized shape; null if the layer is not affine.</summary>
    public Parameter? Weight => weight;

    /// <summary>Of the normalized shape; null if the layer is not affine or has none.</summary>
    public Parameter? Bias => bias;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Check(nameof(LayerNorm), x, shape);
        return x.LayerNorm(shape.Rank, weight?.Borrow(), bias?.Borrow(), epsilon);
    }

    /// <summary>Whether an input ends with the shape that is normalized.</summary>
    internal static void Check(string layer, Tensor x, Shape shape)
    {
        bool fits = x.Rank >= shape.Rank;
        for (int i = 1; fits && i <= shape.Rank; i++) fits = !x.Shape[^i].IsKnown || x.Shape[^i] == shape[^i];
        if (!fits) throw new ShapeException($"{layer}: expected an input whose last axes are {shape}. Received: shape {x.Shape}.");
    }

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"{shape}, epsilon {epsilon}{(weight is null ? ", not affine" : bias is null ? ", no bias" : "")}");
}
