using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Modules inside of captured graphs; captured optimizer steps are in <see cref="OptimizerTests"/>.</summary>
public class CaptureTests
{
    [Fact]
    public void A_captured_model_reads_its_parameters_anew_for_any_batch()
    {
        var model = new Sequential(new Linear(3, 4), new LayerNorm(4), new Gelu(), new Linear(4, 2));
        var graph = Graph.Capture(x => model.Call(x), new TensorSpec(DType.Float32, ["batch", 3]));
        foreach (int batch in new[] { 1, 5 })
        {
            var x = Tauten.Tensor.Randn([batch, 3]);
            Equal(model.Call(x).Doubles(), graph.Run(x)[0], 1e-6);
            ((Linear)model[0]).Weight.Value = Tauten.Tensor.Randn([4, 3]);
        }
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias", "3.weight", "3.bias"], graph.Cells.Select(c => c.Name));
        Assert.Contains("@0.weight = parameter : float32[4, 3]", graph.Print());
    }

    public static TheoryData<string> Layers => [.. layers.Keys];

    static readonly Dictionary<string, (Func<Tensor, Tensor> Call, Dim[] Sizes)> layers = new()
    {
        ["Conv1d"] = (new Conv1d(2, 4, 3, padding: 1).Call, ["batch", 2, "length"]),
        ["ConvTranspose2d"] = (new ConvTranspose2d(2, 3, 2).Call, ["batch", 2, 3, 4]),
        ["SeparableConv2d"] = (new SeparableConv2d(2, 3, 2).Call, ["batch", 2, 3, 4]),
        ["GroupNorm"] = (new GroupNorm(2, 4).Call, ["batch", 4, "length"]),
        ["InstanceNorm1d"] = (new InstanceNorm1d(2, affine: true).Call, ["batch", 2, "length"]),
        ["RMSNorm"] = (new RMSNorm(3).Call, ["batch", "time", 3]),
        ["BatchNorm1d"] = (Evaluated(new BatchNorm1d(3)).Call, ["batch", 3]),
        ["PReLU"] = (new PReLU(3).Call, ["batch", 3]),
        ["AvgPool1d"] = (new AvgPool1d(2).Call, ["batch", 2, 4]),
        ["ReflectionPad1d"] = (new ReflectionPad1d(1).Call, ["batch", 2, 4]),
        ["GRUCell"] = (Cell(new GRUCell(3, 2)), ["batch", 3]),
        ["LSTM"] = (Outputs(new LSTM(3, 2, 2, bidirectional: true)), ["time", "batch", 3]),
        ["LSTM projection"] = (Outputs(new LSTM(3, 4, 2, batchFirst: true, projection: 2)), ["batch", "time", 3]),
        ["GRU"] = (x => new GRU(3, 2, bidirectional: true, generator: new Generator(5)).Call(x).Output, ["time", "batch", 3]),
        ["GRU no batch"] = (x => new GRU(3, 2, resetAfter: false, generator: new Generator(5)).Call(x).Output, ["time", 3]),
        ["RNN"] = (x => new RNN(3, 2, backwards: true, generator: new Generator(5)).Call(x).Hidden, ["time", "batch", 3]),
        ["ConvLSTM1d"] = (x => new ConvLSTM1d(2, 2, 3, padding: ConvolutionPadding.Same, generator: new Generator(5)).Call(x).Output, [3, "batch", 2, "length"]),
        ["MultiHeadAttention"] = (Itself(new MultiHeadAttention(4, 2)), ["time", "batch", 4]),
        ["TransformerEncoderLayer"] = (Encoded(new TransformerEncoderLayer(4, 2, 5, dropout: 0, batchFirst: true)), ["batch", "time", 4]),
        ["RotaryPositions"] = (new RotaryPositions().Call, ["batch", "heads", 3, 4]),
        ["SinusoidalPositions"] = (new SinusoidalPositions().Call, ["batch", 3, 4]),
    };

    static BatchNorm1d Evaluated(BatchNorm1d layer)
    {
        layer.Eval();
        return layer;
    }

    static Func<Tensor, Tensor> Cell(GRUCell cell) => x => cell.Call(x);

    static Func<Tensor, Tensor> Outputs(LSTM network) => x => network.Call(x).Output;

    static Func<Tensor, Tensor> Itself(MultiHeadAttention attention) => x => attention.Call(x, x, x, causal: true);

    static Func<Tensor, Tensor> Encoded(TransformerEncoderLayer layer) => x => layer.Call(x);

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layers_are_captured_for_unknown_sizes(string name)
    {
        var (call, sizes) = layers[name];
        var graph = Graph.Capture(call, new TensorSpec(DType.Float32, Shape.Create(sizes)));
        foreach (int size in new[] { 1, 5 })
        {
            var x = Tauten.Tensor.Randn([.. sizes.Select(s => s.IsKnown ? s : (Dim)size)]);
            Equal(call(x).Doubles(), graph.Run(x)[0], 1e-5);
        }
    }

    [Fact]
    public void Batch_statistics_are_followed_inside_of_a_graph()
    {
        BatchNorm2d eager = new(2), captured = new(2);
        var graph = Graph.Capture(x => captured.Call(x), new TensorSpec(DType.Float32, ["batch", 2, 3, 3]));
        Assert.Equal(0, captured.State()["num_batches_tracked"].Item<long>());
        for (int i = 0; i < 3; i++)
        {
            var x = Tensor(Numbers(4 * 2 * 9, 20 + i, 2), [4, 2, 3, 3], DType.Float32);
            Equal(eager.Call(x).Doubles(), graph.Run(x)[0], 1e-6);
        }
        foreach (var (name, value) in eager.State()) Equal(value.Doubles(), captured.State()[name], 1e-6);
    }

    [Fact]
    public void A_layer_may_learn_its_size_while_a_graph_is_captured()
    {
        var layer = new Dense(2);
        var graph = Graph.Capture(x => layer.Call(x), new TensorSpec(DType.Float32, ["batch", 3]));
        var x = Tauten.Tensor.Randn([4, 3]);
        Equal(layer.Call(x).Doubles(), graph.Run(x)[0], 1e-6);
        var e = Assert.Throws<ShapeException>(() => Graph.Capture(x => new Dense(2).Call(x), new TensorSpec(DType.Float32, [3, "features"])));
        Assert.StartsWith("Dense: the input size cannot be learned from shape [3, features]", e.Message);
    }

    [Fact]
    public void Losses_are_captured_for_any_batch()
    {
        TensorSpec logits = new(DType.Float32, ["batch", 3]), labels = new(DType.Int64, ["batch"]);
        var loss = new CrossEntropyLoss();
        var graph = Graph.Capture(x => [loss.Call(x[0], x[1])], logits, labels);
        var (x, y) = (Tauten.Tensor.Randn([5, 3]), Tauten.Tensor.From([0L, 2, 1, 1, 0]));
        Equal(loss.Call(x, y).Doubles(), graph.Run(x, y)[0], 1e-6);
        var e = Assert.Throws<ShapeException>(() => Graph.Capture(x => [new MSELoss().Call(x[0], x[1])], new TensorSpec(DType.Float32, ["batch", 1]), new TensorSpec(DType.Float32, ["batch"])));
        Assert.StartsWith("MSELoss: prediction and target must have the same shape", e.Message);
    }
}
