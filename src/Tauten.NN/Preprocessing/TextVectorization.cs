using System.Text;

namespace Tauten.NN;

/// <summary>
/// Texts as numbers: each is standardized, split into words, joined to runs of neighbours if asked, and looked up in a vocabulary. As Keras' layer; letters are lowered by the invariant rules of
/// Unicode, where Keras lowers those of ASCII.
/// </summary>
/// <remarks>Numbers begin with 0 for padding and 1 for words that are not in the vocabulary; vectors of counts have no place for padding. Buffers: those of a <see cref="StringLookup"/>, as <c>lookup.vocabulary</c> and so on.</remarks>
/// <example><code>
/// var vectorization = new TextVectorization(sequenceLength: 4);
/// vectorization.Adapt(["foo bar", "bar baz", "baz bada boom"]);
/// Console.WriteLine(string.Join(" ", vectorization.Tokens.Skip(1)));              // [UNK] baz bar foo boom bada
/// Console.WriteLine(vectorization.Call("foo qux bar", "Qux, baz!"));
/// // [[4, 1, 3, 0],
/// //  [1, 2, 0, 0]]
/// </code></example>
public sealed partial class TextVectorization : Module
{
    readonly StringLookup lookup;
    readonly Func<string, string> standardize;
    readonly Func<string, string[]> split;
    readonly int[] runs;
    readonly long? sequenceLength;
    readonly EncodingMode mode;

    /// <summary>A layer with a vocabulary, or without one until <see cref="Adapt"/>.</summary>
    /// <param name="vocabulary">The tokens, from frequent to rare.</param>
    /// <param name="maxTokens">The most numbers there may be, special ones included; any number if left out.</param>
    /// <param name="standardize">What is done to a text first; <see cref="LowerAndStripPunctuation"/> if left out.</param>
    /// <param name="split">How a text becomes words; at white space if left out.</param>
    /// <param name="runs">Lengths of runs of neighbouring words that are tokens, such as [1, 2]; joined by a space, all of the first length first. Words alone if left out.</param>
    /// <param name="mode">What is given for the numbers.</param>
    /// <param name="sequenceLength">The length of each row of numbers, cut or padded with 0; that of the longest text if left out. For numbers only.</param>
    /// <param name="frequencies">The inverse document frequency of each token of the vocabulary, for <see cref="EncodingMode.TfIdf"/>.</param>
    /// <param name="padToMaxTokens">Whether vectors are maxTokens long, however large the vocabulary is.</param>
    public TextVectorization(
        IReadOnlyList<string>? vocabulary = null, long? maxTokens = null, Func<string, string>? standardize = null, Func<string, string[]>? split = null, Dims? runs = null,
        EncodingMode mode = EncodingMode.Int, long? sequenceLength = null, IReadOnlyList<double>? frequencies = null, bool padToMaxTokens = false)
    {
        if (mode == EncodingMode.OneHot) throw new ArgumentOutOfRangeException(nameof(mode), mode, "TextVectorization: expected numbers or vectors of counts.");
        if (sequenceLength is { } length)
        {
            if (mode != EncodingMode.Int) throw new ArgumentException($"TextVectorization: sequenceLength is for numbers. Received: {sequenceLength} for {mode}.", nameof(sequenceLength));
            Initial.Size(length, nameof(TextVectorization), nameof(sequenceLength));
        }
        this.runs = [.. (runs ?? 1).Select(run => checked((int)Initial.Size(run, nameof(TextVectorization), nameof(runs))))];
        (this.standardize, this.split, this.mode, this.sequenceLength) = (standardize ?? LowerAndStripPunctuation, split ?? AtWhiteSpace, mode, sequenceLength);
        lookup = new(vocabulary, maxTokens, 1, "", "[UNK]", mode, frequencies, padToMaxTokens);
    }

    /// <summary>All tokens, the special ones too: token i has number i.</summary>
    public IReadOnlyList<string> Tokens => lookup.Tokens;

    /// <summary>How many numbers there are, those of special tokens included.</summary>
    public long Count => lookup.Count;

    /// <summary>A text in lower case without the punctuation of ASCII.</summary>
    public static string LowerAndStripPunctuation(string text) => StripPunctuation(text).ToLowerInvariant();

    /// <summary>A text without the punctuation of ASCII: <c>!"#$%&amp;'()*+,-./:;&lt;=&gt;?@[\]^_`{|}~</c>.</summary>
    public static string StripPunctuation(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var kept = new StringBuilder(text.Length);
        foreach (char letter in text)
            if (!char.IsAscii(letter) || !(char.IsPunctuation(letter) || char.IsSymbol(letter))) kept.Append(letter);
        return kept.ToString();
    }

    /// <summary>The words of a text, between white space.</summary>
    public static string[] AtWhiteSpace(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The characters of a text, as Unicode counts them.</summary>
    public static string[] Characters(string text) => [.. text.EnumerateRunes().Select(rune => rune.ToString())];

    /// <summary>Makes the most frequent tokens of texts the vocabulary; of tokens that are equally frequent, those later in the order of their letters come first.</summary>
    public void Adapt(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        lookup.Adapt(texts.Select(text => (IEnumerable<string>)Split(text)));
    }

    /// <summary>The tokens of a text, before they are looked up.</summary>
    public string[] Split(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] words = split(standardize(text));
        if (runs is [1]) return words;
        var tokens = new List<string>();
        foreach (int run in runs)
            for (int i = 0; i + run <= words.Length; i++) tokens.Add(string.Join(' ', words, i, run));
        return [.. tokens];
    }

    /// <summary>The numbers of texts, int64 [texts, length], or a row of [texts, count] for each.</summary>
    public Tensor Call(params ReadOnlySpan<string> texts)
    {
        var numbers = new long[texts.Length][];
        for (int i = 0; i < numbers.Length; i++) numbers[i] = lookup.Numbers(Split(texts[i]));
        if (mode != EncodingMode.Int) return lookup.Counted(numbers);
        long length = sequenceLength ?? (numbers.Length == 0 ? 0 : numbers.Max(row => row.Length));
        var all = new long[numbers.Length * length];
        for (int i = 0; i < numbers.Length; i++) numbers[i].AsSpan(0, (int)Math.Min(length, numbers[i].Length)).CopyTo(all.AsSpan((int)(i * length)));
        return Tensor.From(all, Shape.Of(numbers.Length, length));
    }

    /// <inheritdoc/>
    protected override string Details() => $"{mode}{(sequenceLength is { } length ? $", length {length}" : "")}{(runs is [1] ? "" : $", runs of {string.Join(", ", runs)}")}";
}
