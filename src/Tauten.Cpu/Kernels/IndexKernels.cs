using System.Numerics;

namespace Tauten.Cpu;

/// <summary>Gather and scatter: from tensors to the loops, and errors for indices outside.</summary>
static unsafe class IndexKernels
{
    public static void Gather(Ops.Gather op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (source, index) = (x[0].Contiguous(), x[1].Contiguous());
        long outside;
        fixed (byte* ps = &source.First(), pi = &index.First(), py = &y[0].First())
            outside = Indexing.Gather(source.DType.Size(), index.DType, source.Layout.Sizes, ps, index.Layout.Sizes, pi, op.Axis, py);
        Check(op, outside, index, source.Shape[op.Axis], op.Axis);
        GC.KeepAlive(source);
    }

    public static void Scatter(Ops.Scatter op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        if (SameForAllSlices(x[1].Layout, y[0].Layout, op.Axis))
        {
            PutSlices(op, x, y[0]);
            return;
        }
        var (index, source) = (x[1].Contiguous(), x[2].Contiguous());
        MovementKernels.CopyTo(x[0], y[0]);
        long outside;
        fixed (byte* ps = &source.First(), pi = &index.First(), py = &y[0].First())
            outside = Indexing.Scatter(source.DType.Size(), index.DType, y[0].Layout.Sizes, py, index.Layout.Sizes, pi, op.Axis, ps);
        Check(op, outside, index, y[0].Shape[op.Axis], op.Axis);
        GC.KeepAlive(source);
    }

    /// <summary>Whether an index is a vector of positions, repeated for all that a slice holds.</summary>
    static bool SameForAllSlices(Layout index, Layout y, int axis)
    {
        if (index.Count == 0) return false;
        for (int i = 0; i < index.Rank; i++)
            if (i != axis && (index.Sizes[i] != y.Sizes[i] || (index.Strides[i] != 0 && index.Sizes[i] != 1))) return false;
        return true;
    }

    static void PutSlices(Ops.Scatter op, ReadOnlySpan<Tensor> x, Tensor y)
    {
        var layout = x[1].Layout;
        var index = x[1].View(Layout.Of(new(x[1].DType, Shape.Of(layout.Sizes[op.Axis])), [layout.Strides[op.Axis]], layout.Offset)).Contiguous();
        var source = x[2].Contiguous();
        var (outer, length, inner) = Around(y.Shape, op.Axis);
        MovementKernels.CopyTo(x[0], y);
        long outside;
        fixed (byte* ps = &source.First(), pi = &index.First(), py = &y.First())
            outside = Indexing.SelectPut(outer, length, inner * source.DType.Size(), py, index.DType, pi, index.Shape.Count, ps);
        Check(op, outside, index, length, op.Axis);
        GC.KeepAlive(source);
    }

    public static void ScatterAdd(Ops.ScatterAdd op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        MovementKernels.CopyTo(x[0], y[0]);
        Combine(op, Combination.Sum, op.Axis, y[0], x[1], x[2]);
    }

    public static void ScatterReduce(Ops.ScatterReduce op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        // 16-bit floats are combined in 32 bits, and means of integers in 64 bits, where neither sums nor counts overflow soon.
        var dtype = y[0].DType switch
        {
            DType.Float16 or DType.BFloat16 => DType.Float32,
            var t when t.IsInteger() && op.Combination == Combination.Mean => DType.Int64,
            var t => t,
        };
        var (start, index, source) = (x[0].To(dtype), x[1].Contiguous(), x[2].To(dtype).Contiguous());
        fixed (byte* pi = &index.First())
            Check(op, Indexing.FirstOutside(index.DType, pi, index.Shape.Count, start.Shape[op.Axis]), index, start.Shape[op.Axis], op.Axis);
        // Where the element of x does not count, what does not change the result comes first: 0 for a sum, 1 for a product, for an extreme any of the others.
        if (!op.IncludeSelf)
            start = start.Scatter(op.Axis, index, op.Combination switch { Combination.Sum or Combination.Mean => Tensor.Constant(0, source.Spec), Combination.Product => Tensor.Constant(1, source.Spec), _ => source });
        var result = dtype == y[0].DType ? y[0] : Tensor.Allocate(y[0].Backend, start.Spec);
        MovementKernels.CopyTo(start, result);
        Combine(op, op.Combination == Combination.Mean ? Combination.Sum : op.Combination, op.Axis, result, index, source);
        if (op.Combination == Combination.Mean)
        {
            var count = Tensor.Constant(1, result.Spec);
            if (!op.IncludeSelf) count = count.Scatter(op.Axis, index, Tensor.Constant(0, source.Spec));
            count = count.ScatterAdd(op.Axis, index, Tensor.Constant(1, source.Spec)).Maximum(1);
            // Rounded down: the remainder has the sign of the divisor.
            result = (dtype.IsInteger() ? result - result % count : result) / count;
        }
        if (!ReferenceEquals(result, y[0])) MovementKernels.CopyTo(result.To(y[0].DType), y[0]);
        GC.KeepAlive(source);
    }

    static void Combine(Ops.Op op, Combination combination, int axis, Tensor y, Tensor index, Tensor source)
    {
        (index, source) = (index.Contiguous(), source.Contiguous());
        long outside;
        fixed (byte* ps = &source.First(), pi = &index.First(), py = &y.First())
            outside = Indexing.ScatterCombine(combination, source.DType, index.DType, y.Layout.Sizes, py, index.Layout.Sizes, pi, axis, ps);
        Check(op, outside, index, y.Shape[axis], axis);
        GC.KeepAlive(source);
        GC.KeepAlive(y);
    }

    public static void IndexSelect(Ops.IndexSelect op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (source, index) = (x[0].Contiguous(), x[1].Contiguous());
        var (outer, length, inner) = Around(source.Shape, op.Axis);
        long outside;
        fixed (byte* ps = &source.First(), pi = &index.First(), py = &y[0].First())
            outside = Indexing.Select(outer, length, inner * source.DType.Size(), ps, index.DType, pi, index.Shape.Count, py);
        Check(op, outside, index, length, op.Axis);
        GC.KeepAlive(source);
    }

    public static void IndexAdd(Ops.IndexAdd op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (index, source) = (x[1].Contiguous(), x[2].Contiguous());
        var (outer, length, inner) = Around(y[0].Shape, op.Axis);
        MovementKernels.CopyTo(x[0], y[0]);
        long outside;
        fixed (byte* ps = &source.First(), pi = &index.First(), py = &y[0].First())
            outside = Indexing.SelectAdd(source.DType, outer, length, inner, py, index.DType, pi, index.Shape.Count, ps);
        Check(op, outside, index, length, op.Axis);
        GC.KeepAlive(source);
    }

    public static void NonZero(Ops.NonZero op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var mask = x[0].To(DType.Bool).Contiguous();
        fixed (byte* pm = &mask.First())
        {
            long found = CountOnes(pm, mask.Shape.Count);
            y[0] = Tensor.Allocate(mask.Backend, new(DType.Int64, Shape.Of(found, mask.Rank)));
            fixed (byte* py = &y[0].First())
            {
                if (mask.Rank == 1) Positions(pm, found, (long*)py);
                else if (mask.Rank > 1) Positions(pm, mask.Layout.Sizes, found, (long*)py);
            }
        }
        GC.KeepAlive(mask);
    }

    /// <summary>How many of some bytes, which are 0 or 1, are 1.</summary>
    static long CountOnes(byte* mask, long count)
    {
        long found = 0, i = 0;
        for (; i <= count - 8; i += 8) found += BitOperations.PopCount(*(ulong*)(mask + i));
        for (; i < count; i++) found += mask[i];
        return found;
    }

    /// <summary>Where the ones are. Each place is written and kept only if it is one: there is no branch to guess.</summary>
    static void Positions(byte* mask, long found, long* position)
    {
        long written = 0;
        for (long i = 0; written < found; i++)
        {
            position[written] = i;
            written += mask[i];
        }
    }

    /// <summary>Where the ones are on each axis, row by row.</summary>
    static void Positions(byte* mask, ReadOnlySpan<long> sizes, long found, long* position)
    {
        int last = sizes.Length - 1;
        var row = new long[last];
        for (; found > 0; mask += sizes[last])
        {
            for (long i = 0; i < sizes[last]; i++)
            {
                if (mask[i] == 0) continue;
                for (int d = 0; d < last; d++) position[d] = row[d];
                position[last] = i;
                position += last + 1;
                found--;
            }
            for (int d = last - 1; d >= 0 && ++row[d] == sizes[d]; d--) row[d] = 0;
        }
    }

    public static void RepeatedPositions(Ops.RepeatedPositions op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var times = x[0].To(DType.Int64).Contiguous();
        long count = times.Shape.Count, total = 0;
        fixed (byte* pt = &times.First())
        {
            for (long i = 0; i < count; i++)
            {
                long some = ((long*)pt)[i];
                if (some < 0) throw new IndexException($"{op}: position {i} cannot be repeated {some} times. Expected 0 or more.");
                total = checked(total + some);
            }
            y[0] = Tensor.Allocate(times.Backend, new(DType.Int64, Shape.Of(total)));
            fixed (byte* py = &y[0].First())
            {
                var position = (long*)py;
                for (long i = 0; i < count; i++)
                    for (long some = ((long*)pt)[i]; some > 0; some--) *position++ = i;
            }
        }
        GC.KeepAlive(times);
    }

    /// <summary>The number of elements in front of an axis, along it, and behind it.</summary>
    static (long Outer, long Length, long Inner) Around(Shape shape, int axis)
    {
        long outer = 1, inner = 1;
        for (int i = 0; i < axis; i++) outer *= shape[i];
        for (int i = axis + 1; i < shape.Rank; i++) inner *= shape[i];
        return (outer, shape[axis], inner);
    }

    /// <summary>Throws if a loop has found an index outside of its axis; -1 where it has not.</summary>
    public static void Check(Ops.Op op, long outside, Tensor index, long size, int axis)
    {
        if (outside < 0) return;
        long value = index.Reshape(-1)[outside].To(DType.Int64).Item<long>();
        throw new IndexException($"{op}: index {value} lies outside of axis {axis} of size {size}. Expected {(size == 0 ? "nothing, since the axis is empty" : $"{-size} to {size - 1}")}.");
    }
}
