using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Tauten.Cpu;
using Tauten.NN.Generators;
using Tauten.Tests;

namespace Tauten.Conventions;

/// <summary>Compiles and runs the C# programs of the documents, as they stand there. What a comment behind a <c>Console.WriteLine</c> says must be printed.</summary>
[Collection(Programs)]
public partial class DocumentTests
{
    /// <summary>Tests that redirect the console, and so run one after the other.</summary>
    public const string Programs = "programs";

    static readonly Tree tree = new(SourceTree.Root);

    static readonly Listing[] programs = [.. TreeChecks.Documents(tree).SelectMany(d => Listing.In(d, tree.Read(d))).Where(l => l.IsProgram)];

    // What a project that references the package Tauten has without a word.
    const string ImplicitUsings = "global using Tauten;\nglobal using Tauten.NN;\nglobal using Buffer = Tauten.Buffer;\n";

    static readonly MetadataReference[] libraries = [.. new[] { typeof(Tensor), typeof(CpuBackend), typeof(Compiled), typeof(NN.Module), typeof(Data.Dataset), typeof(Training.Metric), typeof(Onnx), typeof(Model) }.Select(t => MetadataReference.CreateFromFile(t.Assembly.Location))];

    public static TheoryData<string> Places => [.. programs.Where(p => p.Skip is null).Select(p => $"{p.Document}, line {p.Line}")];

    [Theory]
    [MemberData(nameof(Places))]
    public void A_program_of_a_document_runs(string place)
    {
        var program = programs.Single(p => $"{p.Document}, line {p.Line}" == place);
        string[] printed = Run(program.Code).ReplaceLineEndings("\n").Split('\n');
        int next = 0;
        foreach (Match line in Printed().Matches(program.Code))
        {
            string expected = line.Groups[1].Value.Trim();
            int at = Array.FindIndex(printed, next, l => l.Trim() == expected);
            Assert.True(at >= 0, $"{place}: '{expected}' was not printed. Printed: {string.Join(" | ", printed)}");
            next = at + 1;
        }
    }

    static string Run(string code)
    {
        var compilation = Compiler.Compile($"Program{Guid.NewGuid():N}", [("Program.cs", code), ("Usings.cs", ImplicitUsings)], libraries, OutputKind.ConsoleApplication);
        CSharpGeneratorDriver.Create(new ModuleGenerator()).WithUpdatedParseOptions((CSharpParseOptions)compilation.SyntaxTrees[0].Options).RunGeneratorsAndUpdateCompilation(compilation, out var whole, out _);
        var main = Assembly.Load(Compiler.Emit((CSharpCompilation)whole).Image).EntryPoint!;
        var (console, folder) = (Console.Out, Directory.GetCurrentDirectory());
        var scratch = Directory.CreateTempSubdirectory("tauten-");
        var output = new StringWriter();
        try
        {
            Console.SetOut(output);
            Directory.SetCurrentDirectory(scratch.FullName);
            main.Invoke(null, main.GetParameters().Length == 0 ? [] : [Array.Empty<string>()]);
        }
        finally
        {
            Console.SetOut(console);
            Directory.SetCurrentDirectory(folder);
            scratch.Delete(recursive: true);
        }
        return output.ToString();
    }

    [Fact]
    public void Listings_that_are_not_run_say_why()
    {
        foreach (var program in programs) Assert.True(program.Skip is null or { Length: > 10 }, $"{program.Document}, line {program.Line}: skip needs a reason.");
        Assert.True(programs.Count(p => p.Skip is null) >= 2);
    }

    [GeneratedRegex(@"Console\.WriteLine\(.*\);\s*// (.*)")]
    private static partial Regex Printed();
}
