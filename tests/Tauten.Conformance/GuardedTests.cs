using Tauten.Testing;

namespace Tauten.Conformance;

/// <summary>A kernel that reads or writes outside of its tensors ends the process here: the trace on the console names the kernel.</summary>
public sealed class GuardedTests
{
    public static TheoryData<string> Cases => Table.Names(_ => true);

    [Theory, MemberData(nameof(Cases))]
    public void Kernels_stay_inside_with_a_guard_page_behind(string name) => StayInside(Trial.Of(Table.Of(name)), Guard.Behind);

    [Theory, MemberData(nameof(Cases))]
    public void Kernels_stay_inside_with_a_guard_page_in_front(string name) => StayInside(Trial.Common(Table.Of(name)), Guard.InFront);

    [Theory, MemberData(nameof(Cases))]
    [Trait("Category", "Slow")]
    public void Kernels_stay_inside_in_all_variants_with_a_guard_page_in_front(string name) => StayInside(Trial.Of(Table.Of(name)), Guard.InFront);

    /// <summary>Weights may lie anywhere in a mapped file.</summary>
    [Theory, MemberData(nameof(Cases))]
    public void Elements_need_not_be_aligned(string name) => StayInside(Trial.Common(Table.Of(name)), Guard.InFront, shift: 1);

    static void StayInside(IEnumerable<Trial> trials, Guard guard, int shift = 0) => Trial.All(trials.Where(t => !t.Variant.IsLarge), t =>
    {
        using var memory = new GuardedMemory(guard);
        using var backend = new BorrowingBackend(Trial.Cpu) { Memory = memory, Shift = shift };
        string? difference = Trial.Differs(t.Run(backend), t.Run());
        return memory.Check() is > 0 and int bytes ? $"{bytes} bytes beside tensors were overwritten." : difference;
    });

    [Theory, InlineData(Guard.Behind), InlineData(Guard.InFront)]
    public unsafe void Writes_on_the_open_side_are_found(Guard guard)
    {
        using var memory = new GuardedMemory(guard);
        byte* block = (byte*)memory.Allocate(100);
        for (int i = 0; i < 100; i++) block[i] = 1;
        Assert.Equal(0, memory.Check());
        block[guard == Guard.Behind ? -1 : 100] = 0;
        Assert.Equal(1, memory.Check());
    }
}
