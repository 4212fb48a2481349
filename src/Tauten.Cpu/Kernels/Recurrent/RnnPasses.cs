using System.Numerics;
using System.Runtime.CompilerServices;
using Tauten.Cpu.Functions;

namespace Tauten.Cpu;

/// <summary>The forward pass of a plain recurrent net: one phase.</summary>
internal unsafe struct RnnForward<V, T> : ISequencePass
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    public SequenceSizes Sizes;
    public PackedWeight<V, T> Weight;
    public bool IsRelu;

    /// <summary>What the input adds; outputs at all steps.</summary>
    public T* Added, Outputs;

    /// <summary>The hidden state before and after a step: two that take turns.</summary>
    public T* States;

    /// <inheritdoc/>
    public readonly int Phases => 1;

    /// <inheritdoc/>
    public readonly long Panels(int phase) => Weight.Panels;

    /// <inheritdoc/>
    public readonly double Work(int phase) => Weight.Work(Sizes.Rows) + Sizes.Rows * Sizes.Hidden;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public readonly void Run(long step, int phase, long row, long endRow, long panel, long endPanel)
    {
        int panelColumns = PackedWeight<V, T>.PanelColumns;
        long time = Sizes.Time(step), hidden = Sizes.Hidden, stateSize = Sizes.Rows * hidden;
        T* state = States + (step & 1) * stateSize, next = States + (1 - (step & 1)) * stateSize;
        byte* memory = stackalloc byte[ProductTile.Bytes];
        var tile = ProductTile.In<T>(memory);
        for (long q = panel; q < endPanel; q++)
        {
            long first = q * panelColumns, width = Weight.Width(q);
            for (long r = row; r < endRow; r += ProductTile.Rows)
            {
                long rows = Math.Min(ProductTile.Rows, endRow - r);
                Weight.Multiply(rows, state + r * hidden, hidden, 0, q, panelColumns, tile, panelColumns, false);
                for (long i = 0; i < rows;)
                {
                    long own = r + i, count = Sizes.Alike(own, r + rows, time, out bool has), at = (time * Sizes.Rows + own) * hidden + first;
                    Tile<T> sums = new(tile + i * panelColumns, panelColumns), added = new(Added + at, hidden), outputs = new(Outputs + at, hidden);
                    if (!has) ProductTile.Clear(count, width, Outputs + at, hidden);
                    else if (IsRelu) GateLoops<V, T>.Activate<Relu>(count, width, sums, added, outputs);
                    else GateLoops<V, T>.Activate<Tanh>(count, width, sums, added, outputs);
                    ProductTile.Copy(count, width, has ? Outputs + at : state + own * hidden + first, hidden, next + own * hidden + first, hidden);
                    i += count;
                }
            }
        }
    }
}

/// <summary>The backward pass of a plain recurrent net, over the steps in reverse: the gradients of the sums, then what goes on to the state before.</summary>
internal unsafe struct RnnBackward<V, T> : ISequencePass
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    public SequenceSizes Sizes;
    public PackedWeight<V, T> Weight;
    public bool IsRelu;

    /// <summary>The gradient of the outputs; outputs at all steps.</summary>
    public T* Arriving, Outputs;

    /// <summary>The gradient that goes on from step to step, in place.</summary>
    public T* State;

    /// <summary>The gradients of the sums.</summary>
    public T* Made;

    /// <inheritdoc/>
    public readonly int Phases => 2;

    /// <inheritdoc/>
    public readonly long Panels(int phase) => Weight.Panels;

    /// <inheritdoc/>
    public readonly double Work(int phase) => phase == 1 ? Weight.Work(Sizes.Rows) : Sizes.Rows * Sizes.Hidden;

    /// <inheritdoc/>
    [SkipLocalsInit]
    public readonly void Run(long step, int phase, long row, long endRow, long panel, long endPanel)
    {
        long time = Sizes.Time(Sizes.Steps - 1 - step), hidden = Sizes.Hidden;
        byte* memory = stackalloc byte[ProductTile.Bytes];
        if (phase == 1)
        {
            ProductTile.Carry(Sizes, Weight, time, Made + time * Sizes.Rows * hidden, hidden, State, hidden, false, row, endRow, panel, endPanel, memory);
            return;
        }
        long first = panel * PackedWeight<V, T>.PanelColumns, width = Math.Min(endPanel * PackedWeight<V, T>.PanelColumns, hidden) - first;
        for (long r = row; r < endRow; r++)
        {
            long at = (time * Sizes.Rows + r) * hidden + first;
            if (Sizes.Has(r, time)) GateLoops<V, T>.RnnGradient(IsRelu, width, Arriving + at, State + r * hidden + first, Outputs + at, Made + at);
            else new Span<T>(Made + at, (int)width).Clear();
        }
    }
}
