using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Tauten.Data;

/// <summary>A thread of its own that goes ahead by some elements.</summary>
sealed class PrefetchedDataset<T>(Dataset<T> upstream, int ahead) : Dataset<T>
{
    public override long? Count => upstream.Count;

    protected override string Description => "prefetch";

    internal override IReadOnlyList<IDataset> Upstream => [upstream];

    protected internal override DataIterator<T> Open(DataOrder order) => new Iterator(new(upstream.Open(order)), ahead);

    sealed class Iterator(ReadAhead<T> source, int size) : DataIterator<T>
    {
        readonly BlockingCollection<(T Element, ExceptionDispatchInfo? Error)> ready = new(size);
        readonly CancellationTokenSource stop = new();
        Task? reading;
        long delivered;
        bool ended;

        public override bool MoveNext()
        {
            reading ??= Task.Factory.StartNew(Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            if (ended || !ready.TryTake(out var next, Timeout.Infinite))
            {
                ended = true;
                return false;
            }
            delivered++;
            source.Forget(delivered);
            next.Error?.Throw();
            Current = next.Element;
            return true;
        }

        void Read()
        {
            try
            {
                while (!stop.IsCancellationRequested)
                {
                    ExceptionDispatchInfo? error = null;
                    T element = default!;
                    try
                    {
                        if (!source.Next(out element)) break;
                    }
                    catch (Exception e)
                    {
                        error = ExceptionDispatchInfo.Capture(e);
                    }
                    ready.Add((element, error), stop.Token);
                }
            }
            catch (OperationCanceledException)
            {
            }
            finally
            {
                ready.CompleteAdding();
            }
        }

        public override long Skip(long count)
        {
            if (reading is not null) return base.Skip(count);
            long passed = source.SkipTo(source.Count + count);
            delivered += passed;
            return passed;
        }

        protected internal override void Save(DataStateWriter writer)
        {
            writer.Write(delivered);
            source.Save(writer, delivered);
        }

        protected internal override void Load(DataStateReader reader)
        {
            delivered = reader.ReadCount(long.MaxValue);
            source.Load(reader);
            source.SkipTo(delivered);
        }

        protected override void Dispose(bool disposing)
        {
            stop.Cancel();
            reading?.Wait();
            source.Dispose();
        }
    }
}
