using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Padding with content, diagonals, triangles, repetition, and strided views.</summary>
static class RearrangingCases
{
    static readonly Shape Cube = ["a", "b", "c"];

    public static IEnumerable<OpCase> All() =>
    [
        Case<PadByContent>("reflect", x => x[0].Pad([1, 2], [2, 0], PadMode.Reflect), least: Sizes(("a", 3), ("b", 3))),
        Case<PadByContent>("replicate", x => x[0].Pad([3, 0], [1, 2], PadMode.Replicate), least: Sizes(("a", 1), ("b", 1))),
        Case<PadByContent>("circular", x => x[0].Pad([2, 1], [0, 3], PadMode.Circular), least: Sizes(("a", 2), ("b", 3))),
        Case<Diagonal>("", x => x[0].Diagonal()),
        Case<Diagonal>("of batches, below", x => x[0].Diagonal(-1, 2, 0), shape: Cube, least: Sizes(("a", 1), ("c", 2))),
        Case<Diagonal>("above", x => x[0].Diagonal(2), least: Sizes(("b", 2))),
        Case<DiagonalScatter>("", x => x[0].DiagonalScatter(x[1]), shape: ["a", "a"], second: ["a"]),
        Case<DiagonalScatter>("of batches, below", x => x[0].DiagonalScatter(x[1], -1, 2, 1), shape: [2, "a", 4], second: [2, 3], least: Sizes(("a", 3))),
        Case<DiagonalScatter>("embedded", x => x[0].DiagEmbed(-2, 0, 2)),
        Case<Roll>("", x => x[0].Roll([2, -1, 4], [0, 1, 0])),
        Case<Tril>("", x => x[0].Tril()),
        Case<Tril>("of batches, below", x => x[0].Tril(-2), shape: Cube),
        Case<Triu>("", x => x[0].Triu()),
        Case<Triu>("of batches, above", x => x[0].Triu(1), shape: Cube),
        Case<AsStrided>("", x => x[0].AsStrided([2, 3, 2], [1, 0, 3], 1), least: Sizes(("a", 3), ("b", 2))),
        Case<AsStrided>("backwards", x => x[0].AsStrided([3, 2], [-1, 2], 2), shape: ["a", 5], least: Sizes(("a", 1))),
        new(typeof(RepeatedPositions), "", x => [x[0].RepeatInterleave(x[1].Abs() % 3, 1)], new Input(["a", "b"]), Input.Index(["b"], "b")) { DTypes = Make.All, IsExact = true, DependsOnData = true, Least = Sizes(("b", 1)) },
    ];

    static OpCase Case<TOp>(string name, Func<Tensor[], Tensor> f, Dictionary<string, int>? least = null, Shape? shape = null, Shape? second = null) where TOp : Op =>
        new(typeof(TOp), name, x => [f(x)], second is null ? [new Input(shape ?? Matrix)] : [new Input(shape ?? Matrix), new Input(second)])
        {
            DTypes = Make.All,
            IsExact = true,
            Least = least ?? [],
        };
}
