using System.Collections;
using System.Globalization;

namespace Tauten.NN;

/// <summary>
/// What stands in a module in the place of a parameter that is computed: its originals, and the parametrizations that are applied to them one after the other. Its name in the module is
/// <c>parametrizations.weight</c>, where <c>weight</c> is that of the parameter; in it stand <c>original</c>, or <c>original0</c>, <c>original1</c> and so on, and the parametrizations <c>0</c>,
/// <c>1</c> and so on.
/// </summary>
/// <example><code>
/// var layer = new Linear(2, 2);
/// var list = Parametrize.Register(layer, "weight", x => x.Exp());
/// Parametrize.Register(layer, "weight", x => x + 1);
/// Console.WriteLine($"{list.Count} {list.Originals.Count}");    // 2 1
/// </code></example>
public sealed class ParametrizationList : Module, IReadOnlyList<Parametrization>, ICellSource
{
    readonly List<Parametrization> parametrizations;
    readonly Module owner;
    readonly Parameter target;

    internal ParametrizationList(Module owner, Parameter target, Parametrization first, IEnumerable<Parameter> originals)
    {
        (this.owner, this.target, parametrizations) = (owner, target, [first]);
        Originals = [.. originals];
    }

    /// <summary>What the parameter is computed from.</summary>
    public IReadOnlyList<Parameter> Originals { get; }

    /// <inheritdoc/>
    public int Count => parametrizations.Count;

    /// <inheritdoc/>
    public Parametrization this[int index] =>
        (uint)index < (uint)parametrizations.Count ? parametrizations[index] : throw new IndexException($"ParametrizationList: there is no parametrization {index}. Expected 0 to {parametrizations.Count - 1}.");

    /// <summary>The parameter that is computed.</summary>
    internal Parameter Target => target;

    internal Module Owner => owner;

    internal void Add(Parametrization further) => parametrizations.Add(further);

    internal void RemoveLast() => parametrizations.RemoveAt(parametrizations.Count - 1);

    /// <summary>The value, computed anew.</summary>
    internal Tensor Compute()
    {
        var x = new Tensor[Originals.Count];
        for (int i = 0; i < x.Length; i++) x[i] = Originals[i].Borrow();
        foreach (var parametrization in parametrizations) x = [parametrization.Call(x)];
        return x[0];
    }

    Tensor ICellSource.Read() => KeptValues.Of(this, owner, Compute);

    void ICellSource.Write(Tensor value)
    {
        using var untracked = Gradients.NoGrad();
        Tensor[] x = [value];
        for (int i = parametrizations.Count - 1; i >= 0; i--) x = parametrizations[i].RightInverse(x[0]);
        if (x.Length != Originals.Count) throw new InvalidOperationException($"{parametrizations[0].TypeName}: expected {Originals.Count} originals from RightInverse. Received: {x.Length}.");
        for (int i = 0; i < x.Length; i++) Originals[i].Value = x[i].Detach();
    }

    void ICellSource.Escape()
    {
        foreach (var (_, cell) in new ModuleTree(this).Cells) cell.Escape();
    }

    bool ICellSource.RequiresGrad
    {
        get => Originals.Any(original => original.RequiresGrad);
        set
        {
            foreach (var original in Originals) original.RequiresGrad = value;
        }
    }

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        for (int i = 0; i < Originals.Count; i++) visitor.Visit(Originals.Count == 1 ? "original" : $"original{i.ToString(CultureInfo.InvariantCulture)}", Originals[i]);
        for (int i = 0; i < parametrizations.Count; i++) visitor.Visit(i.ToString(CultureInfo.InvariantCulture), parametrizations[i]);
    }

    /// <inheritdoc/>
    public IEnumerator<Parametrization> GetEnumerator() => parametrizations.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
