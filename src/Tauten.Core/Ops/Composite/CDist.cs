namespace Tauten.Ops;

/// <summary>
/// The distances between all pairs of rows of two matrices, or batches of them: y[i, j] = (sum over k of |a[i, k] - b[j, k]|^Order)^(1 / Order); the
/// largest difference for infinity, the number of differences other than 0 for 0. Inputs [.., rows, columns] and [.., others, columns], of which the axes in
/// front are broadcast; output [.., rows, others]. The gradient is 0 where a distance is 0; that of the largest difference goes in full to each one among ties.
/// </summary>
public sealed record CDist(double Order) : CompositeOp
{
    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        return Infer(x[0], x[1]);
    }

    /// <inheritdoc/>
    protected internal override TensorSpec Infer(TensorSpec a, TensorSpec b)
    {
        Expect.Floating(this, a);
        Expect.SameDType(this, a, b);
        if (a.Shape.Rank < 2 || b.Shape.Rank < 2 || (a.Shape[^1] != b.Shape[^1] && a.Shape[^1].IsKnown && b.Shape[^1].IsKnown))
            throw new ShapeException($"{this}: expected matrices with rows of one size. Received: shapes {a.Shape} and {b.Shape}.");
        var batch = Shape.Broadcast([.. a.Shape.Take(a.Shape.Rank - 2)], [.. b.Shape.Take(b.Shape.Rank - 2)], Name());
        return new TensorSpec(a.DType, [.. batch, a.Shape[^2], b.Shape[^2]]);
    }

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var difference = x[0].Unsqueeze(-2) - x[1].Unsqueeze(-3);
        // The distance in no dimension at all is 0, though the largest of nothing is not defined.
        return difference.Shape[^1] is { IsKnown: true, Value: 0 } ? difference.Sum(-1) : difference.Norm(Order, -1);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => double.IsInfinity(Order) ? Reads.Inputs | Reads.Output : Reads.Inputs;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        if (!double.IsInfinity(Order)) return null;
        var difference = b.Input(0).Unsqueeze(-2) - b.Input(1).Unsqueeze(-3);
        var chosen = difference.Abs().EqualTo(b.Output.Unsqueeze(-1)).To(difference.DType);
        var each = b.Grad.Unsqueeze(-1) * difference.Sign() * chosen;
        return [each.Sum(-2).SumTo(b.InputSpec(0).Shape), (-each).Sum(-3).SumTo(b.InputSpec(1).Shape)];
    }
}
