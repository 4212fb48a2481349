using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Exponents, remainders, signs, pairs, and activations in pieces.</summary>
static class ArithmeticCases
{
    static readonly Domain finite = new() { HasInfinities = false };

    public static IEnumerable<OpCase> All() =>
    [
        Unary<Exp2>(x => x.Exp2()),
        Unary<Exp2>(x => x.Exp2(), domain: Between(-152, 129), name: "over its range", order: 0),
        Unary<Log2>(x => x.Log2(), domain: Domain.Positive),
        Unary<Log2>(x => x.Log2(), domain: Between(0, 1e4), name: "over its range", order: 0),
        Unary<Log10>(x => x.Log10(), domain: Domain.Positive),
        Unary<Log10>(x => x.Log10(), domain: Between(0, 1e4), name: "over its range", order: 0),
        Unary<BinaryExponent>(x => Dispatch.Run(BinaryExponent.Instance, x), domain: Between(1.1, 1.9), exact: true),
        Unary<BinaryExponent>(x => Dispatch.Run(BinaryExponent.Instance, x * 1e-4), domain: Between(-1e-3, 1e-3), exact: true, name: "of small numbers", order: 0),
        Unary<Signbit>(x => Dispatch.Run(Signbit.Instance, x), domain: Domain.AwayFromZero with { HasSpecials = false }, exact: true),

        Binary<Fmod>((a, b) => a.Fmod(b), Numerics, Between(2.1, 2.4), new Domain { Low = 0.85, High = 1 }, exact: true),
        Binary<Fmod>((a, b) => a.Fmod(b), Numerics, Between(-2.4, -2.1), new Domain { Low = 0.85, High = 1 }, exact: true, name: "of negative numbers"),
        Binary<Nextafter>((a, b) => a.Nextafter(b), [DType.Float32, DType.Float64], exact: true, order: 0),
        Binary<Gcd>((a, b) => a.Gcd(b), Integers, exact: true),

        Pair<Hypot>((a, b) => a.Hypot(b), left: Domain.AwayFromZero),
        Pair<Copysign>((a, b) => a.Copysign(b), left: Domain.AwayFromZero, right: Domain.AwayFromZero with { HasSpecials = false }, exact: true),
        Pair<Fmax>((a, b) => a.Fmax(b), Numerics, exact: true, order: 0),
        Pair<Fmax>((a, b) => (a + 5).Fmax(b) + a.Fmax(b + 5), name: "of the first, then the second"),
        Pair<Fmin>((a, b) => a.Fmin(b), Numerics, exact: true, order: 0),
        Pair<Fmin>((a, b) => (a + 5).Fmin(b) + a.Fmin(b + 5), name: "of the second, then the first"),
        Three<Lerp>((a, b, w) => a.Lerp(b, w), new(), finite, new Domain { Kinks = [-0.5, 0.5], HasInfinities = false }, absolute: 8),
        Three<ClampBetween>((x, low, high) => x.Clamp(low, high), new Domain { Kinks = [-1.2, -0.8, 0.8, 1.2] }, Between(-1.1, -0.9), Between(0.9, 1.1), dtypes: Numerics),

        Unary<Hardtanh>(x => x.Hardtanh(-0.8, 1.1), domain: new Domain { Kinks = [-0.8, 1.1] }, exact: true),
        Unary<Hardsigmoid>(x => x.Hardsigmoid(), domain: new Domain { Low = -4, High = 4, Kinks = [-3, 3] }),
        Unary<Hardswish>(x => x.Hardswish(), domain: new Domain { Low = -4, High = 4, Kinks = [-3, 3], HasInfinities = false }),
        Unary<Hardshrink>(x => x.Hardshrink(), domain: new Domain { Kinks = [-0.5, 0.5] }, exact: true),
        Unary<Softshrink>(x => x.Softshrink(), domain: new Domain { Kinks = [-0.5, 0.5] }),
        Unary<Mish>(x => x.Mish(), domain: finite),
        Unary<Selu>(x => x.Selu(), domain: Domain.AwayFromZero),
        Unary<Celu>(x => x.Celu(0.6), domain: Domain.AwayFromZero),
        Unary<Softsign>(x => x.Softsign(), domain: Domain.AwayFromZero),
        Unary<LogSigmoid>(x => x.LogSigmoid(), domain: Domain.AwayFromZero),
    ];

    // Composites of several inputs have no loops of their own, so they need no large sizes.
    static OpCase Pair<TOp>(Func<Tensor, Tensor, Tensor> f, DType[]? dtypes = null, Domain? left = null, Domain? right = null, bool exact = false, int order = 2, string name = "") where TOp : Op =>
        new(typeof(TOp), name, x => [f(x[0], x[1])], new Input(Matrix, left), new Input(["b"], right)) { DTypes = dtypes ?? Floats, IsExact = exact, Order = order };

    static OpCase Three<TOp>(Func<Tensor, Tensor, Tensor, Tensor> f, Domain a, Domain b, Domain c, double absolute = 0, DType[]? dtypes = null) where TOp : Op =>
        new(typeof(TOp), "", x => [f(x[0], x[1], x[2])], new Input(Matrix, a), new Input(["b"], b), new Input(["a", 1], c)) { DTypes = dtypes ?? Floats, Absolute = absolute };
}
