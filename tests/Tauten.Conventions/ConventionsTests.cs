using System.Reflection;
using System.Xml.Linq;
using Tauten.Cpu;
using Tauten.Tests;

namespace Tauten.Conventions;

/// <summary>What keeps the tree from rotting: each rule is a function that returns sentences about what breaks it.</summary>
public class ConventionsTests
{
    static readonly Tree tree = new(SourceTree.Root);

    static readonly Assembly core = typeof(Tensor).Assembly;

    static readonly Assembly[] shipped = [core, typeof(CpuBackend).Assembly, typeof(Compiled).Assembly, typeof(NN.Module).Assembly, typeof(Data.Dataset).Assembly, typeof(Training.Metric).Assembly, typeof(Interop.TensorSpans).Assembly, typeof(Onnx).Assembly, typeof(Model).Assembly];

    static void Empty(IEnumerable<string> sentences)
    {
        string[] all = [.. sentences];
        Assert.True(all.Length == 0, string.Join(Environment.NewLine, all));
    }

    [Fact]
    public void Every_op_is_complete() => Empty(OpChecks.Check(core, XDocument.Load(Path.ChangeExtension(core.Location, "xml")), tree));

    [Fact]
    public void The_list_of_ops_without_a_method_is_up_to_date() => Empty(OpChecks.Stale(core));

    [Fact]
    public void Rules_and_expansions_agree() => Empty(RuleProbe.Check(core));

    [Fact]
    public void The_table_of_kernels_is_what_it_says() => Assert.Equal(OpChecks.WithKernel(tree).Order(), new CpuBackend().Kernels.Ops.Select(t => t.Name).Order());

    [Fact]
    public void Names_say_what_things_are() => Empty(shipped.SelectMany(TypeChecks.Names));

    [Fact]
    public void Static_fields_do_not_change() => Empty(shipped.SelectMany(TypeChecks.MutableStatics));

    [Fact]
    public void The_list_of_static_fields_is_up_to_date() => Empty(TypeChecks.Stale(shipped));

    [Fact]
    public void Nothing_has_a_finalizer() => Empty(shipped.SelectMany(TypeChecks.Finalizers));

    [Fact]
    public void Files_are_short() => Empty(TreeChecks.LongFiles(tree));

    [Fact]
    public void Unsafe_code_stays_in_its_place() => Empty(TreeChecks.Unsafe(tree));

    [Fact]
    public void Arrows_point_down() => Empty(TreeChecks.Arrows(tree));

    [Fact]
    public void Every_project_is_in_the_solution() => Empty(TreeChecks.Solution(tree));

    [Fact]
    public void Documents_name_what_exists() => Empty(TreeChecks.DeadPaths(tree));

    [Fact]
    public void The_tree_speaks_of_itself() => Empty(TreeChecks.Workplace(tree));

    public static TheoryData<string> Libraries => [.. shipped.Select(a => a.GetName().Name!)];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void The_public_surface_is_approved(string library) =>
        Approved.Check("Tauten.Conventions", $"api-{library}", PublicApi.Print(shipped.Single(a => a.GetName().Name == library)));
}
