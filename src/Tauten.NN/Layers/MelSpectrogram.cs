using System.Globalization;

namespace Tauten.NN;

/// <summary>
/// The spectrogram of signals on the mel scale of pitch, 1127 ln(1 + f / 700): magnitudes of the short-time transform to a power, summed by triangles between neighbouring pitches, in decibels if
/// asked. [.., samples] becomes [.., bins, frames]. As Keras' layer, but that the peak to which decibels are limited is that of each signal, not of the batch. torchaudio's MelSpectrogram is this with <c>lowest: 0, decibels: false, overFrequency: true</c>.
/// </summary>
/// <remarks>Nothing is learned, and there is no state.</remarks>
/// <example><code>
/// var layer = new MelSpectrogram(bins: 64, samplingRate: 8000, transformLength: 512, hop: 256);
/// Console.WriteLine(layer.Call(Tensor.Randn([2, 8000])).Shape);    // [2, 64, 32]
/// </code></example>
public sealed class MelSpectrogram : Module<Tensor, Tensor>
{
    readonly int transformLength, hop;
    readonly Tensor window, triangles;
    readonly double power, leastPower, referencePower;
    readonly double? range;
    readonly bool decibels;

    /// <summary>A layer without parameters.</summary>
    /// <param name="transformLength">The length of each transform.</param>
    /// <param name="hop">From the beginning of a frame to that of the next.</param>
    /// <param name="frameLength">The length of the window, Hann's, in the middle of a frame; that of the transform if left out.</param>
    /// <param name="samplingRate">Samples in a second.</param>
    /// <param name="bins">The number of pitches.</param>
    /// <param name="lowest">The lowest frequency, Hz.</param>
    /// <param name="highest">The highest frequency, Hz; half of the sampling rate if left out.</param>
    /// <param name="decibels">Whether 10 log10(power / reference) is given.</param>
    /// <param name="range">Decibels that lie more than this below the peak of a signal are raised to that; no limit if null.</param>
    /// <param name="power">The exponent of the magnitudes.</param>
    /// <param name="leastPower">Power that is less than this counts as this.</param>
    /// <param name="referencePower">What 0 decibels are.</param>
    /// <param name="overFrequency">Whether the sides of the triangles are straight over the frequency, as torchaudio's and librosa's with <c>htk</c>, rather than over the pitch, as Keras'.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length or a frequency is out of range.</exception>
    public MelSpectrogram(
        int transformLength = 2048, int hop = 512, int? frameLength = null, double samplingRate = 16000, int bins = 128, double lowest = 20, double? highest = null, bool decibels = true,
        double? range = 80, double power = 2, double leastPower = 1e-10, double referencePower = 1, bool overFrequency = false)
    {
        if (transformLength < 1 || hop < 1 || bins < 1) throw new ArgumentOutOfRangeException(nameof(transformLength), $"MelSpectrogram: expected lengths and a number of bins of at least 1. Received: {transformLength}, {hop} and {bins}.");
        int frame = frameLength ?? transformLength;
        if (frame < 1 || frame > transformLength) throw new ArgumentOutOfRangeException(nameof(frameLength), frame, $"MelSpectrogram: expected 1 to {transformLength}, the length of the transform.");
        double top = highest ?? samplingRate / 2;
        if (!(lowest >= 0 && lowest < top && top <= samplingRate / 2))
            throw new ArgumentOutOfRangeException(nameof(highest), string.Create(CultureInfo.InvariantCulture, $"MelSpectrogram: expected frequencies that rise from at least 0 to at most {samplingRate / 2}, half of the sampling rate. Received: {lowest} and {top}."));
        if (!(leastPower > 0)) throw new ArgumentOutOfRangeException(nameof(leastPower), leastPower, "MelSpectrogram: expected a number above 0.");
        (this.transformLength, this.hop, this.power, this.leastPower, this.referencePower, this.range, this.decibels) = (transformLength, hop, power, leastPower, referencePower, range, decibels);
        (window, triangles) = Initial.Outside(() => (SignalWindows.Hann(frame, dtype: DType.Float64), Triangles(transformLength / 2 + 1, samplingRate, bins, lowest, top, overFrequency)));
    }

    // [bins, frequencies]: for each pitch a triangle that is 1 at it and 0 at its neighbours; the constant part of a signal has no pitch.
    static Tensor Triangles(int frequencies, double samplingRate, int bins, double lowest, double highest, bool overFrequency)
    {
        double from = Mel(lowest), step = (Mel(highest) - from) / (bins + 1);
        var weights = new double[bins * frequencies];
        for (int i = 0; i < bins; i++)
            for (int k = 1; k < frequencies; k++)
            {
                // 0, 1 and 2 at the neighbour below, the pitch and the one above.
                double frequency = k * samplingRate / 2 / (frequencies - 1), place = (Mel(frequency) - from) / step - i;
                double rising = overFrequency ? Part(frequency, i) : place, falling = overFrequency ? 1 - Part(frequency, i + 1) : 2 - place;
                weights[i * frequencies + k] = Math.Max(0, Math.Min(rising, falling));
            }
        return Tensor.From(weights, Shape.Of(bins, frequencies));

        double Part(double frequency, int i) => (frequency - Frequency(from + i * step)) / (Frequency(from + (i + 1) * step) - Frequency(from + i * step));

        static double Frequency(double mel) => 700 * (Math.Exp(mel / 1127) - 1);

        static double Mel(double frequency) => 1127 * Math.Log(1 + frequency / 700);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        if (!x.DType.IsFloating()) throw new DTypeException($"MelSpectrogram: expected a floating-point signal. Received: {x.DType.Name()}.");
        var magnitudes = Fourier.Stft(x, transformLength, hop, window.To(x.DType)).Abs();
        var y = triangles.To(x.DType).MatMul(power == 1 ? magnitudes : power == 2 ? magnitudes.Square() : magnitudes.Pow(power));
        if (!decibels) return y;
        y = y.ClampMin(leastPower).Log10() * 10 - 10 * Math.Log10(Math.Max(Math.Abs(referencePower), leastPower));
        return range is { } limit ? y.Maximum(y.Max([-2, -1], keepDims: true) - limit) : y;
    }

    /// <inheritdoc/>
    protected override string Details() => $"{triangles.Shape[0]} bins, transforms of {transformLength}, hop {hop}{(decibels ? ", decibels" : "")}";
}
