using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Tauten.Conventions;

/// <summary>
/// The code in an <c>example</c> of a documentation comment: statements, perhaps with <c>using</c> before and types after them. What a statement prints stands behind it in a comment, and on lines of
/// comments below it where it is more than one line; four spaces further what that is may be said. Other comments are prose.
/// </summary>
sealed class Example
{
    readonly CompilationUnitSyntax code;

    Example(string path, int line, string text)
    {
        (Path, Line) = (path, line);
        code = CSharpSyntaxTree.ParseText(text, Compiler.Options).GetCompilationUnitRoot();
        string[] lines = text.Split('\n');
        foreach (var statement in Statements.Where(Prints)) Stated.Add(new(line + EndOf(statement), [.. Comments(lines, statement)]));
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The line of the file where the code begins.</summary>
    public int Line { get; }

    /// <summary>For each statement that prints the line of the file on which it ends, and the lines that it says it prints.</summary>
    public List<(int Line, string[] Text)> Stated { get; } = [];

    IEnumerable<StatementSyntax> Statements => code.Members.OfType<GlobalStatementSyntax>().Select(g => g.Statement);

    static bool Prints(StatementSyntax statement) => statement.DescendantNodes().OfType<MemberAccessExpressionSyntax>().Any(m => m.ToString().StartsWith("Console.Write", StringComparison.Ordinal));

    static int StartOf(SyntaxNode node) => node.GetLocation().GetLineSpan().StartLinePosition.Line;

    static int EndOf(SyntaxNode node) => node.GetLocation().GetLineSpan().EndLinePosition.Line;

    static IEnumerable<string> Comments(string[] lines, StatementSyntax statement)
    {
        // Of a statement of several lines, such as a loop, those count on which something is printed.
        foreach (var trivia in statement.DescendantTrivia().Where(t => t.IsKind(SyntaxKind.SingleLineCommentTrivia) && t.SpanStart > statement.SpanStart))
            if (lines[trivia.GetLocation().GetLineSpan().StartLinePosition.Line].Contains("Console.Write", StringComparison.Ordinal)) yield return trivia.ToString()[2..].Trim();
        for (int i = EndOf(statement) + 1; i < lines.Length && lines[i].StartsWith("//", StringComparison.Ordinal); i++) yield return lines[i][2..].Trim();
    }

    /// <summary>The examples of a source file.</summary>
    public static IEnumerable<Example> In(string path, string source)
    {
        string[] lines = source.ReplaceLineEndings("\n").Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            if (Comment(lines[i]) is not { } first || !first.Contains("<example>", StringComparison.Ordinal)) continue;
            int start = i;
            var text = new StringBuilder();
            for (; Comment(lines[i]) is { } line; i++)
            {
                text.Append(line).Append('\n');
                if (line.Contains("</example>", StringComparison.Ordinal)) break;
            }
            string whole = text.ToString(), open = "<code>", close = "</code>";
            int from = whole.IndexOf(open, StringComparison.Ordinal) + open.Length, to = whole.IndexOf(close, StringComparison.Ordinal);
            if (from < open.Length || to < 0) throw new FormatException($"{path}:{start + 1}: an example needs <code>.");
            // Blank lines keep the numbers of lines.
            string before = new('\n', whole.AsSpan(0, from).Count('\n'));
            yield return new(path, start + 1, before + System.Net.WebUtility.HtmlDecode(whole[from..to]));
        }
    }

    static string? Comment(string line) => line.TrimStart() is var text && text.StartsWith("///", StringComparison.Ordinal) ? text.StartsWith("/// ", StringComparison.Ordinal) ? text[4..] : text[3..] : null;

    /// <summary>A class whose method <c>Run</c> is the example; <paramref name="name"/>.<c>Run</c> tells when each statement that prints begins.</summary>
    public string Program(string name)
    {
        var text = new StringBuilder();
        foreach (var directive in code.Usings) Append(text, directive);
        text.Append($"public static partial class {name}\n{{\n    public static void Run(Action<int> begins)\n    {{\n");
        int printing = 0;
        foreach (var statement in Statements)
        {
            if (Prints(statement)) text.Append($"begins({printing++});\n");
            Append(text, statement);
        }
        text.Append("    }\n");
        foreach (var type in code.Members.Where(m => m is not GlobalStatementSyntax)) Append(text, type);
        return text.Append("}\n").ToString();
    }

    // Errors of the compiler name the line of the documentation.
    void Append(StringBuilder text, SyntaxNode node) => text.Append($"#line {Line + StartOf(node)} \"{Path}\"\n{node}\n#line default\n");

    public override string ToString() => $"{Path}:{Line}";
}
