namespace Tauten.Compiler.Tests;

/// <summary>Branches and loops in compiled functions: their graphs run from plans of their own.</summary>
public sealed class ControlFlowTests
{
    static readonly CompileOptions plain = new() { Check = false };

    [Fact]
    public void Loops_and_branches_give_what_they_give_eagerly()
    {
        var weight = Tensor.Randn([4, 4], DType.Float32, new Generator(1)) * 0.4f;
        Tensor[] Run(Tensor[] x)
        {
            var (last, all) = Tensor.Scan((s, v) =>
            {
                var next = s.MatMul(weight) + v;
                next = Tensor.If(next.Abs().Max() > 1, () => next.Tanh(), () => next * 2 + 1);
                return (next, (next * next).Exp() + 1);
            }, Tensor.Zeros([1, 4]), x[0]);
            var root = Tensor.While(s => (s * s - 2).Abs() > 1e-5, s => (s + 2 / s) / 2, Tensor.From(1f), maximum: 20);
            return [last, all, root];
        }
        var compiled = Compiled.Function(Run, plain);
        foreach (int steps in new[] { 3, 6, 3 })
        {
            Tensor[] x = [Tensor.Randn([steps, 1, 4], DType.Float32, new Generator((ulong)steps))];
            Tensor[] expected = Run(x), received = compiled(x);
            for (int k = 0; k < expected.Length; k++) Assert.True((expected[k] - received[k]).Abs().Max().Item<float>() < 1e-5, $"result {k}");
        }
        Assert.Equal(1, Compiled.ReportOf(compiled).Captures);
        var loop = Compiled.ReportOf(compiled).Graphs[0].Nodes.First(node => node.Op is Tauten.Ops.Scan);
        Assert.NotNull(loop.Op!.Bodies()[0].Body.Runner);
    }
}
