namespace Tauten.Core.Tests;

public class GradientTests
{
    static Tensor Leaf(params double[] values) => Tensor.From(values, requiresGrad: true);

    [Fact]
    public void The_first_program()
    {
        var x = Tensor.From([2f, 3f], requiresGrad: true);
        (x * x * 3 + x).Sum().Backward();
        Assert.Equal("[13, 19]", x.Grad!.ToString());
    }

    [Fact]
    public void Gradients_of_any_order()
    {
        var x = Leaf(2, -3);
        var y = x * x * x * x;
        double[][] expected = [[32, -108], [48, 108], [48, -72], [24, 24], [0, 0]];
        foreach (var derivative in expected)
        {
            y = Gradients.Of(y.Sum(), [x], createGraph: true)[0];
            TensorAssert.Equal(derivative, y, 1e-9);
            if (!y.RequiresGrad) break;
        }
    }

    [Fact]
    public void Backward_can_be_differentiated_again()
    {
        var x = Leaf(0.5, 2);
        x.Exp().Sum().Backward(createGraph: true);
        var first = x.Grad!;
        x.ZeroGrad();
        (first * first).Sum().Backward();
        TensorAssert.Equal([2 * Math.Exp(1), 2 * Math.Exp(4)], x.Grad!, 1e-9);
    }

    public static TheoryData<string> SecondOrder => [.. Functions.Keys];

    static readonly Dictionary<string, Func<Tensor, Tensor>> Functions = new()
    {
        ["softmax"] = x => (x.Softmax(-1) * Weights).Sum(),
        ["log-softmax"] = x => (x.LogSoftmax(0) * Weights).Sum(),
        ["logsumexp"] = x => x.LogSumExp([1]).Square().Sum(),
        ["variance"] = x => (x.Var([0]) * x.Mean([0])).Sum(),
        ["gelu"] = x => (x.Gelu() * x.Gelu(approximate: true)).Sum(),
        ["silu, softplus, elu"] = x => (x.Silu() * x.Softplus() + x.Elu()).Sum(),
        ["matrix product"] = x => x.T.MatMul(x).MatMul(x.T).Square().Sum(),
        ["linear"] = x => x.Linear(Weights * 0.3, Tensor.From([1.0, 2.0, -1.0])).Square().Sum(),
        ["norm"] = x => x.Norm(3, [1]).Square().Sum() + x.Norm(),
        ["cumulative"] = x => (x.CumSum(1) * x.CumProd(0)).Square().Sum(),
        ["movement"] = x => (x.Flip(0).Pad(1, 1, 0)[.., 1..3] * x.T.Reshape(3, 4)[.., ..2].Concatenated()).Square().Sum(),
        ["gather and scatter"] = x => (x.Gather(1, Index) * x.ScatterAdd(1, Index, x)).Sum(),
        ["product of all"] = x => x.Prod([1]).Square().Sum(),
        ["largest"] = x => (x.Max([1]) * x.Min([0]).Sum()).Sum(),
        ["division and powers"] = x => (x / (x.Square() + 1) + (x.Square() + 0.5).Pow(1.5)).Sum(),
        ["sorted"] = x => (x.Sort(1).Values * Weights).Square().Sum(),
    };

    static Tensor Weights => Tensor.From([0.3, -1.2, 0.7, 1.1, 0.4, -0.6, 0.9, 1.4, -0.8, 0.2, 0.5, -1.0], [3, 4]);

    static Tensor Index => Tensor.From([0L, 2, 1, 1, 3, 0, 2, 2, 0, 1, 3, 3], [3, 4]);

    [Theory]
    [MemberData(nameof(SecondOrder))]
    public void Second_derivatives_agree_with_finite_differences(string name)
    {
        var f = Functions[name];
        double[] start = [0.31, -0.72, 1.13, 0.44, -1.25, 0.86, 0.57, -0.38, 1.49, -0.61, 0.22, 0.93];
        var x = Tensor.From(start, [3, 4], requiresGrad: true);
        var direction = Tensor.From([.. Enumerable.Range(0, 12).Select(i => Math.Cos(i * 1.7))], [3, 4]);
        var first = Gradients.Of(f(x), [x], createGraph: true)[0];
        double slope = (first * direction).Sum().Item<double>();
        var second = Gradients.Of((first * direction).Sum(), [x])[0];
        const double Step = 1e-5;
        var plus = (x + direction * Step).Detach().WithGrad();
        var minus = (x - direction * Step).Detach().WithGrad();
        Assert.Equal((f(plus).Item<double>() - f(minus).Item<double>()) / (2 * Step), slope, 1e-6 * Math.Max(1, Math.Abs(slope)));
        var difference = (Gradients.Of(f(plus), [plus])[0] - Gradients.Of(f(minus), [minus])[0]) / (2 * Step);
        Plain.Of(difference).MustBe(second, 1e-5 * Math.Max(1, difference.Abs().Max().Item<double>()), name);
    }

    [Fact]
    public void Gradients_gather_until_they_are_cleared()
    {
        var x = Leaf(1, 2);
        (x * 3).Sum().Backward();
        (x * x).Sum().Backward();
        TensorAssert.Equal([5, 7], x.Grad!);
        x.ZeroGrad();
        Assert.Null(x.Grad);
        (x * 2).Sum().Backward();
        TensorAssert.Equal([2, 2], x.Grad!);
    }

    [Fact]
    public void A_gradient_that_was_read_does_not_change()
    {
        var x = Tensor.Ones([1000], requiresGrad: true);
        (x * 3).Sum().Backward();
        var before = x.Grad!;
        (x * 4).Sum().Backward();
        x.ZeroGrad();
        _ = Tensor.Full([1000], -1);
        TensorAssert.Equal([.. Enumerable.Repeat(3.0, 1000)], before);
    }

    [Fact]
    public void An_input_that_is_used_several_times()
    {
        var x = Leaf(2, 3);
        TensorAssert.Equal([4, 6], Gradients.Of((x * x).Sum(), [x])[0]);
        TensorAssert.Equal([5, 10], Gradients.Of((Tensor.Concat([x, x]) * Tensor.From([1.0, 3, 4, 7])).Sum(), [x])[0]);
        TensorAssert.Equal([1, 1], Gradients.Of(Tensor.Where(x > 2, x, x).Sum(), [x])[0]);
        TensorAssert.Equal([2, 2], Gradients.Of(x.Maximum(x).Sum() + x.Sum(), [x])[0]);
        var m = x.Reshape(1, 2);
        TensorAssert.Equal([4, 6], Gradients.Of(m.MatMul(m.T), [x], Tensor.Ones([1, 1], DType.Float64))[0]);
        TensorAssert.Equal([4, 6], Gradients.Of(x.MatMul(x), [x])[0]);
        // Two inputs of a composite, one computed from the other: sum of x * 2 x^2.
        var y = x * 2;
        TensorAssert.Equal([24, 54], Gradients.Of(Tensor.Where(x > 0, x, y).Linear((x * y).Reshape(1, 2)).Sum(), [x])[0]);
        TensorAssert.Equal([24, 54], Gradients.Of(Dispatch.Run(new Product(), x, x * (x * 2)).Sum(), [x])[0]);
        TensorAssert.Equal([4, 6], Gradients.Of(Dispatch.Run(new Product(), x, x).Sum(), [x], createGraph: true)[0]);
    }

    sealed record Product : Ops.CompositeOp
    {
        public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0] * x[1];
    }

    [Fact]
    public void Targets_may_lie_anywhere_on_the_way()
    {
        var x = Leaf(2, 3);
        var y = x * x;
        var z = (y * 3 + x).Sum();
        var found = Gradients.Of(z, [x, y, x], keepGraph: true);
        TensorAssert.Equal([13, 19], found[0]);
        TensorAssert.Equal([3, 3], found[1]);
        TensorAssert.Equal([13, 19], found[2]);
        TensorAssert.Equal([3, 3], Gradients.Of(z, [y], keepGraph: true)[0]);
        TensorAssert.Equal([1], Gradients.Of(z, [z, x], keepGraph: true)[0]);
        // And large ones, whose memory is managed by hand.
        var a = Tensor.Ones([1000], requiresGrad: true);
        var b = a * 2;
        var c = b * 3 + a;
        var all = Gradients.Of(c.Sum(), [a, b, c]);
        _ = Tensor.Full([1000], -1);
        Assert.Equal([7f, 3, 1], all.Select(g => g.Mean().Item<float>()));
    }

    [Fact]
    public void What_is_not_used_has_gradient_zero()
    {
        Tensor x = Leaf(1, 2), unused = Leaf(5, 6, 7);
        var found = Gradients.Of(x.Sum(), [x, unused]);
        TensorAssert.Equal([0, 0, 0], found[1]);
        x.Sum().Backward();
        Assert.Null(unused.Grad);
    }

    [Fact]
    public void Several_outputs()
    {
        var x = Leaf(3, 1, 2);
        var (values, indices) = x.TopK(2);
        Assert.False(indices.RequiresGrad);
        TensorAssert.Equal([5, 0, 7], Gradients.Of((values * Tensor.From([5.0, 7.0])).Sum(), [x])[0]);
        var y = Dispatch.RunAll(new Halves(), x.Reshape(3, 1).BroadcastTo([3, 4]));
        TensorAssert.Equal([2, 2, 2], Gradients.Of(y[0].Sum(), [x], keepGraph: true)[0]);
        TensorAssert.Equal([22, 22, 22], Gradients.Of((y[0] + y[1] * 10).Sum(), [x])[0]);
        var z = Dispatch.RunAll(new Halves(), x.Reshape(1, 3).BroadcastTo([2, 3])[.., ..2]);
        z[1].Sum().Backward();
        TensorAssert.Equal([0, 2, 0], x.Grad!);
    }

    /// <summary>The left and the right half: no gradient of its own.</summary>
    sealed record Halves : Ops.CompositeOp
    {
        public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x) => x[0].Split(x[0].Shape[1] / 2, 1);
    }

    [Fact]
    public void A_composite_is_differentiated_through_its_expansion()
    {
        var x = Leaf(-1.5, 0.25, 2);
        double[] values = [-1.5, 0.25, 2];
        static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));
        TensorAssert.Equal([.. values.Select(v => Sigmoid(v) * (1 + v * (1 - Sigmoid(v))))], Gradients.Of(x.Silu().Sum(), [x])[0], 1e-12);
        TensorAssert.Equal([.. values.Select(v => v > 0 ? 1 : 0.2)], Gradients.Of(x.LeakyRelu(0.2).Sum(), [x])[0], 1e-12);
        double mean = values.Average(), deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / 2);
        TensorAssert.Equal([.. values.Select(v => (v - mean) / (2 * deviation))], Gradients.Of(x.Std(), [x])[0], 1e-12);
    }

    [Fact]
    public void Long_chains_need_no_stack()
    {
        const int Length = 100_000;
        var x = Leaf(1);
        var y = x;
        for (int i = 0; i < Length; i++) y = y + 1e-5;
        y.Backward();
        TensorAssert.Equal([1], x.Grad!);
        // With a composite at each step, whose derivation is a walk inside of the walk.
        y = x;
        for (int i = 0; i < Length / 100; i++) y = y.LeakyRelu();
        x.ZeroGrad();
        y.Backward(createGraph: true);
        TensorAssert.Equal([1], x.Grad!);
        // And a tree of shared nodes: 2^60 paths, 60 nodes.
        y = x;
        for (int i = 0; i < 60; i++) y = y + y;
        TensorAssert.Equal([Math.Pow(2, 60)], Gradients.Of(y, [x])[0]);
    }

    [Fact]
    public void Threads_may_walk_one_graph_at_the_same_time()
    {
        var x = Tensor.Randn([64, 32], DType.Float64, new Generator(1), requiresGrad: true);
        var w = Tensor.Randn([32, 32], DType.Float64, new Generator(2), requiresGrad: true);
        var loss = x.MatMul(w).Silu().MatMul(w).Softmax(1).Square().Sum();
        var expected = Gradients.Of(loss, [x, w], keepGraph: true);
        var results = new Tensor[8][];
        Parallel.For(0, results.Length, i => results[i] = Gradients.Of(loss, [x, w], keepGraph: true));
        foreach (var result in results)
        {
            TensorAssert.Equal(expected[0], result[0]);
            TensorAssert.Equal(expected[1], result[1]);
        }
    }

    [Fact]
    public void Threads_have_modes_of_their_own()
    {
        var x = Leaf(1, 2);
        using (Gradients.NoGrad())
        {
            bool elsewhere = false;
            var thread = new Thread(() => elsewhere = (x * 2).RequiresGrad);
            thread.Start();
            thread.Join();
            Assert.True(elsewhere);
            Assert.False((x * 2).RequiresGrad);
        }
    }

    [Fact]
    public void Integer_tensors_carry_no_gradient()
    {
        var x = Leaf(1.5, 2.5);
        Assert.False(x.To(DType.Int32).RequiresGrad);
        Assert.False((x > 2).RequiresGrad);
        TensorAssert.Equal([1, 1], Gradients.Of(x.To(DType.Float32).Sum(), [x])[0]);
        TensorAssert.Equal([0, 0], Gradients.Of((x * x.Sign() * 0 + x.Floor()).Sum(), [x])[0]);
        Assert.Throws<GradientException>(() => Gradients.Of(x.Sum(), [Tensor.From([1, 2])]));
    }

    [Fact]
    public void Sixteen_bit_floats_have_gradients_too()
    {
        foreach (var dtype in new[] { DType.Float16, DType.BFloat16 })
        {
            var x = Tensor.From([1f, 2, 3]).To(dtype).WithGrad();
            (x * x).Sum().Backward();
            Assert.Equal(dtype, x.Grad!.DType);
            TensorAssert.Equal([2, 4, 6], x.Grad!);
        }
    }

    [Fact]
    public void Broadcast_inputs_get_gradients_of_their_own_shape()
    {
        Tensor a = Tensor.Ones([2, 1, 3], DType.Float64, true), b = Tensor.Ones([4, 1], DType.Float64, true), c = Tensor.From(2.0, requiresGrad: true);
        var found = Gradients.Of((a * b + c).Sum(), [a, b, c]);
        Assert.Equal(["[2, 1, 3]", "[4, 1]", "[]"], found.Select(g => g.Shape.ToString()));
        Assert.Equal(24, found[2].Item<double>());
        TensorAssert.Equal([6, 6, 6, 6], found[1]);
    }
}

static class TestTensors
{
    public static Tensor Concatenated(this Tensor x) => Tensor.Concat([x, x], 1)[.., 1..3];
}
