namespace Tauten.Cpu;

/// <summary>
/// A lease of temporary memory, given back when disposed: <c>using var scratch = Scratch.Take(bytes);</c>. The content is arbitrary. What was given back
/// is kept for the next lease of any thread, so that threads which come and go leave nothing behind.
/// </summary>
internal readonly unsafe ref struct Scratch
{
    /// <summary>Every lease starts at a multiple of this many bytes.</summary>
    public const int Alignment = 64;

    private readonly long size;

    private Scratch(long size)
    {
        this.size = size;
        Pointer = (byte*)ScratchBlocks.Take(size);
    }

    /// <summary>The start of the memory.</summary>
    public byte* Pointer { get; }

    /// <summary>Takes at least <paramref name="bytes"/> bytes.</summary>
    /// <exception cref="OutOfMemoryException">The system has no more memory.</exception>
    public static Scratch Take(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        return new(ScratchBlocks.SizeClass(bytes));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => ScratchBlocks.Return((nint)Pointer, size);
}

/// <summary>The memory behind the <see cref="Scratch"/> leases of all threads.</summary>
internal static class ScratchBlocks
{
    /// <summary>What is kept at most; beyond that, the largest blocks go back to the system first.</summary>
    private const long KeptBytes = 128L << 20;

    private const long Smallest = 4096;

    private static readonly Lock gate = new();
    private static readonly SortedDictionary<long, Stack<nint>> free = [];
    private static long kept;

    /// <summary>Bytes kept for the next lease.</summary>
    public static long Kept => kept;

    /// <summary>Powers of two: few classes, so that the next lease finds a block. Pages that are never touched take no memory.</summary>
    public static long SizeClass(long bytes) => bytes <= Smallest ? Smallest : checked((long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)bytes));

    /// <summary>A block of a size that <see cref="SizeClass"/> gave.</summary>
    public static nint Take(long size)
    {
        lock (gate)
        {
            if (free.TryGetValue(size, out var blocks) && blocks.TryPop(out nint block))
            {
                kept -= size;
                return block;
            }
        }
        return NativeBlocks.Allocate(size);
    }

    /// <summary>Keeps a block for the next lease.</summary>
    public static void Return(nint block, long size)
    {
        lock (gate)
        {
            if (!free.TryGetValue(size, out var blocks)) free[size] = blocks = [];
            blocks.Push(block);
            kept += size;
            if (kept > KeptBytes) Evict();
        }
    }

    private static void Evict()
    {
        foreach (long size in free.Keys.Reverse())
        {
            while (kept > KeptBytes && free[size].TryPop(out nint block))
            {
                NativeBlocks.Free(block, size);
                kept -= size;
            }
        }
    }
}
