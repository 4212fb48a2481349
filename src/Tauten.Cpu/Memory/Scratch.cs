using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>
/// A lease of temporary memory, given back when disposed: <c>using var scratch = Scratch.Take(bytes);</c>. Comes from a stack of the calling thread,
/// so leases end in the reverse order of their beginning, on the thread that took them; others may use the memory in between.
/// The content is arbitrary. A thread keeps its memory for the next lease.
/// </summary>
internal readonly unsafe ref struct Scratch
{
    /// <summary>Every lease starts at a multiple of this many bytes.</summary>
    public const int Alignment = 64;

    private readonly ScratchStack stack;
    private readonly ScratchStack.Mark mark;

    private Scratch(ScratchStack stack, long bytes)
    {
        this.stack = stack;
        Pointer = stack.Push(bytes, out mark);
    }

    /// <summary>The start of the memory.</summary>
    public byte* Pointer { get; }

    /// <summary>Takes at least <paramref name="bytes"/> bytes.</summary>
    /// <exception cref="OutOfMemoryException">The system has no more memory.</exception>
    public static Scratch Take(long bytes) => new(ScratchStack.OfThisThread, bytes);

    /// <summary>Gives the memory back to the thread's stack.</summary>
    public void Dispose() => stack.Pop(mark);
}

/// <summary>The memory behind the <see cref="Scratch"/> leases of one thread: blocks used as a stack.</summary>
internal sealed unsafe class ScratchStack
{
    /// <summary>What an idle thread keeps at most.</summary>
    private const long KeptBytes = 256L << 20;

    /// <summary>The least size of a block.</summary>
    private const long SmallestBlock = 256L << 10;

    [ThreadStatic]
    private static ScratchStack? current;

    private static readonly Lock gate = new();
    private static readonly List<(Thread Owner, ScratchStack Stack)> owned = [];

    private readonly List<Block> blocks = [];
    private int top = -1;
    private long used;

    /// <summary>How far the stack was filled when a lease began.</summary>
    internal readonly record struct Mark(int Top, long Used);

    /// <summary>A block of memory.</summary>
    private readonly record struct Block(nint Start, long Bytes);

    /// <summary>The stack of the calling thread.</summary>
    public static ScratchStack OfThisThread => current ??= Begin();

    /// <summary>The number of stacks: at most one for each thread that lives, and for each that has ended since the last <see cref="FreeEnded"/>.</summary>
    public static int Count
    {
        get
        {
            lock (gate) return owned.Count;
        }
    }

    /// <summary>A thread begins to use scratch memory. It takes over what one has left behind that has ended.</summary>
    private static ScratchStack Begin()
    {
        lock (gate)
        {
            int ended = owned.FindIndex(o => !o.Owner.IsAlive);
            var stack = ended < 0 ? new() : owned[ended].Stack;
            (stack.top, stack.used) = (-1, 0);
            if (ended < 0) owned.Add((Thread.CurrentThread, stack));
            else owned[ended] = (Thread.CurrentThread, stack);
            return stack;
        }
    }

    /// <summary>Gives back the memory of threads that have ended. The pool calls it whenever it looks for blocks that nobody holds.</summary>
    public static void FreeEnded()
    {
        lock (gate)
        {
            foreach (var (owner, stack) in owned)
                if (!owner.IsAlive)
                    while (stack.blocks.Count > 0) stack.Free(stack.blocks.Count - 1);
            owned.RemoveAll(o => !o.Owner.IsAlive && o.Stack.blocks.Count == 0);
        }
    }

    /// <summary>Takes <paramref name="bytes"/> bytes from the top of the stack.</summary>
    public byte* Push(long bytes, out Mark mark)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        mark = new(top, used);
        bytes = (bytes + Scratch.Alignment - 1) & -Scratch.Alignment;
        if (top < 0 || used + bytes > blocks[top].Bytes)
        {
            // What lies above the top is free: too small ones make room for one that fits.
            while (blocks.Count > top + 1 && blocks[top + 1].Bytes < bytes)
                Free(top + 1);
            if (blocks.Count == top + 1)
                blocks.Add(Allocate(bytes));
            top++;
            used = 0;
        }
        var start = (byte*)blocks[top].Start + used;
        used += bytes;
        return start;
    }

    /// <summary>Ends the newest lease. When it was the last one, several blocks become one, so that the next round fits into a single block.</summary>
    public void Pop(Mark mark)
    {
        (top, used) = (mark.Top, mark.Used);
        if (top >= 0 || blocks.Count == 0)
            return;
        long total = 0;
        foreach (var block in blocks)
            total += block.Bytes;
        if (blocks.Count == 1 && total <= KeptBytes)
            return;
        while (blocks.Count > 0)
            Free(blocks.Count - 1);
        if (total <= KeptBytes)
            blocks.Add(Allocate(total));
    }

    /// <summary>A new block; a large one on huge pages.</summary>
    private static Block Allocate(long bytes)
    {
        bytes = Math.Max(bytes, SmallestBlock);
        if (bytes < PageMemory.LargePage)
            return new((nint)NativeMemory.AlignedAlloc((nuint)bytes, 4096), bytes);
        bytes = (bytes + PageMemory.LargePage - 1) & -PageMemory.LargePage;
        var start = NativeMemory.AlignedAlloc((nuint)bytes, (nuint)PageMemory.LargePage);
        PageMemory.Advise(start, bytes);
        return new((nint)start, bytes);
    }

    /// <summary>Gives a block back to the system.</summary>
    private void Free(int index)
    {
        NativeMemory.AlignedFree((void*)blocks[index].Start);
        blocks.RemoveAt(index);
    }
}
