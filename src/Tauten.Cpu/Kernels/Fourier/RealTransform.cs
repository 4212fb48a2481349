using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Transforms of real rows of even length n, and back: the elements at even and odd places are the parts of n / 2 complex numbers, and the spectrum of those is
/// disentangled (Cooley, Lewis, Welch, 1970).
/// </summary>
internal static unsafe class RealTransform<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged, IFloatingPointIeee754<T>
{
    struct Rows : IChunks
    {
        public FourierPlan<T> Plan;
        public FourierRoots<T> Roots;
        public T* X, Re, Im;
        public long Count, PerChunk;
        public double Factor;
        public bool IsInverse;

        public void Run(int chunk)
        {
            nint half = (nint)Plan.Length, points = 2 * half, bins = half + 1;
            fixed (T* wr = Roots.Real, wi = Roots.Imaginary)
            {
                if (Plan.Method == FourierMethod.Panel)
                {
                    nint first = (nint)(chunk * PerChunk), rows = (nint)Math.Min(PerChunk, Count - first);
                    if (IsInverse) InversePanel(Re + first * bins, Im + first * bins, rows, X + first * points, wr, wi);
                    else ForwardPanel(X + first * points, rows, Re + first * bins, Im + first * bins, wr, wi);
                    return;
                }
                long end = Math.Min(Count, (chunk + 1) * PerChunk);
                using var scratch = Scratch.Take((4 * half + RowTransform<V, T>.ScratchSize(Plan)) * sizeof(T));
                T* ar = (T*)scratch.Pointer, ai = ar + half, br = ai + half, bi = br + half, rest = bi + half;
                for (nint row = (nint)(chunk * PerChunk); row < end; row++)
                {
                    T* x = X + row * points, re = Re + row * bins, im = Im + row * bins;
                    if (IsInverse)
                    {
                        Entangle(re, im, wr, wi, ar, ai, half, 0, half);
                        RowTransform<V, T>.One(Plan, ai, ar, bi, br, Factor, rest);
                        Join(br, bi, x, 0, half);
                    }
                    else
                    {
                        Part(x, ar, ai, 0, half);
                        RowTransform<V, T>.One(Plan, ar, ai, br, bi, Factor, rest);
                        Disentangle(br, bi, wr, wi, re, im, half, 0, half);
                    }
                }
            }
        }

        readonly void ForwardPanel(T* x, nint rows, T* re, T* im, T* wr, T* wi)
        {
            nint half = (nint)Plan.Length, size = (half + 1) * V.Count;
            using var scratch = Scratch.Take((4 * size + PanelTransform<V, T>.ScratchSize(Plan)) * sizeof(T));
            T* turned = (T*)scratch.Pointer, ar = turned + 2 * size, ai = ar + size, rest = ai + size;
            PanelTransform<V, T>.Turn(x, 2 * half, rows, 2 * half, turned);
            PanelTransform<V, T>.Run(Plan, turned, turned + V.Count, 2 * V.Count, ar, ai, V.Count, rest);
            T* yr = turned, yi = turned + size;
            V two = V.Number(0.5), scale = V.Create(T.CreateTruncating(Factor));
            V firstR = V.Load(ar), firstI = V.Load(ai);
            ((firstR + firstI) * scale).Store(yr);
            ((firstR - firstI) * scale).Store(yr + half * V.Count);
            V.Number(0).Store(yi);
            V.Number(0).Store(yi + half * V.Count);
            scale *= two;
            for (nint k = 1; k < half; k++)
            {
                nint a = k * V.Count, b = (half - k) * V.Count;
                V zr = V.Load(ar + a), zi = V.Load(ai + a), yrr = V.Load(ar + b), yii = V.Load(ai + b);
                V er = zr + yrr, ei = zi - yii, or = zi + yii, oi = yrr - zr, c = V.Create(wr[k]), s = V.Create(wi[k]);
                (V.MultiplyAdd(-oi, s, V.MultiplyAdd(or, c, er)) * scale).Store(yr + a);
                (V.MultiplyAdd(or, s, V.MultiplyAdd(oi, c, ei)) * scale).Store(yi + a);
            }
            PanelTransform<V, T>.TurnBack(yr, half + 1, re, half + 1, rows);
            PanelTransform<V, T>.TurnBack(yi, half + 1, im, half + 1, rows);
        }

        readonly void InversePanel(T* re, T* im, nint rows, T* x, T* wr, T* wi)
        {
            nint half = (nint)Plan.Length, size = (half + 1) * V.Count;
            using var scratch = Scratch.Take((4 * size + PanelTransform<V, T>.ScratchSize(Plan)) * sizeof(T));
            T* yr = (T*)scratch.Pointer, yi = yr + size, ar = yi + size, ai = ar + size, rest = ai + size, turned = yr;
            PanelTransform<V, T>.Turn(re, half + 1, rows, half + 1, yr);
            PanelTransform<V, T>.Turn(im, half + 1, rows, half + 1, yi);
            V scale = V.Create(T.CreateTruncating(Factor));
            V lowest = V.Load(yr), highest = V.Load(yr + half * V.Count);
            ((lowest + highest) * scale).Store(ar);
            ((lowest - highest) * scale).Store(ai);
            for (nint k = 1; k < half; k++)
            {
                nint a = k * V.Count, b = (half - k) * V.Count;
                V pr = V.Load(yr + a), pi = V.Load(yi + a), qr = V.Load(yr + b), qi = V.Load(yi + b);
                V er = pr + qr, ei = pi - qi, dr = pr - qr, di = pi + qi, c = V.Create(wr[k]), s = V.Create(wi[k]);
                // The odd part is (p - conj q) / w, and i times it is added.
                V or = V.MultiplyAdd(di, s, dr * c), oi = V.MultiplyAdd(-dr, s, di * c);
                ((er - oi) * scale).Store(ar + a);
                ((ei + or) * scale).Store(ai + a);
            }
            PanelTransform<V, T>.Run(Plan, ai, ar, V.Count, turned + V.Count, turned, 2 * V.Count, rest);
            PanelTransform<V, T>.TurnBack(turned, 2 * half, x, 2 * half, rows);
        }
    }

    /// <summary>
    /// Rows of n real numbers to n / 2 + 1 complex ones, times a factor; or back from such rows, as the first half of a spectrum that is conjugate to itself. Imaginary
    /// parts at both of its ends are not read then.
    /// </summary>
    public static void Run(long n, T* x, T* re, T* im, long rows, double factor, bool isInverse)
    {
        long half = n / 2;
        var plan = FourierPlan<T>.Of(half);
        var roots = FourierRoots<T>.Of(n);
        if (plan.Method == FourierMethod.Split && half >= RowTransform<V, T>.SharedLength)
        {
            for (long row = 0; row < rows; row++) Shared(plan, roots, x + row * n, re + row * (half + 1), im + row * (half + 1), factor, isInverse);
            return;
        }
        long perChunk = plan.Method == FourierMethod.Panel ? V.Count : Math.Max(1, 8192 / half);
        var body = new Rows { Plan = plan, Roots = roots, X = x, Re = re, Im = im, Count = rows, PerChunk = perChunk, Factor = factor, IsInverse = isInverse };
        Workers.For((int)((rows + perChunk - 1) / perChunk), RowTransform<V, T>.Nanoseconds / 2 * rows * n, ref body);
    }

    /// <summary>What is done to a stretch of a long row before its transform and behind it.</summary>
    enum Step
    {
        Part,
        Disentangle,
        Entangle,
        Join,
    }

    struct Stretches : IChunks
    {
        public const long Length = 1 << 13;
        public Step Step;
        public FourierRoots<T> Roots;
        public T* X, Ar, Ai, Br, Bi;
        public long Half;

        public void Run(int chunk)
        {
            nint start = (nint)(chunk * Length), end = (nint)Math.Min(Half, start + Length), half = (nint)Half;
            fixed (T* wr = Roots.Real, wi = Roots.Imaginary)
                switch (Step)
                {
                    case Step.Part: Part(X, Ar, Ai, start, end); break;
                    case Step.Disentangle: Disentangle(Ar, Ai, wr, wi, Br, Bi, half, start, end); break;
                    case Step.Entangle: Entangle(Ar, Ai, wr, wi, Br, Bi, half, start, end); break;
                    default: Join(Ar, Ai, X, start, end); break;
                }
        }
    }

    /// <summary>One long row on all threads.</summary>
    static void Shared(FourierPlan<T> plan, FourierRoots<T> roots, T* x, T* re, T* im, double factor, bool isInverse)
    {
        long half = plan.Length;
        using var scratch = Scratch.Take(4 * half * sizeof(T));
        T* ar = (T*)scratch.Pointer, ai = ar + half, br = ai + half, bi = br + half;
        if (isInverse)
        {
            Each(Step.Entangle, null, re, im, ar, ai);
            RowTransform<V, T>.Run(plan, ai, ar, bi, br, 1, factor);
            Each(Step.Join, x, br, bi, null, null);
        }
        else
        {
            Each(Step.Part, x, ar, ai, null, null);
            RowTransform<V, T>.Run(plan, ar, ai, br, bi, 1, factor);
            Each(Step.Disentangle, null, br, bi, re, im);
        }

        void Each(Step step, T* x, T* ar, T* ai, T* br, T* bi)
        {
            var body = new Stretches { Step = step, Roots = roots, X = x, Ar = ar, Ai = ai, Br = br, Bi = bi, Half = half };
            Workers.For((int)((half + Stretches.Length - 1) / Stretches.Length), half, ref body);
        }
    }

    /// <summary>Even and odd places apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Part(T* x, T* even, T* odd, nint start, nint end)
    {
        nint i = start, unit = 16 / sizeof(T);
        for (; i <= end - V.Count; i += V.Count)
        {
            V a = V.LoadLanes(x + 2 * i, 2 * unit), b = V.LoadLanes(x + 2 * i + unit, 2 * unit);
            if (sizeof(T) == 4)
            {
                V low = V.InterleaveLow(a, b, 4), high = V.InterleaveHigh(a, b, 4);
                V.InterleaveLow(low, high, 4).Store(even + i);
                V.InterleaveHigh(low, high, 4).Store(odd + i);
            }
            else
            {
                V.InterleaveLow(a, b, 8).Store(even + i);
                V.InterleaveHigh(a, b, 8).Store(odd + i);
            }
        }
        for (; i < end; i++) (even[i], odd[i]) = (x[2 * i], x[2 * i + 1]);
    }

    /// <summary>Even and odd places together.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Join(T* even, T* odd, T* x, nint start, nint end)
    {
        nint i = start, unit = 16 / sizeof(T);
        for (; i <= end - V.Count; i += V.Count)
        {
            V a = V.Load(even + i), b = V.Load(odd + i);
            V.StoreLanes(V.InterleaveLow(a, b, sizeof(T)), x + 2 * i, 2 * unit);
            V.StoreLanes(V.InterleaveHigh(a, b, sizeof(T)), x + 2 * i + unit, 2 * unit);
        }
        for (; i < end; i++) (x[2 * i], x[2 * i + 1]) = (even[i], odd[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Reversed(T* source)
    {
        V v = V.Load(source);
        if (V.Count > 8) v = V.Exchange(v, 8);
        if (V.Count > 4) v = V.Exchange(v, 4);
        if (V.Count > 2) v = V.Exchange(v, 2);
        return V.Exchange(v, 1);
    }

    /// <summary>A stretch of the spectrum of a real row, from that of its even and odd places as parts of complex numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Disentangle(T* zr, T* zi, T* wr, T* wi, T* re, T* im, nint half, nint start, nint end)
    {
        if (start == 0)
        {
            (re[0], im[0]) = (zr[0] + zi[0], T.Zero);
            (re[half], im[half]) = (zr[0] - zi[0], T.Zero);
        }
        V two = V.Number(0.5);
        T scalar = T.CreateTruncating(0.5);
        nint k = Math.Max(1, start);
        for (; k <= end - V.Count; k += V.Count)
        {
            V pr = V.Load(zr + k), pi = V.Load(zi + k), qr = Reversed(zr + half - k - V.Count + 1), qi = Reversed(zi + half - k - V.Count + 1);
            V er = pr + qr, ei = pi - qi, or = pi + qi, oi = qr - pr, c = V.Load(wr + k), s = V.Load(wi + k);
            (V.MultiplyAdd(-oi, s, V.MultiplyAdd(or, c, er)) * two).Store(re + k);
            (V.MultiplyAdd(or, s, V.MultiplyAdd(oi, c, ei)) * two).Store(im + k);
        }
        for (; k < end; k++)
        {
            T pr = zr[k], pi = zi[k], qr = zr[half - k], qi = zi[half - k], er = pr + qr, ei = pi - qi, or = pi + qi, oi = qr - pr;
            re[k] = (er + or * wr[k] - oi * wi[k]) * scalar;
            im[k] = (ei + oi * wr[k] + or * wi[k]) * scalar;
        }
    }

    /// <summary>The inverse of <see cref="Disentangle"/>, times 2. Imaginary parts at both ends are not read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Entangle(T* re, T* im, T* wr, T* wi, T* zr, T* zi, nint half, nint start, nint end)
    {
        if (start == 0) (zr[0], zi[0]) = (re[0] + re[half], re[0] - re[half]);
        nint k = Math.Max(1, start);
        for (; k <= end - V.Count; k += V.Count)
        {
            V pr = V.Load(re + k), pi = V.Load(im + k), qr = Reversed(re + half - k - V.Count + 1), qi = Reversed(im + half - k - V.Count + 1);
            V er = pr + qr, ei = pi - qi, dr = pr - qr, di = pi + qi, c = V.Load(wr + k), s = V.Load(wi + k);
            V or = V.MultiplyAdd(di, s, dr * c), oi = V.MultiplyAdd(-dr, s, di * c);
            (er - oi).Store(zr + k);
            (ei + or).Store(zi + k);
        }
        for (; k < end; k++)
        {
            T pr = re[k], pi = im[k], qr = re[half - k], qi = im[half - k], er = pr + qr, ei = pi - qi, dr = pr - qr, di = pi + qi;
            T or = dr * wr[k] + di * wi[k], oi = di * wr[k] - dr * wi[k];
            (zr[k], zi[k]) = (er - oi, ei + or);
        }
    }
}
