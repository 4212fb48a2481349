using Tauten.Cpu;
using Tauten.Ops;

namespace Tauten.Core.Tests;

/// <summary>What a graph's run does with memory: intermediate values go as soon as they are read, updates stay where they are, and nothing that others see changes.</summary>
[Collection("Alone")]
public class GraphRunTests
{
    const int Size = 100_000;

    static readonly TensorSpec row = new(DType.Float32, [Size]);

    readonly CpuBackend backend = new();

    [Fact]
    public void Intermediate_values_are_freed_without_the_collector()
    {
        using var device = Backends.Use(backend);
        var graph = Graph.Capture(x =>
        {
            for (int i = 0; i < 50; i++) x = x.Sin() + 1;
            return x;
        }, row);
        var x = Tensor.Ones([Size]);
        long before = backend.AllocatedBytes;
        backend.ResetPeak();
        var y = graph.Run(x)[0];
        Assert.Equal(2 * before, backend.AllocatedBytes);
        Assert.InRange(backend.PeakBytes, 0, 4 * before);
        // With a tape, what it saved stays until the walk.
        x = Tensor.Ones([Size], requiresGrad: true);
        TensorAssert.Equal(y, graph.Run(x)[0].Detach());
        graph.Run(x)[0].Sum().Backward();
        Assert.True(x.Grad!.IsFinite().All().Item<bool>());
    }

    [Fact]
    public void An_update_frees_the_old_value()
    {
        using var device = Backends.Use(backend);
        var w = new Parameter(Tensor.Ones([Size]), "w");
        var graph = Graph.Capture(x =>
        {
            var loss = (w.Value * x).Sum();
            loss.Backward();
            w.Value = w.Value - w.Grad! * 0.1;
            return loss;
        }, row);
        var x = Tensor.Ones([Size]);
        graph.Run(x);
        long before = backend.AllocatedBytes;
        for (int i = 0; i < 20; i++)
        {
            graph.Run(x);
            Assert.Equal(before, backend.AllocatedBytes);
        }
        Assert.Equal(1 - 21 * 0.1, w.Value[0].Item<float>(), 1e-5);
    }

    [Fact]
    public void What_a_run_returned_or_the_program_read_never_changes()
    {
        foreach (int size in new[] { 4, 1000 })
        {
            var spec = new TensorSpec(DType.Float32, [size]);
            Buffer a = new(Tensor.Full([size], 1), "a"), b = new(Tensor.Full([size], 2), "b"), c = new(Tensor.Full([size], 0), "c");
            var outside = Tensor.Full([size], 5);
            // Old values are returned, swapped, kept by another cell and looked at through a view; new ones are returned too.
            var graph = Graph.Capture(x =>
            {
                var (old, other) = (a.Value, b.Value);
                var sum = old + x[0];
                (a.Value, b.Value, c.Value) = (other * 2, sum, old);
                return [old, other[1..], sum, c.Value];
            }, spec);
            var results = new List<(Tensor[] Found, double[] Expected)>();
            double va = 1, vb = 2;
            for (int i = 0; i < 6; i++)
            {
                results.Add((graph.Run(outside), [va, vb, va + 5, va]));
                Assert.Equal(va, c.Value[0].Item<float>());
                (va, vb) = (vb * 2, va + 5);
                Assert.Equal((va, vb), (a.Value[0].Item<float>(), b.Value[0].Item<float>()));
            }
            foreach (var (found, expected) in results)
                for (int k = 0; k < found.Length; k++) Assert.All(found[k].ToArray<float>(), v => Assert.Equal(expected[k], v));
            // An input or a constant as the new value.
            graph = Graph.Capture(x =>
            {
                (a.Value, b.Value) = (x[0], outside);
                return [];
            }, spec);
            var given = Tensor.Full([size], 7);
            graph.Run(given);
            graph.Run(Tensor.Full([size], 8));
            Assert.Equal((8f, 5f, 7f, 5f), (a.Value[0].Item<float>(), b.Value[0].Item<float>(), given[0].Item<float>(), outside[0].Item<float>()));
        }
    }

    [Fact]
    public void An_optimizers_step_spares_values_that_are_read_later()
    {
        var w = new Parameter(Tensor.Ones([1000]), "w");
        var rate = Tensor.Scalar(1, DType.Float64);
        var step = new SgdStep(0, 0, false, 0);
        var graph = Graph.Capture(x =>
        {
            using var untracked = Gradients.NoGrad();
            var old = w.Value;
            var view = old[10..20];
            w.Value = Dispatch.Run(step, rate, old, x[0]);
            return [view + 0, old.Sum()];
        }, new TensorSpec(DType.Float32, [1000]));
        for (int i = 0; i < 4; i++)
        {
            var y = graph.Run(Tensor.Ones([1000]));
            Assert.All(y[0].ToArray<float>(), v => Assert.Equal(1 - i, v));
            Assert.Equal(1000 * (1 - i), y[1].Item<float>());
        }
        Assert.Equal(-3, w.Value[0].Item<float>());
    }

    [Fact]
    public void A_gradient_flows_through_a_run_unless_the_graph_has_walked_itself()
    {
        var w = new Parameter(Tensor.Ones([3]), "w");
        Tensor x = Tensor.From([1f, 2, 3]);
        var plain = Graph.Capture(v => (v * w.Value).Sum(), x.Spec);
        foreach (var graph in new[] { plain, plain.Lower(_ => false) })
        {
            w.ZeroGrad();
            graph.Run(x)[0].Backward();
            TensorAssert.Equal(x, w.Grad!);
        }
        var walked = Graph.Capture(v =>
        {
            var loss = (v[0] * w.Value).Sum();
            loss.Backward();
            return [loss, w.Grad!];
        }, x.Spec);
        foreach (var graph in new[] { walked, walked.Lower(_ => false) })
        {
            var y = graph.Run(x);
            TensorAssert.Equal(x, y[1]);
            Assert.False(y[0].RequiresGrad);
        }
    }
}
