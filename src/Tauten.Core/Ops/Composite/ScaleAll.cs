namespace Tauten.Ops;

/// <summary>Any number of tensors, each times the same number. Inputs: the number, float64[], then the tensors. 16-bit tensors are multiplied in float32. Dtypes: floating-point; the number float64.</summary>
public sealed record ScaleAll : CompositeOp
{
    internal static readonly ScaleAll Instance = new();

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        if (x.Length <= 1) throw new ShapeException($"{this}: expected a number and at least 1 tensor. Received: {x.Length} inputs.");
        if (x[0].DType != DType.Float64) throw Expect.DType(this, x[0].DType, "a number of dtype float64");
        if (x[0].Shape.Rank != 0) throw new ShapeException($"{this}: expected a number float64[]. Received: {x[0]}.");
        foreach (var input in x[1..]) Expect.Floating(this, input);
        return x.Length == 2 ? x[1] : new Specs(x[1..].ToArray());
    }

    /// <inheritdoc/>
    internal override int Overwritten(int output) => output + 1;

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor[x.Length - 1];
        for (int i = 0; i < y.Length; i++)
        {
            var kind = OptimizerStep.Computed(x[i + 1].DType);
            y[i] = (x[i + 1].To(kind) * x[0].To(kind)).To(x[i + 1].DType);
        }
        return y;
    }
}
