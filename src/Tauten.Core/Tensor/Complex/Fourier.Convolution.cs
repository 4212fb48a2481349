namespace Tauten;

/// <summary>Which part of a convolution is wanted.</summary>
public enum ConvolutionPart
{
    /// <summary>All places where the two overlap: n + m - 1.</summary>
    Full,
    /// <summary>The middle n places, for n elements of the first.</summary>
    Same,
    /// <summary>The places where the shorter one lies wholly within the longer one: |n - m| + 1.</summary>
    Valid,
}

public static partial class Fourier
{
    /// <summary>
    /// The convolution along the last axis, y[k] = sum over j of a[j] b[k - j], by way of transforms: for long kernels, in time proportional to n log n. Other axes are
    /// broadcast. As <c>scipy.signal.fftconvolve</c>.
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(Fourier.Convolve(Tensor.From([0f, 0, 1, 0]), Tensor.From([1f, 2, 1]), ConvolutionPart.Same).Round());    // [0, 1, 2, 1]
    /// </code></example>
    /// <exception cref="ShapeException">One of the two is a scalar or empty, or other axes cannot be broadcast.</exception>
    /// <exception cref="DTypeException">The dtypes differ or are not floating-point.</exception>
    public static Tensor Convolve(Tensor a, Tensor b, ConvolutionPart part = ConvolutionPart.Full)
    {
        if (a.Rank == 0 || b.Rank == 0) throw new ShapeException($"Convolve: expected at least one axis. Received: shapes {a.Shape} and {b.Shape}.");
        long n = a.Shape[^1], m = b.Shape[^1];
        if (n < 1 || m < 1) throw new ShapeException($"Convolve: expected at least one element along the last axis. Received: shapes {a.Shape} and {b.Shape}.");
        long full = n + m - 1, size = FastLength(full);
        var y = Irfft(Rfft(a, size) * Rfft(b, size), size);
        return part switch
        {
            ConvolutionPart.Same => y.Narrow(-1, (full - n) / 2, n),
            ConvolutionPart.Valid => y.Narrow(-1, Math.Min(n, m) - 1, Math.Abs(n - m) + 1),
            _ => y.Narrow(-1, 0, full),
        };
    }

    /// <summary>The smallest even number from <paramref name="n"/> on whose only prime factors are 2, 3 and 5.</summary>
    static long FastLength(long n)
    {
        long best = long.MaxValue;
        for (long fives = 2; fives < 5 * n; fives *= 5)
            for (long threes = fives; threes < 3 * Math.Max(n, fives); threes *= 3)
            {
                long size = threes;
                while (size < n) size *= 2;
                best = Math.Min(best, size);
            }
        return best;
    }
}
