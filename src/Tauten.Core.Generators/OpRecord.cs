using System.Collections.Immutable;

namespace Tauten.Core.Generators;

/// <summary>What the generator knows of one op. Plain values without a symbol or syntax node, so that equal means nothing to do.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, written out.</param>
/// <param name="HasInstance">Whether there is one instance for all uses.</param>
/// <param name="Attributes">What tells it from others of its type, joined into one text: lists do not compare by value.</param>
/// <param name="Problem">The attribute that cannot be saved, and its type; null where all can.</param>
sealed record OpRecord(string Name, string Type, bool HasInstance, string Attributes, string? Problem)
{
    /// <summary>Whether an attribute is code, so that the op cannot be saved at all.</summary>
    public bool HoldsCode { get; set; }

    /// <summary>The attributes.</summary>
    public ImmutableArray<OpAttribute> All() => Attributes.Length == 0 ? [] : [.. Attributes.Split('\n').Select(OpAttribute.Of)];
}

/// <summary>One attribute of an op.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">The kind of its type, such as <c>long</c>, <c>long?</c>, <c>op</c> or <c>enum</c>.</param>
/// <param name="Type">Its type, written out, where the kind does not say it.</param>
/// <param name="Default">The value it has where a file does not mention it; empty where it must.</param>
/// <param name="IsParameter">Whether the constructor takes it.</param>
sealed record OpAttribute(string Name, string Kind, string Type, string Default, bool IsParameter)
{
    public override string ToString() => string.Join("\t", Name, Kind, Type, Default, IsParameter ? "1" : "0");

    public static OpAttribute Of(string text)
    {
        string[] parts = text.Split('\t');
        return new(parts[0], parts[1], parts[2], parts[3], parts[4] == "1");
    }
}
