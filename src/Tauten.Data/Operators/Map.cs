using System.Collections.Concurrent;

namespace Tauten.Data;

/// <summary>Elements changed by a function, on any number of workers, in the order in which they come.</summary>
sealed class MappedDataset<TIn, TOut>(Dataset<TIn> upstream, Func<TIn, SampleRandom, TOut> change, int workers, long memory, string name) : Dataset<TOut>
{
    public override long? Count => upstream.Count;

    protected override string Description => name;

    internal override IReadOnlyList<IDataset> Upstream => [upstream];

    protected internal override DataIterator<TOut> Open(DataOrder order)
    {
        var inner = upstream.Open(order);
        ulong key = order.Key(Depth);
        if (workers == 1) return new MapIterator<TIn, TOut>(inner, (x, position) => Apply(x, key, position));
        return new ParallelMapIterator<TIn, TOut>(new ReadAhead<TIn>(inner), (x, position) => Apply(x, key, position), workers, memory);
    }

    TOut Apply(TIn x, ulong key, long position)
    {
        try
        {
            var random = new SampleRandom(key, position);
            using (Generator.Use(random.Generator)) return change(x, random);
        }
        catch (Exception e)
        {
            throw new DataException($"{char.ToUpperInvariant(name[0])}{name[1..]}: sample {position}{ElementText.Of(x)} cannot be prepared: {e.Message}", e);
        }
    }
}

/// <summary>How an element is named in an error.</summary>
static class ElementText
{
    const int Longest = 200;

    public static string Of(object? element) => element switch
    {
        string text => $" ('{(text.Length > Longest ? text[..Longest] + ".." : text)}')",
        long or int or FileInfo or INamedElement => $" ({element})",
        _ => "",
    };
}

/// <summary>An element whose text says where it comes from.</summary>
interface INamedElement;

sealed class MapIterator<TIn, TOut>(DataIterator<TIn> inner, Func<TIn, long, TOut> change) : DataIterator<TOut>
{
    long position;

    public override bool MoveNext()
    {
        if (!inner.MoveNext()) return false;
        Current = change(inner.Current, position++);
        return true;
    }

    public override long Skip(long count)
    {
        long passed = inner.Skip(count);
        position += passed;
        return passed;
    }

    // As the iterator with workers saves it, which may load it.
    protected internal override void Save(DataStateWriter writer)
    {
        writer.Write(position);
        writer.Write(position);
        writer.Write(inner.Save);
    }

    protected internal override void Load(DataStateReader reader)
    {
        position = reader.ReadCount(long.MaxValue);
        long from = reader.ReadCount(position);
        reader.ReadPiece(inner.Load);
        inner.Skip(position - from);
    }

    protected override void Dispose(bool disposing) => inner.Dispose();
}

/// <summary>
/// The thread that asks reads the elements and gives them out to workers; results are handed on in the order of the elements. How many workers there are decides when a result is there, never what it
/// is. Left to itself the number grows while the one who asks has to wait.
/// </summary>
sealed class ParallelMapIterator<TIn, TOut>(ReadAhead<TIn> ahead, Func<TIn, long, TOut> change, int workers, long memory) : DataIterator<TOut>
{
    readonly Queue<Slot> window = [];
    readonly BlockingCollection<Slot> work = [];
    readonly List<Task> running = [];
    readonly int most = workers > 0 ? workers : Environment.ProcessorCount;
    long largest;
    bool ended, disposed;

    sealed class Slot(TIn element, long position)
    {
        public TIn Element => element;
        public long Position => position;
        public readonly TaskCompletionSource<TOut> Result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public override bool MoveNext()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        while (running.Count < (workers > 0 ? most : 1)) Hire();
        Fill();
        if (!window.TryPeek(out var slot)) return false;
        if (!slot.Result.Task.IsCompleted && running.Count < most)
        {
            Hire();
            Fill();
        }
        try
        {
            Current = slot.Result.Task.GetAwaiter().GetResult();
        }
        finally
        {
            window.Dequeue();
            ahead.Forget(ahead.Count - window.Count);
        }
        if (largest == 0) largest = Math.Max(1, ElementSize.Of(Current));
        else largest = Math.Max(largest, ElementSize.Of(Current));
        return true;
    }

    // Before the first result is there, its size is not known: few are begun then.
    int Width => Math.Max(1, (int)Math.Min(2L * running.Count + 1, largest == 0 ? running.Count : memory / largest));

    void Fill()
    {
        while (!ended && window.Count < Width)
        {
            if (!ahead.Next(out var element))
            {
                ended = true;
                return;
            }
            var slot = new Slot(element, ahead.Count - 1);
            window.Enqueue(slot);
            work.Add(slot);
        }
    }

    void Hire() => running.Add(Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

    void Work()
    {
        foreach (var slot in work.GetConsumingEnumerable())
        {
            try
            {
                if (disposed) slot.Result.SetCanceled();
                else slot.Result.SetResult(change(slot.Element, slot.Position));
            }
            catch (Exception e)
            {
                slot.Result.SetException(e);
            }
        }
    }

    public override long Skip(long count)
    {
        long passed = 0;
        for (; passed < count && window.Count > 0; passed++) MoveNext();
        return passed == count ? passed : passed + ahead.SkipTo(ahead.Count + count - passed);
    }

    protected internal override void Save(DataStateWriter writer)
    {
        long delivered = ahead.Count - window.Count;
        writer.Write(delivered);
        ahead.Save(writer, delivered);
    }

    protected internal override void Load(DataStateReader reader)
    {
        long delivered = reader.ReadCount(long.MaxValue);
        ahead.Load(reader);
        ahead.SkipTo(delivered);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposed) return;
        disposed = true;
        work.CompleteAdding();
        Task.WaitAll(running);
        work.Dispose();
        ahead.Dispose();
    }
}

/// <summary>The memory that an element takes, as far as it is known.</summary>
static class ElementSize
{
    public static long Of(object? element) => element switch
    {
        Tensor tensor => tensor.Count * tensor.DType.Size(),
        Sample sample => sample.Inputs.Sum(Of) + sample.Targets.Sum(Of) + Of(sample.Weight),
        byte[] bytes => bytes.Length,
        string text => 2L * text.Length,
        Array array => (long)Buffer.ByteLengthOrGuess(array),
        System.Runtime.CompilerServices.ITuple tuple => Enumerable.Range(0, tuple.Length).Sum(i => Of(tuple[i])),
        _ => 0,
    };

    static class Buffer
    {
        public static long ByteLengthOrGuess(Array array) => array.GetType().GetElementType() is { IsPrimitive: true } ? System.Buffer.ByteLength(array) : array.Length * 8L;
    }
}
