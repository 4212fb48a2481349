namespace Tauten.Testing;

/// <summary>
/// Compares gradients with central differences in float64, at two step sizes of which Richardson's extrapolation removes the leading error:
/// right to about ten digits for smooth functions of size one.
/// </summary>
public static class GradientCheck
{
    const double Step = 1.0 / 512, Tolerance = 1e-6;

    /// <summary>
    /// Checks the gradient of a function at a point, in float64 and on the default backend. As <c>torch.autograd.gradcheck</c>. Returns what differs, or null.
    /// </summary>
    /// <example><code>
    /// string? failure = GradientCheck.First(x => [x[0].Silu()], Tensor.Randn([3, 4]));
    /// </code></example>
    public static string? First(Func<Tensor[], Tensor[]> function, params ReadOnlySpan<Tensor> point) => First(function, Widened(point), Backends.Default);

    /// <summary>
    /// Checks the second derivatives of a function at a point, in float64 and on the default backend. As <c>torch.autograd.gradgradcheck</c>. Returns what differs, or null.
    /// </summary>
    public static string? Second(Func<Tensor[], Tensor[]> function, params ReadOnlySpan<Tensor> point) => Second(function, Widened(point), Backends.Default);

    static HostTensor[] Widened(ReadOnlySpan<Tensor> point) => Array.ConvertAll(point.ToArray(), x => HostTensor.Read(x.DType.IsFloating() ? x.Detach().To(DType.Float64) : x));

    /// <summary>
    /// Checks the gradient of a function with respect to all its floating-point inputs: that of the sum of its floating-point outputs, each
    /// multiplied by fixed random weights. Returns what differs, or null.
    /// </summary>
    public static string? First(Func<Tensor[], Tensor[]> function, HostTensor[] inputs, Backend backend)
    {
        using var scope = Backends.Use(backend);
        var x = Tracked(inputs, backend);
        var y = function(x);
        var weights = Weights(y, backend);
        if (weights.All(w => w is null)) return null;
        int[] which = Differentiable(inputs);
        var analytic = Array.ConvertAll(Weighted(y, weights, Array.ConvertAll(which, i => x[i]), createGraph: false), HostTensor.Read);
        for (int k = 0; k < which.Length; k++)
        {
            var numeric = Numeric(function, inputs, which[k], weights, backend);
            double scale = numeric.Select(Math.Abs).Append(1).Max();
            for (int i = 0; i < numeric.Length; i++)
                if (!(Math.Abs(analytic[k].Reals[i] - numeric[i]) <= Tolerance * scale))
                    return $"gradient of input {which[k]}, element {i} is {analytic[k].Reals[i]:R}. Expected {numeric[i]:R} from finite differences.";
        }
        return null;
    }

    /// <summary>Checks the second derivatives of a function: the gradient, as a function of inputs and of the gradient that arrives, is checked in its turn.</summary>
    public static string? Second(Func<Tensor[], Tensor[]> function, HostTensor[] inputs, Backend backend)
    {
        using var scope = Backends.Use(backend);
        var weights = Weights(function(Tracked(inputs, backend)), backend);
        if (weights.All(w => w is null)) return null;
        return First(GradientOf(function, inputs.Length, Differentiable(inputs), createGraph: true), [.. inputs, .. weights.OfType<Tensor>().Select(HostTensor.Read)], backend);
    }

    /// <summary>
    /// The gradient of a function as a function: of its inputs, followed by the weights of its floating-point outputs.
    /// </summary>
    public static Func<Tensor[], Tensor[]> GradientOf(Func<Tensor[], Tensor[]> function, int inputCount, int[] wrt, bool createGraph = false) => z =>
    {
        var y = function(z[..inputCount]);
        int next = inputCount;
        var weights = Array.ConvertAll(y, t => t.DType.IsFloating() ? z[next++] : null);
        return Weighted(y, weights, Array.ConvertAll(wrt, i => z[i]), createGraph);
    };

    /// <summary>Random weights for each floating-point output, null for the others.</summary>
    public static Tensor?[] Weights(Tensor[] y, Backend backend)
    {
        var random = new Random(2);
        return Array.ConvertAll(y, t => t.DType.IsFloating() ? Variant.Place(new HostTensor(t.DType, t.Shape, new Domain().Reals(random, (int)t.Shape.Count)), backend) : null);
    }

    /// <summary>The positions of the floating-point inputs.</summary>
    public static int[] Differentiable(HostTensor[] inputs) => [.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i].IsReal)];

    static Tensor[] Tracked(HostTensor[] inputs, Backend backend) => Array.ConvertAll(inputs, x => x.IsReal ? Variant.Place(x, backend).WithGrad() : Variant.Place(x, backend));

    // One walk from all outputs at once. No op multiplies and sums on the way: its own gradient may be the one that is checked.
    static Tensor[] Weighted(Tensor[] y, Tensor?[] weights, Tensor[] wrt, bool createGraph)
    {
        int[] roots = [.. Enumerable.Range(0, y.Length).Where(i => weights[i] is not null)];
        var found = new ReverseWalk(createGraph, keepGraph: createGraph).Run(Array.ConvertAll(roots, i => y[i]), Array.ConvertAll(roots, i => weights[i]!), Array.ConvertAll(wrt, t => (t.Node, t.OutputIndex)));
        return [.. found.Select((gradient, i) => gradient ?? Tensor.Zeros(wrt[i].Shape, wrt[i].DType))];
    }

    static double[] Numeric(Func<Tensor[], Tensor[]> function, HostTensor[] inputs, int which, Tensor?[] weights, Backend backend)
    {
        var w = Array.ConvertAll(weights, t => t is null ? null : HostTensor.Read(t));
        var result = new double[inputs[which].Count];
        for (int i = 0; i < result.Length; i++)
        {
            double coarse = Slope(Step), fine = Slope(Step / 2);
            result[i] = (4 * fine - coarse) / 3;

            double Slope(double h) => (At(h) - At(-h)) / (2 * h);

            double At(double h)
            {
                var moved = (HostTensor[])inputs.Clone();
                moved[which] = inputs[which].Copy();
                moved[which].Reals[i] += h;
                var y = function(Tracked(moved, backend));
                double sum = 0;
                for (int k = 0; k < y.Length; k++)
                    if (w[k] is { } weight) sum += HostTensor.Read(y[k]).Reals.Zip(weight.Reals, (a, b) => a * b).Sum();
                return sum;
            }
        }
        return result;
    }
}
