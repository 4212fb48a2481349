using System.Numerics;

namespace Tauten.Cpu;

/// <summary>Packs the weights, takes the memory that a pass needs, runs it, and does the products over all steps that follow it.</summary>
static unsafe class RecurrentRuns
{
    public static void Lstm<T>(in SequenceSizes sizes, in LstmArrays arrays) where T : unmanaged, INumberBase<T>
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: Lstm<V512<T>, T>(sizes, arrays); break;
            case InstructionLevel.Avx2: Lstm<V256<T>, T>(sizes, arrays); break;
            default: Lstm<V128<T>, T>(sizes, arrays); break;
        }
    }

    static void Lstm<V, T>(in SequenceSizes sizes, in LstmArrays arrays) where V : unmanaged, ISimd<V, T> where T : unmanaged, INumberBase<T>
    {
        var (rows, hidden, state) = (sizes.Rows, sizes.Hidden, sizes.State);
        bool projects = arrays.Projection != null;
        long weightSize = PackedWeight<V, T>.Size(4, hidden, state), projectionSize = projects ? PackedWeight<V, T>.Size(1, state, hidden) : 0;
        using var scratch = Scratch.Take((weightSize + projectionSize + 2 * rows * state + (projects ? rows * hidden : 0)) * sizeof(T));
        T* packed = (T*)scratch.Pointer, packedProjection = packed + weightSize, states = packedProjection + projectionSize;
        Copy((T*)arrays.State, states, rows * state);
        Copy((T*)arrays.Cell, (T*)arrays.LastCell, rows * hidden);
        var pass = new LstmForward<V, T>
        {
            Sizes = sizes, Weight = PackedWeight<V, T>.Pack((T*)arrays.Weight, 1, state, 4, hidden, state, packed), Projects = projects,
            Added = (T*)arrays.Added, Outputs = (T*)arrays.Outputs, Gates = (T*)arrays.Gates, Cells = (T*)arrays.Cells, Cell = (T*)arrays.LastCell, States = states, Unprojected = states + 2 * rows * state,
        };
        if (projects) pass.Projection = PackedWeight<V, T>.Pack((T*)arrays.Projection, 1, hidden, 1, state, hidden, packedProjection);
        SequencePass.Run(sizes.Steps, rows, pass);
        Copy(states + (sizes.Steps & 1) * rows * state, (T*)arrays.LastState, rows * state);
    }

    public static void LstmGradient<T>(in SequenceSizes sizes, in LstmArrays arrays) where T : unmanaged, INumberBase<T>
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: LstmGradient<V512<T>, T>(sizes, arrays); break;
            case InstructionLevel.Avx2: LstmGradient<V256<T>, T>(sizes, arrays); break;
            default: LstmGradient<V128<T>, T>(sizes, arrays); break;
        }
    }

    static void LstmGradient<V, T>(in SequenceSizes sizes, in LstmArrays arrays) where V : unmanaged, ISimd<V, T> where T : unmanaged, INumberBase<T>
    {
        var (rows, hidden, state) = (sizes.Rows, sizes.Hidden, sizes.State);
        bool projects = arrays.Projection != null;
        long all = sizes.Steps * rows, weightSize = PackedWeight<V, T>.Size(1, state, 4 * hidden), projectionSize = projects ? PackedWeight<V, T>.Size(1, hidden, state) : 0;
        using var scratch = Scratch.Take((weightSize + projectionSize + (projects ? all * (state + hidden) + rows * hidden : 0)) * sizeof(T));
        T* packed = (T*)scratch.Pointer, packedProjection = packed + weightSize, whole = packedProjection + projectionSize, unprojected = whole + all * state;
        Copy((T*)arrays.LastState, (T*)arrays.StateGradient, rows * state);
        Copy((T*)arrays.LastCell, (T*)arrays.CellGradient, rows * hidden);
        var pass = new LstmBackward<V, T>
        {
            Sizes = sizes, Weight = PackedWeight<V, T>.Pack((T*)arrays.Weight, state, 1, 1, state, 4 * hidden, packed), Projects = projects,
            Arriving = (T*)arrays.Arriving, Gates = (T*)arrays.Gates, Cells = (T*)arrays.Cells, InnerGates = (T*)arrays.InnerGates, InnerCells = (T*)arrays.InnerCells, FirstCell = (T*)arrays.Cell,
            State = (T*)arrays.StateGradient, Cell = (T*)arrays.CellGradient, Made = (T*)arrays.Added, Whole = whole, Unprojected = unprojected, Product = unprojected + all * hidden,
        };
        if (projects) pass.Projection = PackedWeight<V, T>.Pack((T*)arrays.Projection, hidden, 1, 1, hidden, state, packedProjection);
        SequencePass.Run(sizes.Steps, rows, pass);
        WeightGradient(sizes, (T*)arrays.Added, 4 * hidden, 4 * hidden, (T*)arrays.Outputs, (T*)arrays.State, state, (T*)arrays.WeightGradient);
        if (projects) Contraction.Multiply(state, hidden, all, whole, 1, state, unprojected, hidden, 1, (T*)arrays.ProjectionGradient, hidden, false);
    }

    public static void Gru<T>(in SequenceSizes sizes, bool resetAfter, in GruArrays arrays) where T : unmanaged, INumberBase<T>
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: Gru<V512<T>, T>(sizes, resetAfter, arrays); break;
            case InstructionLevel.Avx2: Gru<V256<T>, T>(sizes, resetAfter, arrays); break;
            default: Gru<V128<T>, T>(sizes, resetAfter, arrays); break;
        }
    }

    static void Gru<V, T>(in SequenceSizes sizes, bool resetAfter, in GruArrays arrays) where V : unmanaged, ISimd<V, T> where T : unmanaged, INumberBase<T>
    {
        var (rows, hidden) = (sizes.Rows, sizes.Hidden);
        var weight = (T*)arrays.Weight;
        int groups = resetAfter ? 3 : 2;
        long weightSize = PackedWeight<V, T>.Size(groups, hidden, hidden), candidateSize = PackedWeight<V, T>.Size(3 - groups, hidden, hidden);
        using var scratch = Scratch.Take((weightSize + candidateSize + 2 * rows * hidden) * sizeof(T));
        T* packed = (T*)scratch.Pointer, states = packed + weightSize + candidateSize;
        Copy((T*)arrays.State, states, rows * hidden);
        var pass = new GruForward<V, T>
        {
            Sizes = sizes, ResetAfter = resetAfter, Weight = PackedWeight<V, T>.Pack(weight, 1, hidden, groups, hidden, hidden, packed),
            Added = (T*)arrays.Added, Bias = (T*)arrays.Bias, Outputs = (T*)arrays.Outputs, Gates = (T*)arrays.Gates, States = states,
        };
        if (!resetAfter) pass.Candidate = PackedWeight<V, T>.Pack(weight + 2 * hidden * hidden, 1, hidden, 1, hidden, hidden, packed + weightSize);
        SequencePass.Run(sizes.Steps, rows, pass);
        Copy(states + (sizes.Steps & 1) * rows * hidden, (T*)arrays.LastState, rows * hidden);
    }

    public static void GruGradient<T>(in SequenceSizes sizes, bool resetAfter, in GruArrays arrays) where T : unmanaged, INumberBase<T>
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: GruGradient<V512<T>, T>(sizes, resetAfter, arrays); break;
            case InstructionLevel.Avx2: GruGradient<V256<T>, T>(sizes, resetAfter, arrays); break;
            default: GruGradient<V128<T>, T>(sizes, resetAfter, arrays); break;
        }
    }

    static void GruGradient<V, T>(in SequenceSizes sizes, bool resetAfter, in GruArrays arrays) where V : unmanaged, ISimd<V, T> where T : unmanaged, INumberBase<T>
    {
        var (rows, hidden) = (sizes.Rows, sizes.Hidden);
        T* weight = (T*)arrays.Weight, made = (T*)arrays.Added;
        long all = sizes.Steps * rows, sums = resetAfter ? 3 * hidden : 2 * hidden;
        long weightSize = PackedWeight<V, T>.Size(1, hidden, sums), candidateSize = resetAfter ? 0 : PackedWeight<V, T>.Size(1, hidden, hidden);
        using var scratch = Scratch.Take((weightSize + candidateSize + (resetAfter ? all * 3 * hidden : 0)) * sizeof(T));
        T* packed = (T*)scratch.Pointer, product = packed + weightSize + candidateSize;
        Copy((T*)arrays.LastState, (T*)arrays.StateGradient, rows * hidden);
        var pass = new GruBackward<V, T>
        {
            Sizes = sizes, ResetAfter = resetAfter, Weight = PackedWeight<V, T>.Pack(weight, hidden, 1, 1, hidden, sums, packed),
            Arriving = (T*)arrays.Arriving, Outputs = (T*)arrays.Outputs, Gates = (T*)arrays.Gates, Inner = (T*)arrays.Inner, First = (T*)arrays.State,
            State = (T*)arrays.StateGradient, Made = made, Product = product,
        };
        if (!resetAfter) pass.Candidate = PackedWeight<V, T>.Pack(weight + 2 * hidden * hidden, hidden, 1, 1, hidden, hidden, packed + weightSize);
        SequencePass.Run(sizes.Steps, rows, pass);
        WeightGradient(sizes, resetAfter ? product : made, 3 * hidden, sums, (T*)arrays.Outputs, (T*)arrays.State, hidden, (T*)arrays.WeightGradient);
        if (resetAfter) ColumnSums<V, T>.Run(product, all, 3 * hidden, (T*)arrays.BiasGradient);
        // The candidate's product had r h' on its right, which the forward pass kept.
        else Contraction.Multiply(hidden, hidden, all, made + 2 * hidden, 1, 3 * hidden, (T*)arrays.Gates + 2 * hidden, 4 * hidden, 1, (T*)arrays.WeightGradient + 2 * hidden * hidden, hidden, false);
    }

    public static void Rnn<T>(in SequenceSizes sizes, bool relu, T* added, T* weight, T* state, T* outputs, T* lastState) where T : unmanaged, INumberBase<T>
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: Rnn<V512<T>, T>(sizes, relu, added, weight, state, outputs, lastState); break;
            case InstructionLevel.Avx2: Rnn<V256<T>, T>(sizes, relu, added, weight, state, outputs, lastState); break;
            default: Rnn<V128<T>, T>(sizes, relu, added, weight, state, outputs, lastState); break;
        }
    }

    static void Rnn<V, T>(in SequenceSizes sizes, bool relu, T* added, T* weight, T* state, T* outputs, T* lastState) where V : unmanaged, ISimd<V, T> where T : unmanaged, INumberBase<T>
    {
        var (rows, hidden) = (sizes.Rows, sizes.Hidden);
        long weightSize = PackedWeight<V, T>.Size(1, hidden, hidden);
        using var scratch = Scratch.Take((weightSize + 2 * rows * hidden) * sizeof(T));
        T* packed = (T*)scratch.Pointer, states = packed + weightSize;
        Copy(state, states, rows * hidden);
        SequencePass.Run(sizes.Steps, rows, new RnnForward<V, T>
        {
            Sizes = sizes, IsRelu = relu, Weight = PackedWeight<V, T>.Pack(weight, 1, hidden, 1, hidden, hidden, packed), Added = added, Outputs = outputs, States = states,
        });
        Copy(states + (sizes.Steps & 1) * rows * hidden, lastState, rows * hidden);
    }

    public static void RnnGradient<T>(in SequenceSizes sizes, bool relu, T* arriving, T* lastState, T* weight, T* state, T* outputs, T* made, T* weightGradient, T* stateGradient)
        where T : unmanaged, INumberBase<T>
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: RnnGradient<V512<T>, T>(sizes, relu, arriving, lastState, weight, state, outputs, made, weightGradient, stateGradient); break;
            case InstructionLevel.Avx2: RnnGradient<V256<T>, T>(sizes, relu, arriving, lastState, weight, state, outputs, made, weightGradient, stateGradient); break;
            default: RnnGradient<V128<T>, T>(sizes, relu, arriving, lastState, weight, state, outputs, made, weightGradient, stateGradient); break;
        }
    }

    static void RnnGradient<V, T>(in SequenceSizes sizes, bool relu, T* arriving, T* lastState, T* weight, T* state, T* outputs, T* made, T* weightGradient, T* stateGradient)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumberBase<T>
    {
        long hidden = sizes.Hidden;
        using var scratch = Scratch.Take(PackedWeight<V, T>.Size(1, hidden, hidden) * sizeof(T));
        Copy(lastState, stateGradient, sizes.Rows * hidden);
        SequencePass.Run(sizes.Steps, sizes.Rows, new RnnBackward<V, T>
        {
            Sizes = sizes, IsRelu = relu, Weight = PackedWeight<V, T>.Pack(weight, hidden, 1, 1, hidden, hidden, (T*)scratch.Pointer),
            Arriving = arriving, Outputs = outputs, State = stateGradient, Made = made,
        });
        WeightGradient(sizes, made, hidden, hidden, outputs, state, hidden, weightGradient);
    }

    /// <summary>y[columns, size] = sum over steps and sequences of made[columns]^T times the state before: one large product, and one for the first state.</summary>
    static void WeightGradient<T>(in SequenceSizes sizes, T* made, long madeRow, long columns, T* states, T* first, long size, T* y) where T : unmanaged
    {
        long rows = sizes.Rows, rest = (sizes.Steps - 1) * rows;
        if (sizes.Backwards && sizes.Lengths != null)
        {
            // Sequences begin at different steps: the states before are brought into one place.
            using var scratch = Scratch.Take(sizes.Steps * rows * size * sizeof(T));
            var before = (T*)scratch.Pointer;
            for (long time = 0; time < sizes.Steps; time++)
            {
                for (long row = 0; row < rows; row++) Copy(sizes.Before(row, time, states, first, size), before + (time * rows + row) * size, size);
            }
            Contraction.Multiply(columns, size, sizes.Steps * rows, made, 1, madeRow, before, size, 1, y, size, false);
            return;
        }
        T* later = sizes.Backwards ? made : made + rows * madeRow, begin = sizes.Backwards ? made + rest * madeRow : made;
        Contraction.Multiply(columns, size, rest, later, 1, madeRow, sizes.Backwards ? states + rows * size : states, size, 1, y, size, false);
        Contraction.Multiply(columns, size, rows, begin, 1, madeRow, first, size, 1, y, size, true);
    }

    static void Copy<T>(T* source, T* target, long count) where T : unmanaged => System.Buffer.MemoryCopy(source, target, count * sizeof(T), count * sizeof(T));
}

/// <summary>Sums of columns, in the order of the rows.</summary>
unsafe struct ColumnSums<V, T> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    const long Width = 128, Block = 64;

    T* source, target;
    long rows, columns;

    /// <summary>target[j] = sum over i of source[i, j], in blocks of rows so that errors stay small.</summary>
    public static void Run(T* source, long rows, long columns, T* target)
    {
        var chunks = new ColumnSums<V, T> { source = source, target = target, rows = rows, columns = columns };
        Workers.For(checked((int)BlockSizes.Parts(columns, Width)), rows * columns * 0.2, ref chunks);
    }

    /// <inheritdoc/>
    public readonly void Run(int chunk)
    {
        long first = chunk * Width, width = Math.Min(Width, columns - first);
        var block = stackalloc T[(int)Width];
        new Span<T>(target + first, (int)width).Clear();
        for (long row = 0; row < rows; row += Block)
        {
            new Span<T>(block, (int)Width).Clear();
            for (long i = row; i < Math.Min(row + Block, rows); i++) Rows<V, T>.Add(source + i * columns + first, block, width);
            Rows<V, T>.Add(block, target + first, width);
        }
    }
}
