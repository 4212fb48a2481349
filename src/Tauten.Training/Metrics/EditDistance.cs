using System.Text.RegularExpressions;

namespace Tauten.Training;

/// <summary>What metrics share that count the insertions, deletions and replacements that turn predictions into references (Levenshtein, 1966).</summary>
public abstract class EditMetric : Metric
{
    readonly MetricCounts counts;

    private protected EditMetric() => counts = KeepCounts("counts", 5);

    private protected abstract string[] Parts(string text);

    /// <summary>Takes a text into account.</summary>
    /// <param name="prediction">What was recognized.</param>
    /// <param name="reference">What it should be.</param>
    public void Update(string prediction, string reference)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(reference);
        string[] a = Parts(prediction), b = Parts(reference);
        var c = counts.Values;
        c[0] += Distance(a, b);
        c[1] += a.Length;
        c[2] += b.Length;
        c[3] += Math.Max(a.Length, b.Length);
        c[4]++;
    }

    /// <summary>The sums over texts of edits, sizes of predictions, of references, and of the larger of both.</summary>
    private protected (double Edits, double Predicted, double Expected, double Longer, double Texts) Sums => (counts.Values[0], counts.Values[1], counts.Values[2], counts.Values[3], counts.Values[4]);

    internal static long Distance(string[] a, string[] b)
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
/// metric.Update("the cat sat on mat", "the cat sat on the mat");
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.1667
/// </code></example>
public sealed class WordErrorRate : EditMetric
{
    private protected override string[] Parts(string text) => Words.Of(text);

    /// <inheritdoc/>
    public override double Compute() => Sums.Edits / Sums.Expected;
}

/// <summary>The edit distance of characters, as readers count them (grapheme clusters), divided by the number of characters of the references.</summary>
/// <example><code>
/// var metric = new CharacterErrorRate();
/// metric.Update("sitten", "sitting");
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.2857
/// </code></example>
public sealed class CharacterErrorRate : EditMetric
{
    private protected override string[] Parts(string text) => Words.Characters(text);

    /// <inheritdoc/>
    public override double Compute() => Sums.Edits / Sums.Expected;
}

/// <summary>The mean edit distance of characters, as readers count them (grapheme clusters), of a text.</summary>
/// <example><code>
/// var metric = new EditDistance();
/// metric.Update("kitten", "sitting");
/// Console.WriteLine(metric.Compute());    // 3
/// </code></example>
public sealed class EditDistance : EditMetric
{
    private protected override string[] Parts(string text) => Words.Characters(text);

    /// <inheritdoc/>
    public override double Compute() => Sums.Edits / Sums.Texts;
}

/// <summary>The edit distance of words, divided by the sum of the larger number of words of each prediction and its reference: from 0 to 1.</summary>
/// <example><code>
/// var metric = new MatchErrorRate();
/// metric.Update("the cat sat on mat", "the cat sat on the mat");
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.1667
/// </code></example>
public sealed class MatchErrorRate : EditMetric
{
    private protected override string[] Parts(string text) => Words.Of(text);

    /// <inheritdoc/>
    public override double Compute() => Sums.Edits / Sums.Longer;
}

/// <summary>
/// The share of words that are right in the references times that in the predictions (Morris, Maier, Green: "From WER and RIL to MER and WIL", 2004), where the right ones are the larger number of
/// words less the edits.
/// </summary>
/// <example><code>
/// var metric = new WordInformationPreserved();
/// metric.Update("the cat sat on mat", "the cat sat on the mat");
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.8333
/// </code></example>
public sealed class WordInformationPreserved : EditMetric
{
    private protected override string[] Parts(string text) => Words.Of(text);

    /// <inheritdoc/>
    public override double Compute() => (Sums.Longer - Sums.Edits) / Sums.Expected * ((Sums.Longer - Sums.Edits) / Sums.Predicted);
}

/// <summary>1 - <see cref="WordInformationPreserved"/>.</summary>
/// <example><code>
/// var metric = new WordInformationLost();
/// metric.Update("the cat sat on mat", "the cat sat on the mat");
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.1667
/// </code></example>
public sealed class WordInformationLost : EditMetric
{
    private protected override string[] Parts(string text) => Words.Of(text);

    /// <inheritdoc/>
    public override double Compute() => 1 - (Sums.Longer - Sums.Edits) / Sums.Expected * ((Sums.Longer - Sums.Edits) / Sums.Predicted);
}

/// <summary>
/// How good short answers are (Rajpurkar et al.: "SQuAD: 100,000+ questions for machine comprehension of text", 2016): the mean F1 of the words of an answer and the reference nearest to it, without
/// case, punctuation and articles. <see cref="ExactMatch"/> is the share that equals a reference.
/// </summary>
/// <example><code>
/// var metric = new AnswerMatch();
/// metric.Update("in Paris, France", "Paris", "The city of Paris");
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.5000
/// Console.WriteLine(metric.ExactMatch());             // 0
/// </code></example>
public sealed partial class AnswerMatch : Metric
{
    readonly MetricSums sums;

    /// <summary>An empty metric.</summary>
    public AnswerMatch() => sums = KeepSums("sums", 3);

    /// <summary>Takes an answer into account.</summary>
    /// <param name="prediction">What was answered.</param>
    /// <param name="references">What might be answered.</param>
    /// <exception cref="ArgumentException">There is no reference.</exception>
    public void Update(string prediction, params ReadOnlySpan<string> references)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (references.Length == 0) throw new ArgumentException("AnswerMatch: expected at least one reference.", nameof(references));
        string[] own = Parts(prediction);
        double best = 0, exact = 0;
        foreach (string reference in references)
        {
            string[] other = Parts(reference);
            bool same = own.AsSpan().SequenceEqual(other);
            best = Math.Max(best, same ? 1 : Share(2.0 * Words.Shared(Words.Grams(own, 1), Words.Grams(other, 1)), own.Length + other.Length));
            if (same) exact = 1;
        }
        sums.Values[0] += best;
        sums.Values[1] += exact;
        sums.Values[2]++;
    }

    static string[] Parts(string text)
    {
        string plain = string.Concat(text.ToLowerInvariant().Where(c => c >= 128 || !(char.IsPunctuation(c) || char.IsSymbol(c))));
        return Words.Of(Articles().Replace(plain, " "));
    }

    /// <inheritdoc/>
    public override double Compute() => sums.Values[0] / sums.Values[2];

    /// <summary>The share of answers that equal a reference; NaN if there is none.</summary>
    public double ExactMatch() => sums.Values[1] / sums.Values[2];

    [GeneratedRegex(@"\b(a|an|the)\b")]
    private static partial Regex Articles();
}
