using System.Diagnostics;

namespace Tauten.Benchmarks;

/// <summary>What one eager op costs beside its arithmetic.</summary>
static class EagerBenchmark
{
    public static void Run(int count)
    {
        Tensor a = Tensor.From(new float[16], requiresGrad: true), b = Tensor.From(new float[16]);
        for (int round = 0; round < 4; round++)
        {
            using var process = Process.GetCurrentProcess();
            var processor = process.TotalProcessorTime;
            long bytes = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
            Tensor y = a;
            for (int i = 0; i < count; i++) y = a + b;
            double wall = Stopwatch.GetElapsedTime(start).TotalNanoseconds / count;
            process.Refresh();
            double used = (process.TotalProcessorTime - processor).TotalNanoseconds / count;
            Console.WriteLine($"tracked addition of 16 elements: {used:F1} ns of processor time on all threads, {wall:F1} ns by the clock, {(GC.GetAllocatedBytesForCurrentThread() - bytes) / count} bytes{(round == 0 ? " (warming up)" : "")}");
            GC.KeepAlive(y);
        }
    }
}
