namespace Tauten.Ops;

/// <summary>
/// A composite op without a batching rule for many samples at once: its expansion, op by op with all samples. Its gradient is that of the op for
/// each sample, so what the op states about kinks and poles holds here too.
/// </summary>
/// <param name="Op">The op for one sample.</param>
/// <param name="Inputs">The inputs that have the samples along a first axis; the others are the same for all.</param>
public sealed record Mapped(CompositeOp Op, Dims Inputs) : CompositeOp
{
    internal static Tensor[] Run(CompositeOp op, Batch x)
    {
        long[] which = [.. Enumerable.Range(0, x.Count).Where(x.IsBatched).Select(i => (long)i)];
        return Dispatch.RunAll(new Mapped(op, Dims.Create(which)), [.. Enumerable.Range(0, x.Count).Select(i => x[i])]);
    }

    bool[] Flags(int count)
    {
        var batched = new bool[count];
        foreach (long input in Inputs.Span) batched[input] = true;
        return batched;
    }

    static TensorSpec Sample(TensorSpec spec, bool batched) => batched ? spec with { Shape = [.. spec.Shape.Skip(1)] } : spec;

    TensorSpec[] Samples(ReadOnlySpan<TensorSpec> x)
    {
        var specs = x.ToArray();
        foreach (long input in Inputs.Span) specs[input] = Sample(specs[input], true);
        return specs;
    }

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var size = x[(int)Inputs[0]].Shape[0];
        var one = Op.Infer(Samples(x));
        return new([.. Enumerable.Range(0, one.Count).Select(i => new TensorSpec(one[i].DType, [size, .. one[i].Shape]))]);
    }

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var size = x[(int)Inputs[0]].Shape[0];
        var expansion = Graph.Capture(s => Op.Expansion(s), Samples(Dispatch.SpecsOf(x)));
        return expansion.RunFull(x, Flags(x.Length), size);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Op.GradientReads();

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var size = b.InputSpec((int)Inputs[0]).Shape[0];
        var batched = Flags(b.InputCount);
        TensorSpec[] inputs = [.. batched.Select((flag, i) => Sample(b.InputSpec(i), flag))], outputs = [.. Enumerable.Range(0, b.OutputCount).Select(i => Sample(b.OutputSpec(i), true))];
        // The formula may read what the op declares, and the gradients that have arrived: these are the inputs of its graph.
        var given = new List<(Tensor Value, bool IsBatched, TensorSpec Sample)>();
        var slots = new int[inputs.Length + outputs.Length];
        var arriving = new int[outputs.Length];
        for (int i = 0; i < inputs.Length; i++) slots[i] = Dispatch.ReadsInput(GradientReads(), i) ? Give(b.Input(i), batched[i], inputs[i]) : -1;
        for (int i = 0; i < outputs.Length; i++)
        {
            slots[inputs.Length + i] = (GradientReads() & Reads.Output) != 0 ? Give(b.OutputAt(i), true, outputs[i]) : -1;
            arriving[i] = b.HasGrad(i) ? Give(b.GradOf(i), true, outputs[i]) : -1;
        }
        bool[] needs = [.. Enumerable.Range(0, inputs.Length).Select(b.Needs)];
        int[]? found = null;
        var formula = Graph.Capture(s =>
        {
            var x = Array.ConvertAll(inputs, spec => new Node(spec));
            var node = new Node(Op, Array.ConvertAll(x, n => (Value)Tensor.Symbol(n, 0)), outputs.Length == 1 ? outputs[0] : Array.ConvertAll(outputs, o => (ValueSpec)o), tracked: true);
            var parts = Op.Gradient(new(node, Array.ConvertAll(arriving, at => at < 0 ? null : s[at]), needs, Array.ConvertAll(slots, at => at < 0 ? null : s[at])));
            found = parts is null ? null : [.. Enumerable.Range(0, parts.Length).Where(i => needs[i] && parts[i] is not null)];
            return found is null ? [] : Array.ConvertAll(found, i => parts![i]!);
        }, [.. given.Select(g => g.Sample)]);
        if (found is null) return null;
        var results = new Tensor?[inputs.Length];
        var made = formula.RunFull([.. given.Select(g => g.Value)], [.. given.Select(g => g.IsBatched)], size);
        // What all samples share gets the sum of their gradients.
        for (int k = 0; k < found.Length; k++) results[found[k]] = batched[found[k]] ? made[k] : made[k].Sum(0);
        return results;

        int Give(Tensor value, bool isBatched, TensorSpec sample)
        {
            given.Add((value, isBatched, sample));
            return given.Count - 1;
        }
    }
}
