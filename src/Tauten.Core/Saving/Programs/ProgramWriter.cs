using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tauten.Ops;

namespace Tauten;

/// <summary>Turns a program into tensors by name, and the data of its graphs; see docs/program-format.md.</summary>
sealed class ProgramWriter(GraphProgram program, OpTable ops)
{
    /// <summary>The format that this release writes.</summary>
    public const int Format = 1;

    /// <summary>The entry of the file's header that holds the graphs.</summary>
    public const string Key = "tauten.program";

    readonly Dictionary<string, Tensor> tensors = new(StringComparer.Ordinal);
    readonly Dictionary<Tensor, string> constants = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<string, int> cells = new(StringComparer.Ordinal);

    /// <summary>The tensors and the texts of the file.</summary>
    public (Dictionary<string, Tensor> Tensors, Dictionary<string, string> Metadata) Write()
    {
        if (Ambient.Current.Capture is not null) throw new GraphException("A program cannot be saved while a graph is captured: its parameters have no values then.");
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            WriteCells(json);
            json.WriteNumber("format", Format);
            json.WriteStartArray("functions");
            foreach (var function in program.Functions.Values) WriteFunction(json, function);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return (tensors, new() { [Key] = Encoding.UTF8.GetString(buffer.WrittenSpan) });
    }

    void WriteCells(Utf8JsonWriter json)
    {
        json.WriteStartArray("cells");
        foreach (var (name, cell) in program.Cells.OrderBy(c => c.Key, StringComparer.Ordinal))
        {
            cells.Add(name, cells.Count);
            tensors.Add(name, cell.Borrow());
            json.WriteStartObject();
            json.WriteString("kind", cell is Parameter { RequiresGrad: var learns } ? learns ? "parameter" : "frozen" : ((Buffer)cell).IsRandomState ? "random" : "buffer");
            json.WriteString("name", name);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    void WriteFunction(Utf8JsonWriter json, GraphFunction function)
    {
        json.WriteStartObject();
        json.WritePropertyName("graph");
        WriteGraph(json, function.Graph, isBody: false);
        json.WriteString("name", function.Name);
        json.WriteStartArray("outputs");
        foreach (string name in function.OutputNames) json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>A graph: its values are numbered, inputs first, then cells, constants and nodes.</summary>
    public void WriteGraph(Utf8JsonWriter json, Graph graph, bool isBody)
    {
        var parts = graph.Parts;
        var numbers = new Dictionary<Node, int>(ReferenceEqualityComparer.Instance);
        // Which values are tracked once the graph is loaded.
        var tracked = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        json.WriteStartObject();
        json.WriteStartArray("cells");
        foreach (var (node, _) in parts.Inputs)
        {
            numbers.Add(node, numbers.Count);
            if (node.Tracked && node.Spec().DType.IsFloating()) tracked.Add(node);
        }
        if (isBody && parts.Cells.Length > 0) throw new ModelFormatException($"A graph among the attributes of an op reads {parts.Cells[0].Cell}. It can be saved only where it takes that as an input.");
        foreach (var (cell, node) in parts.Cells)
        {
            numbers.Add(node, numbers.Count);
            if (cell.RequiresGrad) tracked.Add(node);
            json.WriteNumberValue(cells[program.NameOf(cell)]);
        }
        json.WriteEndArray();
        json.WriteStartArray("constants");
        // In the order of nodes, so that equal graphs are written alike.
        foreach (var node in parts.Nodes)
            if (parts.Constants.TryGetValue(node, out var value))
            {
                numbers.Add(node, numbers.Count);
                json.WriteStringValue(NameOf(value));
            }
        json.WriteEndArray();
        json.WriteStartArray("inputs");
        foreach (var (node, name) in parts.Inputs)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("spec", node.Spec().ToString());
            if (node.Spec().DType.IsFloating() && !tracked.Contains(node)) json.WriteBoolean("untracked", true);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("nodes");
        foreach (var node in parts.Nodes)
        {
            if (numbers.ContainsKey(node)) continue;
            WriteNode(json, node, numbers, tracked);
            numbers.Add(node, numbers.Count);
        }
        json.WriteEndArray();
        json.WriteStartArray("outputs");
        foreach (var (node, output) in parts.Outputs) WriteReference(json, numbers[node], output);
        json.WriteEndArray();
        json.WriteStartArray("updates");
        foreach (var (cell, node, output) in parts.Updates)
        {
            json.WriteStartArray();
            json.WriteNumberValue(cells[program.NameOf(cell)]);
            json.WriteNumberValue(numbers[node]);
            json.WriteNumberValue(output);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    void WriteNode(Utf8JsonWriter json, Node node, Dictionary<Node, int> numbers, HashSet<Node> tracked)
    {
        json.WriteStartObject();
        json.WriteStartArray("in");
        bool reaches = false;
        for (int i = 0; i < node.InputCount; i++)
        {
            WriteReference(json, numbers[node.Input(i)], node.InputOutput(i));
            reaches |= tracked.Contains(node.Input(i));
        }
        json.WriteEndArray();
        WriteOp(json, node.Op!);
        json.WriteStartArray("out");
        for (int i = 0; i < node.OutputCount; i++) WriteSpec(json, node.ValueSpec(i));
        json.WriteEndArray();
        // What a walk in the capture has passed is not passed again.
        if (reaches && node.Tracked && !node.Consumed) tracked.Add(node);
        else if (reaches) json.WriteBoolean("untracked", true);
        json.WriteEndObject();
    }

    static void WriteReference(Utf8JsonWriter json, int number, int output)
    {
        if (output == 0)
        {
            json.WriteNumberValue(number);
            return;
        }
        json.WriteStartArray();
        json.WriteNumberValue(number);
        json.WriteNumberValue(output);
        json.WriteEndArray();
    }

    static void WriteSpec(Utf8JsonWriter json, ValueSpec? spec)
    {
        if (spec is null) json.WriteNullValue();
        else if (spec is TensorSpec tensor) json.WriteStringValue(tensor.ToString());
        else
        {
            json.WriteStartObject();
            json.WritePropertyName(spec is SequenceSpec ? "sequence" : "optional");
            WriteSpec(json, spec is SequenceSpec sequence ? sequence.Element : ((OptionalSpec)spec).Element);
            json.WriteEndObject();
        }
    }

    /// <summary>The fields of an op: its name, and its attributes if it has any.</summary>
    public void WriteOp(Utf8JsonWriter json, Op op)
    {
        var entry = ops.Of(op);
        json.WriteString("op", entry.Name);
        json.WriteStartObject("with");
        entry.Write(op, new(json, this));
        json.WriteEndObject();
    }

    string NameOf(Tensor constant)
    {
        if (constant.IsSymbolic) throw new ModelFormatException("The graph takes a tensor of a capture around it, so it means nothing by itself. Save the graph of the outer capture.");
        if (constants.TryGetValue(constant, out string? name)) return name;
        for (int i = constants.Count; ; i++)
        {
            name = string.Create(CultureInfo.InvariantCulture, $"constant.{i}");
            if (!program.Cells.ContainsKey(name) && tensors.TryAdd(name, constant.Detach())) break;
        }
        constants.Add(constant, name);
        return name;
    }
}
