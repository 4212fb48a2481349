namespace Tauten.NN;

/// <summary>What lookups of strings and of whole numbers share: which numbers are special, and what is given.</summary>
sealed class LookupOptions
{
    readonly string layer;
    readonly long? maxTokens;
    readonly bool pads;

    public LookupOptions(string layer, long? maxTokens, int unknownCount, bool hasMask, EncodingMode mode, bool padToMaxTokens)
    {
        if (unknownCount < 0) throw new ArgumentOutOfRangeException(nameof(unknownCount), unknownCount, $"{layer}: expected a number that is not negative.");
        (this.layer, this.maxTokens, UnknownCount, Mode, pads) = (layer, maxTokens, unknownCount, Encodings.Check(mode, layer, hasFrequencies: true), padToMaxTokens);
        // A vector has no place for what stands for nothing.
        HasMask = hasMask && mode == EncodingMode.Int;
        if (padToMaxTokens && maxTokens is null) throw new ArgumentException($"{layer}: padToMaxTokens needs maxTokens.", nameof(padToMaxTokens));
        if (maxTokens <= First) throw new ArgumentOutOfRangeException(nameof(maxTokens), maxTokens, $"{layer}: expected more than the {First} special tokens.");
    }

    public int UnknownCount { get; }

    public EncodingMode Mode { get; }

    /// <summary>Whether number 0 is that of the mask.</summary>
    public bool HasMask { get; }

    /// <summary>The number of the first token of the vocabulary.</summary>
    public int First => UnknownCount + (HasMask ? 1 : 0);

    /// <summary>Whether samples are counted, of any length.</summary>
    public bool Counts => Mode is EncodingMode.MultiHot or EncodingMode.Count or EncodingMode.TfIdf;

    /// <summary>How many tokens a vocabulary may have.</summary>
    public long? Room => maxTokens - First;

    public long Depth(int tokens) => pads ? maxTokens!.Value : First + tokens;

    /// <summary>The tokens without special ones in front.</summary>
    public IReadOnlyList<T> Check<T>(IReadOnlyList<T> tokens, IReadOnlyList<T> special, IReadOnlyList<double>? frequencies)
        where T : notnull
    {
        if (special.Count > 0 && tokens.Count >= special.Count && tokens.Take(special.Count).SequenceEqual(special)) tokens = [.. tokens.Skip(special.Count)];
        var seen = new HashSet<T>();
        foreach (var token in tokens)
            if (!seen.Add(token)) throw new ArgumentException($"{layer}: the token '{token}' is in the vocabulary twice.", nameof(tokens));
        if (special.FirstOrDefault(seen.Contains) is { } wrong && special.Any(seen.Contains)) throw new ArgumentException($"{layer}: the special token '{wrong}' is in the vocabulary.", nameof(tokens));
        if (tokens.Count > Room) throw new ArgumentException($"{layer}: {tokens.Count} tokens and {First} special ones are more than maxTokens, {maxTokens}.", nameof(tokens));
        if (Mode == EncodingMode.TfIdf != frequencies is not null || (frequencies is not null && frequencies.Count != tokens.Count))
            throw new ArgumentException($"{layer}: expected {(Mode == EncodingMode.TfIdf ? $"a frequency for each of {tokens.Count} tokens" : $"no frequencies for {Mode}")}. Received: {frequencies?.Count.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}.", nameof(frequencies));
        return tokens;
    }

    /// <summary>The frequency of each number: for unknown ones the mean of all.</summary>
    public float[] Frequencies(float[] known)
    {
        var all = new float[Depth(known.Length)];
        all.AsSpan(0, UnknownCount).Fill(known.Length == 0 ? 0 : (float)known.Average(f => (double)f));
        known.CopyTo(all, First);
        return all;
    }

    public string Details(int? tokens) => $"{(tokens is { } count ? $"{count} tokens" : "no vocabulary yet")}{(UnknownCount == 1 ? "" : $", {UnknownCount} for unknown ones")}, {Mode}";
}
