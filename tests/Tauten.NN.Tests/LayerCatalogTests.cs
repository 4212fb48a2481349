using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Names, shapes, first values, randomness and error messages of layers whose numbers are compared with PyTorch's elsewhere.</summary>
public class LayerCatalogTests
{
    public static TheoryData<Module, string> Names => new()
    {
        { new Conv1d(2, 4, 3), "weight bias" },
        { new ConvTranspose2d(2, 4, 3, bias: false), "weight" },
        { new SeparableConv2d(2, 4, 3), "depthwise.weight pointwise.weight pointwise.bias" },
        { new BatchNorm1d(2), "weight bias running_mean running_var num_batches_tracked" },
        { new BatchNorm3d(2, affine: false), "running_mean running_var num_batches_tracked" },
        { new GroupNorm(2, 4), "weight bias" },
        { new InstanceNorm2d(2), "" },
        { new InstanceNorm1d(2, affine: true), "weight bias" },
        { new RMSNorm(4), "weight" },
        { new PReLU(), "weight" },
        { new Bilinear(2, 3, 4), "weight bias" },
        { new EmbeddingBag(3, 2), "weight" },
        { new LSTMCell(3, 2), "weight_ih weight_hh bias_ih bias_hh" },
        { new RNN(3, 2, 2, bias: false), "weight_ih_l0 weight_hh_l0 weight_ih_l1 weight_hh_l1" },
        { new GRU(3, 2, bidirectional: true), "weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0 weight_ih_l0_reverse weight_hh_l0_reverse bias_ih_l0_reverse bias_hh_l0_reverse" },
        { new LSTM(3, 4, projection: 2), "weight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0 weight_hr_l0" },
        { new MultiHeadAttention(4, 2), "in_proj_weight in_proj_bias out_proj.weight out_proj.bias" },
        { new MultiHeadAttention(4, 2, bias: false, keySize: 3), "q_proj_weight k_proj_weight v_proj_weight out_proj.weight" },
        { new TransformerEncoder(() => new(4, 2, 3), 1, new RMSNorm(4)), "layers.0.self_attn.in_proj_weight layers.0.self_attn.in_proj_bias layers.0.self_attn.out_proj.weight layers.0.self_attn.out_proj.bias layers.0.linear1.weight layers.0.linear1.bias layers.0.linear2.weight layers.0.linear2.bias layers.0.norm1.weight layers.0.norm1.bias layers.0.norm2.weight layers.0.norm2.bias norm.weight" },
        { new ModuleList<Module>(new PReLU(), new ReLU(), new PReLU()), "0.weight 2.weight" },
        { new ModuleDict<Module> { { "b", new PReLU() }, { "a", new PReLU() } }, "b.weight a.weight" },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Names_are_those_of_PyTorch(Module module, string names) => Assert.Equal(names, string.Join(' ', module.State().Keys));

    [Fact]
    public void First_weights_are_spread_as_in_PyTorch()
    {
        using var random = Generator.Use(new(1));
        Near(1 / Math.Sqrt(4 * 3), new Conv1d(4, 50, 3).Weight);
        Near(1 / Math.Sqrt(4 * 9), new ConvTranspose2d(50, 4, 3).Weight);
        Near(1 / Math.Sqrt(7), new GRU(3, 7, 3).Parameters());
        Near(Math.Sqrt(6.0 / 32), new MultiHeadAttention(8, 2).Parameters().First());

        static void Near(double bound, params IEnumerable<Parameter> parameters)
        {
            double largest = parameters.Max(p => p.Value.Doubles().Max(Math.Abs));
            Assert.InRange(largest, bound * 0.9, bound);
        }
    }

    [Fact]
    public void Dropouts_of_channels_drop_whole_channels()
    {
        var x = Tauten.Tensor.Ones([50, 4, 3, 2], DType.Float64);
        var layer = new Dropout2d(0.25, new Generator(1));
        var channels = layer.Call(x).Reshape([200, 6]).Doubles().Chunk(6).ToArray();
        Assert.All(channels, c => Assert.True(c.All(v => v == c[0])));
        Assert.Equal([0, 1 / 0.75], channels.Select(c => c[0]).Distinct().Order());
        Assert.InRange(channels.Count(c => c[0] == 0), 25, 75);
        layer.Eval();
        Assert.Same(x, layer.Call(x));
        Assert.Equal(x.Shape, new Dropout3d(generator: new Generator(1)).Call(x).Shape);
    }

    [Fact]
    public void Alpha_dropout_keeps_mean_and_variance()
    {
        var x = Tauten.Tensor.Randn([40, 500], DType.Float64, new Generator(1));
        foreach (var layer in (Module<Tensor, Tensor>[])[new AlphaDropout(0.3, new Generator(2)), new FeatureAlphaDropout(0.3, new Generator(3))])
        {
            var y = layer.Call(x);
            Assert.InRange(y.Mean().Doubles()[0], -0.05, 0.05);
            Assert.InRange(y.Var().Doubles()[0], 0.9, 1.1);
            layer.Eval();
            Assert.Same(x, layer.Call(x));
        }
    }

    [Fact]
    public void Slopes_and_noise_are_random_in_training()
    {
        var slopes = (-new RReLU(0.1, 0.3, new Generator(1)).Call(-Tauten.Tensor.Ones([100]))).Doubles();
        Assert.InRange(slopes.Min(), 0.1, 0.15);
        Assert.InRange(slopes.Max(), 0.25, 0.3);
        var noise = new GaussianNoise(2, new Generator(1));
        Assert.InRange(noise.Call(Tauten.Tensor.Zeros([1000])).Std().Doubles()[0], 1.8, 2.2);
        noise.Eval();
        Assert.Equal([0], noise.Call(Tauten.Tensor.Zeros([1])).Doubles());
    }

    [Fact]
    public void Pooling_gives_positions_that_unpooling_takes()
    {
        var x = Tensor(Numbers(2 * 3 * 4 * 4, 1), [2, 3, 4, 4]);
        var (values, indices) = new MaxPool2d(2).CallWithIndices(x);
        var y = new MaxUnpool2d(2).Call(values, indices);
        Assert.Equal(x.Shape, y.Shape);
        Equal(new MaxPool2d(2).Call(y.Abs()).Doubles(), values.Abs(), 0);
        Assert.Equal(Shape.Of(2, 3, 3, 2), new FractionalMaxPool2d(2, [3, 2], new Generator(1)).Call(x).Shape);
        Assert.Equal(Shape.Of(2, 3, 6, 8), new CircularPad2d([1, 2], [1, 2]).Call(x).Shape);
    }

    [Fact]
    public void Heads_of_keys_can_be_fewer()
    {
        var layer = new MultiHeadAttention(8, 4, batchFirst: true, keyHeads: 2, dtype: DType.Float64);
        var x = Tensor(Numbers(2 * 3 * 8, 1), [2, 3, 8]);
        Assert.Equal(Shape.Of(16, 8), layer.Parameters().First().Shape);
        var y = layer.Call(x, x, x, causal: true);
        Assert.Equal(x.Shape, y.Shape);
        // The first element sees itself alone.
        Equal(layer.Call(x.Slice(1, 0, 1), x.Slice(1, 0, 1), x.Slice(1, 0, 1)).Doubles(), y.Slice(1, 0, 1), 1e-12);
        Equal(y.Select(0, 1).Doubles(), layer.Call(x.Select(0, 1), x.Select(0, 1), x.Select(0, 1), causal: true), 1e-12);
    }

    [Fact]
    public void Rotary_products_depend_on_distances()
    {
        var rotary = new RotaryPositions();
        Tensor q = Tensor(Numbers(4, 1), [1, 4]), k = Tensor(Numbers(4, 2), [1, 4]);
        var near = (rotary.CallFrom(q, 3) * rotary.CallFrom(k, 1)).Sum();
        Equal(near.Doubles(), (rotary.CallFrom(q, 12) * rotary.CallFrom(k, 10)).Sum(), 1e-12);
    }

    [Fact]
    public void Lists_and_dictionaries_of_modules()
    {
        var list = new ModuleList<Module<Tensor, Tensor>>(new ReLU(), new Tanh());
        list.Add(new Sigmoid());
        Assert.Equal(3, list.Count);
        Assert.Same(list[1], list.ElementAt(1));
        Assert.Equal("ModuleList: there is no module 3. Expected 0 to 2.", Assert.Throws<IndexException>(() => list[3]).Message);
        var dictionary = new ModuleDict<Module> { { "a", list } };
        Assert.Same(list, dictionary["a"]);
        Assert.True(dictionary.TryGetValue("a", out _));
        Assert.Equal("ModuleDict: there is no module 'b'. Expected one of: a.", Assert.Throws<KeyNotFoundException>(() => dictionary["b"]).Message);
        Assert.Throws<ArgumentException>(() => dictionary.Add("a", list));
        Assert.Throws<ArgumentException>(() => dictionary.Add("a.b", list));
    }

    [Fact]
    public void Gradients_can_be_seen_and_changed()
    {
        var layer = new Linear(2, 1, dtype: DType.Float64);
        var seen = new List<double[]>();
        using (layer.RegisterBackwardPreHook(g => { seen.Add(g.Doubles()); return g * 2; }))
        using (layer.RegisterBackwardHook(g => { seen.Add(g.Doubles()); return g * 0; }))
        using (layer.RegisterForwardPreHook(x => x + 1))
        {
            var x = Tensor([1, 2], [1, 2], requiresGrad: true);
            var y = layer.Call(x);
            Equal([.. (x.Detach() + 1).Linear(layer.Weight.Value.Detach(), layer.Bias!.Value.Detach()).Doubles()], y, 1e-12);
            (y.Sum() + x.Sum()).Backward();
            Equal([1, 1], x.Grad!, 0);
        }
        Equal([1], seen[0], 0);
        Equal([.. layer.Weight.Value.Doubles().Select(v => 2 * v)], seen[1], 1e-12);
        layer.Call(Tensor([1, 2], [1, 2], requiresGrad: true)).Sum().Backward();
        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public void Frozen_parameters_get_no_gradients()
    {
        var layer = new Linear(2, 1);
        layer.Freeze();
        Assert.False(layer.Call(Tauten.Tensor.Ones([1, 2])).RequiresGrad);
        layer.Freeze(false);
        Assert.True(layer.Call(Tauten.Tensor.Ones([1, 2])).RequiresGrad);
    }

    [Fact]
    public void A_summary_tells_shapes_parameters_and_operations()
    {
        var net = new Sequential(new Conv2d(1, 2, 3), new BatchNorm2d(2), new Flatten(), new Linear(8, 3));
        var summary = net.Summary(Tauten.Tensor.Ones([1, 1, 4, 4]));
        Assert.Equal(20 + 4 + 27, summary.Parameters);
        Assert.Equal(2 * 8 * 9 + 2 * 3 * 8, summary.Operations);
        Assert.True(net[1].IsTraining);
        Assert.Equal(0, net.State()["1.num_batches_tracked"].ToArray<long>()[0]);
        Assert.Equal("""
            Module  Type         Output        Parameters  Operations
            -       Sequential   [1, 3]                 0           0
            0       Conv2d       [1, 2, 2, 2]          20         144
            1       BatchNorm2d  [1, 2, 2, 2]           4           0
            2       Flatten      [1, 8]                 0           0
            3       Linear       [1, 3]                27          48
            Total                                      51         192
            """, summary.ToString(), ignoreLineEndingDifferences: true);
        var attention = new MultiHeadAttention(4, 2).Summary(new(Tauten.Tensor.Ones([3, 4]), Tauten.Tensor.Ones([5, 4]), Tauten.Tensor.Ones([5, 4])));
        Assert.Equal(2 * (3 * 16 + 2 * 5 * 16) + 4 * 3 * 5 * 4 + 2 * 3 * 16, attention.Operations);
        Assert.Equal(2 * 6 * (4 * 6 + 4 * 4), new LSTM(3, 2).Summary((Tauten.Tensor.Ones([6, 1, 3]), null, null)).Operations);
    }

    public static TheoryData<Action, string> Mistakes => new()
    {
        { () => _ = new Conv1d(2, 4, [1, 2]), "Conv1d: kernelSize must be one number. Received: [1, 2]." },
        { () => _ = new ConvTranspose3d(3, 4, 1, groups: 2), "ConvTranspose3d: 3 input and 4 output channels cannot both be split into 2 groups." },
        { () => _ = new MaxPool3d(0), "MaxPool3d: kernelSize must be at least 1. Received: [0]." },
        { () => new BatchNorm1d(3).Call(Tauten.Tensor.Ones([2, 3, 4, 5])), "BatchNorm1d: expected an input [batch, 3] or [batch, 3, length]. Received: shape [2, 3, 4, 5]. (in BatchNorm1d)" },
        { () => _ = new GroupNorm(2, 3), "GroupNorm: 3 channels cannot be split into 2 groups." },
        { () => new InstanceNorm1d(3).Call(Tauten.Tensor.Ones([2, 4, 5])), "InstanceNorm1d: expected an input [batch, 3, ...] with 1 axes behind the channels; the batch may be missing. Received: shape [2, 4, 5]. (in InstanceNorm1d)" },
        { () => new RMSNorm(3).Call(Tauten.Tensor.Ones([4])), "RMSNorm: expected an input whose last axes are [3]. Received: shape [4]. (in RMSNorm)" },
        { () => new ZeroPad2d(1).Call(Tauten.Tensor.Ones([4, 4])), "ZeroPad2d: expected an input of 3 or 4 axes: batch, channels, and 2 that are padded. Received: shape [4, 4]. (in ZeroPad2d)" },
        { () => _ = new Dropout1d(2), "Dropout1d: expected a rate of 0 to 1. Received: 2." },
        { () => new EmbeddingBag(3, 2).Call(Tauten.Tensor.From([0L, 1])), "EmbeddingBag: expected indices [bags, n], or indices [all] and offsets [bags]. Received: shape [2] without offsets. (in EmbeddingBag)" },
        { () => new GRUCell(3, 2).Call(Tauten.Tensor.Ones([4])), "GRUCell: expected an input [batch, 3] or [3]. Received: shape [4]. (in GRUCell)" },
        { () => new RNN(3, 2).Call(Tauten.Tensor.Ones([5, 2, 4])), "RNN: expected an input [time, batch, 3] or [time, 3]. Received: shape [5, 2, 4]. (in RNN)" },
        { () => new LSTM(3, 2).Call(Tauten.Tensor.Ones([5, 2, 3]), (Tauten.Tensor.Ones([1, 2, 2]), Tauten.Tensor.Ones([1, 1, 2]))), "LSTM: expected a first state [1, 2, 2]. Received: shape [1, 1, 2]. (in LSTM)" },
        { () => _ = new MultiHeadAttention(5, 2), "MultiHeadAttention: size 5 cannot be split into 2 heads, or those among 2 heads of keys." },
        { () => new MultiHeadAttention(4, 2).Call(Tauten.Tensor.Ones([3, 4]), Tauten.Tensor.Ones([3, 5]), Tauten.Tensor.Ones([3, 4])), "MultiHeadAttention: expected keys [.., 4]. Received: shape [3, 5]. (in MultiHeadAttention)" },
        { () => Alibi.Mask(3, 2), "Alibi: expected a power of two of heads. Received: 3." },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistakes_are_named(Action call, string expected) => Assert.Equal(expected, Assert.ThrowsAny<TautenException>(call).Message);
}
