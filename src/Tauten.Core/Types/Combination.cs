namespace Tauten;

/// <summary>How several elements become one, where elements meet in one place.</summary>
public enum Combination
{
    /// <summary>Their sum; integers wrap around.</summary>
    Sum,
    /// <summary>Their product; integers wrap around.</summary>
    Product,
    /// <summary>Their mean; of integers rounded down.</summary>
    Mean,
    /// <summary>The largest; NaN if there is one.</summary>
    Max,
    /// <summary>The smallest; NaN if there is one.</summary>
    Min,
}
