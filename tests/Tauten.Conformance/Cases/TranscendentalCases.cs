using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Exponentials, logarithms, circular and hyperbolic functions: once where they are smooth, once over their whole range.</summary>
static class TranscendentalCases
{
    static readonly Domain unit = Between(-0.8, 0.8);

    public static IEnumerable<OpCase> All() =>
    [
        Unary<Exp>(x => x.Exp()),
        Unary<Exp>(x => x.Exp(), domain: Between(-110, 95), name: "over its range", order: 0),
        Unary<Expm1>(x => x.Expm1()),
        Unary<Expm1>(x => x.Expm1(), domain: Between(-40, 89), name: "over its range", order: 0),
        Unary<Expm1>(x => x.Expm1(), domain: Between(-1e-3, 1e-3), name: "near 0", order: 0),
        Unary<Log>(x => x.Log(), domain: Domain.Positive),
        Unary<Log>(x => x.Log(), domain: Between(0, 1e4), name: "over its range", order: 0),
        Unary<Log>(x => x.Log(), domain: Between(0.99, 1.01), name: "near 1", order: 0),
        Unary<Log1p>(x => x.Log1p(), domain: Between(-0.8, 2)),
        Unary<Log1p>(x => x.Log1p(), domain: Between(-1e-3, 1e-3), name: "near 0", order: 0),
        Unary<Log1p>(x => x.Log1p(), domain: Between(-1, 1e4), name: "over its range", order: 0),
        Unary<Sin>(x => x.Sin()),
        Unary<Sin>(x => x.Sin(), domain: Between(-3000, 3000), name: "over many periods", order: 0),
        Unary<Cos>(x => x.Cos()),
        Unary<Cos>(x => x.Cos(), domain: Between(-3000, 3000), name: "over many periods", order: 0),
        Unary<Tan>(x => x.Tan(), domain: Between(-1.1, 1.1)),
        Unary<Tan>(x => x.Tan(), domain: Between(-1000, 1000), name: "over many periods", order: 0),
        Unary<Asin>(x => x.Asin(), domain: unit),
        Unary<Asin>(x => x.Asin(), domain: Between(-1.1, 1.1), name: "beyond its range", order: 0),
        Unary<Acos>(x => x.Acos(), domain: unit),
        Unary<Acos>(x => x.Acos(), domain: Between(-1.1, 1.1), name: "beyond its range", order: 0),
        Unary<Atan>(x => x.Atan()),
        Unary<Atan>(x => x.Atan(), domain: Between(-1000, 1000), name: "over its range", order: 0),
        Unary<Sinh>(x => x.Sinh()),
        Unary<Sinh>(x => x.Sinh(), domain: Between(-88, 88), name: "over its range", order: 0),
        Unary<Cosh>(x => x.Cosh()),
        Unary<Cosh>(x => x.Cosh(), domain: Between(-88, 88), name: "over its range", order: 0),
        Unary<Tanh>(x => x.Tanh()),
        Unary<Tanh>(x => x.Tanh(), domain: Between(-30, 30), name: "over its range", order: 0),
        Unary<Asinh>(x => x.Asinh()),
        Unary<Asinh>(x => x.Asinh(), domain: Between(-1e4, 1e4), name: "over its range", order: 0),
        Unary<Acosh>(x => x.Acosh(), domain: Between(1.3, 3)),
        Unary<Acosh>(x => x.Acosh(), domain: Between(0.9, 1e4), name: "beyond its range", order: 0),
        Unary<Atanh>(x => x.Atanh(), domain: unit),
        Unary<Atanh>(x => x.Atanh(), domain: Between(-1.1, 1.1), name: "beyond its range", order: 0),
        Unary<Sigmoid>(x => x.Sigmoid()),
        Unary<Sigmoid>(x => x.Sigmoid(), domain: Between(-100, 100), name: "over its range", order: 0),
        Unary<Erf>(x => x.Erf(), ulps: 6),
        Unary<Erf>(x => x.Erf(), domain: Between(-7, 7), name: "over its range", order: 0, ulps: 6),
    ];
}
