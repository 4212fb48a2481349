using System.Diagnostics;
using System.Text;
using Tauten.Tests;

namespace Tauten.Conventions;

/// <summary>
/// Adds the ops of docs/adding-an-op.md to a copy of the tree, leaves out each piece in turn, and approves the sentences in which the conventions
/// say what is missing.
/// </summary>
public sealed class AddingAnOpTests : IDisposable
{
    const string Document = "docs/adding-an-op.md", Composite = "src/Tauten.Core/Ops/Composite/SquaredRelu.cs", Primitive = "src/Tauten.Core/Ops/Elementwise/Cube.cs";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("tauten-");
    readonly Tree copy;
    readonly Listing[] listings;

    public AddingAnOpTests()
    {
        copy = new Tree(SourceTree.Root).CopyTo(folder.FullName);
        listings = [.. Listing.In(Document, copy.Read(Document)).Where(l => !l.IsProgram)];
    }

    public void Dispose() => folder.Delete(recursive: true);

    // Each piece is a build of the whole core.
    [Fact]
    [Trait("Category", "Slow")]
    public void Each_missing_piece_is_named()
    {
        var text = new StringBuilder();
        Describe("the composite op, complete", "SquaredRelu");
        Describe("without its documentation comment", "SquaredRelu", change: (Composite, s => string.Join('\n', s.Split('\n').Where(l => !l.StartsWith("///", StringComparison.Ordinal)))));
        Describe("not sealed", "SquaredRelu", change: (Composite, s => s.Replace("public sealed record", "public record", StringComparison.Ordinal)));
        Describe("a class instead of a record", "SquaredRelu", change: (Composite, s => s.Replace("sealed record", "sealed class", StringComparison.Ordinal)));
        Describe("not public", "SquaredRelu", change: (Composite, s => s.Replace("public sealed", "sealed", StringComparison.Ordinal)), without: "Tensor.NN.cs");
        Describe("without its method in Tensor", "SquaredRelu", without: "Tensor.NN.cs");
        Describe("without its OpCase", "SquaredRelu", without: "CompositeCases.cs");
        Describe("without its expansion", "SquaredRelu", change: (Composite, s => s.Replace("public override Tensor Expand(ReadOnlySpan<Tensor> x)", "public static Tensor Of(Tensor[] x)", StringComparison.Ordinal)));
        Describe("with a rule that its expansion does not follow", "SquaredRelu", change: (Composite, s => s.Replace("    public override OpKind Kind()", "    public override Specs Infer(ReadOnlySpan<TensorSpec> x) => new TensorSpec(x[0].DType, [1]);\n\n    /// <inheritdoc/>\n    public override OpKind Kind()", StringComparison.Ordinal)));
        Describe("in the folder of another family", "SquaredRelu", move: (Composite, "src/Tauten.Core/Ops/Reduction/SquaredRelu.cs"));
        Describe("in another namespace", "SquaredRelu", change: (Composite, s => s.Replace("namespace Tauten.Ops;", "using Tauten.Ops;\n\nnamespace Tauten;", StringComparison.Ordinal)), without: "Tensor.NN.cs");
        Describe("the primitive op, complete", "Cube");
        Describe("without its line in the table of kernels", "Cube", without: "CpuKernels.cs");
        Describe("without its definition in the reference backend", "Cube", without: "ElementwiseDefinitions.cs");
        Describe("without its OpCase", "Cube", without: "ElementwiseCases.cs");
        Describe("without its method in Tensor", "Cube", without: "Tensor.Math.cs");
        Describe("without its gradient", "Cube", change: (Primitive, s => s.Replace("protected override Tensor Derivative(Backward b)", "static Tensor Of(Backward b)", StringComparison.Ordinal)));
        Approved.Check("Tauten.Conventions", "adding-an-op", text.ToString());

        void Describe(string title, string op, string? without = null, (string File, Func<string, string> How)? change = null, (string From, string To)? move = null)
        {
            text.Append(op).Append(", ").Append(title).AppendLine(":");
            foreach (string sentence in Sentences(op, without, change, move).DefaultIfEmpty("(nothing is missing)")) text.Append("    ").AppendLine(sentence);
            text.AppendLine();
        }
    }

    string[] Sentences(string op, string? without, (string File, Func<string, string> How)? change, (string From, string To)? move)
    {
        var pieces = listings.Where(l => l.Code.Contains(op, StringComparison.Ordinal) && (without is null || l.Insert?.EndsWith(without, StringComparison.Ordinal) != true)).ToArray();
        var before = pieces.Where(l => l.Insert is not null).Select(l => l.Insert!).Distinct().ToDictionary(f => f, copy.Read);
        try
        {
            foreach (var piece in pieces) piece.ApplyTo(copy);
            if (change is var (file, how)) copy.Write(file, how(copy.Read(file)));
            if (move is var (from, to)) File.Move(Path.Combine(copy.Root, from), Path.Combine(copy.Root, to));
            using var compiled = new CompiledTree(copy);
            return [.. OpChecks.Check(compiled.Core, compiled.Documentation, copy), .. compiled.RuleSentences()];
        }
        catch (CompilationException e)
        {
            return [.. e.Errors.Select(d => $"{Path.GetFileName(d.Location.SourceTree?.FilePath)}: {d.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}").Distinct()];
        }
        finally
        {
            foreach (var (path, text) in before) copy.Write(path, text);
            foreach (var piece in pieces.Where(l => l.New is not null)) File.Delete(Path.Combine(copy.Root, piece.New!));
            if (move is var (_, to)) File.Delete(Path.Combine(copy.Root, to));
        }
    }

    [Fact]
    public void The_ops_of_the_document_compute()
    {
        foreach (var listing in listings) listing.ApplyTo(copy);
        using var compiled = new CompiledTree(copy);
        var backend = compiled.Core.GetType("Tauten.Backends")!.GetMethod("SetDefault")!;
        backend.Invoke(null, [Activator.CreateInstance(compiled.Cpu.GetType("Tauten.Cpu.CpuBackend")!)]);
        dynamic x = compiled.Core.GetType("Tauten.Tensor")!.GetMethod("Arange", [typeof(double), typeof(double), typeof(double), compiled.Core.GetType("Tauten.DType")!])!.Invoke(null, [-4.0, 5.0, 2.0, compiled.Core.GetType("Tauten.DType")!.GetEnumValues().GetValue(0)])!;
        Assert.Equal("[-64,  -8,   0,   8,  64]", (string)x.Cube().ToString());
        Assert.Equal("[ 0,  0,  0,  4, 16]", (string)x.SquaredRelu().ToString());
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void The_ops_of_the_document_pass_their_tests()
    {
        foreach (var listing in listings) listing.ApplyTo(copy);
        var start = new ProcessStartInfo("dotnet", ["test", "tests/Tauten.Conformance", "--filter", "DisplayName~SquaredRelu|DisplayName~Cube"]) { WorkingDirectory = copy.Root, RedirectStandardOutput = true };
        // The settings of the test host must not reach the build that is tested.
        foreach (string name in (string[])["MSBuildSDKsPath", "MSBUILD_EXE_PATH", "MSBuildExtensionsPath", "MSBuildLoadMicrosoftTargetsReadOnly"]) start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        Assert.Contains("Passed!", output, StringComparison.Ordinal);
    }
}
