namespace Tauten.Ops;

/// <summary>
/// The mean and the (biased) variance of each channel of x [batch, channels, ...]: two tensors [channels], over all axes but the second. Dtypes: floating-point.
/// </summary>
public sealed record BatchMoments : CompositeOp
{
    internal static readonly BatchMoments Instance = new();

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        Expect.Floating(this, spec);
        if (spec.Shape.Rank < 2) throw new ShapeException($"BatchMoments: expected [batch, channels, ...]. Received: shape {spec.Shape}.");
        var channels = new TensorSpec(spec.DType, [spec.Shape[1]]);
        return new(channels, channels);
    }

    /// <summary>All axes but that of the channels.</summary>
    internal static Dims Others(int rank) => Dims.Create([0, .. Enumerable.Range(2, rank - 2).Select(i => (long)i)]);

    /// <summary>One number for each channel, so that it broadcasts against [batch, channels, ...].</summary>
    internal static Tensor Along(Tensor channels, int rank) => channels.Reshape([channels.Shape[0], .. Enumerable.Repeat((Dim)1, rank - 2)]);

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var axes = Others(x[0].Rank);
        var mean = x[0].Mean(axes);
        return [mean, (x[0] - Along(mean, x[0].Rank)).Square().Mean(axes)];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [Dispatch.Run(BatchMomentsGradient.Instance, (ReadOnlySpan<Tensor>)[b.GradOf(0), b.GradOf(1), b.Input(0), b.OutputAt(0)])];
}

/// <summary>
/// The gradient of <see cref="BatchMoments"/>, from those of mean and variance: gmean / n + (x - mean) 2 gvariance / n, with n elements in a channel.
/// Inputs: gmean, gvariance, x, mean. Dtypes: floating-point.
/// </summary>
public sealed record BatchMomentsGradient : CompositeOp
{
    internal static readonly BatchMomentsGradient Instance = new();

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        Expect.Floating(this, x[0].Spec);
        var shape = x[2].Shape;
        var size = Tensor.SizeOf(shape, BatchMoments.Others(shape.Rank));
        return BatchMoments.Along(x[0].DividedBy(size), shape.Rank) + (x[2] - BatchMoments.Along(x[3], shape.Rank)) * BatchMoments.Along((x[1] * 2).DividedBy(size), shape.Rank);
    }
}

/// <summary>
/// (x - mean) / sqrt(variance + Epsilon), then times a weight plus a bias if they are given: all but x [batch, channels, ...] have one number for each
/// channel (Ioffe, Szegedy: "Batch Normalization", 2015). Mean and variance are those of the batch (<see cref="BatchMoments"/>) while a net
/// is trained, running ones afterwards. Dtypes: floating-point.
/// </summary>
/// <param name="Epsilon">Added to the variance, so that a constant channel does not divide by zero.</param>
public sealed record BatchNorm(double Epsilon) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Widest;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => x.Length == 5 ? [OnnxForm.Of("BatchNormalization", [OnnxForm.X(), OnnxForm.X(3), OnnxForm.X(4), OnnxForm.X(1), OnnxForm.X(2)], ("epsilon", Epsilon))] : null;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        if (x.Length is not (3 or 5)) throw new ShapeException($"BatchNorm: expected an input, a mean, a variance, and perhaps a weight and a bias. Received: {x.Length} tensors.");
        Expect.Floating(this, x[0]);
        if (x[0].Shape.Rank < 2) throw new ShapeException($"BatchNorm: expected an input [batch, channels, ...]. Received: shape {x[0].Shape}.");
        Dim channels = x[0].Shape[1];
        for (int i = 1; i < x.Length; i++)
        {
            Expect.SameDType(this, x[0], x[i]);
            var shape = x[i].Shape;
            if (shape.Rank != 1 || (channels.IsKnown && shape[0].IsKnown && shape[0] != channels))
                throw new ShapeException($"BatchNorm: the input of shape {x[0].Shape} has {channels} channels (axis 1). Expected that of its {Part(i)}, which has shape {shape}.");
        }
        return x[0];
    }

    static string Part(int input) => input switch { 1 => "mean", 2 => "variance", 3 => "weight", _ => "bias" };

    /// <inheritdoc/>
    internal override (Op Op, int[] From)? Again(int output, ReadOnlySpan<TensorSpec> x) => Itself(output, x);

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        int rank = x[0].Rank;
        var scale = (x[2] + Epsilon).Rsqrt();
        if (x.Length == 5) scale *= x[3];
        var y = (x[0] - BatchMoments.Along(x[1], rank)) * BatchMoments.Along(scale, rank);
        return x.Length == 5 ? y + BatchMoments.Along(x[4], rank) : y;
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var gradient = new BatchNormGradient(Epsilon);
        return b.InputCount == 3 ? Dispatch.RunAll(gradient, b.Grad, b.Input(0), b.Input(1), b.Input(2)) : Dispatch.RunAll(gradient, b.Grad, b.Input(0), b.Input(1), b.Input(2), b.Input(3));
    }
}

/// <summary>
/// The gradients of <see cref="BatchNorm"/> for all its inputs, from that of its result. Inputs: that gradient, the input, mean, variance, and the weight if
/// there is one. Dtypes: floating-point.
/// </summary>
public sealed record BatchNormGradient(double Epsilon) : CompositeOp
{
    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        int rank = x[1].Rank;
        var axes = BatchMoments.Others(rank);
        var inverse = (x[3] + Epsilon).Rsqrt();
        var scale = x.Length == 5 ? inverse * x[4] : inverse;
        var sum = x[0].Sum(axes);
        var along = (x[0] * (x[1] - BatchMoments.Along(x[2], rank))).Sum(axes);
        Tensor[] all = [x[0] * BatchMoments.Along(scale, rank), -sum * scale, along * scale * inverse.Square() * -0.5];
        return x.Length == 5 ? [.. all, along * inverse, sum] : all;
    }
}

/// <summary>
/// Batch normalization with the statistics of the batch itself, as a net that is trained needs it: (x - mean) / sqrt(variance + Epsilon), then times a weight plus
/// a bias if they are given, with mean and (biased) variance over all axes of x [batch, channels, ...] but the second (Ioffe, Szegedy: "Batch Normalization",
/// 2015). Three tensors: the result, mean [channels] and variance [channels]. Dtypes: floating-point.
/// </summary>
/// <param name="Epsilon">Added to the variance, so that a constant channel does not divide by zero.</param>
public sealed record BatchNormTraining(double Epsilon) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Widest;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        if (x.Length is not (1 or 3)) throw new ShapeException($"BatchNormTraining: expected an input, and perhaps a weight and a bias. Received: {x.Length} tensors.");
        Expect.Floating(this, x[0]);
        if (x[0].Shape.Rank < 2) throw new ShapeException($"BatchNormTraining: expected an input [batch, channels, ...]. Received: shape {x[0].Shape}.");
        var numbers = new TensorSpec(x[0].DType, [x[0].Shape[1]]);
        for (int i = 1; i < x.Length; i++)
        {
            Expect.SameDType(this, x[0], x[i]);
            var shape = x[i].Shape;
            if (shape.Rank != 1 || (numbers.Shape[0].IsKnown && shape[0].IsKnown && shape[0] != numbers.Shape[0]))
                throw new ShapeException($"BatchNormTraining: the input of shape {x[0].Shape} has {numbers.Shape[0]} channels (axis 1). Expected that of its {(i == 1 ? "weight" : "bias")}, which has shape {shape}.");
        }
        return new([x[0], numbers, numbers]);
    }

    // Statistics of 16 bits have been rounded.
    /// <inheritdoc/>
    internal override (Op Op, int[] From)? Again(int output, ReadOnlySpan<TensorSpec> x) => output == 0 && x[0].DType.Size() > 2 ? (new BatchNorm(Epsilon), x.Length == 3 ? [0, ~1, ~2, 1, 2] : [0, ~1, ~2]) : null;

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var (mean, variance) = x[0].BatchMoments();
        return [x.Length == 3 ? x[0].BatchNorm(mean, variance, x[1], x[2], Epsilon) : x[0].BatchNorm(mean, variance, epsilon: Epsilon), mean, variance];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.First | Reads.Second | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        Tensor x = b.Input(0), mean = b.OutputAt(1), variance = b.OutputAt(2);
        var gradient = new BatchNormTrainingGradient(Epsilon);
        var all = b.InputCount == 1 ? Dispatch.RunAll(gradient, b.Grad, x, mean, variance) : Dispatch.RunAll(gradient, b.Grad, x, mean, variance, b.Input(1));
        if (b.HasGrad(1) || b.HasGrad(2))
            all[0] += Dispatch.Run(BatchMomentsGradient.Instance, (ReadOnlySpan<Tensor>)[b.GradOf(1), b.GradOf(2), x, mean]);
        return all;
    }
}

/// <summary>
/// The gradients of the result of <see cref="BatchNormTraining"/> with respect to its inputs, where mean and variance depend on x:
/// scale (g - sum(g) / n - (x - mean) sum(g (x - mean)) / (n (variance + Epsilon))) with scale = weight / sqrt(variance + Epsilon) and n elements in a channel.
/// Inputs: g, x, mean, variance, and the weight if there is one. Dtypes: floating-point.
/// </summary>
public sealed record BatchNormTrainingGradient(double Epsilon) : CompositeOp
{
    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        int rank = x[1].Rank;
        var axes = BatchMoments.Others(rank);
        var size = Tensor.SizeOf(x[1].Shape, axes);
        var inverse = (x[3] + Epsilon).Rsqrt();
        var distance = x[1] - BatchMoments.Along(x[2], rank);
        Tensor sum = x[0].Sum(axes), along = (x[0] * distance).Sum(axes);
        var scale = x.Length == 5 ? inverse * x[4] : inverse;
        var rest = x[0] - BatchMoments.Along(sum.DividedBy(size), rank) - distance * BatchMoments.Along((along * inverse.Square()).DividedBy(size), rank);
        var gradient = rest * BatchMoments.Along(scale, rank);
        return x.Length == 5 ? [gradient, along * inverse, sum] : [gradient];
    }
}
