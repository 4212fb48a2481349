using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Updates of low rank for chosen parameters of a model.</summary>
public class LoraTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("tauten-nn").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static Sequential Make() => new(new Linear(6, 8, dtype: DType.Float64), new Gelu(), new Linear(8, 8, dtype: DType.Float64), new Gelu(), new Linear(8, 3, dtype: DType.Float64));

    static Tensor X => Tensor(Numbers(30, 1), [5, 6]);

    static void Train(Sequential net, int steps)
    {
        var optimizer = new Adam(net.Parameters(), 0.05);
        for (int i = 0; i < steps; i++)
        {
            optimizer.ZeroGrad();
            (net.Call(X) - Tensor(Numbers(15, 2), [5, 3])).Square().Sum().Backward();
            optimizer.Step();
        }
    }

    [Fact]
    public void Updates_alone_are_trained_and_can_be_merged()
    {
        var net = Make();
        var first = net.Call(X).Doubles();
        var bases = net.State().ToDictionary(s => s.Key, s => s.Value.Doubles());
        Assert.Equal(["0.weight", "2.weight"], Lora.Apply(net, 2, 4, "0.*", "2.weight"));
        Equal(first, net.Call(X), 1e-14);
        Assert.Equal(["0.parametrizations.weight.0.lora_A", "0.parametrizations.weight.0.lora_B", "2.parametrizations.weight.0.lora_A", "2.parametrizations.weight.0.lora_B"],
            net.NamedParameters().Where(p => p.Parameter.RequiresGrad).Select(p => p.Name));
        Train(net, 20);
        var trained = net.Call(X).Doubles();
        Assert.NotEqual(first, trained);
        foreach (string name in (string[])["0", "2"]) Equal(bases[$"{name}.weight"], net.State()[$"{name}.parametrizations.weight.original"], 0);
        foreach (string name in (string[])["0.bias", "4.weight", "4.bias"]) Equal(bases[name], net.State()[name], 0);

        // W + 4 / 2 B A, written once more.
        var state = net.State();
        double[] w = bases["0.weight"], a = state["0.parametrizations.weight.0.lora_A"].Doubles(), b = state["0.parametrizations.weight.0.lora_B"].Doubles();
        var expected = Enumerable.Range(0, 48).Select(i => w[i] + 2 * Enumerable.Range(0, 2).Sum(k => b[i / 6 * 2 + k] * a[k * 6 + i % 6])).ToArray();
        Equal(expected, ((Linear)net[0]).Weight.Value, 1e-14);

        Lora.Merge(net);
        Lora.Merge(net);
        Equal(expected, net.State()["0.parametrizations.weight.original"], 1e-14);
        Equal(trained, net.Call(X), 1e-12);
        Assert.Equal(4, Lora.State(net).Count);
        Assert.DoesNotContain("lora", string.Join(' ', net.State().Keys), StringComparison.Ordinal);
        Lora.Unmerge(net);
        Equal(w, net.State()["0.parametrizations.weight.original"], 1e-14);
        Equal(trained, net.Call(X), 1e-12);
        Lora.Remove(net);
        Assert.Equal(bases.Keys.Order(), net.State().Keys.Order());
        Equal(trained, net.Call(X), 1e-12);
        Assert.True(((Linear)net[0]).Weight.RequiresGrad);
        Assert.Empty(Lora.Of(net));
    }

    [Fact]
    public void Updates_are_saved_by_themselves()
    {
        Sequential net = Make(), other = Make();
        other.CopyFrom(net);
        Lora.Apply(net, 2, 4, "?.weight");
        Lora.Apply(other, 2, 4, "?.weight");
        Train(net, 5);
        string path = Path.Combine(folder, "adapter.safetensors");
        Safetensors.Save(path, Lora.State(net));
        Assert.NotEqual(net.Call(X).Doubles(), other.Call(X).Doubles());
        Lora.LoadState(other, Safetensors.Load(path));
        Equal(net.Call(X).Doubles(), other.Call(X), 0);
        var state = Lora.State(net).ToDictionary();
        state.Remove("0.parametrizations.weight.0.lora_A");
        state["0.weight"] = Tauten.Tensor.Ones([1]);
        Assert.Equal(
            "Sequential: the state does not fit the updates of the model.\n  missing: 0.parametrizations.weight.0.lora_A float64[2, 6]\n  unexpected: 0.weight float32[1]",
            Assert.Throws<ModelFormatException>(() => Lora.LoadState(other, state)).Message);
        // The whole model too.
        var whole = Make();
        Lora.Apply(whole, 2, 4, "?.weight");
        whole.LoadState(net.State());
        Equal(net.Call(X).Doubles(), whole.Call(X), 0);
        Lora.Merge(whole);
        Assert.Throws<InvalidOperationException>(() => Lora.LoadState(whole, Lora.State(net)));
    }

    [Fact]
    public void Dropout_is_for_training_and_others_stay_learned_if_asked()
    {
        var net = Make();
        Lora.Apply(net, new LoraOptions(3, Dropout: 0.5, FreezeOthers: false, Generator: new Generator(2)), "0.weight");
        Assert.True(((Linear)net[2]).Weight.RequiresGrad);
        Assert.False(net.NamedParameters().Single(p => p.Name.EndsWith("original", StringComparison.Ordinal)).Parameter.RequiresGrad);
        Train(net, 3);
        Assert.NotEqual(net.Call(X).Doubles(), net.Call(X).Doubles());
        net.Eval();
        Assert.Equal(net.Call(X).Doubles(), net.Call(X).Doubles());
        var update = Lora.Of(net).Single().Update;
        Assert.Equal((3, 1, 0.5), (update.Rank, update.Scale, update.Dropout));
        Assert.Throws<InvalidOperationException>(() => Lora.Apply(net, 2, null, "0.weight"));
        Assert.Throws<ArgumentException>(() => Lora.Apply(net, 2, null));
        var layer = (Linear)net[0];
        layer.Weight.Value = Tauten.Tensor.Ones([8, 6], DType.Float64);
        Equal(new double[48].Select(_ => 1.0).ToArray(), layer.Weight.Value, 1e-14);
    }

    [Fact]
    public void A_transformer_is_adapted_in_one_call()
    {
        var encoder = new TransformerEncoder(() => new(8, 2, 12, dropout: 0), 2);
        var names = Lora.Apply(encoder, 2, null, "*.in_proj_weight", "*.linear?.weight");
        Assert.Equal(["layers.0.self_attn.in_proj_weight", "layers.1.self_attn.in_proj_weight", "layers.0.linear1.weight", "layers.0.linear2.weight", "layers.1.linear1.weight", "layers.1.linear2.weight"], names);
        var x = Tensor(Numbers(48, 1), [3, 2, 8], DType.Float32);
        encoder.Call(x).Square().Sum().Backward();
        Assert.All(encoder.NamedParameters(), p => Assert.Equal(p.Name.Contains("lora", StringComparison.Ordinal), p.Parameter.Grad is not null));
    }
}
