using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Ensembles of trees as ai.onnx.ml had them before version 5: nodes are named by tree and number, and leaves give weights to classes or targets.</summary>
static class TreeOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("TreeEnsembleClassifier", 1, Classifier),
        Of("TreeEnsembleRegressor", 1, Regressor),
    ];

    /// <summary>Trees as arrays: a node is its place in them.</summary>
    /// <param name="Roots">The first node of each tree.</param>
    /// <param name="Feature">Which feature a node asks.</param>
    /// <param name="Split">What it is compared with.</param>
    /// <param name="Mode">How.</param>
    /// <param name="Yes">The node where the answer is yes.</param>
    /// <param name="No">The node where it is no.</param>
    /// <param name="TakesMissing">Whether a missing feature is a yes.</param>
    /// <param name="Weights">What a leaf gives: targets and weights.</param>
    sealed record Forest(int[] Roots, long[] Feature, double[] Split, string[] Mode, int[] Yes, int[] No, bool[] TakesMissing, List<(long Target, double Weight)>?[] Weights)
    {
        public static Forest Of(Call c, string leaves, long targets)
        {
            long[] trees = Required(c, "nodes_treeids"), numbers = Required(c, "nodes_nodeids"), features = Required(c, "nodes_featureids"), yes = Required(c, "nodes_truenodeids"), no = Required(c, "nodes_falsenodeids");
            string[] modes = c.Strings("nodes_modes") ?? throw new ModelFormatException("the attribute nodes_modes is missing.");
            double[] splits = Values(c, "nodes_values");
            long[]? missing = c.Ints("nodes_missing_value_tracks_true");
            int count = trees.Length;
            if (new[] { numbers.Length, features.Length, yes.Length, no.Length, modes.Length, splits.Length }.Any(n => n != count) || (missing is { Length: > 0 } && missing.Length != count))
                throw new ModelFormatException("the attributes of nodes differ in length.");
            var places = new Dictionary<(long, long), int>();
            for (int i = 0; i < count; i++)
                if (!places.TryAdd((trees[i], numbers[i]), i)) throw new ModelFormatException($"node {numbers[i]} of tree {trees[i]} is there twice.");
            int[] ways = new int[count], others = new int[count];
            var isChild = new bool[count];
            for (int i = 0; i < count; i++)
            {
                if (modes[i] == "LEAF") continue;
                (ways[i], others[i]) = (Place(trees[i], yes[i]), Place(trees[i], no[i]));
                (isChild[ways[i]], isChild[others[i]]) = (true, true);
            }
            long[] leafTrees = Required(c, $"{leaves}_treeids"), leafNumbers = Required(c, $"{leaves}_nodeids"), leafTargets = Required(c, $"{leaves}_ids");
            double[] leafWeights = Values(c, $"{leaves}_weights");
            if (leafNumbers.Length != leafTrees.Length || leafTargets.Length != leafTrees.Length || leafWeights.Length != leafTrees.Length) throw new ModelFormatException("the attributes of leaves differ in length.");
            var weights = new List<(long, double)>?[count];
            for (int i = 0; i < leafTrees.Length; i++)
                (weights[Place(leafTrees[i], leafNumbers[i])] ??= []).Add((leafTargets[i] >= 0 && leafTargets[i] < targets ? leafTargets[i] : throw new ModelFormatException($"a leaf gives to {leafTargets[i]} of {targets}."), leafWeights[i]));
            return new([.. Enumerable.Range(0, count).Where(i => !isChild[i])], features, splits, modes, ways, others, [.. Enumerable.Range(0, count).Select(i => missing is { Length: > 0 } && missing[i] != 0)], weights);

            int Place(long tree, long number) => places.TryGetValue((tree, number), out int place) ? place : throw new ModelFormatException($"tree {tree} has no node {number}.");
        }

        /// <summary>What the leaf gives at which a sample arrives.</summary>
        public List<(long Target, double Weight)> Leaf(ReadOnlySpan<double> sample, int root)
        {
            int node = root;
            // A tree of n nodes has no way longer than n.
            for (int step = 0; step <= Feature.Length; step++)
            {
                if (Mode[node] == "LEAF") return Weights[node] ?? [];
                if (Feature[node] < 0 || Feature[node] >= sample.Length) throw new ModelFormatException($"a tree asks feature {Feature[node]} of {sample.Length}.");
                double value = sample[(int)Feature[node]];
                bool takes = (double.IsNaN(value) && TakesMissing[node]) || Mode[node] switch
                {
                    "BRANCH_LEQ" => value <= Split[node],
                    "BRANCH_LT" => value < Split[node],
                    "BRANCH_GTE" => value >= Split[node],
                    "BRANCH_GT" => value > Split[node],
                    "BRANCH_EQ" => value == Split[node],
                    "BRANCH_NEQ" => value != Split[node],
                    var other => throw new ModelFormatException($"'{other}' is not a mode of nodes."),
                };
                node = takes ? Yes[node] : No[node];
            }
            throw new ModelFormatException("the nodes of a tree form a circle.");
        }
    }

    static long[] Required(Call c, string name) => c.Ints(name) ?? throw new ModelFormatException($"the attribute {name} is missing.");

    // Numbers of 64 bits stand in a tensor.
    static double[] Values(Call c, string name) =>
        c.Node.Value($"{name}_as_tensor") is OnnxTensor tensor ? tensor.Tensor.To(DType.Float64).ToArray<double>() : Array.ConvertAll(c.Floats(name) ?? throw new ModelFormatException($"the attribute {name} is missing."), v => (double)v);

    static double[] Bases(Call c) => c.Node.Has("base_values") || c.Node.Has("base_values_as_tensor") ? Values(c, "base_values") : [];

    static (double[] Features, long Samples, int Width) Samples(Call c)
    {
        if (!c.IsKnown(0)) throw new NeedsValueException($"{c.Node}: the ways through the trees are decided by values.");
        var x = c[0].AtLeast2D();
        return (x.To(DType.Float64).ToArray<double>(), x.Shape[0], checked((int)x.Shape[1].Value));
    }

    static Tensor Regressor(Call c)
    {
        var (features, samples, width) = Samples(c);
        long targets = c.Int("n_targets", 1);
        if (targets < 1) throw new ModelFormatException($"expected at least one target. Received: {targets}.");
        c.Bounded(checked(samples * targets), "results");
        var forest = Forest.Of(c, "target", targets);
        double[] bases = Bases(c), y = new double[samples * targets];
        string way = c.Text("aggregate_function", "SUM");
        var seen = new bool[targets];
        for (long n = 0; n < samples; n++)
        {
            Array.Clear(seen);
            var own = y.AsSpan(checked((int)(n * targets)), (int)targets);
            foreach (int root in forest.Roots)
                foreach (var (target, weight) in forest.Leaf(features.AsSpan((int)n * width, width), root))
                {
                    double before = own[(int)target];
                    own[(int)target] = way switch
                    {
                        "SUM" or "AVERAGE" => before + weight,
                        "MIN" => seen[target] ? Math.Min(before, weight) : weight,
                        "MAX" => seen[target] ? Math.Max(before, weight) : weight,
                        _ => throw new ModelFormatException($"the aggregate function must be SUM, AVERAGE, MIN or MAX. Received: {way}."),
                    };
                    seen[target] = true;
                }
            for (int t = 0; t < own.Length; t++)
                if (seen[t]) own[t] = (way == "AVERAGE" ? own[t] / forest.Roots.Length : own[t]) + (t < bases.Length ? bases[t] : 0);
        }
        return ClassicOperators.Transformed(Tensor.From(y, Shape.Of(samples, targets)).To(DType.Float32), c.Text("post_transform", "NONE"));
    }

    static OnnxValue?[] Classifier(Call c)
    {
        var (features, samples, width) = Samples(c);
        string[]? texts = c.Strings("classlabels_strings") is { Length: > 0 } named ? named : null;
        long[] labels = c.Ints("classlabels_int64s") ?? [];
        int classes = texts?.Length ?? labels.Length;
        if (classes < 1) throw new ModelFormatException("the labels of the classes are missing.");
        c.Bounded(checked(samples * classes), "scores");
        var forest = Forest.Of(c, "class", classes);
        double[] bases = Bases(c), scores = new double[samples * classes];
        // Of two classes one alone may have weights, and decides by a threshold; the first class then stands for both.
        (long Target, double Weight)[] given = [.. forest.Weights.Where(w => w is not null).SelectMany(w => w!)];
        bool isOne = classes == 2 && given.Select(w => w.Target).Distinct().Count() == 1, arePositive = given.All(w => w.Weight >= 0), isBoth = isOne && given[0].Target == 0;
        string transform = c.Text("post_transform", "NONE");
        bool sharesOne = arePositive && transform != "LOGISTIC";
        var best = new long[samples];
        for (long n = 0; n < samples; n++)
        {
            var own = scores.AsSpan(checked((int)(n * classes)), classes);
            foreach (int root in forest.Roots)
                foreach (var (target, weight) in forest.Leaf(features.AsSpan((int)n * width, width), root)) own[(int)target] += weight;
            if (!isOne)
            {
                for (int k = 0; k < Math.Min(classes, bases.Length); k++) own[k] += bases[k];
                for (int k = 1; k < classes; k++)
                    if (own[k] > own[(int)best[n]]) best[n] = k;
                continue;
            }
            float score = (float)(own[0] + own[1] + (bases.Length > 0 ? bases[^1] : 0));
            best[n] = score > (arePositive ? 0.5 : 0) ? 1 : 0;
            (own[0], own[1]) = (!isBoth ? 0 : sharesOne ? 1 - score : -score, score);
        }
        var values = Tensor.From(scores, Shape.Of(samples, classes)).To(DType.Float32);
        OnnxValue chosen = texts is not null ? new OnnxStrings(Array.ConvertAll(best, k => texts[k]), Shape.Of(samples)) : Tensor.From(Array.ConvertAll(best, k => labels[k]));
        return [chosen, isBoth && sharesOne ? values : ClassicOperators.Transformed(values, transform)];
    }
}
