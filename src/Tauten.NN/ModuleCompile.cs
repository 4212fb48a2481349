namespace Tauten.NN;

/// <summary>Compiling modules.</summary>
public static class ModuleCompile
{
    /// <summary>
    /// The module as a compiled function. It reads the parameters of the moment, can be trained through, and follows the module's mode: after <c>Train</c> or
    /// <c>Eval</c> it is captured once more. For a whole training step as one graph see <see cref="Compiled.Function(Func{Tensor, Tensor, Tensor}, CompileOptions?)"/>.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="options">How to compile it.</param>
    /// <example><code>
    /// var net = new Sequential(new Linear(4, 8), new ReLU(), new Linear(8, 2));
    /// var fast = net.Compile();
    /// var x = Tensor.Ones([3, 4]);
    /// Console.WriteLine((fast(x) - net.Call(x)).Abs().Max().Item&lt;float>() &lt; 1e-5);    // True
    /// fast(x).Sum().Backward();
    /// Console.WriteLine(net.Parameters().All(p => p.Grad is not null));    // True
    /// </code></example>
    public static Func<Tensor, Tensor> Compile(this Module<Tensor, Tensor> module, CompileOptions? options = null) => Compiled.Function((Tensor x) => module.Call(x), options);
}
