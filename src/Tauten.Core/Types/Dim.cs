using System.Globalization;

namespace Tauten;

/// <summary>
/// One dimension of a <see cref="Shape"/>: a number, or an expression of named unknowns such as <c>batch</c> or <c>4*batch + 1</c>.
/// Arithmetic on numbers gives numbers; with unknowns it gives expressions in a canonical form, so that equal expressions compare equal.
/// </summary>
public readonly struct Dim : IEquatable<Dim>
{
    readonly long value;
    readonly DimExpression? expression;

    Dim(long value, DimExpression? expression) => (this.value, this.expression) = (value, expression);

    internal static Dim Of(DimExpression expression) => expression.Constant is { } value ? new(value, null) : new(0, expression);

    /// <summary>A dimension whose size is not known yet, such as <c>batch</c>.</summary>
    public static Dim Unknown(string name) => new(0, DimExpression.Unknown(name));

    /// <summary>Whether this is a number.</summary>
    public bool IsKnown => expression is null;

    /// <summary>The number.</summary>
    /// <exception cref="ShapeException">The dimension is unknown.</exception>
    public long Value => expression is null ? value : throw new ShapeException($"The size {expression} is not known while a graph is captured. Use it as a Dim, or give the graph a fixed size.");

    /// <summary>Whether this is a single unknown, not an expression of several.</summary>
    internal bool IsName => expression is { IsName: true };

    internal DimExpression Expression => expression ?? DimExpression.Number(value);

    /// <summary>A known dimension.</summary>
    public static implicit operator Dim(long value) => new(value, null);

    /// <summary>A named unknown dimension.</summary>
    public static implicit operator Dim(string name) => Unknown(name);

    /// <summary>The number of a known dimension.</summary>
    public static implicit operator long(Dim dim) => dim.Value;

    /// <summary>The sum.</summary>
    public static Dim operator +(Dim a, Dim b) => a.IsKnown && b.IsKnown ? a.value + b.value : Of(a.Expression.Plus(b.Expression));

    /// <summary>The difference.</summary>
    public static Dim operator -(Dim a, Dim b) => a.IsKnown && b.IsKnown ? a.value - b.value : Of(a.Expression.Plus(b.Expression.Times(DimExpression.Number(-1))));

    /// <summary>The product.</summary>
    public static Dim operator *(Dim a, Dim b) => a.IsKnown && b.IsKnown ? checked(a.value * b.value) : Of(a.Expression.Times(b.Expression));

    /// <summary>The quotient, rounded towards negative infinity.</summary>
    public static Dim operator /(Dim a, Dim b) => a.IsKnown && b.IsKnown ? DimExpression.FloorDivide(a.value, b.value) : Of(a.Expression.Over(b.Expression));

    /// <summary>The smaller of two dimensions.</summary>
    public static Dim Min(Dim a, Dim b) => a.IsKnown && b.IsKnown ? Math.Min(a.value, b.value) : a == b ? a : Of(DimExpression.Smaller(a.Expression, b.Expression));

    /// <summary>The larger of two dimensions.</summary>
    public static Dim Max(Dim a, Dim b) => a.IsKnown && b.IsKnown ? Math.Max(a.value, b.value) : a == b ? a : Of(DimExpression.Larger(a.Expression, b.Expression));

    /// <summary>Replaces named unknowns by what <paramref name="known"/> gives for them; a name for which it gives null stays.</summary>
    public Dim Bind(Func<string, Dim?> known) => expression is null ? this : expression.Bind(known);

    /// <summary>The names of the unknowns in this dimension.</summary>
    public IEnumerable<string> Names => expression is null ? [] : expression.Names;

    /// <inheritdoc/>
    public bool Equals(Dim other) => expression is null ? other.expression is null && value == other.value : expression.Equals(other.expression);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Dim other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => expression?.GetHashCode() ?? value.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => expression?.ToString() ?? value.ToString(CultureInfo.InvariantCulture);

    /// <summary>Equality of numbers, or of expressions in canonical form.</summary>
    public static bool operator ==(Dim a, Dim b) => a.Equals(b);

    /// <summary>Inequality of numbers, or of expressions in canonical form.</summary>
    public static bool operator !=(Dim a, Dim b) => !a.Equals(b);
}
