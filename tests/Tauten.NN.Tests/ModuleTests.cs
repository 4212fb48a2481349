namespace Tauten.NN.Tests;

sealed partial class Block : Module<Tensor, Tensor>
{
    readonly Linear inner = new(4, 4);
    public Dropout Drop { get; } = new(0.5);
    protected override Tensor Forward(Tensor x) => Drop.Call(inner.Call(x)) + x;
}

sealed partial class Tower : Module<Tensor, Tensor>
{
    readonly List<Block> blocks = [new(), new()];
    readonly Parameter _scale = new(Tensor.Ones([4]));
    readonly Buffer seen = new(Tensor.Zeros([]));
    readonly Linear? head;
    readonly Sequential tail = new(new Linear(4, 2), new ReLU());

    public Tower(bool withHead) => head = withHead ? new(4, 4) : null;

    protected override Tensor Forward(Tensor x)
    {
        foreach (var block in blocks) x = block.Call(x);
        return tail.Call((head?.Call(x) ?? x) * _scale);
    }
}

/// <summary>Two names for one layer, a tied weight, and a way back to the owner.</summary>
sealed partial class Shared : Module<Tensor, Tensor>
{
    readonly Linear first = new(3, 3);
    readonly Linear again;
    readonly Parameter tied;
    readonly Inside inside;

    public Shared()
    {
        again = first;
        tied = first.Weight;
        inside = new(this);
    }

    protected override Tensor Forward(Tensor x) => again.Call(first.Call(x)) + x.Linear(tied);

    public sealed partial class Inside(Shared owner) : Module<Tensor, Tensor>
    {
        readonly Shared owner = owner;
        readonly Parameter own = new(Tensor.Ones([1]));
        protected override Tensor Forward(Tensor x) => owner.Call(x) * own;
    }
}

class Twofold : Module
{
    readonly Parameter p = new(Tensor.Ones([1]));

    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        visitor.Visit("p", p);
        visitor.Visit("p", p);
    }
}

sealed class Pair : Module<(Tensor A, Tensor B), (Tensor Sum, Tensor Difference)>
{
    protected override (Tensor Sum, Tensor Difference) Forward((Tensor A, Tensor B) x) => (x.A + x.B, x.A - x.B);
}

public class ModuleTests
{
    [Fact]
    public void Names_follow_the_code()
    {
        var tower = new Tower(withHead: true);
        Assert.Equal(
            ["blocks.0.inner.weight", "blocks.0.inner.bias", "blocks.1.inner.weight", "blocks.1.inner.bias", "scale", "head.weight", "head.bias", "tail.0.weight", "tail.0.bias"],
            tower.NamedParameters().Select(p => p.Name));
        Assert.Equal(["seen"], tower.NamedBuffers().Select(b => b.Name));
        Assert.Equal(["blocks.0", "blocks.1", "head", "tail"], tower.Children().Select(c => c.Name));
        Assert.Equal(["", "blocks.0", "blocks.0.inner", "blocks.0.Drop", "blocks.1", "blocks.1.inner", "blocks.1.Drop", "head", "tail", "tail.0", "tail.1"], tower.NamedModules().Select(m => m.Name));
        Assert.DoesNotContain("head.weight", new Tower(withHead: false).State().Keys);
        Assert.Equal(tower.Parameters(), tower.NamedParameters().Select(p => p.Parameter));
    }

    [Fact]
    public void The_tree_is_printed()
    {
        Assert.Equal(
            """
            Tower(
              (blocks.0): Block(
                (inner): Linear(4 -> 4)
                (Drop): Dropout(rate 0.5)
              )
              (blocks.1): Block(
                (inner): Linear(4 -> 4)
                (Drop): Dropout(rate 0.5)
              )
              (tail): Sequential(
                (0): Linear(4 -> 2)
                (1): ReLU()
              )
            )
            """, new Tower(withHead: false).ToString());
        Assert.Equal(
            """
            Sequential(
              (0): Conv2d(3 -> 8, kernel [3, 3], stride [2, 2], padding [1, 1])
              (1): BatchNorm2d(8, epsilon 1E-05, momentum 0.1)
              (2): MaxPool2d(kernel [2, 2])
              (3): Flatten(axes 1 to -1)
              (4): Dense(10, Softmax)
              (5): LayerNorm([10], epsilon 1E-05)
            )
            """, new Sequential(new Conv2d(3, 8, 3, 2, 1), new BatchNorm2d(8), new MaxPool2d(2), new Flatten(), new Dense(10, Activation.Softmax), new LayerNorm(10)).ToString());
        Assert.Contains("(again): Linear(3 -> 3, shown above)", new Shared().ToString());
    }

    [Fact]
    public void Errors_name_the_place_by_its_path()
    {
        var tower = new Tower(withHead: true);
        var e = Assert.Throws<ShapeException>(() => tower.Call(Tensor.Ones([2, 5])));
        Assert.Equal("Tower.blocks.0.inner", e.ModulePath);
        Assert.EndsWith("(in Tower.blocks.0.inner)", e.Message);
        Assert.Equal("Tower.tail.0", tower.NamedModules().Single(m => m.Name == "tail.0").Module.ModulePath);
        Assert.Equal("tail.0.weight", tower.NamedParameters().Single(p => p.Name == "tail.0.weight").Parameter.Name);
        // The path ends where the call ends.
        Assert.Null(Assert.Throws<ShapeException>(() => Tensor.Ones([2]) + Tensor.Ones([3])).ModulePath);
    }

    [Fact]
    public void The_outermost_module_names_the_path()
    {
        var layer = new Linear(4, 4);
        var block = new Sequential(layer);
        Assert.Equal("Linear", Path(layer, () => layer.Call(Tensor.Ones([1]))));
        Assert.Equal("Sequential.0", Path(layer, () => block.Call(Tensor.Ones([1]))));
        var net = new Sequential(new ReLU(), block);
        Assert.Equal("Sequential.1.0", Path(layer, () => net.Call(Tensor.Ones([1]))));
        // In two places: the first stays.
        Assert.Equal("Sequential.1.0", Path(layer, () => new Sequential(new Tanh(), new Tanh(), layer).Call(Tensor.Ones([1]))));

        static string? Path(Module module, Action call)
        {
            var e = Assert.Throws<ShapeException>(call);
            Assert.Equal(module.ModulePath, e.ModulePath);
            return e.ModulePath;
        }
    }

    [Fact]
    public void Modes_reach_everything_inside()
    {
        var tower = new Tower(withHead: true);
        Assert.All(tower.NamedModules(), m => Assert.True(m.Module.IsTraining));
        tower.Eval();
        Assert.All(tower.NamedModules(), m => Assert.False(m.Module.IsTraining));
        tower.Train();
        Assert.All(tower.NamedModules(), m => Assert.True(m.Module.IsTraining));
    }

    [Fact]
    public void Hooks_see_and_change_the_output()
    {
        var layer = new ReLU();
        var seen = new List<string>();
        var watching = layer.RegisterForwardHook((x, y) => seen.Add($"{x} {y}"));
        var changing = layer.RegisterForwardHook((_, y) => y * 10);
        Assert.Equal("[ 0, 20]", layer.Call(Tensor.From([-1f, 2f])).ToString());
        Assert.Equal(["[-1,  2] [0, 2]"], seen);
        changing.Dispose();
        changing.Dispose();
        Assert.Equal("[0, 2]", layer.Call(Tensor.From([-1f, 2f])).ToString());
        watching.Dispose();
        layer.Call(Tensor.From([1f]));
        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public void Inputs_and_outputs_may_be_tuples()
    {
        var (sum, difference) = new Pair().Call((Tensor.From([3f]), Tensor.From([1f])));
        Assert.Equal("[4] [2]", $"{sum} {difference}");
    }

    [Fact]
    public void Sharing_and_cycles_do_no_harm()
    {
        var shared = new Shared();
        Assert.Equal(["first.weight", "first.bias", "inside.own"], shared.State().Keys);
        shared.Call(Tensor.Ones([2, 3])).Sum().Backward();
        Assert.Equal("Shared.first", shared.NamedModules().Single(m => m.Name == "first").Module.ModulePath);
        // Other names of the same things are known, as PyTorch writes them.
        var state = shared.State().ToDictionary(s => s.Key, s => s.Value);
        state["again.weight"] = state["tied"] = state["inside.owner.first.weight"] = state["first.weight"];
        shared.LoadState(state);
        state.Remove("first.weight");
        state["tied"] = Tensor.Zeros([3, 3]);
        state.Remove("again.weight");
        state.Remove("inside.owner.first.weight");
        shared.LoadState(state);
        Assert.Equal(0, shared.Parameters().First().Value.Abs().Max().Item<float>());
        state["inside.owner.inside.owner.again.weight"] = Tensor.Ones([3, 3]);
        state.Remove("tied");
        shared.LoadState(state);
        Assert.Equal(1, shared.Parameters().First().Value.Abs().Max().Item<float>());
    }

    [Fact]
    public void Two_members_of_one_name_are_an_error()
    {
        var e = Assert.Throws<InvalidOperationException>(() => new Twofold().State());
        Assert.Equal("Twofold: two members are named 'p'. Rename one: the names of parameters in files are made of them.", e.Message);
    }

    [Fact]
    public void Many_members_are_no_matter()
    {
        var net = new Sequential([.. Enumerable.Range(0, 100).Select(_ => (Module<Tensor, Tensor>)new Linear(1, 1))]);
        Assert.Equal(200, net.Parameters().Distinct().Count());
        Assert.Equal("99.bias", net.State().Keys.Last());
        var e = Assert.Throws<InvalidOperationException>(() => new ManyTwice().Parameters().Count());
        Assert.StartsWith("ManyTwice: two members are named '7'.", e.Message);
    }

    sealed class ManyTwice : Module
    {
        protected override void Enumerate(ModuleVisitor visitor)
        {
            for (int i = 0; i < 40; i++) visitor.Visit($"{i}", new ReLU());
            visitor.Visit("7", new ReLU());
        }
    }

    [Fact]
    public void Sequential_is_a_list()
    {
        var net = new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 1));
        Assert.Equal(3, net.Count);
        Assert.Same(net[1], net.ElementAt(1));
        Assert.Equal("Sequential: there is no module 3. Expected 0 to 2.", Assert.Throws<IndexException>(() => net[3]).Message);
        Assert.Equal(["0.weight", "0.bias", "2.weight", "2.bias"], net.State().Keys);
        Assert.Same(net, net.NamedModules().First().Module);
        Assert.Equal("[1]", new Sequential().Call(Tensor.From([1f])).ToString());
        Assert.Throws<ArgumentNullException>(() => new Sequential(new ReLU(), null!));
    }

    public static TheoryData<Action, string> Mistakes => new()
    {
        { () => _ = new Linear(0, 3), "Linear: inFeatures must be at least 1. Received: 0." },
        { () => _ = new Linear(3, -1), "Linear: outFeatures must be at least 1. Received: -1." },
        { () => _ = new Dense(0), "Dense: units must be at least 1. Received: 0." },
        { () => _ = new Conv2d(3, 8, 0), "Conv2d: kernelSize must be at least 1. Received: [0]." },
        { () => _ = new Conv2d(3, 8, [1, 2, 3]), "Conv2d: kernelSize must be one number, or one for each of 2 axes. Received: [1, 2, 3]." },
        { () => _ = new Conv2d(3, 8, 3, groups: 2), "Conv2d: 3 input and 8 output channels cannot both be split into 2 groups." },
        { () => _ = new Conv2d(3, 8, 3, padding: -1), "Conv2d: padding must be at least 0. Received: [-1]." },
        { () => _ = new Dropout(1.5), "Dropout: expected a rate of 0 to 1. Received: 1.5." },
        { () => _ = new LayerNorm([]), "LayerNorm: normalizedShape must have at least one axis. Received: []." },
        { () => new Linear(3, 2).Call(Tensor.Ones([2, 4])), "Linear: expected an input [.., 3]. Received: shape [2, 4]. (in Linear)" },
        { () => new Linear(3, 2).Call(Tensor.Ones([2, 3], DType.Float64)), "Linear: its parameters are float32. Received: an input of float64. Convert it with To(dtype), or make the layer with that dtype. (in Linear)" },
        { () => new Dense(3, inputSize: 2).Call(Tensor.Ones([4, 3])), "Dense: expected an input [.., 2]. Received: shape [4, 3]. (in Dense)" },
        { () => new Dense(3).Call(Tensor.Ones([])), "Dense: expected an input of at least one axis. Received: a scalar. (in Dense)" },
        { () => new BatchNorm2d(3).Call(Tensor.Ones([2, 4, 5, 5])), "BatchNorm2d: expected an input [batch, 3, height, width]. Received: shape [2, 4, 5, 5]. (in BatchNorm2d)" },
        { () => new BatchNorm2d(3).Call(Tensor.Ones([1, 3, 1, 1])), "BatchNorm2d: in training each channel needs at least 2 values. Received: shape [1, 3, 1, 1]. Use a larger batch, or Eval(). (in BatchNorm2d)" },
        { () => new LayerNorm([2, 3]).Call(Tensor.Ones([4, 3])), "LayerNorm: expected an input whose last axes are [2, 3]. Received: shape [4, 3]. (in LayerNorm)" },
        { () => new Embedding(3, 2).Call(Tensor.From([0L, 3])), "Embedding: index 1 is 3. Expected 0 to 2. (in Embedding)" },
        { () => new Embedding(3, 2).Call(Tensor.From([-1])), "Embedding: index 0 is -1. Expected 0 to 2. (in Embedding)" },
        { () => new Embedding(3, 2).Call(Tensor.Ones([2])), "Embedding: expected indices of dtype int64 or int32. Received: float32. Convert with To(dtype). (in Embedding)" },
        { () => new Dense(3).State(), "Dense has no weights yet: it learns its input size at the first call. Call the model once, load a state, or give inputSize." },
        { () => new Sequential(new ReLU(), new Dense(3)).State(), "Dense '1' has no weights yet: it learns its input size at the first call. Call the model once, load a state, or give inputSize." },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistakes_are_named(Action call, string expected) => Assert.Equal(expected, Assert.ThrowsAny<TautenException>(call).Message);
}
