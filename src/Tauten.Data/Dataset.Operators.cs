namespace Tauten.Data;

public abstract partial class Dataset<T>
{
    const long StandardMemory = 256L << 20;

    /// <summary>Elements changed by a function. With several workers the order stays, and so does what comes out.</summary>
    /// <param name="change">The function; with several workers it runs on their threads.</param>
    /// <param name="workers">How many threads; 1 is the thread that asks, <see cref="Dataset.Auto"/> as many as it takes.</param>
    /// <param name="memory">About how many bytes of results may wait to be asked for.</param>
    /// <exception cref="DataException">When it is read: the function has thrown; the message names the sample.</exception>
    public Dataset<TOut> Map<TOut>(Func<T, TOut> change, int workers = 1, long memory = StandardMemory)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Map("map", (x, _) => change(x), workers, memory);
    }

    /// <summary>Elements changed by a function that draws random numbers: those of the sample, which do not depend on workers or restarts.</summary>
    /// <inheritdoc cref="Map{TOut}(Func{T, TOut}, int, long)"/>
    public Dataset<TOut> Map<TOut>(Func<T, SampleRandom, TOut> change, int workers = 1, long memory = StandardMemory)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Map("map", change, workers, memory);
    }

    internal Dataset<TOut> Map<TOut>(string name, Func<T, SampleRandom, TOut> change, int workers = 1, long memory = StandardMemory)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(workers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(memory);
        return new MappedDataset<T, TOut>(this, change, workers, memory, name);
    }

    /// <summary>The elements for which a condition holds.</summary>
    public Dataset<T> Where(Func<T, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return new FilteredDataset<T>(this, condition);
    }

    /// <summary>Elements in a random order, another one in each epoch. It mixes as far as the buffer reaches; an indexed data set needs no buffer, see <see cref="IndexedDataset{T}.Shuffle()"/>.</summary>
    /// <param name="buffer">How many elements are held. When a saved position is loaded, they are read again.</param>
    public Dataset<T> Shuffle(int buffer)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(buffer);
        return new BufferShuffledDataset<T>(this, buffer);
    }

    /// <summary>So many elements at a time, joined by a function.</summary>
    /// <param name="size">How many.</param>
    /// <param name="join">Makes a batch of them.</param>
    /// <param name="dropRemainder">Whether the last ones are left out if they do not fill a batch.</param>
    public Dataset<TBatch> Batch<TBatch>(int size, Func<IReadOnlyList<T>, TBatch> join, bool dropRemainder = false)
    {
        ArgumentNullException.ThrowIfNull(join);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        return new BatchedDataset<T, TBatch>(this, size, dropRemainder, join);
    }

    /// <summary>
    /// Elements of similar length at a time: each goes to the bucket of its length, and a bucket that is full is handed on. At the end the others follow, the shortest first.
    /// </summary>
    /// <param name="length">The length of an element.</param>
    /// <param name="bounds">Where the next bucket begins, rising; there is one bucket more than bounds.</param>
    /// <param name="sizes">How many elements each bucket holds; one for all, or one for each.</param>
    /// <param name="dropRemainder">Whether buckets that are not full at the end are left out.</param>
    public Dataset<T[]> Bucket(Func<T, long> length, long[] bounds, int[] sizes, bool dropRemainder = false)
    {
        ArgumentNullException.ThrowIfNull(length);
        ArgumentNullException.ThrowIfNull(bounds);
        ArgumentNullException.ThrowIfNull(sizes);
        if (!bounds.SequenceEqual(bounds.Order().Distinct())) throw new ArgumentException($"Bucket: expected bounds that rise. Received: {string.Join(", ", bounds)}.", nameof(bounds));
        if (sizes.Length != 1 && sizes.Length != bounds.Length + 1) throw new ArgumentException($"Bucket: expected 1 or {bounds.Length + 1} sizes. Received: {sizes.Length}.", nameof(sizes));
        if (sizes.Any(s => s < 1)) throw new ArgumentException($"Bucket: expected positive sizes. Received: {string.Join(", ", sizes)}.", nameof(sizes));
        return new BucketedDataset<T>(this, length, bounds, sizes.Length == 1 ? [.. Enumerable.Repeat(sizes[0], bounds.Length + 1)] : sizes, dropRemainder);
    }

    /// <summary>So many elements one behind the other, again from <paramref name="shift"/> elements further on.</summary>
    public Dataset<T[]> Window(int size, int shift = 1, bool dropRemainder = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shift);
        return new WindowedDataset<T>(this, size, shift, dropRemainder);
    }

    /// <summary>
    /// Elements of many data sets in turns, such as those of many files: <paramref name="cycle"/> of them are open at a time, each gives <paramref name="block"/> elements.
    /// </summary>
    public Dataset<TOut> Interleave<TOut>(Func<T, Dataset<TOut>> open, int cycle = 4, int block = 1)
    {
        ArgumentNullException.ThrowIfNull(open);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(cycle);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(block);
        return new InterleavedDataset<T, TOut>(this, open, cycle, block);
    }

    /// <summary>All elements of the data set that belongs to each element, one data set behind the other.</summary>
    public Dataset<TOut> SelectMany<TOut>(Func<T, Dataset<TOut>> open) => Interleave(open, cycle: 1, block: int.MaxValue);

    /// <summary>Elements of two data sets side by side, as long as both have some.</summary>
    public Dataset<(T First, TOther Second)> Zip<TOther>(Dataset<TOther> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new ZippedDataset<T, TOther>(this, other);
    }

    /// <summary>Another data set behind this one.</summary>
    public Dataset<T> Concat(Dataset<T> other) => Dataset.Concat(this, other);

    /// <summary>Several passes one after the other, each in an order of its own.</summary>
    /// <param name="times">How many; without end if left out.</param>
    public Dataset<T> Repeat(long? times = null)
    {
        if (times is { } n) ArgumentOutOfRangeException.ThrowIfNegative(n, nameof(times));
        return new RepeatedDataset<T>(this, times);
    }

    /// <summary>The first elements.</summary>
    public Dataset<T> Take(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Slice(0, 1, count, $"take({count})");
    }

    /// <summary>All but the first elements.</summary>
    public Dataset<T> Skip(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return Slice(count, 1, long.MaxValue, $"skip({count})");
    }

    /// <summary>Every <paramref name="count"/>-th element from <paramref name="index"/> on: the part of one of several processes.</summary>
    public Dataset<T> Shard(int count, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
        return Slice(index, count, long.MaxValue, $"shard({index} of {count})");
    }

    /// <summary>Passes over some elements, then takes every so many, at most so many.</summary>
    internal virtual Dataset<T> Slice(long start, long step, long most, string description) => new StridedDataset<T>(this, start, step, most, description);

    /// <summary>Keeps the elements of a first whole pass in memory. Randomness before it is that of epoch 0 in every pass: shuffle and augment behind it.</summary>
    public Dataset<T> Cache() => new CachedDataset<T>(this, new MemoryStore<T>());

    /// <summary>Keeps the elements of a first whole pass in a file, which later runs of the program find as well. Randomness before it is that of epoch 0 in every pass.</summary>
    /// <param name="path">The file. One that another pipeline or seed has made is replaced.</param>
    /// <param name="format">How an element is written.</param>
    public Dataset<T> Cache(string path, RecordFormat<T> format)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(format);
        return new CachedDataset<T>(this, new FileStore<T>(path, format, ToString()));
    }

    /// <summary>Lets a thread of its own go ahead by some elements.</summary>
    public Dataset<T> Prefetch(int ahead = 2)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ahead);
        return new PrefetchedDataset<T>(this, ahead);
    }
}

/// <summary>Operators of data sets of certain elements.</summary>
/// <example><code>
/// var data = Dataset.From(Tensor.Arange(4).Reshape(2, 2));
/// foreach (var batch in data.Batch(2)) Console.WriteLine(batch);
/// // [[0, 1],
/// //  [2, 3]]
/// </code></example>
public static class DatasetExtensions
{
    /// <summary>So many elements at a time, as arrays.</summary>
    public static Dataset<T[]> Batch<T>(this Dataset<T> data, int size, bool dropRemainder = false) => data.Batch(size, elements => elements.ToArray(), dropRemainder);

    /// <summary>So many tensors at a time, stacked along a new first axis.</summary>
    public static Dataset<Tensor> Batch(this Dataset<Tensor> data, int size, bool dropRemainder = false) => data.Batch(size, elements => Tensor.Stack([.. elements], 0), dropRemainder);

    /// <summary>So many samples at a time, stacked along a new first axis.</summary>
    public static Dataset<Sample> Batch(this Dataset<Sample> data, int size, bool dropRemainder = false) => data.Batch(size, Sample.Stack, dropRemainder);

    /// <summary>So many tensors at a time, filled up behind their ends to the largest sizes among them, and stacked.</summary>
    public static Dataset<Tensor> PaddedBatch(this Dataset<Tensor> data, int size, double value = 0, bool dropRemainder = false) => data.Batch(size, elements => Padding.Stack(elements, value), dropRemainder);

    /// <summary>So many samples at a time, their tensors filled up behind their ends to the largest sizes among them, and stacked.</summary>
    public static Dataset<Sample> PaddedBatch(this Dataset<Sample> data, int size, double value = 0, bool dropRemainder = false) =>
        data.Batch(size, elements => Padding.Stack(elements, value), dropRemainder);
}

/// <summary>Tensors of different sizes as one.</summary>
static class Padding
{
    public static Sample Stack(IReadOnlyList<Sample> samples, double value) => new(
        [.. samples[0].Inputs.Select((_, k) => Stack([.. samples.Select(s => s.Inputs[k])], value))],
        [.. samples[0].Targets.Select((_, k) => Stack([.. samples.Select(s => s.Targets[k])], value))],
        samples[0].Weight is null ? null : Tensor.Stack([.. samples.Select(s => s.Weight!)], 0));

    public static Tensor Stack(IReadOnlyList<Tensor> tensors, double value)
    {
        int rank = tensors[0].Rank;
        if (tensors.Any(t => t.Rank != rank)) throw new ShapeException($"PaddedBatch: expected tensors of one rank. Received: {string.Join(", ", tensors.Select(t => t.Shape).Distinct())}.");
        long[] largest = [.. Enumerable.Range(0, rank).Select(axis => tensors.Max(t => t.Shape[axis].Value))];
        return Tensor.Stack([.. tensors.Select(t => Fill(t, largest, value))], 0);
    }

    static Tensor Fill(Tensor x, long[] sizes, double value)
    {
        long[] missing = [.. sizes.Select((size, axis) => size - x.Shape[axis].Value)];
        return missing.All(m => m == 0) ? x : x.Pad(Dims.Repeat(0, missing.Length), Dims.Create(missing), value);
    }
}
