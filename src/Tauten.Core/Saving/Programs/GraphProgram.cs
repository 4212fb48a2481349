namespace Tauten;

/// <summary>
/// Captured functions by name, with the parameters and buffers that they share: what can be saved to a file, and run again without the classes that made it. A function may
/// be anything that can be captured, a whole training step included.
/// </summary>
/// <remarks>
/// A file is data: a closed set of ops with their attributes, and tensors; docs/program-format.md describes it, and what is promised of it. Loading one from a stranger ends at worst in a
/// <see cref="ModelFormatException"/>. What a program computes when it is run, and how long that takes, is up to whoever made it.
/// </remarks>
/// <example><code>
/// var w = new Parameter(Tensor.From([1f, 2]), "w");
/// var program = new GraphProgram();
/// program.Add("predict", x => [(x[0] * w).Sum(-1)], ("x", new TensorSpec(DType.Float32, ["batch", 2])));
/// program.Add("train", x =>
/// {
///     w.ZeroGrad();
///     var loss = ((x[0] * w).Sum(-1) - x[1]).Square().Mean();
///     loss.Backward();
///     w.Value = w.Value - w.Grad! * 0.1;
///     return [loss];
/// }, ("x", new TensorSpec(DType.Float32, ["batch", 2])), ("y", new TensorSpec(DType.Float32, ["batch"])));
/// program.Save("line.tauten");
///
/// var loaded = GraphProgram.Load("line.tauten");
/// var x = Tensor.From(new[,] { { 1f, 0f }, { 0f, 1f } });
/// Console.WriteLine(loaded.Run("predict", x)[0]);    // [1, 2]
/// loaded.Run("train", x, Tensor.From([0f, 0]));
/// Console.WriteLine(loaded.Cells["w"].Value.Detach());    // [0.9000, 1.8000]
/// </code></example>
public sealed class GraphProgram
{
    readonly SortedDictionary<string, GraphFunction> functions = new(StringComparer.Ordinal);
    readonly Dictionary<string, Cell> cells = new(StringComparer.Ordinal);
    readonly Dictionary<Cell, string> names = [];

    /// <summary>The functions by name.</summary>
    public IReadOnlyDictionary<string, GraphFunction> Functions => functions;

    /// <summary>
    /// The parameters and buffers by name: the name that their module gave them, with a number where two have the same.
    /// </summary>
    public IReadOnlyDictionary<string, Cell> Cells => cells;

    /// <summary>Captures a function and adds it.</summary>
    /// <param name="name">The name by which it is called.</param>
    /// <param name="function">The function. Parameters and buffers that it uses become part of the program.</param>
    /// <param name="inputs">Names and specs of its inputs, in which sizes may have names.</param>
    /// <returns>What was added.</returns>
    /// <exception cref="ArgumentException">There is a function of that name, or two inputs have the same one.</exception>
    /// <exception cref="GraphException">The function needs the values of a captured tensor.</exception>
    public GraphFunction Add(string name, Func<Tensor[], Tensor[]> function, params ReadOnlySpan<(string Name, TensorSpec Spec)> inputs)
    {
        string[] given = [.. inputs.ToArray().Select(i => i.Name)];
        return Add(name, Graph.Capture(function, [.. inputs.ToArray().Select(i => i.Spec)]), given);
    }

    /// <summary>Adds a captured graph.</summary>
    /// <param name="name">The name by which it is called.</param>
    /// <param name="graph">The graph, which must not be part of another capture.</param>
    /// <param name="inputs">The names of its inputs; those of the graph, x0, x1 and so on, when left out.</param>
    /// <param name="outputs">The names of its outputs; y0, y1 and so on when left out.</param>
    /// <returns>What was added.</returns>
    /// <exception cref="ArgumentException">There is a function of that name, or two inputs or outputs have the same one, or their number is not that of the graph.</exception>
    public GraphFunction Add(string name, Graph graph, IReadOnlyList<string>? inputs = null, IReadOnlyList<string>? outputs = null)
    {
        bool keeps = inputs is null;
        inputs ??= [.. graph.Inputs.Select(i => i.Name)];
        outputs ??= [.. Enumerable.Range(0, graph.Outputs.Count).Select(i => $"y{i}")];
        if (name.Length == 0 || functions.ContainsKey(name)) throw new ArgumentException(name.Length == 0 ? "A function needs a name." : $"The program has a function '{name}' already.", nameof(name));
        Check(inputs, graph.Inputs.Count, "inputs");
        Check(outputs, graph.Outputs.Count, "outputs");
        foreach (var cell in graph.Cells) Name(cell);
        var function = new GraphFunction(name, keeps ? graph : graph.Named(inputs), [.. outputs]);
        functions.Add(name, function);
        return function;

        void Check(IReadOnlyList<string> given, int count, string what)
        {
            if (given.Count != count) throw new ArgumentException($"The graph of '{name}' has {count} {what}. Received: {given.Count} names.");
            if (given.Distinct().Count() < count) throw new ArgumentException($"Two {what} of '{name}' have the same name: {string.Join(", ", given)}.");
        }
    }

    void Name(Cell cell)
    {
        if (names.ContainsKey(cell)) return;
        string stem = string.IsNullOrEmpty(cell.Name) ? cell is Parameter ? "parameter" : "buffer" : cell.Name, name = stem;
        for (int i = 2; cells.ContainsKey(name) || name == "__metadata__"; i++) name = $"{stem}.{i}";
        Add(name, cell);
    }

    internal void Add(string name, Cell cell)
    {
        cells.Add(name, cell);
        names.Add(cell, name);
    }

    internal string NameOf(Cell cell) => names[cell];

    /// <summary>Runs a function.</summary>
    /// <param name="function">Its name.</param>
    /// <param name="inputs">Its inputs in order.</param>
    /// <returns>Its outputs in order. Parameters and buffers that it assigns have their new values.</returns>
    /// <exception cref="ArgumentException">There is no such function.</exception>
    /// <exception cref="GraphException">The number of inputs is another one.</exception>
    /// <exception cref="ShapeException">An input does not fit its spec.</exception>
    public Tensor[] Run(string function, params ReadOnlySpan<Tensor> inputs) => Find(function).Graph.Run(inputs);

    /// <summary>Runs a function with inputs by name.</summary>
    /// <returns>Its outputs by name.</returns>
    /// <exception cref="ArgumentException">There is no such function, an input is missing, or there is none of a name given.</exception>
    public IReadOnlyDictionary<string, Tensor> Run(string function, IReadOnlyDictionary<string, Tensor> inputs)
    {
        var found = Find(function);
        if (inputs.Keys.FirstOrDefault(k => found.Inputs.All(i => i.Name != k)) is { } unknown) throw new ArgumentException($"{found} has no input '{unknown}'.");
        var y = found.Graph.Run([.. found.Inputs.Select(i => inputs.TryGetValue(i.Name, out var x) ? x : throw new ArgumentException($"The input '{i.Name}' is missing. Expected: {found}."))]);
        return found.OutputNames.Zip(y).ToDictionary(p => p.First, p => p.Second);
    }

    GraphFunction Find(string name) => functions.TryGetValue(name, out var function) ? function
        : throw new ArgumentException($"The program has no function '{name}'. It has: {(functions.Count == 0 ? "none" : string.Join("; ", functions.Values))}.", nameof(name));

    /// <summary>
    /// Writes the program to a file: first to a temporary one beside it, which then takes its name, so that a crash leaves the old file or the new one. Equal programs give equal
    /// bytes.
    /// </summary>
    /// <param name="path">The file, which is replaced if it exists. It is a safetensors file, so that other tools read its weights.</param>
    /// <param name="ops">How ops are saved; <see cref="OpTable.Standard"/> when left out.</param>
    /// <exception cref="ModelFormatException">An op cannot be saved.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path, OpTable? ops = null)
    {
        var (tensors, metadata) = new ProgramWriter(this, ops ?? OpTable.Standard).Write();
        Safetensors.Save(path, tensors, metadata);
    }

    /// <summary>Writes the program to a stream; see <see cref="Save(string, OpTable?)"/>.</summary>
    public void Save(Stream stream, OpTable? ops = null)
    {
        var (tensors, metadata) = new ProgramWriter(this, ops ?? OpTable.Standard).Write();
        Safetensors.Save(stream, tensors, metadata);
    }

    /// <summary>The bytes of a file with the program; see <see cref="Save(string, OpTable?)"/>.</summary>
    public byte[] ToBytes(OpTable? ops = null)
    {
        using var stream = new MemoryStream();
        Save(stream, ops);
        return stream.ToArray();
    }

    /// <summary>Reads a program from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="ops">Which ops it may have; <see cref="OpTable.Standard"/> when left out.</param>
    /// <exception cref="ModelFormatException">The file is no program, or one that this release cannot read; the message says where and why.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static GraphProgram Load(string path, OpTable? ops = null)
    {
        var tensors = Safetensors.Load(path, out var metadata);
        return new ProgramReader(path, tensors, metadata, ops ?? OpTable.Standard).Read();
    }

    /// <summary>Reads a program from a stream, to its end.</summary>
    /// <exception cref="ModelFormatException">The stream holds no program, or one that this release cannot read.</exception>
    public static GraphProgram Load(Stream stream, OpTable? ops = null)
    {
        var tensors = Safetensors.Load(stream, out var metadata);
        return new ProgramReader("stream", tensors, metadata, ops ?? OpTable.Standard).Read();
    }

    /// <summary>Reads a program from bytes.</summary>
    /// <exception cref="ModelFormatException">The bytes are no program, or one that this release cannot read.</exception>
    public static GraphProgram Load(byte[] bytes, OpTable? ops = null)
    {
        var tensors = Safetensors.Load(bytes, out var metadata);
        return new ProgramReader("bytes", tensors, metadata, ops ?? OpTable.Standard).Read();
    }
}
