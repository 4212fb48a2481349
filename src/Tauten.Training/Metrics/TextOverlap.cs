namespace Tauten.Training;

/// <summary>
/// BLEU of a corpus (Papineni et al.: "BLEU: a method for automatic evaluation of machine translation", 2002): the geometric mean of the shares of n-grams of the predictions that are in their
/// references, for n from 1 to <c>order</c>, times exp(1 - references / predictions) where predictions are shorter. From 0 to 1, without smoothing: 0 if no n-gram of one length matches.
/// </summary>
/// <remarks>Words are what lies between white space. Of several references, each n-gram counts as often as in the one that has it most, and the length is that nearest to the prediction's, the shorter of two.</remarks>
/// <example><code>
/// var metric = new Bleu();
/// metric.Update("the cat sat on the mat", "the cat sat on a mat");
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.5373
/// </code></example>
public sealed class Bleu : Metric
{
    readonly int order;
    readonly long[] matches, totals;
    long predicted, expected;

    /// <summary>An empty metric.</summary>
    /// <param name="order">The length of the longest n-grams.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="order"/> is less than 1.</exception>
    public Bleu(int order = 4)
    {
        this.order = order >= 1 ? order : throw new ArgumentOutOfRangeException(nameof(order), order, "Expected at least 1.");
        (matches, totals) = (new long[order], new long[order]);
    }

    private protected override object Settings => order;

    /// <summary>Takes a text into account.</summary>
    /// <param name="prediction">What was written.</param>
    /// <param name="references">What it might be.</param>
    /// <exception cref="ArgumentException">There is no reference.</exception>
    public void Update(string prediction, params ReadOnlySpan<string> references)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (references.Length == 0) throw new ArgumentException("Bleu: expected at least one reference.", nameof(references));
        string[] words = Words.Of(prediction);
        string[][] others = new string[references.Length][];
        for (int i = 0; i < others.Length; i++) others[i] = Words.Of(references[i]);
        predicted += words.Length;
        expected += others.Select(r => r.Length).MinBy(length => (Math.Abs(length - words.Length), length));
        for (int n = 1; n <= order; n++)
        {
            Dictionary<string, long> own = Words.Grams(words, n), most = [];
            foreach (var reference in others)
                foreach (var (gram, count) in Words.Grams(reference, n)) most[gram] = Math.Max(most.GetValueOrDefault(gram), count);
            matches[n - 1] += own.Sum(pair => Math.Min(pair.Value, most.GetValueOrDefault(pair.Key)));
            totals[n - 1] += own.Values.Sum();
        }
    }

    /// <inheritdoc/>
    public override double Compute()
    {
        if (expected == 0) return double.NaN;
        double log = 0;
        for (int n = 0; n < order; n++)
        {
            if (matches[n] == 0) return 0;
            log += Math.Log((double)matches[n] / totals[n]) / order;
        }
        return Math.Exp(log + Math.Min(0, 1 - (double)expected / predicted));
    }

    /// <inheritdoc/>
    public override void Reset()
    {
        Array.Clear(matches);
        Array.Clear(totals);
        (predicted, expected) = (0, 0);
    }

    private protected override void Add(Metric other)
    {
        var more = (Bleu)other;
        for (int n = 0; n < order; n++)
        {
            matches[n] += more.matches[n];
            totals[n] += more.totals[n];
        }
        predicted += more.predicted;
        expected += more.expected;
    }
}

/// <summary>What metrics of summaries share: the mean over texts of F1 = 2 matches / (size of the prediction + size of the reference), and 0 where nothing matches.</summary>
public abstract class RougeMetric : Metric
{
    double sum;
    long count;

    private protected RougeMetric()
    {
    }

    private protected abstract (long Matches, long Predicted, long Expected) Compare(string[] prediction, string[] reference);

    /// <summary>Takes a text into account. Words are what lies between white space.</summary>
    public void Update(string prediction, string reference)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(reference);
        var (matches, predicted, expected) = Compare(Words.Of(prediction), Words.Of(reference));
        sum += matches == 0 ? 0 : 2.0 * matches / (predicted + expected);
        count++;
    }

    /// <inheritdoc/>
    public override double Compute() => sum / count;

    /// <inheritdoc/>
    public override void Reset() => (sum, count) = (0, 0);

    private protected override void Add(Metric other)
    {
        sum += ((RougeMetric)other).sum;
        count += ((RougeMetric)other).count;
    }
}

/// <summary>ROUGE-N (Lin: "ROUGE: a package for automatic evaluation of summaries", 2004): F1 of the n-grams of words that a prediction and its reference share, the mean over texts.</summary>
/// <param name="order">The length of the n-grams.</param>
/// <example><code>
/// var metric = new RougeN();
/// metric.Update("the cat sat", "the cat lay");
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.6667
/// </code></example>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="order"/> is less than 1.</exception>
public sealed class RougeN(int order = 1) : RougeMetric
{
    readonly int order = order >= 1 ? order : throw new ArgumentOutOfRangeException(nameof(order), order, "Expected at least 1.");

    private protected override object Settings => order;

    private protected override (long Matches, long Predicted, long Expected) Compare(string[] prediction, string[] reference)
    {
        Dictionary<string, long> a = Words.Grams(prediction, order), b = Words.Grams(reference, order);
        return (a.Sum(pair => Math.Min(pair.Value, b.GetValueOrDefault(pair.Key))), a.Values.Sum(), b.Values.Sum());
    }
}

/// <summary>ROUGE-L (Lin, 2004): F1 of the longest common subsequence of words of a prediction and its reference, the mean over texts.</summary>
/// <example><code>
/// var metric = new RougeL();
/// metric.Update("the cat sat", "the cat lay");
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.6667
/// </code></example>
public sealed class RougeL : RougeMetric
{
    private protected override (long Matches, long Predicted, long Expected) Compare(string[] prediction, string[] reference)
    {
        long[] above = new long[reference.Length + 1], row = new long[reference.Length + 1];
        foreach (string word in prediction)
        {
            for (int j = 1; j <= reference.Length; j++) row[j] = word == reference[j - 1] ? above[j - 1] + 1 : Math.Max(above[j], row[j - 1]);
            (above, row) = (row, above);
        }
        return (above[^1], prediction.Length, reference.Length);
    }
}

/// <summary>Texts as words, and words as n-grams.</summary>
static class Words
{
    public static string[] Of(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>How often each sequence of <paramref name="n"/> words occurs; words hold no space, so that one between them tells sequences apart.</summary>
    public static Dictionary<string, long> Grams(string[] words, int n)
    {
        Dictionary<string, long> counts = [];
        for (int i = 0; i + n <= words.Length; i++)
        {
            string gram = string.Join(' ', words, i, n);
            counts[gram] = counts.GetValueOrDefault(gram) + 1;
        }
        return counts;
    }
}
