using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>
/// Memory from the operating system for the pool. Large blocks are mapped and unmapped one by one where the system allows: a general allocator
/// would keep freed ones in its heaps, out of reach.
/// </summary>
static unsafe class NativeBlocks
{
    const long Mapped = 256 << 10;

    public static nint Allocate(long size)
    {
        if (size >= Mapped && PageMemory.IsSupported) return PageMemory.Map(size);
        try
        {
            return (nint)NativeMemory.AlignedAlloc((nuint)size, 64);
        }
        catch (OutOfMemoryException)
        {
            throw PageMemory.Exhausted(size);
        }
    }

    public static void Free(nint pointer, long size)
    {
        if (size >= Mapped && PageMemory.IsSupported) PageMemory.Unmap(pointer, size);
        else NativeMemory.AlignedFree((void*)pointer);
    }
}
