using System.Text.RegularExpressions;

namespace Tauten.Conventions;

/// <summary>
/// A C# listing of a document. What follows the word csharp says what it is for: <c>new=PATH</c> a file, <c>insert=PATH after="TEXT"</c> lines behind the
/// one that contains the text, <c>skip="REASON"</c> not to be run yet; nothing means a program.
/// </summary>
sealed partial record Listing(string Document, int Line, string Code, string? New, string? Insert, string? After, string? Skip)
{
    public bool IsProgram => New is null && Insert is null;

    public static IEnumerable<Listing> In(string document, string text)
    {
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("```csharp", StringComparison.Ordinal)) continue;
            string head = lines[i];
            int start = i + 1;
            while (lines[++i] != "```") { }
            yield return new(document, start + 1, string.Join('\n', lines[start..i]) + "\n", Word(head, "new"), Word(head, "insert"), Word(head, "after"), Word(head, "skip"));
        }
    }

    static string? Word(string head, string name) => Pair().Matches(head).FirstOrDefault(m => m.Groups[1].Value == name) is { } match ? match.Groups[2].Success ? match.Groups[2].Value : match.Groups[3].Value : null;

    /// <summary>Makes the file, or inserts the lines.</summary>
    public void ApplyTo(Tree tree)
    {
        if (New is not null) tree.Write(New, Code);
        if (Insert is null) return;
        var lines = tree.Read(Insert).ReplaceLineEndings("\n").Split('\n').ToList();
        int at = lines.FindIndex(l => l.Contains(After!, StringComparison.Ordinal));
        if (at < 0) throw new InvalidOperationException($"{Document}, line {Line}: {Insert} has no line with '{After}'.");
        lines.Insert(at + 1, Code.TrimEnd('\n'));
        tree.Write(Insert, string.Join('\n', lines));
    }

    [GeneratedRegex("""(\w+)=(?:"([^"]*)"|(\S+))""")]
    private static partial Regex Pair();
}
