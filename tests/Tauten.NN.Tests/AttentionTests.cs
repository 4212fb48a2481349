using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

public sealed class AttentionTests
{
    static Tensor Random(Shape shape, int seed) => Tensor.Randn(shape, DType.Float64, new Generator((ulong)seed));

    [Fact]
    public void Weights_and_result_are_those_of_the_streaming_pass()
    {
        var layer = new MultiHeadAttention(12, 6, batchFirst: true, keyHeads: 3, learnedKey: true, zeroKey: true, headSize: 4, valueHeadSize: 5, outputSize: 7, dtype: DType.Float64);
        Tensor q = Random([2, 70, 12], 1), k = Random([2, 300, 12], 2), v = Random([2, 300, 12], 3);
        var keyMask = (Tensor.Arange(300, DType.Int64) < Tensor.From([250L, 3], [2, 1]));
        var y = layer.Call(q, k, v, keyMask: keyMask, causal: true);
        var (again, weights) = layer.CallWithWeights(q, k, v, keyMask: keyMask, causal: true, averageHeads: false);
        Assert.Equal(Shape.Of(2, 70, 7), y.Shape);
        Assert.Equal(Shape.Of(2, 6, 70, 302), weights.Shape);
        Equal(again.Doubles(), y, 1e-12);
        Equal([.. Enumerable.Repeat(1.0, 2 * 6 * 70)], weights.Sum(-1), 1e-12);
        // Of the second item three keys are there, and the two that were added.
        Assert.Equal(0, weights.Select(0, 1).Slice(-1, 3, 300).Abs().Max().Item<double>());
        Assert.True(weights.Slice(-1, 300, 302).Min().Item<double>() > 0);
    }

    [Fact]
    public void Masks_that_are_added_do_what_boolean_ones_do()
    {
        var layer = new MultiHeadAttention(8, 2, batchFirst: true, dtype: DType.Float64);
        var x = Random([2, 5, 8], 1);
        Tensor mask = Tensor.Rand([5, 5], DType.Float64, new Generator(4)) < 0.6 | Tensor.Eye(5).To(DType.Bool), keys = Tensor.From([true, true, false, true, true, true, true, true, true, false], [2, 5]);
        Tensor added = Added(mask), addedKeys = Added(keys);
        var expected = layer.Call(x, x, x, mask, keys);
        Equal(expected.Doubles(), layer.Call(x, x, x, added, keys), 1e-12);
        Equal(expected.Doubles(), layer.Call(x, x, x, mask, addedKeys), 1e-12);
        Equal(expected.Doubles(), layer.Call(x, x, x, added, addedKeys), 1e-12);

        static Tensor Added(Tensor mask) => Tensor.Where(mask, Tensor.Zeros(mask.Shape, DType.Float64), double.NegativeInfinity);
    }

    [Fact]
    public void A_query_without_keys_gives_the_bias()
    {
        var layer = new MultiHeadAttention(4, 2, dtype: DType.Float64);
        layer.Parameters().Last().Value = Tensor.From([1.0, 2, 3, 4]);
        Tensor x = Random([3, 4], 1).Detach(), mask = Tensor.From([true, true, true, false, false, false, true, false, true], [3, 3]);
        var y = layer.Call(x, x, x, mask);
        Equal([1, 2, 3, 4], y.Select(0, 1), 0);
        y.Sum().Backward();
        Assert.All(layer.Parameters(), p => Assert.DoesNotContain(double.NaN, p.Grad!.Doubles()));
    }

    [Fact]
    public void Dropout_of_weights_leaves_the_mean()
    {
        var layer = new MultiHeadAttention(4, 2, dropout: 0.5, batchFirst: true, generator: new Generator(3), dtype: DType.Float64);
        var x = Random([1, 400, 4], 1);
        var (_, dropped) = layer.CallWithWeights(x, x, x, averageHeads: false);
        layer.Eval();
        var (_, weights) = layer.CallWithWeights(x, x, x, averageHeads: false);
        double share = dropped.EqualTo(0).To(DType.Float64).Mean().Item<double>();
        Assert.InRange(share, 0.49, 0.51);
        var kept = Tensor.Where(dropped.EqualTo(0), 0, weights * 2);
        Equal(kept.Doubles(), dropped, 1e-12);
    }

    [Fact]
    public void Dropout_streams_with_the_draw_of_the_weights()
    {
        Tensor x = Random([2, 130, 8], 1), gradient = Random([2, 130, 8], 2);
        var (y, first) = Trained(layer => layer.Call(x, x, x, causal: true));
        var (expected, second) = Trained(layer => layer.CallWithWeights(x, x, x, causal: true).Output);
        Equal(expected.Doubles(), y, 1e-12);
        for (int i = 0; i < first.Length; i++) Equal(second[i].Doubles(), first[i], 1e-11);
        Assert.True((y - Evaluated()).Abs().Max().Item<double>() > 1e-3);

        MultiHeadAttention Layer() => new(8, 4, dropout: 0.3, batchFirst: true, keyHeads: 2, generator: new Generator(5), dtype: DType.Float64);

        (Tensor Output, Tensor[] Gradients) Trained(Func<MultiHeadAttention, Tensor> call)
        {
            var layer = Layer();
            var y = call(layer);
            y.Backward(gradient);
            return (y, [.. layer.Parameters().Select(p => p.Grad!)]);
        }

        Tensor Evaluated()
        {
            var layer = Layer();
            layer.Eval();
            return layer.Call(x, x, x, causal: true);
        }
    }

    [Fact]
    public void Transformers_have_biases_or_none_and_weights_of_Glorot()
    {
        using var random = Generator.Use(new(1));
        var transformer = new Transformer(8, 2, 1, 2, 16, bias: false);
        Assert.DoesNotContain(transformer.State().Keys, name => name.Contains("bias"));
        Assert.Equal(2, ((TransformerDecoder)transformer.Decoder).Layers.Count);
        foreach (var parameter in transformer.Parameters().Where(p => p.Shape.Rank == 2))
        {
            double bound = Math.Sqrt(6.0 / (parameter.Shape[0].Value + parameter.Shape[1].Value));
            Assert.InRange(parameter.Value.Abs().Max().Item<float>(), bound * 0.9, bound);
        }
        var own = new Transformer(transformer.Encoder, transformer.Decoder);
        Assert.Equal(transformer.State().Keys, own.State().Keys);
        Assert.Equal([true, false, true, true], Transformer.CausalMask(2).ToArray<bool>());
    }

    [Fact]
    public void Names_are_those_of_PyTorch() => Assert.Equal(
        "in_proj_weight in_proj_bias bias_k bias_v out_proj.weight out_proj.bias", string.Join(' ', new MultiHeadAttention(4, 2, learnedKey: true).State().Keys));

    public static TheoryData<Action, string> Mistakes => new()
    {
        { () => new MultiHeadAttention(4, 2).Call(Ones(3, 4), Ones(3, 4), Ones(3, 4), keyMask: Ones(1, 3)), "MultiHeadAttention: expected a key mask [keys]. Received: shape [1, 3]. (in MultiHeadAttention)" },
        { () => _ = new MultiHeadAttention(4, 2, headSize: 0), "MultiHeadAttention: headSize must be at least 1. Received: 0." },
        { () => Ones(2, 3).ScaledDotProductAttention(Ones(4, 3), Ones(5, 3)), "ScaledDotProductAttention: expected q [.., queries, size], k [.., keys, size] and v [.., keys, value size]. Received: shapes [2, 3], [4, 3] and [5, 3]." },
        { () => Ones(2, 3).ScaledDotProductAttention(Ones(4, 3), Ones(4, 3), Ones(3, 4)), "ScaledDotProductAttention: expected a mask that broadcasts against [.., 2, 4]. Received: shape [3, 4]." },
        { () => Ones(3, 2, 3).ScaledDotProductAttention(Ones(2, 4, 3), Ones(2, 4, 3)), "ScaledDotProductAttention: 3 heads of queries cannot be split among 2 heads of keys and values." },
        { () => Transformer.CausalMask(0), "Transformer: size must be at least 1. Received: 0." },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistakes_are_named(Action call, string expected) => Assert.Equal(expected, Assert.ThrowsAny<TautenException>(call).Message);

    static Tensor Ones(params ReadOnlySpan<long> sizes) => Tensor.Ones(Shape.Of(sizes));
}
