using Tauten.Cpu;
using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Optimizers against 20 steps of PyTorch's documented formulas, in plain loops over doubles.</summary>
public class OptimizerTests
{
    const int Steps = 20;

    public static TheoryData<double, double, bool, double> SgdOptions => new()
    {
        { 0, 0, false, 0 }, { 0, 0, false, 0.1 }, { 0.9, 0, false, 0 }, { 0.9, 0, true, 0 }, { 0.9, 0.3, false, 0 }, { 0.8, 0, true, 0.05 }, { 0.8, 0.5, false, 0.05 },
    };

    [Theory]
    [MemberData(nameof(SgdOptions))]
    public void Sgd(double momentum, double dampening, bool nesterov, double weightDecay)
    {
        Check(p => new SGD(p, 0.05, momentum, dampening, nesterov, weightDecay), (w, gradient, kept, t) =>
        {
            for (int i = 0; i < w.Length; i++)
            {
                double g = gradient[i] + weightDecay * w[i];
                if (momentum != 0)
                {
                    kept[i] = t == 1 ? g : momentum * kept[i] + (1 - dampening) * g;
                    g = nesterov ? g + momentum * kept[i] : kept[i];
                }
                w[i] -= 0.05 * g;
            }
        });
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 0.1)]
    [InlineData(true, 0)]
    [InlineData(true, 0.1)]
    public void Adam_and_AdamW(bool decoupled, double weightDecay)
    {
        const double Rate = 0.02, Beta1 = 0.8, Beta2 = 0.95, Epsilon = 1e-6;
        Check(p => decoupled ? new AdamW(p, Rate, Beta1, Beta2, Epsilon, weightDecay) : new Adam(p, Rate, Beta1, Beta2, Epsilon, weightDecay), (w, gradient, kept, t) =>
        {
            var m = kept.AsSpan(0, w.Length);
            var v = kept.AsSpan(w.Length);
            for (int i = 0; i < w.Length; i++)
            {
                double g = gradient[i];
                if (decoupled) w[i] -= Rate * weightDecay * w[i];
                else g += weightDecay * w[i];
                m[i] = Beta1 * m[i] + (1 - Beta1) * g;
                v[i] = Beta2 * v[i] + (1 - Beta2) * g * g;
                double mean = m[i] / (1 - Math.Pow(Beta1, t)), square = v[i] / (1 - Math.Pow(Beta2, t));
                w[i] -= Rate * mean / (Math.Sqrt(square) + Epsilon);
            }
        });
    }

    // Small and large parameters (the large ones are updated in place), in all floating types; the same with the expansion instead of a kernel.
    static void Check(Func<IEnumerable<Parameter>, Optimizer> make, Action<double[], double[], double[], int> formula)
    {
        CheckHere(make, formula);
        var plain = new CpuBackend();
        Assert.True(plain.Kernels.Remove<Ops.SgdStep>());
        Assert.True(plain.Kernels.Remove<Ops.AdamStep>());
        using (Backends.Use(plain)) CheckHere(make, formula);
    }

    static void CheckHere(Func<IEnumerable<Parameter>, Optimizer> make, Action<double[], double[], double[], int> formula)
    {
        foreach (var dtype in new[] { DType.Float64, DType.Float32, DType.BFloat16, DType.Float16 })
            foreach (int size in new[] { 3, 5000 })
            {
                var parameter = new Parameter(Tensor(Numbers(size, 1), [size], dtype));
                var optimizer = make([parameter]);
                double[] w = parameter.Value.Doubles(), kept = new double[2 * size];
                for (int t = 1; t <= Steps; t++)
                {
                    var g = Tensor(Numbers(size, 100 + t), [size], dtype);
                    parameter.Grad = g;
                    optimizer.Step();
                    formula(w, g.Doubles(), kept, t);
                    // A 16-bit parameter is rounded at each step, its moments are not.
                    if (dtype.Size() == 2) Equal(w, parameter.Value, dtype == DType.Float16 ? 0.01 : 0.06);
                }
                if (dtype.Size() > 2) Equal(w, parameter.Value, dtype == DType.Float64 ? 1e-12 : 3e-6);
            }
    }

    [Fact]
    public void An_update_never_changes_a_tensor_that_was_read()
    {
        var parameter = new Parameter(Tauten.Tensor.Ones([5000]));
        var optimizer = new SGD([parameter], 1);
        var seen = parameter.Value;
        Step();
        Assert.All(seen.ToArray<float>(), v => Assert.Equal(1, v));
        Step();
        Step();
        var later = parameter.Value;
        var part = later[..10];
        Assert.All(later.ToArray<float>(), v => Assert.Equal(-2, v));
        Step();
        Assert.All(later.ToArray<float>(), v => Assert.Equal(-2, v));
        Assert.All(part.ToArray<float>(), v => Assert.Equal(-2, v));
        Assert.All(parameter.Value.ToArray<float>(), v => Assert.Equal(-3, v));

        void Step()
        {
            parameter.Grad = Tauten.Tensor.Ones([5000]);
            optimizer.Step();
        }
    }

    [Fact]
    public void An_update_never_changes_what_a_tape_has_saved()
    {
        var layer = new Linear(100, 100);
        var optimizer = new SGD(layer.Parameters(), 0.1);
        var x = Tauten.Tensor.Randn([10, 100], requiresGrad: true);
        for (int i = 0; i < 3; i++)
        {
            layer.Call(x.Detach()).Sum().Backward();
            optimizer.Step();
        }
        var weights = layer.Weight.Value.Doubles();
        optimizer.ZeroGrad();
        layer.Call(x.Detach()).Sum().Backward();
        optimizer.Step();
        // From here on nobody but this tape holds the weights of before the next step.
        var before = layer.Weight.Value.Doubles();
        optimizer.Step();
        before = layer.Weight.Value.Doubles();
        optimizer.Step();
        var now = layer.Call(x).Sum();
        var expected = new Func<double[]>(() => layer.Weight.Value.Doubles())();
        optimizer.Step();
        now.Backward();
        var columns = Enumerable.Range(0, 100).Select(i => Enumerable.Range(0, 100).Sum(o => expected[o * 100 + i])).ToArray();
        Equal([.. Enumerable.Range(0, 10).SelectMany(_ => columns)], x.Grad!, 1e-5);
        Assert.NotEqual(weights, before);
    }

    [Fact]
    public void Large_parameters_are_updated_in_place()
    {
        var backend = new CpuBackend();
        using var device = Backends.Use(backend);
        var parameter = new Parameter(Tauten.Tensor.Ones([1_000_000]));
        var optimizer = new Adam([parameter]);
        for (int step = 0; step < 3; step++)
        {
            parameter.Grad = Tauten.Tensor.Ones([1_000_000]);
            long before = backend.AllocatedBytes;
            backend.ResetPeak();
            optimizer.Step();
            // The first step makes the moments, and a new value because the program may still hold the first one.
            if (step > 0) Assert.InRange(backend.PeakBytes - before, 0, 100_000);
        }
        Assert.Equal(0.997f, parameter.Value[0].Item<float>(), 1e-5f);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(1000)]
    public void Eager_and_captured_steps_write_into_the_memory_of_the_parameter(int size)
    {
        foreach (var make in new Func<IEnumerable<Parameter>, Optimizer>[]
        {
            p => new SGD(p, 0.1), p => new SGD(p, 0.1, momentum: 0.9), p => new SGD(p, 0.1, momentum: 0.9, dampening: 0.5), p => new Adam(p, 0.1),
        })
        {
            Parameter eager = new(Tensor(Numbers(size, 1), [size])), captured = new(Tensor(Numbers(size, 1), [size]));
            var (first, second) = (make([eager]), make([captured]));
            var x = Tensor(Numbers(size, 2), [size]);
            var graph = Graph.Capture(input => Train(captured, second, input), x.Spec);
            Storage? before = null, beforeCaptured = null;
            for (int step = 0; step < 5; step++)
            {
                Equal(Train(eager, first, x).Doubles(), graph.Run(x)[0], 1e-6);
                if (step > 0) Assert.Same(before, eager.Borrow().Storage);
                if (step > 0) Assert.Same(beforeCaptured, captured.Borrow().Storage);
                (before, beforeCaptured) = (eager.Borrow().Storage, captured.Borrow().Storage);
            }
            var read = captured.Value;
            var values = read.Doubles();
            Equal(eager.Value.Doubles(), captured.Value, 1e-6);
            graph.Run(x);
            Equal(values, read, 0);
        }

        static Tauten.Tensor Train(Parameter w, Optimizer optimizer, Tauten.Tensor x)
        {
            optimizer.ZeroGrad();
            var loss = (w.Borrow() * x - 1).Square().Sum();
            loss.Backward();
            optimizer.Step();
            return loss;
        }
    }

    [Fact]
    public void A_small_update_never_changes_what_a_tape_has_saved()
    {
        var w = new Parameter(Tauten.Tensor.Ones([3], DType.Float64));
        var optimizer = new SGD([w], 1);
        Step();
        Step();
        var x = Tauten.Tensor.Ones([3], DType.Float64, requiresGrad: true);
        var y = (w.Borrow() * x).Sum();
        Step();
        y.Backward();
        Equal([-1, -1, -1], x.Grad!, 0);
        Equal([-2, -2, -2], w.Value, 0);

        void Step()
        {
            w.Grad = Tauten.Tensor.Ones([3], DType.Float64);
            optimizer.Step();
        }
    }

    [Fact]
    public void Groups_have_options_of_their_own()
    {
        Parameter a = new(Tauten.Tensor.Ones([2])), b = new(Tauten.Tensor.Ones([2])), c = new(Tauten.Tensor.Ones([2]));
        var optimizer = new SGD([a], 0.1);
        var slow = optimizer.Add([b, c], learningRate: 0.01, weightDecay: 1);
        foreach (var parameter in new[] { a, b }) parameter.Grad = Tauten.Tensor.Ones([2]);
        optimizer.Step();
        Equal([0.9, 0.9], a.Value, 1e-6);
        Equal([0.98, 0.98], b.Value, 1e-6);
        Equal([1, 1], c.Value, 0);
        slow.LearningRate = 1;
        Assert.Equal(0.1, optimizer.LearningRate);
        optimizer.LearningRate = 0.5;
        Assert.Equal([0.5, 0.5], optimizer.Groups.Select(g => g.LearningRate));
        optimizer.ZeroGrad();
        Assert.Null(a.Grad);
    }

    [Fact]
    public void State_continues_where_it_was()
    {
        foreach (var make in new Func<IEnumerable<Parameter>, Optimizer>[]
        {
            p => new SGD(p, 0.1, momentum: 0.9), p => new SGD(p, 0.1, momentum: 0.9, dampening: 0.5), p => new Adam(p, 0.1), p => new AdamW(p, 0.1),
        })
        {
            var whole = Run(make, 10, 10);
            var broken = Run(make, 4, 10);
            Assert.Equal(whole, broken);
        }

        static double[] Run(Func<IEnumerable<Parameter>, Optimizer> make, int until, int steps)
        {
            var parameter = new Parameter(Tensor(Numbers(6, 1), [6]));
            var frozen = new Parameter(Tensor(Numbers(2, 1), [2]));
            var optimizer = make([frozen, parameter]);
            optimizer.LearningRate = 0.07;
            for (int t = 0; t < steps; t++)
            {
                if (t == until)
                {
                    var file = Safetensors.ToBytes(optimizer.State());
                    parameter = new Parameter(parameter.Value);
                    optimizer = make([frozen, parameter]);
                    optimizer.LoadState(Safetensors.Load(file));
                }
                parameter.Grad = Tensor(Numbers(6, 10 + t), [6]);
                optimizer.Step();
            }
            return parameter.Value.Doubles();
        }
    }

    [Fact]
    public void A_state_that_does_not_fit_is_refused_whole()
    {
        var parameter = new Parameter(Tauten.Tensor.Ones([2]));
        var optimizer = new Adam([parameter], 0.1);
        parameter.Grad = Tauten.Tensor.Ones([2]);
        optimizer.Step();
        var state = optimizer.State().ToDictionary(s => s.Key, s => s.Value);
        Assert.Equal(
            ["groups.0.learning_rate", "groups.0.weight_decay", "groups.0.maximize", "groups.0.beta1", "groups.0.beta2", "groups.0.epsilon", "groups.0.amsgrad", "parameters.0.exp_avg", "parameters.0.exp_avg_sq", "parameters.0.step"],
            optimizer.State().Keys);
        state.Remove("parameters.0.step");
        state["groups.0.learning_rate"] = Tauten.Tensor.From(0.7);
        state["parameters.0.exp_avg"] = Tauten.Tensor.Ones([3]);
        state["parameters.1.exp_avg"] = Tauten.Tensor.Ones([2]);
        var e = Assert.Throws<ModelFormatException>(() => optimizer.LoadState(state));
        Assert.Equal(
            "Adam: the state does not fit the optimizer.\n  missing: parameters.0.step int64[]\n  unexpected: parameters.1.exp_avg float32[2]\n" +
            "  mismatched: parameters.0.exp_avg: expected float32[2], received float32[3]", e.Message);
        Assert.Equal(0.1, optimizer.LearningRate);
        var hostile = optimizer.State().ToDictionary(s => s.Key, s => s.Value);
        hostile["groups.0.learning_rate"] = Tauten.Tensor.From(0.7);
        hostile["groups.0.beta1"] = Tauten.Tensor.From(double.NaN);
        e = Assert.Throws<ModelFormatException>(() => optimizer.LoadState(hostile));
        Assert.StartsWith("Adam: the state holds an option that is out of range. Expected 0 or more, below 1.", e.Message);
        Assert.Equal(0.1, optimizer.LearningRate);
    }

    [Fact]
    public void Mistakes_are_named()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adam([], learningRate: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adam([], beta1: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdamW([], weightDecay: double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SGD([], momentum: -0.1));
        Assert.Throws<ArgumentException>(() => new SGD([], nesterov: true));
        Assert.Throws<ArgumentNullException>(() => new SGD(null!));
        var none = Assert.Throws<InvalidOperationException>(() => new SGD([]).Step());
        Assert.StartsWith("SGD: there are no parameters to update.", none.Message);
        var twice = new Parameter(Tauten.Tensor.Ones([2]), "w") { Grad = Tauten.Tensor.Ones([2]) };
        var e = Assert.Throws<InvalidOperationException>(() => new SGD([twice, twice]).Step());
        Assert.StartsWith("SGD: Parameter w : float32[2] is listed twice.", e.Message);
    }

    [Fact]
    public void A_captured_step_does_what_an_eager_one_does()
    {
        foreach (var make in new Func<IEnumerable<Parameter>, Optimizer>[] { p => new SGD(p, 0.1, momentum: 0.9), p => new Adam(p, 0.1), p => new AdamW(p, 0.1) })
        {
            Assert.Equal(Run(captured: false), Run(captured: true));

            double[] Run(bool captured)
            {
                var model = new Sequential(new Linear(3, 4, generator: new Generator(1)), new Tanh(), new Linear(4, 2, generator: new Generator(2)));
                var optimizer = make(model.Parameters());
                var criterion = new MSELoss();
                Tensor Step(Tensor x, Tensor y)
                {
                    optimizer.ZeroGrad();
                    var loss = criterion.Call(model.Call(x), y);
                    loss.Backward();
                    optimizer.Step();
                    return loss;
                }
                Tensor input = Tensor(Numbers(15, 3), [5, 3], DType.Float32), target = Tensor(Numbers(10, 4), [5, 2], DType.Float32);
                var graph = captured ? Graph.Capture(x => [Step(x[0], x[1])], input.Spec, target.Spec) : null;
                var losses = new List<double>();
                for (int t = 0; t < 6; t++)
                {
                    if (t == 3) optimizer.LearningRate = 0.01;
                    losses.AddRange((graph is null ? Step(input, target) : graph.Run(input, target)[0]).Doubles());
                }
                return [.. losses, .. model.Parameters().SelectMany(p => p.Value.Doubles())];
            }
        }
    }
}
