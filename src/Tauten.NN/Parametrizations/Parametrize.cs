namespace Tauten.NN;

/// <summary>
/// Parameters that are computed from others whenever they are read, as <c>torch.nn.utils.parametrize</c> has them. It works for the parameters of every module, one's own included, since modules
/// read a parameter as they always do. While a module runs, each of its parameters is computed once. Names are those of <see cref="Module.NamedParameters"/>, such as <c>fc1.weight</c>.
/// </summary>
/// <remarks>See <see cref="Parametrizations"/> for weight and spectral norms and orthogonal matrices, and <see cref="Lora"/> for updates of low rank.</remarks>
public static class Parametrize
{
    /// <summary>From here on a parameter is computed. A second parametrization is applied to what the first one gives.</summary>
    /// <param name="module">The module, or one around it.</param>
    /// <param name="name">The name of the parameter.</param>
    /// <param name="parametrization">How it is computed.</param>
    /// <returns>What stands in the place of the parameter.</returns>
    /// <exception cref="KeyNotFoundException">There is no parameter of this name.</exception>
    /// <exception cref="ShapeException">What is computed has another shape than the parameter. Nothing was changed.</exception>
    /// <exception cref="DTypeException">What is computed has another dtype. Nothing was changed.</exception>
    public static ParametrizationList Register(Module module, string name, Parametrization parametrization)
    {
        ArgumentNullException.ThrowIfNull(parametrization);
        var (owner, parameter) = Find(module, name);
        return Initial.Outside(() => Register(owner, parameter, parametrization));
    }

    /// <summary>From here on a parameter is computed by a function, such as <c>x => x.Exp()</c>.</summary>
    /// <param name="module">The module, or one around it.</param>
    /// <param name="name">The name of the parameter.</param>
    /// <param name="function">Computes the parameter from its original; the result has the same shape.</param>
    /// <param name="inverse">The original for a value; the value itself if left out, which is right for a function that leaves alone what it has made.</param>
    /// <example><code>
    /// var layer = new Linear(2, 2);
    /// Parametrize.Register(layer, "weight", x => x.Exp(), inverse: y => y.Log());    // positive weights
    /// layer.Weight.Value = Tensor.Ones([2, 2]) * 3;
    /// Console.WriteLine(layer.State()["parametrizations.weight.original"].Sum());    // 4.3944
    /// </code></example>
    public static ParametrizationList Register(Module module, string name, Func<Tensor, Tensor> function, Func<Tensor, Tensor>? inverse = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Register(module, name, new FunctionParametrization(function, inverse));
    }

    internal static ParametrizationList Register(Module owner, Parameter parameter, Parametrization parametrization)
    {
        var value = parameter.Value.Detach();
        parametrization.Start(value);
        if (parameter.Source is ParametrizationList known)
        {
            known.Add(parametrization);
            try
            {
                Check(known, parametrization, parameter);
            }
            catch
            {
                known.RemoveLast();
                throw;
            }
            return known;
        }
        bool learned = parameter.RequiresGrad;
        var originals = Array.ConvertAll(parametrization.RightInverse(value), x => new Parameter(x) { RequiresGrad = learned });
        if (originals.Length == 0) throw new InvalidOperationException($"{parametrization.TypeName}: expected at least one original from RightInverse. Received: none.");
        var list = new ParametrizationList(owner, parameter, parametrization, originals);
        Check(list, parametrization, parameter);
        foreach (var (_, inside) in list.NamedModules()) inside.SetOwnMode(owner.IsTraining);
        parameter.ComputeFrom(list);
        owner.HasComputed = true;
        return list;
    }

    // In eval mode, in which nothing is followed.
    static void Check(ParametrizationList list, Parametrization parametrization, Parameter parameter)
    {
        parametrization.Eval();
        var made = list.Compute();
        parametrization.SetMode(list.Owner.IsTraining);
        if (made.Shape != parameter.Shape) throw new ShapeException($"{parametrization.TypeName}: expected a result of shape {parameter.Shape}, as the parameter has. Received: {made.Shape}.");
        if (made.DType != parameter.DType) throw new DTypeException($"{parametrization.TypeName}: expected a result of dtype {parameter.DType.Name()}, as the parameter has. Received: {made.DType.Name()}.");
    }

    /// <summary>From here on a parameter holds its value itself again.</summary>
    /// <param name="module">The module, or one around it.</param>
    /// <param name="name">The name of the parameter.</param>
    /// <param name="keepValue">Whether it keeps what was computed last; else it becomes its original.</param>
    /// <exception cref="KeyNotFoundException">There is no parameter of this name.</exception>
    /// <exception cref="InvalidOperationException">It is not computed, or is to become its original and has several, or one of another shape.</exception>
    public static void Remove(Module module, string name, bool keepValue = true)
    {
        var (_, parameter) = Find(module, name);
        if (parameter.Source is not ParametrizationList list) throw new InvalidOperationException($"Parametrize.Remove: the parameter '{name}' is not computed.");
        if (!keepValue && (list.Originals.Count != 1 || list.Originals[0].Spec != parameter.Spec))
            throw new InvalidOperationException($"Parametrize.Remove: the parameter '{name}' cannot become its original, which has another form: {string.Join(", ", list.Originals.Select(o => o.Spec))}.");
        Remove(list, keepValue);
    }

    internal static void Remove(ParametrizationList list, bool keepValue)
    {
        bool learned = list.Target.RequiresGrad;
        list.Target.Hold(Initial.Outside(() => keepValue ? list.Compute() : list.Originals[0].Borrow()));
        list.Target.RequiresGrad = learned;
        list.Owner.HasComputed = list.Owner.Own().Any(member => member.Member is Parameter { Source: not null });
    }

    /// <summary>Whether a parameter is computed.</summary>
    /// <exception cref="KeyNotFoundException">There is no parameter of this name.</exception>
    public static bool IsRegistered(Module module, string name) => Find(module, name).Parameter.Source is ParametrizationList;

    /// <summary>All parameters of a module that are computed, by name, and what computes them.</summary>
    public static IEnumerable<(string Name, ParametrizationList Parametrizations)> Of(Module module) =>
        from entry in All(module)
        where entry.Parameter.Source is ParametrizationList
        select (entry.Name, (ParametrizationList)entry.Parameter.Source!);

    /// <summary>
    /// Until the scope is disposed, each computed parameter is computed once on this thread, as long as it's used unchanged: for many calls with the same weights. Gradients can be walked back once.
    /// </summary>
    /// <example><code>
    /// var layer = new Linear(4, 4).SpectralNorm();
    /// layer.Eval();
    /// using (Parametrize.Cached())
    ///     for (int i = 0; i &lt; 100; i++) layer.Call(Tensor.Ones([1, 4]));    // the norm is computed once
    /// </code></example>
    public static CachedScope Cached() => new(new KeptValues(Ambient.Current.Kept, null));

    /// <summary>The parameters of a module, computed or not, with their names and the modules that have them.</summary>
    internal static IEnumerable<(string Name, Module Owner, Parameter Parameter)> All(Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        foreach (var (path, owner) in new ModuleTree(module).Modules)
            foreach (var (name, member) in owner.Own())
                if (member is Parameter parameter) yield return (ModuleTree.Join(path, name), owner, parameter);
    }

    static (Module Owner, Parameter Parameter) Find(Module module, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (var (known, owner, parameter) in All(module))
            if (known == name) return (owner, parameter);
        throw new KeyNotFoundException($"{module.TypeName}: there is no parameter '{name}'. Expected one of: {string.Join(", ", All(module).Select(entry => entry.Name))}.");
    }
}

/// <summary>The time in which a thread computes each computed parameter once.</summary>
public readonly ref struct CachedScope
{
    readonly KeptValues? before;

    internal CachedScope(KeptValues kept)
    {
        before = Ambient.Current.Kept;
        Ambient.Current.Kept = kept;
    }

    /// <summary>Forgets the values.</summary>
    public void Dispose() => Ambient.Current.Kept = before;
}
