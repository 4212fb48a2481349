namespace Tauten.Core.Tests;

/// <summary>Maps over samples. That each op is right is a matter of the conformance tests.</summary>
public class VMapTests
{
    static readonly Tensor x = Tensor.Randn([3, 4], DType.Float64, new Generator(1)), w = Tensor.Randn([4], DType.Float64, new Generator(2));

    static Tensor Rows(Tensor batch, Func<Tensor, Tensor> f) => Tensor.Stack([.. Enumerable.Range(0, (int)batch.Shape[0]).Select(i => f(batch[i]))]);

    [Fact]
    public void Axes_are_chosen()
    {
        TensorAssert.Equal(x.Sum(1), Tensor.VMap(v => v.Sum())(x));
        TensorAssert.Equal(x.Sum(0), Tensor.VMap(v => v.Sum(), inAxis: 1)(x));
        TensorAssert.Equal(x.Sum(0), Tensor.VMap(v => v.Sum(), inAxis: -1)(x));
        TensorAssert.Equal(x.T * 2, Tensor.VMap(v => v * 2, outAxis: 1)(x));
        TensorAssert.Equal(x * w, Tensor.VMap((a, b) => a * b, [0, null])(x, w));
        TensorAssert.Equal(x * w, Tensor.VMap((a, b) => a * b, [1, 0], outAxis: 1)(x, w));
        TensorAssert.Equal(x * w + 1, Tensor.VMap((a, b, c) => a * b + c, [0, null, null])(x, w, Tensor.Ones([], DType.Float64)));
        var two = Tensor.VMap(v => [v[0] * 2, v[1].Sum()], [0, 1], [1, 0])([x, x.T]);
        TensorAssert.Equal(x.T * 2, two[0]);
        TensorAssert.Equal(x.Sum(1), two[1]);
        // A result that is the same for all is repeated.
        TensorAssert.Equal(Tensor.Ones([3, 2]), Tensor.VMap(_ => Tensor.Ones([2]))(x));
        Assert.Equal("[0, 4]", Tensor.VMap(v => v.Exp())(x[..0]).Shape.ToString());
        Assert.Equal("[0, 3, 2, 2]", Tensor.VMap((v, k) => v.Reshape([1, 1, 2, 2]).Conv2d(k.Reshape([3, 1, 1, 1])).Squeeze(0))(x[..0], Tensor.Ones([0, 3], DType.Float64)).Shape.ToString());
        Assert.Throws<GraphException>(() => Tensor.VMap(v => v.NonZero())(x[..0]));
    }

    [Fact]
    public void Wrong_axes_are_named()
    {
        Assert.Throws<ShapeException>(() => Tensor.VMap(v => v, inAxis: 2)(x));
        Assert.Throws<ShapeException>(() => Tensor.VMap(v => v.Sum(), outAxis: 1)(x));
        Assert.Equal("VMap: input 1 of shape [4] has 4 samples along axis 0. Expected 3, as in the inputs before it.", Assert.Throws<ShapeException>(() => Tensor.VMap((a, b) => a * b)(x, w)).Message);
        Assert.Throws<ShapeException>(() => Tensor.VMap((a, b) => a * b, [null, null])(x, w));
        Assert.Throws<ShapeException>(() => Tensor.VMap((a, b) => a * b, [0])(x, w));
        Assert.Throws<ShapeException>(() => Tensor.VMap(v => [v[0]], outAxes: [0, 0])([x]));
        Assert.Throws<ShapeException>(() => Tensor.VMap(v => [v[0]], chunkSize: 0)([x]));
    }

    [Fact]
    public void What_depends_on_values_is_an_error()
    {
        Assert.Throws<GraphException>(() => Tensor.VMap(v => v.Sum().Item<double>() > 0 ? v : -v)(x));
        Assert.Contains("Use Tensor.Where", Assert.Throws<GraphException>(() => Tensor.VMap(v => v[v > 0])(x)).Message, StringComparison.Ordinal);
        // The same for all samples, it is none.
        TensorAssert.Equal(x * (w > 0).NonZero().Shape[0].Value, Tensor.VMap((v, u) => v * Tensor.Ones([u.NonZero().Shape[0]], DType.Float64).Sum(), [0, null])(x, w > 0));
    }

    [Fact]
    public void Chunks_bound_what_is_done_at_once()
    {
        foreach (int chunk in new[] { 1, 2, 3, 5 })
            TensorAssert.Equal(x.T.Softmax(0), Tensor.VMap(v => [v[0].Softmax(0)], outAxes: [1], chunkSize: chunk)([x])[0], 1e-15);
    }

    [Fact]
    public void Maps_nest()
    {
        var cube = Tensor.Randn([2, 3, 4], DType.Float64, new Generator(3));
        TensorAssert.Equal(cube.Softmax(-1), Tensor.VMap(Tensor.VMap(v => v.Softmax(0)))(cube), 1e-15);
        // All pairs of rows.
        var other = Tensor.Randn([5, 4], DType.Float64, new Generator(4));
        TensorAssert.Equal(x.MatMul(other.T), Tensor.VMap(a => Tensor.VMap(b => (a * b).Sum())(other))(x), 1e-12);
        TensorAssert.Equal(x.MatMul(other.T), Tensor.VMap((a, o) => Tensor.VMap(b => (a * b).Sum())(o), [0, null])(x, other), 1e-12);
        // A composite without a rule of its own, twice.
        TensorAssert.Equal(cube.Gelu(), Tensor.VMap(Tensor.VMap(v => v.Gelu()))(cube), 1e-15);
    }

    [Fact]
    public void Gradients_flow_to_inputs_parameters_and_what_was_computed_before()
    {
        var leaf = x.WithGrad();
        var parameter = new Parameter(w);
        var scale = new Parameter(Tensor.From(2.0));
        var computed = scale.Value * 3;
        Tensor.VMap(v => (v * parameter * computed).Tanh().Sum())(leaf).Sum().Backward();
        var (a, b, c) = (leaf.Grad!, parameter.Grad!, scale.Grad!);
        leaf.ZeroGrad();
        parameter.ZeroGrad();
        scale.ZeroGrad();
        (leaf * parameter * (scale.Value * 3)).Tanh().Sum().Backward();
        TensorAssert.Equal(leaf.Grad!, a, 1e-12);
        TensorAssert.Equal(parameter.Grad!, b, 1e-12);
        TensorAssert.Equal(scale.Grad!, c, 1e-12);
    }

    [Fact]
    public void Gradients_for_each_sample()
    {
        Func<Tensor, Tensor, Tensor> loss = (p, v) => (p * v).Tanh().Sum().Square();
        var each = Tensor.VMap(Gradients.Grad(loss), [null, 0])(w, x);
        TensorAssert.Equal(Rows(x, v => Gradients.Grad(loss)(w, v)), each, 1e-12);
        // The same for a parameter that the function reads by itself.
        var parameter = new Parameter(w);
        TensorAssert.Equal(each, Tensor.VMap(v => Gradients.Of(loss(parameter, v), [parameter])[0])(x).Detach(), 1e-12);
        // And the gradient of a map of gradients.
        var leaf = w.WithGrad();
        var total = Gradients.Of(Tensor.VMap(Gradients.Grad(loss), [null, 0])(leaf, x).Sum(), [leaf])[0];
        var expected = Rows(x, v => Gradients.Hessian(p => loss(p, v), w)).Sum([0, 1]);
        TensorAssert.Equal(expected, total, 1e-11);
        TensorAssert.Equal(Rows(x, v => Gradients.Hessian(p => loss(p, v), w)), Tensor.VMap(v => Gradients.Hessian(p => loss(p, v), w))(x), 1e-11);
    }

    [Fact]
    public void Maps_are_captured()
    {
        var map = Tensor.VMap(Gradients.Grad(v => (v * w).Tanh().Sum()));
        var expected = map(x);
        foreach (var graph in new[] { Graph.Capture(map, x.Spec), Graph.Capture(map, new TensorSpec(DType.Float64, ["batch", 4])) })
        {
            TensorAssert.Equal(expected, graph.Run(x)[0], 1e-14);
            TensorAssert.Equal(expected, graph.Lower(_ => false).Run(x)[0], 1e-12);
            TensorAssert.Equal(expected[..2], graph.Inputs[0].Spec.Shape.IsKnown ? expected[..2] : graph.Run(x[..2])[0], 1e-14);
        }
    }

    [Fact]
    public void Random_numbers_are_an_error_the_same_or_different()
    {
        Func<Tensor, Tensor> noisy = v => v + Tensor.Rand([4], DType.Float64) + Tensor.Rand([4], DType.Float64);
        Assert.Contains("randomness", Assert.Throws<GraphException>(() => Tensor.VMap(noisy)(x)).Message, StringComparison.Ordinal);
        using var use = Generator.Use(new Generator(5));
        var same = Tensor.VMap(noisy, randomness: Randomness.Same)(x) - x;
        TensorAssert.Equal(same[0], same[1], 1e-12);
        TensorAssert.Equal(same[0], same[2], 1e-12);
        // Each sample draws what it would draw in a loop, and so does whoever comes after.
        Tensor mapped, looped, later;
        using (Generator.Use(new Generator(6)))
        {
            mapped = Tensor.VMap(noisy, randomness: Randomness.Different)(x);
            later = Tensor.Rand([4]);
        }
        using (Generator.Use(new Generator(6)))
        {
            looped = Rows(x, noisy);
            TensorAssert.Equal(Tensor.Rand([4]), later);
        }
        TensorAssert.Equal(looped, mapped);
        // Also in maps of maps, in captures, and inside of checkpoints.
        foreach (var f in new Func<Tensor, Tensor>[] { v => Tensor.VMap(u => noisy(u.BroadcastTo([4])), randomness: Randomness.Different)(v).Sum(0), v => Gradients.Checkpoint(noisy, v) })
        {
            using (Generator.Use(new Generator(7))) mapped = Tensor.VMap(f, randomness: Randomness.Different)(x);
            var generator = new Generator(7);
            using (Generator.Use(generator)) looped = Rows(x, v => f(v));
            TensorAssert.Equal(looped, mapped, 1e-12);
            var other = new Generator(7);
            Graph graph;
            using (Generator.Use(other)) graph = Graph.Capture(Tensor.VMap(f, randomness: Randomness.Different), x.Spec);
            TensorAssert.Equal(looped, graph.Run(x)[0], 1e-12);
            TensorAssert.Equal(generator.State.Value.ToArray<ulong>().Select(s => (double)s).ToArray(), other.State.Value);
        }
    }

    [Fact]
    public void An_assignment_that_differs_between_samples_is_an_error()
    {
        var mean = new Buffer(Tensor.From(0.0), "mean");
        Assert.Contains("Buffer mean", Assert.Throws<GraphException>(() => Tensor.VMap(v =>
        {
            mean.Value = v.Mean();
            return v;
        })(x)).Message, StringComparison.Ordinal);
        Tensor.VMap(v =>
        {
            mean.Value = mean.Value + 1;
            return v;
        })(x);
        Assert.Equal(1, mean.Value.Item<double>());
    }

    [Fact]
    public void Ops_of_users_are_mapped_too()
    {
        // A primitive without a rule goes sample by sample.
        Backends.Default.Kernels.Add<Reversed>((_, a, y) => y[0] = Tensor.From(Enumerable.Reverse(a[0].ToArray<double>()).ToArray()));
        TensorAssert.Equal(x.Flip(1), Tensor.VMap(v => Dispatch.Run(new Reversed(), v))(x));
        Assert.Equal("[0, 4]", Tensor.VMap(v => Dispatch.Run(new Reversed(), v))(x[..0]).Shape.ToString());
        Assert.Throws<GraphException>(() => Graph.Capture(Tensor.VMap(v => Dispatch.Run(new Reversed(), v)), new TensorSpec(DType.Float64, ["n", 4])));
    }

    sealed record Reversed : Ops.PrimitiveOp
    {
        public override Specs Infer(ReadOnlySpan<TensorSpec> x) => x[0];

        public override Tensor?[] Gradient(Backward b) => [b.Grad.Flip(0)];
    }
}
