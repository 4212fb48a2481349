using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Modules as functions of their parameters, and many of them at once.</summary>
public partial class CallWithTests
{
    sealed partial class Net : Module<Tensor, Tensor>
    {
        readonly Linear first = new(3, 4, dtype: DType.Float64);
        readonly BatchNorm1d norm = new(4, dtype: DType.Float64);
        readonly Linear last = new(4, 2, dtype: DType.Float64);

        protected override Tensor Forward(Tensor x) => last.Call(norm.Call(first.Call(x)).Tanh());
    }

    static readonly Tensor x = Tensor.From(Numbers(15, 1), [5, 3]);

    [Fact]
    public void A_module_with_another_state_is_the_other_module()
    {
        Net own = new(), other = new();
        own.Eval();
        other.Eval();
        double[] before = own.Call(x).Doubles(), expected = other.Call(x).Doubles();
        Assert.NotEqual(before, expected);
        Assert.Equal(expected, own.CallWith(other.State(), x).Doubles());
        Assert.Equal(before, own.Call(x).Doubles());
        // What is not named keeps its value.
        var mixed = new Net();
        mixed.CopyFrom(own);
        mixed.LoadState(new Dictionary<string, Tensor> { ["last.bias"] = other.State()["last.bias"] }, strict: false);
        mixed.Eval();
        Assert.Equal(mixed.Call(x).Doubles(), own.CallWith(new Dictionary<string, Tensor> { ["last.bias"] = other.State()["last.bias"] }, x).Doubles());
    }

    [Fact]
    public void Gradients_flow_to_the_state()
    {
        Net own = new(), other = new();
        own.Eval();
        other.Eval();
        other.Call(x).Square().Sum().Backward();
        var state = other.State().ToDictionary(s => s.Key, s => s.Value.DType.IsFloating() ? s.Value.WithGrad(true) : s.Value);
        own.CallWith(state, x).Square().Sum().Backward();
        foreach (var (name, parameter) in other.NamedParameters()) Assert.Equal(parameter.Grad!.Doubles(), state[name].Grad!.Doubles());
        Assert.All(own.Parameters(), p => Assert.Null(p.Grad));
        // As a function: a gradient for each sample without a loop.
        string[] names = [.. own.NamedParameters().Select(p => p.Name)];
        Tensor[] values = [.. names.Select(n => other.State()[n])];
        Tensor Loss(Tensor[] all) => own.CallWith(names.Select((n, i) => (n, all[i])).ToDictionary(p => p.n, p => p.Item2), all[^1].Unsqueeze(0)).Square().Sum();
        var each = Tensor.VMap(Gradients.Grad((Tensor[] all) => Loss(all), [.. Enumerable.Range(0, names.Length)]), [.. names.Select(_ => (int?)null), 0])([.. values, x]);
        for (int row = 0; row < 5; row++)
        {
            var one = Gradients.Grad((Tensor[] all) => Loss(all), [.. Enumerable.Range(0, names.Length)])([.. values, x.Select(0, row)]);
            for (int i = 0; i < names.Length; i++) Equal(one[i].Doubles(), each[i].Select(0, row), 1e-12);
        }
    }

    [Fact]
    public void What_is_assigned_goes_to_the_state()
    {
        Net own = new(), other = new();
        var state = other.State();
        double[] mean = own.State()["norm.running_mean"].Doubles();
        var y = own.CallWith(state, x, out var after);
        Assert.Equal(mean, own.State()["norm.running_mean"].Doubles());
        Assert.Equal(other.Call(x).Doubles(), y.Doubles());
        Assert.Equal(other.State()["norm.running_mean"].Doubles(), after["norm.running_mean"].Doubles());
        Assert.Equal(1, after["norm.num_batches_tracked"].Item<long>());
        Assert.Equal(state["last.weight"].Doubles(), after["last.weight"].Doubles());
        // Calls in calls: the inner one has its own state, the outer one keeps its.
        var inner = new Linear(2, 2, dtype: DType.Float64);
        inner.RegisterForwardHook((_, result) => inner.CallWith(new Dictionary<string, Tensor> { ["bias"] = Tensor.Zeros([2], DType.Float64) }, Tensor.Zeros([1, 2], DType.Float64)) is null ? result : result).Dispose();
        Assert.Equal(inner.State()["bias"].Doubles(), inner.CallWith(new Dictionary<string, Tensor>(), Tensor.Zeros([1, 2], DType.Float64)).Doubles());
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        var error = Assert.Throws<ModelFormatException>(() => new Net().CallWith(new Dictionary<string, Tensor> { ["first.weights"] = Tensor.Ones([1]), ["last.bias"] = Tensor.Ones([3], DType.Float64) }, x));
        Assert.Contains("first.weights", error.Message, StringComparison.Ordinal);
        Assert.Contains("last.bias: expected float64[2], received float64[3]", error.Message, StringComparison.Ordinal);
        Assert.Throws<ModelFormatException>(() => Ensemble.Stack(new Linear(2, 3), new Linear(2, 4)));
        Assert.Throws<ArgumentException>(() => Ensemble.Stack());
    }

    [Fact]
    public void Many_modules_at_once()
    {
        Net[] models = [new(), new(), new()];
        foreach (var model in models) model.Eval();
        var stacked = Ensemble.Stack(models);
        Assert.Equal(Shape.Of(3, 4, 3), stacked["first.weight"].Shape);
        var y = Ensemble.Call(models[0], stacked, x);
        Assert.Equal(Shape.Of(3, 5, 2), y.Shape);
        for (int i = 0; i < 3; i++) Equal(models[i].Call(x).Doubles(), y.Select(0, i), 1e-12);
        y.Square().Sum().Backward();
        for (int i = 0; i < 3; i++)
        {
            models[i].Call(x).Square().Sum().Backward();
            foreach (var (name, parameter) in models[i].NamedParameters()) Equal(parameter.Grad!.Doubles(), stacked[name].Grad!.Select(0, i), 1e-12);
        }
        // An input for each.
        var inputs = Tensor.From(Numbers(3 * 2 * 3, 5), [2, 3, 3]);
        var each = Ensemble.Call(models[0], stacked, inputs, axis: 1);
        for (int i = 0; i < 3; i++) Equal(models[i].Call(inputs.Select(1, i)).Doubles(), each.Select(0, i), 1e-12);
    }
}
