namespace Tauten.Ops;

/// <summary>
/// One step of stochastic gradient descent (Sutskever et al.: "On the importance of initialization and momentum in deep learning", 2013, in the
/// form that PyTorch gives it): with g = gradient + WeightDecay * parameter, and buffer = Momentum * buffer + (1 - Dampening) * g (g itself at step 0),
/// the new parameter is parameter - learningRate * d, where d is g without momentum, the buffer with it, g + Momentum * buffer with Nesterov's. Dtypes: floating-point.
/// </summary>
/// <remarks>
/// Inputs: parameter, gradient, learning rate (float64 scalar); with momentum also the buffer; with dampening also the number of steps done (int64
/// scalar). Outputs: the new parameter, then the new buffer and number where there are any. The buffer of a 16-bit parameter is float32, and
/// the step is computed in its type. Not differentiable.
/// </remarks>
public sealed record SgdStep(double Momentum, double Dampening, bool Nesterov, double WeightDecay) : CompositeOp
{
    /// <summary>Whether there is a buffer.</summary>
    internal bool HasBuffer() => Momentum != 0;

    /// <summary>Whether the first step differs from later ones.</summary>
    internal bool Counts() => Momentum != 0 && Dampening != 0;

    /// <summary>The type in which a parameter of <paramref name="dtype"/> is updated: its own, but not less than 32 bits.</summary>
    internal static DType Computed(DType dtype) => dtype.Size() >= 4 ? dtype : DType.Float32;

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        int slots = (HasBuffer() ? 1 : 0) + (Counts() ? 1 : 0);
        Expect.Count(x, 3 + slots, this);
        CheckUpdate(this, x, HasBuffer() ? 1 : 0, Counts());
        return slots switch { 0 => x[0], 1 => new Specs(x[0], x[3]), _ => new Specs(x[0], x[3], x[4]) };
    }

    /// <summary>Checks the inputs that all optimizer steps share: parameter, gradient, learning rate, moments, perhaps a count at the end.</summary>
    internal static void CheckUpdate(Op op, ReadOnlySpan<TensorSpec> x, int moments, bool counts)
    {
        Expect.Floating(op, x[0]);
        CheckSpec(op, "a gradient", x[0], x[1]);
        CheckSpec(op, "a learning rate", new(DType.Float64, Shape.Scalar), x[2]);
        for (int i = 3; i < 3 + moments; i++) CheckSpec(op, "a moment", new(Computed(x[0].DType), x[0].Shape), x[i]);
        if (counts) CheckSpec(op, "a number of steps", new(DType.Int64, Shape.Scalar), x[^1]);
    }

    /// <summary>Refuses an input that has not the one spec that fits.</summary>
    internal static void CheckSpec(Op op, string what, TensorSpec expected, TensorSpec received)
    {
        if (received == expected) return;
        string message = $"{op}: expected {what} {expected}. Received: {received}.";
        throw received.DType == expected.DType ? new ShapeException(message) : new DTypeException($"{message} Convert with To(dtype).");
    }

    /// <inheritdoc/>
    internal override ReadOnlySpan<int> Overwrites => [0, 3, 4];

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var kind = Computed(x[0].DType);
        var w = x[0].To(kind);
        var g = x[1].To(kind);
        if (WeightDecay != 0) g += w * WeightDecay;
        var rate = x[2].To(kind);
        if (!HasBuffer()) return [(w - g * rate).To(x[0].DType)];
        var share = Counts() ? g * Tensor.Where(x[4].EqualTo(0), 1, Tensor.Scalar(1 - Dampening, kind)) : g;
        var buffer = x[3] * Momentum + share;
        var direction = Nesterov ? g + buffer * Momentum : buffer;
        var updated = (w - direction * rate).To(x[0].DType);
        return Counts() ? [updated, buffer, x[4] + 1] : [updated, buffer];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => new Tensor?[b.InputCount];

    // Elementwise but for the learning rate and the number of steps, which the op takes once: with samples it is expanded.
    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => null;
}
