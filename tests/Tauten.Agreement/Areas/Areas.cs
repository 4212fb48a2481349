namespace Tauten.Agreement;

/// <summary>All areas; each has a file here and one in tests/fixtures/areas.</summary>
static class Areas
{
    public static IReadOnlyList<Area> All { get; } =
    [
        BasicsArea.Calls,
        ElementwiseArea.Calls, SpecialArea.Calls,
    ];
}
