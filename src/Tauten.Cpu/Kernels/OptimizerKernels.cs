using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// The steps of optimizers: all parameters of a step in one pass over memory, which reads and writes each number once, in place where outputs are inputs. The
/// work of all parameters together is cut into pieces of about the same size, so that many small parameters cost no more than a large one. Every element is computed
/// by the same vector instructions wherever it stands.
/// </summary>
static unsafe class OptimizerKernels
{
    /// <summary>A step whose elements depend on nothing but themselves. x: rate, then parameter, gradient, moments, count of each. y: parameter, moments, count of each.</summary>
    public static void Step<TOp, TRule>(TOp op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where TOp : Ops.OptimizerStep where TRule : unmanaged, IUpdateRule<TOp, TRule>
    {
        double rate = x[0].Item<double>();
        int outputs = op.Outputs, parameters = y.Length / outputs;
        using var updates = new UpdateList<TRule>(parameters);
        for (int p = 0; p < parameters; p++)
        {
            var old = x.Slice(1 + p * (outputs + 1), outputs + 1);
            var made = y.Slice(p * outputs, outputs);
            long step = op.Counts ? Count(old[^1], made[^1]) : 0;
            TRule rule;
            if (TRule.HasNumber)
            {
                double number = old[2 + TRule.Moments].Item<double>();
                rule = TRule.For(op, rate, step, ref number);
                fixed (byte* kept = &made[1 + TRule.Moments].First()) *(double*)kept = number;
            }
            else rule = TRule.For(op, rate, step, ref Unsafe.NullRef<double>());
            updates.Add(old[0], old[1], old.Slice(2, TRule.Moments), made[0], made.Slice(1, TRule.Moments), op.Maximize, rule);
        }
        updates.Run();
    }

    /// <summary>Without momentum there is nothing but the parameter.</summary>
    public static void Sgd(Ops.SgdStep op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        if (op.Momentum == 0) Step<Ops.SgdStep, SgdRule<None>>(op, x, y);
        else Step<Ops.SgdStep, SgdRule<One>>(op, x, y);
    }

    /// <summary>Amsgrad keeps a third tensor.</summary>
    public static void Adam(Ops.AdamStep op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        if (op.Amsgrad) Step<Ops.AdamStep, AdamRule<Three>>(op, x, y);
        else Step<Ops.AdamStep, AdamRule<Two>>(op, x, y);
    }

    /// <summary>One to three tensors are kept.</summary>
    public static void RMSprop(Ops.RMSpropStep op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        switch (op.Moments)
        {
            case 1: Step<Ops.RMSpropStep, RMSpropRule<One>>(op, x, y); break;
            case 2: Step<Ops.RMSpropStep, RMSpropRule<Two>>(op, x, y); break;
            default: Step<Ops.RMSpropStep, RMSpropRule<Three>>(op, x, y); break;
        }
    }

    /// <summary>Two passes: moments, with the norms of parameters and directions; then the parameters.</summary>
    public static void Lamb(Ops.LambStep op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        double rate = x[0].Item<double>();
        int outputs = op.Outputs, parameters = y.Length / outputs;
        using var moments = new UpdateList<LambMoments>(parameters);
        var rules = new LambMoments[parameters];
        for (int p = 0; p < parameters; p++)
        {
            var old = x.Slice(1 + p * (outputs + 1), outputs + 1);
            var made = y.Slice(p * outputs, outputs);
            rules[p] = new LambMoments(op, Count(old[^1], made[^1]));
            moments.Add(old[0], old[1], old.Slice(2, 2), made[0], made.Slice(1, 2), op.Maximize, rules[p]);
        }
        moments.Run();
        using var updates = new UpdateList<LambRule>(parameters);
        for (int p = 0; p < parameters; p++)
        {
            var old = x.Slice(1 + p * (outputs + 1), outputs + 1);
            var made = y.Slice(p * outputs, outputs);
            var (squares, steps) = moments.Sums(p);
            double trust = squares > 0 && steps > 0 ? Math.Sqrt(squares / steps) : 1;
            updates.Add(old[0], old[1], made.Slice(1, 2), made[0], made.Slice(1, 2), op.Maximize, new LambRule { First = rules[p], Size = -rate * trust });
        }
        updates.Run();
    }

    /// <summary>One pass over all inputs.</summary>
    public static void TotalNorm(Ops.TotalNorm op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var squares = new UpdateList<SquaresRule>(x.Length);
        foreach (var part in x) squares.Add(part, part, [], part, [], climbs: false, default);
        squares.Run();
        double sum = 0;
        for (int i = 0; i < x.Length; i++) sum += squares.Sums(i).First;
        fixed (byte* norm = &y[0].First())
        {
            if (y[0].DType == DType.Float64) *(double*)norm = Math.Sqrt(sum);
            else *(float*)norm = (float)Math.Sqrt(sum);
        }
    }

    /// <summary>One pass over all inputs; what stays as it is, where it is, is not touched.</summary>
    public static void ScaleAll(Ops.ScaleAll op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var rule = new ScaleRule { Factor = x[0].Item<double>() };
        using var updates = new UpdateList<ScaleRule>(y.Length);
        for (int i = 0; i < y.Length; i++)
            if (rule.Factor != 1 || !ReferenceEquals(y[i], x[i + 1])) updates.Add(x[i + 1], x[i + 1], [], y[i], [], climbs: false, rule);
        updates.Run();
    }

    static long Count(Tensor done, Tensor made)
    {
        long step = done.Item<long>() + 1;
        fixed (byte* count = &made.First()) *(long*)count = step;
        return step;
    }
}
