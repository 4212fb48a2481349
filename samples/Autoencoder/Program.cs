// A convolutional autoencoder learns to write an image of 64 pixels as eight numbers, and to draw it from them (Hinton, Salakhutdinov: "Reducing the
// Dimensionality of Data with Neural Networks", 2006).
//   dotnet run -c Release --project samples/Autoencoder -- --steps 300
using Samples;
using Tauten;
using Tauten.NN;

if (Training.Read(args, "Learns to describe handwritten digits by eight numbers, and draws some before and after.", 1000) is not { } training) return;
Generator.Seed(1);
var images = DigitImages.Load();
var (seen, unseen) = (images[..1437], images[1437..]);
var model = new Autoencoder(numbers: 8);
var criterion = new BCEWithLogitsLoss();
var optimizer = new Adam(model.Parameters(), learningRate: 0.003);
for (int step = 1; step <= training.Steps; step++)
{
    var x = DigitImages.Some(seen, 64);
    optimizer.ZeroGrad();
    var loss = criterion.Call(model.Call(x), x);
    loss.Backward();
    optimizer.Step();
    if (training.IsDue(step)) training.Tell(step, loss.Item<float>());
}

model.Eval();
using var untracked = Gradients.NoGrad();
Console.WriteLine("\nImages it has never seen, and what is left of them after eight numbers:");
var some = unseen[..6];
DigitImages.Print(some);
DigitImages.Print(model.Call(some).Sigmoid());
Console.WriteLine($"mean squared error {new MSELoss().Call(model.Call(unseen).Sigmoid(), unseen).Item<float>():F4}");

// Images [batch, 1, 8, 8]; gives logits of their pixels.
sealed partial class Autoencoder(int numbers) : Module<Tensor, Tensor>
{
    readonly Sequential encoder = new(
        new Conv2d(1, 16, 3, stride: 2, padding: 1), new ReLU(),
        new Conv2d(16, 32, 3, stride: 2, padding: 1), new ReLU(),
        new Flatten(), new Linear(32 * 2 * 2, numbers));

    readonly Sequential decoder = new(
        new Linear(numbers, 32 * 2 * 2), new ReLU(), new Unflatten(1, [32, 2, 2]),
        new ConvTranspose2d(32, 16, 2, stride: 2), new ReLU(),
        new ConvTranspose2d(16, 8, 2, stride: 2), new ReLU(),
        new Conv2d(8, 1, 3, padding: 1));

    protected override Tensor Forward(Tensor x) => decoder.Call(encoder.Call(x));
}
