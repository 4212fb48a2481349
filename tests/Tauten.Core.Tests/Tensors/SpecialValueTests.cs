namespace Tauten.Core.Tests;

/// <summary>What functions give at the ends of the number line, as PyTorch does.</summary>
public class SpecialValueTests
{
    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    [InlineData(DType.Float16)]
    [InlineData(DType.BFloat16)]
    public void Activations_at_the_ends(DType dtype)
    {
        // Enough elements for whole vectors and the rest behind them.
        double far = dtype == DType.Float64 ? 1e300 : dtype == DType.Float16 ? 6e4 : 1e38;
        double[] ends = [double.NegativeInfinity, -far, -100, double.PositiveInfinity, far, double.NaN];
        var x = Tensor.From(Enumerable.Range(0, 7).SelectMany(_ => ends).ToArray()).To(dtype);
        foreach (var y in new[] { x.Silu(), x.Gelu(), x.Gelu(approximate: true) })
        {
            var values = y.To(DType.Float64).ToArray<double>();
            for (int i = 0; i < values.Length; i += ends.Length)
            {
                Assert.True(double.IsNaN(values[i]), $"{values[i]}");
                Assert.Equal(0, values[i + 1]);
                Assert.Equal(0, values[i + 2], 1e-40);
                Assert.Equal(double.PositiveInfinity, values[i + 3]);
                Assert.True(values[i + 4] >= far * 0.99);
                Assert.True(double.IsNaN(values[i + 5]));
            }
        }
    }
}
