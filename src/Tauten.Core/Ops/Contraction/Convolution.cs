namespace Tauten.Ops;

/// <summary>
/// The convolution of deep learning (a cross-correlation) over one to three spatial axes:
/// y[n, o, p] = sum over c, k of x[n, c, p * Strides + k * Dilations - low padding] * w[o, c, k], with zeros outside.
/// x has shape [batch, channels, spatial...], w [out channels, channels / Groups, window...]. Dtypes: floating-point.
/// </summary>
/// <param name="Strides">The step of the window along each spatial axis.</param>
/// <param name="Padding">Zeros before each spatial axis, then zeros behind each.</param>
/// <param name="Dilations">The step between elements of the window.</param>
/// <param name="Groups">Output channels are split into as many groups, each of which sees only its part of the input channels.</param>
public sealed record Convolution(Dims Strides, Dims Padding, Dims Dilations, int Groups) : PrimitiveOp
{
    /// <inheritdoc/>
    internal override double? Work(ReadOnlySpan<TensorSpec> x, ReadOnlySpan<TensorSpec> y) => 2.0 * y[0].Shape.Count * x[1].Shape.Count / x[1].Shape[0].Value;

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Reduced;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Conv", [OnnxForm.X(), OnnxForm.X(1)], ("strides", Strides.ToArray()), ("pads", Padding.ToArray()), ("dilations", Dilations.ToArray()), ("group", (long)Groups))];

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Contraction;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        Expect.Floating(this, x[0]);
        Expect.SameDType(this, x[0], x[1]);
        return new TensorSpec(x[0].DType, OutputShape(x[0].Shape, x[1].Shape, Name()));
    }

    Shape OutputShape(Shape x, Shape w, string op)
    {
        int spatial = Strides.Count;
        if (spatial is < 1 or > 3 || Padding.Count != 2 * spatial || Dilations.Count != spatial)
            throw new ShapeException($"{op}: strides {Strides}, padding {Padding} and dilations {Dilations} must have n, 2n and n entries for n = 1 to 3 spatial axes.");
        if (x.Rank != spatial + 2 || w.Rank != spatial + 2)
            throw new ShapeException($"{op}: expected an input [batch, channels, {spatial} spatial axes] and a weight [out channels, channels / groups, window]. Received: {x} and {w}.");
        if (Groups < 1) throw new ShapeException($"{op}: groups must be at least 1. Received: {Groups}.");
        if (x[1].IsKnown && w[1].IsKnown && x[1] != w[1] * Groups)
            throw new ShapeException($"{op}: the input has {x[1]} channels, but the weight {w} with {Groups} groups takes {w[1] * Groups}.");
        if (w[0].IsKnown && w[0] % Groups != 0) throw new ShapeException($"{op}: {w[0]} output channels cannot be split into {Groups} groups.");
        var dims = new Dim[spatial + 2];
        (dims[0], dims[1]) = (x[0], w[0]);
        for (int i = 0; i < spatial; i++)
        {
            if (Strides[i] < 1 || Dilations[i] < 1 || Padding[i] < 0 || Padding[spatial + i] < 0)
                throw new ShapeException($"{op}: strides {Strides} and dilations {Dilations} must be at least 1, padding {Padding} at least 0.");
            Dim span = (w[i + 2] - 1) * Dilations[i] + 1, room = x[i + 2] + Padding[i] + Padding[spatial + i];
            if (span.IsKnown && room.IsKnown && (span > room || w[i + 2] < 1))
                throw new ShapeException($"{op}: a window of {w[i + 2]} with dilation {Dilations[i]} spans {span} and does not fit into {x[i + 2]} elements with padding {Padding[i]} and {Padding[spatial + i]} (spatial axis {i}).");
            dims[i + 2] = (room - span) / Strides[i] + 1;
        }
        return Shape.Create(dims);
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) =>
        [
            b.Needs(0) ? Dispatch.Run(new ConvolutionInputGradient(b.InputSpec(0).Shape, this), b.Grad, b.Input(1)) : null,
            b.Needs(1) ? Dispatch.Run(new ConvolutionWeightGradient(b.InputSpec(1).Shape, this), b.Input(0), b.Grad) : null,
        ];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x)
    {
        if (!x.IsBatched(1)) return x.Fold(this, 1);
        // Samples with weights of their own are groups of channels.
        return [FromChannels(Dispatch.Run(Grouped(x.Size), ToChannels(x.Full(0)), x[1].Flatten(0, 1)), x.Size)];
    }

    internal Convolution Grouped(Dim samples) => this with { Groups = checked((int)(Groups * samples.Value)) };

    /// <summary>[samples, batch, channels, ...] as [batch, samples * channels, ...].</summary>
    internal static Tensor ToChannels(Tensor x) => x.Transpose(0, 1).Flatten(1, 2);

    /// <summary>The inverse of <see cref="ToChannels"/>.</summary>
    internal static Tensor FromChannels(Tensor x, Dim samples) => x.Reshape([x.Shape[0], samples, x.Shape[1] / samples, .. x.Shape.Skip(2)]).Transpose(0, 1);
}

/// <summary>The gradient of a convolution with respect to its input, from the output's gradient and the weight; also the transposed convolution. Dtypes: floating-point.</summary>
/// <param name="Input">The shape of the convolution's input.</param>
/// <param name="Forward">The convolution.</param>
public sealed record ConvolutionInputGradient(Shape Input, Convolution Forward) : PrimitiveOp
{
    /// <inheritdoc/>
    internal override double? Work(ReadOnlySpan<TensorSpec> x, ReadOnlySpan<TensorSpec> y) => 2.0 * x[0].Shape.Count * x[1].Shape.Count / x[1].Shape[0].Value;

    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Reduced;

    // What the windows reach, less the padding, may be shorter than the input was: the difference is output padding.
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset)
    {
        int spatial = Forward.Strides.Count;
        var longer = new long[spatial];
        for (int i = 0; i < spatial; i++)
        {
            Dim reached = (x[0].Shape[i + 2] - 1) * Forward.Strides[i] + (x[1].Shape[i + 2] - 1) * Forward.Dilations[i] + 1 - Forward.Padding[i] - Forward.Padding[spatial + i], rest = Input[i + 2] - reached;
            if (!rest.IsKnown || rest < 0) return null;
            longer[i] = rest;
        }
        return [OnnxForm.Of(
            "ConvTranspose", [OnnxForm.X(), OnnxForm.X(1)], ("strides", Forward.Strides.ToArray()), ("pads", Forward.Padding.ToArray()), ("dilations", Forward.Dilations.ToArray()), ("group", (long)Forward.Groups), ("output_padding", longer))];
    }

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Contraction;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        Expect.Floating(this, x[0]);
        Expect.SameDType(this, x[0], x[1]);
        var y = Forward.Infer([new TensorSpec(x[0].DType, Input), x[1]])[0];
        if (x[0].Shape.IsKnown && y.Shape.IsKnown && x[0].Shape != y.Shape) throw new ShapeException($"{this}: expected a gradient of shape {y.Shape}. Received: {x[0].Shape}.");
        return new TensorSpec(x[0].DType, Input);
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Input.IsKnown ? this : new ConvolutionInputGradient(Input.Bind(known), Forward);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) =>
        [
            b.Needs(0) ? Dispatch.Run(Forward, b.Grad, b.Input(1)) : null,
            b.Needs(1) ? Dispatch.Run(new ConvolutionWeightGradient(b.InputSpec(1).Shape, Forward), b.Grad, b.Input(0)) : null,
        ];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x)
    {
        if (!x.IsBatched(1)) return x.Fold(new ConvolutionInputGradient([Input[0] * x.Size, .. Input.Skip(1)], Forward), 1);
        var op = new ConvolutionInputGradient([Input[0], Input[1] * x.Size, .. Input.Skip(2)], Forward.Grouped(x.Size));
        return [Convolution.FromChannels(Dispatch.Run(op, Convolution.ToChannels(x.Full(0)), x[1].Flatten(0, 1)), x.Size)];
    }
}

/// <summary>The gradient of a convolution with respect to its weight, from the input and the output's gradient. Dtypes: floating-point.</summary>
/// <param name="Weight">The shape of the convolution's weight.</param>
/// <param name="Forward">The convolution.</param>
public sealed record ConvolutionWeightGradient(Shape Weight, Convolution Forward) : PrimitiveOp
{
    // The convolution of x with the gradient, channels in the place of images: steps and distances change places.
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x)
    {
        if (!Weight.IsKnown) return null;
        int spatial = Forward.Strides.Count;
        var inner = new Convolution(Forward.Dilations, Forward.Padding, Forward.Strides, 1);
        var parts = new Tensor[Forward.Groups];
        long inputs = Weight[1], outputs = Weight[0].Value / Forward.Groups;
        for (int g = 0; g < parts.Length; g++)
        {
            var part = Dispatch.Run(inner, x[0].Narrow(1, g * inputs, inputs).Transpose(0, 1), x[1].Narrow(1, g * outputs, outputs).Transpose(0, 1)).Transpose(0, 1);
            // Where steps leave elements of x over, the sum has more places than the window.
            for (int i = 0; i < spatial; i++) part = part.Narrow(i + 2, 0, Weight[i + 2]);
            parts[g] = part;
        }
        return [parts.Length == 1 ? parts[0] : Tensor.Concat(parts, 0)];
    }

    /// <inheritdoc/>
    internal override double? Work(ReadOnlySpan<TensorSpec> x, ReadOnlySpan<TensorSpec> y) => 2.0 * x[1].Shape.Count * y[0].Shape.Count / y[0].Shape[0].Value;

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Contraction;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        Expect.Floating(this, x[0]);
        Expect.SameDType(this, x[0], x[1]);
        var y = Forward.Infer([x[0], new TensorSpec(x[0].DType, Weight)])[0];
        if (x[1].Shape.IsKnown && y.Shape.IsKnown && x[1].Shape != y.Shape) throw new ShapeException($"{this}: expected a gradient of shape {y.Shape}. Received: {x[1].Shape}.");
        return new TensorSpec(x[0].DType, Weight);
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Weight.IsKnown ? this : new ConvolutionWeightGradient(Weight.Bind(known), Forward);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) =>
        [
            b.Needs(0) ? Dispatch.Run(new ConvolutionInputGradient(b.InputSpec(0).Shape, Forward), b.Input(1), b.Grad) : null,
            b.Needs(1) ? Dispatch.Run(Forward, b.Input(0), b.Grad) : null,
        ];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x)
    {
        var op = new ConvolutionWeightGradient([Weight[0] * x.Size, .. Weight.Skip(1)], Forward.Grouped(x.Size));
        return [Dispatch.Run(op, Convolution.ToChannels(x.Full(0)), Convolution.ToChannels(x.Full(1))).Reshape([x.Size, .. Weight])];
    }
}
