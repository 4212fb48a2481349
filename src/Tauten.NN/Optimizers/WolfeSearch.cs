namespace Tauten.NN;

/// <summary>
/// Looks along a direction for a length at which the loss has fallen enough and its slope has flattened: the strong conditions of Wolfe (Nocedal, Wright: "Numerical Optimization",
/// 2006, algorithms 3.5 and 3.6). New lengths are minima of cubic polynomials, kept away from the ends of the bracket.
/// </summary>
sealed class WolfeSearch(Func<double, (double Loss, double[] Gradient)> evaluate, double[] direction)
{
    const double Fall = 1e-4, Flat = 0.9;
    const int Most = 25;

    /// <summary>How often the loss was evaluated.</summary>
    public int Evaluations { get; private set; }

    /// <summary>A length that fulfils the conditions, or the best that was found.</summary>
    public Trial Run(double length, double loss, double[] gradient, double slope, double tolerance)
    {
        Trial start = new(0, loss, gradient, slope), before = start, now = At(length);
        int tries = 0;
        Trial low, high;
        for (; ; tries++)
        {
            if (tries == Most)
            {
                (low, high) = (start, now);
                break;
            }
            if (IsHigh(now) || (tries > 1 && now.Loss >= before.Loss) || (!IsFlat(now) && now.Slope >= 0))
            {
                (low, high) = (before, now);
                break;
            }
            if (IsFlat(now)) return now;
            var next = Minimum(before, now, now.Length + 0.01 * (now.Length - before.Length), now.Length * 10);
            (before, now) = (now, At(next));
        }
        if (high.Loss < low.Loss) (low, high) = (high, low);

        double size = direction.Length == 0 ? 0 : direction.Max(Math.Abs);
        bool wasNearEnd = false;
        for (; tries < Most && Math.Abs(high.Length - low.Length) * size >= tolerance; tries++)
        {
            double least = Math.Min(low.Length, high.Length), most = Math.Max(low.Length, high.Length), margin = 0.1 * (most - least);
            double t = Minimum(low, high, least, most);
            bool isNearEnd = Math.Min(most - t, t - least) < margin;
            // Twice in a row near an end, or at it: a tenth of the bracket away from it.
            if (isNearEnd && (wasNearEnd || t >= most || t <= least))
            {
                t = Math.Abs(t - most) < Math.Abs(t - least) ? most - margin : least + margin;
                isNearEnd = false;
            }
            wasNearEnd = isNearEnd;
            now = At(t);
            if (IsHigh(now) || now.Loss >= low.Loss)
            {
                high = now;
                if (high.Loss < low.Loss) (low, high) = (high, low);
                continue;
            }
            if (IsFlat(now)) return now;
            if (now.Slope * (high.Length - low.Length) >= 0) high = low;
            low = now;
        }
        return low;

        bool IsHigh(Trial trial) => trial.Loss > loss + Fall * trial.Length * slope;

        bool IsFlat(Trial trial) => Math.Abs(trial.Slope) <= -Flat * slope;
    }

    Trial At(double length)
    {
        Evaluations++;
        var (loss, gradient) = evaluate(length);
        return new(length, loss, gradient, LBFGS.Dot(gradient, direction));
    }

    /// <summary>Where the cubic polynomial with the losses and slopes of two lengths is least, from one number to another; their middle if it falls forever.</summary>
    static double Minimum(Trial a, Trial b, double least, double most)
    {
        if (a.Length > b.Length) (a, b) = (b, a);
        double mean = a.Slope + b.Slope - 3 * (a.Loss - b.Loss) / (a.Length - b.Length), square = mean * mean - a.Slope * b.Slope;
        if (!(square >= 0)) return (least + most) / 2;
        double root = Math.Sqrt(square);
        double at = b.Length - (b.Length - a.Length) * ((b.Slope + root - mean) / (b.Slope - a.Slope + 2 * root));
        return Math.Min(Math.Max(at, least), most);
    }

    /// <summary>A length that was tried, and what was found there.</summary>
    public readonly record struct Trial(double Length, double Loss, double[] Gradient, double Slope);
}
