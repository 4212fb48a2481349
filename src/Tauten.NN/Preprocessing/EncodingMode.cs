namespace Tauten.NN;

/// <summary>What a layer gives for tokens that it has numbered.</summary>
public enum EncodingMode
{
    /// <summary>The numbers, int64.</summary>
    Int,
    /// <summary>For each number a vector with a 1 at its place, float32.</summary>
    OneHot,
    /// <summary>For each sample, the last axis, a vector with a 1 at the place of each number that occurs, float32.</summary>
    MultiHot,
    /// <summary>For each sample how often each number occurs, float32.</summary>
    Count,
    /// <summary>For each sample how often each number occurs times its inverse document frequency, float32.</summary>
    TfIdf,
}

/// <summary>Numbers as vectors.</summary>
static class Encodings
{
    public static EncodingMode Check(EncodingMode mode, string layer, bool hasFrequencies = false)
    {
        if (!Enum.IsDefined(mode)) throw new ArgumentOutOfRangeException(nameof(mode), mode, "Expected a member of EncodingMode.");
        return mode == EncodingMode.TfIdf && !hasFrequencies ? throw new ArgumentException($"{layer}: there are no document frequencies here. Expected another mode than {mode}.", nameof(mode)) : mode;
    }

    /// <summary>Numbers [.., n] from 0 to depth - 1, one by one or each last axis as a sample.</summary>
    public static Tensor Of(Tensor numbers, long depth, EncodingMode mode, Tensor? frequencies = null, Tensor? weights = null)
    {
        if (mode == EncodingMode.Int) return numbers;
        if (mode == EncodingMode.OneHot) return numbers.OneHot(depth);
        if (numbers.Rank == 0) throw new ShapeException($"{mode}: expected samples [.., n]. Received: a scalar.");
        var rows = numbers.Rank == 1 ? numbers.Unsqueeze(0) : numbers.Flatten(0, -2);
        var added = weights is null ? Tensor.Ones(rows.Shape) : weights.ReshapeAs(rows);
        var counts = Tensor.Zeros([rows.Shape[0], depth], added.DType).ScatterAdd(1, rows.To(DType.Int64), added);
        if (mode == EncodingMode.MultiHot) counts = counts.ClampMax(1);
        if (mode == EncodingMode.TfIdf) counts *= frequencies!;
        return counts.Reshape([.. numbers.Shape.Take(numbers.Rank - 1), depth]);
    }

    /// <summary>Samples of any lengths, as rows [samples, depth]; -1 counts nothing.</summary>
    public static Tensor Of(long[][] samples, long depth, EncodingMode mode, ReadOnlySpan<float> frequencies)
    {
        var all = new float[samples.Length * depth];
        for (int i = 0; i < samples.Length; i++)
        {
            var row = all.AsSpan(checked((int)(i * depth)), (int)depth);
            foreach (long number in samples[i])
            {
                if (number < 0) continue;
                if (mode == EncodingMode.MultiHot) row[(int)number] = 1;
                else row[(int)number]++;
            }
            if (mode == EncodingMode.TfIdf)
                for (int k = 0; k < row.Length; k++) row[k] *= frequencies[k];
        }
        return Tensor.From(all, Shape.Of(samples.Length, depth));
    }

    /// <summary>Rows of one length as a matrix.</summary>
    public static Tensor Matrix(long[][] rows, string layer)
    {
        int length = rows.Length == 0 ? 0 : rows[0].Length;
        foreach (long[] row in rows)
            if (row.Length != length) throw new ShapeException($"{layer}: expected rows of one length. Received: rows of {length} and of {row.Length}.");
        return Tensor.From([.. rows.SelectMany(row => row)], Shape.Of(rows.Length, length));
    }
}
