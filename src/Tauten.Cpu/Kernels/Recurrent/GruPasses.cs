using System.Numerics;
using System.Runtime.CompilerServices;
using Tauten.Cpu.Functions;

namespace Tauten.Cpu;

/// <summary>
/// The forward pass of a gated recurrent unit. With the reset gate behind the product there is one phase; in front of it the candidate's product is a second one. At all steps
/// r, z, q, n are kept.
/// </summary>
internal unsafe struct GruForward<V, T> : ISequencePass
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    public SequenceSizes Sizes;
    public bool ResetAfter;

    /// <summary>The weight of all three gates, or of r and z; then that of n.</summary>
    public PackedWeight<V, T> Weight, Candidate;

    /// <summary>What the input adds; the bias or null; results at all steps.</summary>
    public T* Added, Bias, Outputs, Gates;

    /// <summary>The hidden state before and after a step: two that take turns.</summary>
    public T* States;

    /// <inheritdoc/>
    public readonly int Phases => ResetAfter ? 1 : 2;

    /// <inheritdoc/>
    public readonly long Panels(int phase) => Weight.Panels;

    /// <inheritdoc/>
    public readonly double Work(int phase) => (phase == 0 ? Weight.Work(Sizes.Rows) : Candidate.Work(Sizes.Rows)) + Sizes.Rows * Sizes.Hidden * 2.0;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public readonly void Run(long step, int phase, long row, long endRow, long panel, long endPanel)
    {
        long time = Sizes.Time(step), stateSize = Sizes.Rows * Sizes.Hidden;
        T* state = States + (step & 1) * stateSize, next = States + (1 - (step & 1)) * stateSize;
        byte* memory = stackalloc byte[ProductTile.Bytes];
        var tile = ProductTile.In<T>(memory);
        for (long q = panel; q < endPanel; q++)
        {
            for (long r = row; r < endRow; r += ProductTile.Rows)
                Step(time, phase, state, next, r, Math.Min(ProductTile.Rows, endRow - r), q, tile);
        }
    }

    private readonly void Step(long time, int phase, T* state, T* next, long row, long rows, long panel, T* tile)
    {
        int panelColumns = PackedWeight<V, T>.PanelColumns;
        long hidden = Sizes.Hidden, first = panel * panelColumns, width = Weight.Width(panel), tileRow = 4 * panelColumns, gatesRow = 4 * hidden;
        bool ends = ResetAfter || phase == 1;
        if (Sizes.Alike(row, row + rows, time, out bool any) < rows || any)
        {
            if (phase == 1) Candidate.Multiply(rows, Gates + (time * Sizes.Rows + row) * gatesRow + 2 * hidden, gatesRow, 0, panel, panelColumns, tile, tileRow, false);
            else
            {
                for (int gate = 0; gate < (ResetAfter ? 3 : 2); gate++)
                {
                    long place = time * Sizes.Rows + row;
                    ProductTile.Prefetch(rows, Added + (place * 3 + gate) * hidden + first, 3 * hidden);
                    ProductTile.Prefetch(rows, Gates + (place * 4 + gate) * hidden + first, gatesRow);
                    if (gate == 2) ProductTile.Prefetch(rows, Outputs + place * hidden + first, hidden);
                    Weight.Multiply(rows, state + row * hidden, hidden, gate, panel, panelColumns, tile + gate * panelColumns, tileRow, false);
                }
            }
        }
        for (long i = 0; i < rows;)
        {
            long r = row + i, count = Sizes.Alike(r, row + rows, time, out bool has), at = time * Sizes.Rows + r;
            T* gates = Gates + at * gatesRow + first, outputs = Outputs + at * hidden + first, sums = tile + i * tileRow;
            if (!has)
            {
                for (int gate = 0; phase == 0 && gate < 4; gate++) ProductTile.Clear(count, width, gates + gate * hidden, gatesRow);
                if (ends)
                {
                    ProductTile.Clear(count, width, outputs, hidden);
                    ProductTile.Copy(count, width, state + r * hidden + first, hidden, next + r * hidden + first, hidden);
                }
                i += count;
                continue;
            }
            T* added = Added + at * 3 * hidden + first;
            if (phase == 0)
            {
                for (int gate = 0; Bias != null && gate < 3; gate++)
                    for (long k = 0; k < count; k++) GateLoops<V, T>.Add(width, sums + k * tileRow + gate * panelColumns, Bias + gate * hidden + first, sums + k * tileRow + gate * panelColumns);
                GateLoops<V, T>.Activate<Sigmoid>(count, width, new(sums, tileRow), new(added, 3 * hidden), new(gates, gatesRow));
                GateLoops<V, T>.Activate<Sigmoid>(count, width, new(sums + panelColumns, tileRow), new(added + hidden, 3 * hidden), new(gates + hidden, gatesRow));
            }
            for (long k = 0; k < count; k++)
            {
                T* own = gates + k * gatesRow, before = state + (r + k) * hidden + first, product = sums + k * tileRow + (ResetAfter ? 2 * panelColumns : 0);
                if (ResetAfter) ProductTile.Copy(1, width, product, 0, own + 2 * hidden, 0);
                else if (phase == 0) GateLoops<V, T>.Multiply(width, own, before, own + 2 * hidden);
                if (ends)
                    GateLoops<V, T>.GruState(width, added + k * 3 * hidden + 2 * hidden, ResetAfter ? own : null, product, own + hidden, before, own + 3 * hidden, outputs + k * hidden, next + (r + k) * hidden + first);
            }
            i += count;
        }
    }
}

/// <summary>
/// The backward pass of a gated recurrent unit, over the steps in reverse. Phase 0: the gradients of the sums in the gates. Last phase: what goes on to the state before. In between, where the
/// reset gate comes before the product: the gradient of r h'. The gradients of the weights are products over all steps, done afterwards.
/// </summary>
internal unsafe struct GruBackward<V, T> : ISequencePass
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    public SequenceSizes Sizes;
    public bool ResetAfter;

    /// <summary>The weight of all three gates, or of r and z; then that of n.</summary>
    public PackedWeight<V, T> Weight, Candidate;

    /// <summary>The gradient of the outputs; outputs and gates at all steps; the gates' own gradient or null; the first state.</summary>
    public T* Arriving, Outputs, Gates, Inner, First;

    /// <summary>The gradient that goes on from step to step, in place.</summary>
    public T* State;

    /// <summary>The gradients of the sums in r, z, n; and those in the product with the state at all steps, r, z, q, where the reset gate comes behind it.</summary>
    public T* Made, Product;

    /// <inheritdoc/>
    public readonly int Phases => ResetAfter ? 2 : 3;

    /// <inheritdoc/>
    public readonly long Panels(int phase) => BlockSizes.Parts(Sizes.Hidden, PackedWeight<V, T>.PanelColumns);

    /// <inheritdoc/>
    public readonly double Work(int phase) => phase == 0 ? Sizes.Rows * Sizes.Hidden * 2.0 : phase == Phases - 1 ? Weight.Work(Sizes.Rows) : Candidate.Work(Sizes.Rows);

    /// <inheritdoc/>
    [SkipLocalsInit]
    public readonly void Run(long step, int phase, long row, long endRow, long panel, long endPanel)
    {
        long time = Sizes.Time(Sizes.Steps - 1 - step), hidden = Sizes.Hidden;
        byte* memory = stackalloc byte[ProductTile.Bytes];
        T* made = Made + time * Sizes.Rows * 3 * hidden;
        if (phase == Phases - 1)
        {
            var from = ResetAfter ? Product + time * Sizes.Rows * 3 * hidden : made;
            ProductTile.Carry(Sizes, Weight, time, from, 3 * hidden, State, hidden, true, row, endRow, panel, endPanel, memory);
        }
        else if (phase == 0) Gradients(time, row, endRow, panel, endPanel);
        else
        {
            int panelColumns = PackedWeight<V, T>.PanelColumns;
            var tile = ProductTile.In<T>(memory);
            for (long q = panel; q < endPanel; q++)
            {
                for (long r = row; r < endRow; r += ProductTile.Rows)
                {
                    long rows = Math.Min(ProductTile.Rows, endRow - r), first = q * panelColumns;
                    Candidate.Multiply(rows, made + r * 3 * hidden + 2 * hidden, 3 * hidden, 0, q, panelColumns, tile, panelColumns, false);
                    for (long i = 0; i < rows; i++)
                    {
                        if (!Sizes.Has(r + i, time)) continue;
                        long gates = (time * Sizes.Rows + r + i) * 4 * hidden + first;
                        GateLoops<V, T>.GruResetGradient(
                            Weight.Width(q), tile + i * panelColumns, Gates + gates, hidden, Sizes.Before(r + i, time, Outputs, First, hidden) + first, Inner == null ? null : Inner + gates,
                            made + (r + i) * 3 * hidden + first, State + (r + i) * hidden + first);
                    }
                }
            }
        }
    }

    private readonly void Gradients(long time, long row, long endRow, long panel, long endPanel)
    {
        long hidden = Sizes.Hidden, first = panel * PackedWeight<V, T>.PanelColumns, width = Math.Min(endPanel * PackedWeight<V, T>.PanelColumns, hidden) - first;
        for (long r = row; r < endRow; r++)
        {
            long at = (time * Sizes.Rows + r) * hidden, sums = 3 * at + first, gates = 4 * at + first;
            if (!Sizes.Has(r, time))
            {
                ProductTile.Clear(3, width, Made + sums, hidden);
                if (ResetAfter) ProductTile.Clear(3, width, Product + sums, hidden);
                continue;
            }
            GateLoops<V, T>.GruGradient(
                width, Arriving + at + first, State + r * hidden + first, Gates + gates, hidden, Sizes.Before(r, time, Outputs, First, hidden) + first, Inner == null ? null : Inner + gates,
                Made + sums, ResetAfter ? Product + sums : null);
        }
    }
}
