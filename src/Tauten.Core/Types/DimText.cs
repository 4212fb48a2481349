using System.Globalization;

namespace Tauten;

/// <summary>
/// Reads sizes, shapes and specs back from their texts: sums of products of numbers, names, <c>(a)//(b)</c>, <c>min(a, b)</c> and <c>max(a, b)</c>. Bounded in length and depth, so
/// that a hostile text costs little.
/// </summary>
ref struct DimText
{
    const int MaxLength = 4096, MaxDepth = 16;

    readonly ReadOnlySpan<char> text;
    int at;

    DimText(string text)
    {
        if (text.Length > MaxLength) throw new FormatException($"the text has {text.Length} characters, more than {MaxLength}");
        this.text = text;
    }

    /// <summary>A size.</summary>
    public static (Dim Value, IEnumerable<Dim> Dims) Dim(string text)
    {
        var reader = new DimText(text);
        var dim = reader.Sum(0);
        reader.End();
        return (dim, [dim]);
    }

    /// <summary>A shape, <c>[batch, 3]</c>.</summary>
    public static (Shape Value, IEnumerable<Dim> Dims) Shape(string text)
    {
        var reader = new DimText(text);
        var shape = reader.Sizes();
        reader.End();
        return (shape, shape);
    }

    /// <summary>A spec, <c>float32[batch, 3]</c>.</summary>
    public static (TensorSpec Value, IEnumerable<Dim> Dims) Spec(string text)
    {
        int open = text.IndexOf('[', StringComparison.Ordinal);
        foreach (var dtype in DTypes.All)
            if (open > 0 && text.AsSpan(0, open).SequenceEqual(dtype.Name()))
            {
                var (shape, dims) = Shape(text[open..]);
                return (new(dtype, shape), dims);
            }
        throw new FormatException("it does not begin with a dtype and '['");
    }

    Shape Sizes()
    {
        Take('[');
        if (Is(']')) return Tauten.Shape.Scalar;
        var dims = new List<Dim>();
        do dims.Add(Sum(0));
        while (Is(','));
        Take(']');
        return Tauten.Shape.Create(dims.ToArray());
    }

    Dim Sum(int depth)
    {
        if (depth > MaxDepth) throw new FormatException($"it is nested deeper than {MaxDepth}");
        var sum = Product(depth);
        while (true)
        {
            if (Is('+')) sum += Product(depth);
            else if (Is('-')) sum -= Product(depth);
            else return sum;
        }
    }

    Dim Product(int depth)
    {
        var product = Factor(depth);
        while (Is('*')) product *= Factor(depth);
        return product;
    }

    Dim Factor(int depth)
    {
        if (Is('('))
        {
            var left = Sum(depth + 1);
            Take(')');
            Take('/');
            Take('/');
            Take('(');
            var right = Sum(depth + 1);
            Take(')');
            return left / right;
        }
        Spaces();
        int start = at;
        if (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '-'))
        {
            at++;
            while (at < text.Length && char.IsAsciiDigit(text[at])) at++;
            return long.TryParse(text[start..at], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : throw new FormatException($"'{text[start..at]}' is no number of 64 bits");
        }
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '.' or '#')) at++;
        if (at == start) throw new FormatException(at == text.Length ? "it ends too early" : $"'{text[at]}' at {at} begins no size");
        string name = text[start..at].ToString();
        if (name is not ("min" or "max") || !Is('(')) return Tauten.Dim.Unknown(name);
        var a = Sum(depth + 1);
        Take(',');
        var b = Sum(depth + 1);
        Take(')');
        return name == "min" ? Tauten.Dim.Min(a, b) : Tauten.Dim.Max(a, b);
    }

    void Spaces()
    {
        while (at < text.Length && text[at] == ' ') at++;
    }

    bool Is(char c)
    {
        Spaces();
        if (at >= text.Length || text[at] != c) return false;
        at++;
        return true;
    }

    void Take(char c)
    {
        if (!Is(c)) throw new FormatException(at >= text.Length ? $"it ends where '{c}' is missing" : $"'{text[at]}' stands at {at} in the place of '{c}'");
    }

    void End()
    {
        Spaces();
        if (at < text.Length) throw new FormatException($"'{text[at]}' at {at} is too much");
    }
}
