namespace Tauten.Data;

/// <summary>
/// A data set any element of which can be reached at once: it is shuffled as a whole, sharded and resumed without reading anything. Elements must be safe to read from several threads.
/// </summary>
/// <typeparam name="T">The elements.</typeparam>
/// <example><code>
/// var squares = new Squares();
/// Console.WriteLine(squares.At(12));                             // 144
/// Console.WriteLine(squares.Shuffle().Take(3).Count);            // 3
///
/// sealed class Squares : IndexedDataset&lt;long>
/// {
///     public override long Length => 1000;
///     protected override string Description => "squares";
///     protected override long At(long index, DataOrder order) => index * index;
/// }
/// </code></example>
public abstract class IndexedDataset<T> : Dataset<T>
{
    /// <summary>How many elements there are.</summary>
    public abstract long Length { get; }

    /// <inheritdoc/>
    public sealed override long? Count => Length;

    /// <summary>An element, 0 &lt;= <paramref name="index"/> &lt; <see cref="Length"/>.</summary>
    protected internal abstract T At(long index, DataOrder order);

    /// <summary>An element of the first pass.</summary>
    /// <exception cref="IndexException">There is none at this position.</exception>
    public T At(long index) => index >= 0 && index < Length ? At(index, default) : throw new IndexException($"There is no element {index}. Expected 0 to {Length - 1}.");

    /// <summary>Several elements as one batch, where the source can gather them faster than one by one; else null.</summary>
    internal virtual T? Gather(ReadOnlySpan<long> indices, DataOrder order) => default;

    /// <summary>Whether <see cref="Gather"/> gives batches.</summary>
    internal virtual bool Gathers => false;

    /// <summary>All elements in a random order, another one in each epoch. It costs neither time nor memory.</summary>
    public IndexedDataset<T> Shuffle() => new ShuffledDataset<T>(this);

    /// <inheritdoc cref="Dataset{T}.Take(long)"/>
    public new IndexedDataset<T> Take(long count) => (IndexedDataset<T>)base.Take(count);

    /// <inheritdoc cref="Dataset{T}.Skip(long)"/>
    public new IndexedDataset<T> Skip(long count) => (IndexedDataset<T>)base.Skip(count);

    /// <inheritdoc cref="Dataset{T}.Shard(int, int)"/>
    public new IndexedDataset<T> Shard(int count, int index) => (IndexedDataset<T>)base.Shard(count, index);

    internal sealed override Dataset<T> Slice(long start, long step, long most, string description) =>
        new SlicedDataset<T>(this, start, step, Math.Min(most, Math.Max(0, (Length - start + step - 1) / step)), description);

    /// <inheritdoc/>
    protected internal sealed override DataIterator<T> Open(DataOrder order) => new IndexedIterator<T>(this, order);
}

/// <summary>A pass over elements that are reached by their positions.</summary>
sealed class IndexedIterator<T>(IndexedDataset<T> data, DataOrder order) : DataIterator<T>
{
    long next;

    public override bool MoveNext()
    {
        if (next >= data.Length) return false;
        long position = next++;
        try
        {
            Current = data.At(position, order);
        }
        catch (Exception e) when (e is not DataException)
        {
            throw new DataException($"Sample {position} of {data} cannot be read: {e.Message}", e);
        }
        return true;
    }

    /// <summary>The next elements as one batch, at most <paramref name="count"/> of them; false if there is none.</summary>
    public bool MoveNext(int count, out T? batch, out int gathered)
    {
        gathered = (int)Math.Min(count, data.Length - next);
        batch = default;
        if (gathered <= 0) return false;
        var indices = new long[gathered];
        for (int i = 0; i < gathered; i++) indices[i] = next + i;
        next += gathered;
        batch = data.Gather(indices, order);
        return true;
    }

    public bool Gathers => data.Gathers;

    public override long Skip(long count)
    {
        long passed = Math.Min(count, data.Length - next);
        next += passed;
        return passed;
    }

    protected internal override void Save(DataStateWriter writer) => writer.Write(next);

    protected internal override void Load(DataStateReader reader) => next = reader.ReadCount(data.Length);
}
