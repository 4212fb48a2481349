namespace Tauten.Ops;

/// <summary>
/// The mean and the (biased) variance of each channel of x [batch, channels, ...]: two tensors [channels], over all axes but the second.
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
    public override Reads GradientReads() => Reads.First;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b)
    {
        var shape = b.InputSpec(0).Shape;
        var axes = Others(shape.Rank);
        var size = Tensor.SizeOf(shape, axes);
        var g = b.HasGrad(0) ? Along(b.GradOf(0).DividedBy(size), shape.Rank).BroadcastTo(shape) : null;
        if (!b.HasGrad(1)) return [g];
        var x = b.Input(0);
        var spread = (x - x.Mean(axes, keepDims: true)) * Along((b.GradOf(1) * 2).DividedBy(size), shape.Rank);
        return [g is null ? spread : g + spread];
    }
}

/// <summary>
/// (x - mean) / sqrt(variance + Epsilon), then times a weight plus a bias if they are given: all but x [batch, channels, ...] have one number for each
/// channel (Ioffe, Szegedy: "Batch Normalization", 2015). Mean and variance are those of the batch (<see cref="BatchMoments"/>) while a net
/// is trained, running ones afterwards.
/// </summary>
/// <param name="Epsilon">Added to the variance, so that a constant channel does not divide by zero.</param>
public sealed record BatchNorm(double Epsilon) : CompositeOp
{
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
        int rank = b.InputSpec(0).Shape.Rank;
        var axes = BatchMoments.Others(rank);
        bool affine = b.InputCount == 5;
        var inverse = (b.Input(2) + Epsilon).Rsqrt();
        var scale = affine ? inverse * b.Input(3) : inverse;
        var gx = b.Needs(0) ? b.Grad * BatchMoments.Along(scale, rank) : null;
        var sum = b.Needs(1) || (affine && b.Needs(4)) ? b.Grad.Sum(axes) : null;
        var along = b.Needs(2) || (affine && b.Needs(3)) ? (b.Grad * (b.Input(0) - BatchMoments.Along(b.Input(1), rank))).Sum(axes) : null;
        var gmean = b.Needs(1) ? -sum! * scale : null;
        var gvariance = b.Needs(2) ? along! * scale * inverse.Square() * -0.5 : null;
        return affine ? [gx, gmean, gvariance, b.Needs(3) ? along! * inverse : null, b.Needs(4) ? sum : null] : [gx, gmean, gvariance];
    }
}
