using System.Diagnostics;
using Tauten.Cpu;

namespace Tauten.Benchmarks;

/// <summary>The matrix product against the multiply-add peak of the processor, alternating in one run.</summary>
static class MatrixProductBenchmark
{
    const int Size = 1024, Rounds = 31;

    public static void Run()
    {
        Tensor a = Tensor.Randn([Size, Size]), b = Tensor.Randn([Size, Size]);
        Console.WriteLine("threads  product GFLOP/s  peak GFLOP/s  percent (median)  percent (best)");
        foreach (int threads in (int[])[1, 2])
        {
            CpuBackend.Threads = threads;
            for (int i = 0; i < 5; i++) a.MatMul(b);
            var product = new double[Rounds];
            var peak = new double[Rounds];
            for (int i = 0; i < Rounds; i++)
            {
                peak[i] = Peaks.MultiplyAdds(threads);
                long start = Stopwatch.GetTimestamp();
                a.MatMul(b);
                product[i] = 2.0 * Size * Size * Size / Stopwatch.GetElapsedTime(start).TotalNanoseconds;
            }
            Array.Sort(product);
            Array.Sort(peak);
            Console.WriteLine($"{threads,7}  {product[Rounds / 2],15:F1}  {peak[Rounds / 2],12:F1}  {100 * product[Rounds / 2] / peak[Rounds / 2],15:F1} %  {100 * product[^1] / peak[^1],12:F1} %");
        }
    }
}
