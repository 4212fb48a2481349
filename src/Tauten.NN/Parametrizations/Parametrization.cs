namespace Tauten.NN;

/// <summary>
/// How a parameter is computed from other tensors, its originals, whenever it is read: a norm by itself, a constraint that is always met, an update of low rank. The originals are
/// learned in its place, with whatever parameters and buffers the parametrization has itself. Register it with <see cref="Parametrize"/>.
/// </summary>
/// <example><code>
/// var layer = new Linear(3, 3);
/// Parametrize.Register(layer, "weight", new Symmetric());
/// Console.WriteLine(layer.Weight.Value.Equal(layer.Weight.Value.T));    // True
/// Console.WriteLine(string.Join(" ", layer.State().Keys));              // bias parametrizations.weight.original
///
/// sealed class Symmetric : Parametrization
/// {
///     protected override Tensor Forward(Tensor[] x) => x[0].Triu() + x[0].Triu(1).T;
/// }
/// </code></example>
public abstract class Parametrization : Module<Tensor[], Tensor>
{
    /// <summary>Originals from which <see cref="Module{TInput, TOutput}.Forward"/> computes this value, when the parametrization is registered or the parameter is assigned.</summary>
    /// <param name="value">A value of the parameter.</param>
    /// <returns>The value itself unless overridden: right for a map that leaves alone what it has made.</returns>
    public virtual Tensor[] RightInverse(Tensor value) => [value];

    /// <summary>Learns from the first value, before <see cref="RightInverse"/> is asked.</summary>
    internal virtual void Start(Tensor value) { }
}

/// <summary>A parametrization by a function.</summary>
sealed class FunctionParametrization(Func<Tensor, Tensor> function, Func<Tensor, Tensor>? inverse) : Parametrization
{
    /// <inheritdoc/>
    protected override Tensor Forward(Tensor[] x) => function(x[0]);

    /// <inheritdoc/>
    public override Tensor[] RightInverse(Tensor value) => [inverse is null ? value : inverse(value)];
}
