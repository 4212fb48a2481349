using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>Memory from the operating system, aligned for vectors; large blocks ask for huge pages.</summary>
static unsafe class NativeBlocks
{
    const long Large = 1 << 20;

    public static nint Allocate(long size)
    {
        try
        {
            var pointer = (nint)NativeMemory.AlignedAlloc((nuint)size, size >= Large ? 4096u : 64u);
            if (size >= 2 * Large) HugePages.Advise((void*)pointer, size);
            return pointer;
        }
        catch (OutOfMemoryException)
        {
            throw new OutOfMemoryException($"A tensor of {size / 1048576.0:F1} MB does not fit into the memory that is left.");
        }
    }

    public static void Free(nint pointer, long size) => NativeMemory.AlignedFree((void*)pointer);
}
