using System.Numerics;

namespace Tauten.Cpu;

/// <summary>Sorting, and the elements of highest rank: lines along the axis are independent, each is the work of one thread. Stable, NaN as the largest.</summary>
static unsafe class SortKernels
{
    public static void Sort(Ops.Sort op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Run(x[0], y[0], y[1], op.Axis, x[0].Shape[op.Axis], op.Descending);

    public static void TopK(Ops.TopK op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Run(x[0], y[0], y[1], op.Axis, op.K, op.Largest);

    static void Run(Tensor x, Tensor values, Tensor indices, int axis, long kept, bool descending)
    {
        if (values.Shape.Count == 0) return;
        x = x.Contiguous();
        var lines = new Lines(x.Layout.Sizes, axis);
        fixed (byte* px = &x.First(), pv = &values.First(), pi = &indices.First())
        {
            var body = new Order { Lines = lines, Values = pv, Indices = (long*)pi, Kept = (int)kept };
            var loop = new LineLoop<Order>(lines, px, descending, 4 * x.DType.Size(), body);
            OrderedKeys.Run(x.DType, ref loop);
        }
        GC.KeepAlive(x);
    }

    struct Order : ILine
    {
        public Lines Lines;
        public byte* Values;
        public long* Indices;
        public int Kept;

        public readonly long ScratchBytes<T>(long length) where T : unmanaged => length * sizeof(int) + KeyOrdering.ScratchBytes<T>(length);

        public readonly void Run<T, K>(long line, T* x, T* keys, byte* scratch) where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T> where K : struct, IOrderedKey<T>
        {
            int length = (int)Lines.Length, count = length;
            byte* rest = scratch;
            int* positions = (int*)(scratch + KeyOrdering.ScratchBytes<T>(length) / 8 * 8);
            if (Kept > length / 4)
                for (int i = 0; i < length; i++) positions[i] = i;
            else count = Foremost(keys, (T*)rest, positions, length);
            KeyOrdering.Sort(keys, positions, count, rest);
            long to = Lines.Start(line, Kept);
            T* values = (T*)Values;
            for (int i = 0; i < Kept; i++, to += Lines.Inner)
            {
                values[to] = x[positions[i] * Lines.Inner];
                Indices[to] = positions[i];
            }
        }

        /// <summary>Brings the keys that are kept to the front, in the order of their positions.</summary>
        readonly int Foremost<T>(T* keys, T* copy, int* positions, int length) where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
        {
            new Span<T>(keys, length).CopyTo(new(copy, length));
            var (last, smaller) = KeyOrdering.Select(copy, length, Kept - 1);
            int equal = Kept - smaller, count = 0;
            for (int i = 0; count < Kept; i++)
            {
                if (keys[i] > last || (keys[i] == last && equal-- <= 0)) continue;
                keys[count] = keys[i];
                positions[count++] = i;
            }
            return count;
        }
    }
}
