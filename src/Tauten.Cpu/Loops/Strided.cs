using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>Walking strided memory: merging dimensions, and bringing strided elements together.</summary>
internal static unsafe class Strided
{
    /// <summary>Product of the sizes; 1 for rank 0.</summary>
    public static long Count(ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (long size in shape) count *= size;
        return count;
    }

    /// <summary>Whether elements follow each other; the stride of a dimension of one element does not count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsContiguous(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        long expected = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            if (shape[i] == 1) continue;
            if (strides[i] != expected) return false;
            expected *= shape[i];
        }
        return true;
    }

    /// <summary>
    /// Drops dimensions of size 1 and merges neighbours that every operand walks as one. At least one dimension is left.
    /// </summary>
    /// <param name="shape">The sizes, outermost first.</param>
    /// <param name="operands">How many sets of strides there are.</param>
    /// <param name="strides">For each operand its strides, one per dimension.</param>
    /// <param name="merged">Receives the sizes, then each operand's strides: (operands + 1) * max(rank, 1) numbers, laid out with that pitch.</param>
    /// <returns>The number of dimensions left.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int Merge(ReadOnlySpan<long> shape, int operands, long** strides, long* merged)
    {
        int pitch = Math.Max(shape.Length, 1), rank = 0;
        for (int d = 0; d < shape.Length; d++)
        {
            long size = shape[d];
            if (size == 1) continue;
            bool joins = rank > 0;
            for (int k = 0; joins && k < operands; k++) joins = merged[(k + 1) * pitch + rank - 1] == strides[k][d] * size;
            if (joins) merged[rank - 1] *= size;
            else merged[rank++] = size;
            for (int k = 0; k < operands; k++) merged[(k + 1) * pitch + rank - 1] = strides[k][d];
        }
        if (rank > 0) return rank;
        merged[0] = 1;
        for (int k = 0; k < operands; k++) merged[(k + 1) * pitch] = 1;
        return 1;
    }

    /// <summary>Copies n elements that lie a stride (in elements) apart to contiguous memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather(byte* source, long stride, int size, nint n, byte* target)
    {
        if (stride == 1)
        {
            System.Buffer.MemoryCopy(source, target, n * size, n * size);
            return;
        }
        switch (size)
        {
            case 1: Gather(source, (nint)stride, n, target); break;
            case 2: Gather((ushort*)source, (nint)stride, n, (ushort*)target); break;
            case 4: Gather((uint*)source, (nint)stride, n, (uint*)target); break;
            default: Gather((ulong*)source, (nint)stride, n, (ulong*)target); break;
        }
    }

    /// <summary>Copies contiguous elements to places a stride (in elements) apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scatter(byte* source, int size, nint n, byte* target, long stride)
    {
        if (stride == 1)
        {
            System.Buffer.MemoryCopy(source, target, n * size, n * size);
            return;
        }
        switch (size)
        {
            case 1: Scatter(source, n, target, (nint)stride); break;
            case 2: Scatter((ushort*)source, n, (ushort*)target, (nint)stride); break;
            case 4: Scatter((uint*)source, n, (uint*)target, (nint)stride); break;
            default: Scatter((ulong*)source, n, (ulong*)target, (nint)stride); break;
        }
    }

    /// <summary>Copies the elements [start, start + n), counted in row-major order of a strided region, to contiguous memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void GatherRange(byte* source, int size, int rank, long* shape, long* strides, long start, nint n, byte* target)
    {
        long* index = stackalloc long[rank];
        long offset = Seek(rank, shape, strides, start, index);
        int last = rank - 1;
        while (true)
        {
            nint run = (nint)Math.Min(n, shape[last] - index[last]);
            Gather(source + offset * size, strides[last], size, run, target);
            n -= run;
            if (n == 0) return;
            target += run * size;
            offset -= index[last] * strides[last];
            index[last] = 0;
            offset += Advance(last - 1, shape, strides, index);
        }
    }

    /// <summary>The multi-index of a row-major position, and its offset.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long Seek(int rank, long* shape, long* strides, long position, long* index)
    {
        long offset = 0;
        for (int d = rank - 1; d >= 0; d--)
        {
            long quotient = d == 0 ? 0 : position / shape[d];
            index[d] = position - quotient * shape[d];
            position = quotient;
            offset += index[d] * strides[d];
        }
        return offset;
    }

    /// <summary>Steps the dimensions up to <paramref name="d"/> to the next row; what that adds to the offset.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Advance(int d, long* shape, long* strides, long* index)
    {
        long offset = 0;
        for (; d >= 0; d--)
        {
            offset += strides[d];
            if (++index[d] < shape[d]) break;
            offset -= shape[d] * strides[d];
            index[d] = 0;
        }
        return offset;
    }

    /// <summary>The typed loop of gathering.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gather<T>(T* source, nint stride, nint n, T* target) where T : unmanaged
    {
        if (stride == 0)
        {
            new Span<T>(target, (int)n).Fill(*source);
            return;
        }
        nint i = 0;
        for (; i + 4 <= n; i += 4, source += 4 * stride)
        {
            T a = source[0], b = source[stride], c = source[2 * stride], d = source[3 * stride];
            target[i] = a;
            target[i + 1] = b;
            target[i + 2] = c;
            target[i + 3] = d;
        }
        for (; i < n; i++, source += stride) target[i] = *source;
    }

    /// <summary>The typed loop of scattering.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scatter<T>(T* source, nint n, T* target, nint stride) where T : unmanaged
    {
        for (nint i = 0; i < n; i++, target += stride) *target = source[i];
    }
}
