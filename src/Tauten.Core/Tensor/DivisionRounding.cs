namespace Tauten;

/// <summary>What becomes of a fraction in a quotient.</summary>
public enum DivisionRounding
{
    /// <summary>It is kept. Integers have none: their quotient is truncated.</summary>
    None,
    /// <summary>It is cut off, towards zero.</summary>
    Truncate,
    /// <summary>The quotient is rounded down, towards negative infinity.</summary>
    Floor,
}
