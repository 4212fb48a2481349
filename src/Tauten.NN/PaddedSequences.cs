namespace Tauten.NN;

/// <summary>Sequences of different lengths as one tensor, and back. Recurrent nets take such a tensor with the lengths.</summary>
/// <example><code>
/// var (padded, lengths) = PaddedSequences.From([Tensor.From([1f, 2, 3]), Tensor.From([4f])], batchFirst: true);
/// Console.WriteLine(padded.Select(0, 1));    // [4, 0, 0]
/// Console.WriteLine(lengths);                // [3, 1]
/// </code></example>
public static class PaddedSequences
{
    /// <summary>The sequences side by side, filled up to the longest: [time, batch, ...], and their lengths, int64 [batch].</summary>
    /// <param name="sequences">At least one tensor [time, ...]; all agree in element type and all axes but the first.</param>
    /// <param name="batchFirst">Whether the result is [batch, time, ...].</param>
    /// <param name="value">What is filled in.</param>
    /// <param name="atFront">Whether it is filled in before the sequence instead of behind it.</param>
    /// <exception cref="ShapeException">There is no sequence, or shapes do not agree.</exception>
    public static (Tensor Padded, Tensor Lengths) From(IEnumerable<Tensor> sequences, bool batchFirst = false, double value = 0, bool atFront = false)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        Tensor[] all = [.. sequences];
        if (all.Length == 0) throw new ShapeException("PaddedSequences.From: expected at least one sequence.");
        foreach (var x in all)
            if (x.Rank == 0 || x.Rank != all[0].Rank || !x.Shape.Skip(1).SequenceEqual(all[0].Shape.Skip(1)))
                throw new ShapeException($"PaddedSequences.From: expected sequences [time, ...] that agree in all axes but the first. Received: {all[0].Shape} and {x.Shape}.");
        long[] lengths = Array.ConvertAll(all, x => x.Shape[0].Value);
        long longest = lengths.Max();
        var padded = Array.ConvertAll(all, x => x.Pad(0, atFront ? longest - x.Shape[0].Value : 0, atFront ? 0 : longest - x.Shape[0].Value, value));
        return (Tensor.Stack(padded, batchFirst ? 0 : 1), Tensor.From(lengths));
    }

    /// <summary>The sequences without what was filled in behind them: views [time, ...].</summary>
    /// <param name="padded">[time, batch, ...].</param>
    /// <param name="lengths">Integers [batch].</param>
    /// <param name="batchFirst">Whether it is [batch, time, ...].</param>
    /// <exception cref="ShapeException">Shapes do not fit, or a length is longer than the tensor.</exception>
    public static Tensor[] Split(Tensor padded, Tensor lengths, bool batchFirst = false)
    {
        Check(padded, lengths, batchFirst);
        int batch = batchFirst ? 0 : 1;
        long[] all = lengths.To(DType.Int64).ToArray<long>();
        long longest = padded.Shape[1 - batch].Value;
        if (all.FirstOrDefault(length => length < 0 || length > longest, -2) is not -2 and var wrong) throw new ShapeException($"PaddedSequences.Split: expected lengths from 0 to {longest}. Received: {wrong}.");
        return [.. all.Select((length, i) => padded.Select(batch, i).Narrow(0, 0, length))];
    }

    /// <summary>Which places are part of a sequence: bool [batch, time].</summary>
    /// <param name="lengths">Integers [batch].</param>
    /// <param name="longest">The number of places; the largest length if left out.</param>
    public static Tensor Mask(Tensor lengths, long? longest = null)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        if (lengths.Rank != 1 || !lengths.DType.IsInteger()) throw new ShapeException($"PaddedSequences.Mask: expected integer lengths [batch]. Received: {lengths.Spec}.");
        return Tensor.Arange(longest ?? lengths.Max().To(DType.Int64).Item<long>()).Unsqueeze(0) < lengths.To(DType.Int64).Unsqueeze(1);
    }

    static void Check(Tensor padded, Tensor lengths, bool batchFirst)
    {
        ArgumentNullException.ThrowIfNull(padded);
        ArgumentNullException.ThrowIfNull(lengths);
        if (padded.Rank < 2 || lengths.Rank != 1 || !lengths.DType.IsInteger() || padded.Shape[batchFirst ? 0 : 1] != lengths.Shape[0])
            throw new ShapeException($"PaddedSequences.Split: expected [{(batchFirst ? "batch, time" : "time, batch")}, ...] and integer lengths [batch]. Received: {padded.Spec} and {lengths.Spec}.");
    }
}
