using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>
/// A captured function whose results are differentiated outside of it: two graphs, one for the way there, whose outputs are also what the way back reads, and one
/// for the way back. For the tape a call is one op.
/// </summary>
sealed class TapedCall
{
    readonly PlannedGraph forward, backward;
    readonly Graph whole;                        // from inputs and gradients of results to gradients of inputs, for walks that are walked over again
    readonly Cell[] cells;                       // read: further inputs of both
    readonly Tensor[] outside;                   // tracked tensors that the function found outside: further inputs, behind the cells
    readonly Cell[] assigned;                    // given new values: further outputs of the way there, behind the results
    readonly int results;                        // those of the function, and gradients that walks in it have left
    readonly int[] seeds;                        // the results that can be differentiated
    readonly (bool IsSaved, int Index)[] given;  // what the way back is given behind the gradients of the results: outputs of the way there, or inputs
    readonly int[] targets;                      // the inputs whose gradients the way back gives

    TapedCall(Graph joint, int inputCount, int results, int[] seeds, int[] targets, Backend backend, WorkspacePool workspaces)
    {
        (this.results, this.seeds, this.targets) = (results, seeds, targets);
        cells = [.. joint.Cells];
        outside = [.. Tracked(joint).Select(o => o.Value)];
        assigned = [.. joint.Updates.ToArray().Select(u => u.Cell)];
        (var there, var back, whole, given) = Split(joint, inputCount, results + assigned.Length);
        (forward, backward) = (new(there, backend, workspaces), new(back, backend, workspaces));
        (there.Runner, back.Runner) = (forward.Run, backward.Run);
    }

    /// <summary>The bytes that all values on the way take in the plan that needs most.</summary>
    public long WorkspaceBytes => Math.Max(forward.WorkspaceBytes, backward.WorkspaceBytes);

    /// <summary>The graphs of the way there and of the way back as they are run, as far as they have been.</summary>
    public IEnumerable<Graph> Graphs => new[] { forward.LoweredSoFar, backward.LoweredSoFar }.OfType<Graph>();

    /// <summary>The tensors from outside through which gradients flow, with the leaves that stand for them.</summary>
    public static IEnumerable<(Node Node, Tensor Value)> Tracked(Graph graph) => graph.Outside.Where(o => o.Value.DType.IsFloating());

    /// <summary>The number of plans made so far.</summary>
    public int PlanCount => forward.PlanCount + backward.PlanCount;

    /// <summary>The results of a captured function that can be differentiated.</summary>
    public static int[] Seeds(Tensor[] y) => [.. Enumerable.Range(0, y.Length).Where(i => y[i].IsTracked && y[i].DType.IsFloating() && !y[i].Node.Consumed)];

    /// <summary>The call that stands for a captured function; null where there is no way back through some op: whether that matters, the tape of its own ops will tell.</summary>
    public static TapedCall? Of(Graph graph, Capture capture, Tensor[] y, Tensor[] remaining, int[] seeds, Backend backend, WorkspacePool workspaces)
    {
        int inputCount = graph.NamedInputs.Length;
        var targets = new List<int>();
        var places = new List<(Node, int)>();
        for (int i = 0; i < inputCount; i++) AddTarget(i, graph.NamedInputs[i].Node, true);
        for (int i = 0; i < graph.CellNodes.Length; i++) AddTarget(inputCount + i, graph.CellNodes[i].Node, graph.CellNodes[i].Cell.RequiresGrad);
        foreach (var (i, outer) in Tracked(graph).Index()) AddTarget(inputCount + graph.CellNodes.Length + i, outer.Node, true);
        Tensor[] results = [.. seeds.Select(i => y[i])];
        Tensor[] arriving = [.. results.Select((r, i) => capture.AddInput($"g{i}", r.Spec))];
        Tensor?[] found;
        try
        {
            // What lies behind a tensor from outside is for the tape to walk.
            found = new ReverseWalk(createGraph: false, keepGraph: true).Run(results, arriving, [.. places]);
        }
        catch (GradientException)
        {
            return null;
        }
        int[] reached = [.. Enumerable.Range(0, found.Length).Where(i => found[i] is not null)];
        var joint = capture.Finish([.. y, .. remaining, .. reached.Select(i => found[i]!)]);
        return new(joint, inputCount, y.Length + remaining.Length, seeds, [.. reached.Select(i => targets[i])], backend, workspaces);

        void AddTarget(int index, Node node, bool wanted)
        {
            if (!wanted || !node.Spec().DType.IsFloating()) return;
            targets.Add(index);
            places.Add((node, 0));
        }
    }

    /// <summary>The nodes that lead to the results and assignments, and all others, each as a graph without cells.</summary>
    static (Graph Forward, Graph Backward, Graph Whole, (bool, int)[] Given) Split(Graph joint, int inputCount, int outputs)
    {
        (Node Node, int Output)[] results = [.. joint.OutputPlaces[..(outputs - joint.Updates.Length)].ToArray(), .. joint.Updates.ToArray().Select(u => (u.Node, u.Output))];
        var there = new HashSet<Node>();
        var stack = new Stack<Node>(results.Select(r => r.Node));
        while (stack.TryPop(out var node))
            if (there.Add(node) && !joint.IsLeaf(node))
                for (int i = 0; i < node.InputCount; i++) stack.Push(node.Input(i));
        var back = joint.Nodes.Where(n => !joint.IsLeaf(n) && !there.Contains(n)).ToArray();
        var gradients = joint.OutputPlaces[(outputs - joint.Updates.Length)..].ToArray();

        // What the way back reads of the way there, and of what both are given.
        var leaves = joint.NamedInputs[..inputCount].ToArray().Select(i => i.Node).Concat(joint.CellNodes.ToArray().Select(c => c.Node)).Concat(Tracked(joint).Select(o => o.Node)).ToList();
        // An input with a free size tells how large it is, whether or not its numbers are needed.
        var read = new List<(Node Node, int Output)>(joint.NamedInputs[..inputCount].ToArray().Where(i => !i.Node.Spec().Shape.IsKnown).Select(i => (i.Node, 0)));
        foreach (var place in back.SelectMany(n => Enumerable.Range(0, n.InputCount).Select(i => (Node: n.Input(i), Output: n.InputOutput(i)))).Concat(gradients).Distinct())
            if (!read.Contains(place) && (leaves.Contains(place.Node) || there.Contains(place.Node) && !joint.IsLeaf(place.Node))) read.Add(place);
        var saved = read.Where(p => !leaves.Contains(p.Node)).ToList();

        var forward = joint.Part([.. leaves.Select(n => (n, 0))], [.. joint.Nodes.Where(n => !joint.IsLeaf(n) && there.Contains(n))], [.. results, .. saved]);
        (Node, int)[] seeds = [.. joint.NamedInputs[inputCount..].ToArray().Select(i => (i.Node, 0))];
        var backward = joint.Part([.. seeds, .. read], back, gradients);
        using var tracking = Gradients.Tracking();
        var whole = joint.Part([.. leaves.Select(n => (n, 0)), .. seeds], joint.Nodes.Where(n => !joint.IsLeaf(n)), gradients);
        return (forward, backward, whole, [.. read.Select(p => leaves.IndexOf(p.Node) is int leaf and >= 0 ? (false, leaf) : (true, outputs + saved.IndexOf(p)))]);
    }

    /// <summary>Computes the results as one op on the tape.</summary>
    public Tensor[] Run(ReadOnlySpan<Tensor> x)
    {
        var y = Dispatch.RunAll(new CustomGradient(forward.Captured, Gradient), [.. x, .. cells.Select(c => c.Borrow()), .. outside]);
        for (int i = 0; i < assigned.Length; i++) assigned[i].Adopt(y[results + i].As(null));
        return y[..results];
    }

    Tensor?[] Gradient(Backward b)
    {
        Tensor[] arriving = [.. seeds.Select(b.GradOf)];
        // A walk that will be walked over again goes by the whole, in which what was saved is computed.
        var found = Ambient.Current.Tracks
            ? whole.Run([.. Enumerable.Range(0, b.InputCount).Select(b.Input), .. arriving])
            : backward.Captured.Run([.. arriving, .. given.Select(g => g.IsSaved ? b.OutputAt(g.Index) : b.Input(g.Index))]);
        var gradients = new Tensor?[b.InputCount];
        for (int i = 0; i < targets.Length; i++)
            if (b.Needs(targets[i])) gradients[targets[i]] = found[i];
        return gradients;
    }
}
