using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Tauten.Cpu;

/// <summary>What the words of a draw are made into.</summary>
internal enum Distribution
{
    /// <summary>The words themselves.</summary>
    Bits,
    /// <summary>See <see cref="Ops.RandomUniform"/>.</summary>
    Uniform,
    /// <summary>See <see cref="Ops.RandomNormal"/>.</summary>
    Normal,
}

/// <summary>
/// The counter-based generator Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", 2011).
/// Word i of a draw is word i mod 4 of the block with key <c>seed</c> and counter (i / 4, draw), so it depends on nothing but seed, draw and i:
/// any part can be made on its own, on any number of threads.
/// </summary>
internal static unsafe class PhiloxLoops
{
    private const uint M0 = 0xD2511F53, M1 = 0xCD9E8D57, W0 = 0x9E3779B9, W1 = 0xBB67AE85;

    /// <summary>Blocks that are made at a time: their words fit a small buffer.</summary>
    internal const int Batch = 64;

    /// <summary>One block of four words.</summary>
    public static void Block(uint* counter, uint key0, uint key1, uint* words)
    {
        uint c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = (ulong)M0 * c0, p1 = (ulong)M1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ key0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ key1, (uint)p0);
            key0 += W0;
            key1 += W1;
        }
        words[0] = c0;
        words[1] = c1;
        words[2] = c2;
        words[3] = c3;
    }

    /// <summary>The first n elements of a draw, written as uint, float or double: numbers for 16-bit floats as the floats that they are exactly.</summary>
    public static void Run(Distribution distribution, DType dtype, ulong seed, ulong draw, long n, byte* y)
    {
        bool wide = dtype == DType.Float64;
        var loop = new Loop { Seed = seed, Draw = draw, Total = n, Y = y, Words = wide ? 2 : 1, Size = wide ? 8 : 4, Mask = uint.MaxValue };
        if (distribution == Distribution.Uniform)
        {
            // A float takes the upper 24 bits by itself.
            if (Ops.RandomUniform.Digits(dtype) is < 24 and int digits) loop.Mask = uint.MaxValue << (32 - digits);
            loop.Finish = wide ? PhiloxShapes.UniformDouble() : PhiloxShapes.UniformFloat();
        }
        if (distribution == Distribution.Normal)
        {
            loop.Words *= 2;
            loop.Finish = wide ? PhiloxShapes.NormalDouble() : PhiloxShapes.NormalFloat();
        }
        // About half a nanosecond for a word, and what the functions of a normal number cost.
        Run(loop, loop.Words * (distribution == Distribution.Normal ? 1.5 : 0.6));
    }

    private static void Run(Loop loop, double nanoseconds)
    {
        if (loop.Total <= 0) return;
        int chunks = (int)((loop.Total + Loop.ChunkSize - 1) / Loop.ChunkSize);
        if (chunks == 1) loop.Run(0);
        else Workers.For(chunks, loop.Total * nanoseconds, ref loop);
    }

    /// <summary>Blocks [first, first + count) of a draw, word after word; the count is a multiple of 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Blocks(ulong seed, ulong draw, ulong first, uint* words, int count = Batch)
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512:
                for (int i = 0; i < count; i += 8) Eight(seed, draw, first + (ulong)i, words + 4 * i);
                break;
            case InstructionLevel.Avx2:
                for (int i = 0; i < count; i += 4) Four(seed, draw, first + (ulong)i, words + 4 * i);
                break;
            default:
                uint* counter = stackalloc uint[4];
                counter[2] = (uint)draw;
                counter[3] = (uint)(draw >> 32);
                for (int i = 0; i < count; i++)
                {
                    counter[0] = (uint)(first + (ulong)i);
                    counter[1] = (uint)((first + (ulong)i) >> 32);
                    Block(counter, (uint)seed, (uint)(seed >> 32), words + 4 * i);
                }
                break;
        }
    }

    /// <summary>Eight blocks side by side, a word in each 64-bit lane: the multiplication of the lower halves gives both halves of the product.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight(ulong seed, ulong draw, ulong first, uint* words)
    {
        var low = Vector512.Create(0xFFFFFFFFUL);
        // In the order that interleaving the results puts right.
        var number = Vector512.Create(first) + Vector512.Create(0UL, 4, 1, 5, 2, 6, 3, 7);
        Vector512<ulong> c0 = number & low, c1 = number >>> 32, c2 = Vector512.Create(draw & 0xFFFFFFFF), c3 = Vector512.Create(draw >> 32);
        uint key0 = (uint)seed, key1 = (uint)(seed >> 32);
        for (int round = 0; round < 10; round++)
        {
            var p0 = System.Runtime.Intrinsics.X86.Avx512F.Multiply(c0.AsUInt32(), Vector512.Create((ulong)M0).AsUInt32());
            var p1 = System.Runtime.Intrinsics.X86.Avx512F.Multiply(c2.AsUInt32(), Vector512.Create((ulong)M1).AsUInt32());
            // The upper halves of c1 and c3 may hold rests of products: only lower halves are ever used.
            c0 = (p1 >>> 32) ^ c1 ^ Vector512.Create((ulong)key0);
            c1 = p1;
            c2 = (p0 >>> 32) ^ c3 ^ Vector512.Create((ulong)key1);
            c3 = p0;
            key0 += W0;
            key1 += W1;
        }
        var upper = (c0 & low) | (c1 << 32);
        var lower = (c2 & low) | (c3 << 32);
        V512<ulong>.InterleaveLow(new(upper), new(lower), 8).Bits.Store((ulong*)words);
        V512<ulong>.InterleaveHigh(new(upper), new(lower), 8).Bits.Store((ulong*)words + 8);
    }

    /// <summary>Four blocks side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(ulong seed, ulong draw, ulong first, uint* words)
    {
        var low = Vector256.Create(0xFFFFFFFFUL);
        var number = Vector256.Create(first) + Vector256.Create(0UL, 2, 1, 3);
        Vector256<ulong> c0 = number & low, c1 = number >>> 32, c2 = Vector256.Create(draw & 0xFFFFFFFF), c3 = Vector256.Create(draw >> 32);
        uint key0 = (uint)seed, key1 = (uint)(seed >> 32);
        for (int round = 0; round < 10; round++)
        {
            var p0 = System.Runtime.Intrinsics.X86.Avx2.Multiply(c0.AsUInt32(), Vector256.Create((ulong)M0).AsUInt32());
            var p1 = System.Runtime.Intrinsics.X86.Avx2.Multiply(c2.AsUInt32(), Vector256.Create((ulong)M1).AsUInt32());
            c0 = (p1 >>> 32) ^ c1 ^ Vector256.Create((ulong)key0);
            c1 = p1;
            c2 = (p0 >>> 32) ^ c3 ^ Vector256.Create((ulong)key1);
            c3 = p0;
            key0 += W0;
            key1 += W1;
        }
        var upper = (c0 & low) | (c1 << 32);
        var lower = (c2 & low) | (c3 << 32);
        V256<ulong>.InterleaveLow(new(upper), new(lower), 8).Bits.Store((ulong*)words);
        V256<ulong>.InterleaveHigh(new(upper), new(lower), 8).Bits.Store((ulong*)words + 4);
    }

    /// <summary>Makes words in batches, turns them into elements, and copies out what was asked for.</summary>
    private struct Loop : IChunks
    {
        public const int ChunkSize = 16 * 1024;

        public ulong Seed, Draw;
        public long Total;
        public byte* Y;

        /// <summary>Words per element.</summary>
        public int Words;

        /// <summary>Bytes per element.</summary>
        public int Size;

        /// <summary>Which bits of a word are used.</summary>
        public uint Mask;

        /// <summary>Words to as many elements as a batch gives; null for the words themselves.</summary>
        public delegate*<uint*, byte*, void> Finish;

        [SkipLocalsInit]
        public void Run(int chunk)
        {
            uint* words = stackalloc uint[4 * Batch];
            byte* elements = stackalloc byte[4 * Batch * 8];
            long start = (long)chunk * ChunkSize, end = Math.Min(start + ChunkSize, Total);
            int perBatch = 4 * Batch / Words;
            for (long i = start; i < end;)
            {
                long batch = i / perBatch, skip = i - batch * perBatch;
                Blocks(Seed, Draw, (ulong)batch * Batch, words);
                if (Mask != uint.MaxValue)
                    for (int k = 0; k < 4 * Batch; k++) words[k] &= Mask;
                byte* made = (byte*)words;
                if (Finish != null)
                {
                    Finish(words, elements);
                    made = elements;
                }
                long n = Math.Min(perBatch - skip, end - i);
                System.Buffer.MemoryCopy(made + skip * Size, Y + i * Size, n * Size, n * Size);
                i += n;
            }
        }
    }
}

/// <summary>From words to distributions, a batch at a time.</summary>
internal static unsafe class PhiloxShapes
{
    /// <summary>Of each word a float in [0, 1).</summary>
    public static delegate*<uint*, byte*, void> UniformFloat() => CpuInstructions.Level switch
    {
        InstructionLevel.Avx512 => &UniformFloat<V512<float>>,
        InstructionLevel.Avx2 => &UniformFloat<V256<float>>,
        _ => &UniformFloat<V128<float>>,
    };

    /// <summary>Of each two words a double in [0, 1).</summary>
    public static delegate*<uint*, byte*, void> UniformDouble() => &UniformDoubles;

    /// <summary>Of each two words a normal float.</summary>
    public static delegate*<uint*, byte*, void> NormalFloat() => CpuInstructions.Level switch
    {
        InstructionLevel.Avx512 => &NormalFloat<V512<float>>,
        InstructionLevel.Avx2 => &NormalFloat<V256<float>>,
        _ => &NormalFloat<V128<float>>,
    };

    /// <summary>Of each four words a normal double.</summary>
    public static delegate*<uint*, byte*, void> NormalDouble() => CpuInstructions.Level switch
    {
        InstructionLevel.Avx512 => &NormalDouble<V512<double>>,
        InstructionLevel.Avx2 => &NormalDouble<V256<double>>,
        _ => &NormalDouble<V128<double>>,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UniformFloat<V>(uint* words, byte* y) where V : unmanaged, ISimd<V, float>
    {
        for (int i = 0; i < 4 * PhiloxLoops.Batch; i += V.Count)
            (V.FromInteger(V.ShiftRightLogical(V.Load((float*)words + i), 8)) * V.Number(1.0 / (1 << 24))).Store((float*)y + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void UniformDoubles(uint* words, byte* y)
    {
        for (int i = 0; i < 2 * PhiloxLoops.Batch; i++)
            ((double*)y)[i] = (long)((((ulong)words[2 * i] << 32) | words[2 * i + 1]) >> 11) * (1.0 / (1L << 53));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void NormalFloat<V>(uint* words, byte* y) where V : unmanaged, ISimd<V, float>
    {
        uint* u = stackalloc uint[2 * PhiloxLoops.Batch], v = stackalloc uint[2 * PhiloxLoops.Batch];
        for (int i = 0; i < 2 * PhiloxLoops.Batch; i += 4)
        {
            Vector128<ulong> first = Vector128.Load((ulong*)words + i), second = Vector128.Load((ulong*)words + i + 2);
            var low = Vector128.Create(0xFFFFFFFFUL);
            (Vector128.Narrow(first & low, second & low) >>> 8).Store(u + i);
            (Vector128.Narrow(first >>> 32, second >>> 32) >>> 8).Store(v + i);
        }
        for (int i = 0; i < 2 * PhiloxLoops.Batch; i += V.Count)
        {
            var scale = V.Number(1.0 / (1 << 24));
            BoxMuller<V, float>(V.FromInteger(V.Load((float*)u + i)) * scale, V.FromInteger(V.Load((float*)v + i)) * scale).Store((float*)y + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void NormalDouble<V>(uint* words, byte* y) where V : unmanaged, ISimd<V, double>
    {
        double* pairs = stackalloc double[2 * PhiloxLoops.Batch], u = stackalloc double[PhiloxLoops.Batch], v = stackalloc double[PhiloxLoops.Batch];
        UniformDoubles(words, (byte*)pairs);
        for (int i = 0; i < PhiloxLoops.Batch; i++)
        {
            u[i] = pairs[2 * i];
            v[i] = pairs[2 * i + 1];
        }
        for (int i = 0; i < PhiloxLoops.Batch; i += V.Count) BoxMuller<V, double>(V.Load(u + i), V.Load(v + i)).Store((double*)y + i);
    }

    /// <summary>sqrt(-2 ln(1 - u)) cos(2 pi v), as the elementwise operations would compute it one by one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V BoxMuller<V, T>(V u, V v) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        V.Sqrt(Functions.Logarithm<V, T>.Log(V.Number(1) - u, V.Number(0)) * V.Number(-2)) * Functions.Cos.Apply<V, T>(v * V.Number(2 * Math.PI));
}
