namespace Tauten;

/// <summary>
/// The same code, fused: a function is captured once as a graph, simplified, and run in memory that is laid out ahead. A whole training step is one such
/// function: forward, loss, backward and the optimizer's step.
/// </summary>
/// <remarks>
/// A compiled function takes tensors and gives tensors. It is captured again when the dtypes or ranks of its inputs change, sizes other than the first, the mode of
/// a module, or which parameters require gradients; <see cref="ReportOf"/> says how often, and why. What else it reads from outside (fields, variables) is read once,
/// when it is captured. It may be called from many threads as long as it assigns no parameter or buffer.
/// </remarks>
public static class Compiled
{
    /// <summary>Compiles a function of one tensor.</summary>
    /// <param name="function">The function. It must not branch on values of its inputs.</param>
    /// <param name="options">How to compile it.</param>
    /// <returns>A function that computes the same.</returns>
    /// <example><code>
    /// var norm = Compiled.Function((Tensor x) => (x * x).Sum().Sqrt());
    /// Console.WriteLine(norm(Tensor.From([3f, 4])));    // 5
    /// </code></example>
    /// <exception cref="GraphException">When it is called: the function needs the value of a tensor to go on, or the compiled function computes something else.</exception>
    public static Func<Tensor, Tensor> Function(Func<Tensor, Tensor> function, CompileOptions? options = null) => Make(x => [function(x[0])], options).Call;

    /// <summary>Compiles a function of two tensors, such as a training step.</summary>
    /// <inheritdoc cref="Function(Func{Tensor, Tensor}, CompileOptions?)" path="/param|/returns|/exception"/>
    /// <example><code>
    /// var distance = Compiled.Function((Tensor a, Tensor b) => (a - b).Square().Sum().Sqrt());
    /// Console.WriteLine(distance(Tensor.From([1f, 2]), Tensor.From([4f, 6])));    // 5
    /// </code></example>
    public static Func<Tensor, Tensor, Tensor> Function(Func<Tensor, Tensor, Tensor> function, CompileOptions? options = null) => Make(x => [function(x[0], x[1])], options).Call;

    /// <summary>Compiles a function of three tensors.</summary>
    /// <inheritdoc cref="Function(Func{Tensor, Tensor}, CompileOptions?)" path="/param|/returns|/exception"/>
    /// <example><code>
    /// var line = Compiled.Function((Tensor x, Tensor a, Tensor b) => x * a + b);
    /// Console.WriteLine(line(Tensor.From([1f, 2]), Tensor.From(3f), Tensor.From(0.5f)));    // [3.5000, 6.5000]
    /// </code></example>
    public static Func<Tensor, Tensor, Tensor, Tensor> Function(Func<Tensor, Tensor, Tensor, Tensor> function, CompileOptions? options = null) => Make(x => [function(x[0], x[1], x[2])], options).Call;

    /// <summary>Compiles a function of no tensors: one that only reads parameters and buffers, or draws random numbers.</summary>
    /// <inheritdoc cref="Function(Func{Tensor, Tensor}, CompileOptions?)" path="/param|/returns|/exception"/>
    /// <example><code>
    /// var draw = Compiled.Function(() => Tensor.Rand([2]).Less(1).All());
    /// Console.WriteLine(draw());    // True
    /// </code></example>
    public static Func<Tensor> Function(Func<Tensor> function, CompileOptions? options = null) => Make(_ => [function()], options).Call;

    /// <summary>Compiles a function of any number of tensors that gives any number.</summary>
    /// <inheritdoc cref="Function(Func{Tensor, Tensor}, CompileOptions?)" path="/param|/returns|/exception"/>
    /// <example><code>
    /// var both = Compiled.Function((Tensor[] x) => new[] { x[0] + x[1], x[0] - x[1] });
    /// var y = both([Tensor.From([5f, 6]), Tensor.From([1f, 2])]);
    /// Console.WriteLine(y[0]);    // [6, 8]
    /// Console.WriteLine(y[1]);    // [4, 4]
    /// </code></example>
    public static Func<Tensor[], Tensor[]> Function(Func<Tensor[], Tensor[]> function, CompileOptions? options = null) => Make(function, options).Call;

    /// <summary>What a compiled function has done so far.</summary>
    /// <param name="function">A function that <see cref="Function(Func{Tensor, Tensor}, CompileOptions?)"/> or one of its overloads gave.</param>
    /// <exception cref="ArgumentException">It is not a compiled function.</exception>
    /// <example><code>
    /// var twice = Compiled.Function((Tensor x) => x * 2);
    /// for (int batch = 1; batch &lt;= 3; batch++) twice(Tensor.Ones([batch, 4]));
    /// Console.WriteLine(Compiled.ReportOf(twice).Captures);    // 1
    /// </code></example>
    public static CompileReport ReportOf(Delegate function) =>
        function.Target is CompiledFunction compiled ? compiled.Report : throw new ArgumentException("Expected what Compiled.Function gave. Received: a function that is not compiled.", nameof(function));

    /// <summary>A graph on its way to be run for inputs of given specs: as it was captured, as it is run, and where its values lie.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">The specs of its inputs, without unknown sizes.</param>
    /// <exception cref="ShapeException">An input does not fit.</exception>
    /// <example><code>
    /// var graph = Graph.Capture(x => x + x, new TensorSpec(DType.Float32, [2]));
    /// Console.WriteLine(Compiled.Stages(graph, new TensorSpec(DType.Float32, [2])).Lowered.Print());
    /// // %x0 = input : float32[2]
    /// // %1 = Add %x0, %x0 : float32[2]
    /// // return %1
    /// </code></example>
    public static GraphStages Stages(Graph graph, params ReadOnlySpan<TensorSpec> inputs) => GraphStages.Of(graph, inputs, Backends.Default, new());

    static CompiledFunction Make(Func<Tensor[], Tensor[]> function, CompileOptions? options) => new(function, options ?? new());
}
