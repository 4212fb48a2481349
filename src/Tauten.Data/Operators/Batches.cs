namespace Tauten.Data;

/// <summary>So many elements at a time, joined by a function.</summary>
sealed class BatchedDataset<T, TBatch>(Dataset<T> upstream, int size, bool dropRemainder, Func<IReadOnlyList<T>, TBatch> join) : Dataset<TBatch>
{
    public override long? Count => upstream.Count is { } count ? dropRemainder ? count / size : (count + size - 1) / size : null;

    protected override string Description => dropRemainder ? $"batch({size}, dropRemainder)" : $"batch({size})";

    internal override IReadOnlyList<IDataset> Upstream => [upstream];

    protected internal override DataIterator<TBatch> Open(DataOrder order) => new Iterator(upstream.Open(order), size, dropRemainder, join);

    sealed class Iterator(DataIterator<T> inner, int size, bool dropRemainder, Func<IReadOnlyList<T>, TBatch> join) : CountingIterator<T, TBatch>(inner)
    {
        const int LargestGuess = 1024;

        public override bool MoveNext()
        {
            if (Inner is IndexedIterator<T> { Gathers: true } indexed)
            {
                if (!indexed.MoveNext(size, out var gathered, out int count) || (count < size && dropRemainder)) return false;
                Position++;
                // What an indexed source gathers is what joining would give.
                Current = (TBatch)(object)gathered!;
                return true;
            }
            // The size may be more than there is, to have all in one batch.
            var elements = new List<T>(Math.Min(size, LargestGuess));
            while (elements.Count < size && Inner.MoveNext()) elements.Add(Inner.Current);
            if (elements.Count == 0 || (elements.Count < size && dropRemainder)) return false;
            long here = Position++;
            try
            {
                Current = join(elements);
            }
            catch (Exception e)
            {
                throw new DataException($"Batch: samples {here * size} to {here * size + elements.Count - 1} cannot be joined: {e.Message}", e);
            }
            return true;
        }

        public override long Skip(long count)
        {
            long passed = Inner.Skip(checked(count * size));
            passed = dropRemainder ? passed / size : (passed + size - 1) / size;
            Position += passed;
            return passed;
        }
    }
}

/// <summary>Elements of similar length at a time. What waits in the buckets is read again when a state is loaded.</summary>
sealed class BucketedDataset<T>(Dataset<T> upstream, Func<T, long> length, long[] bounds, int[] sizes, bool dropRemainder) : Dataset<T[]>
{
    public override long? Count => null;

    protected override string Description => $"bucket([{string.Join(", ", bounds)}], [{string.Join(", ", sizes)}]{(dropRemainder ? ", dropRemainder" : "")})";

    internal override IReadOnlyList<IDataset> Upstream => [upstream];

    protected internal override DataIterator<T[]> Open(DataOrder order) => new Iterator(this, new(upstream.Open(order)));

    sealed class Iterator(BucketedDataset<T> data, ReadAhead<T> ahead) : DataIterator<T[]>
    {
        readonly List<(T Element, long Position)>[] buckets = [.. data.Sizes.Select(_ => new List<(T, long)>())];
        bool ended;

        public override bool MoveNext()
        {
            while (!ended)
            {
                if (!ahead.Next(out var element))
                {
                    ended = true;
                    break;
                }
                int bucket = data.BucketOf(element);
                buckets[bucket].Add((element, ahead.Count - 1));
                if (buckets[bucket].Count == data.Sizes[bucket]) return Give(bucket);
            }
            for (int i = 0; i < buckets.Length && !data.DropsRemainder; i++)
                if (buckets[i].Count > 0) return Give(i);
            return false;
        }

        bool Give(int bucket)
        {
            Current = [.. buckets[bucket].Select(b => b.Element)];
            buckets[bucket].Clear();
            ahead.Forget(Oldest);
            return true;
        }

        long Oldest => buckets.SelectMany(b => b).Select(b => b.Position).DefaultIfEmpty(ahead.Count).Min();

        protected internal override void Save(DataStateWriter writer)
        {
            writer.Write(ahead.Count);
            foreach (var bucket in buckets) writer.Write([.. bucket.Select(b => b.Position)]);
            ahead.Save(writer, Oldest);
        }

        protected internal override void Load(DataStateReader reader)
        {
            long read = reader.ReadCount(long.MaxValue);
            long[][] held = [.. buckets.Select(_ => reader.ReadPiece())];
            ahead.Load(reader);
            var elements = ahead.Again([.. held.SelectMany(h => h)]);
            int next = 0;
            for (int i = 0; i < held.Length; i++)
                foreach (long position in held[i]) buckets[i].Add((elements[next++], position));
            ahead.SkipTo(read);
        }

        protected override void Dispose(bool disposing) => ahead.Dispose();
    }

    internal int[] Sizes => sizes;

    internal bool DropsRemainder => dropRemainder;

    internal int BucketOf(T element)
    {
        long size = length(element);
        int bucket = Array.FindIndex(bounds, b => size < b);
        return bucket < 0 ? bounds.Length : bucket;
    }
}

/// <summary>So many elements one behind the other, again and again from a few elements further on.</summary>
sealed class WindowedDataset<T>(Dataset<T> upstream, int size, int shift, bool dropRemainder) : Dataset<T[]>
{
    public override long? Count => upstream.Count is not { } count ? null : dropRemainder ? count < size ? 0 : (count - size) / shift + 1 : (count + shift - 1) / shift;

    protected override string Description => $"window({size}, {shift}{(dropRemainder ? "" : ", keepRemainder")})";

    internal override IReadOnlyList<IDataset> Upstream => [upstream];

    protected internal override DataIterator<T[]> Open(DataOrder order) => new Iterator(new(upstream.Open(order)), size, shift, dropRemainder);

    sealed class Iterator(ReadAhead<T> ahead, int size, int shift, bool dropRemainder) : DataIterator<T[]>
    {
        readonly Queue<T> held = [];
        long start;

        public override bool MoveNext()
        {
            while (ahead.Count - held.Count < start && held.Count > 0) held.Dequeue();
            if (ahead.Count < start) ahead.SkipTo(start);
            while (held.Count < size && ahead.Next(out var element)) held.Enqueue(element);
            if (held.Count == 0 || (held.Count < size && dropRemainder)) return false;
            Current = [.. held];
            start += shift;
            ahead.Forget(start);
            return true;
        }

        protected internal override void Save(DataStateWriter writer)
        {
            writer.Write(start);
            ahead.Save(writer, Math.Min(start, ahead.Count));
        }

        protected internal override void Load(DataStateReader reader)
        {
            start = reader.ReadCount(long.MaxValue);
            ahead.Load(reader);
            ahead.SkipTo(start);
        }

        protected override void Dispose(bool disposing) => ahead.Dispose();
    }
}
