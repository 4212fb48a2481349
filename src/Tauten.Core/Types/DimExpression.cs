using System.Globalization;

namespace Tauten;

/// <summary>
/// A polynomial in named unknowns with integer coefficients, where a factor may also be a floor quotient, a minimum or a maximum.
/// Terms and factors are kept sorted and merged, so the text is canonical and equality is that of terms.
/// </summary>
sealed class DimExpression : IEquatable<DimExpression>
{
    /// <summary>An indivisible factor: an unknown (no arguments) or a function of two expressions.</summary>
    sealed record Factor(string Text, char Function = ' ', DimExpression? Left = null, DimExpression? Right = null);

    /// <summary>A number times factors, which are sorted by their texts.</summary>
    readonly struct Term(long coefficient, Factor[] factors, string key)
    {
        public Term(long coefficient, Factor[] factors)
            : this(coefficient, factors, factors.Length switch { 0 => "", 1 => factors[0].Text, _ => string.Join("*", Array.ConvertAll(factors, f => f.Text)) }) { }

        public long Coefficient => coefficient;

        public Factor[] Factors => factors;

        /// <summary>The text of the factors: terms with the same become one.</summary>
        public string Key => key;

        public Term With(long other) => new(other, factors, key);

        /// <summary>The order of a sum: terms of more factors first.</summary>
        public static int Compare(Term a, Term b) => a.Factors.Length != b.Factors.Length ? b.Factors.Length.CompareTo(a.Factors.Length) : string.CompareOrdinal(a.Key, b.Key);
    }

    readonly Term[] terms;
    string? text;
    string[]? names;

    // Sums of products grow without bounds when sizes are multiplied again and again, as a file may ask for.
    const int MostTerms = 1024, LongestText = 1 << 16;

    DimExpression(params ReadOnlySpan<Term> sum)
    {
        var sorted = sum.ToArray();
        if (sorted.Length > 1) Array.Sort(sorted, Term.Compare);
        int count = 0;
        long length = 0;
        for (int i = 0; i < sorted.Length;)
        {
            var term = sorted[i];
            long coefficient = term.Coefficient;
            while (++i < sorted.Length && sorted[i].Key == term.Key) coefficient = checked(coefficient + sorted[i].Coefficient);
            if (coefficient == 0) continue;
            sorted[count++] = term.With(coefficient);
            foreach (var factor in term.Factors) length += factor.Text.Length;
        }
        if (count > MostTerms || length > LongestText) throw new ShapeException($"A size became an expression of {count} terms, which is too long.");
        terms = count == sorted.Length ? sorted : sorted[..count];
    }

    static string Print(Term term) =>
        term.Factors.Length == 0 ? term.Coefficient.ToString(CultureInfo.InvariantCulture) : term.Coefficient == 1 ? term.Key : $"{term.Coefficient.ToString(CultureInfo.InvariantCulture)}*{term.Key}";

    public static DimExpression Number(long value) => new(new Term(value, []));

    public static DimExpression Unknown(string name)
    {
        bool valid = name.Length > 0 && !char.IsDigit(name[0]);
        foreach (char c in name) valid &= char.IsLetterOrDigit(c) || c is '_' or '.' or '#';
        return valid ? new(new Term(1, [new Factor(name)])) : throw new ShapeException($"'{name}' cannot name a dimension. Expected a letter followed by letters, digits, '_' or '.'.");
    }

    public static DimExpression Smaller(DimExpression a, DimExpression b) => Function('m', "min", a, b);

    public static DimExpression Larger(DimExpression a, DimExpression b) => Function('M', "max", a, b);

    static DimExpression Function(char function, string name, DimExpression a, DimExpression b)
    {
        if (string.CompareOrdinal(a.ToString(), b.ToString()) > 0) (a, b) = (b, a);
        return new(new Term(1, [new Factor($"{name}({a}, {b})", function, a, b)]));
    }

    /// <summary>The number, if no unknown is left.</summary>
    public long? Constant => terms.Length == 0 ? 0 : terms.Length == 1 && terms[0].Factors.Length == 0 ? terms[0].Coefficient : null;

    public bool IsName => terms.Length == 1 && terms[0].Coefficient == 1 && terms[0].Factors is [{ Left: null }];

    /// <summary>The unknowns, each once.</summary>
    public string[] Names => names ??= FindNames();

    string[] FindNames()
    {
        var found = new List<string>();
        foreach (var term in terms)
            foreach (var factor in term.Factors)
                foreach (string name in factor.Left is null ? [factor.Text] : (string[])[.. factor.Left.Names, .. factor.Right!.Names])
                    if (!found.Contains(name)) found.Add(name);
        return [.. found];
    }

    public DimExpression Plus(DimExpression other) => new([.. terms, .. other.terms]);

    public DimExpression Times(DimExpression other)
    {
        if (terms.Length * (long)other.terms.Length > MostTerms) throw new ShapeException($"A product of sizes of {terms.Length} and {other.terms.Length} terms is too long.");
        var products = new Term[terms.Length * other.terms.Length];
        int count = 0;
        foreach (var a in terms)
            foreach (var b in other.terms) products[count++] = Times(a, b);
        return new(products);
    }

    static Term Times(Term a, Term b)
    {
        long coefficient = checked(a.Coefficient * b.Coefficient);
        if (a.Factors.Length == 0) return b.With(coefficient);
        if (b.Factors.Length == 0) return a.With(coefficient);
        Factor[] factors = [.. a.Factors, .. b.Factors];
        Array.Sort(factors, (x, y) => string.CompareOrdinal(x.Text, y.Text));
        return new(coefficient, factors);
    }

    /// <summary>Floor division: exact where every term is divisible, a quotient factor otherwise.</summary>
    public DimExpression Over(DimExpression other)
    {
        if (Equals(other)) return Number(1);
        if (other.terms is [var divisor] && Array.TrueForAll(terms, t => Divides(divisor, t))) return new(Array.ConvertAll(terms, t => Divide(t, divisor)));
        return new(new Term(1, [new Factor($"({this})//({other})", '/', this, other)]));
    }

    static bool Divides(Term divisor, Term term)
    {
        if (term.Coefficient % divisor.Coefficient != 0) return false;
        foreach (var factor in divisor.Factors)
            if (CountOf(factor, term) < CountOf(factor, divisor)) return false;
        return true;
    }

    static int CountOf(Factor factor, Term term)
    {
        int count = 0;
        foreach (var other in term.Factors)
            if (other.Text == factor.Text) count++;
        return count;
    }

    static Term Divide(Term term, Term divisor)
    {
        if (divisor.Factors.Length == 0) return term.With(term.Coefficient / divisor.Coefficient);
        var left = new List<Factor>(term.Factors);
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

    public bool Equals(DimExpression? other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (other is null || terms.Length != other.terms.Length) return false;
        for (int i = 0; i < terms.Length; i++)
            if (terms[i].Coefficient != other.terms[i].Coefficient || terms[i].Key != other.terms[i].Key) return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as DimExpression);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var term in terms)
        {
            hash.Add(term.Coefficient);
            hash.Add(term.Key);
        }
        return hash.ToHashCode();
    }

    public override string ToString() =>
        text ??= terms.Length == 0 ? "0" : terms.Length == 1 ? Print(terms[0]) : string.Join(" + ", Array.ConvertAll(terms, Print)).Replace("+ -", "- ", StringComparison.Ordinal);
}
