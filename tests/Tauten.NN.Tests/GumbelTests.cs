namespace Tauten.NN.Tests;

/// <summary>Classes at random with gradients.</summary>
public class GumbelTests
{
    [Fact]
    public void Classes_come_as_often_as_their_probabilities_say()
    {
        double[] logits = [0, 1, -0.5, 2];
        double[] expected = [.. logits.Select(v => Math.Exp(v) / logits.Sum(Math.Exp))];
        var x = Tensor.From(logits).Unsqueeze(1).Expand(4, 20000);
        var soft = x.GumbelSoftmax(0.5, axis: 0, generator: new Generator(5));
        Assert.True((soft.Sum(0) - 1).Abs().Max().Item<double>() < 1e-12);
        double[] shares = soft.ArgMax(0).OneHot(4, DType.Float64).Mean(0).ToArray<double>();
        // Five standard deviations of a share of 20,000.
        for (int i = 0; i < 4; i++) Assert.InRange(shares[i], expected[i] - 0.018, expected[i] + 0.018);
    }

    [Fact]
    public void Hard_results_are_the_largest_with_the_gradient_of_the_soft_ones()
    {
        Tensor Of(Tensor x, bool hard) => x.GumbelSoftmax(0.7, hard, generator: new Generator(3));
        Tensor first = Tensor.From(Near.Numbers(12, 1), [3, 4], requiresGrad: true), second = first.Detach().WithGrad(true), weight = Tensor.From(Near.Numbers(12, 2), [3, 4]);
        Tensor soft = Of(first, hard: false), hard = Of(second, hard: true);
        Near.Equal(soft.ArgMax(1).OneHot(4, DType.Float64).Doubles(), hard, 1e-15);
        (soft * weight).Sum().Backward();
        (hard * weight).Sum().Backward();
        Near.Equal(first.Grad!.Doubles(), second.Grad!, 1e-15);
        Assert.Throws<ArgumentOutOfRangeException>(() => first.GumbelSoftmax(0));
    }
}
