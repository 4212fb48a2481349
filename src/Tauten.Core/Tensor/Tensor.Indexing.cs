using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>
    /// Part of the tensor. Positions, ranges, new axes and <see cref="TensorIndex.Ellipsis"/> give a view; masks and index tensors give a copy.
    /// Index tensors are broadcast against each other. Their common axes take the place of the axes they index where these are neighbours, and come first
    /// otherwise. A mask stands for positions on as many axes as it has. Single positions are taken before, so their axes do not count (as in PyTorch; for NumPy
    /// a position beside index tensors is one of them).
    /// </summary>
    /// <example><code>
    /// var x = Tensor.Arange(12).Reshape(3, 4);
    /// Console.WriteLine(x[0]);    // [0, 1, 2, 3]    the first row
    /// Console.WriteLine(x[.., ^1]);    // [ 3,  7, 11]    the last column
    ///
    /// // Rows 1 and 2, the last two columns.
    /// Console.WriteLine(x[1..3, ^2..]);
    /// // [[ 6,  7],
    /// //  [10, 11]]
    /// Console.WriteLine(x[x > 8]);    // [ 9, 10, 11]    a mask gives a vector
    /// Console.WriteLine(x[Tensor.From([2L, 0])].Shape);    // [2, 4]
    /// </code></example>
    /// <exception cref="IndexException">A position or range lies outside of its axis.</exception>
    /// <exception cref="ShapeException">There are more entries than axes, or a mask does not fit.</exception>
    [System.Runtime.CompilerServices.IndexerName("Part")]
    public Tensor this[params ReadOnlySpan<TensorIndex> index]
    {
        get
        {
            if (index.Length == 1 && index[0].Tensor is { DType: DType.Bool, Rank: > 1 } mask && mask.Rank <= Rank)
            {
                // The axes of a mask alone are one axis: positions on several would only be put together again.
                Selection.CheckMask(mask, 0, Shape);
                return Flatten(0, mask.Rank - 1).IndexSelect(0, mask.Flatten().NonZero().Select(1, 0));
            }
            var selection = Selection.Of(this, index);
            var part = selection.Viewed;
            return selection.Tensors is null ? part : part.TakeAt(selection.Tensors);
        }
    }

    /// <summary>This tensor with other values at one index entry; see <see cref="With(ReadOnlySpan{TensorIndex}, Tensor)"/>.</summary>
    public Tensor With(TensorIndex index, Tensor value) => With([index], value);

    /// <summary>This tensor with one number at one index entry; see <see cref="With(ReadOnlySpan{TensorIndex}, Tensor)"/>.</summary>
    public Tensor With(TensorIndex index, double value) => With([index], value);

    /// <summary>This tensor with one number in a part; see <see cref="With(ReadOnlySpan{TensorIndex}, Tensor)"/>.</summary>
    public Tensor With(ReadOnlySpan<TensorIndex> index, double value) => With(index, Scalar(value, DType));

    /// <summary>
    /// A new tensor in which the part that <paramref name="index"/> names has other values, broadcast to it. Gradients flow to both. In the brackets, a
    /// whole axis is <see cref="TensorIndex.All"/>: see there why not <c>..</c>.
    /// </summary>
    /// <example><code>
    /// var x = Tensor.Zeros([2, 3]);
    /// // The first row.
    /// Console.WriteLine(x.With(0, 1));
    /// // [[1, 1, 1],
    /// //  [0, 0, 0]]
    /// Console.WriteLine(x.With([TensorIndex.All, 1..3], Tensor.From([5f, 6])));
    /// // [[0, 5, 6],
    /// //  [0, 5, 6]]
    /// </code></example>
    /// <exception cref="ShapeException">The value does not broadcast to the part.</exception>
    public Tensor With(ReadOnlySpan<TensorIndex> index, Tensor value) => Write("With", index, value, accumulate: false);

    Tensor Write(string op, ReadOnlySpan<TensorIndex> index, Tensor value, bool accumulate)
    {
        if (value.DType != DType) throw new DTypeException($"{op}: a value of dtype {value.DType.Name()} cannot be put into a tensor of dtype {DType.Name()}. Convert it with To(dtype).");
        if (index.Length == 1 && index[0].Tensor is { DType: DType.Bool } mask && value.Rank <= Rank - mask.Rank) return WriteMasked(op, mask, value, accumulate);
        var selection = Selection.Of(this, index);
        if (selection.Tensors is null) return Replace(op, selection, accumulate ? selection.Viewed + value : value);
        var changed = selection.Viewed.PutAt(op, selection.Tensors, value, accumulate);
        return selection.IsWhole ? changed : Replace(op, selection, changed);
    }

    /// <summary>The same value at all places where a mask is true: a choice, which needs no positions.</summary>
    Tensor WriteMasked(string op, Tensor mask, Tensor value, bool accumulate)
    {
        Selection.CheckMask(mask, 0, Shape);
        Shape slice = [.. Shape.Skip(mask.Rank)];
        var whole = Shape.Broadcast(slice, value.Shape, op);
        if (whole.IsKnown && slice.IsKnown && whole != slice) throw new ShapeException($"{op}: a value of shape {value.Shape} cannot be broadcast to {slice}, what the mask leaves of shape {Shape}.");
        return Where(mask.Reshape([.. mask.Shape, .. Enumerable.Repeat((Dim)1, slice.Rank)]), accumulate ? this + value : value, this);
    }

    Tensor Replace(string op, Selection selection, Tensor value)
    {
        var target = selection.Viewed.Shape;
        Shape.Broadcast(target, value.Shape, op);
        if (value.Rank > target.Rank) value = value.Squeeze(Dims.Create([.. Enumerable.Range(0, value.Rank - target.Rank).Select(i => (long)i)]));
        return Dispatch.Run(new SliceUpdate(selection.Starts, selection.Steps), this, value.BroadcastTo(target).Reshape(selection.Sizes));
    }

    /// <summary>Elements at index tensors, one for each axis or null; a mask stands for as many axes as it has.</summary>
    Tensor TakeAt(Tensor?[] tensors)
    {
        var (moved, rows, index, lead, at) = Linearize(tensors);
        var taken = moved.Reshape([rows, .. moved.Shape.Skip(lead)]).IndexSelect(0, index);
        // The index axes come first now; they belong where the first indexed axis was, if the indexed axes were neighbours.
        return at == 0 ? taken : taken.Permute([.. Enumerable.Range(index.Rank, at), .. Enumerable.Range(0, index.Rank), .. Enumerable.Range(index.Rank + at, taken.Rank - index.Rank - at)]);
    }

    Tensor PutAt(string op, Tensor?[] tensors, Tensor value, bool accumulate)
    {
        var (moved, rows, index, lead, at) = Linearize(tensors);
        var flat = moved.Reshape([rows, .. moved.Shape.Skip(lead)]);
        Shape part = [.. index.Shape, .. moved.Shape.Skip(lead)];
        Shape seen = at == 0 ? part : [.. moved.Shape.Skip(lead).Take(at), .. index.Shape, .. moved.Shape.Skip(lead + at)];
        Shape.Broadcast(seen, value.Shape, op);
        if (value.Rank > seen.Rank) value = value.Squeeze(Dims.Create([.. Enumerable.Range(0, value.Rank - seen.Rank).Select(i => (long)i)]));
        var source = value.BroadcastTo(seen);
        if (at > 0) source = source.Permute([.. Enumerable.Range(at, index.Rank), .. Enumerable.Range(0, at), .. Enumerable.Range(at + index.Rank, seen.Rank - at - index.Rank)]);
        source = source.Reshape([index.Shape.ElementCount, .. flat.Shape.Skip(1)]);
        var places = index.Flatten();
        var changed = accumulate
            ? flat.IndexAdd(0, places, source)
            : flat.Scatter(0, places.Reshape([index.Shape.ElementCount, .. Enumerable.Repeat((Dim)1, flat.Rank - 1)]).BroadcastTo(source.Shape), source);
        return changed.Reshape(moved.Shape).PermuteBack(IndexedFirst(tensors));
    }

    int[] IndexedFirst(Tensor?[] tensors)
    {
        var indexed = Enumerable.Range(0, Rank).Where(i => tensors[i] is not null).ToArray();
        return [.. indexed, .. Enumerable.Range(0, Rank).Except(indexed)];
    }

    /// <summary>The indexed axes moved to the front, and one index into their product.</summary>
    (Tensor Moved, Dim Rows, Tensor Index, int Lead, int At) Linearize(Tensor?[] tensors)
    {
        var indexed = Enumerable.Range(0, Rank).Where(i => tensors[i] is not null).ToArray();
        var moved = Permute(IndexedFirst(tensors));
        Dim rows = 1;
        Tensor? index = null;
        foreach (int axis in indexed)
        {
            Dim size = Shape[axis];
            var at = tensors[axis]!.To(DType.Int64);
            // Only one axis: the kernel itself counts negative positions from the end and reports those outside.
            if (indexed.Length > 1) at = Wrapped(at, size, axis);
            index = index is null ? at : index * DimScalar(size, DType.Int64) + at;
            rows *= size;
        }
        bool neighbours = indexed[^1] - indexed[0] == indexed.Length - 1;
        return (moved, rows, index!, indexed.Length, neighbours ? indexed[0] : 0);
    }

    Tensor Wrapped(Tensor at, Dim size, int axis)
    {
        if (size.IsKnown && Ambient.Current.Capture is null && ((at >= size.Value) | (at < -size.Value)).Any().Item<bool>())
            throw new IndexException($"An index tensor holds positions outside of axis {axis} of shape {Shape}. Expected {-size.Value} to {size.Value - 1}.");
        return Where(at < 0, at + DimScalar(size, DType.Int64), at);
    }

    /// <summary>An index list worked out against a shape: a strided region, the view of it without the axes of single positions, and index tensors for its axes.</summary>
    sealed class Selection
    {
        public required Shape Starts { get; init; }
        public required Shape Sizes { get; init; }
        public required Dims Steps { get; init; }
        public required Tensor Viewed { get; init; }
        public required Tensor?[]? Tensors { get; init; }
        public required bool IsWhole { get; init; }

        public static Selection Of(Tensor x, ReadOnlySpan<TensorIndex> index)
        {
            int named = 0, ellipses = 0;
            foreach (var entry in index)
            {
                if (entry.Type == TensorIndex.Kind.Ellipsis) ellipses++;
                else if (entry.Type != TensorIndex.Kind.NewAxis) named += entry.Tensor is { DType: DType.Bool } mask ? mask.Rank : 1;
            }
            if (ellipses > 1) throw new ShapeException("An index may hold only one Ellipsis.");
            if (named > x.Rank) throw new ShapeException($"{named} axes are indexed, but a tensor of shape {x.Shape} has {x.Rank}.");
            var starts = new List<Dim>();
            var sizes = new List<Dim>();
            var steps = new List<long>();
            var viewed = new List<Dim>();
            var tensors = new List<Tensor?>();
            foreach (var entry in index)
            {
                int axis = starts.Count;
                switch (entry.Type)
                {
                    case TensorIndex.Kind.NewAxis:
                        viewed.Add(1);
                        tensors.Add(null);
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        for (int i = 0; i < x.Rank - named; i++) Whole();
                        break;
                    case TensorIndex.Kind.Position:
                        starts.Add(entry.Position(x.Shape[axis], axis, x.Shape));
                        sizes.Add(1);
                        steps.Add(1);
                        break;
                    case TensorIndex.Kind.Tensor when entry.Tensor!.DType == DType.Bool:
                        AddMask(entry.Tensor, axis);
                        break;
                    case TensorIndex.Kind.Tensor:
                        if (entry.Tensor!.DType is not (DType.Int64 or DType.Int32)) throw new DTypeException($"An index tensor must be bool, int64 or int32. Received: {entry.Tensor.DType.Name()}.");
                        Whole();
                        tensors[^1] = entry.Tensor;
                        break;
                    default:
                        var (start, count, step) = entry.Run(x.Shape[axis], axis, x.Shape);
                        Add(count.IsKnown && count == 0 ? 0 : start, count, step);
                        break;
                }
            }
            while (starts.Count < x.Rank) Whole();
            var region = Shape.Create([.. sizes]);
            var shape = Shape.Create([.. viewed]);
            bool whole = region.Equals(x.Shape) && steps.TrueForAll(s => s == 1) && shape.Equals(x.Shape);
            var (first, strides) = (Shape.Create([.. starts]), Dims.Create([.. steps]));
            return new()
            {
                Starts = first,
                Sizes = region,
                Steps = strides,
                Viewed = whole ? x : Dispatch.Run(new Slice(first, region, strides), x).Reshape(shape),
                Tensors = tensors.TrueForAll(t => t is null) ? null : [.. tensors],
                IsWhole = whole,
            };

            void Whole() => Add(0, x.Shape[starts.Count], 1);

            void Add(Dim start, Dim count, long step)
            {
                starts.Add(start);
                sizes.Add(count);
                steps.Add(step);
                viewed.Add(count);
                tensors.Add(null);
            }

            void AddMask(Tensor mask, int axis)
            {
                CheckMask(mask, axis, x.Shape);
                var positions = mask.NonZero();
                for (int i = 0; i < mask.Rank; i++)
                {
                    Whole();
                    tensors[^1] = positions.Select(1, i);
                }
            }
        }

        public static void CheckMask(Tensor mask, int axis, Shape shape)
        {
            for (int i = 0; i < mask.Rank; i++)
                if (mask.Shape[i] != shape[axis + i] && mask.Shape[i].IsKnown && shape[axis + i].IsKnown)
                    throw new ShapeException($"A mask of shape {mask.Shape} does not fit axes {axis} to {axis + mask.Rank - 1} of shape {shape}.");
            if (mask.Rank == 0) throw new ShapeException("A mask must have at least one axis; use Where for a single condition.");
        }
    }
}
