namespace Tauten;

/// <summary>What surrounds a padded tensor.</summary>
public enum PadMode
{
    /// <summary>One value: <c>0 0 | a b c | 0 0</c>.</summary>
    Constant,
    /// <summary>The elements mirrored at the first and last one, which are not repeated: <c>c b | a b c | b a</c>. A side is shorter than the axis.</summary>
    Reflect,
    /// <summary>The first and last element: <c>a a | a b c | c c</c>.</summary>
    Replicate,
    /// <summary>The elements of the other end: <c>b c | a b c | a b</c>. A side is not longer than the axis.</summary>
    Circular,
}
