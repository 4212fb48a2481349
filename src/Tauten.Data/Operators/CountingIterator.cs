namespace Tauten.Data;

/// <summary>A pass over another one, which counts how far it has come; that is its state.</summary>
abstract class CountingIterator<TIn, T>(DataIterator<TIn> inner) : DataIterator<T>
{
    /// <summary>What is passed over.</summary>
    protected DataIterator<TIn> Inner => inner;

    /// <summary>How far it has come.</summary>
    protected long Position { get; set; }

    /// <summary>How far it can come.</summary>
    protected virtual long Farthest => long.MaxValue;

    protected internal override void Save(DataStateWriter writer)
    {
        writer.Write(Position);
        inner.Save(writer);
    }

    protected internal override void Load(DataStateReader reader)
    {
        Position = reader.ReadCount(Farthest);
        inner.Load(reader);
    }

    protected override void Dispose(bool disposing) => inner.Dispose();
}
