using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>The slices along the first axis, each position's elements in ascending order along it; see <see cref="Sort(int, bool)"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(new[,] { { 3, 1 }, { 2, 9 } }).MSort());
    /// // [[2, 1],
    /// //  [3, 9]]
    /// </code></example>
    public Tensor MSort() => Sort(0).Values;

    /// <inheritdoc cref="RowOrder"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(new[,] { { 2, 1 }, { 1, 9 }, { 1, 3 } }).ArgSortRows());    // [2, 1, 0]
    /// </code></example>
    /// <exception cref="ShapeException">The tensor is not a matrix.</exception>
    public Tensor ArgSortRows() => Dispatch.Run(RowOrder.Instance, this);

    /// <inheritdoc cref="Ops.KthValue"/>
    /// <example><code>
    /// var (value, index) = Tensor.From([30f, 10, 20]).KthValue(2);
    /// Console.WriteLine($"{value} at {index}");    // 20 at 2
    /// </code></example>
    /// <exception cref="ShapeException"><paramref name="k"/> is not from 1 to the size of the axis.</exception>
    public (Tensor Values, Tensor Indices) KthValue(long k, int axis = -1, bool keepDims = false) => Chosen(new KthValue(k, Shape.Axis(axis, "KthValue"), keepDims));

    /// <inheritdoc cref="Ops.Median"/>
    /// <remarks>The median of statistics, which is the mean of two middle elements, is <c>Quantile(0.5)</c>.</remarks>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([4f, 1, 3, 2]).Median());    // 2    the lower one of two
    /// var (values, indices) = Tensor.From(new[,] { { 1f, 9f, 5f } }).Median(1);
    /// Console.WriteLine($"{values} at {indices}");    // [5] at [2]
    /// </code></example>
    /// <exception cref="ShapeException">The axis is empty.</exception>
    public (Tensor Values, Tensor Indices) Median(int axis, bool keepDims = false) => Chosen(new Median(Shape.Axis(axis, "Median"), keepDims, false));

    /// <inheritdoc cref="MedianOfAll"/>
    /// <exception cref="ShapeException">The tensor is empty, and not floating-point.</exception>
    public Tensor Median() => Dispatch.Run(new MedianOfAll(false), this);

    /// <summary>The median along an axis of the elements that are not NaN; see <see cref="Median(int, bool)"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([4f, float.NaN, 3, 2]).NanMedian());    // 3
    /// </code></example>
    /// <exception cref="ShapeException">The axis is empty.</exception>
    public (Tensor Values, Tensor Indices) NanMedian(int axis, bool keepDims = false) => Chosen(new Median(Shape.Axis(axis, "NanMedian"), keepDims, true));

    /// <summary>The median of all elements that are not NaN; NaN if there are none. Its gradient is shared equally among ties.</summary>
    /// <exception cref="ShapeException">The tensor is empty, and not floating-point.</exception>
    public Tensor NanMedian() => Dispatch.Run(new MedianOfAll(true), this);

    /// <inheritdoc cref="Ops.Mode"/>
    /// <example><code>
    /// var (values, indices) = Tensor.From([1, 2, 2, 3, 1, 2]).Mode();
    /// Console.WriteLine($"{values} at {indices}");    // 2 at 5
    /// </code></example>
    /// <exception cref="ShapeException">The axis is empty.</exception>
    public (Tensor Values, Tensor Indices) Mode(int axis = -1, bool keepDims = false) => Chosen(new Mode(Shape.Axis(axis, "Mode"), keepDims));

    (Tensor Values, Tensor Indices) Chosen(Op op)
    {
        var y = Dispatch.RunAll(op, this);
        return (y[0], y[1]);
    }

    /// <summary>For each value, where it belongs in this ascending tensor; see <see cref="Ops.SearchSorted"/>.</summary>
    /// <param name="values">What is looked up, of this tensor's dtype: of any shape if this tensor is a vector, else with the same sizes in front of the last axis.</param>
    /// <param name="right">Whether a value belongs behind the elements that equal it, not in front of them.</param>
    /// <param name="sorter">The positions (int64) that put this tensor in order along its last axis, if it is not.</param>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 3, 5]).SearchSorted(Tensor.From([3f, 6])));    // [1, 3]
    /// Console.WriteLine(Tensor.From([1f, 3, 5]).SearchSorted(Tensor.From([3f, 6]), right: true));    // [2, 3]
    /// </code></example>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public Tensor SearchSorted(Tensor values, bool right = false, Tensor? sorter = null) => sorter is null
        ? Dispatch.Run(new SearchSorted(right), this, values)
        : Dispatch.Run(new SearchSorted(right), (ReadOnlySpan<Tensor>)[this, values, sorter]);

    /// <summary>Where one number belongs in this ascending vector, a scalar; see <see cref="SearchSorted(Tensor, bool, Tensor)"/>.</summary>
    /// <exception cref="ShapeException">This tensor is not a vector.</exception>
    public Tensor SearchSorted(double value, bool right = false, Tensor? sorter = null) => SearchSorted(Scalar(value, DType), right, sorter);

    /// <summary>
    /// For each element, the number (int64) of the bucket it falls into, where <paramref name="boundaries"/>, an ascending vector, lie between the buckets: bucket i
    /// holds boundaries[i - 1] &lt; x &lt;= boundaries[i], or if <paramref name="right"/> boundaries[i - 1] &lt;= x &lt; boundaries[i].
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([15f, 40, 70]).Bucketize(Tensor.From([18f, 65])));    // [0, 1, 2]    minor, adult, senior
    /// </code></example>
    /// <exception cref="ShapeException">The boundaries are not a vector.</exception>
    public Tensor Bucketize(Tensor boundaries, bool right = false) => boundaries.Rank == 1
        ? boundaries.SearchSorted(this, right)
        : throw new ShapeException($"Bucketize: expected the boundaries as a vector. Received: shape {boundaries.Shape}.");

    /// <summary>Whether each element equals one of <paramref name="candidates"/>, a tensor of any shape; with <paramref name="invert"/> whether it equals none. NaN equals nothing.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2, 3]).IsIn(Tensor.From([3, 1])));    // [ True, False,  True]
    /// </code></example>
    /// <exception cref="DTypeException">The dtypes differ.</exception>
    public Tensor IsIn(Tensor candidates, bool invert = false)
    {
        Dim count = candidates.Shape.ElementCount;
        if (count.IsKnown && count == 0) return Full(Shape, invert ? 1 : 0, DType.Bool);
        var sorted = candidates.Reshape([-1]).Sort(0).Values;
        var place = sorted.SearchSorted(this).Minimum(DimScalar(count - 1, DType.Int64));
        var nearest = sorted.IndexSelect(0, place);
        return invert ? NotEqualTo(nearest) : EqualTo(nearest);
    }

    /// <summary>The different elements in ascending order; or the different slices along an axis. How many there are is known only from the data.</summary>
    /// <inheritdoc cref="UniqueAll"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([3, 1, 3, 2, 1]).Unique());    // [1, 2, 3]
    /// </code></example>
    public Tensor Unique(int? axis = null)
    {
        if (axis is not null) return UniqueAll(axis).Values;
        // Without positions and counts, which take more time than the sorting.
        var sorted = Reshape([-1]).Sort(0).Values;
        return sorted[Ops.Unique.Begins(sorted.Unsqueeze(-1))];
    }

    /// <summary>
    /// The different elements in ascending order, or the different slices along an axis; the position of the first one of each kind; for each element or slice the number of
    /// its kind; and how many of each kind there are. Each NaN differs from all others.
    /// </summary>
    /// <example><code>
    /// var (values, indices, inverse, counts) = Tensor.From([3, 1, 3, 2, 1]).UniqueAll();
    /// Console.WriteLine(values);    // [1, 2, 3]
    /// Console.WriteLine(counts);    // [2, 1, 2]
    /// Console.WriteLine(values[inverse]);    // [3, 1, 3, 2, 1]    the tensor again
    /// </code></example>
    /// <exception cref="ShapeException">The axis does not exist, or slices along it have no elements.</exception>
    public (Tensor Values, Tensor Indices, Tensor Inverse, Tensor Counts) UniqueAll(int? axis = null) => Kinds(axis, sorted: true);

    /// <summary>The elements in row-major order, or the slices along an axis, without those that equal the one before. How many there are is known only from the data.</summary>
    /// <inheritdoc cref="UniqueConsecutiveAll"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 1, 2, 2, 2, 1]).UniqueConsecutive());    // [1, 2, 1]
    /// </code></example>
    public Tensor UniqueConsecutive(int? axis = null) => UniqueConsecutiveAll(axis).Values;

    /// <summary>
    /// The runs of equal elements in row-major order, or of equal slices along an axis: the element or slice, the position of the first one of each run; for each
    /// element or slice the number of its run; and the length of each run. Each NaN differs from all others.
    /// </summary>
    /// <example><code>
    /// var (values, indices, inverse, counts) = Tensor.From([1, 1, 2, 2, 2, 1]).UniqueConsecutiveAll();
    /// Console.WriteLine(counts);    // [2, 3, 1]    run lengths
    /// </code></example>
    /// <exception cref="ShapeException">The axis does not exist, or slices along it have no elements.</exception>
    public (Tensor Values, Tensor Indices, Tensor Inverse, Tensor Counts) UniqueConsecutiveAll(int? axis = null) => Kinds(axis, sorted: false);

    (Tensor Values, Tensor Indices, Tensor Inverse, Tensor Counts) Kinds(int? axis, bool sorted)
    {
        var y = Dispatch.RunAll(new Unique(axis is { } a ? Shape.Axis(a, "Unique") : null, sorted), this);
        return (y[0], y[1], y[2], y[3]);
    }

    /// <summary>The positions of the elements that differ from 0, one row for each; the same as <see cref="NonZero"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0, 5, 0, 6]).ArgWhere());
    /// // [[1],
    /// //  [3]]
    /// </code></example>
    public Tensor ArgWhere() => NonZero();

    /// <summary>The positions of the elements that differ from 0, a vector (int64) for each axis: an index for <c>x[...]</c>. For a scalar it is that of its only element.</summary>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 0, 5 }, { 6, 0 } });
    /// var axes = x.NonZeroPerAxis();
    /// Console.WriteLine($"{axes[0]} {axes[1]}");    // [0, 1] [1, 0]
    /// Console.WriteLine(x[axes[0], axes[1]]);    // [5, 6]
    /// </code></example>
    public Tensor[] NonZeroPerAxis()
    {
        var positions = (Rank == 0 ? Reshape([1]) : this).NonZero();
        return [.. Enumerable.Range(0, Math.Max(Rank, 1)).Select(i => positions.Select(1, i))];
    }
}
