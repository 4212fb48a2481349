using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>Sorting and selecting among the keys of one line (see <see cref="OrderedKeys"/>). Sorting is stable, and nothing depends on chance.</summary>
internal static unsafe class KeyOrdering
{
    // Below this number, moving elements one by one takes less time than counting digits; from the other on, a line is shared among threads.
    private const int Few = 48, Many = 1 << 17;

    /// <summary>The bytes of scratch memory that <see cref="Sort"/> needs for a line.</summary>
    public static long ScratchBytes<T>(long count) where T : unmanaged => count * (sizeof(T) + sizeof(int)) + Scratch.Alignment;

    /// <summary>
    /// Sorts keys, and positions along with them: by insertion where there are few, else digit by digit from the last one on (a radix sort with 8 bits a
    /// digit), leaving out digits that all keys share.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Sort<T>(T* keys, int* positions, int count, byte* scratch) where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        if (count <= Few)
        {
            Insert(keys, positions, count);
            return;
        }
        T* other = (T*)scratch;
        int* otherPositions = (int*)(scratch + ((long)count * sizeof(T) + 7 & -8L));
        if (count >= Many)
        {
            SortMany(keys, positions, count, other, otherPositions);
            return;
        }
        int* counts = stackalloc int[256 * sizeof(T)];
        new Span<int>(counts, 256 * sizeof(T)).Clear();
        for (int i = 0; i < count; i++)
        {
            T key = keys[i];
            for (int digit = 0; digit < sizeof(T); digit++) counts[256 * digit + Digit(key, digit)]++;
        }
        T* from = keys, to = other;
        int* fromPositions = positions, toPositions = otherPositions;
        for (int digit = 0; digit < sizeof(T); digit++)
        {
            int* starts = counts + 256 * digit;
            if (starts[Digit(from[0], digit)] == count) continue;
            int next = 0;
            for (int d = 0; d < 256; d++)
            {
                int here = starts[d];
                starts[d] = next;
                next += here;
            }
            for (int i = 0; i < count; i++)
            {
                T key = from[i];
                int place = starts[Digit(key, digit)]++;
                to[place] = key;
                toPositions[place] = fromPositions[i];
            }
            T* sorted = to;
            int* sortedPositions = toPositions;
            to = from;
            toPositions = fromPositions;
            from = sorted;
            fromPositions = sortedPositions;
        }
        if (from == keys) return;
        System.Buffer.MemoryCopy(from, keys, (long)count * sizeof(T), (long)count * sizeof(T));
        System.Buffer.MemoryCopy(fromPositions, positions, (long)count * sizeof(int), (long)count * sizeof(int));
    }

    /// <summary>
    /// The same for a long line in pieces, whose number follows from its length: each counts its digits, then each moves its keys behind those of the pieces before it. So the
    /// result does not depend on how many threads there are.
    /// </summary>
    private static void SortMany<T>(T* keys, int* positions, int count, T* other, int* otherPositions) where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        int pieces = Math.Min(count / (Many / 4), 64);
        using var memory = Scratch.Take(256L * pieces * sizeof(int));
        var pass = new Pass<T> { From = keys, To = other, FromPositions = positions, ToPositions = otherPositions, Count = count, Piece = (count + pieces - 1) / pieces, Starts = (int*)memory.Pointer };
        for (pass.Place = 0; pass.Place < sizeof(T); pass.Place++)
        {
            pass.Moves = false;
            Workers.For(pieces, count, ref pass);
            int next = 0;
            bool shared = false;
            for (int d = 0; d < 256; d++)
            {
                int before = next;
                for (int piece = 0; piece < pieces; piece++)
                {
                    ref int start = ref pass.Starts[256 * piece + d];
                    (start, next) = (next, next + start);
                }
                shared |= next - before == count;
            }
            if (shared) continue;
            pass.Moves = true;
            Workers.For(pieces, count * 3.0, ref pass);
            pass = pass with { From = pass.To, To = pass.From, FromPositions = pass.ToPositions, ToPositions = pass.FromPositions };
        }
        if (pass.From == keys) return;
        System.Buffer.MemoryCopy(other, keys, (long)count * sizeof(T), (long)count * sizeof(T));
        System.Buffer.MemoryCopy(otherPositions, positions, (long)count * sizeof(int), (long)count * sizeof(int));
    }

    /// <summary>One digit of a long line: counting, then moving.</summary>
    private struct Pass<T> : IChunks where T : unmanaged, IBinaryInteger<T>
    {
        public T* From, To;
        public int* FromPositions, ToPositions, Starts;
        public int Count, Piece, Place;
        public bool Moves;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int chunk)
        {
            int* starts = Starts + 256 * chunk;
            int first = chunk * Piece, end = Math.Min(first + Piece, Count);
            if (!Moves)
            {
                new Span<int>(starts, 256).Clear();
                for (int i = first; i < end; i++) starts[KeyOrdering.Digit(From[i], Place)]++;
                return;
            }
            for (int i = first; i < end; i++)
            {
                T key = From[i];
                int place = starts[KeyOrdering.Digit(key, Place)]++;
                To[place] = key;
                ToPositions[place] = FromPositions[i];
            }
        }
    }

    /// <summary>
    /// The key of rank <paramref name="rank"/> (0 is the smallest), and how many keys are smaller. Digit by digit from the first one on, each time keeping the keys that
    /// still may be it; the keys are overwritten.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static (T Key, int Smaller) Select<T>(T* keys, int count, int rank) where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        int* counts = stackalloc int[256];
        int smaller = 0;
        for (int digit = sizeof(T) - 1; digit >= 0; digit--)
        {
            new Span<int>(counts, 256).Clear();
            for (int i = 0; i < count; i++) counts[Digit(keys[i], digit)]++;
            int wanted = 0;
            while (smaller + counts[wanted] <= rank) smaller += counts[wanted++];
            int kept = 0;
            for (int i = 0; i < count; i++)
                if (Digit(keys[i], digit) == wanted) keys[kept++] = keys[i];
            count = kept;
        }
        return (keys[0], smaller);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Digit<T>(T key, int digit) where T : unmanaged, IBinaryInteger<T> => byte.CreateTruncating(key >> (8 * digit));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Insert<T>(T* keys, int* positions, int count) where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = 1; i < count; i++)
        {
            T key = keys[i];
            int position = positions[i], k = i;
            for (; k > 0 && keys[k - 1] > key; k--) (keys[k], positions[k]) = (keys[k - 1], positions[k - 1]);
            (keys[k], positions[k]) = (key, position);
        }
    }
}
