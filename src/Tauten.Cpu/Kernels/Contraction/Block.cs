using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>The left operand of a block product, as strips of <see cref="Tiles{V, T}.StripRows"/> rows.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="start">The first strip.</param>
/// <param name="row">Distance of rows within a strip.</param>
/// <param name="column">Distance of columns.</param>
/// <param name="strip">Distance of strips.</param>
internal readonly unsafe struct LeftStrips<T>(T* start, long row, long column, long strip) where T : unmanaged
{
    /// <summary>The first strip.</summary>
    public readonly T* Start = start;

    /// <summary>Distance of rows within a strip: 1 where packed.</summary>
    public readonly long Row = row;

    /// <summary>Distance of columns.</summary>
    public readonly long Column = column;

    /// <summary>Distance of strips.</summary>
    public readonly long Strip = strip;

    /// <summary>Strips that were packed column after column, for sums of length <paramref name="inner"/>.</summary>
    public static LeftStrips<T> Packed(T* start, long inner, int stripRows) => new(start, 1, stripRows, stripRows * inner);

    /// <summary>A matrix as it lies in memory.</summary>
    public static LeftStrips<T> InPlace(T* start, long row, long column, int stripRows) => new(start, row, column, stripRows * row);
}

/// <summary>The right operand of a block product, as panels of <see cref="Tiles{V, T}.PanelColumns"/> columns whose rows are contiguous.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="start">The first panel.</param>
/// <param name="row">Distance of rows.</param>
/// <param name="panel">Distance of panels.</param>
/// <param name="tail">The last panel where its columns are fewer than a panel's: packed and filled up with zeros.</param>
/// <param name="tailRow">Distance of rows there.</param>
internal readonly unsafe struct RightPanels<T>(T* start, long row, long panel, T* tail, long tailRow) where T : unmanaged
{
    /// <summary>The first panel.</summary>
    public readonly T* Start = start;

    /// <summary>Distance of rows.</summary>
    public readonly long Row = row;

    /// <summary>Distance of panels.</summary>
    public readonly long Panel = panel;

    /// <summary>The last panel where its columns are fewer than a panel's.</summary>
    public readonly T* Tail = tail;

    /// <summary>Distance of rows in <see cref="Tail"/>.</summary>
    public readonly long TailRow = tailRow;

    /// <summary>Panels that were packed row after row, for sums of length <paramref name="inner"/>.</summary>
    public static RightPanels<T> Packed(T* start, long inner, long columns, int panelColumns) => Apart(start, panelColumns * inner, columns, panelColumns);

    /// <summary>Panels that were packed row after row, <paramref name="panel"/> elements apart.</summary>
    public static RightPanels<T> Apart(T* start, long panel, long columns, int panelColumns) => new(start, panelColumns, panel, start + columns / panelColumns * panel, panelColumns);
}

/// <summary>
/// Products of blocks small enough that a strip of A stays in the first cache and the panels of B in the second. Fully optimized from the first call, as all
/// that runs per strip or tile: in the first tier it would take longer than the tiles of a small product.
/// </summary>
internal static unsafe class Block<V, T>
    where V : unmanaged, IProductVector<V, T>
    where T : unmanaged
{
    /// <summary>C[rows, columns] = [C] + A B, over sums of length <paramref name="inner"/>.</summary>
    /// <param name="rows">Rows of A and C.</param>
    /// <param name="columns">Columns of B and C.</param>
    /// <param name="inner">Columns of A, rows of B.</param>
    /// <param name="a">A.</param>
    /// <param name="b">B.</param>
    /// <param name="c">C, its columns contiguous.</param>
    /// <param name="cRow">Distance of rows of C.</param>
    /// <param name="accumulate">Whether to add to what C holds.</param>
    /// <param name="bias">One number for each column, added to each row; null for none.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        long rows, long columns, long inner, in LeftStrips<T> a, in RightPanels<T> b, T* c, long cRow, bool accumulate, T* bias = null)
    {
        if (Tiles<V, T>.HasFewRegisters)
            ByPanels(rows, columns, inner, a, b, c, cRow, accumulate, bias);
        else
            ByStrips(rows, columns, inner, a, b, c, cRow, accumulate, bias);
    }

    /// <summary>Panel after panel, which stays in the first cache while strips pass: with 16 registers a step reads less of a strip than of a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ByPanels(
        long rows, long columns, long inner, in LeftStrips<T> a, in RightPanels<T> b, T* c, long cRow, bool accumulate, T* bias)
    {
        int panelColumns = Tiles<V, T>.PanelColumns;
        var right = b.Start;
        for (long j = 0; j < columns; j += panelColumns, right += b.Panel)
        {
            int tileColumns = (int)Math.Min(panelColumns, columns - j);
            bool whole = tileColumns == panelColumns;
            var panel = whole ? right : b.Tail;
            long panelRow = whole ? b.Row : b.TailRow;
            var panelBias = bias == null ? null : bias + j;
            var strip = a.Start;
            // The next panel comes from the third cache; asked for bit by bit now, it is in the second when its turn comes.
            T* ahead = right + b.Panel, end = ahead + b.Panel;
            long asked = inner * (16 / sizeof(T));
            for (long i = 0; i < rows; i += Tiles<V, T>.StripRows, strip += a.Strip)
            {
                int stripRows = (int)Math.Min(Tiles<V, T>.StripRows, rows - i);
                for (int done = 0; done < stripRows;)
                {
                    int tileRows = Tiles<V, T>.RowsOfTile(stripRows - done);
                    var left = strip + done * a.Row;
                    var target = c + (i + done) * cRow + j;
                    if (whole)
                        Tiles<V, T>.Run(tileRows, true, inner, left, a.Row, a.Column, panel, panelRow, target, cRow, accumulate, panelBias, ahead);
                    else
                        Edge(tileRows, tileColumns, inner, left, a.Row, a.Column, panel, panelRow, target, cRow, accumulate, panelBias);
                    done += tileRows;
                    ahead = ahead != null && ahead + asked < end ? ahead + asked : null;
                }
            }
        }
    }

    /// <summary>Strip after strip, which stays in the first cache while panels pass.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ByStrips(
        long rows, long columns, long inner, in LeftStrips<T> a, in RightPanels<T> b, T* c, long cRow, bool accumulate, T* bias)
    {
        int panelColumns = Tiles<V, T>.PanelColumns;
        for (long i = 0; i < rows; i += Tiles<V, T>.StripRows)
        {
            var strip = a.Start + i / Tiles<V, T>.StripRows * a.Strip;
            int stripRows = (int)Math.Min(Tiles<V, T>.StripRows, rows - i);
            for (int done = 0; done < stripRows;)
            {
                int tileRows = Tiles<V, T>.RowsOfTile(stripRows - done);
                var left = strip + done * a.Row;
                var target = c + (i + done) * cRow;
                var right = b.Start;
                long j = 0;
                for (; j + panelColumns <= columns; j += panelColumns, right += b.Panel)
                    Tiles<V, T>.Run(tileRows, true, inner, left, a.Row, a.Column, right, b.Row, target + j, cRow, accumulate, bias == null ? null : bias + j);
                if (j < columns)
                    Edge(tileRows, (int)(columns - j), inner, left, a.Row, a.Column, b.Tail, b.TailRow, target + j, cRow, accumulate, bias == null ? null : bias + j);
                done += tileRows;
            }
        }
    }

    /// <summary>A tile that C has fewer columns for: computed beside C, then copied.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Edge(
        int rows, int columns, long inner, T* a, long aRow, long aColumn, T* b, long bRow, T* c, long cRow, bool accumulate, T* bias)
    {
        bool wide = columns > V.Count;
        if (columns == V.Count)
        {
            Tiles<V, T>.Run(rows, wide, inner, a, aRow, aColumn, b, bRow, c, cRow, accumulate, bias);
            return;
        }
        int width = wide ? 2 * V.Count : V.Count;
        var tile = stackalloc V[Tiles<V, T>.StripRows * 2];
        var kept = stackalloc V[2];
        var source = (T*)tile;
        if (bias != null)
        {
            kept[0] = kept[1] = default;
            Unsafe.CopyBlockUnaligned(kept, bias, (uint)(columns * sizeof(T)));
            bias = (T*)kept;
        }
        Tiles<V, T>.Run(rows, wide, inner, a, aRow, aColumn, b, bRow, source, width, false, bias);
        for (int i = 0; i < rows; i++, source += width, c += cRow)
        {
            if (accumulate)
            {
                // The same addition as in a whole tile, lane by lane: the sum does not depend on where the tile lies.
                Unsafe.CopyBlockUnaligned(kept, c, (uint)(columns * sizeof(T)));
                (V.Load(source) + kept[0]).Store(source);
                if (wide)
                    (V.Load(source + V.Count) + kept[1]).Store(source + V.Count);
            }
            Unsafe.CopyBlockUnaligned(c, source, (uint)(columns * sizeof(T)));
        }
    }
}
