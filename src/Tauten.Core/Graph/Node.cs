using Tauten.Ops;

namespace Tauten;

/// <summary>
/// A step of a computation: immutable in what it computes. The eager tape and the captured graph are made of the same nodes.
/// A node without an op is a leaf: an input, a parameter, a constant. Kept small, since a tracked op makes one: two inputs and two saved
/// values are held in fields, arrays exist only beyond that.
/// </summary>
public sealed class Node
{
    readonly object? inputs0;            // Node, or Node[] when there are more than two inputs
    readonly Node? input1;
    readonly object specs;               // TensorSpec, or ValueSpec[] when there are several outputs or other values
    object? saved0, saved1;              // Storage, or SavedView; saved0 is object[] when a slot beyond the second is used
    object? extra;                       // GradientCell of a leaf or hooked node, or the Origin of a node
    readonly byte output0, output1;      // which output of input 0 and 1
    readonly byte inputCount;
    readonly byte[]? outputs;            // which output of each input, when there are more than two inputs and one is not 0
    bool consumed;

    /// <summary>A leaf.</summary>
    internal Node(ValueSpec spec, bool tracked = false, object? extra = null)
    {
        specs = spec is TensorSpec ? spec : new[] { spec };
        Tracked = tracked;
        this.extra = extra;
    }

    internal Node(Op op, ReadOnlySpan<Value> x, object specs, bool tracked)
    {
        Op = op;
        this.specs = specs;
        Tracked = tracked;
        inputCount = checked((byte)Math.Min(x.Length, 255));
        if (x.Length > 2)
        {
            var nodes = new Node[x.Length];
            for (int i = 0; i < nodes.Length; i++)
            {
                nodes[i] = x[i].Node;
                if (x[i].OutputIndex != 0) (outputs ??= new byte[x.Length])[i] = checked((byte)x[i].OutputIndex);
            }
            inputs0 = nodes;
            return;
        }
        if (x.Length > 0) (inputs0, output0) = (x[0].Node, (byte)x[0].OutputIndex);
        if (x.Length > 1) (input1, output1) = (x[1].Node, (byte)x[1].OutputIndex);
    }

    /// <summary>The tracked eager op with one or two tensors: the path that has to be short.</summary>
    internal Node(Op op, Tensor a, Tensor? b, TensorSpec spec)
    {
        Op = op;
        specs = spec;
        Tracked = true;
        (inputs0, output0) = (a.Node, (byte)a.OutputIndex);
        inputCount = 1;
        if (b is null) return;
        (input1, output1) = (b.Node, (byte)b.OutputIndex);
        inputCount = 2;
    }

    /// <summary>The op; null for a leaf.</summary>
    public Op? Op { get; }

    /// <summary>Whether gradients flow through this node.</summary>
    internal bool Tracked { get; }

    /// <summary>The number of inputs.</summary>
    public int InputCount => inputs0 is Node[] all ? all.Length : inputCount;

    /// <summary>The node that makes input <paramref name="index"/>.</summary>
    public Node Input(int index) => inputs0 is Node[] all ? all[index] : index == 0 ? (Node)inputs0! : input1!;

    /// <summary>Which output of <see cref="Input"/> is taken.</summary>
    public int InputOutput(int index) => inputs0 is Node[] ? outputs?[index] ?? 0 : index == 0 ? output0 : output1;

    /// <summary>The number of outputs.</summary>
    public int OutputCount => specs is ValueSpec[] several ? several.Length : 1;

    /// <summary>The spec of an output that is a tensor.</summary>
    public TensorSpec Spec(int output = 0) => (TensorSpec)ValueSpec(output);

    /// <summary>The spec of an output.</summary>
    public ValueSpec ValueSpec(int output = 0) => specs is ValueSpec[] several ? several[output] : (ValueSpec)specs;

    /// <summary>Where the gradient of a leaf is put, and the hooks that see it.</summary>
    internal GradientCell? Cell => extra as GradientCell;

    /// <summary>The gradient cell of this node, made if there is none: a hook can be put on any tracked tensor.</summary>
    internal GradientCell NeedCell()
    {
        if (extra is GradientCell cell) return cell;
        var made = new GradientCell { Origin = extra as Origin };
        extra = made;
        return made;
    }

    /// <summary>What made this node, as far as somebody asked for it: anomaly detection, a profile or a capture.</summary>
    internal Origin? Origin
    {
        get => extra as Origin ?? Cell?.Origin;
        set => extra = value;
    }

    /// <summary>Keeps what the gradient declares to read. Slots: the inputs, then the outputs.</summary>
    internal void Save(int slot, Tensor tensor, int slotCount)
    {
        tensor.Storage.Retain();
        object kept = tensor.Layout.IsContiguous && tensor.Layout.Offset == 0 ? tensor.Storage : new SavedView(tensor.Storage, tensor.Layout);
        if (slotCount > 2)
        {
            saved0 ??= new object?[slotCount];
            ((object?[])saved0)[slot] = kept;
        }
        else if (slot == 0) saved0 = kept;
        else saved1 = kept;
    }

    object? SavedAt(int slot) => saved0 is object?[] all ? slot < all.Length ? all[slot] : null : slot == 0 ? saved0 : slot == 1 ? saved1 : null;

    /// <summary>The tensor in a slot, as part of the tape; null if it was not saved.</summary>
    internal Tensor? Saved(int slot)
    {
        var kept = SavedAt(slot);
        if (kept is null) return null;
        int inputs = InputCount;
        var (node, output) = slot < inputs ? (Input(slot), InputOutput(slot)) : (this, slot - inputs);
        var spec = node.Spec(output);
        return kept is SavedView view ? Tensor.OnTape(node, output, view.Storage, view.Layout) : Tensor.OnTape(node, output, (Storage)kept, spec.Contiguous);
    }

    /// <summary>Whether a walk has freed what this node saved.</summary>
    internal bool Consumed => consumed;

    /// <summary>Gives back what the node saved: a walk has passed and will not come again.</summary>
    internal void Consume()
    {
        consumed = true;
        if (saved0 is object?[] all)
            foreach (var kept in all) Release(kept);
        else
        {
            Release(saved0);
            Release(saved1);
        }
        saved0 = saved1 = null;
    }

    static void Release(object? kept)
    {
        if (kept is Storage storage) storage.Release();
        else if (kept is SavedView view) view.Storage.Release();
    }

    /// <summary>The op with its attributes and the spec.</summary>
    public override string ToString() => $"{Op?.ToString() ?? "leaf"} : {string.Join(", ", Enumerable.Range(0, OutputCount).Select(ValueSpec))}";

    sealed record SavedView(Storage Storage, Layout Layout);
}

/// <summary>Where the gradient of a leaf is put, and the hooks that see a gradient on its way.</summary>
sealed class GradientCell
{
    public Tensor? Gradient;
    public bool Escaped;       // whether the program, or another leaf, may hold the gradient
    public bool Retains;       // whether a tensor that is not a leaf keeps its gradient
    public Origin? Origin;
    public List<Func<Tensor, Tensor?>>? Hooks;

    /// <summary>Forgets the gradient, and frees it if nobody else can hold it.</summary>
    public void Clear()
    {
        if (!Escaped && Gradient?.Token is { } token) token.Storage.Drop(token);
        (Gradient, Escaped) = (null, false);
    }

    /// <summary>Takes a gradient that nobody else holds in place of the one there is.</summary>
    public void Adopt(Tensor made)
    {
        if (ReferenceEquals(made, Gradient)) return;
        Clear();
        (Gradient, Escaped) = (made, !made.Storage.Watch());
    }
}

/// <summary>What made a node.</summary>
/// <param name="Place">The line of the program, when anomaly detection was on.</param>
/// <param name="Module">The path of the module.</param>
/// <param name="IsBackward">Whether a reverse walk made it.</param>
sealed record Origin(string? Place, string? Module, bool IsBackward)
{
    /// <summary>That of what is being made now; null where there is nothing to tell. <paramref name="last"/> is taken where it is the same.</summary>
    public static Origin? Now(Ambient ambient, Origin? last = null)
    {
        if (ambient.DetectAnomaly) return new(Anomaly.Here(), ambient.ModulePath, ambient.IsBackward);
        if (ambient.ModulePath is null && !ambient.IsBackward) return null;
        return last is { Place: null } && ReferenceEquals(last.Module, ambient.ModulePath) && last.IsBackward == ambient.IsBackward ? last : new(null, ambient.ModulePath, ambient.IsBackward);
    }

    /// <summary>That of several nodes which become one: the module around all of them.</summary>
    public static Origin? Around(ReadOnlySpan<Node> nodes)
    {
        var origin = nodes[0].Origin;
        foreach (var node in nodes[1..])
        {
            var other = node.Origin;
            if (Equals(origin, other)) continue;
            origin = new(origin?.Place, Common(origin?.Module, other?.Module), origin?.IsBackward == true && other?.IsBackward == true);
        }
        return origin;
    }

    static string? Common(string? a, string? b)
    {
        if (a is null || b is null || a == b) return a == b ? a : null;
        string[] x = a.Split('.'), y = b.Split('.');
        int same = 0;
        while (same < Math.Min(x.Length, y.Length) && x[same] == y[same]) same++;
        return same == 0 ? null : string.Join('.', x[..same]);
    }
}

/// <summary>The time in which a thread makes what stands for nodes of a certain origin.</summary>
readonly ref struct OriginScope
{
    readonly string? module;
    readonly bool isBackward;

    public OriginScope(Origin? origin)
    {
        var ambient = Ambient.Current;
        (module, isBackward) = (ambient.ModulePath, ambient.IsBackward);
        (ambient.ModulePath, ambient.IsBackward) = (origin?.Module, origin?.IsBackward == true);
    }

    /// <summary>That of a node; one that tells nothing is taken to be of what runs now.</summary>
    public OriginScope(Node node)
    {
        var ambient = Ambient.Current;
        (module, isBackward) = (ambient.ModulePath, ambient.IsBackward);
        if (node.Origin is { } origin) (ambient.ModulePath, ambient.IsBackward) = (origin.Module, origin.IsBackward);
    }

    public void Dispose() => (Ambient.Current.ModulePath, Ambient.Current.IsBackward) = (module, isBackward);
}
