// Two networks play against each other: one draws digits from noise, the other tells them from real ones (Goodfellow et al.: "Generative Adversarial
// Networks", 2014). Neither loss says how good the drawings are; the distance of the mean drawing from the mean digit gives an idea.
//   dotnet run -c Release --project samples/DigitsGan -- --steps 1000
using System.Globalization;
using Samples;
using Tauten;
using Tauten.NN;

if (Training.Read(args, "Learns to draw handwritten digits from noise, and draws some.", 3000) is not { } training) return;
const int Batch = 64, Noise = 16;
Generator.Seed(1);
var images = DigitImages.Load();
var mean = images.Mean(0);
var artist = new Sequential(
    new Linear(Noise, 128), new BatchNorm1d(128), new ReLU(), new Linear(128, 128), new BatchNorm1d(128), new ReLU(), new Linear(128, 64), new Sigmoid(), new Unflatten(1, [1, 8, 8]));
var critic = new Sequential(new Flatten(), new Linear(64, 128), new LeakyReLU(0.2), new Dropout(0.3), new Linear(128, 64), new LeakyReLU(0.2), new Linear(64, 1));
var criterion = new BCEWithLogitsLoss();
var artistOptimizer = new Adam(artist.Parameters(), learningRate: 0.001, beta1: 0.5);
var criticOptimizer = new Adam(critic.Parameters(), learningRate: 0.0005, beta1: 0.5);
Tensor real = Tensor.Ones([Batch, 1]), drawn = Tensor.Zeros([Batch, 1]);
for (int step = 1; step <= training.Steps; step++)
{
    var drawings = artist.Call(Tensor.Randn([Batch, Noise]));

    // The critic learns to tell them apart; a little doubt about real ones keeps it from being too sure.
    criticOptimizer.ZeroGrad();
    var criticLoss = criterion.Call(critic.Call(DigitImages.Some(images, Batch)), real * 0.9) + criterion.Call(critic.Call(drawings.Detach()), drawn);
    criticLoss.Backward();
    criticOptimizer.Step();

    // The artist learns to draw what the critic takes for real.
    artistOptimizer.ZeroGrad();
    var artistLoss = criterion.Call(critic.Call(drawings), real);
    artistLoss.Backward();
    artistOptimizer.Step();
    if (!training.IsDue(step)) continue;
    double distance = (drawings.Detach().Mean(0) - mean).Abs().Mean().Item<float>();
    training.Tell(step, criticLoss.Item<float>(), string.Create(CultureInfo.InvariantCulture, $"  of the artist {artistLoss.Item<float>():F4}  distance {distance:F4}"));
}

artist.Eval();
using var untracked = Gradients.NoGrad();
for (int row = 0; row < 3; row++)
{
    Console.WriteLine();
    DigitImages.Print(artist.Call(Tensor.Randn([6, Noise])));
}
