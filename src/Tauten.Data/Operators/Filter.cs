namespace Tauten.Data;

/// <summary>The elements for which a condition holds.</summary>
sealed class FilteredDataset<T>(Dataset<T> upstream, Func<T, bool> condition) : Dataset<T>
{
    public override long? Count => null;

    protected override string Description => "filter";

    internal override IReadOnlyList<IDataset> Upstream => [upstream];

    protected internal override DataIterator<T> Open(DataOrder order) => new Iterator(upstream.Open(order), condition);

    sealed class Iterator(DataIterator<T> inner, Func<T, bool> condition) : DataIterator<T>
    {
        long position;

        public override bool MoveNext()
        {
            while (inner.MoveNext())
            {
                long here = position++;
                try
                {
                    if (!condition(inner.Current)) continue;
                }
                catch (Exception e)
                {
                    throw new DataException($"Filter: sample {here}{ElementText.Of(inner.Current)} cannot be judged: {e.Message}", e);
                }
                Current = inner.Current;
                return true;
            }
            return false;
        }

        protected internal override void Save(DataStateWriter writer)
        {
            writer.Write(position);
            inner.Save(writer);
        }

        protected internal override void Load(DataStateReader reader)
        {
            position = reader.ReadCount(long.MaxValue);
            inner.Load(reader);
        }

        protected override void Dispose(bool disposing) => inner.Dispose();
    }
}
