namespace Tauten.Core.Tests;

public class DimTests
{
    static readonly Dim N = "n", M = "m";

    [Fact]
    public void Numbers_give_numbers()
    {
        Dim a = 7, b = 2;
        Assert.Equal(9, (long)(a + b));
        Assert.Equal(5, (long)(a - b));
        Assert.Equal(14, (long)(a * b));
        Assert.Equal(3, (long)(a / b));
        Assert.Equal(-4, (long)((Dim)(-7) / b));
        Assert.Equal(2, (long)Dim.Min(a, b));
        Assert.Equal(7, (long)Dim.Max(a, b));
        Assert.True(a.IsKnown);
        Assert.Empty(a.Names);
    }

    [Fact]
    public void Expressions_have_one_canonical_text()
    {
        Assert.Equal("n", N.ToString());
        Assert.Equal("2*n + 1", (1 + N + N).ToString());
        Assert.Equal("m*n", (N * M).ToString());
        Assert.Equal("n - 1", (N - 1).ToString());
        Assert.Equal("n*n + 2*n + 1", ((N + 1) * (N + 1)).ToString());
        Assert.Equal("(n + 1)//(2)", ((N + 1) / 2).ToString());
        Assert.Equal("min(m, n)", Dim.Min(N, M).ToString());
        Assert.Equal("max(3, n)", Dim.Max(N, 3).ToString());
    }

    [Fact]
    public void Equal_expressions_are_equal_however_they_were_made()
    {
        Assert.Equal(N * 2 + M, M + N + N);
        Assert.Equal((N * 2 + M).GetHashCode(), (M + N + N).GetHashCode());
        Assert.Equal(Dim.Min(N, M), Dim.Min(M, N));
        Assert.True(N + 1 != N);
        Assert.NotEqual(N, (Dim)3);
    }

    [Fact]
    public void Differences_and_exact_quotients_become_numbers_again()
    {
        Assert.Equal(0, (long)(N - N));
        Assert.Equal(1, (long)(N / N));
        Assert.Equal(2 * N, 4 * N / 2);
        Assert.Equal(M, N * M / N);
        Assert.Equal(3, (long)(N + 3 - N));
        Assert.Equal(N, Dim.Max(N, N));
    }

    [Fact]
    public void Binding_gives_the_number_or_what_is_left()
    {
        var size = (N * M + 1) / 2 + Dim.Min(N, M);
        Assert.Equal((5 * 4 + 1) / 2 + 4, (long)size.Bind(name => name == "n" ? 5 : 4));
        Assert.Equal(["m"], (N + M).Bind(name => name == "n" ? 5 : default(Dim?)).Names);
        Assert.Equal("m + 5", (N + M).Bind(name => name == "n" ? 5 : default(Dim?)).ToString());
        Assert.Equal(3, (long)((N + 1) / 2).Bind(_ => 5));
        Assert.Equal(-1, (long)((N - 6) / 2).Bind(_ => 5));
        // One unknown may stand for an expression of another.
        Assert.Equal(2 * M + 1, (N + 1).Bind(name => name == "n" ? 2 * M : default(Dim?)));
    }

    [Fact]
    public void Names_are_listed_once()
    {
        Assert.Equal(["m", "n"], (N * M + N + Dim.Min(M, 3)).Names.Order());
    }

    [Fact]
    public void An_unknown_has_no_value()
    {
        var error = Assert.Throws<ShapeException>(() => (long)(N + 1));
        Assert.Contains("n + 1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1n")]
    [InlineData("a b")]
    [InlineData("a+b")]
    public void A_name_is_a_word(string name) => Assert.Throws<ShapeException>(() => Dim.Unknown(name));

    [Fact]
    public void A_product_that_overflows_is_an_error() => Assert.Throws<OverflowException>(() => (Dim)long.MaxValue * 2);

    [Fact]
    public void A_quotient_by_zero_is_an_error()
    {
        Assert.Throws<ShapeException>(() => (Dim)4 / 0);
        Assert.Throws<ShapeException>(() => (4 / N).Bind(_ => 0));
    }
}
