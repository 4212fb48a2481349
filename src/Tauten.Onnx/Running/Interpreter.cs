namespace Tauten.OnnxFormat;

/// <summary>
/// Runs the nodes of a graph one after the other by their operators' rules. Rules call tensor methods, so the same run computes, or records a graph while one is captured; then what
/// depends on constants alone is computed at once, and integers that stand for sizes stay known.
/// </summary>
/// <param name="replaced">What stands in the place of an initializer: a parameter's value; null where none is replaced.</param>
/// <param name="largest">The most bytes that a tensor may take.</param>
/// <param name="stop">Ends the run between two nodes.</param>
sealed class Interpreter(Func<string, OnnxValue, OnnxValue>? replaced, long largest, CancellationToken stop = default)
{
    /// <summary>The values of a graph while it runs.</summary>
    sealed class Scope(OnnxGraph graph, Scope? outer)
    {
        public OnnxGraph Graph => graph;

        public Dictionary<string, OnnxValue?> Values { get; } = [];

        public OnnxValue? Find(string name)
        {
            for (var scope = this; scope is not null; scope = scope.Outer)
                if (scope.Values.TryGetValue(name, out var value)) return value;
            throw new ModelFormatException($"the value '{name}' is not made by any node before.");
        }

        public Scope? Outer => outer;
    }

    Scope? current;

    /// <summary>The most bytes that a tensor may take.</summary>
    public long Largest => largest;

    static bool IsCapturing => Ambient.Current.Capture is not null;

    /// <summary>Runs a graph that sees nothing around it: the model, or the body of a function.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">A value for each input; null where it is left out, for an input with an initializer or of a function.</param>
    public OnnxValue?[] RunAlone(OnnxGraph graph, ReadOnlySpan<OnnxValue?> inputs)
    {
        using var limit = SizeLimit.Of(largest);
        return Run(graph, inputs, null, isBody: false);
    }

    /// <summary>Runs a body of the node that runs now, which sees the values around it.</summary>
    public OnnxValue?[] RunBody(OnnxGraph graph, ReadOnlySpan<OnnxValue?> inputs) => Run(graph, inputs, current, isBody: true);

    OnnxValue?[] Run(OnnxGraph graph, ReadOnlySpan<OnnxValue?> inputs, Scope? outer, bool isBody)
    {
        if (inputs.Length != graph.Inputs.Length) throw new ModelFormatException($"the graph '{graph.Name}' has {graph.Inputs.Length} inputs. Received: {inputs.Length}.");
        var before = current;
        var scope = new Scope(graph, outer);
        foreach (var (name, value) in graph.Initializers) scope.Values[name] = isBody || replaced is null ? value : replaced(name, value);
        for (int i = 0; i < inputs.Length; i++)
            if (inputs[i] is { } given || !scope.Values.ContainsKey(graph.Inputs[i].Name)) scope.Values[graph.Inputs[i].Name] = inputs[i];
        try
        {
            for (int i = 0; i < graph.Nodes.Length; i++)
            {
                stop.ThrowIfCancellationRequested();
                current = scope;
                Step(graph.Nodes[i], scope);
                foreach (string name in graph.Releases[i]) scope.Values.Remove(name);
            }
            return Array.ConvertAll(graph.Outputs, o => o.Name.Length == 0 ? null : scope.Find(o.Name));
        }
        finally
        {
            current = before;
        }
    }

    void Step(OnnxNode node, Scope scope)
    {
        var inputs = new OnnxValue?[node.Inputs.Length];
        try
        {
            for (int i = 0; i < inputs.Length; i++)
                if (node.Inputs[i].Length > 0) inputs[i] = scope.Find(node.Inputs[i]);
            int count = inputs.Length;
            while (count > 0 && inputs[count - 1] is null) count--;
            var outputs = Apply(node, inputs[..count]);
            // A view takes no memory, but what reads it takes time.
            foreach (var output in outputs)
                if (output is OnnxTensor { SymbolicSizes: null } tensor) SizeLimit.Check(tensor.Tensor.Spec);
            for (int i = 0; i < node.Outputs.Length; i++)
            {
                if (node.Outputs[i].Length == 0) continue;
                scope.Values[node.Outputs[i]] = i < outputs.Length ? outputs[i] : throw new ModelFormatException($"it has {outputs.Length} outputs. Asked for: {node.Outputs.Length}.");
            }
        }
        catch (UnsupportedModelException error)
        {
            throw new UnsupportedModelException($"{node}: {error.Statement}", error);
        }
        // Whatever a malformed node leads to is an error of the file, and names the node.
        catch (Exception error) when (error is not (NeedsValueException or OperationCanceledException))
        {
            string received = string.Join(", ", inputs.Select(i => i?.Kind ?? "none"));
            throw new ModelFormatException($"{node} with ({received}): {(error as TautenException)?.Statement ?? error.Message}", error);
        }
    }

    OnnxValue?[] Apply(OnnxNode node, OnnxValue?[] inputs)
    {
        var rule = node.Rule;
        var call = new Call(node, inputs, this);
        if (rule.Moved != 0 && Moves.Apply(call, inputs) is { } moved) return moved;
        if (!IsCapturing) return rule.Run(call);
        if (!rule.IsRandom && node.Bodies.Count == 0 && Array.TrueForAll(inputs, IsConstant))
        {
            using var computing = Capture.Pause();
            return rule.Run(call);
        }
        if (rule.OnSizes is { } onSizes && onSizes(call) is { } sizes) return [sizes];
        return rule.Run(call);
    }

    static bool IsConstant(OnnxValue? value) => value switch
    {
        OnnxTensor tensor => tensor.SymbolicSizes is null && !tensor.Tensor.IsSymbolic,
        OnnxSequence sequence => sequence.All(IsConstant),
        OnnxOptional optional => IsConstant(optional.Content),
        _ => true,
    };

    /// <summary>
    /// A value of the graph that runs now, computed once more from given values in the place of some that it was computed from: how a rule differentiates.
    /// </summary>
    public Tensor Recompute(string name, IReadOnlyDictionary<string, OnnxValue> given)
    {
        var outer = current ?? throw new ModelFormatException("there is no graph around the node.");
        var scope = new Scope(outer.Graph, outer);
        foreach (var (key, value) in given) scope.Values[key] = value;
        try
        {
            current = scope;
            foreach (var node in Needed(outer.Graph, name, given)) Step(node, scope);
            return (scope.Find(name) ?? throw new ModelFormatException($"the value '{name}' is left out.")).AsTensor();
        }
        finally
        {
            current = outer;
        }
    }

    static List<OnnxNode> Needed(OnnxGraph graph, string name, IReadOnlyDictionary<string, OnnxValue> given)
    {
        var needed = new HashSet<string> { name };
        var nodes = new List<OnnxNode>();
        foreach (var node in Enumerable.Reverse(graph.Nodes))
        {
            if (!node.Outputs.Any(o => needed.Contains(o) && !given.ContainsKey(o))) continue;
            nodes.Add(node);
            needed.UnionWith(OnnxGraph.ReadBy(node));
        }
        nodes.Reverse();
        return nodes;
    }
}
