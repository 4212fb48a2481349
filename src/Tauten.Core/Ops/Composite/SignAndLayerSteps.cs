namespace Tauten.Ops;

/// <summary>
/// One step of averaged gradient descent (Polyak, Juditsky: "Acceleration of Stochastic Approximation by Averaging", 1992): with
/// g = gradient + WeightDecay * parameter and s steps done,
/// <code>
/// eta = learningRate / (1 + Lambda * learningRate * s)^Alpha
/// parameter = parameter * (1 - Lambda * eta) - eta * g
/// average = average + (parameter - average) / max(1, s - Start)
/// </code> Dtypes: floating-point.
/// </summary>
/// <remarks>Inputs and outputs as of every <see cref="OptimizerStep"/>; kept are the average and step.</remarks>
public sealed record AveragedStep(double Lambda, double Alpha, double Start, double WeightDecay) : OptimizerStep
{
    /// <inheritdoc/>
    protected internal override int Moments => 1;

    /// <inheritdoc/>
    protected override Tensor Update(Tensor w, Tensor g, Tensor rate, Span<Tensor> kept, Tensor time)
    {
        g = Decayed(g, w, WeightDecay);
        var done = time - 1;
        var eta = rate / (rate * Lambda * done + 1).Pow(Alpha);
        w = w * (1 - eta * Lambda).To(w.DType) - g * eta.To(w.DType);
        kept[0] += (w - kept[0]) * (1 / (done - Start).Maximum(1)).To(w.DType);
        return w;
    }
}

/// <summary>
/// One step of resilient propagation (Riedmiller, Braun: "A Direct Adaptive Method for Faster Backpropagation Learning: The RPROP Algorithm", 1993): each
/// element has a size of its own, which begins with the learning rate. Where the gradient keeps its sign the size is multiplied by Grow; where it changes, by Shrink, and
/// the gradient counts as 0; sizes stay in [Least, Most]. The new parameter is parameter - sign(g) * size. Dtypes: floating-point.
/// </summary>
/// <remarks>Inputs and outputs as of every <see cref="OptimizerStep"/>; kept are the last gradient, the sizes and step.</remarks>
public sealed record RpropStep(double Shrink, double Grow, double Least, double Most) : OptimizerStep
{
    /// <inheritdoc/>
    protected internal override int Moments => 2;

    /// <inheritdoc/>
    protected override Tensor Update(Tensor w, Tensor g, Tensor rate, Span<Tensor> kept, Tensor time)
    {
        // Signs first: a product of small gradients could vanish.
        var turn = g.Sign() * kept[0].Sign();
        var factor = Tensor.Where(turn > 0, Tensor.Scalar(Grow, w.DType), Tensor.Where(turn < 0, Tensor.Scalar(Shrink, w.DType), Tensor.Scalar(1, w.DType)));
        kept[1] = (First(time, rate.To(w.DType), kept[1]) * factor).Clamp(Least, Most);
        kept[0] = Tensor.Where(turn < 0, 0, g);
        return w - kept[0].Sign() * kept[1];
    }
}

/// <summary>
/// One step of Lion (Chen et al.: "Symbolic Discovery of Optimization Algorithms", 2023):
/// <code>
/// parameter = parameter * (1 - learningRate * WeightDecay) - learningRate * sign(Beta1 * m + (1 - Beta1) * gradient)
/// m = Beta2 * m + (1 - Beta2) * gradient
/// </code> Dtypes: floating-point.
/// </summary>
/// <remarks>Inputs and outputs as of every <see cref="OptimizerStep"/>; kept is m.</remarks>
public sealed record LionStep(double Beta1, double Beta2, double WeightDecay) : OptimizerStep
{
    /// <inheritdoc/>
    protected internal override int Moments => 1;

    /// <inheritdoc/>
    protected internal override bool Counts => false;

    /// <inheritdoc/>
    protected override Tensor Update(Tensor w, Tensor g, Tensor rate, Span<Tensor> kept, Tensor time)
    {
        var direction = Mean(kept[0], g, Beta1).Sign();
        kept[0] = Mean(kept[0], g, Beta2);
        return Shrunk(w, rate, WeightDecay) - direction * rate.To(w.DType);
    }
}

/// <summary>
/// One step of LAMB (You et al.: "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes", 2019): with t = step + 1,
/// <code>
/// m = Beta1 * m + (1 - Beta1) * gradient
/// v = Beta2 * v + (1 - Beta2) * gradient^2
/// d = m / (1 - Beta1^t) / (sqrt(v / (1 - Beta2^t)) + Epsilon) + WeightDecay * parameter
/// parameter = parameter - learningRate * |parameter| / |d| * d
/// </code>
/// where |.| is the norm of the whole tensor, and the quotient is 1 if one of them is 0. Dtypes: floating-point.
/// </summary>
/// <remarks>Inputs and outputs as of every <see cref="OptimizerStep"/>; kept are m, v and step.</remarks>
public sealed record LambStep(double Beta1, double Beta2, double Epsilon, double WeightDecay) : OptimizerStep
{
    /// <inheritdoc/>
    protected internal override int Moments => 2;

    /// <inheritdoc/>
    protected override Tensor Update(Tensor w, Tensor g, Tensor rate, Span<Tensor> kept, Tensor time)
    {
        kept[0] = Mean(kept[0], g, Beta1);
        kept[1] = Mean(kept[1], g.Square(), Beta2);
        var mean = kept[0] / (1 - Power(Beta1, time)).To(w.DType);
        var size = (kept[1] / (1 - Power(Beta2, time)).To(w.DType)).Sqrt() + Epsilon;
        var direction = Decayed(mean / size, w, WeightDecay);
        Tensor length = w.Norm(), step = direction.Norm();
        var trust = Tensor.Where((length > 0) & (step > 0), length / step, Tensor.Scalar(1, w.DType));
        return w - direction * (trust * rate.To(w.DType));
    }
}

/// <summary>
/// One step of Adafactor (Shazeer, Stern: "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", 2018): with t = step + 1, beta = 1 - t^Decay,
/// <code>
/// of a matrix (the last two axes):   r = beta * r + (1 - beta) * mean of gradient^2 over columns
///                                    c = beta * c + (1 - beta) * mean of gradient^2 over rows
///                                    v = r * c / max(mean of r, Epsilon1)
/// of a vector or scalar:             v = beta * v + (1 - beta) * gradient^2
/// u = gradient / sqrt(max(v, Epsilon1^2))
/// size = max(Epsilon2, rms(parameter)) * min(learningRate, 1 / sqrt(t))
/// parameter = parameter * (1 - learningRate * WeightDecay) - size / max(1, rms(u) / Threshold) * u
/// </code> Dtypes: floating-point.
/// </summary>
/// <remarks>Inputs and outputs as of every <see cref="OptimizerStep"/>; kept are r [..., rows, 1], c [..., 1, columns] and step for a matrix, v and step otherwise.</remarks>
public sealed record AdafactorStep(bool Factored, double Decay, double Epsilon1, double Epsilon2, double Threshold, double WeightDecay) : OptimizerStep
{
    /// <inheritdoc/>
    protected internal override int Moments => Factored ? 2 : 1;

    /// <inheritdoc/>
    protected internal override TensorSpec Moment(int index, TensorSpec state) => Factored ? Along(state, rows: index == 0) : state;

    /// <summary>The spec of the means of a matrix, one for each row or each column.</summary>
    internal static TensorSpec Along(TensorSpec state, bool rows)
    {
        if (state.Shape.Rank < 2) throw new ShapeException($"AdafactorStep: only matrices are factored. Received: a parameter of shape {state.Shape}.");
        Dim[] dims = [.. state.Shape];
        dims[rows ? ^1 : ^2] = 1;
        return new(state.DType, Shape.Create(dims));
    }

    /// <inheritdoc/>
    protected override Tensor Update(Tensor w, Tensor g, Tensor rate, Span<Tensor> kept, Tensor time)
    {
        var share = time.Pow(Decay).To(w.DType);
        var square = g.Square();
        Tensor variance;
        if (Factored)
        {
            kept[0] += (square.Mean(-1, keepDims: true) - kept[0]) * share;
            kept[1] += (square.Mean(-2, keepDims: true) - kept[1]) * share;
            variance = kept[0] * kept[1] / kept[0].Mean(-2, keepDims: true).Maximum(Epsilon1);
        }
        else
        {
            variance = kept[0] += (square - kept[0]) * share;
        }
        var direction = g / variance.Maximum(Epsilon1 * Epsilon1).Sqrt();
        var size = Root(w).Maximum(Epsilon2) * rate.Minimum(1 / time.Sqrt()).To(w.DType);
        return Shrunk(w, rate, WeightDecay) - direction * (size / (Root(direction) / Threshold).Maximum(1));
    }

    static Tensor Root(Tensor x) => x.Square().Mean().Sqrt();
}
