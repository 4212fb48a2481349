using System.Runtime.CompilerServices;
using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>
    /// A convolution over the last axis of [batch, channels, length] or [channels, length]; see <see cref="Ops.Convolution"/>.
    /// </summary>
    /// <param name="weight">[out channels, channels / groups, window].</param>
    /// <param name="bias">[out channels], or null.</param>
    /// <param name="stride">The step of the window; 1 if left out.</param>
    /// <param name="padding">Zeros on each side, or <see cref="ConvolutionPadding.Same"/>; 0 if left out.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <param name="groups">The number of channel groups.</param>
    /// <param name="padMode">What the padding holds; zeros if left out.</param>
    /// <example><code>
    /// var signal = Tensor.From([1f, 2, 4, 8]).Reshape(1, 1, 4);
    /// var difference = Tensor.From([-1f, 1]).Reshape(1, 1, 2);      // [out, in, window]
    /// Console.WriteLine(signal.Conv1d(difference));    // [[[1, 2, 4]]]
    /// </code></example>
    /// <exception cref="ShapeException">Shapes do not fit, or the window is larger than the padded input.</exception>
    public Tensor Conv1d(Tensor weight, Tensor? bias = null, Dims? stride = null, ConvolutionPadding? padding = null, Dims? dilation = null, int groups = 1, PadMode padMode = PadMode.Constant) =>
        Convolved(1, weight, bias, stride, padding, dilation, groups, padMode);

    /// <summary>
    /// A convolution over the last two axes of [batch, channels, height, width] or [channels, height, width]; see <see cref="Ops.Convolution"/>.
    /// </summary>
    /// <param name="weight">[out channels, channels / groups, height, width].</param>
    /// <param name="bias">[out channels], or null.</param>
    /// <param name="stride">The step of the window; one number, or one for each axis; 1 if left out.</param>
    /// <param name="padding">Zeros on each side: one number, or one for each axis, or <see cref="ConvolutionPadding.Same"/>; 0 if left out.</param>
    /// <param name="dilation">The step inside of the window; one number, or one for each axis; 1 if left out.</param>
    /// <param name="groups">The number of channel groups.</param>
    /// <param name="padMode">What the padding holds; zeros if left out.</param>
    /// <example><code>
    /// var image = Tensor.Arange(0, 16).Reshape(1, 1, 4, 4);
    /// var box = Tensor.Ones([1, 1, 2, 2]);
    /// Console.WriteLine(image.Conv2d(box, stride: 2).Squeeze());
    /// // [[10, 18],
    /// //  [42, 50]]
    /// Console.WriteLine(image.Conv2d(Tensor.Ones([8, 1, 3, 3]), padding: 1).Shape);    // [1, 8, 4, 4]
    /// </code></example>
    /// <exception cref="ShapeException">Shapes do not fit, or the window is larger than the padded input.</exception>
    public Tensor Conv2d(Tensor weight, Tensor? bias = null, Dims? stride = null, ConvolutionPadding? padding = null, Dims? dilation = null, int groups = 1, PadMode padMode = PadMode.Constant) =>
        Convolved(2, weight, bias, stride, padding, dilation, groups, padMode);

    /// <summary>
    /// A convolution over the last three axes of [batch, channels, depth, height, width] or [channels, depth, height, width]; see <see cref="Ops.Convolution"/>.
    /// </summary>
    /// <inheritdoc cref="Conv2d"/>
    /// <example><code>
    /// var video = Tensor.Ones([1, 3, 8, 32, 32]);
    /// Console.WriteLine(video.Conv3d(Tensor.Ones([16, 3, 3, 3, 3]), padding: 1, stride: [1, 2, 2]).Shape);    // [1, 16, 8, 16, 16]
    /// </code></example>
    public Tensor Conv3d(Tensor weight, Tensor? bias = null, Dims? stride = null, ConvolutionPadding? padding = null, Dims? dilation = null, int groups = 1, PadMode padMode = PadMode.Constant) =>
        Convolved(3, weight, bias, stride, padding, dilation, groups, padMode);

    /// <summary>
    /// A transposed convolution over the last axis of [batch, channels, length] or [channels, length]: each element is spread over a window, and windows
    /// are added where they overlap. It is the gradient of <see cref="Conv1d"/> with respect to its input.
    /// </summary>
    /// <inheritdoc cref="ConvTranspose2d"/>
    /// <example><code>
    /// var x = Tensor.From([1f, 10]).Reshape(1, 1, 2);
    /// Console.WriteLine(x.ConvTranspose1d(Tensor.From([1f, 2, 3]).Reshape(1, 1, 3)));    // [[[ 1, 12, 23, 30]]]
    /// </code></example>
    public Tensor ConvTranspose1d(Tensor weight, Tensor? bias = null, Dims? stride = null, Dims? padding = null, Dims? outputPadding = null, int groups = 1, Dims? dilation = null) =>
        Transposed(1, weight, bias, stride, padding, outputPadding, groups, dilation);

    /// <summary>
    /// A transposed convolution over the last two axes of [batch, channels, height, width] or [channels, height, width]: each element is spread over a
    /// window, and windows are added where they overlap. It is the gradient of <see cref="Conv2d"/> with respect to its input. An axis of size n becomes
    /// (n - 1) stride - 2 padding + dilation (window - 1) + outputPadding + 1.
    /// </summary>
    /// <param name="weight">[channels, out channels / groups, window...].</param>
    /// <param name="bias">[out channels], or null.</param>
    /// <param name="stride">The step from window to window; one number, or one for each axis; 1 if left out.</param>
    /// <param name="padding">Elements cut off on each side; one number, or one for each axis; 0 if left out.</param>
    /// <param name="outputPadding">Elements that the result is longer at the end; less than stride or dilation; 0 if left out.</param>
    /// <param name="groups">The number of channel groups.</param>
    /// <param name="dilation">The step inside of the window; one number, or one for each axis; 1 if left out.</param>
    /// <example><code>
    /// var x = Tensor.Ones([1, 4, 8, 8]);
    /// Console.WriteLine(x.ConvTranspose2d(Tensor.Ones([4, 2, 4, 4]), stride: 2, padding: 1).Shape);    // [1, 2, 16, 16]
    /// </code></example>
    /// <exception cref="ShapeException">Shapes do not fit, or nothing is left of an axis.</exception>
    public Tensor ConvTranspose2d(Tensor weight, Tensor? bias = null, Dims? stride = null, Dims? padding = null, Dims? outputPadding = null, int groups = 1, Dims? dilation = null) =>
        Transposed(2, weight, bias, stride, padding, outputPadding, groups, dilation);

    /// <summary>
    /// A transposed convolution over the last three axes of [batch, channels, depth, height, width] or [channels, depth, height, width]: each element is
    /// spread over a window, and windows are added where they overlap. It is the gradient of <see cref="Conv3d"/> with respect to its input.
    /// </summary>
    /// <inheritdoc cref="ConvTranspose2d"/>
    /// <example><code>
    /// var x = Tensor.Ones([1, 4, 2, 8, 8]);
    /// Console.WriteLine(x.ConvTranspose3d(Tensor.Ones([4, 2, 2, 2, 2]), stride: 2).Shape);    // [1, 2, 4, 16, 16]
    /// </code></example>
    public Tensor ConvTranspose3d(Tensor weight, Tensor? bias = null, Dims? stride = null, Dims? padding = null, Dims? outputPadding = null, int groups = 1, Dims? dilation = null) =>
        Transposed(3, weight, bias, stride, padding, outputPadding, groups, dilation);

    /// <summary>
    /// The windows of [batch, channels, height, width] as columns: [batch, channels * window, positions], both in row-major order. Also called im2col; the
    /// sums that a convolution takes are then one matrix product. <see cref="Fold"/> is the way back.
    /// </summary>
    /// <param name="window">The size of the window; one number, or height and width.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <param name="padding">Zeros on each side; 0 if left out.</param>
    /// <param name="stride">The step of the window; 1 if left out.</param>
    /// <example><code>
    /// var image = Tensor.Arange(0, 9).Reshape(1, 1, 3, 3);
    /// // A column for each position of the window.
    /// Console.WriteLine(image.Unfold([2, 2]));
    /// // [[[0, 1, 3, 4],
    /// //   [1, 2, 4, 5],
    /// //   [3, 4, 6, 7],
    /// //   [4, 5, 7, 8]]]
    /// </code></example>
    /// <exception cref="ShapeException">The rank is not 4 (or 3, without batch), or the window does not fit.</exception>
    public Tensor Unfold(Dims window, Dims? dilation = null, Dims? padding = null, Dims? stride = null)
    {
        var sizes = Each(window, 2, "window");
        if (Rank is not (3 or 4)) throw new ShapeException($"Unfold: expected [batch, channels, height, width], or that without batch. Received: {Shape}.");
        var x = Rank == 3 ? Unsqueeze(0) : this;
        var windows = MaxPool.WindowsOf(x, sizes, Each(stride ?? 1, 2, "stride"), Sides(padding ?? 0, 2), Each(dilation ?? 1, 2, "dilation"), false, 0);
        var columns = windows.Permute(0, 1, 4, 5, 2, 3).Reshape([x.Shape[0], x.Shape[1] * sizes[0] * sizes[1], windows.Shape[2] * windows.Shape[3]]);
        return Rank == 3 ? columns.Squeeze(0) : columns;
    }

    /// <summary>
    /// Columns as <see cref="Unfold(Dims, Dims?, Dims?, Dims?)"/> gives them, [batch, channels * window, positions], back in their places in [batch, channels, height, width], and
    /// added where windows overlap. Also called col2im.
    /// </summary>
    /// <param name="size">Height and width of the result.</param>
    /// <param name="window">The size of the window; one number, or height and width.</param>
    /// <param name="dilation">The step inside of the window; 1 if left out.</param>
    /// <param name="padding">What was padded on each side, and is cut off now; 0 if left out.</param>
    /// <param name="stride">The step of the window; 1 if left out.</param>
    /// <example><code>
    /// var image = Tensor.Ones([1, 1, 3, 3]);
    /// // How often each pixel was covered.
    /// Console.WriteLine(image.Unfold([2, 2]).Fold([3, 3], [2, 2]).Squeeze());
    /// // [[1, 2, 1],
    /// //  [2, 4, 2],
    /// //  [1, 2, 1]]
    /// </code></example>
    /// <exception cref="ShapeException">The columns are not those of such windows.</exception>
    public Tensor Fold(Shape size, Dims window, Dims? dilation = null, Dims? padding = null, Dims? stride = null)
    {
        Dims sizes = Each(window, 2, "window"), steps = Each(stride ?? 1, 2, "stride"), inner = Each(dilation ?? 1, 2, "dilation"), sides = Each(padding ?? 0, 2, "padding");
        if (size.Rank != 2) throw new ShapeException($"Fold: expected a size of height and width. Received: {size}.");
        if (Rank is not (2 or 3)) throw new ShapeException($"Fold: expected columns [batch, channels * window, positions], or that without batch. Received: {Shape}.");
        if (Rank == 2) return Unsqueeze(0).Fold(size, window, dilation, padding, stride).Squeeze(0);
        long elements = sizes[0] * sizes[1];
        if (Shape[1].IsKnown && Shape[1] % elements != 0) throw new ShapeException($"Fold: {Shape[1]} rows (axis 1 of {Shape}) are not a multiple of the {elements} elements of a window {sizes}.");
        var padded = Shape.Create([Shape[0], Shape[1] / elements, size[0] + 2 * sides[0], size[1] + 2 * sides[1]]);
        var positions = Ops.Windows.Positions(padded, [2, 3], sizes, steps, inner, "Fold");
        if (Shape[2].IsKnown && positions.IsKnown && Shape[2] != positions[2] * positions[3])
            throw new ShapeException($"Fold: windows {sizes} have {positions[2]} x {positions[3]} positions in {size} with padding {sides}. Received: {Shape[2]} columns (axis 2 of {Shape}).");
        var windows = Reshape([Shape[0], padded[1], sizes[0], sizes[1], positions[2], positions[3]]).Permute(0, 1, 4, 5, 2, 3);
        var sum = Dispatch.Run(new OverlapAdd(padded, [2, 3], steps, inner), windows);
        return Dispatch.Run(new Slice(Shape.Of(0, 0, sides[0], sides[1]), [Shape[0], padded[1], size[0], size[1]], Dims.Repeat(1, 4)), sum);
    }

    Tensor Convolved(int axes, Tensor weight, Tensor? bias, Dims? stride, ConvolutionPadding? padding, Dims? dilation, int groups, PadMode mode, [CallerMemberName] string op = "")
    {
        bool single = Rank == axes + 1;
        CheckWindowed(single, axes, weight, op);
        Dims steps = Each(stride ?? 1, axes, "stride", op), inner = Each(dilation ?? 1, axes, "dilation", op);
        // The weight's window must be known for this padding alone.
        var sides = (padding ?? ConvolutionPadding.Valid).Sides(padding is { IsSame: true } ? WindowOf(weight) : steps, steps, inner, op);
        var x = single ? Unsqueeze(0) : this;
        if (mode != PadMode.Constant)
        {
            x = x.Pad(Dims.Create([0, 0, .. sides.Span[..axes]]), Dims.Create([0, 0, .. sides.Span[axes..]]), mode);
            sides = Dims.Repeat(0, 2 * axes);
        }
        var y = Dispatch.Run(new Convolution(steps, sides, inner, groups), x, weight);
        return Finished(y, bias, axes, single, op);
    }

    Tensor Transposed(int axes, Tensor weight, Tensor? bias, Dims? stride, Dims? padding, Dims? outputPadding, int groups, Dims? dilation, [CallerMemberName] string op = "")
    {
        bool single = Rank == axes + 1;
        CheckWindowed(single, axes, weight, op);
        Dims steps = Each(stride ?? 1, axes, "stride", op), cut = Each(padding ?? 0, axes, "padding", op), inner = Each(dilation ?? 1, axes, "dilation", op);
        var longer = Each(outputPadding ?? 0, axes, "output padding", op);
        var x = single ? Unsqueeze(0) : this;
        if (groups < 1) throw new ShapeException($"{op}: groups must be at least 1. Received: {groups}.");
        if (x.Shape[1].IsKnown && weight.Shape[0].IsKnown && x.Shape[1] != weight.Shape[0])
            throw new ShapeException($"{op}: the input {Shape} has {x.Shape[1]} channels, but the weight {weight.Shape} takes {weight.Shape[0]}. Expected a weight [channels, out channels / groups, window].");
        var shape = new Dim[axes + 2];
        (shape[0], shape[1]) = (x.Shape[0], weight.Shape[1] * groups);
        long[] sides = new long[2 * axes], behind = new long[axes + 2];
        for (int i = 0; i < axes; i++)
        {
            if (steps[i] < 1 || inner[i] < 1 || cut[i] < 0) throw new ShapeException($"{op}: strides {steps} and dilations {inner} must be at least 1, padding {cut} at least 0.");
            if (longer[i] < 0 || longer[i] >= Math.Max(steps[i], inner[i]))
                throw new ShapeException($"{op}: output padding {longer} must be at least 0 and smaller than stride {steps} or dilation {inner}.");
            shape[i + 2] = (x.Shape[i + 2] - 1) * steps[i] - 2 * cut[i] + inner[i] * (weight.Shape[i + 2] - 1) + 1 + longer[i];
            if (shape[i + 2].IsKnown && shape[i + 2] < 1)
                throw new ShapeException($"{op}: nothing is left of spatial axis {i} of the input {Shape}: (n - 1) stride - 2 padding + dilation (window - 1) + output padding + 1 is {shape[i + 2]} for stride {steps[i]}, padding {cut[i]} and a window of {weight.Shape[i + 2]}.");
            // Output padding gives back what the padding has cut off at the end; beyond that there are zeros.
            sides[i] = cut[i];
            sides[axes + i] = Math.Max(0, cut[i] - longer[i]);
            behind[i + 2] = Math.Max(0, longer[i] - cut[i]);
            shape[i + 2] -= behind[i + 2];
        }
        var forward = new Convolution(steps, Dims.Create(sides), inner, groups);
        var y = Dispatch.Run(new ConvolutionInputGradient(Shape.Create(shape), forward), x, weight);
        if (behind.AsSpan().IndexOfAnyExcept(0) >= 0) y = y.Pad(Dims.Repeat(0, axes + 2), Dims.Create(behind));
        return Finished(y, bias, axes, single, op);
    }

    void CheckWindowed(bool single, int axes, Tensor weight, string op)
    {
        if ((single || Rank == axes + 2) && weight.Rank == axes + 2) return;
        throw new ShapeException($"{op}: expected an input [batch, channels, {axes} spatial axes], or that without batch, and a weight of {axes + 2} axes. Received: {Shape} and {weight.Shape}.");
    }

    static Dims WindowOf(Tensor weight)
    {
        var window = new long[weight.Rank - 2];
        for (int i = 0; i < window.Length; i++) window[i] = weight.Shape[i + 2];
        return Dims.Create(window);
    }

    static Tensor Finished(Tensor y, Tensor? bias, int axes, bool single, string op)
    {
        if (bias is not null)
        {
            if (bias.Rank != 1 || (bias.Shape.IsKnown && y.Shape[1].IsKnown && bias.Shape[0] != y.Shape[1]))
                throw new ShapeException($"{op}: expected a bias [{y.Shape[1]}], a number for each output channel. Received: {bias.Shape}.");
            y += Ops.BatchMoments.Along(bias, axes + 2);
        }
        return single ? y.Squeeze(0) : y;
    }

    static Dims Each(Dims sizes, int axes, string what, [CallerMemberName] string op = "") =>
        sizes.Count == axes ? sizes : sizes.Count == 1 ? Dims.Repeat(sizes[0], axes) : throw new ShapeException($"{op}: expected one {what}, or one for each of {axes} axes. Received: {sizes}.");

    static Dims Sides(Dims padding, int axes, [CallerMemberName] string op = "")
    {
        var each = Each(padding, axes, "padding", op);
        return Dims.Create([.. each, .. each]);
    }
}
