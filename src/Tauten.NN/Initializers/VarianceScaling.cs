namespace Tauten.NN;

/// <summary>What the variance of first values is divided by.</summary>
public enum FanMode
{
    /// <summary>The number of inputs of a unit: variances stay the same on the way forward.</summary>
    In,

    /// <summary>The number of outputs that an input reaches: variances stay the same on the way back.</summary>
    Out,

    /// <summary>The mean of both.</summary>
    Average,
}

/// <summary>From which distribution <see cref="Initialize.VarianceScaling"/> draws.</summary>
public enum InitialDistribution
{
    /// <summary>The normal distribution.</summary>
    Normal,

    /// <summary>The normal distribution within 2 standard deviations, stretched so that the variance is as asked for.</summary>
    TruncatedNormal,

    /// <summary>Evenly between two bounds.</summary>
    Uniform,
}

/// <summary>What follows a layer, for <see cref="Initialize.Gain"/>.</summary>
public enum GainOf
{
    /// <summary>Nothing: 1.</summary>
    Linear,

    /// <summary>The logistic function: 1.</summary>
    Sigmoid,

    /// <summary>tanh: 5/3.</summary>
    Tanh,

    /// <summary>max(x, 0): sqrt(2).</summary>
    Relu,

    /// <summary>x, but slope * x below 0: sqrt(2 / (1 + slope^2)).</summary>
    LeakyRelu,

    /// <summary>The self-normalizing exponential unit: 3/4.</summary>
    Selu,
}

public static partial class Initialize
{
    // The standard deviation of the normal distribution within 2 standard deviations.
    const double Truncated = 0.87962566103423978;

    /// <summary>
    /// By how much values must be larger for variances to stay the same through an activation: <c>calculate_gain</c> of PyTorch.
    /// </summary>
    /// <param name="activation">The activation.</param>
    /// <param name="slope">Of <see cref="GainOf.LeakyRelu"/> below 0.</param>
    public static double Gain(GainOf activation, double slope = 0.01) => activation switch
    {
        GainOf.Linear or GainOf.Sigmoid => 1,
        GainOf.Tanh => 5.0 / 3,
        GainOf.Relu => Math.Sqrt(2),
        GainOf.LeakyRelu => Math.Sqrt(2 / (1 + slope * slope)),
        GainOf.Selu => 0.75,
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "Initialize.Gain: not an activation."),
    };

    /// <summary>How many inputs a unit has, and how many outputs an input reaches, for weights [out, in, kernel...].</summary>
    /// <exception cref="ShapeException">There are fewer than 2 axes.</exception>
    public static (long In, long Out) Fans(Shape shape)
    {
        if (Known(shape, "Fans").Rank < 2) throw new ShapeException($"Initialize.Fans: expected at least 2 axes, [out, in, kernel...]. Received: {shape}.");
        long kernel = 1;
        for (int axis = 2; axis < shape.Rank; axis++) kernel *= shape[axis].Value;
        return (shape[1].Value * kernel, shape[0].Value * kernel);
    }

    /// <summary>Values with mean 0 and variance <paramref name="scale"/> / fan: VarianceScaling of Keras, which all below are cases of.</summary>
    /// <exception cref="ShapeException">There are fewer than 2 axes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The scale is negative or not a number.</exception>
    public static Tensor VarianceScaling(
        Shape shape, double scale = 1, FanMode fan = FanMode.In, InitialDistribution distribution = InitialDistribution.TruncatedNormal, DType dtype = DType.Float32,
        Generator? generator = null)
    {
        if (!(scale >= 0) || !double.IsFinite(scale)) throw new ArgumentOutOfRangeException(nameof(scale), scale, "Initialize.VarianceScaling: expected a number that is not negative.");
        var (into, from) = Fans(shape);
        double divisor = fan switch { FanMode.In => into, FanMode.Out => from, _ => (into + from) / 2.0 }, deviation = Math.Sqrt(scale / Math.Max(1, divisor));
        if (deviation == 0) return Zeros(shape, dtype);
        return distribution switch
        {
            InitialDistribution.Normal => Normal(shape, 0, deviation, dtype, generator),
            InitialDistribution.Uniform => Uniform(shape, -Math.Sqrt(3) * deviation, Math.Sqrt(3) * deviation, dtype, generator),
            _ => TruncatedNormal(shape, 0, deviation / Truncated, -2 * deviation / Truncated, 2 * deviation / Truncated, dtype, generator),
        };
    }

    /// <summary>Evenly spread, variance gain^2 * 2 / (fan in + fan out) (Glorot, Bengio: "Understanding the difficulty of training deep feedforward neural networks", 2010).</summary>
    public static Tensor XavierUniform(Shape shape, double gain = 1, DType dtype = DType.Float32, Generator? generator = null) =>
        VarianceScaling(shape, gain * gain, FanMode.Average, InitialDistribution.Uniform, dtype, generator);

    /// <summary>Normal, variance gain^2 * 2 / (fan in + fan out) (Glorot, Bengio, 2010).</summary>
    public static Tensor XavierNormal(Shape shape, double gain = 1, DType dtype = DType.Float32, Generator? generator = null) =>
        VarianceScaling(shape, gain * gain, FanMode.Average, InitialDistribution.Normal, dtype, generator);

    /// <summary>
    /// Evenly spread, variance 2 / (1 + slope^2) / fan, for layers before a leaky ReLU (He et al.: "Delving Deep into Rectifiers", 2015).
    /// </summary>
    public static Tensor KaimingUniform(Shape shape, double slope = 0, FanMode fan = FanMode.In, DType dtype = DType.Float32, Generator? generator = null) =>
        VarianceScaling(shape, 2 / (1 + slope * slope), fan, InitialDistribution.Uniform, dtype, generator);

    /// <summary>Normal, variance 2 / (1 + slope^2) / fan, for layers before a leaky ReLU (He et al., 2015).</summary>
    public static Tensor KaimingNormal(Shape shape, double slope = 0, FanMode fan = FanMode.In, DType dtype = DType.Float32, Generator? generator = null) =>
        VarianceScaling(shape, 2 / (1 + slope * slope), fan, InitialDistribution.Normal, dtype, generator);

    /// <summary>Evenly spread, variance 1 / fan in (LeCun et al.: "Efficient BackProp", 1998).</summary>
    public static Tensor LeCunUniform(Shape shape, DType dtype = DType.Float32, Generator? generator = null) =>
        VarianceScaling(shape, 1, FanMode.In, InitialDistribution.Uniform, dtype, generator);

    /// <summary>Normal within 2 standard deviations, variance 1 / fan in (LeCun et al., 1998).</summary>
    public static Tensor LeCunNormal(Shape shape, DType dtype = DType.Float32, Generator? generator = null) => VarianceScaling(shape, dtype: dtype, generator: generator);
}
