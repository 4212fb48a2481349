using System.Runtime.CompilerServices;
using Tauten.Cpu;

namespace Tauten.Core.Tests;

/// <summary>Functions that are computed again for their gradient, and functions with a gradient of their own.</summary>
[Collection("Alone")]
public class CheckpointTests
{
    static readonly Tensor x = Tensor.Randn([3, 4], DType.Float64, new Generator(1));

    static Tensor[] GradientsOf(Func<Tensor, Tensor> f, Tensor input, params Parameter[] parameters)
    {
        var leaf = input.WithGrad();
        return Gradients.Of(f(leaf).Square().Sum(), [leaf, .. parameters.Select(p => p.Value)]);
    }

    static void Same(Func<Tensor, Tensor> f, params Parameter[] parameters)
    {
        Func<Tensor, Tensor> checkpointed = v => Gradients.Checkpoint(f, v);
        TensorAssert.Equal(f(x).Detach(), checkpointed(x).Detach());
        var expected = GradientsOf(f, x, parameters);
        foreach (var found in new[] { GradientsOf(checkpointed, x, parameters), GradientsOf(v => Gradients.Checkpoint(checkpointed, v), x, parameters) })
            for (int i = 0; i < expected.Length; i++) TensorAssert.Equal(expected[i], found[i], 1e-12);
        // In a capture, and in one with unknown sizes.
        foreach (var spec in new[] { x.Spec, new TensorSpec(DType.Float64, ["n", 4]) })
        {
            var graph = Graph.Capture(v => [checkpointed(v[0]), .. GradientsOf(checkpointed, v[0], parameters)], spec);
            foreach (var g in new[] { graph, graph.Lower(_ => false) })
            {
                var y = g.Run(x);
                for (int i = 0; i < expected.Length; i++) TensorAssert.Equal(expected[i], y[i + 1].Detach(), 1e-12);
            }
        }
        // Mapped, and second derivatives.
        TensorAssert.Equal(Tensor.VMap(f)(x).Detach(), Tensor.VMap(checkpointed)(x).Detach(), 1e-12);
        TensorAssert.Equal(Gradients.Hessian(v => f(v).Sum(), x).Detach(), Gradients.Hessian(v => checkpointed(v).Sum(), x).Detach(), 1e-11);
    }

    [Fact]
    public void A_checkpoint_changes_nothing_but_memory()
    {
        Same(v => v.Tanh().Exp());
        Parameter w = new(Tensor.Randn([4], DType.Float64, new Generator(2)), "w"), b = new(Tensor.Randn([4], DType.Float64, new Generator(3)), "b");
        Same(v => (v * w).Tanh() * b, w, b);
        // What was computed outside, from a parameter.
        Same(v => { var scale = w.Value * 2; return Gradients.Checkpoint(u => (u * scale).Tanh(), v); }, w);
    }

    [Fact]
    public void Several_inputs_and_results()
    {
        Tensor a = Tensor.From([1.0, 2], requiresGrad: true), b = Tensor.From([3.0, 4], requiresGrad: true);
        var y = Gradients.Checkpoint(v => [v[0] * v[1], v[0].Exp()], a, b);
        Gradients.Backward([y[0].Sum(), y[1].Sum()]);
        TensorAssert.Equal([3 + Math.E, 4 + Math.Exp(2)], a.Grad!, 1e-12);
        TensorAssert.Equal([1, 2], b.Grad!);
        TensorAssert.Equal([3, 8], Gradients.Checkpoint((u, v) => u * v, a, b).Detach());
        using (Gradients.NoGrad()) Assert.False(Gradients.Checkpoint((u, v) => u * v, a, b).RequiresGrad);
    }

    [Fact]
    public void Random_numbers_are_the_same_both_times_and_others_the_next()
    {
        using var use = Generator.Use(new Generator(4));
        Func<Tensor, Tensor> f = v => v * Tensor.Rand([3, 4], DType.Float64);
        Tensor first, second;
        using (Generator.Use(new Generator(5))) (first, second) = (f(x), f(x));
        using (Generator.Use(new Generator(5)))
        {
            var leaf = x.WithGrad();
            var y = Gradients.Checkpoint(f, leaf);
            TensorAssert.Equal(first, y.Detach());
            y.Sum().Backward();
            TensorAssert.Equal(first / x, leaf.Grad!, 1e-12);
            TensorAssert.Equal(second, Gradients.Checkpoint(f, x).Detach());
        }
    }

    [Fact]
    public void Assignments_happen_once()
    {
        var count = new Buffer(Tensor.From(0.0), "count");
        Func<Tensor, Tensor> f = v =>
        {
            count.Value = count.Value + 1;
            return v * count.Value;
        };
        var leaf = x.WithGrad();
        Gradients.Checkpoint(f, leaf).Sum().Backward();
        Assert.Equal(1, count.Value.Item<double>());
        Gradients.Checkpoint(f, leaf).Sum().Backward();
        Assert.Equal(2, count.Value.Item<double>());
        TensorAssert.Equal(Tensor.Full([3, 4], 3, DType.Float64), leaf.Grad!);
        var graph = Graph.Capture(v => Gradients.Checkpoint(f, v), x.Spec);
        TensorAssert.Equal(x * 3, graph.Run(x)[0]);
        Assert.Equal(3, count.Value.Item<double>());
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Nowhere(Action action) => action();

    [Fact]
    public void The_tape_keeps_the_inputs_of_a_checkpoint_only()
    {
        const int Count = 1 << 20, Layers = 4;
        var backend = new CpuBackend();
        using var use = Backends.Use(backend);
        var input = Tensor.Ones([Count], requiresGrad: true);
        var block = (Tensor v) =>
        {
            for (int i = 0; i < 10; i++) v = v.Tanh();
            return v;
        };
        long Kept(Func<Tensor, Tensor> layer)
        {
            backend.TrimMemory();
            long before = backend.AllocatedBytes, kept = 0;
            Nowhere(() =>
            {
                var y = input;
                for (int i = 0; i < Layers; i++) y = layer(y);
                Collect();
                kept = backend.AllocatedBytes - before;
                y.Sum().Backward();
                input.ZeroGrad();
            });
            return kept;

            [MethodImpl(MethodImplOptions.NoInlining)]
            void Collect() => backend.TrimMemory();
        }
        Assert.Equal(10 * Layers * 4L * Count, Kept(block));
        Assert.Equal(Layers * 4L * Count, Kept(v => Gradients.Checkpoint(block, v)));
    }

    [Fact]
    public void A_function_with_a_gradient_of_its_own()
    {
        var straight = Gradients.Custom(v => v.Round(), (_, _, gradient) => gradient);
        var leaf = Tensor.From([0.2, 0.7, 1.6], requiresGrad: true);
        var y = straight(leaf);
        TensorAssert.Equal([0, 1, 2], y.Detach());
        (y * y).Sum().Backward();
        TensorAssert.Equal([0, 2, 4], leaf.Grad!);
        // The result and the input can be read, and the gradient has a gradient.
        var exp = Gradients.Custom(v => v.Exp(), (v, e, gradient) => gradient * e + 0 * v);
        TensorAssert.Equal(Gradients.Hessian(v => v.Exp().Sum(), x), Gradients.Hessian(v => exp(v).Sum(), x), 1e-12);
        // Captured and mapped, it keeps its gradient.
        var graph = Graph.Capture(v => Gradients.Of(straight(v).Square().Sum(), [v])[0], leaf.Spec);
        TensorAssert.Equal([0, 2, 4], graph.Run(leaf.Detach())[0]);
        leaf.ZeroGrad();
        Tensor.VMap(straight)(leaf).Square().Sum().Backward();
        TensorAssert.Equal([0, 2, 4], leaf.Grad!);
        TensorAssert.Equal([0, 2, 4], Tensor.VMap(Gradients.Grad(v => straight(v).Square()))(leaf.Detach()));
    }

    [Fact]
    public void A_custom_function_of_several_tensors()
    {
        var weight = new Parameter(Tensor.From(3.0));
        var f = Gradients.Custom(v => [v[0] * v[1] * weight, v[0] + v[1]], b => [b.Needs(0) ? b.GradOf(0) * 10 + b.GradOf(1) : null, null]);
        Tensor a = Tensor.From([1.0, 2], requiresGrad: true), c = Tensor.From([3.0, 4], requiresGrad: true);
        var y = f([a, c]);
        TensorAssert.Equal([9, 24], y[0].Detach());
        Gradients.Backward([y[0].Sum(), y[1].Sum()]);
        TensorAssert.Equal([11, 11], a.Grad!);
        Assert.Null(c.Grad);
        Assert.Null(weight.Grad);
        // Two maps share an input: its gradient is a sum.
        var shared = Tensor.From(1.0, requiresGrad: true);
        Gradients.Backward([.. Tensor.VMap(f.Invoke, [null, 0])([shared, c.Detach()]).Select(t => t.Sum())]);
        TensorAssert.Equal([22], shared.Grad!);
    }
}
