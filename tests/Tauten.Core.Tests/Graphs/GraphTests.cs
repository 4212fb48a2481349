using Tauten.Ops;

namespace Tauten.Core.Tests;

public class GraphTests
{
    static readonly TensorSpec Batch = new(DType.Float32, ["batch", 4]);

    [Fact]
    public void A_captured_function_computes_the_same()
    {
        Func<Tensor, Tensor> f = x => (x.Softmax(-1) * x.Relu() + 1).Mean([0]);
        var graph = Graph.Capture(f, Batch);
        foreach (int batch in new[] { 1, 3, 50 })
        {
            var x = Tensor.Randn([batch, 4], generator: new Generator(1));
            TensorAssert.Equal(f(x), graph.Run(x)[0], 1e-6);
            TensorAssert.Equal(f(x), graph.Lower(op => op is not CompositeOp).Run(x)[0], 1e-6);
        }
        Assert.Equal([("x0", Batch)], graph.Inputs);
        Assert.Equal("float32[4]", graph.Outputs.Single().ToString());
        Assert.Empty(graph.Cells);
        Assert.Equal(graph.Print(), graph.ToString());
    }

    [Fact]
    public void Nothing_is_computed_while_capturing()
    {
        Graph.Capture(x =>
        {
            Assert.True(x.IsSymbolic);
            var y = x + Tensor.Ones([4]);
            Assert.True(y.IsSymbolic);
            Assert.True(Tensor.Zeros([1_000_000_000, 1000]).IsSymbolic);
            return y;
        }, Batch);
        Assert.False(Tensor.Zeros([2]).IsSymbolic);
    }

    [Fact]
    public void What_comes_from_outside_is_a_constant()
    {
        var scale = Tensor.From([1f, 2, 3, 4]);
        var graph = Graph.Capture(x => x * scale + scale, Batch);
        Assert.Equal(1, graph.Nodes.Count(n => n.Op is null && graph.Inputs.All(i => n.Spec() != i.Spec)));
        TensorAssert.Equal([2, 4, 6, 8], graph.Run(Tensor.Ones([1, 4]))[0]);
        // A result that does not depend on the input at all.
        TensorAssert.Equal([1, 2, 3, 4], Graph.Capture(_ => scale, Batch).Run(Tensor.Ones([1, 4]))[0]);
    }

    [Fact]
    public void Inputs_stay_even_when_they_are_not_used_and_dead_nodes_go()
    {
        var graph = Graph.Capture(x =>
        {
            _ = x[1].Exp();
            return [x[0] * 2];
        }, Batch, Batch);
        Assert.Equal(2, graph.Inputs.Count);
        Assert.DoesNotContain("Exp", graph.Print(), StringComparison.Ordinal);
        TensorAssert.Equal([2, 2, 2, 2], graph.Run(Tensor.Ones([1, 4]), Tensor.Ones([1, 4]))[0]);
        Assert.Throws<GraphException>(() => graph.Run(Tensor.Ones([1, 4])));
    }

    [Fact]
    public void Unknown_dimensions_agree_among_the_inputs()
    {
        var graph = Graph.Capture(x => [x[0] + x[1], x[0].Reshape([-1])], Batch, Batch);
        Assert.Equal("float32[4*batch]", graph.Outputs[1].ToString());
        Assert.Equal("[12]", graph.Run(Tensor.Ones([3, 4]), Tensor.Ones([3, 4]))[1].Shape.ToString());
        Assert.Throws<ShapeException>(() => graph.Run(Tensor.Ones([3, 4]), Tensor.Ones([2, 4])));
        Assert.Throws<ShapeException>(() => graph.Run(Tensor.Ones([3, 5]), Tensor.Ones([3, 5])));
        Assert.Throws<DTypeException>(() => graph.Run(Tensor.Ones([3, 4], DType.Float64), Tensor.Ones([3, 4])));
    }

    [Fact]
    public void Sizes_can_be_computed_with()
    {
        var graph = Graph.Capture(x => [x[0].Mean(), x[0][.., 1..], x[0].Flip(0), Tensor.Zeros(x[0].Shape), x[0][^1], Tensor.Concat([x[0], x[0]])], Batch);
        Assert.Equal(["float32[]", "float32[batch, 3]", "float32[batch, 4]", "float32[batch, 4]", "float32[4]", "float32[2*batch, 4]"], graph.Outputs.Select(o => o.ToString()));
        var x = Tensor.Arange(12, DType.Float32).Reshape(3, 4);
        var y = graph.Run(x);
        Assert.Equal(5.5f, y[0].Item<float>());
        TensorAssert.Equal(x[.., 1..], y[1]);
        TensorAssert.Equal(x.Flip(0), y[2]);
        TensorAssert.Equal(x * 0, y[3]);
        TensorAssert.Equal(x[2], y[4]);
        Assert.Equal("[6, 4]", y[5].Shape.ToString());
    }

    [Fact]
    public void Sizes_that_depend_on_data_are_learnt_while_running()
    {
        var graph = Graph.Capture(x => [x[0][x[0] > 0], x[0][x[0] > 0].Mean(), (x[0] > 1).NonZero()], Batch);
        var x = Tensor.From([1f, -2, 3, 0, 5, -6, 0, 0], [2, 4]);
        var y = graph.Run(x);
        TensorAssert.Equal([1, 3, 5], y[0]);
        Assert.Equal(3, y[1].Item<float>());
        TensorAssert.Equal([0, 2, 1, 0], y[2]);
        y = graph.Run(x * -1);
        TensorAssert.Equal([2, 6], y[0]);
        // The size alone is used, not the positions.
        graph = Graph.Capture(x => [Tensor.Ones([x[0].NonZero().Shape[0] * 2]), Tensor.Ones([x[0].NonZero().Shape[0], 3]).Mean([0])], Batch);
        y = graph.Run(x);
        Assert.Equal("[10]", y[0].Shape.ToString());
        TensorAssert.Equal([1, 1, 1], y[1]);
        TensorAssert.Equal([1, 1, 1], graph.Lower(op => op is not CompositeOp).Run(x)[1]);
        // Two sizes of a composite, which are not the same one.
        graph = Graph.Capture(x => [Tensor.Concat([Dispatch.Run(new Positive(), x[0]), Dispatch.Run(new Positive(), -x[0])])], Batch);
        Assert.Equal(2, graph.Outputs[0].Shape[0].Names.Count());
        TensorAssert.Equal([1, 3, 5, 2, 6], graph.Run(x)[0]);
        TensorAssert.Equal([1, 3, 5, 2, 6], graph.Lower(_ => false).Run(x)[0]);
    }

    /// <summary>The positive elements.</summary>
    sealed record Positive : CompositeOp
    {
        public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0][x[0] > 0];
    }

    [Fact]
    public void Cells_are_inputs_and_assignments_are_updates()
    {
        var count = new Buffer(Tensor.From([0f]), "count");
        var graph = Graph.Capture(x =>
        {
            count.Value = count.Value + 1;
            return x * count.Value;
        }, Batch);
        Assert.Equal(0, count.Value.Item<float>());
        Assert.Same(count, Assert.Single(graph.Cells));
        TensorAssert.Equal([1, 1, 1, 1], graph.Run(Tensor.Ones([1, 4]))[0]);
        TensorAssert.Equal([2, 2, 2, 2], graph.Run(Tensor.Ones([1, 4]))[0]);
        Assert.Equal(2, count.Value.Item<float>());
        count.Value = Tensor.From([10f]);
        TensorAssert.Equal([11, 11, 11, 11], graph.Lower(_ => true).Run(Tensor.Ones([1, 4]))[0]);
        Assert.Equal(11, count.Value.Item<float>());
    }

    [Fact]
    public void A_training_step_is_one_graph()
    {
        Tensor start = Tensor.Randn([4, 2], generator: new Generator(1)), x = Tensor.Randn([8, 4], generator: new Generator(2));
        var labels = Tensor.RandInt(0, 2, [8], generator: new Generator(3));
        Parameter eager = new(start, "w"), captured = new(start, "w");
        Tensor Step(Parameter w, Tensor input)
        {
            w.ZeroGrad();
            var loss = input.MatMul(w).CrossEntropy(labels).Mean();
            loss.Backward();
            w.Value = w.Value - w.Grad! * 0.1;
            return loss;
        }
        var graph = Graph.Capture(input => Step(captured, input), x.Spec);
        TensorAssert.Equal(start, captured.Value);
        for (int i = 0; i < 5; i++)
        {
            TensorAssert.Equal(Step(eager, x), graph.Run(x)[0], 1e-6);
            TensorAssert.Equal(eager.Value, captured.Value, 1e-6);
        }
    }

    [Fact]
    public void Gradients_with_respect_to_inputs_are_captured_too()
    {
        var graph = Graph.Capture(x => Gradients.Of((x[0].Gelu() * x[1]).Sum(), [x[0], x[1]]), Batch, Batch);
        Tensor a = Tensor.Randn([3, 4], generator: new Generator(1), requiresGrad: true), b = Tensor.Randn([3, 4], generator: new Generator(2), requiresGrad: true);
        var expected = Gradients.Of((a.Gelu() * b).Sum(), [a, b]);
        var found = graph.Run(a.Detach(), b.Detach());
        TensorAssert.Equal(expected[0], found[0], 1e-6);
        TensorAssert.Equal(expected[1], found[1], 1e-6);
        // Second order, and Detach and NoGrad inside.
        graph = Graph.Capture(x => Gradients.Of(Gradients.Of((x * x * x.Detach()).Sum(), [x], createGraph: true)[0].Sum(), [x])[0], new TensorSpec(DType.Float64, [2]));
        TensorAssert.Equal([4, 6], graph.Run(Tensor.From([2.0, 3]))[0]);
        graph = Graph.Capture(x =>
        {
            Tensor y;
            using (Gradients.NoGrad()) y = x * x;
            return Gradients.Of((y * x).Sum(), [x])[0];
        }, new TensorSpec(DType.Float64, [2]));
        TensorAssert.Equal([4, 9], graph.Run(Tensor.From([2.0, 3]))[0]);
    }

    [Fact]
    public void A_walk_in_a_capture_brings_gradients_to_inputs_and_to_tensors_from_outside()
    {
        Tensor outside = Tensor.From([2.0, 3], requiresGrad: true), x = Tensor.From([5.0, 7]);
        var parameter = new Parameter(Tensor.From([1.0, 1]));
        var value = parameter.Value;
        var graph = Graph.Capture(input =>
        {
            (input * outside * value).Sum().Backward();
            (input * outside).Sum().Backward();
            var found = new[] { input.Grad!, outside.Grad!, parameter.Grad! };
            outside.ZeroGrad();
            Assert.Null(outside.Grad);
            return found[0] + found[1] * 100 + found[2] * 10_000;
        }, x.Spec);
        TensorAssert.Equal([4 + 1000 + 100_000, 6 + 1400 + 210_000], graph.Run(x)[0]);
        // They belong to the graph, not to the tensors.
        Assert.Null(outside.Grad);
        Assert.Null(parameter.Grad);
        // Also through what was computed from them outside.
        var computed = outside * 2;
        graph = Graph.Capture(input =>
        {
            (input * computed).Sum().Backward(keepGraph: true);
            return outside.Grad!;
        }, x.Spec);
        TensorAssert.Equal([10, 14], graph.Run(x)[0]);
        Assert.Null(outside.Grad);
        TensorAssert.Equal([4, 6], Graph.Capture(input => Gradients.Of((input * computed).Sum(), [input])[0], x.Spec).Run(x)[0]);
        Graph.Capture(input => input * computed, x.Spec).Run(x)[0].Sum().Backward();
        TensorAssert.Equal([10, 14], outside.Grad!);
    }

    [Fact]
    public void A_branch_on_a_captured_value_is_an_error()
    {
        foreach (Func<Tensor, bool> question in new Func<Tensor, bool>[]
        {
            x => x.Sum().Item<float>() > 0, x => x.ToArray<float>()[0] > 0, x => x.AsSpan<float>()[0] > 0, x => x.Read<float, bool>(s => s[0] > 0),
        })
        {
            var error = Assert.Throws<GraphException>(() => Graph.Capture(x => question(x) ? x : -x, Batch));
            Assert.Contains("a branch or loop must not depend on values", error.Message, StringComparison.Ordinal);
            Assert.Contains("GraphTests.cs:line ", error.Message, StringComparison.Ordinal);
        }
        // The capture is over after an error.
        Assert.False(Tensor.Zeros([1]).IsSymbolic);
        Assert.Throws<ShapeException>(() => Graph.Capture(x => x.Shape[0] > 3 ? x : -x, Batch));
    }

    [Fact]
    public void A_captured_tensor_is_of_no_use_outside()
    {
        Tensor leaked = null!;
        Graph.Capture(x => leaked = x * 2, Batch);
        Assert.Throws<GraphException>(() => leaked + 1);
        Assert.Throws<GraphException>(() => leaked.ToArray<float>());
        Assert.Throws<GraphException>(() => Graph.Capture(x => x[..1] + leaked[..1], Batch));
        Assert.Throws<GraphException>(() => Graph.Capture(_ => leaked, Batch));
        Assert.Throws<GraphException>(() => new Parameter(leaked));
        Assert.StartsWith("symbolic", leaked.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Threads_capture_and_run_independently()
    {
        var graph = Graph.Capture(x => x.Softmax(-1).MatMul(x.T), Batch);
        var x = Tensor.Randn([20, 4], generator: new Generator(1));
        var expected = graph.Run(x)[0];
        Parallel.For(0, 16, i =>
        {
            TensorAssert.Equal(expected, graph.Run(x)[0]);
            var own = Graph.Capture(v => v * i, Batch);
            TensorAssert.Equal(x * i, own.Run(x)[0]);
        });
    }

    [Fact]
    public void Lowering_keeps_what_it_is_told_to()
    {
        var graph = Graph.Capture(x => x.Softmax(-1).Gelu(), Batch);
        Assert.Equal(["Softmax", "Gelu"], Composites(graph.Lower(_ => true)));
        Assert.Equal(["Gelu"], Composites(graph.Lower(op => op is Gelu)));
        Assert.Empty(Composites(graph.Lower(_ => false)));
        graph.Lower(_ => false).Verify();
    }

    static IEnumerable<string> Composites(Graph graph) => graph.Nodes.Where(n => n.Op is CompositeOp).Select(n => n.Op!.GetType().Name);

    [Fact]
    public void Long_graphs_need_no_stack()
    {
        const int Length = 30_000;
        var graph = Graph.Capture(x =>
        {
            for (int i = 0; i < Length; i++) x = -x;
            return x;
        }, new TensorSpec(DType.Float32, [1]));
        Assert.Equal(Length + 1, graph.Nodes.Count);
        Assert.Equal(1, graph.Run(Tensor.Ones([1]))[0].Item<float>());
    }

    static Node Leaf() => new(new TensorSpec(DType.Float32, [2]));

    static Node Step(Op op, TensorSpec spec, params Node[] x) => new(op, Array.ConvertAll(x, n => (Value)Tensor.Symbol(n, 0)), spec, false);

    static GraphException Bad(Node[] inputs, Node[] recorded, Node output, int index = 0) =>
        Assert.Throws<GraphException>(() => new Graph([.. inputs.Select((n, i) => (n, $"x{i}"))], [], [], recorded, [(output, index)], []));

    [Fact]
    public void Verify_finds_bad_graphs()
    {
        TensorSpec two = new(DType.Float32, [2]), three = new(DType.Float32, [3]);
        Node x = Leaf(), y = Step(Relu.Instance, two, x), z = Step(Exp.Instance, two, y);
        _ = new Graph([(x, "x0")], [], [], [x, y, z], [(z, 0)], []);
        Assert.Contains("which does not come before it", Bad([x], [x, z, y], z).Message, StringComparison.Ordinal);
        Assert.Contains("which does not come before it", Bad([x], [x, z], z).Message, StringComparison.Ordinal);
        Assert.Contains("is listed twice", Bad([x], [x, y, y, z], z).Message, StringComparison.Ordinal);
        Assert.Contains("is neither an input nor a parameter nor a constant", Bad([], [x, y, z], z).Message, StringComparison.Ordinal);
        Assert.Contains("is not part of the graph", Bad([x], [x], z).Message, StringComparison.Ordinal);
        Assert.Contains("is not part of the graph", Bad([x], [x, y, z], z, index: 1).Message, StringComparison.Ordinal);
        var wrong = Step(Relu.Instance, three, x);
        Assert.Equal("The node Relu : float32[3] has other specs than its op infers: float32[2].", Assert.Throws<GraphException>(new Graph([(x, "x0")], [], [], [x, wrong], [(wrong, 0)], []).Verify).Message);
        var impossible = Step(new Sum([5], false), two, x);
        Assert.Throws<ShapeException>(new Graph([(x, "x0")], [], [], [x, impossible], [(impossible, 0)], []).Verify);
    }
}
