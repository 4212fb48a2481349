using System.Numerics;

namespace Tauten.Cpu;

/// <summary>One element of each line along an axis, chosen by rank or by how often it occurs.</summary>
static unsafe class SelectionKernels
{
    public static void KthValue(Ops.KthValue op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Run(op, x[0], y, new Rank { Wanted = (int)op.K - 1 }, 3);

    public static void Median(Ops.Median op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Run(op, x[0], y, new Rank { Wanted = -1, SkipsNaN = op.SkipsNaN }, 3);

    public static void Mode(Ops.Mode op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Run(op, x[0], y, new MostFrequent(), 4 * x[0].DType.Size());

    /// <summary>Finds the position of an element in a line.</summary>
    interface IChoice
    {
        long ScratchBytes<T>(long length) where T : unmanaged;

        int Of<T, K>(T* keys, int length, byte* scratch) where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T> where K : struct, IOrderedKey<T>;
    }

    static void Run<TChoice>(Ops.SelectionOp op, Tensor x, Span<Tensor> y, TChoice choice, double nanoseconds) where TChoice : struct, IChoice
    {
        if (y[0].Shape.Count == 0) return;
        x = x.Contiguous();
        var lines = new Lines(x.Layout.Sizes, op.Axis);
        fixed (byte* px = &x.First(), pv = &y[0].First(), pi = &y[1].First())
        {
            var loop = new LineLoop<Chosen<TChoice>>(lines, px, false, nanoseconds, new() { Lines = lines, Values = pv, Indices = (long*)pi, Choice = choice });
            OrderedKeys.Run(x.DType, ref loop);
        }
        GC.KeepAlive(x);
    }

    struct Chosen<TChoice> : ILine where TChoice : struct, IChoice
    {
        public Lines Lines;
        public byte* Values;
        public long* Indices;
        public TChoice Choice;

        public readonly long ScratchBytes<T>(long length) where T : unmanaged => Choice.ScratchBytes<T>(length);

        public readonly void Run<T, K>(long line, T* x, T* keys, byte* scratch) where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T> where K : struct, IOrderedKey<T>
        {
            int position = Choice.Of<T, K>(keys, (int)Lines.Length, scratch);
            ((T*)Values)[line] = x[position * Lines.Inner];
            Indices[line] = position;
        }
    }

    /// <summary>The element of a rank in stable order; the middle one where the rank is negative.</summary>
    struct Rank : IChoice
    {
        public int Wanted;
        public bool SkipsNaN;

        public readonly long ScratchBytes<T>(long length) where T : unmanaged => length * sizeof(T);

        public readonly int Of<T, K>(T* keys, int length, byte* scratch) where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T> where K : struct, IOrderedKey<T>
        {
            int rank = Wanted;
            if (rank < 0)
            {
                int numbers = length;
                if (K.HasNaN)
                    for (int i = 0; i < length; i++)
                        if (keys[i] == T.MaxValue)
                        {
                            if (!SkipsNaN) return i;
                            numbers--;
                        }
                rank = Math.Max(numbers - 1, 0) / 2;
            }
            new Span<T>(keys, length).CopyTo(new(scratch, length));
            var (key, smaller) = KeyOrdering.Select((T*)scratch, length, rank);
            int position = -1;
            for (int equal = rank - smaller; equal >= 0; equal--)
                do position++;
                while (keys[position] != key);
            return position;
        }
    }

    /// <summary>The last occurrence of the most frequent element, the smallest of several.</summary>
    struct MostFrequent : IChoice
    {
        public readonly long ScratchBytes<T>(long length) where T : unmanaged => length * sizeof(int) + 8 + KeyOrdering.ScratchBytes<T>(length);

        public readonly int Of<T, K>(T* keys, int length, byte* scratch) where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>, IMinMaxValue<T> where K : struct, IOrderedKey<T>
        {
            int* positions = (int*)(scratch + KeyOrdering.ScratchBytes<T>(length) / 8 * 8);
            for (int i = 0; i < length; i++) positions[i] = i;
            KeyOrdering.Sort(keys, positions, length, scratch);
            int best = 0, longest = 0;
            for (int i = 0, run = 0; i < length; i++)
            {
                bool same = i > 0 && keys[i] == keys[i - 1] && !(K.HasNaN && keys[i] == T.MaxValue);
                run = same ? run + 1 : 1;
                if (run > longest) (longest, best) = (run, i);
            }
            return positions[best];
        }
    }
}
