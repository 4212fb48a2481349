namespace Tauten.Ops;

/// <summary>
/// The outputs of one of two graphs: of the first where the first input, a bool scalar, is true. Both take all the other inputs, and give the same specs. Only
/// the graph that is chosen runs. In a captured graph its gradient is a branch between the gradients of both, which computes the chosen one again.
/// </summary>
/// <param name="Then">What is computed where the condition is true.</param>
/// <param name="Else">What is computed where it is false.</param>
public sealed record If(Graph Then, Graph Else) : ControlOp
{
    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        if (x.Length == 0) throw Expect.Inputs(this, 0, "a condition first");
        CheckCondition(ToString(), x[0]);
        TensorSpec[] a = Infer("Then", Then, x[1..]), b = Infer("Else", Else, x[1..]);
        if (a.Length != b.Length) throw new GraphException($"{this}: the branches give {a.Length} and {b.Length} results. Expected as many from both.");
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i].DType != b[i].DType) throw new DTypeException($"{this}: the branches give {a[i]} and {b[i]} as result {i}. Expected the same. Convert one with To(dtype).");
            if (a[i].Shape != b[i].Shape) throw new ShapeException($"{this}: the branches give {a[i]} and {b[i]} as result {i}. Expected the same.");
        }
        return a.Length == 1 ? a[0] : new Specs(a);
    }

    /// <summary>A condition is one bool.</summary>
    internal static void CheckCondition(string op, TensorSpec condition)
    {
        if (condition.DType != DType.Bool) throw new DTypeException($"{op}: expected a condition bool[]. Received: {condition}. Compare, as in x > 0.");
        if (condition.Shape.Rank != 0) throw new ShapeException($"{op}: expected a condition bool[]. Received: {condition}. Reduce it with Any or All, or choose element by element with Tensor.Where.");
    }

    /// <inheritdoc/>
    protected internal override Tensor[] Execute(ReadOnlySpan<Tensor> x) => (x[0].Item<bool>() ? Then : Else).Run(x[1..]);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        int count = b.InputCount - 1;
        int[] wanted = [.. Enumerable.Range(0, count).Where(i => b.Needs(i + 1) && b.InputSpec(i + 1).DType.IsFloating())];
        int[] arriving = [.. Enumerable.Range(0, b.OutputCount).Where(k => b.HasGrad(k) && b.OutputSpec(k).DType.IsFloating())];
        var gradients = new Tensor?[b.InputCount];
        if (wanted.Length == 0 || arriving.Length == 0) return gradients;
        Tensor[] x = [.. Enumerable.Range(1, count).Select(b.Input), .. arriving.Select(b.GradOf)];
        var specs = Dispatch.SpecsOf(x);
        var made = Dispatch.RunAll(new If(Pulled(Then), Pulled(Else)), [b.Input(0), .. x]);
        for (int k = 0; k < wanted.Length; k++) gradients[wanted[k] + 1] = made[k];
        return gradients;

        Graph Pulled(Graph body) => Graph.Capture(s =>
        {
            var seeds = new Tensor?[b.OutputCount];
            for (int k = 0; k < arriving.Length; k++) seeds[arriving[k]] = s[count + k];
            return body.Pull(s[..count], wanted, seeds);
        }, specs);
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x)
    {
        var (inputs, flags) = (InputsOf(x)[1..], FlagsOf(x)[1..]);
        if (x.IsBatched(0))
        {
            // Each sample takes its own way, so both are gone.
            Tensor[] a = Then.RunFull(inputs, flags, x.Size), b = Else.RunFull(inputs, flags, x.Size);
            return [.. a.Zip(b, (t, e) => Chosen(x[0], t, e))];
        }
        var specs = Dispatch.SpecsOf(inputs);
        return Dispatch.RunAll(new If(Mapped(Then), Mapped(Else)), [x[0], .. inputs]);

        Graph Mapped(Graph body) => Graph.Capture(s => body.RunFull(s, flags, x.Size), specs);
    }

    /// <summary>For each sample one of two tensors.</summary>
    internal static Tensor Chosen(Tensor conditions, Tensor then, Tensor otherwise) =>
        Tensor.Where(conditions.Reshape([conditions.Shape[0], .. Enumerable.Repeat((Dim)1, then.Rank - 1)]), then, otherwise);

    /// <inheritdoc/>
    internal override (string Name, Graph Body)[] Bodies() => [("Then", Then), ("Else", Else)];

    /// <inheritdoc/>
    internal override Op WithBodies(Graph[] bodies) => new If(bodies[0], bodies[1]);

    /// <inheritdoc/>
    internal override OnnxForm[] ToOnnx(ReadOnlySpan<TensorSpec> x, int opset)
    {
        var rest = OnnxForm.Range(1, x.Length);
        return OnnxForm.Of("If", [OnnxForm.X()], ("then_branch", new OnnxBody(Then, 0, rest)), ("else_branch", new OnnxBody(Else, 0, rest))).Several(Then.Outputs.Count);
    }

    /// <inheritdoc/>
    protected override bool PrintMembers(System.Text.StringBuilder builder) => base.PrintMembers(builder);

    /// <summary>Records a branch in the capture of this thread.</summary>
    internal static Tensor[] Record(Tensor condition, Func<Tensor[]> then, Func<Tensor[]> otherwise)
    {
        CheckCondition("If", condition.Spec);
        Graph a = BodyClosure.Capture(_ => then(), []), b = BodyClosure.Capture(_ => otherwise(), []);
        if (a.Outputs.Count != b.Outputs.Count) throw new GraphException($"If: the branches give {a.Outputs.Count} and {b.Outputs.Count} results. Expected as many from both.");
        var closure = BodyClosure.Of([a, b], 0, a.Outputs.Count);
        return closure.Assign(Dispatch.RunAll(new If(closure.Bodies[0], closure.Bodies[1]), [condition, .. closure.Values, .. closure.Taken]), closure.OutputCount);
    }
}
