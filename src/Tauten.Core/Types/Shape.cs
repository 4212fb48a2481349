using System.Collections;
using System.Runtime.CompilerServices;

namespace Tauten;

/// <summary>
/// The dimensions of a tensor, immutable and compared by value. Written as a collection: <c>[64, 784]</c>, or <c>["batch", 784]</c> with a named unknown.
/// </summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public sealed class Shape : IEquatable<Shape>, IReadOnlyList<Dim>
{
    readonly long[] sizes;           // of known dimensions; -1 where unknown
    readonly Dim[]? dims;            // only when some dimension is unknown

    Shape(long[] sizes, Dim[]? dims)
    {
        (this.sizes, this.dims) = (sizes, dims);
        long count = 1;
        for (int i = 0; i < sizes.Length; i++)
        {
            if (sizes[i] < 0 && (dims is null || dims[i].IsKnown))
                throw new ShapeException($"A shape cannot have the negative size {sizes[i]}. Received: {this}.");
            if (dims is not null) continue;
            // An empty tensor has count 0, however large its other sizes are.
            if (sizes[i] != 0 && count > (1L << 60) / sizes[i]) throw new ShapeException($"The shape {this} has more elements than 64 bits can address.");
            count *= sizes[i];
        }
        Count = dims is null ? count : -1;
    }

    /// <summary>The shape of a scalar, <c>[]</c>.</summary>
    public static Shape Scalar { get; } = new([], null);

    /// <summary>A shape of the given dimensions.</summary>
    /// <exception cref="ShapeException">A size is negative, or the number of elements exceeds 64 bits.</exception>
    public static Shape Create(ReadOnlySpan<Dim> dims)
    {
        if (dims.Length == 0) return Scalar;
        var sizes = new long[dims.Length];
        bool known = true;
        for (int i = 0; i < dims.Length; i++)
        {
            known &= dims[i].IsKnown;
            sizes[i] = dims[i].IsKnown ? dims[i].Value : -1;
        }
        return new(sizes, known ? null : dims.ToArray());
    }

    /// <summary>A shape of known sizes.</summary>
    public static Shape Of(params ReadOnlySpan<long> sizes) => sizes.Length == 0 ? Scalar : new(sizes.ToArray(), null);

    /// <summary>Takes over <paramref name="sizes"/> without a copy: the caller gives the array away.</summary>
    internal static Shape Adopt(long[] sizes) => new(sizes, null);

    /// <summary>The number of dimensions.</summary>
    public int Rank => sizes.Length;

    /// <summary>The number of elements; -1 while a dimension is unknown.</summary>
    internal long Count { get; }

    /// <summary>The number of elements, which may be unknown.</summary>
    public Dim ElementCount
    {
        get
        {
            if (dims is null) return Count;
            Dim count = 1;
            foreach (var dim in dims) count *= dim;
            return count;
        }
    }

    /// <summary>Whether every dimension is a number.</summary>
    public bool IsKnown => dims is null;

    /// <summary>The sizes, when all are known.</summary>
    /// <exception cref="ShapeException">A dimension is unknown.</exception>
    public ReadOnlySpan<long> Sizes => dims is null ? sizes : throw new ShapeException($"The shape {this} has unknown dimensions: its sizes exist only when the graph runs.");

    /// <summary>The dimension at <paramref name="axis"/>; negative axes count from the end.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Dim this[int axis]
    {
        get
        {
            int i = Axis(axis, "Shape");
            return dims is null ? sizes[i] : dims[i];
        }
    }

    /// <summary>The dimension at a position; <c>^1</c> is the last.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Dim this[Index axis] => this[axis.IsFromEnd ? -axis.Value : axis.Value];

    int IReadOnlyCollection<Dim>.Count => Rank;

    /// <summary>Turns a possibly negative <paramref name="axis"/> into an index from the start.</summary>
    /// <exception cref="ShapeException">There is no such axis; <paramref name="op"/> is named as who asked.</exception>
    internal int Axis(long axis, string op)
    {
        if (axis < -Rank || axis >= Rank)
            throw new ShapeException($"{op}: axis {axis} does not exist in a tensor of shape {this}. Expected {(Rank == 0 ? "no axis, since it is a scalar" : $"{-Rank} to {Rank - 1}")}.");
        return (int)(axis < 0 ? axis + Rank : axis);
    }

    /// <summary>This shape with named unknowns replaced.</summary>
    internal Shape Bind(Func<string, Dim?> known) => IsKnown ? this : Create([.. this.Select(d => d.Bind(known))]);

    /// <summary>This shape with another dimension at <paramref name="axis"/>.</summary>
    internal Shape With(int axis, Dim dim)
    {
        Dim[] all = [.. this];
        all[axis] = dim;
        return Create(all);
    }

    /// <summary>The shape that shapes broadcast to: aligned at the last axis, where sizes must be equal or 1.</summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    public static Shape Broadcast(params ReadOnlySpan<Shape> shapes)
    {
        var result = Scalar;
        foreach (var shape in shapes) result = Broadcast(result, shape, "Broadcast");
        return result;
    }

    /// <summary>
    /// The shape that <paramref name="a"/> and <paramref name="b"/> broadcast to: aligned at the last axis, where sizes must be equal or one of them 1.
    /// An unknown dimension beside a number other than 1 takes that number; the sizes are checked when the graph runs.
    /// </summary>
    /// <exception cref="ShapeException">The shapes cannot be broadcast.</exception>
    internal static Shape Broadcast(Shape a, Shape b, string op)
    {
        if (a.Equals(b)) return a;
        int rank = Math.Max(a.Rank, b.Rank);
        var result = new Dim[rank];
        for (int i = 1; i <= rank; i++)
        {
            Dim x = i <= a.Rank ? a[^i] : 1, y = i <= b.Rank ? b[^i] : 1;
            result[^i] = x == y || y == 1 ? x : x == 1 ? y
                : x.IsKnown != y.IsKnown ? (x.IsKnown ? x : y)
                : throw new ShapeException($"{op}: shapes {a} and {b} cannot be broadcast: sizes {x} and {y} at axis -{i} differ and neither is 1.");
        }
        return Create(result);
    }

    /// <inheritdoc/>
    public bool Equals(Shape? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || !sizes.AsSpan().SequenceEqual(other.sizes)) return false;
        return dims is null ? other.dims is null : other.dims is not null && dims.AsSpan().SequenceEqual(other.dims);
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (long size in sizes) hash.Add(size);
        return hash.ToHashCode();
    }

    /// <summary>The dimensions in brackets, <c>[64, 784]</c>.</summary>
    public override string ToString() => dims is null ? $"[{string.Join(", ", sizes)}]" : $"[{string.Join(", ", dims)}]";

    /// <inheritdoc/>
    public IEnumerator<Dim> GetEnumerator()
    {
        for (int i = 0; i < Rank; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Equality of all dimensions.</summary>
    public static bool operator ==(Shape? a, Shape? b) => a is null ? b is null : a.Equals(b);

    /// <summary>Inequality of any dimension.</summary>
    public static bool operator !=(Shape? a, Shape? b) => !(a == b);
}
