namespace Tauten.NN;

/// <summary>The parametrizations that have a name, as <c>torch.nn.utils.parametrizations</c>. Each returns the module, so that it can be put into a <see cref="Sequential"/> at once.</summary>
/// <example><code>
/// var critic = new Sequential(new Conv2d(3, 8, 3).SpectralNorm(), new ReLU(), new Conv2d(8, 1, 3).WeightNorm());
/// Console.WriteLine(string.Join(" ", critic[2].State().Keys));
/// // bias parametrizations.weight.original0 parametrizations.weight.original1
/// </code></example>
public static class Parametrizations
{
    /// <summary>Length and direction of a parameter by themselves; see <see cref="NN.WeightNorm"/>.</summary>
    /// <param name="module">The module, or one around it.</param>
    /// <param name="name">The name of the parameter.</param>
    /// <param name="axis">The axis whose indices have lengths of their own; null for one length of all.</param>
    public static TModule WeightNorm<TModule>(this TModule module, string name = "weight", int? axis = 0)
        where TModule : Module
    {
        Parametrize.Register(module, name, new WeightNorm(axis));
        return module;
    }

    /// <summary>A parameter divided by its largest singular value; see <see cref="NN.SpectralNorm"/>.</summary>
    /// <param name="module">The module, or one around it.</param>
    /// <param name="name">The name of the parameter.</param>
    /// <param name="iterations">Power iterations each time it is computed in training.</param>
    /// <param name="epsilon">The least length that a vector is divided by.</param>
    /// <param name="axis">The axis of the rows; 1 of a transposed convolution and 0 of others if left out.</param>
    /// <param name="generator">Where the first vectors come from; the default generator if left out.</param>
    public static TModule SpectralNorm<TModule>(this TModule module, string name = "weight", int iterations = 1, double epsilon = 1e-12, int? axis = null, Generator? generator = null)
        where TModule : Module
    {
        Parametrize.Register(module, name, new SpectralNorm(iterations, epsilon, axis ?? (module is ConvolutionLayer { IsTransposed: true } ? 1 : 0), generator));
        return module;
    }

    /// <summary>A parameter whose last two axes are an orthogonal matrix; see <see cref="NN.Orthogonal"/>.</summary>
    /// <param name="module">The module, or one around it.</param>
    /// <param name="name">The name of the parameter.</param>
    /// <param name="map">How the matrix is made; the exponential for square matrices and reflections for others if left out.</param>
    /// <param name="useTrivialization">Whether the map starts from a base, so that values can be assigned.</param>
    /// <param name="generator">What the base of a matrix that is not square is filled up from; the default generator if left out.</param>
    public static TModule Orthogonal<TModule>(this TModule module, string name = "weight", OrthogonalMap? map = null, bool useTrivialization = true, Generator? generator = null)
        where TModule : Module
    {
        Parametrize.Register(module, name, new Orthogonal(map, useTrivialization, generator));
        return module;
    }
}
