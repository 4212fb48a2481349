// A recurrent network learns to write sonnets, character by character (Karpathy: "The Unreasonable Effectiveness of Recurrent Neural Networks", 2015).
//   dotnet run -c Release --project samples/CharLstm -- --steps 300
using Samples;
using Tauten;
using Tauten.NN;

if (Training.Read(args, "Learns ten sonnets with an LSTM, and writes some lines in their manner.", 600) is not { } training) return;
Generator.Seed(1);
var text = new CharacterText();
var model = new CharLstm(text.Characters);
var criterion = new CrossEntropyLoss();
var optimizer = new AdamW(model.Parameters(), learningRate: 0.005);
for (int step = 1; step <= training.Steps; step++)
{
    var (inputs, targets) = text.Pieces(count: 32, length: 64);
    optimizer.ZeroGrad();
    var (scores, _) = model.Call((inputs, null));
    var loss = criterion.Call(scores.Reshape([-1, text.Characters]), targets.Reshape([-1]));
    loss.Backward();
    ClipGradients.ByNorm(model.Parameters(), 1);
    optimizer.Step();
    if (training.IsDue(step)) training.Tell(step, loss.Item<float>());
}

model.Eval();
using var untracked = Gradients.NoGrad();
const string First = "Shall ";
Console.Write($"\n{First}");
(Tensor, Tensor)? memory = null;
long[] next = text.Encode(First);
for (int i = 0; i < 300; i++)
{
    (var scores, memory) = model.Call((Tensor.From(next, [1, next.Length]), memory));
    next = [CharacterText.Draw(scores)];
    Console.Write(text[next[0]]);
}
Console.WriteLine();

// What comes next after each character [batch, time], and what is remembered.
sealed partial class CharLstm(int characters) : Module<(Tensor Characters, (Tensor, Tensor)? Memory), (Tensor Scores, (Tensor, Tensor) Memory)>
{
    readonly Embedding embedding = new(characters, 32);
    readonly LSTM lstm = new(32, 128, batchFirst: true);
    readonly Linear output = new(128, characters);

    protected override (Tensor Scores, (Tensor, Tensor) Memory) Forward((Tensor Characters, (Tensor, Tensor)? Memory) x)
    {
        var (hidden, memory) = lstm.Call(embedding.Call(x.Characters), x.Memory);
        return (output.Call(hidden), memory);
    }
}
