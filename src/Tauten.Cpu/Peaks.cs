using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tauten.Cpu;

/// <summary>What the processor is able to do: multiply-adds on registers.</summary>
static class Peaks
{
    /// <summary>Float32 operations of multiply-adds in a nanosecond, on as many threads.</summary>
    public static double MultiplyAdds(int threads, int steps = 1_000_000) => OnThreads(threads, _ =>
    {
        Loop(steps);
        return steps * 16.0 * 2 * Lanes;
    });

    /// <summary>The sum of the threads' rates; each measures itself, so that starting them does not count.</summary>
    public static double OnThreads(int threads, Func<int, double> work)
    {
        var rates = new double[threads];
        using var start = new Barrier(threads);
        void Measure(int index)
        {
            start.SignalAndWait();
            long began = Stopwatch.GetTimestamp();
            double done = work(index);
            rates[index] = done / Stopwatch.GetElapsedTime(began).TotalNanoseconds;
        }
        var others = Enumerable.Range(1, threads - 1).Select(i => new Thread(() => Measure(i))).ToArray();
        foreach (var other in others) other.Start();
        Measure(0);
        foreach (var other in others) other.Join();
        return rates.Sum();
    }

    static int Lanes => Vector512.IsHardwareAccelerated ? 16 : Vector256.IsHardwareAccelerated ? 8 : 4;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static double Loop(int steps) => Vector512.IsHardwareAccelerated ? Loop512(steps) : Vector256.IsHardwareAccelerated ? Loop256(steps) : Loop128(steps);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Loop512(int steps)
    {
        var x = Vector512.Create(0.999f);
        var y = Vector512.Create(1e-9f);
        Vector512<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y, m = y, n = y, o = y, p = y;
        for (int s = 0; s < steps; s++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y); b = Vector512.FusedMultiplyAdd(b, x, y); c = Vector512.FusedMultiplyAdd(c, x, y); d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y); f = Vector512.FusedMultiplyAdd(f, x, y); g = Vector512.FusedMultiplyAdd(g, x, y); h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y); j = Vector512.FusedMultiplyAdd(j, x, y); k = Vector512.FusedMultiplyAdd(k, x, y); l = Vector512.FusedMultiplyAdd(l, x, y);
            m = Vector512.FusedMultiplyAdd(m, x, y); n = Vector512.FusedMultiplyAdd(n, x, y); o = Vector512.FusedMultiplyAdd(o, x, y); p = Vector512.FusedMultiplyAdd(p, x, y);
        }
        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Loop256(int steps)
    {
        var x = Vector256.Create(0.999f);
        var y = Vector256.Create(1e-9f);
        Vector256<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (int s = 0; s < steps * 4 / 3; s++)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y); b = Vector256.FusedMultiplyAdd(b, x, y); c = Vector256.FusedMultiplyAdd(c, x, y); d = Vector256.FusedMultiplyAdd(d, x, y);
            e = Vector256.FusedMultiplyAdd(e, x, y); f = Vector256.FusedMultiplyAdd(f, x, y); g = Vector256.FusedMultiplyAdd(g, x, y); h = Vector256.FusedMultiplyAdd(h, x, y);
            i = Vector256.FusedMultiplyAdd(i, x, y); j = Vector256.FusedMultiplyAdd(j, x, y); k = Vector256.FusedMultiplyAdd(k, x, y); l = Vector256.FusedMultiplyAdd(l, x, y);
        }
        return Vector256.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Loop128(int steps)
    {
        var x = Vector128.Create(0.999f);
        var y = Vector128.Create(1e-9f);
        Vector128<float> a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y;
        for (int s = 0; s < steps * 2; s++)
        {
            a = Vector128.MultiplyAddEstimate(a, x, y); b = Vector128.MultiplyAddEstimate(b, x, y); c = Vector128.MultiplyAddEstimate(c, x, y); d = Vector128.MultiplyAddEstimate(d, x, y);
            e = Vector128.MultiplyAddEstimate(e, x, y); f = Vector128.MultiplyAddEstimate(f, x, y); g = Vector128.MultiplyAddEstimate(g, x, y); h = Vector128.MultiplyAddEstimate(h, x, y);
        }
        return Vector128.Sum(a + b + c + d + e + f + g + h);
    }
}
