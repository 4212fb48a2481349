using System.Text;

namespace Tauten.Ops;

/// <summary>
/// A loop that goes on as long as a graph of its state says: one graph tells from the state, by a bool scalar, whether there is another round, the other gives the
/// next state. The inputs are the state and what is the same in all rounds; the outputs the last state and, if the states are kept for a gradient, the states
/// before each round. Its gradient is a <see cref="Scan"/> backwards over these, which computes each round again from its state.
/// </summary>
/// <param name="Condition">Whether there is another round.</param>
/// <param name="Body">A round: from the state, and what is the same in all rounds, to the next state.</param>
/// <param name="States">The number of tensors of state.</param>
/// <param name="Maximum">The largest number of rounds; null where there is none.</param>
/// <param name="KeepsStates">Whether the states before each round are outputs too.</param>
public sealed record While(Graph Condition, Graph Body, int States, long? Maximum, bool KeepsStates) : ControlOp
{
    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        if (States < 1 || x.Length < States) throw Expect.Inputs(this, x.Length, $"at least {Math.Max(1, States)} tensors of state");
        var condition = Infer("Condition", Condition, x);
        if (condition.Length != 1) throw new GraphException($"{this}: expected one result from the condition. Received: {condition.Length}.");
        If.CheckCondition(ToString(), condition[0]);
        var y = Infer("Body", Body, x);
        if (y.Length != States) throw new GraphException($"{this}: expected {States} tensors of state from the body. Received: {y.Length}.");
        CheckState(x[..States], y);
        if (!KeepsStates) return y.Length == 1 ? y[0] : new Specs(y);
        var rounds = NonZero.NewSize("while");
        return new([.. y, .. y.Select(s => Stacked(rounds, s))]);
    }

    /// <inheritdoc/>
    protected internal override Tensor[] Execute(ReadOnlySpan<Tensor> x)
    {
        var rounds = new LoopRounds(x[..States], KeepsStates ? States : 0, KeepsStates);
        for (long i = 0; Maximum is not { } most || i < most; i++)
        {
            using (Gradients.NoGrad())
                if (!Condition.Run([.. rounds.State, .. x[States..]])[0].Item<bool>()) break;
            rounds.Run(Body, [.. rounds.State, .. x[States..]]);
        }
        var specs = Dispatch.SpecsOf(x[..States]);
        return [.. rounds.State, .. rounds.Stacked(false, k => Stacked(0, specs[k]))];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => KeepsStates ? Reads.Inputs | Reads.Output : Reads.Inputs;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        Tensor[] x = [.. Enumerable.Range(0, b.InputCount).Select(b.Input)];
        Tensor[] states = KeepsStates ? [.. Enumerable.Range(States, States).Select(b.OutputAt)] : Dispatch.RunAll(this with { KeepsStates = true }, x)[States..];
        return new LoopGradient(Body, Condition, States, 0, states[0].Shape[0], false).Of(b, states, x);
    }

    /// <summary>
    /// Until all samples are done: one that is keeps its state. States that are kept then go on for samples that are done, which the gradient, asking the
    /// condition again, passes by.
    /// </summary>
    protected internal override Tensor[]? Batched(Batch x)
    {
        var inputs = InputsOf(x);
        var flags = FlagsOf(x);
        for (int i = 0; i < States; i++) (inputs[i], flags[i]) = (x.Full(i), true);
        var specs = Dispatch.SpecsOf(inputs);
        var condition = Graph.Capture(s => [Goes(s).Any()], specs);
        var body = Graph.Capture(s =>
        {
            var goes = Goes(s);
            return [.. Body.RunFull(s, flags, x.Size).Select((y, i) => If.Chosen(goes, y, s[i]))];
        }, specs);
        var all = Dispatch.RunAll(this with { Condition = condition, Body = body }, inputs);
        for (int k = States; k < all.Length; k++) all[k] = all[k].Transpose(0, 1);
        return all;

        Tensor Goes(Tensor[] s) => Condition.RunFull(s, flags, x.Size)[0];
    }

    /// <inheritdoc/>
    internal override ControlOp Without(Func<int, bool> isRead) => KeepsStates && !Enumerable.Range(States, States).Any(isRead) ? this with { KeepsStates = false } : this;

    /// <inheritdoc/>
    internal override (string Name, Graph Body)[] Bodies() => [("Condition", Condition), ("Body", Body)];

    /// <inheritdoc/>
    internal override Op WithBodies(Graph[] bodies) => this with { Condition = bodies[0], Body = bodies[1] };

    /// <summary>A loop of the format asks at the end of a round whether there is another, so that before the first the condition stands outside.</summary>
    internal override OnnxForm[] ToOnnx(ReadOnlySpan<TensorSpec> x, int opset)
    {
        var specs = x.ToArray();
        var (state, rest) = (OnnxForm.Range(0, States), OnnxForm.Range(States, specs.Length));
        // A round's own inputs are its number, whether it goes on, and the state.
        var round = Graph.Capture(s =>
        {
            Tensor[] before = s[2..(2 + States)], given = s[(2 + States)..], after = Body.Run([.. before, .. given]);
            return [Condition.Run([.. after, .. given])[0], .. after, .. KeepsStates ? before : []];
        }, [new(DType.Int64, Shape.Scalar), new(DType.Bool, Shape.Scalar), .. specs]);
        var most = Maximum is { } count ? OnnxForm.Scalar(count) : null;
        return OnnxForm.Of("Loop", [most, OnnxForm.Of(Condition, [.. state, .. rest]), .. state], ("body", new OnnxBody(round, 2 + States, rest))).Several(round.Outputs.Count - 1);
    }

    /// <inheritdoc/>
    protected override bool PrintMembers(StringBuilder builder)
    {
        base.PrintMembers(builder);
        builder.Append(System.Globalization.CultureInfo.InvariantCulture, $", States = {States}, Maximum = {Maximum?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}, KeepsStates = {KeepsStates}");
        return true;
    }

    /// <summary>Records a loop in the capture of this thread.</summary>
    internal static Tensor[] Record(Func<Tensor[], Tensor> condition, Func<Tensor[], Tensor[]> body, Tensor[] state, long? maximum)
    {
        int states = state.Length;
        var specs = Dispatch.SpecsOf(state);
        var test = BodyClosure.Capture(s => [condition(s)], specs);
        if (test.Updated.Count > 0) throw new GraphException($"While: the condition assigns a value to {test.Updated[0]}, or draws random numbers. Do that in the body, and pass what the condition needs as state.");
        var round = BodyClosure.Capture(s =>
        {
            var next = body(s);
            if (next.Length != states) throw new GraphException($"While: expected {states} tensors of state from the body. Received: {next.Length}.");
            for (int i = 0; i < states; i++) CheckState("While", i, specs[i], next[i].Spec);
            return next;
        }, specs);
        var closure = BodyClosure.Of([round, test], states, states, bodies: 1);
        Tensor[] x = [.. state, .. closure.Values, .. closure.Taken];
        bool keeps = Ambient.Current.Tracks && Array.Exists(x, t => t.IsTracked);
        int all = states + closure.Values.Length;
        return closure.Assign(Dispatch.RunAll(new While(closure.Bodies[1], closure.Bodies[0], all, maximum, keeps), x)[..all], states);
    }
}
