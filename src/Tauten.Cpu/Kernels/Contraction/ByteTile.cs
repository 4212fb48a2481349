using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Tauten.Cpu;

/// <summary>
/// The tile of <see cref="ByteDot512"/> in machine code, with the instruction vpdpbusd of AVX512-VNNI: up to 12 rows of two vectors, from a packed strip.
/// </summary>
internal static unsafe partial class ByteTile
{
    /// <summary>What the code is called with: its only argument points to this. Distances are in bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Arguments
    {
        /// <summary>The strip of A, four bytes of each of 12 rows after the other.</summary>
        public uint* A;

        /// <summary>The panel of B.</summary>
        public uint* B;

        /// <summary>Distance of rows of B.</summary>
        public long BRow;

        /// <summary>Length of the sums, in fours; at least 1.</summary>
        public long Inner;

        /// <summary>The tile of C.</summary>
        public uint* C;

        /// <summary>Distance of rows of C.</summary>
        public long CRow;

        /// <summary>Not 0 to add to what C holds.</summary>
        public long Accumulate;
    }

    /// <summary>Rows of the tiles that there are, in the order of <see cref="Code"/>.</summary>
    public static ReadOnlySpan<int> RowsOfTiles => [12, 8, 4, 2, 1];

    static readonly nint[] addresses = Map();

    /// <summary>Whether the code is there and is used; a test switches it off.</summary>
    public static bool IsEnabled { get; set; } = IsAvailable;

    /// <summary>Whether this machine and system can run the code.</summary>
    public static bool IsAvailable => addresses.Length > 0;

    /// <summary>Computes a tile if there is code for it.</summary>
    /// <returns>Whether there was.</returns>
    public static bool TryRun(int rows, bool wide, long inner, uint* a, long aRow, long aColumn, uint* b, long bRow, uint* c, long cRow, bool accumulate)
    {
        if (!IsEnabled || !wide || aRow != 1 || aColumn != 12 || inner < 1) return false;
        int place = RowsOfTiles.IndexOf(rows);
        if (place < 0) return false;
        var arguments = new Arguments { A = a, B = b, BRow = bRow * sizeof(uint), Inner = inner, C = c, CRow = cRow * sizeof(uint), Accumulate = accumulate ? 1 : 0 };
        // Some microseconds at most: no need to tell the garbage collector.
        ((delegate* unmanaged[SuppressGCTransition]<Arguments*, void>)addresses[place])(&arguments);
        return true;
    }

    static nint[] Map()
    {
        const int Avx512Vnni = 1 << 11;
        if (!MachineCode.IsAllowed || !Avx512BW.IsSupported || !X86Base.IsSupported || (X86Base.CpuId(7, 0).Ecx & Avx512Vnni) == 0) return [];
        var addresses = new nint[RowsOfTiles.Length];
        for (int i = 0; i < addresses.Length; i++)
        {
            addresses[i] = (nint)MachineCode.Map(Code(RowsOfTiles[i]));
            if (addresses[i] == 0) return [];
        }
        return addresses;
    }
}
