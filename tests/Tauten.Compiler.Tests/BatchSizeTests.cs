using Tauten.NN;

namespace Tauten.Compiler.Tests;

/// <summary>One graph for all batch sizes: losses and gradients of whole nets beside eager execution.</summary>
public sealed partial class BatchSizeTests
{
    public static TheoryData<string> Nets => ["mlp", "cnn", "transformer"];

    [Theory, MemberData(nameof(Nets))]
    public void Twenty_sizes_need_no_other_graph(string name)
    {
        using var scope = Generator.Use(new Generator(9));
        Module<Tensor, Tensor> net = name switch
        {
            "mlp" => new Sequential(new Linear(6, 16), new ReLU(), new Linear(16, 4)),
            "cnn" => new Sequential(new Conv2d(1, 4, 3, padding: 1), new BatchNorm2d(4), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(4 * 9, 4)),
            _ => new Attending(),
        };
        Parameter[] parameters = [.. net.Parameters()];
        Tensor[] Learn(Tensor[] x)
        {
            foreach (var parameter in parameters) parameter.ZeroGrad();
            var loss = net.Call(x[0]).CrossEntropy(x[1]).Mean();
            loss.Backward();
            return [loss, .. parameters.Select(parameter => parameter.Grad!)];
        }
        var compiled = Compiled.Function(Learn, new CompileOptions { Check = false });
        var random = new Random(4);
        for (int i = 0; i < 20; i++)
        {
            // Batch normalization is singular for one sample.
            int size = random.Next(2, 33);
            Tensor[] x = name switch
            {
                "mlp" => [Tensor.Randn([size, 6]), Tensor.RandInt(0, 4, [size])],
                "cnn" => [Tensor.Randn([size, 1, 6, 6]), Tensor.RandInt(0, 4, [size])],
                _ => [Tensor.RandInt(0, 7, [size, 5]), Tensor.RandInt(0, 7, [5 * size])],
            };
            Tensor[] expected = Learn(x), received = compiled(x);
            for (int k = 0; k < expected.Length; k++)
                Assert.True((expected[k] - received[k]).Abs().Max().Item<float>() <= 1e-4f * Math.Max(1, expected[k].Abs().Max().Item<float>()), $"result {k} for a batch of {size} differs.");
        }
        var report = Compiled.ReportOf(compiled);
        Assert.Equal((1, 0), (report.Captures, report.EagerCalls));
        Assert.Empty(report.Reasons);
    }

    sealed partial class Attending : Module<Tensor, Tensor>
    {
        readonly Embedding embed = new(7, 8);
        readonly LayerNorm norm = new(8);
        readonly Linear parts = new(8, 24);
        readonly Linear last = new(8, 7);

        protected override Tensor Forward(Tensor x)
        {
            var z = embed.Call(x);
            var all = parts.Call(norm.Call(z)).Chunk(3, -1);
            Tensor[] heads = [.. all.Select(part => part.Unflatten(-1, [2, 4]).Transpose(1, 2))];
            z += heads[0].ScaledDotProductAttention(heads[1], heads[2], causal: true).Transpose(1, 2).Flatten(2);
            return last.Call(z).Flatten(0, 1);
        }
    }
}
