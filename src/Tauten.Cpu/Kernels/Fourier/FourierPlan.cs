using System.Numerics;

namespace Tauten.Cpu;

/// <summary>How a length is transformed.</summary>
internal enum FourierMethod
{
    /// <summary>Stage by stage, several transforms side by side in the lanes of vectors.</summary>
    Panel,
    /// <summary>As a matrix: its columns, a rotation of each element, its rows. One transform fills the lanes.</summary>
    Split,
    /// <summary>As a convolution with a chirp of a length that has small factors, for lengths that have not (Bluestein, 1970).</summary>
    Chirp,
}

/// <summary>
/// What transforms of one length share: its factors, and the roots of unity, computed in double precision. The forward transform; the inverse one is the same with
/// real and imaginary parts exchanged at both ends.
/// </summary>
internal sealed class FourierPlan<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Larger prime factors are left to the chirp.</summary>
    const int LargestPrime = 61;

    /// <summary>Rows of twiddles are padded to a multiple of this many elements.</summary>
    public const int Padding = 16;

    static readonly BoundedCache<long, FourierPlan<T>> plans = new(n => new(n), p => p.Twiddles.LongLength + 2 * (p.ChirpReal.LongLength + p.SpectrumReal.LongLength));

    FourierPlan(long length)
    {
        Length = length;
        var factors = Factors(length);
        if (factors.Count > 0 && factors.Max() > LargestPrime)
        {
            Method = FourierMethod.Chirp;
            // Shorter ones than 256 would not fill the lanes.
            long size = Math.Max(256, (long)BitOperations.RoundUpToPowerOf2((ulong)(2 * length - 1)));
            Inner = Of(size);
            (ChirpReal, ChirpImaginary) = (New(length), New(length));
            double[] re = new double[size], im = new double[size];
            for (long j = 0; j < length; j++)
            {
                // exp(-i pi j^2 / n); j^2 is taken modulo 2 n first, so that no digit of the angle is lost.
                long square = (long)((UInt128)j * (UInt128)j % (UInt128)(2 * length));
                (double sine, double cosine) = Root(square, 2 * length);
                (ChirpReal[j], ChirpImaginary[j]) = (T.CreateTruncating(cosine), T.CreateTruncating(sine));
                (re[j], im[j]) = (cosine, -sine);
                if (j > 0) (re[size - j], im[size - j]) = (cosine, -sine);
            }
            (SpectrumReal, SpectrumImaginary) = Spectrum(re, im);
        }
        else
        {
            Radices = Stages(factors);
            Twiddles = StageTwiddles();
            PrimeRoots = Roots();
            (long columns, long rows) = Balanced(factors);
            int lanes = 64 / System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
            long padded = Padded(columns, lanes) * Padded(rows, lanes);
            if (length >= lanes * lanes && (padded <= 2 * length || length > 1024))
            {
                Method = FourierMethod.Split;
                Inner = Of(rows);
                Outer = Of(columns);
                RowStride = Padded(columns, Padding);
                (ChirpReal, ChirpImaginary) = (New(rows * RowStride), New(rows * RowStride));
                for (long k = 0; k < rows; k++)
                    for (long j = 0; j < columns; j++)
                    {
                        (double sine, double cosine) = Root(j * k, length);
                        (ChirpReal[k * RowStride + j], ChirpImaginary[k * RowStride + j]) = (T.CreateTruncating(cosine), T.CreateTruncating(sine));
                    }
            }
        }
    }

    /// <summary>The number of points.</summary>
    public long Length { get; }

    /// <summary>How they are transformed.</summary>
    public FourierMethod Method { get; }

    /// <summary>The factors of the length, one for each stage; empty for the chirp.</summary>
    public int[] Radices { get; } = [];

    /// <summary>For each stage but the first: for each k, the powers 1 to radix - 1 of its root of unity, real and imaginary part.</summary>
    public T[] Twiddles { get; } = [];

    /// <summary>For each stage whose radix has no code of its own: cosine and sine of 2 pi j / radix.</summary>
    public T[] PrimeRoots { get; } = [];

    /// <summary>The transform of the columns, or the one that convolves with the chirp.</summary>
    public FourierPlan<T>? Inner { get; }

    /// <summary>The transform of the rows of a <see cref="FourierMethod.Split"/>.</summary>
    public FourierPlan<T>? Outer { get; }

    /// <summary>Elements from row to row of the rotations of a <see cref="FourierMethod.Split"/>.</summary>
    public long RowStride { get; }

    /// <summary>Real parts of the chirp, or of the rotations between columns and rows.</summary>
    public T[] ChirpReal { get; } = [];

    /// <summary>Imaginary parts of the chirp, or of the rotations between columns and rows.</summary>
    public T[] ChirpImaginary { get; } = [];

    /// <summary>Real parts of the transform of the inverse chirp, divided by its length.</summary>
    public T[] SpectrumReal { get; } = [];

    /// <summary>Imaginary parts of the transform of the inverse chirp, divided by its length.</summary>
    public T[] SpectrumImaginary { get; } = [];

    /// <summary>The plan for a length.</summary>
    public static FourierPlan<T> Of(long length) => plans.Of(length);

    /// <summary>Sine and cosine of -2 pi k / n.</summary>
    public static (double Sine, double Cosine) Root(long k, long n)
    {
        k %= n;
        // The angle within an eighth of a turn, where it is most exact; the rest is exchange and sign.
        long eighth = 8 * k / n;
        (double s, double c) = eighth switch
        {
            0 => Math.SinCos(Math.Tau * k / n),
            1 or 2 => Quarter(4 * k - n),
            3 or 4 => Half(2 * k - n),
            5 or 6 => ThreeQuarters(4 * k - 3 * n),
            _ => Math.SinCos(Math.Tau * (k - n) / n),
        };
        return (-s, c);

        (double, double) Quarter(long over)
        {
            (double sine, double cosine) = Math.SinCos(Math.Tau / 4 * over / n);
            return (cosine, -sine);
        }

        (double, double) Half(long over)
        {
            (double sine, double cosine) = Math.SinCos(Math.Tau / 2 * over / n);
            return (-sine, -cosine);
        }

        (double, double) ThreeQuarters(long over)
        {
            (double sine, double cosine) = Math.SinCos(Math.Tau / 4 * over / n);
            return (-cosine, sine);
        }
    }

    static T[] New(long length) => GC.AllocateUninitializedArray<T>(checked((int)length), pinned: true);

    static long Padded(long size, long multiple) => (size + multiple - 1) / multiple * multiple;

    static List<int> Factors(long n)
    {
        var factors = new List<int>();
        for (int p = 2; n > 1; p++)
        {
            while (n % p == 0)
            {
                factors.Add(p);
                n /= p;
            }
            if (p > LargestPrime && n > 1)
            {
                factors.Add(int.MaxValue);
                break;
            }
        }
        return factors;
    }

    // As many stages of 8 as possible, without a stage of 2 beside them where two of 4 do instead.
    static int[] Stages(List<int> factors)
    {
        int twos = factors.Count(f => f == 2), eights = twos / 3, rest = twos % 3;
        var stages = new List<int>();
        if (rest == 1 && eights > 0)
        {
            eights--;
            stages.AddRange([4, 4]);
        }
        else if (rest > 0) stages.Add(1 << rest);
        stages.AddRange(Enumerable.Repeat(8, eights));
        stages.AddRange(factors.Where(f => f != 2));
        return [.. stages];
    }

    T[] StageTwiddles()
    {
        var all = new List<T>();
        long m = 1;
        foreach (int radix in Radices)
        {
            if (m > 1)
                for (long k = 0; k < m; k++)
                    for (int q = 1; q < radix; q++)
                    {
                        (double sine, double cosine) = Root(k * q, m * radix);
                        all.Add(T.CreateTruncating(cosine));
                        all.Add(T.CreateTruncating(sine));
                    }
            m *= radix;
        }
        var twiddles = New(all.Count);
        all.CopyTo(twiddles);
        return twiddles;
    }

    T[] Roots()
    {
        var all = new List<T>();
        foreach (int radix in Radices)
        {
            if (radix is 2 or 3 or 4 or 5 or 8) continue;
            for (int j = 0; j < radix; j++)
            {
                (double sine, double cosine) = Root(j, radix);
                all.Add(T.CreateTruncating(cosine));
                all.Add(T.CreateTruncating(-sine));
            }
        }
        var roots = New(all.Count);
        all.CopyTo(roots);
        return roots;
    }

    /// <summary>The length as a product of two numbers that are about equal; the larger one lies along memory.</summary>
    static (long Columns, long Rows) Balanced(List<int> factors)
    {
        var divisors = new HashSet<long> { 1 };
        long length = 1;
        foreach (int f in factors)
        {
            length *= f;
            foreach (long d in divisors.ToArray()) divisors.Add(d * f);
        }
        long rows = divisors.Where(d => d * d <= length).Max();
        return (length / rows, rows);
    }

    // By the definition of the transform in double precision, as stages of 2: it is done once.
    static (T[] Real, T[] Imaginary) Spectrum(double[] re, double[] im)
    {
        int n = re.Length;
        for (int i = 1, j = 0; i < n; i++)
        {
            int bit = n >> 1;
            for (; (j & bit) != 0; bit >>= 1) j ^= bit;
            j ^= bit;
            if (i < j) (re[i], re[j], im[i], im[j]) = (re[j], re[i], im[j], im[i]);
        }
        for (int size = 2; size <= n; size *= 2)
            for (int k = 0; k < size / 2; k++)
            {
                (double sine, double cosine) = Root(k, size);
                for (int i = k; i < n; i += size)
                {
                    int j = i + size / 2;
                    (double a, double b) = (re[j] * cosine - im[j] * sine, re[j] * sine + im[j] * cosine);
                    (re[j], im[j]) = (re[i] - a, im[i] - b);
                    (re[i], im[i]) = (re[i] + a, im[i] + b);
                }
            }
        T[] spectrumReal = New(n), spectrumImaginary = New(n);
        for (int i = 0; i < n; i++) (spectrumReal[i], spectrumImaginary[i]) = (T.CreateTruncating(re[i] / n), T.CreateTruncating(im[i] / n));
        return (spectrumReal, spectrumImaginary);
    }
}
