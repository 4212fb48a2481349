using static Tauten.Agreement.ComplexArea;

namespace Tauten.Agreement;

static class FftArea
{
    static readonly Dims two = [0, 2];

    public static Area Calls { get; } = Lengths(Norms(new("fft")
    {
        ["fft n=5 axis=0"] = x => Parts(Fourier.Fft(Pair(x), 5, 0)),
        ["fft n=5"] = x => Parts(Fourier.Fft(Pair(x), 5)),
        ["fft real"] = x => Parts(Fourier.Fft(x[0])),
        ["ifft real"] = x => Parts(Fourier.Ifft(x[0])),
        ["rfft n=12 axis=0"] = x => Parts(Fourier.Rfft(x[0], 12, 0)),
        ["irfft n=7"] = x => [Fourier.Irfft(Pair(x), 7)],
        ["irfft n=20"] = x => [Fourier.Irfft(Pair(x), 20)],
        ["irfft n=6 axis=0"] = x => [Fourier.Irfft(Pair(x), 6, 0)],
        ["hfft n=9"] = x => [Fourier.Hfft(Pair(x), 9)],
        ["fft2"] = x => Parts(Fourier.Fft2(Pair(x))),
        ["ifft2"] = x => Parts(Fourier.Ifft2(Pair(x))),
        ["ifft2 sizes axes"] = x => Parts(Fourier.Ifft2(Pair(x), [4, 3], two)),
        ["rfft2"] = x => Parts(Fourier.Rfft2(x[0])),
        ["irfft2"] = x => [Fourier.Irfft2(Pair(x))],
        ["hfft2"] = x => [Fourier.Hfft2(Pair(x))],
        ["ihfft2"] = x => Parts(Fourier.Ihfft2(x[0])),
        ["rfftn sizes"] = x => Parts(Fourier.Rfftn(x[0], [4, 5])),
        ["irfftn sizes"] = x => [Fourier.Irfftn(Pair(x), [4, 5])],
        ["ifftn axes"] = x => Parts(Fourier.Ifftn(Pair(x), axes: [2, 0])),
        ["fft2 real"] = x => Parts(Fourier.Fft2(x[0])),
        ["fft_fftshift"] = x => [Fourier.Fftshift(x[0])],
        ["fft_fftshift axes"] = x => [Fourier.Fftshift(x[0], two)],
        ["fft_ifftshift"] = x => [Fourier.Ifftshift(x[0])],
        ["fft_ifftshift axes"] = x => [Fourier.Ifftshift(x[0], two)],
    }));

    static Area Norms(Area area)
    {
        foreach (var norm in Enum.GetValues<FftNorm>())
        {
            string name = norm.ToString().ToLowerInvariant();
            area[$"fft {name}"] = x => Parts(Fourier.Fft(Pair(x), norm: norm));
            area[$"ifft {name}"] = x => Parts(Fourier.Ifft(Pair(x), norm: norm));
            area[$"rfft {name}"] = x => Parts(Fourier.Rfft(x[0], norm: norm));
            area[$"irfft {name}"] = x => [Fourier.Irfft(Pair(x), norm: norm)];
            area[$"hfft {name}"] = x => [Fourier.Hfft(Pair(x), norm: norm)];
            area[$"ihfft {name}"] = x => Parts(Fourier.Ihfft(x[0], norm: norm));
            area[$"fftn {name}"] = x => Parts(Fourier.Fftn(Pair(x), norm: norm));
            area[$"hfftn {name}"] = x => [Fourier.Hfftn(Pair(x), norm: norm)];
            area[$"ihfftn {name}"] = x => Parts(Fourier.Ihfftn(x[0], norm: norm));
        }
        return area;
    }

    static Area Lengths(Area area)
    {
        foreach (long n in (long[])[1, 6, 7])
        {
            area[$"fftfreq {n}"] = _ => [Fourier.Fftfreq(n, 0.5, DType.Float64)];
            area[$"rfftfreq {n}"] = _ => [Fourier.Rfftfreq(n, 0.5, DType.Float64)];
        }
        foreach (long n in (long[])[1, 2, 13, 30, 64, 67, 128, 243, 256, 360, 512, 1009, 1024, 3000, 4096])
        {
            long step = Math.Max(1, n / 16);
            area[$"fft of {n}"] = _ => Parts(Each(Fourier.Fft(Signal(n)), step));
            area[$"rfft of {n}"] = _ => Parts(Each(Fourier.Rfft(Signal(n).Real), step));
            area[$"irfft of {n}"] = _ => [Fourier.Irfft(Signal(n), n).Slice(0, 0, step: step)];
        }
        return area;
    }

    static ComplexTensor Each(ComplexTensor z, long step) => z.Slice(0, 0, step: step);

    static ComplexTensor Signal(long n)
    {
        var j = Tensor.Arange(0, n, 1, DType.Float64);
        return new((j * 1.7).Cos() + j * 0.25 / n, (j * 0.3 * j / n).Sin());
    }
}
