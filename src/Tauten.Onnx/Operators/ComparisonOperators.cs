using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Comparisons, logic, and bits.</summary>
static class ComparisonOperators
{
    public static IEnumerable<Operator> All =>
    [
        Binary("And", 1, (a, b) => a & b),
        Binary("BitwiseAnd", 18, (a, b) => a & b),
        Of("BitwiseNot", 18, c => ~c[0]),
        Binary("BitwiseOr", 18, (a, b) => a | b),
        Binary("BitwiseXor", 18, (a, b) => a ^ b),
        Of("Equal", 1, Equal) with { OnSizes = WholeNumbers.Elementwise(WholeNumbers.Equal, ElementType.Bool) },
        Binary("Greater", 1, (a, b) => a > b),
        Binary("GreaterOrEqual", 12, (a, b) => a >= b),
        Of("IsInf", 10, IsInf),
        Of("IsNaN", 9, c => c[0].IsNaN()),
        Binary("Less", 1, (a, b) => a < b),
        Binary("LessOrEqual", 12, (a, b) => a <= b),
        Of("Not", 1, c => !c[0]),
        Binary("Or", 1, (a, b) => a | b),
        Moving("Where", 9, 0b110, c => Tensor.Where(c[0], c[1], c[2])),
        Binary("Xor", 1, (a, b) => a ^ b),
    ];

    static Operator Binary(string name, int first, Func<Tensor, Tensor, Tensor> function) => Of(name, first, c => function(c[0], ArithmeticOperators.Second(c)));

    static Tensor Equal(Call c)
    {
        if (c.Value(0) is not OnnxStrings a || c.Value(1) is not OnnxStrings b) return c[0].EqualTo(ArithmeticOperators.Second(c));
        // Equal texts have equal numbers.
        var numbers = new Dictionary<string, long>();
        return Numbered(a).EqualTo(Numbered(b));

        Tensor Numbered(OnnxStrings strings) => Tensor.From([.. strings.Elements.Select(s => numbers.TryGetValue(s, out long n) ? n : numbers[s] = numbers.Count)], strings.Shape);
    }

    static Tensor IsInf(Call c)
    {
        var x = c[0];
        bool negative = c.Flag("detect_negative", true), positive = c.Flag("detect_positive", true);
        return negative && positive ? x.IsInfinity() : negative ? x.IsNegativeInfinity() : positive ? x.IsPositiveInfinity() : x.IsInfinity() & x.IsNaN();
    }
}
