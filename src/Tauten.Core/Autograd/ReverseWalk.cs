using System.Runtime.InteropServices;
using Tauten.Ops;

namespace Tauten;

/// <summary>
/// One walk from results back to leaves or targets. Each node is visited after all that read it; its gradient formula runs, its saved values are
/// given back, and gradients that were only passing through are freed on the spot, so that memory falls while the walk goes.
/// </summary>
/// <param name="createGraph">Whether the walk itself is tracked.</param>
/// <param name="keepGraph">Whether saved values are kept for another walk.</param>
/// <param name="beyondTargets">Whether the walk goes on behind a target, as one target may be computed from another.</param>
sealed class ReverseWalk(bool createGraph, bool keepGraph, bool beyondTargets = false)
{
    readonly Dictionary<Node, int> position = new(ReferenceEqualityComparer.Instance);
    readonly List<Node> order = [];
    readonly List<Tensor?[]?> gradients = [];
    readonly Dictionary<StorageToken, int> owned = [];    // gradients on their way, by the number of places that hold them
    string? around;                                       // the module that began the walk
    readonly bool frees = !createGraph && Ambient.Current.Capture is null;

    /// <summary>Walks; with targets, returns their gradients (null where there is none), else adds to the gradients of all leaves.</summary>
    public Tensor?[] Run(ReadOnlySpan<Tensor> y, ReadOnlySpan<Tensor> seeds, (Node Node, int Output)[]? targets)
    {
        var ambient = Ambient.Current;
        if (frees && !y[0].IsSymbolic) y[0].Storage.Backend.BeforeBackward();
        var stops = targets is null ? null : new HashSet<Node>(targets.Select(t => t.Node));
        foreach (var root in y) Sort(root.Node, stops);
        // Formulas run in the dtypes of what was computed.
        using var exact = Autocast.Off();
        // For errors and profiles, a formula belongs to the module whose op it is of.
        using var origin = new OriginScope(new Origin(null, ambient.ModulePath, IsBackward: true));
        around = ambient.ModulePath;
        using var mode = createGraph ? Gradients.Tracking() : Gradients.NoGrad();
        for (int i = 0; i < y.Length; i++) Accumulate(y[i].Node, y[i].OutputIndex, seeds[i]);
        for (int i = order.Count - 1; i >= 0; i--)
        {
            var node = order[i];
            if (gradients[i] is not { } arriving) continue;
            bool target = stops is not null && stops.Contains(node);
            if (node.Cell?.Hooks is { } hooks) RunHooks(hooks, arriving);
            if (target && !(beyondTargets && HasUseful(node))) continue;
            if (node.Op is not null) Visit(ambient, node, arriving);
            else if (targets is null) Deposit(node, arriving[0]!);
            if (target) continue;
            if (node.Op is not null)
                foreach (var gradient in arriving) Free(gradient);
            gradients[i] = null;
        }
        if (targets is null) return [];
        return Array.ConvertAll(targets, t => position.TryGetValue(t.Node, out int at) ? gradients[at]?[t.Output] : null);
    }

    /// <summary>Depth first without recursion, as tapes can be long; keeps only nodes from which a target (or a leaf) can be reached.</summary>
    void Sort(Node root, HashSet<Node>? stops)
    {
        if (!root.Tracked && stops?.Contains(root) != true) return;
        var stack = new Stack<(Node Node, int Next)>();
        var seen = position;
        if (!seen.TryAdd(root, -1)) return;
        stack.Push((root, 0));
        while (stack.TryPop(out var top))
        {
            var (node, next) = top;
            bool target = stops is not null && stops.Contains(node);
            if ((!target || beyondTargets) && next < node.InputCount)
            {
                stack.Push((node, next + 1));
                var input = node.Input(next);
                if (input.Tracked && seen.TryAdd(input, -1)) stack.Push((input, 0));
                continue;
            }
            bool useful = target || (stops is null ? node.Op is null || HasUseful(node) : HasUseful(node));
            if (!useful) continue;
            seen[node] = order.Count;
            order.Add(node);
            gradients.Add(null);
        }
    }

    bool HasUseful(Node node)
    {
        for (int i = 0; i < node.InputCount; i++)
            if (position.TryGetValue(node.Input(i), out int at) && at >= 0) return true;
        return false;
    }

    void Visit(Ambient ambient, Node node, Tensor?[] arriving)
    {
        if (node.Op is ValueOp) throw new GradientException($"{node.Op}: in a captured graph no gradient flows through sequences and optionals. Use the tensors themselves.");
        var needs = new bool[node.InputCount];
        for (int k = 0; k < needs.Length; k++) needs[k] = position.TryGetValue(node.Input(k), out int at) && at >= 0 && node.Input(k).Spec(node.InputOutput(k)).DType.IsFloating();
        ambient.ModulePath = node.Origin?.Module ?? around;
        var temporaries = frees ? Temporaries.Begin() : null;
        Tensor?[] results;
        try
        {
            results = Formula(node, new(node, arriving, needs));
            if (Mutation.IsEnabled) results = Mutation.Falsify(node.Op!, results);
            Check(ambient, node, results, needs);
        }
        catch
        {
            temporaries?.Abandon();
            throw;
        }
        if (temporaries is not null)
        {
            // What is returned is ours from here on, unless it is a tensor from elsewhere.
            foreach (var token in temporaries.Tokens)
                foreach (var result in results)
                    if (result is not null && ReferenceEquals(result.Token, token)) owned.TryAdd(token, 0);
            temporaries.End(results);
        }
        for (int k = 0; k < results.Length; k++)
            if (results[k] is { } result && needs[k]) Accumulate(node.Input(k), node.InputOutput(k), result);
        foreach (var result in results)
            if (result?.Token is { } token && owned.TryGetValue(token, out int count) && count == 0) Release(token);
        // A capture may walk over what was computed before it, which somebody else may want to walk over too.
        if (!keepGraph && ambient.Capture?.Owns(node) != false) node.Consume();
    }

    Tensor?[] Formula(Node node, Backward b) => node.Op switch
    {
        PrimitiveOp primitive => primitive.Gradient(b),
        CompositeOp composite => composite.Gradient(b) ?? Derive(composite, node, b),
        _ => throw new GradientException($"{node.Op} has no gradient."),
    };

    /// <summary>Differentiates the expansion: a composite op needs no gradient of its own to be correct.</summary>
    Tensor?[] Derive(CompositeOp op, Node node, Backward b)
    {
        var inputs = new Tensor[node.InputCount];
        var targets = new List<(Node, int)>();
        var which = new List<int>();
        using var tracking = Gradients.Tracking();
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = b.Input(i);
            // An input may occur twice, or be made from another one: each place gets a node of its own.
            if (frees) inputs[i] = inputs[i].As(new Node(inputs[i].Spec, tracked: b.Needs(i)));
            else if (b.Needs(i)) inputs[i] = Dispatch.Run(Alias.Instance, inputs[i]);
            if (!b.Needs(i)) continue;
            targets.Add((inputs[i].Node, inputs[i].OutputIndex));
            which.Add(i);
        }
        var y = op.Expansion(inputs);
        var reached = Enumerable.Range(0, y.Length).Where(i => b.HasGrad(i) && y[i].IsTracked).ToArray();
        var results = new Tensor?[inputs.Length];
        if (reached.Length == 0) return results;
        var found = new ReverseWalk(createGraph, !frees).Run(Array.ConvertAll(reached, i => y[i]), Array.ConvertAll(reached, b.GradOf), [.. targets]);
        for (int i = 0; i < which.Count; i++) results[which[i]] = found[i];
        return results;
    }

    static void Check(Ambient ambient, Node node, Tensor?[] results, bool[] needs)
    {
        if (results.Length != node.InputCount) throw new GradientException($"{node.Op}: its gradient returned {results.Length} tensors. Expected one for each of {node.InputCount} inputs (null where there is none).");
        for (int k = 0; k < results.Length; k++)
        {
            if (results[k] is not { } result || !needs[k]) continue;
            var expected = node.Input(k).Spec(node.InputOutput(k));
            if (result.DType != expected.DType || (result.Shape.IsKnown && expected.Shape.IsKnown ? result.Shape != expected.Shape : result.Rank != expected.Shape.Rank))
                throw new GradientException($"{node.Op}: its gradient for input {k} is {result.Spec}. Expected the spec of the input: {expected}.");
            if (ambient.DetectAnomaly && !result.IsSymbolic && result.IsNaN().Any().Item<bool>())
                throw new GradientException($"{node.Op}: its gradient for input {k} of shape {expected.Shape} contains NaN. The op was run at {node.Origin?.Place ?? "a line that was not recorded; enter DetectAnomaly before the forward computation"}.");
        }
    }

    void Accumulate(Node node, int output, Tensor part)
    {
        if (!position.TryGetValue(node, out int at) || at < 0) return;
        var all = gradients[at] ??= new Tensor?[node.OutputCount];
        if (all[output] is not { } sum)
        {
            all[output] = part;
            Hold(part);
            return;
        }
        var temporaries = frees ? Temporaries.Begin() : null;
        var total = sum + part;
        temporaries?.End([total]);
        if (frees && total.Token is { } token) owned[token] = 1;
        all[output] = total;
        Free(sum);
    }

    void Hold(Tensor gradient)
    {
        if (gradient.Token is not { } token) return;
        ref int count = ref CollectionsMarshal.GetValueRefOrNullRef(owned, token);
        if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref count)) count++;
    }

    void Free(Tensor? gradient)
    {
        if (gradient?.Token is not { } token) return;
        ref int count = ref CollectionsMarshal.GetValueRefOrNullRef(owned, token);
        if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref count) && --count == 0) Release(token);
    }

    void Release(StorageToken token)
    {
        owned.Remove(token);
        token.Storage.Drop(token);
    }

    // From here on the program may hold the tensor: only the collector may free it.
    void Escape(Tensor gradient)
    {
        if (gradient.Token is { } token) owned.Remove(token);
    }

    void RunHooks(List<Func<Tensor, Tensor?>> hooks, Tensor?[] arriving)
    {
        foreach (var hook in hooks)
        {
            if (arriving[0] is not { } gradient) return;
            Escape(gradient);
            if (hook(gradient) is not { } changed) continue;
            if (changed.Spec != gradient.Spec) throw new GradientException($"A gradient hook returned {changed.Spec}. Expected the spec of the gradient it received: {gradient.Spec}.");
            arriving[0] = changed;
        }
    }

    void Deposit(Node leaf, Tensor gradient)
    {
        if (Ambient.Current.Capture is { } capture)
        {
            capture.Deposit(leaf, gradient);
            return;
        }
        var cell = leaf.NeedCell();
        bool private_ = gradient.Token is null || (owned.TryGetValue(gradient.Token, out int holders) && holders == 1);
        Escape(gradient);
        if (cell.Gradient is not { } before)
        {
            // A gradient must not keep a larger storage alive, nor be seen by others who hold the same memory.
            (cell.Gradient, cell.Escaped) = (gradient, !private_);
            return;
        }
        var sum = before + gradient;
        cell.Clear();
        if (private_ && gradient.Token is { } token) token.Storage.Drop(token);
        (cell.Gradient, cell.Escaped) = (sum, false);
    }
}
