using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Functions of complex numbers, whose parts are two inputs and two outputs.</summary>
static class ComplexCases
{
    // Long expansions of elementwise ops, which have their own cases for every width.
    static readonly Shape few = [3, 4];
    static readonly Domain large = new() { Low = 0.3, High = 2, HasSpecials = false }, finite = new() { HasSpecials = false };

    public static IEnumerable<OpCase> All() =>
    [
        new OpCase(typeof(ComplexAbs), "", x => [Pair(x).Abs()], new Input(Matrix, large), new Input(Matrix)),
        new OpCase(typeof(ComplexAngle), "", x => [Pair(x).Angle()], new Input(Matrix, large), new Input(Matrix, finite)),
        new OpCase(typeof(ComplexDiv), "by a row", x => Parts(Pair(x) / Pair(x[2..])), new Input(few, finite), new Input(few, finite), new Input([4], large), new Input([4], finite)),
        Function<ComplexLog>(z => z.Log(), large, Matrix),
        Function<ComplexSqrt>(z => z.Sqrt(), large, few),
        Function<ComplexTanh>(z => z.Tanh(), new Domain { Low = -0.7, High = 0.7, HasSpecials = false }, few),
        Function<ComplexAsin>(z => z.Asin(), large, few),
        Function<ComplexAcos>(z => z.Acos(), large, few),
        Function<ComplexAcosh>(z => z.Acosh(), large, few),
        Function<ComplexAtanh>(z => z.Atanh(), large, few),
        new OpCase(typeof(ComplexPow), "", x => Parts(Pair(x).Pow(Pair(x[2..]))), new Input(few, large), new Input(few, large), new Input(few, finite), new Input(few, finite)),
    ];

    static OpCase Function<TOp>(Func<ComplexTensor, ComplexTensor> f, Domain domain, Shape shape) where TOp : Op =>
        new(typeof(TOp), "", x => Parts(f(Pair(x))), new Input(shape, domain), new Input(shape, domain));

    internal static ComplexTensor Pair(Tensor[] x) => new(x[0], x[1]);

    internal static Tensor[] Parts(ComplexTensor z) => [z.Real, z.Imaginary];
}
