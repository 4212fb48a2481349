using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <inheritdoc cref="Ops.Gather"/>
    /// <exception cref="IndexException">An index lies outside of the axis.</exception>
    public Tensor Gather(int axis, Tensor index) => Dispatch.Run(new Gather(Shape.Axis(axis, "Gather")), this, index);

    /// <inheritdoc cref="Ops.Scatter"/>
    /// <exception cref="IndexException">An index lies outside of the axis.</exception>
    public Tensor Scatter(int axis, Tensor index, Tensor source) => Dispatch.Run(new Scatter(Shape.Axis(axis, "Scatter")), (ReadOnlySpan<Tensor>)[this, index, source]);

    /// <inheritdoc cref="Ops.ScatterAdd"/>
    /// <exception cref="IndexException">An index lies outside of the axis.</exception>
    public Tensor ScatterAdd(int axis, Tensor index, Tensor source) => Dispatch.Run(new ScatterAdd(Shape.Axis(axis, "ScatterAdd")), (ReadOnlySpan<Tensor>)[this, index, source]);

    /// <inheritdoc cref="Ops.IndexSelect"/>
    /// <exception cref="IndexException">An index lies outside of the axis.</exception>
    public Tensor IndexSelect(int axis, Tensor index) => Dispatch.Run(new IndexSelect(Shape.Axis(axis, "IndexSelect")), this, index);

    /// <inheritdoc cref="Ops.IndexAdd"/>
    /// <exception cref="IndexException">An index lies outside of the axis.</exception>
    public Tensor IndexAdd(int axis, Tensor index, Tensor source) => Dispatch.Run(new IndexAdd(Shape.Axis(axis, "IndexAdd")), (ReadOnlySpan<Tensor>)[this, index, source]);

    /// <summary>A new last axis of size <paramref name="classes"/> with 1 at each index and 0 elsewhere.</summary>
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
    public Tensor NonZero() => Dispatch.Run(Ops.NonZero.Instance, this);

    /// <summary>The elements for which <paramref name="mask"/> is true, as a vector; mask and tensor are broadcast. How many there are is known only from the data.</summary>
    public Tensor MaskedSelect(Tensor mask)
    {
        var shape = Shape.Broadcast(Shape, mask.Shape, "MaskedSelect");
        return shape.Rank == 0 ? Flatten()[mask.Flatten()] : BroadcastTo(shape)[mask.BroadcastTo(shape)];
    }

    /// <inheritdoc cref="Ops.Sort"/>
    public (Tensor Values, Tensor Indices) Sort(int axis = -1, bool descending = false)
    {
        var y = Dispatch.RunAll(new Sort(Shape.Axis(axis, "Sort"), descending), this);
        return (y[0], y[1]);
    }

    /// <summary>The positions that would put the elements in order along an axis.</summary>
    public Tensor ArgSort(int axis = -1, bool descending = false) => Sort(axis, descending).Indices;

    /// <inheritdoc cref="Ops.TopK"/>
    public (Tensor Values, Tensor Indices) TopK(long k, int axis = -1, bool largest = true)
    {
        var y = Dispatch.RunAll(new TopK(k, Shape.Axis(axis, "TopK"), largest), this);
        return (y[0], y[1]);
    }
}
