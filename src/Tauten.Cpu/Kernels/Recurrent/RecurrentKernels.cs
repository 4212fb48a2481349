using System.Numerics;

namespace Tauten.Cpu;

/// <summary>Recurrent nets over whole sequences and their gradients: from tensors to passes.</summary>
static unsafe class RecurrentKernels
{
    public static void Lstm(Ops.LstmSequence op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (projects, hasLengths) = Ops.LstmSequence.Optional(x.Length, x[^1].DType);
        using var added = Wide.Input(x[0]);
        using var weight = Wide.Input(x[1]);
        using var state = Wide.Input(x[2]);
        using var cell = Wide.Input(x[3]);
        using var projection = projects ? Wide.Input(x[4]) : cell;
        using var lengths = hasLengths ? Wide.As(DType.Int64, x[^1]) : cell;
        using var outputs = Wide.Output(y[0]);
        using var lastState = Wide.Output(y[1]);
        using var lastCell = Wide.Output(y[2]);
        using var gates = Wide.Output(y[3]);
        using var cells = Wide.Output(y[4]);
        fixed (byte* pa = &added.Tensor.First(), pw = &weight.Tensor.First(), ps = &state.Tensor.First(), pc = &cell.Tensor.First(), pp = &projection.Tensor.First(), pl = &lengths.Tensor.First())
        fixed (byte* po = &outputs.Tensor.First(), pls = &lastState.Tensor.First(), plc = &lastCell.Tensor.First(), pg = &gates.Tensor.First(), pk = &cells.Tensor.First())
        {
            var sizes = Sizes(op, x[0].Shape, x[3].Shape[1], x[2].Shape[1], op.Backwards, hasLengths ? (long*)pl : null);
            var arrays = new LstmArrays { Added = pa, Weight = pw, State = ps, Cell = pc, Projection = projects ? pp : null, Outputs = po, LastState = pls, LastCell = plc, Gates = pg, Cells = pk };
            if (added.Tensor.DType == DType.Float64) RecurrentRuns.Lstm<double>(sizes, arrays);
            else RecurrentRuns.Lstm<float>(sizes, arrays);
        }
        outputs.Store();
        lastState.Store();
        lastCell.Store();
        gates.Store();
        cells.Store();
    }

    public static void LstmGradient(Ops.LstmSequenceGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (projects, inner, hasLengths) = Ops.LstmSequenceGradient.Optional(x.Length, x[^1].DType);
        using var arriving = Wide.Input(x[0]);
        using var lastState = Wide.Input(x[1]);
        using var lastCell = Wide.Input(x[2]);
        using var weight = Wide.Input(x[3]);
        using var state = Wide.Input(x[4]);
        using var cell = Wide.Input(x[5]);
        using var outputs = Wide.Input(x[6]);
        using var gates = Wide.Input(x[7]);
        using var cells = Wide.Input(x[8]);
        using var projection = projects ? Wide.Input(x[9]) : cell;
        using var innerGates = inner ? Wide.Input(x[projects ? 10 : 9]) : cell;
        using var innerCells = inner ? Wide.Input(x[projects ? 11 : 10]) : cell;
        using var lengths = hasLengths ? Wide.As(DType.Int64, x[^1]) : cell;
        using var made = Wide.Output(y[0]);
        using var weightGradient = Wide.Output(y[1]);
        using var stateGradient = Wide.Output(y[2]);
        using var cellGradient = Wide.Output(y[3]);
        using var projectionGradient = projects ? Wide.Output(y[4]) : cellGradient;
        fixed (byte* pa = &arriving.Tensor.First(), ps = &lastState.Tensor.First(), pc = &lastCell.Tensor.First(), pw = &weight.Tensor.First(), pfs = &state.Tensor.First(), pfc = &cell.Tensor.First())
        fixed (byte* po = &outputs.Tensor.First(), pg = &gates.Tensor.First(), pk = &cells.Tensor.First(), pp = &projection.Tensor.First(), pig = &innerGates.Tensor.First(), pik = &innerCells.Tensor.First())
        fixed (byte* pl = &lengths.Tensor.First(), pm = &made.Tensor.First(), pwg = &weightGradient.Tensor.First(), psg = &stateGradient.Tensor.First(), pcg = &cellGradient.Tensor.First(), ppg = &projectionGradient.Tensor.First())
        {
            var sizes = Sizes(op, x[0].Shape, x[5].Shape[1], x[4].Shape[1], op.Backwards, hasLengths ? (long*)pl : null);
            var arrays = new LstmArrays
            {
                Added = pm, Weight = pw, State = pfs, Cell = pfc, Projection = projects ? pp : null, Outputs = po, LastState = ps, LastCell = pc, Gates = pg, Cells = pk,
                Arriving = pa, InnerGates = inner ? pig : null, InnerCells = inner ? pik : null, WeightGradient = pwg, StateGradient = psg, CellGradient = pcg, ProjectionGradient = ppg,
            };
            if (arriving.Tensor.DType == DType.Float64) RecurrentRuns.LstmGradient<double>(sizes, arrays);
            else RecurrentRuns.LstmGradient<float>(sizes, arrays);
        }
        made.Store();
        weightGradient.Store();
        stateGradient.Store();
        cellGradient.Store();
        if (projects) projectionGradient.Store();
    }

    public static void Gru(Ops.GruSequence op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (biased, hasLengths) = Ops.GruSequence.Optional(x.Length, x[^1].DType);
        using var added = Wide.Input(x[0]);
        using var weight = Wide.Input(x[1]);
        using var state = Wide.Input(x[2]);
        using var bias = biased ? Wide.Input(x[3]) : state;
        using var lengths = hasLengths ? Wide.As(DType.Int64, x[^1]) : state;
        using var outputs = Wide.Output(y[0]);
        using var lastState = Wide.Output(y[1]);
        using var gates = Wide.Output(y[2]);
        fixed (byte* pa = &added.Tensor.First(), pw = &weight.Tensor.First(), ps = &state.Tensor.First(), pb = &bias.Tensor.First(), pl = &lengths.Tensor.First())
        fixed (byte* po = &outputs.Tensor.First(), pls = &lastState.Tensor.First(), pg = &gates.Tensor.First())
        {
            var sizes = Sizes(op, x[0].Shape, x[2].Shape[1], x[2].Shape[1], op.Backwards, hasLengths ? (long*)pl : null);
            var arrays = new GruArrays { Added = pa, Weight = pw, State = ps, Bias = biased ? pb : null, Outputs = po, LastState = pls, Gates = pg };
            if (added.Tensor.DType == DType.Float64) RecurrentRuns.Gru<double>(sizes, op.ResetAfter, arrays);
            else RecurrentRuns.Gru<float>(sizes, op.ResetAfter, arrays);
        }
        outputs.Store();
        lastState.Store();
        gates.Store();
    }

    public static void GruGradient(Ops.GruSequenceGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (hasInner, hasLengths) = Ops.GruSequenceGradient.Optional(x.Length, x[^1].DType);
        using var arriving = Wide.Input(x[0]);
        using var lastState = Wide.Input(x[1]);
        using var weight = Wide.Input(x[2]);
        using var state = Wide.Input(x[3]);
        using var outputs = Wide.Input(x[4]);
        using var gates = Wide.Input(x[5]);
        using var inner = hasInner ? Wide.Input(x[6]) : state;
        using var lengths = hasLengths ? Wide.As(DType.Int64, x[^1]) : state;
        using var made = Wide.Output(y[0]);
        using var weightGradient = Wide.Output(y[1]);
        using var stateGradient = Wide.Output(y[2]);
        using var biasGradient = op.ResetAfter ? Wide.Output(y[3]) : stateGradient;
        fixed (byte* pa = &arriving.Tensor.First(), ps = &lastState.Tensor.First(), pw = &weight.Tensor.First(), pfs = &state.Tensor.First(), po = &outputs.Tensor.First(), pg = &gates.Tensor.First())
        fixed (byte* pi = &inner.Tensor.First(), pl = &lengths.Tensor.First(), pm = &made.Tensor.First(), pwg = &weightGradient.Tensor.First(), psg = &stateGradient.Tensor.First(), pbg = &biasGradient.Tensor.First())
        {
            var sizes = Sizes(op, x[0].Shape, x[3].Shape[1], x[3].Shape[1], op.Backwards, hasLengths ? (long*)pl : null);
            var arrays = new GruArrays
            {
                Added = pm, Weight = pw, State = pfs, Outputs = po, LastState = ps, Gates = pg,
                Arriving = pa, Inner = hasInner ? pi : null, WeightGradient = pwg, StateGradient = psg, BiasGradient = pbg,
            };
            if (arriving.Tensor.DType == DType.Float64) RecurrentRuns.GruGradient<double>(sizes, op.ResetAfter, arrays);
            else RecurrentRuns.GruGradient<float>(sizes, op.ResetAfter, arrays);
        }
        made.Store();
        weightGradient.Store();
        stateGradient.Store();
        if (op.ResetAfter) biasGradient.Store();
    }

    public static void Rnn(Ops.RnnSequence op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var added = Wide.Input(x[0]);
        using var weight = Wide.Input(x[1]);
        using var state = Wide.Input(x[2]);
        using var lengths = x.Length == 4 ? Wide.As(DType.Int64, x[3]) : state;
        using var outputs = Wide.Output(y[0]);
        using var lastState = Wide.Output(y[1]);
        fixed (byte* pa = &added.Tensor.First(), pw = &weight.Tensor.First(), ps = &state.Tensor.First(), pl = &lengths.Tensor.First(), po = &outputs.Tensor.First(), pls = &lastState.Tensor.First())
        {
            var sizes = Sizes(op, x[0].Shape, x[2].Shape[1], x[2].Shape[1], op.Backwards, x.Length == 4 ? (long*)pl : null);
            if (added.Tensor.DType == DType.Float64) RecurrentRuns.Rnn(sizes, op.Relu, (double*)pa, (double*)pw, (double*)ps, (double*)po, (double*)pls);
            else RecurrentRuns.Rnn(sizes, op.Relu, (float*)pa, (float*)pw, (float*)ps, (float*)po, (float*)pls);
        }
        outputs.Store();
        lastState.Store();
    }

    public static void RnnGradient(Ops.RnnSequenceGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var arriving = Wide.Input(x[0]);
        using var lastState = Wide.Input(x[1]);
        using var weight = Wide.Input(x[2]);
        using var state = Wide.Input(x[3]);
        using var outputs = Wide.Input(x[4]);
        using var lengths = x.Length == 6 ? Wide.As(DType.Int64, x[5]) : state;
        using var made = Wide.Output(y[0]);
        using var weightGradient = Wide.Output(y[1]);
        using var stateGradient = Wide.Output(y[2]);
        fixed (byte* pa = &arriving.Tensor.First(), ps = &lastState.Tensor.First(), pw = &weight.Tensor.First(), pfs = &state.Tensor.First(), po = &outputs.Tensor.First(), pl = &lengths.Tensor.First())
        fixed (byte* pm = &made.Tensor.First(), pwg = &weightGradient.Tensor.First(), psg = &stateGradient.Tensor.First())
        {
            var sizes = Sizes(op, x[0].Shape, x[3].Shape[1], x[3].Shape[1], op.Backwards, x.Length == 6 ? (long*)pl : null);
            if (arriving.Tensor.DType == DType.Float64)
                RecurrentRuns.RnnGradient(sizes, op.Relu, (double*)pa, (double*)ps, (double*)pw, (double*)pfs, (double*)po, (double*)pm, (double*)pwg, (double*)psg);
            else RecurrentRuns.RnnGradient(sizes, op.Relu, (float*)pa, (float*)ps, (float*)pw, (float*)pfs, (float*)po, (float*)pm, (float*)pwg, (float*)psg);
        }
        made.Store();
        weightGradient.Store();
        stateGradient.Store();
    }

    static SequenceSizes Sizes(Ops.Op op, Shape shape, long hidden, long state, bool backwards, long* lengths)
    {
        var sizes = new SequenceSizes { Steps = shape[0], Rows = shape[1], Hidden = hidden, State = state, Backwards = backwards, Lengths = lengths };
        for (long i = 0; lengths != null && i < sizes.Rows; i++)
        {
            if (lengths[i] < 0 || lengths[i] > sizes.Steps)
                throw new IndexException($"{op}: sequence {i} has the length {lengths[i]}. Expected 0 to {sizes.Steps}, the number of steps.");
        }
        return sizes;
    }
}

/// <summary>Where the inputs and results of an LSTM lie, and with them those of its gradient.</summary>
unsafe struct LstmArrays
{
    public byte* Added, Weight, State, Cell, Projection, Outputs, LastState, LastCell, Gates, Cells;
    public byte* Arriving, InnerGates, InnerCells, WeightGradient, StateGradient, CellGradient, ProjectionGradient;
}

/// <summary>Where the inputs and results of a gated recurrent unit lie, and with them those of its gradient.</summary>
unsafe struct GruArrays
{
    public byte* Added, Weight, State, Bias, Outputs, LastState, Gates;
    public byte* Arriving, Inner, WeightGradient, StateGradient, BiasGradient;
}
