namespace Tauten.Ops;

/// <summary>
/// What steps of optimizers have in common. Inputs: parameter, gradient, learning rate (float64 scalar), what is kept beside the parameter, and for
/// most the number of steps done (int64 scalar). Outputs: the new values of all but gradient and learning rate, in the same order. What is kept beside a
/// 16-bit parameter is float32, and the step is computed in that type. Not differentiable.
/// </summary>
public abstract record OptimizerStep : CompositeOp
{
    /// <summary>How many tensors are kept beside the parameter, without the number of steps.</summary>
    internal abstract int Moments { get; }

    /// <summary>Whether the number of steps is kept.</summary>
    internal virtual bool Counts => true;

    /// <summary>The spec of one of the tensors kept, from the parameter's in the type of computation.</summary>
    internal virtual TensorSpec Moment(int index, TensorSpec state) => state;

    /// <summary>The update.</summary>
    /// <param name="w">The parameter.</param>
    /// <param name="g">Its gradient, of the same type.</param>
    /// <param name="rate">The learning rate, float64[].</param>
    /// <param name="kept">What is kept beside the parameter; receives the new values.</param>
    /// <param name="time">The number of this step, from 1 on, float64[]; meaningless where steps are not counted.</param>
    /// <returns>The new parameter.</returns>
    private protected abstract Tensor Update(Tensor w, Tensor g, Tensor rate, Span<Tensor> kept, Tensor time);

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Elementwise;

    /// <inheritdoc/>
    public sealed override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        int moments = Moments, total = 3 + moments + (Counts ? 1 : 0);
        Expect.Count(x, total, this);
        SgdStep.CheckUpdate(this, x, moments: 0, Counts);
        var state = new TensorSpec(SgdStep.Computed(x[0].DType), x[0].Shape);
        var y = new TensorSpec[total - 2];
        y[0] = x[0];
        for (int i = 3; i < total; i++) y[i - 2] = x[i];
        for (int i = 0; i < moments; i++) SgdStep.CheckSpec(this, "what is kept beside the parameter as", Moment(i, state), x[3 + i]);
        return y.Length == 1 ? y[0] : new Specs(y);
    }

    /// <inheritdoc/>
    internal sealed override ReadOnlySpan<int> Overwrites => ((ReadOnlySpan<int>)[0, 3, 4, 5, 6])[..(1 + Moments + (Counts ? 1 : 0))];

    /// <inheritdoc/>
    public sealed override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var kind = SgdStep.Computed(x[0].DType);
        var y = new Tensor[x.Length - 2];
        x[3..].CopyTo(y.AsSpan(1));
        if (Counts) y[^1] += 1;
        var time = Counts ? y[^1].To(DType.Float64) : x[2];
        y[0] = Update(x[0].To(kind), x[1].To(kind), x[2], y.AsSpan(1, Moments), time).To(x[0].DType);
        return y;
    }

    /// <inheritdoc/>
    public sealed override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public sealed override Tensor?[]? Gradient(Backward b) => new Tensor?[b.InputCount];

    // Learning rate and number of steps are one for all elements: with samples the op is expanded.
    /// <inheritdoc/>
    protected internal sealed override Tensor[]? Batched(Batch x) => null;

    /// <summary>The gradient with decay * parameter added, where there is a decay: 0 times an infinite parameter would be NaN.</summary>
    private protected static Tensor Decayed(Tensor g, Tensor w, double decay) => decay == 0 ? g : g + w * decay;

    /// <summary>The parameter times 1 - rate * decay, where there is a decay.</summary>
    private protected static Tensor Shrunk(Tensor w, Tensor rate, double decay) => decay == 0 ? w : w * (1 - rate * decay).To(w.DType);

    /// <summary>keep * old + (1 - keep) * now.</summary>
    private protected static Tensor Mean(Tensor old, Tensor now, double keep) => old * keep + now * (1 - keep);

    /// <summary>b^t, a number in 64 bits.</summary>
    private protected static Tensor Power(double b, Tensor time) => Tensor.Scalar(b, DType.Float64).Pow(time);

    /// <summary>A value for the first step, and another for those after it.</summary>
    private protected static Tensor First(Tensor time, Tensor first, Tensor later) => Tensor.Where(time.EqualTo(1), first, later);
}
