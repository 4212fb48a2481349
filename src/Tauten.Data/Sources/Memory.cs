namespace Tauten.Data;

sealed class ListDataset<T>(IReadOnlyList<T> elements, string description) : IndexedDataset<T>
{
    public override long Length => elements.Count;

    protected override string Description => description;

    protected internal override T At(long index, DataOrder order) => elements[(int)index];
}

sealed class RangeDataset(long count) : IndexedDataset<long>
{
    public override long Length => count;

    protected override string Description => $"range({count})";

    protected internal override long At(long index, DataOrder order) => index;
}

sealed class RowDataset : IndexedDataset<Tensor>
{
    readonly Tensor rows;

    public RowDataset(Tensor rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Rank == 0) throw new ShapeException("Dataset.From: expected elements along the first axis. Received: a scalar.");
        this.rows = rows.Detach();
    }

    public override long Length => rows.Shape[0].Value;

    protected override string Description => $"tensor({rows.Shape})";

    protected internal override Tensor At(long index, DataOrder order) => rows[index];

    internal override bool Gathers => true;

    internal override Tensor Gather(ReadOnlySpan<long> indices, DataOrder order) => rows.IndexSelect(0, Tensor.From(indices));
}

sealed class SampleDataset : IndexedDataset<Sample>
{
    readonly Sample all;

    public SampleDataset(Sample all)
    {
        ArgumentNullException.ThrowIfNull(all);
        if (all.Inputs.Count == 0) throw new ArgumentException("Dataset.From: expected an input or more.", nameof(all));
        Tensor[] tensors = [.. all.Inputs, .. all.Targets, .. all.Weight is { } weight ? new[] { weight } : []];
        if (tensors.Any(t => t.Rank == 0 || t.Shape[0] != tensors[0].Shape[0]))
            throw new ShapeException($"Dataset.From: expected the same number of samples along all first axes. Received: {string.Join(", ", tensors.Select(t => t.Shape))}.");
        this.all = all.Each(t => t.Detach());
    }

    public override long Length => all.Inputs[0].Shape[0].Value;

    protected override string Description => $"tensors({string.Join(", ", all.Inputs.Concat(all.Targets).Select(t => t.Shape))})";

    protected internal override Sample At(long index, DataOrder order) => all.Each(t => t[index]);

    internal override bool Gathers => true;

    internal override Sample Gather(ReadOnlySpan<long> indices, DataOrder order)
    {
        var chosen = Tensor.From(indices);
        return all.Each(t => t.IndexSelect(0, chosen));
    }
}

/// <summary>What a sequence gives that is made anew for each pass.</summary>
sealed class GeneratedDataset<T>(Func<DataOrder, IEnumerable<T>> make, string description = "generate") : Dataset<T>
{
    public override long? Count => null;

    protected override string Description => description;

    protected internal override DataIterator<T> Open(DataOrder order) => new Iterator(make, order);

    sealed class Iterator(Func<DataOrder, IEnumerable<T>> make, DataOrder order) : DataIterator<T>
    {
        IEnumerator<T>? elements;
        long position;

        public override bool MoveNext()
        {
            elements ??= make(order).GetEnumerator();
            if (!elements.MoveNext()) return false;
            position++;
            Current = elements.Current;
            return true;
        }

        protected internal override void Save(DataStateWriter writer) => writer.Write(position);

        protected internal override void Load(DataStateReader reader)
        {
            long before = reader.ReadCount(long.MaxValue);
            if (Skip(before) < before) throw new DataException($"The saved position is behind element {before}, but there are only {position}: the data have changed.");
        }

        protected override void Dispose(bool disposing) => elements?.Dispose();
    }
}
