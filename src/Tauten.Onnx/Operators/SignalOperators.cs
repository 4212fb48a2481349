using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Windows, Fourier transforms, and the mel scale. A complex number is a last axis of two.</summary>
static class SignalOperators
{
    public static IEnumerable<Operator> All =>
    [
        Window("BlackmanWindow", [0.42, 0.5, 0.08]),
        Of("DFT", 17, Transform),
        Window("HammingWindow", [25.0 / 46, 21.0 / 46]),
        Window("HannWindow", [0.5, 0.5]),
        Of("MelWeightMatrix", 17, MelWeights),
        Of("STFT", 17, ShortTime),
    ];

    static Operator Window(string name, double[] coefficients) => Of(name, 17, c =>
    {
        long size = c.Long(0);
        c.Bounded(size, "elements");
        var dtype = c.Type("output_datatype")?.Carrier() ?? DType.Float32;
        return SignalWindows.GeneralCosine(size, coefficients, c.Flag("periodic", true), DType.Float64).To(dtype);
    });

    static Tensor Transform(Call c)
    {
        var x = c[0];
        // The axis became an input with version 20, and counts the last one, which holds the two parts.
        int axis = c.Version >= 20 ? (c.Has(2) ? Call.Axis(c.Long(2), x.Rank) : x.Rank - 2) : c.Axis("axis", 1, x.Rank);
        if (x.Rank < 2 || axis == x.Rank - 1 || !x.Shape[^1].IsKnown || x.Shape[^1] > 2) throw new ModelFormatException($"expected a signal with a last axis of 1 or 2. Received: {x.Shape}, axis {axis}.");
        bool inverse = c.Flag("inverse"), half = c.Flag("onesided");
        long? length = c.Has(1) ? c.Long(1) : null;
        bool isReal = x.Shape[^1] == 1;
        // Computed in 64 bits, and rounded once. The last axis is that of the parts.
        var dtype = x.DType;
        x = x.To(DType.Float64);
        return Transformed().To(dtype);

        Tensor Transformed()
        {
            var real = x.Select(-1, 0);
            if (inverse && half) return Fourier.Irfft(new ComplexTensor(real, x.Select(-1, 1)), length, axis).Unsqueeze(-1);
            if (isReal && half) return Fourier.Rfft(real, length, axis).ViewAsReal();
            var complex = isReal ? ComplexTensor.FromReal(real) : new ComplexTensor(real, x.Select(-1, 1));
            var y = (inverse ? Fourier.Ifft(complex, length, axis) : Fourier.Fft(complex, length, axis)).ViewAsReal();
            return half ? y.Narrow(axis, 0, y.Shape[axis] / 2 + 1) : y;
        }
    }

    static Tensor ShortTime(Call c)
    {
        var x = c[0];
        long step = c.Long(1);
        var window = c.Optional(2);
        long length = c.Has(3) ? c.Long(3) : window?.Shape[0].Value ?? throw new ModelFormatException("expected a window or a frame length.");
        if (x.Rank is < 2 or > 3 || step < 1 || length < 1 || (x.Rank == 3 && x.Shape[2] != 1 && x.Shape[2] != 2)) throw new ModelFormatException($"expected a signal [batch, length, 1 or 2], a step and a length of at least 1. Received: {x.Shape}, {step} and {length}.");
        bool isReal = x.Rank == 2 || x.Shape[2] == 1, half = c.Flag("onesided", true);
        var real = Frames(x.Rank == 2 ? x : x.Select(2, 0));
        if (isReal && half) return Fourier.Rfft(real).ViewAsReal();
        var complex = isReal ? ComplexTensor.FromReal(real) : new ComplexTensor(real, Frames(x.Select(2, 1)));
        var y = Fourier.Fft(complex).ViewAsReal();
        return half ? y.Narrow(2, 0, length / 2 + 1) : y;

        Tensor Frames(Tensor signal)
        {
            var frames = signal.Unfold(1, length, step);
            return window is null ? frames : frames * window;
        }
    }

    // The steps are those of the specification, which rounds the edges of bands down to bins.
    static Tensor MelWeights(Call c)
    {
        long bands = c.Long(0), length = c.Long(1), rate = c.Long(2);
        double low = c.Double(3), high = c.Double(4);
        long bins = length / 2 + 1;
        if (bands is < 1 or > 1 << 16 || length is < 1 or > 1 << 24 || rate < 1 || !(low >= 0) || !(high > low)) throw new ModelFormatException($"{bands} bands over {length} samples at {rate} from {low} to {high} cannot be.");
        c.Bounded(bins * bands, "weights");
        var edges = new long[bands + 2];
        double first = Mel(low), last = Mel(high), width = (last - first) / edges.Length;
        for (int i = 0; i < edges.Length; i++)
        {
            double frequency = 700 * (Math.Pow(10, (first + i * width) / 2595) - 1);
            edges[i] = (long)((length + 1) * frequency / rate);
        }
        var weights = new double[bins * bands];
        for (int band = 0; band < bands; band++)
        {
            long from = edges[band], middle = edges[band + 1], to = edges[band + 2];
            if (middle == from) Put(middle, 1);
            else
                for (long bin = from; bin <= middle; bin++) Put(bin, (bin - from) / (double)(middle - from));
            if (to > middle)
                for (long bin = middle; bin < to; bin++) Put(bin, (to - bin) / (double)(to - middle));

            void Put(long bin, double weight)
            {
                if (bin < bins) weights[bin * bands + band] = weight;
            }
        }
        return Tensor.From(weights, Shape.Of(bins, bands)).To(c.Type("output_datatype")?.Carrier() ?? DType.Float32);

        static double Mel(double frequency) => 2595 * Math.Log10(1 + frequency / 700);
    }
}
