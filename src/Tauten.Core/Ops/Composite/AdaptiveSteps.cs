namespace Tauten.Ops;

/// <summary>
/// One step of Adamax (Kingma, Ba: "Adam: A Method for Stochastic Optimization", 2014, section 7.1): with g = gradient + WeightDecay * parameter and
/// t = step + 1,
/// <code>
/// m = Beta1 * m + (1 - Beta1) * g
/// u = max(Beta2 * u, |g| + Epsilon)
/// parameter = parameter - learningRate / (1 - Beta1^t) * m / u
/// </code> Dtypes: floating-point.
/// </summary>
/// <remarks>Inputs and outputs as of every <see cref="OptimizerStep"/>; kept are m, u and step.</remarks>
public sealed record AdamaxStep(double Beta1, double Beta2, double Epsilon, double WeightDecay) : OptimizerStep
{
    /// <inheritdoc/>
    protected internal override int Moments => 2;

    /// <inheritdoc/>
    protected override Tensor Update(Tensor w, Tensor g, Tensor rate, Span<Tensor> kept, Tensor time)
    {
        g = Decayed(g, w, WeightDecay);
        kept[0] = Mean(kept[0], g, Beta1);
        kept[1] = (kept[1] * Beta2).Maximum(g.Abs() + Epsilon);
        return w - kept[0] / kept[1] * (rate / (1 - Power(Beta1, time))).To(w.DType);
    }
}

/// <summary>
/// One step of NAdam (Dozat: "Incorporating Nesterov Momentum into Adam", 2016): with g = gradient + WeightDecay * parameter and t = step + 1,
/// <code>
/// mu(t) = Beta1 * (1 - 0.96^(t * MomentumDecay) / 2)
/// p = p * mu(t), from 1 on                        q = p * mu(t + 1)
/// m = Beta1 * m + (1 - Beta1) * g
/// v = Beta2 * v + (1 - Beta2) * g^2
/// d = (1 - mu(t)) / (1 - p) * g + mu(t + 1) / (1 - q) * m
/// parameter = parameter - learningRate * d / (sqrt(v / (1 - Beta2^t)) + Epsilon)
/// </code> Dtypes: floating-point.
/// </summary>
/// <remarks>Inputs and outputs as of every <see cref="OptimizerStep"/>; kept are m, v, p (float64 scalar) and step.</remarks>
public sealed record NAdamStep(double Beta1, double Beta2, double Epsilon, double WeightDecay, double MomentumDecay) : OptimizerStep
{
    /// <inheritdoc/>
    protected internal override int Moments => 3;

    /// <inheritdoc/>
    protected internal override TensorSpec Moment(int index, TensorSpec state) => index == 2 ? new(DType.Float64, Shape.Scalar) : state;

    /// <inheritdoc/>
    protected override Tensor Update(Tensor w, Tensor g, Tensor rate, Span<Tensor> kept, Tensor time)
    {
        g = Decayed(g, w, WeightDecay);
        kept[0] = Mean(kept[0], g, Beta1);
        kept[1] = Mean(kept[1], g.Square(), Beta2);
        Tensor mu = Momentum(time), next = Momentum(time + 1);
        kept[2] = First(time, mu, kept[2] * mu);
        var size = (1 - Power(Beta2, time)).To(w.DType);
        var direction = g * ((1 - mu) / (1 - kept[2])).To(w.DType) + kept[0] * (next / (1 - kept[2] * next)).To(w.DType);
        return w - direction / ((kept[1] / size).Sqrt() + Epsilon) * rate.To(w.DType);
    }

    Tensor Momentum(Tensor time) => (1 - Power(0.96, time * MomentumDecay) * 0.5) * Beta1;
}

/// <summary>
/// One step of RAdam (Liu et al.: "On the Variance of the Adaptive Learning Rate and Beyond", 2019): with g = gradient + WeightDecay * parameter,
/// t = step + 1, R = 2 / (1 - Beta2) - 1 and r = R - 2 t Beta2^t / (1 - Beta2^t),
/// <code>
/// m = Beta1 * m + (1 - Beta1) * g
/// v = Beta2 * v + (1 - Beta2) * g^2
/// d = m / (1 - Beta1^t)
/// if r > 5:  d = d * sqrt(1 - Beta2^t) / (sqrt(v) + Epsilon) * sqrt((r - 4) (r - 2) R / ((R - 4) (R - 2) r))
/// parameter = parameter - learningRate * d
/// </code> Dtypes: floating-point.
/// </summary>
/// <remarks>Inputs and outputs as of every <see cref="OptimizerStep"/>; kept are m, v and step.</remarks>
public sealed record RAdamStep(double Beta1, double Beta2, double Epsilon, double WeightDecay) : OptimizerStep
{
    /// <inheritdoc/>
    protected internal override int Moments => 2;

    /// <inheritdoc/>
    protected override Tensor Update(Tensor w, Tensor g, Tensor rate, Span<Tensor> kept, Tensor time)
    {
        g = Decayed(g, w, WeightDecay);
        kept[0] = Mean(kept[0], g, Beta1);
        kept[1] = Mean(kept[1], g.Square(), Beta2);
        double longest = 2 / (1 - Beta2) - 1;
        var power = Power(Beta2, time);
        var length = longest - time * 2 * power / (1 - power);
        var certain = length > 5;
        var share = (length - 4) * (length - 2) * longest / (length * ((longest - 4) * (longest - 2)));
        var size = (share.ClampMin(0).Sqrt() * (1 - power).Sqrt()).To(w.DType);
        var divided = Tensor.Where(certain, size / (kept[1].Sqrt() + Epsilon), Tensor.Scalar(1, w.DType));
        return w - kept[0] * divided * (rate / (1 - Power(Beta1, time))).To(w.DType);
    }
}

/// <summary>
/// One step of RMSprop (Hinton: "Neural Networks for Machine Learning", lecture 6, 2012): with g = gradient + WeightDecay * parameter,
/// <code>
/// v = Alpha * v + (1 - Alpha) * g^2
/// a = Alpha * a + (1 - Alpha) * g, where Centered
/// d = g / (sqrt(v) + Epsilon), or g / (sqrt(v - a^2) + Epsilon) where Centered
/// b = Momentum * b + d, where there is momentum
/// parameter = parameter - learningRate * (b or d)
/// </code> Dtypes: floating-point.
/// </summary>
/// <remarks>Inputs and outputs as of every <see cref="OptimizerStep"/>; kept are v, then a and b where there are any.</remarks>
public sealed record RMSpropStep(double Alpha, double Epsilon, double WeightDecay, double Momentum, bool Centered) : OptimizerStep
{
    /// <inheritdoc/>
    protected internal override int Moments => 1 + (Centered ? 1 : 0) + (Momentum != 0 ? 1 : 0);

    /// <inheritdoc/>
    protected internal override bool Counts => false;

    /// <inheritdoc/>
    protected override Tensor Update(Tensor w, Tensor g, Tensor rate, Span<Tensor> kept, Tensor time)
    {
        g = Decayed(g, w, WeightDecay);
        var size = kept[0] = Mean(kept[0], g.Square(), Alpha);
        if (Centered)
        {
            kept[1] = Mean(kept[1], g, Alpha);
            size -= kept[1].Square();
        }
        var direction = g / (size.Sqrt() + Epsilon);
        if (Momentum != 0) direction = kept[^1] = kept[^1] * Momentum + direction;
        return w - direction * rate.To(w.DType);
    }
}

/// <summary>
/// One step of Adagrad (Duchi, Hazan, Singer: "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization", 2011): with
/// g = gradient + WeightDecay * parameter, the sum s of all g^2, which begins with InitialSum, and t = step + 1, the new parameter is
/// parameter - learningRate / (1 + (t - 1) * RateDecay) * g / (sqrt(s) + Epsilon). Dtypes: floating-point.
/// </summary>
/// <remarks>Inputs and outputs as of every <see cref="OptimizerStep"/>; kept are s and step.</remarks>
public sealed record AdagradStep(double RateDecay, double WeightDecay, double InitialSum, double Epsilon) : OptimizerStep
{
    /// <inheritdoc/>
    protected internal override int Moments => 1;

    /// <inheritdoc/>
    protected override Tensor Update(Tensor w, Tensor g, Tensor rate, Span<Tensor> kept, Tensor time)
    {
        g = Decayed(g, w, WeightDecay);
        if (InitialSum != 0) kept[0] = First(time, kept[0] + InitialSum, kept[0]);
        kept[0] += g.Square();
        return w - g / (kept[0].Sqrt() + Epsilon) * (rate / ((time - 1) * RateDecay + 1)).To(w.DType);
    }
}

/// <summary>
/// One step of Adadelta (Zeiler: "ADADELTA: An Adaptive Learning Rate Method", 2012): with g = gradient + WeightDecay * parameter,
/// <code>
/// v = Rho * v + (1 - Rho) * g^2
/// d = sqrt(a + Epsilon) / sqrt(v + Epsilon) * g
/// a = Rho * a + (1 - Rho) * d^2
/// parameter = parameter - learningRate * d
/// </code> Dtypes: floating-point.
/// </summary>
/// <remarks>Inputs and outputs as of every <see cref="OptimizerStep"/>; kept are v and a.</remarks>
public sealed record AdadeltaStep(double Rho, double Epsilon, double WeightDecay) : OptimizerStep
{
    /// <inheritdoc/>
    protected internal override int Moments => 2;

    /// <inheritdoc/>
    protected internal override bool Counts => false;

    /// <inheritdoc/>
    protected override Tensor Update(Tensor w, Tensor g, Tensor rate, Span<Tensor> kept, Tensor time)
    {
        g = Decayed(g, w, WeightDecay);
        kept[0] = Mean(kept[0], g.Square(), Rho);
        var direction = (kept[1] + Epsilon).Sqrt() / (kept[0] + Epsilon).Sqrt() * g;
        kept[1] = Mean(kept[1], direction.Square(), Rho);
        return w - direction * rate.To(w.DType);
    }
}
