using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Ops that functions from functions make.</summary>
static class TransformCases
{
    static readonly Shape cube = ["a", "b", "c"];

    // Infinities would meet zeros: what comes of it depends on which formula is taken.
    static readonly Domain finite = new() { HasInfinities = false };

    static readonly Func<Tensor, Tensor> sine = Gradients.Custom(x => x.Sin(), (x, _, gradient) => gradient * x.Cos());

    static readonly Func<Tensor[], Tensor[]> product = Gradients.Custom(x => [x[0] * x[1], x[0].Exp()], b => [b.GradOf(0) * b.Input(1) + b.GradOf(1) * b.OutputAt(1), b.GradOf(0) * b.Input(0)]);

    public static IEnumerable<OpCase> All() =>
    [
        new(typeof(Checkpoint), "", x => [Gradients.Checkpoint(v => v.Tanh().Softmax(-1), x[0])], new Input(cube, finite)) { Least = Sizes(("c", 1)) },
        new(typeof(Checkpoint), "of two", x => Gradients.Checkpoint(v => [v[0].MatMul(v[1]), v[0].Exp()], x[0], x[1]), new Input(["rows", "inner"], finite), new Input(["inner", "columns"], finite)) { Condition = 32 },
        new(typeof(Fused), "", x => Fuse(v => [(v[0] * v[1] + 1).Tanh() * v[0]], x), new Input(cube, finite), new Input(["b", "c"], finite)),
        new(typeof(Fused), "of several results", x => Fuse(v => [v[0].Exp(), Tensor.Where(v[0] > v[1], v[0].Square(), v[1])], x), new Input(cube, finite), new Input(cube, finite)) { Condition = 32 },
        new(typeof(Fused), "of rows", x => Fuse(v => [(v[0] - v[0].Max(-1, keepDims: true)).Exp() * v[1], v[0].Mean(-1)], x), new Input(cube, finite), new Input(["c"], finite)) { Least = Sizes(("c", 1)), Condition = 32 },
        new(typeof(Fused), "of rows and columns", x => Fuse(v => [v[0] * v[0].Sum(-1, keepDims: true), (v[0] * v[1]).Sum([0, 1])], x), new Input(cube, finite), new Input(["c"], finite)) { Condition = 32 },
        new(typeof(Fused), "that is expanded", x => Fuse(v => [v[0].Softmax(-1).CumSum(1)], x), new Input(cube, finite)) { Least = Sizes(("c", 1)), Condition = 32 },
        new(typeof(CustomGradient), "", x => [sine(x[0])], new Input(cube, finite)),
        new(typeof(CustomGradient), "of two", x => product(x), new Input(cube, finite), new Input(cube, finite)),
        new(typeof(Mapped), "", x => [Tensor.VMap((v, w, b) => Dispatch.Run(new LayerNorm(1, 1e-3), v, w, b))(x[0], x[1], x[2])], new Input(cube, finite), new Input(["a", "c"]), new Input(["a", "c"])) { Least = Sizes(("c", 1)), Condition = 20 },
        new(typeof(Mapped), "with a shared input", x => [Tensor.VMap((v, w, b) => Dispatch.Run(new LayerNorm(1, 1e-3), v, w, b), [0, null, 0])(x[0], x[1], x[2])], new Input(cube, finite), new Input(["c"]), new Input(["a", "c"])) { Least = Sizes(("c", 1)), Condition = 20 },
        new(typeof(Mapped), "of two results", x => Tensor.VMap(v => Dispatch.RunAll(new BatchMoments(), v[0]))(x), new Input(["a", "b", "c", "d"])) { Least = Sizes(("b", 1), ("d", 1)) },
    ];

    static Tensor[] Fuse(Func<Tensor[], Tensor[]> function, Tensor[] x) => Dispatch.RunAll(new Fused(Graph.Capture(function, [.. x.Select(v => v.Spec)])), x);
}
