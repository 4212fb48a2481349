using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

/// <summary>A gradient that reads what it did not declare fails its check, eagerly and captured.</summary>
public sealed class ReadsTests
{
    sealed record ReadsInput : CompositeOp
    {
        public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0] * x[0];

        public override Reads GradientReads() => Reads.Nothing;

        public override Tensor?[] Gradient(Backward b) => [b.Grad * b.Input(0) * 2];
    }

    sealed record ReadsSecondInput : CompositeOp
    {
        public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0] * x[1];

        public override Reads GradientReads() => Reads.First;

        public override Tensor?[] Gradient(Backward b) => [b.Grad * b.Input(1), b.Grad * b.Input(0)];
    }

    sealed record ReadsOutput : CompositeOp
    {
        public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0].Exp();

        public override Reads GradientReads() => Reads.Inputs;

        public override Tensor?[] Gradient(Backward b) => [b.Grad * b.Output];
    }

    sealed record ReadsAsDeclared : CompositeOp
    {
        public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0].Exp();

        public override Reads GradientReads() => Reads.Output;

        public override Tensor?[] Gradient(Backward b) => [b.Grad * b.Output];
    }

    static readonly HostTensor x = new(DType.Float64, [3], [0.5, -1, 2]);

    public static TheoryData<string> Careless => ["input 0", "input 1", "output 0"];

    static Func<Tensor[], Tensor[]> Function(string what) => what switch
    {
        "input 0" => x => [Dispatch.Run(new ReadsInput(), x[0])],
        "input 1" => x => [Dispatch.Run(new ReadsSecondInput(), x[0], x[0])],
        "output 0" => x => [Dispatch.Run(new ReadsOutput(), x[0])],
        _ => x => [Dispatch.Run(new ReadsAsDeclared(), x[0])],
    };

    [Theory, MemberData(nameof(Careless))]
    public void An_undeclared_read_fails_the_gradient_check(string what)
    {
        var error = Assert.Throws<GradientException>(() => GradientCheck.First(Function(what), [x], Trial.Cpu));
        Assert.Contains($"its gradient reads {what} without declaring it", error.Message);
    }

    [Theory, MemberData(nameof(Careless))]
    public void An_undeclared_read_fails_in_a_capture(string what) =>
        Assert.Throws<GradientException>(() => Graph.Capture(GradientCheck.GradientOf(Function(what), 1, [0]), x.Spec, x.Spec));

    [Fact]
    public void A_declared_read_passes() => Assert.Null(GradientCheck.First(Function("declared"), [x], Trial.Cpu) ?? GradientCheck.Second(Function("declared"), [x], Trial.Cpu));
}
