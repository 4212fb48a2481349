using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Ops made of smaller ones.</summary>
static class CompositeCases
{
    static readonly Shape cube = ["a", "b", "c"];
    static readonly Dim rows = "rows", columns = "columns";
    static readonly Dictionary<string, int> large = Sizes(("a", 40), ("b", 45), ("c", 50), ("rows", 300), ("columns", 257), ("inner", 64)), wide = Sizes(("c", 1));

    public static IEnumerable<OpCase> All() =>
    [
        Unary<Silu>(x => x.Silu()),
        Unary<Silu>(x => x.Silu(), domain: Between(-85, 100), name: "over its range", order: 0),
        .. from approximate in new[] { false, true } select new OpCase(typeof(Gelu), approximate ? "approximate" : "", x => [x[0].Gelu(approximate)], new Input(Matrix)) { IsElementwise = true, Condition = 80, Reason = "the sum with 1 magnifies the error of erf and tanh" },
        Unary<Softplus>(x => x.Softplus(), domain: Domain.AwayFromZero),
        Unary<Softplus>(x => x.Softplus(), domain: Between(-100, 100), name: "over its range", order: 0),
        Unary<LeakyRelu>(x => x.LeakyRelu(0.1), domain: Domain.AwayFromZero),
        Unary<Elu>(x => x.Elu(1.3), domain: Domain.AwayFromZero),
        Unary<Clamp>(x => x.Clamp(-0.8, 1.1), domain: new Domain { Kinks = [-0.8, 1.1] }),
        Unary<Clamp>(x => x.Clamp(low: 0.3), domain: new Domain { Kinks = [0.3] }, name: "below"),
        Unary<Clamp>(x => x.Clamp(high: 0.3), domain: new Domain { Kinks = [0.3] }, name: "above"),
        Unary<Clamp>(x => x.Clamp(-3, 5), Integers, exact: true, name: "of integers"),

        .. Along<Softmax>((x, axis) => x.Softmax(axis)),
        .. Along<LogSoftmax>((x, axis) => x.LogSoftmax(axis)),
        .. Along<LogSumExp>((x, axis) => x.LogSumExp(axis, keepDims: axis == 1)),
        Case<LogSumExp>("over two axes", x => x.LogSumExp([0, 2]), least: Sizes(("a", 1), ("c", 1))),
        .. Along<Mean>((x, axis) => x.Mean(axis, keepDims: axis == 1)),
        Case<Mean>("over all", x => x.Mean(), least: Sizes(("a", 1), ("b", 1), ("c", 1))),
        new(typeof(Mean), "of nothing", x => [x[0].Mean(0)], new Input([0, "b"])) { Order = 0 },
        Case<Mean>("over two axes", x => x.Mean([0, 2], keepDims: true), least: Sizes(("a", 1), ("c", 1))),
        .. Along<Variance>((x, axis) => x.Var(axis, correction: axis == 0 ? 0 : 1, keepDims: axis == 1), 2),
        Case<Variance>("over all", x => x.Var(), least: Sizes(("a", 2), ("b", 1), ("c", 1))),
        .. Along<StandardDeviation>((x, axis) => x.Std(axis, correction: 0, keepDims: axis == 1), 2),
        .. from order in new[] { 0, 1, 2, 3, 0.5, double.PositiveInfinity, double.NegativeInfinity }
           from axis in new[] { 0, 2 }
           select Case<Norm>($"{order} axis {axis}", x => x.Norm(order, axis, keepDims: axis == 0), double.IsInfinity(order) ? Domain.Distinct with { Low = 0.2 } : Domain.AwayFromZero, Sizes(("a", 1), ("c", 1)), big: true),
        Case<Norm>("of everything", x => x.Norm(), Domain.AwayFromZero),

        new(typeof(CrossEntropy), "", x => [x[0].CrossEntropy(x[1])], new Input([rows, columns]), Input.Index([rows], columns) with { IsLabel = true }) { Least = Sizes(("columns", 1)), Large = large },
        new(typeof(Linear), "", x => [x[0].Linear(x[1], x[2])], new Input([rows, "inner"]), new Input([columns, "inner"]), new Input([columns])) { Large = large, Condition = 32 },
        new(typeof(Linear), "without bias", x => [x[0].Linear(x[1])], new Input(["a", rows, "inner"]), new Input([columns, "inner"])) { Condition = 32 },
        new(typeof(Dropout), "", x => [Dispatch.Run(new Dropout(0.4), x[0], x[1])], new Input(cube, new Domain { HasSpecials = false }), Input.Key()) { Large = large },
        new(typeof(Dropout), "of nothing", x => [Dispatch.Run(new Dropout(0), x[0], x[1])], new Input(cube), Input.Key()),
        new(typeof(Dropout), "of everything", x => [Dispatch.Run(new Dropout(1), x[0], x[1])], new Input(cube), Input.Key()),

        Pool("", new([2, 2], [2, 2], [0, 0, 0, 0], [1, 1])),
        Pool("overlapping, padded", new([3, 2], [2, 1], [1, 0, 1, 1], [1, 1])),
        Pool("dilated", new([2, 2], [1, 1], [0, 1, 1, 0], [2, 1])),
        new(typeof(MaxPool), "1d", x => Dispatch.RunAll(new MaxPool([3], [2], [1, 1], [1]), x[0]), new Input(["b", "w"], Domain.Distinct)) { IsExact = true, Least = Sizes(("w", 3)) },
        .. from counts in new[] { true, false } select Average($"padded{(counts ? ", counted" : "")}", new([3, 2], [2, 1], [1, 0, 1, 1], counts)),
        Average("", new([2, 2], [2, 2], [0, 0, 0, 0], true)),

        new(typeof(BatchMoments), "", x => Dispatch.RunAll(new BatchMoments(), x[0]), new Input(["n", "c", "h", "w"])) { Least = Sizes(("n", 1), ("h", 1), ("w", 1)), Large = Sizes(("n", 4), ("c", 9), ("h", 40), ("w", 40)) },
        new(typeof(BatchMoments), "of rows", x => Dispatch.RunAll(new BatchMoments(), x[0]), new Input(["n", "c"])) { Least = Sizes(("n", 1)), Large = Sizes(("n", 500), ("c", 100)) },
        new(typeof(BatchNorm), "", x => [Dispatch.Run(new BatchNorm(1e-3), (ReadOnlySpan<Tensor>)x)], new Input(["n", "c", "h", "w"]), new Input(["c"]), new Input(["c"], Domain.Positive), new Input(["c"]), new Input(["c"])) { Large = Sizes(("n", 4), ("c", 9), ("h", 40), ("w", 40)) },
        new(typeof(BatchNorm), "without weight", x => [Dispatch.Run(new BatchNorm(1e-3), (ReadOnlySpan<Tensor>)x)], new Input(["n", "c"]), new Input(["c"]), new Input(["c"], Domain.Positive)),
        new(typeof(BatchNormTraining), "", x => Dispatch.RunAll(new BatchNormTraining(1e-3), x), new Input(["n", "c", "h", "w"]), new Input(["c"]), new Input(["c"])) { Least = Sizes(("n", 1), ("h", 1), ("w", 1)), Large = Sizes(("n", 4), ("c", 9), ("h", 40), ("w", 41)), Condition = 40 },
        new(typeof(BatchNormTraining), "of rows, without weight", x => Dispatch.RunAll(new BatchNormTraining(1e-3), x[0]), new Input(["n", "c"])) { Least = Sizes(("n", 1)), Large = Sizes(("n", 500), ("c", 100)), Condition = 40 },
        new(typeof(LayerNorm), "", x => [Dispatch.Run(new LayerNorm(1, 1e-3), (ReadOnlySpan<Tensor>)x)], new Input(cube), new Input(["c"]), new Input(["c"])) { Least = wide, Large = large, Condition = 20 },
        new(typeof(LayerNorm), "over two axes", x => [Dispatch.Run(new LayerNorm(2, 1e-3), x[0])], new Input(cube)) { Least = Sizes(("b", 1), ("c", 1)), Large = large, Condition = 20 },

        .. Steps("", DType.Float32, [DType.Float32]),
        .. Steps("in float64", DType.Float64, [DType.Float64]),
        .. Steps("of 16 bits", DType.Float32, [DType.Float16, DType.BFloat16]),
    ];

    static OpCase Case<TOp>(string name, Func<Tensor, Tensor> f, Domain? domain = null, Dictionary<string, int>? least = null, bool big = false) where TOp : Op =>
        new(typeof(TOp), name, x => [f(x[0])], new Input(cube, domain)) { Least = least ?? [], Large = big ? large : [] };

    static IEnumerable<OpCase> Along<TOp>(Func<Tensor, int, Tensor> f, int least = 1) where TOp : Op =>
        from axis in Enumerable.Range(0, 3)
        select Case<TOp>($"axis {axis}", x => f(x, axis), least: Sizes(("abc"[axis].ToString(), least)), big: true);

    static OpCase Pool(string name, MaxPool op) =>
        new(typeof(MaxPool), name, x => Dispatch.RunAll(op, x[0]), new Input(["b", 2, "h", "w"], Domain.Distinct)) { IsExact = true, Plain = Sizes(("b", 2), ("h", 5), ("w", 6)), Least = Sizes(("h", 3), ("w", 3)), Large = Sizes(("h", 60), ("w", 70), ("b", 4)) };

    static OpCase Average(string name, AvgPool op) =>
        new(typeof(AvgPool), name, x => [Dispatch.Run(op, x[0])], new Input(["b", 2, "h", "w"])) { Plain = Sizes(("b", 2), ("h", 5), ("w", 6)), Least = Sizes(("h", 3), ("w", 3)), Large = Sizes(("h", 60), ("w", 70), ("b", 4)) };

    static IEnumerable<OpCase> Steps(string name, DType state, DType[] dtypes)
    {
        Input parameter = new(["a", "b"]), moment = new Input(["a", "b"], new Domain { HasSpecials = false }) { DType = state }, square = new Input(["a", "b"], Domain.Positive with { HasSpecials = false }) { DType = state };
        var rate = new Input([], Between(0.01, 0.1) with { HasSpecials = false }) { DType = DType.Float64, KeepsDType = true };
        var step = new Input([]) { DType = DType.Int64, Values = [3] };
        var first = new Input([]) { DType = DType.Int64, Values = [0] };
        yield return Step<SgdStep>("plain", new SgdStep(0, 0, false, 0), rate, parameter, parameter);
        yield return Step<SgdStep>("momentum", new SgdStep(0.9, 0, false, 0.01), rate, parameter, parameter, moment);
        yield return Step<SgdStep>("Nesterov", new SgdStep(0.9, 0, true, 0.01), rate, parameter, parameter, moment);
        yield return Step<SgdStep>("dampened", new SgdStep(0.9, 0.2, false, 0), rate, parameter, parameter, moment, step);
        yield return Step<SgdStep>("dampened, first", new SgdStep(0.9, 0.2, false, 0), rate, parameter, parameter, moment, first);
        yield return Step<AdamStep>("Adam", new AdamStep(0.9, 0.99, 1e-8, 0.01, false), rate, parameter, parameter, moment, square, step);
        yield return Step<AdamStep>("AdamW", new AdamStep(0.9, 0.99, 1e-8, 0.01, true), rate, parameter, parameter, moment, square, first);
        yield return Step<AdamStep>("Amsgrad", new AdamStep(0.9, 0.99, 1e-8, 0.01, false, true), rate, parameter, parameter, moment, square, square, step);
        yield return Step<AdamStep>("upwards", new AdamStep(0.9, 0.99, 1e-8, 0.01, false) { Maximize = true }, rate, parameter, parameter, moment, square, step);
        // The parameters of a step may have any shapes, and steps of their own.
        Input vector = new(["b"]), mean = new Input(["b"], new Domain { HasSpecials = false }) { DType = state }, squares = new Input(["b"], Domain.Positive with { HasSpecials = false }) { DType = state };
        yield return Step<SgdStep>("of three", new SgdStep(0.9, 0, false, 0.01), rate, parameter, parameter, moment, vector, vector, mean, parameter, parameter, moment);
        yield return Step<AdamStep>("of two", new AdamStep(0.9, 0.99, 1e-8, 0.01, true), rate, vector, vector, mean, squares, first, parameter, parameter, moment, square, step);

        OpCase Step<TOp>(string which, CompositeOp op, params Input[] inputs) where TOp : Op =>
            new(typeof(TOp), $"{which} {name}".Trim(), x => Dispatch.RunAll(op, x), inputs) { DTypes = dtypes, Order = 0, Large = dtypes[0] == DType.Float16 ? [] : Sizes(("a", 300), ("b", 257)), Absolute = 1 };
    }
}
