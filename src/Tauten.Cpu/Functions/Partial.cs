using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>Vectors that are not full, at the end of a row.</summary>
internal static unsafe class Partial<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged
{
    /// <summary>The first <paramref name="count"/> lanes from memory, the others from <paramref name="padding"/>.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static V Load(T* source, nint count, V padding)
    {
        V buffer = padding;
        Unsafe.CopyBlockUnaligned(&buffer, source, (uint)(count * sizeof(T)));
        return buffer;
    }

    /// <summary>Writes the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void Store(V value, T* target, nint count)
    {
        V buffer = value;
        Unsafe.CopyBlockUnaligned(target, &buffer, (uint)(count * sizeof(T)));
    }
}

/// <summary>
/// A sum over a row whose terms are computed on the way: 256 bytes of accumulators whatever the width of the vectors, joined in the order of
/// <see cref="ReductionLoops{R, V, T}.Row"/>, so that it has the same bits at every instruction level. Blocks keep the error of long rows small.
/// Lives on the stack.
/// </summary>
internal unsafe struct RowSum<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged
{
    private const int Block = 4096;
    private fixed byte _memory[512 + 64];
    private bool _flushed;

    /// <summary>The accumulators of the block, then those of the row. On line boundaries: what is stored and read again at once must not straddle two.</summary>
    private byte* Sums
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (byte*)(((nint)Unsafe.AsPointer(ref _memory[0]) + 63) & ~63);
    }

    /// <summary>Starts at zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Clear()
    {
        byte* inner = Sums;
        for (int i = 0; i < 256; i += sizeof(V)) V.Number(0).Store((T*)(inner + i));
        _flushed = false;
    }

    /// <summary>Adds the terms of the elements from <paramref name="at"/>, a multiple of the vector's length, on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(nint at, V terms)
    {
        T* slot = (T*)(Sums + (at * sizeof(T) & 255));
        (V.Load(slot) + terms).Store(slot);
        if (((at + V.Count) & (Block - 1)) == 0) Flush();
    }

    /// <summary>The sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public T Total()
    {
        if (_flushed) Flush();
        T result;
        ReductionLoops<Functions.Sum, V, T>.Row(_flushed ? Sums + 256 : Sums, 256 / sizeof(T), (byte*)&result);
        return result;
    }

    /// <summary>Moves the block's sums to those of the row.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void Flush()
    {
        byte* inner = Sums, outer = inner + 256;
        for (int i = 0; i < 256; i += sizeof(V))
        {
            var sum = V.Load((T*)(inner + i));
            if (_flushed) sum += V.Load((T*)(outer + i));
            sum.Store((T*)(outer + i));
            V.Number(0).Store((T*)(inner + i));
        }
        _flushed = true;
    }
}
