namespace Tauten.Ops;

/// <summary>A running combination along one axis.</summary>
/// <param name="Axis">The axis, counted from the start.</param>
/// <param name="Exclusive">Whether position i combines only what comes before it.</param>
/// <param name="Reverse">Whether the run starts at the end.</param>
public abstract record ScanOp(int Axis, bool Exclusive, bool Reverse) : PrimitiveOp
{
    /// <summary>For each place along the axis all elements, those that do not count replaced: the axis twice, results first. Null for an axis that is not known, or too long for its square.</summary>
    private protected Tensor? Masked(Tensor x, double neutral)
    {
        const long Longest = 1024;
        var length = x.Shape[Axis];
        if (!length.IsKnown || length > Longest) return null;
        long n = length;
        var counts = new bool[n * n];
        for (long i = 0; i < n; i++)
            for (long k = 0; k < n; k++) counts[i * n + k] = Reverse ? k > i || (k == i && !Exclusive) : k < i || (k == i && !Exclusive);
        var mask = Tensor.From(counts, [n, n, .. Enumerable.Repeat((Dim)1, x.Rank - Axis - 1)]);
        return Tensor.Where(mask, x.Unsqueeze(Axis), Tensor.Scalar(neutral, x.DType));
    }

    /// <inheritdoc/>
    public sealed override Specs Infer(ReadOnlySpan<TensorSpec> x) => Infer(Expect.One(x, this));

    /// <inheritdoc/>
    protected internal sealed override TensorSpec Infer(TensorSpec x)
    {
        x.Shape.Axis(Axis, Name());
        CheckType(x);
        return x;
    }

    private protected virtual void CheckType(TensorSpec x)
    {
        if (x.DType == DType.Bool) throw Expect.DType(this, x.DType, "a numeric dtype");
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axis = x.Sample(0).Shape.Axis(Axis, Name()) + 1 });
}

/// <summary>The running sum along an axis. Integers wrap around. Dtypes: numbers.</summary>
public sealed record CumSum(int Axis, bool Exclusive, bool Reverse) : ScanOp(Axis, Exclusive, Reverse)
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    // Version 14 brought numbers of 16 bits.
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) =>
        [OnnxForm.Of("CumSum", [OnnxForm.X(), OnnxForm.Scalar(Axis)], ("exclusive", Exclusive ? 1L : 0), ("reverse", Reverse ? 1L : 0)).From(x[0].DType is DType.Float16 or DType.BFloat16 ? 14 : 13)];

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [b.Grad.CumSum(Axis, Exclusive, !Reverse)];
}

/// <summary>The running product along an axis. Integers wrap around. Dtypes: numbers.</summary>
public sealed record CumProd(int Axis, bool Exclusive, bool Reverse) : ScanOp(Axis, Exclusive, Reverse)
{
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x) => Masked(x[0], 1) is { } terms ? [terms.Prod(Axis + 1)] : null;

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        // With x running forwards: dL/dx[i] = before[i] * r[i], where before is the exclusive product and r collects the gradients behind i,
        // r[i] = g[i] + x[i+1] r[i+1] (inclusive), or r[i] = g[i+1] + x[i+1] r[i+1] (exclusive). No division, so zeros do no harm.
        var x = b.Input(0);
        var before = x.CumProd(Axis, exclusive: true, Reverse);
        var next = x.ShiftAlong(Axis, Reverse ? 1 : -1);
        var arriving = Exclusive ? b.Grad.ShiftAlong(Axis, Reverse ? 1 : -1) : b.Grad;
        return [before * Tensor.LinearScan(next, arriving, Axis, !Reverse)];
    }
}

/// <summary>
/// The linear recurrence y[i] = a[i] * y[i-1] + b[i] along an axis, with y[-1] = 0 (or from the end with y[n] = 0): running sums and products,
/// exponential averages, and the gradients of all of them. Dtypes: floating-point.
/// </summary>
public sealed record LinearScan(int Axis, bool Reverse) : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Widest;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        Expect.Floating(this, x[0]);
        Expect.SameDType(this, x[0], x[1]);
        if (x[0].Shape != x[1].Shape) throw new ShapeException($"{this}: shapes {x[0].Shape} and {x[1].Shape} differ. Expected the same.");
        x[0].Shape.Axis(Axis, Name());
        return x[0];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        // gb[i] = g[i] + a[i+1] gb[i+1]; ga[i] = gb[i] y[i-1].
        int ahead = Reverse ? 1 : -1;
        var gb = Tensor.LinearScan(b.Input(0).ShiftAlong(Axis, ahead), b.Grad, Axis, !Reverse);
        return [b.Needs(0) ? gb * b.Output.ShiftAlong(Axis, -ahead) : null, gb];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axis = x.Sample(0).Shape.Axis(Axis, Name()) + 1 });
}

/// <summary>
/// log(exp(x[0]) + ... + exp(x[i])) along an axis, without overflow. The gradient is that of the limit where whole beginnings are -infinity: 0. Dtypes: floating-point.
/// </summary>
public sealed record LogCumSumExp(int Axis) : ScanOp(Axis, false, false)
{
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x) => Masked(x[0], double.NegativeInfinity) is { } terms ? [terms.LogSumExp(Axis + 1)] : null;

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Full;

    private protected override void CheckType(TensorSpec x) => Expect.Floating(this, x);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        // dL/dx[j] = sum over i >= j of g[i] exp(x[j] - y[i]) = exp(x[j] - y[j]) r[j], where r[j] = g[j] + exp(y[j] - y[j+1]) r[j+1].
        // All exponents are at most 0, whatever the numbers, as y grows along the axis.
        var (x, y) = (b.Input(0), b.Output);
        var decay = Below(y, y.ShiftAlong(Axis, -1, double.PositiveInfinity));
        return [Below(x, y) * Tensor.LinearScan(decay, b.Grad, Axis, reverse: true)];
    }

    /// <summary>exp(a - b), and 0 where both are -infinity.</summary>
    static Tensor Below(Tensor a, Tensor b) => Tensor.Where(a.EqualTo(double.NegativeInfinity), 0, a - b).Exp() * a.NotEqualTo(double.NegativeInfinity).To(a.DType);
}
