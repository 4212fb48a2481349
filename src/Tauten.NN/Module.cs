using System.Text;

namespace Tauten.NN;

/// <summary>
/// A part of a neural network: parameters that are learned, buffers that are state, and modules inside it. Declare it <c>partial</c>, and a source
/// generator enumerates its fields and properties; their names in the code are the names in <see cref="State"/> and in files.
/// </summary>
/// <remarks>
/// A module has one owner at a time while it is trained. Once it is in <see cref="Eval"/> mode, any number of threads may call it.
/// Most modules derive from <see cref="Module{TInput, TOutput}"/>.
/// </remarks>
public abstract partial class Module
{
    string? path;
    bool isTraining = true;

    /// <summary>Whether the module is in training mode, as it is at first: dropout drops, batch normalization uses and tracks the batch.</summary>
    public bool IsTraining
    {
        get
        {
            // A graph that was captured in one mode does not stand for the other.
            if (Ambient.Current.Capture is { } capture && isTraining is var now) capture.Assume(this, now ? "training mode" : "evaluation mode", () => isTraining == now);
            return isTraining;
        }
    }

    /// <summary>
    /// Where the module stands, such as <c>Net.fc1</c>: the type of the outermost module, then names of members. Known once the outermost module
    /// was called; its own type until then. Errors that happen inside name it. A module in two places keeps the first.
    /// </summary>
    public string ModulePath => path ?? TypeName;

    /// <summary>The type's name without generic arguments.</summary>
    internal string TypeName
    {
        get
        {
            string name = GetType().Name;
            int arguments = name.IndexOf('`');
            return arguments < 0 ? name : name[..arguments];
        }
    }

    /// <summary>The path while this module runs; found out at the first call, so that later calls only read a field.</summary>
    private protected string RunningPath => path ?? Locate();

    /// <summary>Names every parameter, buffer and submodule to the visitor. Written by the source generator for partial classes.</summary>
    protected virtual void Enumerate(ModuleVisitor visitor) { }

    /// <summary>The attributes that <see cref="ToString"/> shows in brackets, such as <c>784 -> 128</c>.</summary>
    protected virtual string Details() => "";

    /// <summary>Names the members of this module to the visitor of another that stands in its place.</summary>
    internal void Name(ModuleVisitor visitor) => Enumerate(visitor);

    /// <summary>The attributes, for a module that stands in the place of this one.</summary>
    internal string Described => Details();

    /// <summary>Whether a parameter of this module is computed: each is then computed once while the module runs.</summary>
    internal bool HasComputed { get; set; }

    /// <summary>What the module names itself.</summary>
    internal List<(string Name, object Member)> Own()
    {
        var visitor = new ModuleVisitor(this);
        Enumerate(visitor);
        return visitor.Members;
    }

    /// <summary>What counts as its parameters, buffers and modules: behind all others come the originals of parameters that are computed, in their place.</summary>
    internal List<(string Name, object Member)> Members()
    {
        var members = Own();
        if (!members.Exists(IsComputed)) return members;
        return [.. members.Where(m => !IsComputed(m)), .. members.Where(IsComputed).Select(m => ($"parametrizations.{m.Name}", (object)((Parameter)m.Member).Source!))];

        static bool IsComputed((string Name, object Member) member) => member.Member is Parameter { Source: not null };
    }

    // Nobody has named this module, so it is the outermost: it names itself by its type, and what is inside it by their places.
    string Locate()
    {
        string root = TypeName;
        NameMembers(root, null, []);
        return path = root;
    }

    void NameMembers(string newPath, string? oldPath, HashSet<Module> visited)
    {
        if (!visited.Add(this)) return;
        foreach (var (name, member) in Members())
        {
            string? before = oldPath is null ? null : $"{oldPath}.{name}";
            string place = $"{newPath}.{name}";
            switch (member)
            {
                // Named by nobody, by itself, or through this very module: ours to name.
                case Module child when !visited.Contains(child) && (child.path is null || child.path == child.TypeName || child.path == before):
                    string? childBefore = child.path;
                    child.path = place;
                    child.NameMembers(place, childBefore, visited);
                    break;
                case Cell cell when cell.Name is null || cell.Name == WithoutRoot(before):
                    cell.Name = WithoutRoot(place);
                    break;
            }
        }
    }

    /// <summary>A module with the same fields that has not been called yet. What it holds is shared.</summary>
    private protected Module Copy()
    {
        var copy = (Module)MemberwiseClone();
        (copy.path, copy.HasComputed) = (null, false);
        return copy;
    }

    static string? WithoutRoot(string? place) => place?[(place.IndexOf('.') + 1)..];

    /// <summary>Puts this module and all inside it into training mode.</summary>
    public void Train() => SetMode(training: true);

    /// <summary>Puts this module and all inside it into the mode for use: no dropout, running statistics, safe to call from many threads.</summary>
    public void Eval() => SetMode(training: false);

    internal void SetMode(bool training)
    {
        foreach (var (_, module) in new ModuleTree(this).Modules) module.SetOwnMode(training);
    }

    /// <summary>The mode of this module alone.</summary>
    internal virtual void SetOwnMode(bool training) => isTraining = training;

    /// <summary>
    /// All parameters, each once, in the order of declaration. The sequence looks again each time it is enumerated: an optimizer that was given
    /// it before the first call of a <see cref="Dense"/> finds the weights once they exist.
    /// </summary>
    public IEnumerable<Parameter> Parameters()
    {
        foreach (var parameter in ModuleTree.ParametersOf(this)) yield return parameter;
    }

    /// <summary>All parameters with their names, such as <c>fc1.weight</c>.</summary>
    public IEnumerable<(string Name, Parameter Parameter)> NamedParameters()
    {
        foreach (var (name, cell) in new ModuleTree(this).Cells)
            if (cell is Parameter parameter) yield return (name, parameter);
    }

    /// <summary>All buffers with their names, such as <c>bn1.running_mean</c>.</summary>
    public IEnumerable<(string Name, Buffer Buffer)> NamedBuffers()
    {
        foreach (var (name, cell) in new ModuleTree(this).Cells)
            if (cell is Buffer buffer) yield return (name, buffer);
    }

    /// <summary>The modules directly inside this one, with their names.</summary>
    public IEnumerable<(string Name, Module Module)> Children() => from member in Members() where member.Member is Module select (member.Name, (Module)member.Member);

    /// <summary>This module, whose name is empty, and all modules inside it, each once.</summary>
    public IEnumerable<(string Name, Module Module)> NamedModules() => new ModuleTree(this).Modules;

    /// <summary>Parameters no longer get gradients, so that optimizers leave them as they are; with false they get them again.</summary>
    public void Freeze(bool frozen = true)
    {
        foreach (var parameter in Parameters()) parameter.RequiresGrad = !frozen;
    }

    /// <summary>Calls <paramref name="seen"/> with input and output after each call, until disposed.</summary>
    internal virtual IDisposable? Watch(Action<object?, object?> seen) => null;

    /// <summary>The operations of one call without those of the modules inside: two for each product that is added to others, as in matrix products and convolutions.</summary>
    internal virtual long Operations(object? input, object? output) => 0;

    /// <summary>The parameters of this module alone, without those of the modules inside.</summary>
    internal IEnumerable<Parameter> OwnParameters => Members().Select(m => m.Member).OfType<Parameter>();

    /// <summary>Puts this module and all inside it into the mode for use; gives the modes from before.</summary>
    internal Dictionary<Module, bool> EvaluateAll()
    {
        var modes = new ModuleTree(this).Modules.ToDictionary(m => m.Module, m => m.Module.IsTraining);
        Eval();
        return modes;
    }

    /// <summary>Puts modules into the modes from before.</summary>
    internal static void Restore(Dictionary<Module, bool> modes)
    {
        foreach (var (module, training) in modes) module.SetOwnMode(training);
    }

    /// <summary>Forgets the gradients of all parameters.</summary>
    public void ZeroGrad()
    {
        foreach (var parameter in Parameters()) parameter.ZeroGrad();
    }

    /// <summary>The tree of modules, a line for each.</summary>
    /// <example><code>
    /// var net = new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10));
    /// Console.WriteLine(net);
    /// // Sequential(
    /// //   (0): Linear(784 -> 128)
    /// //   (1): ReLU()
    /// //   (2): Linear(128 -> 10)
    /// // )
    /// </code></example>
    public override string ToString()
    {
        var text = new StringBuilder();
        Print(text, "", []);
        return text.ToString();
    }

    void Print(StringBuilder text, string indent, HashSet<Module> printed)
    {
        string details = Details();
        text.Append(TypeName).Append('(').Append(details);
        bool first = printed.Add(this);
        var children = first ? Children().ToList() : [];
        if (details.Length > 0 && (!first || children.Count > 0)) text.Append(", ");
        if (!first) text.Append("shown above");
        foreach (var (name, child) in children)
        {
            text.Append('\n').Append(indent).Append("  (").Append(name).Append("): ");
            child.Print(text, indent + "  ", printed);
        }
        if (children.Count > 0) text.Append('\n').Append(indent);
        text.Append(')');
    }
}
