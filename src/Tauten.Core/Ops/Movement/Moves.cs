namespace Tauten.Ops;

/// <summary>The same elements, contiguous in fresh memory. Dtypes: any.</summary>
public sealed record Contiguous : PrimitiveOp
{
    internal static readonly Contiguous Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Identity");

    internal static Tensor Copy(Tensor x)
    {
        using (Gradients.NoGrad()) return Dispatch.Run(Instance, x);
    }

    /// <summary>Copies elements to a tensor of the same spec that is contiguous.</summary>
    internal static void Copy(Tensor from, Tensor to) => to.Storage.Backend.FindKernel(Instance)!(Instance, new ReadOnlySpan<Tensor>(ref from), new Span<Tensor>(ref to));

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Movement;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x) => Expect.One(x, this);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [b.Grad];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}

/// <summary>The first input, in which the elements from <paramref name="Starts"/> on in steps are those of the second: the counterpart of <see cref="Slice"/>. Dtypes: any.</summary>
public sealed record SliceUpdate(Shape Starts, Dims Steps) : PrimitiveOp
{
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x)
    {
        if (!x[0].Shape.IsKnown || !x[1].Shape.IsKnown || !Starts.IsKnown) return null;
        var strides = new long[Steps.Count];
        long first = 0, row = 1;
        for (int i = strides.Length - 1; i >= 0; row *= x[0].Shape[i--].Value)
        {
            strides[i] = Steps[i] * row;
            first += Starts[i].Value * row;
        }
        var places = new AsStrided(x[1].Shape, [.. strides], first).KnownPlaces();
        return [Dispatch.Run(new Scatter(0), x[0].Flatten(), places, x[1].Flatten()).Reshape(x[0].Shape)];
    }

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Widest;

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Movement;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        Expect.SameDType(this, x[0], x[1]);
        if (x[0].Shape.Rank != x[1].Shape.Rank) throw new ShapeException($"SliceUpdate: a value of shape {x[1].Shape} cannot replace part of shape {x[0].Shape}. Expected the same rank.");
        Slice.CheckInside(x[0].Shape, Starts, x[1].Shape, Steps, Name());
        return x[0];
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Starts.IsKnown ? this : new SliceUpdate(Starts.Bind(known), Steps);

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) =>
        [
            b.Needs(0) ? Dispatch.Run(this, b.Grad, Tensor.Constant(0, b.InputSpec(1))) : null,
            b.Needs(1) ? Dispatch.Run(new Slice(Starts, b.InputSpec(1).Shape, Steps), b.Grad) : null,
        ];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new SliceUpdate([0, .. Starts], [1, .. Steps]));
}

/// <summary>The input surrounded by <c>Low[i]</c> elements before and <c>High[i]</c> behind axis i, all of one value. Dtypes: any.</summary>
public sealed record Pad(Dims Low, Dims High, double Value) : PrimitiveOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Pad", [OnnxForm.X(), OnnxForm.Vector([.. Low, .. High]), OnnxForm.Constant(Value, x[0].DType)])];

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Movement;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        if (Low.Count != spec.Shape.Rank || High.Count != spec.Shape.Rank) throw new ShapeException($"Pad: {Low} and {High} must have one entry for each axis of shape {spec.Shape}.");
        var dims = new Dim[spec.Shape.Rank];
        for (int i = 0; i < dims.Length; i++)
        {
            if (Low[i] < 0 || High[i] < 0) throw new ShapeException($"Pad: {Low} and {High} must not be negative. Use a slice to cut.");
            dims[i] = spec.Shape[i] + Low[i] + High[i];
        }
        return new TensorSpec(spec.DType, Shape.Create(dims));
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [Dispatch.Run(new Slice(Shape.Of(Low.Span), b.InputSpec(0).Shape, Dims.Repeat(1, Low.Count)), b.Grad)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new Pad([0, .. Low], [0, .. High], Value));
}

/// <summary>The inputs one behind the other along an axis. Dtypes: any.</summary>
public sealed record Concat(int Axis) : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Widest;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Concat", [.. Enumerable.Range(0, x.Length).Select(OnnxForm.X)], ("axis", (long)Axis))];

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Movement;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        if (x.Length == 0) throw new ShapeException("Concat: expected at least one tensor.");
        int axis = x[0].Shape.Axis(Axis, Name());
        Dim total = 0;
        for (int i = 0; i < x.Length; i++)
        {
            Expect.SameDType(this, x[0], x[i]);
            bool fits = x[i].Shape.Rank == x[0].Shape.Rank;
            for (int k = 0; fits && k < x[0].Shape.Rank; k++) fits = k == axis || x[i].Shape[k] == x[0].Shape[k] || !x[i].Shape[k].IsKnown || !x[0].Shape[k].IsKnown;
            if (!fits) throw new ShapeException($"Concat: tensor {i} of shape {x[i].Shape} does not fit {x[0].Shape}. Expected equal sizes along all axes but {axis}.");
            total += x[i].Shape[axis];
        }
        return new TensorSpec(x[0].DType, x[0].Shape.With(axis, total));
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        var parts = new Tensor?[b.InputCount];
        Dim start = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            var shape = b.InputSpec(i).Shape;
            if (b.Needs(i)) parts[i] = b.Grad.Narrow(Axis, start, shape[Axis]);
            start += shape[Axis];
        }
        return parts;
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new Concat(x.Sample(0).Shape.Axis(Axis, Name()) + 1));
}

/// <summary>The sum of what sliding windows hold at each element: the counterpart of <see cref="Windows"/>. Dtypes: floating-point.</summary>
/// <param name="Shape">The shape of the result.</param>
/// <param name="Axes">The axes of the result along which the windows slide.</param>
/// <param name="Strides">The step from window to window.</param>
/// <param name="Dilations">The step from element to element inside of a window.</param>
public sealed record OverlapAdd(Shape Shape, Dims Axes, Dims Strides, Dims Dilations) : PrimitiveOp
{
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x)
    {
        if (!Shape.IsKnown) return null;
        var windows = new Windows(Axes, Sizes(x[0].Spec), Strides, Dilations);
        var y = x[0];
        for (int i = Axes.Count - 1; i >= 0; i--)
        {
            // The last axis holds the elements of the windows along this one.
            int axis = Shape.Axis(Axes[i], Name()), rank = y.Rank;
            var source = y.Permute([.. Enumerable.Range(0, axis + 1), rank - 1, .. Enumerable.Range(axis + 1, rank - axis - 2)]);
            var sum = Tensor.Zeros([.. source.Shape.Take(axis), Shape[axis], .. source.Shape.Skip(axis + 2)], y.DType);
            y = Dispatch.Run(new IndexAdd(axis), sum, windows.Places(Shape[axis], i)!, source);
        }
        return [y];
    }

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Movement;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        Expect.Floating(this, spec);
        if (spec.Shape.Rank != Shape.Rank + Axes.Count) throw new ShapeException($"OverlapAdd: windows of shape {spec.Shape} do not belong to shape {Shape} with axes {Axes}.");
        var positions = Windows.Positions(Shape, Axes, Sizes(spec), Strides, Dilations, Name());
        for (int i = 0; i < positions.Rank; i++)
            if (positions[i] != spec.Shape[i] && positions[i].IsKnown && spec.Shape[i].IsKnown) throw new ShapeException($"OverlapAdd: expected windows of shape {positions}. Received: {spec.Shape}.");
        return new TensorSpec(spec.DType, Shape);
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Shape.IsKnown ? this : new OverlapAdd(Shape.Bind(known), Axes, Strides, Dilations);

    Dims Sizes(TensorSpec x)
    {
        var sizes = new long[Axes.Count];
        for (int i = 0; i < sizes.Length; i++) sizes[i] = x.Shape[Shape.Rank + i];
        return Dims.Create(sizes);
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [Dispatch.Run(new Windows(Axes, Sizes(b.InputSpec(0)), Strides, Dilations), b.Grad)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new OverlapAdd([x.Size, .. Shape], Batch.Shift(Axes), Strides, Dilations));
}
