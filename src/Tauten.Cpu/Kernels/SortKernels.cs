using System.Numerics;

namespace Tauten.Cpu;

/// <summary>Sorting along an axis: lanes are independent, each is sorted by one thread. Stable, NaN as the largest.</summary>
static unsafe class SortKernels
{
    public static void Sort(Ops.Sort op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Run(x[0], y[0], y[1], op.Axis, x[0].Shape[op.Axis], op.Descending);

    public static void TopK(Ops.TopK op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Run(x[0], y[0], y[1], op.Axis, op.K, op.Largest);

    static void Run(Tensor x, Tensor values, Tensor indices, int axis, long kept, bool descending)
    {
        if (values.Shape.Count == 0) return;
        switch (x.DType)
        {
            case DType.Float32: Run<uint>(x, values, indices, axis, kept, descending); break;
            case DType.Float64: Run<ulong>(x, values, indices, axis, kept, descending); break;
            case DType.Float16 or DType.BFloat16 or DType.Int16 or DType.UInt16: Run<ushort>(x, values, indices, axis, kept, descending); break;
            case DType.Int32 or DType.UInt32: Run<uint>(x, values, indices, axis, kept, descending); break;
            case DType.Int64 or DType.UInt64: Run<ulong>(x, values, indices, axis, kept, descending); break;
            default: Run<byte>(x, values, indices, axis, kept, descending); break;
        }
    }

    static void Run<T>(Tensor x, Tensor values, Tensor indices, int axis, long kept, bool descending) where T : unmanaged, IBinaryInteger<T>
    {
        x = x.Contiguous();
        fixed (byte* px = &x.First(), pv = &values.First(), pi = &indices.First())
        {
            long along = x.Shape[axis], inner = 1;
            for (int i = axis + 1; i < x.Rank; i++) inner *= x.Shape[i];
            var body = new Lanes<T> { X = (T*)px, Values = (T*)pv, Indices = (long*)pi, Along = along, Inner = inner, Kept = kept, Descending = descending, DType = x.DType };
            Workers.For(checked((int)(x.Shape.Count / along)), x.Shape.Count * 10.0 * Math.Log2(along + 1), ref body);
        }
        GC.KeepAlive(x);
    }

    struct Lanes<T> : IChunks where T : unmanaged, IBinaryInteger<T>
    {
        public T* X, Values;
        public long* Indices;
        public long Along, Inner, Kept;
        public bool Descending;
        public DType DType;

        public readonly void Run(int lane)
        {
            int count = checked((int)Along);
            // Key and position side by side: the position breaks ties, which makes any sort stable.
            var keys = new (T Key, int Position)[count];
            long start = lane / Inner * Along * Inner + lane % Inner;
            for (int i = 0; i < count; i++) keys[i] = (Key(X[start + i * Inner]), i);
            // Descending keeps equal elements in order too, so the keys are turned over, not the result.
            if (Descending)
                for (int i = 0; i < count; i++) keys[i].Key = ~keys[i].Key;
            Array.Sort(keys, static (a, b) => a.Key != b.Key ? a.Key.CompareTo(b.Key) : a.Position.CompareTo(b.Position));
            long to = lane / Inner * Kept * Inner + lane % Inner;
            for (int i = 0; i < Kept; i++)
            {
                Values[to + i * Inner] = X[start + keys[i].Position * Inner];
                Indices[to + i * Inner] = keys[i].Position;
            }
        }

        /// <summary>An unsigned number in the same order as the element: sign bits flipped, negative floats turned over, NaN on top.</summary>
        readonly T Key(T bits)
        {
            T sign = T.RotateRight(T.One, 1);
            if (DType.IsFloating())
            {
                T magnitude = bits & ~sign;
                if (magnitude > Infinity()) return ~T.Zero;
                if (magnitude == T.Zero) return sign;
                return (bits & sign) != T.Zero ? ~bits : bits | sign;
            }
            return DType.IsSigned() ? bits ^ sign : bits;
        }

        readonly T Infinity() => DType switch
        {
            DType.Float32 => T.CreateTruncating(0x7F800000u),
            DType.Float64 => T.CreateTruncating(0x7FF0000000000000ul),
            DType.Float16 => T.CreateTruncating(0x7C00u),
            _ => T.CreateTruncating(0x7F80u),
        };
    }
}
