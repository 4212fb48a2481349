using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Padding with content, diagonals, triangles, repetition, and strided views.</summary>
static class RearrangingCases
{
    public static IEnumerable<OpCase> All() =>
    [
        Case<PadByContent>("reflect", x => x[0].Pad([1, 2], [2, 0], PadMode.Reflect), least: Sizes(("a", 3), ("b", 3))),
        Case<PadByContent>("replicate", x => x[0].Pad([3, 0], [1, 2], PadMode.Replicate), least: Sizes(("a", 1), ("b", 1))),
        Case<PadByContent>("circular", x => x[0].Pad([2, 1], [0, 3], PadMode.Circular), least: Sizes(("a", 2), ("b", 3))),
    ];

    static OpCase Case<TOp>(string name, Func<Tensor[], Tensor> f, Dictionary<string, int>? least = null, Shape? shape = null, Shape? second = null) where TOp : Op =>
        new(typeof(TOp), name, x => [f(x)], second is null ? [new Input(shape ?? Matrix)] : [new Input(shape ?? Matrix), new Input(second)])
        {
            DTypes = Make.All,
            IsExact = true,
            Least = least ?? [],
        };
}
