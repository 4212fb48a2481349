namespace Tauten.OnnxFormat;

/// <summary>Makes the graphs of a model ready to run: finds the rule of each node's operator, reads weights, and puts local functions in the place of their calls.</summary>
sealed class ModelReader
{
    // A function may call functions, twice each, thirty levels deep: a file of a kilobyte that means a billion nodes.
    const int LargestNodeCount = 1_000_000, DeepestNesting = 64;

    readonly Dictionary<string, int> versions = [];
    readonly Dictionary<(string Domain, string Name, string Overload), FunctionProto> functions = [];
    readonly List<(string Domain, string Name, string Overload)> open = [];
    int nodes, depth;

    ModelReader(ModelParts parts, ExternalFiles? files)
    {
        var model = parts.Model;
        Tensors = new TensorReader(files, parts);
        foreach (var set in model.OpsetImport) versions[Normal(set.Domain)] = Version(set);
        // Before operator sets had versions there was one.
        versions.TryAdd("", 1);
        foreach (var function in model.Functions)
            if (!functions.TryAdd((Normal(function.Domain), function.Name, function.Overload), function)) throw new ModelFormatException($"The function {function.Name} is defined twice.");
    }

    /// <summary>The model's graph.</summary>
    public static OnnxGraph Read(ModelParts parts, ExternalFiles? files)
    {
        if (parts.Model.Graph is null) throw new ModelFormatException("The model has no graph. Is it an ONNX file?");
        return new ModelReader(parts, files).Prepare(parts.Model.Graph, null);
    }

    public TensorReader Tensors { get; }

    static string Normal(string domain) => domain == "ai.onnx" ? "" : domain;

    static int Version(OperatorSetIdProto set) => set.Version is >= 1 and <= int.MaxValue ? (int)set.Version : throw new ModelFormatException($"The operator set '{set.Domain}' has version {set.Version}.");

    /// <summary>A graph of the model, the main one or a body.</summary>
    public OnnxGraph Prepare(GraphProto proto, IReadOnlyDictionary<string, AttributeProto>? attributes)
    {
        if (++depth > DeepestNesting) throw new ModelFormatException($"Graphs are nested more than {DeepestNesting} deep.");
        var initializers = new Dictionary<string, OnnxValue>();
        foreach (var tensor in proto.Initializer) Add(tensor.Name, Tensors.Read(tensor));
        foreach (var sparse in proto.SparseInitializer) Add(sparse.Values?.Name ?? "", Tensors.Read(sparse));
        var graph = new OnnxGraph(proto.Name, Ports(proto.Input), Ports(proto.Output), NodesOf(proto.Node, versions, attributes), initializers);
        depth--;
        return graph;

        void Add(string name, OnnxValue value)
        {
            if (!initializers.TryAdd(name, value)) throw new ModelFormatException($"The initializer '{name}' is given twice.");
        }
    }

    static OnnxPort[] Ports(IReadOnlyList<ValueInfoProto> infos) => [.. infos.Select(i => new OnnxPort(i.Name, i.Type))];

    OnnxNode[] NodesOf(IReadOnlyList<NodeProto> protos, Dictionary<string, int> imported, IReadOnlyDictionary<string, AttributeProto>? attributes)
    {
        if ((nodes += protos.Count) > LargestNodeCount) throw new ModelFormatException($"The model has more than {LargestNodeCount} nodes, once its functions are put in place.");
        var result = new OnnxNode[protos.Count];
        for (int i = 0; i < result.Length; i++)
        {
            var proto = protos[i];
            string domain = Normal(proto.Domain);
            if (functions.TryGetValue((domain, proto.OpType, proto.Overload), out var function))
            {
                result[i] = Call(proto, domain, function, attributes);
                continue;
            }
            if (!imported.TryGetValue(domain, out int version)) version = domain.Length == 0 ? 1 : imported.GetValueOrDefault(domain, 1);
            result[i] = new OnnxNode(proto, domain, version, OperatorTable.Find(domain, proto.OpType, version), this, attributes);
        }
        return result;
    }

    OnnxNode Call(NodeProto proto, string domain, FunctionProto function, IReadOnlyDictionary<string, AttributeProto>? outer)
    {
        var key = (domain, proto.OpType, proto.Overload);
        if (open.Contains(key)) throw new ModelFormatException($"The function {proto.OpType} calls itself.");
        if (proto.Input.Count > function.Input.Count || proto.Output.Count > function.Output.Count)
            throw new ModelFormatException($"The function {proto.OpType} has {function.Input.Count} inputs and {function.Output.Count} outputs. Received: {proto.Input.Count} and {proto.Output.Count}.");
        var given = function.AttributeProto.ToDictionary(a => a.Name);
        foreach (var attribute in proto.Attribute)
        {
            if (attribute.RefAttrName.Length == 0) given[attribute.Name] = attribute;
            else if (outer?.TryGetValue(attribute.RefAttrName, out var bound) == true) given[attribute.Name] = bound;
        }
        var imported = new Dictionary<string, int>(versions);
        foreach (var set in function.OpsetImport) imported[Normal(set.Domain)] = Version(set);
        open.Add(key);
        if (++depth > DeepestNesting) throw new ModelFormatException($"Functions are nested more than {DeepestNesting} deep.");
        var body = new OnnxGraph(
            function.Name, [.. function.Input.Select(n => new OnnxPort(n, null))], [.. function.Output.Select(n => new OnnxPort(n, null))],
            NodesOf(function.Node, imported, given), new Dictionary<string, OnnxValue>());
        depth--;
        open.Remove(key);
        var bare = new NodeProto { Name = proto.Name, OpType = proto.OpType, Domain = proto.Domain };
        bare.Input.Add(proto.Input);
        bare.Output.Add(proto.Output);
        return new OnnxNode(bare, domain, imported.GetValueOrDefault(domain, 1), new Operator(proto.OpType, 1, call => call.RunFunction(body)), this, null);
    }
}
