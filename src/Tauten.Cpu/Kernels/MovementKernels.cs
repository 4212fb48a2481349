using System.Numerics;

namespace Tauten.Cpu;

/// <summary>Ops that put elements elsewhere, and those that make tensors from attributes.</summary>
static unsafe class MovementKernels
{
    public static void Contiguous(Ops.Contiguous op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => CopyTo(x[0], y[0]);

    /// <summary>Copies a strided tensor into a contiguous one of the same shape.</summary>
    public static void CopyTo(Tensor x, Tensor y)
    {
        fixed (byte* px = &x.First(), py = &y.First())
            Copy.ToContiguous(x.DType.Size(), x.Layout.Sizes, px, x.Layout.Strides, py);
        GC.KeepAlive(x);
    }

    /// <summary>Copies a strided tensor into a contiguous one of the same shape and any type.</summary>
    public static void Convert(Tensor x, Tensor y)
    {
        fixed (byte* px = &x.First(), py = &y.First())
            Conversion.Run(x.DType, y.DType, x.Layout.Sizes, px, x.Layout.Strides, py);
        GC.KeepAlive(x);
    }

    public static void SliceUpdate(Ops.SliceUpdate op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        CopyTo(x[0], y[0]);
        Put(x[1], y[0], op.Starts.Sizes, op.Steps.Span);
    }

    public static void Pad(Ops.Pad op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        if (y[0].Shape.Count != x[0].Shape.Count) Fill(y[0], op.Value);
        Put(x[0], y[0], op.Low.Span, Dims.Repeat(1, x[0].Rank).Span);
    }

    public static void Concat(Ops.Concat op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var starts = new long[y[0].Rank];
        var steps = Dims.Repeat(1, starts.Length);
        foreach (var part in x)
        {
            Put(part, y[0], starts, steps.Span);
            starts[op.Axis] += part.Layout.Sizes[op.Axis];
        }
    }

    /// <summary>Copies a tensor into the region of a contiguous one that begins at <paramref name="starts"/>.</summary>
    public static void Put(Tensor x, Tensor y, ReadOnlySpan<long> starts, ReadOnlySpan<long> steps)
    {
        if (x.Shape.Count == 0) return;
        int rank = x.Rank, size = x.DType.Size();
        long* strides = stackalloc long[rank + 1];
        long offset = 0;
        for (int i = 0; i < rank; i++)
        {
            strides[i] = y.Layout.Strides[i] * steps[i];
            offset += y.Layout.Strides[i] * starts[i];
        }
        fixed (byte* px = &x.First(), py = &y.First())
            Copy.Between(size, x.Layout.Sizes, px, x.Layout.Strides, py + offset * size, new(strides, rank));
    }

    public static void Fill(Ops.Fill op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Fill(y[0], op.Value);

    static void Fill(Tensor y, double value)
    {
        byte* element = stackalloc byte[8];
        Write(element, value, y.DType);
        fixed (byte* py = &y.First())
        {
            // One element: the scalar beside a tensor, made at every step of a program.
            if (y.Shape.Count == 1) System.Buffer.MemoryCopy(element, py, y.DType.Size(), y.DType.Size());
            else Copy.Fill(y.DType.Size(), py, y.Shape.Count, element);
        }
    }

    /// <summary>Writes a number as one element.</summary>
    public static void Write(byte* to, double value, DType dtype)
    {
        switch (dtype)
        {
            case DType.Float32: *(float*)to = (float)value; break;
            case DType.Float64: *(double*)to = value; break;
            case DType.Float16: *(Half*)to = (Half)value; break;
            case DType.BFloat16: *(BFloat16*)to = (BFloat16)value; break;
            case DType.Bool: *to = value != 0 ? (byte)1 : (byte)0; break;
            case DType.UInt64: *(ulong*)to = ulong.CreateTruncating(value < 0 ? (ulong)(long)value : (ulong)value); break;
            default:
                // A negative number in an unsigned type wraps around, as the same number in a tensor would.
                long whole = (long)value;
                System.Buffer.MemoryCopy(&whole, to, dtype.Size(), dtype.Size());
                break;
        }
    }

    public static void Iota(Ops.Iota op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        long count = y[0].Shape.Count;
        int size = op.DType.Size();
        bool whole = op.Start == Math.Truncate(op.Start) && op.Step == Math.Truncate(op.Step) && op.DType.IsInteger();
        fixed (byte* py = &y[0].First())
        {
            if (whole && op.DType == DType.Int64)
                for (long i = 0; i < count; i++) ((long*)py)[i] = (long)op.Start + i * (long)op.Step;
            else if (op.DType == DType.Float32)
                for (long i = 0; i < count; i++) ((float*)py)[i] = (float)(op.Start + i * op.Step);
            else
                for (long i = 0; i < count; i++) Write(py + i * size, op.Start + i * op.Step, op.DType);
        }
    }

    public static void OverlapAdd(Ops.OverlapAdd op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var input = Wide.Input(x[0], anyStrides: true);
        using var sums = Wide.Output(y[0]);
        Fill(sums.Tensor, 0);
        if (y[0].DType == DType.Float64) OverlapAdd<double>(op, input.Tensor, sums.Tensor);
        else OverlapAdd<float>(op, input.Tensor, sums.Tensor);
        sums.Store();
    }

    // Window by window: each element of the window is a shifted, strided copy of the positions, added to the result. The axes in front of the
    // windows are shared out to the workers.
    static void OverlapAdd<T>(Ops.OverlapAdd op, Tensor x, Tensor y) where T : unmanaged, INumber<T>
    {
        if (x.Shape.Count == 0) return;
        int rank = y.Rank, lead = (int)op.Axes.Span[0];
        foreach (long axis in op.Axes.Span) lead = Math.Min(lead, (int)axis);
        var strides = new long[x.Rank];
        y.Layout.Strides.CopyTo(strides);
        for (int i = 0; i < op.Axes.Count; i++)
        {
            strides[rank + i] = y.Layout.Strides[(int)op.Axes[i]] * op.Dilations[i];
            strides[op.Axes[i]] = y.Layout.Strides[(int)op.Axes[i]] * op.Strides[i];
        }
        long chunks = 1;
        for (int i = 0; i < lead; i++) chunks *= y.Layout.Sizes[i];
        fixed (byte* px = &x.First(), py = &y.First())
        {
            var body = new AddChunks<T> { X = (T*)px, Y = (T*)py, Sizes = x.Layout.Sizes.ToArray(), From = x.Layout.Strides.ToArray(), To = strides, Lead = lead };
            Workers.For((int)chunks, x.Shape.Count, ref body);
        }
        GC.KeepAlive(x);
    }

    struct AddChunks<T> : IChunks where T : unmanaged, INumber<T>
    {
        public T* X, Y;
        public long[] Sizes, From, To;
        public int Lead;

        public readonly void Run(int chunk)
        {
            long rest = chunk, x = 0, y = 0;
            for (int i = Lead - 1; i >= 0; i--)
            {
                x += rest % Sizes[i] * From[i];
                y += rest % Sizes[i] * To[i];
                rest /= Sizes[i];
            }
            Walk(Lead, X + x, Y + y);
        }

        readonly void Walk(int axis, T* x, T* y)
        {
            long size = Sizes[axis], from = From[axis], to = To[axis];
            if (axis == Sizes.Length - 1)
                for (long i = 0; i < size; i++) y[i * to] += x[i * from];
            else
                for (long i = 0; i < size; i++) Walk(axis + 1, x + i * from, y + i * to);
        }
    }
}
