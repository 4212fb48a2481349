namespace Tauten.NN;

/// <summary>
/// Terms that are added to a loss so that weights stay small or at right angles, as functions of a tensor. They are computed in the tensor's element type, have one element, and gradients flow through
/// them. The penalty of a network is the sum over its parameters.
/// </summary>
/// <example><code>
/// var layer = new Linear(3, 2);
/// Tensor x = Tensor.Ones([4, 3]), y = Tensor.Ones([4, 2]);
/// Tensor loss = new MSELoss().Call(layer.Call(x), y) + Penalty.L2(layer.Weight, 1e-4);
/// loss.Backward();
/// </code></example>
public static class Penalty
{
    /// <summary>factor sum(|x|), which makes weights exactly 0.</summary>
    /// <param name="x">A floating-point tensor.</param>
    /// <param name="factor">How much it counts.</param>
    /// <exception cref="DTypeException">The tensor is not floating-point.</exception>
    public static Tensor L1(Tensor x, double factor = 0.01) => Floating(x, "L1").Abs().Sum() * factor;

    /// <summary>factor sum(x^2), which makes weights small.</summary>
    /// <param name="x">A floating-point tensor.</param>
    /// <param name="factor">How much it counts. A weight decay of w in plain gradient descent is a factor of w / 2.</param>
    /// <exception cref="DTypeException">The tensor is not floating-point.</exception>
    public static Tensor L2(Tensor x, double factor = 0.01) => Floating(x, "L2").Square().Sum() * factor;

    /// <summary>l1 sum(|x|) + l2 sum(x^2), as in an elastic net (Zou, Hastie, 2005).</summary>
    /// <param name="x">A floating-point tensor.</param>
    /// <param name="l1">How much the absolute values count.</param>
    /// <param name="l2">How much the squares count.</param>
    /// <exception cref="DTypeException">The tensor is not floating-point.</exception>
    public static Tensor L1L2(Tensor x, double l1 = 0.01, double l2 = 0.01) => L1(x, l1) + L2(x, l2);

    /// <summary>factor times the mean, over pairs of rows, of |cosine of the angle between them|: 0 if all rows are at right angles.</summary>
    /// <param name="x">A floating-point matrix of at least two rows.</param>
    /// <param name="factor">How much it counts.</param>
    /// <param name="columns">Whether columns are compared instead of rows.</param>
    /// <exception cref="DTypeException">The tensor is not floating-point.</exception>
    /// <exception cref="ShapeException">The tensor is no matrix, or has fewer than two rows.</exception>
    public static Tensor Orthogonal(Tensor x, double factor = 0.01, bool columns = false)
    {
        if (Floating(x, "Orthogonal").Rank != 2) throw new ShapeException($"Penalty.Orthogonal: expected a matrix. Received: {x.Shape}.");
        var rows = (columns ? x.T : x).Normalize(axes: 1);
        if (rows.Shape[0] is { IsKnown: true, Value: < 2 }) throw new ShapeException($"Penalty.Orthogonal: expected at least two {(columns ? "columns" : "rows")}. Received: {x.Shape}.");
        long count = rows.Shape[0].Value;
        return rows.MatMul(rows.T).Triu(1).Abs().Sum() * (factor / (count * (count - 1) / 2.0));
    }

    static Tensor Floating(Tensor x, string name)
    {
        ArgumentNullException.ThrowIfNull(x);
        return x.DType.IsFloating() ? x : throw new DTypeException($"Penalty.{name}: expected a floating-point tensor. Received: {x.DType.Name()}.");
    }
}
