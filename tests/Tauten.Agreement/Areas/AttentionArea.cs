using Tauten.NN;

namespace Tauten.Agreement;

/// <summary>Attention and the options of its layers; the inputs of a call come first, then the parameters in the order in which the layer lists them.</summary>
static class AttentionArea
{
    public static Area Calls { get; } = new("attention")
    {
        ["sdpa"] = x => [x[0].ScaledDotProductAttention(x[1], x[2])],
        ["sdpa causal"] = x => [x[0].ScaledDotProductAttention(x[1], x[2], causal: true)],
        ["sdpa scale"] = x => [x[0].ScaledDotProductAttention(x[1], x[2], scale: 3)],
        ["sdpa mask"] = x => [x[0].ScaledDotProductAttention(x[1], x[2], x[3])],
        ["weights"] = x => Flat(LayersArea.With(new MultiHeadAttention(4, 2, dtype: x[0].DType), x, 3).CallWithWeights(x[0], x[1], x[2])),
        ["weights of heads"] = x => Flat(LayersArea.With(new MultiHeadAttention(4, 2, batchFirst: true, dtype: x[0].DType), x, 3).CallWithWeights(x[0], x[1], x[1], keyMask: ~x[2], averageHeads: false)),
        ["weights unbatched"] = x => Flat(LayersArea.With(new MultiHeadAttention(4, 2, dtype: x[0].DType), x, 3).CallWithWeights(x[0], x[1], x[1], ~x[2])),
        ["learned key"] = x => Flat(LayersArea.With(new MultiHeadAttention(4, 2, learnedKey: true, dtype: x[0].DType), x, 3).CallWithWeights(x[0], x[1], x[2])),
        ["zero key"] = x => Flat(LayersArea.With(new MultiHeadAttention(4, 2, zeroKey: true, dtype: x[0].DType), x, 3).CallWithWeights(x[0], x[1], x[2])),
        ["both keys"] = x =>
        {
            var layer = LayersArea.With(new MultiHeadAttention(4, 2, learnedKey: true, zeroKey: true, batchFirst: true, dtype: x[0].DType), x, 4);
            return Flat(layer.CallWithWeights(x[0], x[1], x[1], ~x[3], ~x[2]));
        },
        ["both keys causal"] = x =>
        {
            var layer = LayersArea.With(new MultiHeadAttention(4, 2, bias: false, learnedKey: true, zeroKey: true, dtype: x[0].DType), x, 1);
            return [layer.Call(x[0], x[0], x[0], causal: true), layer.CallWithWeights(x[0], x[0], x[0], causal: true).Weights];
        },
        ["learned key sizes"] = x => Flat(LayersArea.With(new MultiHeadAttention(4, 2, keySize: 3, valueSize: 5, learnedKey: true, dtype: x[0].DType), x, 4).CallWithWeights(x[0], x[1], x[2], x[3])),
        ["grouped"] = x => [LayersArea.With(new MultiHeadAttention(4, 4, bias: false, keySize: 6, valueSize: 6, batchFirst: true, keyHeads: 2, headSize: 3, dtype: x[0].DType), x, 2).Call(x[0], x[1], x[1])],
        ["sized"] = x =>
            [LayersArea.With(new MultiHeadAttention(4, 2, keySize: 5, valueSize: 6, batchFirst: true, headSize: 3, valueHeadSize: 2, outputSize: 7, dtype: x[0].DType), x, 3).Call(x[0], x[1], x[2])],
        ["encoder layer masks"] = x => [LayersArea.With(new TransformerEncoderLayer(4, 2, 5, 0, dtype: x[0].DType), x, 3).Call(x[0], x[1], ~x[2])],
        ["encoder causal norm first"] = x =>
        {
            var dtype = x[0].DType;
            var encoder = new TransformerEncoder(() => new(4, 2, 5, 0, Activation.Gelu, normFirst: true, epsilon: 0.1, dtype: dtype), 2, new LayerNorm(4, dtype: dtype));
            return [LayersArea.With(encoder, x, 1).Call(x[0], causal: true)];
        },
        ["decoder layer masks"] = x =>
        {
            var layer = LayersArea.With(new TransformerDecoderLayer(4, 2, 5, 0, normFirst: true, batchFirst: true, dtype: x[0].DType), x, 5);
            return [layer.Call(x[0], x[1], memoryMask: ~x[4], keyMask: ~x[2], memoryKeyMask: ~x[3], causal: true)];
        },
        ["decoder layer memory causal"] = x => [LayersArea.With(new TransformerDecoderLayer(4, 2, 5, 0, dtype: x[0].DType), x, 2).Call(x[0], x[1], memoryCausal: true)],
        ["transformer masks"] = x =>
        {
            var transformer = LayersArea.With(new Transformer(4, 2, 2, 2, 5, 0, dtype: x[0].DType), x, 7);
            var input = new TransformerInput(x[0], x[1], ~x[2], ~x[3], SourceMask: x[4], TargetMask: ~x[5], MemoryMask: ~x[6], MemoryKeyMask: Tensor.Ones([2, 5], DType.Bool));
            return [transformer.Call(input)];
        },
        ["encoder layer without bias"] = x => [LayersArea.With(new TransformerEncoderLayer(4, 2, 5, 0, batchFirst: true, bias: false, dtype: x[0].DType), x, 1).Call(x[0])],
    };

    static Tensor[] Flat((Tensor Output, Tensor Weights) y) => [y.Output, y.Weights];
}
