using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tauten.NN.Generators;

/// <summary>
/// Writes <c>Enumerate</c> for every partial class that derives from <c>Tauten.NN.Module</c>: one visit for each field, auto-property
/// and captured primary-constructor parameter that is a parameter, a buffer, a module or a list of these, in the order of declaration.
/// </summary>
/// <remarks>Names are those in the code, without leading underscores. A class that overrides <c>Enumerate</c> itself is left alone.</remarks>
[Generator(LanguageNames.CSharp)]
public sealed class ModuleGenerator : IIncrementalGenerator
{
    static readonly DiagnosticDescriptor ModuleNotPartial = Rule("TAUTEN001", DiagnosticSeverity.Error, "A module must be partial",
        "class '{0}' derives from Module and has parameters or submodules, so it must be declared 'partial'; add the keyword");

    static readonly DiagnosticDescriptor OuterNotPartial = Rule("TAUTEN001", DiagnosticSeverity.Error, "A type around a module must be partial",
        "type '{0}' contains the module '{1}', which has parameters or submodules, so it must be declared 'partial'; add the keyword");

    static readonly DiagnosticDescriptor NotEnumerated = Rule("TAUTEN002", DiagnosticSeverity.Warning, "A member is not enumerated",
        "'{0}' has type '{1}', whose parameters or submodules are not found; use a field for each, an array or a List<T>, or override Enumerate");

    static readonly DiagnosticDescriptor FileLocal = Rule("TAUTEN003", DiagnosticSeverity.Error, "A module cannot be local to a file",
        "class '{0}' derives from Module and has parameters or submodules, so it cannot be local to a file; remove 'file' or override Enumerate");

    static readonly SymbolDisplayFormat ShortName = SymbolDisplayFormat.MinimallyQualifiedFormat;

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var modules = context.SyntaxProvider
            .CreateSyntaxProvider(static (node, _) => node is ClassDeclarationSyntax { BaseList: not null }, static (found, stop) => Describe(found, stop))
            .Where(static module => module is not null);
        context.RegisterSourceOutput(modules, static (output, module) => Write(output, module!));
    }

    static ModuleClass? Describe(GeneratorSyntaxContext context, CancellationToken stop)
    {
        var declaration = (ClassDeclarationSyntax)context.Node;
        if (context.SemanticModel.GetDeclaredSymbol(declaration, stop) is not { } type || !IsModule(type.BaseType))
        {
            return null;
        }
        // A class in several parts is described once, at the first part that names a base type.
        SyntaxNode first = Parts(type, stop).First(part => part.BaseList is not null);
        if (first != declaration || type.GetMembers("Enumerate").Any(member => member.IsOverride))
        {
            return null;
        }

        var members = new List<Member>();
        var complaints = new List<Complaint>();
        foreach (ISymbol symbol in CapturedParameters(type, context.SemanticModel.Compilation, stop).Concat(StoredMembers(type)))
        {
            ITypeSymbol held = symbol switch
            {
                IFieldSymbol field => field.Type,
                IPropertySymbol property => property.Type,
                _ => ((IParameterSymbol)symbol).Type,
            };
            if (IsEnumerated(held) || ListElement(held) is { } element && IsEnumerated(element))
            {
                members.Add(new Member(NameOf(symbol), ExpressionOf(symbol, held)));
            }
            else if (IsCollection(held) && Mentions(held))
            {
                complaints.Add(new Complaint(NotEnumerated.Id, Place.Of(symbol.Locations[0]), symbol.Name, held.ToDisplayString(ShortName)));
            }
        }
        if (members.Count > 0)
        {
            complaints.AddRange(MissingKeywords(type, declaration, stop));
        }
        return members.Count + complaints.Count == 0 ? null : new ModuleClass(
            FileNameOf(type), type.ContainingNamespace.IsGlobalNamespace ? null : type.ContainingNamespace.ToDisplayString(),
            new(TypesAround(type).Reverse().Select(HeaderOf)), new(members), new(complaints));
    }

    /// <summary>What the class keeps in fields: its own fields, and its properties by their compiler-made field.</summary>
    static IEnumerable<ISymbol> StoredMembers(INamedTypeSymbol type) =>
        from field in type.GetMembers().OfType<IFieldSymbol>()
        where !field.IsStatic
        let symbol = field.AssociatedSymbol ?? field
        where symbol is IPropertySymbol || !field.IsImplicitlyDeclared
        select symbol;

    /// <summary>
    /// Primary-constructor parameters that a method body reads, which makes the compiler keep them; one that only initializes a field or
    /// goes to the base class is enumerated there.
    /// </summary>
    static IEnumerable<ISymbol> CapturedParameters(INamedTypeSymbol type, Compilation compilation, CancellationToken stop)
    {
        if (Parts(type, stop).FirstOrDefault(part => part.ParameterList is not null) is not { ParameterList: { } list } primary)
        {
            return [];
        }
        List<IdentifierNameSyntax> namesInBodies = [.. Parts(type, stop).SelectMany(part => part.Members).Where(HasBody)
            .SelectMany(member => member.DescendantNodes(inner => !IsInitializer(inner))).OfType<IdentifierNameSyntax>()];
        SemanticModel declared = compilation.GetSemanticModel(primary.SyntaxTree);
        return
            from syntax in list.Parameters
            let parameter = declared.GetDeclaredSymbol(syntax, stop)
            where parameter is not null && (IsCollection(parameter.Type) || IsEnumerated(parameter.Type))
            where namesInBodies.Any(name => name.Identifier.ValueText == parameter.Name
                && SymbolEqualityComparer.Default.Equals(compilation.GetSemanticModel(name.SyntaxTree).GetSymbolInfo(name, stop).Symbol, parameter))
            select parameter;

        static bool HasBody(MemberDeclarationSyntax member) => member is BaseMethodDeclarationSyntax or BasePropertyDeclarationSyntax;
        static bool IsInitializer(SyntaxNode node) => node is EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax };
    }

    static IEnumerable<ClassDeclarationSyntax> Parts(INamedTypeSymbol type, CancellationToken stop) =>
        type.DeclaringSyntaxReferences.Select(part => part.GetSyntax(stop)).OfType<ClassDeclarationSyntax>();

    static bool IsModule(ITypeSymbol? type) => Derives(type, static named =>
        named is { Name: "Module", Arity: 0, ContainingNamespace: { Name: "NN", ContainingNamespace: var parent } } && IsTauten(parent));

    static bool IsEnumerated(ITypeSymbol type) => IsModule(type) || Derives(type, static named =>
        named is { Name: "Parameter" or "Buffer", Arity: 0, ContainingNamespace: var parent } && IsTauten(parent));

    static bool IsTauten(INamespaceSymbol name) => name is { Name: "Tauten", ContainingNamespace.IsGlobalNamespace: true };

    static bool Derives(ITypeSymbol? type, Func<INamedTypeSymbol, bool> found)
    {
        if (type is ITypeParameterSymbol parameter)
        {
            return parameter.ConstraintTypes.Any(constraint => Derives(constraint, found));
        }
        for (; type is INamedTypeSymbol named; type = named.BaseType)
        {
            if (found(named))
            {
                return true;
            }
        }
        return false;
    }

    static ITypeSymbol? ListElement(ITypeSymbol type) => type is IArrayTypeSymbol array
        ? array.Rank == 1 ? array.ElementType : null
        : Implements(type, SpecialType.System_Collections_Generic_IReadOnlyList_T);

    static ITypeSymbol? Implements(ITypeSymbol type, SpecialType generic) => type.AllInterfaces.Concat(type is INamedTypeSymbol itself ? [itself] : [])
        .FirstOrDefault(named => named.OriginalDefinition.SpecialType == generic)?.TypeArguments[0];

    static bool IsCollection(ITypeSymbol type) =>
        type.TypeKind == TypeKind.Array || type.IsTupleType || Implements(type, SpecialType.System_Collections_Generic_IEnumerable_T) is not null;

    static bool Mentions(ITypeSymbol type) => IsEnumerated(type) || type switch
    {
        IArrayTypeSymbol array => Mentions(array.ElementType),
        INamedTypeSymbol named => named.TypeArguments.Any(Mentions),
        _ => false,
    };

    static string NameOf(ISymbol symbol) => symbol is IFieldSymbol && symbol.Name.TrimStart('_') is { Length: > 0 } name
        ? name
        : symbol.Name.Substring(symbol.Name.LastIndexOf('.') + 1); // what follows the dot of an explicit interface implementation

    static string ExpressionOf(ISymbol symbol, ITypeSymbol type)
    {
        string expression = symbol switch
        {
            IParameterSymbol => Identifier(symbol.Name),
            IPropertySymbol { ExplicitInterfaceImplementations: { Length: 1 } declared } =>
                $"(({declared[0].ContainingType.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)})this).{Identifier(declared[0].Name)}",
            _ => "this." + Identifier(symbol.Name),
        };
        // A module that is also a list of modules is visited as the module it is.
        return IsModule(type) && ListElement(type) is not null ? "(global::Tauten.NN.Module?)" + expression : expression;
    }

    static string Identifier(string name) =>
        SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None && SyntaxFacts.GetContextualKeywordKind(name) == SyntaxKind.None ? name : "@" + name;

    static string FileNameOf(INamedTypeSymbol type) => type.ToDisplayString().Replace("@", "").Replace('<', '{').Replace('>', '}') + ".g.cs";

    static IEnumerable<INamedTypeSymbol> TypesAround(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? around = type; around is not null; around = around.ContainingType)
        {
            yield return around;
        }
    }

    static string HeaderOf(INamedTypeSymbol type)
    {
        string kind = type switch
        {
            { IsRecord: true, TypeKind: TypeKind.Struct } => "record struct",
            { IsRecord: true } => "record",
            { TypeKind: TypeKind.Struct } => "struct",
            { TypeKind: TypeKind.Interface } => "interface",
            _ => "class",
        };
        string arguments = type.Arity == 0 ? "" : $"<{string.Join(", ", type.TypeParameters.Select(parameter => Identifier(parameter.Name)))}>";
        return $"partial {kind} {Identifier(type.Name)}{arguments}";
    }

    static IEnumerable<Complaint> MissingKeywords(INamedTypeSymbol type, ClassDeclarationSyntax declaration, CancellationToken stop)
    {
        if (type.IsFileLocal)
        {
            yield return new Complaint(FileLocal.Id, Place.Of(declaration.Identifier.GetLocation()), type.Name);
        }
        foreach (INamedTypeSymbol around in TypesAround(type))
        {
            var part = (TypeDeclarationSyntax)around.DeclaringSyntaxReferences[0].GetSyntax(stop);
            if (!part.Modifiers.Any(SyntaxKind.PartialKeyword))
            {
                string inner = ReferenceEquals(around, type) ? "" : type.Name;
                yield return new Complaint(ModuleNotPartial.Id, Place.Of(part.Identifier.GetLocation()), around.Name, inner);
            }
        }
    }

    static void Write(SourceProductionContext output, ModuleClass module)
    {
        foreach (Complaint complaint in module.Complaints)
        {
            DiagnosticDescriptor rule = complaint.Id switch
            {
                "TAUTEN002" => NotEnumerated,
                "TAUTEN003" => FileLocal,
                _ => complaint.Second == "" ? ModuleNotPartial : OuterNotPartial,
            };
            output.ReportDiagnostic(Diagnostic.Create(rule, complaint.Place.ToLocation(), complaint.First, complaint.Second));
        }
        if (module.Members.Count > 0 && module.Complaints.All(complaint => complaint.Id == NotEnumerated.Id))
        {
            output.AddSource(module.FileName, SourceOf(module));
        }
    }

    static string SourceOf(ModuleClass module)
    {
        var text = new StringBuilder("// <auto-generated/>\n#nullable enable\n\n");
        if (module.Namespace is not null)
        {
            text.Append($"namespace {module.Namespace};\n\n");
        }
        int depth = 0;
        foreach (string header in module.Headers)
        {
            Line(header);
            Line("{");
            depth++;
        }
        Line("/// <inheritdoc/>");
        Line("protected override void Enumerate(global::Tauten.NN.ModuleVisitor visitor)");
        Line("{");
        Line("    base.Enumerate(visitor);");
        foreach (Member member in module.Members)
        {
            Line($"    visitor.Visit(\"{member.Name}\", {member.Expression});");
        }
        Line("}");
        while (depth-- > 0)
        {
            Line("}");
        }
        return text.ToString();

        void Line(string line) => text.Append(' ', depth * 4).Append(line).Append('\n');
    }

    static DiagnosticDescriptor Rule(string id, DiagnosticSeverity severity, string title, string message) =>
        new(id, title, message, "Tauten", severity, isEnabledByDefault: true);
}
