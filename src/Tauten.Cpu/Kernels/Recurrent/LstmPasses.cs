using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Tauten.Cpu.Functions;

namespace Tauten.Cpu;

/// <summary>
/// The forward pass of an LSTM. Phase 0: the product of the state with the weight for a range of all four gates, the gates, cell and hidden state there.
/// Phase 1, with a projection: its product.
/// </summary>
internal unsafe struct LstmForward<V, T> : ISequencePass
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    public SequenceSizes Sizes;
    public PackedWeight<V, T> Weight, Projection;
    public bool Projects;

    /// <summary>What the input adds, and results at all steps.</summary>
    public T* Added, Outputs, Gates, Cells;

    /// <summary>The cell, in place, and the hidden state before and after a step: two that take turns.</summary>
    public T* Cell, States;

    /// <summary>o tanh(c), with a projection.</summary>
    public T* Unprojected;

    /// <inheritdoc/>
    public readonly int Phases => Projects ? 2 : 1;

    /// <inheritdoc/>
    public readonly long Panels(int phase) => phase == 0 ? Weight.Panels : Projection.Panels;

    /// <inheritdoc/>
    public readonly double Work(int phase) => phase == 0 ? Weight.Work(Sizes.Rows) + Sizes.Rows * Sizes.Hidden * 4.0 : Projection.Work(Sizes.Rows);

    /// <inheritdoc/>
    [SkipLocalsInit]
    public readonly void Run(long step, int phase, long row, long endRow, long panel, long endPanel)
    {
        long time = Sizes.Time(step), stateSize = Sizes.Rows * Sizes.State;
        T* state = States + (step & 1) * stateSize, next = States + (1 - (step & 1)) * stateSize;
        byte* memory = stackalloc byte[ProductTile.Bytes];
        var tile = ProductTile.In<T>(memory);
        for (long q = panel; q < endPanel; q++)
        {
            for (long r = row; r < endRow; r += ProductTile.Rows)
            {
                long rows = Math.Min(ProductTile.Rows, endRow - r);
                if (phase == 0) Step(time, state, next, r, rows, q, tile);
                else Project(time, state, next, r, rows, q, tile);
            }
        }
    }

    private readonly void Step(long time, T* state, T* next, long row, long rows, long panel, T* tile)
    {
        int panelColumns = PackedWeight<V, T>.PanelColumns;
        long hidden = Sizes.Hidden, first = panel * panelColumns, width = Weight.Width(panel), tileRow = 4 * panelColumns;
        if (Sizes.Alike(row, row + rows, time, out bool any) < rows || any)
        {
            for (int gate = 0; gate < 4; gate++)
            {
                long place = ((time * Sizes.Rows + row) * 4 + gate) * hidden + first;
                ProductTile.Prefetch(rows, Added + place, 4 * hidden);
                ProductTile.Prefetch(rows, Gates + place, 4 * hidden);
                if (gate == 3)
                {
                    ProductTile.Prefetch(rows, Cells + (time * Sizes.Rows + row) * hidden + first, hidden);
                    if (!Projects) ProductTile.Prefetch(rows, Outputs + (time * Sizes.Rows + row) * hidden + first, hidden);
                }
                Weight.Multiply(rows, state + row * Sizes.State, Sizes.State, gate, panel, panelColumns, tile + gate * panelColumns, tileRow, false);
            }
        }
        for (long i = 0; i < rows;)
        {
            long r = row + i, count = Sizes.Alike(r, row + rows, time, out bool has), at = time * Sizes.Rows + r;
            Tile<T> gates = new(Gates + at * 4 * hidden + first, 4 * hidden), cells = new(Cells + at * hidden + first, hidden), cell = new(Cell + r * hidden + first, hidden);
            if (has)
            {
                Tile<T> sums = new(tile + i * tileRow, tileRow), added = new(Added + at * 4 * hidden + first, 4 * hidden);
                GateLoops<V, T>.Activate<Sigmoid>(count, width, sums, added, gates);
                GateLoops<V, T>.Activate<Sigmoid>(count, width, sums.From(panelColumns), added.From(hidden), gates.From(hidden));
                GateLoops<V, T>.Activate<Tanh>(count, width, sums.From(2 * panelColumns), added.From(2 * hidden), gates.From(2 * hidden));
                GateLoops<V, T>.Activate<Sigmoid>(count, width, sums.From(3 * panelColumns), added.From(3 * hidden), gates.From(3 * hidden));
                if (Projects) GateLoops<V, T>.LstmCell(count, width, gates, hidden, cell, cells, new(Unprojected + r * hidden + first, hidden));
                else
                {
                    GateLoops<V, T>.LstmCell(count, width, gates, hidden, cell, cells, new(Outputs + at * hidden + first, hidden));
                    ProductTile.Copy(count, width, Outputs + at * hidden + first, hidden, next + r * hidden + first, hidden);
                }
            }
            else
            {
                for (int gate = 0; gate < 4; gate++) ProductTile.Clear(count, width, gates.Start + gate * hidden, gates.Row);
                ProductTile.Clear(count, width, cells.Start, hidden);
                if (!Projects)
                {
                    ProductTile.Clear(count, width, Outputs + at * hidden + first, hidden);
                    ProductTile.Copy(count, width, state + r * hidden + first, hidden, next + r * hidden + first, hidden);
                }
            }
            i += count;
        }
    }

    private readonly void Project(long time, T* state, T* next, long row, long rows, long panel, T* tile)
    {
        int panelColumns = PackedWeight<V, T>.PanelColumns;
        long size = Sizes.State, first = panel * panelColumns, width = Projection.Width(panel);
        Projection.Multiply(rows, Unprojected + row * Sizes.Hidden, Sizes.Hidden, 0, panel, panelColumns, tile, panelColumns, false);
        for (long i = 0; i < rows;)
        {
            long r = row + i, count = Sizes.Alike(r, row + rows, time, out bool has);
            T* outputs = Outputs + (time * Sizes.Rows + r) * size + first;
            if (has) ProductTile.Copy(count, width, tile + i * panelColumns, panelColumns, outputs, size);
            else ProductTile.Clear(count, width, outputs, size);
            ProductTile.Copy(count, width, has ? outputs : state + r * size + first, size, next + r * size + first, size);
            i += count;
        }
    }
}

/// <summary>
/// The backward pass of an LSTM, over the steps in reverse. Phase 0: the gradients of the sums in the gates; with a projection, first the whole gradient of the hidden state and, as a phase
/// of its own, its product. Last phase: what goes on to the state before. The gradients of the weights are products over all steps, done afterwards.
/// </summary>
internal unsafe struct LstmBackward<V, T> : ISequencePass
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    public SequenceSizes Sizes;
    public PackedWeight<V, T> Weight, Projection;
    public bool Projects;

    /// <summary>The gradient of the outputs; gates and cells at all steps, and their own gradients or null.</summary>
    public T* Arriving, Gates, Cells, InnerGates, InnerCells;

    /// <summary>The first cell.</summary>
    public T* FirstCell;

    /// <summary>The gradients that go on from step to step, in place: those of state and cell.</summary>
    public T* State, Cell;

    /// <summary>The gradients of the sums in the gates.</summary>
    public T* Made;

    /// <summary>With a projection: the gradient of the hidden state at all steps, o tanh(c) at all steps, and the gradient of o tanh(c) at this one.</summary>
    public T* Whole, Unprojected, Product;

    /// <inheritdoc/>
    public readonly int Phases => Projects ? 3 : 2;

    /// <inheritdoc/>
    public readonly long Panels(int phase) => phase == Phases - 1 ? Weight.Panels : Projects && phase == 0 ? BlockSizes.Parts(Sizes.State, PackedWeight<V, T>.PanelColumns) : BlockSizes.Parts(Sizes.Hidden, PackedWeight<V, T>.PanelColumns);

    /// <inheritdoc/>
    public readonly double Work(int phase) =>
        phase == Phases - 1 ? Weight.Work(Sizes.Rows) : phase == 1 ? Projection.Work(Sizes.Rows) + Sizes.Rows * Sizes.Hidden * 2.0 : Sizes.Rows * Sizes.Hidden * 2.0;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public readonly void Run(long step, int phase, long row, long endRow, long panel, long endPanel)
    {
        long time = Sizes.Time(Sizes.Steps - 1 - step);
        byte* memory = stackalloc byte[ProductTile.Bytes];
        if (phase == Phases - 1) ProductTile.Carry(Sizes, Weight, time, Made + time * Sizes.Rows * 4 * Sizes.Hidden, 4 * Sizes.Hidden, State, Sizes.State, false, row, endRow, panel, endPanel, memory);
        else if (Projects && phase == 0) Sum(time, row, endRow, panel, endPanel);
        else
        {
            if (Projects)
            {
                for (long q = panel; q < endPanel; q++)
                {
                    long first = q * PackedWeight<V, T>.PanelColumns;
                    Projection.Multiply(endRow - row, Whole + (time * Sizes.Rows + row) * Sizes.State, Sizes.State, 0, q, Projection.Width(q), Product + row * Sizes.Hidden + first, Sizes.Hidden, false);
                }
            }
            Gradients(time, row, endRow, panel, endPanel);
        }
    }

    /// <summary>The whole gradient of the hidden state, 0 where a sequence does not have the step.</summary>
    private readonly void Sum(long time, long row, long endRow, long panel, long endPanel)
    {
        long first = panel * PackedWeight<V, T>.PanelColumns, width = Math.Min(endPanel * PackedWeight<V, T>.PanelColumns, Sizes.State) - first;
        for (long r = row; r < endRow; r++)
        {
            long at = (time * Sizes.Rows + r) * Sizes.State + first;
            if (Sizes.Has(r, time)) GateLoops<V, T>.Add(width, Arriving + at, State + r * Sizes.State + first, Whole + at);
            else new Span<T>(Whole + at, (int)width).Clear();
        }
    }

    private readonly void Gradients(long time, long row, long endRow, long panel, long endPanel)
    {
        long hidden = Sizes.Hidden, first = panel * PackedWeight<V, T>.PanelColumns, width = Math.Min(endPanel * PackedWeight<V, T>.PanelColumns, hidden) - first;
        for (long r = row; r < endRow; r++)
        {
            long at = (time * Sizes.Rows + r) * hidden, gates = 4 * at + first;
            if (!Sizes.Has(r, time))
            {
                ProductTile.Clear(4, width, Made + gates, hidden);
                if (Projects) new Span<T>(Unprojected + at + first, (int)width).Clear();
                continue;
            }
            GateLoops<V, T>.LstmGradient(
                width, Projects ? Product + r * hidden + first : Arriving + at + first, Projects ? null : State + r * hidden + first, Gates + gates, hidden, Cells + at + first,
                Sizes.Before(r, time, Cells, FirstCell, hidden) + first, InnerGates == null ? null : InnerGates + gates, InnerCells == null ? null : InnerCells + at + first,
                Cell + r * hidden + first, Made + gates, Projects ? Unprojected + at + first : null);
        }
    }
}

/// <summary>The place where products of some rows and a panel wait for the elementwise work on them, and what passes share.</summary>
internal static unsafe class ProductTile
{
    /// <summary>Rows at a time: two strips.</summary>
    public const int Rows = 24;

    /// <summary>Bytes of a tile with four gates: at most two vectors of 64 bytes for each row and gate, and room to align them.</summary>
    public const int Bytes = Rows * 4 * 128 + 64;

    /// <summary>The tile within memory of <see cref="Bytes"/>, on a line boundary.</summary>
    public static T* In<T>(byte* memory) where T : unmanaged => (T*)(((nint)memory + 63) & ~63);

    /// <summary>Asks for the two lines of a panel in each row, which come from memory while a product is on its way.</summary>
    public static void Prefetch<T>(long rows, T* place, long row) where T : unmanaged
    {
        if (!Sse.IsSupported) return;
        for (long i = 0; i < rows; i++)
        {
            Sse.Prefetch0(place + i * row);
            Sse.Prefetch0((byte*)(place + i * row) + 64);
        }
    }

    /// <summary>Copies rows.</summary>
    public static void Copy<T>(long rows, long width, T* source, long sourceRow, T* target, long targetRow) where T : unmanaged
    {
        for (long i = 0; i < rows; i++) new Span<T>(source + i * sourceRow, (int)width).CopyTo(new Span<T>(target + i * targetRow, (int)width));
    }

    /// <summary>Clears rows.</summary>
    public static void Clear<T>(long rows, long width, T* target, long row) where T : unmanaged
    {
        for (long i = 0; i < rows; i++) new Span<T>(target + i * row, (int)width).Clear();
    }

    /// <summary>What goes on to the state before a step: carry = [carry] + a B, for the sequences that have the step; the others keep theirs.</summary>
    public static void Carry<V, T>(
        in SequenceSizes sizes, in PackedWeight<V, T> weight, long time, T* a, long aRow, T* carry, long carryRow, bool accumulate, long row, long endRow, long panel, long endPanel, byte* memory)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumberBase<T>
    {
        int panelColumns = PackedWeight<V, T>.PanelColumns;
        var tile = In<T>(memory);
        for (long q = panel; q < endPanel; q++)
        {
            long first = q * panelColumns, width = weight.Width(q);
            for (long r = row; r < endRow;)
            {
                long rows = Math.Min(Rows, endRow - r);
                long alike = Math.Min(rows, sizes.Alike(r, r + rows, time, out bool has));
                if (alike == rows)
                {
                    if (has) weight.Multiply(rows, a + r * aRow, aRow, 0, q, width, carry + r * carryRow + first, carryRow, accumulate);
                }
                else
                {
                    weight.Multiply(rows, a + r * aRow, aRow, 0, q, panelColumns, tile, panelColumns, false);
                    for (long i = 0; i < rows; i++)
                    {
                        if (!sizes.Has(r + i, time)) continue;
                        T* from = tile + i * panelColumns, to = carry + (r + i) * carryRow + first;
                        if (accumulate) GateLoops<V, T>.Add(width, to, from, to);
                        else Copy(1, width, from, 0, to, 0);
                    }
                }
                r += rows;
            }
        }
    }
}
