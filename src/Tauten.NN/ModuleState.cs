namespace Tauten.NN;

// State as data: names and tensors, in memory and in files.
public abstract partial class Module
{
    /// <summary>The names of parameters that will exist once the module has learned its sizes.</summary>
    internal virtual IReadOnlyList<string> Pending => [];

    /// <summary>Learns sizes from a state that is about to be loaded; <paramref name="state"/> gives the spec under a name of this module's, if there is one.</summary>
    internal virtual void SizeFrom(Func<string, TensorSpec?> state) { }

    /// <summary>Forgets the sizes that <see cref="SizeFrom"/> has just learned: the state did not fit.</summary>
    internal virtual void Unsize() { }

    /// <summary>
    /// All parameters and buffers by name, in the order of declaration: the values of now, which later training does not change. Names are those
    /// of PyTorch, <c>fc1.weight</c>, so that weights carry over. Costs no copy: tensors are immutable, and the next update makes new ones.
    /// </summary>
    /// <exception cref="ShapeException">A layer inside has not learned its sizes yet.</exception>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        var tree = new ModuleTree(this);
        foreach (var (name, module) in tree.Modules)
            if (module.Pending.Count > 0)
                throw new ShapeException($"{module.TypeName}{(name.Length == 0 ? "" : $" '{name}'")} has no weights yet: it learns its input size at the first call. Call the model once, load a state, or give inputSize.");
        var state = new OrderedDictionary<string, Tensor>(tree.Cells.Count);
        foreach (var (name, cell) in tree.Cells) state.Add(name, cell.Value.Detach());
        return state;
    }

    /// <summary>
    /// Gives parameters and buffers the values of a state. Shapes must agree; floating-point types are converted to that of the parameter. Nothing is
    /// changed unless everything fits. A <see cref="Dense"/> that has not learned its input size takes it from the state.
    /// </summary>
    /// <param name="state">Tensors by name.</param>
    /// <param name="strict">Whether names that are missing or unexpected are errors; else the report tells them.</param>
    /// <returns>Names that were missing or unexpected: none when strict.</returns>
    /// <exception cref="ModelFormatException">The state does not fit; the message lists every missing, unexpected and mismatched entry.</exception>
    public StateReport LoadState(IReadOnlyDictionary<string, Tensor> state, bool strict = true) => LoadState(state, strict, "the state");

    /// <summary>Takes over the values of another module of the same structure, which must not be training meanwhile. The two then go separate ways.</summary>
    /// <example><code>
    /// Linear model = new(3, 2), copy = new(3, 2);
    /// copy.CopyFrom(model);     // costs nothing: the tensors are shared until one of the two is trained further
    /// Console.WriteLine(copy.Weight.Value.Equal(model.Weight.Value));    // True
    /// </code></example>
    /// <exception cref="ModelFormatException">The structures differ; the message lists where.</exception>
    public void CopyFrom(Module other) => LoadState(other.State(), strict: true, other.TypeName);

    /// <summary>Writes <see cref="State"/> to a safetensors file, which PyTorch and others read as well. An interrupted save leaves the old file whole.</summary>
    /// <exception cref="ShapeException">A layer inside has not learned its sizes yet.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path) => Safetensors.Save(path, State(), new Dictionary<string, string> { ["format"] = "pt" });

    /// <summary>Reads a safetensors file with <see cref="LoadState(IReadOnlyDictionary{string, Tensor}, bool)"/>.</summary>
    /// <exception cref="ModelFormatException">The file is damaged, or does not fit; the message lists every missing, unexpected and mismatched entry.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public StateReport Load(string path, bool strict = true) => LoadState(Safetensors.Load(path), strict, path);

    StateReport LoadState(IReadOnlyDictionary<string, Tensor> state, bool strict, string source)
    {
        var sized = SizeAllFrom(state);
        try
        {
            var tree = new ModuleTree(this);
            var (values, report) = Match(tree, state);
            report.Check($"{TypeName}: {source} does not fit the model.", strict);
            using (Gradients.NoGrad())
                foreach (var (cell, value) in values) cell.Value = value.To(cell.DType).To(cell.Borrow().Backend);
            return report;
        }
        catch
        {
            foreach (var module in sized) module.Unsize();
            throw;
        }
    }

    List<Module> SizeAllFrom(IReadOnlyDictionary<string, Tensor> state)
    {
        var sized = new List<Module>();
        foreach (var (name, module) in new ModuleTree(this).Modules)
        {
            if (module.Pending.Count == 0) continue;
            module.SizeFrom(own => state.TryGetValue(ModuleTree.Join(name, own), out var tensor) ? tensor.Spec : null);
            if (module.Pending.Count == 0) sized.Add(module);
        }
        return sized;
    }

    static (Dictionary<Cell, Tensor> Values, StateReport Report) Match(ModuleTree tree, IReadOnlyDictionary<string, Tensor> state)
    {
        var cells = tree.Cells.ToDictionary(c => c.Name, c => c.Cell);
        var values = new Dictionary<Cell, Tensor>();
        List<string> missing = [], unexpected = [], mismatched = [];
        foreach (var (name, tensor) in state)
        {
            if (!cells.TryGetValue(tree.Canonical(name), out var cell))
            {
                unexpected.Add($"{name} {tensor.Spec}");
                continue;
            }
            bool fits = tensor.Shape == cell.Shape && (tensor.DType == cell.DType || (tensor.DType.IsFloating() && cell.DType.IsFloating()));
            if (!fits) mismatched.Add($"{name}: expected {cell.Spec}, received {tensor.Spec}");
            // Of several names for one thing, its own counts.
            if (cells.ContainsKey(name)) values[cell] = tensor;
            else values.TryAdd(cell, tensor);
        }
        foreach (var (name, cell) in tree.Cells)
            if (!values.ContainsKey(cell)) missing.Add($"{name} {cell.Spec}");
        foreach (var (name, module) in tree.Modules) missing.AddRange(module.Pending.Select(own => ModuleTree.Join(name, own)));
        return (values, new(missing, unexpected, mismatched));
    }
}
