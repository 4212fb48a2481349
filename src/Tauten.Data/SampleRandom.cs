namespace Tauten.Data;

/// <summary>
/// The random numbers of one sample: they follow from the seed, the epoch, the place of the operator in the pipeline and the position of the sample, so that an augmentation is the same on any
/// number of workers and after a restart. Tensor ops draw from <see cref="Generator"/>, which is the default generator while a sample is prepared.
/// </summary>
/// <example><code>
/// var jittered = Dataset.Range(3).Map((x, random) => x + random.NextDouble());
/// Console.WriteLine(jittered.SequenceEqual(jittered));    // True
/// </code></example>
public sealed class SampleRandom
{
    readonly ulong key;
    ulong drawn;

    internal SampleRandom(ulong key, long position) => this.key = DataOrder.Mix(key + (ulong)position * 0x9E3779B97F4A7C15);

    /// <summary>A source of random numbers that starts from a seed.</summary>
    public SampleRandom(ulong seed) : this(seed, 0)
    {
    }

    /// <summary>A generator of the sample's own, for tensor ops.</summary>
    public Generator Generator => field ??= new(DataOrder.Mix(key ^ 0xA5A5A5A5A5A5A5A5));

    /// <summary>64 random bits.</summary>
    public ulong NextBits() => DataOrder.Mix(key + ++drawn * 0x9E3779B97F4A7C15);

    /// <summary>A number from 0 up to but not including 1.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number from <paramref name="low"/> up to but not including <paramref name="high"/>.</summary>
    public double NextDouble(double low, double high) => low + (high - low) * NextDouble();

    /// <summary>A whole number from 0 up to but not including <paramref name="end"/>, each equally likely (Lemire, 2019).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="end"/> is not positive.</exception>
    public long Next(long end)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(end);
        ulong high = Math.BigMul(NextBits(), (ulong)end, out ulong low);
        if (low < (ulong)end)
            for (ulong least = (0 - (ulong)end) % (ulong)end; low < least;) high = Math.BigMul(NextBits(), (ulong)end, out low);
        return (long)high;
    }

    /// <summary>A whole number from <paramref name="low"/> up to but not including <paramref name="high"/>.</summary>
    public long Next(long low, long high) => low + Next(high - low);

    /// <summary>Whether something of this probability happens.</summary>
    public bool NextBool(double probability = 0.5) => NextDouble() < probability;

    /// <summary>A normally distributed number of mean 0 and variance 1 (Box and Muller, 1958).</summary>
    public double NextNormal() => Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>A number from the distribution Beta(<paramref name="a"/>, <paramref name="b"/>), of two Gamma numbers (Marsaglia and Tsang, 2000).</summary>
    public double NextBeta(double a, double b)
    {
        double x = NextGamma(a), y = NextGamma(b);
        return x + y == 0 ? 0.5 : x / (x + y);
    }

    double NextGamma(double shape)
    {
        if (!(shape > 0)) throw new ArgumentOutOfRangeException(nameof(shape), shape, "Expected a positive number.");
        if (shape < 1) return NextGamma(shape + 1) * Math.Pow(1 - NextDouble(), 1 / shape);
        double d = shape - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = NextNormal(), v = 1 + c * x;
            if (v <= 0) continue;
            v = v * v * v;
            if (Math.Log(1 - NextDouble()) < 0.5 * x * x + d - d * v + d * Math.Log(v)) return d * v;
        }
    }
}
