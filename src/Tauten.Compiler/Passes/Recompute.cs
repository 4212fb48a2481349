using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>
/// Computes values a second time where they are needed late, so that the first ones need not be kept until then: in a training step, what the way back reads of the way there. It does so with values
/// that ops make in one pass over memory (<see cref="Op.Again"/>) of what is in memory anyway, and as long as the moment at which most is in memory becomes smaller by it.
/// </summary>
/// <remarks>
/// The copies stand right before the first that reads them, so that they can be joined with it. All follows from the graph and its sizes, of which unknown ones are taken to be <see cref="Nominal"/>.
/// Moments are counted in halves: a node runs at twice its position, and copies for it right before.
/// </remarks>
sealed class Recompute
{
    /// <summary>What a size that is not known is taken to be: as large as batches are where memory matters.</summary>
    const long Nominal = 64;

    /// <summary>Values of less than this part of all are kept.</summary>
    const long SmallestPart = 256;

    /// <summary>A value that takes more ops than this to compute is kept.</summary>
    const int LongestChain = 16;

    readonly Node[] nodes;
    readonly List<Piece> pieces = [];
    readonly Dictionary<(Node, int), Piece> pieceOf = [];                       // of views: that which they look at
    readonly Dictionary<Piece, int> cuts = [];                                  // what is computed twice: who stands behind this position reads the second
    readonly Dictionary<Node, int> positions = [];
    readonly Dictionary<(Node, int), Value> values = [], copies = [];           // in the new graph

    Recompute(Graph graph, Node[] nodes)
    {
        this.nodes = nodes;
        HashSet<(Node, int)> stays = [.. graph.OutputPlaces, .. graph.Updates.ToArray().Select(u => (u.Node, u.Output))];
        for (int p = 0; p < nodes.Length; p++)
        {
            var node = nodes[p];
            positions.Add(node, p);
            if (node.Op is ViewOp)
            {
                if (pieceOf.GetValueOrDefault((node.Input(0), node.InputOutput(0))) is not { } source) continue;
                pieceOf.Add((node, 0), source);
                source.Stays |= stays.Contains((node, 0));
                continue;
            }
            for (int i = 0; i < node.OutputCount; i++)
            {
                var piece = new Piece(node, i, p, Bytes(node, i)) { Stays = stays.Contains((node, i)) };
                pieces.Add(piece);
                pieceOf.Add((node, i), piece);
            }
            for (int i = 0; i < node.InputCount; i++)
                if (pieceOf.TryGetValue((node.Input(i), node.InputOutput(i)), out var read) && (read.Readers.Count == 0 || read.Readers[^1].At != p)) read.Readers.Add((p, pieces[^1].MayOverwrite(read)));
        }
    }

    /// <summary>The graph, joined to fused ops, with or without values that are computed twice: the one whose plan takes clearly less memory, or the simpler one.</summary>
    public static Graph Fused(Graph graph, Backend backend)
    {
        var plain = Fuse.Run(graph, backend);
        var changed = Run(graph);
        if (ReferenceEquals(changed, graph)) return plain;
        changed = Fuse.Run(changed, backend);
        return Needs(changed, backend) / 19 < Needs(plain, backend) / 20 ? changed : plain;
    }

    /// <summary>The graph with values that are computed twice; the graph itself where nothing is won.</summary>
    public static Graph Run(Graph graph)
    {
        Node[] nodes = [.. graph.Nodes.Where(node => !graph.IsLeaf(node))];
        // Where sizes depend on data, memory is not laid out beforehand.
        if (!graph.LearnsSizes || Array.Exists(nodes, node => node.Op is ValueOp)) return graph;
        var pass = new Recompute(graph, nodes);
        pass.Choose();
        return pass.cuts.Count == 0 ? graph : graph.Rewrite((node, op, x) => pass.Rule(node, op, x));
    }

    /// <summary>The bytes of a plan for the sizes that are taken for unknown ones; as good as endless where the graph does not accept them.</summary>
    static long Needs(Graph graph, Backend backend)
    {
        TensorSpec[] inputs = [.. graph.Inputs.Select(i => i.Spec with { Shape = i.Spec.Shape.Bind(_ => Nominal) })];
        try
        {
            return new PlanBuilder(graph, backend).Build(inputs)?.WorkspaceBytes ?? long.MaxValue;
        }
        catch (TautenException)
        {
            return long.MaxValue;
        }
    }

    static long Bytes(Node node, int output)
    {
        var spec = node.Spec(output);
        // A value that is the same everywhere is not kept.
        return node.Op!.RepeatedValue is not null ? 0 : Math.Max(0, spec.Shape.IsKnown ? spec.ByteCount : (spec with { Shape = spec.Shape.Bind(_ => Nominal) }).ByteCount);
    }

    /// <summary>Takes the largest values first that are kept over the moment at which most is in memory, without being read at it.</summary>
    void Choose()
    {
        var seen = new HashSet<Piece>();
        var live = Live();
        while (true)
        {
            long most = live.Max();
            int moment = Array.IndexOf(live, most);
            Piece? next = null;
            foreach (var piece in pieces)
                if (piece.Bytes > (next?.Bytes ?? most / SmallestPart) && !seen.Contains(piece) && !cuts.ContainsKey(piece) && IsKeptOver(piece, moment)) next = piece;
            if (next is null) return;
            seen.Add(next);
            var trial = new List<Piece>();
            int late = next.Readers.First(r => 2 * r.At > moment).At;
            bool possible = Again(next, late, trial);
            foreach (var piece in trial) cuts.Add(piece, CutOf(piece, moment));
            if (possible && Live() is var less && less.Max() <= most - next.Bytes / 2) live = less;
            else foreach (var piece in trial) cuts.Remove(piece);
        }
    }

    static bool IsKeptOver(Piece piece, int moment) => !piece.Stays && 2 * piece.Made < moment && piece.Readers.Count > 0 && 2 * piece.Readers[^1].At > moment && !piece.Readers.Exists(r => 2 * r.At == moment);

    /// <summary>The last position up to a moment at which a value is made or read.</summary>
    static int CutOf(Piece piece, int moment) => piece.Readers.FindLast(r => 2 * r.At <= moment) is { At: > 0 and var last } ? last : piece.Made;

    /// <summary>Collects what has to be computed a second time so that a value can be had at a position; false where it would take more than passes over what is in memory.</summary>
    bool Again(Piece piece, int position, List<Piece> found)
    {
        if (found.Contains(piece)) return true;
        if (found.Count == LongestChain || piece.Recipe is null) return false;
        found.Add(piece);
        foreach (var place in piece.Recipe.Value.From)
        {
            if (!pieceOf.TryGetValue(place, out var source) || source.Stays || IsAt(source, position)) continue;
            int before = found.Count;
            if (Again(source, position, found)) continue;
            // What is small is kept.
            found.RemoveRange(before, found.Count - before);
            if (source.Bytes > piece.Bytes / 16) return false;
        }
        return true;
    }

    /// <summary>Whether a value, or its second one, is in memory at a position anyway.</summary>
    bool IsAt(Piece piece, int position) => cuts.ContainsKey(piece) || piece.Readers.Count > 0 && piece.Readers[^1].At >= position;

    /// <summary>The bytes that are in memory at each moment.</summary>
    long[] Live()
    {
        foreach (var piece in pieces)
        {
            int cut = cuts.GetValueOrDefault(piece, int.MaxValue);
            (piece.First, piece.Second) = (new(2 * piece.Made), null);
            foreach (var (at, isOver) in piece.Readers)
            {
                if (at > cut) piece.Second ??= new(2 * at - 1);
                (at > cut ? piece.Second! : piece.First).Read(2 * at, isOver);
            }
        }
        var change = new long[2 * nodes.Length + 2];
        // Readers first: what a second value is computed of may be a second value, too.
        for (int k = pieces.Count - 1; k >= 0; k--)
        {
            var piece = pieces[k];
            if (piece.Second is not { } second) continue;
            foreach (var place in piece.Recipe!.Value.From)
            {
                if (!pieceOf.TryGetValue(place, out var source)) continue;
                bool again = cuts.TryGetValue(source, out int cut) && second.Begin > 2 * cut;
                if (again) (source.Second ??= new(second.Begin)).Begin = Math.Min(source.Second.Begin, second.Begin);
                (again ? source.Second! : source.First).Read(second.Begin, piece.MayOverwrite(source));
            }
            Add(second, piece.Bytes);
        }
        foreach (var piece in pieces)
            if (!piece.Stays) Add(piece.First, piece.Bytes);
        for (int t = 1; t < change.Length; t++) change[t] += change[t - 1];
        return change;

        void Add(Time time, long bytes)
        {
            change[time.Begin] += bytes;
            change[(time.IsOver ? time.End : time.End + 1)] -= bytes;
        }
    }

    /// <summary>A node in the new graph; those whose first value is gone read the second.</summary>
    Value[] Rule(Node node, Op op, Value[] x)
    {
        for (int i = 0; i < x.Length; i++) values.TryAdd((node.Input(i), node.InputOutput(i)), x[i]);
        int position = positions[node];
        // A view is made anew with what it looks at, for those who read it late.
        var given = node.Op is ViewOp ? x : [.. Enumerable.Range(0, x.Length).Select(i => At(node.Input(i), node.InputOutput(i), position))];
        var y = Graph.Apply(op, given);
        for (int i = 0; i < y.Length; i++) values.TryAdd((node, i), y[i]);
        return y;
    }

    /// <summary>A value as it is to be read at a position.</summary>
    Value At(Node node, int output, int position)
    {
        if (!pieceOf.TryGetValue((node, output), out var piece) || !cuts.TryGetValue(piece, out int cut) || position <= cut) return values[(node, output)];
        if (copies.TryGetValue((node, output), out var copy)) return copy;
        using var origin = new OriginScope(node);
        if (node.Op is ViewOp) copy = Graph.Apply(node.Op, [At(node.Input(0), node.InputOutput(0), position)])[0];
        else
        {
            var (op, from) = piece.Recipe!.Value;
            copy = Graph.Apply(op, [.. from.Select(source => At(source.Node, source.Output, position))])[0];
        }
        copies.Add((node, output), copy);
        return copy;
    }

    /// <summary>A value that lies in memory.</summary>
    sealed class Piece(Node node, int output, int made, long bytes)
    {
        (Op, (Node, int)[])? recipe;
        bool known;

        /// <summary>The position of the node that makes it.</summary>
        public int Made => made;

        public long Bytes => bytes;

        /// <summary>The positions of nodes that read it or a view of it, in order, and whether they may write over it.</summary>
        public List<(int At, bool IsOver)> Readers { get; } = [];

        /// <summary>Whether it may be written over a value of which it is made, if nobody reads that afterwards.</summary>
        public bool MayOverwrite(Piece source) => node.OutputCount == 1 && node.Op!.Kind() == OpKind.Elementwise && bytes == source.Bytes;

        /// <summary>Whether it is a result or the new value of a cell, and so lies elsewhere.</summary>
        public bool Stays { get; set; }

        /// <summary>When it is in memory, and when it is a second time.</summary>
        public Time First { get; set; } = new(0);

        /// <inheritdoc cref="First"/>
        public Time? Second { get; set; }

        /// <summary>How it can be computed once more, and of what; null where that takes more than a pass over memory.</summary>
        public (Op Op, (Node Node, int Output)[] From)? Recipe
        {
            get
            {
                if (known) return recipe;
                known = true;
                TensorSpec[] x = [.. Enumerable.Range(0, node.InputCount).Select(i => node.Input(i).Spec(node.InputOutput(i)))];
                if (node.Op!.Again(output, x) is var (op, from)) recipe = (op, Array.ConvertAll(from, i => i >= 0 ? (node.Input(i), node.InputOutput(i)) : (node, ~i)));
                return recipe;
            }
        }
    }

    /// <summary>A time in which a value is in memory.</summary>
    sealed class Time(int begin)
    {
        public int Begin { get; set; } = begin;

        public int End { get; private set; } = begin;

        /// <summary>Whether the last that reads it may write over it.</summary>
        public bool IsOver { get; private set; }

        public void Read(int moment, bool isOver)
        {
            if (moment > End) (End, IsOver) = (moment, isOver);
            else if (moment == End) IsOver |= isOver;
        }
    }
}
