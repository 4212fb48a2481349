using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>A number of tensors that are kept, as a type.</summary>
interface INumber
{
    static abstract int Value { get; }
}

readonly struct None : INumber
{
    public static int Value => 0;
}

readonly struct One : INumber
{
    public static int Value => 1;
}

readonly struct Two : INumber
{
    public static int Value => 2;
}

readonly struct Three : INumber
{
    public static int Value => 3;
}

/// <summary>What rules have in common.</summary>
static class Steps
{
    /// <summary>g + decay w, where there is a decay: 0 times an infinite parameter would be NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Decayed<V, T>(V g, V w, double decay) where V : unmanaged, ISimd<V, T> where T : unmanaged => decay == 0 ? g : V.MultiplyAdd(w, V.Number(decay), g);

    /// <summary>keep old + (1 - keep) now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Mean<V, T>(V old, V now, double keep) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.MultiplyAdd(now, V.Number(1 - keep), old * V.Number(keep));
}

/// <summary>See <see cref="Ops.SgdStep"/>.</summary>
struct SgdRule<TKept> : IUpdateRule<Ops.SgdStep, SgdRule<TKept>> where TKept : struct, INumber
{
    double decay, rate, momentum, share;
    bool nesterov;

    public static int Moments => TKept.Value;

    public static SgdRule<TKept> For(Ops.SgdStep op, double rate, long step, ref double number) => new()
    {
        decay = op.WeightDecay, rate = -rate, momentum = op.Momentum, share = op.Counts && step > 1 ? 1 - op.Dampening : 1, nesterov = op.Nesterov,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<V, T>(ref V w, V g, ref V a, ref V b, ref V c) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        g = Steps.Decayed<V, T>(g, w, decay);
        if (Moments > 0)
        {
            a = V.MultiplyAdd(a, V.Number(momentum), g * V.Number(share));
            g = nesterov ? V.MultiplyAdd(a, V.Number(momentum), g) : a;
        }
        w = V.MultiplyAdd(g, V.Number(rate), w);
    }
}

/// <summary>See <see cref="Ops.AdamStep"/>.</summary>
struct AdamRule<TKept> : IUpdateRule<Ops.AdamStep, AdamRule<TKept>> where TKept : struct, INumber
{
    double shrink, decay, newMean, keep, size, norm, epsilon;

    public static int Moments => TKept.Value;

    public static AdamRule<TKept> For(Ops.AdamStep op, double rate, long step, ref double number) => new()
    {
        shrink = op.Decoupled ? 1 - rate * op.WeightDecay : 1,
        decay = op.Decoupled ? 0 : op.WeightDecay,
        newMean = 1 - op.Beta1,
        keep = op.Beta2,
        size = -rate / (1 - Math.Pow(op.Beta1, step)),
        norm = 1 / Math.Sqrt(1 - Math.Pow(op.Beta2, step)),
        epsilon = op.Epsilon,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<V, T>(ref V w, V g, ref V a, ref V b, ref V c) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        w *= V.Number(shrink);
        g = Steps.Decayed<V, T>(g, w, decay);
        a = V.MultiplyAdd(g - a, V.Number(newMean), a);
        b = Steps.Mean<V, T>(b, g * g, keep);
        if (Moments > 2) c = V.Max(c, b);
        w = V.MultiplyAdd(a / V.MultiplyAdd(V.Sqrt(Moments > 2 ? c : b), V.Number(norm), V.Number(epsilon)), V.Number(size), w);
    }
}

/// <summary>
/// Means of gradients and their squares, and w + (gradientSize g + meanSize m) / (norm sqrt(v) + epsilon): <see cref="Ops.NAdamStep"/> and <see cref="Ops.RAdamStep"/>, whose
/// numbers are worked out before.
/// </summary>
struct AdaptiveNumbers
{
    public double Decay, Beta1, Beta2, GradientSize, MeanSize, Norm, Epsilon;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<V, T>(ref V w, V g, ref V a, ref V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        g = Steps.Decayed<V, T>(g, w, Decay);
        a = Steps.Mean<V, T>(a, g, Beta1);
        b = Steps.Mean<V, T>(b, g * g, Beta2);
        var direction = a * V.Number(MeanSize);
        // 0 times infinity would be NaN.
        if (GradientSize != 0) direction = V.MultiplyAdd(g, V.Number(GradientSize), direction);
        if (Norm != 0) direction /= V.MultiplyAdd(V.Sqrt(b), V.Number(Norm), V.Number(Epsilon));
        w += direction;
    }
}

/// <summary>See <see cref="Ops.NAdamStep"/>; the number kept is the product of momenta.</summary>
struct NAdamRule : IUpdateRule<Ops.NAdamStep, NAdamRule>
{
    AdaptiveNumbers numbers;

    public static int Moments => 2;

    public static bool HasNumber => true;

    public static NAdamRule For(Ops.NAdamStep op, double rate, long step, ref double number)
    {
        double momentum = Momentum(step), next = Momentum(step + 1);
        double product = number = momentum * (step == 1 ? 1 : number);
        return new()
        {
            numbers = new()
            {
                Decay = op.WeightDecay, Beta1 = op.Beta1, Beta2 = op.Beta2, Epsilon = op.Epsilon,
                GradientSize = -rate * (1 - momentum) / (1 - product),
                MeanSize = -rate * next / (1 - product * next),
                Norm = 1 / Math.Sqrt(1 - Math.Pow(op.Beta2, step)),
            },
        };

        double Momentum(long time) => op.Beta1 * (1 - 0.5 * Math.Pow(0.96, time * op.MomentumDecay));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<V, T>(ref V w, V g, ref V a, ref V b, ref V c) where V : unmanaged, ISimd<V, T> where T : unmanaged => numbers.Apply<V, T>(ref w, g, ref a, ref b);
}

/// <summary>See <see cref="Ops.RAdamStep"/>.</summary>
struct RAdamRule : IUpdateRule<Ops.RAdamStep, RAdamRule>
{
    AdaptiveNumbers numbers;

    public static int Moments => 2;

    public static RAdamRule For(Ops.RAdamStep op, double rate, long step, ref double number)
    {
        double power = Math.Pow(op.Beta2, step), longest = 2 / (1 - op.Beta2) - 1, length = longest - 2 * step * power / (1 - power);
        bool divides = length > 5;
        double share = divides ? Math.Sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length) * (1 - power)) : 1;
        return new()
        {
            numbers = new()
            {
                Decay = op.WeightDecay, Beta1 = op.Beta1, Beta2 = op.Beta2,
                MeanSize = -rate * share / (1 - Math.Pow(op.Beta1, step)),
                Norm = divides ? 1 : 0,
                Epsilon = op.Epsilon,
            },
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<V, T>(ref V w, V g, ref V a, ref V b, ref V c) where V : unmanaged, ISimd<V, T> where T : unmanaged => numbers.Apply<V, T>(ref w, g, ref a, ref b);
}

/// <summary>See <see cref="Ops.AdamaxStep"/>.</summary>
struct AdamaxRule : IUpdateRule<Ops.AdamaxStep, AdamaxRule>
{
    double decay, beta1, beta2, epsilon, size;

    public static int Moments => 2;

    public static AdamaxRule For(Ops.AdamaxStep op, double rate, long step, ref double number) =>
        new() { decay = op.WeightDecay, beta1 = op.Beta1, beta2 = op.Beta2, epsilon = op.Epsilon, size = -rate / (1 - Math.Pow(op.Beta1, step)) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<V, T>(ref V w, V g, ref V a, ref V b, ref V c) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        g = Steps.Decayed<V, T>(g, w, decay);
        a = Steps.Mean<V, T>(a, g, beta1);
        b = V.Max(b * V.Number(beta2), V.Abs(g) + V.Number(epsilon));
        w = V.MultiplyAdd(a / b, V.Number(size), w);
    }
}

/// <summary>See <see cref="Ops.RMSpropStep"/>: the mean of squares, then that of gradients and the last direction where there are any.</summary>
struct RMSpropRule<TKept> : IUpdateRule<Ops.RMSpropStep, RMSpropRule<TKept>> where TKept : struct, INumber
{
    double decay, alpha, epsilon, momentum, rate;
    bool centered;

    public static int Moments => TKept.Value;

    public static RMSpropRule<TKept> For(Ops.RMSpropStep op, double rate, long step, ref double number) =>
        new() { decay = op.WeightDecay, alpha = op.Alpha, epsilon = op.Epsilon, momentum = op.Momentum, centered = op.Centered, rate = -rate };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<V, T>(ref V w, V g, ref V a, ref V b, ref V c) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        g = Steps.Decayed<V, T>(g, w, decay);
        var square = a = Steps.Mean<V, T>(a, g * g, alpha);
        if (Moments > 1 && centered)
        {
            b = Steps.Mean<V, T>(b, g, alpha);
            square -= b * b;
        }
        var direction = g / (V.Sqrt(square) + V.Number(epsilon));
        if (Moments == 3) direction = c = V.MultiplyAdd(c, V.Number(momentum), direction);
        if (Moments == 2 && !centered) direction = b = V.MultiplyAdd(b, V.Number(momentum), direction);
        w = V.MultiplyAdd(direction, V.Number(rate), w);
    }
}

/// <summary>See <see cref="Ops.AdagradStep"/>.</summary>
struct AdagradRule : IUpdateRule<Ops.AdagradStep, AdagradRule>
{
    double decay, initial, epsilon, size;

    public static int Moments => 1;

    public static AdagradRule For(Ops.AdagradStep op, double rate, long step, ref double number) =>
        new() { decay = op.WeightDecay, initial = step == 1 ? op.InitialSum : 0, epsilon = op.Epsilon, size = -rate / ((step - 1) * op.RateDecay + 1) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<V, T>(ref V w, V g, ref V a, ref V b, ref V c) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        g = Steps.Decayed<V, T>(g, w, decay);
        if (initial != 0) a += V.Number(initial);
        a = V.MultiplyAdd(g, g, a);
        w = V.MultiplyAdd(g / (V.Sqrt(a) + V.Number(epsilon)), V.Number(size), w);
    }
}

/// <summary>See <see cref="Ops.AdadeltaStep"/>.</summary>
struct AdadeltaRule : IUpdateRule<Ops.AdadeltaStep, AdadeltaRule>
{
    double decay, rho, epsilon, rate;

    public static int Moments => 2;

    public static AdadeltaRule For(Ops.AdadeltaStep op, double rate, long step, ref double number) => new() { decay = op.WeightDecay, rho = op.Rho, epsilon = op.Epsilon, rate = -rate };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<V, T>(ref V w, V g, ref V a, ref V b, ref V c) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        g = Steps.Decayed<V, T>(g, w, decay);
        a = Steps.Mean<V, T>(a, g * g, rho);
        var direction = V.Sqrt(b + V.Number(epsilon)) / V.Sqrt(a + V.Number(epsilon)) * g;
        b = Steps.Mean<V, T>(b, direction * direction, rho);
        w = V.MultiplyAdd(direction, V.Number(rate), w);
    }
}

/// <summary>See <see cref="Ops.AveragedStep"/>.</summary>
struct AveragedRule : IUpdateRule<Ops.AveragedStep, AveragedRule>
{
    double decay, shrink, size, share;

    public static int Moments => 1;

    public static AveragedRule For(Ops.AveragedStep op, double rate, long step, ref double number)
    {
        double eta = rate / Math.Pow(op.Lambda * rate * (step - 1) + 1, op.Alpha);
        return new() { decay = op.WeightDecay, shrink = 1 - op.Lambda * eta, size = -eta, share = 1 / Math.Max(1, step - 1 - op.Start) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<V, T>(ref V w, V g, ref V a, ref V b, ref V c) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        g = Steps.Decayed<V, T>(g, w, decay);
        w = V.MultiplyAdd(g, V.Number(size), w * V.Number(shrink));
        a = V.MultiplyAdd(w - a, V.Number(share), a);
    }
}

/// <summary>See <see cref="Ops.RpropStep"/>.</summary>
struct RpropRule : IUpdateRule<Ops.RpropStep, RpropRule>
{
    double shrink, grow, least, most, initial;
    bool isFirst;

    public static int Moments => 2;

    public static RpropRule For(Ops.RpropStep op, double rate, long step, ref double number) =>
        new() { shrink = op.Shrink, grow = op.Grow, least = op.Least, most = op.Most, initial = rate, isFirst = step == 1 };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<V, T>(ref V w, V g, ref V a, ref V b, ref V c) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        // Signs first: a product of small gradients could vanish.
        V zero = V.Number(0), turn = Functions.Sign.Apply<V, T>(g) * Functions.Sign.Apply<V, T>(a);
        var factor = V.Select(turn > zero, V.Number(grow), V.Select(turn < zero, V.Number(shrink), V.Number(1)));
        b = V.Min(V.Max((isFirst ? V.Number(initial) : b) * factor, V.Number(least)), V.Number(most));
        a = V.Select(turn < zero, zero, g);
        w -= Functions.Sign.Apply<V, T>(a) * b;
    }
}

/// <summary>See <see cref="Ops.LionStep"/>.</summary>
struct LionRule : IUpdateRule<Ops.LionStep, LionRule>
{
    double shrink, beta1, beta2, rate;

    public static int Moments => 1;

    public static LionRule For(Ops.LionStep op, double rate, long step, ref double number) =>
        new() { shrink = 1 - rate * op.WeightDecay, beta1 = op.Beta1, beta2 = op.Beta2, rate = -rate };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<V, T>(ref V w, V g, ref V a, ref V b, ref V c) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        // Rounded as in the formula, not fused: the sign of a difference that vanishes should be the same.
        var direction = Functions.Sign.Apply<V, T>(a * V.Number(beta1) + g * V.Number(1 - beta1));
        a = Steps.Mean<V, T>(a, g, beta2);
        w = V.MultiplyAdd(direction, V.Number(rate), w * V.Number(shrink));
    }
}

/// <summary>The first pass of <see cref="Ops.LambStep"/>: the moments, and the sums of squares of parameter and direction.</summary>
readonly struct LambMoments(Ops.LambStep op, long step) : IUpdateRule
{
    readonly double beta1 = op.Beta1, beta2 = op.Beta2, decay = op.WeightDecay, epsilon = op.Epsilon;
    readonly double mean = 1 / (1 - Math.Pow(op.Beta1, step)), norm = 1 / Math.Sqrt(1 - Math.Pow(op.Beta2, step));

    public static int Moments => 2;

    public static bool Measures => true;

    public static bool Moves => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Apply<V, T>(ref V w, V g, ref V a, ref V b, ref V c) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        a = Steps.Mean<V, T>(a, g, beta1);
        b = Steps.Mean<V, T>(b, g * g, beta2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Measure<V, T>(V w, V a, V b, out V first, out V second) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        var direction = Direction<V, T>(w, a, b);
        (first, second) = (w * w, direction * direction);
    }

    /// <summary>The direction of the step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Direction<V, T>(V w, V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        Steps.Decayed<V, T>(a * V.Number(mean) / V.MultiplyAdd(V.Sqrt(b), V.Number(norm), V.Number(epsilon)), w, decay);
}

/// <summary>The second pass of <see cref="Ops.LambStep"/>.</summary>
struct LambRule : IUpdateRule
{
    public LambMoments First;
    public double Size;

    public static int Moments => 2;

    public static bool Keeps => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<V, T>(ref V w, V g, ref V a, ref V b, ref V c) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        w = V.MultiplyAdd(First.Direction<V, T>(w, a, b), V.Number(Size), w);
}

/// <summary>The sum of squares; see <see cref="Ops.TotalNorm"/>.</summary>
struct SquaresRule : IUpdateRule
{
    public static int Moments => 0;

    public static bool Measures => true;

    public static bool Moves => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<V, T>(ref V w, V g, ref V a, ref V b, ref V c) where V : unmanaged, ISimd<V, T> where T : unmanaged { }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Measure<V, T>(V w, V a, V b, out V first, out V second) where V : unmanaged, ISimd<V, T> where T : unmanaged => (first, second) = (w * w, a);
}

/// <summary>See <see cref="Ops.ScaleAll"/>.</summary>
struct ScaleRule : IUpdateRule
{
    public double Factor;

    public static int Moments => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Apply<V, T>(ref V w, V g, ref V a, ref V b, ref V c) where V : unmanaged, ISimd<V, T> where T : unmanaged => w *= V.Number(Factor);
}
