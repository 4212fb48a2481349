using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Functions of complex numbers, whose parts are two inputs and two outputs.</summary>
static class ComplexCases
{
    static readonly Domain large = new() { Low = 0.3, High = 2, HasSpecials = false }, finite = new() { HasSpecials = false };

    public static IEnumerable<OpCase> All() =>
    [
        new OpCase(typeof(ComplexAbs), "", x => [Pair(x).Abs()], new Input(Matrix, large), new Input(Matrix)),
        new OpCase(typeof(ComplexAngle), "", x => [Pair(x).Angle()], new Input(Matrix, large), new Input(Matrix, finite)),
        new OpCase(typeof(ComplexDiv), "", x => Parts(Pair(x) / Pair(x[2..])), new Input(Matrix, finite), new Input(Matrix, finite), new Input(Matrix, large), new Input(Matrix, finite)),
        new OpCase(typeof(ComplexDiv), "by a row", x => Parts(Pair(x) / Pair(x[2..])), new Input(Matrix, finite), new Input(Matrix, finite), new Input(["b"], large), new Input(["b"], finite)),
    ];

    internal static ComplexTensor Pair(Tensor[] x) => new(x[0], x[1]);

    internal static Tensor[] Parts(ComplexTensor z) => [z.Real, z.Imaginary];
}
