using Tauten.NN;

namespace Tauten.Compiler.Tests;

/// <summary>Values that are computed twice, so that they need not be kept: less memory, the same bits.</summary>
public sealed class RecomputeTests
{
    static readonly CompileOptions keeping = new() { Check = false, Recompute = false }, recomputing = new() { Check = false, Recompute = true };

    static readonly Dictionary<string, (Func<Module<Tensor, Tensor>> Net, Shape Input)> nets = new()
    {
        ["activations"] = (() => new Sequential(new Linear(32, 64), new Gelu(), new Linear(64, 64), new Gelu(), new Linear(64, 64), new Gelu(), new Linear(64, 3)), [256, 32]),
        ["batch normalization"] = (() => new Sequential(
            new Conv2d(3, 8, 3, padding: 1), new BatchNorm2d(8), new ReLU(), new Conv2d(8, 8, 3, padding: 1), new BatchNorm2d(8), new ReLU(), new Conv2d(8, 8, 3, padding: 1), new BatchNorm2d(8), new ReLU(),
            new GlobalAvgPool(), new Flatten(), new Linear(8, 3)), [16, 3, 12, 12]),
        ["layer normalization"] = (() => new Sequential(new Linear(32, 64), new LayerNorm(64), new Linear(64, 64), new LayerNorm(64), new Linear(64, 64), new LayerNorm(64), new Linear(64, 3)), [256, 32]),
        ["dropout"] = (() => new Sequential(new Linear(32, 64), new Gelu(), new Dropout(0.3), new Linear(64, 64), new Gelu(), new Dropout(0.2), new Linear(64, 64), new Gelu(), new Linear(64, 3)), [256, 32]),
    };

    public static TheoryData<string> Nets => [.. nets.Keys];

    static Func<Tensor, Tensor, Tensor> Step(Module<Tensor, Tensor> net, Optimizer optimizer) => (x, y) =>
    {
        optimizer.ZeroGrad();
        var loss = net.Call(x).CrossEntropy(y).Mean();
        loss.Backward();
        optimizer.Step();
        return loss;
    };

    /// <summary>The losses of some steps, then all parameters and buffers.</summary>
    static (float[] Numbers, CompileReport Report) Train(string name, CompileOptions options)
    {
        using var scope = Generator.Use(new Generator(7));
        var (make, shape) = nets[name];
        var net = make();
        var step = Compiled.Function(Step(net, new SGD(net.Parameters(), 0.05, momentum: 0.9)), options);
        var (x, y) = (Tensor.Randn(shape), Tensor.RandInt(0, 3, [shape[0]]));
        List<float> all = [.. Enumerable.Range(0, 4).Select(_ => step(x, y).Item<float>())];
        foreach (var (_, cell) in net.NamedParameters()) all.AddRange(cell.Value.ToArray<float>());
        foreach (var (_, cell) in net.NamedBuffers())
            if (cell.DType == DType.Float32) all.AddRange(cell.Value.ToArray<float>());
        return ([.. all], Compiled.ReportOf(step));
    }

    [Theory, MemberData(nameof(Nets))]
    public void A_training_step_takes_less_memory_and_gives_the_same_bits(string name)
    {
        var (kept, before) = Train(name, keeping);
        var (again, after) = Train(name, recomputing);
        Assert.Equal(kept, again);
        // For the other two nets nothing, or next to nothing, is won at this size; it must not be lost either.
        double share = name is "activations" or "layer normalization" ? 0.9 : 1;
        Assert.True(after.WorkspaceBytes <= share * before.WorkspaceBytes, $"{before.WorkspaceBytes} bytes became {after.WorkspaceBytes}.");
    }

    [Fact]
    public void Dropout_draws_the_same_mask_again_from_the_same_key()
    {
        var dropouts = Train("dropout", recomputing).Report.Graphs[0].Nodes.Where(node => node.Op is Ops.Dropout).ToArray();
        var keys = dropouts.Select(node => (node.Input(1), node.InputOutput(1))).ToHashSet();
        // On the way there, for the weight behind it, and for the gradient.
        Assert.Equal(2, keys.Count);
        Assert.True(dropouts.Length > 2 * keys.Count, $"{dropouts.Length} nodes for {keys.Count} masks.");
    }

    [Fact]
    public void What_is_assigned_meanwhile_is_read_before()
    {
        float[][] results = [.. new CompileOptions?[] { null, keeping, recomputing }.Select(Run)];
        Assert.Equal(results[1], results[2]);
        float largest = results[0].Max(Math.Abs);
        for (int i = 0; i < results[0].Length; i++) Assert.Equal(results[0][i], results[2][i], 1e-4f * largest);

        static float[] Run(CompileOptions? options)
        {
            using var scope = Generator.Use(new Generator(2));
            var scale = new Buffer(Tensor.Rand([64]), "scale");
            var (weight, x) = (Tensor.Randn([64, 64]) * 0.1, Tensor.Randn([256, 64]));
            Func<Tensor, Tensor> function = x =>
            {
                var y = (x * scale.Value).Exp();
                var z = y.MatMul(weight);
                scale.Value = scale.Value * 0.5;
                // At this moment most is in memory.
                Tensor[] wide = [.. Enumerable.Range(0, 4).Select(i => (z * (i + 1)).MatMul(weight))];
                z = wide[0].MatMul(wide[1].T).MatMul(wide[2]) + wide[3];
                return y + z.MatMul(weight);
            };
            var compiled = options is null ? function : Compiled.Function(function, options);
            Tensor last = x;
            for (int i = 0; i < 3; i++) last = compiled(x);
            if (options is not null) Assert.Equal(options.Recompute ? 2 : 1, Compiled.ReportOf(compiled).Graphs[0].Nodes.Sum(Exponentials));
            return Tensor.Concat([last, scale.Value.Unsqueeze(0)], 0).ToArray<float>();
        }

        static int Exponentials(Node node) => node.Op switch
        {
            Ops.Exp => 1,
            Ops.Fused fused => fused.Body.Nodes.Sum(Exponentials),
            _ => 0,
        };
    }

    [Theory, MemberData(nameof(Nets))]
    public void Without_gradients_nothing_is_computed_twice(string name)
    {
        var net = nets[name].Net();
        foreach (bool training in new[] { false, true })
        {
            if (training) net.Train();
            else net.Eval();
            using var untracked = Gradients.NoGrad();
            var spec = new TensorSpec(DType.Float32, nets[name].Input);
            var graph = Graph.Capture(net.Call, spec);
            Assert.Equal(GraphStages.Of(graph, [spec], Backends.Default, keeping).Plan, GraphStages.Of(graph, [spec], Backends.Default, recomputing).Plan);
        }
    }

    [Fact]
    public void A_checkpoint_is_not_made_one_with_its_second_computation()
    {
        static (float[] Numbers, long Bytes) Train(bool checkpoints, bool compiled)
        {
            using var scope = Generator.Use(new Generator(5));
            var blocks = Enumerable.Range(0, 4).Select(_ => new Sequential(new Linear(32, 32), new Tanh(), new Linear(32, 32), new Dropout(0.2), new Tanh())).ToArray();
            var optimizer = new SGD(blocks.SelectMany(block => block.Parameters()), 0.1);
            Func<Tensor, Tensor> step = x =>
            {
                optimizer.ZeroGrad();
                var y = x;
                foreach (var block in blocks) y = checkpoints ? Gradients.Checkpoint(block.Call, y) : block.Call(y);
                var loss = y.Square().Mean();
                loss.Backward();
                optimizer.Step();
                return loss;
            };
            var run = compiled ? Compiled.Function(step, keeping) : step;
            var x = Tensor.Randn([512, 32]);
            List<float> all = [.. Enumerable.Range(0, 3).Select(_ => run(x).Item<float>())];
            foreach (var parameter in blocks.SelectMany(block => block.Parameters())) all.AddRange(parameter.Value.ToArray<float>());
            return ([.. all], compiled ? Compiled.ReportOf(run).WorkspaceBytes : 0);
        }

        var (eager, _) = Train(checkpoints: true, compiled: false);
        var (kept, before) = Train(checkpoints: false, compiled: true);
        var (again, after) = Train(checkpoints: true, compiled: true);
        Assert.Equal(kept, again);
        for (int i = 0; i < eager.Length; i++) Assert.Equal(eager[i], again[i], 1e-4f);
        Assert.True(after < 0.85 * before, $"{before} bytes became {after}.");
    }
}
