namespace Tauten;

/// <summary>
/// Windows: weights that fade towards the ends of a stretch of a signal, so that its spectrum does not show the cuts. With k from 0 on and N = length for a periodic
/// window, N = length - 1 for a symmetric one.
/// </summary>
/// <remarks>
/// A periodic window is one period of a sequence, right for spectra: it is the symmetric one of one sample more, without its last. PyTorch's <c>hann_window</c> and its
/// relatives are periodic unless said otherwise, as here; those of <c>torch.signal.windows</c> and <c>scipy.signal</c> are symmetric.
/// </remarks>
public static class SignalWindows
{
    /// <summary>1/2 - 1/2 cos(2 pi k / N).</summary>
    /// <param name="length">The number of samples.</param>
    /// <param name="periodic">Whether the window is periodic rather than symmetric.</param>
    /// <param name="dtype">A floating-point dtype.</param>
    /// <example><code>
    /// Console.WriteLine(SignalWindows.Hann(4));    // [0.0000, 0.5000, 1.0000, 0.5000]
    /// Console.WriteLine(SignalWindows.Hann(5, periodic: false));    // [0.0000, 0.5000, 1.0000, 0.5000, 0.0000]
    /// </code></example>
    /// <exception cref="ShapeException">The length is negative.</exception>
    /// <exception cref="DTypeException">The dtype is not floating-point.</exception>
    public static Tensor Hann(long length, bool periodic = true, DType dtype = DType.Float32) => GeneralCosine(length, [0.5, 0.5], periodic, dtype);

    /// <summary>alpha - beta cos(2 pi k / N).</summary>
    /// <inheritdoc cref="Hann"/>
    /// <example><code>
    /// Console.WriteLine(SignalWindows.Hamming(4));    // [0.0800, 0.5400, 1.0000, 0.5400]
    /// </code></example>
    public static Tensor Hamming(long length, bool periodic = true, double alpha = 0.54, double beta = 0.46, DType dtype = DType.Float32) => GeneralCosine(length, [alpha, beta], periodic, dtype);

    /// <summary>0.42 - 0.5 cos(2 pi k / N) + 0.08 cos(4 pi k / N).</summary>
    /// <inheritdoc cref="Hann"/>
    /// <example><code>
    /// Console.WriteLine(SignalWindows.Blackman(5, periodic: false).Round(4));    // [-0.0000,  0.3400,  1.0000,  0.3400, -0.0000]
    /// </code></example>
    public static Tensor Blackman(long length, bool periodic = true, DType dtype = DType.Float32) => GeneralCosine(length, [0.42, 0.5, 0.08], periodic, dtype);

    /// <summary>A sum of four cosines with sidelobes below -98 dB (Nuttall: "Some windows with very good sidelobe behavior", 1981).</summary>
    /// <inheritdoc cref="Hann"/>
    /// <example><code>
    /// Console.WriteLine(SignalWindows.Nuttall(5, periodic: false));    // [0.0004, 0.2270, 1.0000, 0.2270, 0.0004]
    /// </code></example>
    public static Tensor Nuttall(long length, bool periodic = true, DType dtype = DType.Float32) => GeneralCosine(length, [0.3635819, 0.4891775, 0.1365995, 0.0106411], periodic, dtype);

    /// <summary>A triangle: 1 - |2 k / N - 1|.</summary>
    /// <inheritdoc cref="Hann"/>
    /// <example><code>
    /// Console.WriteLine(SignalWindows.Bartlett(5, periodic: false));    // [0.0000, 0.5000, 1.0000, 0.5000, 0.0000]
    /// </code></example>
    public static Tensor Bartlett(long length, bool periodic = true, DType dtype = DType.Float32) => Make(length, periodic, dtype, (k, n) => 1 - Math.Abs(2 * k / n - 1));

    /// <summary>sin(pi (k + 1/2) / (N + 1)).</summary>
    /// <inheritdoc cref="Hann"/>
    /// <example><code>
    /// Console.WriteLine(SignalWindows.Cosine(4, periodic: false));    // [0.3827, 0.9239, 0.9239, 0.3827]
    /// </code></example>
    public static Tensor Cosine(long length, bool periodic = true, DType dtype = DType.Float32) => Make(length, periodic, dtype, (k, n) => Math.Sin(Math.PI * (k + 0.5) / (n + 1)));

    /// <summary>a[0] - a[1] cos(2 pi k / N) + a[2] cos(4 pi k / N) - ...</summary>
    /// <param name="length">The number of samples.</param>
    /// <param name="coefficients">The weights of the cosines.</param>
    /// <param name="periodic">Whether the window is periodic rather than symmetric.</param>
    /// <param name="dtype">A floating-point dtype.</param>
    /// <example><code>
    /// Console.WriteLine(SignalWindows.GeneralCosine(4, [0.5, 0.5]));    // [0.0000, 0.5000, 1.0000, 0.5000]    the Hann window
    /// </code></example>
    public static Tensor GeneralCosine(long length, ReadOnlySpan<double> coefficients, bool periodic = true, DType dtype = DType.Float32)
    {
        if (coefficients.Length == 0) throw new ShapeException("GeneralCosine: expected at least one coefficient.");
        double[] a = coefficients.ToArray();
        return Make(length, periodic, dtype, (k, n) =>
        {
            double sum = 0;
            for (int i = 0; i < a.Length; i++) sum += (i % 2 == 0 ? a[i] : -a[i]) * Math.Cos(2 * Math.PI * i * k / n);
            return sum;
        });
    }

    /// <summary>alpha - (1 - alpha) cos(2 pi k / N).</summary>
    /// <inheritdoc cref="Hann"/>
    /// <example><code>
    /// Console.WriteLine(SignalWindows.GeneralHamming(4, alpha: 0.5));    // [0.0000, 0.5000, 1.0000, 0.5000]
    /// </code></example>
    public static Tensor GeneralHamming(long length, double alpha = 0.54, bool periodic = true, DType dtype = DType.Float32) => GeneralCosine(length, [alpha, 1 - alpha], periodic, dtype);

    /// <summary>exp(-((k - N / 2) / deviation)^2 / 2).</summary>
    /// <param name="length">The number of samples.</param>
    /// <param name="deviation">The standard deviation, in samples.</param>
    /// <param name="periodic">Whether the window is periodic rather than symmetric.</param>
    /// <param name="dtype">A floating-point dtype.</param>
    /// <example><code>
    /// Console.WriteLine(SignalWindows.Gaussian(5, deviation: 1, periodic: false));    // [0.1353, 0.6065, 1.0000, 0.6065, 0.1353]
    /// </code></example>
    public static Tensor Gaussian(long length, double deviation = 1, bool periodic = true, DType dtype = DType.Float32)
    {
        if (!(deviation > 0)) throw new ShapeException($"Gaussian: the standard deviation must be positive. Received: {deviation}.");
        return Make(length, periodic, dtype, (k, n) => Math.Exp(-0.5 * Math.Pow((k - n / 2) / deviation, 2)), single: true);
    }

    /// <summary>exp(-|k - centre| / decay).</summary>
    /// <param name="length">The number of samples.</param>
    /// <param name="decay">The distance over which the window falls by a factor e, in samples.</param>
    /// <param name="centre">Where the window is 1; N / 2 when left out.</param>
    /// <param name="periodic">Whether the window is periodic rather than symmetric.</param>
    /// <param name="dtype">A floating-point dtype.</param>
    /// <example><code>
    /// Console.WriteLine(SignalWindows.Exponential(5, decay: 1, periodic: false));    // [0.1353, 0.3679, 1.0000, 0.3679, 0.1353]
    /// </code></example>
    public static Tensor Exponential(long length, double decay = 1, double? centre = null, bool periodic = true, DType dtype = DType.Float32)
    {
        if (!(decay > 0)) throw new ShapeException($"Exponential: the decay must be positive. Received: {decay}.");
        return Make(length, periodic, dtype, (k, n) => Math.Exp(-Math.Abs(k - (centre ?? n / 2)) / decay), single: true);
    }

    /// <summary>
    /// I0(beta sqrt(1 - (2 k / N - 1)^2)) / I0(beta) with the modified Bessel function I0: close to the window with the most energy in a given width of its spectrum
    /// (Kaiser, 1974).
    /// </summary>
    /// <param name="length">The number of samples.</param>
    /// <param name="beta">How fast it fades: a narrow spectrum for small numbers, low sidelobes for large ones.</param>
    /// <param name="periodic">Whether the window is periodic rather than symmetric.</param>
    /// <param name="dtype">A floating-point dtype.</param>
    /// <example><code>
    /// Console.WriteLine(SignalWindows.Kaiser(5, beta: 5, periodic: false));    // [0.0367, 0.5529, 1.0000, 0.5529, 0.0367]
    /// </code></example>
    public static Tensor Kaiser(long length, double beta = 12, bool periodic = true, DType dtype = DType.Float32)
    {
        if (!double.IsFinite(beta)) throw new ShapeException($"Kaiser: beta must be finite. Received: {beta}.");
        double largest = Math.Abs(beta), whole = ScaledBessel(largest);
        return Make(length, periodic, dtype, (k, n) =>
        {
            double distance = 2 * k / n - 1, x = largest * Math.Sqrt(Math.Max(0, 1 - distance * distance));
            return Math.Exp(x - largest) * ScaledBessel(x) / whole;
        });
    }

    /// <summary>I0(x) exp(-x) for x not below 0: by its power series, and for large x by its asymptotic one (DLMF 10.25.2, 10.40.1).</summary>
    static double ScaledBessel(double x)
    {
        double sum = 1, term = 1;
        if (x < 50)
        {
            for (int k = 1; term > sum * 1e-18; k++) sum += term *= x / 2 / k * (x / 2 / k);
            return sum * Math.Exp(-x);
        }
        for (int k = 1; k < 20 && term > 1e-18; k++) sum += term *= (2.0 * k - 1) * (2 * k - 1) / (8 * x * k);
        return sum / Math.Sqrt(2 * Math.PI * x);
    }

    static Tensor Make(long length, bool periodic, DType dtype, Func<double, double, double> value, bool single = false)
    {
        if (length < 0) throw new ShapeException($"A window cannot have {length} samples. Expected 0 or more.");
        if (!dtype.IsFloating()) throw new DTypeException($"A window is of a floating-point dtype. Received: {dtype.Name()}.");
        double last = periodic && length > 1 ? length : length - 1;
        var values = new double[length];
        for (long k = 0; k < length; k++) values[k] = length == 1 && !single ? 1 : value(k, last);
        return Tensor.From(values).To(dtype);
    }
}
