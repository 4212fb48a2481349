using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tauten.Conventions;

/// <summary>Which public members should have an example in their documentation, and which have none.</summary>
static partial class ExampleCoverage
{
    /// <summary>Types whose members are looked up one by one; overloads of a name share an example, and operators that of the type.</summary>
    static readonly string[] byMember = ["Tensor", "ComplexTensor", "Linalg", "Special", "Fourier", "SignalWindows", "Gradients"];

    /// <summary>Where each public class has an example, on the class or on a member.</summary>
    static readonly string[] byClass =
    [
        "src/Tauten.Core/Distributions", "src/Tauten.NN/Layers", "src/Tauten.NN/Losses", "src/Tauten.NN/Optimizers", "src/Tauten.NN/Schedules", "src/Tauten.NN/Initializers",
        "src/Tauten.NN/Parametrizations", "src/Tauten.NN/Preprocessing", "src/Tauten.Training/Metrics", "src/Tauten.Training/Callbacks",
    ];

    static readonly string[] libraries = ["src/Tauten.Core", "src/Tauten.NN", "src/Tauten.Data", "src/Tauten.Training"];

    // What every object has needs no example.
    static readonly string[] plain = ["ToString", "Equals", "GetHashCode"];

    /// <summary>The names of what has no example, such as <c>Tensor.Sin</c> and <c>Adam</c>.</summary>
    public static IEnumerable<string> Without(Tree tree)
    {
        var documented = new Dictionary<string, Documented>();
        var wanted = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string file in libraries.SelectMany(l => tree.Files(l, ".cs")))
        {
            bool wantsClasses = byClass.Any(f => file.StartsWith(f + "/", StringComparison.Ordinal));
            foreach (var type in CSharpSyntaxTree.ParseText(tree.Read(file), Compiler.Options).GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>())
            {
                string name = type.Identifier.Text;
                Add(name, type);
                bool isPublic = type.Modifiers.Any(SyntaxKind.PublicKeyword), isMember = isPublic && byMember.Contains(name);
                if (wantsClasses && isPublic && type.Parent is not TypeDeclarationSyntax && !type.Modifiers.Any(SyntaxKind.AbstractKeyword) && type is ClassDeclarationSyntax) wanted.Add(name);
                foreach (var member in type.Members)
                {
                    // What a member shows is an example of its class as well.
                    if (!isMember && Text(member).Contains("<example>", StringComparison.Ordinal)) Add(name, member);
                    if (member is OperatorDeclarationSyntax && isMember) wanted.Add(name);
                    if (NameOf(member) is not { } short_) continue;
                    Add($"{name}.{short_}", member);
                    if (isMember && member.Modifiers.Any(SyntaxKind.PublicKeyword) && !member.Modifiers.Any(SyntaxKind.OverrideKeyword) && !plain.Contains(short_)) wanted.Add($"{name}.{short_}");
                }
            }
        }
        return wanted.Where(w => !Has(w, []));

        void Add(string name, MemberDeclarationSyntax member)
        {
            string text = Text(member);
            if (!documented.TryGetValue(name, out var known)) documented[name] = known = new();
            known.HasExample |= text.Contains("<example>", StringComparison.Ordinal);
            known.Inherits.AddRange(Inherited().Matches(text).Select(m => m.Groups[1].Value));
        }

        // A reference names a type, a member of one, or a member of the type that it stands in.
        bool Has(string name, HashSet<string> seen) => documented.TryGetValue(name, out var known) && seen.Add(name)
            && (known.HasExample || known.Inherits.Any(i => Candidates(name, i).Any(c => Has(c, seen))));
    }

    static string[] Candidates(string name, string reference)
    {
        string[] parts = reference.Split('.');
        return [parts[^1], string.Join('.', parts[^Math.Min(2, parts.Length)..]), $"{name.Split('.')[0]}.{parts[^1]}"];
    }

    static string? NameOf(MemberDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        IndexerDeclarationSyntax => "this[]",
        _ => null,
    };

    static string Text(MemberDeclarationSyntax member) => string.Concat(member.GetLeadingTrivia().Where(t => t.HasStructure).Select(t => t.ToFullString()));

    sealed class Documented
    {
        public bool HasExample;
        public readonly List<string> Inherits = [];
    }

    [GeneratedRegex("""<inheritdoc cref="([\w.]+)""")]
    private static partial Regex Inherited();
}
