using static Tauten.Agreement.ComplexArea;

namespace Tauten.Agreement;

static class SignalArea
{
    public static Area Calls { get; } = Windows(new("signal")
    {
        ["stft 8"] = x => Parts(Fourier.Stft(x[0], 8)),
        ["stft 8 hop=3 window"] = x => Parts(Fourier.Stft(x[0], 8, 3, x[1])),
        ["stft 8 hop=2 short window"] = x => Parts(Fourier.Stft(x[0], 8, 2, SignalWindows.Hamming(6, dtype: x[0].DType))),
        ["stft 8 no center normalized"] = x => Parts(Fourier.Stft(x[0], 8, 4, Hann(x), center: false, normalized: true)),
        ["stft 8 two-sided"] = x => Parts(Fourier.Stft(x[0], 8, 4, Hann(x), oneSided: false)),
        ["stft 7 constant"] = x => Parts(Fourier.Stft(x[0], 7, 2, padding: PadMode.Constant)),
        ["stft 7 replicate"] = x => Parts(Fourier.Stft(x[0].Unsqueeze(0), 7, 2, padding: PadMode.Replicate)),
        ["stft 7 circular"] = x => Parts(Fourier.Stft(x[0].Unsqueeze(0), 7, 2, padding: PadMode.Circular)),
        ["istft 8"] = x => [Fourier.Istft(Pair(x), 8)],
        ["istft 8 hop=3 window"] = x => [Fourier.Istft(Pair(x), 8, 3, Hann(x) + 0.125)],
        ["istft 8 hop=2 short window"] = x => [Fourier.Istft(Pair(x), 8, 2, SignalWindows.Hamming(6, dtype: x[0].DType))],
        ["istft 8 length=12"] = x => [Fourier.Istft(Pair(x), 8, 2, Hann(x), length: 12)],
        ["istft 8 length=17"] = x => [Fourier.Istft(Pair(x), 8, 2, Hann(x), length: 17)],
        ["istft 8 normalized"] = x => [Fourier.Istft(Pair(x), 8, 2, normalized: true)],
        ["istft 8 two-sided"] = x => [Fourier.Istft(Pair(x), 8, 2, oneSided: false)],
        ["convolve full"] = x => [Fourier.Convolve(x[0], x[1])],
        ["convolve same"] = x => [Fourier.Convolve(x[0], x[1], ConvolutionPart.Same)],
        ["convolve valid"] = x => [Fourier.Convolve(x[0], x[1], ConvolutionPart.Valid)],
        ["exponential centre=2"] = _ => [SignalWindows.Exponential(12, 3, 2, dtype: DType.Float64)],
    });

    static Tensor Hann(Tensor[] x) => SignalWindows.Hann(8, dtype: x[0].DType);

    static Area Windows(Area area)
    {
        const DType exact = DType.Float64;
        foreach (bool periodic in (bool[])[true, false])
        {
            string which = periodic ? "periodic" : "symmetric";
            foreach (int n in (int[])[1, 2, 9, 12])
            {
                area[$"hann {n} {which}"] = _ => [SignalWindows.Hann(n, periodic, exact)];
                area[$"hamming {n} {which}"] = _ => [SignalWindows.Hamming(n, periodic, dtype: exact)];
                area[$"blackman {n} {which}"] = _ => [SignalWindows.Blackman(n, periodic, exact)];
                area[$"bartlett {n} {which}"] = _ => [SignalWindows.Bartlett(n, periodic, exact)];
                area[$"kaiser {n} {which}"] = _ => [SignalWindows.Kaiser(n, periodic: periodic, dtype: exact)];
            }
            foreach (int beta in (int[])[0, 5, 80]) area[$"kaiser beta={beta} {which}"] = _ => [SignalWindows.Kaiser(12, beta, periodic, exact)];
            area[$"hamming 12 alpha {which}"] = _ => [SignalWindows.GeneralHamming(12, 0.6, periodic, exact)];
            area[$"nuttall 12 {which}"] = _ => [SignalWindows.Nuttall(12, periodic, exact)];
            area[$"cosine 12 {which}"] = _ => [SignalWindows.Cosine(12, periodic, exact)];
            area[$"gaussian 12 {which}"] = _ => [SignalWindows.Gaussian(12, 2.5, periodic, exact)];
            area[$"exponential 12 {which}"] = _ => [SignalWindows.Exponential(12, 3, periodic: periodic, dtype: exact)];
            area[$"cosines 12 {which}"] = _ => [SignalWindows.GeneralCosine(12, [0.3, 0.4, 0.2, 0.1], periodic, exact)];
        }
        return area;
    }
}
