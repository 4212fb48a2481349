using Tauten.Tests;

namespace Tauten.Agreement;

/// <summary>Arrays that NumPy has written, and what they hold.</summary>
static class NpyArea
{
    static readonly string[] real =
    [
        .. from dtype in (string[])["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"] select $"plain-{dtype}",
        .. from dtype in (string[])["f2", "f4", "f8", "i2", "i4", "u8"] select $"big-{dtype}",
        "fortran-f4", "fortran-i2", "fortran-f8-big", "scalar", "vector", "empty", "ones", "extremes", "long-extremes", "version-2", "version-3",
    ];

    static readonly string[] complex = ["plain-c8", "plain-c16", "big-c8", "big-c16", "fortran-c16", "fortran-c8-big"];

    public static Area Calls { get; } = Fill(new("npy"));

    static Area Fill(Area area)
    {
        foreach (string name in real) area[$"{name}.npy"] = _ => [Exact(Npy.Load(PathOf($"{name}.npy")))];
        foreach (string name in complex) area[$"{name}.npy"] = _ => Parts(Npy.LoadComplex(PathOf($"{name}.npy")));
        foreach (string name in (string[])["stored", "deflated"])
        {
            area[$"{name}.npz a"] = _ => [Exact(Npz.Load(PathOf($"{name}.npz"))["a"].Tensor)];
            area[$"{name}.npz flags"] = _ => [Exact(Npz.Load(PathOf($"{name}.npz"))["flags"].Tensor)];
            area[$"{name}.npz layer/weight"] = _ => Parts(Npz.Load(PathOf($"{name}.npz"))["layer/weight"].Complex);
        }
        return area;
    }

    static string PathOf(string name) => SourceTree.PathOf($"tests/fixtures/npy/{name}");

    static Tensor[] Parts(ComplexTensor z) => [Exact(z.Real), Exact(z.Imaginary)];

    static Tensor Exact(Tensor x) => x.To(x.DType.IsFloating() ? DType.Float64 : DType.Int64);
}
