using System.Globalization;

namespace Tauten;

/// <summary>
/// A polynomial in named unknowns with integer coefficients, where a factor may also be a floor quotient, a minimum or a maximum.
/// Terms and factors are kept sorted and merged, so the text is canonical and equality is equality of texts.
/// </summary>
sealed class DimExpression : IEquatable<DimExpression>
{
    readonly record struct Term(long Coefficient, Factor[] Factors)
    {
        public string Key => string.Join("*", Factors.Select(f => f.Text));
    }

    /// <summary>An indivisible factor: an unknown (no arguments) or a function of two expressions.</summary>
    sealed record Factor(string Text, char Function = ' ', DimExpression? Left = null, DimExpression? Right = null);

    readonly Term[] terms;
    readonly string text;

    // Sums of products grow without bounds when sizes are multiplied again and again, as a file may ask for.
    const int MostTerms = 1024, LongestText = 1 << 16;

    DimExpression(IEnumerable<Term> sum)
    {
        terms = [.. sum.GroupBy(t => t.Key).Select(g => new Term(g.Sum(t => t.Coefficient), g.First().Factors)).Where(t => t.Coefficient != 0)
            .OrderByDescending(t => t.Factors.Length).ThenBy(t => t.Key, StringComparer.Ordinal)];
        if (terms.Length > MostTerms || terms.Sum(t => t.Factors.Sum(f => (long)f.Text.Length)) > LongestText) throw new ShapeException($"A size became an expression of {terms.Length} terms, which is too long.");
        text = terms.Length == 0 ? "0" : string.Join(" + ", terms.Select(Print)).Replace("+ -", "- ", StringComparison.Ordinal);
    }

    static string Print(Term term) =>
        term.Factors.Length == 0 ? term.Coefficient.ToString(CultureInfo.InvariantCulture) : term.Coefficient == 1 ? term.Key : $"{term.Coefficient.ToString(CultureInfo.InvariantCulture)}*{term.Key}";

    public static DimExpression Number(long value) => new([new Term(value, [])]);

    public static DimExpression Unknown(string name) =>
        name.Length > 0 && name.All(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '#') && !char.IsDigit(name[0])
            ? new([new Term(1, [new Factor(name)])])
            : throw new ShapeException($"'{name}' cannot name a dimension. Expected a letter followed by letters, digits, '_' or '.'.");

    public static DimExpression Smaller(DimExpression a, DimExpression b) => Function('m', "min", a, b);

    public static DimExpression Larger(DimExpression a, DimExpression b) => Function('M', "max", a, b);

    static DimExpression Function(char function, string name, DimExpression a, DimExpression b)
    {
        if (string.CompareOrdinal(a.text, b.text) > 0) (a, b) = (b, a);
        return new([new Term(1, [new Factor($"{name}({a.text}, {b.text})", function, a, b)])]);
    }

    /// <summary>The number, if no unknown is left.</summary>
    public long? Constant => terms.Length == 0 ? 0 : terms.Length == 1 && terms[0].Factors.Length == 0 ? terms[0].Coefficient : null;

    public bool IsName => terms.Length == 1 && terms[0].Coefficient == 1 && terms[0].Factors is [{ Left: null }];

    public IEnumerable<string> Names => terms.SelectMany(t => t.Factors).SelectMany(f => f.Left is null ? [f.Text] : f.Left.Names.Concat(f.Right!.Names)).Distinct();

    public DimExpression Plus(DimExpression other) => new(terms.Concat(other.terms));

    public DimExpression Times(DimExpression other) => terms.Length * (long)other.terms.Length > MostTerms ? throw new ShapeException($"A product of sizes of {terms.Length} and {other.terms.Length} terms is too long.") : new(
        from a in terms
        from b in other.terms
        select new Term(checked(a.Coefficient * b.Coefficient), [.. a.Factors.Concat(b.Factors).OrderBy(f => f.Text, StringComparer.Ordinal)]));

    /// <summary>Floor division: exact where every term is divisible, a quotient factor otherwise.</summary>
    public DimExpression Over(DimExpression other)
    {
        if (Equals(other)) return Number(1);
        if (other.terms.Length == 1 && terms.All(t => Divides(other.terms[0], t)))
            return new(terms.Select(t => Divide(t, other.terms[0])));
        return new([new Term(1, [new Factor($"({text})//({other.text})", '/', this, other)])]);
    }

    static bool Divides(Term divisor, Term term) => term.Coefficient % divisor.Coefficient == 0 && divisor.Factors.GroupBy(f => f.Text).All(g => term.Factors.Count(f => f.Text == g.Key) >= g.Count());

    static Term Divide(Term term, Term divisor)
    {
        var left = term.Factors.ToList();
        foreach (var factor in divisor.Factors) left.RemoveAt(left.FindIndex(f => f.Text == factor.Text));
        return new(term.Coefficient / divisor.Coefficient, [.. left]);
    }

    public Dim Bind(Func<string, Dim?> known)
    {
        Dim sum = 0;
        foreach (var term in terms)
        {
            Dim product = term.Coefficient;
            foreach (var factor in term.Factors) product *= Bind(factor, known);
            sum += product;
        }
        return sum;
    }

    /// <summary>The expression computed with other numbers than sizes: whole numbers, named ones, and functions of two, '+', '*', '/', 'm' and 'M'.</summary>
    public T Fold<T>(Func<long, T> number, Func<string, T> named, Func<char, T, T, T> function) where T : class
    {
        T? sum = null;
        foreach (var term in terms)
        {
            T? product = term.Coefficient == 1 && term.Factors.Length > 0 ? null : number(term.Coefficient);
            foreach (var factor in term.Factors)
            {
                var value = factor.Left is null ? named(factor.Text) : function(factor.Function, factor.Left.Fold(number, named, function), factor.Right!.Fold(number, named, function));
                product = product is null ? value : function('*', product, value);
            }
            sum = sum is null ? product : function('+', sum, product!);
        }
        return sum ?? number(0);
    }

    static Dim Bind(Factor factor, Func<string, Dim?> known) => factor.Function switch
    {
        '/' => factor.Left!.Bind(known) / factor.Right!.Bind(known),
        'm' => Dim.Min(factor.Left!.Bind(known), factor.Right!.Bind(known)),
        'M' => Dim.Max(factor.Left!.Bind(known), factor.Right!.Bind(known)),
        _ => known(factor.Text) ?? Dim.Unknown(factor.Text),
    };

    public static long FloorDivide(long a, long b)
    {
        if (b == 0) throw new ShapeException($"The size {a} cannot be divided by zero.");
        long quotient = a / b;
        return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
    }

    public bool Equals(DimExpression? other) => other is not null && text == other.text;

    public override bool Equals(object? obj) => Equals(obj as DimExpression);

    public override int GetHashCode() => text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => text;
}
