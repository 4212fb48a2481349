using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>
/// Instructions that .NET has no name for, as bytes that become executable at their first use: their pages are written, then made executable, and never
/// both at once. Linux on x64; elsewhere, where the system forbids it, and where <c>TAUTEN_MACHINE_CODE</c> is <c>off</c>, the kernels in C# are used.
/// </summary>
internal static unsafe class MachineCode
{
    /// <summary>Whether machine code may be used at all.</summary>
    public static bool IsAllowed { get; } =
        PageMemory.IsSupported && RuntimeInformation.ProcessArchitecture == Architecture.X64
        && !string.Equals(Environment.GetEnvironmentVariable("TAUTEN_MACHINE_CODE"), "off", StringComparison.OrdinalIgnoreCase);

    /// <summary>The address of a copy that can be called, or null where the system forbids it.</summary>
    public static void* Map(ReadOnlySpan<byte> code) => IsAllowed ? PageMemory.MapCode(code) : null;
}
