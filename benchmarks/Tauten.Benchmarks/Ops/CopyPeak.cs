using Tauten.Cpu;

namespace Tauten.Benchmarks;

/// <summary>How fast memory is at this moment.</summary>
static class CopyPeak
{
    /// <summary>Elements of a copy: more than the caches hold.</summary>
    const int CopyLength = 1 << 25;

    static readonly Lazy<(float[] From, float[] To)> copied = new(() => (new float[CopyLength], new float[CopyLength]));

    /// <summary>Bytes read and written in a nanosecond by a plain copy, on as many threads.</summary>
    public static double Copies(int threads)
    {
        var (from, to) = copied.Value;
        int part = CopyLength / threads;
        return Peaks.OnThreads(threads, thread =>
        {
            from.AsSpan(thread * part, part).CopyTo(to.AsSpan(thread * part));
            return 2.0 * sizeof(float) * part;
        });
    }
}
