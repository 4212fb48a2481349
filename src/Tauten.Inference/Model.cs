using Tauten.Compiler;
using Tauten.Ops;

namespace Tauten;

/// <summary>
/// A model to be run: loaded once, never changed, and called from any number of threads. It is compiled when it is first called for inputs of certain sizes; from then on
/// a call works in memory that is laid out ahead.
/// </summary>
/// <remarks>
/// Two formats are read: ONNX (docs/onnx-coverage.md) and programs (<see cref="GraphProgram"/>). A model whose values decide about shapes is run node by node where it cannot be
/// compiled.
/// </remarks>
/// <example><code>
/// Onnx.Export((Tensor x) => x.Softmax(-1), "net.onnx", example: Tensor.Ones([1, 2]), dynamic: ["batch"]);
/// Model served = Model.Load("net.onnx");
/// float[] shares = served.Run(Tensor.From([1f, 1f], [1, 2])).Single().ToArray&lt;float>();
/// Console.WriteLine(string.Join(" ", shares));    // 0.5 0.5
/// Console.WriteLine(served.Inputs[0]);    // x0: float32[batch, 2]
/// </code></example>
public sealed class Model
{
    /// <summary>For how many choices of sizes it is remembered that the general graph does not serve them.</summary>
    const int MostRefused = 64;

    readonly Backend backend = Backends.Default;
    readonly WorkspacePool workspaces = new();
    readonly SemaphoreSlim running;
    readonly Lock alone = new();
    readonly ImportedModel? imported;
    readonly Graph? graph;              // null where no graph serves all sizes that the inputs may have
    readonly PlannedGraph? planned;     // null where there is none, or where it moves a random generator
    readonly long largestTensor;
    TensorSpec[][] refused = [];

    Model(ImportedModel? imported, Graph? graph, IReadOnlyList<ModelPort> inputs, IReadOnlyList<ModelPort> outputs, ModelOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Concurrency, 1);
        (this.imported, this.graph, Inputs, Outputs, largestTensor) = (imported, graph, inputs, outputs, options.LargestTensor);
        running = new(options.Concurrency);
        if (graph is not { IsClosed: true }) return;
        planned = new(graph, backend, workspaces);
        if (!options.KeepsForms) return;
        using var untracked = Gradients.NoGrad();
        foreach (var constant in planned.Lowered.Parts.Constants.Values) backend.Fix(constant);
    }

    /// <summary>The inputs, by name and type.</summary>
    public IReadOnlyList<ModelPort> Inputs { get; }

    /// <summary>The outputs, by name and type.</summary>
    public IReadOnlyList<ModelPort> Outputs { get; }

    /// <summary>The graph as it is run: simplified, with constants folded and ops joined. Null for a model that no one graph stands for.</summary>
    public Graph? Compiled => planned?.Lowered;

    /// <summary>Loads a model from a file. Weights of an ONNX model may lie in other files of its folder.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">Which function it is, and how many calls may run at once.</param>
    /// <param name="stop">Ends the loading.</param>
    /// <exception cref="ModelFormatException">The file is no model, or not a valid one.</exception>
    /// <exception cref="UnsupportedModelException">The model uses a feature that Tauten does not have; the message names it.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Model Load(string path, ModelOptions? options = null, CancellationToken stop = default)
    {
        options ??= new();
        bool isProgram;
        using (var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read)) isProgram = ModelFile.IsProgram(stream);
        stop.ThrowIfCancellationRequested();
        return isProgram ? Of(GraphProgram.Load(path), options, stop) : Of(Onnx.Import(path, Limits(options)), options, stop);
    }

    /// <summary>Loads a model from a stream, which is read to its end; see <see cref="Load(string, ModelOptions?, CancellationToken)"/>.</summary>
    public static Model Load(Stream stream, ModelOptions? options = null, CancellationToken stop = default)
    {
        options ??= new();
        if (!stream.CanSeek)
        {
            var whole = new MemoryStream();
            stream.CopyTo(whole);
            whole.Position = 0;
            stream = whole;
        }
        stop.ThrowIfCancellationRequested();
        return ModelFile.IsProgram(stream) ? Of(GraphProgram.Load(stream), options, stop) : Of(Onnx.Import(stream, Limits(options)), options, stop);
    }

    /// <summary>Loads a model from the bytes of a file; see <see cref="Load(string, ModelOptions?, CancellationToken)"/>.</summary>
    public static Model Load(ReadOnlyMemory<byte> bytes, ModelOptions? options = null, CancellationToken stop = default)
    {
        options ??= new();
        return ModelFile.IsProgram(bytes.Span) ? Of(GraphProgram.Load(bytes.ToArray()), options, stop) : Of(Onnx.Import(bytes, Limits(options)), options, stop);
    }

    static OnnxImportOptions Limits(ModelOptions options) => new() { LargestTensor = options.LargestTensor };

    static Model Of(ImportedModel imported, ModelOptions options, CancellationToken stop)
    {
        if (options.Function is { } function) throw new ArgumentException($"A model of the ONNX format has one function without a name. Asked for: '{function}'.", nameof(options));
        stop.ThrowIfCancellationRequested();
        var model = new Model(imported, imported.General, imported.Inputs, imported.Outputs, options);
        imported.OnCapture = model.Plan;
        return model;
    }

    static Model Of(GraphProgram program, ModelOptions options, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        string name = options.Function ?? (program.Functions.Count == 1 ? program.Functions.Keys.Single() : "predict");
        if (!program.Functions.TryGetValue(name, out var function))
            throw new ArgumentException($"The program has no function '{name}'. It has: {string.Join("; ", program.Functions.Values)}. Name one with ModelOptions.Function.", nameof(options));
        var fixedGraph = function.Graph.Fixed();
        return new(null, fixedGraph, [.. function.Inputs.Select(i => ModelPort.Of(i.Name, i.Spec))], [.. function.Outputs.Select(o => ModelPort.Of(o.Name, o.Spec))], options);
    }

    // A graph for certain sizes only is run from a plan, too.
    void Plan(Graph special)
    {
        if (!special.IsClosed) return;
        var plan = new PlannedGraph(special, backend, workspaces);
        special.Runner = plan.Run;
    }

    /// <summary>Computes the outputs.</summary>
    /// <param name="x">The inputs in order.</param>
    /// <returns>The outputs in order.</returns>
    /// <exception cref="ArgumentException">Their number is another one.</exception>
    /// <exception cref="ShapeException">An input does not fit its spec.</exception>
    /// <exception cref="ModelFormatException">A node fails; the message names it.</exception>
    public Tensor[] Run(params ReadOnlySpan<Tensor> x) => Run(x, default(CancellationToken));

    /// <summary>Computes the outputs, unless it is asked to stop; see <see cref="Run(ReadOnlySpan{Tensor})"/>.</summary>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public Tensor[] Run(ReadOnlySpan<Tensor> x, CancellationToken stop)
    {
        if (x.Length != Inputs.Count) throw new ArgumentException($"The model takes {Inputs.Count} inputs ({string.Join(", ", Inputs)}). Received: {x.Length}.", nameof(x));
        // Within a capture the model is part of the graph.
        if (Ambient.Current.Capture is not null) return graph?.Run(x) ?? throw new GraphException("A model that no one graph stands for cannot be part of a graph.");
        using var place = Enter(stop);
        if (planned is not null && !IsRefused(x))
        {
            try
            {
                return planned.Run(Here(x));
            }
            // A size that is open may be one that decides, such as 1 where another was broadcast to it.
            catch (TautenException) when (imported is not null)
            {
                Refuse(x);
            }
        }
        if (imported is not null) return Imported(x, stop);
        lock (alone) return graph!.Run(x);
    }

    /// <summary>Computes the outputs by name from inputs by name; see <see cref="Run(ReadOnlySpan{Tensor})"/>.</summary>
    /// <exception cref="ArgumentException">An input is missing, or there is none of a name given.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public IReadOnlyDictionary<string, Tensor> Run(IReadOnlyDictionary<string, Tensor> inputs, CancellationToken stop = default)
    {
        if (inputs.Keys.FirstOrDefault(k => Inputs.All(i => i.Name != k)) is { } unknown) throw new ArgumentException($"The model has no input '{unknown}'. Expected: {string.Join(", ", Inputs)}.", nameof(inputs));
        Tensor[] x = [.. Inputs.Select(i => inputs.TryGetValue(i.Name, out var given) ? given : throw new ArgumentException($"The input {i} is missing. Received: {string.Join(", ", inputs.Keys)}.", nameof(inputs)))];
        var y = Run(x, stop);
        var outputs = new OrderedDictionary<string, Tensor>(y.Length);
        for (int i = 0; i < y.Length; i++) outputs[Outputs[i].Name] = y[i];
        return outputs;
    }

    /// <summary>Memory for inputs and outputs of certain sizes, in which the model can be run again and again without making anything anew.</summary>
    /// <param name="shapes">The shapes of the inputs, in order; those of the model where none are given and all are known.</param>
    /// <exception cref="ShapeException">A shape does not fit the input, or is needed and not given.</exception>
    /// <exception cref="GraphException">The sizes of the model's outputs depend on values.</exception>
    public ModelBuffers Buffers(params ReadOnlySpan<Shape> shapes)
    {
        if (shapes.Length != 0 && shapes.Length != Inputs.Count) throw new ArgumentException($"The model takes {Inputs.Count} inputs ({string.Join(", ", Inputs)}). Received: {shapes.Length} shapes.", nameof(shapes));
        var specs = new TensorSpec[Inputs.Count];
        for (int i = 0; i < specs.Length; i++)
        {
            var spec = Inputs[i].Spec ?? throw new GraphException($"The input {Inputs[i]} is no tensor of known rank, so no memory can be laid out ahead.");
            specs[i] = shapes.Length == 0 ? spec : spec with { Shape = shapes[i] };
            if (!specs[i].Shape.IsKnown) throw new ShapeException($"The input {Inputs[i]} has open sizes. Give the shapes of all inputs.");
        }
        using var untracked = Gradients.NoGrad();
        using var limit = SizeLimit.Of(largestTensor);
        var plan = planned?.PlanFor(specs) ?? throw new GraphException("The sizes of the model's outputs depend on values, so no memory can be laid out ahead. Use Run.");
        return new(this, plan, specs);
    }

    /// <summary>The kernels that the model runs for given inputs, with the time that each takes.</summary>
    /// <param name="repeats">How often it is run.</param>
    /// <param name="x">The inputs in order.</param>
    /// <exception cref="GraphException">The model is not compiled for these inputs.</exception>
    public IReadOnlyList<ModelStep> Profile(int repeats, params ReadOnlySpan<Tensor> x)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 1);
        var buffers = Buffers([.. x.ToArray().Select(t => t.Shape)]);
        for (int i = 0; i < x.Length; i++) buffers.Set(i, x[i]);
        return buffers.Profile(repeats);
    }

    internal Place Enter(CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        running.Wait(stop);
        return new(this, stop, largestTensor);
    }

    ReadOnlySpan<Tensor> Here(ReadOnlySpan<Tensor> x)
    {
        foreach (var tensor in x)
            if (!ReferenceEquals(tensor.Backend, backend)) return Array.ConvertAll(x.ToArray(), t => t.To(backend));
        return x;
    }

    bool IsRefused(ReadOnlySpan<Tensor> x)
    {
        foreach (var specs in refused)
            if (PlannedGraph.Same(specs, x)) return true;
        return false;
    }

    void Refuse(ReadOnlySpan<Tensor> x)
    {
        lock (alone) refused = [.. refused.TakeLast(MostRefused - 1), Dispatch.SpecsOf(x)];
    }

    Tensor[] Imported(ReadOnlySpan<Tensor> x, CancellationToken stop)
    {
        var given = new Dictionary<string, OnnxValue>();
        for (int i = 0; i < x.Length; i++) given[Inputs[i].Name] = x[i];
        // Random generators are moved by one call at a time.
        if (graph is { IsClosed: false })
            lock (alone) return Tensors(imported!.RunAll(given, RunMode.Best, stop));
        return Tensors(imported!.RunAll(given, graph is null ? RunMode.Best : RunMode.Special, stop));
    }

    Tensor[] Tensors(OnnxValue?[] values)
    {
        var y = new Tensor[values.Length];
        for (int i = 0; i < y.Length; i++)
            y[i] = (values[i] as OnnxTensor)?.Tensor ?? throw new ModelFormatException($"The output {Outputs[i]} is {values[i]?.Kind ?? "left out"}. A Model gives tensors; Onnx.Import gives all kinds of values.");
        return y;
    }

    /// <summary>The time of one call: nothing is tracked, and whoever runs graphs looks whether it should stop.</summary>
    internal readonly ref struct Place
    {
        readonly Model model;
        readonly TrackingScope untracked;
        readonly SizeLimit limit;
        readonly StopScope stopping;

        public Place(Model model, CancellationToken stop, long largest)
        {
            this.model = model;
            untracked = Gradients.NoGrad();
            limit = SizeLimit.Of(largest);
            stopping = new(stop);
        }

        public void Dispose()
        {
            stopping.Dispose();
            limit.Dispose();
            untracked.Dispose();
            model.running.Release();
        }
    }
}
