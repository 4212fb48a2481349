using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>Looking up in ordered lines, ordering rows, and counting.</summary>
static unsafe class SearchKernels
{
    public static void SearchSorted(Ops.SearchSorted op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        if (y[0].Shape.Count == 0) return;
        var (lines, values, sorter) = (x[0].Contiguous(), x[1].Contiguous(), x.Length > 2 ? x[2].Contiguous() : null);
        long length = lines.Shape[^1];
        if (sorter is not null && sorter.Shape.Count > 0)
            fixed (byte* ps = &sorter.First())
                if (Indexing.FirstOutside(DType.Int64, ps, sorter.Shape.Count, length) is >= 0 and var bad)
                    throw new IndexException($"{op}: the sorter holds {((long*)ps)[bad]}. Expected positions from 0 to {length - 1}.");
        // Without a sorter, something has to be pinned all the same.
        fixed (byte* pl = &lines.First(), pv = &values.First(), ps = &(sorter ?? values).First(), py = &y[0].First())
        {
            var loop = new Search
            {
                Lines = pl, Values = pv, Sorter = sorter is null ? null : (long*)ps, Y = (long*)py, Length = length, Right = op.Right, Count = y[0].Shape.Count,
                PerLine = lines.Rank == 1 ? y[0].Shape.Count : values.Shape[^1],
            };
            OrderedKeys.Run(lines.DType, ref loop);
        }
        GC.KeepAlive(lines);
        GC.KeepAlive(values);
        GC.KeepAlive(sorter);
    }

    struct Search : IKeyedLoop
    {
        public byte* Lines, Values;
        public long* Sorter, Y;
        public long Length, PerLine, Count;
        public bool Right;

        public readonly void Run<T, K>() where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T> where K : struct, IOrderedKey<T>
        {
            var chunks = new Chunk<T, K> { Search = this };
            double work = Count * 2.0 * Math.Log2(Length + 2);
            int pieces = (int)((Count + Chunk<T, K>.Size - 1) / Chunk<T, K>.Size);
            // Where there is much to look up, the keys of the lines are worked out once; else on the way.
            if (PerLine * 4 < Length)
            {
                Workers.For(pieces, work * 3, ref chunks);
                return;
            }
            long elements = Count / PerLine * Length;
            using var scratch = Scratch.Take(elements * sizeof(T));
            chunks.Keys = (T*)scratch.Pointer;
            for (long start = 0; start < elements; start += Length)
                for (long i = 0; i < Length; i++) chunks.Keys[start + i] = chunks.Key(start, i);
            Workers.For(pieces, work, ref chunks);
        }

        struct Chunk<T, K> : IChunks where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T> where K : struct, IOrderedKey<T>
        {
            public const long Size = 4096;
            public Search Search;
            public T* Keys;

            /// <summary>The key of the element that comes at a place of the line in order.</summary>
            public readonly T Key(long start, long place)
            {
                long at = Search.Sorter == null ? place : Search.Sorter[start + place];
                return K.Of(((T*)Search.Lines)[start + (at < 0 ? at + Search.Length : at)]);
            }

            [MethodImpl(MethodImplOptions.AggressiveOptimization)]
            public readonly void Run(int chunk)
            {
                long end = Math.Min((chunk + 1) * Size, Search.Count);
                bool right = Search.Right;
                for (long i = chunk * Size; i < end; i++)
                {
                    long start = i / Search.PerLine * Search.Length, low = 0, left = Search.Length;
                    T value = K.Of(((T*)Search.Values)[i]);
                    while (left > 0)
                    {
                        long half = left >> 1;
                        T key = Keys != null ? Keys[start + low + half] : Key(start, low + half);
                        bool before = key < value | (right & key == value);
                        low = before ? low + half + 1 : low;
                        left = before ? left - half - 1 : half;
                    }
                    Search.Y[i] = low;
                }
            }
        }
    }

    public static void RowOrder(Ops.RowOrder op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var rows = x[0].Contiguous();
        if (y[0].Shape.Count == 0) return;
        fixed (byte* px = &rows.First(), py = &y[0].First())
        {
            var loop = new Rows { X = px, Y = (long*)py, Count = rows.Shape[0], Columns = rows.Shape[1] };
            OrderedKeys.Run(rows.DType, ref loop);
        }
        GC.KeepAlive(rows);
    }

    struct Rows : IKeyedLoop
    {
        public byte* X;
        public long* Y;
        public long Count, Columns;

        public readonly void Run<T, K>() where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T> where K : struct, IOrderedKey<T>
        {
            var order = new Span<long>(Y, checked((int)Count));
            for (int i = 0; i < order.Length; i++) order[i] = i;
            order.Sort(new Comparer<T, K>((T*)X, Columns));
        }

        /// <summary>Equal rows are compared by their positions, which makes any sort stable.</summary>
        readonly struct Comparer<T, K>(T* x, long columns) : IComparer<long> where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T> where K : struct, IOrderedKey<T>
        {
            public int Compare(long a, long b)
            {
                T* first = x + a * columns, second = x + b * columns;
                for (long i = 0; i < columns; i++)
                {
                    if (first[i] == second[i]) continue;
                    int order = K.Of(first[i]).CompareTo(K.Of(second[i]));
                    if (order != 0) return order;
                }
                return a.CompareTo(b);
            }
        }
    }

    public static void BinCount(Ops.BinCount op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var positions = x[0].To(DType.Int64).Contiguous();
        long count = positions.Shape.Count, length = op.Least;
        fixed (byte* pp = &positions.First())
        {
            var at = (long*)pp;
            for (long i = 0; i < count; i++)
            {
                if (at[i] < 0) throw new IndexException($"{op}: there is a negative number, {at[i]}. Expected numbers from 0 on.");
                length = Math.Max(length, at[i] + 1);
            }
        }
        var weights = x.Length > 1 ? x[1].Contiguous() : null;
        y[0] = Tensor.Allocate(positions.Backend, new(weights?.DType ?? DType.Int64, Shape.Of(length)));
        fixed (byte* pp = &positions.First(), py = &y[0].First(), pw = &(weights ?? positions).First())
        {
            System.Runtime.InteropServices.NativeMemory.Clear(py, checked((nuint)(length * y[0].DType.Size())));
            if (weights is not null) Indexing.ScatterAdd(weights.DType, DType.Int64, [length], py, [count], pp, 0, pw);
            else
                for (long i = 0; i < count; i++) ((long*)py)[((long*)pp)[i]]++;
        }
        GC.KeepAlive(positions);
        GC.KeepAlive(weights);
    }
}
