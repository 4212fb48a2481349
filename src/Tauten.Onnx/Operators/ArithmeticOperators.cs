using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Arithmetic and mathematical functions, element by element.</summary>
static class ArithmeticOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("Abs", 1, c => c[0].Abs()),
        Of("Acos", 7, c => c[0].Acos()),
        Of("Acosh", 9, c => c[0].Acosh()),
        Binary("Add", 1, (a, b) => a + b, (a, b) => a + b),
        Of("Asin", 7, c => c[0].Asin()),
        Of("Asinh", 9, c => c[0].Asinh()),
        Of("Atan", 7, c => c[0].Atan()),
        Of("Atanh", 9, c => c[0].Atanh()),
        Of("BitShift", 11, c => c.Text("direction") switch
        {
            "LEFT" => c[0] << c[1],
            "RIGHT" => c[0] >> c[1],
            var other => throw new ModelFormatException($"the direction must be LEFT or RIGHT. Received: {other}."),
        }),
        Of("Ceil", 1, c => c[0].Ceiling()),
        Of("Clip", 1, Clip),
        Of("Cos", 7, c => c[0].Cos()),
        Of("Cosh", 9, c => c[0].Cosh()),
        Of("CumProd", 26, c => c[0].CumProd(Call.Axis(c.Long(1), c[0].Rank), c.Flag("exclusive"), c.Flag("reverse"))),
        Of("CumSum", 11, c => c[0].CumSum(Call.Axis(c.Long(1), c[0].Rank), c.Flag("exclusive"), c.Flag("reverse"))),
        Binary("Div", 1, (a, b) => a / b, (a, b) => b == 0 ? default(Dim?) : a / b),
        Of("Erf", 9, c => c[0].Erf()),
        Of("Exp", 1, c => c[0].Exp()),
        Of("Floor", 1, c => c[0].Floor()),
        Of("Log", 1, c => c[0].Log()),
        Variadic("Max", 1, (a, b) => a.Maximum(b), (a, b) => Dim.Max(a, b)),
        Of("Mean", 1, c => Fold(c, (a, b) => a + b) / c.Count),
        Variadic("Min", 1, (a, b) => a.Minimum(b), (a, b) => Dim.Min(a, b)),
        Of("Mod", 10, c => c.Flag("fmod") ? c[0].Fmod(c[1]) : c[0] % c[1]),
        Binary("Mul", 1, (a, b) => a * b, (a, b) => a * b),
        Of("Neg", 1, c => -c[0]),
        Of("Pow", 1, Pow),
        Of("Reciprocal", 1, c => c[0].Reciprocal()),
        Of("Round", 11, c => c[0].Round()),
        Of("Sign", 9, c => c[0].Sign()),
        Of("Sin", 7, c => c[0].Sin()),
        Of("Sinh", 9, c => c[0].Sinh()),
        Of("Sqrt", 1, c => c[0].Sqrt()),
        Binary("Sub", 1, (a, b) => a - b, (a, b) => a - b),
        Variadic("Sum", 1, (a, b) => a + b, (a, b) => a + b),
        Of("Tan", 7, c => c[0].Tan()),
    ];

    static Operator Binary(string name, int first, Func<Tensor, Tensor, Tensor> function, Func<Dim, Dim, Dim?> onSizes) =>
        Of(name, first, c => function(c[0], Second(c))) with { OnSizes = WholeNumbers.Elementwise(onSizes) };

    static Operator Variadic(string name, int first, Func<Tensor, Tensor, Tensor> function, Func<Dim, Dim, Dim?> onSizes) =>
        Of(name, first, c => Fold(c, function)) with { OnSizes = WholeNumbers.Elementwise(onSizes) };

    static Tensor Fold(Call c, Func<Tensor, Tensor, Tensor> function) => c.Tensors.Aggregate(function);

    /// <summary>The second input of a binary operator. Before version 7 it stood at an axis of the first, and only if broadcasting was asked for.</summary>
    internal static Tensor Second(Call c)
    {
        var b = c[1];
        if (c.Version >= 7 || !c.Flag("broadcast") || c.Node.Int("axis") is not { } axis) return b;
        int behind = c.ShapeOf(0).Rank - Call.Axis(axis, c.ShapeOf(0).Rank) - b.Rank;
        return behind > 0 ? b.Reshape([.. b.Shape, .. Enumerable.Repeat((Dim)1, behind)]) : b;
    }

    static Tensor Clip(Call c)
    {
        var x = c[0];
        if (c.Version >= 11) return x.Clamp(c.Optional(1), c.Optional(2));
        return x.Clamp(c.Float("min", double.NegativeInfinity), c.Float("max", double.PositiveInfinity));
    }

    // The result has the type of the base.
    static Tensor Pow(Call c)
    {
        Tensor x = c[0], exponent = Second(c);
        // Exporters write squares and roots as powers.
        if (x.DType.IsFloating() && exponent.Rank <= x.Rank && exponent.Shape.IsKnown && c.IsKnown(1) && c.Doubles(1) is [var number])
            switch (number)
            {
                case 1: return x;
                case 2: return x.Square();
                case 3: return x.Square() * x;
                case 0.5: return x.Sqrt();
            }
        if (x.DType == exponent.DType) return x.Pow(exponent);
        if (x.DType.IsFloating()) return x.Pow(exponent.To(x.DType));
        var common = exponent.DType.IsFloating() ? DType.Float64 : DTypes.Promote(x.DType, exponent.DType);
        return x.To(common).Pow(exponent.To(common)).To(x.DType);
    }
}
