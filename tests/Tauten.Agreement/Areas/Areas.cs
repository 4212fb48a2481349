namespace Tauten.Agreement;

/// <summary>All areas; each has a file here and one in tests/fixtures/areas.</summary>
static class Areas
{
    public static IReadOnlyList<Area> All { get; } =
    [
        BasicsArea.Calls, DistributionsArea.Calls,
        ElementwiseArea.Calls, SpecialArea.Calls,
        LinalgArea.Calls,
        ComplexArea.Calls, FftArea.Calls, SignalArea.Calls, NpyArea.Calls,
        ContractionArea.Calls,
        IndexingArea.Calls,
        MovementArea.Calls,
        ReductionsArea.Calls, SortingArea.Calls,
        ConvolutionArea.Calls, InterpolationArea.Calls, NormalizationArea.Calls, PoolingArea.Calls,
        LayersArea.Calls, AttentionArea.Calls, StatesArea.Calls, RecurrentArea.Calls, LayerOptionsArea.Calls, ParametrizationsArea.Calls,
        TransformsArea.Calls,
        OptimizersArea.Calls,
        LossesArea.Calls, MetricsArea.Calls,
    ];
}
