using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Tauten.Conventions;

/// <summary>Compiles sources without the build system, in a second or two: libraries of a changed tree, and programs of documents.</summary>
static class Compiler
{
    static readonly CSharpParseOptions options = new(LanguageVersion.Preview, DocumentationMode.Parse);
    static readonly ConcurrentDictionary<string, SyntaxTree> parsed = new();

    const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    /// <summary>The assemblies of the runtime that runs this test.</summary>
    public static IReadOnlyList<MetadataReference> Runtime { get; } = [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        .Where(p => Path.GetFileName(p).StartsWith("System.", StringComparison.Ordinal) || Path.GetFileName(p) is "netstandard.dll" or "mscorlib.dll").Select(p => MetadataReference.CreateFromFile(p))];

    public static CSharpCompilation Compile(string name, IEnumerable<(string Path, string Code)> sources, IEnumerable<MetadataReference> references, OutputKind kind = OutputKind.DynamicallyLinkedLibrary) =>
        CSharpCompilation.Create(name,
            sources.Append(("ImplicitUsings.cs", ImplicitUsings)).Select(s => parsed.GetOrAdd(s.Item2, _ => CSharpSyntaxTree.ParseText(s.Item2, options, s.Item1))),
            Runtime.Concat(references), new(kind, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    /// <summary>The assembly's bytes and its documentation, or the compiler's first errors.</summary>
    public static (byte[] Image, XDocument Documentation) Emit(CSharpCompilation compilation)
    {
        using MemoryStream image = new(), documentation = new();
        var result = compilation.Emit(image, xmlDocumentationStream: documentation);
        if (!result.Success) throw new CompilationException([.. result.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Take(5)]);
        documentation.Position = 0;
        return (image.ToArray(), XDocument.Load(documentation));
    }
}

sealed class CompilationException(IReadOnlyList<Diagnostic> errors) : Exception(string.Join('\n', errors))
{
    public IReadOnlyList<Diagnostic> Errors => errors;
}

/// <summary>The core of a changed tree, and the CPU backend when it is asked for, compiled and loaded beside the real ones.</summary>
sealed class CompiledTree : IDisposable
{
    readonly AssemblyLoadContext loaded = new("a changed copy", isCollectible: true);

    public CompiledTree(Tree tree)
    {
        var core = Emit(tree, "Tauten.Core", [], out var documentation);
        var probe = Compiler.Emit(Compiler.Compile("Probe", [("RuleProbe.cs", tree.Read("tests/Tauten.Conventions/Checks/RuleProbe.cs"))], [core])).Image;
        Core = loaded.LoadFromStream(new MemoryStream(images["Tauten.Core"]));
        Documentation = documentation;
        cpu = new(() =>
        {
            Emit(tree, "Tauten.Cpu", [core], out _);
            return loaded.LoadFromStream(new MemoryStream(images["Tauten.Cpu"]));
        });
        Probe = loaded.LoadFromStream(new MemoryStream(probe));
    }

    readonly Dictionary<string, byte[]> images = [];
    readonly Lazy<Assembly> cpu;

    PortableExecutableReference Emit(Tree tree, string project, IEnumerable<MetadataReference> references, out XDocument documentation)
    {
        (images[project], documentation) = Compiler.Emit(Compiler.Compile(project, tree.Files($"src/{project}", ".cs").Select(f => (f, tree.Read(f))).Append(("Friends.cs", Friends(tree, project))), references));
        return MetadataReference.CreateFromImage(images[project]);
    }

    // The project file lists who may see the internals.
    static string Friends(Tree tree, string project) => string.Concat(XDocument.Parse(tree.Read($"src/{project}/{project}.csproj")).Descendants("InternalsVisibleTo")
        .Select(e => $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{e.Attribute("Include")!.Value}\")]\n"));

    public Assembly Core { get; }

    public Assembly Cpu => cpu.Value;

    Assembly Probe { get; }

    public XDocument Documentation { get; }

    /// <summary>The sentences of <see cref="RuleProbe"/>, compiled against this core.</summary>
    public IEnumerable<string> RuleSentences() => (IEnumerable<string>)Probe.GetType("Tauten.Conventions.RuleProbe")!.GetMethod("Check")!.Invoke(null, [Core])!;

    public void Dispose() => loaded.Unload();
}
