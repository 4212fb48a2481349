using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>A piece of work cut into numbered chunks that may run in any order and at the same time.</summary>
internal interface IChunks
{
    /// <summary>Does chunk number <paramref name="chunk"/>. Must not depend on which other chunks have run.</summary>
    void Run(int chunk);
}

/// <summary>
/// The threads of this process that kernels share. How work is cut into chunks is the caller's choice and must follow from shapes only:
/// then results are the same whatever <see cref="Count"/> and <see cref="ParallelThreshold"/> are.
/// </summary>
internal static unsafe class Workers
{
    private static readonly WorkerPool pool = new();
    private static int count = FromEnvironment();

    /// <summary>
    /// Threads that work at the same time, the caller included. The number of processors at first, or what the variable <c>TAUTEN_THREADS</c> says.
    /// May be changed at any time; calls that already run keep what they have.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1, or more than 1024.</exception>
    public static int Count
    {
        get => Volatile.Read(ref count);
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, WorkerPool.MaximumThreads);
            Volatile.Write(ref count, value);
        }
    }

    /// <summary>Work below this many nanoseconds stays on the caller: waking others would take longer. Tests set 0.</summary>
    public static double ParallelThreshold { get; set; } = 20_000;

    /// <summary>
    /// Runs chunks 0 .. <paramref name="chunks"/> - 1 of <paramref name="body"/>, each once, on the pool and the calling thread, and returns when
    /// all are done. Allocates nothing. While another call has the pool (another thread's, or an outer one), all chunks run on the calling thread.
    /// </summary>
    /// <param name="chunks">How many chunks there are.</param>
    /// <param name="work">An estimate of the whole work in nanoseconds on one thread.</param>
    /// <param name="body">The work. All threads use this very struct, in place.</param>
    /// <exception cref="Exception">The first exception that a chunk threw, after all threads have left the body; which other chunks ran is then not defined.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void For<TBody>(int chunks, double work, ref TBody body) where TBody : struct, IChunks
    {
        int threads = Math.Min(Count, chunks);
        if (threads > 1 && work >= ParallelThreshold && pool.TryEnter())
        {
            // Pinned, because the struct may live in an object; on the stack this costs nothing.
            fixed (byte* place = &Unsafe.As<TBody, byte>(ref body))
                pool.Run(threads, chunks, &RunChunk<TBody>, place);
            return;
        }
        for (int chunk = 0; chunk < chunks; chunk++)
            body.Run(chunk);
    }

    /// <summary>One chunk of the struct at <paramref name="body"/>: what the pool calls without knowing the type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunChunk<TBody>(byte* body, int chunk) where TBody : struct, IChunks =>
        Unsafe.As<byte, TBody>(ref *body).Run(chunk);

    /// <summary>The number of threads at start.</summary>
    private static int FromEnvironment() =>
        int.TryParse(Environment.GetEnvironmentVariable("TAUTEN_THREADS"), out int threads) && threads is >= 1 and <= WorkerPool.MaximumThreads
            ? threads
            : Math.Clamp(Environment.ProcessorCount, 1, WorkerPool.MaximumThreads);
}
