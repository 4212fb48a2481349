using System.Runtime.CompilerServices;

namespace Tauten;

/// <summary>
/// The zeros around the input of a convolution: a number, or one for each spatial axis, on both sides (<c>1</c> or <c>[1, 2]</c>);
/// <see cref="Uneven"/> ones; or <see cref="Valid"/> and <see cref="Same"/>, which look at the window.
/// </summary>
/// <example><code>
/// var x = Tensor.Ones([1, 1, 8, 8]);
/// var weight = Tensor.Ones([1, 1, 3, 3]);
/// Console.WriteLine(x.Conv2d(weight, padding: ConvolutionPadding.Same).Shape);    // [1, 1, 8, 8]
/// Console.WriteLine(x.Conv2d(weight, padding: 2).Shape);    // [1, 1, 10, 10]
/// </code></example>
[CollectionBuilder(typeof(ConvolutionPadding), nameof(Create))]
public readonly struct ConvolutionPadding : IEquatable<ConvolutionPadding>
{
    readonly Dims before, behind;

    ConvolutionPadding(Dims before, Dims behind, bool isSame) => (this.before, this.behind, IsSame) = (before, behind, isSame);

    /// <summary>No padding: only windows that lie inside of the input.</summary>
    public static ConvolutionPadding Valid { get; } = 0;

    /// <summary>
    /// As much padding as keeps the size of each axis, <c>dilation * (window - 1)</c> in sum; where that is odd, the larger part lies behind. Only for stride 1.
    /// </summary>
    public static ConvolutionPadding Same { get; } = new(default, default, true);

    /// <summary>Padding of its own before and behind each spatial axis.</summary>
    public static ConvolutionPadding Uneven(Dims before, Dims behind) => new(before, behind, false);

    /// <summary>The same number on both sides of each axis, in the order of the spatial axes.</summary>
    public static ConvolutionPadding Create(ReadOnlySpan<long> each) => Dims.Create(each);

    /// <summary>The same number on all sides.</summary>
    public static implicit operator ConvolutionPadding(long all) => new(all, all, false);

    /// <summary>One number for both sides of each axis.</summary>
    public static implicit operator ConvolutionPadding(Dims each) => new(each, each, false);

    /// <summary>Whether this is <see cref="Same"/>.</summary>
    public bool IsSame { get; }

    /// <summary>Elements before each of the axes, then behind each, for a window of the given size.</summary>
    internal Dims Sides(Dims window, Dims stride, Dims dilation, string op)
    {
        int axes = window.Count;
        var sides = new long[2 * axes];
        for (int i = 0; i < axes; i++)
        {
            if (!IsSame)
            {
                (sides[i], sides[axes + i]) = (Side(before, i, axes, op), Side(behind, i, axes, op));
                continue;
            }
            if (stride[i] != 1) throw new ShapeException($"{op}: the padding that keeps the size exists for stride 1 only. Received: stride {stride}. Give the padding in numbers.");
            long sum = dilation[i] * (window[i] - 1);
            (sides[i], sides[axes + i]) = (sum / 2, sum - sum / 2);
        }
        return Dims.Create(sides);
    }

    static long Side(Dims sizes, int axis, int axes, string op) =>
        sizes.Count == axes ? sizes[axis] : sizes.Count == 1 ? sizes[0] : throw new ShapeException($"{op}: expected one padding, or one for each of {axes} axes. Received: {sizes}.");

    /// <summary>The numbers before each axis.</summary>
    public IEnumerator<long> GetEnumerator() => before.GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(ConvolutionPadding other) => IsSame == other.IsSame && before == other.before && behind == other.behind;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ConvolutionPadding other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(before, behind, IsSame);

    /// <inheritdoc/>
    public override string ToString() => IsSame ? "same" : before == behind ? before.ToString() : $"{before} before, {behind} behind";

    /// <summary>Equality of all numbers.</summary>
    public static bool operator ==(ConvolutionPadding a, ConvolutionPadding b) => a.Equals(b);

    /// <summary>Inequality of any number.</summary>
    public static bool operator !=(ConvolutionPadding a, ConvolutionPadding b) => !a.Equals(b);
}
