using System.Collections;

namespace Tauten.Data;

/// <summary>
/// A pass over a <see cref="Dataset{T}"/>. It tells where it stands as a few numbers, from which <see cref="Dataset{T}.Resume"/> goes on: with the same elements, in the same order. One thread
/// at a time may use it. Dispose of it to end its workers and close its files.
/// </summary>
/// <typeparam name="T">The elements.</typeparam>
/// <example><code>
/// var data = Dataset.Range(10).Shuffle().Batch(3);
/// using var first = data.Iterate(new(Seed: 7));
/// first.MoveNext();
/// long[] position = first.State();
/// first.MoveNext();
/// using var second = data.Resume(position);
/// second.MoveNext();
/// Console.WriteLine(first.Current.SequenceEqual(second.Current));    // True
/// </code></example>
public abstract class DataIterator<T> : IEnumerator<T>
{
    // Set when a pass is opened from outside: what a state must agree with.
    internal long Fingerprint;
    internal DataOrder Order;

    /// <summary>The element that <see cref="MoveNext"/> has gone to.</summary>
    public T Current { get; protected set; } = default!;

    object? IEnumerator.Current => Current;

    /// <summary>Goes to the next element.</summary>
    /// <returns>False if there is none.</returns>
    /// <exception cref="DataException">A sample cannot be read or prepared. The next call goes on behind it where the source allows it.</exception>
    public abstract bool MoveNext();

    /// <summary>Passes over elements without preparing them where that can be avoided.</summary>
    /// <param name="count">How many.</param>
    /// <returns>How many there were.</returns>
    public virtual long Skip(long count)
    {
        for (long i = 0; i < count; i++)
            if (!MoveNext()) return i;
        return count;
    }

    /// <summary>Where the pass stands: behind <see cref="Current"/>. Costs no more than its length unless an operator says otherwise.</summary>
    public long[] State()
    {
        var writer = new DataStateWriter();
        foreach (long number in (ReadOnlySpan<long>)[Fingerprint, (long)Order.Seed, Order.Epoch]) writer.Write(number);
        Save(writer);
        return writer.ToArray();
    }

    /// <summary>Writes where the pass stands.</summary>
    protected internal abstract void Save(DataStateWriter writer);

    /// <summary>Goes where <see cref="Save"/> was called. Only before the first element is asked for.</summary>
    protected internal abstract void Load(DataStateReader reader);

    /// <summary>Writes the state of an iterator inside of this one.</summary>
    protected static void Save<TOther>(DataIterator<TOther> inner, DataStateWriter writer) => inner.Save(writer);

    /// <summary>Reads the state of an iterator inside of this one.</summary>
    protected static void Load<TOther>(DataIterator<TOther> inner, DataStateReader reader) => inner.Load(reader);

    void IEnumerator.Reset() => throw new NotSupportedException("A pass over data cannot go back. Iterate the data set again.");

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends workers and closes files.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }
}
