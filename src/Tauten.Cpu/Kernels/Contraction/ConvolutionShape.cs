using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>One number for each of three spatial axes; problems with fewer put them last and fill up with sizes of 1.</summary>
[InlineArray(3)]
internal struct Axes
{
    private long first;

    /// <summary>Three numbers.</summary>
    public Axes(long depth, long height, long width)
    {
        this[0] = depth;
        this[1] = height;
        this[2] = width;
    }

    /// <summary>All three multiplied.</summary>
    public readonly long Product => this[0] * this[1] * this[2];
}

/// <summary>
/// The sizes of a convolution y[n, o, p] = sum over c, k of x[n, c, p * Stride + k * Dilation - PadLow] w[o, c, k], zero outside of x.
/// All tensors are contiguous: x [Batch, InChannels, Input], w [OutChannels, InChannels / Groups, Kernel], y [Batch, OutChannels, Output].
/// High padding is whatever the output sizes imply.
/// </summary>
internal struct ConvolutionShape : IEquatable<ConvolutionShape>
{
    /// <summary>Images.</summary>
    public long Batch;

    /// <summary>Channels of x.</summary>
    public long InChannels;

    /// <summary>Channels of y.</summary>
    public long OutChannels;

    /// <summary>Independent parts that the channels fall into.</summary>
    public long Groups;

    /// <summary>Sizes of x.</summary>
    public Axes Input;

    /// <summary>Sizes of the window.</summary>
    public Axes Kernel;

    /// <summary>Steps of the window.</summary>
    public Axes Stride;

    /// <summary>Distances within the window.</summary>
    public Axes Dilation;

    /// <summary>Zeros before x.</summary>
    public Axes PadLow;

    /// <summary>Sizes of y.</summary>
    public Axes Output;

    /// <summary>A problem whose spatial axes are given as one to three numbers each.</summary>
    public static ConvolutionShape Create(
        long batch, long inChannels, long outChannels, long groups, ReadOnlySpan<long> input, ReadOnlySpan<long> kernel,
        ReadOnlySpan<long> stride, ReadOnlySpan<long> dilation, ReadOnlySpan<long> padLow, ReadOnlySpan<long> padHigh)
    {
        var shape = new ConvolutionShape
        {
            Batch = batch, InChannels = inChannels, OutChannels = outChannels, Groups = groups,
            Input = new(1, 1, 1), Kernel = new(1, 1, 1), Stride = new(1, 1, 1), Dilation = new(1, 1, 1), Output = new(1, 1, 1),
        };
        for (int i = 0; i < input.Length; i++)
        {
            int axis = 3 - input.Length + i;
            shape.Input[axis] = input[i];
            shape.Kernel[axis] = kernel[i];
            shape.Stride[axis] = stride[i];
            shape.Dilation[axis] = dilation[i];
            shape.PadLow[axis] = padLow[i];
            shape.Output[axis] = (input[i] + padLow[i] + padHigh[i] - (kernel[i] - 1) * dilation[i] - 1) / stride[i] + 1;
        }
        return shape;
    }

    /// <summary>Channels of x that an output channel sees.</summary>
    public readonly long InChannelsOfGroup => InChannels / Groups;

    /// <summary>Channels of y that see the same channels of x.</summary>
    public readonly long OutChannelsOfGroup => OutChannels / Groups;

    /// <summary>Elements of x.</summary>
    public readonly long InputElements => Batch * InChannels * Input.Product;

    /// <summary>Elements of y.</summary>
    public readonly long OutputElements => Batch * OutChannels * Output.Product;

    /// <summary>Elements of w.</summary>
    public readonly long WeightElements => OutChannels * InChannelsOfGroup * Kernel.Product;

    /// <summary>Whether every output pixel sees just its own input pixel: a matrix product for each image.</summary>
    public readonly bool IsPointwise
    {
        get
        {
            for (int axis = 0; axis < 3; axis++)
            {
                if (Kernel[axis] != 1 || Stride[axis] != 1 || PadLow[axis] != 0 || Input[axis] != Output[axis])
                    return false;
            }
            return true;
        }
    }

    /// <summary>Whether every output pixel sees just one input pixel, and these lie a step apart.</summary>
    public readonly bool IsSampled
    {
        get
        {
            for (int axis = 0; axis < 3; axis++)
            {
                if (Kernel[axis] != 1 || PadLow[axis] != 0 || (Output[axis] - 1) * Stride[axis] >= Input[axis])
                    return false;
            }
            return true;
        }
    }

    /// <summary>The pointwise convolution of those pixels.</summary>
    public readonly ConvolutionShape Sampled()
    {
        var sampled = this;
        sampled.Input = Output;
        sampled.Stride = new(1, 1, 1);
        return sampled;
    }

    /// <summary>The same pointwise convolution with all pixels along one axis.</summary>
    public readonly ConvolutionShape Flattened()
    {
        var flat = this;
        flat.Input = flat.Output = new(1, 1, Input.Product);
        return flat;
    }

    /// <inheritdoc/>
    public readonly bool Equals(ConvolutionShape other) => Bytes(in this).SequenceEqual(Bytes(in other));

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is ConvolutionShape other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes(in this));
        return hash.ToHashCode();
    }

    // Numbers side by side, without gaps.
    private static ReadOnlySpan<byte> Bytes(in ConvolutionShape shape) => MemoryMarshal.AsBytes(new ReadOnlySpan<ConvolutionShape>(in shape));
}
