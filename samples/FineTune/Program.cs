// A net that PyTorch has exported to the ONNX format gets a new last layer, and is trained to read handwritten digits.
//   python3 benchmarks/peers/export_models.py . mobilenetv2
//   dotnet run -c Release --project samples/FineTune -- mobilenetv2.onnx --steps 300
using System.Globalization;
using Samples;
using Tauten;
using Tauten.NN;

const int Side = 64, Batch = 16;
var (path, rest) = args is [var first, .. var others] && !first.StartsWith('-') ? (first, others) : (null, args);
if (Training.Read(rest, "MODEL.onnx    a net of images [batch, 3, height, width] that ends in a linear layer; it learns to read digits.", 300) is not { } training) return;
if (path is null)
{
    Console.Error.WriteLine("Expected a model in the ONNX format first, such as mobilenetv2.onnx. Try --help.");
    Environment.ExitCode = 1;
    return;
}

Generator.Seed(1);
var (images, labels) = (DigitImages.Load(), DigitImages.Labels());
var (seen, unseen) = (images[..1437], images[1437..]);

// What the last layer reads is what is kept of the net. The size of a batch, which the exporter has fixed, is free again.
var whole = Onnx.Import(path);
var last = whole.Nodes.Last(node => node.Operator is "Gemm" or "MatMul");
var convolutions = whole.Nodes.Where(node => node is { Operator: "Conv", Inputs.Count: 3 }).ToArray();
var features = Onnx.Import(path, new()
{
    Trainable = true,
    Outputs = [last.Inputs[0], .. convolutions.Select(node => node.Outputs[0])],
    Shapes = new Dictionary<string, Shape> { [whole.Inputs[0].Name] = ["batch", 3, Side, Side] },
});
long width = features.Graph.Outputs[0].Shape[1].Value;
Normalize();
var head = new Sequential(new BatchNorm1d(width), new Linear(width, 10));
Console.WriteLine(FormattableString.Invariant($"{features.Parameters.Count} tensors of {Path.GetFileName(path)} and a new layer {width} -> 10"));

Tensor Logits(Tensor x) => head.Call(features.Graph.Run(x)[0]);

var criterion = new CrossEntropyLoss();
var optimizer = new Adam([.. features.Parameters.Values, .. head.Parameters()], learningRate: 0.0005);
var step = Compiled.Function((Tensor x, Tensor y) =>
{
    optimizer.ZeroGrad();
    var loss = criterion.Call(Logits(x), y);
    loss.Backward();
    optimizer.Step();
    return loss;
});
for (int i = 1; i <= training.Steps; i++)
{
    var which = Tensor.RandInt(0, seen.Shape[0].Value, [Batch]);
    var loss = step(AsPhotos(seen[which]), labels[which]);
    if (training.IsDue(i)) training.Tell(i, loss.Item<float>());
}

// The features changed faster than the running statistics of the new layers followed: they are taken once more, of the net as it is now.
var settle = Compiled.Function((Tensor x) => Logits(x));
using (Gradients.NoGrad())
    for (int i = 0; i < Math.Min(250, training.Steps); i++) settle(AsPhotos(seen[Tensor.RandInt(0, seen.Shape[0].Value, [Batch])]));

// The trained net goes out again as ONNX, and is served.
head.Eval();
Onnx.Export(Logits, "digits.onnx", AsPhotos(unseen[..2]), ["batch"], new() { Inputs = ["image"], Outputs = ["digit"] });
var model = Model.Load("digits.onnx");
int right = 0, count = (int)Math.Min(unseen.Shape[0].Value, 40 + training.Steps);
for (int i = 0; i + 10 <= count; i += 10)
    right += (int)model.Run(AsPhotos(unseen[i..(i + 10)]))[0].ArgMax(1).EqualTo(labels[(1437 + i)..(1447 + i)]).Int().Sum().To(DType.Int64).Item<long>();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{Path.GetFullPath("digits.onnx")} reads {right} of {count / 10 * 10} digits that it has never seen"));

// A net that has never been trained loses on the way what it sees: each of its depthwise layers, as PyTorch starts them, makes images some tenfold fainter. Where its features hardly tell two
// images apart, every channel of every convolution is brought to mean 0 and variance 1 over a batch, one after the other: Mishkin and Matas, "All you need is a good init", 2015.
void Normalize()
{
    using var untracked = Gradients.NoGrad();
    var x = AsPhotos(seen[..64]);
    var y = features.Graph.Run(x)[0];
    if (y.Std([0]).Mean().Item<float>() > 1e-3 * y.Abs().Mean().Item<float>()) return;
    for (int i = 0; i < convolutions.Length; i++)
    {
        y = features.Graph.Run(x)[1 + i];
        Tensor mean = y.Mean([0, 2, 3]), scale = 1 / (y.Var([0, 2, 3]) + 1e-30).Sqrt();
        Parameter weight = features.Parameters[convolutions[i].Inputs[1]], bias = features.Parameters[convolutions[i].Inputs[2]];
        weight.Value *= scale.Reshape([-1, 1, 1, 1]);
        bias.Value = (bias.Value - mean) * scale;
    }
}

// Digits [batch, 1, 8, 8] as the photographs that the net knows: larger, in three colours, around zero.
static Tensor AsPhotos(Tensor digits)
{
    var large = digits.Interpolate([Side, Side], InterpolationMode.Linear) * 2 - 1;
    return large.BroadcastTo([large.Shape[0], 3, Side, Side]);
}
