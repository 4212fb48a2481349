using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Ops that compute the gradient of another one.</summary>
static class GradientCases
{
    static readonly Shape cube = ["a", "b", "c"], image = ["n", 2, "h", "w"];
    static readonly Dim rows = "rows", columns = "columns";
    static readonly Dictionary<string, int> large = Sizes(("a", 40), ("b", 45), ("c", 50), ("rows", 300), ("columns", 257));

    public static IEnumerable<OpCase> All() =>
    [
        .. from axis in new[] { 0, 2 } from c in new[] { Pair<SoftmaxGradient>(new SoftmaxGradient(axis), axis), Pair<LogSoftmaxGradient>(new LogSoftmaxGradient(axis), axis) } select c,
        new(typeof(LayerNormGradient), "", x => Dispatch.RunAll(new LayerNormGradient(1, 1e-3), x), new Input(cube), new Input(cube), new Input(["c"])) { Least = Sizes(("c", 1)), Large = large, Condition = 40 },
        new(typeof(LayerNormGradient), "over two axes", x => Dispatch.RunAll(new LayerNormGradient(2, 1e-3), x), new Input(cube), new Input(cube)) { Least = Sizes(("b", 1), ("c", 1)), Large = large, Condition = 40 },
        new(typeof(CrossEntropyGradient), "", x => [Dispatch.Run(new CrossEntropyGradient(), (ReadOnlySpan<Tensor>)x)],
            new Input([rows, columns]), Input.Index([rows], columns) with { IsLabel = true }, new Input([rows])) { Least = Sizes(("columns", 1)), Large = large },

        .. from shape in new Shape[] { ["n", "c"], ["n", "c", "h", "w"] } from c in Channels(shape) select c,

        MaxPool("", new([2, 2], [2, 2], [0, 0, 0, 0], [1, 1])),
        MaxPool("overlapping, padded", new([3, 2], [2, 1], [1, 0, 1, 1], [1, 1])),
        .. from counts in new[] { true, false } select AvgPool($"padded{(counts ? ", counted" : "")}", new([3, 2], [2, 1], [1, 0, 1, 1], counts)),
    ];

    static OpCase Pair<TOp>(CompositeOp op, int axis) where TOp : Op =>
        new(typeof(TOp), $"axis {axis}", x => [Dispatch.Run(op, x[0], x[1])], new Input(cube), new Input(cube)) { Least = Sizes(("abc"[axis].ToString(), 1)), Large = large, Condition = 60, Reason = "a sum over an axis cancels" };

    static IEnumerable<OpCase> Channels(Shape shape)
    {
        Input x = new(shape), numbers = new(["c"]), variance = new(["c"], Domain.Positive);
        string name = shape.Rank == 2 ? "of rows" : "";
        var (least, big) = (Sizes(("n", 1), ("h", 1), ("w", 1)), shape.Rank == 2 ? Sizes(("n", 500), ("c", 100)) : Sizes(("n", 4), ("c", 9), ("h", 40), ("w", 40)));
        yield return new(typeof(BatchMomentsGradient), name, x => [Dispatch.Run(new BatchMomentsGradient(), (ReadOnlySpan<Tensor>)x)], numbers, numbers, x, numbers) { Least = least, Large = big };
        yield return new(typeof(BatchNormGradient), name, x => Dispatch.RunAll(new BatchNormGradient(1e-3), x), x, x, numbers, variance, numbers) { Least = least, Large = big, Condition = 40 };
        yield return new(typeof(BatchNormGradient), $"without weight {name}".Trim(), x => Dispatch.RunAll(new BatchNormGradient(1e-3), x), x, x, numbers, variance) { Least = least, Condition = 40 };
        yield return new(typeof(BatchNormTrainingGradient), name, x => Dispatch.RunAll(new BatchNormTrainingGradient(1e-3), x), x, x, numbers, variance, numbers) { Least = least, Large = big, Condition = 40 };
        yield return new(typeof(BatchNormTrainingGradient), $"without weight {name}".Trim(), x => Dispatch.RunAll(new BatchNormTrainingGradient(1e-3), x), x, x, numbers, variance) { Least = least, Condition = 40 };
    }

    // The positions come from the forward op, so that they are such as it gives.
    static OpCase MaxPool(string name, MaxPool op) =>
        new(typeof(MaxPoolGradient), name, x =>
        {
            var y = Dispatch.RunAll(op, x[0]);
            return [Dispatch.Run(new MaxPoolGradient(2, x[0].Shape), y[0].Sin(), y[1])];
        }, new Input(image, Domain.Distinct)) { Plain = Sizes(("n", 2), ("h", 5), ("w", 6)), Least = Sizes(("h", 3), ("w", 3)), Large = Sizes(("h", 60), ("w", 70), ("n", 4)) };

    static OpCase AvgPool(string name, AvgPool op) =>
        new(typeof(AvgPoolGradient), name, x => [Dispatch.Run(new AvgPoolGradient(op, x[0].Shape), Dispatch.Run(op, x[0]).Sin())], new Input(image))
            { Plain = Sizes(("n", 2), ("h", 5), ("w", 6)), Least = Sizes(("h", 3), ("w", 3)), Large = Sizes(("h", 60), ("w", 70), ("n", 4)) };
}
