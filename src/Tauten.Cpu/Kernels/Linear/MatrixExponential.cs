namespace Tauten.Cpu;

/// <summary>exp(A) by scaling, the rational approximation of degree 13, and squaring (Higham, 2005).</summary>
internal static unsafe class MatrixExponential
{
    /// <summary>Up to this norm the approximation is right to double precision.</summary>
    private const double LargestNorm = 5.371920351148152;

    /// <summary>Coefficients of the numerator, of degree 13.</summary>
    private static ReadOnlySpan<double> Coefficients =>
        [64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600, 670442572800, 33522128640, 1323241920, 40840800, 960960, 16380, 182, 1];

    /// <summary>Overwrites A with its exponential.</summary>
    public static void Run(double* a, int size)
    {
        long count = (long)size * size;
        if (count == 0) return;
        double norm = Norm(a, size);
        if (!double.IsFinite(norm))
        {
            new Span<double>(a, checked((int)count)).Fill(double.NaN);
            return;
        }
        int squarings = norm <= LargestNorm ? 0 : (int)Math.Ceiling(Math.Log2(norm / LargestNorm));
        using var memory = Scratch.Take(5 * count * sizeof(double) + size * sizeof(int));
        double* second = (double*)memory.Pointer, fourth = second + count, sixth = fourth + count, odd = sixth + count, even = odd + count;
        int* pivots = (int*)(even + count);
        double scale = Math.ScaleB(1, -squarings);
        for (long i = 0; i < count; i++) a[i] *= scale;
        Multiply(a, a, second, size);
        Multiply(second, second, fourth, size);
        Multiply(fourth, second, sixth, size);
        var b = Coefficients;
        // The odd powers are A times a sum of even ones; in both sums, the powers from the eighth on are the sixth times a sum.
        Polynomial(even, 0, b[9], b[11], b[13]);
        Multiply(sixth, even, odd, size);
        AddTo(odd, b[1], b[3], b[5], b[7]);
        Multiply(a, odd, even, size);
        new Span<double>(even, checked((int)count)).CopyTo(new Span<double>(odd, (int)count));
        Polynomial(a, 0, b[8], b[10], b[12]);
        Multiply(sixth, a, even, size);
        AddTo(even, b[0], b[2], b[4], b[6]);
        for (long i = 0; i < count; i++) (a[i], second[i]) = (even[i] + odd[i], even[i] - odd[i]);
        LuFactorization<double>.Run(second, size, size, pivots);
        for (int r = 0; r < size; r++)
            if (pivots[r] - 1 != r) RowVectors<double>.Exchange(a + (long)r * size, a + (long)(pivots[r] - 1) * size, size);
        TriangularSystem<double>.Solve(second, size, 1, size, upper: false, unit: true, a, size, size);
        TriangularSystem<double>.Solve(second, size, 1, size, upper: true, unit: false, a, size, size);
        for (int i = 0; i < squarings; i++)
        {
            Multiply(a, a, second, size);
            new Span<double>(second, (int)count).CopyTo(new Span<double>(a, (int)count));
        }

        void Polynomial(double* y, double c0, double c2, double c4, double c6)
        {
            new Span<double>(y, checked((int)count)).Clear();
            AddTo(y, c0, c2, c4, c6);
        }

        void AddTo(double* y, double c0, double c2, double c4, double c6)
        {
            RowVectors<double>.AddScaled(y, c2, second, (nint)count);
            RowVectors<double>.AddScaled(y, c4, fourth, (nint)count);
            RowVectors<double>.AddScaled(y, c6, sixth, (nint)count);
            for (int r = 0; r < size; r++) y[(long)r * size + r] += c0;
        }
    }

    private static void Multiply(double* a, double* b, double* c, int size) => Contraction.Multiply(size, size, size, a, size, 1, b, size, 1, c, size, accumulate: false);

    /// <summary>The largest sum of magnitudes in a column.</summary>
    private static double Norm(double* a, int size)
    {
        double largest = 0;
        for (int c = 0; c < size; c++)
        {
            double sum = 0;
            for (int r = 0; r < size; r++) sum += Math.Abs(a[(long)r * size + c]);
            largest = Math.Max(largest, sum);
        }
        return largest;
    }
}
