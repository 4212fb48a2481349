using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Transforms side by side: a panel has a vector for each point, and every lane is a transform of its own. Real and imaginary parts lie apart.
/// </summary>
internal static unsafe class PanelTransform<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Elements of temporary memory that <see cref="Run"/> needs.</summary>
    public static long ScratchSize(FourierPlan<T> plan) => 4 * plan.Length * V.Count;

    /// <summary>Transforms a panel. The result may overwrite the input. Strides in elements, from point to point.</summary>
    public static void Run(FourierPlan<T> plan, T* xr, T* xi, nint xs, T* yr, T* yi, nint ys, T* scratch)
    {
        int stages = plan.Radices.Length;
        nint n = (nint)plan.Length, size = n * V.Count, m = 1;
        if (stages == 0)
        {
            V.Load(xr).Store(yr);
            V.Load(xi).Store(yi);
            return;
        }
        fixed (T* twiddles = plan.Twiddles, primes = plan.PrimeRoots)
        {
            T* w = twiddles, roots = primes;
            for (int stage = 0; stage < stages; stage++)
            {
                int radix = plan.Radices[stage];
                nint l = n / (m * radix);
                bool isLast = stage == stages - 1;
                T* next = scratch + (stage % 2 == 0 ? 0 : 2 * size);
                T* zr = isLast ? yr : next, zi = isLast ? yi : next + size;
                nint zs = isLast ? ys : V.Count;
                if (m == 1) Stage<Butterflies<V, T>.Plain>(radix, xr, xi, xs, zr, zi, zs, m, l, w, roots);
                else Stage<Butterflies<V, T>.Turns>(radix, xr, xi, xs, zr, zi, zs, m, l, w, roots);
                if (m > 1) w += m * (radix - 1) * 2;
                if (radix is not (2 or 3 or 4 or 5 or 8)) roots += 2 * radix;
                xr = zr;
                xi = zi;
                xs = zs;
                m *= radix;
            }
        }
    }

    static void Stage<TTurn>(int radix, T* xr, T* xi, nint xs, T* yr, T* yi, nint ys, nint m, nint l, T* w, T* roots) where TTurn : struct, Butterflies<V, T>.IChoice
    {
        switch (radix)
        {
            case 2: Butterflies<V, T>.Two<TTurn>(xr, xi, xs, yr, yi, ys, m, l, w); break;
            case 3: Butterflies<V, T>.Three<TTurn>(xr, xi, xs, yr, yi, ys, m, l, w); break;
            case 4: Butterflies<V, T>.Four<TTurn>(xr, xi, xs, yr, yi, ys, m, l, w); break;
            case 5: Butterflies<V, T>.Five<TTurn>(xr, xi, xs, yr, yi, ys, m, l, w); break;
            case 8: Butterflies<V, T>.Eight<TTurn>(xr, xi, xs, yr, yi, ys, m, l, w); break;
            default: Butterflies<V, T>.Odd<TTurn>(radix, xr, xi, xs, yr, yi, ys, m, l, w, roots); break;
        }
    }

    /// <summary>Some lanes of a matrix as a panel; the other lanes get zeros.</summary>
    public static void Gather(T* x, nint xs, nint rows, nint lanes, T* panel)
    {
        for (nint k = 0; k < rows; k++, x += xs, panel += V.Count)
        {
            new Span<T>(x, (int)lanes).CopyTo(new Span<T>(panel, V.Count));
            new Span<T>(panel + lanes, V.Count - (int)lanes).Clear();
        }
    }

    /// <summary>Some lanes of a panel into a matrix.</summary>
    public static void Spread(T* panel, nint rows, nint lanes, T* y, nint ys)
    {
        for (nint k = 0; k < rows; k++, y += ys, panel += V.Count) new Span<T>(panel, (int)lanes).CopyTo(new Span<T>(y, (int)lanes));
    }

    /// <summary>At most as many rows as a vector has lanes, turned into a panel; lanes without a row get zeros.</summary>
    public static void Turn(T* x, nint stride, nint rows, nint n, T* panel)
    {
        if (rows < V.Count) new Span<T>(panel, checked((int)(n * V.Count))).Clear();
        Transposition.Run(sizeof(T), (byte*)x, stride, (byte*)panel, V.Count, n, rows);
    }

    /// <summary>A panel turned into at most as many rows as it has lanes.</summary>
    public static void TurnBack(T* panel, nint n, T* y, nint stride, nint rows) => Transposition.Run(sizeof(T), (byte*)panel, V.Count, (byte*)y, stride, rows, n);

    /// <summary>Multiplies in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(T* x, nint n, T factor)
    {
        V f = V.Create(factor);
        nint i = 0;
        for (; i <= n - V.Count; i += V.Count) (V.Load(x + i) * f).Store(x + i);
        for (; i < n; i++) x[i] *= factor;
    }

    /// <summary>Complex products, each rounded as one: y = x w. The result may overwrite x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(T* xr, T* xi, T* wr, T* wi, T* yr, T* yi, nint n)
    {
        nint i = 0;
        for (; i <= n - V.Count; i += V.Count)
        {
            V a = V.Load(xr + i), b = V.Load(xi + i), c = V.Load(wr + i), d = V.Load(wi + i);
            V.MultiplyAdd(-b, d, a * c).Store(yr + i);
            V.MultiplyAdd(b, c, a * d).Store(yi + i);
        }
        for (; i < n; i++)
        {
            T a = xr[i], b = xi[i], c = wr[i], d = wi[i];
            yr[i] = a * c - b * d;
            yi[i] = a * d + b * c;
        }
    }

    /// <summary>Complex products with a factor: x = x w f, in place, for whole vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rotate(T* xr, T* xi, T* wr, T* wi, nint ws, nint rows, T factor)
    {
        V f = V.Create(factor);
        bool isOne = factor == T.One;
        for (nint k = 0; k < rows; k++, xr += V.Count, xi += V.Count, wr += ws, wi += ws)
        {
            V a = V.Load(xr), b = V.Load(xi), c = V.Load(wr), d = V.Load(wi);
            V re = V.MultiplyAdd(-b, d, a * c), im = V.MultiplyAdd(b, c, a * d);
            if (!isOne) (re, im) = (re * f, im * f);
            re.Store(xr);
            im.Store(xi);
        }
    }
}
