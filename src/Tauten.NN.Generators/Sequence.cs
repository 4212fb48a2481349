using System.Collections;

namespace Tauten.NN.Generators;

/// <summary>A list that equals another one with equal elements.</summary>
readonly struct Sequence<T>(IEnumerable<T> items) : IEquatable<Sequence<T>>, IReadOnlyCollection<T>
    where T : IEquatable<T>
{
    readonly T[] items = [.. items];

    public int Count => items.Length;

    public bool Equals(Sequence<T> other) => items.AsSpan().SequenceEqual(other.items);

    public override bool Equals(object? other) => other is Sequence<T> sequence && Equals(sequence);

    public override int GetHashCode() => items.Aggregate(items.Length, (hash, item) => unchecked(hash * 31 + item.GetHashCode()));

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
