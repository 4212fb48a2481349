using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Tauten.Cpu;

/// <summary>The size of the block of C that a micro-kernel keeps in registers.</summary>
internal interface ITile
{
    /// <summary>Rows, 1 to 12.</summary>
    static abstract int Rows { get; }

    /// <summary>Vectors side by side, 1 or 2.</summary>
    static abstract int Vectors { get; }
}

/// <summary>The number of rows of a tile.</summary>
internal interface ITileRows
{
    /// <summary>Rows, 1 to 12.</summary>
    static abstract int Rows { get; }
}

/// <summary>12 rows: 24 accumulators, for the 32 registers of AVX-512 and Arm.</summary>
internal readonly struct TwelveRows : ITileRows
{
    /// <inheritdoc/>
    public static int Rows => 12;
}

/// <summary>8 rows.</summary>
internal readonly struct EightRows : ITileRows
{
    /// <inheritdoc/>
    public static int Rows => 8;
}

/// <summary>7 rows.</summary>
internal readonly struct SevenRows : ITileRows
{
    /// <inheritdoc/>
    public static int Rows => 7;
}

/// <summary>6 rows: 12 accumulators, for the 16 registers of AVX2.</summary>
internal readonly struct SixRows : ITileRows
{
    /// <inheritdoc/>
    public static int Rows => 6;
}

/// <summary>4 rows.</summary>
internal readonly struct FourRows : ITileRows
{
    /// <inheritdoc/>
    public static int Rows => 4;
}

/// <summary>3 rows.</summary>
internal readonly struct ThreeRows : ITileRows
{
    /// <inheritdoc/>
    public static int Rows => 3;
}

/// <summary>2 rows.</summary>
internal readonly struct TwoRows : ITileRows
{
    /// <inheritdoc/>
    public static int Rows => 2;
}

/// <summary>1 row.</summary>
internal readonly struct OneRow : ITileRows
{
    /// <inheritdoc/>
    public static int Rows => 1;
}

/// <summary>A tile two vectors wide.</summary>
internal readonly struct Wide<TRows> : ITile where TRows : struct, ITileRows
{
    /// <inheritdoc/>
    public static int Rows => TRows.Rows;

    /// <inheritdoc/>
    public static int Vectors => 2;
}

/// <summary>A tile one vector wide.</summary>
internal readonly struct Narrow<TRows> : ITile where TRows : struct, ITileRows
{
    /// <inheritdoc/>
    public static int Rows => TRows.Rows;

    /// <inheritdoc/>
    public static int Vectors => 1;
}

/// <summary>How the operands of a tile lie in memory.</summary>
internal interface ITileStrides
{
    /// <summary>Distance of rows of A.</summary>
    long ARow { get; }

    /// <summary>Distance of columns of A.</summary>
    long AColumn { get; }

    /// <summary>Distance of rows of B.</summary>
    long BRow { get; }
}

/// <summary>Any distances.</summary>
internal readonly struct FreeStrides(long aRow, long aColumn, long bRow) : ITileStrides
{
    /// <inheritdoc/>
    public long ARow { [MethodImpl(MethodImplOptions.AggressiveInlining)] get; } = aRow;

    /// <inheritdoc/>
    public long AColumn { [MethodImpl(MethodImplOptions.AggressiveInlining)] get; } = aColumn;

    /// <inheritdoc/>
    public long BRow { [MethodImpl(MethodImplOptions.AggressiveInlining)] get; } = bRow;
}

/// <summary>A packed strip and a packed panel: the distances are constants.</summary>
internal readonly struct PackedStrides<V, T> : ITileStrides
    where V : unmanaged, IProductVector<V, T>
    where T : unmanaged
{
    /// <inheritdoc/>
    public long ARow { [MethodImpl(MethodImplOptions.AggressiveInlining)] get => 1; }

    /// <inheritdoc/>
    public long AColumn { [MethodImpl(MethodImplOptions.AggressiveInlining)] get => Tiles<V, T>.StripRows; }

    /// <inheritdoc/>
    public long BRow { [MethodImpl(MethodImplOptions.AggressiveInlining)] get => Tiles<V, T>.PanelColumns; }
}

/// <summary>A strip whose rows are contiguous.</summary>
internal readonly struct RowStrides(long aRow, long bRow) : ITileStrides
{
    /// <inheritdoc/>
    public long ARow { [MethodImpl(MethodImplOptions.AggressiveInlining)] get; } = aRow;

    /// <inheritdoc/>
    public long AColumn { [MethodImpl(MethodImplOptions.AggressiveInlining)] get => 1; }

    /// <inheritdoc/>
    public long BRow { [MethodImpl(MethodImplOptions.AggressiveInlining)] get; } = bRow;
}

/// <summary>A strip whose columns are contiguous.</summary>
internal readonly struct ColumnStrides(long aColumn, long bRow) : ITileStrides
{
    /// <inheritdoc/>
    public long ARow { [MethodImpl(MethodImplOptions.AggressiveInlining)] get => 1; }

    /// <inheritdoc/>
    public long AColumn { [MethodImpl(MethodImplOptions.AggressiveInlining)] get; } = aColumn;

    /// <inheritdoc/>
    public long BRow { [MethodImpl(MethodImplOptions.AggressiveInlining)] get; } = bRow;
}

/// <summary>The tiles of one element type and vector width: which there are, and the micro-kernel of each.</summary>
internal static unsafe class Tiles<V, T>
    where V : unmanaged, IProductVector<V, T>
    where T : unmanaged
{
    /// <summary>Rows of the packed strips of A, whatever the tiles: a strip may be walked in several tiles.</summary>
    public const int StripRows = 12;

    /// <summary>Columns of the packed panels of B: the width of a wide tile.</summary>
    public static int PanelColumns
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * V.Count;
    }

    /// <summary>Rows of the largest tile that the registers hold: x86 without AVX-512 has 16 of them, all others 32.</summary>
    public static int MostRows
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Sse.IsSupported && V.Count * sizeof(T) < 64 ? 6 : 12;
    }

    /// <summary>Whether a tile is so small that a step reads more of a panel than of a strip: then panels stay in the first cache while strips pass.</summary>
    public static bool HasFewRegisters
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => MostRows < StripRows;
    }

    /// <summary>The tallest tile that fits into <paramref name="rows"/> rows.</summary>
    public static int RowsOfTile(int rows)
    {
        // Two tiles of four rows rather than one of six and one of two, whose four sums would wait for each other.
        if (HasFewRegisters && rows is 7 or 8) return 4;
        if (rows >= MostRows) return MostRows;
        if (rows >= 8) return 8;
        if (rows >= 4) return 4;
        return rows >= 2 ? 2 : 1;
    }

    /// <summary>Runs the micro-kernel of a tile: see <see cref="MicroKernel{V, T, TTile, TStrides}.Run"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        int rows, bool wide, long inner, T* a, long aRow, long aColumn, T* b, long bRow, T* c, long cRow, bool accumulate, T* bias = null, T* ahead = null)
    {
        if (typeof(V) == typeof(ByteDot512) && ByteTile.TryRun(rows, wide, inner, (uint*)a, aRow, aColumn, (uint*)b, bRow, (uint*)c, cRow, accumulate))
            return;
        if (ahead == null) ahead = b;
        switch (rows)
        {
            case 12: Run<TwelveRows>(wide, inner, a, aRow, aColumn, b, bRow, c, cRow, accumulate, bias, ahead); break;
            case 8: Run<EightRows>(wide, inner, a, aRow, aColumn, b, bRow, c, cRow, accumulate, bias, ahead); break;
            case 6: Run<SixRows>(wide, inner, a, aRow, aColumn, b, bRow, c, cRow, accumulate, bias, ahead); break;
            case 4: Run<FourRows>(wide, inner, a, aRow, aColumn, b, bRow, c, cRow, accumulate, bias, ahead); break;
            case 2: Run<TwoRows>(wide, inner, a, aRow, aColumn, b, bRow, c, cRow, accumulate, bias, ahead); break;
            default: Run<OneRow>(wide, inner, a, aRow, aColumn, b, bRow, c, cRow, accumulate, bias, ahead); break;
        }
    }

    /// <summary>The tile of a number of rows and one of both widths.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run<TRows>(
        bool wide, long inner, T* a, long aRow, long aColumn, T* b, long bRow, T* c, long cRow, bool accumulate, T* bias = null, T* ahead = null)
        where TRows : struct, ITileRows
    {
        // The tile that most of the work goes to has kernels of its own for operands that are contiguous in some way, where registers are few.
        if (wide && TRows.Rows == MostRows && HasFewRegisters && (aRow == 1 || aColumn == 1))
        {
            if (aRow == 1 && aColumn == StripRows && bRow == PanelColumns)
                MicroKernel<V, T, Wide<TRows>, PackedStrides<V, T>>.Run(inner, a, b, default, c, cRow, accumulate, bias, ahead);
            else if (aColumn == 1)
                MicroKernel<V, T, Wide<TRows>, RowStrides>.Run(inner, a, b, new(aRow, bRow), c, cRow, accumulate, bias, ahead);
            else
                MicroKernel<V, T, Wide<TRows>, ColumnStrides>.Run(inner, a, b, new(aColumn, bRow), c, cRow, accumulate, bias, ahead);
        }
        else if (wide)
            MicroKernel<V, T, Wide<TRows>, FreeStrides>.Run(inner, a, b, new(aRow, aColumn, bRow), c, cRow, accumulate, bias, ahead);
        else
            MicroKernel<V, T, Narrow<TRows>, FreeStrides>.Run(inner, a, b, new(aRow, aColumn, bRow), c, cRow, accumulate, bias, ahead);
    }
}
