using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Dropout in one pass: words of <see cref="PhiloxLoops"/>, made a batch at a time, choose which elements become 0 and which are scaled. An element stays where
/// the float32 in [0, 1) of its word is not below the rate, whatever the type of the elements.
/// </summary>
internal unsafe struct DropoutLoop : IChunks
{
    /// <summary>Elements of a chunk: whole batches.</summary>
    private const int ChunkSize = 16 * 1024;

    private const int BatchSize = 4 * PhiloxLoops.Batch;

    private ulong _seed, _draw;
    private long _total;
    private byte* _x, _y;
    private int _size;
    private float _threshold;
    private double _scale;
    private delegate*<uint*, byte*, byte*, nint, float, double, void> _choose;

    /// <summary>y = x / (1 - rate) where the draw keeps the element, else 0; x * 0 for a rate of 1. Float32 or Float64, contiguous.</summary>
    public static void Run(DType dtype, double rate, ulong seed, ulong draw, long n, byte* x, byte* y)
    {
        if (n == 0) return;
        var loop = new DropoutLoop { _seed = seed, _draw = draw, _total = n, _x = x, _y = y, _size = dtype.Size() };
        // Words are compared by their upper 24 bits, which a float holds exactly, as is the rate times 2^24.
        (loop._threshold, loop._scale) = rate == 1 ? (-1, 0) : ((float)rate * (1 << 24), 1 / (1 - rate));
        loop._choose = (dtype, CpuInstructions.Level) switch
        {
            (DType.Float64, _) => &Doubles,
            (_, InstructionLevel.Avx512) => &Floats<V512<float>>,
            (_, InstructionLevel.Avx2) => &Floats<V256<float>>,
            _ => &Floats<V128<float>>,
        };
        int chunks = (int)((n + ChunkSize - 1) / ChunkSize);
        if (chunks == 1) loop.Run(0);
        else Workers.For(chunks, n * 0.8, ref loop);
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int chunk)
    {
        uint* words = stackalloc uint[BatchSize];
        long start = (long)chunk * ChunkSize, end = Math.Min(start + ChunkSize, _total);
        for (long i = start; i < end; i += BatchSize)
        {
            PhiloxLoops.Blocks(_seed, _draw, (ulong)i / 4, words);
            _choose(words, _x + i * _size, _y + i * _size, (nint)Math.Min(BatchSize, end - i), _threshold, _scale);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Floats<V>(uint* words, byte* x, byte* y, nint n, float threshold, double scale) where V : unmanaged, ISimd<V, float>
    {
        float* from = (float*)x, to = (float*)y;
        V least = V.Create(threshold), factor = V.Number(scale), zero = V.Number(0);
        nint i = 0;
        for (; i + V.Count <= n; i += V.Count)
            V.Select(V.FromInteger(V.ShiftRightLogical(V.Load((float*)words + i), 8)) >= least, V.Load(from + i) * factor, zero).Store(to + i);
        if (i == n) return;
        var rest = V.Select(V.FromInteger(V.ShiftRightLogical(V.Load((float*)words + i), 8)) >= least, Partial<V, float>.Load(from + i, n - i, zero) * factor, zero);
        Partial<V, float>.Store(rest, to + i, n - i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Doubles(uint* words, byte* x, byte* y, nint n, float threshold, double scale)
    {
        double* from = (double*)x, to = (double*)y;
        for (nint i = 0; i < n; i++) to[i] = words[i] >> 8 >= threshold ? from[i] * scale : 0;
    }
}
