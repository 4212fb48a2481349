using System.Globalization;
using System.Text.RegularExpressions;

namespace Tauten.Training;

/// <summary>Texts as words and characters, and those as n-grams.</summary>
static partial class Words
{
    public static string[] Of(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Characters as readers count them: grapheme clusters.</summary>
    public static string[] Characters(string text)
    {
        List<string> all = [];
        for (var i = StringInfo.GetTextElementEnumerator(text); i.MoveNext();) all.Add(i.GetTextElement());
        return [.. all];
    }

    /// <summary>Words with punctuation apart, as the program mteval-v13a of NIST has them, which published scores of translations use.</summary>
    public static string[] Mteval(string text)
    {
        text = text.Replace("<skipped>", "", StringComparison.Ordinal).Replace("-\n", "", StringComparison.Ordinal).Replace('\n', ' ');
        text = text.Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal).Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal);
        text = Symbols().Replace($" {text} ", " $1 ");
        text = AfterText().Replace(text, "$1 $2 ");
        text = BeforeText().Replace(text, " $1 $2");
        return Of(Dashes().Replace(text, "$1 $2 "));
    }

    /// <summary>How often each sequence of <paramref name="n"/> parts occurs. What separates parts occurs in none of them.</summary>
    public static Dictionary<string, long> Grams(string[] parts, int n, char separator = ' ')
    {
        Dictionary<string, long> counts = [];
        for (int i = 0; i + n <= parts.Length; i++)
        {
            string gram = string.Join(separator, parts, i, n);
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
        }
        return counts;
    }

    /// <summary>How many n-grams two texts share, each as often as in the text that has it less.</summary>
    public static long Shared(Dictionary<string, long> a, Dictionary<string, long> b) => a.Sum(pair => Math.Min(pair.Value, b.GetValueOrDefault(pair.Key)));

    [GeneratedRegex(@"([\{-\~\[-\` -\&\(-\+\:-\@\/])")]
    private static partial Regex Symbols();

    [GeneratedRegex(@"([^0-9])([\.,])")]
    private static partial Regex AfterText();

    [GeneratedRegex(@"([\.,])([^0-9])")]
    private static partial Regex BeforeText();

    [GeneratedRegex(@"([0-9])(-)")]
    private static partial Regex Dashes();
}
