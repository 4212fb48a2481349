using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Parameters that are computed: as part of a module, in graphs, trained, saved and ended. Their numbers are compared with PyTorch's elsewhere.</summary>
public partial class ParametrizationTests
{
    [Fact]
    public void Originals_stand_in_the_place_of_the_parameter()
    {
        var net = new Sequential(new Linear(3, 2).WeightNorm(), new Conv2d(1, 2, 3).SpectralNorm(), new Linear(2, 2).Orthogonal());
        Assert.Equal(
            ["0.bias", "0.parametrizations.weight.original0", "0.parametrizations.weight.original1", "1.bias", "1.parametrizations.weight.original", "1.parametrizations.weight.0._u",
             "1.parametrizations.weight.0._v", "2.bias", "2.parametrizations.weight.original", "2.parametrizations.weight.0.base"], net.State().Keys);
        Assert.Equal(["0.bias", "0.parametrizations.weight.original0", "0.parametrizations.weight.original1"], net.NamedParameters().Take(3).Select(p => p.Name));
        Assert.Equal(7, net.Parameters().Count());
        Assert.Equal(["0.weight", "1.weight", "2.weight"], Parametrize.Of(net).Select(p => p.Name));
        Assert.Contains("(parametrizations.weight): ParametrizationList(\n      (0): WeightNorm(axis 0)\n    )", net.ToString());
        Assert.True(Parametrize.IsRegistered(net, "0.weight"));
        Assert.False(Parametrize.IsRegistered(net, "0.bias"));
    }

    [Fact]
    public void A_registration_keeps_the_value_and_its_end_too()
    {
        foreach (var register in (Func<Linear, Linear>[])[l => l.WeightNorm(), l => l.WeightNorm(axis: null), l => { Lora.Apply(l, 2, 4, "weight"); return l; }])
        {
            var layer = new Linear(4, 4, dtype: DType.Float64);
            var before = layer.Weight.Value.Doubles();
            register(layer);
            Equal(before, layer.Weight.Value, 1e-12);
            Parametrize.Remove(layer, "weight");
            Assert.Equal(["weight", "bias"], layer.State().Keys);
            Equal(before, layer.Weight.Value, 1e-12);
            Assert.False(layer.HasComputed);
        }
        var other = new Linear(4, 4).SpectralNorm();
        var original = other.State()["parametrizations.weight.original"].Doubles();
        Parametrize.Remove(other, "weight", keepValue: false);
        Equal(original, other.Weight.Value, 0);
        Assert.True(other.Weight.RequiresGrad);
    }

    public static TheoryData<string> Layers => [.. layers.Keys];

    // What reads its parameters in one way or another.
    static readonly Dictionary<string, (Func<Module> Make, Func<Module, Tensor> Call)> layers = new()
    {
        ["Linear"] = (() => new Linear(4, 3), m => ((Linear)m).Call(X(2, 4))),
        ["Conv1d"] = (() => new Conv1d(2, 3, 2), m => ((Conv1d)m).Call(X(1, 2, 4))),
        ["ConvTranspose2d"] = (() => new ConvTranspose2d(2, 3, 2), m => ((ConvTranspose2d)m).Call(X(1, 2, 3, 3))),
        ["Embedding"] = (() => new Embedding(4, 3), m => ((Embedding)m).Call(Tauten.Tensor.From([0L, 3]))),
        ["LSTM"] = (() => new LSTM(3, 2, 2, bidirectional: true), m => ((LSTM)m).Call(X(3, 1, 3)).Output),
        ["GRUCell"] = (() => new GRUCell(3, 2), m => ((GRUCell)m).Call(X(1, 3))),
        ["MultiHeadAttention"] = (() => new MultiHeadAttention(4, 2), m => ((MultiHeadAttention)m).Call(X(3, 4), X(3, 4), X(3, 4))),
        ["TransformerEncoderLayer"] = (() => new TransformerEncoderLayer(4, 2, 5, dropout: 0), m => ((TransformerEncoderLayer)m).Call(X(3, 1, 4))),
        ["Bilinear"] = (() => new Bilinear(3, 2, 2), m => ((Bilinear)m).Call(X(1, 3), X(1, 2))),
        ["Dense"] = (() => Called(new Dense(3), X(2, 4)), m => ((Dense)m).Call(X(2, 4))),
        ["LazyConv1d"] = (() => Called(new LazyConv1d(3, 2), X(1, 2, 4)), m => ((LazyConv1d)m).Call(X(1, 2, 4))),
        ["EinsumDense"] = (() => new EinsumDense("ab,bc->ac", [4, 3]), m => ((EinsumDense)m).Call(X(2, 4))),
    };

    static Tensor X(params long[] sizes) => Tensor(Numbers((int)sizes.Aggregate(1L, (a, b) => a * b), 7), Shape.Of(sizes), DType.Float32);

    static Module Called(Module<Tensor, Tensor> layer, Tensor x)
    {
        layer.Call(x);
        return layer;
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Every_layer_computes_with_what_is_computed(string name)
    {
        var (make, call) = layers[name];
        var layer = make();
        var before = call(layer).Doubles();
        var matrices = layer.NamedParameters().Where(p => p.Parameter.Shape.Rank > 1).Select(p => p.Name).ToList();
        Assert.NotEmpty(matrices);
        int count = 0;
        foreach (string parameter in matrices)
        {
            layer.WeightNorm(parameter);
            Parametrize.Register(layer, parameter, x => { count++; return x; });
        }
        // Each once, however often the layer reads it.
        count = 0;
        Equal(before, call(layer), 1e-5);
        Assert.Equal(matrices.Count, count);
        Assert.DoesNotContain(layer.NamedParameters(), p => matrices.Contains(p.Name));

        // Lengths are trained: twice as long in all is another result, and gradients arrive at every original.
        call(layer).Square().Sum().Backward();
        Assert.All(layer.NamedParameters().Where(p => p.Name.EndsWith("original0", StringComparison.Ordinal)), p => Assert.NotNull(p.Parameter.Grad));
        foreach (var (original, parameter) in layer.NamedParameters())
            if (original.EndsWith("original0", StringComparison.Ordinal)) parameter.Value = parameter.Value * 2;
        Assert.NotEqual(before, call(layer).Doubles());

        // In a graph too, which reads the originals of then.
        var graph = Graph.Capture(_ => [call(layer)], new TensorSpec(DType.Float32, [1]));
        foreach (var (original, parameter) in layer.NamedParameters())
            if (original.EndsWith("original0", StringComparison.Ordinal)) parameter.Value = parameter.Value / 2;
        Equal(before, graph.Run(Tauten.Tensor.Ones([1]))[0], 1e-5);
    }

    [Fact]
    public void A_module_of_ones_own_needs_to_know_nothing()
    {
        var own = new Scaled();
        Parametrize.Register(own, "scale", x => x.Exp(), y => y.Log());
        Assert.Equal(["parametrizations.scale.original"], own.State().Keys);
        Equal([6], own.Call(Tensor([3], [1])), 1e-12);
        own.Scale.Value = Tensor([5], [1]);
        Equal([Math.Log(5)], own.State()["parametrizations.scale.original"], 1e-12);
        // A second one takes what the first gives.
        Parametrize.Register(own, "scale", x => x * 3, y => y / 3);
        Equal([15], own.Scale.Value, 1e-12);
        own.Scale.Value = Tensor([6], [1]);
        Equal([6], own.Call(Tensor([1], [1])), 1e-12);
        Equal([Math.Log(2)], own.State()["parametrizations.scale.original"], 1e-12);
        own.Freeze();
        Assert.False(own.Scale.RequiresGrad);
        own.Scale.RequiresGrad = true;
        Assert.True(own.Parameters().Single().RequiresGrad);
        Assert.Null(own.Scale.Grad);
    }

    sealed partial class Scaled : Module<Tensor, Tensor>
    {
        readonly Parameter scale = new(Tauten.Tensor.From([2.0]));
        public Parameter Scale => scale;
        protected override Tensor Forward(Tensor x) => x * scale;
    }

    [Fact]
    public void Orthogonal_weights_stay_orthogonal_while_they_are_trained()
    {
        foreach (var (rows, columns) in ((int, int)[])[(3, 3), (5, 2), (2, 5)])
            foreach (var map in Enum.GetValues<OrthogonalMap>())
            {
                var layer = new Linear(columns, rows, dtype: DType.Float64).Orthogonal(map: map, generator: new Generator(1));
                var optimizer = new Adam(layer.Parameters(), 0.1);
                var x = Tensor(Numbers(4 * columns, 1), [4, columns]);
                double first = 0, last = 0;
                for (int i = 0; i < 30; i++)
                {
                    optimizer.ZeroGrad();
                    var loss = (layer.Call(x) - Tensor(Numbers(4 * rows, 2), [4, rows])).Square().Sum();
                    loss.Backward();
                    optimizer.Step();
                    (first, last) = (i == 0 ? loss.Item<double>() : first, loss.Item<double>());
                }
                Assert.InRange(last, 0, first * 0.9);
                var w = layer.Weight.Value.Detach();
                var product = rows >= columns ? w.T.MatMul(w) : w.MatMul(w.T);
                Equal(Tauten.Tensor.Eye(Math.Min(rows, columns), dtype: DType.Float64).Doubles(), product, 1e-10);
            }
        Assert.Throws<NotSupportedException>(() => { new Linear(3, 3).Orthogonal(useTrivialization: false).Weight.Value = Tauten.Tensor.Eye(3); });
    }

    [Fact]
    public void Spectral_norms_come_close_in_training_and_stay_in_use()
    {
        var layer = new Linear(6, 5, dtype: DType.Float64).SpectralNorm(generator: new Generator(3));
        var x = Tensor(Numbers(12, 1), [2, 6]);
        for (int i = 0; i < 200; i++) layer.Call(x);
        Equal([1], Linalg.SvdVals(layer.Weight.Value.Detach()).Max(), 1e-9);
        layer.Eval();
        var before = layer.State().Select(s => s.Value.Doubles()).ToArray();
        layer.Call(x);
        Assert.Equal(before, layer.State().Select(s => s.Value.Doubles()));
        Parallel.For(0, 8, _ => Equal(layer.Call(x).Doubles(), layer.Call(x), 0));

        // A graph follows the vectors as eager calls do.
        Linear eager = new Linear(6, 5).SpectralNorm(), captured = new Linear(6, 5).SpectralNorm();
        captured.CopyFrom(eager);
        var graph = Graph.Capture(v => captured.Call(v), new TensorSpec(DType.Float32, ["batch", 6]));
        for (int i = 0; i < 3; i++) Equal(eager.Call(x.To(DType.Float32)).Doubles(), graph.Run(x.To(DType.Float32))[0], 1e-6);
        foreach (var (name, value) in eager.State()) Equal(value.Doubles(), captured.State()[name], 1e-6);
        Equal([0.6, 0.8], Vector([3, 4]).SpectralNorm("0")[0].Value, 1e-6);
    }

    static ParameterList Vector(double[] values) => new(new Parameter(Tensor(values, [values.Length])));

    [Fact]
    public void A_training_step_in_a_graph_trains_originals()
    {
        Linear eager = new Linear(3, 2).WeightNorm(), captured = new Linear(3, 2).WeightNorm();
        captured.CopyFrom(eager);
        Optimizer first = new SGD(eager.Parameters(), 0.1), second = new SGD(captured.Parameters(), 0.1);
        var step = Graph.Capture(x => { var loss = captured.Call(x).Square().Sum(); loss.Backward(); second.Step(); return loss; }, new TensorSpec(DType.Float32, ["batch", 3]));
        for (int i = 0; i < 4; i++)
        {
            var x = X(5, 3) + i;
            first.ZeroGrad();
            var loss = eager.Call(x).Square().Sum();
            loss.Backward();
            first.Step();
            Equal(loss.Doubles(), step.Run(x)[0], 1e-4);
        }
        foreach (var (name, value) in eager.State()) Equal(value.Doubles(), captured.State()[name], 1e-5);
    }

    [Fact]
    public void A_scope_computes_each_parameter_once()
    {
        int count = 0;
        var layer = new Linear(2, 2);
        Parametrize.Register(layer, "weight", x => { count++; return x * 1; });
        count = 0;
        using (Parametrize.Cached())
        {
            for (int i = 0; i < 5; i++) layer.Call(X(1, 2));
            Assert.Equal(1, count);
            using (Gradients.NoGrad()) Assert.False(layer.Weight.Value.RequiresGrad);
            Assert.True(layer.Weight.Value.RequiresGrad);
            Assert.Equal(2, count);
        }
        layer.Call(X(1, 2));
        Assert.Equal(3, count);
        // What is recomputed in a walk is computed anew there.
        var x = X(1, 2).WithGrad();
        Gradients.Checkpoint(v => layer.Call(v), x).Sum().Backward();
        Assert.NotNull(layer.Parameters().Last().Grad);
    }

    [Fact]
    public void What_the_program_was_given_does_not_change()
    {
        // The value is the original itself, which the optimizer would update in place.
        var layer = new Linear(40, 30);
        Parametrize.Register(layer, "weight", x => x);
        var optimizer = new SGD(layer.Parameters(), 0.1);
        for (int i = 0; i < 3; i++)
        {
            var held = layer.Weight.Value.Detach();
            var before = held.Doubles();
            optimizer.ZeroGrad();
            layer.Call(X(2, 40)).Sum().Backward();
            optimizer.Step();
            Assert.Equal(before, held.Doubles());
            Assert.NotEqual(before, layer.Weight.Value.Doubles());
        }
    }

    [Fact]
    public void A_parameter_that_two_modules_share_is_computed_for_both()
    {
        var tied = new Tied();
        tied.WeightNorm("encoder.weight");
        Assert.Equal(["encoder.parametrizations.weight.original0", "encoder.parametrizations.weight.original1"], tied.State().Keys);
        var before = tied.Call(X(1, 3)).Doubles();
        foreach (var (name, parameter) in tied.NamedParameters())
            if (name.EndsWith("original0", StringComparison.Ordinal)) parameter.Value = parameter.Value * 2;
        Equal([.. before.Select(v => 4 * v)], tied.Call(X(1, 3)), 1e-4);
    }

    sealed partial class Tied : Module<Tensor, Tensor>
    {
        readonly Linear encoder = new(3, 2, bias: false);
        readonly Decoder decoder;

        public Tied() => decoder = new(encoder.Weight);

        protected override Tensor Forward(Tensor x) => decoder.Call(encoder.Call(x));
    }

    sealed partial class Decoder(Parameter weight) : Module<Tensor, Tensor>
    {
        readonly Parameter weight = weight;
        protected override Tensor Forward(Tensor x) => x.MatMul(weight);
    }

    public static TheoryData<Action, Type, string> Mistakes => new()
    {
        { () => new Linear(2, 2).WeightNorm("wait"), typeof(KeyNotFoundException), "Linear: there is no parameter 'wait'. Expected one of: weight, bias." },
        { () => Parametrize.Register(new Linear(2, 3), "weight", x => x.T), typeof(ShapeException), "FunctionParametrization: expected a result of shape [3, 2], as the parameter has. Received: [2, 3]." },
        { () => Parametrize.Register(new Linear(2, 3), "weight", x => x.To(DType.Float64)), typeof(DTypeException), "FunctionParametrization: expected a result of dtype float32, as the parameter has. Received: float64." },
        { () => Parametrize.Remove(new Linear(2, 3), "weight"), typeof(InvalidOperationException), "Parametrize.Remove: the parameter 'weight' is not computed." },
        { () => Parametrize.Remove(new Linear(2, 3).WeightNorm(), "weight", keepValue: false), typeof(InvalidOperationException), "Parametrize.Remove: the parameter 'weight' cannot become its original, which has another form: float32[3, 1], float32[3, 2]." },
        { () => new Linear(2, 3).Orthogonal("bias"), typeof(ShapeException), "Orthogonal: expected a parameter of at least 2 axes. Received: shape [3]." },
        { () => Lora.Apply(new Linear(2, 3), 1, null, "*.weight"), typeof(KeyNotFoundException), "Lora: no parameter with at least 2 axes matches '*.weight'. Expected a pattern for some of: weight." },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistakes_are_named_and_change_nothing(Action call, Type type, string expected)
    {
        var e = Assert.Throws(type, call);
        Assert.Equal(expected, e.Message);
    }

    [Fact]
    public void A_second_one_that_does_not_fit_is_taken_back()
    {
        var layer = new Linear(2, 3).WeightNorm();
        var before = layer.Weight.Value.Doubles();
        Assert.Throws<ShapeException>(() => Parametrize.Register(layer, "weight", x => x.T));
        Equal(before, layer.Weight.Value, 0);
        Assert.Single(Parametrize.Of(layer).Single().Parametrizations);
    }
}
