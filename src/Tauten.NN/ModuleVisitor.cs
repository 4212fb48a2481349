namespace Tauten.NN;

/// <summary>
/// Gathers the parameters, buffers and submodules of one module, in the order in which <see cref="Module.Enumerate"/> names them. That method is
/// written by Tauten's source generator for every <c>partial</c> module; a module that overrides it itself calls <c>Visit</c> for each member.
/// </summary>
/// <example><code>
/// foreach (string name in new RunningMean().State().Keys) Console.WriteLine(name);    // running_mean
///
/// sealed class RunningMean : Module&lt;Tensor, Tensor>
/// {
///     readonly Buffer mean = new(Tensor.Zeros([1]));
///
///     protected override void Enumerate(ModuleVisitor visitor)
///     {
///         base.Enumerate(visitor);
///         visitor.Visit("running_mean", mean);      // a name of one's own, here that of PyTorch
///     }
///
///     protected override Tensor Forward(Tensor x) => x - mean.Value;
/// }
/// </code></example>
public sealed class ModuleVisitor
{
    readonly Module owner;
    readonly List<(string Name, object Member)> members = [];
    HashSet<string>? names;         // only where there are many: most modules have a few members

    internal ModuleVisitor(Module owner) => this.owner = owner;

    /// <summary>What was named so far: parameters, buffers and modules.</summary>
    internal List<(string Name, object Member)> Members => members;

    /// <summary>Names a parameter; null is passed over.</summary>
    /// <exception cref="InvalidOperationException">The name is taken, or empty.</exception>
    public void Visit(string name, Parameter? parameter) => Add(name, parameter);

    /// <summary>Names a buffer; null is passed over.</summary>
    /// <exception cref="InvalidOperationException">The name is taken, or empty.</exception>
    public void Visit(string name, Buffer? buffer) => Add(name, buffer);

    /// <summary>Names a submodule; null is passed over.</summary>
    /// <exception cref="InvalidOperationException">The name is taken, or empty.</exception>
    public void Visit(string name, Module? module) => Add(name, module);

    /// <summary>Names the parameters, buffers or modules of a list <c>name.0</c>, <c>name.1</c> and so on; null is passed over.</summary>
    /// <exception cref="InvalidOperationException">A name is taken, or the list holds something else.</exception>
    public void Visit<T>(string name, IReadOnlyList<T>? list)
    {
        for (int i = 0; i < (list?.Count ?? 0); i++) Add($"{name}.{i}", list![i]);
    }

    void Add(string name, object? member)
    {
        if (member is null) return;
        if (member is not (Cell or Module)) throw new InvalidOperationException($"{owner.TypeName}: '{name}' is a {member.GetType().Name}. Expected a Parameter, a Buffer or a Module.");
        if (name.Length == 0) throw new InvalidOperationException($"{owner.TypeName}: a member has no name.");
        if (IsTaken(name)) throw new InvalidOperationException($"{owner.TypeName}: two members are named '{name}'. Rename one: the names of parameters in files are made of them.");
        members.Add((name, member));
    }

    bool IsTaken(string name)
    {
        const int Few = 16;
        if (members.Count > Few) return !(names ??= [.. members.Select(m => m.Name)]).Add(name);
        foreach (var (taken, _) in members)
            if (taken == name) return true;
        return false;
    }
}
