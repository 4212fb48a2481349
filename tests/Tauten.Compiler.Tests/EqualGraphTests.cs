using Tauten.NN;

namespace Tauten.Compiler.Tests;

/// <summary>Equal graphs are compiled once, and a run leaves nothing to the garbage collector.</summary>
public sealed class EqualGraphTests
{
    static readonly CompileOptions plain = new() { Check = false };

    sealed record Training(Module<Tensor, Tensor> Net, Optimizer Optimizer)
    {
        public static Training Of(ulong seed)
        {
            using var scope = Generator.Use(new Generator(seed));
            var net = new Sequential(new Linear(6, 300), new ReLU(), new LayerNorm(300), new Linear(300, 3));
            return new(net, new Adam(net.Parameters(), learningRate: 0.01));
        }

        public Tensor Learn(Tensor x, Tensor y)
        {
            Optimizer.ZeroGrad();
            var loss = Net.Call(x).CrossEntropy(y).Mean();
            loss.Backward();
            Optimizer.Step();
            return loss;
        }

        public Func<Tensor, Tensor, Tensor> Compile() => Compiled.Function((Func<Tensor, Tensor, Tensor>)Learn, plain);
    }

    [Fact]
    public void Nets_of_one_kind_share_plans_and_keep_their_own_weights()
    {
        var (first, second, eager) = (Training.Of(1), Training.Of(2), Training.Of(2));
        Func<Tensor, Tensor, Tensor> a = first.Compile(), b = second.Compile();
        var x = Tensor.Randn([8, 6], DType.Float32, new Generator(3));
        var y = Tensor.RandInt(0, 3, [8], DType.Int64, new Generator(4));
        for (int i = 0; i < 3; i++)
        {
            a(x, y);
            Assert.Equal(eager.Learn(x, y).Item<float>(), b(x, y).Item<float>(), 1e-4f);
        }
        foreach (var (mine, theirs) in second.Net.Parameters().Zip(eager.Net.Parameters())) Assert.True((mine.Value - theirs.Value).Abs().Max().Item<float>() < 1e-3);
        var backend = Backends.Default;
        Graph one = Compiled.ReportOf(a).Graphs[0], other = Compiled.ReportOf(b).Graphs[0];
        Assert.Same(one.Nodes, other.Nodes);
        Assert.Equal(second.Net.Parameters().First(), other.Cells.First(cell => cell is Parameter));
    }

    [Fact]
    public void Other_constants_make_another_graph()
    {
        var (large, same) = (Tensor.Ones([2000]), Tensor.Full([2000], 2));
        Func<Tensor, Tensor> a = Compiled.Function((Tensor x) => x + large, plain), b = Compiled.Function((Tensor x) => x + same, plain), c = Compiled.Function((Tensor x) => x + large, plain);
        var zero = Tensor.Zeros([2000]);
        Assert.Equal(1, a(zero).Max().Item<float>());
        Assert.Equal(2, b(zero).Max().Item<float>());
        Assert.Equal(1, c(zero).Max().Item<float>());
        Assert.Same(Compiled.ReportOf(a).Graphs[0].Nodes, Compiled.ReportOf(c).Graphs[0].Nodes);
        Assert.NotSame(Compiled.ReportOf(a).Graphs[0].Nodes, Compiled.ReportOf(b).Graphs[0].Nodes);
    }

    [Fact]
    public void A_training_step_leaves_little_to_the_garbage_collector()
    {
        var training = Training.Of(5);
        var step = training.Compile();
        var x = Tensor.Randn([32, 6], DType.Float32, new Generator(3));
        var y = Tensor.RandInt(0, 3, [32], DType.Int64, new Generator(4));
        for (int i = 0; i < 5; i++) step(x, y);
        long least = long.MaxValue;
        for (int i = 0; i < 5; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            step(x, y);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        Assert.True(least < 1024, $"A step left {least} bytes.");
    }

    [Fact]
    public void A_profile_tells_op_module_and_direction()
    {
        var training = Training.Of(6);
        var (x, y) = (Tensor.Ones([8, 6]), Tensor.Zeros([8], DType.Int64));
        var step = training.Compile();
        step(x, y);
        foreach (bool compiled in new[] { false, true })
        {
            var profile = new Profile();
            using (profile.Record())
            {
                if (compiled) step(x, y);
                else training.Learn(x, y);
            }
            Assert.Contains(profile.Events, e => e is { Name: "Linear", Module: "Sequential.0", IsBackward: false, Operations: 2 * 8 * 6 * 300 });
            Assert.Contains(profile.Events, e => e is { Module: "Sequential.3", IsBackward: true, Op: Tauten.Ops.MatMul });
            Assert.Contains(profile.Events, e => e.Name == "AdamStep");
            Assert.Contains("% of peak", profile.ToString());
            Assert.All(profile.ByModule().Rows, row => Assert.True(row.Calls > 0));
            using var stream = new MemoryStream();
            profile.WriteTrace(stream);
            using var trace = System.Text.Json.JsonDocument.Parse(stream.ToArray());
            Assert.Equal(2 * profile.Events.Count, trace.RootElement.GetProperty("traceEvents").GetArrayLength());
        }
    }
}
