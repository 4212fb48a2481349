namespace Tauten.Cpu;

/// <summary>Random numbers: each element depends only on seed, draw and its position, so chunks can be made in any order.</summary>
static unsafe class RandomKernels
{
    const long Grain = 1 << 14;

    public static void Bits(Ops.RandomBits op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Fill(x[0], y[0], &FillBits, 4);

    public static void Uniform(Ops.RandomUniform op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        switch (op.DType)
        {
            case DType.Float32: Fill(x[0], y[0], &FillUniform, 4); break;
            case DType.Float64: Fill(x[0], y[0], &FillUniformDouble, 8); break;
            default: ViaFloat(x[0], y[0], &FillUniform); break;
        }
    }

    public static void Normal(Ops.RandomNormal op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        switch (op.DType)
        {
            case DType.Float32: Fill(x[0], y[0], &FillNormal, 10); break;
            case DType.Float64: Fill(x[0], y[0], &FillNormalDouble, 20); break;
            default: ViaFloat(x[0], y[0], &FillNormal); break;
        }
    }

    static void ViaFloat(Tensor key, Tensor y, delegate*<Philox, long, long, void*, void> fill)
    {
        var wide = Tensor.Allocate(y.Backend, new(DType.Float32, y.Shape));
        Fill(key, wide, fill, 10);
        MovementKernels.CopyTo(wide.To(y.DType), y);
    }

    static void Fill(Tensor key, Tensor y, delegate*<Philox, long, long, void*, void> fill, double nanoseconds)
    {
        var numbers = key.AsSpan<ulong>();
        long count = y.Shape.Count;
        fixed (byte* py = &y.First())
        {
            var body = new Chunks { Philox = new(numbers[0], numbers[1]), Result = py, Size = y.DType.Size(), Count = count, FillRange = fill };
            Workers.For((int)((count + Grain - 1) / Grain), count * nanoseconds, ref body);
        }
    }

    struct Chunks : IChunks
    {
        public Philox Philox;
        public byte* Result;
        public int Size;
        public long Count;
        public delegate*<Philox, long, long, void*, void> FillRange;

        public readonly void Run(int chunk)
        {
            long start = chunk * Grain;
            FillRange(Philox, start, Math.Min(Grain, Count - start), Result + start * Size);
        }
    }

    static void FillBits(Philox philox, long start, long count, void* result) => philox.Fill(start, count, (uint*)result);

    static void FillUniform(Philox philox, long start, long count, void* result)
    {
        var y = (float*)result;
        philox.Fill(start, count, (uint*)result);
        for (long i = 0; i < count; i++) y[i] = (((uint*)result)[i] >> 8) * (1f / (1 << 24));
    }

    static void FillUniformDouble(Philox philox, long start, long count, void* result)
    {
        uint* words = stackalloc uint[256];
        for (long done = 0; done < count; done += 128)
        {
            long n = Math.Min(128, count - done);
            philox.Fill(2 * (start + done), 2 * n, words);
            for (long i = 0; i < n; i++) ((double*)result)[done + i] = Double(words + 2 * i);
        }
    }

    static double Double(uint* words) => ((((ulong)words[0] << 32) | words[1]) >> 11) * (1.0 / (1L << 53));

    static void FillNormal(Philox philox, long start, long count, void* result)
    {
        uint* words = stackalloc uint[256];
        for (long done = 0; done < count; done += 128)
        {
            long n = Math.Min(128, count - done);
            philox.Fill(2 * (start + done), 2 * n, words);
            for (long i = 0; i < n; i++)
            {
                float u = (words[2 * i] >> 8) * (1f / (1 << 24)), v = (words[2 * i + 1] >> 8) * (1f / (1 << 24));
                ((float*)result)[done + i] = MathF.Sqrt(-2 * MathF.Log(1 - u)) * MathF.Cos(v * (float)(2 * Math.PI));
            }
        }
    }

    static void FillNormalDouble(Philox philox, long start, long count, void* result)
    {
        uint* words = stackalloc uint[256];
        for (long done = 0; done < count; done += 64)
        {
            long n = Math.Min(64, count - done);
            philox.Fill(4 * (start + done), 4 * n, words);
            for (long i = 0; i < n; i++) ((double*)result)[done + i] = Math.Sqrt(-2 * Math.Log(1 - Double(words + 4 * i))) * Math.Cos(2 * Math.PI * Double(words + 4 * i + 2));
        }
    }
}

/// <summary>Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", 2011).</summary>
readonly struct Philox(ulong seed, ulong draw)
{
    const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57, Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    /// <summary>Words [start, start + count) of the draw.</summary>
    public unsafe void Fill(long start, long count, uint* words)
    {
        uint* block = stackalloc uint[4];
        long i = 0;
        while (i < count)
        {
            int within = (int)((start + i) & 3);
            if (within == 0 && count - i >= 4)
            {
                Block((ulong)(start + i) >> 2, words + i);
                i += 4;
                continue;
            }
            Block((ulong)(start + i) >> 2, block);
            for (; within < 4 && i < count; within++, i++) words[i] = block[within];
        }
    }

    /// <summary>The four words of one counter.</summary>
    unsafe void Block(ulong counter, uint* words)
    {
        uint c0 = (uint)counter, c1 = (uint)(counter >> 32), c2 = (uint)draw, c3 = (uint)(draw >> 32), k0 = (uint)seed, k1 = (uint)(seed >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = (ulong)Multiplier0 * c0, p1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += Weyl0;
            k1 += Weyl1;
        }
        (words[0], words[1], words[2], words[3]) = (c0, c1, c2, c3);
    }
}
