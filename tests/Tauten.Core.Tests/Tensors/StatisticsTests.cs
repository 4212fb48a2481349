namespace Tauten.Core.Tests;

/// <summary>Functions that are phrases over ops: captured with an unknown number of rows they compute what they compute eagerly.</summary>
public sealed class StatisticsTests
{
    static readonly Dictionary<string, Func<Tensor, Tensor[]>> phrases = new()
    {
        ["NanSum"] = x => [x.NanSum(0), x.NanProd(1)],
        ["NanMean"] = x => [x.NanMean(0), x.NanMax(0), x.NanMin(1)],
        ["NanVar"] = x => [x.NanVar(0), x.NanStd()],
        ["AMinMax"] = x => [x.AMinMax(0).Min, x.AMinMax().Max, x.MaxWithIndices(0).Values, x.MinWithIndices(0).Indices],
        ["CountNonZero"] = x => [x.CountNonZero(0)],
        ["VarMean"] = x => [x.VarMean(0).Var, x.StdMean().Std],
        ["Cov"] = x => [x.Cov(), x.T.Cov(), x.T.Cov(0, weights: x.Select(1, 0)), x.Cov(frequencies: Tensor.From([1L, 2, 0, 1]))],
        ["CorrCoef"] = x => [x.CorrCoef(), x.T.CorrCoef()],
        ["Diff"] = x => [x.Diff(2, 0), x.Diff(axis: 0, prepend: x, append: x)],
        ["Gradient"] = x => [.. x.Gradient(), .. x.Gradient(0.5, 0, 2), .. x.Gradient([x.Select(1, 1).CumSum(0)], 0, 2)],
        ["Trapezoid"] = x => [x.Trapezoid(0.5, 0), x.CumulativeTrapezoid(x.Select(1, 0).CumSum(0), 0)],
        ["Renorm"] = x => [x.Renorm(2, 0, 0.5), x.Renorm(1, 1, 0.5)],
        ["CDist"] = x => [x.CDist(x), x.PDist(), x.PDist(3), x.Dist(x * 2)],
        ["Histogram"] = x => [x.Histc(4, 0, 1), x.Histogram(4).Counts, x.Histogram(3, (0, 1), x, density: true).Counts, x.HistogramDD([2, 2, 1, 1]).Counts],
        ["IsIn"] = x => [x.IsIn(x.Select(1, 0)), x.Bucketize(Tensor.From([0.2f, 0.6f]))],
        ["Unique"] = x => [(x * 4).Floor().Unique(), (x * 3).Floor().UniqueAll(0).Counts, (x * 3).Floor().UniqueConsecutiveAll().Inverse, (x * 3).Floor().UniqueConsecutive()],
        ["BinCount"] = x => [(x.Select(1, 0) * 7).To(DType.Int64).BinCount(x.Select(1, 1))],
        ["Quantile"] = x => [x.Quantile(0.3), x.Quantile([0.25, 0.75], 0), x.NanQuantile(0.5, 1, keepDims: true), x.Median(), x.Median(0).Indices, x.Mode(0).Values],
        ["IndexReduce"] = x => [x.IndexReduce(0, (x.Select(1, 0) * 3).To(DType.Int64), x, Combination.Mean), x.ScatterReduce(0, (x * 3).To(DType.Int64), x, Combination.Max, false)],
        ["SegmentReduce"] = x => [x.T.SegmentReduce(Combination.Mean, Tensor.From([1L, 3]))],
        ["NonZeroPerAxis"] = x => (x > 0.5).NonZeroPerAxis(),
    };

    public static TheoryData<string> Phrases => [.. phrases.Keys];

    [Theory, MemberData(nameof(Phrases))]
    public void A_graph_with_an_unknown_size_gives_the_same(string name)
    {
        var graph = Graph.Capture(x => phrases[name](x[0]), new TensorSpec(DType.Float32, ["rows", 4]));
        foreach (long rows in new[] { 6L, 9 })
        {
            var x = Tensor.Rand([rows, 4], generator: new Generator(rows == 6 ? 1UL : 2));
            Tensor[] eager = phrases[name](x), captured = graph.Run(x);
            for (int i = 0; i < eager.Length; i++)
            {
                Assert.Equal(eager[i].Spec, captured[i].Spec);
                Assert.True((eager[i].To(DType.Float64) - captured[i].To(DType.Float64)).Abs().LessThan(1e-5), $"output {i}: expected {eager[i]}. Received: {captured[i]}.");
            }
        }
    }

    [Fact]
    public void Lines_of_any_length_are_sorted_as_by_comparison()
    {
        foreach (int count in new[] { 1, 2, 47, 48, 49, 300, 140_000 })
        {
            var random = new Random(count);
            float[] values = [.. Enumerable.Range(0, count).Select(_ => random.Next(20) switch { 0 => float.NaN, 1 => -0f, 2 => float.NegativeInfinity, _ => random.Next(-count, count) / 3f })];
            foreach (bool descending in new[] { false, true })
            {
                int[] expected = [.. Enumerable.Range(0, count).OrderBy(i => i, Comparer<int>.Create((a, b) => (descending ? -1 : 1) * Compare(values[a], values[b])))];
                var (sorted, indices) = Tensor.From(values).Sort(0, descending);
                Assert.Equal(expected.Select(i => (long)i), indices.ToArray<long>());
                Assert.Equal(expected.Select(i => values[i]), sorted.ToArray<float>());
                int few = Math.Min(5, count);
                Assert.Equal(expected.Take(few).Select(i => (long)i), Tensor.From(values).TopK(few, 0, descending).Indices.ToArray<long>());
                Assert.Equal(expected[(count - 1) / 2], descending ? expected[(count - 1) / 2] : Tensor.From(values).KthValue((count - 1) / 2 + 1).Indices.Item<long>());
            }
        }

        static int Compare(float a, float b) => float.IsNaN(a) ? (float.IsNaN(b) ? 0 : 1) : float.IsNaN(b) ? -1 : a < b ? -1 : a > b ? 1 : 0;
    }

    [Fact]
    public void Distances_by_products_are_those_of_differences()
    {
        // Far from the origin, where |a|^2 + |b|^2 - 2 a b alone would lose all digits.
        var (a, b) = (Tensor.Rand([40, 3], generator: new Generator(1)) + 1000, Tensor.Rand([30, 3], generator: new Generator(2)) + 1000);
        var expected = (a.Unsqueeze(1) - b.Unsqueeze(0)).Norm(2, -1);
        Assert.True((a.CDist(b) - expected).Abs().LessThan(1e-3));
        var x = a.WithGrad();
        x.CDist(x).Sum().Backward();
        Assert.True(x.Grad!.IsFinite().All().Item<bool>());
    }

    [Fact]
    public void Extremes_with_positions_give_their_gradient_to_one_element()
    {
        var x = Tensor.From([3f, 1, 3], requiresGrad: true);
        x.MaxWithIndices(0).Values.Backward();
        Assert.Equal([1f, 0, 0], x.Grad!.ToArray<float>());
        var y = Tensor.From([3f, 1, 3], requiresGrad: true);
        y.AMinMax().Max.Backward();
        Assert.Equal([0.5f, 0, 0.5f], y.Grad!.ToArray<float>());
    }
}

file static class Checks
{
    public static bool LessThan(this Tensor x, double bound) => x.Shape.ElementCount == 0 || x.Max().To(DType.Float64).Item<double>() <= bound;
}
