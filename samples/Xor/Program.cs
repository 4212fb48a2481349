// A network learns "exactly one of two": the smallest problem that a single layer cannot solve.
// Compiled ahead of time: dotnet publish samples/Xor -r linux-x64
using Tauten;
using Tauten.NN;

Generator.Seed(1);
var inputs = Tensor.From(new float[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } });
var targets = Tensor.From(new float[,] { { 0 }, { 1 }, { 1 }, { 0 } });

var model = new XorNet();
var criterion = new MSELoss();
var optimizer = new Adam(model.Parameters(), learningRate: 0.05);
for (int step = 0; step <= 500; step++)
{
    optimizer.ZeroGrad();
    var loss = criterion.Call(model.Call(inputs), targets);
    loss.Backward();
    optimizer.Step();
    if (step % 100 == 0) Console.WriteLine($"step {step,3}  loss {loss.Item<float>():F5}");
}
Console.WriteLine(model.Call(inputs));

sealed partial class XorNet : Module<Tensor, Tensor>
{
    readonly Linear hidden = new(2, 8);
    readonly Linear output = new(8, 1);

    protected override Tensor Forward(Tensor x) => output.Call(hidden.Call(x).Tanh()).Sigmoid();
}
