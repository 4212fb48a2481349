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
        // NaN of an argument is all that counts of the special ones; the definition integrates, so sizes stay small.
        new(typeof(GammaVariateGradient), "", x => [Dispatch.Run(GammaVariateGradient.Instance, x[0], x[1])], new Input(["n"], Between(0.05, 9)), new Input(["n"], Between(0.3, 5)))
        {
            IsElementwise = true, Order = 0, Absolute = 200, Reason = "the definition integrates numerically",
        },
    ];

    static OpCase One<TOp>(Op op, Domain domain) where TOp : Op =>
        new(typeof(TOp), "", x => [Dispatch.Run(op, x[0], x[1])], new Input(["n"], domain), Input.Key()) { Order = 0, Reason = reason };
}
