namespace Tauten.Training;

/// <summary>
/// The ratio of a signal and the noise in its estimate, in decibels, 10 log10(|y|^2 / |y - p|^2), along the last axis: the mean over signals. Scale-invariant, the signal is first scaled to be as near to
/// the estimate as it can be, y (p y) / |y|^2 (Le Roux et al.: "SDR - half-baked or well done?", 2019).
/// </summary>
/// <param name="scaleInvariant">Whether the signal is scaled first.</param>
/// <param name="zeroMean">Whether means are taken away first.</param>
/// <example><code>
/// var metric = new SignalToNoise();
/// metric.Update(Tensor.From([1.1f, 0.9f, 1.1f, 0.9f]), Tensor.Ones([4]));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 20.0000
/// </code></example>
public sealed class SignalToNoise(bool scaleInvariant = false, bool zeroMean = false) : SumMetric
{
    /// <inheritdoc/>
    protected override object Settings => (scaleInvariant, zeroMean);

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        ExpectAlike(prediction, target);
        if (target.Rank == 0) throw new ShapeException("SignalToNoise: expected signals along the last axis. Received: scalars.");
        double[] p = Numbers(prediction), y = Numbers(target);
        int length = (int)target.Shape[-1].Value;
        for (int start = 0; length > 0 && start < p.Length; start += length)
        {
            Span<double> own = p.AsSpan(start, length), wanted = y.AsSpan(start, length);
            if (zeroMean)
            {
                Center(own);
                Center(wanted);
            }
            double scale = scaleInvariant ? Share(Product(own, wanted), Product(wanted, wanted)) : 1, signal = 0, noise = 0;
            for (int i = 0; i < length; i++)
            {
                signal += scale * wanted[i] * (scale * wanted[i]);
                noise += (own[i] - scale * wanted[i]) * (own[i] - scale * wanted[i]);
            }
            Sums[0] += 10 * Math.Log10(signal / noise);
            Sums[1]++;
        }
    }

    static void Center(Span<double> x)
    {
        double sum = 0;
        foreach (double v in x) sum += v;
        foreach (ref double v in x) v -= sum / x.Length;
    }

    static double Product(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}

/// <summary>
/// The ratio of signals and the noise in their estimates, in decibels, of all sources of a mixture together: 10 log10(sum |a y|^2 / sum |a y - p|^2), sums over the sources [..., sources, time], with one
/// scale a = sum(p y) / sum |y|^2 for all of them (von Neumann et al.: "SA-SDR: a novel loss function for separation of meeting style data", 2022). The mean over mixtures.
/// </summary>
/// <param name="scaleInvariant">Whether signals are scaled first.</param>
/// <param name="zeroMean">Whether means are taken away first.</param>
/// <example><code>
/// var metric = new SourceSignalToNoise();
/// metric.Update(Tensor.From(new[,] { { 1f, 0.1f }, { 0.1f, 1 } }), Tensor.Eye(2));
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 20.0000
/// </code></example>
public sealed class SourceSignalToNoise(bool scaleInvariant = true, bool zeroMean = false) : SumMetric
{
    /// <inheritdoc/>
    protected override object Settings => (scaleInvariant, zeroMean);

    /// <inheritdoc/>
    public override void Update(Tensor prediction, Tensor target)
    {
        ExpectAlike(prediction, target);
        if (target.Rank < 2) throw new ShapeException($"SourceSignalToNoise: expected signals [..., sources, time]. Received: {target.Shape}.");
        double[] p = Numbers(zeroMean ? prediction - prediction.Mean(-1, keepDims: true) : prediction), y = Numbers(zeroMean ? target - target.Mean(-1, keepDims: true) : target);
        int size = (int)(target.Shape[-1].Value * target.Shape[-2].Value);
        for (int start = 0; size > 0 && start < p.Length; start += size)
        {
            double product = 0, square = 0, signal = 0, noise = 0;
            for (int i = start; i < start + size; i++)
            {
                product += p[i] * y[i];
                square += y[i] * y[i];
            }
            double scale = scaleInvariant ? Share(product, square) : 1;
            for (int i = start; i < start + size; i++)
            {
                signal += scale * y[i] * (scale * y[i]);
                noise += (p[i] - scale * y[i]) * (p[i] - scale * y[i]);
            }
            Sums[0] += 10 * Math.Log10(signal / noise);
            Sums[1]++;
        }
    }
}
