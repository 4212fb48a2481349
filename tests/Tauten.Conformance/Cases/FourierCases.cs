using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Fourier transforms. One special element makes a whole line of the result special, in ways that depend on the order of steps.</summary>
static class FourierCases
{
    const string Reason = "Each element sums a whole line, and small ones come from the cancellation of large ones.";

    static readonly Domain finite = new() { HasSpecials = false };
    static readonly Dictionary<string, int> some = Sizes(("a", 1), ("n", 1));

    public static IEnumerable<OpCase> All() =>
    [
        Complex("last axis", x => Fourier.Fft(x), ["a", "n"], Sizes(("a", 3), ("n", 256))),
        Complex("first axis, inverse", x => Fourier.Ifft(x, axis: 0), ["n", "a"], Sizes(("a", 20), ("n", 40)), wide: "a"),
        Complex("of 72 points", x => Fourier.Fft(x, norm: FftNorm.Ortho), [2, 72], []),
        Complex("of 67 points, inverse", x => Fourier.Ifft(x, norm: FftNorm.Forward), [3, 67], []),
        Case(typeof(RealDft), "last axis", x => ComplexCases.Parts(Fourier.Rfft(x[0])), ["a", "n"], Sizes(("a", 2), ("n", 512))),
        Case(typeof(RealDft), "first axis", x => ComplexCases.Parts(Fourier.Rfft(x[0], axis: 0, norm: FftNorm.Ortho)), ["n", "a"], []),
        new OpCase(typeof(RealInverseDft), "last axis", x => [Fourier.Irfft(ComplexCases.Pair(x))], new Input(["a", "n"], finite), new Input(["a", "n"], finite))
            { Least = Sizes(("n", 2)), Large = Sizes(("a", 1), ("n", 257)), Absolute = 64, Reason = Reason },
        new OpCase(typeof(RealInverseDft), "odd, first axis", x => [Fourier.Irfft(ComplexCases.Pair(x), 9, 0)], new Input([5, "a"], finite), new Input([5, "a"], finite)) { Absolute = 64, Reason = Reason },
    ];

    static OpCase Complex(string name, Func<ComplexTensor, ComplexTensor> f, Shape shape, Dictionary<string, int> large, string? wide = null) =>
        new(typeof(Dft), name, x => ComplexCases.Parts(f(ComplexCases.Pair(x))), new Input(shape, finite), new Input(shape, finite)) { Least = some, Large = large, Wide = wide, Absolute = 64, Reason = Reason, Order = shape.IsKnown ? 0 : 2 };

    static OpCase Case(Type op, string name, Func<Tensor[], Tensor[]> f, Shape shape, Dictionary<string, int> large) =>
        new(op, name, f, new Input(shape, finite)) { Least = some, Large = large, Absolute = 64, Reason = Reason };
}
