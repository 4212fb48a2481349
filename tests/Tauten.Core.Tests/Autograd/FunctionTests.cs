namespace Tauten.Core.Tests;

/// <summary>Functions from functions: gradients, products with derivatives, matrices of derivatives.</summary>
public class FunctionTests
{
    static Tensor Of(params double[] values) => Tensor.From(values);

    /// <summary>Runs a computation eagerly, inside of a capture, and under NoGrad: it must give the same.</summary>
    static void Everywhere(Func<Tensor, Tensor> computation, Tensor x, double[] expected, double tolerance = 1e-12)
    {
        var y = computation(x);
        TensorAssert.Equal(expected, y, tolerance);
        Assert.False(y.RequiresGrad);
        using (Gradients.NoGrad()) TensorAssert.Equal(expected, computation(x), tolerance);
        TensorAssert.Equal(expected, Graph.Capture(computation, x.Spec).Run(x)[0], tolerance);
        TensorAssert.Equal(expected, Graph.Capture(computation, x.Spec).Lower(_ => false).Run(x)[0], tolerance);
    }

    [Fact]
    public void Gradients_nest()
    {
        var x = Of(0.3);
        var sine = (Tensor v) => v.Sin().Sum();
        Everywhere(Gradients.Grad(sine), x, [Math.Cos(0.3)]);
        Everywhere(Gradients.Grad(v => Gradients.Grad(sine)(v).Sum()), x, [-Math.Sin(0.3)]);
        Everywhere(Gradients.Grad(v => Gradients.Grad(u => Gradients.Grad(sine)(u).Sum())(v).Sum()), x, [-Math.Cos(0.3)]);
    }

    [Fact]
    public void Levels_do_not_see_each_other()
    {
        // d/dx (x * d/dy (x + y)) = 1, not 2: the inner derivative is with respect to y alone.
        Everywhere(Gradients.Grad(x => (x * Gradients.Grad(y => (x + y).Sum())(Tensor.Ones([1], DType.Float64))).Sum()), Of(3), [1]);
        // d/dx (x * d/dy (x * y)) = 2x, where y = x is another variable.
        Everywhere(Gradients.Grad(x => (x * Gradients.Grad(y => (x * y).Sum())(x)).Sum()), Of(3), [6]);
    }

    [Fact]
    public void The_gradient_of_a_gradient_flows_on_to_the_tape()
    {
        var x = Of(2).WithGrad();
        var w = new Parameter(Of(5));
        var y = Gradients.Grad(v => (w * v * v * v).Sum())(x);     // 3 w x^2
        TensorAssert.Equal([60], y.Detach());
        y.Sum().Backward();
        TensorAssert.Equal([60], x.Grad!);                            // 6 w x
        TensorAssert.Equal([12], w.Grad!);                            // 3 x^2
        using (Gradients.NoGrad()) Assert.False(Gradients.Grad(v => (w * v).Sum())(x).RequiresGrad);
        // The function alone has a parameter.
        Assert.True(Gradients.Grad(v => (w * v).Sum())(x.Detach()).RequiresGrad);
    }

    [Fact]
    public void What_is_tracked_outside_stays_tracked_through_all_levels()
    {
        var x = Of(2, 3).WithGrad();
        var cube = (Tensor v) => (v * v * v).Sum();
        foreach (var computation in new Func<Tensor, Tensor>[]
        {
            v => Gradients.Hessian(cube, v), v => Gradients.Hvp(cube, v, v.Detach()).Product, v => Gradients.Jacobian(u => u * u, v) * 3, v => Gradients.Jacobian(u => u * u, v, JacobianMode.Forward) * 3,
            v => Gradients.Jvp(u => u * u, v, Tensor.Ones([2], DType.Float64)).Tangent * 3, v => Gradients.Linearize(u => u * u, v).Pushforward(Tensor.Ones([2], DType.Float64)) * 3,
            v => Gradients.Vjp(u => u * u, v, Tensor.Ones([2], DType.Float64)).Gradient * 3,
        })
        {
            // Each is 6 x, times a constant vector or matrix.
            var y = computation(x);
            Assert.True(y.RequiresGrad);
            Assert.Equal(y.Detach().Sum().Item<double>(), (Gradients.Of(y.Sum(), [x])[0] * x.Detach()).Sum().Item<double>(), 12);
        }
    }

    [Fact]
    public void Arguments_are_chosen()
    {
        Tensor a = Of(2, 3), b = Of(5, 7);
        var f = (Tensor x, Tensor y) => (x * x * y).Sum();
        TensorAssert.Equal([20, 42], Gradients.Grad(f)(a, b));
        TensorAssert.Equal([4, 9], Gradients.Grad(f, 1)(a, b));
        var (gradient, value) = Gradients.GradAndValue(f)(a, b);
        TensorAssert.Equal([20, 42], gradient);
        TensorAssert.Equal([83], value);
        TensorAssert.Equal([4, 9], Gradients.Grad((x, y, z) => (x * x * y * z).Sum(), 1)(a, b, Tensor.Ones([2], DType.Float64)));
        var all = Gradients.Grad((Tensor[] x) => f(x[0], x[1]))([a, b]);
        TensorAssert.Equal([20, 42], all[0]);
        TensorAssert.Equal([4, 9], all[1]);
        // Labels have no gradient, and none is asked for.
        var labels = Tensor.From([1L, 0]);
        TensorAssert.Equal(all[0], Gradients.Grad(x => (x[0] * x[0] * b).IndexSelect(0, x[1]).Sum(), 0)([a, labels])[0]);
        Assert.Equal("Grad: argument 1 has dtype int64; only floating-point tensors have gradients.", Assert.Throws<GradientException>(() => Gradients.Grad((Tensor[] x) => x[0].Sum())([a, labels])).Message);
        Assert.Throws<GradientException>(() => Gradients.Grad(x => x[0].Sum(), 2)([a, labels]));
        Assert.Throws<GradientException>(() => Gradients.Grad(x => x * 2)(a));
    }

    [Fact]
    public void What_does_not_matter_has_a_gradient_of_zero()
    {
        Everywhere(x => Gradients.Grad(_ => Tensor.Ones([], DType.Float64))(x), Of(2, 3), [0, 0]);
        Everywhere(x => Gradients.Jvp(_ => Tensor.Ones([2], DType.Float64), x, x).Tangent, Of(2, 3), [0, 0]);
        Everywhere(x => Gradients.Jacobian(v => v.Detach(), x), Of(2, 3), [0, 0, 0, 0]);
        Everywhere(x => Gradients.Jacobian(v => v, x), Of(2, 3), [1, 0, 0, 1]);
        Everywhere(x => Gradients.Jacobian(v => v, x, JacobianMode.Forward), Of(2, 3), [1, 0, 0, 1]);
    }

    [Fact]
    public void Products_with_derivatives_go_both_ways()
    {
        Tensor x = Of(2, 3), v = Of(10, 100);
        var f = (Tensor u) => Tensor.Stack([u[0] * u[1], u[0], u[1] * u[1]]);
        Everywhere(z => Gradients.Vjp(f, z, Of(1, 10, 100)).Gradient, x, [13, 602]);
        Everywhere(z => Gradients.Jvp(f, z, v).Tangent, x, [230, 10, 600]);
        Everywhere(z => Gradients.Jvp(f, z, v).Value, x, [6, 2, 9]);
        Everywhere(z => Gradients.Linearize(f, z).Pushforward(v), x, [230, 10, 600]);
        // The derivative of a derivative along a direction.
        Everywhere(z => Gradients.Jvp(u => Gradients.Jvp(f, u, v).Tangent, z, v).Tangent, x, [2000, 0, 20000]);
        var (y, pullback) = Gradients.Vjp(f, x);
        for (int i = 0; i < 3; i++) TensorAssert.Equal([13, 602], pullback(Of(1, 10, 100)));
        TensorAssert.Equal([6, 2, 9], y);
        // The pullback is linear in the seed, and tracked with respect to it.
        var seed = Of(1, 10, 100).WithGrad();
        TensorAssert.Equal([230, 10, 600], Gradients.Of((pullback(seed) * v).Sum(), [seed])[0]);
        Assert.Throws<ShapeException>(() => pullback(Of(1, 2)));
        Assert.Throws<ShapeException>(() => Gradients.Jvp(f, x, Of(1, 2, 3)));
        Assert.Throws<GradientException>(() => Gradients.Jvp(u => u, Tensor.From([1L]), Tensor.From([1L])));
    }

    [Fact]
    public void Products_of_functions_of_several_tensors()
    {
        Tensor a = Of(2, 3), b = Of(5);
        Func<Tensor[], Tensor[]> f = x => [x[0] * x[1], x[0].Sum() * 2, x[1].To(DType.Int64)];
        var (y, pullback) = Gradients.Vjp(f, [a, b]);
        var g = pullback([Of(1, 10), Tensor.From(100.0), y[2]]);
        TensorAssert.Equal([205, 250], g[0]);
        TensorAssert.Equal([32], g[1]);
        var (_, tangents) = Gradients.Jvp(f, [a, b], [Of(1, 10), Of(100)]);
        TensorAssert.Equal([205, 350], tangents[0]);
        TensorAssert.Equal([22], tangents[1]);
        Assert.Throws<ShapeException>(() => pullback([Of(1, 10)]));
    }

    [Theory]
    [InlineData(JacobianMode.BySize)]
    [InlineData(JacobianMode.Forward)]
    [InlineData(JacobianMode.Reverse)]
    public void Jacobians(JacobianMode mode)
    {
        Everywhere(x => Gradients.Jacobian(v => v * v, x, mode), Of(1, 2, 3), [2, 0, 0, 0, 4, 0, 0, 0, 6]);
        Everywhere(x => Gradients.Jacobian(v => v.Reshape([1, 2]).MatMul(Of(1, 2, 3, 4, 5, 6).Reshape([2, 3])), x, mode), Of(1, 2), [1, 4, 2, 5, 3, 6]);
        // All shapes.
        Assert.Equal("[6, 2, 3]", Gradients.Jacobian(v => v.Flatten().Exp(), Tensor.Ones([2, 3]), mode).Shape.ToString());
        Assert.Equal("[2, 3]", Gradients.Jacobian(v => v.Sum(), Tensor.Ones([2, 3]), mode).Shape.ToString());
        Assert.Equal("[2, 3]", Gradients.Jacobian(v => v.BroadcastTo([2, 3]), Tensor.Ones([]), mode).Shape.ToString());
        Assert.Equal("[0, 3]", Gradients.Jacobian(v => v[..0], Tensor.Ones([3]), mode).Shape.ToString());
        TensorAssert.Equal([2, 0, 0, 0, 4, 0, 0, 0, 6], Gradients.Jacobian(v => v * v, Of(1, 2, 3), mode, chunkSize: 2));
        var all = Gradients.Jacobian(x => [x[0] * x[1], x[1].Exp()], [Of(1, 2), Of(0)], mode);
        TensorAssert.Equal([0, 0, 0, 0], all[0][0]);
        TensorAssert.Equal([1, 2], all[0][1]);
        TensorAssert.Equal([0, 0], all[1][0]);
        TensorAssert.Equal([1], all[1][1]);
        Assert.Throws<GradientException>(() => Gradients.Jacobian(v => v.ArgMax(0), Of(1, 2), mode));
    }

    [Fact]
    public void Hessians()
    {
        var x = Tensor.From([1f, 2]);
        var hessian = Gradients.Hessian(v => (v * v * v).Sum(), x);
        TensorAssert.Equal([6, 0, 0, 12], hessian);
        TensorAssert.Equal(hessian, Gradients.Hessian(v => (v * v * v).Sum(), x, chunkSize: 1));
        Everywhere(z => Gradients.Hessian(v => (v[0] * v[0] * v[1]), z), Of(3, 5), [10, 6, 6, 0]);
        var blocks = Gradients.Hessian((Tensor[] v) => (v[0] * v[0] * v[1]).Sum(), [Of(3), Of(5)]);
        TensorAssert.Equal([10], blocks[0][0]);
        TensorAssert.Equal([6], blocks[0][1]);
        TensorAssert.Equal([6], blocks[1][0]);
        TensorAssert.Equal([0], blocks[1][1]);
        Everywhere(z => Gradients.Hvp(v => (v[0] * v[0] * v[1]), z, Of(1, 10)).Product, Of(3, 5), [70, 6]);
        Everywhere(z => Gradients.Vhp(v => (v[0] * v[0] * v[1]), z, Of(1, 10)).Product, Of(3, 5), [70, 6]);
        Everywhere(z => Gradients.Vhp(v => (v[0] * v[0] * v[1]), z, Of(1, 10)).Value, Of(3, 5), [45]);
        TensorAssert.Equal([70], Gradients.Hvp((Tensor[] v) => (v[0] * v[0] * v[1]).Sum(), [Of(3), Of(5)], [Of(1), Of(10)]).Products[0]);
    }

    [Fact]
    public void Matrices_of_unknown_size_can_be_captured()
    {
        foreach (var mode in new[] { JacobianMode.Reverse, JacobianMode.Forward })
        {
            var graph = Graph.Capture(x => Gradients.Jacobian(v => v * v + v.Sum(), x, mode), new TensorSpec(DType.Float64, ["n"]));
            TensorAssert.Equal([3, 1, 1, 5], graph.Run(Of(1, 2))[0]);
            Assert.Equal("[3, 3]", graph.Run(Of(1, 2, 3))[0].Shape.ToString());
        }
    }

    [Fact]
    public void Several_results_are_walked_at_once()
    {
        var x = Of(1, 2).WithGrad();
        Tensor y = x * x, z = x.Sum();
        var g = Gradients.Of([y, z], [x], [Of(1, 10), null], keepGraph: true)[0];
        TensorAssert.Equal([3, 41], g);
        Gradients.Backward([y, z], [Of(1, 10), null]);
        TensorAssert.Equal([3, 41], x.Grad!);
        Assert.Throws<GradientException>(() => Gradients.Of([y, z], [x], [null]));
    }

    [Fact]
    public void A_tensor_in_between_keeps_its_gradient_when_asked()
    {
        var x = Of(1, 2).WithGrad();
        var y = x * 3;
        y.RetainGrad();
        y.RetainGrad();
        (y * y).Sum().Backward(keepGraph: true);
        TensorAssert.Equal([6, 12], y.Grad!);
        TensorAssert.Equal([18, 36], x.Grad!);
        x.RetainGrad();
        Assert.Throws<GradientException>(() => x.Detach().RetainGrad());
    }

    [Fact]
    public void Modes_are_asked_for_and_set()
    {
        Assert.True(Gradients.IsTracking);
        using (Gradients.Tracking(false))
        {
            Assert.False(Gradients.IsTracking);
            using (Gradients.Tracking(true)) Assert.True(Gradients.IsTracking);
            Assert.False(Gradients.IsTracking);
        }
        Assert.True(Gradients.IsTracking);
    }
}
