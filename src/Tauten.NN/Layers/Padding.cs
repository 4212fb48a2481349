namespace Tauten.NN;

/// <summary>What the padding layers share: elements added before and behind the last axes.</summary>
public abstract class PaddingLayer : Module<Tensor, Tensor>
{
    readonly Dims low, high;
    readonly PadMode mode;
    readonly double value;

    private protected PaddingLayer(int axes, Dims low, Dims? high, PadMode mode, double value)
    {
        this.low = Initial.Each(low, axes, TypeName, nameof(low), long.MinValue);
        this.high = Initial.Each(high ?? low, axes, TypeName, nameof(high), long.MinValue);
        (this.mode, this.value) = (mode, value);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        int rest = x.Rank - low.Count;
        if (rest is < 1 or > 2) throw new ShapeException($"{TypeName}: expected an input of {low.Count + 1} or {low.Count + 2} axes: batch, channels, and {low.Count} that are padded. Received: shape {x.Shape}.");
        Dims before = Dims.Create([.. Dims.Repeat(0, rest), .. low]), behind = Dims.Create([.. Dims.Repeat(0, rest), .. high]);
        return mode == PadMode.Constant ? x.Pad(before, behind, value) : x.Pad(before, behind, mode);
    }

    /// <inheritdoc/>
    protected override string Details() => low == high ? $"{low}" : $"{low} before, {high} behind";
}

/// <summary>Zeros added before and behind the last axis of [batch, channels, length]; the batch may be missing.</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new ZeroPad1d(1).Call(Tensor.From([1f, 2, 3]).Reshape(1, 1, 3)));    // [[[0, 1, 2, 3, 0]]]
/// </code></example>
public sealed class ZeroPad1d(Dims low, Dims? high = null) : PaddingLayer(1, low, high, PadMode.Constant, 0);

/// <summary>Zeros added before and behind the last two axes of [batch, channels, height, width]; the batch may be missing.</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new ZeroPad2d(1).Call(Tensor.From([1f, 2, 3, 4]).Reshape(1, 1, 2, 2)));
/// // [[[[0, 0, 0, 0],
/// //    [0, 1, 2, 0],
/// //    [0, 3, 4, 0],
/// //    [0, 0, 0, 0]]]]
/// </code></example>
public sealed class ZeroPad2d(Dims low, Dims? high = null) : PaddingLayer(2, low, high, PadMode.Constant, 0);

/// <summary>Zeros added before and behind the last three axes of [batch, channels, depth, height, width]; the batch may be missing.</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new ZeroPad3d(1).Call(Tensor.Ones([1, 1, 3, 3, 3])).Shape);    // [1, 1, 5, 5, 5]
/// </code></example>
public sealed class ZeroPad3d(Dims low, Dims? high = null) : PaddingLayer(3, low, high, PadMode.Constant, 0);

/// <summary>Elements of one value added before and behind the last axis of [batch, channels, length]; the batch may be missing.</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="value">The value that is added.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new ConstantPad1d(1, value: 9).Call(Tensor.From([1f, 2, 3]).Reshape(1, 1, 3)));    // [[[9, 1, 2, 3, 9]]]
/// </code></example>
public sealed class ConstantPad1d(Dims low, double value, Dims? high = null) : PaddingLayer(1, low, high, PadMode.Constant, value);

/// <summary>Elements of one value added before and behind the last two axes of [batch, channels, height, width]; the batch may be missing.</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="value">The value that is added.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new ConstantPad2d(1, value: 9).Call(Tensor.From([1f, 2, 3, 4]).Reshape(1, 1, 2, 2)));
/// // [[[[9, 9, 9, 9],
/// //    [9, 1, 2, 9],
/// //    [9, 3, 4, 9],
/// //    [9, 9, 9, 9]]]]
/// </code></example>
public sealed class ConstantPad2d(Dims low, double value, Dims? high = null) : PaddingLayer(2, low, high, PadMode.Constant, value);

/// <summary>Elements of one value added before and behind the last three axes of [batch, channels, depth, height, width]; the batch may be missing.</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="value">The value that is added.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new ConstantPad3d(1, value: 9).Call(Tensor.Ones([1, 1, 3, 3, 3])).Shape);    // [1, 1, 5, 5, 5]
/// </code></example>
public sealed class ConstantPad3d(Dims low, double value, Dims? high = null) : PaddingLayer(3, low, high, PadMode.Constant, value);

/// <summary>Elements mirrored at the border, without the border itself, added before and behind the last axis of [batch, channels, length]; the batch may be missing.</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new ReflectionPad1d(1).Call(Tensor.From([1f, 2, 3]).Reshape(1, 1, 3)));    // [[[2, 1, 2, 3, 2]]]
/// </code></example>
public sealed class ReflectionPad1d(Dims low, Dims? high = null) : PaddingLayer(1, low, high, PadMode.Reflect, 0);

/// <summary>Elements mirrored at the border, without the border itself, added before and behind the last two axes of [batch, channels, height, width]; the batch may be missing.</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new ReflectionPad2d(1).Call(Tensor.From([1f, 2, 3, 4]).Reshape(1, 1, 2, 2)));
/// // [[[[4, 3, 4, 3],
/// //    [2, 1, 2, 1],
/// //    [4, 3, 4, 3],
/// //    [2, 1, 2, 1]]]]
/// </code></example>
public sealed class ReflectionPad2d(Dims low, Dims? high = null) : PaddingLayer(2, low, high, PadMode.Reflect, 0);

/// <summary>Elements mirrored at the border, without the border itself, added before and behind the last three axes of [batch, channels, depth, height, width]; the batch may be missing.</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new ReflectionPad3d(1).Call(Tensor.Ones([1, 1, 3, 3, 3])).Shape);    // [1, 1, 5, 5, 5]
/// </code></example>
public sealed class ReflectionPad3d(Dims low, Dims? high = null) : PaddingLayer(3, low, high, PadMode.Reflect, 0);

/// <summary>Copies of the border added before and behind the last axis of [batch, channels, length]; the batch may be missing.</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new ReplicationPad1d(1).Call(Tensor.From([1f, 2, 3]).Reshape(1, 1, 3)));    // [[[1, 1, 2, 3, 3]]]
/// </code></example>
public sealed class ReplicationPad1d(Dims low, Dims? high = null) : PaddingLayer(1, low, high, PadMode.Replicate, 0);

/// <summary>Copies of the border added before and behind the last two axes of [batch, channels, height, width]; the batch may be missing.</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new ReplicationPad2d(1).Call(Tensor.From([1f, 2, 3, 4]).Reshape(1, 1, 2, 2)));
/// // [[[[1, 1, 2, 2],
/// //    [1, 1, 2, 2],
/// //    [3, 3, 4, 4],
/// //    [3, 3, 4, 4]]]]
/// </code></example>
public sealed class ReplicationPad2d(Dims low, Dims? high = null) : PaddingLayer(2, low, high, PadMode.Replicate, 0);

/// <summary>Copies of the border added before and behind the last three axes of [batch, channels, depth, height, width]; the batch may be missing.</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new ReplicationPad3d(1).Call(Tensor.Ones([1, 1, 3, 3, 3])).Shape);    // [1, 1, 5, 5, 5]
/// </code></example>
public sealed class ReplicationPad3d(Dims low, Dims? high = null) : PaddingLayer(3, low, high, PadMode.Replicate, 0);

/// <summary>Elements from the other end added before and behind the last axis of [batch, channels, length]; the batch may be missing.</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new CircularPad1d(1).Call(Tensor.From([1f, 2, 3]).Reshape(1, 1, 3)));    // [[[3, 1, 2, 3, 1]]]
/// </code></example>
public sealed class CircularPad1d(Dims low, Dims? high = null) : PaddingLayer(1, low, high, PadMode.Circular, 0);

/// <summary>Elements from the other end added before and behind the last two axes of [batch, channels, height, width]; the batch may be missing.</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new CircularPad2d(1).Call(Tensor.From([1f, 2, 3, 4]).Reshape(1, 1, 2, 2)));
/// // [[[[4, 3, 4, 3],
/// //    [2, 1, 2, 1],
/// //    [4, 3, 4, 3],
/// //    [2, 1, 2, 1]]]]
/// </code></example>
public sealed class CircularPad2d(Dims low, Dims? high = null) : PaddingLayer(2, low, high, PadMode.Circular, 0);

/// <summary>Elements from the other end added before and behind the last three axes of [batch, channels, depth, height, width]; the batch may be missing.</summary>
/// <param name="low">How many before: one number, or one for each axis in their order.</param>
/// <param name="high">How many behind; as before if left out.</param>
/// <example><code>
/// Console.WriteLine(new CircularPad3d(1).Call(Tensor.Ones([1, 1, 3, 3, 3])).Shape);    // [1, 1, 5, 5, 5]
/// </code></example>
public sealed class CircularPad3d(Dims low, Dims? high = null) : PaddingLayer(3, low, high, PadMode.Circular, 0);
