using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// The transforms of Winograd's minimal filtering F(4x4, 3x3) (Lavin, Gray: "Fast Algorithms for Convolutional Neural Networks", 2016), each lane of a vector
/// being a channel. A tile of 4 x 4 outputs is A^T [(G g G^T) * (B^T d B)] A for the window g and the 6 x 6 inputs d: 36 multiplications instead of 144.
/// The polynomials meet at 0, +-sqrt(1/2), +-sqrt(2) and infinity: with these the error is a quarter of that with the usual 0, +-1, +-2
/// (compare Barabasz et al.: "Error Analysis and Improving the Accuracy of Winograd Convolution for Deep Neural Networks", 2020).
/// The result is linear in d and in g, so gradients use the same matrices, transposed.
/// </summary>
/// <typeparam name="V">The vector.</typeparam>
/// <typeparam name="T">The element type.</typeparam>
internal static unsafe class WinogradTransform<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>Outputs of a tile along an axis.</summary>
    public const int Outputs = 4;

    /// <summary>Inputs of a tile along an axis, and products.</summary>
    public const int Inputs = 6;

    /// <summary>Products of a tile.</summary>
    public const int Products = Inputs * Inputs;

    private const double SmallRoot = 0.70710678118654752, LargeRoot = 1.4142135623730950;

    /// <summary>B^T d B: 6 x 6 pixels to 36 values.</summary>
    /// <param name="source">The first pixel.</param>
    /// <param name="row">Distance of rows of pixels.</param>
    /// <param name="column">Distance of pixels.</param>
    /// <param name="target">The first value.</param>
    /// <param name="step">Distance of values.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(T* source, long row, long column, T* target, long step)
    {
        var between = stackalloc V[Products];
        for (int j = 0; j < Inputs; j++)
            Input1((T*)(between + j), Inputs * V.Count, source + j * column, row);
        for (int i = 0; i < Inputs; i++)
            Input1(target + i * Inputs * step, step, (T*)(between + i * Inputs), V.Count);
    }

    /// <summary>A^T m A: 36 values to 4 x 4 pixels.</summary>
    /// <param name="source">The first value.</param>
    /// <param name="step">Distance of values.</param>
    /// <param name="target">The first pixel.</param>
    /// <param name="row">Distance of rows of pixels.</param>
    /// <param name="column">Distance of pixels.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Output(T* source, long step, T* target, long row, long column)
    {
        var between = stackalloc V[Outputs * Inputs];
        for (int j = 0; j < Inputs; j++)
            Output1((T*)(between + j), Inputs * V.Count, source + j * step, Inputs * step);
        for (int i = 0; i < Outputs; i++)
            Output1(target + i * row, column, (T*)(between + i * Inputs), V.Count);
    }

    /// <summary>G g G^T: a window of 3 x 3 to 36 values.</summary>
    /// <param name="source">The first element of the window; distances may be negative, which turns it round.</param>
    /// <param name="row">Distance of rows of the window.</param>
    /// <param name="column">Distance of its elements.</param>
    /// <param name="target">The first value.</param>
    /// <param name="step">Distance of values.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weight(T* source, long row, long column, T* target, long step)
    {
        var between = stackalloc V[Inputs * 3];
        for (int j = 0; j < 3; j++)
            Weight1((T*)(between + j), 3 * V.Count, source + j * column, row);
        for (int i = 0; i < Inputs; i++)
            Weight1(target + i * Inputs * step, step, (T*)(between + i * 3), V.Count);
    }

    /// <summary>A y A^T, the transpose of <see cref="Output"/>: the gradients of 4 x 4 pixels to 36 values.</summary>
    /// <param name="source">The first pixel.</param>
    /// <param name="row">Distance of rows of pixels.</param>
    /// <param name="column">Distance of pixels.</param>
    /// <param name="target">The first value.</param>
    /// <param name="step">Distance of values.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OutputGradient(T* source, long row, long column, T* target, long step)
    {
        var between = stackalloc V[Inputs * Outputs];
        for (int j = 0; j < Outputs; j++)
            OutputGradient1((T*)(between + j), Outputs * V.Count, source + j * column, row);
        for (int i = 0; i < Inputs; i++)
            OutputGradient1(target + i * Inputs * step, step, (T*)(between + i * Outputs), V.Count);
    }

    /// <summary>G^T u G, the transpose of <see cref="Weight"/>: 36 values to the gradient of a window.</summary>
    /// <param name="source">The first value.</param>
    /// <param name="step">Distance of values.</param>
    /// <param name="target">The nine elements, a vector each.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WeightGradient(T* source, long step, T* target)
    {
        var between = stackalloc V[3 * Inputs];
        for (int j = 0; j < Inputs; j++)
            WeightGradient1((T*)(between + j), Inputs * V.Count, source + j * step, Inputs * step);
        for (int i = 0; i < 3; i++)
            WeightGradient1(target + i * 3 * V.Count, V.Count, (T*)(between + i * Inputs), V.Count);
    }

    /// <summary>B^T along one axis.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Input1(T* target, long to, T* source, long from)
    {
        V d0 = V.Load(source), d1 = V.Load(source + from), d2 = V.Load(source + 2 * from);
        V d3 = V.Load(source + 3 * from), d4 = V.Load(source + 4 * from), d5 = V.Load(source + 5 * from);
        V minusTwo = V.Number(-2), minusHalf = V.Number(-0.5), minusBoth = V.Number(-2.5);
        V even = V.MultiplyAdd(d2, minusTwo, d4), odd = V.Number(SmallRoot) * V.MultiplyAdd(d1, minusTwo, d3);
        V evenLarge = V.MultiplyAdd(d2, minusHalf, d4), oddLarge = V.Number(LargeRoot) * V.MultiplyAdd(d1, minusHalf, d3);
        V.MultiplyAdd(d2, minusBoth, d0 + d4).Store(target);
        (even + odd).Store(target + to);
        (even - odd).Store(target + 2 * to);
        (evenLarge + oddLarge).Store(target + 3 * to);
        (evenLarge - oddLarge).Store(target + 4 * to);
        V.MultiplyAdd(d3, minusBoth, d1 + d5).Store(target + 5 * to);
    }

    /// <summary>A^T along one axis.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Output1(T* target, long to, T* source, long from)
    {
        V m1 = V.Load(source + from), m2 = V.Load(source + 2 * from), m3 = V.Load(source + 3 * from), m4 = V.Load(source + 4 * from);
        V small = m1 + m2, smallOdd = V.Number(SmallRoot) * (m1 - m2), large = m3 + m4, largeOdd = V.Number(LargeRoot) * (m3 - m4);
        V half = V.Number(0.5), two = V.Number(2);
        (V.Load(source) + small + large).Store(target);
        (smallOdd + largeOdd).Store(target + to);
        V.MultiplyAdd(half, small, two * large).Store(target + 2 * to);
        V.MultiplyAdd(half, smallOdd, V.MultiplyAdd(two, largeOdd, V.Load(source + 5 * from))).Store(target + 3 * to);
    }

    /// <summary>G along one axis.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Weight1(T* target, long to, T* source, long from)
    {
        V g0 = V.Load(source), g1 = V.Load(source + from), g2 = V.Load(source + 2 * from);
        V small = V.Number(-2.0 / 3) * V.MultiplyAdd(V.Number(0.5), g2, g0), smallOdd = V.Number(-2.0 / 3 * SmallRoot) * g1;
        V large = V.Number(1.0 / 6) * V.MultiplyAdd(V.Number(2), g2, g0), largeOdd = V.Number(LargeRoot / 6) * g1;
        g0.Store(target);
        (small + smallOdd).Store(target + to);
        (small - smallOdd).Store(target + 2 * to);
        (large + largeOdd).Store(target + 3 * to);
        (large - largeOdd).Store(target + 4 * to);
        g2.Store(target + 5 * to);
    }

    /// <summary>A along one axis.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OutputGradient1(T* target, long to, T* source, long from)
    {
        V y0 = V.Load(source), y1 = V.Load(source + from), y2 = V.Load(source + 2 * from), y3 = V.Load(source + 3 * from);
        V half = V.Number(0.5), two = V.Number(2);
        V small = V.MultiplyAdd(half, y2, y0), smallOdd = V.Number(SmallRoot) * V.MultiplyAdd(half, y3, y1);
        V large = V.MultiplyAdd(two, y2, y0), largeOdd = V.Number(LargeRoot) * V.MultiplyAdd(two, y3, y1);
        y0.Store(target);
        (small + smallOdd).Store(target + to);
        (small - smallOdd).Store(target + 2 * to);
        (large + largeOdd).Store(target + 3 * to);
        (large - largeOdd).Store(target + 4 * to);
        y3.Store(target + 5 * to);
    }

    /// <summary>G^T along one axis.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WeightGradient1(T* target, long to, T* source, long from)
    {
        V m1 = V.Load(source + from), m2 = V.Load(source + 2 * from), m3 = V.Load(source + 3 * from), m4 = V.Load(source + 4 * from);
        V small = V.Number(-2.0 / 3) * (m1 + m2), smallOdd = V.Number(-2.0 / 3 * SmallRoot) * (m1 - m2);
        V large = V.Number(1.0 / 6) * (m3 + m4), largeOdd = V.Number(LargeRoot / 6) * (m3 - m4);
        (V.Load(source) + (small + large)).Store(target);
        (smallOdd + largeOdd).Store(target + to);
        V.MultiplyAdd(V.Number(0.5), small, V.MultiplyAdd(V.Number(2), large, V.Load(source + 5 * from))).Store(target + 2 * to);
    }
}
