namespace Tauten.NN.Tests;

// As in PyTorch: the class of the first program in the design.
sealed partial class Net : Module<Tensor, Tensor>
{
    readonly Linear fc1 = new(784, 128);
    readonly Linear fc2 = new(128, 10);
    protected override Tensor Forward(Tensor x) => fc2.Call(fc1.Call(x).Relu());
}

/// <summary>The programs that the design begins with, as they are written there.</summary>
public class ProgramTests
{
    [Fact]
    public void The_loop_as_in_PyTorch_learns()
    {
        Generator.Seed(1);
        var losses = new List<float>();

        var model = new Net();
        var criterion = new CrossEntropyLoss();
        var optimizer = new Adam(model.Parameters(), learningRate: 0.001);
        var inputs = Tensor.Randn([64, 784]);
        var labels = Tensor.RandInt(0, 10, [64]);
        for (int epoch = 0; epoch < 5; epoch++)
        {
            optimizer.ZeroGrad();
            var loss = criterion.Call(model.Call(inputs), labels);
            loss.Backward();
            optimizer.Step();
            losses.Add(loss.Item<float>());
        }

        Assert.InRange(losses[0], 2.0f, 2.7f);
        Assert.True(losses[4] < losses[0] * 0.7, string.Join(", ", losses));
    }

    [Fact]
    public void Layers_that_learn_their_size_train_with_an_optimizer_made_before()
    {
        Generator.Seed(2);
        var classifier = new Sequential(new Dense(32, Activation.Relu), new Dense(3));
        var optimizer = new Adam(classifier.Parameters(), learningRate: 0.01);
        var criterion = new CrossEntropyLoss();
        var inputs = Tensor.Randn([30, 7]);
        var labels = Tensor.Arange(30) % 3;
        float first = 0, last = 0;
        for (int step = 0; step < 150; step++)
        {
            optimizer.ZeroGrad();
            var loss = criterion.Call(classifier.Call(inputs), labels);
            loss.Backward();
            optimizer.Step();
            last = loss.Item<float>();
            if (step == 0) first = last;
        }
        Assert.True(last < 0.1 * first, $"{first} to {last}");
        Assert.Equal(4, classifier.Parameters().Count());
    }

    [Fact]
    public void Gradients_of_anything()
    {
        var x = Tensor.From([2f, 3f], requiresGrad: true);
        (x * x * 3 + x).Sum().Backward();
        Assert.Equal("[13, 19]", x.Grad!.ToString());
    }

    [Fact]
    public void Xor_is_learned()
    {
        Generator.Seed(3);
        var net = new Sequential(new Linear(2, 8), new Tanh(), new Linear(8, 1));
        var optimizer = new SGD(net.Parameters(), learningRate: 0.5, momentum: 0.9);
        var criterion = new BCEWithLogitsLoss();
        var x = Tensor.From(new float[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } });
        var y = Tensor.From(new float[,] { { 0 }, { 1 }, { 1 }, { 0 } });
        float last = 1;
        for (int step = 0; step < 300; step++)
        {
            optimizer.ZeroGrad();
            var loss = criterion.Call(net.Call(x), y);
            loss.Backward();
            optimizer.Step();
            last = loss.Item<float>();
        }
        Assert.InRange(last, 0, 0.02);
        Assert.Equal([false, true, true, false], (net.Call(x) > 0).ToArray<bool>());
    }

    [Fact]
    public void A_line_is_found()
    {
        var generator = new Generator(4);
        var layer = new Linear(3, 1, generator: generator);
        var optimizer = new AdamW(layer.Parameters(), learningRate: 0.05, weightDecay: 0);
        var criterion = new MSELoss();
        var x = Tensor.Randn([100, 3], generator: generator);
        var y = x.MatMul(Tensor.From(new float[,] { { 1 }, { -2 }, { 0.5f } })) + 3;
        for (int step = 0; step < 400; step++)
        {
            optimizer.ZeroGrad();
            criterion.Call(layer.Call(x), y).Backward();
            optimizer.Step();
        }
        Near.Equal([1, -2, 0.5, 3], [.. layer.Weight.Value.Doubles(), .. layer.Bias!.Value.Doubles()], 1e-3);
    }
}
