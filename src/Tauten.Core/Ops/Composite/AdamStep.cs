namespace Tauten.Ops;

/// <summary>
/// One step of Adam (Kingma, Ba: "Adam: A Method for Stochastic Optimization", 2014), or of AdamW where <paramref name="Decoupled"/>
/// (Loshchilov, Hutter: "Decoupled Weight Decay Regularization", 2017). With t = step + 1:
/// <code>
/// Adam:   g = gradient + WeightDecay * parameter        AdamW:  parameter = parameter * (1 - learningRate * WeightDecay)
/// m = Beta1 * m + (1 - Beta1) * g
/// v = Beta2 * v + (1 - Beta2) * g^2
/// parameter = parameter - learningRate / (1 - Beta1^t) * m / (sqrt(v) / sqrt(1 - Beta2^t) + Epsilon)
/// </code> Dtypes: floating-point.
/// </summary>
/// <remarks>
/// Inputs: parameter, gradient, learning rate (float64 scalar), m, v, step (int64 scalar: how many were done). Outputs: the new parameter, m, v
/// and step. The moments of a 16-bit parameter are float32, and the step is computed in their type. Not differentiable.
/// </remarks>
public sealed record AdamStep(double Beta1, double Beta2, double Epsilon, double WeightDecay, bool Decoupled) : CompositeOp
{
    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 6, this);
        SgdStep.CheckUpdate(this, x, moments: 2, counts: true);
        return new(x[0], x[3], x[4], x[5]);
    }

    /// <inheritdoc/>
    internal override ReadOnlySpan<int> Overwrites => [0, 3, 4, 5];

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var kind = x[3].DType;
        var w = x[0].To(kind);
        var g = x[1].To(kind);
        var rate = x[2];
        if (WeightDecay != 0 && Decoupled) w *= (1 - rate * WeightDecay).To(kind);
        if (WeightDecay != 0 && !Decoupled) g += w * WeightDecay;
        var m = x[3] + (g - x[3]) * (1 - Beta1);
        var v = x[4] * Beta2 + g.Square() * (1 - Beta2);
        var step = x[5] + 1;
        // What depends on the step alone is one number, computed in 64 bits.
        var time = step.To(DType.Float64);
        var size = rate / (1 - Tensor.Scalar(Beta1, DType.Float64).Pow(time));
        var norm = (1 - Tensor.Scalar(Beta2, DType.Float64).Pow(time)).Sqrt();
        var updated = w - m / (v.Sqrt() / norm.To(kind) + Epsilon) * size.To(kind);
        return [updated.To(x[0].DType), m, v, step];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => new Tensor?[b.InputCount];

    // Elementwise but for the learning rate and the number of steps, which the op takes once: with samples it is expanded.
    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => null;
}
