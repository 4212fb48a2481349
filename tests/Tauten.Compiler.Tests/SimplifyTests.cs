namespace Tauten.Compiler.Tests;

/// <summary>What a graph becomes before it is planned.</summary>
public sealed class SimplifyTests
{
    [Theory]
    [InlineData(new long[] { 4, 4, 4 }, true)]
    [InlineData(new long[] { 2, 9, 1 }, true)]
    [InlineData(new long[] { 4, 4 }, false)]
    public void Gradients_of_all_pieces_of_an_axis_are_put_side_by_side(long[] sizes, bool whole)
    {
        var weight = Tensor.Randn([12], DType.Float32, new Generator(1));
        Tensor Learn(Tensor x)
        {
            var tracked = x * 1.5;
            Tensor? sum = null;
            long start = 0;
            foreach (long size in sizes)
            {
                var piece = tracked.Narrow(1, start, size);
                var term = (piece * piece * weight.Narrow(0, start, size)).Sum();
                sum = sum is null ? term : sum + term;
                start += size;
            }
            return Gradients.Of(sum!, [x])[0];
        }

        var input = Tensor.Randn([6, 12], DType.Float32, new Generator(2), requiresGrad: true);
        var compiled = Compiled.Function((Func<Tensor, Tensor>)Learn, new CompileOptions { Check = false });
        Assert.Equal(Learn(input).ToArray<float>(), compiled(input).ToArray<float>());
        string graph = Compiled.ReportOf(compiled).Graphs[0].Print();
        Assert.Equal(whole, graph.Contains("Concat", StringComparison.Ordinal));
        Assert.Equal(!whole, graph.Contains("SliceUpdate", StringComparison.Ordinal));
    }
}
