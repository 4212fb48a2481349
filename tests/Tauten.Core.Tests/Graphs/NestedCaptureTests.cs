namespace Tauten.Core.Tests;

/// <summary>A capture inside of a capture: the tensors of the outer one are constants to the inner one.</summary>
public class NestedCaptureTests
{
    static readonly TensorSpec two = new(DType.Float64, [2]);

    [Fact]
    public void Tensors_of_the_outer_capture_are_constants_of_the_inner_one()
    {
        var outer = Graph.Capture(v =>
        {
            Tensor x = v[0], square = x * x;
            var inner = Graph.Capture(y => y * square + x, two);
            Assert.Equal(["float64[2]"], inner.Inputs.Select(i => i.Spec.ToString()));
            inner.Verify();
            Assert.Contains("constant", inner.Print(), StringComparison.Ordinal);
            // Lowered, it still is.
            return [inner.Run(x + 1)[0], inner.Lower(_ => false).Run(x + 1)[0]];
        }, two);
        foreach (var y in outer.Run(Tensor.From([2.0, 3]))) TensorAssert.Equal([14, 39], y);
        foreach (var y in outer.Lower(_ => false).Run(Tensor.From([2.0, 3]))) TensorAssert.Equal([14, 39], y);
    }

    [Fact]
    public void Several_outputs_of_one_node_are_different_constants()
    {
        var outer = Graph.Capture(x =>
        {
            var (values, places) = x.Sort();
            return Graph.Capture(y => y * values + places.To(DType.Float64) * values, two).Run(x)[0];
        }, two);
        TensorAssert.Equal([3 * 2 + 1 * 2, 2 * 3 + 0], outer.Run(Tensor.From([3.0, 2]))[0]);
    }

    [Fact]
    public void Three_levels()
    {
        var graph = Graph.Capture(x => Graph.Capture(y => Graph.Capture(z => x * y * z, two).Run(x + y)[0], two).Run(x * 2)[0], two);
        TensorAssert.Equal([2 * 4 * 6, 3 * 6 * 9], graph.Run(Tensor.From([2.0, 3]))[0]);
    }

    [Fact]
    public void A_gradient_inside_reaches_what_is_outside()
    {
        var graph = Graph.Capture(x =>
        {
            var cube = x * x * x;
            // With respect to an input of the outer capture, through a tensor that was computed there.
            return Graph.Capture(y => Gradients.Of((y * cube).Sum(), [x])[0], two).Run(x)[0];
        }, two);
        TensorAssert.Equal([3 * 8, 3 * 27], graph.Run(Tensor.From([2.0, 3]))[0]);
    }

    [Fact]
    public void A_capture_can_ask_for_the_gradient_of_what_was_computed_before()
    {
        var x = Tensor.From([2.0, 3], requiresGrad: true);
        var cube = x * x * x;
        var graph = Graph.Capture(y => Gradients.Of((y * cube).Sum(), [x, cube])[0], two);
        TensorAssert.Equal([12, 27], graph.Run(Tensor.From([1.0, 1]))[0].Detach());
        // The tape was not used up by that.
        cube.Sum().Backward();
        TensorAssert.Equal([12, 27], x.Grad!);
        // Through the graph gradients flow to it too.
        x.ZeroGrad();
        var product = Graph.Capture(y => y * (x * x), two).Run(Tensor.From([1.0, 10]))[0];
        product.Sum().Backward();
        TensorAssert.Equal([4, 60], x.Grad!);
    }

    [Fact]
    public void Parameters_of_the_inner_capture_are_those_of_the_outer_one()
    {
        var w = new Parameter(Tensor.From([2.0, 3]), "w");
        var count = new Buffer(Tensor.From([0.0]), "count");
        Tensor Inner(Tensor y)
        {
            count.Value = count.Value + 1;
            return y * w;
        }
        var graph = Graph.Capture(x => Gradients.Of(Graph.Capture(y => Inner(y), two).Run(x)[0].Sum(), [w])[0] + Inner(x), two);
        Assert.Equal(2, graph.Cells.Count);
        TensorAssert.Equal([3, 4], graph.Run(Tensor.From([1.0, 1]))[0].Detach());
        TensorAssert.Equal([2], count.Value);
    }

    [Fact]
    public void Sizes_of_the_outer_capture_hold_inside()
    {
        var graph = Graph.Capture(x => Graph.Capture(y => y.Sum() + Tensor.Ones([x.Shape[0] * 2], DType.Float64), x.Spec).Run(x)[0], new TensorSpec(DType.Float64, ["n"]));
        TensorAssert.Equal([4, 4, 4, 4], graph.Run(Tensor.From([1.0, 2]))[0]);
    }

    [Fact]
    public void A_leaf_made_inside_of_a_capture_can_be_asked_for_its_gradient()
    {
        var graph = Graph.Capture(x =>
        {
            Tensor leaf = x[0].WithGrad(), ones = Tensor.Ones([2], DType.Float64, requiresGrad: true);
            return Gradients.Of((leaf * leaf * x[0] * ones).Sum(), [leaf, ones]);
        }, two);
        var g = graph.Run(Tensor.From([2.0, 3]));
        TensorAssert.Equal([8, 18], g[0]);
        TensorAssert.Equal([8, 27], g[1]);
    }
}
