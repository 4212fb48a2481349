namespace Tauten.Ops;

/// <summary>
/// The distances between all pairs of rows of two matrices, or batches of them: y[i, j] = (sum over k of |a[i, k] - b[j, k]|^Order)^(1 / Order); the
/// largest difference for infinity, the number of differences other than 0 for 0. Inputs [.., rows, columns] and [.., others, columns], of which the axes in
/// front are broadcast; output [.., rows, others]. The gradient is 0 where a distance is 0; that of the largest difference goes in full to each one among ties. Dtypes: floating-point.
/// </summary>
public sealed record CDist(double Order) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

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
    public override Reads GradientReads() => Order == 0 ? Reads.Nothing : Reads.Inputs | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        if (Order == 0) return [null, null];
        var op = new CDistGradient(Order);
        return
        [
            b.Needs(0) ? Dispatch.Run(op, b.Grad, b.Input(0), b.Input(1), b.Output).SumTo(b.InputSpec(0).Shape) : null,
            b.Needs(1) ? Dispatch.Run(op, b.Grad.T, b.Input(1), b.Input(0), b.Output.T).SumTo(b.InputSpec(1).Shape) : null,
        ];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Elementwise(this);
}

/// <summary>
/// The gradient of <see cref="CDist"/> with respect to its first input, for every matrix of the broadcast batch. Inputs: the gradient that arrives and the distances [.., rows, others], and
/// between them the rows and the others. The sum over the others of g d |d|^(Order - 2) / y^(Order - 1), where d is the difference and y the distance; 0 where d or y is 0.
/// Dtypes: floating-point.
/// </summary>
public sealed record CDistGradient(double Order) : CompositeOp
{
    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var (g, y) = (x[0].Unsqueeze(-1), x[3].Unsqueeze(-1));
        var difference = x[1].Unsqueeze(-2) - x[2].Unsqueeze(-3);
        var size = difference.Abs();
        var (zero, safe) = (y.EqualTo(0), Tensor.Where(y.EqualTo(0), 1, y));
        var slope = Order switch
        {
            1 => difference.Sign(),
            2 => difference / safe,
            double.PositiveInfinity => difference.Sign() * size.EqualTo(y).To(y.DType),
            _ => difference.Sign() * (Tensor.Where(size.EqualTo(0), 1, size) / safe).Pow(Order - 1),
        };
        return Tensor.Where(zero, 0, g * slope).Sum(-2);
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Elementwise(this);
}
