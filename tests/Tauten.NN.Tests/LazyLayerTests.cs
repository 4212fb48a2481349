using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Layers that learn their channels at the first call, or from a state.</summary>
public class LazyLayerTests
{
    public static TheoryData<Func<Module<Tensor, Tensor>>, Func<Module<Tensor, Tensor>>, int[]> Pairs => new()
    {
        { () => new LazyConv1d(4, 3, groups: 2), () => new Conv1d(6, 4, 3, groups: 2), [2, 6, 7] },
        { () => new LazyConv2d(4, 3, 2, 1, bias: false), () => new Conv2d(3, 4, 3, 2, 1, bias: false), [2, 3, 7, 6] },
        { () => new LazyConv3d(2, 2, padMode: PadMode.Replicate, padding: 1), () => new Conv3d(3, 2, 2, padMode: PadMode.Replicate, padding: 1), [1, 3, 3, 3, 3] },
        { () => new LazyConvTranspose1d(4, 3, groups: 2), () => new ConvTranspose1d(6, 4, 3, groups: 2), [2, 6, 5] },
        { () => new LazyConvTranspose2d(4, 3, 2, 1, 1), () => new ConvTranspose2d(3, 4, 3, 2, 1, 1), [2, 3, 4, 5] },
        { () => new LazyConvTranspose3d(2, 2, dilation: 2), () => new ConvTranspose3d(3, 2, 2, dilation: 2), [1, 3, 3, 3, 3] },
        { () => new LazyBatchNorm1d(), () => new BatchNorm1d(3), [4, 3] },
        { () => new LazyBatchNorm2d(affine: false), () => new BatchNorm2d(3, affine: false), [4, 3, 2, 2] },
        { () => new LazyBatchNorm3d(trackRunningStats: false), () => new BatchNorm3d(3, trackRunningStats: false), [4, 3, 2, 2, 2] },
        { () => new LazyInstanceNorm1d(), () => new InstanceNorm1d(3, affine: true, trackRunningStats: true), [3, 5] },
        { () => new LazyInstanceNorm2d(affine: false), () => new InstanceNorm2d(3, trackRunningStats: true), [2, 3, 5, 2] },
        { () => new LazyInstanceNorm3d(affine: false, trackRunningStats: false), () => new InstanceNorm3d(3), [2, 3, 2, 2, 2] },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void They_become_the_layer_of_that_size(Func<Module<Tensor, Tensor>> lazy, Func<Module<Tensor, Tensor>> known, int[] sizes)
    {
        Module<Tensor, Tensor> first = new Sequential(lazy()), second = new Sequential(known());
        var x = Tensor(Numbers(sizes.Aggregate(1, (a, b) => a * b), 1), [.. sizes.Select(s => (Dim)s)], DType.Float32);
        Generator.Seed(5);
        var y = first.Call(x);
        Assert.Equal(second.State().Keys, first.State().Keys);
        second.LoadState(first.State());
        // Running statistics have seen the batch already.
        first.Eval();
        second.Eval();
        Equal(second.Call(x).Doubles(), first.Call(x), 0);
        Assert.Equal(second.Call(x).Shape, y.Shape);

        // From a state, before any call.
        var loaded = new Sequential(lazy());
        loaded.LoadState(second.State());
        loaded.Eval();
        Equal(second.Call(x).Doubles(), loaded.Call(x), 0);
    }

    [Fact]
    public void They_are_trained_and_have_no_state_before()
    {
        var net = new Sequential(new LazyConv2d(2, 3), new LazyBatchNorm2d());
        Assert.Empty(net.Parameters());
        Assert.StartsWith("LazyConv2d '0' has no weights yet", Assert.Throws<ShapeException>(() => net.State()).Message);
        net.Eval();
        var x = Tensor(Numbers(2 * 3 * 16, 1), [2, 3, 4, 4], DType.Float32);
        net.Call(x);
        Assert.False(((LazyBatchNorm2d)net[1]).Layer!.IsTraining);
        net.Train();
        Assert.True(((LazyBatchNorm2d)net[1]).Layer!.IsTraining);
        var optimizer = new SGD(net.Parameters(), 0.1);
        var before = net.State()["0.weight"].Doubles();
        net.Call(x).Square().Sum().Backward();
        optimizer.Step();
        Assert.NotEqual(before, net.State()["0.weight"].Doubles());
        Assert.Equal(1, net.State()["1.num_batches_tracked"].Item<long>());
        Assert.Contains("(0): LazyConv2d(3 -> 2, kernel [3, 3])", net.ToString());
    }

    [Fact]
    public void A_state_that_does_not_fit_leaves_them_as_they_were()
    {
        var net = new Sequential(new LazyConv2d(2, 3), new Linear(2, 2));
        var state = new Dictionary<string, Tensor> { ["0.weight"] = Tauten.Tensor.Ones([2, 7, 3, 3]), ["0.bias"] = Tauten.Tensor.Ones([2]) };
        Assert.Throws<ModelFormatException>(() => net.LoadState(state));
        Assert.Null(((LazyConv2d)net[0]).Layer);
        var e = Assert.Throws<ShapeException>(() => Graph.Capture(x => new LazyConv2d(2, 3).Call(x), new TensorSpec(DType.Float32, [2, "channels", 4, 4])));
        Assert.StartsWith("LazyConv2d: the channels cannot be learned from shape [2, channels, 4, 4]", e.Message);
    }
}
