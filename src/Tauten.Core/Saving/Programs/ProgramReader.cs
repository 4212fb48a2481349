using System.Globalization;
using System.Text.Json;
using Tauten.Ops;

namespace Tauten;

/// <summary>
/// Makes a program from the tensors and the data of a file, with distrust: only ops of a closed table are made, every value is known before it is read, every node's spec is what its op
/// infers, and nothing is computed.
/// </summary>
sealed class ProgramReader(string source, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata, OpTable ops)
{
    // A graph in a graph takes five levels.
    const int MaxDepth = 96;

    readonly GraphProgram program = new();
    readonly List<Cell> cells = [];
    readonly HashSet<string> used = new(StringComparer.Ordinal);

    /// <summary>The program.</summary>
    /// <exception cref="ModelFormatException">The data is not one.</exception>
    public GraphProgram Read()
    {
        if (!metadata.TryGetValue(ProgramWriter.Key, out string? text))
            throw new ModelFormatException($"{source}: the file holds {tensors.Count} tensors, but no program: its header has no '{ProgramWriter.Key}'. Expected a file written by GraphProgram.Save. Weights alone are read by Safetensors.Load.");
        using var document = Parse(text);
        var root = new ProgramPart(document.RootElement, $"{source}: the program");
        int format = root["format"].Int;
        if (format != ProgramWriter.Format)
            throw new ModelFormatException($"{source}: the program has format {format.ToString(CultureInfo.InvariantCulture)}, which this release does not know. Expected {ProgramWriter.Format}. Read it with a newer release.");
        foreach (var cell in root["cells"].Items) ReadCell(cell);
        foreach (var function in root["functions"].Items) ReadFunction(function);
        root.End();
        if (tensors.Keys.FirstOrDefault(n => !used.Contains(n)) is { } unused) throw new ModelFormatException($"{source}: the tensor '{unused}' is neither a cell nor a constant of the program.");
        return program;
    }

    JsonDocument Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text, new() { MaxDepth = MaxDepth });
        }
        catch (JsonException e)
        {
            throw new ModelFormatException($"{source}: the program is not valid JSON: {e.Message}", e);
        }
    }

    Tensor Take(ProgramPart name) => tensors.TryGetValue(name.Text, out var tensor) && Use(name.Text) ? tensor : throw name.Wrong($"is '{name.Text}'", "a tensor of the file");

    bool Use(string name)
    {
        used.Add(name);
        return true;
    }

    void ReadCell(ProgramPart part)
    {
        string name = part["name"].Text, kind = part["kind"].Text;
        var value = Take(part["name"]);
        if (program.Cells.ContainsKey(name)) throw part.Wrong($"is the second one named '{name}'", "a name of its own for each cell");
        if (kind is "parameter" or "frozen" && !value.DType.IsFloating()) throw part.Wrong($"is a parameter {value.Spec}", "a floating-point dtype, or a buffer");
        if (kind == "random" && value.Spec != new TensorSpec(DType.UInt64, Shape.Of(2))) throw part.Wrong($"is the state of a random generator and {value.Spec}", "uint64[2]");
        Cell cell = kind switch
        {
            "parameter" => new Parameter(value, name),
            "frozen" => new Parameter(value, name) { RequiresGrad = false },
            "buffer" => new Buffer(value, name),
            "random" => new Buffer(value, name) { IsRandomState = true },
            _ => throw part["kind"].Wrong($"is '{kind}'", "parameter, frozen, buffer or random"),
        };
        part.End();
        cells.Add(cell);
        program.Add(name, cell);
    }

    void ReadFunction(ProgramPart part)
    {
        string name = part["name"].Text;
        if (name.Length == 0 || program.Functions.ContainsKey(name)) throw part.Wrong($"is the second one named '{name}'", "a name of its own for each function");
        var graph = ReadGraph(part["graph"], isBody: false);
        string[] outputs = [.. part["outputs"].Items.Select(o => o.Text)];
        if (outputs.Length != graph.Outputs.Count) throw part["outputs"].Wrong($"has {outputs.Length} names", $"one for each of {graph.Outputs.Count} outputs");
        part.End();
        try
        {
            program.Add(name, graph, null, outputs);
        }
        catch (ArgumentException e)
        {
            throw part.Wrong($"has names twice: {e.Message}", "a name of its own for each input and output", e);
        }
    }

    /// <summary>A graph of the program, or one among an op's attributes, which reads no cells.</summary>
    public Graph ReadGraph(ProgramPart part, bool isBody)
    {
        var values = new List<Node>();
        var inputs = new List<(Node, string)>();
        foreach (var input in part["inputs"].Items)
        {
            var spec = input["spec"].TensorSpec;
            var node = new Node(spec, tracked: spec.DType.IsFloating() && input.Find("untracked") is not { Bool: true });
            inputs.Add((node, input["name"].Text));
            values.Add(node);
            input.End();
        }
        var read = new List<(Cell Cell, Node Node)>();
        foreach (var number in part["cells"].Items)
        {
            if (isBody) throw number.Wrong("is a cell of a graph among an op's attributes", "none there");
            var cell = cells[number.Below(cells.Count, "cell")];
            if (read.Exists(r => r.Cell == cell)) throw number.Wrong("is a cell that was read before", "each cell once");
            read.Add((cell, new Node(cell.Spec, tracked: cell.RequiresGrad, extra: cell.Gradients)));
            values.Add(read[^1].Node);
        }
        var constants = new Dictionary<Node, Tensor>();
        foreach (var name in part["constants"].Items)
        {
            var value = Take(name);
            if (program.Cells.ContainsKey(name.Text)) throw name.Wrong("is a cell", "a constant");
            values.Add(new Node(value.Spec));
            constants.Add(values[^1], value);
        }
        foreach (var node in part["nodes"].Items) values.Add(ReadNode(node, values));
        (Node, int)[] outputs = [.. part["outputs"].Items.Select(o => Reference(o, values, isTensor: true))];
        var updates = new List<(Cell Cell, Node, int)>();
        foreach (var update in part["updates"].Items)
        {
            if (isBody || update.Items is not [var number, var value, var output]) throw update.Wrong(isBody ? "is in a graph among an op's attributes" : "is something else", isBody ? "none there" : "a cell, a value and its output");
            var cell = cells[number.Below(cells.Count, "cell")];
            var node = values[value.Below(values.Count, "value")];
            int which = output.Below(Math.Min(node.OutputCount, 256), "output");
            if (!read.Exists(r => r.Cell == cell)) throw update.Wrong($"assigns {cell}, which the graph does not read", "a cell among its cells");
            if (updates.Exists(u => u.Cell == cell)) throw update.Wrong($"assigns {cell} a second time", "one assignment");
            if (node.ValueSpec(which) is not TensorSpec spec || spec != cell.Spec) throw update.Wrong($"assigns {node.ValueSpec(which)} to {cell}", "its spec");
            updates.Add((cell, node, which));
        }
        part.End();
        return Checked(part, () => new Graph([.. inputs], [.. read], constants, [.. values], outputs, [.. updates]));
    }

    Node ReadNode(ProgramPart part, List<Node> values)
    {
        var op = ReadOp(part, "in", "out", "untracked");
        var x = part["in"].Items.Select(i => Reference(i, values, isTensor: false)).ToArray();
        ValueSpec[] specs = [.. part["out"].Items.Select(s => s.Spec)];
        if (specs.Length is 0 or > 255) throw part["out"].Wrong($"has {specs.Length} specs", "1 to 255");
        if (op is not ValueOp && Array.FindIndex(x, i => i.Node.ValueSpec(i.Output) is not TensorSpec) is >= 0 and var wrong)
            throw part["in"].Wrong($"gives {op} {x[wrong].Node.ValueSpec(x[wrong].Output)} as input {wrong}", "a tensor");
        if (op is not ValueOp && Array.Exists(specs, s => s is not TensorSpec)) throw part["out"].Wrong($"says that {op} gives something else than tensors", "specs of tensors");
        bool reaches = Array.Exists(x, i => i.Node.Tracked);
        bool untracked = part.Find("untracked") is { Bool: true };
        var inputs = Array.ConvertAll(x, i => Symbol(i.Node, i.Output));
        return Checked(part, () =>
        {
            var node = new Node(op, inputs, specs is [TensorSpec one] ? one : specs, reaches && !untracked);
            Graph.VerifySpecs(node);
            return node;
        });
    }

    static Value Symbol(Node node, int output) => node.ValueSpec(output) switch
    {
        TensorSpec => Tensor.Symbol(node, output),
        SequenceSpec => TensorSequence.Symbol(node, output),
        _ => Optional.Symbol(node, output),
    };

    static (Node Node, int Output) Reference(ProgramPart part, List<Node> values, bool isTensor)
    {
        ProgramPart number = part, output = part;
        if (part.IsList)
        {
            if (part.Items is not [var first, var second]) throw part.Wrong("is a list of another length", "a value and its output");
            (number, output) = (first, second);
        }
        // Values are numbered in order, so a graph has no cycles.
        var node = values[number.Below(values.Count, "value before it")];
        int which = part.IsList ? output.Below(Math.Min(node.OutputCount, 256), "output") : 0;
        if (isTensor && node.ValueSpec(which) is not TensorSpec) throw part.Wrong($"is {node.ValueSpec(which)}", "a tensor");
        return (node, which);
    }

    /// <summary>An op with its attributes; the part may have other fields too.</summary>
    public Op ReadOp(ProgramPart part, params ReadOnlySpan<string> others)
    {
        string name = part["op"].Text;
        if (ops.Find(name) is not { Read: { } read })
            throw part["op"].Wrong($"is '{name}', which this release does not know", "an op of this library, or one added with OpTable.With. A file of a newer release is read by that one");
        var attributes = part["with"];
        foreach (string other in others) part.Find(other);
        part.End();
        var op = Checked(part, () => read(new(attributes, this)));
        attributes.End();
        return op;
    }

    // Rules of ops are written for programs, which a compiler has seen, not for hostile files: whatever they say, the file is wrong.
    static T Checked<T>(ProgramPart part, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is not (ModelFormatException or OutOfMemoryException or InsufficientExecutionStackException))
        {
            throw part.Wrong($"does not fit: {e.Message.TrimEnd('.')}", "a graph that verifies", e);
        }
    }
}
