namespace Tauten.Data;

/// <summary>
/// Elements of many data sets in turns: some are open at a time, each gives a block, then the next. When one has ended, the next one of the stream takes its place. What is open is found again by the
/// positions of its elements in the stream.
/// </summary>
sealed class InterleavedDataset<T, TOut>(Dataset<T> upstream, Func<T, Dataset<TOut>> open, int cycle, int block) : Dataset<TOut>
{
    public override long? Count => null;

    protected override string Description => $"interleave({cycle}, {block})";

    internal override IReadOnlyList<IDataset> Upstream => [upstream];

    protected internal override DataIterator<TOut> Open(DataOrder order) => new Iterator(new(upstream.Open(order)), open, cycle, block, order);

    sealed class Iterator(ReadAhead<T> ahead, Func<T, Dataset<TOut>> open, int cycle, int block, DataOrder order) : DataIterator<TOut>
    {
        readonly List<(long Position, DataIterator<TOut> Pass)> slots = [];
        int current, given;
        bool ended;

        public override bool MoveNext()
        {
            while (true)
            {
                while (!ended && slots.Count < cycle)
                {
                    if (ahead.Next(out var element)) slots.Add((ahead.Count - 1, Begin(element, ahead.Count - 1)));
                    else ended = true;
                }
                if (slots.Count == 0) return false;
                var (_, pass) = slots[current];
                if (given < block && pass.MoveNext())
                {
                    given++;
                    Current = pass.Current;
                    return true;
                }
                if (given == block)
                {
                    current = (current + 1) % slots.Count;
                    given = 0;
                    continue;
                }
                pass.Dispose();
                given = 0;
                // The next one of the stream takes the same turn.
                if (!ended && ahead.Next(out var another)) slots[current] = (ahead.Count - 1, Begin(another, ahead.Count - 1));
                else
                {
                    ended = true;
                    slots.RemoveAt(current);
                    if (current >= slots.Count) current = 0;
                }
                ahead.Forget(Oldest);
            }
        }

        DataIterator<TOut> Begin(T element, long position)
        {
            try
            {
                return open(element).Open(order.Pass(position + 1));
            }
            catch (Exception e) when (e is not DataException)
            {
                throw new DataException($"Interleave: data set {position}{ElementText.Of(element)} cannot be opened: {e.Message}", e);
            }
        }

        long Oldest => slots.Count == 0 ? ahead.Count : slots.Min(s => s.Position);

        protected internal override void Save(DataStateWriter writer)
        {
            foreach (long number in (ReadOnlySpan<long>)[ahead.Count, current, given, ended ? 1 : 0]) writer.Write(number);
            writer.Write([.. slots.Select(s => s.Position)]);
            ahead.Save(writer, Oldest);
            foreach (var (_, pass) in slots) pass.Save(writer);
        }

        protected internal override void Load(DataStateReader reader)
        {
            long read = reader.ReadCount(long.MaxValue);
            current = (int)reader.ReadCount(cycle);
            given = (int)reader.ReadCount(block);
            ended = reader.ReadCount(1) == 1;
            long[] held = reader.ReadPiece();
            ahead.Load(reader);
            var elements = ahead.Again(held);
            for (int i = 0; i < held.Length; i++)
            {
                slots.Add((held[i], Begin(elements[i], held[i])));
                slots[i].Pass.Load(reader);
            }
            ahead.SkipTo(read);
        }

        protected override void Dispose(bool disposing)
        {
            foreach (var (_, pass) in slots) pass.Dispose();
            ahead.Dispose();
        }
    }
}
