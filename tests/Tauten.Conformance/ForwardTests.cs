using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

public sealed class ForwardTests
{
    public static TheoryData<string> Cases => Table.Names(_ => true);

    public static TheoryData<string> Half => Table.Names(c => !IsOfOtherHalf(c));

    /// <summary>The tests of a class run one after the other; these are too many for one.</summary>
    internal static bool IsOfOtherHalf(OpCase c) => string.CompareOrdinal(c.Op.Name, "H") < 0;

    public static TheoryData<string> Fused => Table.Names(c => c.IsComposite && Trial.Cpu.Kernels.Ops.Contains(c.Op));

    [Theory, MemberData(nameof(Half))]
    public void The_cpu_agrees_with_the_reference(string name) => Agrees(name);

    internal static void Agrees(string name) => Trial.All(Trial.Of(Table.Of(name)), t => t.Expected.Mismatch(t.Run()));

    [Theory, MemberData(nameof(Cases)), Trait("Category", "Slow")]
    public void The_cpu_agrees_with_the_reference_for_all_dtypes_and_sizes(string name) => Trial.All(Trial.Of(Table.Of(name), all: true), t => t.Expected.Mismatch(t.Run()));

    [Theory, MemberData(nameof(Fused))]
    public void The_expansion_of_a_fused_op_agrees_with_the_reference(string name)
    {
        var type = Table.Of(name).Op;
        var expanding = new BorrowingBackend(Trial.Cpu) { Hides = op => op.GetType() == type };
        Trial.All(Trial.Common(Table.Of(name)), t => t.Expected.Mismatch(t.Run(expanding)));
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_null_backend_gives_the_same_shapes(string name) => Trial.All(Trial.Of(Table.Of(name)).Where(t => t.Variant.IsCommon && !t.Case.DependsOnData && !t.Case.Branches), t =>
    {
        var y = t.Run(NullBackend.Instance);
        var expected = t.Expected.Outputs;
        for (int i = 0; i < y.Length; i++)
            if (y[i].Spec != expected[i].Spec) return $"output {i} is {y[i].Spec}. Expected {expected[i].Spec}.";
        return null;
    });
}

public sealed class ForwardTestsOfOtherHalf
{
    public static TheoryData<string> Half => Table.Names(ForwardTests.IsOfOtherHalf);

    [Theory, MemberData(nameof(Half))]
    public void The_cpu_agrees_with_the_reference(string name) => ForwardTests.Agrees(name);
}
