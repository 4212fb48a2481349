using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>What joins two elements of a reduction into one.</summary>
internal interface IReduction
{
    /// <summary>The operation, lane by lane.</summary>
    static abstract V Combine<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged;

    /// <summary>The value that changes nothing.</summary>
    static abstract V Identity<V, T>() where V : unmanaged, ISimd<V, T> where T : unmanaged;

    /// <summary>Whether integers are reduced as 64-bit numbers.</summary>
    static abstract bool WidensIntegers { get; }
}

/// <summary>The two inner loops of a reduction and what the driver has to know about them.</summary>
internal unsafe struct ReductionKernel
{
    /// <summary>Joins n contiguous elements into one: (x, n, result).</summary>
    public delegate*<byte*, nint, byte*, void> Row;

    /// <summary>Joins rows of n elements into n: (accumulators, x, bytes between rows, rows, n).</summary>
    public delegate*<byte*, byte*, nint, nint, nint, void> Columns;

    /// <summary>Bytes per element.</summary>
    public int Width;

    /// <summary>The bits of the value that changes nothing.</summary>
    public ulong Identity;

    /// <summary>The kernel for the current instruction level.</summary>
    public static ReductionKernel Of<R, T>() where R : struct, IReduction where T : unmanaged
    {
        var identity = R.Identity<V128<T>, T>();
        var kernel = new ReductionKernel { Width = sizeof(T), Identity = *(ulong*)&identity };
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512:
                kernel.Row = &ReductionLoops<R, V512<T>, T>.Row;
                kernel.Columns = &ReductionLoops<R, V512<T>, T>.Columns;
                break;
            case InstructionLevel.Avx2:
                kernel.Row = &ReductionLoops<R, V256<T>, T>.Row;
                kernel.Columns = &ReductionLoops<R, V256<T>, T>.Columns;
                break;
            default:
                kernel.Row = &ReductionLoops<R, V128<T>, T>.Row;
                kernel.Columns = &ReductionLoops<R, V128<T>, T>.Columns;
                break;
        }
        return kernel;
    }
}

/// <summary>
/// The inner loops. Elements are dealt over 256 bytes of accumulators whatever the width of the vectors, and those are joined in one fixed order:
/// a sum has the same bits at every instruction level.
/// </summary>
internal static unsafe class ReductionLoops<R, V, T> where R : struct, IReduction where V : unmanaged, ISimd<V, T> where T : unmanaged
{
    /// <summary>Accumulators side by side.</summary>
    private static int Wide
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 256 / sizeof(T);
    }

    /// <summary>See <see cref="ReductionKernel.Row"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Row(byte* source, nint n, byte* result)
    {
        T* x = (T*)source;
        if (n < 16)
        {
            var one = R.Identity<V128<T>, T>();
            for (nint i = 0; i < n; i++) one = R.Combine<V128<T>, T>(one, V128<T>.Create(x[i]));
            *(T*)result = *(T*)&one;
            return;
        }
        nint whole = n - n % Wide;
        byte* memory = stackalloc byte[512 + 64];
        // On line boundaries: what is stored and read again at once must not straddle two.
        T* sums = (T*)(((nint)memory + 63) & ~63);
        byte* padded = (byte*)sums + 256;
        if (whole != n)
        {
            for (int i = 0; i < Wide; i += V.Count) R.Identity<V, T>().Store((T*)padded + i);
            Unsafe.CopyBlockUnaligned(padded, x + whole, (uint)((n - whole) * sizeof(T)));
        }
        var last = R.Identity<V, T>();
        // Four registers at a time; narrower vectors walk the elements, which are in L1 then, two or four times.
        for (int g = 0; g < Wide; g += 4 * V.Count)
        {
            V a = R.Identity<V, T>(), b = a, c = a, d = a;
            nint i = g;
            // Four that would meet an accumulator one after the other are joined pairwise first: a quarter of the steps that add up errors. They are read in
            // the order of memory, which is what the processor reads ahead.
            for (; i + 3 * Wide < whole; i += 4 * Wide)
            {
                Pairs(x + i, out V a0, out V b0, out V c0, out V d0);
                Pairs(x + i + 2 * Wide, out V a1, out V b1, out V c1, out V d1);
                a = R.Combine<V, T>(a, R.Combine<V, T>(a0, a1));
                b = R.Combine<V, T>(b, R.Combine<V, T>(b0, b1));
                c = R.Combine<V, T>(c, R.Combine<V, T>(c0, c1));
                d = R.Combine<V, T>(d, R.Combine<V, T>(d0, d1));
            }
            for (; i < whole; i += Wide)
            {
                a = R.Combine<V, T>(a, V.Load(x + i));
                b = R.Combine<V, T>(b, V.Load(x + i + V.Count));
                c = R.Combine<V, T>(c, V.Load(x + i + 2 * V.Count));
                d = R.Combine<V, T>(d, V.Load(x + i + 3 * V.Count));
            }
            if (whole != n)
            {
                T* rest = (T*)padded + g;
                a = R.Combine<V, T>(a, V.Load(rest));
                b = R.Combine<V, T>(b, V.Load(rest + V.Count));
                c = R.Combine<V, T>(c, V.Load(rest + 2 * V.Count));
                d = R.Combine<V, T>(d, V.Load(rest + 3 * V.Count));
            }
            if (4 * V.Count == Wide)
            {
                last = R.Combine<V, T>(R.Combine<V, T>(a, c), R.Combine<V, T>(b, d));
                break;
            }
            a.Store(sums + g);
            b.Store(sums + g + V.Count);
            c.Store(sums + g + 2 * V.Count);
            d.Store(sums + g + 3 * V.Count);
        }
        // Halves onto each other: first whole vectors, then within one.
        int width = Wide / 2;
        if (4 * V.Count == Wide) width = V.Count / 2;
        else
        {
            for (; width >= V.Count; width /= 2)
                for (int i = 0; i < width; i += V.Count) R.Combine<V, T>(V.Load(sums + i), V.Load(sums + i + width)).Store(sums + i);
            last = V.Load(sums);
        }
        if (sizeof(T) >= 4)
        {
            if (V.Count == 16) last = R.Combine<V, T>(last, V.Exchange(last, 8));
            if (V.Count >= 8) last = R.Combine<V, T>(last, V.Exchange(last, 4));
            if (V.Count >= 4) last = R.Combine<V, T>(last, V.Exchange(last, 2));
            last = R.Combine<V, T>(last, V.Exchange(last, 1));
        }
        else
        {
            last.Store(sums);
            for (; width >= 1; width /= 2)
            {
                last = R.Combine<V, T>(last, V.Load(sums + width));
                last.Store(sums);
            }
        }
        *(T*)result = *(T*)&last;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Pairs(T* p, out V a, out V b, out V c, out V d)
        {
            V a0 = V.Load(p), b0 = V.Load(p + V.Count), c0 = V.Load(p + 2 * V.Count), d0 = V.Load(p + 3 * V.Count);
            p += Wide;
            a = R.Combine<V, T>(a0, V.Load(p));
            b = R.Combine<V, T>(b0, V.Load(p + V.Count));
            c = R.Combine<V, T>(c0, V.Load(p + 2 * V.Count));
            d = R.Combine<V, T>(d0, V.Load(p + 3 * V.Count));
        }
    }

    /// <summary>See <see cref="ReductionKernel.Columns"/>. Four rows are joined pairwise before they reach the accumulator: less traffic and less error.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Columns(byte* accumulators, byte* source, nint rowBytes, nint rows, nint n)
    {
        T* sums = (T*)accumulators;
        nint r = 0;
        for (; r + 4 <= rows; r += 4, source += 4 * rowBytes)
        {
            T* x0 = (T*)source, x1 = (T*)(source + rowBytes), x2 = (T*)(source + 2 * rowBytes), x3 = (T*)(source + 3 * rowBytes);
            nint i = 0;
            for (; i + V.Count <= n; i += V.Count)
            {
                var pairs = R.Combine<V, T>(R.Combine<V, T>(V.Load(x0 + i), V.Load(x1 + i)), R.Combine<V, T>(V.Load(x2 + i), V.Load(x3 + i)));
                R.Combine<V, T>(V.Load(sums + i), pairs).Store(sums + i);
            }
            for (; i < n; i++)
            {
                var pairs = R.Combine<V128<T>, T>(
                    R.Combine<V128<T>, T>(V128<T>.Create(x0[i]), V128<T>.Create(x1[i])), R.Combine<V128<T>, T>(V128<T>.Create(x2[i]), V128<T>.Create(x3[i])));
                var sum = R.Combine<V128<T>, T>(V128<T>.Create(sums[i]), pairs);
                sums[i] = *(T*)&sum;
            }
        }
        for (; r < rows; r++, source += rowBytes)
        {
            T* x = (T*)source;
            nint i = 0;
            for (; i + V.Count <= n; i += V.Count) R.Combine<V, T>(V.Load(sums + i), V.Load(x + i)).Store(sums + i);
            for (; i < n; i++)
            {
                var sum = R.Combine<V128<T>, T>(V128<T>.Create(sums[i]), V128<T>.Create(x[i]));
                sums[i] = *(T*)&sum;
            }
        }
    }
}
