using System.Globalization;

namespace Tauten.Training;

/// <summary>The number of insertions, deletions and replacements that turn predictions into references (Levenshtein, 1966), divided by the length of the references.</summary>
public abstract class EditRate : Metric
{
    long edits, length;

    private protected EditRate()
    {
    }

    private protected abstract string[] Parts(string text);

    /// <summary>Takes a text into account.</summary>
    /// <param name="prediction">What was recognized.</param>
    /// <param name="reference">What it should be.</param>
    public void Update(string prediction, string reference)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(reference);
        string[] a = Parts(prediction), b = Parts(reference);
        edits += Distance(a, b);
        length += b.Length;
    }

    /// <inheritdoc/>
    public override double Compute() => (double)edits / length;

    /// <inheritdoc/>
    public override void Reset() => (edits, length) = (0, 0);

    private protected override void Add(Metric other)
    {
        edits += ((EditRate)other).edits;
        length += ((EditRate)other).length;
    }

    static long Distance(string[] a, string[] b)
    {
        long[] above = [.. Enumerable.Range(0, b.Length + 1).Select(j => (long)j)], row = new long[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++) row[j] = Math.Min(Math.Min(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            (above, row) = (row, above);
        }
        return above[b.Length];
    }
}

/// <summary>The edit distance of words, which are what lies between white space, divided by the number of words of the references.</summary>
/// <example><code>
/// var metric = new WordErrorRate();
/// metric.Update("the cat sat", "the cat sat down");
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.2500
/// </code></example>
public sealed class WordErrorRate : EditRate
{
    private protected override string[] Parts(string text) => Words.Of(text);
}

/// <summary>The edit distance of characters, as readers count them (grapheme clusters), divided by the number of characters of the references.</summary>
/// <example><code>
/// var metric = new CharacterErrorRate();
/// metric.Update("kitten", "sitting");
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.4286
/// </code></example>
public sealed class CharacterErrorRate : EditRate
{
    private protected override string[] Parts(string text)
    {
        List<string> all = [];
        for (var i = StringInfo.GetTextElementEnumerator(text); i.MoveNext();) all.Add(i.GetTextElement());
        return [.. all];
    }
}
