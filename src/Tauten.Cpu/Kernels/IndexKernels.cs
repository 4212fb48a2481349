using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Gather and scatter, whole slices or single elements. Reading kernels run in parallel over the result; adding ones keep a fixed order for each
/// place of the result, by giving every place to one chunk only.
/// </summary>
static unsafe class IndexKernels
{
    public static void Gather(Ops.Gather op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (source, index) = (x[0].Contiguous(), Indices(x[1]));
        fixed (byte* ps = &source.First(), pi = &index.First(), py = &y[0].First())
        {
            var body = new ElementChunks(op.ToString(), source.Shape, index.Shape, op.Axis) { Source = ps, Index = (long*)pi, Result = py, Size = source.DType.Size() };
            body.Run();
        }
        GC.KeepAlive(source);
        GC.KeepAlive(index);
    }

    public static void Scatter(Ops.Scatter op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Put(op, op.Axis, x, y, add: false);

    public static void ScatterAdd(Ops.ScatterAdd op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Put(op, op.Axis, x, y, add: true);

    static void Put(Ops.Op op, int axis, ReadOnlySpan<Tensor> x, Span<Tensor> y, bool add)
    {
        var (index, source) = (Indices(x[1]), x[2].Contiguous());
        MovementKernels.CopyTo(x[0], y[0]);
        fixed (byte* ps = &source.First(), pi = &index.First(), py = &y[0].First())
        {
            var body = new ElementChunks(op.ToString(), y[0].Shape, index.Shape, axis) { Source = py, Index = (long*)pi, Result = ps, Size = source.DType.Size(), Add = add ? Adder(source.DType) : null, Puts = true };
            body.Run();
        }
        GC.KeepAlive(source);
        GC.KeepAlive(index);
    }

    /// <summary>
    /// Elements along one axis: walks the index row by row. For puts, the roles are swapped: <see cref="Source"/> is the tensor that is written,
    /// <see cref="Result"/> what is put there.
    /// </summary>
    struct ElementChunks(string op, Shape tensor, Shape index, int axis) : IChunks
    {
        const long Grain = 1 << 14;

        public byte* Source, Result;
        public long* Index;
        public int Size;
        public bool Puts;
        public delegate*<byte*, byte*, void> Add;

        readonly long[] sizes = index.Sizes.ToArray();
        readonly long[] strides = Layout.RowMajor(new(DType.UInt8, tensor)).Strides.ToArray();
        readonly long axisSize = tensor[axis];
        readonly int axis = axis;
        long outer, inner, perChunk;

        public void Run()
        {
            outer = inner = 1;
            for (int i = 0; i < axis; i++) outer *= sizes[i];
            for (int i = axis + 1; i < sizes.Length; i++) inner *= sizes[i];
            long along = sizes[axis];
            if (outer * inner * along == 0) return;
            // A chunk is a range of positions outside and inside of the axis, with the whole axis: no two chunks write the same place.
            long lanes = outer * inner;
            perChunk = Math.Max(1, Grain / along);
            Workers.For((int)((lanes + perChunk - 1) / perChunk), lanes * along * 2.0, ref this);
        }

        public void Run(int chunk)
        {
            long first = chunk * perChunk, last = Math.Min(outer * inner, first + perChunk), along = sizes[axis];
            for (long lane = first; lane < last; lane++)
            {
                long o = lane / inner, i = lane % inner, place = Place(o, i);
                long at = o * along * inner + i;
                for (long k = 0; k < along; k++, at += inner)
                {
                    long position = Index[at];
                    if (position < 0) position += axisSize;
                    if ((ulong)position >= (ulong)axisSize) throw Outside(op, Index[at], axisSize, axis);
                    byte* element = Source + (place + position * strides[axis]) * Size;
                    if (Add != null) Add(element, Result + at * Size);
                    else if (Puts) Copy(Result + at * Size, element, Size);
                    else Copy(element, Result + at * Size, Size);
                }
            }
        }

        // The offset in the tensor of a position outside and inside of the axis, given in the index's own sizes.
        readonly long Place(long o, long i)
        {
            long offset = 0;
            for (int d = axis - 1; d >= 0; d--)
            {
                offset += o % sizes[d] * strides[d];
                o /= sizes[d];
            }
            for (int d = sizes.Length - 1; d > axis; d--)
            {
                offset += i % sizes[d] * strides[d];
                i /= sizes[d];
            }
            return offset;
        }
    }

    public static void IndexSelect(Ops.IndexSelect op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (source, index) = (x[0].Contiguous(), Indices(x[1]));
        fixed (byte* ps = &source.First(), pi = &index.First(), py = &y[0].First())
        {
            var body = new SliceChunks(op.ToString(), source.Shape, op.Axis, index.Shape.Count) { Tensor = ps, Index = (long*)pi, Slices = py, Size = source.DType.Size() };
            body.Run();
        }
        GC.KeepAlive(source);
        GC.KeepAlive(index);
    }

    public static void IndexAdd(Ops.IndexAdd op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (index, source) = (Indices(x[1]), x[2].Contiguous());
        MovementKernels.CopyTo(x[0], y[0]);
        fixed (byte* ps = &source.First(), pi = &index.First(), py = &y[0].First())
        {
            var body = new SliceChunks(op.ToString(), y[0].Shape, op.Axis, index.Shape.Count) { Tensor = py, Index = (long*)pi, Slices = ps, Size = source.DType.Size(), AddRow = RowAdder(source.DType) };
            body.Run();
        }
        GC.KeepAlive(source);
        GC.KeepAlive(index);
    }

    /// <summary>Whole slices along one axis.</summary>
    struct SliceChunks(string op, Shape tensor, int axis, long count) : IChunks
    {
        const long GrainBytes = 1 << 16;

        public byte* Tensor, Slices;
        public long* Index;
        public int Size;
        public delegate*<byte*, byte*, long, void> AddRow;

        readonly long axisSize = tensor[axis], count = count;
        readonly int axis = axis;
        readonly Shape tensor = tensor;
        long outer, inner, perChunk, columns;

        public void Run()
        {
            outer = inner = 1;
            for (int i = 0; i < axis; i++) outer *= tensor[i];
            for (int i = axis + 1; i < tensor.Rank; i++) inner *= tensor[i];
            if (outer * inner * count == 0) return;
            if (AddRow == null)
            {
                columns = inner;
                perChunk = Math.Max(1, GrainBytes / (inner * Size));
                Workers.For((int)((outer * count + perChunk - 1) / perChunk), outer * count * (5 + inner * Size * 0.05), ref this);
                return;
            }
            // Adding: a chunk has some columns of one outer position and all indices, so that each place is summed in order by one thread.
            columns = Math.Min(inner, Math.Max(64, GrainBytes / 4 / Size));
            perChunk = (inner + columns - 1) / columns;
            Workers.For((int)(outer * perChunk), outer * count * (5.0 * perChunk + inner * Size * 0.1), ref this);
        }

        public void Run(int chunk)
        {
            if (AddRow == null)
            {
                long first = chunk * perChunk, last = Math.Min(outer * count, first + perChunk);
                for (long row = first; row < last; row++)
                    System.Buffer.MemoryCopy(Tensor + (row / count * axisSize + Position(row % count)) * inner * Size, Slices + row * inner * Size, inner * Size, inner * Size);
                return;
            }
            long o = chunk / perChunk, start = chunk % perChunk * columns, width = Math.Min(columns, inner - start);
            for (long k = 0; k < count; k++)
                AddRow(Tensor + ((o * axisSize + Position(k)) * inner + start) * Size, Slices + ((o * count + k) * inner + start) * Size, width);
        }

        readonly long Position(long k)
        {
            long position = Index[k] < 0 ? Index[k] + axisSize : Index[k];
            return (ulong)position < (ulong)axisSize ? position : throw Outside(op, Index[k], axisSize, axis);
        }
    }

    public static void NonZero(Ops.NonZero op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var mask = x[0].DType == DType.Bool ? x[0].Contiguous() : x[0].NotEqualTo(0);
        long count = mask.Shape.Count, found = 0;
        int rank = mask.Rank;
        fixed (byte* pm = &mask.First())
        {
            for (long i = 0; i < count; i++) found += pm[i];
            y[0] = Tensor.Allocate(mask.Backend, new(DType.Int64, Shape.Of(found, rank)));
            var sizes = mask.Layout.Sizes;
            fixed (byte* py = &y[0].First())
            {
                var to = (long*)py;
                for (long i = 0; i < count; i++)
                {
                    if (pm[i] == 0) continue;
                    long rest = i;
                    for (int d = rank - 1; d >= 0; d--)
                    {
                        to[d] = rest % sizes[d];
                        rest /= sizes[d];
                    }
                    to += rank;
                }
            }
        }
        GC.KeepAlive(mask);
    }

    static IndexException Outside(string op, long index, long size, int axis) =>
        new($"{op}: index {index} lies outside of axis {axis} of size {size}. Expected {(size == 0 ? "nothing, since the axis is empty" : $"{-size} to {size - 1}")}.");

    static Tensor Indices(Tensor index) => index.To(DType.Int64).Contiguous();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Copy(byte* from, byte* to, int size)
    {
        switch (size)
        {
            case 1: *to = *from; break;
            case 2: *(ushort*)to = *(ushort*)from; break;
            case 4: *(uint*)to = *(uint*)from; break;
            default: *(ulong*)to = *(ulong*)from; break;
        }
    }

    static delegate*<byte*, byte*, void> Adder(DType dtype) => dtype switch
    {
        DType.Float32 => &AddElement<float>,
        DType.Float64 => &AddElement<double>,
        DType.Float16 => &AddHalf,
        DType.BFloat16 => &AddBrain,
        DType.Int8 or DType.UInt8 => &AddElement<byte>,
        DType.Int16 or DType.UInt16 => &AddElement<ushort>,
        DType.Int32 or DType.UInt32 => &AddElement<uint>,
        _ => &AddElement<ulong>,
    };

    static void AddElement<T>(byte* to, byte* from) where T : unmanaged, INumber<T> => *(T*)to = unchecked(*(T*)to + *(T*)from);

    static void AddHalf(byte* to, byte* from) => *(Half*)to = (Half)((float)*(Half*)to + (float)*(Half*)from);

    static void AddBrain(byte* to, byte* from) => *(BFloat16*)to = (BFloat16)(*(BFloat16*)to + (float)*(BFloat16*)from);

    static delegate*<byte*, byte*, long, void> RowAdder(DType dtype) => dtype switch
    {
        DType.Float32 => &AddVectors<float>,
        DType.Float64 => &AddVectors<double>,
        DType.Float16 => &AddHalves,
        DType.BFloat16 => &AddBrains,
        DType.Int8 or DType.UInt8 => &AddVectors<byte>,
        DType.Int16 or DType.UInt16 => &AddVectors<ushort>,
        DType.Int32 or DType.UInt32 => &AddVectors<uint>,
        _ => &AddVectors<ulong>,
    };

    static void AddVectors<T>(byte* to, byte* from, long count) where T : unmanaged, INumber<T>
    {
        T* a = (T*)to, b = (T*)from;
        long i = 0;
        for (; i <= count - Vector<T>.Count; i += Vector<T>.Count) (Vector.Load(a + i) + Vector.Load(b + i)).Store(a + i);
        for (; i < count; i++) a[i] = unchecked(a[i] + b[i]);
    }

    static void AddHalves(byte* to, byte* from, long count)
    {
        for (long i = 0; i < count; i++) AddHalf(to + 2 * i, from + 2 * i);
    }

    static void AddBrains(byte* to, byte* from, long count)
    {
        for (long i = 0; i < count; i++) AddBrain(to + 2 * i, from + 2 * i);
    }
}
