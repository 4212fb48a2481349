using System.Numerics;

namespace Tauten.Cpu;

/// <summary>Transforms of contiguous rows, of any length, by the method of their plan.</summary>
internal static unsafe class RowTransform<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Rows of this many points or more are shared by the threads one by one.</summary>
    public const long SharedLength = 1 << 15;

    /// <summary>About how long a point takes, in nanoseconds.</summary>
    public const double Nanoseconds = 3;

    /// <summary>Rows by way of panels: a group of as many rows as a vector has lanes.</summary>
    struct Panels : IChunks
    {
        public FourierPlan<T> Plan;
        public T* Xr, Xi, Yr, Yi;
        public long Rows;
        public double Factor;

        public void Run(int chunk)
        {
            nint n = (nint)Plan.Length, size = n * V.Count, first = (nint)chunk * V.Count, rows = (nint)Math.Min(V.Count, Rows - first);
            using var scratch = Scratch.Take((2 * size + PanelTransform<V, T>.ScratchSize(Plan)) * sizeof(T));
            T* re = (T*)scratch.Pointer, im = re + size;
            PanelTransform<V, T>.Turn(Xr + first * n, n, rows, n, re);
            PanelTransform<V, T>.Turn(Xi + first * n, n, rows, n, im);
            PanelTransform<V, T>.Run(Plan, re, im, V.Count, re, im, V.Count, im + size);
            if (Factor != 1) PanelTransform<V, T>.Scale(re, 2 * size, T.CreateTruncating(Factor));
            PanelTransform<V, T>.TurnBack(re, n, Yr + first * n, n, rows);
            PanelTransform<V, T>.TurnBack(im, n, Yi + first * n, n, rows);
        }
    }

    /// <summary>Rows one by one.</summary>
    struct Singles : IChunks
    {
        public FourierPlan<T> Plan;
        public T* Xr, Xi, Yr, Yi;
        public long Rows, PerChunk;
        public double Factor;

        public void Run(int chunk)
        {
            nint n = (nint)Plan.Length;
            long end = Math.Min(Rows, (chunk + 1) * PerChunk);
            using var scratch = Scratch.Take(ScratchSize(Plan) * sizeof(T));
            for (nint row = (nint)(chunk * PerChunk); row < end; row++)
                One(Plan, Xr + row * n, Xi + row * n, Yr + row * n, Yi + row * n, Factor, (T*)scratch.Pointer);
        }
    }

    /// <summary>Columns of a split row, then its rows, each as chunks.</summary>
    struct Columns : IChunks
    {
        public FourierPlan<T> Plan;
        public T* Xr, Xi, Zr, Zi;
        public double Factor;

        public void Run(int chunk)
        {
            using var scratch = Scratch.Take(PartSize(Plan) * sizeof(T));
            Column(Plan, chunk, Xr, Xi, Zr, Zi, Factor, (T*)scratch.Pointer);
        }
    }

    struct SplitRows : IChunks
    {
        public FourierPlan<T> Plan;
        public T* Zr, Zi, Yr, Yi;

        public void Run(int chunk)
        {
            using var scratch = Scratch.Take(PartSize(Plan) * sizeof(T));
            Row(Plan, chunk, Zr, Zi, Yr, Yi, (T*)scratch.Pointer);
        }
    }

    /// <summary>Transforms rows that lie one behind the other, times a factor. The result must not overwrite the input.</summary>
    public static void Run(FourierPlan<T> plan, T* xr, T* xi, T* yr, T* yi, long rows, double factor)
    {
        double work = Nanoseconds * rows * plan.Length;
        if (plan.Method == FourierMethod.Panel)
        {
            var panels = new Panels { Plan = plan, Xr = xr, Xi = xi, Yr = yr, Yi = yi, Rows = rows, Factor = factor };
            Workers.For((int)((rows + V.Count - 1) / V.Count), work, ref panels);
        }
        else if (plan.Method == FourierMethod.Split && plan.Length >= SharedLength)
        {
            nint n = (nint)plan.Length;
            for (nint row = 0; row < rows; row++) Shared(plan, xr + row * n, xi + row * n, yr + row * n, yi + row * n, factor);
        }
        else
        {
            long perChunk = Math.Max(1, 8192 / plan.Length);
            var singles = new Singles { Plan = plan, Xr = xr, Xi = xi, Yr = yr, Yi = yi, Rows = rows, PerChunk = perChunk, Factor = factor };
            Workers.For((int)((rows + perChunk - 1) / perChunk), work, ref singles);
        }
    }

    /// <summary>One long row on all threads.</summary>
    static void Shared(FourierPlan<T> plan, T* xr, T* xi, T* yr, T* yi, double factor)
    {
        long size = TurnedSize(plan);
        using var scratch = Scratch.Take(2 * size * sizeof(T));
        T* zr = (T*)scratch.Pointer, zi = zr + size;
        double work = Nanoseconds / 2 * plan.Length;
        var columns = new Columns { Plan = plan, Xr = xr, Xi = xi, Zr = zr, Zi = zi, Factor = factor };
        Workers.For(Pieces(plan.Outer!), work, ref columns);
        var rows = new SplitRows { Plan = plan, Zr = zr, Zi = zi, Yr = yr, Yi = yi };
        Workers.For(Pieces(plan.Inner!), work, ref rows);
    }

    /// <summary>How many vectors side by side a length has.</summary>
    static int Pieces(FourierPlan<T> plan) => (int)((plan.Length + V.Count - 1) / V.Count);

    /// <summary>Elements of each part of a split row between its two steps.</summary>
    static long TurnedSize(FourierPlan<T> plan) => plan.Outer!.Length * ((plan.Inner!.Length + FourierPlan<T>.Padding - 1) / FourierPlan<T>.Padding * FourierPlan<T>.Padding);

    /// <summary>Elements of temporary memory that one piece of a split row needs.</summary>
    static long PartSize(FourierPlan<T> plan)
    {
        var longer = plan.Inner!.Length > plan.Outer!.Length ? plan.Inner : plan.Outer;
        return 2 * longer.Length * V.Count + PanelTransform<V, T>.ScratchSize(longer);
    }

    /// <summary>Elements of temporary memory that <see cref="One"/> needs.</summary>
    public static long ScratchSize(FourierPlan<T> plan) => plan.Method switch
    {
        FourierMethod.Split => 2 * TurnedSize(plan) + PartSize(plan),
        FourierMethod.Chirp => 4 * plan.Inner!.Length + ScratchSize(plan.Inner),
        _ => 2 * plan.Length * V.Count + PanelTransform<V, T>.ScratchSize(plan),
    };

    /// <summary>One row on this thread, times a factor. The result must not overwrite the input.</summary>
    public static void One(FourierPlan<T> plan, T* xr, T* xi, T* yr, T* yi, double factor, T* scratch)
    {
        switch (plan.Method)
        {
            case FourierMethod.Split:
                long size = TurnedSize(plan);
                T* zr = scratch, zi = zr + size, rest = zi + size;
                for (int i = 0; i < Pieces(plan.Outer!); i++) Column(plan, i, xr, xi, zr, zi, factor, rest);
                for (int i = 0; i < Pieces(plan.Inner!); i++) Row(plan, i, zr, zi, yr, yi, rest);
                break;
            case FourierMethod.Chirp:
                Chirp(plan, xr, xi, yr, yi, factor, scratch);
                break;
            default:
                nint n = (nint)plan.Length;
                T* re = scratch, im = re + n * V.Count;
                PanelTransform<V, T>.Gather(xr, 1, n, 1, re);
                PanelTransform<V, T>.Gather(xi, 1, n, 1, im);
                PanelTransform<V, T>.Run(plan, re, im, V.Count, re, im, V.Count, im + n * V.Count);
                PanelTransform<V, T>.Spread(re, n, 1, yr, 1);
                PanelTransform<V, T>.Spread(im, n, 1, yi, 1);
                if (factor == 1) break;
                PanelTransform<V, T>.Scale(yr, n, T.CreateTruncating(factor));
                PanelTransform<V, T>.Scale(yi, n, T.CreateTruncating(factor));
                break;
        }
    }

    /// <summary>A vector of neighbouring columns: transformed, turned by the roots of unity between the steps, and written as rows of the turned matrix.</summary>
    static void Column(FourierPlan<T> plan, int piece, T* xr, T* xi, T* zr, T* zi, double factor, T* scratch)
    {
        nint rows = (nint)plan.Inner!.Length, columns = (nint)plan.Outer!.Length, first = (nint)piece * V.Count, lanes = (nint)Math.Min(V.Count, columns - first);
        nint stride = (nint)(TurnedSize(plan) / columns), size = rows * V.Count;
        T* re = scratch, im = re + size;
        if (lanes == V.Count) PanelTransform<V, T>.Run(plan.Inner, xr + first, xi + first, columns, re, im, V.Count, im + size);
        else
        {
            PanelTransform<V, T>.Gather(xr + first, columns, rows, lanes, re);
            PanelTransform<V, T>.Gather(xi + first, columns, rows, lanes, im);
            PanelTransform<V, T>.Run(plan.Inner, re, im, V.Count, re, im, V.Count, im + size);
        }
        fixed (T* wr = plan.ChirpReal, wi = plan.ChirpImaginary)
            PanelTransform<V, T>.Rotate(re, im, wr + first, wi + first, (nint)plan.RowStride, rows, T.CreateTruncating(factor));
        PanelTransform<V, T>.TurnBack(re, rows, zr + first * stride, stride, lanes);
        PanelTransform<V, T>.TurnBack(im, rows, zi + first * stride, stride, lanes);
    }

    /// <summary>A vector of neighbouring rows, which lie as columns now: transformed into their places in the result.</summary>
    static void Row(FourierPlan<T> plan, int piece, T* zr, T* zi, T* yr, T* yi, T* scratch)
    {
        nint rows = (nint)plan.Inner!.Length, columns = (nint)plan.Outer!.Length, first = (nint)piece * V.Count, lanes = (nint)Math.Min(V.Count, rows - first);
        nint stride = (nint)(TurnedSize(plan) / columns), size = columns * V.Count;
        T* re = scratch, im = re + size;
        if (lanes == V.Count)
        {
            PanelTransform<V, T>.Run(plan.Outer, zr + first, zi + first, stride, yr + first, yi + first, rows, im + size);
            return;
        }
        PanelTransform<V, T>.Gather(zr + first, stride, columns, lanes, re);
        PanelTransform<V, T>.Gather(zi + first, stride, columns, lanes, im);
        PanelTransform<V, T>.Run(plan.Outer, re, im, V.Count, re, im, V.Count, im + size);
        PanelTransform<V, T>.Spread(re, columns, lanes, yr + first, rows);
        PanelTransform<V, T>.Spread(im, columns, lanes, yi + first, rows);
    }

    /// <summary>y[k] = c[k] sum over j of x[j] c[j] / c[k - j] with c[j] = exp(-i pi j^2 / n): a convolution (Bluestein, 1970).</summary>
    static void Chirp(FourierPlan<T> plan, T* xr, T* xi, T* yr, T* yi, double factor, T* scratch)
    {
        var inner = plan.Inner!;
        nint n = (nint)plan.Length, size = (nint)inner.Length;
        T* ar = scratch, ai = ar + size, br = ai + size, bi = br + size, rest = bi + size;
        fixed (T* cr = plan.ChirpReal, ci = plan.ChirpImaginary, sr = plan.SpectrumReal, si = plan.SpectrumImaginary)
        {
            PanelTransform<V, T>.Multiply(xr, xi, cr, ci, ar, ai, n);
            new Span<T>(ar + n, (int)(size - n)).Clear();
            new Span<T>(ai + n, (int)(size - n)).Clear();
            One(inner, ar, ai, br, bi, 1, rest);
            PanelTransform<V, T>.Multiply(br, bi, sr, si, br, bi, size);
            One(inner, bi, br, ai, ar, factor, rest);
            PanelTransform<V, T>.Multiply(ar, ai, cr, ci, yr, yi, n);
        }
    }
}
