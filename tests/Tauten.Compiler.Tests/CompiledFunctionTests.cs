using Tauten.NN;

namespace Tauten.Compiler.Tests;

public sealed class CompiledFunctionTests
{
    [Fact]
    public void One_graph_serves_all_batch_sizes()
    {
        var net = new Sequential(new Conv2d(2, 4, 3, padding: 1), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(4 * 4 * 4, 5));
        net.Eval();
        var fast = net.Compile();
        using var untracked = Gradients.NoGrad();
        foreach (int size in new[] { 3, 1, 8, 2, 3, 17 })
        {
            var x = Tensor.Randn([size, 2, 8, 8]);
            Assert.True((fast(x) - net.Call(x)).Abs().Max().Item<float>() < 1e-5);
        }
        var report = Compiled.ReportOf(fast);
        Assert.Equal(1, report.Captures);
        Assert.Equal(5, report.Plans);
        Assert.Empty(report.Reasons);
    }

    [Fact]
    public void Sizes_that_are_multiples_of_the_batch_stay_so()
    {
        var loss = Compiled.Function((Tensor text, Tensor labels) => text.Flatten(0, 1).CrossEntropy(labels));
        foreach (int size in new[] { 2, 5, 3 }) loss(Tensor.Randn([size, 4, 7]), Tensor.RandInt(0, 7, [4 * size]));
        Assert.Equal(1, Compiled.ReportOf(loss).Captures);
    }

    [Fact]
    public void Other_dtypes_ranks_and_inner_sizes_make_another_graph_and_say_why()
    {
        var twice = Compiled.Function((Tensor x) => x * 2);
        twice(Tensor.Ones([2, 3]));
        twice(Tensor.Ones([2, 4]));
        twice(Tensor.Ones([2]));
        twice(Tensor.Ones([2], DType.Float64));
        twice(Tensor.Ones([5, 3]));
        var report = Compiled.ReportOf(twice);
        Assert.Equal(4, report.Captures);
        Assert.Contains("float32[batch, 3]", report.Reasons[0]);
    }

    [Fact]
    public void A_size_that_the_function_reads_as_a_number_is_fixed()
    {
        var mean = Compiled.Function((Tensor x) => x.Sum(0) / (float)x.Shape[0].Value);
        Assert.Equal([2f], mean(Tensor.From([1f, 3], [2, 1])).ToArray<float>());
        Assert.Equal([3f], mean(Tensor.From([1f, 3, 5], [3, 1])).ToArray<float>());
        var report = Compiled.ReportOf(mean);
        Assert.Equal(2, report.Captures);
        Assert.Contains("could not be left free", report.Reasons[0]);
    }

    [Fact]
    public void A_branch_on_a_value_is_an_error_that_names_the_line()
    {
        var absolute = Compiled.Function((Tensor x) => x.Sum().Item<float>() > 0 ? x : -x);
        var e = Assert.Throws<GraphException>(() => absolute(Tensor.Ones([3])));
        Assert.Contains("CompiledFunctionTests.cs", e.Message);
    }

    [Fact]
    public void The_first_call_finds_what_depends_on_hidden_state()
    {
        int calls = 0;
        var grows = Compiled.Function((Tensor x) => x * ++calls);
        Assert.Contains("result 0", Assert.Throws<GraphException>(() => grows(Tensor.Ones([2]))).Message);
    }

    [Fact]
    public void Results_may_be_inputs_constants_views_and_the_same_twice()
    {
        var constant = Tensor.From([7f, 8]);
        var all = Compiled.Function((Tensor[] x) =>
        {
            var y = x[0] * 2;
            return [x[0], constant, y, y, y.Transpose(0, 1), x[0].Reshape(-1), y.Sum()];
        });
        for (int i = 0; i < 2; i++)
        {
            var x = Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3]);
            var y = all([x]);
            Assert.Equal(x.ToArray<float>(), y[0].ToArray<float>());
            Assert.Equal([7f, 8], y[1].ToArray<float>());
            Assert.Equal([2f, 4, 6, 8, 10, 12], y[2].ToArray<float>());
            Assert.Equal([2f, 4, 6, 8, 10, 12], y[3].ToArray<float>());
            Assert.Equal([2f, 8, 4, 10, 6, 12], y[4].ToArray<float>());
            Assert.Equal(42, y[6].Item<float>());
        }
    }

    [Fact]
    public void Results_of_earlier_calls_stay_as_they_are()
    {
        var square = Compiled.Function((Tensor x) => x * x);
        var results = Enumerable.Range(0, 5).Select(i => square(Tensor.Full([2000], i))).ToArray();
        for (int i = 0; i < results.Length; i++) Assert.All(results[i].ToArray<float>(), v => Assert.Equal(i * i, v));
    }

    [Fact]
    public void Inputs_of_any_layout_are_taken()
    {
        var f = Compiled.Function((Tensor x) => x.Transpose(0, 1).MatMul(x) + 1);
        var x = Tensor.Randn([5, 7]);
        foreach (var view in new[] { x, x.Transpose(0, 1).Contiguous().Transpose(0, 1), Tensor.Randn([5, 14])[.., 3..10] })
            Assert.True((f(view) - (view.Transpose(0, 1).MatMul(view) + 1)).Abs().Max().Item<float>() < 1e-4);
    }

    [Fact]
    public void Buffers_may_change_places()
    {
        var (a, b) = (new Buffer(Tensor.From([1f, 2])), new Buffer(Tensor.From([3f, 4])));
        var swap = Compiled.Function(() =>
        {
            var old = a.Value;
            a.Value = b.Value;
            b.Value = old;
            return old + a.Value;
        }, new CompileOptions { Check = false });
        for (int i = 0; i < 3; i++) Assert.Equal([4f, 6], swap().ToArray<float>());
        Assert.Equal([3f, 4], a.Value.ToArray<float>());
        Assert.Equal([1f, 2], b.Value.ToArray<float>());
    }

    [Fact]
    public void Random_numbers_are_those_of_eager_execution()
    {
        static Tensor Draw(Tensor x) => x + Tensor.Randn(x.Shape) + Tensor.Rand(x.Shape);
        Tensor[] Run(Func<Tensor, Tensor> f)
        {
            using var scope = Generator.Use(new Generator(5));
            return [f(Tensor.Zeros([3])), f(Tensor.Zeros([4])), Tensor.Rand([2]), f(Tensor.Zeros([3]))];
        }
        var compiled = Compiled.Function((Func<Tensor, Tensor>)Draw);
        Assert.Equal(Run(Draw).SelectMany(t => t.ToArray<float>()), Run(compiled).SelectMany(t => t.ToArray<float>()));
    }

    [Fact]
    public void Sizes_that_depend_on_data_are_left_to_the_graph()
    {
        var positive = Compiled.Function((Tensor x) => x.MaskedSelect(x > 0) * 2);
        Assert.Equal([2f, 6], positive(Tensor.From([1f, -1, 3])).ToArray<float>());
        Assert.Equal([4f], positive(Tensor.From([-1f, -1, 2, 0])).ToArray<float>());
    }

    [Fact]
    public void Many_threads_may_call_it()
    {
        var net = new Sequential(new Linear(8, 32), new Gelu(), new Linear(32, 4));
        net.Eval();
        net.Freeze();
        var fast = net.Compile();
        var inputs = Enumerable.Range(0, 8).Select(i => Tensor.Randn([1 + i, 8])).ToArray();
        var expected = inputs.Select(x => net.Call(x).ToArray<float>()).ToArray();
        Parallel.For(0, 400, i =>
        {
            float[] y = fast(inputs[i % 8]).ToArray<float>();
            for (int k = 0; k < y.Length; k++) Assert.Equal(expected[i % 8][k], y[k], 1e-5f);
        });
    }

    [Fact]
    public void Inside_of_another_capture_it_is_part_of_that_graph()
    {
        var twice = Compiled.Function((Tensor x) => x * 2);
        Assert.Equal(2, Compiled.Function((Tensor x) => twice(x) + twice(x)) is var f && f(Tensor.From(0.5f)).Item<float>() is var y ? y : 0);
        Assert.Equal([2f, 2], Gradients.Of(twice(Tensor.From([1f, 1], requiresGrad: true) is var x ? x : null!), [x], Tensor.Ones([2]))[0].ToArray<float>());
    }

    [Fact]
    public void A_size_that_shows_to_be_no_batch_when_ops_are_expanded_is_kept()
    {
        // The weight's only size, 1, is the smallest of all, as a batch's would be.
        var norm = Compiled.Function((Tensor x, Tensor weight) => x.RmsNorm(1, weight), new CompileOptions { Check = false });
        Tensor input = Tensor.Randn([3, 5, 1], DType.Float32, new Generator(1)), weight = Tensor.From([2f]);
        Assert.Equal(input.RmsNorm(1, weight).ToArray<float>(), norm(input, weight).ToArray<float>());
        Assert.Contains(Compiled.ReportOf(norm).Reasons, reason => reason.StartsWith("the first size could not be left free", StringComparison.Ordinal));
    }
}
