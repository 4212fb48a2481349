using Tauten.NN;

namespace Tauten.Agreement;

/// <summary>Options of layers; the inputs of a call come first, then the parameters in the order in which the layer lists them.</summary>
static class LayerOptionsArea
{
    public static Area Calls { get; } = Build();

    static Area Build()
    {
        var area = new Area("layeroptions")
        {
            ["batch norm all batches"] = x => Followed(new BatchNorm1d(3, momentum: null, affine: false, dtype: x[0].DType), x[0]),
            ["batch norm momentum"] = x => Followed(new BatchNorm1d(3, momentum: 0.3, affine: false, dtype: x[0].DType), x[0]),
            ["instance norm tracked"] = x => Followed(new InstanceNorm1d(3, momentum: 0.3, trackRunningStats: true, dtype: x[0].DType), x[0]),
            ["batch norm untracked eval"] = LayersArea.Layer(t => LayersArea.Evaluated(new BatchNorm2d(2, trackRunningStats: false, dtype: t))),
            ["layer norm without bias"] = LayersArea.Layer(t => new LayerNorm(4, bias: false, dtype: t)),
            ["embedding padding=2"] = Vectors(t => new Embedding(5, 3, paddingIndex: 2, dtype: t)),
            ["embedding padding=-1"] = Vectors(t => new Embedding(5, 3, paddingIndex: -1, dtype: t)),
            ["embedding frequency"] = Vectors(t => new Embedding(5, 3, scaleGradByFreq: true, dtype: t)),
            ["embedding frequency padding=2"] = Vectors(t => new Embedding(5, 3, paddingIndex: 2, scaleGradByFreq: true, dtype: t)),
            ["bag frequency"] = x => [LayersArea.With(new EmbeddingBag(5, 3, BagMode.Sum, scaleGradByFreq: true, dtype: x[1].DType), x, 1).Call(x[0])],
            ["adaptive"] = x =>
            {
                var (output, loss) = LayersArea.With(Adaptive(x[0].DType), x, 2).Call(x[0], x[1]);
                return [output, loss];
            },
            ["adaptive single"] = x =>
            {
                var (output, loss) = LayersArea.With(Adaptive(x[0].DType), x, 2).Call(x[0], x[1]);
                return [output, loss];
            },
            ["adaptive log_prob"] = x => [LayersArea.With(Adaptive(x[0].DType), x, 1).LogProbabilities(x[0])],
            ["upsample scales=2,1.5"] = LayersArea.Layer(_ => Upsample.By([2, 1.5], InterpolationMode.Linear)),
            ["upsample recomputed"] = LayersArea.Layer(_ => new Upsample(scale: 1.4, mode: InterpolationMode.Linear, recomputeScale: true)),
            ["upsampling nearest"] = LayersArea.Layer(_ => new UpsamplingNearest2d(scale: 2)),
            ["upsampling bilinear"] = LayersArea.Layer(_ => new UpsamplingBilinear2d([5, 7])),
            ["depthwise conv1d"] = LayersArea.Layer(t => new DepthwiseConv1d(3, 3, 2, dilation: 2, dtype: t)),
            ["separable conv1d"] = LayersArea.Layer(t => new SeparableConv1d(2, 3, 3, 2, dtype: t)),
            ["einsum dense"] = LayersArea.Layer(t => new EinsumDense("btc,chd->bthd", [4, 2, 5], "hd", dtype: t)),
            ["unpool size"] = x => [new MaxUnpool2d(2).Call(x[0], x[1], Shape.Of(3, 4))],
            ["softmax mask"] = x => [new Softmax().Call(x[0], x[1])],
        };
        foreach (int order in (int[])[1, 2, 3])
            area[$"embedding norm={order}"] = x =>
            {
                var layer = LayersArea.With(new Embedding(5, 3, maxNorm: 1, normType: order, dtype: x[1].DType), x, 1);
                return [layer.Call(x[0]), layer.Weight.Value];
            };
        foreach (var mode in Enum.GetValues<BagMode>())
        {
            string name = mode.ToString().ToLowerInvariant();
            area[$"bag padding {name}"] = x => [LayersArea.With(new EmbeddingBag(5, 3, mode, paddingIndex: 2, dtype: x[1].DType), x, 1).Call(x[0])];
            area[$"bag padding offsets {name}"] = x => [LayersArea.With(new EmbeddingBag(5, 3, mode, paddingIndex: 2, dtype: x[2].DType), x, 2).Call(x[0], x[1])];
            area[$"bag last offset {name}"] = x => [LayersArea.With(new EmbeddingBag(5, 3, mode, includeLastOffset: true, dtype: x[2].DType), x, 2).Call(x[0], x[1])];
        }
        return area;
    }

    static AdaptiveLogSoftmaxWithLoss Adaptive(DType dtype) => new(8, 12, [3, 6], 2, headBias: true, dtype: dtype);

    static Func<Tensor[], Tensor[]> Vectors(Func<DType, Embedding> make) => x => [LayersArea.With(make(x[1].DType), x, 1).Call(x[0])];

    // Three batches in training, then one in eval mode.
    static Tensor[] Followed(Module<Tensor, Tensor> layer, Tensor x)
    {
        for (int i = 0; i < 3; i++) layer.Call(x.Select(0, i));
        layer.Eval();
        var state = layer.State();
        return [layer.Call(x.Select(0, 3)), state["running_mean"], state["running_var"]];
    }
}
