namespace Tauten.Ops;

/// <summary>
/// A pass of a gated recurrent unit over time: at each step h = n + z (h' - n), where r and z are sigmoids of what the input adds to them plus W h' + b, and n = tanh(a + r (W_n h' + b_n)) with
/// what the input adds, a (Cho et al., 2014). Where the reset gate comes before the product instead, n = tanh(a + W_n (r h')), as in the paper's first version. Dtypes: floating-point; lengths int32, int64.
/// </summary>
/// <remarks>
/// Inputs: what the input adds to r, z, n [time, batch, 3 hidden]; W [3 hidden, hidden]; the first h [batch, hidden]; perhaps b [3 hidden], only where the reset gate comes after the product;
/// perhaps lengths [batch], int64 or int32. Outputs: h at all steps [time, batch, hidden]; the last h; and what the gradient reads, r, z, q, n at all steps [time, batch, 4 hidden], with
/// q = W_n h' + b_n or q = r h'. A sequence of length n has the steps 0 to n - 1: outputs behind are 0, and the last state is that at its end. The number of steps may be unknown while a graph
/// is captured.
/// </remarks>
/// <param name="ResetAfter">Whether the reset gate comes after the product with the state.</param>
/// <param name="Backwards">Whether sequences are read from the end.</param>
public sealed record GruSequence(bool ResetAfter = true, bool Backwards = false) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Reduced;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var (time, batch) = Recurrence.Check(this, x, 3, ResetAfter ? 4 : 3, $"gates, a weight, a first state, and perhaps {(ResetAfter ? "a bias and " : "")}lengths", ResetAfter && x.Length > 0 && x[0].Shape.Rank == 3 ? (Dim?)x[0].Shape[2] : null);
        if (x[2].Shape.Rank != 2) throw new ShapeException($"GruSequence: expected a first state [batch, hidden]. Received: shape {x[2].Shape}.");
        Dim hidden = x[2].Shape[1];
        Recurrence.Expected(this, x[0], [time, batch, hidden * 3], "gates");
        Recurrence.Expected(this, x[1], [hidden * 3, hidden], "a weight");
        Recurrence.Expected(this, x[2], [batch, hidden], "a first state");
        if (Optional(x.Length, x[^1].DType).Bias) Recurrence.Expected(this, x[3], [hidden * 3], "a bias");
        var dtype = x[0].DType;
        return new(new(dtype, [time, batch, hidden]), new(dtype, [batch, hidden]), new(dtype, [time, batch, hidden * 4]));
    }

    /// <summary>Which of the optional inputs there are.</summary>
    internal static (bool Bias, bool Lengths) Optional(int count, DType last) => last.IsFloating() ? (count == 4, false) : (count == 5, true);

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var (added, weight, hidden) = (x[0], x[1], x[2]);
        var bias = Optional(x.Length, x[^1].DType).Bias ? x[3] : null;
        var size = hidden.Shape[1];
        var recurrence = new Recurrence(this, added.Shape[0], Backwards, Recurrence.LengthsOf(x));
        var steps = recurrence.Steps;
        var adds = added.Unbind(0);
        var (outputs, gates) = (new Tensor[adds.Length], new Tensor[adds.Length]);
        Tensor both = weight.Narrow(0, 0, size * 2), candidate = weight.Narrow(0, size * 2, size);
        foreach (int t in steps)
        {
            var sums = hidden.Linear(ResetAfter ? weight : both, bias);
            Tensor r = (Part(adds[t], 0) + Part(sums, 0)).Sigmoid(), z = (Part(adds[t], 1) + Part(sums, 1)).Sigmoid();
            var q = ResetAfter ? Part(sums, 2) : r * hidden;
            var n = (Part(adds[t], 2) + (ResetAfter ? r * q : q.Linear(candidate, null))).Tanh();
            var h = n + z * (hidden - n);
            (outputs[t], gates[t]) = (recurrence.At(t, h), recurrence.At(t, Tensor.Concat([r, z, q, n], 1)));
            hidden = recurrence.At(t, h, hidden);
        }
        return [Tensor.Stack(outputs), hidden, Tensor.Stack(gates)];

        Tensor Part(Tensor whole, int index) => Recurrence.Part(whole, index, size);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Second | Reads.Third | Reads.Fourth | Reads.Fifth | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var (biased, hasLengths) = Optional(b.InputCount, b.InputSpec(b.InputCount - 1).DType);
        List<Tensor> x = [b.GradOf(0), b.GradOf(1), b.Input(1), b.Input(2), b.OutputAt(0), b.OutputAt(2)];
        // Only a gradient of gradients depends on the gates.
        if (b.HasGrad(2)) x.Add(b.GradOf(2));
        if (hasLengths) x.Add(b.Input(b.InputCount - 1));
        Tensor?[] gradients = Dispatch.RunAll(new GruSequenceGradient(ResetAfter, Backwards), x.ToArray());
        if (!biased) gradients = gradients[..3];
        return hasLengths ? [.. gradients, null] : gradients;
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => Recurrence.SideBySide(this, x, i => i is 1 or 3 && x.Sample(i).DType.IsFloating());
}

/// <summary>
/// The gradients of <see cref="GruSequence"/> for what the input adds to the gates, for the weight, the first state, and, where the reset gate comes after the product, the bias: a pass over
/// the steps in reverse. Dtypes: floating-point; lengths int32, int64.
/// </summary>
/// <remarks>
/// Inputs: the gradients of the outputs and the last state; weight, first state; outputs and gates at all steps; perhaps the gradient of the gates, which a gradient of gradients has; perhaps
/// lengths.
/// </remarks>
/// <param name="ResetAfter">Whether the reset gate comes after the product with the state.</param>
/// <param name="Backwards">Whether sequences are read from the end.</param>
public sealed record GruSequenceGradient(bool ResetAfter = true, bool Backwards = false) : CompositeOp
{
    /// <summary>Which of the optional inputs there are.</summary>
    internal static (bool Inner, bool Lengths) Optional(int count, DType last) => last.IsFloating() ? (count == 7, false) : (count == 8, true);

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var (time, batch) = Recurrence.Check(this, x, 6, 7, "two gradients, weight, first state, outputs, gates, and perhaps a gradient more, and lengths");
        Dim hidden = x[0].Shape[2];
        Shape states = [batch, hidden], gates = [time, batch, hidden * 4];
        Recurrence.Expected(this, x[1], states, "a gradient of the last state");
        Recurrence.Expected(this, x[2], [hidden * 3, hidden], "a weight");
        Recurrence.Expected(this, x[3], states, "a first state");
        Recurrence.Expected(this, x[4], x[0].Shape, "outputs");
        Recurrence.Expected(this, x[5], gates, "gates");
        if (Optional(x.Length, x[^1].DType).Inner) Recurrence.Expected(this, x[6], gates, "a gradient of the gates");
        var dtype = x[0].DType;
        TensorSpec[] specs = [new(dtype, [time, batch, hidden * 3]), new(dtype, [hidden * 3, hidden]), new(dtype, states)];
        return ResetAfter ? new([.. specs, new(dtype, [hidden * 3])]) : new(specs);
    }

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var recurrence = new Recurrence(this, x[0].Shape[0], Backwards, Recurrence.LengthsOf(x));
        var steps = recurrence.Steps.Reverse();
        Tensor[] arriving = x[0].Unbind(0), outputs = x[4].Unbind(0), gates = x[5].Unbind(0);
        var (hidden, weight, first) = (x[1], x[2], x[3]);
        var inner = Optional(x.Length, x[^1].DType).Inner ? x[6].Unbind(0) : null;
        var size = first.Shape[1];
        Tensor both = weight.Narrow(0, 0, size * 2), candidate = weight.Narrow(0, size * 2, size);
        var made = new Tensor[arriving.Length];
        Tensor? weightGradient = null, biasGradient = null;
        foreach (int t in steps)
        {
            Tensor r = Part(gates[t], 0), z = Part(gates[t], 1), q = Part(gates[t], 2), n = Part(gates[t], 3), before = recurrence.Before(t, outputs, first);
            var h = arriving[t] + hidden;
            Tensor gn = h * (1 - z), gz = h * (before - n);
            if (inner is not null) (gn, gz) = (gn + Part(inner[t], 3), gz + Part(inner[t], 1));
            gn *= 1 - n.Square();
            var gq = ResetAfter ? gn * r : gn.MatMul(candidate);
            if (inner is not null) gq += Part(inner[t], 2);
            var gr = ResetAfter ? gn * q : gq * before;
            if (inner is not null) gr += Part(inner[t], 0);
            (gr, gz) = (gr * r * (1 - r), gz * z * (1 - z));
            made[t] = recurrence.At(t, Tensor.Concat([gr, gz, gn], 1));
            // What arrives at the product with the state.
            var sums = recurrence.At(t, Tensor.Concat(ResetAfter ? [gr, gz, gq] : [gr, gz], 1));
            var part = sums.T.MatMul(before);
            if (!ResetAfter) part = Tensor.Concat([part, recurrence.At(t, gn).T.MatMul(q)], 0);
            weightGradient = LstmSequenceGradient.Plus(weightGradient, part);
            if (ResetAfter) biasGradient = LstmSequenceGradient.Plus(biasGradient, sums.Sum(0));
            var passed = h * z + sums.MatMul(ResetAfter ? weight : both);
            hidden = recurrence.At(t, ResetAfter ? passed : passed + gq * r, hidden);
        }
        Tensor[] all = [Tensor.Stack(made), weightGradient!, hidden];
        return ResetAfter ? [.. all, biasGradient!] : all;

        Tensor Part(Tensor whole, int index) => Recurrence.Part(whole, index, size);
    }
}
