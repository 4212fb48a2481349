using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Tauten.NN.Generators;

namespace Tauten.NN.Tests.Generators;

/// <summary>The source generator that writes Enumerate: what it finds in classes of many forms, what it complains of, and when it works again.</summary>
public class GeneratorTests
{
    const string Usings = "global using System; global using System.Collections.Generic; global using Tauten; global using Tauten.NN; global using Buffer = Tauten.Buffer;";

    /// <summary>Members that the generated Enumerate of each class visits, in order; the compilation with them must be free of errors.</summary>
    [Theory]
    [InlineData("Net", "fc1 fc2", "partial class Net : Module { readonly Linear fc1 = new(4, 4); readonly Linear fc2 = new(4, 1); static readonly Linear shared = new(1, 1); const string Name = \"x\"; readonly int n = 3; }")]
    [InlineData("Net", "fc1", "sealed partial class Net : Module<Tensor, Tensor> { readonly Linear fc1 = new(4, 4); protected override Tensor Forward(Tensor x) => fc1.Call(x); }")]
    [InlineData("Lists", "blocks Ps bs none seq ia", """
        partial class Lists : Module
        {
            readonly Linear[] blocks = [new(1, 2)];
            public List<Parameter> Ps { get; } = [];
            readonly IReadOnlyList<Buffer?> _bs = [];
            List<Module>? none;
            readonly Sequential seq = new();
            readonly System.Collections.Immutable.ImmutableArray<Linear> ia = [new(2, 1)];
            event Action? Ev;
            public void F() => Ev?.Invoke();
            public List<Module>? N { get => none; set => none = value; }
            public Tensor? T { get; set; }
        }
        """)]
    [InlineData("Residual", "inner used kept Also", """
        partial class Residual(Module<Tensor, Tensor> inner, Linear used, Linear stored) : Module<Tensor, Tensor>
        {
            readonly Linear kept = stored;
            public Linear Also { get; } = stored;
            protected override Tensor Forward(Tensor x) => inner.Call(x);
        }
        partial class Residual { public Linear Used => used; }
        """)]
    [InlineData("Explicit", "Head Maybe Semi", """
        interface IHas { Linear Head { get; } }
        partial class Explicit : Module, IHas
        {
            Linear IHas.Head { get; } = new(2, 1);
            public required Linear? Maybe { get; init; }
            public Linear Semi { get => field; set => field = value; } = new(1, 1);
            public Linear Calc => Semi;
        }
        """)]
    [InlineData("Gen{T, P}", "head p", "partial class Gen<T, P>(T item) : Module where T : Module where P : class { readonly T head = item; readonly Parameter? p; readonly P? other; }")]
    [InlineData("Kw", "in visitor class p", "partial class Kw : Module { readonly Linear @in = new(2, 1), visitor = new(2, 1), @class = new(2, 1); readonly Parameter? __p; }")]
    [InlineData("Derived", "two", "partial class Root : Module { readonly Linear _one = new(1, 2); readonly Buffer? b = null; private protected Buffer? B => b; } sealed partial class Derived : Root { readonly Linear two = new(2, 1); }")]
    [InlineData("Root", "one b", "partial class Root : Module { readonly Linear _one = new(1, 2); readonly Buffer? b = null; private protected Buffer? B => b; } sealed partial class Derived : Root { readonly Linear two = new(2, 1); }")]
    [InlineData("Deep.class.BlockNs", "a", "namespace Deep.@class { sealed partial class BlockNs : Module { readonly Linear a = new(2, 1); } }")]
    [InlineData("Deep.Outer{T}.S{U}.R.I.Inner{V}", "a", "namespace Deep; partial class Outer<T> { partial struct S<U> { partial record R { partial interface I { sealed partial class Inner<V> : Module { readonly Linear a = new(2, 1); } } } } }")]
    [InlineData("Outer{T}.Net", "a", "partial class Outer<T> { private sealed partial class Net : Module { readonly Linear a = new(2, 1); } }")]
    public void Members_are_found(string file, string members, string source)
    {
        var (run, compilation) = Run(source);
        Assert.Empty(run.Diagnostics);
        var text = run.GeneratedSources.Single(s => s.HintName == file + ".g.cs").SourceText.ToString();
        var visits = text.Split('\n').Where(l => l.Contains("visitor.Visit(")).Select(l => l.Split('"')[1]);
        Assert.Equal(members, string.Join(' ', visits));
        Assert.Contains("base.Enumerate(visitor);", text);
        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error));
    }

    [Theory]
    [InlineData("class Empty : Module<Tensor, Tensor> { protected override Tensor Forward(Tensor x) => x; }")]
    [InlineData("class Own : Module { readonly Linear a = new(1, 2); protected override void Enumerate(ModuleVisitor visitor) => visitor.Visit(\"mine\", a); }")]
    [InlineData("class Other { readonly Linear a = new(1, 2); }")]
    public void Nothing_is_written_where_nothing_is_needed(string source)
    {
        var (run, _) = Run(source);
        Assert.Empty(run.Diagnostics);
        Assert.Empty(run.GeneratedSources);
    }

    [Theory]
    [InlineData("sealed class Net : Module { readonly Linear fc1 = new(784, 128); }",
        "error TAUTEN001: class 'Net' derives from Module and has parameters or submodules, so it must be declared 'partial'; add the keyword")]
    [InlineData("class Outer { public partial class In : Module { readonly Parameter? p; } }",
        "error TAUTEN001: type 'Outer' contains the module 'In', which has parameters or submodules, so it must be declared 'partial'; add the keyword")]
    [InlineData("file sealed partial class Loc : Module { readonly Parameter? p; }",
        "error TAUTEN003: class 'Loc' derives from Module and has parameters or submodules, so it cannot be local to a file; remove 'file' or override Enumerate")]
    [InlineData("class Late : Module { readonly Dictionary<int, Linear> d = []; }",
        "warning TAUTEN002: 'd' has type 'Dictionary<int, Linear>', whose parameters or submodules are not found; use a field for each, an array or a List<T>, or override Enumerate")]
    [InlineData("partial class Fine : Module { readonly List<List<Parameter>> nested = []; readonly Linear[] ok = []; }",
        "warning TAUTEN002: 'nested' has type 'List<List<Parameter>>', whose parameters or submodules are not found; use a field for each, an array or a List<T>, or override Enumerate")]
    [InlineData("partial class Fine : Module { (Linear, Linear) pair; readonly Linear[] ok = []; }",
        "warning TAUTEN002: 'pair' has type '(Linear, Linear)', whose parameters or submodules are not found; use a field for each, an array or a List<T>, or override Enumerate")]
    [InlineData("partial class Fine : Module { readonly Linear[,] grid = new Linear[1, 1]; Func<Linear>? make; }",
        "warning TAUTEN002: 'grid' has type 'Linear[,]', whose parameters or submodules are not found; use a field for each, an array or a List<T>, or override Enumerate")]
    public void Complaints_say_what_to_do(string source, string expected)
    {
        var (run, _) = Run(source);
        var complaint = Assert.Single(run.Diagnostics);
        Assert.Equal(expected, $"{complaint.Severity.ToString().ToLowerInvariant()} {complaint.Id}: {complaint.GetMessage()}");
        Assert.Equal(complaint.Severity == DiagnosticSeverity.Warning && source.Contains("ok"), run.GeneratedSources.Length == 1);
    }

    [Fact]
    public void Only_what_matters_makes_it_work_again()
    {
        var a = Parse("using Tauten; using Tauten.NN; partial class Net : Module { readonly Parameter p = null!; readonly System.Collections.Generic.IList<Parameter> q; }", "a.cs");
        var b = Parse("class X { }", "b.cs");
        var compilation = Compile(a, b);
        GeneratorDriver driver = CSharpGeneratorDriver.Create([new ModuleGenerator().AsSourceGenerator()], parseOptions: options, driverOptions: new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        Assert.Equal(IncrementalStepRunReason.New, Reason());
        compilation = compilation.ReplaceSyntaxTree(b, Parse("class X { int y; }", "b.cs"));
        Assert.Equal(IncrementalStepRunReason.Cached, Reason());
        var commented = Parse(a + " // c", "a.cs");
        compilation = compilation.ReplaceSyntaxTree(a, commented);
        Assert.Equal(IncrementalStepRunReason.Cached, Reason());
        compilation = compilation.ReplaceSyntaxTree(commented, Parse(a.ToString().Replace("Parameter p", "Parameter w"), "a.cs"));
        Assert.Equal(IncrementalStepRunReason.Modified, Reason());

        IncrementalStepRunReason Reason()
        {
            driver = driver.RunGenerators(compilation);
            return driver.GetRunResult().Results[0].TrackedOutputSteps.SelectMany(s => s.Value).SelectMany(s => s.Outputs).Select(o => o.Reason).Single();
        }
    }

    static (GeneratorRunResult Run, Compilation Compilation) Run(string source)
    {
        var driver = CSharpGeneratorDriver.Create([new ModuleGenerator().AsSourceGenerator()], parseOptions: options).RunGeneratorsAndUpdateCompilation(Compile(Parse(Usings, "Usings.cs"), Parse(source, "Source.cs")), out var compilation, out _);
        var run = driver.GetRunResult().Results.Single();
        Assert.Null(run.Exception);
        return (run, compilation);
    }

    static SyntaxTree Parse(string text, string path) => CSharpSyntaxTree.ParseText(text, options, path);

    static readonly CSharpParseOptions options = new(LanguageVersion.Preview);

    static CSharpCompilation Compile(params SyntaxTree[] trees) =>
        CSharpCompilation.Create("made", trees, references.Value, new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

    static readonly Lazy<ImmutableArray<MetadataReference>> references = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(p => (MetadataReference)MetadataReference.CreateFromFile(p))]);
}
