using Tauten.Ops;

namespace Tauten.Compiler.Tests;

/// <summary>Normalization by known statistics goes into the convolution before it, where nobody else reads that.</summary>
public class FoldNormalizationTests
{
    readonly Generator generator = new(3);

    Tensor Normal(params long[] sizes) => Tensor.Randn(Shape.Of(sizes), generator: generator);

    Tensor Positive(long size) => Normal(size).Square() + 0.5;

    Graph Checked(Func<Tensor, Tensor[]> function)
    {
        var graph = Graph.Capture(x => function(x[0]), new TensorSpec(DType.Float32, ["batch", 3, 6, 5]));
        var lowered = Pipeline.Run(graph, Backends.Default, recompute: true);
        var x = Normal(2, 3, 6, 5);
        var (expected, actual) = (graph.Run(x), lowered.Run(x));
        for (int i = 0; i < expected.Length; i++) Assert.True((expected[i] - actual[i]).Abs().Max().Item<float>() < 1e-5 * expected[i].Abs().Max().Item<float>());
        return lowered;
    }

    static int Count<TOp>(Graph graph) where TOp : Op => graph.Nodes.Count(n => n.Op is TOp);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void With_and_without_bias_and_scale(bool biased, bool scaled)
    {
        Tensor weight = Normal(4, 3, 3, 3), bias = Normal(4, 1, 1), mean = Normal(4), variance = Positive(4), scale = Normal(4), shift = Normal(4);
        var lowered = Checked(x =>
        {
            var y = x.Conv2d(weight, padding: 1);
            if (biased) y += bias;
            return [y.BatchNorm(mean, variance, scaled ? scale : null, scaled ? shift : null).Relu()];
        });
        Assert.Equal((0, 1), (Count<BatchNorm>(lowered), Count<Convolution>(lowered)));
    }

    [Fact]
    public void Not_where_somebody_else_reads_the_convolution_or_something_is_unknown()
    {
        Tensor weight = Normal(4, 3, 3, 3), wide = Normal(4, 4, 3), mean = Normal(4), variance = Positive(4);
        Assert.Equal(1, Count<BatchNorm>(Checked(x => { var y = x.Conv2d(weight); return [y.BatchNorm(mean, variance), y]; })));
        // A number for each pixel is no bias of channels.
        Assert.Equal(1, Count<BatchNorm>(Checked(x => [(x.Conv2d(weight) + wide).BatchNorm(mean, variance)])));
        Assert.Equal(1, Count<BatchNorm>(Checked(x => [x.Conv2d(weight).BatchNorm(mean + x.Mean(), variance)])));
        Assert.Equal(1, Count<BatchNorm>(Checked(x => [x.Conv2d(weight * x.Mean()).BatchNorm(mean, variance)])));
        var parameter = new Parameter(weight, "w");
        Assert.Equal(1, Count<BatchNorm>(Checked(x => [x.Conv2d(parameter).BatchNorm(mean, variance)])));
    }
}
