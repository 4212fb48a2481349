namespace Tauten;

/// <summary>What a quantile is that falls between two elements, a and the next larger one b.</summary>
public enum QuantileInterpolation
{
    /// <summary>a + (b - a) times the fraction of the way from a to b.</summary>
    Linear,
    /// <summary>a.</summary>
    Lower,
    /// <summary>b.</summary>
    Higher,
    /// <summary>The nearer one; half way between them the one at an even position in the order.</summary>
    Nearest,
    /// <summary>(a + b) / 2.</summary>
    Midpoint,
}
