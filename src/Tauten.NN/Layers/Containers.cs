using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tauten.NN;

/// <summary>Modules in a row that have no computation of their own: the module around them calls them. Their names are <c>0</c>, <c>1</c> and so on.</summary>
/// <typeparam name="T">The type of the modules.</typeparam>
/// <example><code>
/// var layers = new ModuleList&lt;Linear>(new Linear(4, 4), new Linear(4, 4));
/// layers.Add(new Linear(4, 2));
/// var x = Tensor.Ones([8, 4]);
/// foreach (var layer in layers) x = layer.Call(x).Relu();
/// Console.WriteLine(x.Shape);    // [8, 2]
/// </code></example>
public sealed class ModuleList<T> : Module, IReadOnlyList<T>
    where T : Module
{
    readonly List<T> modules = [];

    /// <summary>A list with these modules; more can be added.</summary>
    /// <param name="modules">The modules.</param>
    public ModuleList(params IEnumerable<T> modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        foreach (var module in modules) Add(module);
    }

    /// <summary>Adds a module at the end, before the model is first called.</summary>
    public void Add(T module)
    {
        ArgumentNullException.ThrowIfNull(module);
        modules.Add(module);
    }

    /// <inheritdoc/>
    public int Count => modules.Count;

    /// <inheritdoc/>
    public T this[int index] => (uint)index < (uint)modules.Count ? modules[index] : throw new IndexException($"ModuleList: there is no module {index}. Expected 0 to {modules.Count - 1}.");

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        for (int i = 0; i < modules.Count; i++) visitor.Visit(i.ToString(CultureInfo.InvariantCulture), modules[i]);
    }

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => modules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Modules by name, in the order in which they were added, that have no computation of their own.</summary>
/// <typeparam name="T">The type of the modules.</typeparam>
/// <example><code>
/// var heads = new ModuleDict&lt;Linear>();
/// heads.Add("price", new Linear(16, 1));
/// heads.Add("kind", new Linear(16, 5));
/// Console.WriteLine(heads["kind"].Call(Tensor.Ones([8, 16])).Shape);    // [8, 5]
/// </code></example>
public sealed class ModuleDict<T> : Module, IEnumerable<KeyValuePair<string, T>>
    where T : Module
{
    readonly OrderedDictionary<string, T> modules = [];

    /// <summary>Adds a module, before the model is first called.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or has a dot in it.</exception>
    public void Add(string name, T module)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(module);
        if (name.Contains('.', StringComparison.Ordinal)) throw new ArgumentException($"ModuleDict: expected a name without dots, which separate the names of modules. Received: '{name}'.", nameof(name));
        if (!modules.TryAdd(name, module)) throw new ArgumentException($"ModuleDict: there is a module '{name}' already.", nameof(name));
    }

    /// <summary>The number of modules.</summary>
    public int Count => modules.Count;

    /// <summary>The module of this name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public T this[string name] => modules.TryGetValue(name, out var module) ? module : throw new KeyNotFoundException($"ModuleDict: there is no module '{name}'. Expected one of: {string.Join(", ", modules.Keys)}.");

    /// <summary>The module of this name, if there is one.</summary>
    public bool TryGetValue(string name, [MaybeNullWhen(false)] out T module) => modules.TryGetValue(name, out module);

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        foreach (var (name, module) in modules) visitor.Visit(name, module);
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, T>> GetEnumerator() => modules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Parameters in a row; their names are <c>0</c>, <c>1</c> and so on. A field <c>List&lt;Parameter&gt;</c> does the same; this is a module by itself.</summary>
/// <example><code>
/// var scales = new ParameterList(new Parameter(Tensor.Ones([2])), new Parameter(Tensor.Ones([3])));
/// Console.WriteLine(scales[1].Value.Shape);                     // [3]
/// Console.WriteLine(string.Join(", ", scales.State().Keys));    // 0, 1
/// </code></example>
public sealed class ParameterList : Module, IReadOnlyList<Parameter>
{
    readonly List<Parameter> parameters = [];

    /// <summary>A list with these parameters; more can be added.</summary>
    /// <param name="parameters">The parameters.</param>
    public ParameterList(params IEnumerable<Parameter> parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        foreach (var parameter in parameters) Add(parameter);
    }

    /// <summary>Adds a parameter at the end, before the model is first called.</summary>
    public void Add(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        parameters.Add(parameter);
    }

    /// <inheritdoc/>
    public int Count => parameters.Count;

    /// <inheritdoc/>
    public Parameter this[int index] =>
        (uint)index < (uint)parameters.Count ? parameters[index] : throw new IndexException($"ParameterList: there is no parameter {index}. Expected 0 to {parameters.Count - 1}.");

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        for (int i = 0; i < parameters.Count; i++) visitor.Visit(i.ToString(CultureInfo.InvariantCulture), parameters[i]);
    }

    /// <inheritdoc/>
    public IEnumerator<Parameter> GetEnumerator() => parameters.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Parameters by name, in the order in which they were added.</summary>
/// <example><code>
/// var scales = new ParameterDict();
/// scales.Add("left", new Parameter(Tensor.Ones([2])));
/// scales.Add("right", new Parameter(Tensor.Ones([3])));
/// Console.WriteLine(scales["right"].Value.Shape);    // [3]
/// </code></example>
public sealed class ParameterDict : Module, IEnumerable<KeyValuePair<string, Parameter>>
{
    readonly OrderedDictionary<string, Parameter> parameters = [];

    /// <summary>Adds a parameter, before the model is first called.</summary>
    /// <exception cref="ArgumentException">The name is taken, empty, or has a dot in it.</exception>
    public void Add(string name, Parameter parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(parameter);
        if (name.Contains('.', StringComparison.Ordinal)) throw new ArgumentException($"ParameterDict: expected a name without dots, which separate the names of modules. Received: '{name}'.", nameof(name));
        if (!parameters.TryAdd(name, parameter)) throw new ArgumentException($"ParameterDict: there is a parameter '{name}' already.", nameof(name));
    }

    /// <summary>The number of parameters.</summary>
    public int Count => parameters.Count;

    /// <summary>The parameter of this name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Parameter this[string name] => parameters.TryGetValue(name, out var parameter) ? parameter : throw new KeyNotFoundException($"ParameterDict: there is no parameter '{name}'. Expected one of: {string.Join(", ", parameters.Keys)}.");

    /// <summary>The parameter of this name, if there is one.</summary>
    public bool TryGetValue(string name, [MaybeNullWhen(false)] out Parameter parameter) => parameters.TryGetValue(name, out parameter);

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        foreach (var (name, parameter) in parameters) visitor.Visit(name, parameter);
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Parameter>> GetEnumerator() => parameters.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
