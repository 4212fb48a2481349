namespace Tauten.Data;

/// <summary>The elements for which a condition holds.</summary>
sealed class FilteredDataset<T>(Dataset<T> upstream, Func<T, bool> condition) : Dataset<T>
{
    public override long? Count => null;

    protected override string Description => "filter";

    internal override IReadOnlyList<IDataset> Upstream => [upstream];

    protected internal override DataIterator<T> Open(DataOrder order) => new Iterator(upstream.Open(order), condition);

    sealed class Iterator(DataIterator<T> inner, Func<T, bool> condition) : CountingIterator<T, T>(inner)
    {
        public override bool MoveNext()
        {
            while (Inner.MoveNext())
            {
                long here = Position++;
                try
                {
                    if (!condition(Inner.Current)) continue;
                }
                catch (Exception e)
                {
                    throw new DataException($"Filter: sample {here}{ElementText.Of(Inner.Current)} cannot be judged: {e.Message}", e);
                }
                Current = Inner.Current;
                return true;
            }
            return false;
        }
    }
}
