using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>
/// Pages straight from Linux, and its advice to back large blocks with large pages. The only file that knows the operating system; elsewhere
/// <see cref="IsSupported"/> is false, advice does nothing, and blocks come from the portable allocator.
/// </summary>
internal static unsafe class PageMemory
{
    /// <summary>The size of a large page on the systems that are asked.</summary>
    public const long LargePage = 2L << 20;

    const int ReadWrite = 3, ReadExecute = 5, PrivateAnonymous = 0x22;

    /// <summary>Whether blocks can be mapped and unmapped one by one.</summary>
    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && HasMap();

    /// <summary>A block of zeroed pages; a large one asks for large pages and starts with one.</summary>
    /// <exception cref="OutOfMemoryException">The system has no more.</exception>
    public static nint Map(long bytes)
    {
        bool large = bytes >= 2 * LargePage;
        long mapped = large ? bytes + LargePage : bytes;
        var start = (byte*)MapPages(null, (nuint)mapped, ReadWrite, PrivateAnonymous, -1, 0);
        if ((nint)start == -1) throw Exhausted(bytes);
        if (!large) return (nint)start;
        var aligned = (byte*)(((nint)start + (nint)LargePage - 1) & -(nint)LargePage);
        var end = aligned + Whole(bytes);
        if (aligned > start) UnmapPages(start, (nuint)(aligned - start));
        if (start + mapped > end) UnmapPages(end, (nuint)(start + mapped - end));
        Advise(aligned, bytes);
        return (nint)aligned;
    }

    /// <summary>A copy of instructions in pages that are written, then made executable, and never both at once; null where the system forbids it.</summary>
    public static void* MapCode(ReadOnlySpan<byte> code)
    {
        void* place = MapPages(null, (nuint)code.Length, ReadWrite, PrivateAnonymous, -1, 0);
        if ((nint)place == -1) return null;
        code.CopyTo(new Span<byte>(place, code.Length));
        if (ProtectPages(place, (nuint)code.Length, ReadExecute) == 0) return place;
        UnmapPages(place, (nuint)code.Length);
        return null;
    }

    // Unmapping works on whole small pages; 64 KB is a multiple of those of every system.
    static long Whole(long bytes) => (bytes + 0xFFFF) & ~0xFFFFL;

    /// <summary>Gives a mapped block back.</summary>
    public static void Unmap(nint start, long bytes) => UnmapPages((void*)start, (nuint)(bytes >= 2 * LargePage ? Whole(bytes) : bytes));

    /// <summary>Advice that the block may use large pages (transparent huge pages). Does nothing elsewhere; never fails.</summary>
    /// <param name="start">Start of the block, a multiple of <see cref="LargePage"/> to be of most use.</param>
    /// <param name="bytes">Length of the block.</param>
    public static void Advise(void* start, long bytes)
    {
        const int useLargePages = 14;
        if (IsSupported) AdvisePages(start, (nuint)bytes, useLargePages);
    }

    /// <summary>
    /// Asks for the pages of some bytes of a mapped file, so that the system reads them in order and ahead of those who need them, in whatever order they do. Does nothing elsewhere; never fails.
    /// </summary>
    public static void Bring(void* start, long bytes)
    {
        const int willBeNeeded = 3;
        if (!IsSupported) return;
        nint first = (nint)start & -(nint)Environment.SystemPageSize;
        AdvisePages((void*)first, (nuint)((nint)start + (nint)bytes - first), willBeNeeded);
    }

    /// <summary>
    /// Takes the pages that lie wholly within some bytes of a mapped file out of memory; reading them brings them back. Does nothing elsewhere; never fails.
    /// </summary>
    public static void Drop(void* start, long bytes)
    {
        const int takeAway = 4;
        if (!IsSupported) return;
        nint page = Environment.SystemPageSize, first = ((nint)start + page - 1) & -page, end = ((nint)start + (nint)bytes) & -page;
        if (end > first) AdvisePages((void*)first, (nuint)(end - first), takeAway);
    }

    /// <summary>What to say when the memory is used up.</summary>
    public static OutOfMemoryException Exhausted(long bytes) => new($"A tensor of {bytes / 1048576.0:F1} MB does not fit into the memory that is left.");

    // A system whose C library has another name goes the portable way.
    static bool HasMap() => NativeLibrary.TryLoad("libc", typeof(PageMemory).Assembly, DllImportSearchPath.SafeDirectories, out _);

    [DllImport("libc", EntryPoint = "mmap", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void* MapPages(void* address, nuint bytes, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "munmap", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int UnmapPages(void* address, nuint bytes);

    [DllImport("libc", EntryPoint = "mprotect", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ProtectPages(void* place, nuint bytes, int protection);

    [DllImport("libc", EntryPoint = "madvise", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int AdvisePages(void* start, nuint bytes, int advice);
}
