using Tauten.Testing;

namespace Tauten.Conformance;

public sealed class SecondOrderTests
{
    public static TheoryData<string> Smooth => Table.Names(c => c.Order >= 2 && !c.IsCostly && c.DTypes.Contains(DType.Float64));

    public static TheoryData<string> Costly => Table.Names(c => c.Order >= 2 && c.IsCostly && c.DTypes.Contains(DType.Float64));

    [Theory, MemberData(nameof(Smooth))]
    public void Second_derivatives_agree_with_finite_differences(string name) => Trial.All([Trial.Smooth(Table.Of(name))!], t => GradientCheck.Second(t.Case.Function, t.Inputs, Trial.Cpu));

    [Theory, MemberData(nameof(Costly)), Trait("Category", "Slow")]
    public void Second_derivatives_agree_with_finite_differences_where_that_is_costly(string name) => Second_derivatives_agree_with_finite_differences(name);

    [Theory, MemberData(nameof(Smooth)), MemberData(nameof(Costly)), Trait("Category", "Slow")]
    public void Second_derivatives_of_broadcast_inputs_agree_with_finite_differences(string name) =>
        Trial.All(GradientTests.Broadcast(Table.Of(name)), t => GradientCheck.Second(t.Case.Function, t.Inputs, Trial.Cpu));
}
