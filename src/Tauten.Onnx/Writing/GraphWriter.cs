using Google.Protobuf;
using Tauten.Ops;

namespace Tauten.OnnxFormat;

/// <summary>Writes a graph in the ONNX format: each op by its form, composites without one by what they expand to.</summary>
sealed class GraphWriter
{
    readonly int opset;
    readonly GraphProto proto = new() { Name = "main" };
    readonly Dictionary<(Node Node, int Output), string> names = [];
    readonly Dictionary<string, (string Value, int Axis)> sizes = [];
    readonly Dictionary<string, string> shapes = [];
    readonly Dictionary<string, string> constants;
    readonly HashSet<string> taken;

    /// <summary>A writer of a whole model.</summary>
    /// <param name="opset">The version of the operator set.</param>
    public GraphWriter(int opset) => (this.opset, constants, taken, Weights) = (opset, [], [], []);

    // A body sees the values around it: it may not use their names again, all initializers stand in the model's own graph, and what was learned of sizes holds in it too.
    GraphWriter(GraphWriter outer, string name)
    {
        (opset, constants, taken, Weights) = (outer.opset, outer.constants, outer.taken, outer.Weights);
        (sizes, shapes) = (new(outer.sizes), new(outer.shapes));
        proto.Name = name;
    }

    /// <summary>The initializers, still without elements, and their values.</summary>
    public List<(TensorProto Proto, Tensor Value)> Weights { get; }

    /// <summary>The graph with its inputs, outputs and initializers.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputNames">The names of its inputs.</param>
    /// <param name="outputNames">The names of its outputs.</param>
    public GraphProto Write(Graph graph, IReadOnlyList<string> inputNames, IReadOnlyList<string> outputNames)
    {
        foreach (string name in inputNames.Concat(outputNames))
            if (!taken.Add(name)) throw new ArgumentException($"Two inputs or outputs are named '{name}'.");
        for (int i = 0; i < inputNames.Count; i++)
        {
            names[(graph.NamedInputs[i].Node, 0)] = inputNames[i];
            proto.Input.Add(Port(inputNames[i], graph.Inputs[i].Spec));
            Learn(inputNames[i], graph.Inputs[i].Spec.Shape);
        }
        foreach (var (cell, node) in graph.CellNodes) names[(node, 0)] = Initializer(cell.Name is { Length: > 0 } given ? given : "parameter", cell.Value);
        AddAll(graph);
        AddOutputs(graph, outputNames);
        proto.Initializer.Add(Weights.Select(w => w.Proto));
        return proto;
    }

    /// <summary>A graph as the attribute of a node, which gives the first of its inputs; the others are values around it.</summary>
    GraphProto Write(OnnxBody body, string name, string[] outer)
    {
        var graph = body.Graph;
        for (int i = 0; i < graph.Inputs.Count; i++)
        {
            string value = i < body.Own ? Unique("x") : outer[i - body.Own];
            names[(graph.NamedInputs[i].Node, 0)] = value;
            Learn(value, graph.Inputs[i].Spec.Shape);
            if (i < body.Own) proto.Input.Add(Port(value, graph.Inputs[i].Spec));
        }
        AddAll(graph);
        AddOutputs(graph, [.. graph.Outputs.Select(_ => Unique($"{name}_y"))]);
        return proto;
    }

    void AddAll(Graph graph)
    {
        foreach (var (node, value) in graph.ConstantNodes) names[(node, 0)] = Initializer("constant", value);
        foreach (var node in graph.Nodes)
            if (!names.ContainsKey((node, 0))) Add(node);
    }

    void AddOutputs(Graph graph, IReadOnlyList<string> outputNames)
    {
        var outputs = graph.OutputPlaces;
        for (int i = 0; i < outputs.Length; i++)
        {
            // An output has the name that was asked for, also where an input is handed out.
            proto.Node.Add(Node("Identity", [Named(outputs[i].Node, outputs[i].Output)], [outputNames[i]]));
            proto.Output.Add(Port(outputNames[i], graph.Outputs[i]));
        }
    }

    static ValueInfoProto Port(string name, TensorSpec spec)
    {
        var shape = new TensorShapeProto();
        foreach (var dim in spec.Shape) shape.Dim.Add(dim.IsKnown ? new TensorShapeProto.Types.Dimension { DimValue = dim } : new TensorShapeProto.Types.Dimension { DimParam = dim.ToString() });
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = (int)ElementTypes.Of(spec.DType), Shape = shape } } };
    }

    string Unique(string wish)
    {
        string name = wish;
        for (int i = 1; !taken.Add(name); i++) name = $"{wish}_{i}";
        return name;
    }

    string Initializer(string wish, Tensor value)
    {
        string name = Unique(wish);
        Weights.Add((TensorReader.Described(value, name), value));
        return name;
    }

    string Named(Node node, int output) => names[(node, output)];

    /// <summary>Where the sizes of a value can be read that have names of their own.</summary>
    void Learn(string value, Shape shape)
    {
        for (int i = 0; i < shape.Rank; i++)
            if (shape[i].IsName) sizes.TryAdd(shape[i].ToString(), (value, i));
    }

    void Add(Node node)
    {
        if (node.Op is not { } op) throw new UnsupportedModelException($"{node} cannot be written in the ONNX format.");
        if (op is ValueOp values)
        {
            Add(values, node);
            return;
        }
        var specs = new TensorSpec[node.InputCount];
        for (int i = 0; i < specs.Length; i++) specs[i] = node.Input(i).Spec(node.InputOutput(i));
        string[] inputs = [.. Enumerable.Range(0, specs.Length).Select(i => Named(node.Input(i), node.InputOutput(i)))];
        if (op.ToOnnx(specs, opset) is { } forms && forms.All(f => Since(f) <= opset))
        {
            var written = new Dictionary<OnnxForm, string[]>();
            for (int i = 0; i < forms.Length; i++)
            {
                names[(node, i)] = Add(forms[i], inputs, written);
                Learn(names[(node, i)], node.Spec(i).Shape);
            }
            return;
        }
        AddExpansion(op, node, specs, inputs);
    }

    // Sequences and optionals have one output each.
    void Add(ValueOp op, Node node)
    {
        ValueSpec[] specs = [.. Enumerable.Range(0, node.InputCount).Select(i => node.Input(i).ValueSpec(node.InputOutput(i)))];
        if (op.ToOnnx(specs) is not { } form || Since(form) > opset) throw new UnsupportedModelException($"{op} has no operator in version {opset} of ONNX's operator set.");
        names[(node, 0)] = Add(form, [.. Enumerable.Range(0, specs.Length).Select(i => Named(node.Input(i), node.InputOutput(i)))], []);
        if (node.ValueSpec(0) is TensorSpec tensor) Learn(names[(node, 0)], tensor.Shape);
    }

    void AddExpansion(Op op, Node node, TensorSpec[] specs, string[] inputs)
    {
        var inner = Graph.Capture(
            x => (op is CompositeOp composite ? composite.Expansion(x) : op.Spelled(x)) ?? throw new UnsupportedModelException($"{op} has no operator in version {opset} of ONNX's operator set, and no expansion."), specs);
        if (inner.Nodes.Any(step => Equals(step.Op, op))) throw new UnsupportedModelException($"{op} has no operator in version {opset} of ONNX's operator set, and expands to itself while sizes are open.");
        AddPart(inner, inputs);
        var outputs = inner.OutputPlaces;
        for (int i = 0; i < outputs.Length; i++)
        {
            names[(node, i)] = Named(outputs[i].Node, outputs[i].Output);
            Learn(names[(node, i)], node.Spec(i).Shape);
        }
    }

    /// <summary>The nodes of a graph among those of this one.</summary>
    void AddPart(Graph part, string[] inputs)
    {
        for (int i = 0; i < inputs.Length; i++) names[(part.NamedInputs[i].Node, 0)] = inputs[i];
        AddAll(part);
    }

    static int Since(OnnxForm? form) => form is null ? 0 : Math.Max(form.OutputOf is { } other ? Since(other.Operator) : form.Operator is null ? 0 : form.Since, form.Inputs.Length == 0 ? 0 : form.Inputs.Max(Since));

    string Add(OnnxForm form, string[] inputs, Dictionary<OnnxForm, string[]> written)
    {
        if (form.Input >= 0) return inputs[form.Input];
        if (form.Sizes is { } all) return Sizes(all, form.IsScalar);
        if (form.Fractions is { } fractions) return Constant($"f{string.Join(',', fractions)}", () => Tensor.From(fractions));
        if (form.Number is { } number) return Constant($"n{number}", () => Tensor.Full(Shape.Scalar, number.Value, number.DType));
        if (form.OutputOf is { } other)
        {
            Add(other.Operator, inputs, written);
            return written[other.Operator][other.Index];
        }
        if (form.Part is { } part)
        {
            AddPart(part.Graph, Array.ConvertAll(part.Outer, o => Add(o, inputs, written)));
            return Named(part.Graph.OutputPlaces[0].Node, part.Graph.OutputPlaces[0].Output);
        }
        if (written.TryGetValue(form, out var known)) return known[0];
        string[] arguments = Array.ConvertAll(form.Inputs, i => i is null ? "" : Add(i, inputs, written));
        int count = arguments.Length;
        while (count > 0 && arguments[count - 1].Length == 0) count--;
        string[] outputs = [.. Enumerable.Range(0, form.Outputs).Select(_ => Unique(form.Operator!.ToLowerInvariant()))];
        var node = Node(form.Operator!, arguments[..count], outputs);
        foreach (var (name, value) in form.Attributes)
            node.Attribute.Add(value is OnnxBody body
                ? new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Graph, G = new GraphWriter(this, $"{outputs[0]}_{name}").Write(body, outputs[0], Array.ConvertAll(body.Outer, o => Add(o, inputs, written))) }
                : Attribute(name, value));
        proto.Node.Add(node);
        written[form] = outputs;
        return outputs[0];
    }

    static NodeProto Node(string op, string[] inputs, string[] outputs)
    {
        var node = new NodeProto { OpType = op, Name = outputs[0] };
        node.Input.Add(inputs);
        node.Output.Add(outputs);
        return node;
    }

    static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case long number: (attribute.Type, attribute.I) = (AttributeProto.Types.AttributeType.Int, number); break;
            case double number: (attribute.Type, attribute.F) = (AttributeProto.Types.AttributeType.Float, (float)number); break;
            case string text: (attribute.Type, attribute.S) = (AttributeProto.Types.AttributeType.String, ByteString.CopyFromUtf8(text)); break;
            case long[] numbers:
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                attribute.Ints.Add(numbers);
                break;
            default: throw new ArgumentException($"An attribute cannot be a {value.GetType().Name}.");
        }
        return attribute;
    }

    string Constant(string key, Func<Tensor> value) => constants.TryGetValue(key, out string? name) ? name : constants[key] = Initializer("constant", value());

    /// <summary>Whole numbers, some of which the sizes of other values tell.</summary>
    string Sizes(Dim[] all, bool isScalar)
    {
        if (Array.TrueForAll(all, d => d.IsKnown))
        {
            long[] numbers = Array.ConvertAll(all, d => d.Value);
            return Constant($"{(isScalar ? "s" : "v")}{string.Join(',', numbers)}", () => isScalar ? Tensor.From(numbers[0]) : Tensor.From(numbers));
        }
        string[] parts = Array.ConvertAll(all, d => Size(d, isScalar));
        return parts.Length == 1 ? parts[0] : Applied("Concat", parts, ("axis", 0L));
    }

    string Size(Dim dim, bool isScalar)
    {
        if (dim.IsKnown) return Whole(dim);
        return dim.Expression.Fold(Whole, Named, (function, a, b) => Applied(function switch { '+' => "Add", '*' => "Mul", '/' => "Div", 'm' => "Min", _ => "Max" }, [a, b]));

        string Whole(long n) => Sizes([n], isScalar);

        string Named(string name)
        {
            if (!sizes.TryGetValue(name, out var place)) throw new UnsupportedModelException($"The size {name} cannot be read from any value of the graph.");
            if (!shapes.TryGetValue(place.Value, out string? shape)) shapes[place.Value] = shape = Applied("Shape", [place.Value]);
            return Applied("Gather", [shape, Sizes([place.Axis], isScalar)], ("axis", 0L));
        }
    }

    string Applied(string op, string[] inputs, params (string, object)[] attributes)
    {
        string name = Unique(op.ToLowerInvariant());
        var node = Node(op, inputs, [name]);
        foreach (var (key, value) in attributes) node.Attribute.Add(Attribute(key, value));
        proto.Node.Add(node);
        return name;
    }
}
