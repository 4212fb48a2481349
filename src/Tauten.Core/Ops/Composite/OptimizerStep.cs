namespace Tauten.Ops;

/// <summary>
/// What steps of optimizers have in common: one op updates any number of parameters. Inputs: the learning rate (float64 scalar); then for each parameter
/// itself, its gradient, what is kept beside it, and for most rules the number of steps done (int64 scalar). Outputs: the new values of all but learning rate
/// and gradients, in the same order. What is kept beside a 16-bit parameter is float32, and the step is computed in that type. Not differentiable.
/// </summary>
/// <remarks>A rule of one's own derives from this record and says how many tensors are kept, and what the new values are.</remarks>
public abstract record OptimizerStep : CompositeOp
{
    /// <summary>Whether to climb instead of to descend: gradients count with the other sign.</summary>
    public bool Maximize { get; init; }

    /// <summary>How many tensors are kept beside each parameter, without the number of steps.</summary>
    protected internal abstract int Moments { get; }

    /// <summary>Whether the number of steps is kept.</summary>
    protected internal virtual bool Counts => true;

    /// <summary>The spec of one of the tensors kept, from the parameter's in the type of computation.</summary>
    protected internal virtual TensorSpec Moment(int index, TensorSpec state) => state;

    /// <summary>The update of one parameter.</summary>
    /// <param name="w">The parameter.</param>
    /// <param name="g">Its gradient, of the same type.</param>
    /// <param name="rate">The learning rate, float64[].</param>
    /// <param name="kept">What is kept beside the parameter; receives the new values.</param>
    /// <param name="time">The number of this step, from 1 on, float64[]; meaningless where steps are not counted.</param>
    /// <returns>The new parameter.</returns>
    protected abstract Tensor Update(Tensor w, Tensor g, Tensor rate, Span<Tensor> kept, Tensor time);

    /// <summary>The type in which a parameter of <paramref name="dtype"/> is updated: its own, but not less than 32 bits.</summary>
    internal static DType Computed(DType dtype) => dtype.Size() >= 4 ? dtype : DType.Float32;

    /// <summary>How many outputs there are for each parameter; there is one input more, the gradient.</summary>
    internal int Outputs => 1 + Moments + (Counts ? 1 : 0);

    /// <inheritdoc/>
    public sealed override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        int outputs = Outputs, each = outputs + 1;
        if (x.Length <= 1 || (x.Length - 1) % each != 0)
            throw new ShapeException($"{this}: expected a learning rate, then {each} inputs for each parameter. Received: {x.Length} inputs.");
        Check("a learning rate", new(DType.Float64, Shape.Scalar), x[0]);
        int parameters = (x.Length - 1) / each;
        var y = new TensorSpec[parameters * outputs];
        for (int p = 0; p < parameters; p++)
        {
            var own = x.Slice(1 + p * each, each);
            Check(own);
            y[p * outputs] = own[0];
            own[2..].CopyTo(y.AsSpan(p * outputs + 1));
        }
        return y.Length == 1 ? y[0] : new Specs(y);
    }

    void Check(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Floating(this, x[0]);
        Check("a gradient", x[0], x[1]);
        var state = new TensorSpec(Computed(x[0].DType), x[0].Shape);
        for (int i = 0; i < Moments; i++) Check("what is kept beside the parameter as", Moment(i, state), x[2 + i]);
        if (Counts) Check("a number of steps", new(DType.Int64, Shape.Scalar), x[^1]);
    }

    void Check(string what, TensorSpec expected, TensorSpec received)
    {
        if (received == expected) return;
        string message = $"{this}: expected {what} {expected}. Received: {received}.";
        throw received.DType == expected.DType ? new ShapeException(message) : new DTypeException($"{message} Convert with To(dtype).");
    }

    /// <inheritdoc/>
    internal sealed override int Overwritten(int output)
    {
        int outputs = Outputs, own = output % outputs;
        return 1 + output / outputs * (outputs + 1) + (own == 0 ? 0 : own + 1);
    }

    /// <inheritdoc/>
    public sealed override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        int outputs = Outputs, parameters = (x.Length - 1) / (outputs + 1);
        var y = new Tensor[parameters * outputs];
        for (int p = 0; p < parameters; p++) Expand(x[0], x.Slice(1 + p * (outputs + 1), outputs + 1), y.AsSpan(p * outputs, outputs));
        return y;
    }

    void Expand(Tensor rate, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var kind = Computed(x[0].DType);
        x[2..].CopyTo(y[1..]);
        if (Counts) y[^1] += 1;
        var time = Counts ? y[^1].To(DType.Float64) : rate;
        var g = x[1].To(kind);
        y[0] = Update(x[0].To(kind), Maximize ? -g : g, rate, y.Slice(1, Moments), time).To(x[0].DType);
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
