using System.Text.RegularExpressions;
using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Operators on texts.</summary>
static class TextOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("RegexFullMatch", 20, RegexFullMatch),
        Of("StringConcat", 20, StringConcat),
        Of("StringNormalizer", 10, StringNormalizer),
        Of("StringSplit", 20, StringSplit),
        Of("TfIdfVectorizer", 9, TfIdf),
    ];

    static OnnxStrings Strings(Call c, int input) => c.Value(input) as OnnxStrings ?? throw new ModelFormatException($"expected texts as input {input}. Received: {c.Value(input)}.");

    static OnnxValue StringNormalizer(Call c)
    {
        var x = Strings(c, 0);
        if (x.Shape.Rank > 2 || x.Shape.Rank == 0 || (x.Shape.Rank == 2 && x.Shape[0] != 1)) throw new ModelFormatException($"expected texts of shape [count] or [1, count]. Received: {x.Shape}.");
        bool isSensitive = c.Flag("is_case_sensitive");
        var comparer = isSensitive ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;
        var stop = (c.Strings("stopwords") ?? []).ToHashSet(comparer);
        Func<string, string> change = c.Text("case_change_action", "NONE") switch
        {
            "NONE" => s => s,
            "LOWER" => s => s.ToLowerInvariant(),
            "UPPER" => s => s.ToUpperInvariant(),
            var other => throw new ModelFormatException($"the change of case must be LOWER, UPPER or NONE. Received: {other}."),
        };
        string[] kept = [.. x.Elements.Where(s => !stop.Contains(s)).Select(change)];
        if (kept.Length == 0) kept = [""];
        return new OnnxStrings(kept, x.Shape.Rank == 1 ? Shape.Of(kept.Length) : Shape.Of(1, kept.Length));
    }

    static OnnxValue StringConcat(Call c)
    {
        var (a, b) = (Strings(c, 0), Strings(c, 1));
        var shape = Shape.Broadcast(a.Shape, b.Shape);
        long[] left = Places(a.Shape), right = Places(b.Shape);
        return new OnnxStrings([.. left.Zip(right, (i, k) => a.Elements[(int)i] + b.Elements[(int)k])], shape);

        long[] Places(Shape own) => Tensor.Arange(own.ElementCount).Reshape(own).BroadcastTo(shape).ToArray<long>();
    }

    static OnnxValue?[] StringSplit(Call c)
    {
        var x = Strings(c, 0);
        string delimiter = c.Text("delimiter", "");
        int limit = c.Node.Int("maxsplit") is { } most ? checked((int)most + 1) : int.MaxValue;
        string[][] parts = [.. x.Elements.Select(s => delimiter.Length == 0 ? BySpace(s, limit) : s.Split(delimiter, limit))];
        int longest = parts.Length == 0 ? 0 : parts.Max(p => p.Length);
        c.Bounded(checked(parts.Length * (long)longest), "texts");
        var all = parts.SelectMany(p => p.Concat(Enumerable.Repeat("", longest - p.Length))).ToArray();
        return [new OnnxStrings(all, [.. x.Shape, longest]), Tensor.From(Array.ConvertAll(parts, p => (long)p.Length), x.Shape)];
    }

    // Runs of white space count as one, and the rest behind the last split keeps its own.
    static string[] BySpace(string text, int limit)
    {
        var parts = new List<string>();
        string rest = text.TrimStart();
        while (rest.Length > 0)
        {
            int end = rest.AsSpan().IndexOfAny(" \t\r\n\f\v");
            if (end < 0 || parts.Count == limit - 1)
            {
                parts.Add(parts.Count == limit - 1 ? rest.TrimEnd() : rest);
                break;
            }
            parts.Add(rest[..end]);
            rest = rest[end..].TrimStart();
        }
        return [.. parts];
    }

    static OnnxValue RegexFullMatch(Call c)
    {
        var x = Strings(c, 0);
        string pattern = c.Text("pattern");
        try
        {
            // An engine without backtracking: no pattern of a file takes for ever.
            var regex = new Regex($@"\A(?:{pattern})\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return Tensor.From([.. x.Elements.Select(s => regex.IsMatch(s))], x.Shape);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw new UnsupportedModelException($"The pattern '{pattern}' is not supported: {error.Message}", error);
        }
    }

    // Counts of n-grams of a pool, with elements left out between theirs.
    static OnnxValue TfIdf(Call c)
    {
        var places = c.Ints("ngram_indexes") ?? throw new ModelFormatException("the attribute ngram_indexes is missing.");
        var starts = c.Ints("ngram_counts") ?? throw new ModelFormatException("the attribute ngram_counts is missing.");
        long shortest = c.Int("min_gram_length"), longest = c.Int("max_gram_length"), skips = c.Int("max_skip_count");
        string[] pool = c.Strings("pool_strings") ?? Array.ConvertAll(c.Ints("pool_int64s") ?? throw new ModelFormatException("the pool is missing."), n => n.ToString(System.Globalization.CultureInfo.InvariantCulture));
        string[] tokens = c.Value(0) is OnnxStrings strings ? [.. strings.Elements] : Array.ConvertAll(c.Longs(0), n => n.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var shape = c.ShapeOf(0);
        if (shape.Rank is not (1 or 2) || shortest < 1 || longest < shortest || longest > starts.Length || skips < 0) throw new ModelFormatException($"expected [count] or [batch, count] and lengths of n-grams from 1 to {starts.Length}. Received: {shape}, {shortest} to {longest}.");
        var grams = new Dictionary<string, int>();
        for (int n = 1, gram = 0; n <= starts.Length; n++)
        {
            long end = n < starts.Length ? starts[n] : pool.Length;
            for (long at = starts[n - 1]; at + n <= end; at += n) grams[Key(pool, at, 1, n)] = gram++;
        }
        if (grams.Count > places.Length || places.Any(p => p < 0 || p > 1 << 24)) throw new ModelFormatException($"{grams.Count} n-grams have {places.Length} places.");
        long size = places.Length == 0 ? 0 : places.Max() + 1, width = shape[^1], rows = shape.Rank == 2 ? shape[0] : 1;
        c.Bounded(checked(rows * size), "counts");
        c.Bounded(checked(width * rows * (Math.Min(skips, width) + 1) * (longest - shortest + 1)), "n-grams");
        var counts = new float[rows * size];
        for (long row = 0; row < rows; row++)
            for (int n = (int)shortest; n <= longest; n++)
                // One element has no gaps.
                for (long skip = 0; skip <= (n == 1 ? 0 : Math.Min(skips, width)); skip++)
                    for (long at = 0; at + (n - 1) * (skip + 1) < width; at++)
                        if (grams.TryGetValue(Key(tokens, row * width + at, skip + 1, n), out int gram)) counts[row * size + places[gram]]++;
        string mode = c.Text("mode");
        var weights = new float[size];
        Array.Fill(weights, 1);
        if (c.Floats("weights") is { } given)
            for (int gram = 0; gram < Math.Min(given.Length, places.Length); gram++) weights[places[gram]] = given[gram];
        for (int i = 0; i < counts.Length; i++)
            counts[i] = mode switch
            {
                "TF" => counts[i],
                "IDF" => counts[i] > 0 ? weights[i % size] : 0,
                "TFIDF" => counts[i] * weights[i % size],
                _ => throw new ModelFormatException($"the mode must be TF, IDF or TFIDF. Received: {mode}."),
            };
        return Tensor.From(counts, shape.Rank == 2 ? Shape.Of(rows, size) : Shape.Of(size));

        // Lengths in front keep texts with any characters apart.
        static string Key(string[] all, long start, long step, int n) => string.Concat(Enumerable.Range(0, n).Select(k => all[start + k * step]).Select(t => $"{t.Length}:{t}"));
    }
}
