using Tauten.Ops;

namespace Tauten;

/// <summary>
/// Discrete Fourier transforms, by the names that NumPy and PyTorch give them: an <c>I</c> in front for the inverse, an <c>R</c> for real input (of which half a spectrum
/// says all), an <c>H</c> for a spectrum of real numbers; <c>2</c> or <c>n</c> behind for several axes. Any length, in time proportional to n log n.
/// </summary>
/// <remarks>
/// Sizes change the length of an axis before the transform: longer ones append zeros, shorter ones cut. Lengths with prime factors up to 61 are fastest. 16-bit floats
/// are transformed in float32. Gradients are transforms in the other direction.
/// </remarks>
/// <example><code>
/// var x = Tensor.From([1f, 2, 3, 4]);
/// var spectrum = Fourier.Rfft(x);
/// Console.WriteLine(spectrum);    // [10+0j, -2+2j, -2+0j]
/// Console.WriteLine(Fourier.Irfft(spectrum));    // [1, 2, 3, 4]
/// </code></example>
public static partial class Fourier
{
    /// <summary>The transform along one axis: y[k] = sum over j of x[j] exp(-2 pi i j k / n).</summary>
    /// <param name="x">The numbers.</param>
    /// <param name="n">The length of the transform; that of the axis when left out.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="norm">What is divided by the number of points.</param>
    /// <example><code>
    /// Console.WriteLine(Fourier.Fft(Tensor.From([1f, 0, 0, 0])));    // [1+0j, 1+0j, 1+0j, 1+0j]
    /// Console.WriteLine(Fourier.Fft(Tensor.From([1f, 2, 3, 4])));    // [10+0j, -2+2j, -2+0j, -2-2j]
    /// </code></example>
    /// <exception cref="ShapeException">There is no such axis, or the length is less than 1.</exception>
    public static ComplexTensor Fft(ComplexTensor x, long? n = null, int axis = -1, FftNorm norm = FftNorm.Backward) => Run(Sized(x, n, axis, "Fft"), axis, false, norm);

    /// <inheritdoc cref="Fft(ComplexTensor, long?, int, FftNorm)"/>
    public static ComplexTensor Fft(Tensor x, long? n = null, int axis = -1, FftNorm norm = FftNorm.Backward) => Run(ComplexTensor.FromReal(Sized(x, n, axis, "Fft")), axis, false, norm);

    /// <summary>The inverse transform along one axis: y[k] = sum over j of x[j] exp(2 pi i j k / n) / n.</summary>
    /// <inheritdoc cref="Fft(ComplexTensor, long?, int, FftNorm)"/>
    /// <example><code>
    /// var x = Tensor.From([1f, 2, 3, 4]);
    /// Console.WriteLine(Fourier.Ifft(Fourier.Fft(x)).Real);    // [1, 2, 3, 4]
    /// </code></example>
    public static ComplexTensor Ifft(ComplexTensor x, long? n = null, int axis = -1, FftNorm norm = FftNorm.Backward) => Run(Sized(x, n, axis, "Ifft"), axis, true, norm);

    /// <inheritdoc cref="Ifft(ComplexTensor, long?, int, FftNorm)"/>
    public static ComplexTensor Ifft(Tensor x, long? n = null, int axis = -1, FftNorm norm = FftNorm.Backward) => Run(ComplexTensor.FromReal(Sized(x, n, axis, "Ifft")), axis, true, norm);

    /// <summary>The transform of real numbers along one axis: its first n / 2 + 1 elements (rounded down). The others are conjugates of these.</summary>
    /// <inheritdoc cref="Fft(ComplexTensor, long?, int, FftNorm)"/>
    /// <example><code>
    /// Console.WriteLine(Fourier.Rfft(Tensor.From([1f, 2, 3, 4])));    // [10+0j, -2+2j, -2+0j]    n / 2 + 1 frequencies
    /// </code></example>
    public static ComplexTensor Rfft(Tensor x, long? n = null, int axis = -1, FftNorm norm = FftNorm.Backward)
    {
        x = Sized(x, n, axis, "Rfft");
        var y = Dispatch.RunAll(new RealDft(x.Shape.Axis(axis, "Rfft"), norm), x);
        return new(y[0], y[1]);
    }

    /// <summary>
    /// The inverse of <see cref="Rfft"/>: <paramref name="n"/> real numbers from the first n / 2 + 1 elements of their transform. The imaginary part of the first one, and of
    /// the last one if n is even, is not read.
    /// </summary>
    /// <param name="x">Half a spectrum.</param>
    /// <param name="n">How many real numbers; 2 (m - 1) for m elements when left out, which is right if there was an even number.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="norm">What is divided by the number of points.</param>
    /// <example><code>
    /// Console.WriteLine(Fourier.Irfft(ComplexTensor.FromReal(Tensor.From([4f, 0, 0]))));    // [1, 1, 1, 1]
    /// </code></example>
    /// <exception cref="ShapeException">There is no such axis, or the length is less than 1.</exception>
    public static Tensor Irfft(ComplexTensor x, long? n = null, int axis = -1, FftNorm norm = FftNorm.Backward) => Real(x, n, axis, norm, "Irfft");

    /// <summary>
    /// The transform of a signal whose elements n - j and j are conjugates, of which the first n / 2 + 1 are given: <paramref name="n"/> real numbers.
    /// </summary>
    /// <inheritdoc cref="Irfft"/>
    /// <example><code>
    /// Console.WriteLine(Fourier.Hfft(ComplexTensor.FromReal(Tensor.From([1f, 1, 1]))));    // [4, 0, 0, 0]
    /// </code></example>
    public static Tensor Hfft(ComplexTensor x, long? n = null, int axis = -1, FftNorm norm = FftNorm.Backward) => Real(x.Conj(), n, axis, Spectra.Other(norm), "Hfft");

    /// <summary>The inverse of <see cref="Hfft"/>: the first n / 2 + 1 elements of the inverse transform of real numbers.</summary>
    /// <inheritdoc cref="Fft(ComplexTensor, long?, int, FftNorm)"/>
    /// <example><code>
    /// Console.WriteLine(Fourier.Ihfft(Tensor.From([4f, 0, 0, 0])).Real);    // [1, 1, 1]
    /// </code></example>
    public static ComplexTensor Ihfft(Tensor x, long? n = null, int axis = -1, FftNorm norm = FftNorm.Backward) => Rfft(x, n, axis, Spectra.Other(norm)).Conj();

    /// <summary>The transform along several axes.</summary>
    /// <param name="x">The numbers.</param>
    /// <param name="sizes">The length along each axis, -1 for that of the axis; all of them when left out.</param>
    /// <param name="axes">The axes: when left out, the last ones, as many as there are sizes, or all.</param>
    /// <param name="norm">What is divided by the number of points.</param>
    /// <example><code>
    /// Console.WriteLine(Fourier.Fftn(Tensor.Ones([2, 4])));
    /// // [[8+0j, 0+0j, 0+0j, 0+0j],
    /// //  [0+0j, 0+0j, 0+0j, 0+0j]]
    /// </code></example>
    /// <exception cref="ShapeException">There is no such axis, an axis is named twice, or a length is less than 1.</exception>
    public static ComplexTensor Fftn(ComplexTensor x, Dims? sizes = null, Dims? axes = null, FftNorm norm = FftNorm.Backward) => Several(x, Axes(x.Shape, sizes, axes, "Fftn"), false, norm, "Fftn");

    /// <inheritdoc cref="Fftn(ComplexTensor, Dims?, Dims?, FftNorm)"/>
    public static ComplexTensor Fftn(Tensor x, Dims? sizes = null, Dims? axes = null, FftNorm norm = FftNorm.Backward) => Fftn(ComplexTensor.FromReal(x), sizes, axes, norm);

    /// <summary>The inverse transform along several axes.</summary>
    /// <inheritdoc cref="Fftn(ComplexTensor, Dims?, Dims?, FftNorm)"/>
    /// <example><code>
    /// Console.WriteLine(Fourier.Ifftn(Tensor.Ones([2, 4])));
    /// // [[1+0j, 0+0j, 0+0j, 0+0j],
    /// //  [0+0j, 0+0j, 0+0j, 0+0j]]
    /// </code></example>
    public static ComplexTensor Ifftn(ComplexTensor x, Dims? sizes = null, Dims? axes = null, FftNorm norm = FftNorm.Backward) => Several(x, Axes(x.Shape, sizes, axes, "Ifftn"), true, norm, "Ifftn");

    /// <inheritdoc cref="Ifftn(ComplexTensor, Dims?, Dims?, FftNorm)"/>
    public static ComplexTensor Ifftn(Tensor x, Dims? sizes = null, Dims? axes = null, FftNorm norm = FftNorm.Backward) => Ifftn(ComplexTensor.FromReal(x), sizes, axes, norm);

    /// <summary>The transform of real numbers along several axes: <see cref="Rfft"/> along the last of them, <see cref="Fftn(ComplexTensor, Dims?, Dims?, FftNorm)"/> along the others.</summary>
    /// <inheritdoc cref="Fftn(ComplexTensor, Dims?, Dims?, FftNorm)"/>
    /// <example><code>
    /// Console.WriteLine(Fourier.Rfftn(Tensor.Ones([4, 6])).Shape);    // [4, 4]
    /// </code></example>
    public static ComplexTensor Rfftn(Tensor x, Dims? sizes = null, Dims? axes = null, FftNorm norm = FftNorm.Backward)
    {
        var all = Axes(x.Shape, sizes, axes, "Rfftn");
        var (axis, size) = Last(all, "Rfftn");
        return Several(Rfft(x, size, axis, norm), all[..^1], false, norm, "Rfftn");
    }

    /// <summary>The inverse of <see cref="Rfftn"/>. The size along the last axis is how many real numbers there are; 2 (m - 1) when left out.</summary>
    /// <inheritdoc cref="Fftn(ComplexTensor, Dims?, Dims?, FftNorm)"/>
    /// <example><code>
    /// Console.WriteLine(Fourier.Irfftn(Fourier.Rfftn(Tensor.Ones([2, 4]))));
    /// // [[1, 1, 1, 1],
    /// //  [1, 1, 1, 1]]
    /// </code></example>
    public static Tensor Irfftn(ComplexTensor x, Dims? sizes = null, Dims? axes = null, FftNorm norm = FftNorm.Backward)
    {
        var all = Axes(x.Shape, sizes, axes, "Irfftn");
        var (axis, size) = Last(all, "Irfftn");
        return Irfft(Several(x, all[..^1], true, norm, "Irfftn"), size, axis, norm);
    }

    /// <summary>The transform along several axes of a signal that is conjugate to itself along the last of them: <see cref="Hfft"/> there, after <see cref="Fftn(ComplexTensor, Dims?, Dims?, FftNorm)"/> along the others.</summary>
    /// <inheritdoc cref="Irfftn"/>
    /// <example><code>
    /// Console.WriteLine(Fourier.Hfftn(ComplexTensor.FromReal(Tensor.Ones([2, 3]))));
    /// // [[8, 0, 0, 0],
    /// //  [0, 0, 0, 0]]
    /// </code></example>
    public static Tensor Hfftn(ComplexTensor x, Dims? sizes = null, Dims? axes = null, FftNorm norm = FftNorm.Backward)
    {
        var all = Axes(x.Shape, sizes, axes, "Hfftn");
        var (axis, size) = Last(all, "Hfftn");
        return Hfft(Several(x, all[..^1], false, norm, "Hfftn"), size, axis, norm);
    }

    /// <summary>The inverse of <see cref="Hfftn"/>: <see cref="Ihfft"/> along the last of several axes, then the inverse transform along the others.</summary>
    /// <inheritdoc cref="Fftn(ComplexTensor, Dims?, Dims?, FftNorm)"/>
    /// <example><code>
    /// Console.WriteLine(Fourier.Ihfftn(Tensor.Ones([2, 4])).Real);
    /// // [[1, 0, 0],
    /// //  [0, 0, 0]]
    /// </code></example>
    public static ComplexTensor Ihfftn(Tensor x, Dims? sizes = null, Dims? axes = null, FftNorm norm = FftNorm.Backward)
    {
        var all = Axes(x.Shape, sizes, axes, "Ihfftn");
        var (axis, size) = Last(all, "Ihfftn");
        return Several(Ihfft(x, size, axis, norm), all[..^1], true, norm, "Ihfftn");
    }

    /// <summary><see cref="Fftn(ComplexTensor, Dims?, Dims?, FftNorm)"/> along two axes, the last ones unless said otherwise.</summary>
    /// <example><code>
    /// Console.WriteLine(Fourier.Fft2(Tensor.Ones([10, 8, 8])).Shape);    // [10, 8, 8]    of each matrix
    /// </code></example>
    public static ComplexTensor Fft2(ComplexTensor x, Dims? sizes = null, Dims? axes = null, FftNorm norm = FftNorm.Backward) => Fftn(x, sizes, axes ?? LastTwo, norm);

    /// <inheritdoc cref="Fft2(ComplexTensor, Dims?, Dims?, FftNorm)"/>
    public static ComplexTensor Fft2(Tensor x, Dims? sizes = null, Dims? axes = null, FftNorm norm = FftNorm.Backward) => Fftn(x, sizes, axes ?? LastTwo, norm);

    /// <summary><see cref="Ifftn(ComplexTensor, Dims?, Dims?, FftNorm)"/> along two axes, the last ones unless said otherwise.</summary>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 1f, 2f }, { 3f, 4f } });
    /// Console.WriteLine(Fourier.Ifft2(Fourier.Fft2(x)).Real);
    /// // [[1, 2],
    /// //  [3, 4]]
    /// </code></example>
    public static ComplexTensor Ifft2(ComplexTensor x, Dims? sizes = null, Dims? axes = null, FftNorm norm = FftNorm.Backward) => Ifftn(x, sizes, axes ?? LastTwo, norm);

    /// <inheritdoc cref="Ifft2(ComplexTensor, Dims?, Dims?, FftNorm)"/>
    public static ComplexTensor Ifft2(Tensor x, Dims? sizes = null, Dims? axes = null, FftNorm norm = FftNorm.Backward) => Ifftn(x, sizes, axes ?? LastTwo, norm);

    /// <summary><see cref="Rfftn"/> along two axes, the last ones unless said otherwise.</summary>
    /// <example><code>
    /// Console.WriteLine(Fourier.Rfft2(Tensor.Ones([8, 8])).Shape);    // [8, 5]
    /// </code></example>
    public static ComplexTensor Rfft2(Tensor x, Dims? sizes = null, Dims? axes = null, FftNorm norm = FftNorm.Backward) => Rfftn(x, sizes, axes ?? LastTwo, norm);

    /// <summary><see cref="Irfftn"/> along two axes, the last ones unless said otherwise.</summary>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 1f, 2f }, { 3f, 4f } });
    /// Console.WriteLine(Fourier.Irfft2(Fourier.Rfft2(x)));
    /// // [[1, 2],
    /// //  [3, 4]]
    /// </code></example>
    public static Tensor Irfft2(ComplexTensor x, Dims? sizes = null, Dims? axes = null, FftNorm norm = FftNorm.Backward) => Irfftn(x, sizes, axes ?? LastTwo, norm);

    /// <summary><see cref="Hfftn"/> along two axes, the last ones unless said otherwise.</summary>
    /// <example><code>
    /// Console.WriteLine(Fourier.Hfft2(ComplexTensor.FromReal(Tensor.Ones([2, 3]))));
    /// // [[8, 0, 0, 0],
    /// //  [0, 0, 0, 0]]
    /// </code></example>
    public static Tensor Hfft2(ComplexTensor x, Dims? sizes = null, Dims? axes = null, FftNorm norm = FftNorm.Backward) => Hfftn(x, sizes, axes ?? LastTwo, norm);

    /// <summary><see cref="Ihfftn"/> along two axes, the last ones unless said otherwise.</summary>
    /// <example><code>
    /// Console.WriteLine(Fourier.Ihfft2(Tensor.Ones([2, 4])).Real);
    /// // [[1, 0, 0],
    /// //  [0, 0, 0]]
    /// </code></example>
    public static ComplexTensor Ihfft2(Tensor x, Dims? sizes = null, Dims? axes = null, FftNorm norm = FftNorm.Backward) => Ihfftn(x, sizes, axes ?? LastTwo, norm);

    /// <summary>The frequency of each element of a transform of n points: 0, 1, ..., then the negative ones up to -1, divided by n times the spacing.</summary>
    /// <param name="n">The number of points.</param>
    /// <param name="spacing">The time between two points.</param>
    /// <param name="dtype">A floating-point dtype.</param>
    /// <example><code>
    /// Console.WriteLine(Fourier.Fftfreq(5, spacing: 0.1));    // [ 0,  2,  4, -4, -2]
    /// </code></example>
    /// <exception cref="ShapeException">There are no points, or the spacing is 0.</exception>
    public static Tensor Fftfreq(long n, double spacing = 1, DType dtype = DType.Float32)
    {
        Check(n, spacing, "Fftfreq");
        var places = Tensor.Arange(0, n, 1, DType.Float64);
        return (Tensor.Where(places < (n + 1) / 2, places, places - n) / (n * spacing)).To(dtype);
    }

    /// <summary>The frequency of each element of a transform of n real points: 0, 1, ... n / 2, divided by n times the spacing.</summary>
    /// <inheritdoc cref="Fftfreq"/>
    /// <example><code>
    /// Console.WriteLine(Fourier.Rfftfreq(5, spacing: 0.1));    // [0, 2, 4]
    /// </code></example>
    public static Tensor Rfftfreq(long n, double spacing = 1, DType dtype = DType.Float32)
    {
        Check(n, spacing, "Rfftfreq");
        return (Tensor.Arange(0, n / 2 + 1, 1, DType.Float64) / (n * spacing)).To(dtype);
    }

    /// <summary>A spectrum with the frequency 0 in the middle: the second half of each axis before the first one.</summary>
    /// <param name="x">A spectrum.</param>
    /// <param name="axes">The axes; all when left out.</param>
    /// <example><code>
    /// Console.WriteLine(Fourier.Fftshift(Tensor.From([0, 1, 2, -2, -1])));    // [-2, -1,  0,  1,  2]
    /// </code></example>
    public static Tensor Fftshift(Tensor x, Dims? axes = null) => Turned(x, axes, "Fftshift", n => n - n / 2);

    /// <inheritdoc cref="Fftshift(Tensor, Dims?)"/>
    public static ComplexTensor Fftshift(ComplexTensor x, Dims? axes = null) => new(Fftshift(x.Real, axes), Fftshift(x.Imaginary, axes));

    /// <summary>The inverse of <see cref="Fftshift(Tensor, Dims?)"/>, which differs from it for odd lengths.</summary>
    /// <param name="x">A spectrum.</param>
    /// <param name="axes">The axes; all when left out.</param>
    /// <example><code>
    /// Console.WriteLine(Fourier.Ifftshift(Tensor.From([-2, -1, 0, 1, 2])));    // [ 0,  1,  2, -2, -1]
    /// </code></example>
    public static Tensor Ifftshift(Tensor x, Dims? axes = null) => Turned(x, axes, "Ifftshift", n => n / 2);

    /// <inheritdoc cref="Ifftshift(Tensor, Dims?)"/>
    public static ComplexTensor Ifftshift(ComplexTensor x, Dims? axes = null) => new(Ifftshift(x.Real, axes), Ifftshift(x.Imaginary, axes));

    static Dims LastTwo => [-2, -1];

    static ComplexTensor Run(ComplexTensor x, int axis, bool inverse, FftNorm norm)
    {
        var y = Dispatch.RunAll(new Dft(x.Shape.Axis(axis, "Fft"), inverse, norm), x.Real, x.Imaginary);
        return new(y[0], y[1]);
    }

    static Tensor Real(ComplexTensor x, long? n, int axis, FftNorm norm, string name)
    {
        int i = x.Shape.Axis(axis, name);
        Dim length = n is { } given ? given : (x.Shape[i] - 1) * 2;
        if (length.IsKnown && length < 1) throw new ShapeException($"{name}: a transform needs at least one element. Received: {(n is null ? $"axis {axis} of shape {x.Shape}, which stands for {length}" : $"a length of {n}")}.");
        if (n is not null) x = Sized(x, n / 2 + 1, i, name);
        return Dispatch.Run(new RealInverseDft(i, length, norm), x.Real, x.Imaginary);
    }

    static ComplexTensor Several(ComplexTensor x, (int Axis, long? Size)[] axes, bool inverse, FftNorm norm, string name)
    {
        foreach (var (axis, size) in axes) x = Run(Sized(x, size, axis, name), axis, inverse, norm);
        return x;
    }

    static (int Axis, long? Size) Last((int Axis, long? Size)[] axes, string name) =>
        axes.Length > 0 ? axes[^1] : throw new ShapeException($"{name}: expected at least one axis.");

    static (int Axis, long? Size)[] Axes(Shape shape, Dims? sizes, Dims? axes, string name)
    {
        if (sizes is { } given && axes is { } named && given.Count != named.Count) throw new ShapeException($"{name}: sizes {given} and axes {named} differ in number.");
        int count = axes?.Count ?? sizes?.Count ?? shape.Rank;
        if (count > shape.Rank) throw new ShapeException($"{name}: {count} sizes are too many for shape {shape}.");
        var all = new (int Axis, long? Size)[count];
        for (int i = 0; i < count; i++)
        {
            all[i] = (shape.Axis(axes?[i] ?? i - count, name), sizes is { } s && s[i] != -1 ? s[i] : null);
            for (int k = 0; k < i; k++)
                if (all[k].Axis == all[i].Axis) throw new ShapeException($"{name}: axis {all[i].Axis} is named twice in {axes}.");
        }
        return all;
    }

    static ComplexTensor Sized(ComplexTensor x, long? n, int axis, string name) => n is null ? x : new(Sized(x.Real, n, axis, name), Sized(x.Imaginary, n, axis, name));

    /// <summary>Zeros behind an axis, or a cut, so that it has n elements.</summary>
    static Tensor Sized(Tensor x, long? n, int axis, string name)
    {
        if (n is not { } size) return x;
        if (size < 1) throw new ShapeException($"{name}: a transform needs at least one element. Received: a length of {size}.");
        int i = x.Shape.Axis(axis, name);
        Dim now = x.Shape[i];
        if (!now.IsKnown) return x.Pad(i, 0, size).Narrow(i, 0, size);
        return now == size ? x : now > size ? x.Narrow(i, 0, size) : x.Pad(i, 0, size - now);
    }

    static Tensor Turned(Tensor x, Dims? axes, string name, Func<Dim, Dim> first)
    {
        foreach (long axis in axes ?? [.. Enumerable.Range(0, x.Rank).Select(i => (long)i)])
        {
            int i = x.Shape.Axis(axis, name);
            Dim n = x.Shape[i], start = first(n);
            x = Tensor.Concat([x.Narrow(i, start, n - start), x.Narrow(i, 0, start)], i);
        }
        return x;
    }

    static void Check(long n, double spacing, string name)
    {
        if (n < 1 || spacing == 0) throw new ShapeException($"{name}: expected at least one point and a spacing other than 0. Received: {n} and {spacing}.");
    }
}
