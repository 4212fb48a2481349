using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>
/// Lets images lie with their channels side by side from one convolution to the next where the backend's convolutions are faster so. What lies between (elementwise ops, means over
/// pixels, concatenation, padding) computes in that order, too; at the ends of such a stretch images are copied into the other order. A bias behind a convolution becomes part of it.
/// Only convolutions of known weights are asked about, and a stretch has enough of them for the copies that it costs.
/// </summary>
sealed class ChooseLayout
{
    readonly Graph graph;
    readonly Dictionary<Node, Stretch> stretches = [];     // of the nodes whose results lie with their channels last
    readonly Dictionary<(Node, int), Tensor> copies = [];
    readonly Dictionary<(Node, int), int> reads;

    ChooseLayout(Graph graph, Backend backend)
    {
        this.graph = graph;
        foreach (var node in graph.Nodes)
        {
            if (graph.IsLeaf(node) || node.OutputCount != 1 || node.ValueSpec() is not TensorSpec { Shape.Rank: >= 3 and <= 5 }) continue;
            if (node.Op is Convolution convolution && graph.ConstantNodes.ContainsKey(node.Input(1)))
            {
                if (!backend.TakesChannelsLast(convolution, node.Input(0).Spec(node.InputOutput(0)), node.Input(1).Spec(node.InputOutput(1)))) continue;
                var stretch = new Stretch();
                stretches.Add(node, stretch);
                if (stretches.TryGetValue(node.Input(0), out var before)) stretch.Join(before);
                else stretch.Whole.Copies++;
            }
            else if (Follows(node)) Add(node);
        }
        foreach (var node in graph.Nodes)
            for (int i = 0; i < node.InputCount && !graph.IsLeaf(node); i++)
                if (stretches.TryGetValue(node.Input(i), out var left) && !stretches.ContainsKey(node) && !Joins(node) && !HasOnePixel(node.Input(i))) left.Whole.Copies++;
        foreach (var (node, _) in graph.OutputPlaces)
            if (stretches.TryGetValue(node, out var left)) left.Whole.Copies++;
        foreach (var (node, stretch) in stretches)
            if (stretch.Whole is var whole && (whole.Convolutions < LeastConvolutions || whole.Convolutions < ConvolutionsOfCopy * whole.Copies)) stretches.Remove(node);
        reads = stretches.Count > 0 ? FoldNormalization.Reads(graph) : [];
    }

    const int LeastConvolutions = 2;

    /// <summary>Convolutions that one copy at an end of a stretch takes about as long as they save.</summary>
    const int ConvolutionsOfCopy = 2;

    /// <summary>The graph with layouts chosen; the same where there is nothing to choose.</summary>
    public static Graph Run(Graph graph, Backend backend)
    {
        var layout = new ChooseLayout(graph, backend);
        return layout.stretches.Count > 0 ? graph.Rewrite(layout.Rule) : graph;
    }

    void Add(Node node)
    {
        Stretch? own = null;
        for (int i = 0; i < node.InputCount; i++)
            if (stretches.TryGetValue(node.Input(i), out var stretch))
                if (own is null) own = stretch;
                else own.Join(stretch);
        stretches.Add(node, own!);
    }

    /// <summary>Whether an op's result can lie as its inputs do: one of them has its channels last, and the others are the same along all pixels, or everywhere.</summary>
    bool Follows(Node node)
    {
        var shape = node.Spec().Shape;
        bool any = false, elementwise = node.Op!.Kind() == OpKind.Elementwise;
        if (!elementwise && node.Op is not (Concat or Pad or ReductionOp { KeepDims: true } or Mean { KeepDims: true })) return false;
        for (int i = 0; i < node.InputCount; i++)
        {
            var input = node.Input(i);
            if (input.ValueSpec(node.InputOutput(i)) is not TensorSpec spec) return false;
            if (!stretches.ContainsKey(input))
            {
                if (!elementwise || !IsSmall(spec.Shape, shape.Rank) && input.Op is not Fill) return false;
                continue;
            }
            if (spec.Shape.Rank != shape.Rank) return false;
            any = true;
        }
        return any;
    }

    /// <summary>Whether a tensor that is broadcast to some rank is the same along all pixels.</summary>
    static bool IsSmall(Shape shape, int rank) => shape.Rank <= rank && shape.Reverse().Take(rank - 2).All(dim => dim == 1);

    Value[]? Rule(Node node, Op op, Value[] x)
    {
        if (!stretches.ContainsKey(node)) return Joins(node) && IsFirst(x[0]) is { } pixels ? [Dispatch.Run(Turned(op, pixels.Rank), pixels)] : null;
        int rank = node.Spec().Shape.Rank;
        if (op is Convolution convolution) return First(Dispatch.Run(new ChannelsLastConvolution(convolution), Last((Tensor)x[0], copied: true), (Tensor)x[1]));
        if (op is Add && WithBias(node, x) is { } whole) return First(whole);
        Tensor[] last = Array.ConvertAll(x, value => Last(OfRank((Tensor)value, rank), copied: false));
        return First(Dispatch.Run(Turned(op, rank), last));
    }

    /// <summary>A convolution and the bias behind it.</summary>
    Tensor? WithBias(Node node, Value[] x)
    {
        for (int i = 0; i < 2; i++)
        {
            if (x[1 - i].IsSymbolic || IsFirst(x[i]) is not { Node.Op: ChannelsLastConvolution } y || y.Node.InputCount != 2 || reads[(node.Input(i), node.InputOutput(i))] != 1) continue;
            var bias = (Tensor)x[1 - i];
            if (!FoldNormalization.IsOfChannels(bias, node.Spec().Shape)) continue;
            using (Capture.Pause()) bias = bias.Reshape([bias.Count]);
            return Dispatch.Run(y.Node.Op!, Input(y.Node, 0), graph.ConstantNodes[node.Input(i).Input(1)], bias);
        }
        return null;
    }

    /// <summary>The op on tensors whose channels are last.</summary>
    static Op Turned(Op op, int rank)
    {
        var order = ChannelsLastConvolution.ChannelsLast(rank);
        return op switch
        {
            Concat concat => new Concat(Place(concat.Axis, rank)),
            Pad pad => pad with { Low = Dims.Create([.. order.Select(axis => pad.Low[(int)axis])]), High = Dims.Create([.. order.Select(axis => pad.High[(int)axis])]) },
            ReductionOp reduction => reduction with { Axes = Places(reduction.Axes, rank) },
            Mean mean => mean with { Axes = Places(mean.Axes, rank) },
            _ => op,
        };
    }

    /// <summary>Whether an op joins all pixels: what is left lies in the same order either way.</summary>
    static bool Joins(Node node)
    {
        if ((node.Op is ReductionOp reduction ? reduction.Axes : node.Op is Mean mean ? mean.Axes : (Dims?)null) is not { } axes) return false;
        int rank = node.Input(0).Spec(node.InputOutput(0)).Shape.Rank;
        return rank >= 3 && Enumerable.Range(2, rank - 2).All(axis => axes.Contains(axis));
    }

    static bool HasOnePixel(Node node) => node.Spec().Shape.Skip(2).All(dim => dim == 1);

    static int Place(int axis, int rank) => axis == 0 ? 0 : axis == 1 ? rank - 1 : axis - 1;

    static Dims Places(Dims axes, int rank) => Dims.Create([.. axes.Select(axis => (long)Place((int)axis, rank)).Order()]);

    static Value[] First(Tensor x) => [Dispatch.Run(new Permute(ChannelsLastConvolution.ChannelsFirst(x.Rank)), x)];

    /// <summary>The tensor of which this is the other order; null where it is none.</summary>
    static Tensor? IsFirst(Value x) =>
        x is { IsSymbolic: true, Node: { Op: Permute permute } node } && permute.Permutation.Equals(ChannelsLastConvolution.ChannelsFirst(permute.Permutation.Count)) ? Input(node, 0) : null;

    static Tensor Input(Node node, int i) => Tensor.Symbol(node.Input(i), node.InputOutput(i));

    /// <summary>A tensor with its channels last: a copy, made once, or another view of one that is the same along all pixels.</summary>
    Tensor Last(Tensor x, bool copied)
    {
        if (x.Rank == 0) return x;
        if (IsFirst(x) is { } last) return last;
        if (x is { IsSymbolic: true, Node.Op: Fill fill }) return Dispatch.Run(fill with { Shape = Order(fill.Shape) }, []);
        var permute = new Permute(ChannelsLastConvolution.ChannelsLast(x.Rank));
        if (!x.IsSymbolic)
        {
            using var paused = Capture.Pause();
            return Dispatch.Run(permute, x).Contiguous();
        }
        if (!copied) return Dispatch.Run(permute, x);
        if (copies.TryGetValue((x.Node, x.OutputIndex), out var copy)) return copy;
        return copies[(x.Node, x.OutputIndex)] = Dispatch.Run(permute, x).Contiguous();
    }

    static Shape Order(Shape shape) => [shape[0], .. shape.Skip(2), shape[1]];

    /// <summary>A tensor with as many axes as the one it is broadcast to.</summary>
    static Tensor OfRank(Tensor x, int rank)
    {
        if (x.Rank == rank || x.Rank == 0) return x;
        Shape shape = [.. Enumerable.Repeat((Dim)1, rank - x.Rank), .. x.Shape];
        if (x.IsSymbolic) return x.Reshape(shape);
        using var paused = Capture.Pause();
        return x.Reshape(shape);
    }

    /// <summary>Nodes whose results lie with their channels last and that read each other.</summary>
    sealed class Stretch
    {
        Stretch? into;

        public int Convolutions { get; private set; } = 1;

        /// <summary>Images that are copied at its ends.</summary>
        public int Copies { get; set; }

        /// <summary>What this has become part of.</summary>
        public Stretch Whole => into is null ? this : into = into.Whole;

        public void Join(Stretch other)
        {
            var (a, b) = (Whole, other.Whole);
            if (a == b) return;
            a.Convolutions += b.Convolutions;
            a.Copies += b.Copies;
            b.into = a;
        }
    }
}
