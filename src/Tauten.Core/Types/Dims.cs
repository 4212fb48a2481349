using System.Collections;
using System.Runtime.CompilerServices;

namespace Tauten;

/// <summary>A short immutable list of numbers compared by value: axes, strides, paddings. Written as a collection, <c>[2, 3]</c>.</summary>
[CollectionBuilder(typeof(Dims), nameof(Create))]
public readonly struct Dims : IEquatable<Dims>, IReadOnlyList<long>
{
    readonly long[]? values;

    Dims(long[] values) => this.values = values;

    /// <summary>Copies <paramref name="values"/>.</summary>
    public static Dims Create(ReadOnlySpan<long> values) => new(values.ToArray());

    /// <summary><paramref name="count"/> times <paramref name="value"/>.</summary>
    public static Dims Repeat(long value, int count)
    {
        var all = new long[count];
        Array.Fill(all, value);
        return new(all);
    }

    /// <summary>One number.</summary>
    public static implicit operator Dims(long value) => new([value]);

    /// <summary>The numbers, read in place.</summary>
    public ReadOnlySpan<long> Span => values;

    /// <inheritdoc/>
    public int Count => values?.Length ?? 0;

    /// <inheritdoc/>
    public long this[int index] => values![index];

    /// <inheritdoc/>
    public bool Equals(Dims other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Dims other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (long value in Span) hash.Add(value);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", values ?? [])}]";

    /// <inheritdoc/>
    public IEnumerator<long> GetEnumerator() => ((IEnumerable<long>)(values ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Equality of all numbers.</summary>
    public static bool operator ==(Dims a, Dims b) => a.Equals(b);

    /// <summary>Inequality of any number.</summary>
    public static bool operator !=(Dims a, Dims b) => !a.Equals(b);
}
