namespace Tauten;

/// <summary>
/// One entry of <c>x[...]</c>: a position, a range, a mask or index tensor, a new axis, or "all axes in between".
/// Written as C# writes them: <c>x[0]</c>, <c>x[^1]</c>, <c>x[.., 1..5]</c>, <c>x[mask]</c>, <c>x[TensorIndex.Ellipsis, 0]</c>.
/// </summary>
/// <remarks>
/// In a collection expression, such as the first argument of <see cref="Tensor.With(ReadOnlySpan{TensorIndex}, Tensor)"/>, an entry that begins with
/// <c>..</c> would be C#'s spread of another collection, not a range: write <see cref="All"/> for <c>..</c> there, and <c>0..5</c> for <c>..5</c>.
/// </remarks>
/// <example><code>
/// var x = Tensor.Arange(8).Reshape(2, 4);
/// Console.WriteLine(x[1, ..3]);    // [4, 5, 6]
/// Console.WriteLine(x[TensorIndex.Ellipsis, ^1]);    // [3, 7]
/// Console.WriteLine(x[0, TensorIndex.Stepped(0, null, 2)]);    // [0, 2]
/// Console.WriteLine(x.With([TensorIndex.All, 0..3], 9));
/// // [[9, 9, 9, 3],
/// //  [9, 9, 9, 7]]
/// </code></example>
public readonly struct TensorIndex
{
    internal enum Kind : byte { All, Position, Range, Stepped, NewAxis, Ellipsis, Tensor }

    readonly long start, stop, step;
    readonly bool hasStop;

    TensorIndex(Kind type, long start = 0, long stop = 0, long step = 1, bool hasStop = false, Range range = default, Tensor? tensor = null) =>
        (Type, this.start, this.stop, this.step, this.hasStop, Slice, Tensor) = (type, start, stop, step, hasStop, range, tensor);

    internal Kind Type { get; }

    internal Tensor? Tensor { get; }

    Range Slice { get; }

    /// <summary>The whole axis, as <c>..</c> is.</summary>
    public static TensorIndex All { get; } = new(Kind.All);

    /// <summary>A new axis of size 1, as <c>None</c> in Python.</summary>
    public static TensorIndex NewAxis { get; } = new(Kind.NewAxis);

    /// <summary>All axes that the other entries do not name, as <c>...</c> in Python; may stand once.</summary>
    public static TensorIndex Ellipsis { get; } = new(Kind.Ellipsis);

    /// <summary>Every <paramref name="step"/>-th position from <paramref name="start"/> up to but not including <paramref name="stop"/> (to the end when left out); negative positions count from the end, a negative step runs backwards.</summary>
    public static TensorIndex Stepped(long start, long? stop = null, long step = 1) => new(Kind.Stepped, start, stop ?? 0, step, stop is not null);

    /// <summary>One position, whose axis vanishes; negative positions count from the end.</summary>
    public static implicit operator TensorIndex(long position) => new(Kind.Position, position);

    /// <summary>One position, whose axis vanishes; negative positions count from the end.</summary>
    public static implicit operator TensorIndex(int position) => new(Kind.Position, position);

    /// <summary>One position, whose axis vanishes; <c>^1</c> is the last.</summary>
    public static implicit operator TensorIndex(Index position) => new(Kind.Position, position.IsFromEnd ? -position.Value : position.Value, step: position is { IsFromEnd: true, Value: 0 } ? 0 : 1);

    /// <summary>A range of positions, which stays an axis.</summary>
    public static implicit operator TensorIndex(Range range) => new(Kind.Range, range: range);

    /// <summary>A mask (bool, over as many axes as it has) or positions (int64 or int32).</summary>
    public static implicit operator TensorIndex(Tensor tensor) => new(Kind.Tensor, tensor: tensor);

    /// <summary>The position on an axis of the given size.</summary>
    internal Dim Position(Dim size, int axis, Shape shape)
    {
        if (step == 0 || (size.IsKnown && (start >= size || start < -size.Value)))
            throw new IndexException($"Index {(step == 0 ? "^0" : start < 0 ? $"^{-start}" : start)} lies outside of axis {axis} of shape {shape}. Expected {(size == 0 ? "nothing, since the axis is empty" : $"0 to {size - 1}, or ^1 to ^{size}")}.");
        return start < 0 ? size + start : start;
    }

    /// <summary>First position, number and step of a range on an axis of the given size.</summary>
    internal (Dim Start, Dim Count, long Step) Run(Dim size, int axis, Shape shape)
    {
        switch (Type)
        {
            case Kind.All:
                return (0, size, 1);
            case Kind.Range:
                Dim first = Slice.Start.IsFromEnd ? size - Slice.Start.Value : Slice.Start.Value;
                Dim end = Slice.End.IsFromEnd ? size - Slice.End.Value : Slice.End.Value;
                Dim count = end - first;
                if ((first.IsKnown && first < 0) || (count.IsKnown && count < 0) || (size.IsKnown && end.IsKnown && end > size))
                    throw new IndexException($"Range {Slice} leaves axis {axis} of shape {shape}. Expected a range within 0..{size}.");
                return (first, count, 1);
            default:
                if (step == 0) throw new IndexException($"A step of 0 along axis {axis} of shape {shape}. Expected a positive or negative step.");
                Dim from = start < 0 ? size + start : start;
                if (step > 0)
                {
                    Dim to = !hasStop ? size : stop < 0 ? size + stop : stop;
                    if ((from.IsKnown && from < 0) || (to.IsKnown && size.IsKnown && to > size) || (to.IsKnown && from.IsKnown && from > to))
                        throw new IndexException($"Range {from}..{to} in steps of {step} leaves axis {axis} of shape {shape}. Expected a range within 0..{size}.");
                    return (from, (to - from + (step - 1)) / step, step);
                }
                Dim last = !hasStop ? -1 : stop < 0 ? size + stop : stop;
                if ((from.IsKnown && size.IsKnown && from >= size) || (from.IsKnown && from < 0) || (last.IsKnown && from.IsKnown && last > from))
                    throw new IndexException($"Range {from}..{last} in steps of {step} leaves axis {axis} of shape {shape}. Expected to start within 0..{size - 1} and to stop before it.");
                return (from, (from - last + (-step - 1)) / -step, step);
        }
    }
}
