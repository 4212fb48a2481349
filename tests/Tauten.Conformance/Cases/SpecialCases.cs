using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Special functions. Their definitions are slow, so sizes stay small: the loops are those of all elementwise ops.</summary>
static class SpecialCases
{
    static readonly Domain natural = Between(0.3, 4), finite = new() { HasInfinities = false };

    public static IEnumerable<OpCase> All() =>
    [
        Function<Erfc>(x => x.Erfc()),
        Function<Erfcx>(Special.Erfcx),
        Function<Erfinv>(x => x.Erfinv(), Between(-0.9, 0.9)),
        Function<Erfinv>(x => x.Erfinv(), Between(-1.05, 1.05), "beyond its range", order: 0),
        Function<Ndtri>(Special.Ndtri, Between(0.05, 0.95)),
        Function<Lgamma>(x => x.Lgamma(), natural, absolute: 8),
        Function<Lgamma>(x => x.Lgamma(), new Domain { Low = -4, High = 12, AvoidsIntegers = true }, "over its range", absolute: 30, order: 0),
        Function<Digamma>(x => x.Digamma(), natural, absolute: 8),
        Function<Digamma>(x => x.Digamma(), new Domain { Low = -4, High = 12, AvoidsIntegers = true }, "over its range", absolute: 30, order: 0),
        Pair<Zeta>("", Special.Zeta, Between(1.3, 6), natural, order: 0),
        Function<Zeta>(q => Special.Zeta(Tensor.Scalar(2.5, q.DType), q), natural, "of a number"),
        Function<Zeta>(q => Special.Zeta(Tensor.Scalar(3, q.DType), q), new Domain { Low = -4, High = 2, AvoidsIntegers = true }, "of negative numbers", order: 0, absolute: 100),
        Pair<Gammainc>("", Special.Gammainc, natural, natural, order: 0),
        Function<Gammainc>(x => Special.Gammainc(Tensor.Scalar(2.5, x.DType), x), natural, "of a number"),
        Pair<Gammaincc>("", Special.Gammaincc, natural, natural, order: 0),
        Function<Gammaincc>(x => Special.Gammaincc(Tensor.Scalar(2.5, x.DType), x), natural, "of a number"),

        Function<BesselJ0>(Special.BesselJ0, absolute: 4),
        Function<BesselJ0>(Special.BesselJ0, Between(-40, 40), "over its range", order: 0, absolute: 8),
        Function<BesselJ1>(Special.BesselJ1, absolute: 4),
        Function<BesselJ1>(Special.BesselJ1, Between(-40, 40), "over its range", order: 0, absolute: 8),
        Function<BesselY0>(Special.BesselY0, natural, absolute: 8),
        Function<BesselY1>(Special.BesselY1, natural, absolute: 8),
        Function<BesselI0>(Special.I0),
        Function<BesselI1>(Special.I1, absolute: 2),
        Function<ScaledBesselI0>(Special.I0e, Domain.AwayFromZero),
        Function<ScaledBesselI0>(Special.I0e, Between(-40, 40), "over its range", order: 0),
        Function<ScaledBesselI1>(Special.I1e, Domain.AwayFromZero, absolute: 2),
        Function<ScaledBesselI1>(Special.I1e, Between(-40, 40), "over its range", order: 0, absolute: 2),
        Function<BesselK0>(Special.ModifiedBesselK0, natural),
        Function<BesselK1>(Special.ModifiedBesselK1, natural),
        Function<ScaledBesselK0>(Special.ScaledModifiedBesselK0, natural),
        Function<ScaledBesselK1>(Special.ScaledModifiedBesselK1, natural),
        Function<AiryAi>(Special.AiryAi, absolute: 4),
        Function<AiryAi>(Special.AiryAi, Between(-5, 6), "over its range", order: 0, absolute: 60),
        Function<AiryAiDerivative>(Special.AiryAiDerivative, absolute: 4),
        Function<SphericalBesselJ0>(Special.SphericalBesselJ0, new Domain { Kinks = [-0.5, 0.5] }, absolute: 4),
        Function<SphericalBesselJ0>(Special.SphericalBesselJ0, Between(-0.4, 0.4), "near 0"),

        .. Enum.GetValues<PolynomialFamily>().Select(family => Pair<OrthogonalPolynomial>($"{family}", (x, n) => Dispatch.Run(new OrthogonalPolynomial(family, 0), x, n), finite, new Domain { Low = -1.9, High = 4.1, AvoidsIntegers = true, HasInfinities = false }, absolute: 3000)),
        Pair<OrthogonalPolynomial>("second derivative", (x, n) => Dispatch.Run(new OrthogonalPolynomial(PolynomialFamily.LegendreP, 2), x, n), finite, new Domain { Low = -1.9, High = 4.1, AvoidsIntegers = true, HasInfinities = false }, absolute: 3000, order: 1),

        Pair<Xlogy>("", (a, b) => a.Xlogy(b), null, Domain.Positive),
        Pair<Xlog1py>("", Special.Xlog1py, null, Between(-0.7, 2)),
        Pair<LogAddExp>("", (a, b) => a.LogAddExp(b), finite, finite, absolute: 4),
        Pair<LogAddExp2>("", (a, b) => a.LogAddExp2(b), finite, finite, absolute: 4),
        Function<Logit>(x => x.Logit(), Between(0.1, 0.9), absolute: 4),
        Function<Logit>(x => x.Logit(0.2), new Domain { Low = 0, High = 1, Kinks = [0.2, 0.8] }, "limited", absolute: 4),
        Function<Entr>(Special.Entr, Domain.Positive, absolute: 4),
        Function<LogNdtr>(Special.LogNdtr, new Domain { Low = -4, HasInfinities = false, Kinks = [-1, 0] }),
    ];

    static OpCase Function<TOp>(Func<Tensor, Tensor> f, Domain? domain = null, string name = "", int order = 2, double absolute = 0) where TOp : Op =>
        new(typeof(TOp), name, x => [f(x[0])], new Input(Matrix, domain)) { Order = order, Ulps = 16, Absolute = absolute, Reason = "the definition is as far from the truth as the kernel" };

    static OpCase Pair<TOp>(string name, Func<Tensor, Tensor, Tensor> f, Domain? left, Domain? right, int order = 2, double absolute = 0) where TOp : Op =>
        new(typeof(TOp), name, x => [f(x[0], x[1])], new Input(Matrix, left), new Input(["b"], right)) { Order = order, Ulps = 24, Absolute = absolute, Reason = "the definition is as far from the truth as the kernel" };
}
