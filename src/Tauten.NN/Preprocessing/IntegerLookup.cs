namespace Tauten.NN;

/// <summary>
/// Whole numbers as numbers by a vocabulary, and back: number 0 is that of the mask if there is one, then come those for values that are not in the vocabulary (value modulo their count), then the
/// vocabulary. As Keras' layer, number by number. Nothing is learned. Works inside of captured graphs.
/// </summary>
/// <remarks>Buffers: <c>vocabulary</c> int64, and <c>idf</c> float32 for <see cref="EncodingMode.TfIdf"/>; none before there is a vocabulary, so that one can be loaded.</remarks>
/// <example><code>
/// var lookup = new IntegerLookup([12, 36, 1138, 42]);
/// Console.WriteLine(lookup.Call(Tensor.From(new[,] { { 12L, 1138, 42 }, { 42, 1000, 36 } })));
/// // [[1, 3, 4],
/// //  [4, 0, 2]]
/// </code></example>
public sealed class IntegerLookup : Module<Tensor, Tensor>
{
    readonly LookupOptions options;
    readonly long? mask;
    readonly long unknown;
    Buffer? vocabulary, frequencies;

    /// <summary>A layer with a vocabulary, or without one until <see cref="Adapt"/>.</summary>
    /// <param name="vocabulary">The values, from frequent to rare; special ones in front may be among them.</param>
    /// <param name="maxTokens">The most numbers there may be, special ones included; any number if left out.</param>
    /// <param name="unknownCount">How many numbers there are for values that are not in the vocabulary; with 0 such a value is an error.</param>
    /// <param name="mask">A value that stands for none: number 0, and passed over where samples are counted.</param>
    /// <param name="unknown">What <see cref="Invert"/> gives for those numbers.</param>
    /// <param name="mode">What is given for the numbers.</param>
    /// <param name="frequencies">The inverse document frequency of each value of the vocabulary, for <see cref="EncodingMode.TfIdf"/>.</param>
    /// <param name="padToMaxTokens">Whether vectors are maxTokens long, however large the vocabulary is.</param>
    /// <exception cref="ArgumentException">Values occur twice, or there are too many of them.</exception>
    public IntegerLookup(
        IReadOnlyList<long>? vocabulary = null, long? maxTokens = null, int unknownCount = 1, long? mask = null, long unknown = -1, EncodingMode mode = EncodingMode.Int,
        IReadOnlyList<double>? frequencies = null, bool padToMaxTokens = false)
    {
        options = new(nameof(IntegerLookup), maxTokens, unknownCount, mask is not null, mode, padToMaxTokens);
        (this.mask, this.unknown) = (mask, unknown);
        if (vocabulary is null) return;
        IReadOnlyList<long> special = [.. mask is { } none ? [none] : (long[])[], .. Enumerable.Repeat(unknown, unknownCount)];
        Keep(options.Check(vocabulary, special, frequencies), frequencies);
    }

    void Keep(IReadOnlyList<long> values, IReadOnlyList<double>? weights) => (vocabulary, frequencies) = Initial.Outside(() => (
        new Buffer(Tensor.From([.. values])), weights is null ? null : new Buffer(Tensor.From([.. weights.Select(f => (float)f)]))));

    Buffer Known => vocabulary ?? throw new InvalidOperationException("IntegerLookup: there is no vocabulary yet. Call Adapt with data, give one, or load a state.");

    /// <summary>All values, the special ones too: value i has number i.</summary>
    public IReadOnlyList<long> Tokens => [.. options.HasMask ? [mask!.Value] : (long[])[], .. Enumerable.Repeat(unknown, options.UnknownCount), .. Known.Borrow().ToArray<long>()];

    /// <summary>How many numbers there are, those of special values included: the length of vectors.</summary>
    public long Count => options.Depth((int)Known.Shape[0].Value);

    /// <summary>Makes the most frequent values the vocabulary; of values that are equally frequent, larger ones come first.</summary>
    /// <param name="data">Whole numbers [.., n]; the last axis is a sample. A vector is one sample for each element.</param>
    /// <exception cref="DTypeException">They are not whole numbers.</exception>
    public void Adapt(Tensor data)
    {
        Check(data);
        var counts = new TokenCounts<long>(Comparer<long>.Default);
        int length = data.Rank < 2 ? 1 : (int)data.Shape[^1].Value;
        foreach (long[] sample in data.To(DType.Int64).ToArray<long>().Chunk(Math.Max(1, length))) counts.Add(sample.Where(value => value != mask && value != unknown));
        var (values, weights) = counts.Most(options.Room);
        Keep(values, options.Mode == EncodingMode.TfIdf ? weights : null);
    }

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        Check(x);
        var values = x.Detach().To(DType.Int64);
        var tokens = Known.Borrow();
        long count = tokens.Shape[0].Value;
        Tensor places, found;
        if (count == 0) (places, found) = (Tensor.Zeros(values.Shape, DType.Int64), values.NotEqualTo(values));
        else
        {
            var order = tokens.ArgSort();
            var sorted = tokens.IndexSelect(0, order);
            var at = sorted.SearchSorted(values).ClampMax(count - 1);
            found = sorted.IndexSelect(0, at).EqualTo(values);
            places = order.IndexSelect(0, at) + options.First;
        }
        var none = mask is { } special ? values.EqualTo(special) : null;
        if (options.UnknownCount == 0) CheckFound(values, none is null ? found : found | none);
        var others = options.UnknownCount > 1 ? values.Remainder(options.UnknownCount) + (options.First - options.UnknownCount) : Tensor.FullLike(values, options.First - options.UnknownCount);
        var numbers = Tensor.Where(found, places, others);
        if (none is not null && options.HasMask) numbers = Tensor.Where(none, 0, numbers);
        if (!options.Counts) return Encodings.Of(numbers, Count, options.Mode);
        if (none is not null) numbers = Tensor.Where(none, 0, numbers);
        // What is passed over counts nothing.
        var weights = none is null ? null : (~none).To(DType.Float32);
        return Encodings.Of(numbers, Count, options.Mode, options.Mode == EncodingMode.TfIdf ? Tensor.From(options.Frequencies(frequencies!.Borrow().ToArray<float>())) : null, weights);
    }

    static void Check(Tensor x)
    {
        if (x.DType.IsFloating() || x.DType == DType.Bool) throw new DTypeException($"IntegerLookup: expected whole numbers. Received: {x.DType.Name()}.");
    }

    static void CheckFound(Tensor values, Tensor found)
    {
        if (Ambient.Current.Capture is not null) return;
        int at = Array.IndexOf(found.ToArray<bool>(), false);
        if (at >= 0) throw new KeyNotFoundException($"IntegerLookup: {values.ToArray<long>()[at]} is not in the vocabulary, and there is no number for such values. Use unknownCount: 1.");
    }

    /// <summary>The values of numbers, of the same shape.</summary>
    /// <exception cref="IndexException">A number is not that of a value.</exception>
    public Tensor Invert(Tensor numbers)
    {
        long[] tokens = [.. Tokens];
        Indices.Check(numbers, tokens.Length, nameof(IntegerLookup), "number");
        return Tensor.From(tokens).IndexSelect(0, numbers);
    }

    internal override IReadOnlyList<string> Pending => vocabulary is not null ? [] : options.Mode == EncodingMode.TfIdf ? ["vocabulary", "idf"] : ["vocabulary"];

    internal override void SizeFrom(Func<string, TensorSpec?> state)
    {
        if (state("vocabulary") is { Shape.Rank: 1 } spec) Keep(new long[spec.Shape[0].Value], options.Mode == EncodingMode.TfIdf ? new double[spec.Shape[0].Value] : null);
    }

    internal override void Unsize() => (vocabulary, frequencies) = (null, null);

    /// <inheritdoc/>
    protected override void Enumerate(ModuleVisitor visitor)
    {
        base.Enumerate(visitor);
        visitor.Visit("vocabulary", vocabulary);
        visitor.Visit("idf", frequencies);
    }

    /// <inheritdoc/>
    protected override string Details() => options.Details(vocabulary is null ? null : (int)vocabulary.Shape[0].Value);
}
