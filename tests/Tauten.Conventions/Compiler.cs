using System.Collections.Concurrent;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Tauten.Conventions;

/// <summary>Compiles sources without the build system, in a second or two: libraries of a changed tree, and programs of documents.</summary>
static class Compiler
{
    public static CSharpParseOptions Options { get; } = new(LanguageVersion.Preview, DocumentationMode.Parse);

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
            sources.Append(("ImplicitUsings.cs", ImplicitUsings)).Select(s => parsed.GetOrAdd(s.Item2, _ => CSharpSyntaxTree.ParseText(s.Item2, Options, s.Item1))),
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
