using System.Reflection;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Tauten.Cpu;
using Tauten.NN.Generators;
using Tauten.Tests;

namespace Tauten.Conventions;

/// <summary>Compiles and runs the examples of the documentation. What a comment behind a statement says is printed, and nothing else is.</summary>
[Collection(DocumentTests.Programs)]
public class ExampleTests
{
    static readonly Tree tree = new(SourceTree.Root);

    static readonly string[] projects = ["Tauten.Core", "Tauten.Compiler", "Tauten.NN", "Tauten.Onnx", "Tauten.Inference", "Tauten.Data", "Tauten.Training", "Tauten.Interop"];

    static readonly Example[] examples = [.. projects.SelectMany(p => tree.Files($"src/{p}", ".cs")).SelectMany(f => Example.In(f, tree.Read(f)))];

    static readonly Lazy<Assembly> compiled = new(Compile);

    const string Usings = "global using Tauten;\nglobal using Tauten.Data;\nglobal using Tauten.Distributions;\nglobal using Tauten.Interop;\nglobal using Tauten.NN;\nglobal using Tauten.Training;\nglobal using Buffer = Tauten.Buffer;\n";

    static Assembly Compile()
    {
        MetadataReference[] libraries = [.. new[] { typeof(Tensor), typeof(CpuBackend), typeof(Compiled), typeof(NN.Module), typeof(Onnx), typeof(Model), typeof(Data.Dataset), typeof(Training.Metric), typeof(Interop.TensorSpans) }.Select(t => MetadataReference.CreateFromFile(t.Assembly.Location))];
        var programs = examples.Select((e, i) => ($"Example{i}.cs", e.Program($"Example{i}")));
        var compilation = Compiler.Compile("Examples", [.. programs, ("Usings.cs", Usings)], libraries);
        CSharpGeneratorDriver.Create(new ModuleGenerator()).WithUpdatedParseOptions(Compiler.Options).RunGeneratorsAndUpdateCompilation(compilation, out var whole, out _);
        var errors = whole.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error).ToArray();
        if (errors.Length > 0) throw new CompilationException(errors);
        return Assembly.Load(Compiler.Emit((CSharpCompilation)whole).Image);
    }

    public static TheoryData<string> Files => [.. examples.Select(e => e.Path).Distinct()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Examples_print_what_they_say(string file)
    {
        var wrong = new StringBuilder();
        for (int i = 0; i < examples.Length; i++)
            if (examples[i].Path == file) Check(examples[i], compiled.Value.GetType($"Example{i}")!, wrong);
        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    static void Check(Example example, Type program, StringBuilder wrong)
    {
        var (console, folder) = (Console.Out, Directory.GetCurrentDirectory());
        var scratch = Directory.CreateTempSubdirectory("tauten-");
        var printed = example.Stated.ConvertAll(_ => new StringWriter(System.Globalization.CultureInfo.InvariantCulture));
        var silence = new StringWriter();
        string? failure = null;
        try
        {
            Console.SetOut(silence);
            Directory.SetCurrentDirectory(scratch.FullName);
            program.GetMethod("Run")!.CreateDelegate<Action<Action<int>>>()(i => Console.SetOut(printed[i]));
        }
        catch (Exception e)
        {
            failure = $"{e.GetType().Name}: {e.Message}";
        }
        finally
        {
            Console.SetOut(console);
            Directory.SetCurrentDirectory(folder);
            scratch.Delete(recursive: true);
        }
        for (int i = 0; i < printed.Count; i++)
        {
            var (line, stated) = example.Stated[i];
            string[] lines = [.. printed[i].ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0)];
            if (lines.Length != stated.Length || !lines.Zip(stated).All(p => Says(p.Second, p.First.Trim()))) wrong.Append($"{example.Path}:{line} prints\n{string.Concat(lines.Select(l => $"    {l}\n"))}but says\n{string.Concat(stated.Select(l => $"    {l}\n"))}");
        }
        if (failure is not null) wrong.Append($"{example} fails with {failure}\n");
    }

    // Four spaces behind what is printed may be said what it is.
    static bool Says(string stated, string printed) => stated == printed || stated.StartsWith(printed + "    ", StringComparison.Ordinal);

    [Fact]
    public void Public_members_have_examples()
    {
        string[] without = [.. ExampleCoverage.Without(tree)];
        Assert.True(without.Length == 0, string.Concat(without.Select(m => $"{m} has no example. Put one into its documentation comment: <example><code>, a few lines that print something.\n")));
    }
}
