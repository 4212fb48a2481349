using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tauten.Core.Generators;

/// <summary>
/// Writes, for every sealed record that derives from <c>Tauten.Ops.Op</c>, how its attributes are saved and how it is made from them: a line of the closed table in
/// <c>Tauten.StandardOps</c>. The attributes are the parameters of the record, and what it and the records it derives from let an initializer set.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class OpTableGenerator : IIncrementalGenerator
{
    static readonly DiagnosticDescriptor Unsavable = new("TAUTEN101", "An attribute of an op cannot be saved",
        "the op '{0}' has the attribute '{1}', for whose type there is no way to save it; use a type that there is one for, or add one to OpWriter, OpReader and OpTableGenerator",
        "Tauten", DiagnosticSeverity.Error, isEnabledByDefault: true);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var ops = context.SyntaxProvider
            .CreateSyntaxProvider(static (node, _) => node is RecordDeclarationSyntax { BaseList: not null } record && record.Modifiers.Any(SyntaxKind.SealedKeyword), static (found, stop) => Describe(found, stop))
            .Where(static op => op is not null);
        context.RegisterSourceOutput(ops.Collect(), static (output, all) => Write(output, all!));
    }

    static OpRecord? Describe(GeneratorSyntaxContext context, CancellationToken stop)
    {
        if (context.SemanticModel.GetDeclaredSymbol((RecordDeclarationSyntax)context.Node, stop) is not INamedTypeSymbol { ContainingType: null, Arity: 0 } type || !IsOp(type) || Name(type.ContainingNamespace) != "Tauten.Ops") return null;
        var constructor = type.InstanceConstructors.Where(c => c.DeclaredAccessibility == Accessibility.Public).OrderByDescending(c => c.Parameters.Length).FirstOrDefault();
        var attributes = new List<OpAttribute>();
        string? problem = null;
        bool holdsCode = false;
        foreach (var parameter in constructor?.Parameters ?? ImmutableArray<IParameterSymbol>.Empty) Add(parameter.Name, parameter.Type, DefaultOf(parameter), isParameter: true);
        for (INamedTypeSymbol? part = type; part is not null; part = part.BaseType)
            foreach (var property in part.GetMembers().OfType<IPropertySymbol>())
                if (property is { IsStatic: false, SetMethod.DeclaredAccessibility: Accessibility.Public, IsOverride: false } && !attributes.Exists(a => a.Name == property.Name))
                    Add(property.Name, property.Type, "", isParameter: false);
        bool hasInstance = attributes.Count == 0 && type.GetMembers("Instance").Any(m => m.IsStatic);
        return new(type.Name, type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat), hasInstance, string.Join("\n", attributes), problem) { HoldsCode = holdsCode };

        void Add(string name, ITypeSymbol held, string fallback, bool isParameter)
        {
            holdsCode |= held.TypeKind == TypeKind.Delegate;
            string kind = KindOf(held);
            if (kind == "") problem = name;
            attributes.Add(new(name, kind, held.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat).TrimEnd('?'), fallback, isParameter));
        }
    }

    static bool IsOp(ITypeSymbol type)
    {
        for (ITypeSymbol? part = type.BaseType; part is not null; part = part.BaseType)
            if (part.Name == "Op" && Name(part.ContainingNamespace) == "Tauten.Ops") return true;
        return false;
    }

    static string Name(INamespaceSymbol space) => space.ToDisplayString();

    /// <summary>The kind of a type: as it is called in the table, and empty for one that cannot be saved.</summary>
    static string KindOf(ITypeSymbol type) => type switch
    {
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable => KindOf(nullable.TypeArguments[0]) is ("int" or "long" or "double") and var kind ? kind + "?" : "",
        { SpecialType: SpecialType.System_Boolean } => "bool",
        { SpecialType: SpecialType.System_Int32 } => "int",
        { SpecialType: SpecialType.System_Int64 } => "long",
        { SpecialType: SpecialType.System_Double } => "double",
        { SpecialType: SpecialType.System_String } => "text",
        { Name: "DType" or "Dims" or "Shape" or "Dim" or "Graph" } when Name(type.ContainingNamespace) == "Tauten" => type.Name,
        { TypeKind: TypeKind.Enum } => "enum",
        _ when IsOp(type) => "op",
        _ => "",
    };

    static string DefaultOf(IParameterSymbol parameter) => !parameter.HasExplicitDefaultValue ? ""
        : parameter.ExplicitDefaultValue is { } value ? SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false) : "null";

    static void Write(SourceProductionContext output, ImmutableArray<OpRecord?> all)
    {
        var text = new StringBuilder("// <auto-generated/>\n#nullable enable\n\nnamespace Tauten;\n\nstatic partial class StandardOps\n{\n    static partial void AddAll(OpTable.Entries table)\n    {\n");
        foreach (var op in all.OfType<OpRecord>().GroupBy(o => o.Name).Select(g => g.First()).OrderBy(o => o.Name, StringComparer.Ordinal))
        {
            if (op.HoldsCode) text.Append($"        table.AddUnsavable<{op.Type}>(\"{op.Name}\");\n");
            else if (op.Problem is not null) output.ReportDiagnostic(Diagnostic.Create(Unsavable, Location.None, op.Name, op.Problem));
            else text.Append(LineOf(op));
        }
        output.AddSource("StandardOps.g.cs", text.Append("    }\n}\n").ToString());
    }

    static string LineOf(OpRecord op)
    {
        var attributes = op.All();
        var sorted = attributes.OrderBy(a => a.Name, StringComparer.Ordinal).ToArray();
        string schema = string.Join(", ", sorted.Select(a => $"{a.Name}: {(a.Kind is "enum" or "op" ? a.Type.Substring(a.Type.LastIndexOf('.') + 1) : a.Kind)}{(a.Default == "" ? "" : " = " + a.Default)}"));
        string write = string.Concat(sorted.Select(a => $" w.Write(\"{a.Name}\", op.{a.Name});"));
        string parameters = string.Join(", ", attributes.Where(a => a.IsParameter).Select(Read)), initial = string.Join(", ", attributes.Where(a => !a.IsParameter).Select(a => $"{a.Name} = {Read(a)}"));
        string made = op.HasInstance ? $"{op.Type}.Instance" : $"new {op.Type}({parameters}){(initial == "" ? "" : $" {{ {initial} }}")}";
        return $"        table.Add<{op.Type}>(\"{op.Name}\", \"{schema}\", static (op, w) => {{{write} }}, static r => {made});\n";
    }

    static string Read(OpAttribute a)
    {
        string method = a.Kind switch
        {
            "bool" => "Bool",
            "int" => "Int",
            "long" => "Long",
            "double" => "Double",
            "int?" => "IntOrNull",
            "long?" => "LongOrNull",
            "double?" => "DoubleOrNull",
            "text" => "Text",
            "enum" => $"Enum<{a.Type}>",
            "op" => $"Op<{a.Type}>",
            _ => a.Kind,
        };
        string read = $"r.{method}(\"{a.Name}\")";
        return a.Default == "" ? read : $"r.Has(\"{a.Name}\") ? {read} : {a.Default}";
    }
}
