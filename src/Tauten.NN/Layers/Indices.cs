namespace Tauten.NN;

/// <summary>Checks of integer tensors that stand for choices: labels and indices. Kernels would count a negative one from the end.</summary>
static class Indices
{
    /// <summary>Each element must be from 0 to <paramref name="count"/> - 1. While a graph is captured there is nothing to look at.</summary>
    /// <exception cref="IndexException">One is not; the message names it, its value and its place.</exception>
    public static void Check(Tensor indices, long count, string who, string what)
    {
        if (Ambient.Current.Capture is not null || indices.IsSymbolic) return;
        var (place, value) = indices.DType == DType.Int32
            ? indices.Read<int, (long, long)>(all => FirstOutside(all, count))
            : indices.Read<long, (long, long)>(all => FirstOutside(all, count));
        if (place >= 0) throw new IndexException($"{who}: {what} {place} is {value}. Expected 0 to {count - 1}.");
    }

    static (long Place, long Value) FirstOutside(ReadOnlySpan<long> all, long count)
    {
        int place = all.IndexOfAnyExceptInRange(0, count - 1);
        return place < 0 ? (-1, 0) : (place, all[place]);
    }

    static (long Place, long Value) FirstOutside(ReadOnlySpan<int> all, long count)
    {
        int place = all.IndexOfAnyExceptInRange(0, (int)Math.Min(count - 1, int.MaxValue));
        return place < 0 ? (-1, 0) : (place, all[place]);
    }
}
