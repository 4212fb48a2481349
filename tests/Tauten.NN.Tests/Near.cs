using System.Globalization;

namespace Tauten.NN.Tests;

/// <summary>Comparisons of numbers, which name the place of the first that differs.</summary>
static class Near
{
    public static void Equal(ReadOnlySpan<double> expected, ReadOnlySpan<double> received, double tolerance)
    {
        Assert.Equal(expected.Length, received.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            double allowed = tolerance * (1 + Math.Abs(expected[i]));
            if (!(Math.Abs(expected[i] - received[i]) <= allowed) && !(double.IsNaN(expected[i]) && double.IsNaN(received[i])))
                Assert.Fail(string.Create(CultureInfo.InvariantCulture, $"Element {i}: expected {expected[i]:R}, received {received[i]:R}, allowed {allowed:g3}."));
        }
    }

    public static void Equal(ReadOnlySpan<double> expected, Tensor received, double tolerance) => Equal(expected, received.Doubles(), tolerance);

    public static double[] Doubles(this Tensor x) => x.Detach().To(DType.Float64).ToArray<double>();

    /// <summary>Numbers that look random and are the same everywhere.</summary>
    public static double[] Numbers(int count, int seed, double scale = 1)
    {
        var random = new Random(seed);
        var all = new double[count];
        for (int i = 0; i < count; i++) all[i] = (random.NextDouble() * 2 - 1) * scale;
        return all;
    }

    public static Tensor Tensor(double[] values, Shape shape, DType dtype = DType.Float64, bool requiresGrad = false)
    {
        var x = Tauten.Tensor.From(values, shape).To(dtype);
        return requiresGrad ? x.WithGrad() : x;
    }
}
