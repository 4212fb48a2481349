using System.Reflection;
using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

/// <summary>Every case, by family.</summary>
static class Table
{
    public static IReadOnlyList<OpCase> Cases { get; } =
    [
        .. ElementwiseCases.All(), .. TranscendentalCases.All(), .. ReductionCases.All(), .. MovementCases.All(),
        .. IndexingCases.All(), .. ContractionCases.All(), .. CompositeCases.All(), .. OptimizerCases.All(), .. GradientCases.All(),
        .. ArithmeticCases.All(), .. SpecialCases.All(),
        .. LinalgCases.All(), .. VariateCases.All(),
        .. ComplexCases.All(), .. FourierCases.All(),
        .. WindowCases.All(),
        .. RearrangingCases.All(),
        .. SortingCases.All(),
        .. TransformCases.All(),
        .. AttentionCases.All(),
        .. SequenceCases.All(),
        .. ControlCases.All(),
    ];

    static readonly Dictionary<string, OpCase> byName = Cases.ToDictionary(c => c.Name);

    public static OpCase Of(string name) => byName[name];

    /// <summary>Every op of the core.</summary>
    public static IReadOnlyList<Type> Ops { get; } = [.. typeof(Op).Assembly.GetTypes().Where(t => t.IsSealed && typeof(Op).IsAssignableFrom(t)).OrderBy(t => t.Name)];

    public static TheoryData<string> Names(Func<OpCase, bool> which)
    {
        var data = new TheoryData<string>();
        foreach (var c in Cases) if (which(c)) data.Add(c.Name);
        return data;
    }
}
