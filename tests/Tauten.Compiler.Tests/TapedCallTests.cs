using Tauten.NN;

namespace Tauten.Compiler.Tests;

/// <summary>Compiled functions whose results are differentiated by code outside of them.</summary>
public sealed class TapedCallTests
{
    static Sequential Net() => new(new Linear(5, 12), new BatchNorm1d(12), new Gelu(), new Dropout(0.2), new Linear(12, 3));

    static float[] Train(bool compiled)
    {
        using var scope = Generator.Use(new Generator(11));
        var net = Net();
        var optimizer = new Adam(net.Parameters(), learningRate: 0.01);
        Func<Tensor, Tensor> model = compiled ? net.Compile(new CompileOptions { Check = false }) : net.Call;
        var numbers = new List<float>();
        for (int i = 0; i < 5; i++)
        {
            var (x, y) = (Tensor.Randn([6 + i, 5]), Tensor.RandInt(0, 3, [6 + i]));
            optimizer.ZeroGrad();
            var loss = model(x).CrossEntropy(y).Mean();
            loss.Backward();
            optimizer.Step();
            numbers.Add(loss.Item<float>());
        }
        foreach (var p in net.Parameters()) numbers.AddRange(p.Value.ToArray<float>());
        foreach (var (_, b) in net.NamedBuffers())
            if (b.DType == DType.Float32) numbers.AddRange(b.Value.ToArray<float>());
        return [.. numbers];
    }

    [Fact]
    public void A_compiled_module_learns_like_the_module()
    {
        float[] eager = Train(compiled: false), compiled = Train(compiled: true);
        for (int i = 0; i < eager.Length; i++) Assert.True(Math.Abs(eager[i] - compiled[i]) < 1e-4f, $"number {i} is {compiled[i]}. Expected {eager[i]}.");
    }

    [Fact]
    public void Gradients_of_inputs_come_through_and_differentiate_again()
    {
        var cube = Compiled.Function((Tensor x) => x * x * x);
        var x = Tensor.From([1f, 2, 3], requiresGrad: true);
        var first = Gradients.Of(cube(x).Sum(), [x], createGraph: true)[0];
        Assert.Equal([3f, 12, 27], first.ToArray<float>());
        Assert.Equal([6f, 12, 18], Gradients.Of(first.Sum(), [x])[0].ToArray<float>());
    }

    [Fact]
    public void Results_that_get_no_gradient_count_as_zero()
    {
        var both = Compiled.Function((Tensor[] x) => new[] { x[0].Exp(), x[0] * x[1] });
        var (a, b) = (Tensor.From([0f, 1], requiresGrad: true), Tensor.From([2f, 3], requiresGrad: true));
        both([a, b])[1].Sum().Backward();
        Assert.Equal([2f, 3], a.Grad!.ToArray<float>());
        Assert.Equal([0f, 1], b.Grad!.ToArray<float>());
    }

    [Fact]
    public void A_parameter_changed_between_the_way_there_and_back_counts_as_it_was()
    {
        var weight = new Parameter(Tensor.From([2f, 3]));
        var f = Compiled.Function((Tensor x) => (weight.Value * x).Sum(), new CompileOptions { Check = false });
        var x = Tensor.From([1f, 1], requiresGrad: true);
        var y = f(x);
        weight.Value = Tensor.From([100f, 100]);
        y.Backward();
        Assert.Equal([2f, 3], x.Grad!.ToArray<float>());
    }
}
