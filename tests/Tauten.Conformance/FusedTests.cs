using Tauten.Cpu;
using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

/// <summary>Bodies of fused ops, by both engines, against the same ops one by one.</summary>
public sealed class FusedTests
{
    static readonly CpuBackend tiles = With(FusionEngine.Tiles), code = With(FusionEngine.Code);

    public static TheoryData<string> Elementwise => Table.Names(IsFusible);

    static bool IsFusible(OpCase c) => c.IsElementwise && Trial.Common(c).Any(t => tiles.Fuses(GraphTests.Captured(t)));

    /// <summary>A backend that runs bodies by one engine.</summary>
    internal static CpuBackend With(FusionEngine engine)
    {
        var backend = new CpuBackend();
        backend.Fusion!.Engine = engine;
        return backend;
    }

    [Theory, MemberData(nameof(Elementwise))]
    public void Every_elementwise_op_gives_the_very_same_in_a_body(string name) => Trial.All(Trial.Of(Table.Of(name)), t =>
    {
        var body = GraphTests.Captured(t);
        if (!tiles.Fuses(body)) return null;
        var expected = t.Run();
        var op = new Fused(body);
        return Differs("tiles", Dispatch.RunAll(op, t.Variant.Place(t.Inputs, tiles)), expected) ?? Differs("code", Dispatch.RunAll(op, t.Variant.Place(t.Inputs, code)), expected);
    });

    [Theory, MemberData(nameof(Elementwise))]
    public void Bodies_stay_inside_of_their_memory(string name) => Trial.All(Trial.Of(Table.Of(name)).Where(t => !t.Variant.IsLarge), t =>
    {
        var body = GraphTests.Captured(t);
        if (!tiles.Fuses(body)) return null;
        foreach (var lender in (CpuBackend[])[tiles, code])
            foreach (var guard in (Guard[])[Guard.Behind, Guard.InFront])
            {
                using var memory = new GuardedMemory(guard);
                using var backend = new BorrowingBackend(lender) { Memory = memory };
                Dispatch.RunAll(new Fused(body), t.Variant.Place(t.Inputs, backend));
                if (memory.Check() is > 0 and int bytes) return $"{bytes} bytes beside tensors were overwritten by {lender.Fusion!.Engine}.";
            }
        return null;
    });

    [Fact]
    public void Most_elementwise_ops_can_be_part_of_a_body() => Assert.InRange(Table.Cases.Count(IsFusible), 80, int.MaxValue);

    static string? Differs(string engine, Tensor[] actual, Tensor[] expected) => Trial.Differs(actual, expected) is { } difference ? $"{engine}: {difference}" : null;
}
