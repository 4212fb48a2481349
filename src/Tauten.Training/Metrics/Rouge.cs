namespace Tauten.Training;

/// <summary>
/// What metrics of summaries share: of each text the precision matches / size of the prediction, the recall matches / size of the reference and F1 = 2 matches / (both sizes), and the mean of each
/// over texts. The metric is the mean F1.
/// </summary>
public abstract class RougeMetric : Metric
{
    readonly MetricSums sums;        // of F1, precision and recall, and the count

    private protected RougeMetric() => sums = KeepSums("sums", 4);

    private protected abstract (long Matches, long Predicted, long Expected) Compare(string prediction, string reference);

    /// <summary>Takes a text into account. Words are what lies between white space.</summary>
    public void Update(string prediction, string reference)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        ArgumentNullException.ThrowIfNull(reference);
        var (matches, predicted, expected) = Compare(prediction, reference);
        sums.Values[0] += Share(2.0 * matches, predicted + expected);
        sums.Values[1] += Share(matches, predicted);
        sums.Values[2] += Share(matches, expected);
        sums.Values[3]++;
    }

    /// <inheritdoc/>
    public override double Compute() => sums.Values[0] / sums.Values[3];

    /// <summary>The mean precision; NaN if there is no text.</summary>
    public double Precision() => sums.Values[1] / sums.Values[3];

    /// <summary>The mean recall; NaN if there is no text.</summary>
    public double Recall() => sums.Values[2] / sums.Values[3];
}

/// <summary>ROUGE-N (Lin: "ROUGE: a package for automatic evaluation of summaries", 2004): the n-grams of words that a prediction and its reference share.</summary>
/// <param name="order">The length of the n-grams.</param>
/// <example><code>
/// var rouge = new RougeN(order: 2);
/// rouge.Update("the cat was found under the bed", "the cat was under the bed");
/// Console.WriteLine($"{rouge.Compute():0.0000}");    // 0.7273
/// </code></example>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="order"/> is less than 1.</exception>
public sealed class RougeN(int order = 1) : RougeMetric
{
    readonly int order = AtLeast(1, order, nameof(order));

    /// <inheritdoc/>
    protected override object Settings => order;

    private protected override (long Matches, long Predicted, long Expected) Compare(string prediction, string reference)
    {
        Dictionary<string, long> a = Words.Grams(Words.Of(prediction), order), b = Words.Grams(Words.Of(reference), order);
        return (Words.Shared(a, b), a.Values.Sum(), b.Values.Sum());
    }
}

/// <summary>ROUGE-L (Lin, 2004): the longest common subsequence of words of a prediction and its reference.</summary>
/// <example><code>
/// var rouge = new RougeL();
/// rouge.Update("the cat was found under the bed", "the cat was under the bed");
/// Console.WriteLine($"{rouge.Compute():0.0000}");    // 0.9231
/// </code></example>
public sealed class RougeL : RougeMetric
{
    private protected override (long Matches, long Predicted, long Expected) Compare(string prediction, string reference)
    {
        string[] a = Words.Of(prediction), b = Words.Of(reference);
        return (Lengths(a, b)[a.Length, b.Length], a.Length, b.Length);
    }

    /// <summary>The length of the longest common subsequence of each pair of beginnings.</summary>
    internal static long[,] Lengths(string[] a, string[] b)
    {
        var all = new long[a.Length + 1, b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
            for (int j = 1; j <= b.Length; j++) all[i, j] = a[i - 1] == b[j - 1] ? all[i - 1, j - 1] + 1 : Math.Max(all[i - 1, j], all[i, j - 1]);
        return all;
    }
}

/// <summary>
/// ROUGE-Lsum (Lin, 2004): texts are sentences on lines of their own. For each sentence of the reference, the words that are in its longest common subsequence with any sentence of the prediction are
/// matches, but no word more often than each text has it.
/// </summary>
/// <example><code>
/// var rouge = new RougeLsum();
/// rouge.Update("the bed\nthe cat", "the cat\nthe bed");
/// Console.WriteLine(rouge.Compute());    // 1
/// </code></example>
public sealed class RougeLsum : RougeMetric
{
    private protected override (long Matches, long Predicted, long Expected) Compare(string prediction, string reference)
    {
        string[][] a = Sentences(prediction), b = Sentences(reference);
        Dictionary<string, long> left = Words.Grams([.. a.SelectMany(s => s)], 1), wanted = Words.Grams([.. b.SelectMany(s => s)], 1);
        long matches = 0;
        foreach (string[] sentence in b)
        {
            var union = new SortedSet<int>();
            foreach (string[] other in a) union.UnionWith(Places(sentence, other));
            foreach (int i in union)
            {
                string word = sentence[i];
                if (left.GetValueOrDefault(word) == 0 || wanted.GetValueOrDefault(word) == 0) continue;
                left[word]--;
                wanted[word]--;
                matches++;
            }
        }
        return (matches, a.Sum(s => s.Length), b.Sum(s => s.Length));
    }

    static string[][] Sentences(string text) => [.. text.Split('\n').Select(Words.Of).Where(s => s.Length > 0)];

    /// <summary>The places in a sentence of its longest common subsequence with another.</summary>
    static IEnumerable<int> Places(string[] sentence, string[] other)
    {
        var lengths = RougeL.Lengths(sentence, other);
        for (int i = sentence.Length, j = other.Length; i > 0 && j > 0;)
        {
            if (sentence[i - 1] == other[j - 1])
            {
                yield return i - 1;
                i--;
                j--;
            }
            else if (lengths[i, j - 1] > lengths[i - 1, j]) j--;
            else i--;
        }
    }
}
