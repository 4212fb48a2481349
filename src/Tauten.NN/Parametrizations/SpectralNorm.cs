using System.Globalization;

namespace Tauten.NN;

/// <summary>
/// A weight divided by its largest singular value, as a matrix of one axis by all others, so that the layer stretches no input (Miyato et al.: "Spectral Normalization for Generative Adversarial
/// Networks", 2018). The singular vectors are found by power iterations, a few more each time the weight is computed in training; gradients do not flow through them. A vector is divided by its length.
/// </summary>
/// <remarks>Buffers: the singular vectors <c>_u</c> [rows] and <c>_v</c> [columns], at first random and then improved by 15 iterations.</remarks>
/// <example><code>
/// var layer = new Linear(2, 2);
/// layer.Weight.Value = Tensor.From([3f, 0, 0, 1], [2, 2]);
/// layer.SpectralNorm();
/// Console.WriteLine(layer.Weight.Value);
/// // [[1.0000, 0.0000],
/// //  [0.0000, 0.3333]]
/// </code></example>
public sealed class SpectralNorm : Parametrization
{
    const int First = 15;
    readonly int iterations, axis;
    readonly double epsilon;
    readonly Generator? generator;
    Buffer? u, v;

    /// <summary>A parametrization that has not seen its weight yet.</summary>
    /// <param name="iterations">Power iterations each time the weight is computed in training.</param>
    /// <param name="epsilon">The least length that a vector is divided by.</param>
    /// <param name="axis">The axis of the rows.</param>
    /// <param name="generator">Where the first vectors come from; the default generator if left out.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="iterations"/> is less than 1.</exception>
    public SpectralNorm(int iterations = 1, double epsilon = 1e-12, int axis = 0, Generator? generator = null)
    {
        if (iterations < 1) throw new ArgumentOutOfRangeException(nameof(iterations), iterations, "SpectralNorm: expected at least one power iteration.");
        (this.iterations, this.epsilon, this.axis, this.generator) = (iterations, Initial.Epsilon(epsilon), axis, generator);
    }

    internal override void Start(Tensor value)
    {
        if (value.Rank < 2) return;
        var rows = Rows(value);
        (u, v) = (Direction(rows.Shape[0]), Direction(rows.Shape[1]));
        Improve(rows, First);

        Buffer Direction(Dim size) => new(Tensor.Randn([size], value.DType, generator).Normalize(2, 0, epsilon));
    }

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        visitor.Visit("_u", u);
        visitor.Visit("_v", v);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor[] x)
    {
        if (u is null || v is null) return x[0].Normalize(2, 0, epsilon);
        var rows = Rows(x[0]);
        if (IsTraining) Improve(rows, iterations);
        return x[0] / u.Borrow().Dot(rows.Mv(v.Borrow()));
    }

    void Improve(Tensor rows, int times)
    {
        using var untracked = Gradients.NoGrad();
        Tensor left = u!.Borrow(), right = v!.Borrow();
        for (int i = 0; i < times; i++)
        {
            left = rows.Mv(right).Normalize(2, 0, epsilon);
            right = rows.T.Mv(left).Normalize(2, 0, epsilon);
        }
        // Values of their own: those of a walk that is still to come are kept.
        (u.Value, v.Value) = (left, right);
    }

    Tensor Rows(Tensor x)
    {
        int first = x.Shape.Axis(axis, nameof(SpectralNorm));
        return (first == 0 ? x : x.MoveAxis(first, 0)).Flatten(1);
    }

    /// <inheritdoc/>
    protected override string Details() => string.Create(CultureInfo.InvariantCulture, $"axis {axis}, {iterations} iterations");
}
