namespace Tauten.NN;

/// <summary>
/// Each channel of images [.., height, width] with its values spread evenly: a value becomes (c - c0) / (n - c0) of the range, where c counts the elements whose bin is at most its own, c0 those of the
/// lowest bin that occurs, and n all. A channel of one bin stays. The same in training and in use; no gradient flows.
/// </summary>
/// <param name="bins">Into how many steps the range is cut.</param>
/// <param name="range">The values of images; 0 to 255 if left out. What lies outside counts as its end.</param>
/// <example><code>
/// var image = Tensor.From(new[,,] { { { 10f, 10, 20, 30 } } });
/// Console.WriteLine(new Equalization().Call(image));    // [[[  0.0000,   0.0000, 127.5000, 255.0000]]]
/// </code></example>
public sealed class Equalization(int bins = 256, ValueRange? range = null) : Module<Tensor, Tensor>
{
    readonly int bins = bins >= 2 ? bins : throw new ArgumentOutOfRangeException(nameof(bins), bins, "Equalization: expected at least 2 bins.");
    readonly ValueRange range = ValueRange.Of(range, nameof(Equalization));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Images.Check(x, nameof(Equalization));
        using var untracked = Gradients.NoGrad();
        var planes = x.Flatten(-2, -1).Flatten(0, -2);
        var places = ((planes - range.Low) * ((bins - 1) / range.Span)).Round().Clamp(0, bins - 1).To(DType.Int64);
        // Counted in float64, which is exact.
        var counts = Tensor.Zeros([planes.Shape[0], bins], DType.Float64).ScatterAdd(1, places, Tensor.OnesLike(planes, DType.Float64));
        var upTo = counts.CumSum(1);
        var lowest = counts.Gather(1, places.Min(1, keepDims: true));
        var span = upTo.Slice(1, bins - 1) - lowest;
        var spread = (upTo - lowest) / Tensor.Where(span > 0, span, 1) * range.Span + range.Low;
        return Tensor.Where(span > 0, spread.Gather(1, places).To(x.DType), planes).Reshape(x.Shape);
    }

    /// <inheritdoc/>
    protected override string Details() => $"{bins} bins";
}
