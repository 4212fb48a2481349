using Tauten.NN;
using Tauten.Tests;
using Xunit;

namespace Tauten.InferenceTests;

/// <summary>
/// Layers in their evaluation mode as models: with an open batch, in an old and a new version of the operator set. Writing compares the model with the layer; here the model also serves a batch of
/// another size. The second part asks another runtime too, where it is at hand.
/// </summary>
public sealed class LayerExportTests
{
    static readonly Dictionary<string, (Func<Tensor, Tensor> Call, long[] Sizes)> layers = Make();

    static Dictionary<string, (Func<Tensor, Tensor> Call, long[] Sizes)> Make()
    {
        using var seed = Generator.Use(new Generator(11));
        var made = new Dictionary<string, (Func<Tensor, Tensor>, long[])>();
        Add(new Linear(4, 3), 4);
        Add(new Dense(3), 5, 4);
        Add(new EinsumDense("abc,cd->abd", [4, 3], "d"), 5, 4);
        Add(new Conv1d(4, 6, 3, padding: 1), 4, 9);
        Add(new Conv2d(4, 6, 3, stride: 2, padding: 1, groups: 2), 4, 9, 8);
        Add(new Conv3d(2, 3, 2), 2, 4, 5, 4);
        Add(new ConvTranspose1d(4, 2, 3, stride: 2), 4, 5);
        Add(new ConvTranspose2d(4, 2, 3, stride: 2, padding: 1), 4, 5, 4);
        Add(new ConvTranspose3d(2, 2, 2, stride: 2), 2, 3, 3, 2);
        Add(new DepthwiseConv2d(3, 3, 2), 3, 6, 6);
        Add(new SeparableConv2d(3, 4, 3), 3, 6, 6);
        Add(new BatchNorm1d(4), 4);
        Add(new BatchNorm2d(3), 3, 5, 5);
        Add(new LayerNorm(4), 5, 4);
        Add(new GroupNorm(2, 4), 4, 3, 3);
        Add(new RMSNorm(4), 5, 4);
        Add(new InstanceNorm2d(3, affine: true), 3, 5, 5);
        Add(new LocalResponseNorm(3), 4, 5, 5);
        Add(new MaxPool1d(2), 3, 7);
        Add(new MaxPool2d(3, 2, 1), 3, 8, 8);
        Add(new MaxPool3d(2), 2, 4, 4, 4);
        Add(new AvgPool2d(3, 2, 1), 3, 8, 8);
        Add(new LpPool2d(2, 2), 3, 6, 6);
        Add(new AdaptiveAvgPool2d(3), 3, 7, 8);
        Add(new AdaptiveMaxPool2d(2), 3, 7, 8);
        Add(new GlobalAvgPool(), 3, 5, 5);
        Add(new GlobalMaxPool(), 3, 5, 5);
        Add(new ConstantPad2d([1, 2], 2), 3, 4, 4);
        Add(new ReflectionPad2d([1, 2]), 3, 4, 4);
        Add(new ReplicationPad2d([1, 2]), 3, 4, 4);
        Add(new CircularPad2d([1, 2]), 3, 4, 4);
        Add(new Cropping2d([1, 1]), 3, 4, 4);
        Add(new Upsample(scale: 2), 3, 4, 4);
        Add(new UpsamplingBilinear2d(scale: 2), 3, 4, 5);
        Add(new PixelShuffle(2), 8, 3, 3);
        Add(new PixelUnshuffle(2), 2, 4, 4);
        Add(new ChannelShuffle(2), 4, 3, 3);
        Add(new Unfold([2, 2]), 3, 4, 4);
        Add(new Flatten(), 3, 4);
        Add(new Unflatten(1, [2, 2]), 4);
        Add(new Permute(0, 2, 1), 3, 4);
        Add(new RepeatVector(3), 4);
        Add(new Glu(), 4);
        Add(new Sparsemax(), 4);
        Add(new Softmax2d(), 3, 2, 2);
        Add(new PReLU(4), 4);
        Add(new UnitNorm(), 4);
        Add(new SinusoidalPositions(), 3, 4);
        Add(new RotaryPositions(), 2, 3, 4);
        Add(new Resizing(3, 5), 3, 6, 6);
        Add(new CenterCrop(3, 4), 3, 6, 6);
        Add(new Dropout(0.5), 4);
        foreach (var activation in (Module<Tensor, Tensor>[])[new ReLU(), new Gelu(), new Gelu(approximate: true), new Tanh(), new Sigmoid(), new Softmax(), new LogSoftmax(), new Softmin(), new LeakyReLU(), new ReLU6(), new ELU(), new SELU(), new CELU(),
            new SiLU(), new Mish(), new Hardtanh(), new Hardsigmoid(), new Hardswish(), new Hardshrink(), new Softshrink(), new Tanhshrink(), new Softplus(), new Softsign(), new LogSigmoid(), new Exponential(), new SquaredReLU(), new SparsePlus(),
            new SparseSigmoid(), new Squareplus(), new Threshold(0.1, 2), new QuickGelu()]) Add(activation, 4);
        var lstm = new LSTM(4, 3, 2, bidirectional: true, batchFirst: true);
        var gru = new GRU(4, 3, batchFirst: true);
        var rnn = new RNN(4, 3, batchFirst: true);
        var attention = new MultiHeadAttention(4, 2, batchFirst: true);
        var encoder = new TransformerEncoder(() => new(4, 2, 6, batchFirst: true), 2, new LayerNorm(4));
        foreach (Module module in (Module[])[lstm, gru, rnn, attention, encoder]) module.Eval();
        made["TransformerEncoder"] = (x => encoder.Call(x), [5, 4]);
        made["LSTM"] = (x => lstm.Call((x, null, null)).Output, [5, 4]);
        made["GRU"] = (x => gru.Call((x, null, null)).Output, [5, 4]);
        made["RNN"] = (x => rnn.Call((x, null, null)).Output, [5, 4]);
        made["MultiHeadAttention"] = (x => attention.Call(new(x, x, x)), [5, 4]);
        made["a branch on the data"] = (x => Tensor.If(x.Sum() > 0, () => x.Exp(), () => x * 2), [4]);
        made["a loop that the data ends"] = (x => Tensor.While(y => y.Abs().Max() > 0.5, y => y * 0.5, x), [4]);
        made["a scan over an open axis"] = (x => Tensor.Scan((s, v) => ((s * 0.5 + v).Tanh(), s * v), Tensor.Zeros([4]), x).Outputs, [4]);
        made["a branch in a loop"] = (x => Tensor.While(s => s[0] < 5, s => [s[0] + 1, Tensor.If(s[1].Sum() > 0, () => s[1] - 1, () => s[1] + 1.5)], [Tensor.From(0L), x])[1], [4]);
        return made;

        void Add(Module<Tensor, Tensor> layer, params long[] sizes)
        {
            string name = layer.GetType().Name;
            while (made.ContainsKey(name)) name += "'";
            // Layers that learn their sizes do so now.
            layer.Call(Example(2, sizes));
            layer.Eval();
            made.Add(name, (layer.Call, sizes));
        }
    }

    static Tensor Example(long batch, long[] sizes) => Tensor.Randn(Shape.Of([batch, .. sizes]), DType.Float32, new Generator((ulong)sizes.Sum()));

    public static TheoryData<string> Layers => [.. layers.Keys];

    static byte[] Written(string name, int opset, string? other)
    {
        var (call, sizes) = layers[name];
        using var untracked = Gradients.NoGrad();
        return Onnx.Written(Graph.Capture(call, new TensorSpec(DType.Float32, ["batch", .. sizes.Select(n => (Dim)n)])), new() { Opset = opset, VerifyWith = other }, [Example(3, sizes)]);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void A_layer_is_a_model_of_an_open_batch(string name)
    {
        var (call, sizes) = layers[name];
        var model = Model.Load(Written(name, 17, null));
        Assert.StartsWith("float32[batch", model.Inputs.Single().Type, StringComparison.Ordinal);
        using var untracked = Gradients.NoGrad();
        var x = Example(5, sizes);
        Tensor expected = call(x), actual = model.Run(x).Single();
        Assert.Equal(expected.Spec, actual.Spec);
        Assert.True(actual.AllClose(expected, 1e-4, 1e-5), $"{(actual - expected).Abs().Max().Item<float>()}");
    }

    [Theory, Trait("Category", "Slow"), Trait("Category", "Networks")]
    [InlineData(13)]
    [InlineData(17)]
    [InlineData(20)]
    [InlineData(22)]
    public void Another_runtime_computes_what_layers_do(int opset)
    {
        string? library = File.Exists(OtherRuntime.Library) ? OtherRuntime.Library : null;
        var wrong = new List<string>();
        foreach (string name in layers.Keys)
            try
            {
                Written(name, opset, library);
            }
            catch (TautenException error)
            {
                wrong.Add($"{name}: {error.Message}");
            }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }
}
