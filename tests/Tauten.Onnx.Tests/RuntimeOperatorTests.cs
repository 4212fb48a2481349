using static Tauten.OnnxTests.Models;
using OnnxFormat = Tauten.OnnxFormat;
using T = Tauten.Tensor;

namespace Tauten.OnnxTests;

/// <summary>Operators of the domains com.microsoft and ai.onnx.ml, against what they stand for.</summary>
public sealed class RuntimeOperatorTests
{
    static T[] Run(string domain, OnnxFormat.NodeProto node, params T[] inputs)
    {
        node.Domain = domain;
        var model = Of(17, [.. inputs.Select((x, i) => Input(node.Input.Where(n => n.Length > 0).ElementAt(i), ElementTypes.Of(x.DType)))], [.. node.Output.Where(n => n.Length > 0)], [node]);
        foreach (var input in model.Graph.Input) input.Type.TensorType.Shape = null;
        if (domain.Length > 0) model.OpsetImport.Add(new OnnxFormat.OperatorSetIdProto { Domain = domain, Version = domain == "ai.onnx.ml" ? 5 : 1 });
        return Import(model).Run(inputs);
    }

    static void Near(T expected, T actual, double tolerance = 1e-5) => Assert.True(actual.AllClose(expected, tolerance, tolerance), $"expected {expected}, received {actual}");

    [Fact]
    public void FusedConvIsAConvolutionASumAndAnActivation()
    {
        T x = T.Randn([1, 2, 5, 5]), w = T.Randn([3, 2, 3, 3]), b = T.Randn([3]), z = T.Randn([1, 3, 3, 3]);
        Near((x.Conv2d(w, b) + z).Relu(), Run("com.microsoft", Node("FusedConv", "x w b z", "y", ("activation", "Relu")), x, w, b, z)[0], 1e-4);
    }

    [Fact]
    public void FusedMatMulTransposesAndScales()
    {
        T a = T.Randn([2, 4, 3]), b = T.Randn([2, 4, 5]);
        Near(a.Transpose(1, 2).MatMul(b) * 0.5, Run("com.microsoft", Node("FusedMatMul", "a b", "y", ("transA", 1), ("alpha", 0.5f)), a, b)[0]);
    }

    [Fact]
    public void SkipLayerNormalizationAddsFirst()
    {
        T x = T.Randn([2, 3, 4]), skip = T.Randn([2, 3, 4]), gamma = T.Randn([4]), beta = T.Randn([4]), bias = T.Randn([4]);
        var y = Run("com.microsoft", Node("SkipLayerNormalization", "x s g b c", "y - - sum", ("epsilon", 1e-5f)), x, skip, gamma, beta, bias);
        Near((x + skip + bias).LayerNorm(1, gamma, beta), y[0]);
        Near(x + skip + bias, y[1]);
    }

    [Fact]
    public void AttentionOfPackedWeightsIsThatOfSeparateOnes()
    {
        T x = T.Randn([2, 3, 8]), w = T.Randn([8, 24]), bias = T.Randn([24]), mask = T.From([3, 2]);
        var y = Run("com.microsoft", Node("Attention", "x w b m", "y", ("num_heads", 2)), x, w, bias, mask)[0];
        var parts = (x.MatMul(w) + bias).Split(8, 2);
        T[] heads = Array.ConvertAll(parts, p => p.Reshape(2, 3, 2, 4).Permute(0, 2, 1, 3));
        var seen = T.From([true, true, true, true, true, false]).Reshape(2, 1, 1, 3);
        var expected = heads[0].ScaledDotProductAttention(heads[1], heads[2], seen).Permute(0, 2, 1, 3).Reshape(2, 3, 8);
        Near(expected, y, 1e-4);
    }

    [Fact]
    public void MatMulNBitsUnpacksBlocks()
    {
        // One row of weights, two blocks of 16, low bits first; the zero point is 8.
        byte[] packed = [.. Enumerable.Range(0, 16).Select(i => (byte)(i % 16 | ((i + 3) % 16) << 4))];
        float[] scales = [0.5f, 2f];
        var weights = packed.SelectMany(b => new[] { b & 15, b >> 4 }).Select((q, i) => (q - 8) * scales[i / 16]).ToArray();
        var x = T.Randn([2, 32]);
        var y = Run("com.microsoft", Node("MatMulNBits", "x w s", "y", ("K", 32), ("N", 1), ("bits", 4), ("block_size", 16)), x, T.From(packed).Reshape(1, 2, 8), T.From(scales))[0];
        Near(x.MatMul(T.From(weights).Unsqueeze(1)), y, 1e-4);
    }

    [Fact]
    public void QLinearAddIsAnAdditionOfRealNumbers()
    {
        var y = Run("com.microsoft", Node("QLinearAdd", "a as az b bs bz cs cz", "y"), T.From(new byte[] { 10, 20 }), T.From(0.5f), T.From((byte)0), T.From(new byte[] { 4, 8 }), T.From(1f), T.From((byte)2), T.From(0.25f), T.From((byte)1));
        // 5 + 2 = 7 and 10 + 6 = 16, in quarters above 1.
        Assert.Equal([29, 65], y[0].ToArray<byte>());
    }

    [Fact]
    public void DynamicQuantizeMatMulIsNearTheProduct()
    {
        var a = T.From(new[,] { { -1f, 0.5f, 2f } });
        var b = T.From([(sbyte)10, 20, -30]).Reshape(3, 1);
        Near(T.From([-0.6f]).Reshape(1, 1), Run("com.microsoft", Node("DynamicQuantizeMatMul", "a b s", "y"), a, b, T.From(0.01f))[0], 0.02);
    }

    [Fact]
    public void RotationKeepsLengths()
    {
        T x = T.Randn([1, 4, 8]), angles = T.Rand([16, 2]);
        var y = Run("com.microsoft", Node("RotaryEmbedding", "x p c s", "y"), x, T.From(new[] { 0L }), angles.Cos(), angles.Sin())[0];
        Near(x.Square().Sum(-1), y.Square().Sum(-1), 1e-4);
        Near(x[0, 0, 0] * angles[0, 0].Cos() - x[0, 0, 2] * angles[0, 0].Sin(), y[0, 0, 0], 1e-4);
    }

    [Fact]
    public void AScalerShiftsAndScales() =>
        Near(T.From(new[,] { { 1f, 6f } }), Run("ai.onnx.ml", Scaler(), T.From(new[,] { { 2f, 4f } }))[0]);

    static OnnxFormat.NodeProto Scaler()
    {
        var node = Node("Scaler", "x", "y");
        foreach (var (name, values) in new[] { ("offset", new[] { 1f, 1f }), ("scale", new[] { 1f, 2f }) })
        {
            var attribute = new OnnxFormat.AttributeProto { Name = name, Type = OnnxFormat.AttributeProto.Types.AttributeType.Floats };
            attribute.Floats.Add(values);
            node.Attribute.Add(attribute);
        }
        return node;
    }

    [Fact]
    public void ATreeIsWalked()
    {
        // x <= 3 ? (x <= 1 ? 10 : 20) : 30
        var node = Node(
            "TreeEnsemble", "x", "y", ("n_targets", 1), ("tree_roots", new long[] { 0 }), ("nodes_featureids", new long[] { 0, 0 }), ("nodes_truenodeids", new long[] { 1, 0 }), ("nodes_falsenodeids", new long[] { 2, 1 }),
            ("nodes_trueleafs", new long[] { 0, 1 }), ("nodes_falseleafs", new long[] { 1, 1 }), ("leaf_targetids", new long[] { 0, 0, 0 }),
            ("nodes_splits", Tensor("", T.From([3f, 1f]))), ("leaf_weights", Tensor("", T.From([10f, 20f, 30f]))), ("nodes_modes", Tensor("", T.From(new byte[] { 0, 0 }))));
        Assert.Equal([10f, 20f, 30f], Run("ai.onnx.ml", node, T.From([0.5f, 2f, 5f]).Reshape(3, 1))[0].ToArray<float>());
    }

    [Fact]
    public void LabelsAreLookedUp()
    {
        var node = Node("LabelEncoder", "x", "y", ("keys_int64s", new long[] { 7, 9 }), ("values_int64s", new long[] { 70, 90 }), ("default_int64", -5));
        Assert.Equal([90, -5, 70], Run("ai.onnx.ml", node, T.From([9L, 1, 7]))[0].ToArray<long>());
    }

    [Fact]
    public void GroupsOfQueriesShareKeysThatAreWrittenIntoACache()
    {
        // Two sequences, the first of which is shorter: four steps are there, and one comes.
        T q = T.Randn([2, 1, 16], generator: new(1)), k = T.Randn([2, 1, 8], generator: new(2)), v = T.Randn([2, 1, 8], generator: new(3)), keys = T.Randn([2, 2, 6, 4], generator: new(4)), values = T.Randn([2, 2, 6, 4], generator: new(5));
        var y = Run("com.microsoft", Node("GroupQueryAttention", "q k v pk pv l t", "y nk nv", ("num_heads", 4), ("kv_num_heads", 2)), q, k, v, keys, values, T.From([3, 4]), T.From(5));
        for (int n = 0; n < 2; n++)
        {
            long end = 3 + n;
            T own = T.Concat([keys[n..(n + 1)].Narrow(2, 0, end), k[n..(n + 1)].Reshape(1, 2, 1, 4)], 2), ownValues = T.Concat([values[n..(n + 1)].Narrow(2, 0, end), v[n..(n + 1)].Reshape(1, 2, 1, 4)], 2);
            var expected = q[n..(n + 1)].Reshape(1, 4, 1, 4).ScaledDotProductAttention(own.RepeatInterleave(2, 1), ownValues.RepeatInterleave(2, 1)).Reshape(1, 1, 16);
            Near(expected, y[0][n..(n + 1)], 1e-4);
            Near(own, y[1][n..(n + 1)].Narrow(2, 0, end + 1));
        }
    }

    [Fact]
    public void RowsOfFewBitsAreLookedUp()
    {
        byte[] packed = [.. Enumerable.Range(0, 16).Select(i => (byte)(i | ((15 - i) << 4)))];
        var y = Run("com.microsoft", Node("GatherBlockQuantized", "w i s", "y", ("block_size", 16), ("bits", 4)), T.From(packed).Reshape(2, 8), T.From([1L, 0]), T.From([0.5f, 2f]).Reshape(2, 1))[0];
        float[] numbers = [.. packed.SelectMany(b => new[] { b & 15, b >> 4 }).Select((n, i) => (n - 8) * (i < 16 ? 0.5f : 2f))];
        Assert.Equal([.. numbers[16..], .. numbers[..16]], y.ToArray<float>());
    }

    [Fact]
    public void QuantilesOfFourBitsAreWeights()
    {
        // High bits first: -1 and 1, then 0 and 1.
        var y = Run("com.microsoft", Node("MatMulBnb4", "x w s", "y", ("K", 2), ("N", 2), ("block_size", 2), ("quant_type", 1)), T.From([[1f, 10f]]), T.From([(byte)0x0f, (byte)0x7f]), T.From([2f, 3f]))[0];
        Near(T.From([[18f, 30f]]), y);
    }

    [Fact]
    public void RowsInFrontOfTheBatchAreTurned()
    {
        T a = T.Randn([4, 2, 3]), b = T.Randn([2, 3, 5]);
        Near(a.Transpose(0, 1).MatMul(b), Run("com.microsoft", Node("FusedMatMul", "a b", "y", ("transBatchA", 1)), a, b)[0]);
    }

    [Fact]
    public void PositionsOfAMaximumDoNotCountThePadding()
    {
        var x = T.Arange(16, DType.Float32).Reshape(1, 1, 4, 4);
        var node = Node("MaxPool", "x", "y p", ("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 2, 2, 2, 2 }), ("strides", new long[] { 2, 2 }));
        var y = Run("", node, x);
        Assert.Equal(y[0].ToArray<float>(), y[1].To(DType.Float32).ToArray<float>());
        Assert.Equal([0f, 2, 3, 8, 10, 11, 12, 14, 15], y[0].ToArray<float>());
    }

    [Fact]
    public void GatesThatAreCoupledForgetWhatTheyTakeIn()
    {
        T x = T.Randn([1, 1, 2], generator: new(1)), w = T.Randn([1, 4, 2], generator: new(2)), r = T.Zeros([1, 4, 1]), cell = T.From([0.7f]).Reshape(1, 1, 1);
        var y = Run("", Node("LSTM", "x w r - - - c", "- - y", ("hidden_size", 1), ("input_forget", 1)), x, w, r, cell)[0];
        var sums = x.Reshape(1, 2).Linear(w.Select(0, 0)).Flatten();
        var input = sums[0].Sigmoid();
        Near(((1 - input) * 0.7f + input * sums[3].Tanh()).Reshape(1, 1, 1), y);
    }

    [Fact]
    public void ASeedDropsWhatTheReferenceDrops()
    {
        // The first draws of the reference's generator for the seed 0 are 0.5488, 0.7152, 0.6028, 0.5449, 0.4237, 0.6459.
        var node = Node("Dropout", "x r t", "y m", ("seed", 0));
        var y = Run("", node, T.Ones([6]), T.From(0.6f), T.From(true));
        Assert.Equal([false, true, true, false, false, true], y[1].ToArray<bool>());
        Near(T.From([0f, 2.5f, 2.5f, 0, 0, 2.5f]), y[0]);
    }
}
