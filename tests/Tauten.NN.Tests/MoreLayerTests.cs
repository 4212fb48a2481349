using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Layers that PyTorch has no like of, and what fixtures do not show of the others: formulas written once more.</summary>
public partial class MoreLayerTests
{
    [Fact]
    public void A_rectifier_has_options()
    {
        double[] points = [-3, -1, -0.5, 0, 0.5, 1, 2, 7];
        var x = Tensor(points, [8]);
        foreach (var (max, slope, threshold) in new (double?, double, double)[] { (null, 0, 0), (6, 0, 0), (null, 0.2, 0), (1.5, 0.1, 1), (null, 0, 1) })
            Equal([.. points.Select(v => max is { } most && v >= most ? most : v >= threshold ? v : slope * (v - threshold))], new ReLU(max, slope, threshold).Call(x), 1e-15);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReLU(max: -1));
    }

    [Fact]
    public void A_softmax_where_nothing_takes_part_is_zero()
    {
        var y = new Softmax().Call(Tensor([1, 2, 3, 4], [2, 2]), Tauten.Tensor.From(new[,] { { false, false }, { true, false } }));
        Equal([0, 0, 1, 0], y, 0);
        Assert.Throws<DTypeException>(() => new Softmax().Call(y, y));
    }

    [Fact]
    public void Gaussian_dropout_multiplies_by_noise()
    {
        var layer = new GaussianDropout(0.2, new Generator(1));
        var y = layer.Call(Tauten.Tensor.Full([4000], 3, DType.Float64));
        Assert.InRange(y.Mean().Item<double>(), 2.9, 3.1);
        Assert.InRange(y.Std().Item<double>(), 1.4, 1.6);           // 3 sqrt(0.2 / 0.8)
        layer.Eval();
        Equal([3], layer.Call(Tensor([3], [1])), 0);
        Assert.Throws<ShapeException>(() => new GaussianDropout(1));
    }

    [Fact]
    public void Activities_cost_a_penalty_that_has_a_gradient()
    {
        var layer = new ActivityRegularization(0.5, 0.25);
        Assert.Null(layer.Penalty);
        var x = Tensor([1, -2, 3, 0], [2, 2], requiresGrad: true);
        Assert.Same(x, layer.Call(x));
        Equal([(0.5 * 6 + 0.25 * 14) / 2], layer.Penalty!, 1e-15);
        layer.Penalty!.Backward();
        Equal([(0.5 + 0.5) / 2, (-0.5 - 1) / 2, (0.5 + 1.5) / 2, 0], x.Grad!, 1e-15);
        var graph = Graph.Capture(v => layer.Call(v) * 0 + layer.Penalty!, new TensorSpec(DType.Float64, ["batch", 2]));
        Equal([5, 5, 5, 5], graph.Run(Tensor([4, -4, 0, 2], [2, 2]))[0] * 0 + 5, 0);
        Equal([(0.5 * 10 + 0.25 * 36) / 2], graph.Run(Tensor([4, -4, 0, 2], [2, 2]))[0].Max(), 1e-12);
    }

    [Fact]
    public void Unit_norms_have_length_one()
    {
        var y = new UnitNorm().Call(Tensor([3, 4, 0, 0], [2, 2]));
        Equal([0.6, 0.8, 0, 0], y, 1e-15);
        Equal([1], new UnitNorm([0, 1]).Call(Tensor(Numbers(12, 1), [3, 4])).Square().Sum(), 1e-12);
    }

    [Fact]
    public void Shapes_are_changed()
    {
        var x = Tensor(Numbers(24, 1), [2, 3, 4]);
        Equal(x.Doubles(), new Reshape([4, -1]).Call(x), 0);
        Assert.Equal(Shape.Of(2, 4, 3), new Reshape([4, -1]).Call(x).Shape);
        Equal(x.Permute(0, 2, 1).Doubles(), new Permute(0, 2, 1).Call(x), 0);
        Equal([1, 2, 1, 2, 1, 2], new RepeatVector(3).Call(Tensor([1, 2], [1, 2])), 0);
        Equal(x.Slice(2, 1, 2).Doubles(), new Cropping1d([1], [2]).Call(x), 0);
        Assert.Equal(Shape.Of(1, 2, 3, 1), new Cropping2d([1, 2]).Call(Tauten.Tensor.Ones([1, 2, 5, 5])).Shape);
        Assert.Equal(Shape.Of(1, 2, 3, 1, 1), new Cropping3d([1, 2, 2]).Call(Tauten.Tensor.Ones([1, 2, 5, 5, 5])).Shape);
        Assert.Throws<ShapeException>(() => new Cropping1d(2).Call(x));
        Equal(x.Mean(2).Doubles(), new GlobalAvgPool().Call(x), 0);
        Assert.Equal(Shape.Of(2, 3, 1), new GlobalMaxPool(true).Call(x).Shape);
        Equal(x.Max(2).Doubles(), new GlobalMaxPool().Call(x), 0);
        Equal([.. x.Doubles().Select(Math.Sin)], new Lambda(v => v.Sin()).Call(x), 1e-15);
    }

    [Fact]
    public void Masking_takes_out_steps()
    {
        var x = Tensor([1, 2, 9, 9, 9, 1], [1, 3, 2]);
        var masking = new Masking(9);
        Assert.Equal([true, false, true], masking.Mask(x).ToArray<bool>());
        Equal([1, 2, 0, 0, 9, 1], masking.Call(x), 0);
    }

    [Fact]
    public void Einsum_layers_check_their_equation()
    {
        Assert.Equal(Shape.Of(4, 1), new EinsumDense("abc,cde->abde", [3, 4, 5], "d").Bias!.Shape);
        Assert.Null(new EinsumDense("...x,xy->...y", [3, 4]).Bias);
        Assert.Equal(Shape.Of(2, 7, 4), new EinsumDense("...x,xy->...y", [3, 4], "y").Call(Tauten.Tensor.Ones([2, 7, 3])).Shape);
        Assert.Equal(2 * 14 * 4 * 3, new EinsumDense("abx,xy->aby", [3, 4]).Summary(Tauten.Tensor.Ones([2, 7, 3])).Operations);
        Assert.Equal("EinsumDense: the bias axis a is not a letter of both the weight bc and the output ac.", Assert.Throws<ShapeException>(() => new EinsumDense("ab,bc->ac", [2, 3], "a")).Message);
        Assert.Throws<ShapeException>(() => new EinsumDense("ab->a", [2]));
        Assert.Throws<ShapeException>(() => new EinsumDense("ab,bc->ac", [2]));
    }

    [Fact]
    public void Embeddings_from_pretrained_vectors_are_frozen()
    {
        var vectors = Tensor(Numbers(6, 1), [3, 2]);
        var frozen = Embedding.FromPretrained(vectors, paddingIndex: -1);
        Assert.False(frozen.Weight.RequiresGrad);
        Assert.Equal(2, frozen.PaddingIndex);
        Equal(vectors.Doubles()[2..4], frozen.Call(Tauten.Tensor.From([1L])), 0);
        Assert.True(Embedding.FromPretrained(vectors, freeze: false).Weight.RequiresGrad);
        var bag = EmbeddingBag.FromPretrained(vectors, mode: BagMode.Sum);
        Equal(vectors.Sum(0).Doubles(), bag.Call(Tauten.Tensor.From(new[,] { { 0L, 1, 2 } })), 1e-15);
        Equal([0, 0], new Embedding(3, 2, paddingIndex: 1).Weight.Value.Select(0, 1), 0);
        Assert.Equal("Embedding: the padding index 3 is outside of 3 rows.", Assert.Throws<IndexException>(() => new Embedding(3, 2, paddingIndex: 3)).Message);
        Assert.Throws<ArgumentException>(() => new EmbeddingBag(3, 2, BagMode.Max, scaleGradByFreq: true));
        Assert.Throws<ShapeException>(() => Embedding.FromPretrained(vectors.Flatten()));
    }

    [Fact]
    public void Long_vectors_are_shortened_for_good_in_training_only()
    {
        var layer = new Embedding(3, 2, maxNorm: 1, dtype: DType.Float64);
        layer.Weight.Value = Tensor([3, 4, 0.1, 0.2, 6, 8], [3, 2]);
        layer.Eval();
        Equal([0.6, 0.8], layer.Call(Tauten.Tensor.From([0L])), 1e-6);
        Equal([3, 4, 0.1, 0.2, 6, 8], layer.Weight.Value, 0);
        layer.Train();
        var graph = Graph.Capture(x => layer.Call(x), new TensorSpec(DType.Int64, ["n"]));
        Equal([0.6, 0.8, 0.1, 0.2], graph.Run(Tauten.Tensor.From([0L, 1]))[0], 1e-6);
        Equal([0.6, 0.8, 0.1, 0.2, 6, 8], layer.Weight.Value, 1e-6);
    }

    [Fact]
    public void Batch_norms_are_folded_into_the_layer_before()
    {
        foreach (bool bias in (bool[])[true, false])
        {
            Check(new Conv2d(4, 6, 3, groups: 2, bias: bias, dtype: DType.Float64), new BatchNorm2d(6, 1e-3, dtype: DType.Float64), [2, 4, 5, 5], BatchNormFusion.Fuse);
            Check(new ConvTranspose1d(4, 6, 3, groups: 2, bias: bias, dtype: DType.Float64), new BatchNorm1d(6, affine: false, dtype: DType.Float64), [2, 4, 5], BatchNormFusion.Fuse);
            Check(new Linear(4, 6, bias, dtype: DType.Float64), new BatchNorm1d(6, dtype: DType.Float64), [5, 4], BatchNormFusion.Fuse);
        }
        Assert.StartsWith("BatchNormFusion: the BatchNorm1d is in training mode", Assert.Throws<InvalidOperationException>(() => BatchNormFusion.Fuse(new Linear(2, 2), new BatchNorm1d(2))).Message);
        var untracked = new BatchNorm1d(2, trackRunningStats: false);
        untracked.Eval();
        Assert.Throws<InvalidOperationException>(() => BatchNormFusion.Fuse(new Linear(2, 2), untracked));

        static void Check<T, TNorm>(T layer, TNorm norm, Shape shape, Func<T, TNorm, T> fuse)
            where T : Module<Tensor, Tensor>
            where TNorm : BatchNormLayer
        {
            foreach (var (name, cell) in norm.NamedBuffers()) if (name != "num_batches_tracked") cell.Value = Tensor([.. Numbers(6, 3).Select(v => v + 1.5)], [6]);
            foreach (var parameter in norm.Parameters()) parameter.Value = Tensor(Numbers(6, 4), [6]);
            var net = new Sequential(layer, norm);
            net.Eval();
            var x = Tensor(Numbers((int)shape.ElementCount.Value, 5), shape);
            var before = net.Call(x);
            var fused = fuse(layer, norm);
            Equal(before.Doubles(), fused.Call(x), 1e-12);
            Equal(before.Doubles(), net.Call(x), 0);
            Assert.Equal(["weight", "bias"], fused.State().Keys);
            Assert.Equal(typeof(T).Name, fused.ModulePath);
        }
    }

    [Fact]
    public void Parameters_are_a_vector()
    {
        var layer = new Linear(3, 2, dtype: DType.Float64);
        var vector = ParameterVector.From(layer.Parameters());
        Equal([.. layer.Weight.Value.Doubles(), .. layer.Bias!.Value.Doubles()], vector, 0);
        vector.Square().Sum().Backward();
        Equal([.. layer.Weight.Value.Doubles().Select(v => 2 * v)], layer.Weight.Grad!, 1e-15);
        ParameterVector.Assign(Tensor([1, 2, 3, 4, 5, 6, 7, 8], [8]), layer.Parameters());
        Equal([1, 2, 3, 4, 5, 6], layer.Weight.Value, 0);
        Equal([7, 8], layer.Bias.Value, 0);
        Assert.Equal("ParameterVector.Assign: expected a vector of 8 elements. Received: shape [7].", Assert.Throws<ShapeException>(() => ParameterVector.Assign(Tauten.Tensor.Ones([7]), layer.Parameters())).Message);
        Assert.Throws<ArgumentException>(() => ParameterVector.From([]));
    }

    [Fact]
    public void Parameters_are_kept_in_lists_and_dictionaries()
    {
        Parameter a = new(Tauten.Tensor.Ones([1])), b = new(Tauten.Tensor.Ones([2]));
        var list = new ParameterList(a) { b };
        Assert.Equal(["0", "1"], list.State().Keys);
        Assert.Same(b, list[1]);
        Assert.Throws<IndexException>(() => list[2]);
        var dictionary = new ParameterDict { { "b", b }, { "a", a } };
        Assert.Equal(["b", "a"], dictionary.State().Keys);
        Assert.Same(a, dictionary["a"]);
        Assert.Throws<ArgumentException>(() => dictionary.Add("a", a));
        Assert.Throws<KeyNotFoundException>(() => dictionary["c"]);
    }

    [Fact]
    public void Adaptive_softmax_predicts_and_checks()
    {
        var layer = new AdaptiveLogSoftmaxWithLoss(8, 12, [3, 6], 2, dtype: DType.Float64);
        Assert.Equal(["head.weight", "tail.0.0.weight", "tail.0.1.weight", "tail.1.0.weight", "tail.1.1.weight"], layer.State().Keys);
        var x = Tensor(Numbers(40, 1), [5, 8]);
        var all = layer.LogProbabilities(x);
        Equal([1, 1, 1, 1, 1], all.Exp().Sum(1), 1e-12);
        Assert.Equal(all.ArgMax(1).ToArray<long>(), layer.Predict(x).ToArray<long>());
        var labels = Tauten.Tensor.From([0L, 3, 5, 11, 6]);
        Equal(all.Gather(1, labels.Unsqueeze(1)).Doubles(), layer.Call(x, labels).Output, 1e-12);
        var graph = Graph.Capture(t => [layer.Call(t[0], t[1]).Loss], new TensorSpec(DType.Float64, ["n", 8]), new TensorSpec(DType.Int64, ["n"]));
        Equal(layer.Call(x, labels).Loss.Doubles(), graph.Run(x, labels)[0], 1e-12);
        Equal(layer.Call(x, Tauten.Tensor.From([0L, 1, 2, 0, 1])).Loss.Doubles(), graph.Run(x, Tauten.Tensor.From([0L, 1, 2, 0, 1]))[0], 1e-12);
        Assert.StartsWith("AdaptiveLogSoftmaxWithLoss: label 0 is 12. Expected 0 to 11.", Assert.Throws<IndexException>(() => layer.Call(x.Slice(0, 0, 1), Tauten.Tensor.From([12L]))).Message);
        Assert.Throws<ShapeException>(() => new AdaptiveLogSoftmaxWithLoss(8, 12, [6, 3]));
        Assert.Throws<ShapeException>(() => new AdaptiveLogSoftmaxWithLoss(8, 12, [3, 6]));
    }

    [Fact]
    public void Fractional_pools_give_a_part_of_each_size()
    {
        var x = Tensor(Numbers(2 * 64, 1), [1, 2, 8, 8]);
        var (values, indices) = FractionalMaxPool2d.ByRatio(2, [0.5, 0.75], new Generator(1)).CallWithIndices(x);
        Assert.Equal(Shape.Of(1, 2, 4, 6), values.Shape);
        Equal(values.Doubles(), x.Flatten(2).Gather(2, indices.Flatten(2)), 0);
        Assert.Equal(Shape.Of(1, 1, 4, 4, 4), FractionalMaxPool3d.ByRatio(2, [0.5], new Generator(1)).Call(Tauten.Tensor.Rand([1, 1, 8, 8, 8])).Shape);
        Assert.Throws<ShapeException>(() => FractionalMaxPool2d.ByRatio(2, [1.5]));
    }
}
