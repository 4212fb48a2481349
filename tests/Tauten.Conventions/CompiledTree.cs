using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Tauten.Core.Generators;

namespace Tauten.Conventions;

/// <summary>The core of a changed tree, and the CPU backend when it is asked for, compiled and loaded beside the real ones.</summary>
sealed class CompiledTree : IDisposable
{
    readonly AssemblyLoadContext loaded = new("a changed copy", isCollectible: true);

    public CompiledTree(Tree tree)
    {
        var sources = Sources(tree, "Tauten.Core");
        // Leaving out a test or a kernel does not change the core.
        (byte[] core, documentation, byte[] probe) = known.GetOrAdd(string.Concat(sources.Select(s => s.Code)), _ =>
        {
            // The table of ops is written by a generator.
            CSharpGeneratorDriver.Create(new OpTableGenerator()).WithUpdatedParseOptions(Compiler.Options).RunGeneratorsAndUpdateCompilation(Compiler.Compile("Tauten.Core", sources, []), out var whole, out var complaints);
            if (complaints.Length > 0) throw new CompilationException(complaints);
            var (image, text) = Compiler.Emit((CSharpCompilation)whole);
            var reference = MetadataReference.CreateFromImage(image);
            return (image, text, Compiler.Emit(Compiler.Compile("Probe", [("RuleProbe.cs", tree.Read("tests/Tauten.Conventions/Checks/RuleProbe.cs"))], [reference])).Image);
        });
        Core = Load(core);
        this.probe = Load(probe);
        cpu = new(() => Load(Compiler.Emit(Compiler.Compile("Tauten.Cpu", Sources(tree, "Tauten.Cpu"), [MetadataReference.CreateFromImage(core)])).Image));
    }

    static readonly ConcurrentDictionary<string, (byte[] Core, XDocument Documentation, byte[] Probe)> known = new();
    readonly Lazy<Assembly> cpu;
    readonly XDocument documentation;
    readonly Assembly probe;

    Assembly Load(byte[] image) => loaded.LoadFromStream(new MemoryStream(image));

    static (string Path, string Code)[] Sources(Tree tree, string project) => [.. tree.Files($"src/{project}", ".cs").Select(f => (f, tree.Read(f))), ("Friends.cs", Friends(tree, project))];

    // The project file lists who may see the internals.
    static string Friends(Tree tree, string project) => string.Concat(XDocument.Parse(tree.Read($"src/{project}/{project}.csproj")).Descendants("InternalsVisibleTo")
        .Select(e => $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{e.Attribute("Include")!.Value}\")]\n"));

    public Assembly Core { get; }

    public Assembly Cpu => cpu.Value;

    public XDocument Documentation => documentation;

    /// <summary>The sentences of <see cref="RuleProbe"/>, compiled against this core.</summary>
    public IEnumerable<string> RuleSentences() => (IEnumerable<string>)probe.GetType("Tauten.Conventions.RuleProbe")!.GetMethod("Check")!.Invoke(null, [Core])!;

    public void Dispose() => loaded.Unload();
}
