using System.Globalization;
using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Conversions between element types.</summary>
static class ConversionOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("Cast", 1, c => Convert(c, Target(c))) with { OnSizes = c => c.Version < 6 ? null : WholeNumbers.Cast(c, Target(c)) },
        Of("CastLike", 15, c => Convert(c, c.Value(1) is OnnxStrings ? ElementType.String : c.Typed(1).ElementType)),
    ];

    // In the first versions the type was a word.
    static ElementType Target(Call c)
    {
        if (c.Version >= 6) return (ElementType)c.Int("to");
        string name = c.Text("to");
        return name.ToUpperInvariant() switch
        {
            "FLOAT" => ElementType.Float32,
            "DOUBLE" => ElementType.Float64,
            _ => Enum.TryParse<ElementType>(name, ignoreCase: true, out var type) ? type : throw new ModelFormatException($"'{name}' is not an element type."),
        };
    }

    static OnnxValue Convert(Call c, ElementType type)
    {
        bool saturate = c.Flag("saturate", true);
        if (c.Value(0) is OnnxStrings strings) return type == ElementType.String ? strings : To(Parsed(strings, type), type, saturate, c);
        return type == ElementType.String ? Text(c) : To(c[0], type, saturate, c);
    }

    /// <summary>A tensor in an element type.</summary>
    internal static OnnxTensor To(Tensor x, ElementType type, bool saturate, Call c)
    {
        if (type.IsSmallFloat())
        {
            if (x.IsSymbolic) throw new NeedsValueException($"{c.Node}: a conversion to {type} is computed when the values are known.");
            var format = SmallFloat.Of(type);
            return new OnnxTensor(x.To(DType.Float32).Map((float v) => format.Round(v, saturate)), type);
        }
        if (!type.IsHalfByte()) return new OnnxTensor(x.To(type.Carrier()), type);
        // Four bits keep the low ones of an integer.
        var low = x.To(DType.Int32) & Tensor.Full(Shape.Scalar, 15, DType.Int32);
        return new OnnxTensor((type == ElementType.Int4 ? (low << 28) >> 28 : low).To(type.Carrier()), type);
    }

    static Tensor Parsed(OnnxStrings strings, ElementType type)
    {
        if (type.Carrier().IsInteger())
            return Tensor.From([.. strings.Elements.Select(s => long.TryParse(s, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out long n) ? n : (long)Number(s))], strings.Shape);
        return Tensor.From([.. strings.Elements.Select(Number)], strings.Shape);
    }

    static double Number(string text) => text.Trim().ToUpperInvariant() switch
    {
        "NAN" => double.NaN,
        "INF" or "+INF" or "INFINITY" or "+INFINITY" => double.PositiveInfinity,
        "-INF" or "-INFINITY" => double.NegativeInfinity,
        var trimmed => double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : throw new ModelFormatException($"'{text}' is not a number."),
    };

    static OnnxStrings Text(Call c)
    {
        if (c[0].IsSymbolic) throw new NeedsValueException($"{c.Node}: texts are made when the values are known.");
        var x = c[0];
        string[] texts = x.DType switch
        {
            DType.Bool => Array.ConvertAll(x.ToArray<bool>(), v => v ? "True" : "False"),
            DType.UInt64 => Array.ConvertAll(x.ToArray<ulong>(), v => v.ToString(CultureInfo.InvariantCulture)),
            DType.Float64 => Array.ConvertAll(x.ToArray<double>(), v => Decimal(v, v.ToString("R", CultureInfo.InvariantCulture))),
            _ when x.DType.IsInteger() => Array.ConvertAll(x.To(DType.Int64).ToArray<long>(), v => v.ToString(CultureInfo.InvariantCulture)),
            DType.Float16 => Array.ConvertAll(x.ToArray<Half>(), v => Decimal((double)v, v.ToString("R", CultureInfo.InvariantCulture))),
            _ => Array.ConvertAll(x.To(DType.Float32).ToArray<float>(), v => Decimal(v, v.ToString("R", CultureInfo.InvariantCulture))),
        };
        return new(texts, x.Shape);
    }

    // The specification asks for plain decimals, and for scientific notation in small letters.
    static string Decimal(double value, string shortest) => double.IsNaN(value) ? "NaN" : double.IsInfinity(value) ? (value > 0 ? "INF" : "-INF") : shortest.Replace("E", "e", StringComparison.Ordinal);
}
