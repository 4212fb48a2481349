using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>What decompositions do to rows of matrices, which are contiguous.</summary>
internal static unsafe class RowVectors<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The sum of products.</summary>
    public static T Dot(T* x, T* y, nint n) => CpuInstructions.Level switch
    {
        InstructionLevel.Avx512 => Inner<V512<T>>.Dot(x, y, n),
        InstructionLevel.Avx2 => Inner<V256<T>>.Dot(x, y, n),
        _ => Inner<V128<T>>.Dot(x, y, n),
    };

    /// <summary>y += factor x.</summary>
    public static void AddScaled(T* y, T factor, T* x, nint n)
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: Inner<V512<T>>.AddScaled(y, factor, x, n); break;
            case InstructionLevel.Avx2: Inner<V256<T>>.AddScaled(y, factor, x, n); break;
            default: Inner<V128<T>>.AddScaled(y, factor, x, n); break;
        }
    }

    /// <summary>The plane rotation (x, y) = (c x + s y, c y - s x).</summary>
    public static void Rotate(T* x, T* y, T c, T s, nint n)
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: Inner<V512<T>>.Rotate(x, y, c, s, n); break;
            case InstructionLevel.Avx2: Inner<V256<T>>.Rotate(x, y, c, s, n); break;
            default: Inner<V128<T>>.Rotate(x, y, c, s, n); break;
        }
    }

    /// <summary>The reflection of three rows by the vector (1, p, q): each loses its component times tau (x + p y + q z).</summary>
    public static void Reflect(T* x, T* y, T* z, T p, T q, T tau, nint n)
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: Inner<V512<T>>.Reflect(x, y, z, p, q, tau, n); break;
            case InstructionLevel.Avx2: Inner<V256<T>>.Reflect(x, y, z, p, q, tau, n); break;
            default: Inner<V128<T>>.Reflect(x, y, z, p, q, tau, n); break;
        }
    }

    /// <summary>x /= divisor.</summary>
    public static void Divide(T* x, T divisor, nint n)
    {
        for (nint i = 0; i < n; i++) x[i] /= divisor;
    }

    /// <summary>x = -x.</summary>
    public static void Negate(T* x, nint n)
    {
        for (nint i = 0; i < n; i++) x[i] = -x[i];
    }

    /// <summary>Exchanges two rows.</summary>
    public static void Exchange(T* x, T* y, nint n)
    {
        for (nint i = 0; i < n; i++) (x[i], y[i]) = (y[i], x[i]);
    }

    /// <summary>The Euclidean length of elements a stride apart, safe from overflow and underflow.</summary>
    public static T Length(T* x, nint stride, nint n)
    {
        T largest = T.Zero;
        for (nint i = 0; i < n; i++)
        {
            T magnitude = T.Abs(x[i * stride]);
            if (!(magnitude <= largest)) largest = magnitude;
        }
        if (largest == T.Zero || !T.IsFinite(largest)) return largest;
        T sum = T.Zero;
        for (nint i = 0; i < n; i++)
        {
            T part = x[i * stride] / largest;
            sum += part * part;
        }
        return largest * T.Sqrt(sum);
    }

    private static class Inner<V> where V : unmanaged, ISimd<V, T>
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static T Dot(T* x, T* y, nint n)
        {
            T sum = T.Zero;
            nint i = 0;
            if (n >= V.Count)
            {
                V first = V.Number(0), second = V.Number(0);
                for (; i + 2 * V.Count <= n; i += 2 * V.Count)
                {
                    first = V.MultiplyAdd(V.Load(x + i), V.Load(y + i), first);
                    second = V.MultiplyAdd(V.Load(x + i + V.Count), V.Load(y + i + V.Count), second);
                }
                if (i + V.Count <= n)
                {
                    first = V.MultiplyAdd(V.Load(x + i), V.Load(y + i), first);
                    i += V.Count;
                }
                sum = VectorSum<V, T>.Of(first + second);
            }
            for (; i < n; i++) sum += x[i] * y[i];
            return sum;
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void AddScaled(T* y, T factor, T* x, nint n)
        {
            nint i = 0;
            var factors = V.Create(factor);
            for (; i + V.Count <= n; i += V.Count) V.MultiplyAdd(factors, V.Load(x + i), V.Load(y + i)).Store(y + i);
            for (; i < n; i++) y[i] += factor * x[i];
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Rotate(T* x, T* y, T c, T s, nint n)
        {
            nint i = 0;
            V cosine = V.Create(c), sine = V.Create(s);
            for (; i + V.Count <= n; i += V.Count)
            {
                V a = V.Load(x + i), b = V.Load(y + i);
                V.MultiplyAdd(cosine, a, sine * b).Store(x + i);
                (cosine * b - sine * a).Store(y + i);
            }
            for (; i < n; i++)
            {
                T a = x[i], b = y[i];
                x[i] = c * a + s * b;
                y[i] = c * b - s * a;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static void Reflect(T* x, T* y, T* z, T p, T q, T tau, nint n)
        {
            nint i = 0;
            V vp = V.Create(p), vq = V.Create(q), factor = V.Create(tau);
            for (; i + V.Count <= n; i += V.Count)
            {
                V a = V.Load(x + i), b = V.Load(y + i), c = V.Load(z + i), part = factor * V.MultiplyAdd(vq, c, V.MultiplyAdd(vp, b, a));
                (a - part).Store(x + i);
                (b - vp * part).Store(y + i);
                (c - vq * part).Store(z + i);
            }
            for (; i < n; i++)
            {
                T part = tau * (x[i] + p * y[i] + q * z[i]);
                x[i] -= part;
                y[i] -= p * part;
                z[i] -= q * part;
            }
        }
    }
}
