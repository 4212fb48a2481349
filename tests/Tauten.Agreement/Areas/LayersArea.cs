using Tauten.NN;

namespace Tauten.Agreement;

/// <summary>Layers; the inputs of a call come first, then the parameters in the order in which the layer lists them.</summary>
static class LayersArea
{
    public static Area Calls { get; } = Build();

    static Area Build()
    {
        var area = new Area("layers")
        {
            ["linear"] = Layer(t => new Linear(3, 2, dtype: t)),
            ["conv1d"] = Layer(t => new Conv1d(4, 6, 3, 2, 1, 1, 2, dtype: t)),
            ["conv2d same"] = Layer(t => new Conv2d(2, 3, 3, padding: ConvolutionPadding.Same, bias: false, dtype: t)),
            ["conv2d reflect"] = Layer(t => new Conv2d(2, 3, 3, padding: 1, padMode: PadMode.Reflect, dtype: t)),
            ["conv3d"] = Layer(t => new Conv3d(2, 2, [1, 2, 2], dilation: [1, 2, 1], dtype: t)),
            ["conv transpose1d"] = Layer(t => new ConvTranspose1d(4, 6, 3, 2, 1, 1, 2, dtype: t)),
            ["conv transpose2d"] = Layer(t => new ConvTranspose2d(2, 3, [2, 3], dilation: 2, dtype: t)),
            ["conv transpose3d"] = Layer(t => new ConvTranspose3d(2, 1, 2, bias: false, dtype: t)),
            ["depthwise"] = Layer(t => new DepthwiseConv2d(3, 3, 2, dtype: t)),
            ["separable"] = Layer(t => new SeparableConv2d(2, 3, 3, 2, dtype: t)),
            ["max pool1d"] = Layer(_ => new MaxPool1d(3, 2, 1, ceilMode: true)),
            ["avg pool1d"] = Layer(_ => new AvgPool1d(3, 2, 1, countPadding: false)),
            ["adaptive avg pool1d"] = Layer(_ => new AdaptiveAvgPool1d(3)),
            ["adaptive max pool1d"] = Layer(_ => new AdaptiveMaxPool1d(2)),
            ["batch norm1d"] = Layer((t, x) => new BatchNorm1d(x.Shape[1].Value, dtype: t)),
            ["instance norm1d"] = Layer(t => new InstanceNorm1d(2, affine: true, dtype: t)),
            ["constant pad1d"] = Layer(_ => new ConstantPad1d([0], 1.5, [1])),
            ["replication pad1d"] = Layer(_ => new ReplicationPad1d([0], [1])),
            ["lp pool1d"] = Layer(_ => new LpPool1d(2, 2)),
            ["reflection pad1d"] = Layer(_ => new ReflectionPad1d([1], [2])),
            ["max pool2d"] = Layer(_ => new MaxPool2d(3, 2, 1, ceilMode: true)),
            ["avg pool2d"] = Layer(_ => new AvgPool2d(3, 2, 1, countPadding: false)),
            ["adaptive avg pool2d"] = Layer(_ => new AdaptiveAvgPool2d(3)),
            ["adaptive max pool2d"] = Layer(_ => new AdaptiveMaxPool2d(2)),
            ["batch norm2d"] = Layer(t => new BatchNorm2d(2, dtype: t)),
            ["instance norm2d"] = Layer(t => new InstanceNorm2d(2, affine: true, dtype: t)),
            ["constant pad2d"] = Layer(_ => new ConstantPad2d([2, 0], 1.5, [3, 1])),
            ["replication pad2d"] = Layer(_ => new ReplicationPad2d([2, 0], [3, 1])),
            ["lp pool2d"] = Layer(_ => new LpPool2d(2, 2)),
            ["reflection pad2d"] = Layer(_ => new ReflectionPad2d([3, 1], [4, 2])),
            ["max pool3d"] = Layer(_ => new MaxPool3d(3, 2, 1, ceilMode: true)),
            ["avg pool3d"] = Layer(_ => new AvgPool3d(3, 2, 1, countPadding: false)),
            ["adaptive avg pool3d"] = Layer(_ => new AdaptiveAvgPool3d(3)),
            ["adaptive max pool3d"] = Layer(_ => new AdaptiveMaxPool3d(2)),
            ["batch norm3d"] = Layer(t => new BatchNorm3d(2, dtype: t)),
            ["instance norm3d"] = Layer(t => new InstanceNorm3d(2, affine: true, dtype: t)),
            ["constant pad3d"] = Layer(_ => new ConstantPad3d([4, 2, 0], 1.5, [5, 3, 1])),
            ["replication pad3d"] = Layer(_ => new ReplicationPad3d([4, 2, 0], [5, 3, 1])),
            ["batch norm2d eval"] = Layer(t => Evaluated(new BatchNorm2d(2, dtype: t))),
            ["zero pad2d"] = Layer(_ => new ZeroPad2d([2, 1], [1, 0])),
            ["group norm"] = Layer(t => new GroupNorm(2, 4, dtype: t)),
            ["layer norm"] = Layer(t => new LayerNorm([3, 4], dtype: t)),
            ["rms norm"] = Layer(t => new RMSNorm(4, dtype: t)),
            ["local response norm"] = Layer(_ => new LocalResponseNorm(3, 0.5, 0.6, 2)),
            ["upsample size"] = Layer(_ => new Upsample([5, 4], mode: InterpolationMode.Linear, alignCorners: true)),
            ["upsample scale"] = Layer(_ => new Upsample(scale: 2)),
            ["pixel shuffle"] = Layer(_ => new PixelShuffle(2)),
            ["pixel unshuffle"] = Layer(_ => new PixelUnshuffle(2)),
            ["channel shuffle"] = Layer(_ => new ChannelShuffle(2)),
            ["fold"] = Layer(_ => new Fold([4, 5], [2, 3])),
            ["unfold"] = Layer(_ => new Unfold([2, 3], padding: 1)),
            ["unflatten"] = Layer(_ => new Unflatten(1, [2, 3])),
            ["bilinear"] = x => [With(new Bilinear(3, 2, 4, dtype: x[0].DType), x, 2).Call(x[0], x[1])],
            ["cosine similarity"] = x => [new CosineSimilarity().Call(x[0], x[1])],
            ["pairwise distance"] = x => [new PairwiseDistance().Call(x[0], x[1])],
            ["embedding bag weights"] = x => [With(new EmbeddingBag(5, 3, BagMode.Sum, dtype: x[1].DType), x, 1).Call(x[0], null, x[2])],
            ["leaky relu"] = Layer(_ => new LeakyReLU(0.2)),
            ["relu6"] = Layer(_ => new ReLU6()),
            ["elu"] = Layer(_ => new ELU(0.7)),
            ["selu"] = Layer(_ => new SELU()),
            ["celu"] = Layer(_ => new CELU(2)),
            ["silu"] = Layer(_ => new SiLU()),
            ["mish"] = Layer(_ => new Mish()),
            ["hardtanh"] = Layer(_ => new Hardtanh(-2, 1)),
            ["hardsigmoid"] = Layer(_ => new Hardsigmoid()),
            ["hardswish"] = Layer(_ => new Hardswish()),
            ["hardshrink"] = Layer(_ => new Hardshrink(0.6)),
            ["softshrink"] = Layer(_ => new Softshrink(0.6)),
            ["tanhshrink"] = Layer(_ => new Tanhshrink()),
            ["softplus"] = Layer(_ => new Softplus(1.5)),
            ["softsign"] = Layer(_ => new Softsign()),
            ["log sigmoid"] = Layer(_ => new LogSigmoid()),
            ["threshold"] = Layer(_ => new Threshold(0.5, -2)),
            ["glu"] = Layer(_ => new Glu()),
            ["log softmax"] = Layer(_ => new LogSoftmax()),
            ["softmin"] = Layer(_ => new Softmin()),
            ["softmax2d"] = Layer(_ => new Softmax2d()),
            ["exponential"] = Layer(_ => new Exponential()),
            ["squared relu"] = Layer(_ => new SquaredReLU()),
            ["sparse plus"] = Layer(_ => new SparsePlus()),
            ["sparse sigmoid"] = Layer(_ => new SparseSigmoid()),
            ["squareplus"] = Layer(_ => new Squareplus()),
            ["prelu"] = Layer((t, x) => new PReLU(x.Rank > 1 ? x.Shape[1].Value : 1, dtype: t)),
            ["rrelu eval"] = Layer(_ => Evaluated(new RReLU())),
            ["rnn cell"] = x => [With(new RNNCell(3, 2, dtype: x[0].DType), x, 2).Call(x[0], x[1])],
            ["rnn cell relu"] = x => [With(new RNNCell(3, 2, activation: RecurrentActivation.Relu, dtype: x[0].DType), x, 2).Call(x[0], x[1])],
            ["gru cell"] = x => [With(new GRUCell(3, 2, dtype: x[0].DType), x, 2).Call(x[0], x[1])],
            ["lstm cell"] = x =>
            {
                var (hidden, cell) = With(new LSTMCell(3, 2, dtype: x[0].DType), x, 3).Call(x[0], (x[1], x[2]));
                return [hidden, cell];
            },
            ["rnn"] = x => Flat(With(new RNN(3, 2, dtype: x[0].DType), x, 1).Call(x[0])),
            ["rnn relu layers=2 bidirectional"] = x =>
                Flat(With(new RNN(3, 2, 2, bias: false, bidirectional: true, activation: RecurrentActivation.Relu, dtype: x[0].DType), x, 2).Call(x[0], x[1])),
            ["lstm"] = x => Flat(With(new LSTM(3, 2, dtype: x[0].DType), x, 1).Call(x[0])),
            ["lstm layers=2 bidirectional"] = x => Flat(With(new LSTM(3, 2, 2, bidirectional: true, dtype: x[0].DType), x, 3).Call(x[0], (x[1], x[2]))),
            ["lstm projection bidirectional layers=2"] = x => Flat(With(new LSTM(3, 4, 2, bidirectional: true, projection: 2, dtype: x[0].DType), x, 1).Call(x[0])),
            ["lstm lengths layers=2"] = x => Flat(With(new LSTM(3, 2, 2, dtype: x[0].DType), x, 2).Call(x[0], lengths: x[1])),
            ["gru batch first layers=2"] = x => Flat(With(new GRU(3, 2, 2, batchFirst: true, dtype: x[0].DType), x, 2).Call(x[0], x[1])),
            ["gru lengths bidirectional"] = x => Flat(With(new GRU(3, 2, bidirectional: true, dtype: x[0].DType), x, 2).Call(x[0], lengths: x[1])),
            ["attention"] = x => [x[0].ScaledDotProductAttention(x[1], x[2])],
            ["attention mask"] = x => [x[0].ScaledDotProductAttention(x[1], x[2], x[3])],
            ["attention causal scale=2"] = x => [x[0].ScaledDotProductAttention(x[1], x[2], causal: true, scale: 2)],
            ["multi-head"] = x => [With(new MultiHeadAttention(4, 2, dtype: x[0].DType), x, 3).Call(x[0], x[1], x[2])],
            ["multi-head batch first causal"] = x => [With(new MultiHeadAttention(4, 2, bias: false, batchFirst: true, dtype: x[0].DType), x, 1).Call(x[0], x[0], x[0], causal: true)],
            ["multi-head sizes"] = x => [With(new MultiHeadAttention(4, 2, keySize: 3, valueSize: 5, batchFirst: true, dtype: x[0].DType), x, 4).Call(x[0], x[1], x[2], keyMask: ~x[3])],
            ["encoder layer"] = x => [With(Encoder(x[0].DType), x, 1).Call(x[0])],
            ["encoder layer first gelu"] = x =>
                [With(new TransformerEncoderLayer(4, 2, 5, 0, Activation.Gelu, normFirst: true, batchFirst: true, dtype: x[0].DType), x, 2).Call(x[0], keyMask: ~x[1])],
            ["decoder layer"] = x => [With(Decoder(x[0].DType), x, 2).Call(x[0], x[1], causal: true)],
            ["decoder layer first"] = x => [With(new TransformerDecoderLayer(4, 2, 5, 0, normFirst: true, dtype: x[0].DType), x, 2).Call(x[0], x[1])],
            ["encoder"] = x => [With(new TransformerEncoder(() => Encoder(x[0].DType), 2, new LayerNorm(4, dtype: x[0].DType)), x, 1).Call(x[0])],
            ["decoder"] = x => [With(new TransformerDecoder(() => Decoder(x[0].DType), 2), x, 2).Call(x[0], x[1])],
            ["transformer"] = x => [With(new Transformer(4, 2, 1, 1, 5, 0, dtype: x[0].DType), x, 2).Call(x[0], x[1], causal: true)],
            ["sparsemax"] = Layer(_ => new Sparsemax()),
            ["quick gelu"] = Layer(_ => new QuickGelu()),
            ["sinusoidal"] = Layer(_ => new SinusoidalPositions()),
            ["rotary"] = Layer(_ => new RotaryPositions()),
            ["rotary halves"] = Layer(_ => new RotaryPositions(halves: true)),
            ["alibi"] = _ => [Alibi.Mask(4, 3, 5, DType.Float64)],
        };
        foreach (var mode in Enum.GetValues<BagMode>())
        {
            area[$"embedding bag {mode.ToString().ToLowerInvariant()}"] = x => [With(new EmbeddingBag(5, 3, mode, dtype: x[1].DType), x, 1).Call(x[0])];
            area[$"embedding bag offsets {mode.ToString().ToLowerInvariant()}"] = x => [With(new EmbeddingBag(5, 3, mode, dtype: x[2].DType), x, 2).Call(x[0], x[1])];
        }
        return area;
    }

    internal static Func<Tensor[], Tensor[]> Layer(Func<DType, Module<Tensor, Tensor>> make) => Layer((dtype, _) => make(dtype));

    static Func<Tensor[], Tensor[]> Layer(Func<DType, Tensor, Module<Tensor, Tensor>> make) => x => [With(make(x[0].DType, x[0]), x, 1).Call(x[0])];

    /// <summary>Gives the layer its parameters, and puts them where the inputs were, so that their gradients are asked for.</summary>
    internal static T With<T>(T layer, Tensor[] x, int first)
        where T : Module
    {
        foreach (var parameter in layer.Parameters())
        {
            parameter.Value = x[first];
            x[first++] = parameter.Value;
        }
        return layer;
    }

    static TransformerEncoderLayer Encoder(DType dtype) => new(4, 2, 5, 0, dtype: dtype);

    static TransformerDecoderLayer Decoder(DType dtype) => new(4, 2, 5, 0, dtype: dtype);

    internal static T Evaluated<T>(T layer)
        where T : Module
    {
        layer.Eval();
        return layer;
    }

    static Tensor[] Flat((Tensor Output, Tensor Hidden) y) => [y.Output, y.Hidden];

    static Tensor[] Flat((Tensor Output, (Tensor Hidden, Tensor Cell) State) y) => [y.Output, y.State.Hidden, y.State.Cell];
}
