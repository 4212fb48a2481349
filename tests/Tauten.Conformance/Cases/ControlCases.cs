using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Branches and loops.</summary>
static class ControlCases
{
    static readonly Domain unit = Between(-1, 1), gate = Between(0.1, 0.9);

    static readonly Input rounds = Input.Index([], 5) with { IsLabel = true };

    public static IEnumerable<OpCase> All() =>
    [
        new(typeof(If), "", x => [Tensor.If(x[1], () => (x[0] * x[2]).Tanh(), () => x[0].Exp())], new Input(["a", "b"], unit), Input.Mask([]), new Input(["b"], unit)) { Branches = true },
        new(typeof(If), "of two results, in one another", x => Tensor.If(x[1], () => [x[0] * x[0], x[2].Sin()], () => [Tensor.If(x[3], () => x[0].Sin(), () => x[0] * x[2].Sum()), x[2]]),
            new Input(["a", "b"], unit), Input.Mask([]), new Input(["b"], unit), Input.Mask([])) { Branches = true },
        new(typeof(While), "", x => [Tensor.While(s => s[0] < x[1], s => [s[0] + 1, (s[1] * x[2]).Sin()], [Tensor.From(0L), x[0]])[1]], new Input(["a", "b"], unit), rounds, new Input(["b"], gate)) { Branches = true, Condition = 40 },
        new(typeof(While), "with a bound", x => [Tensor.While(s => s[0] < x[1], s => [s[0] + 1, s[1].Tanh() + x[2]], [Tensor.From(0L), x[0]], maximum: 3)[1]], new Input(["a"], unit), rounds, new Input([], gate)) { Branches = true, Condition = 40 },
        new(typeof(Scan), "", x => Both(Tensor.Scan((s, v) => ((s * x[2] + v).Tanh(), s * v), x[0], x[1])), new Input(["a"], unit), new Input(["time", "a"], unit), new Input(["a"], gate)) { Condition = 40 },
        new(typeof(Scan), "backwards along another axis", x => Both(Tensor.Scan((s, v) => (s * x[2] + v, (s - v).Sin()), x[0], x[1], axis: 1, reverse: true)), new Input(["a"], unit), new Input(["a", "time"], unit), new Input(["a"], gate)) { Condition = 40 },
        new(typeof(Scan), "without inputs", x => Tensor.Scan((s, _) => ([s[0] * x[1]], [s[0]]), [x[0]], [], length: 3) is var (state, outputs) ? [.. state, .. outputs] : [], new Input(["a"], unit), new Input(["a"], gate)),
        new(typeof(Scan), "without a state", x => Tensor.Scan((_, v) => ([], [v[0].Softmax(-1) * x[1], v[1].Exp()]), [], [x[0], x[2]]).Outputs, new Input(["time", "a"], unit), new Input(["a"], gate), new Input(["time"], unit)) { Least = Sizes(("a", 1)) },
        new(typeof(Scan), "around a branch", x => Both(Tensor.Scan((s, v) => (Tensor.If(x[2], () => s * v, () => s + v.Sin()), v), x[0], x[1])), new Input(["a"], gate), new Input(["time", "a"], gate), Input.Mask([])) { Branches = true },
    ];

    static Tensor[] Both((Tensor State, Tensor Outputs) y) => [y.State, y.Outputs];
}
