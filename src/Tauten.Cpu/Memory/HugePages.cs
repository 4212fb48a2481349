using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>Asks the system to back large blocks with large pages, so that walking through them misses the address cache less often.</summary>
internal static unsafe class HugePages
{
    /// <summary>The size of a large page on the systems that are asked.</summary>
    public const long Size = 2L << 20;

    /// <summary>Advice that the block may use large pages (transparent huge pages on Linux). Does nothing elsewhere; never fails.</summary>
    /// <param name="start">Start of the block, a multiple of <see cref="Size"/> to be of use.</param>
    /// <param name="bytes">Length of the block.</param>
    public static void Advise(void* start, long bytes)
    {
        const int useHugePages = 14;
        if (OperatingSystem.IsLinux())
        {
            try
            {
                MemoryAdvise(start, (nuint)bytes, useHugePages);
            }
            catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
            {
                // A C library of another name: pages stay small.
            }
        }
    }

    /// <summary>madvise(2).</summary>
    [DllImport("libc", EntryPoint = "madvise", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MemoryAdvise(void* start, nuint bytes, int advice);
}
