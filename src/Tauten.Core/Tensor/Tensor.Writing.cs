using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>This tensor with one number wherever <paramref name="mask"/> is true; both are broadcast.</summary>
    /// <example><code>
    /// var x = Tensor.From([1f, -2, 3]);
    /// Console.WriteLine(x.MaskedFill(x &lt; 0, 0));    // [1, 0, 3]
    /// </code></example>
    public Tensor MaskedFill(Tensor mask, double value) => Where(mask, value, this);

    /// <summary>This tensor with a scalar's value wherever <paramref name="mask"/> is true; mask and tensor are broadcast. Gradients flow to both.</summary>
    /// <exception cref="ShapeException">The value is not a scalar.</exception>
    public Tensor MaskedFill(Tensor mask, Tensor value) =>
        value.Rank == 0 ? Where(mask, value, this) : throw new ShapeException($"MaskedFill: expected a scalar. Received: a value of shape {value.Shape}. Use Where for one value for each element.");

    /// <summary>
    /// This tensor with the elements of <paramref name="source"/>, one after the other in row-major order, wherever <paramref name="mask"/> is true; mask and
    /// tensor are broadcast. Elements that are left over are not used.
    /// </summary>
    /// <example><code>
    /// var mask = Tensor.From([true, false, true]);
    /// Console.WriteLine(Tensor.Zeros([3]).MaskedScatter(mask, Tensor.From([7f, 8, 9])));    // [7, 0, 8]
    /// </code></example>
    /// <exception cref="IndexException">The mask is true more often than the source has elements.</exception>
    public Tensor MaskedScatter(Tensor mask, Tensor source)
    {
        var shape = Shape.Broadcast(Shape, mask.Shape, "MaskedScatter");
        mask = mask.BroadcastTo(shape);
        // The number of each true element; the others read an element of padding in front of the source.
        var count = mask.Flatten().To(DType.Int64).CumSum(0);
        if (!mask.IsSymbolic && Ambient.Current.Capture is null && shape.Count > 0 && count[^1].Item<long>() is var needed && needed > source.Shape.Count)
            throw new IndexException($"MaskedScatter: the mask is true {needed} times, but the source has {source.Shape.Count} elements.");
        var place = Where(mask, count.Reshape(shape), 0);
        return Where(mask, source.Flatten().Pad(0, 1, 0).IndexSelect(0, place), this);
    }

    /// <summary>The positions at which <paramref name="condition"/> is true or differs from 0: a vector (int64) for each axis. How many there are is known only from the data.</summary>
    /// <seealso cref="NonZero"/>
    public static Tensor[] Where(Tensor condition) => condition.NonZero().Unbind(1);

    /// <summary>The elements at positions in row-major order, in the shape of <paramref name="index"/>; negative positions count from the end.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(6).Reshape(2, 3).Take(Tensor.From([5L, 0])));    // [5, 0]
    /// </code></example>
    /// <exception cref="IndexException">A position lies outside of the tensor.</exception>
    public Tensor Take(Tensor index) => Flatten().IndexSelect(0, index);

    /// <summary>
    /// This tensor with the elements of <paramref name="source"/> at positions in row-major order, or added there; negative positions count from the end. Of
    /// several elements for one place the last wins.
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Zeros([2, 2]).Put(Tensor.From([0L, 3]), Tensor.From([5f, 6])));
    /// // [[5, 0],
    /// //  [0, 6]]
    /// </code></example>
    /// <exception cref="IndexException">A position lies outside of the tensor.</exception>
    /// <exception cref="ShapeException">There are not as many elements as positions.</exception>
    public Tensor Put(Tensor index, Tensor source, bool accumulate = false)
    {
        if (index.Shape.IsKnown && source.Shape.IsKnown && index.Count != source.Count)
            throw new ShapeException($"Put: expected an element for each of {index.Count} positions. Received: a source of shape {source.Shape}.");
        var (flat, places, elements) = (Flatten(), index.Flatten(), source.Flatten());
        return (accumulate ? flat.IndexAdd(0, places, elements) : flat.Scatter(0, places, elements)).Reshape(Shape);
    }

    /// <summary>This tensor with one number at [.., index[i, j, ..], ..] along the axis; see <see cref="Scatter(int, Tensor, Tensor)"/>.</summary>
    /// <exception cref="IndexException">An index lies outside of the axis.</exception>
    public Tensor Scatter(int axis, Tensor index, double value) => Scatter(axis, index, Constant(value, new(DType, index.Shape)));

    /// <summary>
    /// For each element of the index, the element at that position along the axis: <see cref="Gather"/>, with tensor and index broadcast along the other axes.
    /// Goes with <see cref="ArgSort"/> and the positions of other reductions.
    /// </summary>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 30f, 10f, 20f } });
    /// Console.WriteLine(x.TakeAlongAxis(x.ArgSort(1), 1));    // [[10, 20, 30]]
    /// </code></example>
    /// <exception cref="IndexException">A position lies outside of the axis.</exception>
    /// <exception cref="ShapeException">The ranks differ, or the shapes cannot be broadcast.</exception>
    public Tensor TakeAlongAxis(Tensor index, int axis)
    {
        int i = Shape.Axis(axis, "TakeAlongAxis");
        if (index.Rank != Rank) throw new ShapeException($"TakeAlongAxis: expected an index of rank {Rank}. Received: shape {index.Shape}.");
        var others = Shape.Broadcast(Shape.With(i, 1), index.Shape.With(i, 1), "TakeAlongAxis");
        return BroadcastTo(others.With(i, Shape[i])).Gather(i, index.BroadcastTo(others.With(i, index.Shape[i])));
    }

    /// <summary>The elements at positions in row-major order, as a vector.</summary>
    /// <exception cref="IndexException">A position lies outside of the tensor.</exception>
    public Tensor TakeAlongAxis(Tensor index) => Take(index.Flatten());

    /// <summary>This tensor with another slice at one position of an axis; the counterpart of <see cref="Select"/>. Gradients flow to both.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Zeros([2, 2]).SelectScatter(Tensor.From([1f, 2]), 0, 1));
    /// // [[0, 0],
    /// //  [1, 2]]
    /// </code></example>
    /// <exception cref="ShapeException">The source does not have the shape of the slice.</exception>
    /// <exception cref="IndexException">The position lies outside of the axis.</exception>
    public Tensor SelectScatter(Tensor source, int axis, long position)
    {
        int i = Shape.Axis(axis, "SelectScatter");
        return WithExactly("SelectScatter", [.. Enumerable.Repeat(TensorIndex.All, i), position], source);
    }

    /// <summary>This tensor with other elements in a range of an axis; the counterpart of <see cref="Slice"/>. Gradients flow to both.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Zeros([6]).SliceScatter(Tensor.From([1f, 2]), 0, start: 1, stop: 5, step: 2));    // [0, 1, 0, 2, 0, 0]
    /// </code></example>
    /// <exception cref="ShapeException">The source does not have the shape of the range.</exception>
    /// <exception cref="IndexException">The range leaves the axis.</exception>
    public Tensor SliceScatter(Tensor source, int axis = 0, long start = 0, long? stop = null, long step = 1)
    {
        int i = Shape.Axis(axis, "SliceScatter");
        return WithExactly("SliceScatter", [.. Enumerable.Repeat(TensorIndex.All, i), TensorIndex.Stepped(start, stop, step)], source);
    }

    Tensor WithExactly(string op, TensorIndex[] index, Tensor source)
    {
        var part = this[index].Shape;
        if (part.Rank != source.Rank || (part.IsKnown && source.Shape.IsKnown && part != source.Shape)) throw new ShapeException($"{op}: expected a source of shape {part}. Received: {source.Shape}.");
        return With(index, source);
    }

    /// <summary>This tensor with whole slices of a source where the index says: slice j goes to position <c>index[j]</c> of the axis; of several for one place the last wins.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Zeros([3]).IndexCopy(0, Tensor.From([2L, 0]), Tensor.From([7f, 8])));    // [8, 0, 7]
    /// </code></example>
    /// <exception cref="ShapeException">The source does not have a slice for each position, or its slices have another shape.</exception>
    /// <exception cref="IndexException">A position lies outside of the axis.</exception>
    public Tensor IndexCopy(int axis, Tensor index, Tensor source)
    {
        int i = Shape.Axis(axis, "IndexCopy");
        var places = Places("IndexCopy", index);
        var expected = Shape.With(i, places.Shape[0]);
        if (expected.Rank != source.Rank || (expected.IsKnown && source.Shape.IsKnown && expected != source.Shape)) throw new ShapeException($"IndexCopy: expected a source of shape {expected}. Received: {source.Shape}.");
        return Scatter(i, places.Reshape([places.Shape[0], .. Enumerable.Repeat((Dim)1, Rank - 1 - i)]).BroadcastTo(source.Shape), source);
    }

    /// <summary>This tensor with one number in the slices at the positions that the index names.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Zeros([4]).IndexFill(0, Tensor.From([1L, 3]), 9));    // [0, 9, 0, 9]
    /// </code></example>
    /// <exception cref="IndexException">A position lies outside of the axis.</exception>
    public Tensor IndexFill(int axis, Tensor index, double value) => IndexFill(axis, index, Scalar(value, DType));

    /// <summary>This tensor with a scalar's value in the slices at the positions that the index names. Gradients flow to both.</summary>
    /// <exception cref="ShapeException">The value is not a scalar.</exception>
    /// <exception cref="IndexException">A position lies outside of the axis.</exception>
    public Tensor IndexFill(int axis, Tensor index, Tensor value)
    {
        int i = Shape.Axis(axis, "IndexFill");
        if (value.Rank != 0) throw new ShapeException($"IndexFill: expected a scalar. Received: a value of shape {value.Shape}.");
        var places = Places("IndexFill", index);
        var filled = Constant(0, new(DType.Bool, [Shape[i]])).Scatter(0, places, Constant(1, new(DType.Bool, places.Shape)));
        return Where(filled.Reshape([Shape[i], .. Enumerable.Repeat((Dim)1, Rank - 1 - i)]), value, this);
    }

    static Tensor Places(string op, Tensor index) => index.Rank <= 1 ? index.AtLeast1D() : throw new ShapeException($"{op}: expected a vector of positions. Received: shape {index.Shape}.");

    /// <summary>
    /// This tensor with other values in the part that <paramref name="index"/> names, as <see cref="With(ReadOnlySpan{TensorIndex}, Tensor)"/> gives it; or with the
    /// values added to the part, where several for one place are all added, in a fixed order.
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Zeros([3]).IndexPut([Tensor.From([0L, 2, 2])], Tensor.From(1f), accumulate: true));    // [1, 0, 2]
    /// </code></example>
    /// <exception cref="IndexException">A position lies outside of its axis.</exception>
    /// <exception cref="ShapeException">The value does not broadcast to the part.</exception>
    public Tensor IndexPut(ReadOnlySpan<TensorIndex> index, Tensor value, bool accumulate = false) => Write("IndexPut", index, value, accumulate);

    /// <summary>
    /// Positions in row-major order as positions on each axis of <paramref name="shape"/>, one tensor for each axis: what <see cref="ArgMax()"/> gives for a whole
    /// tensor, for its axes. Positions must not be negative.
    /// </summary>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 1f, 2f, 9f }, { 4f, 5f, 6f } });
    /// var place = x.ArgMax().UnravelIndex(x.Shape);
    /// Console.WriteLine($"row {place[0]}, column {place[1]}");    // row 0, column 2
    /// </code></example>
    /// <exception cref="DTypeException">The positions are not integers.</exception>
    public Tensor[] UnravelIndex(Shape shape)
    {
        if (!DType.IsInteger()) throw new DTypeException($"UnravelIndex: expected integers. Received: {DType.Name()}.");
        var places = new Tensor[shape.Rank];
        var rest = this;
        for (int i = shape.Rank - 1; i >= 0; i--)
        {
            var size = DimScalar(shape[i], DType);
            places[i] = i == 0 ? rest : rest % size;
            if (i > 0) rest = rest / size;
        }
        return places;
    }
}
