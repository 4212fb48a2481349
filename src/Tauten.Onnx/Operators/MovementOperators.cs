using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Operators that give elements other places: shapes, slices, orders.</summary>
static class MovementOperators
{
    public static IEnumerable<Operator> All =>
    [
        Moving("Concat", 1, -1, c => Tensor.Concat(c.Tensors, c.Axis("axis", c.Version < 4 ? 1 : 0, c.ShapeOf(0).Rank))),
        Moving("DepthToSpace", 1, 1, DepthToSpace),
        Moving("Expand", 8, 1, Expand),
        Moving("Flatten", 1, 1, c => Matrix(c[0], (int)c.Int("axis", 1))),
        Of("Identity", 1, c => [c.Inputs[0]]),
        Moving("Reshape", 1, 1, Reshape),
        Moving("ReverseSequence", 10, 1, ReverseSequence),
        Of("Shape", 1, ShapeOf),
        Of("Size", 1, c => WholeNumbers.Of([c.ShapeOf(0).ElementCount], Shape.Scalar, ElementType.Int64)),
        Moving("Slice", 1, 1, Slice),
        Moving("SpaceToDepth", 1, 1, SpaceToDepth),
        Moving("Split", 1, 1, Split),
        Moving("Squeeze", 1, 1, Squeeze),
        Moving("Tile", 1, 1, Tile),
        Moving("Transpose", 1, 1, c => c.Ints("perm") is { } order ? c[0].Permute([.. order.Select(a => checked((int)a))]) : c[0].Permute([.. Enumerable.Range(0, c[0].Rank).Reverse()])),
        Moving("Unsqueeze", 1, 1, Unsqueeze),
    ];

    /// <summary>A tensor as a matrix, cut in two in front of an axis.</summary>
    internal static Tensor Matrix(Tensor x, int axis)
    {
        if (axis < -x.Rank || axis > x.Rank) throw new ModelFormatException($"axis {axis} does not exist in a tensor of rank {x.Rank}.");
        if (axis < 0) axis += x.Rank;
        return x.Reshape([Shape.Create([.. x.Shape.Take(axis)]).ElementCount, Shape.Create([.. x.Shape.Skip(axis)]).ElementCount]);
    }

    static OnnxValue ShapeOf(Call c)
    {
        var shape = c.ShapeOf(0);
        int start = End(c.Int("start", 0)), end = End(c.Int("end", shape.Rank));
        return WholeNumbers.Vector([.. shape.Skip(start).Take(Math.Max(0, end - start))]);

        int End(long position) => (int)Math.Clamp(position < 0 ? position + shape.Rank : position, 0, shape.Rank);
    }

    static Tensor Reshape(Call c)
    {
        var x = c[0];
        var target = c.Version < 5 ? Array.ConvertAll(c.Ints("shape") ?? throw new ModelFormatException("the attribute shape is missing."), n => (Dim)n) : c.Sizes(1);
        if (!c.Flag("allowzero"))
            for (int i = 0; i < target.Length; i++)
                if (target[i] == 0) target[i] = i < x.Rank ? x.Shape[i] : throw new ModelFormatException($"size 0 at axis {i} means that of the input, whose shape {x.Shape} has no such axis.");
        return x.Reshape(target);
    }

    static Tensor Expand(Call c)
    {
        var x = c[0];
        return x.BroadcastTo(Shape.Broadcast(x.Shape, Shape.Create(c.Sizes(1))));
    }

    static Tensor Tile(Call c)
    {
        var x = c[0];
        if (c.Version >= 6) return Repeated(x, c.Sizes(1));
        var times = Enumerable.Repeat((Dim)1, x.Rank).ToArray();
        times[Call.Axis(c.Long(2), x.Rank)] = c.Long(1);
        return Repeated(x, times);
    }

    static Tensor Repeated(Tensor x, Dim[] times)
    {
        if (times.Length != x.Rank) throw new ModelFormatException($"expected {x.Rank} repeats. Received: {times.Length}.");
        if (Array.TrueForAll(times, t => t.IsKnown)) return x.Repeat([.. times.Select(t => t.Value)]);
        Dim[] between = [.. x.Shape.SelectMany((d, i) => (Dim[])[times[i], d])], ones = [.. x.Shape.SelectMany(d => (Dim[])[1, d])];
        return x.Reshape(ones).BroadcastTo(Shape.Create(between)).Reshape([.. x.Shape.Select((d, i) => d * times[i])]);
    }

    static Tensor Squeeze(Call c)
    {
        long[]? axes = c.Version >= 13 ? (c.Has(1) ? c.Longs(1) : null) : c.Ints("axes");
        return axes is null ? c[0].Squeeze() : axes.Length == 0 ? c[0] : c[0].Squeeze(Dims.Create(axes));
    }

    static Tensor Unsqueeze(Call c)
    {
        long[] axes = (c.Version >= 13 ? c.Longs(1) : c.Ints("axes")) ?? throw new ModelFormatException("the axes are missing.");
        var x = c[0];
        int rank = x.Rank + axes.Length;
        var added = axes.Select(a => Call.Axis(a, rank)).ToHashSet();
        if (added.Count != axes.Length) throw new ModelFormatException($"an axis is named twice in [{string.Join(", ", axes)}].");
        var shape = new Dim[rank];
        for (int i = 0, k = 0; i < rank; i++) shape[i] = added.Contains(i) ? 1 : x.Shape[k++];
        return x.Reshape(shape);
    }

    static OnnxValue?[] Split(Call c)
    {
        var x = c[0];
        int axis = c.Axis("axis", 0, x.Rank);
        var size = x.Shape[axis];
        Dim[] sizes;
        if (c.Version < 13 ? c.Ints("split") is not null : c.Has(1)) sizes = c.Version < 13 ? Array.ConvertAll(c.Ints("split")!, n => (Dim)n) : c.Sizes(1);
        else if (c.Version < 13 && c.Has(1)) sizes = c.Sizes(1);
        else
        {
            int count = (int)c.Int("num_outputs", c.OutputCount);
            if (count < 1 || count > c.OutputCount) throw new ModelFormatException($"expected {c.OutputCount} parts. Received: num_outputs = {count}.");
            // The last part may be smaller.
            Dim each = size.IsKnown ? (size + count - 1) / count : size / count;
            sizes = [.. Enumerable.Repeat(each, count - 1), size - each * (count - 1)];
        }
        var parts = new OnnxValue?[sizes.Length];
        Dim start = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = x.Narrow(axis, start, sizes[i]);
            start += sizes[i];
        }
        if (start.IsKnown && size.IsKnown && start != size) throw new ModelFormatException($"parts of [{string.Join(", ", sizes)}] do not fill axis {axis} of shape {x.Shape}.");
        return parts;
    }

    static Tensor Slice(Call c)
    {
        var x = c[0];
        bool asInputs = c.Version >= 10;
        Dim[] starts = asInputs ? c.Sizes(1) : Listed("starts"), ends = asInputs ? c.Sizes(2) : Listed("ends");
        long[] axes = (asInputs ? (c.Has(3) ? c.Longs(3) : null) : c.Ints("axes")) ?? [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        long[] steps = asInputs && c.Has(4) ? c.Longs(4) : [.. Enumerable.Repeat(1L, starts.Length)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
            throw new ModelFormatException($"expected as many starts, ends, axes and steps. Received: {starts.Length}, {ends.Length}, {axes.Length} and {steps.Length}.");
        Dim[] from = [.. Enumerable.Repeat((Dim)0, x.Rank)], sizes = [.. x.Shape];
        long[] by = [.. Enumerable.Repeat(1L, x.Rank)];
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = Call.Axis(axes[i], x.Rank);
            by[axis] = steps[i];
            (from[axis], sizes[axis]) = Range(x.Shape[axis], starts[i], ends[i], steps[i]);
        }
        return Dispatch.Run(new Ops.Slice(Shape.Create(from), Shape.Create(sizes), Dims.Create(by)), x);

        Dim[] Listed(string name) => Array.ConvertAll(c.Ints(name) ?? throw new ModelFormatException($"the attribute {name} is missing."), n => (Dim)n);
    }

    /// <summary>Where a slice begins and how many elements it has. A start within an axis of unknown size is taken to exist there: the run finds out.</summary>
    static (Dim Start, Dim Size) Range(Dim size, Dim start, Dim end, long step)
    {
        if (step == 0) throw new ModelFormatException("a step is 0.");
        if (step > 0)
        {
            Dim from = Limited(start, size, isEnd: false), to = Limited(end, size, isEnd: true), room = to - from;
            return (from, room.IsKnown && room <= 0 ? 0 : (room + (step - 1)) / step);
        }
        // Backwards, from at most the last element to at least one before the first.
        Dim first = Backwards(start, size), last = Backwards(end, size), span = first - last;
        return (span.IsKnown && span <= 0 ? 0 : first, span.IsKnown && span <= 0 ? 0 : (span + (-step - 1)) / -step);
    }

    // Exporters write the end of an axis as a number that no axis reaches.
    const long Endless = int.MaxValue - 1L;

    static Dim Limited(Dim position, Dim size, bool isEnd)
    {
        if (!position.IsKnown) return position == size ? size : Dim.Min(position, size);
        long p = position;
        if (size.IsKnown) return Math.Clamp(p < 0 ? p + size : p, 0, size);
        if (p >= Endless) return size;
        if (p <= -Endless) return 0;
        return p < 0 ? size + p : p == 0 || !isEnd ? p : Dim.Min(p, size);
    }

    static Dim Backwards(Dim position, Dim size)
    {
        if (!position.IsKnown) return position == size ? size - 1 : Dim.Min(position, size - 1);
        long p = position;
        if (size.IsKnown) return Math.Clamp(p < 0 ? p + size : p, -1, size - 1);
        return p >= Endless ? size - 1 : p <= -Endless ? -1 : p < 0 ? size + p : Dim.Min(p, size - 1);
    }

    static Tensor DepthToSpace(Call c)
    {
        var (x, block) = (Image(c), c.Int("blocksize"));
        Dim channels = x.Shape[1] / (block * block), rows = x.Shape[2], columns = x.Shape[3];
        var moved = c.Text("mode", "DCR") == "CRD"
            ? x.Reshape(x.Shape[0], channels, block, block, rows, columns).Permute(0, 1, 4, 2, 5, 3)
            : x.Reshape(x.Shape[0], block, block, channels, rows, columns).Permute(0, 3, 4, 1, 5, 2);
        return moved.Reshape(x.Shape[0], channels, rows * block, columns * block);
    }

    static Tensor SpaceToDepth(Call c)
    {
        var (x, block) = (Image(c), c.Int("blocksize"));
        Dim rows = x.Shape[2] / block, columns = x.Shape[3] / block;
        return x.Reshape(x.Shape[0], x.Shape[1], rows, block, columns, block).Permute(0, 3, 5, 1, 2, 4).Reshape(x.Shape[0], x.Shape[1] * (block * block), rows, columns);
    }

    static Tensor Image(Call c) => c[0].Rank != 4 || c.Int("blocksize") < 1 ? throw new ModelFormatException($"expected an image [batch, channels, height, width] and a block of at least 1. Received: {c[0].Shape}.") : c[0];

    static Tensor ReverseSequence(Call c)
    {
        int batchAxis = (int)c.Int("batch_axis", 1), timeAxis = (int)c.Int("time_axis", 0);
        if (batchAxis + timeAxis != 1) throw new ModelFormatException($"the axes of time and batch are 0 and 1 or 1 and 0. Received: {timeAxis} and {batchAxis}.");
        var x = timeAxis == 0 ? c[0] : c[0].Transpose(0, 1);
        Tensor time = Tensor.Arange(0, x.Shape[0], DType.Int64).Unsqueeze(1), lengths = c[1].To(DType.Int64).Unsqueeze(0);
        var places = Tensor.Where(time < lengths, lengths - 1 - time, time);
        var reversed = x.Gather(0, places.Reshape([x.Shape[0], x.Shape[1], .. Enumerable.Repeat((Dim)1, x.Rank - 2)]).BroadcastTo(x.Shape));
        return timeAxis == 0 ? reversed : reversed.Transpose(0, 1);
    }
}
