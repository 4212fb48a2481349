using Tauten.Ops;
using Tauten.Testing;
using static Tauten.Conformance.Make;

namespace Tauten.Conformance;

/// <summary>Random numbers that take rejection to sample.</summary>
static class VariateCases
{
    // A sample jumps where a rejection flips, so its path has no derivative to compare with.
    const string reason = "numbers are accepted or rejected as a whole";

    public static IEnumerable<OpCase> All() =>
    [
        One<RandomGamma>(RandomGamma.Instance, Between(0.1, 4)),
        One<RandomPoisson>(RandomPoisson.Instance, Between(0, 30)),
        One<RandomVonMises>(RandomVonMises.Instance, Between(0, 5)),
        new(typeof(RandomBinomial), "", x => [Dispatch.Run(RandomBinomial.Instance, (ReadOnlySpan<Tensor>)[(x[0] * 4).Floor(), x[1], x[2]])], new Input(["n"], Between(0, 20)), new Input(["n"], Between(0, 1)), Input.Key())
        {
            Order = 0, Reason = reason,
        },
        Slope("", [DType.Float64], 20_000),
        Slope("in fewer digits", [DType.Float32, DType.Float16, DType.BFloat16], 20),
    ];

    static OpCase One<TOp>(Op op, Domain domain) where TOp : Op =>
        new(typeof(TOp), "", x => [Dispatch.Run(op, x[0], x[1])], new Input(["n"], domain), Input.Key()) { Order = 0, Reason = reason };

    // The definition integrates numerically, which cancels digits where x is large.
    static OpCase Slope(string name, DType[] dtypes, double absolute) =>
        new(typeof(GammaVariateGradient), name, x => [Dispatch.Run(GammaVariateGradient.Instance, x[0], x[1])],
            new Input(["n"], new Domain { Low = 0.05, High = 4, HasSpecials = false }), new Input(["n"], new Domain { Low = 0.3, High = 5, HasSpecials = false }))
        {
            IsElementwise = true, DTypes = dtypes, Order = 0, Absolute = absolute, Reason = "the definition integrates numerically",
        };
}
