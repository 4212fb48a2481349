namespace Tauten.Data;

/// <summary>Where a cache keeps the elements of a whole pass.</summary>
interface ICacheStore<T>
{
    /// <summary>The whole pass of a seed; null if it is not there.</summary>
    IndexedDataset<T>? Find(ulong seed);

    /// <summary>Takes elements in order; disposing without <see cref="ICacheWriter{T}.Complete"/> forgets them.</summary>
    ICacheWriter<T> Begin(ulong seed);
}

interface ICacheWriter<T> : IDisposable
{
    void Add(T element);

    void Complete();
}

/// <summary>
/// What a first whole pass gave; every pass gives the same then, in the same order. Randomness before it is that of epoch 0 in every pass, so that it does not matter which one filled the cache.
/// </summary>
sealed class CachedDataset<T>(Dataset<T> upstream, ICacheStore<T> store) : Dataset<T>
{
    public override long? Count => upstream.Count;

    protected override string Description => "cache";

    internal override IReadOnlyList<IDataset> Upstream => [upstream];

    protected internal override DataIterator<T> Open(DataOrder order) => new Iterator(upstream, store, order with { Epoch = 0 });

    sealed class Iterator(Dataset<T> upstream, ICacheStore<T> store, DataOrder order) : DataIterator<T>
    {
        DataIterator<T>? inner;
        ICacheWriter<T>? writer;
        bool isCached;
        long position;

        DataIterator<T> Inner
        {
            get
            {
                if (inner is not null) return inner;
                var whole = store.Find(order.Seed);
                isCached = whole is not null;
                if (!isCached) writer = store.Begin(order.Seed);
                return inner = whole is null ? upstream.Open(order) : whole.Open(order);
            }
        }

        public override bool MoveNext()
        {
            if (!Inner.MoveNext())
            {
                writer?.Complete();
                writer = null;
                return false;
            }
            position++;
            Current = Inner.Current;
            writer?.Add(Current);
            return true;
        }

        public override long Skip(long count)
        {
            _ = Inner;
            // Those that are passed over must not be missing in the cache.
            if (writer is not null) return base.Skip(count);
            long passed = Inner.Skip(count);
            position += passed;
            return passed;
        }

        protected internal override void Save(DataStateWriter state)
        {
            state.Write(position);
            long[] own = DataStateWriter.Saved(Inner.Save);
            state.Write(isCached ? [] : (ReadOnlySpan<long>)own);
        }

        protected internal override void Load(DataStateReader reader)
        {
            position = reader.ReadCount(long.MaxValue);
            long[] before = reader.ReadPiece();
            _ = Inner;
            if (position > 0)
            {
                writer?.Dispose();
                writer = null;
            }
            if (isCached || before.Length == 0) Inner.Skip(position);
            else DataStateReader.Load(before, Inner.Load);
        }

        protected override void Dispose(bool disposing)
        {
            writer?.Dispose();
            inner?.Dispose();
        }
    }
}

/// <summary>A whole pass in memory: that of the last seed.</summary>
sealed class MemoryStore<T> : ICacheStore<T>
{
    volatile Whole? whole;

    sealed record Whole(ulong Seed, IndexedDataset<T> Data);

    public IndexedDataset<T>? Find(ulong seed) => whole is { } known && known.Seed == seed ? known.Data : null;

    public ICacheWriter<T> Begin(ulong seed) => new Writer(this, seed);

    sealed class Writer(MemoryStore<T> store, ulong seed) : ICacheWriter<T>
    {
        readonly List<T> elements = [];

        public void Add(T element) => elements.Add(element);

        public void Complete() => store.whole = new(seed, new ListDataset<T>(elements, "cached"));

        public void Dispose()
        {
        }
    }
}
