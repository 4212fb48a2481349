using Tauten.NN;
using Tauten.Tests;

namespace Tauten.Agreement;

/// <summary>State dicts that PyTorch has written, loaded by their names.</summary>
static class StatesArea
{
    public static Area Calls { get; } = new("states")
    {
        ["block"] = Loaded("block", t => new Block(t), (m, x) => m.Call(x[0])),
        ["sequential"] = Loaded("sequential", t => new Sequential(
            new Conv1d(2, 4, 3, dtype: t), new BatchNorm1d(4, dtype: t), new PReLU(4, dtype: t), new ConvTranspose1d(4, 2, 2, dtype: t), new GroupNorm(1, 2, dtype: t), new Flatten(),
            new LayerNorm(10, dtype: t), new Linear(10, 3, dtype: t)), (m, x) => m.Call(x[0])),
        ["volumes"] = Loaded("volumes", t => new Sequential(
            new Conv3d(2, 3, 2, dtype: t), new BatchNorm3d(3, dtype: t), new ConvTranspose3d(3, 2, 2, bias: false, dtype: t), new InstanceNorm3d(2, affine: true, dtype: t)), (m, x) => m.Call(x[0])),
        ["pictures"] = Loaded("pictures", t => new Sequential(new ConvTranspose2d(2, 3, 2, dtype: t), new InstanceNorm2d(3, affine: true, dtype: t), new PReLU(dtype: t)), (m, x) => m.Call(x[0])),
        ["embedding"] = Loaded("embedding", _ => new Embedding(5, 3, dtype: DType.Float64), (m, x) => m.Call(x[0])),
        ["embedding bag"] = Loaded("embedding bag", _ => new EmbeddingBag(5, 3, dtype: DType.Float64), (m, x) => m.Call(x[0])),
        ["bilinear"] = Loaded("bilinear", t => new Bilinear(3, 2, 4, dtype: t), (m, x) => m.Call((x[0], x[1]))),
        ["rnn"] = Loaded("rnn", t => new RNN(3, 2, 2, bidirectional: true, dtype: t), (m, x) => m.Call(x[0]).Output),
        ["lstm"] = Loaded("lstm", t => new LSTM(3, 4, 2, bidirectional: true, projection: 2, dtype: t), (m, x) => m.Call(x[0]).Output),
        ["gru"] = Loaded("gru", t => new GRU(3, 2, 2, bias: false, dtype: t), (m, x) => m.Call(x[0]).Output),
        ["rnn cell"] = Loaded("rnn cell", t => new RNNCell(3, 2, dtype: t), (m, x) => m.Call(x[0])),
        ["lstm cell"] = Loaded("lstm cell", t => new LSTMCell(3, 2, dtype: t), (m, x) => m.Call(x[0]).Cell),
        ["gru cell"] = Loaded("gru cell", t => new GRUCell(3, 2, dtype: t), (m, x) => m.Call(x[0])),
        ["attention"] = Loaded("attention", t => new MultiHeadAttention(4, 2, dtype: t), (m, x) => m.Call(x[0], x[0], x[0])),
        ["attention of other sizes"] = Loaded("attention of other sizes", t => new MultiHeadAttention(4, 2, keySize: 3, valueSize: 5, dtype: t), (m, x) => m.Call(x[0], x[1], x[2])),
        ["encoder"] = Loaded("encoder", t => new TransformerEncoder(() => new(4, 2, 5, dtype: t), 2, new LayerNorm(4, dtype: t)), (m, x) => m.Call(x[0])),
        ["decoder"] = Loaded("decoder", t => new TransformerDecoder(() => new(4, 2, 5, dtype: t), 2), (m, x) => m.Call(x[0], x[1])),
        ["transformer"] = Loaded("transformer", t => new Transformer(4, 2, 1, 1, 5, dtype: t), (m, x) => m.Call(x[0], x[1])),
    };

    static Func<Tensor[], Tensor[]> Loaded<TModule>(string name, Func<DType, TModule> make, Func<TModule, Tensor[], Tensor> call) where TModule : Module => x =>
    {
        var module = make(x[0].DType);
        module.Load(SourceTree.PathOf($"tests/fixtures/states/{name}.safetensors"));
        module.Eval();
        return [call(module, x)];
    };
}

/// <summary>A module with names of its own.</summary>
sealed partial class Block(DType dtype) : Module<Tensor, Tensor>
{
    readonly Conv2d conv1 = new(3, 4, 3, padding: 1, bias: false, dtype: dtype);
    readonly BatchNorm2d bn1 = new(4, dtype: dtype);
    readonly Sequential downsample = new(new Conv2d(3, 4, 1, bias: false, dtype: dtype), new BatchNorm2d(4, dtype: dtype));
    readonly Linear fc = new(4, 2, dtype: dtype);

    protected override Tensor Forward(Tensor x) => fc.Call((bn1.Call(conv1.Call(x)).Relu() + downsample.Call(x)).Mean([2, 3]));
}
