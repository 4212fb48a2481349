namespace Tauten.Ops;

/// <summary>
/// The Euclidean norm of all inputs together, as of one long vector, in the type of the first input, but not in less than 32 bits: what gradients are clipped by. Dtypes: floating-point.
/// </summary>
public sealed record TotalNorm : CompositeOp
{
    internal static readonly TotalNorm Instance = new();

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        if (x.Length == 0) throw new ShapeException($"{this}: expected at least 1 input. Received: 0.");
        foreach (var input in x) Expect.Floating(this, input);
        return new TensorSpec(OptimizerStep.Computed(x[0].DType), Shape.Scalar);
    }

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var dtype = OptimizerStep.Computed(x[0].DType);
        var norms = new Tensor[x.Length];
        for (int i = 0; i < norms.Length; i++) norms[i] = x[i].To(OptimizerStep.Computed(x[i].DType)).Norm().To(dtype);
        return norms.Length == 1 ? norms[0] : Tensor.Stack(norms, 0).Norm();
    }
}
