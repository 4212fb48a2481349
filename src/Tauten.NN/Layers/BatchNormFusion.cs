namespace Tauten.NN;

/// <summary>
/// A batch normalization folded into the layer before it, for use after training: with s = weight / sqrt(running variance + epsilon) the rows of the layer are multiplied by s, and its bias becomes
/// (bias - running mean) s + bias of the normalization. As <c>torch.nn.utils.fusion</c>.
/// </summary>
/// <example><code>
/// var (conv, norm) = (new Conv2d(3, 8, 3, bias: false), new BatchNorm2d(8));
/// norm.Eval();
/// var fused = BatchNormFusion.Fuse(conv, norm);     // one layer with a bias
/// var x = Tensor.Randn([1, 3, 5, 5]);
/// Console.WriteLine(fused.Call(x).AllClose(norm.Call(conv.Call(x)), 1e-4, 1e-4));    // True
/// </code></example>
public static class BatchNormFusion
{
    /// <summary>A convolution that computes what the two do one after the other; they stay as they are.</summary>
    /// <exception cref="InvalidOperationException">The normalization is in training mode, or has no running statistics.</exception>
    /// <exception cref="ShapeException">The channels do not fit.</exception>
    public static TConvolution Fuse<TConvolution>(TConvolution convolution, BatchNormLayer normalization)
        where TConvolution : ConvolutionLayer
    {
        ArgumentNullException.ThrowIfNull(convolution);
        return Initial.Outside(() =>
        {
            Tensor weight = convolution.Weight.Borrow(), y;
            long channels = convolution.OutChannels;
            var (scale, bias) = Moves(convolution.TypeName, channels, convolution.Bias, normalization);
            if (!convolution.IsTransposed) y = weight * Across(scale, 0, weight.Rank);
            else
            {
                // [in, out / groups, ...]: the outputs of each group stand beside its own inputs.
                long groups = channels / weight.Shape[1].Value;
                var grouped = weight.Reshape([groups, weight.Shape[0] / groups, .. weight.Shape.Skip(1)]);
                y = (grouped * Across(scale.Reshape([groups, 1, weight.Shape[1]]), 2, grouped.Rank)).Reshape(weight.Shape);
            }
            return (TConvolution)convolution.With(y, bias);
        });
    }

    /// <summary>A linear layer that computes what the two do one after the other; they stay as they are.</summary>
    /// <exception cref="InvalidOperationException">The normalization is in training mode, or has no running statistics.</exception>
    /// <exception cref="ShapeException">The features do not fit.</exception>
    public static Linear Fuse(Linear linear, BatchNorm1d normalization)
    {
        ArgumentNullException.ThrowIfNull(linear);
        return Initial.Outside(() =>
        {
            var weight = linear.Weight.Borrow();
            var (scale, bias) = Moves(nameof(Linear), weight.Shape[0].Value, linear.Bias, normalization);
            var fused = new Linear(weight.Shape[1].Value, weight.Shape[0].Value, generator: new Generator(0), dtype: weight.DType);
            (fused.Weight.Value, fused.Bias!.Value) = (weight * scale.Unsqueeze(1), bias);
            if (!linear.IsTraining) fused.Eval();
            return fused;
        });
    }

    static (Tensor Scale, Tensor Bias) Moves(string layer, long channels, Parameter? bias, BatchNormLayer normalization)
    {
        ArgumentNullException.ThrowIfNull(normalization);
        if (normalization.IsTraining) throw new InvalidOperationException($"BatchNormFusion: the {normalization.TypeName} is in training mode, in which it uses the statistics of the batch. Call Eval() first.");
        if (normalization is not { RunningMean: { } mean, RunningVariance: { } variance }) throw new InvalidOperationException($"BatchNormFusion: the {normalization.TypeName} has no running statistics.");
        if (mean.Shape[0] != channels) throw new ShapeException($"BatchNormFusion: expected a normalization of {channels} channels behind {layer}. Received: {mean.Shape[0]}.");
        var scale = (variance.Borrow() + normalization.Epsilon).Rsqrt();
        if (normalization.Weight is { } weight) scale *= weight.Borrow();
        var moved = (bias is null ? -mean.Borrow() : bias.Borrow() - mean.Borrow()) * scale;
        return (scale, normalization.Bias is { } added ? moved + added.Borrow() : moved);
    }

    // A tensor whose last axis stands at an axis of a larger rank.
    static Tensor Across(Tensor x, int axis, int rank) => x.Reshape([.. x.Shape, .. Enumerable.Repeat((Dim)1, rank - axis - 1)]);
}
