namespace Tauten.NN;

// A module as a function of its parameters, as torch.func.functional_call.
public abstract partial class Module<TInput, TOutput>
{
    /// <summary>
    /// The output with other parameters and buffers than the module's own, by the names of <see cref="Module.State"/>. What is not named keeps its own value. Gradients flow to the tensors given, and
    /// they may belong to a function that is differentiated, mapped or captured.
    /// </summary>
    /// <param name="state">Tensors by name, with the element types and shapes of what they stand for.</param>
    /// <param name="x">The input.</param>
    /// <remarks>The module itself does not change: what it assigns to a buffer that is named, such as running statistics, is lost; the other overload gives it.</remarks>
    /// <exception cref="ModelFormatException">A name is unknown, or a tensor has another element type or shape. The message lists all that do not fit.</exception>
    /// <example><code>
    /// var layer = new Linear(3, 1);
    /// Tensor x = Tensor.Ones([2, 3]), bias = layer.State()["bias"];
    /// Func&lt;Tensor, Tensor&gt; loss = w => layer.CallWith(new Dictionary&lt;string, Tensor&gt; { ["weight"] = w, ["bias"] = bias }, x).Sum();
    /// Tensor slope = Gradients.Grad(loss)(Tensor.Zeros([1, 3]));
    /// Console.WriteLine(slope.Sum());    // 6
    /// </code></example>
    public TOutput CallWith(IReadOnlyDictionary<string, Tensor> state, TInput x) => CallWith(state, x, out _);

    /// <summary><see cref="CallWith(IReadOnlyDictionary{string, Tensor}, TInput)"/>, and what the state is afterwards.</summary>
    /// <param name="state">Tensors by name, with the element types and shapes of what they stand for.</param>
    /// <param name="x">The input.</param>
    /// <param name="after">The same names with what the call has assigned to them.</param>
    /// <exception cref="ModelFormatException">A name is unknown, or a tensor has another element type or shape. The message lists all that do not fit.</exception>
    public TOutput CallWith(IReadOnlyDictionary<string, Tensor> state, TInput x, out IReadOnlyDictionary<string, Tensor> after)
    {
        ArgumentNullException.ThrowIfNull(state);
        var cells = new Dictionary<string, Cell>();
        foreach (var (name, cell) in new ModuleTree(this).Cells) cells.Add(name, cell);
        List<string> unexpected = [], mismatched = [];
        var ambient = Ambient.Current;
        var around = ambient.Substitutes;
        var substitutes = around is null ? new Dictionary<Cell, Tensor>(ReferenceEqualityComparer.Instance) : new(around, ReferenceEqualityComparer.Instance);
        foreach (var (name, tensor) in state)
        {
            if (!cells.TryGetValue(name, out var cell)) unexpected.Add($"{name} {tensor.Spec}");
            else if (tensor.DType != cell.DType || tensor.Shape != cell.Shape) mismatched.Add($"{name}: expected {cell.Spec}, received {tensor.Spec}");
            else substitutes[cell] = tensor;
        }
        new StateReport([], unexpected, mismatched).Check($"{TypeName}.CallWith: the state does not fit the module.", strict: true);
        ambient.Substitutes = substitutes;
        try
        {
            var y = Call(x);
            after = state.Keys.ToDictionary(name => name, name => substitutes[cells[name]]);
            return y;
        }
        finally
        {
            ambient.Substitutes = around;
        }
    }
}
