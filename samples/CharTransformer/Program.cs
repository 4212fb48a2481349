// A small transformer learns to write sonnets, character by character (Vaswani et al.: "Attention Is All You Need", 2017; Radford et al., 2018).
//   dotnet run -c Release --project samples/CharTransformer -- --steps 300
using Samples;
using Tauten;
using Tauten.NN;

if (Training.Read(args, "Learns ten sonnets with a small transformer, and writes some lines in their manner.", 1000) is not { } training) return;
const int Length = 64;
Generator.Seed(1);
var text = new CharacterText();
var model = new CharTransformer(text.Characters, Length, size: 64);
var criterion = new CrossEntropyLoss();
var optimizer = new AdamW(model.Parameters(), learningRate: 0.003);
var scheduler = new Scheduler(optimizer, new OneCycle(0.003, training.Steps + 1));
for (int step = 1; step <= training.Steps; step++)
{
    var (inputs, targets) = text.Pieces(count: 32, Length);
    optimizer.ZeroGrad();
    var loss = criterion.Call(model.Call(inputs).Reshape([-1, text.Characters]), targets.Reshape([-1]));
    loss.Backward();
    ClipGradients.ByNorm(model.Parameters(), 1);
    optimizer.Step();
    scheduler.Step();
    if (training.IsDue(step)) training.Tell(step, loss.Item<float>());
}

model.Eval();
using var untracked = Gradients.NoGrad();
const string First = "Shall ";
Console.Write($"\n{First}");
List<long> written = [.. text.Encode(First)];
for (int i = 0; i < 300; i++)
{
    long[] seen = [.. written.TakeLast(Length)];
    written.Add(CharacterText.Draw(model.Call(Tensor.From(seen, [1, seen.Length]))));
    Console.Write(text[written[^1]]);
}
Console.WriteLine();

// What comes next after each character [batch, time], of which each sees those before it.
sealed partial class CharTransformer(int characters, int length, int size) : Module<Tensor, Tensor>
{
    readonly Embedding embedding = new(characters, size);
    readonly Embedding position = new(length, size);
    readonly TransformerEncoder layers = new(() => new(size, heads: 4, feedForward: 4 * size, dropout: 0.1, Activation.Gelu, normFirst: true, batchFirst: true), 2, new LayerNorm(size));
    readonly Linear output = new(size, characters);

    protected override Tensor Forward(Tensor x) =>
        output.Call(layers.Call(embedding.Call(x) + position.Call(Tensor.Arange(x.Shape[1].Value)), causal: true));
}
