using System.Collections.Concurrent;
using Tauten.OnnxFormat;

namespace Tauten;

/// <summary>
/// A model of the ONNX format as a computation of Tauten's own ops. It may be run by many threads at once. It runs as one graph in which the sizes that the model names stay open, if
/// it can be captured so; as a graph for the sizes of the inputs at hand, if those decide about shapes; and node by node, if values do.
/// </summary>
public sealed class ImportedModel
{
    // A model that is called with ever new sizes need not keep a graph for each.
    const int MostGraphs = 16;

    readonly OnnxGraph graph;
    readonly OnnxImportOptions options;
    readonly Dictionary<string, Parameter> parameters;
    readonly Lazy<(CapturedModel? Model, string? Reason)> general;
    readonly ConcurrentDictionary<string, CapturedModel?> special = [];

    ImportedModel(OnnxGraph graph, Dictionary<string, Parameter> parameters, ModelProto proto, OnnxImportOptions options)
    {
        (this.graph, this.parameters, this.options) = (graph, parameters, options);
        Inputs = [.. graph.Inputs.Where(p => !graph.Initializers.ContainsKey(p.Name)).Select((p, i) => ModelPort.Of(p, $"x{i}"))];
        Outputs = [.. graph.Outputs.Select((p, i) => ModelPort.Of(p, $"y{i}"))];
        Opset = (int)(proto.OpsetImport.FirstOrDefault(s => s.Domain is "" or "ai.onnx")?.Version ?? 1);
        (Producer, Description) = ($"{proto.ProducerName} {proto.ProducerVersion}".Trim(), proto.DocString);
        Metadata = proto.MetadataProps.GroupBy(p => p.Key).ToDictionary(g => g.Key, g => g.Last().Value);
        Operators = Counted(graph);
        general = new(CaptureGeneral);
    }

    internal static ImportedModel Of(ModelParts parts, ExternalFiles? files, OnnxImportOptions options)
    {
        using var limit = SizeLimit.Of(options.LargestTensor);
        if (parts.Model.Graph is { } whole) ModelCut.Apply(whole, options);
        var graph = ModelReader.Read(parts, files);
        var parameters = new Dictionary<string, Parameter>();
        if (options.Trainable)
            foreach (var (name, value) in graph.Initializers)
                if (value is OnnxTensor tensor && tensor.ElementType.Carrier().IsFloating() && !tensor.ElementType.IsCarried()) parameters.Add(name, new Parameter(tensor.Tensor, name));
        return new(graph, parameters, parts.Model, options);
    }

    /// <summary>The inputs that must be given, by name and type.</summary>
    public IReadOnlyList<ModelPort> Inputs { get; }

    /// <summary>The outputs, by name and type.</summary>
    public IReadOnlyList<ModelPort> Outputs { get; }

    /// <summary>The version of ONNX's operator set.</summary>
    public int Opset { get; }

    /// <summary>The program that wrote the model.</summary>
    public string Producer { get; }

    /// <summary>What the model says about itself.</summary>
    public string Description { get; }

    /// <summary>Further properties by name.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The nodes of the model, each after what it reads; those within bodies are not among them.</summary>
    public IReadOnlyList<ModelNode> Nodes => [.. graph.Nodes.Select(n => new ModelNode(n.Domain.Length == 0 ? n.Operator : $"{n.Domain}.{n.Operator}", n.Name, n.Inputs, n.Outputs))];

    /// <summary>How often each operator occurs, bodies included.</summary>
    public IReadOnlyDictionary<string, int> Operators { get; }

    /// <summary>The number of elements of all initializers.</summary>
    public long WeightCount => graph.Initializers.Values.Sum(v => v is OnnxTensor tensor ? tensor.Shape.ElementCount.Value : 0);

    /// <summary>
    /// The arithmetic operations of one run, a multiply-add counting two: of products and convolutions, for sizes of 1 where the model leaves them open. Null where values or sizes of
    /// inputs decide about its shapes.
    /// </summary>
    public double? Operations
    {
        get
        {
            try
            {
                return general.Value.Model is { } model ? GraphWork.Of(model.Graph, _ => 1) : null;
            }
            catch (TautenException)
            {
                // Not every open size may be 1.
                return null;
            }
        }
    }

    /// <summary>The floating-point initializers of a model that was imported as trainable, by name.</summary>
    public IReadOnlyDictionary<string, Parameter> Parameters => parameters;

    /// <summary>The model as one graph with open sizes, all of whose outputs are tensors; null where there is none.</summary>
    internal Graph? General => general.Value.Model is { IsPlain: true } model ? model.Graph : null;

    /// <summary>What is done to each further graph that the model is captured as.</summary>
    internal Action<Graph>? OnCapture { get; set; }

    /// <summary>The model as one graph, in which the sizes that it names stay open.</summary>
    /// <exception cref="GraphException">Values or sizes of inputs decide about the model's shapes; the message names the node.</exception>
    public Graph Graph => general.Value.Model?.Graph ?? throw new GraphException($"The model is no graph of open sizes: {general.Value.Reason}");

    static Dictionary<string, int> Counted(OnnxGraph graph)
    {
        var counts = new Dictionary<string, int>();
        foreach (var node in graph.Nodes)
        {
            string name = node.Domain.Length == 0 ? node.Operator : $"{node.Domain}.{node.Operator}";
            counts[name] = counts.GetValueOrDefault(name) + 1;
            foreach (var body in node.Bodies.Values)
                foreach (var (inner, count) in Counted(body)) counts[inner] = counts.GetValueOrDefault(inner) + count;
        }
        return counts;
    }

    /// <summary>Runs the model on tensors in the order of <see cref="Inputs"/>; all outputs must be tensors.</summary>
    /// <exception cref="ModelFormatException">The inputs do not fit, or a node fails; the message names it.</exception>
    public Tensor[] Run(params ReadOnlySpan<Tensor> x)
    {
        if (x.Length != Inputs.Count) throw new ModelFormatException($"The model takes {Inputs.Count} inputs ({string.Join(", ", Inputs)}). Received: {x.Length}.");
        var inputs = new Dictionary<string, OnnxValue>();
        for (int i = 0; i < x.Length; i++) inputs[Inputs[i].Name] = x[i];
        return [.. RunAll(inputs, RunMode.Best, default).Select(v => (v ?? throw new ModelFormatException("An output is left out.")).AsTensor())];
    }

    /// <summary>Runs the model on values by name; inputs with initializers may be given too.</summary>
    /// <exception cref="ModelFormatException">The inputs do not fit, or a node fails; the message names it.</exception>
    public IReadOnlyDictionary<string, OnnxValue?> Run(IReadOnlyDictionary<string, OnnxValue> inputs, CancellationToken stop = default)
    {
        var values = RunAll(inputs, RunMode.Best, stop);
        var outputs = new Dictionary<string, OnnxValue?>();
        for (int i = 0; i < values.Length; i++) outputs[Outputs[i].Name] = values[i];
        return outputs;
    }

    internal OnnxValue?[] RunAll(IReadOnlyDictionary<string, OnnxValue> inputs, RunMode mode, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        foreach (var port in Inputs)
            if (!inputs.ContainsKey(port.Name)) throw new ModelFormatException($"The input {port} is missing. Received: {string.Join(", ", inputs.Keys)}.");
        foreach (string name in inputs.Keys)
            if (!Array.Exists(graph.Inputs, p => p.Name == name)) throw new ModelFormatException($"The model has no input '{name}'. Expected: {string.Join(", ", Inputs)}.");
        if (mode != RunMode.NodeByNode && inputs.Count == Inputs.Count && inputs.Values.All(v => v is OnnxTensor))
        {
            OnnxTensor[] given = [.. Inputs.Select(p => (OnnxTensor)inputs[p.Name])];
            if (RunGraph(given, mode, stop) is { } outputs) return outputs;
        }
        if (mode == RunMode.Graph) throw new GraphException("The model has no graph for these inputs.");
        var all = Array.ConvertAll(graph.Inputs, p => inputs.GetValueOrDefault(p.Name));
        return Interpret(stop).RunAlone(graph, all);
    }

    OnnxValue?[]? RunGraph(OnnxTensor[] given, RunMode mode, CancellationToken stop)
    {
        using var limit = SizeLimit.Of(options.LargestTensor);
        using var stopping = new StopScope(stop);
        Tensor[] x = Array.ConvertAll(given, g => g.Tensor);
        if (mode == RunMode.Best && general.Value.Model is { } model && ModelPort.Fit(Inputs, given))
        {
            try
            {
                return model.Run(x);
            }
            // A size that is open may be one that decides, such as 1 where another was broadcast to it.
            catch (TautenException)
            {
            }
        }
        return Special(given, stop)?.Run(x);
    }

    CapturedModel? Special(OnnxTensor[] given, CancellationToken stop)
    {
        string key = string.Join(";", given.Select(g => g.Kind));
        if (special.TryGetValue(key, out var known)) return known;
        CapturedModel? model = null;
        try
        {
            model = CapturedModel.Of(graph, [.. Inputs.Select(p => p.Name)], [.. given.Select(g => g.Tensor.Spec)], [.. given.Select(g => g.ElementType)], Interpret(stop));
            OnCapture?.Invoke(model.Graph);
        }
        // Node by node the model runs, or says what is wrong.
        catch (Exception error) when (error is NeedsValueException or TautenException)
        {
        }
        if (special.Count >= MostGraphs) special.Clear();
        special[key] = model;
        return model;
    }

    (CapturedModel?, string?) CaptureGeneral()
    {
        if (Inputs.FirstOrDefault(p => p.Spec is null) is { } port) return (null, $"the input {port} has no known shape, or is no tensor.");
        try
        {
            return (CapturedModel.Of(graph, [.. Inputs.Select(p => p.Name)], [.. Inputs.Select(p => p.Spec!)], [.. Inputs.Select(p => p.ElementType)], Interpret(default)), null);
        }
        catch (Exception error) when (error is NeedsValueException or TautenException)
        {
            return (null, error.Message);
        }
    }

    Interpreter Interpret(CancellationToken stop) => new(parameters.Count == 0 ? null : Replaced, options.LargestTensor, stop);

    // The values at the time of the import are what decides about shapes.
    OnnxValue Replaced(string name, OnnxValue value) => parameters.TryGetValue(name, out var parameter) ? new OnnxTensor(parameter.Value, ((OnnxTensor)value).ElementType, ((OnnxTensor)value).Tensor) : value;
}

/// <summary>How a model is run.</summary>
enum RunMode
{
    /// <summary>As the most general graph that can be captured; node by node where there is none.</summary>
    Best,
    /// <summary>As a graph for the sizes of the inputs; node by node where there is none.</summary>
    Special,
    /// <summary>As a graph for the sizes of the inputs, or not at all.</summary>
    Graph,
    /// <summary>Node by node.</summary>
    NodeByNode,
}
