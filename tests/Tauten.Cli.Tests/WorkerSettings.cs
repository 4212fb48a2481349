using Tauten.Cpu;

namespace Tauten.Cli.Tests;

/// <summary>Other numbers of threads and another threshold until disposed.</summary>
sealed class WorkerSettings : IDisposable
{
    /// <summary>Numbers of threads that do not divide each other's work evenly.</summary>
    public static readonly int[] Counts = [1, 2, 3, 7];

    readonly int threads = Workers.Count;
    readonly double threshold = Workers.ParallelThreshold;

    public WorkerSettings(int threads, double? threshold = null)
    {
        Workers.Count = threads;
        if (threshold is { } value) Workers.ParallelThreshold = value;
    }

    /// <summary>
    /// What <paramref name="run"/> returns with every number of threads, with the usual threshold and with none, twice in a row: which run gave it, and the bytes.
    /// </summary>
    public static IEnumerable<(string Settings, byte[] Bytes)> Each(Func<byte[]> run)
    {
        foreach (int round in (int[])[1, 2])
            foreach (double? threshold in (double?[])[null, 0])
                foreach (int threads in Counts)
                {
                    using var settings = new WorkerSettings(threads, threshold);
                    yield return ($"round {round}, {threads} threads, threshold {Workers.ParallelThreshold}", run());
                }
    }

    public void Dispose() => (Workers.Count, Workers.ParallelThreshold) = (threads, threshold);
}
