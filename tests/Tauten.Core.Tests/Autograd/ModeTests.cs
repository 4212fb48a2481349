using System.Runtime.CompilerServices;

namespace Tauten.Core.Tests;

/// <summary>Hooks, modes, and what happens to the tape.</summary>
public class ModeTests
{
    static Tensor Leaf(params double[] values) => Tensor.From(values, requiresGrad: true);

    [Fact]
    public void Hooks_see_and_change_gradients()
    {
        var x = Leaf(1, 2);
        var y = x * 3;
        var seen = new List<string>();
        y.RegisterHook(g =>
        {
            seen.Add($"y {g}");
            return g * 10;
        });
        var hook = x.RegisterHook(g =>
        {
            seen.Add($"x {g}");
            return null;
        });
        (y * y).Sum().Backward(keepGraph: true);
        Assert.Equal(["y [ 6, 12]", "x [180, 360]"], seen);
        TensorAssert.Equal([180, 360], x.Grad!);
        hook.Dispose();
        (y * y).Sum().Backward();
        Assert.Equal(3, seen.Count);
        TensorAssert.Equal([360, 720], x.Grad!);
    }

    [Fact]
    public void A_hook_sees_the_whole_gradient_once()
    {
        var x = Leaf(1);
        var y = x * 2;
        int calls = 0;
        y.RegisterHook(g =>
        {
            calls++;
            Assert.Equal(7, g.Item<double>());
            return null;
        });
        (y * 3 + y * 4).Backward();
        Assert.Equal(1, calls);
    }

    [Fact]
    public void Hooks_run_in_the_order_of_registration_and_keep_what_they_saw()
    {
        var x = Tensor.Ones([1000], requiresGrad: true);
        Tensor? kept = null;
        x.RegisterHook(g => g * 2);
        x.RegisterHook(g => kept = g);
        (x * 5).Sum().Backward();
        _ = Tensor.Full([1000], -1);
        Assert.Equal(10, kept!.Mean().Item<float>());
        Assert.Equal(10, x.Grad!.Mean().Item<float>());
    }

    [Fact]
    public void A_hook_must_return_the_same_spec()
    {
        var x = Leaf(1, 2);
        x.RegisterHook(g => g.Sum());
        Assert.Throws<GradientException>(() => (x * 2).Sum().Backward());
        Assert.Throws<GradientException>(() => Tensor.Zeros([2]).RegisterHook(g => g));
    }

    [Fact]
    public void NoGrad_and_Tracking_nest()
    {
        var x = Leaf(1);
        using (Gradients.NoGrad())
        {
            Assert.False((x * 2).RequiresGrad);
            using (Gradients.Tracking())
            {
                Assert.True((x * 2).RequiresGrad);
                using (Gradients.NoGrad()) Assert.False((x * 2).RequiresGrad);
                Assert.True((x * 2).RequiresGrad);
            }
            Assert.False((x * 2).RequiresGrad);
            // A leaf made here is a leaf nevertheless.
            Assert.True(Leaf(3).RequiresGrad);
        }
        Assert.True((x * 2).RequiresGrad);
    }

    [Fact]
    public void A_mode_ends_with_its_scope_even_after_an_error()
    {
        try
        {
            using (Gradients.NoGrad()) throw new InvalidOperationException();
        }
        catch (InvalidOperationException)
        {
        }
        Assert.True((Leaf(1) * 2).RequiresGrad);
        Assert.Throws<ShapeException>(() => Leaf(1, 2).Softmax(0) + Leaf(1, 2, 3));
        Assert.True((Leaf(1) * 2).RequiresGrad);
    }

    [Fact]
    public void Detach_stops_the_gradient()
    {
        var x = Leaf(2, 3);
        TensorAssert.Equal([2, 3], Gradients.Of((x.Detach() * x).Sum(), [x])[0]);
        Assert.False(x.Detach().RequiresGrad);
        var leaf = (x * 2).WithGrad();
        (leaf * leaf).Sum().Backward();
        TensorAssert.Equal([8, 12], leaf.Grad!);
        Assert.Null(x.Grad);
        Assert.False(x.WithGrad(false).RequiresGrad);
    }

    [Fact]
    public void A_tape_serves_one_walk_unless_it_is_kept()
    {
        var x = Leaf(2, 3);
        var y = (x * x).Sum();
        y.Backward(keepGraph: true);
        y.Backward();
        TensorAssert.Equal([8, 12], x.Grad!);
        var error = Assert.Throws<GradientException>(() => y.Backward());
        Assert.Contains("keepGraph: true", error.Message, StringComparison.Ordinal);
        Assert.Contains("Mul", error.Message, StringComparison.Ordinal);
        // The leaf is not used up.
        x.ZeroGrad();
        (x * x).Sum().Backward();
        TensorAssert.Equal([4, 6], x.Grad!);
    }

    [Fact]
    public void A_kept_tape_gives_the_same_again_and_again()
    {
        var x = Tensor.Randn([50, 40], generator: new Generator(1), requiresGrad: true);
        var y = x.Gelu().Softmax(1).Square().Sum();
        var first = Gradients.Of(y, [x], keepGraph: true)[0];
        for (int i = 0; i < 3; i++) TensorAssert.Equal(first, Gradients.Of(y, [x], keepGraph: true)[0]);
        TensorAssert.Equal(first, Gradients.Of(y, [x], createGraph: true)[0], 1e-6);
        TensorAssert.Equal(first, Gradients.Of(y, [x])[0]);
    }

    [Fact]
    public void A_seed_stands_for_what_comes_behind()
    {
        var x = Leaf(1, 2, 3);
        var y = x * x;
        y.Backward(Tensor.From([1.0, 10, 100]));
        TensorAssert.Equal([2, 40, 600], x.Grad!);
        Assert.Throws<GradientException>(() => (x * x).Backward());
        Assert.Throws<ShapeException>(() => (x * x).Backward(Tensor.From([1.0])));
        Assert.Throws<DTypeException>(() => (x * x).Backward(Tensor.From([1f, 1, 1])));
        Assert.Throws<GradientException>(() => Tensor.Zeros([]).Backward());
    }

    static int Line([CallerLineNumber] int line = 0) => line;

    [Fact]
    public void Anomaly_mode_names_the_op_and_the_line()
    {
        var x = Leaf(4, 0);
        using (Gradients.DetectAnomaly())
        {
            var root = (x * 0).Sqrt(); int line = Line();
            var error = Assert.Throws<GradientException>(() => (root * 0).Sum().Backward());
            Assert.Contains("Sqrt: its gradient for input 0", error.Message, StringComparison.Ordinal);
            Assert.Contains($"ModeTests.cs:line {line}", error.Message, StringComparison.Ordinal);
        }
        using (Gradients.DetectAnomaly())
        {
            // Nothing wrong, nothing said; a hook finds its place beside the line.
            var y = x * 2;
            y.RegisterHook(g => g);
            y.Sum().Backward();
        }
        Assert.Equal([2.0, 2], x.Grad!.ToArray<double>());
    }

    [Fact]
    public void Anomaly_mode_says_when_the_line_was_not_recorded()
    {
        var x = Leaf(0);
        var y = (x * 0).Sqrt() * 0;
        using (Gradients.DetectAnomaly())
        {
            var error = Assert.Throws<GradientException>(() => y.Backward());
            Assert.Contains("enter DetectAnomaly before the forward computation", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_anomaly_mode_nan_is_a_value_like_any_other()
    {
        var x = Leaf(0);
        ((x * 0).Sqrt() * 0).Backward();
        Assert.Equal([double.NaN], x.Grad!.ToArray<double>());
    }

    [Fact]
    public void Parameters_gather_gradients_and_take_values()
    {
        var p = new Parameter(Tensor.From([1f, 2]), "p");
        (p.Value * 3).Sum().Backward();
        (p * p.Value).Sum().Backward();
        TensorAssert.Equal([5, 7], p.Grad!);
        var old = p.Value;
        p.Value = Tensor.From([10f, 20]);
        TensorAssert.Equal([1, 2], old);
        TensorAssert.Equal([10, 20], p.Value);
        p.ZeroGrad();
        Assert.Null(p.Grad);
        (p * p.Value).Sum().Backward();
        TensorAssert.Equal([20, 40], p.Grad!);
        p.RequiresGrad = false;
        Assert.False((p.Value * 2).RequiresGrad);
        p.RequiresGrad = true;
        Assert.True((p.Value * 2).RequiresGrad);
        Assert.Throws<ShapeException>(() => p.Value = Tensor.Zeros([3]));
        Assert.Throws<DTypeException>(() => p.Value = Tensor.Zeros([2], DType.Float64));
        Assert.Throws<DTypeException>(() => new Parameter(Tensor.From([1])));
        Assert.Equal("Parameter p : float32[2]", p.ToString());
    }

    [Fact]
    public void A_tape_keeps_the_value_that_a_parameter_had()
    {
        var p = new Parameter(Tensor.Full([1000], 3));
        var y = (p * p.Value).Sum();
        p.Value = Tensor.Full([1000], 100);
        y.Backward();
        Assert.Equal(6, p.Grad!.Mean().Item<float>());
    }

    [Fact]
    public void Buffers_have_no_gradient()
    {
        var b = new Buffer(Tensor.From([1, 2]), "running");
        b.Value = b.Value + 1;
        TensorAssert.Equal([2, 3], b.Value);
        Assert.False(b.RequiresGrad);
        Assert.Throws<GradientException>(() => b.RequiresGrad = true);
        // Holding a value that comes from a tape does not hold the tape.
        var x = Leaf(1);
        var running = new Buffer(Tensor.From([0.0]));
        running.Value = x * 2;
        Assert.False(running.Value.RequiresGrad);
    }

    [Fact]
    public void A_parameter_made_from_a_view_owns_its_memory()
    {
        var whole = Tensor.Arange(12, DType.Float32).Reshape(3, 4);
        var p = new Parameter(whole.T);
        Assert.True(p.Value.Layout.IsContiguous);
        TensorAssert.Equal(whole.T, p.Value);
    }
}
