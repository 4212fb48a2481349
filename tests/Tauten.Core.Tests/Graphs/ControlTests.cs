using Tauten.Ops;
using Tauten.Tests;

namespace Tauten.Core.Tests;

/// <summary>Branches and loops on values: eager, captured, differentiated, mapped; with parameters, assignments and random numbers inside.</summary>
[Collection("Alone")]
public class ControlTests
{
    static readonly TensorSpec vector = new(DType.Float64, ["n"]);

    static Tensor[] Run(Func<Tensor[], Tensor[]> f, params Tensor[] x)
    {
        var graph = Graph.Capture(f, [.. x.Select(t => t.Spec)]);
        return graph.Run(x);
    }

    [Fact]
    public void Text_of_graphs_in_graphs()
    {
        var w = new Parameter(Tensor.From([0.5, 2]), "w");
        var graph = Graph.Capture(x =>
        {
            var (s, y) = Tensor.Scan((s, v) => (Tensor.If(v.Sum() > 0, () => s * w, () => s + v), s), x[0], x[1]);
            return [Tensor.While(t => t.Sum() < 100, t => t + 1, s, maximum: 4), y];
        }, new TensorSpec(DType.Float64, [2]), new TensorSpec(DType.Float64, ["time", 2]));
        graph.Verify();
        Approved.Check("Tauten.Core.Tests", "graph-control", graph.Print() + "\nlowered to primitives:\n" + graph.Lower(_ => false).Print());
    }

    [Fact]
    public void A_training_step_with_a_loop_and_a_branch_trains_as_eager_code_does()
    {
        Tensor x = Tensor.Randn([6, 3], DType.Float64, new Generator(1)), target = Tensor.Randn([3], DType.Float64, new Generator(2));
        Parameter Fresh() => new(Tensor.Randn([3, 3], DType.Float64, new Generator(3)) * 0.5, "w");
        Tensor Step(Parameter w, Tensor[] v)
        {
            w.ZeroGrad();
            var (s, all) = Tensor.Scan((s, u) => { var next = (s.Unsqueeze(0).MatMul(w).Squeeze(0) + u).Tanh(); return (next, next * 2); }, Tensor.Zeros([3], DType.Float64), v[0]);
            var loss = Tensor.If(all.Sum() > 0, () => (s - v[1]).Square().Sum(), () => (s - v[1]).Abs().Sum() + all.Mean());
            loss.Backward();
            // A step is left out where the gradient is not finite.
            Tensor.If(w.Grad!.IsFinite().All(), () => { w.Value = w.Value - w.Grad! * 0.1; return []; }, () => []);
            return loss;
        }

        Parameter eager = Fresh(), captured = Fresh();
        var step = Graph.Capture(v => [Step(captured, v)], new TensorSpec(DType.Float64, ["time", 3]), target.Spec);
        Assert.Contains(step.Nodes, n => n.Op is Scan { Reverse: true });
        foreach (long time in new long[] { 6, 3, 1, 5 })
        {
            var part = x.Narrow(0, 0, time);
            TensorAssert.Equal(Step(eager, [part, target]).Detach(), step.Run(part, target)[0].Detach(), 1e-12);
            TensorAssert.Equal(eager.Value.Detach(), captured.Value.Detach(), 1e-12);
        }
    }

    [Fact]
    public void Second_derivatives_through_loops()
    {
        Func<Tensor, Tensor> f = x => Tensor.While(s => s[0] < 3, s => [s[0] + 1, s[1] * s[1].Sin() + x], [Tensor.From(0L), x])[1].Sum() + Tensor.Scan((s, v) => (s * v + x.Sum(), s.Sin()), x.Sum(), x).Outputs.Sum();
        Func<Tensor, Tensor> plain = x =>
        {
            Tensor s = x, t = x.Sum(), sum = Tensor.Zeros([], DType.Float64);
            for (int i = 0; i < 3; i++) s = s * s.Sin() + x;
            for (int i = 0; i < 4; i++) (t, sum) = (t * x[i] + x.Sum(), sum + t.Sin());
            return s.Sum() + sum;
        };
        var x = Tensor.Randn([4], DType.Float64, new Generator(5));
        var expected = Gradients.Hessian(plain, x);
        TensorAssert.Equal(expected, Gradients.Hessian(f, x), 1e-10);
        var graph = Graph.Capture(v => Gradients.Hessian(f, v), x.Spec);
        TensorAssert.Equal(expected, graph.Run(x)[0].Detach(), 1e-10);
        TensorAssert.Equal(expected, graph.Lower(_ => false).Run(x)[0].Detach(), 1e-10);
        TensorAssert.Equal(Gradients.Jvp(plain, x, Tensor.Ones([4], DType.Float64)).Tangent.Detach(), Graph.Capture(v => Gradients.Jvp(f, v, Tensor.Ones([4], DType.Float64)).Tangent, x.Spec).Run(x)[0].Detach(), 1e-10);
    }

    [Fact]
    public void A_map_runs_until_every_sample_is_done()
    {
        Func<Tensor, Tensor> halvings = x => Tensor.While(s => s[0] > 1, s => [s[0] / 2, s[1] + 1], [x, Tensor.From(0.0)])[1];
        TensorAssert.Equal([0, 3, 10, 1], Tensor.VMap(halvings)(Tensor.From([0.5, 8, 1024, 1.5])));
        Func<Tensor, Tensor> shrink = x => Tensor.While(s => s > 1, s => s / 2, x);
        // The gradient is a power of one half for each sample by itself.
        var x = Tensor.From([0.5, 8, 1024, 1.5]);
        TensorAssert.Equal([1, 1.0 / 8, 1.0 / 1024, 0.5], Tensor.VMap(Gradients.Grad(shrink))(x));
        TensorAssert.Equal([1, 1.0 / 8, 1.0 / 1024, 0.5], Gradients.Grad(v => Tensor.VMap(shrink)(v).Sum())(x));
        Func<Tensor, Tensor> branch = v => Tensor.If(v > 1, () => v.Log(), () => v * v);
        TensorAssert.Equal([1, 1.0 / 8, 1.0 / 1024, 1 / 1.5], Tensor.VMap(Gradients.Grad(branch))(x));
    }

    [Fact]
    public void What_a_body_assigns_is_assigned()
    {
        var count = new Buffer(Tensor.From(0L), "count");
        var sum = new Buffer(Tensor.From(10.0), "sum");
        Tensor[] Body(Tensor x)
        {
            var y = Tensor.If(x.Sum() > 0, () => { count.Value = count.Value + 1; return x * sum.Value; }, () => { sum.Value = sum.Value * 2; return x; });
            var (_, all) = Tensor.Scan((_, v) => { sum.Value = sum.Value + v[0]; return ([], [sum.Value + 0]); }, [], [x]);
            var last = Tensor.While(s => s < 3, s => { count.Value = count.Value + 10; return s + 1; }, Tensor.From(0L));
            return [y, all[0], last];
        }
        var graph = Graph.Capture(x => Body(x[0]), vector);
        foreach (var x in new[] { Tensor.From([1.0, 2, 3]), Tensor.From([-1.0, -2]) })
        {
            var (c, s) = (count.Value, sum.Value);
            var eager = Body(x);
            var (afterCount, afterSum) = (count.Value, sum.Value);
            (count.Value, sum.Value) = (c, s);
            var captured = graph.Run(x);
            for (int i = 0; i < eager.Length; i++) TensorAssert.Equal(eager[i], captured[i]);
            TensorAssert.Equal(afterCount, count.Value);
            TensorAssert.Equal(afterSum, sum.Value);
        }
    }

    [Fact]
    public void Random_numbers_inside_are_those_of_eager_code()
    {
        Tensor[] Body(Tensor x, Tensor which)
        {
            var a = Tensor.If(which, () => x + Tensor.Randn([2], DType.Float64) + Tensor.Randn([2], DType.Float64), () => x);
            var (_, b) = Tensor.Scan((s, v) => (s, v * Tensor.Rand([], DType.Float64)), x, x);
            var c = Tensor.While(s => s.Sum() < 3, s => s + Tensor.Rand([2], DType.Float64), x);
            return [a, b, c, Tensor.Rand([2], DType.Float64)];
        }
        Generator one = new(3), two = new(3);
        Graph graph;
        using (Generator.Use(two)) graph = Graph.Capture(v => Body(v[0], v[1]), new(DType.Float64, [2]), new(DType.Bool, []));
        foreach (bool which in new[] { true, false, true })
        {
            var x = Tensor.From([0.5, 0.25]);
            Tensor[] eager;
            using (Generator.Use(one)) eager = Body(x, Tensor.From(which));
            var captured = graph.Run(x, Tensor.From(which));
            for (int i = 0; i < eager.Length; i++) TensorAssert.Equal(eager[i], captured[i]);
            TensorAssert.Equal(one.State.Value.To(DType.Float64), two.State.Value.To(DType.Float64));
        }
        // How often is drawn depends on data, so nobody can say what the next sample draws.
        using (Generator.Use(two))
            Assert.Contains("number of random draws depends on data", Assert.Throws<GraphException>(() =>
                Tensor.VMap(v => Tensor.If(v.Sum() > 0, () => v * Tensor.Rand([], DType.Float64), () => v), randomness: Randomness.Different)(Tensor.Ones([3, 2], DType.Float64))).Message);
    }

    [Fact]
    public void Gradients_inside_of_a_body_stay_there_and_are_not_lost_in_silence()
    {
        var w = new Parameter(Tensor.From([1.0, 2]), "w");
        var step = Graph.Capture(x =>
        {
            return Tensor.Scan((s, v) =>
            {
                w.ZeroGrad();
                var loss = (w * v - 1).Square().Sum();
                loss.Backward();
                w.Value = w.Value - w.Grad! * 0.1;
                return (s, loss);
            }, Tensor.From(0.0), x[0]).Outputs is var y ? [y] : [];
        }, new TensorSpec(DType.Float64, ["steps", 2]));
        var data = Tensor.From([1.0, 1, 0.5, 2], [2, 2]);
        var losses = step.Run(data)[0];
        double[] v = [1, 2], expected = [0, 0];
        for (int t = 0; t < 2; t++)
            for (int i = 0; i < 2; i++)
            {
                double u = data.ToArray<double>()[t * 2 + i], residual = v[i] * u - 1;
                expected[t] += residual * residual;
                v[i] -= 0.2 * residual * u;
            }
        TensorAssert.Equal(expected, losses.Detach(), 1e-12);
        TensorAssert.Equal(v, w.Value.Detach(), 1e-12);

        var error = Assert.Throws<GradientException>(() => Graph.Capture(x =>
        {
            Tensor.If(x[0].Sum() > 0, () => { (w * x[0]).Sum().Backward(); return []; }, () => []);
            return [w.Grad!];
        }, new TensorSpec(DType.Float64, [2])));
        Assert.Contains("inside of a branch or loop", error.Message);
    }

    [Fact]
    public void Mistakes_are_named()
    {
        Tensor x = Tensor.From([1.0, 2]);
        foreach (bool captured in new[] { false, true })
        {
            Tensor[] Do(Func<Tensor, Tensor[]> f) => captured ? Run(v => f(v[0]), x) : f(x);
            Assert.Contains("expected a condition bool[]. Received: float64[]", Assert.Throws<DTypeException>(() => Do(v => [Tensor.If(v.Sum(), () => v, () => v)])).Message);
            Assert.Contains("expected a condition bool[]. Received: bool[2]", Assert.Throws<ShapeException>(() => Do(v => [Tensor.If(v > 0, () => v, () => v)])).Message);
            Assert.Contains("gives state 0 back as float64[2]. Received: float64[1]", Assert.Throws<ShapeException>(() => Do(v => [Tensor.While(s => s.Sum() > 0, s => s[..1], v)])).Message);
            Assert.Contains("gives state 0 back as float64[2]. Received: float32[2]", Assert.Throws<DTypeException>(() => Do(v => [Tensor.Scan((s, u) => (s.To(DType.Float32), u), v, v).State])).Message);
            Assert.Contains("expected inputs, or a length", Assert.Throws<ShapeException>(() => Do(v => Tensor.Scan((s, _) => (s, []), [v], []).State)).Message);
            Assert.Contains("expected 2 slices along axis 0", Assert.Throws<ShapeException>(() => Do(v => Tensor.Scan((s, _) => (s, []), [], [v, v[..1]]).State)).Message);
        }
        Assert.Contains("the branches give", Assert.Throws<ShapeException>(() => Run(v => [Tensor.If(v[0].Sum() > 0, () => v[0], () => v[0].Sum())], x)).Message);
        Assert.Contains("the branches give 1 and 0 results", Assert.Throws<GraphException>(() => Run(v => Tensor.If(v[0].Sum() > 0, () => [v[0]], () => Array.Empty<Tensor>()), x)).Message);
        var b = new Buffer(Tensor.From(0.0), "b");
        Assert.Contains("the condition assigns a value to Buffer b", Assert.Throws<GraphException>(() => Run(v => [Tensor.While(s => { b.Value = b.Value + 1; return s.Sum() > 0; }, s => s - 1, v[0])], x)).Message);
    }

    [Fact]
    public void A_captured_branch_runs_only_what_is_chosen()
    {
        int ran = 0;
        Backends.Default.Kernels.Add<Counted>((op, elements) =>
        {
            ran++;
            elements.Input<double>(0).CopyTo(elements.Output<double>(0));
        });
        var graph = Graph.Capture(x => Tensor.If(x.Sum() > 0, () => Dispatch.Run(new Counted(), x), () => x), vector);
        graph.Run(Tensor.From([-1.0]));
        Assert.Equal(0, ran);
        graph.Run(Tensor.From([1.0]));
        Assert.Equal(1, ran);
    }

    sealed record Counted : PrimitiveOp
    {
        public override Specs Infer(ReadOnlySpan<TensorSpec> x) => x[0];

        public override Tensor?[] Gradient(Backward b) => [b.Grad];
    }

    /// <summary>States that nobody asks for are not kept, and those of rounds before are given back.</summary>
    [Fact]
    public void A_long_loop_needs_little_memory()
    {
        var graph = Graph.Capture(x => Tensor.While(s => s[0] < 2000, s => [s[0] + 1, s[1] * 0.5 + 1], [Tensor.From(0L), x])[1], new TensorSpec(DType.Float32, [100_000]));
        Assert.Contains(graph.Nodes, n => n.Op is While { KeepsStates: true });
        var x = Tensor.Ones([100_000]);
        graph.Run(x);
        var cpu = (Tauten.Cpu.CpuBackend)Backends.Default;
        cpu.ResetPeak();
        long before = cpu.PeakBytes;
        TensorAssert.Equal(Tensor.Full([100_000], 2), graph.Run(x)[0].Detach(), 1e-5);
        // Kept, the states would take 800 MB.
        Assert.True(cpu.PeakBytes - before < 50_000_000, $"peak {cpu.PeakBytes - before} bytes above {before}");
    }
}
