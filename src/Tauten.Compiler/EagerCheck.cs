using System.Globalization;

namespace Tauten.Compiler;

/// <summary>Compares what a compiled function gives with what the function itself gives.</summary>
/// <param name="tolerance">How far numbers in float32 may be apart, relative to the largest of a tensor; other dtypes in proportion to their precision.</param>
readonly struct EagerCheck(double tolerance)
{
    /// <summary>Compares one tensor.</summary>
    /// <exception cref="GraphException">They differ.</exception>
    public void Compare(string what, Tensor compiled, Tensor plain)
    {
        if (compiled.Spec != plain.Spec) throw Differ(what, $"the compiled function gave {compiled.Spec}, the function itself {plain.Spec}");
        using var untracked = Gradients.NoGrad();
        if (plain.Count == 0) return;
        if (!plain.DType.IsFloating())
        {
            if (!compiled.EqualTo(plain).All().Item<bool>()) throw Differ(what, "integers differ");
            return;
        }
        var (a, b) = (compiled.To(DType.Float64), plain.To(DType.Float64));
        // NaN agrees with NaN, and an infinity with itself.
        var same = a.EqualTo(b) | (a.IsNaN() & b.IsNaN());
        var zero = Tensor.Zeros(b.Shape, DType.Float64);
        double difference = Tensor.Where(same, zero, (a - b).Abs()).Max().Item<double>();
        double largest = Tensor.Where(b.IsFinite(), b.Abs(), zero).Max().Item<double>();
        double allowed = tolerance * Coarseness(plain.DType) * Math.Max(largest, 1e-3);
        if (!(difference <= allowed))
            throw Differ(what, string.Create(CultureInfo.InvariantCulture, $"they are {difference:g3} apart, where the largest value is {largest:g3} and {allowed:g3} is allowed"));
    }

    static double Coarseness(DType dtype) => dtype switch
    {
        DType.Float16 => 1 << 10,
        DType.BFloat16 => 1 << 13,
        DType.Float64 => 1e-6,
        _ => 1,
    };

    static GraphException Differ(string what, string how) => new(
        $"The compiled function does not do what the function itself does: {what}: {how}. Does it depend on something that changes from call to call and is neither an argument, " +
        "a parameter nor a buffer, such as a field or a random number of .NET? If the difference is meant, turn the comparison off with CompileOptions.Check.");
}
