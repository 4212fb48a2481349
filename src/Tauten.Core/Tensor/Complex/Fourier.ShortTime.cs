namespace Tauten;

public static partial class Fourier
{
    /// <summary>
    /// The short-time transform of a signal: the transform of each of the frames of <paramref name="size"/> samples that begin every <paramref name="hop"/> samples, each
    /// multiplied by a window. As PyTorch's <c>stft</c> with <c>return_complex</c>.
    /// </summary>
    /// <param name="x">Real signals, [..., samples].</param>
    /// <param name="size">The number of samples in a frame, and the length of each transform.</param>
    /// <param name="hop">From the beginning of a frame to that of the next; a quarter of the size when left out.</param>
    /// <param name="window">Multiplies each frame; if it is shorter, it lies in the middle of the frame and the rest is 0. Ones when left out.</param>
    /// <param name="center">Whether frame t is centred on sample t hop, for which the signal is continued by half a frame at both ends; else it begins there.</param>
    /// <param name="padding">How the signal is continued.</param>
    /// <param name="normalized">Whether each transform is divided by the square root of the size.</param>
    /// <param name="oneSided">Whether only the first size / 2 + 1 frequencies are given; the others are conjugates of these.</param>
    /// <returns>[..., frequencies, frames].</returns>
    /// <example><code>
    /// var tone = (Tensor.Arange(0, 4000, 1) * 0.3).Sin();
    /// Console.WriteLine(Fourier.Stft(tone, 256, window: SignalWindows.Hann(256)).Shape);    // [129, 63]    frequencies, frames
    /// </code></example>
    /// <exception cref="ShapeException">The signal is shorter than a frame, a size is not positive, or the window does not fit.</exception>
    public static ComplexTensor Stft(Tensor x, int size, int? hop = null, Tensor? window = null, bool center = true, PadMode padding = PadMode.Reflect, bool normalized = false, bool oneSided = true)
    {
        var (step, weights) = Frame(size, hop, window, x.DType, "Stft");
        if (x.Rank == 0) throw new ShapeException("Stft: expected a signal of at least one axis. Received: a scalar.");
        if (center) x = x.Pad(x.Rank - 1, size / 2, size / 2, padding);
        if (x.Shape[^1].IsKnown && x.Shape[^1] < size) throw new ShapeException($"Stft: {x.Shape[^1]} samples{(center ? ", continued at both ends," : "")} are fewer than the {size} of a frame.");
        var frames = x.Windows(-1, size, step);
        if (weights is not null) frames *= weights;
        var norm = normalized ? FftNorm.Ortho : FftNorm.Backward;
        return (oneSided ? Rfft(frames, norm: norm) : Fft(frames, norm: norm)).Transpose(-2, -1);
    }

    /// <summary>
    /// The signal of a short-time transform: the inverse of <see cref="Stft"/> where the squares of the windows that overlap add up to more than 0 everywhere, and the signal
    /// whose transform is closest where frames do not belong together (Griffin, Lim: "Signal estimation from modified short-time Fourier transform", 1984).
    /// </summary>
    /// <param name="x">[..., frequencies, frames].</param>
    /// <param name="size">The number of samples in a frame.</param>
    /// <param name="hop">From the beginning of a frame to that of the next; a quarter of the size when left out.</param>
    /// <param name="window">The window with which the frames were made.</param>
    /// <param name="center">Whether frame t is centred on sample t hop.</param>
    /// <param name="normalized">Whether each transform was divided by the square root of the size.</param>
    /// <param name="oneSided">Whether only the first size / 2 + 1 frequencies are given. The others are not read.</param>
    /// <param name="length">The number of samples of the result, cut or filled with zeros; all that the frames cover when left out.</param>
    /// <returns>[..., samples].</returns>
    /// <example><code>
    /// var x = Tensor.Arange(0, 1, 0.001);
    /// var window = SignalWindows.Hann(128);
    /// var spectrum = Fourier.Stft(x, 128, window: window);
    /// Console.WriteLine(Fourier.Istft(spectrum, 128, window: window, length: 1000).AllClose(x, absolute: 1e-5));    // True
    /// </code></example>
    /// <exception cref="ShapeException">The number of frequencies is not that of the size, or at some sample all windows are 0.</exception>
    public static Tensor Istft(ComplexTensor x, int size, int? hop = null, Tensor? window = null, bool center = true, bool normalized = false, bool oneSided = true, long? length = null)
    {
        var (step, weights) = Frame(size, hop, window, x.DType, "Istft");
        Dim frequencies = oneSided ? size / 2 + 1 : size;
        if (x.Rank < 2 || (x.Shape[^2].IsKnown && x.Shape[^2] != frequencies)) throw new ShapeException($"Istft: expected shape [..., {frequencies}, frames] for frames of {size}. Received: {x.Shape}.");
        var norm = normalized ? FftNorm.Ortho : FftNorm.Backward;
        var turned = x.Transpose(-2, -1);
        if (!oneSided) turned = turned.Narrow(turned.Rank - 1, 0, size / 2 + 1);
        var frames = Irfft(turned, size, norm: norm);
        weights ??= Tensor.Ones([size], x.DType);
        Dim count = frames.Shape[^2], covered = (count - 1) * step + size;
        int rank = frames.Rank - 2;
        var sum = (frames * weights).OverlapAdd([.. frames.Shape.Take(rank), covered], rank, step);
        var envelope = weights.Square().BroadcastTo([count, size]).OverlapAdd([covered], 0, step);
        Dim start = center ? size / 2 : 0, stop = covered - (center ? size / 2 : 0);
        Dim kept = length is not { } wanted ? stop - start : (covered - start).IsKnown ? Dim.Min(wanted, covered - start) : covered - start;
        (sum, envelope) = (sum.Narrow(rank, start, kept), envelope.Narrow(0, start, kept));
        if (!envelope.IsSymbolic && envelope.Count > 0 && envelope.Detach().Min().To(DType.Float64).Item<double>() < 1e-11)
            throw new ShapeException($"Istft: at some samples all windows that overlap are 0, so their values are not known. Choose a smaller hop than {step}, a longer window, or center: true.");
        return Sized(sum / envelope, length, rank, "Istft");
    }

    /// <summary>The hop, and the window in the middle of a frame.</summary>
    static (int Hop, Tensor? Window) Frame(int size, int? hop, Tensor? window, DType dtype, string name)
    {
        int step = hop ?? size / 4;
        if (size < 1 || step < 1) throw new ShapeException($"{name}: frames and hops must be positive. Received: {size} and {step}.");
        if (window is null) return (step, null);
        if (window.Rank != 1 || window.Count > size || window.Count < 1) throw new ShapeException($"{name}: expected a window of 1 to {size} samples. Received: shape {window.Shape}.");
        if (window.DType != dtype) throw new DTypeException($"{name}: the window is {window.DType.Name()}, the signal {dtype.Name()}. Convert one of them with To(dtype).");
        long missing = size - window.Count, before = missing / 2;
        return (step, missing == 0 ? window : window.Pad(0, before, missing - before));
    }
}
