using Tauten.Cpu;
using Tauten.Testing;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Tauten.Conformance;

/// <summary>Tests that change what the whole process uses. They run after all others, one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessWide : ICollectionFixture<Summary>
{
    public const string Name = "process-wide";
}

/// <summary>Says at the end what was checked.</summary>
public sealed class Summary(IMessageSink messages) : IDisposable
{
    public void Dispose() => messages.OnMessage(new DiagnosticMessage($"conformance: {Table.Ops.Count} ops, {Table.Cases.Count} cases, {Trial.Checks:N0} checks, instructions up to {CpuInstructions.Detected}"));
}

[Collection(ProcessWide.Name)]
public sealed class ProcessTests
{
    static readonly InstructionLevel[] levels = [.. Enum.GetValues<InstructionLevel>().Where(l => l < CpuInstructions.Detected)];

    public static TheoryData<string> Cases => Table.Names(_ => true);

    /// <summary>The values that differ most from each other, in the case's first dtype.</summary>
    static IEnumerable<Trial> Few(OpCase c) => Trial.Common(c).Where(t => t.DType == Trial.MainDType(c));

    [Theory, MemberData(nameof(Cases))]
    public void Other_instructions_agree_with_the_reference(string name) => Agree(Few(Table.Of(name)));

    [Theory, MemberData(nameof(Cases))]
    [Trait("Category", "Slow")]
    public void Other_instructions_agree_with_the_reference_in_all_variants(string name) => Agree(Trial.Of(Table.Of(name)));

    static void Agree(IEnumerable<Trial> trials)
    {
        var before = CpuInstructions.Level;
        try
        {
            Trial.All(trials, t =>
            {
                foreach (var level in levels)
                {
                    CpuInstructions.Level = level;
                    if (t.Expected.Mismatch(t.Run()) is { } difference) return $"{level}: {difference}";
                }
                return null;
            });
        }
        finally
        {
            CpuInstructions.Level = before;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_number_of_workers_changes_no_bit(string name) =>
        SameWith([7], Trial.Of(Table.Of(name)).Where(t => t.DType == Trial.MainDType(t.Case) && (t.Variant.IsLarge || t.Variant.Name == "plain")));

    [Theory, MemberData(nameof(Cases))]
    [Trait("Category", "Slow")]
    public void The_number_of_workers_changes_no_bit_in_all_variants(string name) => SameWith([2, 7], Trial.Of(Table.Of(name)));

    static void SameWith(int[] counts, IEnumerable<Trial> trials)
    {
        var (count, threshold) = (Workers.Count, Workers.ParallelThreshold);
        try
        {
            Trial.All(trials, t =>
            {
                Workers.ParallelThreshold = 0;
                Workers.Count = 1;
                var alone = t.Run();
                foreach (int workers in counts)
                {
                    Workers.Count = workers;
                    if (Trial.Differs(t.Run(), alone) is { } difference) return $"{workers} workers: {difference}";
                }
                return null;
            });
        }
        finally
        {
            (Workers.Count, Workers.ParallelThreshold) = (count, threshold);
        }
    }
}
