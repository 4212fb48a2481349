using System.Numerics;

namespace Tauten.Cpu;

/// <summary>Real and imaginary parts of exp(-2 pi i k / n) for k from 0 to n / 2, with which real spectra are disentangled.</summary>
internal sealed class FourierRoots<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    static readonly BoundedCache<long, FourierRoots<T>> all = new(n => new(n), r => 2 * r.Real.LongLength);

    FourierRoots(long n)
    {
        int count = checked((int)(n / 2 + 1));
        (Real, Imaginary) = (new T[count], new T[count]);
        for (int k = 0; k < count; k++)
        {
            (double sine, double cosine) = FourierPlan<T>.Root(k, n);
            (Real[k], Imaginary[k]) = (T.CreateTruncating(cosine), T.CreateTruncating(sine));
        }
    }

    /// <summary>The real parts.</summary>
    public T[] Real { get; }

    /// <summary>The imaginary parts.</summary>
    public T[] Imaginary { get; }

    /// <summary>The roots of a length.</summary>
    public static FourierRoots<T> Of(long n) => all.Of(n);
}
