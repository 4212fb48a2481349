using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

public partial class StateTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("tauten-nn").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string In(string name) => Path.Combine(folder, name);

    [Fact]
    public void A_model_is_saved_and_loaded()
    {
        var model = Make();
        var x = Tauten.Tensor.Randn([2, 3, 8, 8]);
        model.Call(x);
        model.Eval();
        model.Save(In("net.safetensors"));
        var other = Make();
        other.Eval();
        Assert.NotEqual(model.Call(x).Doubles(), other.Call(x).Doubles());
        var report = other.Load(In("net.safetensors"));
        Assert.Empty(report.Missing);
        Assert.Empty(report.Unexpected);
        Assert.Equal(model.Call(x).Doubles(), other.Call(x).Doubles());
        Assert.Single(Directory.GetFiles(folder));
        Safetensors.Load(In("net.safetensors"), out var metadata);
        Assert.Equal("pt", metadata["format"]);

        // Not sized yet: Dense learns from the file. Saving before is an error that leaves the old file alone.
        static Sequential Make() => new(new Conv2d(3, 4, 3), new BatchNorm2d(4), new Flatten(), new Dense(5, Activation.Relu), new Dense(2, bias: false));
    }

    [Fact]
    public void All_that_does_not_fit_is_told_at_once_and_nothing_is_changed()
    {
        var state = new Sequential(new Linear(3, 4), new ReLU(), new Linear(4, 2)).State().ToDictionary(s => s.Key, s => s.Value);
        state.Remove("2.bias");
        state["0.weight"] = Tauten.Tensor.Ones([4, 5]);
        state["2.weight"] = Tauten.Tensor.Ones([2, 4], DType.Int64);
        state["3.scale"] = Tauten.Tensor.Ones([2]);
        var model = new Sequential(new Linear(3, 4), new ReLU(), new Linear(4, 2), new Dense(7));
        var before = model.NamedParameters().Select(p => p.Parameter.Value.Doubles()).ToArray();
        var e = Assert.Throws<ModelFormatException>(() => model.LoadState(state));
        Assert.Equal(
            "Sequential: the state does not fit the model.\n" +
            "  missing: 2.bias float32[2]; 3.weight; 3.bias\n" +
            "  unexpected: 3.scale float32[2]\n" +
            "  mismatched: 0.weight: expected float32[4, 3], received float32[4, 5]; 2.weight: expected float32[2, 4], received int64[2, 4]", e.Message);
        Assert.Equal(before, model.NamedParameters().Select(p => p.Parameter.Value.Doubles()));
        // Shapes must fit in any case.
        Assert.Throws<ModelFormatException>(() => model.LoadState(state, strict: false));
        state.Remove("0.weight");
        state.Remove("2.weight");
        var report = model.LoadState(state, strict: false);
        Assert.Equal(["0.weight float32[4, 3]", "2.weight float32[2, 4]", "2.bias float32[2]", "3.weight", "3.bias"], report.Missing);
        Assert.Equal(["3.scale float32[2]"], report.Unexpected);
    }

    [Fact]
    public void A_Dense_that_learned_from_a_state_that_does_not_fit_forgets_it()
    {
        var model = new Sequential(new Dense(2), new Linear(2, 2));
        var state = new Dictionary<string, Tensor> { ["0.weight"] = Tauten.Tensor.Ones([2, 9]), ["0.bias"] = Tauten.Tensor.Ones([2]) };
        Assert.Throws<ModelFormatException>(() => model.LoadState(state));
        Assert.Equal(Shape.Of(1, 2), model.Call(Tauten.Tensor.Ones([1, 3])).Shape);
        var sized = new Sequential(new Dense(2));
        sized.LoadState(state);
        Equal([10], sized.Call(Tauten.Tensor.Ones([1, 9])).Max(), 0);
    }

    [Fact]
    public void The_file_is_named_in_errors()
    {
        new Linear(2, 2).Save(In("a.safetensors"));
        var e = Assert.Throws<ModelFormatException>(() => new Linear(2, 3).Load(In("a.safetensors")));
        Assert.StartsWith($"Linear: {In("a.safetensors")} does not fit the model.\n  mismatched: ", e.Message);
        Assert.Throws<FileNotFoundException>(() => new Linear(2, 3).Load(In("none")));
        File.WriteAllText(In("b"), "hello world");
        Assert.StartsWith(In("b"), Assert.Throws<ModelFormatException>(() => new Linear(2, 3).Load(In("b"))).Message);
    }

    [Fact]
    public void Floating_types_are_converted()
    {
        var model = new Linear(2, 2);
        model.LoadState(model.State().ToDictionary(s => s.Key, s => (s.Value * 0 + 0.5).To(DType.BFloat16)));
        Equal([0.5, 0.5, 0.5, 0.5], model.Weight.Value, 0);
        Assert.Equal(DType.Float32, model.Weight.DType);
    }

    [Fact]
    public void A_state_is_a_snapshot()
    {
        var model = new Linear(40, 30);
        var state = model.State();
        var before = state["weight"].Doubles();
        var optimizer = new SGD(model.Parameters(), 0.1);
        for (int i = 0; i < 3; i++)
        {
            model.Call(Tauten.Tensor.Ones([2, 40])).Sum().Backward();
            optimizer.Step();
        }
        Assert.Equal(before, state["weight"].Doubles());
        Assert.NotEqual(before, model.Weight.Value.Doubles());
        model.LoadState(state);
        for (int i = 0; i < 3; i++)
        {
            model.Call(Tauten.Tensor.Ones([2, 40])).Sum().Backward();
            optimizer.Step();
        }
        Assert.Equal(before, state["weight"].Doubles());
    }

    [Fact]
    public void A_copy_goes_its_own_way()
    {
        var model = new Sequential(new Linear(40, 30), new BatchNorm2dOfRows());
        var copy = new Sequential(new Linear(40, 30), new BatchNorm2dOfRows());
        copy.CopyFrom(model);
        Assert.Equal(Values(model), Values(copy));
        var before = Values(model);
        var optimizer = new Adam(copy.Parameters(), 0.1);
        for (int i = 0; i < 3; i++)
        {
            copy.Call(Tauten.Tensor.Randn([4, 40])).Square().Sum().Backward();
            optimizer.Step();
        }
        Assert.Equal(before, Values(model));
        Assert.NotEqual(before, Values(copy));
        Assert.Throws<ModelFormatException>(() => copy.CopyFrom(new Linear(40, 30)));

        static double[] Values(Module module) => [.. module.State().Values.SelectMany(t => t.Doubles())];
    }

    sealed partial class BatchNorm2dOfRows : Module<Tensor, Tensor>
    {
        readonly BatchNorm2d norm = new(30);
        protected override Tensor Forward(Tensor x) => norm.Call(x.Unsqueeze([2, 3])).Squeeze([2, 3]);
    }
}
