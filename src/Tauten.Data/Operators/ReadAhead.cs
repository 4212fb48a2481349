namespace Tauten.Data;

/// <summary>
/// Reads ahead of what is handed on, and can still tell how to go on from there: now and then it takes the position of its source, and a saved state is the newest of these from before the oldest
/// element that is still needed. What lies between is passed over again when the state is loaded, without preparing it where the operators allow that. One thread reads; any may save.
/// </summary>
sealed class ReadAhead<T>(DataIterator<T> source) : IDisposable
{
    const int ShortestInterval = 16;
    readonly List<(long Position, long[] State)> points = [];

    /// <summary>How many elements were read since the pass began.</summary>
    public long Count { get; private set; }

    /// <summary>Reads an element. One that cannot be prepared counts, too.</summary>
    public bool Next(out T element)
    {
        if (IsDue()) Remember();
        element = default!;
        try
        {
            if (!source.MoveNext()) return false;
        }
        catch
        {
            Count++;
            throw;
        }
        Count++;
        element = source.Current;
        return true;
    }

    bool IsDue()
    {
        lock (points) return points.Count == 0 || Count - points[^1].Position >= Math.Max(ShortestInterval, points[^1].State.Length);
    }

    void Remember()
    {
        long[] state = DataStateWriter.Saved(source.Save);
        lock (points) points.Add((Count, state));
    }

    /// <summary>Elements before <paramref name="oldest"/> are not needed any more.</summary>
    public void Forget(long oldest)
    {
        lock (points)
        {
            int first = points.FindLastIndex(p => p.Position <= oldest);
            if (first > 0) points.RemoveRange(0, first);
        }
    }

    /// <summary>Writes how to come to element <paramref name="oldest"/>.</summary>
    public void Save(DataStateWriter writer, long oldest)
    {
        lock (points)
        {
            // Nothing was read yet; and so nobody else is at the source.
            if (points.Count == 0) points.Add((Count, DataStateWriter.Saved(source.Save)));
            var (position, state) = points[points.FindLastIndex(p => p.Position <= oldest)];
            writer.Write(position);
            writer.Write((ReadOnlySpan<long>)state);
        }
    }

    /// <summary>Goes to the position that was saved, at or before the one that was asked for.</summary>
    public void Load(DataStateReader reader)
    {
        Count = reader.ReadCount(long.MaxValue);
        reader.ReadPiece(source.Load);
    }

    /// <summary>Passes over elements up to a position.</summary>
    public long SkipTo(long position)
    {
        if (position < Count) throw DataStateReader.Damaged();
        if (points.Count == 0) Remember();
        long passed = source.Skip(position - Count);
        Count += passed;
        return passed;
    }

    /// <summary>Reads elements again by their positions, in whatever order these are.</summary>
    public T[] Again(ReadOnlySpan<long> positions)
    {
        var elements = new T[positions.Length];
        var places = new int[positions.Length];
        for (int i = 0; i < places.Length; i++) places[i] = i;
        long[] sorted = positions.ToArray();
        Array.Sort(sorted, places);
        for (int i = 0; i < sorted.Length; i++)
        {
            if (SkipTo(sorted[i]) < 0 || !Next(out elements[places[i]])) throw new DataException($"The saved position needs element {sorted[i]}, but there are only {Count}: the data have changed.");
        }
        return elements;
    }

    public void Dispose() => source.Dispose();
}
