namespace Tauten.Data;

/// <summary>Elements of an indexed data set by their positions: start, start + step and so on.</summary>
sealed class SlicedDataset<T>(IndexedDataset<T> upstream, long start, long step, long length, string description) : IndexedDataset<T>
{
    public override long Length => length;

    protected override string Description => description;

    internal override IReadOnlyList<IDataset> Upstream => [upstream];

    protected internal override T At(long index, DataOrder order) => upstream.At(start + index * step, order);

    internal override bool Gathers => upstream.Gathers;

    internal override T? Gather(ReadOnlySpan<long> indices, DataOrder order)
    {
        var chosen = new long[indices.Length];
        for (int i = 0; i < chosen.Length; i++) chosen[i] = start + indices[i] * step;
        return upstream.Gather(chosen, order);
    }
}

/// <summary>Of a stream: pass over some, then every so many, at most so many.</summary>
sealed class StridedDataset<T>(Dataset<T> upstream, long start, long step, long most, string description) : Dataset<T>
{
    public override long? Count => upstream.Count is { } count ? Math.Min(most, Math.Max(0, (count - start + step - 1) / step)) : null;

    protected override string Description => description;

    internal override IReadOnlyList<IDataset> Upstream => [upstream];

    protected internal override DataIterator<T> Open(DataOrder order) => new Iterator(upstream.Open(order), start, step, most);

    sealed class Iterator(DataIterator<T> inner, long start, long step, long most) : CountingIterator<T, T>(inner)
    {
        protected override long Farthest => most;

        public override bool MoveNext()
        {
            if (Position >= most) return false;
            long gap = Position == 0 ? start : step - 1;
            if (gap > 0 && Inner.Skip(gap) < gap) return false;
            if (!Inner.MoveNext()) return false;
            Position++;
            Current = Inner.Current;
            return true;
        }
    }
}

/// <summary>One pass after the other, each in an order of its own.</summary>
sealed class RepeatedDataset<T>(Dataset<T> upstream, long? times) : Dataset<T>
{
    public override long? Count => times is { } n ? upstream.Count * n : null;

    protected override string Description => times is { } n ? $"repeat({n})" : "repeat";

    internal override IReadOnlyList<IDataset> Upstream => [upstream];

    protected internal override DataIterator<T> Open(DataOrder order) => new Iterator(upstream, times, order);

    sealed class Iterator(Dataset<T> data, long? times, DataOrder order) : DataIterator<T>
    {
        DataIterator<T>? inner;
        long pass;
        bool hasAny;

        DataIterator<T> Inner => inner ??= data.Open(order.Pass(pass));

        public override bool MoveNext()
        {
            while (times is not { } most || pass < most)
            {
                if (Inner.MoveNext())
                {
                    hasAny = true;
                    Current = Inner.Current;
                    return true;
                }
                // Nothing, for ever.
                if (!hasAny && times is null) return false;
                Inner.Dispose();
                inner = null;
                pass++;
            }
            return false;
        }

        protected internal override void Save(DataStateWriter writer)
        {
            writer.Write(pass);
            writer.Write(hasAny ? 1 : 0);
            Inner.Save(writer);
        }

        protected internal override void Load(DataStateReader reader)
        {
            pass = reader.ReadCount(times ?? long.MaxValue);
            hasAny = reader.ReadCount(1) == 1;
            Inner.Load(reader);
        }

        protected override void Dispose(bool disposing) => inner?.Dispose();
    }
}

/// <summary>One data set behind the other.</summary>
sealed class ConcatenatedDataset<T>(Dataset<T>[] parts) : Dataset<T>
{
    public override long? Count => parts.Aggregate((long?)0, (sum, part) => sum + part.Count);

    protected override string Description => "concat";

    internal override IReadOnlyList<IDataset> Upstream => parts;

    protected internal override DataIterator<T> Open(DataOrder order) => new Iterator(parts, order);

    sealed class Iterator(Dataset<T>[] parts, DataOrder order) : DataIterator<T>
    {
        DataIterator<T>? inner;
        long part;

        DataIterator<T> Inner => inner ??= parts[part].Open(order.Pass(part));

        public override bool MoveNext()
        {
            while (!Inner.MoveNext())
                if (!Next()) return false;
            Current = Inner.Current;
            return true;
        }

        bool Next()
        {
            if (part + 1 >= parts.Length) return false;
            Inner.Dispose();
            inner = null;
            part++;
            return true;
        }

        public override long Skip(long count)
        {
            long passed = Inner.Skip(count);
            while (passed < count && Next()) passed += Inner.Skip(count - passed);
            return passed;
        }

        protected internal override void Save(DataStateWriter writer)
        {
            writer.Write(part);
            Inner.Save(writer);
        }

        protected internal override void Load(DataStateReader reader)
        {
            part = reader.ReadCount(parts.Length - 1);
            Inner.Load(reader);
        }

        protected override void Dispose(bool disposing) => inner?.Dispose();
    }
}

/// <summary>One data set behind the other, any element of which can be reached.</summary>
sealed class IndexedConcatenation<T>(IndexedDataset<T>[] parts) : IndexedDataset<T>
{
    public override long Length { get; } = parts.Sum(p => p.Length);

    protected override string Description => "concat";

    internal override IReadOnlyList<IDataset> Upstream => parts;

    protected internal override T At(long index, DataOrder order)
    {
        foreach (var part in parts)
        {
            if (index < part.Length) return part.At(index, order);
            index -= part.Length;
        }
        throw new IndexException($"There is no element {index} behind the last part.");
    }
}

/// <summary>Elements of two data sets side by side, as long as both have some.</summary>
sealed class ZippedDataset<TFirst, TSecond>(Dataset<TFirst> first, Dataset<TSecond> second) : Dataset<(TFirst First, TSecond Second)>
{
    public override long? Count => first.Count is { } a && second.Count is { } b ? Math.Min(a, b) : null;

    protected override string Description => "zip";

    internal override IReadOnlyList<IDataset> Upstream => [first, second];

    protected internal override DataIterator<(TFirst First, TSecond Second)> Open(DataOrder order) => new Iterator(first.Open(order), second.Open(order.Pass(1)));

    sealed class Iterator(DataIterator<TFirst> first, DataIterator<TSecond> second) : DataIterator<(TFirst, TSecond)>
    {
        public override bool MoveNext()
        {
            if (!first.MoveNext() || !second.MoveNext()) return false;
            Current = (first.Current, second.Current);
            return true;
        }

        public override long Skip(long count) => Math.Min(first.Skip(count), second.Skip(count));

        protected internal override void Save(DataStateWriter writer)
        {
            first.Save(writer);
            second.Save(writer);
        }

        protected internal override void Load(DataStateReader reader)
        {
            first.Load(reader);
            second.Load(reader);
        }

        protected override void Dispose(bool disposing)
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
