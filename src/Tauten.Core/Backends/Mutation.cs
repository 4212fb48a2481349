using Tauten.Ops;

namespace Tauten;

/// <summary>
/// The seam for the run that tests the tests: it falsifies a shape rule or a gradient and expects that a test fails. Off unless the program is
/// built with the switch <c>Tauten.Mutation</c>; the compiler then removes it, since the flag cannot change.
/// </summary>
static class Mutation
{
    public static readonly bool IsEnabled = AppContext.TryGetSwitch("Tauten.Mutation", out bool on) && on;

    /// <summary>Falsifies the output specs of an op on this thread.</summary>
    [ThreadStatic] public static Func<Op, Specs, Specs>? Rule;

    /// <summary>Falsifies the gradients of an op on this thread.</summary>
    [ThreadStatic] public static Func<Op, Tensor?[], Tensor?[]>? Gradient;

    public static Specs Falsify(Op op, Specs specs) => Rule is { } rule ? rule(op, specs) : specs;

    public static Tensor?[] Falsify(Op op, Tensor?[] gradients) => Gradient is { } gradient ? gradient(op, gradients) : gradients;
}
