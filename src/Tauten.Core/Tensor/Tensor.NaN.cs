namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>The sum of all elements that are not NaN.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, float.NaN, 3]).NanSum());    // 4
    /// </code></example>
    public Tensor NanSum() => NanSum(AllAxes);

    /// <summary>The sum along axes of the elements that are not NaN.</summary>
    public Tensor NanSum(Dims axes, bool keepDims = false) => WithoutNaN(0).Sum(axes, keepDims);

    /// <summary>The product of all elements that are not NaN.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([2f, float.NaN, 3]).NanProd());    // 6
    /// </code></example>
    public Tensor NanProd() => NanProd(AllAxes);

    /// <summary>The product along axes of the elements that are not NaN.</summary>
    public Tensor NanProd(Dims axes, bool keepDims = false) => WithoutNaN(1).Prod(axes, keepDims);

    /// <summary>The mean of all elements that are not NaN; NaN if there are none.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, float.NaN, 3]).NanMean());    // 2
    /// </code></example>
    public Tensor NanMean() => NanMean(AllAxes);

    /// <summary>The mean along axes of the elements that are not NaN; NaN if there are none.</summary>
    /// <exception cref="DTypeException">The tensor is not floating-point.</exception>
    public Tensor NanMean(Dims axes, bool keepDims = false) => NanSum(axes, keepDims) / Numbers(axes, keepDims, "NanMean");

    /// <summary>The largest of all elements that are not NaN; NaN if there are none.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, float.NaN, 3]).NanMax());    // 3
    /// </code></example>
    public Tensor NanMax() => NanMax(AllAxes);

    /// <summary>The largest element along axes that is not NaN; NaN if there are none.</summary>
    /// <exception cref="ShapeException">An axis is empty.</exception>
    public Tensor NanMax(Dims axes, bool keepDims = false) => UnlessAllNaN(WithoutNaN(double.NegativeInfinity).Max(axes, keepDims), axes, keepDims);

    /// <summary>The smallest of all elements that are not NaN; NaN if there are none.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, float.NaN, 3]).NanMin());    // 1
    /// </code></example>
    public Tensor NanMin() => NanMin(AllAxes);

    /// <summary>The smallest element along axes that is not NaN; NaN if there are none.</summary>
    /// <exception cref="ShapeException">An axis is empty.</exception>
    public Tensor NanMin(Dims axes, bool keepDims = false) => UnlessAllNaN(WithoutNaN(double.PositiveInfinity).Min(axes, keepDims), axes, keepDims);

    /// <summary>
    /// The variance along axes, or of all elements, of those that are not NaN: divided by their number less <paramref name="correction"/>; NaN if there are too few.
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, float.NaN, 3]).NanVar());    // 2
    /// </code></example>
    /// <exception cref="DTypeException">The tensor is not floating-point.</exception>
    public Tensor NanVar(Dims? axes = null, double correction = 1, bool keepDims = false)
    {
        var each = axes ?? AllAxes;
        var distance = (this - NanMean(each, keepDims: true)).WithoutNaN(0);
        return distance.Square().Sum(each, keepDims) / (Numbers(each, keepDims, "NanVar") - correction).Maximum(0);
    }

    /// <summary>The standard deviation along axes, or of all elements, of those that are not NaN; the square root of <see cref="NanVar"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, float.NaN, 5]).NanStd(correction: 0));    // 2
    /// </code></example>
    /// <exception cref="DTypeException">The tensor is not floating-point.</exception>
    public Tensor NanStd(Dims? axes = null, double correction = 1, bool keepDims = false) => NanVar(axes, correction, keepDims).Sqrt();

    Tensor WithoutNaN(double value) => DType.IsFloating() ? Where(IsNaN(), value, this) : this;

    Tensor UnlessAllNaN(Tensor reduced, Dims axes, bool keepDims) => DType.IsFloating() ? Where(IsNaN().All(axes, keepDims), double.NaN, reduced) : reduced;

    /// <summary>How many elements along axes are not NaN, in the tensor's dtype.</summary>
    Tensor Numbers(Dims axes, bool keepDims, string op) => DType.IsFloating()
        ? (!IsNaN()).Sum(axes, keepDims).To(DType)
        : throw new DTypeException($"{op}: expected a floating-point dtype. Received: {DType.Name()}. Convert with To(dtype).");
}
