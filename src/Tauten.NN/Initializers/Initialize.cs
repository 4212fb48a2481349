namespace Tauten.NN;

/// <summary>
/// First values of parameters, as in <c>torch.nn.init</c> and <c>keras.initializers</c>. Weights have the layout of PyTorch: [out, in] and then the axes of a kernel, so that
/// fan in is in * kernel and fan out is out * kernel.
/// </summary>
/// <example><code>
/// using (Generator.Use(new Generator(1)))
/// {
///     var weight = Initialize.KaimingNormal([256, 512]);
///     Console.WriteLine($"{weight.Std().Item&lt;float>():0.000}");    // 0.063    about sqrt(2 / 512)
/// }
/// </code></example>
public static partial class Initialize
{
    /// <summary>Zeros.</summary>
    public static Tensor Zeros(Shape shape, DType dtype = DType.Float32) => Constant(shape, 0, dtype);

    /// <summary>Ones.</summary>
    public static Tensor Ones(Shape shape, DType dtype = DType.Float32) => Constant(shape, 1, dtype);

    /// <summary>All the same.</summary>
    public static Tensor Constant(Shape shape, double value, DType dtype = DType.Float32) => Initial.Outside(() => Tensor.Full(Known(shape, "Constant"), value, dtype));

    /// <summary>Evenly spread in [low, high).</summary>
    public static Tensor Uniform(Shape shape, double low = 0, double high = 1, DType dtype = DType.Float32, Generator? generator = null)
    {
        if (!(low <= high)) throw new ArgumentOutOfRangeException(nameof(high), high, $"Initialize.Uniform: expected a bound of at least low, {low}.");
        return Initial.Outside(() => Tensor.Uniform(low, high, Known(shape, "Uniform"), dtype, generator));
    }

    /// <summary>From the normal distribution.</summary>
    public static Tensor Normal(Shape shape, double mean = 0, double standardDeviation = 1, DType dtype = DType.Float32, Generator? generator = null)
    {
        if (!(standardDeviation >= 0)) throw new ArgumentOutOfRangeException(nameof(standardDeviation), standardDeviation, "Initialize.Normal: expected a number that is not negative.");
        return Initial.Outside(() => Tensor.Normal(mean, standardDeviation, Known(shape, "Normal"), dtype, generator));
    }

    /// <summary>
    /// From the normal distribution without what is outside of [low, high], by the inverse of its distribution function. The bounds are values, as in PyTorch, not
    /// multiples of the standard deviation.
    /// </summary>
    public static Tensor TruncatedNormal(
        Shape shape, double mean = 0, double standardDeviation = 1, double low = -2, double high = 2, DType dtype = DType.Float32, Generator? generator = null)
    {
        if (!(standardDeviation > 0)) throw new ArgumentOutOfRangeException(nameof(standardDeviation), standardDeviation, "Initialize.TruncatedNormal: expected a number above 0.");
        if (!(low < high)) throw new ArgumentOutOfRangeException(nameof(high), high, $"Initialize.TruncatedNormal: expected a bound above low, {low}.");
        return Initial.Outside(() =>
        {
            // In the half of the distribution where its function is small, and so precise; mirrored if that is the upper one.
            double a = (low - mean) / standardDeviation, b = (high - mean) / standardDeviation;
            bool mirrored = a + b > 0;
            if (mirrored) (a, b) = (-b, -a);
            var ends = Special.Ndtr(Tensor.From([a, b])).ToArray<double>();
            var x = Special.Ndtri(Tensor.Uniform(ends[0], ends[1], Known(shape, "TruncatedNormal"), DType.Float64, generator)).Clamp(a, b);
            return ((mirrored ? -x : x) * standardDeviation + mean).Clamp(low, high).To(dtype);
        });
    }

    /// <summary>Ones on the diagonal of a matrix, and zeros.</summary>
    /// <exception cref="ShapeException">The shape is not that of a matrix.</exception>
    public static Tensor Eye(Shape shape, DType dtype = DType.Float32)
    {
        if (Known(shape, "Eye").Rank != 2) throw new ShapeException($"Initialize.Eye: expected the shape of a matrix. Received: {shape}.");
        return Initial.Outside(() => Tensor.Eye(shape[0], shape[1], dtype));
    }

    /// <summary>Kernels of a convolution that hand on each channel as it is, as far as there are enough: 1 in the middle of kernel [i, i] of each group, and zeros.</summary>
    /// <exception cref="ShapeException">The shape is not [out, in, kernel...] with 1 to 3 axes of a kernel, or groups do not divide the channels.</exception>
    public static Tensor Dirac(Shape shape, long groups = 1, DType dtype = DType.Float32)
    {
        if (Known(shape, "Dirac").Rank is < 3 or > 5) throw new ShapeException($"Initialize.Dirac: expected [out, in, kernel...] with 1 to 3 axes of a kernel. Received: {shape}.");
        if (groups < 1 || shape[0].Value % groups != 0) throw new ShapeException($"Initialize.Dirac: {groups} groups do not divide the {shape[0]} channels out of {shape}.");
        long kernel = 1, middle = 0, each = shape[0].Value / groups;
        for (int axis = 2; axis < shape.Rank; axis++) (kernel, middle) = (kernel * shape[axis].Value, middle * shape[axis].Value + shape[axis].Value / 2);
        var values = new double[shape.ElementCount.Value];
        for (long group = 0; group < groups; group++)
            for (long i = 0; i < Math.Min(each, shape[1].Value); i++) values[((group * each + i) * shape[1].Value + i) * kernel + middle] = 1;
        return Initial.Outside(() => Tensor.From(values, shape).To(dtype));
    }

    /// <summary>
    /// A matrix [first axis, all others] with orthonormal rows, or columns if there are fewer of them, times <paramref name="gain"/>, evenly distributed among all such
    /// (Saxe et al.: "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2013).
    /// </summary>
    /// <exception cref="ShapeException">There are fewer than 2 axes.</exception>
    public static Tensor Orthogonal(Shape shape, double gain = 1, DType dtype = DType.Float32, Generator? generator = null)
    {
        if (Known(shape, "Orthogonal").Rank < 2) throw new ShapeException($"Initialize.Orthogonal: expected at least 2 axes. Received: {shape}.");
        return Initial.Outside(() =>
        {
            long rows = shape[0].Value, columns = rows == 0 ? 0 : shape.ElementCount.Value / rows;
            if (columns == 0) return Tensor.Zeros(shape, dtype);
            var (q, r) = Linalg.Qr(Tensor.Randn([Math.Max(rows, columns), Math.Min(rows, columns)], DType.Float64, generator));
            // With positive numbers on the diagonal of r the decomposition is unique, and q evenly distributed.
            q *= Tensor.Where(r.Diagonal() < 0, Tensor.Scalar(-1, DType.Float64), Tensor.Scalar(1, DType.Float64));
            return ((rows < columns ? q.T : q) * gain).Reshape(shape).To(dtype);
        });
    }

    /// <summary>
    /// From the normal distribution, with a share of each column, rounded up, replaced by zeros (Martens: "Deep learning via Hessian-free optimization", 2010).
    /// </summary>
    /// <exception cref="ShapeException">The shape is not that of a matrix.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 1.</exception>
    public static Tensor Sparse(Shape shape, double sparsity, double standardDeviation = 0.01, DType dtype = DType.Float32, Generator? generator = null)
    {
        if (Known(shape, "Sparse").Rank != 2) throw new ShapeException($"Initialize.Sparse: expected the shape of a matrix. Received: {shape}.");
        if (sparsity is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(sparsity), sparsity, "Initialize.Sparse: expected a share from 0 to 1.");
        return Initial.Outside(() =>
        {
            double zeros = Math.Ceiling(sparsity * shape[0].Value);
            var rank = Tensor.Rand(shape, DType.Float64, generator).ArgSort(0).ArgSort(0);
            return Tensor.Where(rank < zeros, 0, Tensor.Normal(0, standardDeviation, shape, dtype, generator));
        });
    }

    static Shape Known(Shape shape, string name)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return shape.ElementCount.IsKnown ? shape : throw new ShapeException($"Initialize.{name}: expected a shape without unknown dimensions. Received: {shape}.");
    }
}
