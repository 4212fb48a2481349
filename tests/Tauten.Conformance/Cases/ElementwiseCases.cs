using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Arithmetic, comparison, bitwise ops, select and cast.</summary>
static class ElementwiseCases
{
    static readonly Domain inexact = Domain.AwayFromZero, steps = new() { AvoidsIntegers = true };

    public static IEnumerable<OpCase> All() =>
    [
        Unary<Neg>(x => -x, Numerics, exact: true),
        Unary<Abs>(x => x.Abs(), Numerics, Domain.AwayFromZero, exact: true),
        Unary<Sign>(x => x.Sign(), Numerics, Domain.AwayFromZero, exact: true),
        Unary<Square>(x => x.Square(), Numerics, exact: true),
        Unary<Relu>(x => x.Relu(), Numerics, Domain.AwayFromZero, exact: true),
        Unary<Sqrt>(x => x.Sqrt(), domain: Domain.Positive, exact: true),
        Unary<Rsqrt>(x => x.Rsqrt(), domain: Domain.Positive),
        Unary<Reciprocal>(x => x.Reciprocal(), domain: inexact, exact: true),
        Unary<Floor>(x => x.Floor(), domain: steps, exact: true),
        Unary<Ceiling>(x => x.Ceiling(), domain: steps, exact: true),
        Unary<Round>(x => x.Round(), domain: steps with { Low = 0.6, High = 2.4, AvoidsIntegers = false, Kinks = [0.5, 1.5, 2.5] }, exact: true),
        Unary<Round>(x => (x * 2).Round() * 0.5 + (x * 4).Truncate().Round(), exact: true, order: 0, name: "halves"),
        Unary<Truncate>(x => x.Truncate(), domain: steps, exact: true),
        Unary<IsNaN>(x => x.IsNaN(), exact: true),
        Unary<IsInfinity>(x => x.IsInfinity(), exact: true),
        Unary<IsFinite>(x => x.IsFinite(), exact: true),
        Unary<Not>(x => ~x, Wholes, exact: true),

        Binary<Add>((a, b) => a + b, Numerics, exact: true),
        Binary<Sub>((a, b) => a - b, Numerics, exact: true),
        Binary<Mul>((a, b) => a * b, Numerics, exact: true),
        Binary<Div>((a, b) => a / b, Numerics, right: inexact, exact: true),
        Binary<Pow>((a, b) => a.Pow(b), Numerics, Domain.Positive, new Domain { Low = -3, High = 3, WholeLow = -2, WholeHigh = 7 }),
        Unary<Pow>(x => x.Pow(3), Numerics, name: "to a number"),
        Unary<Pow>(x => x.Pow(0.5), domain: Domain.Positive, name: "to a half"),
        Binary<Maximum>((a, b) => a.Maximum(b), Numerics, exact: true, order: 0),
        Binary<Maximum>((a, b) => (a + 5).Maximum(b) + a.Maximum(b + 5), name: "of the first, then the second"),
        Unary<Maximum>(x => x.Maximum(-x), domain: Domain.AwayFromZero, exact: true, name: "of itself"),
        Binary<Minimum>((a, b) => a.Minimum(b), Numerics, exact: true, order: 0),
        Binary<Minimum>((a, b) => (a + 5).Minimum(b) + a.Minimum(b + 5), name: "of the second, then the first"),
        Unary<Minimum>(x => x.Minimum(-x), domain: Domain.AwayFromZero, exact: true, name: "of itself"),
        Binary<Remainder>((a, b) => a % b, Numerics, Between(2.1, 2.4), new Domain { Low = 0.85, High = 1 }, ulps: 1),
        Binary<Remainder>((a, b) => a % b, Numerics, Between(-2.4, -2.1), new Domain { Low = 0.85, High = 1 }, ulps: 1, name: "of negative numbers"),
        Binary<Atan2>((a, b) => a.Atan2(b), left: Domain.AwayFromZero, right: Domain.AwayFromZero),

        Binary<And>((a, b) => a & b, Wholes, exact: true),
        Binary<Or>((a, b) => a | b, Wholes, exact: true),
        Binary<Xor>((a, b) => a ^ b, Wholes, exact: true),
        Binary<ShiftLeft>((a, b) => a << b, Integers, right: new Domain { WholeLow = 0, WholeHigh = 70 }, exact: true),
        Binary<ShiftRight>((a, b) => a >> b, Integers, right: new Domain { WholeLow = 0, WholeHigh = 70 }, exact: true),

        Binary<Equal>((a, b) => a.EqualTo(b), Make.All, new Domain { WholeLow = 0, WholeHigh = 2 }, new Domain { WholeLow = 0, WholeHigh = 2 }, exact: true),
        Binary<NotEqual>((a, b) => a.NotEqualTo(b), Make.All, new Domain { WholeLow = 0, WholeHigh = 2 }, new Domain { WholeLow = 0, WholeHigh = 2 }, exact: true),
        Unary<Equal>(x => x.EqualTo(x), Make.All, exact: true, name: "to itself"),
        Binary<Less>((a, b) => a < b, Make.All, exact: true),
        Binary<LessEqual>((a, b) => a <= b, Make.All, exact: true),
        Binary<Greater>((a, b) => a > b, Make.All, exact: true),
        Binary<GreaterEqual>((a, b) => a >= b, Make.All, exact: true),

        new(typeof(Where), "", x => [Tensor.Where(x[0], x[1], x[2])], Input.Mask(Matrix), new Input(Matrix), new Input(Matrix)) { IsElementwise = true, DTypes = Make.All, IsExact = true },

        .. DTypes.All.Select(to => Unary<Cast>(x => Dispatch.Run(new Cast(to), x), Make.All, new Domain { Low = -300, High = 300, WholeLow = -9 }, exact: true, name: $"to {to.Name()}", order: to == DType.Float64 ? 2 : 0)),
        new(typeof(Cast), "of wide numbers", x => [.. Make.All.Select(to => Dispatch.Run(new Cast(to), x[0]))], new Input(["a"], new Domain { Low = -1e20, High = 1e20, WholeLow = int.MinValue, WholeHigh = int.MaxValue - 1 })) { DTypes = Make.All, IsExact = true, Order = 0, Plain = Sizes(("a", 60)) },
    ];
}
