namespace Tauten.NN.Tests;

// The same rows in mixed precision.
public partial class ContinuationTests
{
    [Theory, MemberData(nameof(Modules))]
    public void A_module_works_in_mixed_precision(string name)
    {
        var row = Rows.Single(row => NameOf(row.Key) == name).Value;
        var (exact, _) = Call(DType.Float32);
        var (near, module) = Call(DType.BFloat16);
        Assert.Equal(exact.Length, near.Length);
        double largest = exact.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty().Max();
        for (int i = 0; i < exact.Length; i++) Assert.True(exact[i].Equals(near[i]) || Math.Abs(exact[i] - near[i]) <= 0.08 * largest, $"number {i} is {near[i]}. Expected about {exact[i]}.");
        foreach (var parameter in module.Parameters())
            if (parameter.Grad is { } gradient) Assert.True(gradient.IsFinite().All().Item<bool>());

        (double[] Numbers, Module Module) Call(DType precision)
        {
            var generator = new Generator(4);
            using var random = Generator.Use(generator);
            var made = row.Make(generator);
            Tensor y;
            using (Autocast.To(precision)) y = row.Call(made);
            if (y.RequiresGrad) y.To(DType.Float32).Square().Sum().Backward();
            return (y.Detach().To(DType.Float64).ToArray<double>(), made);
        }
    }
}
