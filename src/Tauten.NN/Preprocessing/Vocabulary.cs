using System.Collections.Frozen;
using System.Text;

namespace Tauten.NN;

/// <summary>
/// Tokens in an order, as buffers of a module: <c>vocabulary</c>, their letters (UTF-8) one token behind the other, uint8, and <c>vocabulary_ends</c>, where each of them ends, int64. With
/// frequencies also <c>idf</c>, float32.
/// </summary>
sealed class Vocabulary(bool hasFrequencies)
{
    static readonly UTF8Encoding strict = new(false, throwOnInvalidBytes: true);
    Buffer? letters, ends, frequencies;
    volatile Table? table;

    /// <summary>What the letters say; made anew when they have changed.</summary>
    sealed record Table(Tensor Letters, Tensor Ends, string[] Tokens, FrozenDictionary<string, int> Places);

    public IReadOnlyList<string> Pending => letters is not null ? [] : hasFrequencies ? ["vocabulary", "vocabulary_ends", "idf"] : ["vocabulary", "vocabulary_ends"];

    public string[] Tokens => Read().Tokens;

    public FrozenDictionary<string, int> Places => Read().Places;

    /// <summary>The inverse document frequency of each token.</summary>
    public float[] Frequencies => frequencies!.Borrow().ToArray<float>();

    public bool IsKnown => letters is not null;

    public void Set(IReadOnlyList<string> tokens, IReadOnlyList<double>? newFrequencies)
    {
        var text = new List<byte>();
        var stops = new long[tokens.Count];
        for (int i = 0; i < stops.Length; i++)
        {
            text.AddRange(strict.GetBytes(tokens[i]));
            stops[i] = text.Count;
        }
        Keep(Tensor.From(text.ToArray()), Tensor.From(stops), newFrequencies is null ? null : Tensor.From([.. newFrequencies.Select(f => (float)f)]));
    }

    void Keep(Tensor newLetters, Tensor newEnds, Tensor? newFrequencies) =>
        (letters, ends, frequencies) = Initial.Outside(() => (new Buffer(newLetters), new Buffer(newEnds), newFrequencies is null ? null : new Buffer(newFrequencies)));

    Table Read()
    {
        Tensor text = letters!.Borrow(), stops = ends!.Borrow();
        if (table is { } known && ReferenceEquals(known.Letters, text) && ReferenceEquals(known.Ends, stops)) return known;
        byte[] all = text.ToArray<byte>();
        long[] at = stops.ToArray<long>();
        var tokens = new string[at.Length];
        var places = new Dictionary<string, int>(at.Length);
        long start = 0;
        for (int i = 0; i < at.Length; i++)
        {
            if (at[i] < start || at[i] > all.Length) throw new ModelFormatException($"A vocabulary is damaged: token {i} ends at {at[i]}. Expected {start} to {all.Length}.");
            try
            {
                tokens[i] = strict.GetString(all, (int)start, (int)(at[i] - start));
            }
            catch (DecoderFallbackException e)
            {
                throw new ModelFormatException($"A vocabulary is damaged: token {i} is not UTF-8.", e);
            }
            if (!places.TryAdd(tokens[i], i)) throw new ModelFormatException($"A vocabulary is damaged: the token '{tokens[i]}' occurs twice.");
            start = at[i];
        }
        return table = new(text, stops, tokens, places.ToFrozenDictionary());
    }

    public void Enumerate(ModuleVisitor visitor)
    {
        visitor.Visit("vocabulary", letters);
        visitor.Visit("vocabulary_ends", ends);
        visitor.Visit("idf", frequencies);
    }

    public void SizeFrom(Func<string, TensorSpec?> state)
    {
        if (state("vocabulary") is not { Shape.Rank: 1 } text || state("vocabulary_ends") is not { Shape.Rank: 1 } stops) return;
        Keep(Tensor.Zeros(text.Shape, DType.UInt8), Tensor.Zeros(stops.Shape, DType.Int64), hasFrequencies ? Tensor.Zeros(stops.Shape) : null);
    }

    public void Unsize() => (letters, ends, frequencies) = (null, null, null);
}

/// <summary>How often tokens occur in samples.</summary>
/// <typeparam name="T">A string or a number.</typeparam>
sealed class TokenCounts<T>(IComparer<T> order)
    where T : notnull
{
    readonly Dictionary<T, (long Times, long Samples)> counts = [];
    long samples;

    public void Add(IEnumerable<T> sample)
    {
        samples++;
        var seen = new HashSet<T>();
        foreach (var token in sample)
        {
            var (times, among) = counts.GetValueOrDefault(token);
            counts[token] = (times + 1, among + (seen.Add(token) ? 1 : 0));
        }
    }

    /// <summary>The most frequent tokens, and log(1 + samples / (1 + those with the token)); of tokens that are equally frequent the later in order first.</summary>
    public (List<T> Tokens, List<double> Frequencies) Most(long? count)
    {
        var chosen = counts.OrderByDescending(entry => entry.Value.Times).ThenByDescending(entry => entry.Key, order).Take((int)Math.Min(count ?? int.MaxValue, int.MaxValue)).ToList();
        return ([.. chosen.Select(entry => entry.Key)], [.. chosen.Select(entry => Math.Log(1 + (double)samples / (1 + entry.Value.Samples)))]);
    }
}
