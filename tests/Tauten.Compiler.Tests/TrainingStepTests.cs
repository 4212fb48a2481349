using Tauten.NN;

namespace Tauten.Compiler.Tests;

/// <summary>Whole training steps as one graph, beside the same steps run eagerly.</summary>
public sealed class TrainingStepTests
{
    static readonly CompileOptions plain = new() { Check = false };

    static Sequential Net() => new(new Linear(6, 16), new ReLU(), new BatchNorm1d(16), new Dropout(0.25), new Linear(16, 12), new ReLU(), new Dropout(0.3), new Linear(12, 3));

    static (Tensor X, Tensor Y) Batch(int size, ulong seed)
    {
        using var scope = Generator.Use(new Generator(seed));
        return (Tensor.Randn([size, 6]), Tensor.RandInt(0, 3, [size]));
    }

    /// <summary>Trains for some steps of changing batch sizes; the losses, then every parameter and buffer.</summary>
    static float[] Train(Func<IEnumerable<Parameter>, Optimizer> make, bool compiled, Action<int, Optimizer, Module>? between = null)
    {
        using var scope = Generator.Use(new Generator(3));
        var net = Net();
        var optimizer = make(net.Parameters());
        var criterion = new CrossEntropyLoss();
        Tensor Step(Tensor x, Tensor y)
        {
            optimizer.ZeroGrad();
            var loss = criterion.Call(net.Call(x), y);
            loss.Backward();
            optimizer.Step();
            return loss;
        }

        Func<Tensor, Tensor, Tensor> step = compiled ? Compiled.Function((Func<Tensor, Tensor, Tensor>)Step, plain) : Step;
        var all = new List<float>();
        for (int i = 0; i < 6; i++)
        {
            between?.Invoke(i, optimizer, net);
            var (x, y) = Batch(8 + 3 * (i % 3), (ulong)i);
            all.Add(step(x, y).Item<float>());
        }
        if (compiled && between is null) Assert.Equal(1, Compiled.ReportOf(step).Captures);
        foreach (var (_, cell) in net.NamedParameters()) all.AddRange(cell.Value.ToArray<float>());
        foreach (var (_, cell) in net.NamedBuffers())
            if (cell.DType == DType.Float32) all.AddRange(cell.Value.ToArray<float>());
        return [.. all];
    }

    static void Same(float[] compiled, float[] eager)
    {
        Assert.Equal(eager.Length, compiled.Length);
        for (int i = 0; i < eager.Length; i++) Assert.True(Math.Abs(compiled[i] - eager[i]) <= 1e-4f * Math.Max(1, Math.Abs(eager[i])), $"number {i} is {compiled[i]}. Expected {eager[i]}.");
    }

    public static TheoryData<string> Optimizers => ["SGD", "SGD with momentum", "Adam", "AdamW", "RMSprop", "Lion"];

    static Func<IEnumerable<Parameter>, Optimizer> Make(string name) => name switch
    {
        "SGD" => p => new SGD(p, learningRate: 0.1),
        "SGD with momentum" => p => new SGD(p, learningRate: 0.1, momentum: 0.9),
        "Adam" => p => new Adam(p, learningRate: 0.01),
        "AdamW" => p => new AdamW(p, learningRate: 0.01),
        "RMSprop" => p => new RMSprop(p, learningRate: 0.01),
        _ => p => new Lion(p, learningRate: 0.01),
    };

    [Theory, MemberData(nameof(Optimizers))]
    public void Steps_are_those_of_eager_execution(string optimizer) => Same(Train(Make(optimizer), compiled: true), Train(Make(optimizer), compiled: false));

    [Fact]
    public void The_learning_rate_is_read_at_every_step()
    {
        static void Halve(int step, Optimizer optimizer, Module net) => optimizer.LearningRate = 0.1 / (1 + step);
        Same(Train(Make("SGD"), compiled: true, Halve), Train(Make("SGD"), compiled: false, Halve));
    }

    [Fact]
    public void The_mode_of_a_module_and_frozen_parameters_are_followed()
    {
        static void Change(int step, Optimizer optimizer, Module net)
        {
            if (step == 2) net.Eval();
            if (step == 4) net.Train();
            net.Parameters().First().RequiresGrad = step != 3;
        }
        Same(Train(Make("Adam"), compiled: true, Change), Train(Make("Adam"), compiled: false, Change));
    }

    [Fact]
    public void A_parameter_that_the_program_holds_keeps_its_numbers()
    {
        var held = new List<(Tensor Tensor, float[] Numbers)>();
        void Hold(int step, Optimizer optimizer, Module net)
        {
            var value = net.Parameters().First().Value;
            held.Add((value, value.ToArray<float>()));
        }
        Same(Train(Make("Adam"), compiled: true, Hold), Train(Make("Adam"), compiled: false, Hold));
        foreach (var (tensor, numbers) in held) Assert.Equal(numbers, tensor.ToArray<float>());
    }

    [Fact]
    public void Gradients_that_nobody_used_remain_and_add_up()
    {
        var eager = new Parameter(Tensor.From([1f, 2]));
        var other = new Parameter(Tensor.From([1f, 2]));
        var backward = Compiled.Function((Tensor x) => Loss(other, x), plain);
        foreach (float factor in new[] { 1f, 3, -2 })
        {
            var x = Tensor.From([factor, factor]);
            Loss(eager, x);
            backward(x);
            Assert.Equal(eager.Grad!.ToArray<float>(), other.Grad!.ToArray<float>());
        }

        static Tensor Loss(Parameter p, Tensor x)
        {
            var loss = (p.Value * p.Value * x).Sum();
            loss.Backward();
            return loss;
        }
    }

    [Fact]
    public void Gradients_from_before_are_part_of_the_step()
    {
        var parameter = new Parameter(Tensor.From(1f));
        var optimizer = new SGD([parameter], learningRate: 1);
        var step = Compiled.Function((Tensor x) =>
        {
            var loss = parameter.Value * x;
            loss.Backward();
            optimizer.Step();
            return loss;
        }, plain);
        step(Tensor.From(2f));
        Assert.Equal(-1, parameter.Value.Item<float>());
        // The gradient of the first call is still there: 2 + 3.
        step(Tensor.From(3f));
        Assert.Equal(-6, parameter.Value.Item<float>());
        Assert.Equal(1, Compiled.ReportOf(step).EagerCalls);
    }
}
