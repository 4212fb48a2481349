namespace Tauten.Ops;

/// <summary>A pass of a recurrent network over time: at each step h is f of what the input adds plus W h', where f is tanh or max(., 0) (Elman, 1990). Dtypes: floating-point; lengths int32, int64.</summary>
/// <remarks>
/// Inputs: what the input adds [time, batch, hidden]; W [hidden, hidden]; the first h [batch, hidden]; perhaps lengths [batch], int64 or int32. Outputs: h at all steps [time, batch, hidden], and
/// the last h. A sequence of length n has the steps 0 to n - 1: outputs behind are 0, and the last state is that at its end. The number of steps may be unknown while a graph is captured.
/// </remarks>
/// <param name="Relu">Whether f is max(., 0); else it is tanh.</param>
/// <param name="Backwards">Whether sequences are read from the end.</param>
public sealed record RnnSequence(bool Relu = false, bool Backwards = false) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Reduced;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var (time, batch) = Recurrence.Check(this, x, 3, 3, "what the input adds, a weight, a first state, and perhaps lengths");
        Dim hidden = x[0].Shape[2];
        Recurrence.Expected(this, x[1], [hidden, hidden], "a weight");
        Recurrence.Expected(this, x[2], [batch, hidden], "a first state");
        return new(x[0], new(x[0].DType, [batch, hidden]));
    }

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var hidden = x[2];
        var recurrence = new Recurrence(this, x[0].Shape[0], Backwards, Recurrence.LengthsOf(x));
        var steps = recurrence.Steps;
        var adds = x[0].Unbind(0);
        var outputs = new Tensor[adds.Length];
        foreach (int t in steps)
        {
            var sums = adds[t] + hidden.Linear(x[1], null);
            var h = Relu ? sums.Relu() : sums.Tanh();
            outputs[t] = recurrence.At(t, h);
            hidden = recurrence.At(t, h, hidden);
        }
        return [Tensor.Stack(outputs), hidden];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Second | Reads.Third | Reads.Fourth | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        Tensor[] x = [b.GradOf(0), b.GradOf(1), b.Input(1), b.Input(2), b.OutputAt(0)];
        var op = new RnnSequenceGradient(Relu, Backwards);
        Tensor?[] gradients = Dispatch.RunAll(op, b.InputCount == 3 ? x : [.. x, b.Input(3)]);
        return b.InputCount == 3 ? gradients : [.. gradients, null];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => Recurrence.SideBySide(this, x, i => i == 1);
}

/// <summary>
/// The gradients of <see cref="RnnSequence"/> for what the input adds, for the weight and the first state: a pass over the steps in reverse. Inputs: the gradients of the outputs and the last
/// state; weight, first state; outputs at all steps; perhaps lengths. Dtypes: floating-point; lengths int32, int64.
/// </summary>
/// <param name="Relu">Whether f is max(., 0); else it is tanh.</param>
/// <param name="Backwards">Whether sequences are read from the end.</param>
public sealed record RnnSequenceGradient(bool Relu = false, bool Backwards = false) : CompositeOp
{
    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var (_, batch) = Recurrence.Check(this, x, 5, 5, "two gradients, weight, first state, outputs, and perhaps lengths");
        Dim hidden = x[0].Shape[2];
        Shape states = [batch, hidden], square = [hidden, hidden];
        Recurrence.Expected(this, x[1], states, "a gradient of the last state");
        Recurrence.Expected(this, x[2], square, "a weight");
        Recurrence.Expected(this, x[3], states, "a first state");
        Recurrence.Expected(this, x[4], x[0].Shape, "outputs");
        return new(x[0], new(x[0].DType, square), new(x[0].DType, states));
    }

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var recurrence = new Recurrence(this, x[0].Shape[0], Backwards, Recurrence.LengthsOf(x));
        var steps = recurrence.Steps.Reverse();
        Tensor[] arriving = x[0].Unbind(0), outputs = x[4].Unbind(0);
        var hidden = x[1];
        var made = new Tensor[arriving.Length];
        Tensor? weightGradient = null;
        foreach (int t in steps)
        {
            var h = arriving[t] + hidden;
            made[t] = recurrence.At(t, Relu ? Tensor.Where(outputs[t] > 0, h, 0) : h * (1 - outputs[t].Square()));
            weightGradient = LstmSequenceGradient.Plus(weightGradient, made[t].T.MatMul(recurrence.Before(t, outputs, x[3])));
            hidden = recurrence.At(t, made[t].MatMul(x[2]), hidden);
        }
        return [Tensor.Stack(made), weightGradient!, hidden];
    }
}
