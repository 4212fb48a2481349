using Tauten.Ops;

namespace Tauten;

/// <summary>What random numbers a function draws that <see cref="Tensor.VMap(Func{Tensor, Tensor}, int, int, Randomness)"/> runs for many samples at once.</summary>
public enum Randomness
{
    /// <summary>It must not draw any: an error tells when it does.</summary>
    Error,
    /// <summary>Every sample gets the same numbers.</summary>
    Same,
    /// <summary>Every sample gets numbers of its own, the same that it would get if the function were called for one sample after the other.</summary>
    Different,
}

public sealed partial class Graph
{
    /// <summary>
    /// Computes the outputs for many samples at once, by the batching rule of each op. Batched inputs, and outputs where so marked, have the samples
    /// along a first axis more than the graph knows.
    /// </summary>
    internal (Tensor Value, bool IsBatched)[] RunBatched(ReadOnlySpan<Tensor> x, bool[] batched, Dim size, Randomness randomness)
    {
        using var exact = Autocast.Off();
        var map = new Dictionary<Node, (Value[] Values, bool IsBatched)>();
        for (int i = 0; i < x.Length; i++) map[inputs[i].Node] = ([x[i]], batched[i]);
        foreach (var (node, value) in constants) map[node] = ([value], false);
        foreach (var (cell, node) in cells) map[node] = ([cell.Value], false);
        var draws = Draw(map, size, randomness);
        var sizes = new Dictionary<string, Dim>();
        var last = LastUses();
        for (int i = 0; i < nodes.Length; i++)
        {
            if (!IsLeaf(nodes[i])) map[nodes[i]] = RunBatched(nodes[i], nodes[i].Op!.Bind(name => Known(sizes, name)), map, size);
            if (!IsLeaf(nodes[i])) Learn(nodes[i], map[nodes[i]].Values, sizes, samples: map[nodes[i]].IsBatched);
            Forget(map, last, i);
        }
        foreach (var (cell, node, output) in updates)
        {
            if (draws.TryGetValue(cell, out var state)) cell.Value = state;
            else cell.Value = map[node] is { IsBatched: false } made
                ? (Tensor)made.Values[output]
                : throw new GraphException($"VMap: the function assigns a value to {cell} that differs from sample to sample, and there is only one place for it. Return the value instead.");
        }
        return Array.ConvertAll(outputs, o => ((Tensor)map[o.Node].Values[o.Output], map[o.Node].IsBatched));
    }

    /// <summary><see cref="RunBatched(ReadOnlySpan{Tensor}, bool[], Dim, Randomness)"/> with the samples in front of every output.</summary>
    internal Tensor[] RunFull(ReadOnlySpan<Tensor> x, bool[] batched, Dim size, Randomness randomness = Randomness.Same) =>
        Array.ConvertAll(RunBatched(x, batched, size, randomness), y => y.IsBatched ? y.Value : y.Value.Unsqueeze(0).BroadcastTo([size, .. y.Value.Shape]));

    static (Value[], bool) RunBatched(Node node, Op op, Dictionary<Node, (Value[] Values, bool IsBatched)> map, Dim size)
    {
        var x = new Value[node.InputCount];
        var batched = new bool[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            var (values, isBatched) = map[node.Input(i)];
            (x[i], batched[i]) = (values[node.InputOutput(i)], isBatched);
        }
        if (op is ValueOp)
        {
            // Sequences hold batched tensors always, so that all of a sequence are alike.
            for (int i = 0; i < x.Length; i++)
                if (x[i] is Tensor item && !batched[i]) x[i] = item.Unsqueeze(0).BroadcastTo([size, .. item.Shape]);
            var made = Apply(op, x);
            return (made, made[0] is not Tensor first || first.Rank > node.Spec().Shape.Rank);
        }
        if (!batched.Contains(true)) return (Apply(op, x), false);
        var samples = new TensorSpec[x.Length];
        for (int i = 0; i < x.Length; i++) samples[i] = x[i].ValueSpec is TensorSpec spec && batched[i] ? spec with { Shape = [.. spec.Shape.Skip(1)] } : (TensorSpec)x[i].ValueSpec;
        return (RunBatched(op, new Batch(Array.ConvertAll(x, v => (Tensor)v), batched, samples, size)), true);
    }

    /// <summary>The outputs of one op, by its batching rule; else a composite by its expansion, and a primitive sample by sample.</summary>
    static Tensor[] RunBatched(Op op, Batch x)
    {
        if (x.Size is { IsKnown: true, Value: 0 })
        {
            var specs = op.Infer([.. Enumerable.Range(0, x.Count).Select(x.Sample)]);
            TensorSpec[] none = [.. Enumerable.Range(0, specs.Count).Select(i => specs[i] with { Shape = [0, .. specs[i].Shape] })];
            if (Array.TrueForAll(none, s => s.Shape.IsKnown)) return Array.ConvertAll(none, s => Tensor.Zeros(s.Shape, s.DType));
        }
        if (op.Batched(x) is { } y) return y;
        return op is CompositeOp composite ? Mapped.Run(composite, x) : SampleBySample(op, x);
    }

    static Tensor[] SampleBySample(Op op, Batch x)
    {
        if (!x.Size.IsKnown) throw new GraphException($"VMap: {op} has no batching rule, so it runs sample by sample, but the number of samples is not known while a graph is captured. Capture the graph with a known size.");
        var samples = new Tensor[(int)x.Size][];
        for (int k = 0; k < samples.Length; k++) samples[k] = Dispatch.RunAll(op, [.. Enumerable.Range(0, x.Count).Select(i => x.IsBatched(i) ? x[i].Select(0, k) : x[i])]);
        return [.. Enumerable.Range(0, samples[0].Length).Select(i => Tensor.Stack(Array.ConvertAll(samples, s => s[i])))];
    }

    /// <summary>
    /// Gives each sample the state of a random generator that it would have if the samples came one after the other. Returns the states after all.
    /// </summary>
    Dictionary<Cell, Tensor> Draw(Dictionary<Node, (Value[] Values, bool IsBatched)> map, Dim size, Randomness randomness)
    {
        var after = new Dictionary<Cell, Tensor>();
        foreach (var (cell, node) in cells)
        {
            if (cell is not Buffer { IsRandomState: true } || randomness == Randomness.Same) continue;
            if (randomness == Randomness.Error) throw new GraphException("VMap: the function draws random numbers. Say by randomness whether every sample gets the same ones or its own.");
            // How far one sample moves the state does not depend on the samples.
            if (Assigned(cell) is not { } moved) continue;
            var state = (Tensor)map[node].Values[0];
            var step = moved - state;
            map[node] = ([state + Tensor.Arange(0, size, DType.UInt64).Reshape([size, 1]) * step], true);
            after[cell] = state + Tensor.DimScalar(size, DType.UInt64) * step;
        }
        return after;
    }
}
