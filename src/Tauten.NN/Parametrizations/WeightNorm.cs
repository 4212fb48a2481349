namespace Tauten.NN;

/// <summary>
/// A weight as length times direction: g v / |v|, with one length for each index of an axis, or a single one (Salimans, Kingma: "Weight Normalization", 2016). Originals: <c>original0</c>, the lengths g,
/// and <c>original1</c>, the directions v.
/// </summary>
/// <param name="axis">The axis whose indices have lengths of their own; null for one length of all.</param>
/// <example><code>
/// var layer = new Linear(2, 1);
/// layer.Weight.Value = Tensor.From([3f, 4], [1, 2]);
/// layer.WeightNorm();
/// Console.WriteLine(layer.State()["parametrizations.weight.original0"]);    // [[5]]
/// </code></example>
public sealed class WeightNorm(int? axis = 0) : Parametrization
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor[] x) => x[1] * (x[0] / Length(x[1]));

    /// <inheritdoc/>
    public override Tensor[] RightInverse(Tensor value) => [Length(value), value];

    Tensor Length(Tensor v)
    {
        if (axis is not { } own) return v.Norm();
        int kept = v.Shape.Axis(own, nameof(WeightNorm));
        return v.Norm(2, Dims.Create([.. Enumerable.Range(0, v.Rank).Where(i => i != kept).Select(i => (long)i)]), keepDims: true);
    }

    /// <inheritdoc/>
    protected override string Details() => axis is { } own ? $"axis {own}" : "one length";
}
