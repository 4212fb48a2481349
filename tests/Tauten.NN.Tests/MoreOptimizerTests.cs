using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>What optimizers with named options, and those that are none, do beside their formulas, which the tests of agreement compare.</summary>
public class MoreOptimizerTests
{
    public static TheoryData<string> Names => [.. All.Keys];

    static Dictionary<string, Func<IEnumerable<Parameter>, Optimizer>> All { get; } = new()
    {
        ["Adamax"] = p => new Adamax(p, 0.1), ["NAdam"] = p => new NAdam(p, 0.1), ["RAdam"] = p => new RAdam(p, 0.1),
        ["RMSprop"] = p => new RMSprop(p, 0.1, momentum: 0.5, centered: true), ["Adagrad"] = p => new Adagrad(p, 0.1, initialSum: 0.1), ["Adadelta"] = p => new Adadelta(p, 1),
        ["ASGD"] = p => new ASGD(p, 0.1, start: 2), ["Rprop"] = p => new Rprop(p, 0.1), ["Lion"] = p => new Lion(p, 0.1), ["LAMB"] = p => new LAMB(p, 0.1),
        ["Adafactor"] = p => new Adafactor(p, 0.1), ["Ftrl"] = p => new Ftrl(p, 0.1, l1: 0.01), ["Amsgrad"] = p => new Adam(p, 0.1, amsgrad: true),
    };

    [Theory, MemberData(nameof(Names))]
    public void State_continues_where_it_was(string name)
    {
        var make = All[name];
        Assert.Equal(Run(10), Run(4));

        double[] Run(int until)
        {
            Parameter parameter = new(Tensor(Numbers(6, 1), [2, 3])), frozen = new(Tensor(Numbers(2, 1), [2])), scalar = new(Tensor([0.5], []));
            var optimizer = make([frozen, parameter, scalar]);
            optimizer.LearningRate = 0.07;
            for (int t = 0; t < 10; t++)
            {
                if (t == until)
                {
                    var file = Safetensors.ToBytes(optimizer.State());
                    (parameter, scalar) = (new(parameter.Value), new(scalar.Value));
                    optimizer = make([frozen, parameter, scalar]);
                    optimizer.LoadState(Safetensors.Load(file));
                }
                parameter.Grad = Tensor(Numbers(6, 10 + t), [2, 3]);
                scalar.Grad = Tensor(Numbers(1, 20 + t), []);
                optimizer.Step();
            }
            return [.. parameter.Value.Doubles(), .. scalar.Value.Doubles()];
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void A_captured_step_does_what_an_eager_one_does(string name)
    {
        Parameter eager = new(Tensor(Numbers(6, 1), [2, 3])), captured = new(Tensor(Numbers(6, 1), [2, 3]));
        var (first, second) = (All[name]([eager]), All[name]([captured]));
        var x = Tensor(Numbers(6, 2), [2, 3]);
        var graph = Graph.Capture(input => Train(captured, second, input), x.Spec);
        for (int step = 0; step < 6; step++)
        {
            Equal(Train(eager, first, x).Doubles(), graph.Run(x)[0], 1e-12);
            first.LearningRate = second.LearningRate = 0.1 / (step + 2);
        }
        Equal(eager.Value.Doubles(), captured.Value, 1e-12);
    }

    static Tauten.Tensor Train(Parameter w, Optimizer optimizer, Tauten.Tensor x)
    {
        optimizer.ZeroGrad();
        var loss = (w.Borrow() * x - 1).Square().Sum();
        loss.Backward();
        optimizer.Step();
        return loss;
    }

    [Theory, MemberData(nameof(Names))]
    public void Parameters_of_16_bits_keep_their_type(string name)
    {
        var parameter = new Parameter(Tensor(Numbers(6, 1), [2, 3], DType.BFloat16));
        var optimizer = All[name]([parameter]);
        var before = parameter.Value.Doubles();
        for (int t = 0; t < 3; t++)
        {
            parameter.Grad = Tauten.Tensor.Ones([2, 3], DType.BFloat16);
            optimizer.Step();
        }
        Assert.Equal(DType.BFloat16, parameter.DType);
        // Ftrl knows nothing of where parameters began.
        if (name != "Ftrl") Assert.All(parameter.Value.Doubles().Zip(before), v => Assert.True(v.First <= v.Second));
        Assert.Contains(optimizer.State(), entry => entry.Value.DType == DType.Float32);
    }

    [Theory, MemberData(nameof(Names))]
    public void Parameters_get_the_same_bits_alone_and_together(string name)
    {
        string[] alone = Run(together: false), together = Run(together: true), withMany;
        var (count, threshold) = (Cpu.Workers.Count, Cpu.Workers.ParallelThreshold);
        try
        {
            (Cpu.Workers.Count, Cpu.Workers.ParallelThreshold) = (5, 0);
            withMany = Run(together: true);
        }
        finally
        {
            (Cpu.Workers.Count, Cpu.Workers.ParallelThreshold) = (count, threshold);
        }
        Assert.Equal(alone, together);
        Assert.Equal(alone, withMany);

        // Below and above what is kept in managed objects, of one block and of several, of all types.
        string[] Run(bool together)
        {
            Parameter[] all =
            [
                .. from dtype in (DType[])[DType.Float32, DType.Float64, DType.BFloat16, DType.Float16]
                   from shape in (Shape[])[[], [7], [3, 100], [41, 401], [50_001]]
                   select new Parameter(Tauten.Tensor.Randn(shape, DType.Float32, new Generator(3)).To(dtype)),
            ];
            Optimizer[] optimizers = together ? [All[name](all)] : [.. all.Select(parameter => All[name]([parameter]))];
            for (int t = 0; t < 3; t++)
            {
                for (int i = 0; i < all.Length; i++)
                    all[i].Grad = (i + t) % 5 == 0 ? null : Tauten.Tensor.Randn(all[i].Shape, DType.Float32, new Generator(100 + (ulong)t)).To(all[i].DType);
                foreach (var optimizer in optimizers) optimizer.Step();
            }
            return [.. all.Select(parameter => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Safetensors.ToBytes(new Dictionary<string, Tauten.Tensor> { ["w"] = parameter.Value }))))];
        }
    }

    [Fact]
    public void Groups_have_options_by_name()
    {
        Parameter a = new(Tauten.Tensor.Ones([2])), b = new(Tauten.Tensor.Ones([2]));
        var optimizer = new RMSprop([a], 0.1, epsilon: 0.5);
        var group = optimizer.Add([b], weightDecay: 1);
        Assert.Equal((0.1, 0.5, 1), (group.LearningRate, group["epsilon"], group.WeightDecay));
        group["alpha"] = 0;
        foreach (var parameter in new[] { a, b }) parameter.Grad = Tauten.Tensor.Ones([2]);
        optimizer.Step();
        Equal([1 - 0.1 / 0.6, 1 - 0.1 / 0.6], a.Value, 1e-6);
        Equal([1 - 0.1 * 2 / 2.5, 1 - 0.1 * 2 / 2.5], b.Value, 1e-6);
        var e = Assert.Throws<ArgumentException>(() => group["beta1"]);
        Assert.StartsWith("There is no option 'beta1'. Expected one of: alpha, epsilon, momentum, centered.", e.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => group["alpha"] = 1);
    }

    [Fact]
    public void Mistakes_are_named()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adamax([], beta1: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RAdam([], learningRate: double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Rprop([], shrink: 1));
        var decaying = new Rprop([]);
        decaying.Groups[0].WeightDecay = 0.1;
        Assert.StartsWith("Rprop: sizes of gradients do not matter, so there is no weight decay. Received: 0.1.", Assert.Throws<InvalidOperationException>(decaying.Step).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adafactor([], decay: 0));
        Assert.Throws<ArgumentNullException>(() => new Lion(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LBFGS([], learningRate: 0));
        Assert.StartsWith("LBFGS: there are no parameters", Assert.Throws<InvalidOperationException>(() => new LBFGS([]).Step(() => Tauten.Tensor.From(0.0))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new StepDecay(0));
        Assert.Throws<ArgumentException>(() => new SequentialSchedule([new StepDecay(1)], [3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OneCycle(1, 10, rising: 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ClipGradients.ByNorm([], -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AveragedModel([], 2));
        Assert.Throws<InvalidOperationException>(() => new AveragedModel([]).Apply());
        Assert.Throws<ArgumentOutOfRangeException>(() => new Lookahead(new SGD([]), 0));
        var optimizer = new SGD([], 0.1);
        var e = Assert.Throws<ModelFormatException>(() => new ReduceOnPlateau(optimizer).LoadState(new Dictionary<string, Tauten.Tensor> { ["best"] = Tauten.Tensor.From(1f) }));
        Assert.Equal("ReduceOnPlateau: the state does not fit the schedule.\n  missing: waited int64[]; cooling int64[]\n  mismatched: best: expected float64[], received float32[]", e.Message);
    }

    [Fact]
    public void LBFGS_solves_the_problem_of_Rosenbrock()
    {
        double[] whole = Run(100), broken = Run(3);
        Equal([1, 1], whole, 1e-6);
        Assert.Equal(whole, broken);

        static double[] Run(int until)
        {
            var w = new Parameter(Tensor([-1.2, 1], [2]));
            var optimizer = new LBFGS([w], lineSearch: true, iterations: 8, changeTolerance: 1e-16);
            for (int t = 0; t < 12; t++)
            {
                if (t == until)
                {
                    var file = Safetensors.ToBytes(optimizer.State());
                    w = new Parameter(w.Value);
                    optimizer = new LBFGS([w], 0.1, lineSearch: true, iterations: 8, changeTolerance: 1e-16);
                    optimizer.LoadState(Safetensors.Load(file));
                }
                var (here, now) = (w, optimizer);
                optimizer.Step(() =>
                {
                    now.ZeroGrad();
                    Tauten.Tensor a = here.Value[0], b = here.Value[1];
                    var loss = (1 - a).Square() + (b - a.Square()).Square() * 100;
                    loss.Backward();
                    return loss;
                });
            }
            return w.Value.Doubles();
        }
    }

    [Fact]
    public void Gradients_are_clipped()
    {
        Parameter a = new(Tauten.Tensor.Zeros([2])), b = new(Tauten.Tensor.Zeros([], DType.Float64)), none = new(Tauten.Tensor.Zeros([3]));
        Set();
        Equal([13], ClipGradients.ByNorm([a, b, none], 6.5), 1e-6);
        Equal([1.5, -2], a.Grad!, 1e-5);
        Equal([6], b.Grad!, 1e-5);
        Set();
        Equal([12], ClipGradients.ByNorm([a, b], 100, double.PositiveInfinity), 1e-6);
        Equal([3, -4], a.Grad!, 0);
        ClipGradients.ByValue([a, b, none], 3.5);
        Equal([3, -3.5], a.Grad!, 0);
        Equal([3.5], b.Grad!, 0);
        Assert.Null(none.Grad);
        Equal([0], ClipGradients.ByNorm([none], 1), 0);

        void Set() => (a.Grad, b.Grad) = (Tauten.Tensor.From([3f, -4f]), Tauten.Tensor.From(12.0));
    }

    [Fact]
    public void Gradients_are_clipped_in_place_where_nobody_sees_them()
    {
        var layer = new Linear(70, 60, generator: new Generator(1));
        var x = Tauten.Tensor.Randn([5, 70], DType.Float32, new Generator(2));
        layer.Call(x).Square().Sum().Backward();
        var before = layer.Weight.BorrowGrad()!.Storage;
        double norm = ClipGradients.ByNorm(layer.Parameters(), 1).Doubles()[0];
        Assert.True(norm > 1);
        Assert.Same(before, layer.Weight.BorrowGrad()!.Storage);
        // Here the program holds what it may still want to read.
        var seen = layer.Weight.Grad!;
        var values = seen.Doubles();
        Equal([1], ClipGradients.ByNorm(layer.Parameters(), 0.5), 1e-5);
        Assert.NotSame(before, layer.Weight.BorrowGrad()!.Storage);
        Assert.Equal(values, seen.Doubles());
        Equal([.. values.Select(v => v / 2)], layer.Weight.Grad!, 1e-5);
        Equal([0.5], ClipGradients.ByNorm(layer.Parameters(), 2), 1e-5);
    }

    [Fact]
    public void Clipping_gives_the_same_bits_for_any_number_of_threads()
    {
        Parameter[] all = [.. from size in (long[])[7, 300, 70_000] select new Parameter(Tauten.Tensor.Zeros([size]))];
        var (count, threshold) = (Cpu.Workers.Count, Cpu.Workers.ParallelThreshold);
        try
        {
            var results = new List<double[]>();
            foreach (int threads in (int[])[1, 2, 5])
            {
                (Cpu.Workers.Count, Cpu.Workers.ParallelThreshold) = (threads, 0);
                foreach (var parameter in all) parameter.Grad = Tauten.Tensor.Randn(parameter.Shape, DType.Float32, new Generator(3));
                var norm = ClipGradients.ByNorm(all, 1);
                results.Add([.. norm.Doubles(), .. all.SelectMany(parameter => parameter.Grad!.Doubles())]);
            }
            Assert.Equal(results[0], results[1]);
            Assert.Equal(results[0], results[2]);
        }
        finally
        {
            (Cpu.Workers.Count, Cpu.Workers.ParallelThreshold) = (count, threshold);
        }
    }

    [Fact]
    public void Gradients_are_clipped_in_a_captured_step()
    {
        var w = new Parameter(Tensor([1, 1], [2]));
        var optimizer = new SGD([w], 1);
        var graph = Graph.Capture(x =>
        {
            optimizer.ZeroGrad();
            var loss = (w.Borrow() * x).Sum();
            loss.Backward();
            var norm = ClipGradients.ByNorm([w], 1);
            ClipGradients.ByValue([w], 0.7);
            optimizer.Step();
            return norm;
        }, w.Spec);
        Equal([5], graph.Run(Tensor([3, 4], [2]))[0], 1e-12);
        Equal([0.4, 0.3], w.Value, 1e-6);
    }

    [Fact]
    public void Averages_follow_the_values()
    {
        var w = new Parameter(Tensor([0], [1]));
        AveragedModel all = new([w]), moving = new([w], 0.75);
        foreach (double value in new double[] { 4, 8, 0 })
        {
            w.Value = Tensor([value], [1]);
            all.Update();
            moving.Update();
        }
        Equal([4], all.Means[0], 1e-12);
        Equal([3.75], moving.Means[0], 1e-12);
        using (all.Apply()) Equal([4], w.Value, 1e-12);
        Equal([0], w.Value, 0);
        var again = new AveragedModel([w], 0.75);
        again.LoadState(Safetensors.Load(Safetensors.ToBytes(moving.State())));
        again.Update();
        Equal([3.75 * 0.75], again.Means[0], 1e-12);
    }

    [Fact]
    public void An_average_is_updated_in_a_captured_step()
    {
        var w = new Parameter(Tensor([1], [1]));
        AveragedModel average = new([w]);
        average.Update();
        var graph = Graph.Capture(x =>
        {
            w.Value = w.Value + x;
            average.Update();
            return w.Value;
        }, w.Spec);
        for (int i = 0; i < 3; i++) graph.Run(Tensor([2], [1]));
        Equal([4], average.Means[0], 1e-12);
    }

    [Fact]
    public void Lookahead_goes_part_of_the_way()
    {
        var w = new Parameter(Tensor([0], [1]));
        var optimizer = new Lookahead(new SGD([w], 1), 2, 0.25);
        for (int i = 0; i < 5; i++)
        {
            if (i == 3)
            {
                var state = Safetensors.Load(Safetensors.ToBytes(optimizer.State()));
                w = new(w.Value);
                optimizer = new Lookahead(new SGD([w], 0.1), 2, 0.25);
                optimizer.LoadState(state);
            }
            w.Grad = Tensor([-1], [1]);
            optimizer.Step();
        }
        // 1, 2 -> 0.5, 1.5, 2.5 -> 1, 2
        Equal([2], w.Value, 1e-12);
    }
}
