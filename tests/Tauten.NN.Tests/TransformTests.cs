using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Modules inside of maps and checkpoints.</summary>
public class TransformTests
{
    [Fact]
    public void Each_sample_has_its_gradient_with_respect_to_the_parameters_of_a_model()
    {
        var model = new Sequential(new Linear(3, 4), new Gelu(), new Linear(4, 2));
        Tensor x = Tauten.Tensor.Randn([5, 3]), labels = Tauten.Tensor.RandInt(0, 2, [5]);
        var all = Tauten.Tensor.VMap(Gradient)([x, labels]);
        for (int k = 0; k < 5; k++)
        {
            var one = Gradient([x[k], labels[k]]);
            for (int i = 0; i < one.Length; i++) Equal(one[i].Doubles(), all[i][k].Detach(), 1e-6);
        }

        Tensor[] Gradient(Tensor[] sample)
        {
            var loss = model.Call(sample[0].Unsqueeze(0)).CrossEntropy(sample[1].Unsqueeze(0)).Sum();
            return Gradients.Of(loss, [.. model.Parameters().Select(p => p.Value)]);
        }
    }

    [Fact]
    public void A_block_with_running_statistics_can_be_a_checkpoint()
    {
        BatchNorm2d plain = new(2), checkpointed = new(2);
        for (int i = 0; i < 2; i++)
        {
            var x = Tensor(Numbers(4 * 2 * 9, 20 + i, 2), [4, 2, 3, 3], DType.Float32);
            Tensor a = x.WithGrad(), b = x.WithGrad();
            plain.Call(a).Tanh().Sum().Backward();
            Gradients.Checkpoint(checkpointed.Call, b).Tanh().Sum().Backward();
            Equal(a.Grad!.Doubles(), b.Grad!, 1e-6);
        }
        foreach (var (name, value) in plain.State()) Equal(value.Doubles(), checkpointed.State()[name], 1e-6);
        Assert.All(plain.Parameters().Zip(checkpointed.Parameters()), p => Equal(p.First.Grad!.Doubles(), p.Second.Grad!, 1e-5));
    }
}
