using System.Text;

namespace Tauten.OnnxFormat;

/// <summary>A node of a model, ready to run: its operator's rule is found, its attributes are read, its bodies are ready too.</summary>
sealed class OnnxNode
{
    readonly Dictionary<string, AttributeProto> attributes = [];
    readonly Dictionary<string, OnnxValue> tensors = [];
    readonly Dictionary<string, OnnxGraph> bodies = [];

    public OnnxNode(NodeProto proto, string domain, int version, Operator rule, ModelReader reader, IReadOnlyDictionary<string, AttributeProto>? given)
    {
        (Name, Operator, Domain, Version, Rule) = (proto.Name, proto.OpType, domain, version, rule);
        Inputs = [.. proto.Input];
        Outputs = [.. proto.Output];
        foreach (var attribute in proto.Attribute)
        {
            var resolved = attribute;
            // An attribute of a function's body may be that of the call.
            if (attribute.RefAttrName.Length > 0)
            {
                if (given is null || !given.TryGetValue(attribute.RefAttrName, out var outer)) continue;
                resolved = outer;
            }
            if (!attributes.TryAdd(attribute.Name, resolved)) throw new ModelFormatException($"{this}: the attribute {attribute.Name} is given twice.");
            if (resolved.G is not null) bodies[attribute.Name] = reader.Prepare(resolved.G, given);
            if (resolved.T is not null) tensors[attribute.Name] = reader.Tensors.Read(resolved.T);
            if (resolved.SparseTensor is not null) tensors[attribute.Name] = reader.Tensors.Read(resolved.SparseTensor);
        }
    }

    /// <summary>The node's own name, mostly empty.</summary>
    public string Name { get; }

    /// <summary>The operator, such as <c>Conv</c>.</summary>
    public string Operator { get; }

    /// <summary>The operator's domain; empty for ONNX's own.</summary>
    public string Domain { get; }

    /// <summary>The version of the operator set that the model imports.</summary>
    public int Version { get; }

    /// <summary>What the operator means.</summary>
    public Operator Rule { get; }

    /// <summary>The names of the inputs; empty where one is left out.</summary>
    public string[] Inputs { get; }

    /// <summary>The names of the outputs; empty where one is not wanted.</summary>
    public string[] Outputs { get; }

    /// <summary>The bodies of control flow, by attribute.</summary>
    public IReadOnlyDictionary<string, OnnxGraph> Bodies => bodies;

    /// <summary>Whether an attribute is given.</summary>
    public bool Has(string attribute) => attributes.ContainsKey(attribute);

    public long? Int(string name) => Find(name, AttributeProto.Types.AttributeType.Int)?.I;

    public float? Float(string name) => Find(name, AttributeProto.Types.AttributeType.Float)?.F;

    public string? String(string name) => Find(name, AttributeProto.Types.AttributeType.String)?.S is { } text ? Encoding.UTF8.GetString(text.Span) : null;

    public long[]? Ints(string name) => Find(name, AttributeProto.Types.AttributeType.Ints) is { } found ? [.. found.Ints] : null;

    public float[]? Floats(string name) => Find(name, AttributeProto.Types.AttributeType.Floats) is { } found ? [.. found.Floats] : null;

    public string[]? Strings(string name) => Find(name, AttributeProto.Types.AttributeType.Strings) is { } found ? [.. found.Strings.Select(s => Encoding.UTF8.GetString(s.Span))] : null;

    public OnnxValue? Value(string name) => tensors.GetValueOrDefault(name);

    public OnnxGraph Body(string name) => bodies.TryGetValue(name, out var body) ? body : throw new ModelFormatException($"{this}: the attribute {name} must hold a graph.");

    public TypeProto? Type(string name) => Find(name, AttributeProto.Types.AttributeType.TypeProto)?.Tp;

    // Old files leave the kind of an attribute out.
    AttributeProto? Find(string name, AttributeProto.Types.AttributeType type) => !attributes.TryGetValue(name, out var found) ? null
        : found.Type == type || found.Type == AttributeProto.Types.AttributeType.Undefined ? found
        : throw new ModelFormatException($"{this}: the attribute {name} must be {type.ToString().ToLowerInvariant()}. Received: {found.Type.ToString().ToLowerInvariant()}.");

    /// <summary>The node in messages, such as <c>Conv 'conv1' (opset 13)</c>.</summary>
    public override string ToString() => $"{(Domain.Length > 0 ? $"{Domain}." : "")}{Operator}{(Name.Length > 0 ? $" '{Name}'" : Outputs is [{ Length: > 0 } first, ..] ? $" that makes '{first}'" : "")} (opset {Version})";
}
