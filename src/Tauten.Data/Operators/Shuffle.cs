namespace Tauten.Data;

/// <summary>
/// All elements in an order that follows from seed and epoch. The permutation is computed, not stored: a Feistel network over the next power of four, walked until it ends within the elements (Black
/// and Rogaway, 2002). So a position is one number, and a billion elements are shuffled in no time and no memory.
/// </summary>
sealed class ShuffledDataset<T>(IndexedDataset<T> upstream) : IndexedDataset<T>
{
    public override long Length => upstream.Length;

    protected override string Description => "shuffle";

    internal override IReadOnlyList<IDataset> Upstream => [upstream];

    protected internal override T At(long index, DataOrder order) => upstream.At(new Permutation(upstream.Length, order.Key(Depth)).At(index), order);

    internal override bool Gathers => upstream.Gathers;

    internal override T? Gather(ReadOnlySpan<long> indices, DataOrder order)
    {
        var permutation = new Permutation(upstream.Length, order.Key(Depth));
        var chosen = new long[indices.Length];
        for (int i = 0; i < chosen.Length; i++) chosen[i] = permutation.At(indices[i]);
        return upstream.Gather(chosen, order);
    }
}

/// <summary>An order of 0 .. count - 1.</summary>
readonly struct Permutation
{
    // Halves of a few bits would prefer some orders to others, as a test of all orders of five elements shows.
    const int Rounds = 10, FewestBits = 4;
    readonly long count;
    readonly ulong key;
    readonly int half;

    public Permutation(long count, ulong key)
    {
        (this.count, this.key) = (count, key);
        half = Math.Max(FewestBits, (65 - System.Numerics.BitOperations.LeadingZeroCount((ulong)Math.Max(1, count - 1))) / 2);
    }

    public long At(long index)
    {
        ulong x = (ulong)index, mask = (1UL << half) - 1;
        do
        {
            ulong left = x >> half, right = x & mask;
            for (uint round = 0; round < Rounds; round++) (left, right) = (right, left ^ (DataOrder.Mix(key + right * 0x9E3779B97F4A7C15 + round) & mask));
            x = (left << half) | right;
        }
        while (x >= (ulong)count);
        return (long)x;
    }
}

/// <summary>
/// Elements of a stream in a random order, as far as a buffer reaches: each comes from a random place of the buffer, which the next one of the stream takes. A state holds the positions of what is in
/// the buffer; these elements are read again when it is loaded.
/// </summary>
sealed class BufferShuffledDataset<T>(Dataset<T> upstream, int size) : Dataset<T>
{
    public override long? Count => upstream.Count;

    protected override string Description => $"shuffle({size})";

    internal override IReadOnlyList<IDataset> Upstream => [upstream];

    protected internal override DataIterator<T> Open(DataOrder order) => new Iterator(new(upstream.Open(order)), size, order.Key(Depth));

    sealed class Iterator(ReadAhead<T> ahead, int size, ulong key) : DataIterator<T>
    {
        readonly List<(T Element, long Position)> buffer = [];
        long delivered, nextLook;
        bool ended;

        public override bool MoveNext()
        {
            while (!ended && buffer.Count < size)
            {
                if (ahead.Next(out var element)) buffer.Add((element, ahead.Count - 1));
                else ended = true;
            }
            if (buffer.Count == 0) return false;
            int place = (int)new SampleRandom(key, delivered++).Next(buffer.Count);
            Current = buffer[place].Element;
            buffer[place] = buffer[^1];
            buffer.RemoveAt(buffer.Count - 1);
            if (ahead.Count >= nextLook)
            {
                ahead.Forget(Oldest);
                nextLook = ahead.Count + size;
            }
            return true;
        }

        long Oldest => buffer.Count == 0 ? ahead.Count : buffer.Min(b => b.Position);

        protected internal override void Save(DataStateWriter writer)
        {
            writer.Write(delivered);
            writer.Write(ahead.Count);
            writer.Write([.. buffer.Select(b => b.Position)]);
            ahead.Save(writer, Oldest);
        }

        protected internal override void Load(DataStateReader reader)
        {
            delivered = reader.ReadCount(long.MaxValue);
            long read = reader.ReadCount(long.MaxValue);
            long[] held = reader.ReadPiece();
            ahead.Load(reader);
            var elements = ahead.Again(held);
            for (int i = 0; i < held.Length; i++) buffer.Add((elements[i], held[i]));
            ahead.SkipTo(read);
        }

        protected override void Dispose(bool disposing) => ahead.Dispose();
    }
}
