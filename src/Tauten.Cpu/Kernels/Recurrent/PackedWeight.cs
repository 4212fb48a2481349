using System.Numerics;

namespace Tauten.Cpu;

/// <summary>
/// A weight that multiplies states at every step, packed once for all of them: B[inner, groups columns], in panels for the micro-kernel. Each group (gate)
/// begins a panel of its own, so that the same range of columns of all groups can be computed together. Sums run in ascending order, whatever the rows and
/// panels that are done at a time.
/// </summary>
internal unsafe struct PackedWeight<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>Of a weight that comes from the third cache.</summary>
    private const double NanosecondsOfByte = 0.03;

    private T* packed;
    private long inner, step, columns;
    private int groups;

    /// <summary>Columns of a panel.</summary>
    public static int PanelColumns => Tiles<V, T>.PanelColumns;

    /// <summary>Panels of a group.</summary>
    public readonly long Panels => BlockSizes.Parts(columns, PanelColumns);

    /// <summary>Nanoseconds of a product with so many rows: for few of them, what it takes to bring the weight.</summary>
    public readonly double Work(long rows) => Math.Max(BlockSizes.Work<T>(rows, groups * columns, inner), groups * columns * inner * (sizeof(T) * NanosecondsOfByte));

    /// <summary>Elements that <see cref="Pack"/> writes.</summary>
    public static long Size(int groups, long columns, long inner) => groups * BlockSizes.Parts(columns, PanelColumns) * PanelColumns * inner;

    /// <summary>Packs B, where B[p, group columns + j] lies at source[p * row + (group columns + j) * column].</summary>
    public static PackedWeight<V, T> Pack(T* source, long row, long column, int groups, long columns, long inner, T* target)
    {
        var weight = new PackedWeight<V, T> { packed = target, inner = inner, step = BlockSizes.Inner<T>(inner), columns = columns, groups = groups };
        var chunks = new Chunks { Weight = weight, Source = source, Row = row, Column = column };
        Workers.For(checked((int)(groups * weight.Panels)), groups * columns * inner * 0.4, ref chunks);
        return weight;
    }

    /// <summary>c[rows, columns of the panel] = [c] + a B.</summary>
    /// <param name="rows">Rows of a and c.</param>
    /// <param name="a">The states.</param>
    /// <param name="aRow">Distance of their rows.</param>
    /// <param name="group">The group.</param>
    /// <param name="panel">The panel within it.</param>
    /// <param name="width">Columns of the panel to write: all of <see cref="PanelColumns"/>, zeros behind the last, or those that there are.</param>
    /// <param name="c">The result.</param>
    /// <param name="cRow">Distance of its rows.</param>
    /// <param name="accumulate">Whether to add to what it holds.</param>
    public readonly void Multiply(long rows, T* a, long aRow, int group, long panel, long width, T* c, long cRow, bool accumulate)
    {
        long all = groups * Panels, which = group * Panels + panel, p = 0;
        do
        {
            long length = Math.Min(step, inner - p);
            var right = RightPanels<T>.Packed(packed + (p * all + which * length) * PanelColumns, length, width, PanelColumns);
            Block<V, T>.Multiply(rows, width, length, LeftStrips<T>.InPlace(a + p, aRow, 1, Tiles<V, T>.StripRows), right, c, cRow, accumulate || p > 0);
            p += length;
        }
        while (p < inner);
    }

    /// <summary>Columns of a panel that there are.</summary>
    public readonly long Width(long panel) => Math.Min(PanelColumns, columns - panel * PanelColumns);

    /// <summary>Packs one panel.</summary>
    private struct Chunks : IChunks
    {
        public PackedWeight<V, T> Weight;
        public T* Source;
        public long Row, Column;

        /// <inheritdoc/>
        public void Run(int chunk)
        {
            long group = chunk / Weight.Panels, panel = chunk % Weight.Panels, all = Weight.groups * Weight.Panels;
            var source = Source + (group * Weight.columns + panel * PanelColumns) * Column;
            for (long p = 0; p < Weight.inner; p += Weight.step)
            {
                long length = Math.Min(Weight.step, Weight.inner - p);
                Packing<T, T>.Strip(source + p * Row, Column, Row, (int)Weight.Width(panel), length, Weight.packed + (p * all + chunk * length) * PanelColumns, PanelColumns);
            }
        }
    }
}
