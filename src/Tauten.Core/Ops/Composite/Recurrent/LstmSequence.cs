namespace Tauten.Ops;

/// <summary>
/// A pass of an LSTM over time: at each step c = f c' + i g and h = o tanh(c), where i, f and o are sigmoids and g is a tanh of what the input adds to the gates plus W h', and where a
/// projection R makes h = R (o tanh(c)) (Hochreiter, Schmidhuber, 1997; Sak, Senior, Beaufays, 2014). Dtypes: floating-point; lengths int32, int64.
/// </summary>
/// <remarks>
/// Inputs: what the input adds to the gates i, f, g, o [time, batch, 4 hidden]; W [4 hidden, hidden]; the first h [batch, hidden]; the first c [batch, hidden]; perhaps R [projection, hidden],
/// and then projection stands for hidden in W and h; perhaps lengths [batch], int64 or int32. Outputs: h at all steps [time, batch, hidden]; the last h; the last c; the gates i, f, g, o
/// [time, batch, 4 hidden] and c [time, batch, hidden] at all steps, which the gradient reads. A sequence of length n has the steps 0 to n - 1: outputs behind are 0, and the last state is
/// that at its end. The number of steps may be unknown while a graph is captured.
/// </remarks>
/// <param name="Backwards">Whether sequences are read from the end.</param>
public sealed record LstmSequence(bool Backwards = false) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Reduced;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var (time, batch) = Recurrence.Check(this, x, 4, 5, "gates, a weight, a first state, a first cell, and perhaps a projection and lengths");
        if (x[2].Shape.Rank != 2 || x[3].Shape.Rank != 2) throw new ShapeException($"LstmSequence: expected a first state and cell [batch, size]. Received: shapes {x[2].Shape} and {x[3].Shape}.");
        Dim state = x[2].Shape[1], hidden = x[3].Shape[1];
        Recurrence.Expected(this, x[0], [time, batch, hidden * 4], "gates");
        Recurrence.Expected(this, x[1], [hidden * 4, state], "a weight");
        Recurrence.Expected(this, x[2], [batch, state], "a first state");
        Recurrence.Expected(this, x[3], [batch, hidden], "a first cell");
        if (Optional(x.Length, x[^1].DType).Projection) Recurrence.Expected(this, x[4], [state, hidden], "a projection");
        else if (state != hidden && state.IsKnown && hidden.IsKnown) throw new ShapeException($"LstmSequence: without a projection state and cell have the same size. Received: shapes {x[2].Shape} and {x[3].Shape}.");
        var dtype = x[0].DType;
        return new(Of(time, batch, state), Of(batch, state), Of(batch, hidden), Of(time, batch, hidden * 4), Of(time, batch, hidden));

        TensorSpec Of(params ReadOnlySpan<Dim> shape) => new(dtype, Shape.Create(shape));
    }

    /// <summary>Which of the optional inputs there are.</summary>
    internal static (bool Projection, bool Lengths) Optional(int count, DType last) => last.IsFloating() ? (count == 5, false) : (count == 6, true);

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var (added, weight, hidden, cell, lengths) = (x[0], x[1], x[2], x[3], Recurrence.LengthsOf(x));
        var projection = Optional(x.Length, x[^1].DType).Projection ? x[4] : null;
        var size = cell.Shape[1];
        var recurrence = new Recurrence(this, added.Shape[0], Backwards, lengths);
        var steps = recurrence.Steps;
        var adds = added.Unbind(0);
        var (outputs, gates, cells) = (new Tensor[adds.Length], new Tensor[adds.Length], new Tensor[adds.Length]);
        foreach (int t in steps)
        {
            var sums = adds[t] + hidden.Linear(weight, null);
            Tensor i = Part(0).Sigmoid(), f = Part(1).Sigmoid(), g = Part(2).Tanh(), o = Part(3).Sigmoid();
            var c = f * cell + i * g;
            var h = o * c.Tanh();
            if (projection is not null) h = h.Linear(projection, null);
            (outputs[t], gates[t], cells[t]) = (recurrence.At(t, h), recurrence.At(t, Tensor.Concat([i, f, g, o], 1)), recurrence.At(t, c));
            (hidden, cell) = (recurrence.At(t, h, hidden), recurrence.At(t, c, cell));

            Tensor Part(int index) => Recurrence.Part(sums, index, size);
        }
        return [Tensor.Stack(outputs), hidden, cell, Tensor.Stack(gates), Tensor.Stack(cells)];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Second | Reads.Third | Reads.Fourth | Reads.Fifth | Reads.Sixth | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var (projects, hasLengths) = Optional(b.InputCount, b.InputSpec(b.InputCount - 1).DType);
        List<Tensor> x = [b.GradOf(0), b.GradOf(1), b.GradOf(2), b.Input(1), b.Input(2), b.Input(3), b.OutputAt(0), b.OutputAt(3), b.OutputAt(4)];
        if (projects) x.Add(b.Input(4));
        // Only a gradient of gradients depends on gates and cells.
        if (b.HasGrad(3) || b.HasGrad(4)) x.AddRange([b.GradOf(3), b.GradOf(4)]);
        if (hasLengths) x.Add(b.Input(b.InputCount - 1));
        Tensor?[] gradients = Dispatch.RunAll(new LstmSequenceGradient(Backwards), x.ToArray());
        return hasLengths ? [.. gradients, null] : gradients;
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => Recurrence.SideBySide(this, x, i => i is 1 or 4 && x.Sample(i).DType.IsFloating());
}
