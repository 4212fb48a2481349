using Tauten.Ops;

namespace Tauten.Compiler.Tests;

/// <summary>Convolutions that follow each other work on images whose channels lie side by side, and what lies between them does, too.</summary>
public class ChooseLayoutTests
{
    readonly Generator generator = new(5);

    // A tensor from outside of the capture.
    Tensor Normal(params long[] sizes)
    {
        using var paused = Capture.Pause();
        return Tensor.Randn(Shape.Of(sizes), generator: generator) * 0.3;
    }

    Tensor Pointwise(Tensor x, long channels) => x.Conv2d(Normal(channels, x.Shape[1].Value, 1, 1)) + Normal(channels, 1, 1);

    Tensor Depthwise(Tensor x, int stride = 1) => x.Conv2d(Normal(x.Shape[1].Value, 1, 3, 3), Normal(x.Shape[1].Value), stride: stride, padding: 1, groups: (int)x.Shape[1].Value);

    Graph Checked(Func<Tensor, Tensor[]> function, int channels = 8)
    {
        var graph = Graph.Capture(x => function(x[0]), new TensorSpec(DType.Float32, ["batch", channels, 7, 6]));
        var lowered = Pipeline.Run(graph, Backends.Default, recompute: false);
        lowered.Verify();
        var x = Normal(2, channels, 7, 6);
        var (expected, actual) = (graph.Run(x), lowered.Run(x));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].Shape, actual[i].Shape);
            Assert.True((expected[i] - actual[i]).Abs().Max().Item<float>() < 1e-5 * expected[i].Abs().Max().Item<float>(), lowered.Print());
        }
        return lowered;
    }

    /// <summary>Convolutions of each kind, and copies into another order, bodies of fused ops included.</summary>
    static (int Plain, int Last, int Copies) Count(Graph graph) => (Count<Convolution>(graph), Count<ChannelsLastConvolution>(graph), Count<Contiguous>(graph));

    static int Count<TOp>(Graph graph) where TOp : Op => graph.Nodes.Sum(n => n.Op is TOp ? 1 : n.Op is Fused fused ? Count<TOp>(fused.Body) : 0);

    [Fact]
    public void A_block_with_a_residual_is_one_stretch()
    {
        var lowered = Checked(x =>
        {
            var y = Pointwise(x, 24).Clamp(0, 6);
            y = Depthwise(y).Clamp(0, 6);
            y = Pointwise(y, 16);
            var z = Pointwise(Depthwise(Pointwise(y, 20).Silu(), stride: 2), 16);
            return [(Pointwise(y, 16) + y).Mean([2, 3]), z.Mean([2, 3])];
        });
        Assert.Equal((0, 7, 1), Count(lowered));
        // Every bias is part of its convolution.
        Assert.All(lowered.Nodes.Where(n => n.Op is ChannelsLastConvolution), n => Assert.Equal(3, n.InputCount));
    }

    [Fact]
    public void Gates_of_channels_joined_axes_and_padding_keep_the_order()
    {
        var lowered = Checked(x =>
        {
            var y = Pointwise(x, 12);
            y = y * Pointwise(Pointwise(y.Mean([2, 3], keepDims: true), 4).Relu(), 12).Sigmoid() * 0.5;
            y = Tensor.Concat([y, Depthwise(y)], 1).Pad([0, 0, 1, 0], [0, 0, 0, 2]);
            return [Pointwise(y + Normal(1, 24, 1, 1), 5).Max([2, 3])];
        });
        Assert.Equal((0, 5, 1), Count(lowered));
    }

    [Fact]
    public void Results_are_in_the_order_of_the_graph()
    {
        var lowered = Checked(x => [Depthwise(Pointwise(Pointwise(Pointwise(x, 9), 10).Relu(), 11))]);
        Assert.Equal(4, Count(lowered).Last);
    }

    [Fact]
    public void What_costs_more_copies_than_it_saves_stays()
    {
        Assert.Equal((1, 0, 0), Count(Checked(x => [Pointwise(x, 9).Relu()])));
        // Two ends for two convolutions.
        Assert.Equal((2, 0, 0), Count(Checked(x => [Pointwise(Pointwise(x, 9).Relu(), 4).CumSum(3)])));
        // Weights that may change would be packed at each call.
        var parameter = new Parameter(Normal(8, 8, 1, 1), "w");
        Assert.Equal(0, Count(Checked(x => [x.Conv2d(parameter).Conv2d(parameter).Conv2d(parameter).Conv2d(parameter).Mean([2, 3])])).Last);
    }

    [Fact]
    public void Numbers_for_each_pixel_meet_the_image_in_its_own_order()
    {
        var each = Normal(7, 6);
        var lowered = Checked(x => [(Pointwise(Pointwise(Pointwise(Pointwise(x, 9), 8), 8), 8) * each).Mean([2, 3])]);
        Assert.Equal(4, Count(lowered).Last);
    }

    [Fact]
    public void Windows_for_the_fast_algorithm_lie_so_as_well()
    {
        var lowered = Checked(x => [Pointwise(Pointwise(x, 32).Relu().Conv2d(Normal(32, 32, 3, 3), padding: 1).Relu(), 32).Mean([2, 3])]);
        Assert.Equal((0, 3, 1), Count(lowered));
    }
}
