namespace Tauten.NN;

/// <summary>
/// A walk over a module and all that is inside it, in the order of declaration: each module, parameter and buffer once, under the name by which it
/// was met first. Other names for the same thing, as shared layers and tied weights have, are kept as aliases; cycles are no harm.
/// </summary>
sealed class ModuleTree
{
    readonly List<(string Name, Module Module)> modules = [];
    readonly List<(string Name, Cell Cell)> cells = [];
    readonly Dictionary<object, string> names = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<string, string> aliases = [];

    public ModuleTree(Module root)
    {
        names.Add(root, "");
        Visit("", root);
    }

    /// <summary>The modules with their names; that of the root is empty.</summary>
    public IReadOnlyList<(string Name, Module Module)> Modules => modules;

    /// <summary>The parameters and buffers with their names, such as <c>fc1.weight</c>.</summary>
    public IReadOnlyList<(string Name, Cell Cell)> Cells => cells;

    /// <summary>The name by which a thing is listed, when <paramref name="name"/> may be another name of it or of a module around it.</summary>
    public string Canonical(string name)
    {
        // Each round replaces the longest alias at the start; a name that leads through several shared modules takes several.
        for (int round = 0; round < aliases.Count; round++)
        {
            int end = name.Length;
            while (end > 0 && !aliases.ContainsKey(name[..end])) end = name.LastIndexOf('.', end - 1);
            if (end <= 0) break;
            string first = aliases[name[..end]];
            name = first.Length == 0 ? name[end..].TrimStart('.') : first + name[end..];
        }
        return name;
    }

    /// <summary>The parameters alone, without names: what optimizers ask for at each step.</summary>
    public static List<Parameter> ParametersOf(Module root)
    {
        var found = new List<Parameter>();
        Collect(root, new(ReferenceEqualityComparer.Instance) { root }, found);
        return found;
    }

    static void Collect(Module module, HashSet<object> seen, List<Parameter> found)
    {
        foreach (var (_, member) in module.Members())
        {
            if (!seen.Add(member)) continue;
            if (member is Parameter parameter) found.Add(parameter);
            else if (member is Module child) Collect(child, seen, found);
        }
    }

    public static string Join(string prefix, string name) => prefix.Length == 0 ? name : $"{prefix}.{name}";

    void Visit(string path, Module module)
    {
        modules.Add((path, module));
        foreach (var (name, member) in module.Members())
        {
            string full = Join(path, name);
            if (!names.TryAdd(member, full)) aliases.TryAdd(full, names[member]);
            else if (member is Cell cell) cells.Add((full, cell));
            else Visit(full, (Module)member);
        }
    }
}
