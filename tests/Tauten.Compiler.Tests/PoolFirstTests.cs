using Tauten.Ops;

namespace Tauten.Compiler.Tests;

/// <summary>Where a gradient is taken, max pooling changes places with a bias and a ReLU, and nothing else changes.</summary>
public class PoolFirstTests
{
    static readonly Generator generator = new(11);
    readonly Parameter weight = new(Tensor.Randn([8, 3, 3, 3], generator: generator) * 0.3), bias = new(Tensor.Randn([8], generator: generator));

    Tensor Convolution(Tensor x) => x.Conv2d(weight.Value, bias.Value, padding: 1);

    static Tensor Weighted(Tensor y) => (y * Tensor.Arange(1f, 1 + y.Shape[^1].Value)).Sum();

    // The graph as it is run, and the captured one, which give the same.
    (Graph Captured, Graph Lowered) Checked(Func<Tensor, Tensor[]> function, bool backwards = true)
    {
        var graph = Graph.Capture(
            x =>
            {
                var y = function(x[0]);
                if (!backwards) return y;
                y[0].Backward();
                return [.. y, weight.Grad!, bias.Grad!];
            }, new TensorSpec(DType.Float32, ["batch", 3, 14, 18]));
        var lowered = Pipeline.Run(graph, Backends.Default, recompute: false);
        lowered.Verify();
        var input = Tensor.Randn([3, 3, 14, 18], generator: generator);
        var (expected, actual) = (graph.Run(input), lowered.Run(input));
        for (int i = 0; i < expected.Length; i++) Assert.True(actual[i].To(DType.Float64).AllClose(expected[i].To(DType.Float64), 1e-4, 1e-4), $"output {i}");
        return (graph, lowered);
    }

    static bool PoolsConvolution(Graph graph) => graph.Nodes.Single(n => n.Op is MaxPool).Input(0).Op is Ops.Convolution;

    static IEnumerable<(Op Op, TensorSpec Spec)> Steps(Graph graph) => graph.Nodes.Where(n => n.Op is not null).SelectMany(n => n.Op is Fused fused ? Steps(fused.Body) : [(n.Op!, n.Spec(0))]);

    [Theory]
    [InlineData(2, 2, 0)]
    [InlineData(3, 2, 1)]
    [InlineData(3, 1, 1)]
    public void Bias_ReLU_and_their_gradients_see_what_is_left(int window, int stride, int padding)
    {
        var (_, lowered) = Checked(x => [Weighted(Convolution(x).Relu().MaxPool2d(window, stride, padding))]);
        Assert.True(PoolsConvolution(lowered), lowered.Print());
        var left = lowered.Nodes.Single(n => n.Op is MaxPool).Spec(0).Shape;
        Assert.All(Steps(lowered).Where(s => s.Op is Relu or Greater or Where or Add && s.Spec.Shape.Rank == 4), s => Assert.Equal(left.Skip(2), s.Spec.Shape.Skip(2)));
    }

    [Fact]
    public void A_bias_alone_moves_too()
    {
        var (_, lowered) = Checked(x => [Weighted(Convolution(x).MaxPool2d(2))]);
        Assert.True(PoolsConvolution(lowered), lowered.Print());
    }

    [Fact]
    public void What_somebody_else_reads_stays()
    {
        Assert.False(PoolsConvolution(Checked(x => { var y = Convolution(x).Relu(); return [Weighted(y.MaxPool2d(2)) + y.Mean()]; }).Lowered));
        Assert.False(PoolsConvolution(Checked(x => { var y = Convolution(x).Relu(); return [Weighted(y.MaxPool2d(2)), y]; }).Lowered));
        // Nor without a gradient: there both are done to results of a convolution while these are in a cache.
        Assert.False(PoolsConvolution(Checked(x => [Convolution(x).Relu().MaxPool2d(2)], backwards: false).Lowered));
    }
}
