using System.Runtime.InteropServices;

namespace Tauten.Testing;

/// <summary>At which end of a block the inaccessible page begins.</summary>
public enum Guard
{
    /// <summary>The last byte touches the page behind.</summary>
    Behind,

    /// <summary>The first byte touches the page in front.</summary>
    InFront,
}

/// <summary>
/// Blocks of memory between inaccessible pages: code that leaves its block by one byte on the guarded side ends the process at that instruction,
/// with its stack trace. On the other side, up to the end of the page, lie marked bytes that <see cref="Check"/> looks at, so that a write
/// there is found as well. All blocks are given back at once.
/// </summary>
public sealed unsafe partial class GuardedMemory(Guard guard) : IDisposable
{
    const byte Mark = 0xA5, Garbage = 0xFF;
    static readonly nuint page = (nuint)Environment.SystemPageSize;

    readonly List<Block> blocks = [];
    readonly Lock gate = new();

    readonly record struct Block(nint Mapped, nuint MappedSize, nint Start, nuint Size);

    /// <summary>A block of <paramref name="byteCount"/> bytes, filled with 0xFF: NaN, or -1.</summary>
    public nint Allocate(long byteCount)
    {
        nuint size = (nuint)byteCount, room = (size + page - 1) / page * page, total = room + 2 * page;
        nint mapped = Pages.Map(total);
        byte* open = (byte*)mapped + page;
        Pages.Open((nint)open, room);
        NativeMemory.Fill(open, room, Mark);
        byte* start = guard == Guard.Behind ? open + (room - size) : open;
        NativeMemory.Fill(start, size, Garbage);
        lock (gate) blocks.Add(new(mapped, total, (nint)start, size));
        return (nint)start;
    }

    /// <summary>Tells how many bytes beside blocks were overwritten.</summary>
    public int Check()
    {
        int changed = 0;
        lock (gate)
            foreach (var block in blocks)
            {
                byte* open = (byte*)block.Mapped + page, start = (byte*)block.Start, end = (byte*)block.Mapped + block.MappedSize - page;
                for (byte* p = open; p < start; p++) changed += *p == Mark ? 0 : 1;
                for (byte* p = start + block.Size; p < end; p++) changed += *p == Mark ? 0 : 1;
            }
        return changed;
    }

    /// <summary>Gives all blocks back.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            foreach (var block in blocks) Pages.Unmap(block.Mapped, block.MappedSize);
            blocks.Clear();
        }
    }

    static partial class Pages
    {
        const int ReadWrite = 3, Private = 2;
        const uint Reserve = 0x2000, Commit = 0x1000, Release = 0x8000, PageReadWrite = 4, PageNoAccess = 1;

        public static nint Map(nuint size)
        {
            nint mapped = OperatingSystem.IsWindows() ? VirtualAlloc(0, size, Reserve, PageNoAccess) : mmap(0, size, 0, Private | (OperatingSystem.IsLinux() ? 0x20 : 0x1000), -1, 0);
            return mapped is not (0 or -1) ? mapped : throw new OutOfMemoryException($"No {size} bytes between guard pages.");
        }

        public static void Open(nint start, nuint size)
        {
            if (size == 0) return;
            bool opened = OperatingSystem.IsWindows() ? VirtualAlloc(start, size, Commit, PageReadWrite) != 0 : mprotect(start, size, ReadWrite) == 0;
            if (!opened) throw new OutOfMemoryException($"{size} bytes between guard pages could not be opened.");
        }

        public static void Unmap(nint start, nuint size)
        {
            if (OperatingSystem.IsWindows()) VirtualFree(start, 0, Release);
            else munmap(start, size);
        }

        [LibraryImport("libc", SetLastError = true)]
        private static partial nint mmap(nint address, nuint length, int protection, int flags, int file, nint offset);

        [LibraryImport("libc", SetLastError = true)]
        private static partial int mprotect(nint address, nuint length, int protection);

        [LibraryImport("libc", SetLastError = true)]
        private static partial int munmap(nint address, nuint length);

        [LibraryImport("kernel32", SetLastError = true)]
        private static partial nint VirtualAlloc(nint address, nuint size, uint type, uint protection);

        [LibraryImport("kernel32", SetLastError = true)]
        private static partial int VirtualFree(nint address, nuint size, uint type);
    }
}
