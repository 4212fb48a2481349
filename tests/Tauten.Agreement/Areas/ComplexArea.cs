using System.Numerics;

namespace Tauten.Agreement;

static class ComplexArea
{
    public static Area Calls { get; } = new("complex")
    {
        ["exp"] = x => Parts(Pair(x).Exp()),
        ["log"] = x => Parts(Pair(x).Log()),
        ["log2"] = x => Parts(Pair(x).Log2()),
        ["log10"] = x => Parts(Pair(x).Log10()),
        ["sqrt"] = x => Parts(Pair(x).Sqrt()),
        ["sin"] = x => Parts(Pair(x).Sin()),
        ["cos"] = x => Parts(Pair(x).Cos()),
        ["tan"] = x => Parts(Pair(x).Tan()),
        ["sinh"] = x => Parts(Pair(x).Sinh()),
        ["cosh"] = x => Parts(Pair(x).Cosh()),
        ["tanh"] = x => Parts(Pair(x).Tanh()),
        ["asin"] = x => Parts(Pair(x).Asin()),
        ["acos"] = x => Parts(Pair(x).Acos()),
        ["atan"] = x => Parts(Pair(x).Atan()),
        ["asinh"] = x => Parts(Pair(x).Asinh()),
        ["acosh"] = x => Parts(Pair(x).Acosh()),
        ["atanh"] = x => Parts(Pair(x).Atanh()),
        ["sigmoid"] = x => Parts(Pair(x).Sigmoid()),
        ["square"] = x => Parts(Pair(x).Square()),
        ["reciprocal"] = x => Parts(Pair(x).Reciprocal()),
        ["abs"] = x => [Pair(x).Abs()],
        ["angle"] = x => [Pair(x).Angle()],
        ["sgn"] = x => Parts(Pair(x).Sgn()),
        ["conj"] = x => Parts(Pair(x).Conj()),
        ["add"] = x => Parts(Pair(x) + Pair(x, 2)),
        ["sub"] = x => Parts(Pair(x) - Pair(x, 2)),
        ["mul"] = x => Parts(Pair(x) * Pair(x, 2)),
        ["div"] = x => Parts(Pair(x) / Pair(x, 2)),
        ["pow"] = x => Parts(Pair(x).Pow(Pair(x, 2))),
        ["pow -1"] = x => Parts(Pair(x).Pow(-1)),
        ["pow 0.5"] = x => Parts(Pair(x).Pow(0.5)),
        ["pow 2"] = x => Parts(Pair(x).Pow(2)),
        ["pow 3"] = x => Parts(Pair(x).Pow(3)),
        ["pow 2.5"] = x => Parts(Pair(x).Pow(2.5)),
        ["pow -2"] = x => Parts(Pair(x).Pow(-2)),
        ["pow (1.5-0.5j)"] = x => Parts(Pair(x).Pow(new Complex(1.5, -0.5))),
        ["add real"] = x => Parts(Pair(x) + x[2]),
        ["real sub"] = x => Parts(x[2] - Pair(x)),
        ["mul real"] = x => Parts(Pair(x) * x[2]),
        ["real div"] = x => Parts(x[2] / Pair(x)),
        ["div real"] = x => Parts(Pair(x) / x[2]),
        ["numbers"] = x => Parts(new Complex(2, -1) * (new Complex(1, 2) - Pair(x)) / new Complex(0.5, 1.5) + 3),
        ["polar"] = x => Parts(ComplexTensor.Polar(x[0], x[1])),
        ["view_as_real"] = x => [Pair(x).ViewAsReal()],
        ["view_as_complex"] = x => Parts(ComplexTensor.ViewAsComplex(x[0]) * Complex.ImaginaryOne),
        ["sum axis=1"] = x => Parts(Pair(x).Sum(1)),
        ["mean axis=0"] = x => Parts(Pair(x).Mean(0, keepDims: true)),
        ["cumsum axis=1"] = x => Parts(Pair(x).CumSum(1)),
        ["matmul"] = x => Parts(Pair(x).MatMul(Pair(x, 2))),
        ["adjoint"] = x => Parts(Pair(x).H),
        ["index"] = x => Parts(Pair(x)[.., 1..].Flip(0).Reshape(-1)),
        ["stack"] = x => Parts(ComplexTensor.Concat([ComplexTensor.Stack([Pair(x), Pair(x, 2)], 1).Flatten(1), Pair(x)], 1)),
        ["where"] = x => Parts(ComplexTensor.Where(x[0] > 0, Pair(x), Pair(x, 2))),
    };

    internal static ComplexTensor Pair(Tensor[] x, int at = 0) => new(x[at], x[at + 1]);

    internal static Tensor[] Parts(ComplexTensor z) => [z.Real, z.Imaginary];
}
