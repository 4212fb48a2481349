using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Tauten.NN.Generators;

/// <summary>What the generator knows of one class. Plain values without a symbol or syntax node, so that equal means nothing to do.</summary>
sealed record ModuleClass(string FileName, string? Namespace, Sequence<string> Headers, Sequence<Member> Members, Sequence<Complaint> Complaints);

/// <summary>One parameter, buffer, submodule or list of them: <c>visitor.Visit("Name", Expression)</c>.</summary>
sealed record Member(string Name, string Expression);

/// <summary>A diagnostic to report, with the two words that its message takes.</summary>
sealed record Complaint(string Id, Place Place, string First, string Second = "");

/// <summary>A location without the syntax tree that <see cref="Location"/> holds on to.</summary>
sealed record Place(string File, TextSpan Span, LinePositionSpan Lines)
{
    public static Place Of(Location location) => new(location.SourceTree?.FilePath ?? "", location.SourceSpan, location.GetLineSpan().Span);

    public Location ToLocation() => Location.Create(File, Span, Lines);
}
