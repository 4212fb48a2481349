using System.Text;

namespace Tauten.Ops;

/// <summary>
/// A loop of a given number of rounds: a graph takes the state and a slice of each scanned input along its first axis, and gives the next state and a slice
/// of each stacked output. The inputs are the state, the scanned inputs, and what is the same in all rounds; the outputs the last state, the stacked outputs
/// and, if the states are kept for a gradient, the states before each round. Its gradient is a scan in the other direction, which computes each round again from its state.
/// </summary>
/// <param name="Body">A round: from the state, the slices, and what is the same in all rounds, to the state and the slices of outputs.</param>
/// <param name="States">The number of tensors of state.</param>
/// <param name="Inputs">The number of scanned inputs.</param>
/// <param name="Length">The number of rounds.</param>
/// <param name="Reverse">Whether the last slice comes first.</param>
/// <param name="KeepsStates">Whether the states before each round are outputs too.</param>
public sealed record Scan(Graph Body, int States, int Inputs, Dim Length, bool Reverse, bool KeepsStates) : ControlOp
{
    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        if (States < 0 || Inputs < 0 || x.Length < States + Inputs) throw Expect.Inputs(this, x.Length, $"{States} tensors of state and {Inputs} scanned ones");
        if (Length is { IsKnown: true, Value: < 0 }) throw new ShapeException($"{this}: expected a number of rounds of at least 0. Received: {Length}.");
        var slices = x.ToArray();
        for (int i = States; i < States + Inputs; i++)
        {
            if (slices[i].Shape.Rank == 0) throw new ShapeException($"{this}: scanned input {i - States} is a scalar. Expected an axis of {Length} slices.");
            var length = slices[i].Shape[0];
            if (length != Length && length.IsKnown && Length.IsKnown) throw new ShapeException($"{this}: scanned input {i - States} of shape {slices[i].Shape} has {length} slices. Expected {Length}.");
            slices[i] = Unstacked(slices[i]);
        }
        var y = Infer("Body", Body, slices);
        CheckState(x[..States], y);
        return new([.. y[..States], .. y[States..].Select(s => Stacked(Length, s)), .. KeepsStates ? y[..States].Select(s => Stacked(Length, s)) : []]);
    }

    /// <inheritdoc/>
    protected internal override Tensor[] Execute(ReadOnlySpan<Tensor> x)
    {
        var specs = Infer(Dispatch.SpecsOf(x));
        long length = Length;
        var rounds = new LoopRounds(x[..States], specs.Count - States, KeepsStates);
        var slices = new Tensor[Inputs];
        for (long i = 0; i < length; i++)
        {
            long at = Reverse ? length - 1 - i : i;
            for (int k = 0; k < Inputs; k++) slices[k] = x[States + k].Select(0, at);
            rounds.Run(Body, [.. rounds.State, .. slices, .. x[(States + Inputs)..]]);
        }
        return [.. rounds.State, .. rounds.Stacked(Reverse, k => specs[States + k])];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => KeepsStates ? Reads.Inputs | Reads.Output : Reads.Inputs;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        Tensor[] x = [.. Enumerable.Range(0, b.InputCount).Select(b.Input)];
        int outputs = Body.Outputs.Count;
        Tensor[] states = KeepsStates ? [.. Enumerable.Range(outputs, States).Select(b.OutputAt)] : Dispatch.RunAll(this with { KeepsStates = true }, x)[outputs..];
        return new LoopGradient(Body, null, States, Inputs, Length, Reverse).Of(b, states, x);
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x)
    {
        var inputs = InputsOf(x);
        var flags = FlagsOf(x);
        var specs = new TensorSpec[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            bool scanned = i >= States && i < States + Inputs;
            if (i < States) (inputs[i], flags[i]) = (x.Full(i), true);
            else if (scanned && flags[i]) inputs[i] = inputs[i].Transpose(0, 1);
            specs[i] = scanned ? Unstacked(inputs[i].Spec) : inputs[i].Spec;
        }
        var y = Dispatch.RunAll(this with { Body = Graph.Capture(s => Body.RunFull(s, flags, x.Size), specs) }, inputs);
        for (int k = States; k < y.Length; k++) y[k] = y[k].Transpose(0, 1);
        return y;
    }

    /// <inheritdoc/>
    internal override ControlOp Without(Func<int, bool> isRead) => KeepsStates && !Enumerable.Range(Body.Outputs.Count, States).Any(isRead) ? this with { KeepsStates = false } : this;

    /// <inheritdoc/>
    internal override (string Name, Graph Body)[] Bodies() => [("Body", Body)];

    /// <inheritdoc/>
    internal override Op WithBodies(Graph[] bodies) => this with { Body = bodies[0] };

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => ((Scan)base.Bind(known)) is var bound && Length.IsKnown ? bound : bound with { Length = Length.Bind(known) };

    /// <summary>A scan of the format has at least one scanned input: where there is none, the rounds are counted by one.</summary>
    internal override OnnxForm[] ToOnnx(ReadOnlySpan<TensorSpec> x, int opset)
    {
        var specs = x.ToArray();
        int scanned = Math.Max(1, Inputs), behind = States + Inputs;
        TensorSpec[] slices = Inputs == 0 ? [new(DType.Int64, Shape.Scalar)] : Array.ConvertAll(specs[States..behind], Unstacked);
        var round = Graph.Capture(s =>
        {
            Tensor[] state = s[..States], given = s[(States + scanned)..];
            return [.. Body.Run([.. state, .. Inputs == 0 ? [] : s[States..(States + scanned)], .. given]), .. KeepsStates ? state : []];
        }, [.. specs[..States], .. slices, .. specs[behind..]]);
        OnnxForm[] along = Inputs == 0 ? [OnnxForm.Of("Expand", [OnnxForm.Constant(0, DType.Int64), OnnxForm.Vector(Length)])] : OnnxForm.Range(States, behind);
        int stacked = round.Outputs.Count - States;
        long way = Reverse ? 1 : 0;
        return OnnxForm.Of(
            "Scan", [.. OnnxForm.Range(0, States), .. along], ("body", new OnnxBody(round, States + scanned, OnnxForm.Range(behind, specs.Length))), ("num_scan_inputs", (long)scanned),
            ("scan_input_directions", Enumerable.Repeat(way, scanned).ToArray()), ("scan_output_directions", Enumerable.Repeat(way, stacked).ToArray())).Several(round.Outputs.Count);
    }

    /// <inheritdoc/>
    protected override bool PrintMembers(StringBuilder builder)
    {
        base.PrintMembers(builder);
        builder.Append(System.Globalization.CultureInfo.InvariantCulture, $", States = {States}, Inputs = {Inputs}, Length = {Length}, Reverse = {Reverse}, KeepsStates = {KeepsStates}");
        return true;
    }

    /// <summary>Records a loop in the capture of this thread.</summary>
    internal static (Tensor[] State, Tensor[] Outputs) Record(Func<Tensor[], Tensor[], (Tensor[] State, Tensor[] Outputs)> body, Tensor[] state, Tensor[] inputs, Dim length, bool reverse)
    {
        int states = state.Length;
        var graph = BodyClosure.Capture(s =>
        {
            var (next, outputs) = body(s[..states], s[states..]);
            if (next.Length != states) throw new GraphException($"Scan: expected {states} tensors of state from the body. Received: {next.Length}.");
            for (int i = 0; i < states; i++) CheckState("Scan", i, state[i].Spec, next[i].Spec);
            return [.. next, .. outputs];
        }, [.. state.Select(s => s.Spec), .. inputs.Select(x => Unstacked(x.Spec))]);
        var closure = BodyClosure.Of([graph], states, states);
        Tensor[] x = [.. state, .. closure.Values, .. inputs, .. closure.Taken];
        bool keeps = Ambient.Current.Tracks && Array.Exists(x, t => t.IsTracked);
        int all = states + closure.Values.Length;
        var y = Dispatch.RunAll(new Scan(closure.Bodies[0], all, inputs.Length, length, reverse, keeps), x);
        y = closure.Assign(y[..closure.Bodies[0].Outputs.Count], states);
        return (y[..states], y[states..]);
    }
}
