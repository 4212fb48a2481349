using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Steps of optimizers. Those without a kernel are not run on large tensors, which would only repeat the tests of the ops they are made of.</summary>
static class OptimizerCases
{
    public static IEnumerable<OpCase> All() =>
    [
        .. Steps("", DType.Float32, [DType.Float32]),
        .. Steps("in float64", DType.Float64, [DType.Float64]),
        .. Steps("of 16 bits", DType.Float32, [DType.Float16, DType.BFloat16]),
    ];

    static IEnumerable<OpCase> Steps(string name, DType state, DType[] dtypes)
    {
        Domain plain = new() { HasSpecials = false }, positive = Domain.Positive with { HasSpecials = false };
        Input parameter = new(["a", "b"], plain);
        var rate = new Input([], Between(0.01, 0.1) with { HasSpecials = false }) { DType = DType.Float64, KeepsDType = true };
        var large = new Input([], Between(0.5, 1) with { HasSpecials = false }) { DType = DType.Float64, KeepsDType = true };
        Input moment = Kept(["a", "b"], plain), square = Kept(["a", "b"], positive);
        Input first = Count(0), step = Count(3), late = Count(40);
        var product = new Input([], Between(0.1, 0.9) with { HasSpecials = false }) { DType = DType.Float64, KeepsDType = true };
        yield return Step<AdamaxStep>("", new AdamaxStep(0.9, 0.99, 1e-6, 0.01), moment, square, step);
        yield return Step<NAdamStep>("", new NAdamStep(0.9, 0.99, 1e-6, 0.01, 0.004), moment, square, product, step);
        yield return Step<NAdamStep>("first", new NAdamStep(0.9, 0.99, 1e-6, 0, 0.004), moment, square, product, first);
        yield return Step<RAdamStep>("first", new RAdamStep(0.9, 0.99, 1e-6, 0.01), moment, square, first);
        yield return Step<RAdamStep>("late", new RAdamStep(0.9, 0.99, 1e-6, 0), moment, square, late);
        yield return Step<RMSpropStep>("", new RMSpropStep(0.9, 1e-6, 0.01, 0, false), square);
        yield return Step<RMSpropStep>("centered, momentum", new RMSpropStep(0.9, 1e-2, 0, 0.8, true), Kept(["a", "b"], Between(4, 5) with { HasSpecials = false }), Kept(["a", "b"], Between(0.1, 1) with { HasSpecials = false }), moment);
        yield return Step<AdagradStep>("first", new AdagradStep(0.1, 0.01, 0.2, 1e-6), square, first);
        yield return Step<AdagradStep>("late", new AdagradStep(0.1, 0, 0.2, 1e-6), square, late);
        yield return Step<AdadeltaStep>("", new AdadeltaStep(0.9, 1e-3, 0.01), square, square);
        yield return Step<AveragedStep>("first", new AveragedStep(0.1, 0.75, 5, 0.01), moment, first);
        yield return Step<AveragedStep>("late", new AveragedStep(0.1, 0.75, 5, 0), moment, late);
        yield return Step<RpropStep>("first", new RpropStep(0.5, 1.2, 0.01, 2), moment, square, first);
        yield return Step<RpropStep>("late", new RpropStep(0.5, 1.2, 0.01, 2), moment, square, late);
        yield return Step<LionStep>("", new LionStep(0.9, 0.99, 0.01), moment);
        yield return new(typeof(TotalNorm), $"of three {name}".Trim(), x => [Dispatch.Run(TotalNorm.Instance, x)], parameter, new Input([], Domain.Distinct with { HasSpecials = false }), new Input(["b"], plain))
            { DTypes = dtypes, Least = Sizes(("a", 1), ("b", 1)), Large = Sizes(("a", 300), ("b", 257)) };
        yield return new(typeof(ScaleAll), $"of two {name}".Trim(), x => Dispatch.RunAll(ScaleAll.Instance, x), rate, parameter, new Input(["b"], plain)) { DTypes = dtypes, Large = Sizes(("a", 300), ("b", 257)) };
        yield return Step<LionStep>("of two, upwards", new LionStep(0.9, 0.99, 0.01) { Maximize = true }, moment, parameter, parameter, moment);
        // Differences of roots are divided by the learning rate, which must not magnify their rounding beyond what is allowed.
        yield return Step<FtrlStep>("first", new FtrlStep(-0.5, 0.1, 0.3, 0.1, 0.01, 0.2), square, moment, first);
        yield return Step<FtrlStep>("late", new FtrlStep(-0.7, 0.1, 0, 0.1, 0, 0), square, moment, late);
        yield return Step<LambStep>("of two", new LambStep(0.9, 0.99, 1e-3, 0), moment, square, step, parameter, parameter, moment, square, late);
        yield return Step<LambStep>("", new LambStep(0.9, 0.99, 1e-3, 0.01), moment, square, step);
        yield return Step<AdafactorStep>("", new AdafactorStep(false, -0.8, 1e-3, 1e-3, 1, 0.01), square, step);
        yield return Step<AdafactorStep>("of a matrix", new AdafactorStep(true, -0.8, 1e-3, 1e-3, 0.5, 0), Kept(["a", 1], positive), Kept([1, "b"], positive), step);

        OpCase Step<TOp>(string which, CompositeOp op, params Input[] kept) where TOp : Op =>
            new(typeof(TOp), $"{which} {name}".Trim(), x => Dispatch.RunAll(op, x), [op is FtrlStep ? large : rate, parameter, parameter, .. kept]) { DTypes = dtypes, Order = 0, Least = Sizes(("a", 1), ("b", 1)), Absolute = 4, Large = op is not (FtrlStep or AdafactorStep) && state == dtypes[0] ? Sizes(("a", 300), ("b", 257)) : [] };

        Input Kept(Shape shape, Domain domain) => new(shape, domain) { DType = state };

        static Input Count(long done) => new([]) { DType = DType.Int64, Values = [done] };
    }
}
