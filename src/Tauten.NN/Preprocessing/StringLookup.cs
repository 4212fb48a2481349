namespace Tauten.NN;

/// <summary>
/// Strings as numbers by a vocabulary, and back. Number 0 is that of the mask if there is one, then come the numbers for strings that are not in the vocabulary (several share them by a hash, FarmHash's
/// Fingerprint64), then the vocabulary. As Keras' layer, number by number. Nothing is learned.
/// </summary>
/// <remarks>
/// Buffers: <c>vocabulary</c> uint8 and <c>vocabulary_ends</c> int64, the letters and where each token ends, and <c>idf</c> float32 for <see cref="EncodingMode.TfIdf"/>; none before there is a
/// vocabulary, so that one can be loaded.
/// </remarks>
/// <example><code>
/// var lookup = new StringLookup();
/// lookup.Adapt([["a", "c", "d"], ["d", "z", "b"]]);
/// Console.WriteLine(string.Join(" ", lookup.Tokens));       // [UNK] d z c b a
/// Console.WriteLine(lookup.Call("c", "d", "other"));        // [3, 1, 0]
/// Console.WriteLine(string.Join(" ", lookup.Invert(Tensor.From([3L, 1, 0]))));    // c d [UNK]
/// </code></example>
public sealed class StringLookup : Module
{
    readonly LookupOptions options;
    readonly Vocabulary vocabulary;
    readonly string? mask;
    readonly string unknown;

    /// <summary>A layer with a vocabulary, or without one until <see cref="Adapt"/>.</summary>
    /// <param name="vocabulary">The tokens, from frequent to rare; special ones in front may be among them.</param>
    /// <param name="maxTokens">The most numbers there may be, special ones included; any number if left out.</param>
    /// <param name="unknownCount">How many numbers there are for strings that are not in the vocabulary; with 0 such a string is an error where numbers are given, and passed over elsewhere.</param>
    /// <param name="mask">A string that stands for none: number 0, and passed over where samples are counted.</param>
    /// <param name="unknown">What <see cref="Invert"/> gives for those numbers.</param>
    /// <param name="mode">What is given for the numbers.</param>
    /// <param name="frequencies">The inverse document frequency of each token of the vocabulary, for <see cref="EncodingMode.TfIdf"/>.</param>
    /// <param name="padToMaxTokens">Whether vectors are maxTokens long, however large the vocabulary is.</param>
    /// <exception cref="ArgumentException">Tokens occur twice, or there are too many of them.</exception>
    public StringLookup(
        IReadOnlyList<string>? vocabulary = null, long? maxTokens = null, int unknownCount = 1, string? mask = null, string unknown = "[UNK]", EncodingMode mode = EncodingMode.Int,
        IReadOnlyList<double>? frequencies = null, bool padToMaxTokens = false)
    {
        ArgumentNullException.ThrowIfNull(unknown);
        options = new(nameof(StringLookup), maxTokens, unknownCount, mask is not null, mode, padToMaxTokens);
        (this.mask, this.unknown) = (mask, unknown);
        this.vocabulary = new(mode == EncodingMode.TfIdf);
        if (vocabulary is null) return;
        IReadOnlyList<string> special = [.. mask is null ? [] : (string[])[mask], .. Enumerable.Repeat(unknown, unknownCount)];
        this.vocabulary.Set(options.Check(vocabulary, special, frequencies), frequencies);
    }

    /// <summary>All tokens, the special ones too: token i has number i.</summary>
    public IReadOnlyList<string> Tokens => [.. options.HasMask ? [mask!] : (string[])[], .. Enumerable.Repeat(unknown, options.UnknownCount), .. Known.Tokens];

    /// <summary>How many numbers there are, those of special tokens included: the length of vectors.</summary>
    public long Count => options.Depth(Known.Tokens.Length);

    Vocabulary Known => vocabulary.IsKnown ? vocabulary : throw new InvalidOperationException("StringLookup: there is no vocabulary yet. Call Adapt with data, give one, or load a state.");

    /// <summary>Makes the most frequent strings the vocabulary; of strings that are equally frequent, those later in the order of their letters come first.</summary>
    /// <param name="samples">Samples: a document, a row, or one string each.</param>
    public void Adapt(IEnumerable<IEnumerable<string>> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var counts = new TokenCounts<string>(StringComparer.Ordinal);
        foreach (var sample in samples) counts.Add(sample.Where(token => token != mask && token != unknown));
        var (tokens, weights) = counts.Most(options.Room);
        vocabulary.Set(tokens, options.Mode == EncodingMode.TfIdf ? weights : null);
    }

    /// <summary>The numbers of strings: int64 [n]; as one sample, a vector [count], where the mode counts.</summary>
    /// <exception cref="KeyNotFoundException">A string is not in the vocabulary, and there is no number for such.</exception>
    public Tensor Call(params ReadOnlySpan<string> values)
    {
        long[] numbers = Numbers(values);
        return options.Counts ? Counted([numbers]).Squeeze(0) : Encodings.Of(Tensor.From(numbers), Count, options.Mode);
    }

    /// <summary>The numbers of rows of strings: int64 [rows, n]; where the mode counts, each row is a sample of any length, and gives a row of [rows, count].</summary>
    /// <exception cref="KeyNotFoundException">A string is not in the vocabulary, and there is no number for such.</exception>
    /// <exception cref="ShapeException">Rows differ in length, and the mode does not count.</exception>
    public Tensor Call(string[][] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        long[][] numbers = Array.ConvertAll(rows, row => Numbers(row));
        return options.Counts ? Counted(numbers) : Encodings.Of(Encodings.Matrix(numbers, nameof(StringLookup)), Count, options.Mode);
    }

    /// <summary>The number of each string; -1 where it is passed over.</summary>
    internal long[] Numbers(ReadOnlySpan<string> values)
    {
        var places = Known.Places;
        var numbers = new long[values.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            string value = values[i] ?? throw new ArgumentNullException(nameof(values));
            if (value == mask) numbers[i] = options.Counts ? -1 : 0;
            else if (places.TryGetValue(value, out int place)) numbers[i] = options.First + place;
            else if (options.UnknownCount > 0) numbers[i] = options.First - options.UnknownCount + (options.UnknownCount == 1 ? 0 : (long)(Fingerprint.Of(value) % (ulong)options.UnknownCount));
            else numbers[i] = options.Counts ? -1 : throw new KeyNotFoundException($"StringLookup: '{value}' is not in the vocabulary, and there is no number for such strings. Use unknownCount: 1.");
        }
        return numbers;
    }

    internal Tensor Counted(long[][] samples) => Encodings.Of(samples, Count, options.Mode, options.Mode == EncodingMode.TfIdf ? options.Frequencies(Known.Frequencies) : []);

    /// <summary>The strings of numbers, in row-major order.</summary>
    /// <exception cref="IndexException">A number is not that of a token.</exception>
    public string[] Invert(Tensor numbers)
    {
        var tokens = Tokens;
        Indices.Check(numbers, tokens.Count, nameof(StringLookup), "number");
        return Array.ConvertAll(numbers.To(DType.Int64).ToArray<long>(), number => tokens[(int)number]);
    }

    internal override IReadOnlyList<string> Pending => vocabulary.Pending;

    internal override void SizeFrom(Func<string, TensorSpec?> state) => vocabulary.SizeFrom(state);

    internal override void Unsize() => vocabulary.Unsize();

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        vocabulary.Enumerate(visitor);
    }

    /// <inheritdoc/>
    protected override string Details() => options.Details(vocabulary.IsKnown ? vocabulary.Tokens.Length : null);
}
