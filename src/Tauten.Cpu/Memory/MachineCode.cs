using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>
/// Instructions that .NET has no name for, as bytes that become executable at their first use: their pages are written, then made executable, and never
/// both at once. Linux on x64; elsewhere, where the system forbids it, and where <c>TAUTEN_MACHINE_CODE</c> is <c>off</c>, the kernels in C# are used.
/// </summary>
internal static unsafe class MachineCode
{
    const int Read = 1, Write = 2, Execute = 4, Private = 2, Anonymous = 0x20;

    /// <summary>Whether machine code may be used at all.</summary>
    public static bool IsAllowed { get; } =
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64
        && !string.Equals(Environment.GetEnvironmentVariable("TAUTEN_MACHINE_CODE"), "off", StringComparison.OrdinalIgnoreCase);

    /// <summary>The address of a copy that can be called, or null where the system forbids it.</summary>
    public static void* Map(ReadOnlySpan<byte> code)
    {
        if (!IsAllowed || !PageMemory.IsSupported) return null;
        nint place = MapPages(0, (nuint)code.Length, Read | Write, Private | Anonymous, -1, 0);
        if (place == -1) return null;
        code.CopyTo(new Span<byte>((void*)place, code.Length));
        if (ProtectPages(place, (nuint)code.Length, Read | Execute) == 0) return (void*)place;
        _ = UnmapPages(place, (nuint)code.Length);
        return null;
    }

    [DllImport("libc", EntryPoint = "mmap", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint MapPages(nint place, nuint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ProtectPages(nint place, nuint length, int protection);

    [DllImport("libc", EntryPoint = "munmap", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int UnmapPages(nint place, nuint length);
}
