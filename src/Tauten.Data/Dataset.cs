using System.Collections;
using System.Text;

namespace Tauten.Data;

/// <summary>
/// An immutable description of where samples come from and what is done with them. Nothing is read before it is iterated, and it may be iterated any number of times, by several threads at once:
/// each pass has a <see cref="DataIterator{T}"/> of its own, whose order follows from a <see cref="DataOrder"/> alone.
/// </summary>
/// <remarks>
/// A data set of one's own derives from <see cref="IndexedDataset{T}"/> if it can reach any element at once, from this class otherwise, or is made by
/// <see cref="Dataset.Generate{T}(Func{IEnumerable{T}})"/>.
/// </remarks>
/// <typeparam name="T">The elements.</typeparam>
/// <example><code>
/// var data = Dataset.Range(6).Map(x => x * x).Batch(4);
/// foreach (var batch in data) Console.WriteLine(string.Join(' ', batch));
/// // 0 1 4 9
/// // 16 25
/// Console.WriteLine(data);    // range(6) > map > batch(4)
/// </code></example>
public abstract partial class Dataset<T> : IEnumerable<T>, IDataset
{
    /// <summary>How many elements a pass has, where that is known.</summary>
    public abstract long? Count { get; }

    /// <summary>The operator alone, such as <c>batch(4)</c>: what a saved position must agree with.</summary>
    protected abstract string Description { get; }

    /// <summary>The operators before this one.</summary>
    internal virtual IReadOnlyList<IDataset> Upstream => [];

    /// <summary>How many operators there are up to this one: what tells their random numbers apart.</summary>
    internal int Depth => field > 0 ? field : field = 1 + Upstream.Select(u => u.Depth).DefaultIfEmpty(0).Max();

    int IDataset.Depth => Depth;

    /// <summary>Begins a pass.</summary>
    protected internal abstract DataIterator<T> Open(DataOrder order);

    /// <summary>Begins a pass.</summary>
    /// <param name="order">Seed and epoch; both 0 if left out.</param>
    public DataIterator<T> Iterate(DataOrder order = default)
    {
        var pass = Open(order);
        (pass.Fingerprint, pass.Order) = (Fingerprint, order);
        return pass;
    }

    /// <summary>Goes on from a position that <see cref="DataIterator{T}.State"/> of a pass over the same pipeline gave, on any number of workers.</summary>
    /// <exception cref="DataException">The position belongs to another pipeline.</exception>
    public DataIterator<T> Resume(ReadOnlySpan<long> state)
    {
        var reader = new DataStateReader(state.ToArray());
        if (state.Length < 3 || reader.Read() != Fingerprint) throw new DataException($"The saved position belongs to another pipeline than this one: {this}.");
        var pass = Iterate(new((ulong)reader.Read(), reader.Read()));
        try
        {
            pass.Load(reader);
            reader.End();
            return pass;
        }
        catch
        {
            pass.Dispose();
            throw;
        }
    }

    long Fingerprint
    {
        get
        {
            // FNV-1a over the description.
            ulong hash = 14695981039346656037;
            foreach (byte b in Encoding.UTF8.GetBytes(ToString())) hash = (hash ^ b) * 1099511628211;
            return (long)hash;
        }
    }

    /// <summary>The first pass, with seed 0.</summary>
    public IEnumerator<T> GetEnumerator() => Iterate();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>The operators from the source on. Numbers of workers are not told, since they do not matter for what comes out.</summary>
    public sealed override string ToString()
    {
        var before = Upstream;
        return before.Count switch { 0 => Description, 1 => $"{before[0]} > {Description}", _ => $"({string.Join(" | ", before)}) > {Description}" };
    }
}

/// <summary>A data set of any elements.</summary>
interface IDataset
{
    int Depth { get; }
}
