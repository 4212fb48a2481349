using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>Sorting and selecting among the keys of one line (see <see cref="OrderedKeys"/>). Sorting is stable, and nothing depends on chance.</summary>
internal static unsafe class KeyOrdering
{
    // Below this number, moving elements one by one takes less time than counting digits.
    private const int Few = 48;

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
        int* counts = stackalloc int[256 * sizeof(T)];
        new Span<int>(counts, 256 * sizeof(T)).Clear();
        for (int i = 0; i < count; i++)
        {
            T key = keys[i];
            for (int digit = 0; digit < sizeof(T); digit++) counts[256 * digit + Digit(key, digit)]++;
        }
        T* from = keys, to = (T*)scratch;
        int* fromPositions = positions, toPositions = (int*)(scratch + ((long)count * sizeof(T) + 7 & -8L));
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
