using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <inheritdoc cref="Ops.Gather"/>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 1f, 2f }, { 3f, 4f } });
    /// Console.WriteLine(x.Gather(1, Tensor.From(new[,] { { 0L, 0L }, { 1L, 0L } })));
    /// // [[1, 1],
    /// //  [4, 3]]
    /// </code></example>
    /// <exception cref="IndexException">An index lies outside of the axis.</exception>
    public Tensor Gather(int axis, Tensor index) => Dispatch.Run(new Gather(Shape.Axis(axis, "Gather")), this, index);

    /// <inheritdoc cref="Ops.Scatter"/>
    /// <example><code>
    /// var x = Tensor.Zeros([2, 3]);
    /// var index = Tensor.From(new[,] { { 2L }, { 0L } });
    /// Console.WriteLine(x.Scatter(1, index, Tensor.From(new[,] { { 5f }, { 6f } })));
    /// // [[0, 0, 5],
    /// //  [6, 0, 0]]
    /// </code></example>
    /// <exception cref="IndexException">An index lies outside of the axis.</exception>
    public Tensor Scatter(int axis, Tensor index, Tensor source) => Dispatch.Run(new Scatter(Shape.Axis(axis, "Scatter")), (ReadOnlySpan<Tensor>)[this, index, source]);

    /// <inheritdoc cref="Ops.ScatterAdd"/>
    /// <example><code>
    /// var counts = Tensor.Zeros([3]).ScatterAdd(0, Tensor.From([0L, 2, 2]), Tensor.Ones([3]));
    /// Console.WriteLine(counts);    // [1, 0, 2]
    /// </code></example>
    /// <exception cref="IndexException">An index lies outside of the axis.</exception>
    public Tensor ScatterAdd(int axis, Tensor index, Tensor source) => Dispatch.Run(new ScatterAdd(Shape.Axis(axis, "ScatterAdd")), (ReadOnlySpan<Tensor>)[this, index, source]);

    /// <inheritdoc cref="Ops.IndexSelect"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(6).Reshape(2, 3).IndexSelect(1, Tensor.From([2L, 0])));
    /// // [[2, 0],
    /// //  [5, 3]]
    /// </code></example>
    /// <exception cref="IndexException">An index lies outside of the axis.</exception>
    public Tensor IndexSelect(int axis, Tensor index) => Dispatch.Run(new IndexSelect(Shape.Axis(axis, "IndexSelect")), this, index);

    /// <inheritdoc cref="Ops.IndexAdd"/>
    /// <example><code>
    /// var x = Tensor.Zeros([2, 2]);
    /// Console.WriteLine(x.IndexAdd(0, Tensor.From([1L, 1]), Tensor.From(new[,] { { 1f, 2f }, { 3f, 4f } })));
    /// // [[0, 0],
    /// //  [4, 6]]
    /// </code></example>
    /// <exception cref="IndexException">An index lies outside of the axis.</exception>
    public Tensor IndexAdd(int axis, Tensor index, Tensor source) => Dispatch.Run(new IndexAdd(Shape.Axis(axis, "IndexAdd")), (ReadOnlySpan<Tensor>)[this, index, source]);

    /// <summary>A new last axis of size <paramref name="classes"/> with 1 at each index and 0 elsewhere.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1L, 0]).OneHot(3));
    /// // [[0, 1, 0],
    /// //  [1, 0, 0]]
    /// </code></example>
    /// <exception cref="IndexException">An index is negative or not below <paramref name="classes"/>.</exception>
    public Tensor OneHot(long classes, DType dtype = DType.Float32)
    {
        if (classes < 1) throw new ShapeException($"OneHot: expected at least one class. Received: {classes}.");
        // Positions from the end make no sense for classes. (Inside of a graph, only the kernel sees the values.)
        if (Ambient.Current.Capture is null && DType is DType.Int64 or DType.Int32 && ((this < 0) | (this >= classes)).Any().Item<bool>())
            throw new IndexException($"OneHot: the indices reach from {Min()} to {Max()}. Expected 0 to {classes - 1}.");
        return Eye(classes, dtype: dtype).IndexSelect(0, this);
    }

    /// <inheritdoc cref="Ops.NonZero"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(new[,] { { 0f, 5f }, { 6f, 0f } }).NonZero());
    /// // [[0, 1],
    /// //  [1, 0]]
    /// </code></example>
    public Tensor NonZero() => Dispatch.Run(Ops.NonZero.Instance, this);

    /// <summary>The elements for which <paramref name="mask"/> is true, as a vector; mask and tensor are broadcast. How many there are is known only from the data.</summary>
    /// <example><code>
    /// var x = Tensor.From([3f, -1, 2]);
    /// Console.WriteLine(x.MaskedSelect(x > 0));    // [3, 2]
    /// </code></example>
    public Tensor MaskedSelect(Tensor mask)
    {
        var shape = Shape.Broadcast(Shape, mask.Shape, "MaskedSelect");
        return shape.Rank == 0 ? Flatten()[mask.Flatten()] : BroadcastTo(shape)[mask.BroadcastTo(shape)];
    }

    /// <inheritdoc cref="Ops.Sort"/>
    /// <example><code>
    /// var (values, indices) = Tensor.From([3f, 1, 2]).Sort(descending: true);
    /// Console.WriteLine(values);    // [3, 2, 1]
    /// Console.WriteLine(indices);    // [0, 2, 1]
    /// </code></example>
    public (Tensor Values, Tensor Indices) Sort(int axis = -1, bool descending = false)
    {
        var y = Dispatch.RunAll(new Sort(Shape.Axis(axis, "Sort"), descending), this);
        return (y[0], y[1]);
    }

    /// <summary>The positions that would put the elements in order along an axis.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([3f, 1, 2]).ArgSort());    // [1, 2, 0]
    /// </code></example>
    public Tensor ArgSort(int axis = -1, bool descending = false) => Sort(axis, descending).Indices;

    /// <inheritdoc cref="Ops.TopK"/>
    /// <example><code>
    /// var (values, indices) = Tensor.From([3f, 1, 4, 1, 5]).TopK(2);
    /// Console.WriteLine(values);    // [5, 4]
    /// Console.WriteLine(indices);    // [4, 2]
    /// </code></example>
    public (Tensor Values, Tensor Indices) TopK(long k, int axis = -1, bool largest = true)
    {
        var y = Dispatch.RunAll(new TopK(k, Shape.Axis(axis, "TopK"), largest), this);
        return (y[0], y[1]);
    }
}
