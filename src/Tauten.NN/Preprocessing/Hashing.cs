using System.Globalization;

namespace Tauten.NN;

/// <summary>
/// Strings or whole numbers spread over bins by a hash that is the same everywhere and for ever: FarmHash's Fingerprint64, or with a key SipHash-2-4, modulo the number of bins. Bit for bit what
/// Keras' layer gives. Numbers are hashed as their decimal digits.
/// </summary>
/// <example><code>
/// var hashing = new Hashing(3);
/// Console.WriteLine(hashing.Call("A", "B", "C", "D", "E"));    // [1, 0, 1, 1, 2]
/// </code></example>
public sealed class Hashing : Module
{
    readonly long bins;
    readonly string? mask;
    readonly (ulong, ulong)? key;
    readonly EncodingMode mode;

    /// <summary>A layer without parameters.</summary>
    /// <param name="bins">How many bins there are, that of the mask included.</param>
    /// <param name="mask">A string that goes to bin 0, to which no other goes.</param>
    /// <param name="key">The key of SipHash; FarmHash if left out.</param>
    /// <param name="mode">What is given for the bins.</param>
    /// <exception cref="ShapeException">There is no bin, or none besides that of the mask.</exception>
    public Hashing(long bins, string? mask = null, (ulong, ulong)? key = null, EncodingMode mode = EncodingMode.Int)
    {
        Initial.Size(bins, nameof(Hashing), nameof(bins));
        if (mask is not null && bins < 2) throw new ShapeException("Hashing: bins must be at least 2 where there is a mask. Received: 1.");
        (this.bins, this.mask, this.key, this.mode) = (bins, mask, key, Encodings.Check(mode, nameof(Hashing)));
    }

    /// <summary>The bins of strings: int64 [n], or as the mode says.</summary>
    public Tensor Call(params ReadOnlySpan<string> values) => Encodings.Of(Tensor.From(Bins(values)), bins, mode);

    /// <summary>The bins of rows of strings, all of one length: int64 [rows, n], or as the mode says.</summary>
    /// <exception cref="ShapeException">Rows differ in length.</exception>
    public Tensor Call(string[][] rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return Encodings.Of(Encodings.Matrix(Array.ConvertAll(rows, row => Bins(row)), nameof(Hashing)), bins, mode);
    }

    /// <summary>The bins of whole numbers of any shape.</summary>
    /// <exception cref="DTypeException">They are not whole numbers.</exception>
    public Tensor Call(Tensor values)
    {
        if (values.DType.IsFloating() || values.DType == DType.Bool) throw new DTypeException($"Hashing: expected whole numbers. Received: {values.DType.Name()}.");
        string[] texts = Array.ConvertAll(values.To(DType.Int64).ToArray<long>(), value => value.ToString(CultureInfo.InvariantCulture));
        return Encodings.Of(Tensor.From(Bins(texts), values.Shape), bins, mode);
    }

    long[] Bins(ReadOnlySpan<string> values)
    {
        var found = new long[values.Length];
        for (int i = 0; i < found.Length; i++) found[i] = Bin(values[i]);
        return found;
    }

    long Bin(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        ulong hash = key is var (first, second) ? Fingerprint.Of(value, first, second) : Fingerprint.Of(value);
        if (mask is null) return (long)(hash % (ulong)bins);
        return value == mask ? 0 : (long)(hash % (ulong)(bins - 1)) + 1;
    }

    /// <inheritdoc/>
    protected override string Details() => $"{bins} bins, {mode}{(mask is null ? "" : $", mask '{mask}'")}{(key is null ? "" : ", keyed")}";
}

/// <summary>
/// Combinations of features spread over bins: the fingerprints of the features of an example, joined one behind the other, modulo the number of bins. Bit for bit what Keras' layer gives.
/// </summary>
/// <example><code>
/// var crossing = new HashedCrossing(5);
/// Console.WriteLine(crossing.Call(new[] { "A", "B", "A", "B", "A" }, new[] { 101L, 101, 101, 102, 102 }));    // [1, 4, 1, 1, 3]
/// </code></example>
public sealed class HashedCrossing : Module
{
    const ulong Seed = 0xDECAFCAFFE;
    readonly long bins;
    readonly EncodingMode mode;

    /// <summary>A layer without parameters.</summary>
    /// <param name="bins">How many bins there are.</param>
    /// <param name="mode">The numbers of the bins, or vectors with a 1 at their places.</param>
    /// <exception cref="ShapeException"><paramref name="bins"/> is less than 1.</exception>
    public HashedCrossing(long bins, EncodingMode mode = EncodingMode.Int)
    {
        this.bins = Initial.Size(bins, nameof(HashedCrossing), nameof(bins));
        this.mode = mode is EncodingMode.Int or EncodingMode.OneHot ? mode : throw new ArgumentOutOfRangeException(nameof(mode), mode, $"HashedCrossing: expected {EncodingMode.Int} or {EncodingMode.OneHot}.");
    }

    /// <summary>The bin of each example: int64 [examples], or [examples, bins].</summary>
    /// <param name="features">Features, each with an element for each example.</param>
    /// <exception cref="ShapeException">There are fewer than two features, or they are of different lengths.</exception>
    public Tensor Call(params ReadOnlySpan<CrossedFeature> features)
    {
        if (features.Length < 2) throw new ShapeException($"HashedCrossing: expected at least two features. Received: {features.Length}.");
        var found = new long[features[0].Fingerprints.Length];
        for (int i = 0; i < found.Length; i++)
        {
            ulong hash = Seed;
            foreach (var feature in features)
            {
                if (feature.Fingerprints.Length != found.Length) throw new ShapeException($"HashedCrossing: expected features of one length. Received: {found.Length} and {feature.Fingerprints.Length} examples.");
                hash = Fingerprint.Joined(hash, feature.Fingerprints[i]);
            }
            found[i] = (long)(hash % (ulong)bins);
        }
        return Encodings.Of(Tensor.From(found), bins, mode);
    }

    /// <inheritdoc/>
    protected override string Details() => $"{bins} bins, {mode}";
}

/// <summary>A feature for <see cref="HashedCrossing"/>: strings or whole numbers, one for each example.</summary>
public readonly struct CrossedFeature
{
    CrossedFeature(ulong[] fingerprints) => Fingerprints = fingerprints;

    internal ulong[] Fingerprints { get => field ?? []; }

    /// <summary>Strings, which count by their fingerprints.</summary>
    public static implicit operator CrossedFeature(string[] values) => new(Array.ConvertAll(values, Fingerprint.Of));

    /// <summary>Whole numbers, which count as they are.</summary>
    public static implicit operator CrossedFeature(long[] values) => new(Array.ConvertAll(values, value => unchecked((ulong)value)));

    /// <summary>A vector of whole numbers.</summary>
    public static implicit operator CrossedFeature(Tensor values) => values.To(DType.Int64).ToArray<long>();
}
