using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>The loops of <see cref="Rows"/>: each takes the rows [first, end).</summary>
internal static unsafe class RowLoops<V, T> where V : unmanaged, ISimd<V, T> where T : unmanaged
{
    /// <summary>The loop of an operation.</summary>
    public static delegate*<RowData*, nint, nint, nint, void> Of(RowOperation operation) => operation switch
    {
        RowOperation.Softmax => &Softmax,
        RowOperation.LogSoftmax => &LogSoftmax,
        RowOperation.LogSumExp => &LogSumExp,
        RowOperation.SoftmaxBackward => &SoftmaxBackward,
        RowOperation.LogSoftmaxBackward => &LogSoftmaxBackward,
        RowOperation.CrossEntropy => &CrossEntropy,
        RowOperation.CrossEntropyBackward => &CrossEntropyBackward,
        RowOperation.Moments => &Moments,
        RowOperation.LayerNorm => &LayerNorm,
        RowOperation.LayerNormBackward => &LayerNormBackward,
        _ => &LayerNormBackwardParameters,
    };

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Softmax(RowData* data, nint n, nint first, nint end)
    {
        for (nint row = first; row < end; row++)
        {
            T* x = (T*)data->A + row * n, y = (T*)data->Y + row * n;
            var sum = V.Create(Exponentials(x, n, Largest(x, n), y));
            Map(y, y, n, new Times(V.Number(1) / sum));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LogSoftmax(RowData* data, nint n, nint first, nint end)
    {
        for (nint row = first; row < end; row++)
        {
            T* x = (T*)data->A + row * n, y = (T*)data->Y + row * n;
            T largest = Largest(x, n);
            // Two subtractions, not one of the sum: the maximum takes most of the digits away exactly.
            Map(x, y, n, new MinusTwice(V.Create(largest), Functions.Log.Apply<V, T>(V.Create(Exponentials(x, n, largest, null)))));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LogSumExp(RowData* data, nint n, nint first, nint end)
    {
        for (nint row = first; row < end; row++)
        {
            T* x = (T*)data->A + row * n;
            var largest = V.Create(Largest(x, n));
            // An infinite maximum is the result; the differences would be NaN.
            var y = V.Abs(largest);
            if (V.Any(V.Equal(y, V.Number(double.PositiveInfinity)))) y = largest;
            else y = largest + Functions.Log.Apply<V, T>(V.Create(Exponentials(x, n, *(T*)&largest, null)));
            ((T*)data->Y)[row] = *(T*)&y;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void SoftmaxBackward(RowData* data, nint n, nint first, nint end)
    {
        Unsafe.SkipInit(out RowSum<V, T> sum);
        for (nint row = first; row < end; row++)
        {
            T* gy = (T*)data->A + row * n, y = (T*)data->B + row * n, gx = (T*)data->Y + row * n;
            sum.Clear();
            nint i = 0;
            for (; i + V.Count <= n; i += V.Count) sum.Add(i, V.Load(gy + i) * V.Load(y + i));
            if (i < n) sum.Add(i, Partial<V, T>.Load(gy + i, n - i, V.Number(0)) * Partial<V, T>.Load(y + i, n - i, V.Number(0)));
            var mean = V.Create(sum.Total());
            for (i = 0; i + V.Count <= n; i += V.Count) (V.Load(y + i) * (V.Load(gy + i) - mean)).Store(gx + i);
            if (i < n) Partial<V, T>.Store(Partial<V, T>.Load(y + i, n - i, mean) * (Partial<V, T>.Load(gy + i, n - i, mean) - mean), gx + i, n - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LogSoftmaxBackward(RowData* data, nint n, nint first, nint end)
    {
        for (nint row = first; row < end; row++)
        {
            T* gy = (T*)data->A + row * n, y = (T*)data->B + row * n, gx = (T*)data->Y + row * n;
            var sum = V.Create(Sum(gy, n));
            nint i = 0;
            for (; i + V.Count <= n; i += V.Count) (V.Load(gy + i) - Functions.Exp.Apply<V, T>(V.Load(y + i)) * sum).Store(gx + i);
            if (i == n) continue;
            var rest = Partial<V, T>.Load(gy + i, n - i, sum) - Functions.Exp.Apply<V, T>(Partial<V, T>.Load(y + i, n - i, sum)) * sum;
            Partial<V, T>.Store(rest, gx + i, n - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CrossEntropy(RowData* data, nint n, nint first, nint end)
    {
        for (nint row = first; row < end; row++)
        {
            T* x = (T*)data->A + row * n;
            T largest = Largest(x, n);
            // The difference of the two large numbers first: it is small where the row fits its label.
            var y = V.Create(largest) - V.Create(x[Label(data, row, n)]) + Functions.Log.Apply<V, T>(V.Create(Exponentials(x, n, largest, null)));
            ((T*)data->Y)[row] = *(T*)&y;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void CrossEntropyBackward(RowData* data, nint n, nint first, nint end)
    {
        for (nint row = first; row < end; row++)
        {
            T* x = (T*)data->A + row * n, y = (T*)data->Y + row * n;
            V gy = V.Create(((T*)data->C)[row]), sum = V.Create(Exponentials(x, n, Largest(x, n), y));
            Map(y, y, n, new Times(gy / sum));
            nint label = Label(data, row, n);
            var own = V.Create(y[label]) - gy;
            y[label] = *(T*)&own;
        }
    }

    /// <summary>The label of a row, counted from the start.</summary>
    private static nint Label(RowData* data, nint row, nint n)
    {
        nint label = (nint)((long*)data->B)[row];
        return label < 0 ? label + n : label;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Moments(RowData* data, nint n, nint first, nint end)
    {
        for (nint row = first; row < end; row++)
        {
            T* x = (T*)data->A + row * n;
            var mean = V.Create(Sum(x, n)) / V.Number(n);
            var variance = V.Create(SquaredDistance(x, n, mean)) / V.Number(n);
            ((T*)data->Mean)[row] = *(T*)&mean;
            ((T*)data->Scale)[row] = *(T*)&variance;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LayerNorm(RowData* data, nint n, nint first, nint end)
    {
        T* gamma = (T*)data->B, beta = (T*)data->C;
        for (nint row = first; row < end; row++)
        {
            T* x = (T*)data->A + row * n, y = (T*)data->Y + row * n;
            var mean = V.Create(Sum(x, n)) / V.Number(n);
            var rstd = V.Number(1) / V.Sqrt(V.Create(SquaredDistance(x, n, mean)) / V.Number(n) + V.Number(data->Epsilon));
            ((T*)data->Mean)[row] = *(T*)&mean;
            ((T*)data->Scale)[row] = *(T*)&rstd;
            nint i = 0;
            for (; i + V.Count <= n; i += V.Count)
            {
                var h = (V.Load(x + i) - mean) * rstd;
                if (gamma != null) h *= V.Load(gamma + i);
                if (beta != null) h += V.Load(beta + i);
                h.Store(y + i);
            }
            if (i == n) continue;
            var rest = (Partial<V, T>.Load(x + i, n - i, mean) - mean) * rstd;
            if (gamma != null) rest *= Partial<V, T>.Load(gamma + i, n - i, mean);
            if (beta != null) rest += Partial<V, T>.Load(beta + i, n - i, mean);
            Partial<V, T>.Store(rest, y + i, n - i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void LayerNormBackward(RowData* data, nint n, nint first, nint end)
    {
        Unsafe.SkipInit(out RowSum<V, T> sum);
        Unsafe.SkipInit(out RowSum<V, T> product);
        T* gamma = (T*)data->B;
        var one = V.Number(1);
        for (nint row = first; row < end; row++)
        {
            T* gy = (T*)data->A + row * n, x = (T*)data->C + row * n, gx = (T*)data->Y + row * n;
            V mean = V.Create(((T*)data->Mean)[row]), rstd = V.Create(((T*)data->Scale)[row]);
            sum.Clear();
            product.Clear();
            nint i = 0;
            for (; i + V.Count <= n; i += V.Count)
            {
                var g = V.Load(gy + i);
                if (gamma != null) g *= V.Load(gamma + i);
                sum.Add(i, g);
                product.Add(i, g * (V.Load(x + i) - mean));
            }
            if (i < n)
            {
                var g = Partial<V, T>.Load(gy + i, n - i, V.Number(0));
                if (gamma != null) g *= Partial<V, T>.Load(gamma + i, n - i, one);
                sum.Add(i, g);
                product.Add(i, g * (Partial<V, T>.Load(x + i, n - i, mean) - mean));
            }
            var average = V.Create(sum.Total()) / V.Number(n);
            // Both factors of the normalized input at once: h mean(g h) = (x - mean) rstd^2 mean(g (x - mean)).
            var slope = V.Create(product.Total()) / V.Number(n) * rstd * rstd;
            for (i = 0; i + V.Count <= n; i += V.Count)
            {
                var g = V.Load(gy + i);
                if (gamma != null) g *= V.Load(gamma + i);
                ((g - average - (V.Load(x + i) - mean) * slope) * rstd).Store(gx + i);
            }
            if (i == n) continue;
            var rest = Partial<V, T>.Load(gy + i, n - i, one);
            if (gamma != null) rest *= Partial<V, T>.Load(gamma + i, n - i, one);
            Partial<V, T>.Store((rest - average - (Partial<V, T>.Load(x + i, n - i, mean) - mean) * slope) * rstd, gx + i, n - i);
        }
    }

    /// <summary>Here [first, end) are columns, at most 256; blocks of 64 rows keep the error of long columns small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void LayerNormBackwardParameters(RowData* data, nint n, nint first, nint end)
    {
        const int Tile = 256 + 64, Block = 64;
        T* sums = stackalloc T[4 * Tile];
        new Span<T>(sums, 4 * Tile).Clear();
        T* gamma = sums, beta = sums + Tile, gammaBlock = sums + 2 * Tile, betaBlock = sums + 3 * Tile;
        nint columns = end - first;
        for (nint row = 0; row < data->Rows; row++)
        {
            T* gy = (T*)data->A + row * n + first, x = (T*)data->C + row * n + first;
            V mean = V.Create(((T*)data->Mean)[row]), rstd = V.Create(((T*)data->Scale)[row]);
            nint i = 0;
            for (; i + V.Count <= columns; i += V.Count)
            {
                var g = V.Load(gy + i);
                (V.Load(betaBlock + i) + g).Store(betaBlock + i);
                V.MultiplyAdd(g, (V.Load(x + i) - mean) * rstd, V.Load(gammaBlock + i)).Store(gammaBlock + i);
            }
            if (i < columns)
            {
                var g = Partial<V, T>.Load(gy + i, columns - i, V.Number(0));
                (V.Load(betaBlock + i) + g).Store(betaBlock + i);
                V.MultiplyAdd(g, (Partial<V, T>.Load(x + i, columns - i, mean) - mean) * rstd, V.Load(gammaBlock + i)).Store(gammaBlock + i);
            }
            if (row % Block != Block - 1 && row != data->Rows - 1) continue;
            for (i = 0; i < columns; i += V.Count)
            {
                (V.Load(beta + i) + V.Load(betaBlock + i)).Store(beta + i);
                (V.Load(gamma + i) + V.Load(gammaBlock + i)).Store(gamma + i);
                V.Number(0).Store(betaBlock + i);
                V.Number(0).Store(gammaBlock + i);
            }
        }
        Unsafe.CopyBlockUnaligned((T*)data->Y + first, gamma, (uint)(columns * sizeof(T)));
        Unsafe.CopyBlockUnaligned((T*)data->Y2 + first, beta, (uint)(columns * sizeof(T)));
    }

    /// <summary>The largest element; NaN if there is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Largest(T* x, nint n)
    {
        T result;
        ReductionLoops<Functions.Max, V, T>.Row((byte*)x, n, (byte*)&result);
        return result;
    }

    /// <summary>The sum of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static T Sum(T* x, nint n)
    {
        Unsafe.SkipInit(out RowSum<V, T> sum);
        sum.Clear();
        nint i = 0;
        for (; i + V.Count <= n; i += V.Count) sum.Add(i, V.Load(x + i));
        if (i < n) sum.Add(i, Partial<V, T>.Load(x + i, n - i, V.Number(0)));
        return sum.Total();
    }

    /// <summary>The sum of (x - center)^2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static T SquaredDistance(T* x, nint n, V center)
    {
        Unsafe.SkipInit(out RowSum<V, T> sum);
        sum.Clear();
        nint i = 0;
        for (; i + V.Count <= n; i += V.Count)
        {
            var d = V.Load(x + i) - center;
            sum.Add(i, d * d);
        }
        if (i < n)
        {
            var d = Partial<V, T>.Load(x + i, n - i, center) - center;
            sum.Add(i, d * d);
        }
        return sum.Total();
    }

    /// <summary>The sum of e^(x - shift); writes the terms unless <paramref name="y"/> is null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static T Exponentials(T* x, nint n, T shift, T* y)
    {
        Unsafe.SkipInit(out RowSum<V, T> sum);
        sum.Clear();
        var by = V.Create(shift);
        nint i = 0;
        for (; i + V.Count <= n; i += V.Count)
        {
            var e = Functions.Exp.Apply<V, T>(V.Load(x + i) - by);
            // Stored first: nothing then has to outlive the call that Add makes now and then.
            if (y != null) e.Store(y + i);
            sum.Add(i, e);
        }
        if (i < n)
        {
            var e = Functions.Exp.Apply<V, T>(Partial<V, T>.Load(x + i, n - i, V.Number(double.NegativeInfinity)) - by);
            // The padding's e^-inf is 0, or NaN beside a maximum of -inf, where the sum is NaN anyway.
            sum.Add(i, e);
            if (y != null) Partial<V, T>.Store(e, y + i, n - i);
        }
        return sum.Total();
    }

    /// <summary>y = f(x) along a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Map<F>(T* x, T* y, nint n, F f) where F : struct, IMap
    {
        nint i = 0;
        for (; i + V.Count <= n; i += V.Count) f.Of(V.Load(x + i)).Store(y + i);
        if (i < n) Partial<V, T>.Store(f.Of(Partial<V, T>.Load(x + i, n - i, V.Number(0))), y + i, n - i);
    }

    private interface IMap
    {
        V Of(V x);
    }

    private readonly struct Times(V factor) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Of(V x) => x * factor;
    }

    private readonly struct MinusTwice(V first, V second) : IMap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Of(V x) => x - first - second;
    }
}
