using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

/// <summary>Shorthand for cases.</summary>
static class Make
{
    public static readonly DType[] Floats = [DType.Float32, DType.Float64, DType.Float16, DType.BFloat16];
    public static readonly DType[] Integers = [DType.Int32, DType.Int64, DType.Int8, DType.UInt8, DType.Int16, DType.UInt16, DType.UInt32, DType.UInt64];
    public static readonly DType[] Wholes = [.. Integers, DType.Bool];
    public static readonly DType[] Numerics = [.. Floats, .. Integers];
    public static readonly DType[] All = [.. Numerics, DType.Bool];

    public static readonly Shape Matrix = ["a", "b"];

    /// <summary>An elementwise op with one input.</summary>
    public static OpCase Unary<TOp>(Func<Tensor, Tensor> f, DType[]? dtypes = null, Domain? domain = null, bool exact = false, double ulps = 4, string name = "", int order = 2) where TOp : Op =>
        new(typeof(TOp), name, x => [f(x[0])], new Input(Matrix, domain)) { IsElementwise = true, DTypes = dtypes ?? Floats, IsExact = exact, Ulps = ulps, Order = order };

    /// <summary>An elementwise op with two inputs.</summary>
    public static OpCase Binary<TOp>(Func<Tensor, Tensor, Tensor> f, DType[]? dtypes = null, Domain? left = null, Domain? right = null, bool exact = false, double ulps = 4, string name = "", int order = 2) where TOp : Op =>
        new(typeof(TOp), name, x => [f(x[0], x[1])], new Input(Matrix, left), new Input(Matrix, right)) { IsElementwise = true, DTypes = dtypes ?? Floats, IsExact = exact, Ulps = ulps, Order = order };

    /// <summary>Numbers between two bounds.</summary>
    public static Domain Between(double low, double high) => new() { Low = low, High = high };

    /// <summary>Sizes by name.</summary>
    public static Dictionary<string, int> Sizes(params (string Name, int Size)[] sizes) => sizes.ToDictionary(s => s.Name, s => s.Size);
}
