using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>
/// The threads behind <see cref="Workers"/>. One call at a time is published as a job; threads join it while it is open and claim chunks. Each has a range of
/// neighbouring chunks of its own, the same part of every call: what a thread wrote in one call is then mostly still in its caches when it comes to it in the
/// next. A thread whose range is done takes from those of others, so a late or slow one holds nobody up.
/// The caller closes the job when no chunk is left and waits for those that joined, so that a thread that wakes late never touches a struct that is gone.
/// </summary>
internal sealed unsafe class WorkerPool
{
    /// <summary>More threads than this are refused.</summary>
    public const int MaximumThreads = 1024;

    /// <summary>Set in <see cref="Shared.State"/> while threads may join; the bits below count those that are in.</summary>
    private const int Open = 1 << 20;

    private readonly WorkerThread?[] threads = new WorkerThread?[MaximumThreads];
    private readonly Lock starting = new();
    private readonly object left = new();
    private Range[] ranges = [];
    private Shared shared;

    private delegate*<byte*, int, void> run;
    private byte* body;
    private int helpers;
    private ExceptionDispatchInfo? failure;

    /// <summary>What all threads write, each on cache lines of its own (two, because processors fetch lines in pairs).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Shared
    {
        /// <summary>1 while a call has the pool.</summary>
        [FieldOffset(128)] public int Taken;

        /// <summary><see cref="Open"/> plus the number of threads inside the job.</summary>
        [FieldOffset(256)] public int State;
    }

    /// <summary>The chunks that one thread begins with, on cache lines of its own.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Range
    {
        /// <summary>The next chunk that nobody has claimed.</summary>
        [FieldOffset(128)] public int Next;

        /// <summary>The end of the range.</summary>
        [FieldOffset(132)] public int End;
    }

    /// <summary>Takes the pool for one call of <see cref="Run"/>, which gives it back; false when it is in use.</summary>
    public bool TryEnter() => Volatile.Read(ref shared.Taken) == 0 && Interlocked.CompareExchange(ref shared.Taken, 1, 0) == 0;

    /// <summary>Runs all chunks on <paramref name="threadCount"/> threads, the caller included. The pool was taken by <see cref="TryEnter"/>.</summary>
    public void Run(int threadCount, int chunkCount, delegate*<byte*, int, void> runChunk, byte* place)
    {
        run = runChunk;
        body = place;
        helpers = threadCount - 1;
        if (ranges.Length < threadCount)
            ranges = new Range[threadCount];
        for (int thread = 0; thread < threadCount; thread++)
        {
            ranges[thread].Next = (int)((long)chunkCount * thread / threadCount);
            ranges[thread].End = (int)((long)chunkCount * (thread + 1) / threadCount);
        }
        Interlocked.Exchange(ref shared.State, Open);
        Wake(0);
        Claim(0);
        Interlocked.And(ref shared.State, ~Open);
        WaitUntilLeft();
        var thrown = failure;
        failure = null;
        Volatile.Write(ref shared.Taken, 0);
        thrown?.Throw();
    }

    /// <summary>Wakes helper number <paramref name="helper"/>, started if need be; it wakes two more, so that many threads are awake after few steps.</summary>
    private void Wake(int helper)
    {
        if (helper >= helpers)
            return;
        var thread = Volatile.Read(ref threads[helper]);
        if (thread is null)
        {
            try
            {
                lock (starting)
                    thread = threads[helper] ??= new WorkerThread(this, helper);
            }
            catch (OutOfMemoryException)
            {
                // The system gives no more threads: the chunks are done by those that run.
                return;
            }
        }
        thread.Wake();
    }

    /// <summary>What a woken thread does: joins the job if it is still open, and claims chunks until there are none.</summary>
    public void Help(int helper)
    {
        while (true)
        {
            int state = Volatile.Read(ref shared.State);
            if ((state & Open) == 0)
                return;
            if (Interlocked.CompareExchange(ref shared.State, state + 1, state) == state)
                break;
        }
        if (helper < helpers)
        {
            Wake(2 * helper + 1);
            Wake(2 * helper + 2);
            Claim(helper + 1);
        }
        if (Interlocked.Decrement(ref shared.State) == 0)
        {
            lock (left)
                Monitor.Pulse(left);
        }
    }

    /// <summary>Claims and runs the chunks of the range of <paramref name="thread"/>, then those that are left of others'.</summary>
    private void Claim(int thread)
    {
        int count = helpers + 1;
        for (int turn = 0; turn < count; turn++)
        {
            ref var range = ref ranges[thread];
            while (Volatile.Read(ref range.Next) < range.End)
            {
                int chunk = Interlocked.Increment(ref range.Next) - 1;
                if (chunk < range.End)
                    RunChunk(chunk);
            }
            thread = thread + 1 < count ? thread + 1 : 0;
        }
    }

    /// <summary>Runs a chunk. An exception is kept for the caller; the thread goes on.</summary>
    private void RunChunk(int chunk)
    {
        try
        {
            run(body, chunk);
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
        }
    }

    /// <summary>Waits for the threads inside a closed job: they are at their last chunk, so a short spin mostly suffices.</summary>
    private void WaitUntilLeft()
    {
        if (Spin.Until(ref shared.State, 0))
            return;
        lock (left)
        {
            while (Volatile.Read(ref shared.State) != 0)
                Monitor.Wait(left);
        }
    }
}
