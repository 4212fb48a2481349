using System.Collections;
using System.Globalization;

namespace Tauten.NN;

/// <summary>Modules one after the other: each takes what the one before it gives. Their names are <c>0</c>, <c>1</c> and so on, as PyTorch's.</summary>
/// <example><code>
/// var net = new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10));
/// Console.WriteLine(net.Call(Tensor.Ones([64, 784])).Shape);    // [64, 10]
/// </code></example>
public sealed class Sequential : Module<Tensor, Tensor>, IReadOnlyList<Module<Tensor, Tensor>>
{
    readonly Module<Tensor, Tensor>[] modules;
    readonly string[] names;

    /// <summary>The modules in the order in which they run.</summary>
    public Sequential(params Module<Tensor, Tensor>[] modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        foreach (var module in modules) ArgumentNullException.ThrowIfNull(module, nameof(modules));
        this.modules = [.. modules];
        names = [.. Enumerable.Range(0, modules.Length).Select(i => i.ToString(CultureInfo.InvariantCulture))];
    }

    /// <summary>How many modules there are.</summary>
    public int Count => modules.Length;

    /// <summary>One of the modules.</summary>
    /// <exception cref="IndexException">There is none at this position.</exception>
    public Module<Tensor, Tensor> this[int index] =>
        (uint)index < (uint)modules.Length ? modules[index] : throw new IndexException($"Sequential: there is no module {index}. Expected 0 to {modules.Length - 1}.");

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        for (int i = 0; i < modules.Length; i++) visitor.Visit(names[i], modules[i]);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        foreach (var module in modules) x = module.Call(x);
        return x;
    }

    /// <inheritdoc/>
    public IEnumerator<Module<Tensor, Tensor>> GetEnumerator() => ((IEnumerable<Module<Tensor, Tensor>>)modules).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
