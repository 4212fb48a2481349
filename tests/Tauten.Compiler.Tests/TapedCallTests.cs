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

    [Theory, InlineData(true), InlineData(false)]
    public void Tensors_from_outside_get_their_gradients(bool check)
    {
        var leaf = Tensor.From([2f, 3], requiresGrad: true);
        var other = Tensor.From([2f, 3], requiresGrad: true);
        Func<Tensor, Tensor> eager = x => (other * x * other).Exp(), compiled = Compiled.Function((Tensor x) => (leaf * x * leaf).Exp(), new CompileOptions { Check = check });
        foreach (float factor in new[] { 0.1f, 0.2f, -0.3f })
        {
            var x = Tensor.From([factor, factor]);
            eager(x).Sum().Backward();
            compiled(x).Sum().Backward();
            AllNear(other.Grad!, leaf.Grad!);
        }
        var at = Tensor.From([0.1f, 0.2f], requiresGrad: true);
        AllNear(Second(eager, at, other), Second(compiled, at, leaf));

        static Tensor Second(Func<Tensor, Tensor> f, Tensor x, Tensor w)
        {
            var first = Gradients.Of(f(x).Sum(), [w, x], createGraph: true);
            return Gradients.Of((first[0] * first[1]).Sum(), [w])[0];
        }
    }

    [Fact]
    public void What_was_computed_outside_leads_back_to_its_leaves_once()
    {
        var weight = new Parameter(Tensor.From([2f, 3]));
        var leaf = Tensor.From([1f, 5], requiresGrad: true);
        Tensor doubled = weight.Value * 2, made = leaf.Square();
        var f = Compiled.Function((Tensor x) => doubled * made * x + leaf * weight.Value, new CompileOptions { Check = false });
        f(Tensor.From([1f, 1])).Sum().Backward();
        // d/dw = 2 l^2 + l, d/dl = 2 w 2 l + w
        AllNear(Tensor.From([3f, 55]), weight.Grad!);
        AllNear(Tensor.From([10f, 63]), leaf.Grad!);
    }

    [Fact]
    public void A_walk_inside_brings_gradients_to_leaves_outside_and_to_inputs()
    {
        var eager = Run(f => f);
        var compiled = Run(f => Compiled.Function(f));
        for (int i = 0; i < eager.Length; i++) AllNear(eager[i], compiled[i]);

        static Tensor[] Run(Func<Func<Tensor, Tensor>, Func<Tensor, Tensor>> make)
        {
            var leaf = Tensor.From([2f, 3], requiresGrad: true);
            var behind = Tensor.From([1f, -1], requiresGrad: true);
            var direct = Tensor.From([4f, 5], requiresGrad: true);
            var f = make(x =>
            {
                (leaf * x * x).Sum().Backward();
                return leaf.Square();
            });
            f(behind * 3);
            f(direct).Sum().Backward();
            f(direct);
            return [leaf.Grad!, behind.Grad!, direct.Grad!];
        }
    }

    [Fact]
    public void The_report_shows_only_graphs_that_have_run()
    {
        var weight = Tensor.From([2f, 3], requiresGrad: true);
        var f = Compiled.Function((Tensor x) => (weight * x).Sum(), new CompileOptions { Check = false });
        Assert.Empty(Compiled.ReportOf(f).Graphs);
        var y = f(Tensor.From([1f, 1]));
        Assert.Single(Compiled.ReportOf(f).Graphs);
        y.Backward();
        Assert.Equal(2, Compiled.ReportOf(f).Graphs.Count);
    }

    static void AllNear(Tensor expected, Tensor received)
    {
        float[] a = expected.ToArray<float>(), b = received.ToArray<float>();
        Assert.Equal(a.Length, b.Length);
        for (int i = 0; i < a.Length; i++) Assert.True(Math.Abs(a[i] - b[i]) <= 1e-5f * Math.Max(1, Math.Abs(a[i])), $"number {i} is {b[i]}. Expected {a[i]}.");
    }
}
