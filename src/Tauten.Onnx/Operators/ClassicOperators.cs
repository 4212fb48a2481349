using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>The domain ai.onnx.ml: models of classical machine learning, and what prepares their features.</summary>
static class ClassicOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("ArrayFeatureExtractor", 1, c => c[0].IndexSelect(c[0].Rank - 1, c[1].Flatten().To(DType.Int64)).AtLeast2D()),
        Of("Binarizer", 1, c => (c[0] > c.Float("threshold", 0)).To(c[0].DType)),
        Of("CategoryMapper", 1, CategoryMapper),
        Of("FeatureVectorizer", 1, c => Tensor.Concat(Array.ConvertAll(c.Tensors, t => t.AtLeast2D().To(DType.Float32)), 1)),
        Of("Imputer", 1, Imputer),
        Of("LabelEncoder", 1, LabelEncoder),
        Of("LinearClassifier", 1, LinearClassifier),
        Of("LinearRegressor", 1, LinearRegressor),
        Of("Normalizer", 1, Normalizer),
        Of("OneHotEncoder", 1, OneHotEncoder),
        Of("Scaler", 1, Scaler),
        Of("TreeEnsemble", 5, TreeEnsemble),
        Of("ZipMap", 1, ZipMap),
    ];

    static Tensor Row(Call c, string name) => Tensor.From(c.Floats(name) ?? throw new ModelFormatException($"the attribute {name} is missing."));

    static Tensor Scaler(Call c)
    {
        var x = c[0].To(DType.Float32);
        return (x - (c.Node.Has("offset") ? Row(c, "offset") : Tensor.Zeros([1]))) * (c.Node.Has("scale") ? Row(c, "scale") : Tensor.Ones([1]));
    }

    static Tensor Normalizer(Call c)
    {
        var x = c[0].To(DType.Float32);
        var norm = c.Text("norm", "MAX") switch
        {
            "MAX" => x.Abs().Max(-1, keepDims: true),
            "L1" => x.Abs().Sum(-1, keepDims: true),
            "L2" => x.Norm(2, -1, keepDims: true),
            var other => throw new ModelFormatException($"the norm must be MAX, L1 or L2. Received: {other}."),
        };
        return Tensor.Where(norm.EqualTo(0), x, x / norm);
    }

    static Tensor Imputer(Call c)
    {
        var x = c[0];
        if (x.DType.IsFloating())
        {
            double replaced = c.Float("replaced_value_float", 0);
            return Tensor.Where(double.IsNaN(replaced) ? x.IsNaN() : x.EqualTo(replaced), Row(c, "imputed_value_floats").To(x.DType), x);
        }
        var values = Tensor.From(c.Ints("imputed_value_int64s") ?? throw new ModelFormatException("the attribute imputed_value_int64s is missing.")).To(x.DType);
        return Tensor.Where(x.EqualTo(c.Int("replaced_value_int64", 0)), values, x);
    }

    static OnnxValue CategoryMapper(Call c)
    {
        string[] texts = c.Strings("cats_strings") ?? [];
        long[] numbers = c.Ints("cats_int64s") ?? [];
        if (texts.Length != numbers.Length) throw new ModelFormatException($"expected as many texts as numbers. Received: {texts.Length} and {numbers.Length}.");
        return Mapped(c, texts, [.. numbers.Cast<object>()], c.Value(0) is OnnxStrings ? c.Int("default_int64", -1) : c.Text("default_string", "_Unused"), reversed: c.Value(0) is not OnnxStrings);
    }

    static OnnxValue Mapped(Call c, object[] keys, object[] values, object otherwise, bool reversed = false)
    {
        if (keys.Length != values.Length) throw new ModelFormatException($"expected as many keys as values. Received: {keys.Length} and {values.Length}.");
        var table = new Dictionary<object, object>();
        for (int i = 0; i < keys.Length; i++) table[reversed ? values[i] : keys[i]] = reversed ? keys[i] : values[i];
        object[] x = Elements(c, keys.Length > 0 ? (reversed ? values[0] : keys[0]) : 0L);
        var y = Array.ConvertAll(x, e => table.GetValueOrDefault(e, otherwise));
        var shape = c.ShapeOf(0);
        return otherwise switch
        {
            string => new OnnxStrings([.. y.Cast<string>()], shape),
            long => Tensor.From([.. y.Cast<long>()], shape),
            double => Tensor.From([.. y.Cast<double>()], shape),
            short => Tensor.From([.. y.Cast<short>()], shape),
            _ => Tensor.From([.. y.Cast<float>()], shape),
        };
    }

    // What elements are compared with decides about their type.
    static object[] Elements(Call c, object like)
    {
        if (c.Value(0) is OnnxStrings strings) return [.. strings.Elements];
        var x = c.Typed(0).Constant ?? throw new NeedsValueException($"{c.Node}: a table is asked when the values are known.");
        return like switch
        {
            long => [.. x.To(DType.Int64).ToArray<long>().Cast<object>()],
            double => [.. x.To(DType.Float64).ToArray<double>().Cast<object>()],
            short => [.. x.To(DType.Int16).ToArray<short>().Cast<object>()],
            _ => [.. x.To(DType.Float32).ToArray<float>().Cast<object>()],
        };
    }

    static OnnxValue LabelEncoder(Call c)
    {
        if (c.Version == 1)
        {
            string[] classes = c.Strings("classes_strings") ?? throw new ModelFormatException("the classes are missing.");
            object[] numbers = [.. Enumerable.Range(0, classes.Length).Select(i => (object)(long)i)];
            bool isText = c.Value(0) is OnnxStrings;
            return Mapped(c, classes, numbers, isText ? c.Int("default_int64", -1) : c.Text("default_string", "_Unused"), reversed: !isText);
        }
        object[] keys = Listed(c, "keys"), values = Listed(c, "values");
        object otherwise = c.Node.Value("default_tensor") is { } given ? ElementsOf(given)[0]
            : values is [string, ..] ? c.Text("default_string", "_Unused")
            : values is [long, ..] ? c.Int("default_int64", -1)
            : values is [float, ..] ? (float)c.Float("default_float", -0f) : values is [var first, ..] ? Activator(first) : throw new ModelFormatException("the values are missing.");
        return Mapped(c, keys, values, otherwise);

        static object Activator(object first) => first is double ? -1.0 : (short)-1;
    }

    static object[] Listed(Call c, string name)
    {
        if (c.Strings($"{name}_strings") is { } texts) return texts;
        if (c.Ints($"{name}_int64s") is { } numbers) return [.. numbers.Cast<object>()];
        if (c.Floats($"{name}_floats") is { } floats) return [.. floats.Cast<object>()];
        return ElementsOf(c.Node.Value($"{name}_tensor") ?? throw new ModelFormatException($"the {name} are missing."));
    }

    static object[] ElementsOf(OnnxValue value) => value switch
    {
        OnnxStrings strings => [.. strings.Elements],
        OnnxTensor { Tensor: { DType: DType.Int64 } x } => [.. x.ToArray<long>().Cast<object>()],
        OnnxTensor { Tensor: { DType: DType.Float64 } x } => [.. x.ToArray<double>().Cast<object>()],
        OnnxTensor { Tensor: { DType: DType.Float32 } x } => [.. x.ToArray<float>().Cast<object>()],
        OnnxTensor { Tensor: { DType: DType.Int16 } x } => [.. x.ToArray<short>().Cast<object>()],
        _ => throw new UnsupportedModelException($"Tables of {value} are not supported."),
    };

    static Tensor Linear(Call c, int rows)
    {
        var x = c[0].AtLeast2D().To(DType.Float32);
        var weight = Row(c, "coefficients").Reshape(rows, -1);
        var y = x.MatMul(weight.T);
        return c.Node.Has("intercepts") ? y + Row(c, "intercepts") : y;
    }

    static Tensor LinearRegressor(Call c) => Transformed(Linear(c, (int)c.Int("targets", 1)), c.Text("post_transform", "NONE"));

    static OnnxValue?[] LinearClassifier(Call c)
    {
        string[]? texts = c.Strings("classlabels_strings");
        long[]? numbers = c.Ints("classlabels_ints");
        int rows = c.Node.Has("intercepts") ? c.Floats("intercepts")!.Length : texts?.Length ?? numbers?.Length ?? 1;
        var scores = Linear(c, rows);
        string transform = c.Text("post_transform", "NONE");
        int classes = texts?.Length ?? numbers?.Length ?? rows;
        // One score for two classes is that of the second.
        if (rows == 1 && classes == 2) scores = Tensor.Concat([transform == "LOGISTIC" ? -scores : 1 - scores, scores], 1);
        var best = scores.ArgMax(1);
        OnnxValue labels;
        if (texts is not null)
        {
            if (best.IsSymbolic) throw new NeedsValueException($"{c.Node}: labels that are texts are chosen when the values are known.");
            labels = new OnnxStrings(Array.ConvertAll(best.ToArray<long>(), i => texts[i]), best.Shape);
        }
        else labels = numbers is null ? best : Tensor.From(numbers).IndexSelect(0, best);
        return [labels, Transformed(scores, transform)];
    }

    internal static Tensor Transformed(Tensor x, string transform) => transform switch
    {
        "NONE" => x,
        "LOGISTIC" => x.Sigmoid(),
        "SOFTMAX" => x.Softmax(-1),
        "SOFTMAX_ZERO" => Tensor.Where(x.EqualTo(0), 0, Tensor.Where(x.EqualTo(0), double.NegativeInfinity, x).Softmax(-1)),
        "PROBIT" => Special.Ndtri(x),
        _ => throw new ModelFormatException($"'{transform}' is not a way to transform scores."),
    };

    static Tensor OneHotEncoder(Call c)
    {
        if (c.Value(0) is OnnxStrings strings)
        {
            string[] texts = c.Strings("cats_strings") ?? throw new ModelFormatException("the categories are missing.");
            var table = texts.Select((t, i) => (t, i)).ToDictionary(p => p.t, p => (long)p.i);
            var index = Tensor.From([.. strings.Elements.Select(s => table.GetValueOrDefault(s, -1))], strings.Shape);
            return index.Unsqueeze(-1).EqualTo(Tensor.Arange(texts.Length)).To(DType.Float32);
        }
        long[] categories = c.Ints("cats_int64s") ?? throw new ModelFormatException("the categories are missing.");
        return c[0].To(DType.Int64).Unsqueeze(-1).EqualTo(Tensor.From(categories)).To(DType.Float32);
    }

    static OnnxValue ZipMap(Call c)
    {
        if (!c.IsKnown(0)) throw new NeedsValueException($"{c.Node}: maps are made when the values are known.");
        object[] keys = c.Strings("classlabels_strings") is { } texts ? texts : [.. (c.Ints("classlabels_int64s") ?? throw new ModelFormatException("the labels are missing.")).Cast<object>()];
        var x = c[0].AtLeast2D();
        if (x.Shape[1] != keys.Length) throw new ModelFormatException($"expected {keys.Length} columns. Received: {x.Shape}.");
        return new OnnxSequence([.. x.Unbind(0).Select(row => (OnnxValue)new OnnxMap(row.Unbind(0).Select((v, i) => (keys[i], v)).ToDictionary(p => p.Item1, p => (OnnxValue)p.v)))]);
    }

    // Each sample walks down each tree; what the leaves say is combined for each target.
    static Tensor TreeEnsemble(Call c)
    {
        if (!c.IsKnown(0)) throw new NeedsValueException($"{c.Node}: the ways through the trees are decided by values.");
        var x = c[0];
        double[] features = x.To(DType.Float64).ToArray<double>();
        long samples = x.Shape[0], width = x.Shape[1], targets = c.Int("n_targets", 1);
        long[] Numbers(string name) => c.Ints(name) ?? throw new ModelFormatException($"the attribute {name} is missing.");
        long[] roots = Numbers("tree_roots"), feature = Numbers("nodes_featureids"), yes = Numbers("nodes_truenodeids"), no = Numbers("nodes_falsenodeids"),
            yesIsLeaf = Numbers("nodes_trueleafs"), noIsLeaf = Numbers("nodes_falseleafs"), leafTarget = Numbers("leaf_targetids");
        double[] split = Values("nodes_splits"), weight = Values("leaf_weights");
        double[] modes = Values("nodes_modes");
        long[]? missing = c.Ints("nodes_missing_value_tracks_true");
        var sets = Members(c);
        int nodes = feature.Length;
        if (new[] { yes.Length, no.Length, yesIsLeaf.Length, noIsLeaf.Length, split.Length, modes.Length }.Any(n => n != nodes) || (missing is not null && missing.Length != nodes) || leafTarget.Length != weight.Length || targets < 1)
            throw new ModelFormatException("the attributes of nodes and leaves differ in length.");
        int aggregate = (int)c.Int("aggregate_function", 1);
        c.Bounded(checked(samples * targets), "results");
        var result = new double[samples * targets];
        var seen = new int[samples * targets];
        for (long n = 0; n < samples; n++)
            foreach (long root in roots)
            {
                long leaf = Walk(n, root);
                long at = n * targets + Inside(leafTarget[Inside(leaf, weight.Length)], targets);
                double value = weight[leaf];
                result[at] = seen[at]++ == 0 ? value : aggregate switch { 2 => Math.Min(result[at], value), 3 => Math.Max(result[at], value), _ => result[at] + value };
            }
        if (aggregate == 0)
            for (int i = 0; i < result.Length; i++) result[i] /= Math.Max(1, roots.Length);
        string transform = (int)c.Int("post_transform", 0) switch { 0 => "NONE", 1 => "SOFTMAX", 2 => "LOGISTIC", 3 => "SOFTMAX_ZERO", _ => "PROBIT" };
        return Transformed(Tensor.From(result, Shape.Of(samples, targets)).To(x.DType), transform);

        long Walk(long sample, long node)
        {
            // A tree of n nodes has no way longer than n.
            for (int step = 0; step <= nodes; step++)
            {
                Inside(node, nodes);
                double value = features[sample * width + Inside(feature[node], width)];
                bool takes = double.IsNaN(value) && missing is not null && missing[node] != 0 || (int)modes[node] switch
                {
                    0 => value <= split[node],
                    1 => value < split[node],
                    2 => value >= split[node],
                    3 => value > split[node],
                    4 => value == split[node],
                    5 => value != split[node],
                    6 => sets(node).Contains(value),
                    _ => throw new ModelFormatException($"{modes[node]} is not a mode of nodes."),
                };
                long next = takes ? yes[node] : no[node];
                if ((takes ? yesIsLeaf[node] : noIsLeaf[node]) != 0) return next;
                node = next;
            }
            throw new ModelFormatException("the nodes of a tree form a circle.");
        }

        double[] Values(string name) => c.Node.Value(name) is OnnxTensor tensor ? tensor.Tensor.To(DType.Float64).ToArray<double>() : throw new ModelFormatException($"the attribute {name} is missing.");

        static long Inside(long index, long count) => index >= 0 && index < count ? index : throw new ModelFormatException($"a tree has no place {index} of {count}.");
    }

    /// <summary>The sets of the nodes that ask whether a value is a member: they lie one behind the other, with NaN between.</summary>
    static Func<long, HashSet<double>> Members(Call c)
    {
        if (c.Node.Value("membership_values") is not OnnxTensor values) return node => throw new ModelFormatException($"node {node} has no set of members.");
        double[] modes = ((OnnxTensor)c.Node.Value("nodes_modes")!).Tensor.To(DType.Float64).ToArray<double>();
        var sets = new List<HashSet<double>> { new() };
        foreach (double value in values.Tensor.To(DType.Float64).ToArray<double>())
            if (double.IsNaN(value)) sets.Add([]);
            else sets[^1].Add(value);
        var byNode = new Dictionary<long, HashSet<double>>();
        for (int i = 0, k = 0; i < modes.Length; i++)
            if ((int)modes[i] == 6) byNode[i] = k < sets.Count ? sets[k++] : throw new ModelFormatException("there are fewer sets of members than nodes that ask them.");
        return node => byNode[node];
    }
}
