namespace Tauten.NN.Tests;

public class ThreadTests
{
    static Sequential Make() => new(
        new Conv2d(1, 8, 3, padding: 1), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2), new Flatten(), new Dropout(0.3), new Dense(32, Activation.Gelu), new LayerNorm(32), new Dense(10));

    [Fact]
    public async Task Eight_threads_call_a_module_while_a_copy_of_it_trains()
    {
        Generator.Seed(11);
        var model = Make();
        var inputs = Enumerable.Range(0, 8).Select(_ => Tensor.Randn([16, 1, 8, 8])).ToArray();
        model.Call(inputs[0]);
        var copy = Make();
        copy.CopyFrom(model);
        model.Eval();
        var alone = inputs.Select(x => model.Call(x).ToArray<float>()).ToArray();

        using var stop = new CancellationTokenSource();
        var training = Task.Factory.StartNew(() => Train(copy, stop.Token), TaskCreationOptions.LongRunning);
        var calling = inputs.Select((x, i) => Task.Factory.StartNew(() =>
        {
            for (int n = 0; n < 60; n++)
            {
                // Half of the calls track, as a program that forgets NoGrad does.
                using var scope = n % 2 == 0 ? Gradients.NoGrad() : Gradients.Tracking();
                Assert.Equal(alone[i], model.Call(x).ToArray<float>());
            }
        }, TaskCreationOptions.LongRunning)).ToArray();
        await Task.WhenAll(calling);
        stop.Cancel();
        int steps = await training;
        Assert.True(steps > 0);
        Assert.Equal(alone[0], model.Call(inputs[0]).ToArray<float>());
        copy.Eval();
        Assert.NotEqual(alone[0], copy.Call(inputs[0]).ToArray<float>());
    }

    static int Train(Module<Tensor, Tensor> model, CancellationToken stop)
    {
        var optimizer = new Adam(model.Parameters(), 0.01);
        var criterion = new CrossEntropyLoss();
        int steps = 0;
        while (!stop.IsCancellationRequested || steps == 0)
        {
            optimizer.ZeroGrad();
            criterion.Call(model.Call(Tensor.Randn([16, 1, 8, 8])), Tensor.RandInt(0, 10, [16])).Backward();
            optimizer.Step();
            steps++;
        }
        return steps;
    }

    [Fact]
    public async Task Threads_that_make_the_first_call_together_agree_on_the_weights()
    {
        for (int round = 0; round < 20; round++)
        {
            var model = new Sequential(new Dense(5), new Dense(3));
            using var together = new Barrier(4);
            var x = Tensor.Ones([2, 7]);
            var outputs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() =>
            {
                together.SignalAndWait();
                return model.Call(x).ToArray<float>();
            }, TaskCreationOptions.LongRunning)));
            Assert.All(outputs, y => Assert.Equal(outputs[0], y));
            Assert.Equal(4, model.Parameters().Count());
            Assert.Equal("Sequential.1", model[1].ModulePath);
        }
    }
}
