namespace Tauten.Training;

/// <summary>What counts as a word.</summary>
public enum TextTokens
{
    /// <summary>What lies between white space.</summary>
    Words,
    /// <summary>The same with punctuation apart, as mteval-v13a has it and with it published scores of translations.</summary>
    Mteval,
    /// <summary>Each character, for writing without spaces.</summary>
    Characters,
}

/// <summary>
/// BLEU of a corpus (Papineni et al.: "BLEU: a method for automatic evaluation of machine translation", 2002): the geometric mean of the shares of n-grams of the predictions that are in their
/// references, for n from 1 to <c>order</c>, times exp(1 - references / predictions) where predictions are shorter. From 0 to 1.
/// </summary>
/// <remarks>
/// Of several references, each n-gram counts as often as in the one that has it most, and the length is that nearest to the prediction's, the shorter of two. Without smoothing the result is 0 if no
/// n-gram of one length matches.
/// </remarks>
/// <example><code>
/// var bleu = new Bleu(order: 2);
/// bleu.Update("the cat is on the mat", "there is a cat on the mat");
/// Console.WriteLine($"{bleu.Compute():0.0000}");    // 0.4887
/// </code></example>
public sealed class Bleu : Metric
{
    readonly int order;
    readonly bool smooth;
    readonly TextTokens tokens;
    readonly MetricCounts counts;        // matches and totals of each order, then the lengths of predictions and references

    /// <summary>An empty metric.</summary>
    /// <param name="order">The length of the longest n-grams.</param>
    /// <param name="smooth">Whether one is added to matches and totals of all orders but the first (Lin, Och, 2004).</param>
    /// <param name="tokens">What counts as a word.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="order"/> is less than 1.</exception>
    public Bleu(int order = 4, bool smooth = false, TextTokens tokens = TextTokens.Words)
    {
        this.order = AtLeast(1, order, nameof(order));
        this.smooth = smooth;
        this.tokens = Known(tokens, nameof(tokens));
        counts = KeepCounts("counts", 2 * order + 2);
    }

    /// <inheritdoc/>
    protected override object Settings => (order, smooth, tokens);

    /// <summary>Takes a text into account.</summary>
    /// <param name="prediction">What was written.</param>
    /// <param name="references">What it might be.</param>
    /// <exception cref="ArgumentException">There is no reference.</exception>
    public void Update(string prediction, params ReadOnlySpan<string> references)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (references.Length == 0) throw new ArgumentException("Bleu: expected at least one reference.", nameof(references));
        string[] words = Parts(prediction);
        string[][] others = new string[references.Length][];
        for (int i = 0; i < others.Length; i++) others[i] = Parts(references[i]);
        counts.Values[2 * order] += words.Length;
        counts.Values[2 * order + 1] += others.Select(r => r.Length).MinBy(length => (Math.Abs(length - words.Length), length));
        for (int n = 1; n <= order; n++)
        {
            Dictionary<string, long> own = Words.Grams(words, n), most = [];
            foreach (var reference in others)
                foreach (var (gram, count) in Words.Grams(reference, n)) most[gram] = Math.Max(most.GetValueOrDefault(gram), count);
            counts.Values[n - 1] += Words.Shared(own, most);
            counts.Values[order + n - 1] += own.Values.Sum();
        }
    }

    string[] Parts(string text) => tokens switch { TextTokens.Words => Words.Of(text), TextTokens.Mteval => Words.Mteval(text), _ => Words.Characters(text) };

    /// <inheritdoc/>
    public override double Compute()
    {
        long predicted = counts.Values[2 * order], expected = counts.Values[2 * order + 1];
        if (expected == 0) return double.NaN;
        double log = 0;
        for (int n = 0; n < order; n++)
        {
            long more = smooth && n > 0 ? 1 : 0, matches = counts.Values[n] + more;
            if (matches == 0) return 0;
            log += Math.Log((double)matches / (counts.Values[order + n] + more)) / order;
        }
        return Math.Exp(log + Math.Min(0, 1 - (double)expected / predicted));
    }
}

/// <summary>
/// chrF of a corpus (Popovic: "chrF: character n-gram F-score for automatic MT evaluation", 2015), from 0 to 1: precision and recall of n-grams of characters, each the mean over n from 1 to
/// <c>characters</c>, and (1 + beta^2) P R / (beta^2 P + R) of them. With n-grams of words beside them it is chrF++. Orders that no text is long enough for are left out.
/// </summary>
/// <remarks>White space is no character. Of several references the one that gives the text the best score counts.</remarks>
/// <example><code>
/// var metric = new ChrF(characters: 2);
/// metric.Update("cat", "cats");
/// Console.WriteLine($"{metric.Compute():0.0000}");    // 0.7522
/// </code></example>
public sealed class ChrF : Metric
{
    readonly int characters, words;
    readonly double beta;
    readonly MetricCounts counts;        // for each order: matches, n-grams of predictions, n-grams of references

    /// <summary>An empty metric.</summary>
    /// <param name="characters">The length of the longest n-grams of characters.</param>
    /// <param name="words">The length of the longest n-grams of words; 2 for chrF++.</param>
    /// <param name="beta">How much more recall counts than precision.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public ChrF(int characters = 6, int words = 0, double beta = 2)
    {
        this.characters = AtLeast(1, characters, nameof(characters));
        this.words = AtLeast(0, words, nameof(words));
        this.beta = beta >= 0 ? beta : throw new ArgumentOutOfRangeException(nameof(beta), beta, "Expected a number that is not negative.");
        counts = KeepCounts("counts", 3 * (characters + words));
    }

    /// <inheritdoc/>
    protected override object Settings => (characters, words, beta);

    /// <summary>Takes a text into account.</summary>
    /// <param name="prediction">What was written.</param>
    /// <param name="references">What it might be.</param>
    /// <exception cref="ArgumentException">There is no reference.</exception>
    public void Update(string prediction, params ReadOnlySpan<string> references)
    {
        ArgumentNullException.ThrowIfNull(prediction);
        if (references.Length == 0) throw new ArgumentException("ChrF: expected at least one reference.", nameof(references));
        var own = Grams(prediction);
        long[]? best = null;
        double highest = 0;
        foreach (string reference in references)
        {
            ArgumentNullException.ThrowIfNull(reference);
            var other = Grams(reference);
            var found = new long[3 * own.Length];
            for (int n = 0; n < own.Length; n++) (found[3 * n], found[3 * n + 1], found[3 * n + 2]) = (Words.Shared(own[n], other[n]), own[n].Values.Sum(), other[n].Values.Sum());
            double score = Score(found);
            if (best is null || score > highest) (best, highest) = (found, score);
        }
        for (int i = 0; i < best!.Length; i++) counts.Values[i] += best[i];
    }

    Dictionary<string, long>[] Grams(string text)
    {
        string[] letters = Words.Characters(string.Concat(Words.Of(text))), parts = [.. Words.Of(text).SelectMany(Split)];
        return
        [
            .. Enumerable.Range(1, characters).Select(n => Words.Grams(letters, n, '\0')),
            .. Enumerable.Range(1, words).Select(n => Words.Grams(parts, n)),
        ];

        // A mark at the end or the beginning of a word is a word of its own.
        static string[] Split(string word) => word.Length < 2 ? [word]
            : IsMark(word[^1]) ? [word[..^1], word[^1..]]
            : IsMark(word[0]) ? [word[..1], word[1..]] : [word];

        static bool IsMark(char c) => c < 128 && (char.IsPunctuation(c) || char.IsSymbol(c));
    }

    double Score(ReadOnlySpan<long> all)
    {
        double precision = 0, recall = 0, square = beta * beta;
        int orders = 0;
        for (int i = 0; i < all.Length; i += 3)
        {
            if (all[i + 1] == 0 || all[i + 2] == 0) continue;
            precision += (double)all[i] / all[i + 1];
            recall += (double)all[i] / all[i + 2];
            orders++;
        }
        return orders == 0 ? 0 : Share((1 + square) * precision * recall / orders, square * precision + recall);
    }

    /// <inheritdoc/>
    public override double Compute() => counts.Values.ContainsAnyExcept(0) ? Score(counts.Values) : double.NaN;
}
