using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>A tile of scores: which queries and keys of which item it has. Queries behind the last one of an item are those of the next.</summary>
/// <param name="Item">The item of queries, or the first of a group.</param>
/// <param name="Query">The first query.</param>
/// <param name="Key">The first key.</param>
/// <param name="Queries">How many queries.</param>
/// <param name="Keys">How many keys.</param>
internal readonly record struct ScoreTile(long Item, long Query, long Key, int Queries, int Keys);

/// <summary>What is done with a tile of scores between the matrix products, row by row. Rows are filled up to whole vectors with -infinity, of which the exponential is 0.</summary>
internal static unsafe class ScoreTiles<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>
    /// One step of the streaming softmax (Milakov, Gimelshein: "Online normalizer calculation for softmax", 2018): scores become e^(score - largest), <paramref name="largest"/> and
    /// <paramref name="sums"/> of the queries take them in, and rows of <paramref name="y"/> that hold sums for a smaller one are scaled down.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Stream(in AttentionOperands<T> x, ScoreTile tile, T* scores, T* largest, T* sums, T* y)
    {
        int width = Width(tile.Keys);
        T* factors = stackalloc T[AttentionBlocks<V, T>.TileRow];
        for (int i = 0; i < tile.Queries; i++)
        {
            T* row = scores + i * AttentionBlocks<V, T>.TileRow;
            Restrict(x, tile, i, row, width);
            var most = V.Load(row);
            for (int j = V.Count; j < width; j += V.Count) most = V.MaxNative(most, V.Load(row + j));
            var old = V.Create(largest[i]);
            most = V.MaxNative(old, Across(most));
            // A row of -infinity only: e^(-infinity - 0) is the zero that is wanted.
            var shift = V.Select(V.Equal(most, V.Number(double.NegativeInfinity)), V.Number(0), most);
            var sum = V.Number(0);
            for (int j = 0; j < width; j += V.Count)
            {
                var e = Functions.Exp.Apply<V, T>(V.Load(row + j) - shift);
                e.Store(row + j);
                sum += e;
            }
            if (x.Drops)
            {
                Draw(x, tile, i, factors);
                for (int j = 0; j < width; j += V.Count) (V.Load(row + j) * V.Load(factors + j)).Store(row + j);
            }
            largest[i] = *(T*)&most;
            if (tile.Key == 0)
            {
                sums[i] = VectorSum<V, T>.Of(sum);
                continue;
            }
            var decay = Functions.Exp.Apply<V, T>(old - shift);
            T factor = *(T*)&decay;
            sums[i] = sums[i] * factor + VectorSum<V, T>.Of(sum);
            if (factor != T.One) Multiply(y + i * x.ValueSize, x.ValueSize, decay);
        }
    }

    /// <summary>Divides the rows of <paramref name="y"/> by the sums, and puts the logarithms of these, with what was taken off the scores, in their place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Finish(long queries, long valueSize, T* largest, T* sums, T* y)
    {
        for (long i = 0; i < queries; i++, y += valueSize)
        {
            var sum = V.Create(sums[i]);
            if (sums[i] != T.Zero) Multiply(y, valueSize, V.Number(1) / sum);
            sum = Functions.Log.Apply<V, T>(sum) + V.Create(largest[i]);
            sums[i] = *(T*)&sum;
        }
    }

    /// <summary>Scores become weights, e^(score - log sum), and <paramref name="gradients"/> of weights become those of scores, weight (gradient - delta).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static void Weigh(in AttentionOperands<T> x, ScoreTile tile, T* scores, T* gradients, T* logSums, T* deltas)
    {
        int width = Width(tile.Keys);
        T* factors = stackalloc T[AttentionBlocks<V, T>.TileRow];
        for (int i = 0; i < tile.Queries; i++)
        {
            T* row = scores + i * AttentionBlocks<V, T>.TileRow, gradient = gradients + i * AttentionBlocks<V, T>.TileRow;
            Restrict(x, tile, i, row, width);
            V shift = V.Create(logSums[i]), delta = V.Create(deltas[i]);
            shift = V.Select(V.Equal(shift, V.Number(double.NegativeInfinity)), V.Number(0), shift);
            if (x.Drops)
            {
                Draw(x, tile, i, factors);
                for (int j = 0; j < width; j += V.Count)
                {
                    var weight = Functions.Exp.Apply<V, T>(V.Load(row + j) - shift);
                    var factor = V.Load(factors + j);
                    (weight * factor).Store(row + j);
                    (weight * (V.Load(gradient + j) * factor - delta)).Store(gradient + j);
                }
                continue;
            }
            for (int j = 0; j < width; j += V.Count)
            {
                var weight = Functions.Exp.Apply<V, T>(V.Load(row + j) - shift);
                weight.Store(row + j);
                (weight * (V.Load(gradient + j) - delta)).Store(gradient + j);
            }
        }
    }

    /// <summary>What the weights of a query are multiplied by: 0 or 1 / (1 - rate), as the op <see cref="Ops.Dropout"/> draws it for the whole matrix; a word of the draw for each weight.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    private static void Draw(in AttentionOperands<T> x, ScoreTile tile, int query, T* factors)
    {
        long first = (tile.Item * x.Queries + tile.Query + query) * x.Keys + tile.Key;
        uint* words = stackalloc uint[AttentionBlocks<V, T>.Keys + 64];
        int skip = (int)(first % 4), blocks = (skip + tile.Keys + 3) / 4;
        PhiloxLoops.Blocks(x.Seed, x.Draw, (ulong)(first / 4), words, (blocks + 7) / 8 * 8);
        words += skip;
        // A word gives its upper 24 bits as a number in [0, 1): compared as whole numbers.
        uint least = (uint)Math.Ceiling((float)x.Rate * (1 << 24));
        T factor = T.CreateTruncating(1 / (1 - x.Rate));
        int j = 0;
        if (typeof(T) == typeof(float))
        {
            V kept = V.Create(factor), limit = V.Number(least);
            for (; j < tile.Keys; j += V.Count)
                V.Select(V.FromInteger(V.ShiftRightLogical(V.Load((T*)words + j), 8)) >= limit, kept, V.Number(0)).Store(factors + j);
            return;
        }
        for (; j < tile.Keys; j++) factors[j] = words[j] >> 8 >= least ? factor : T.Zero;
        for (; j < Width(tile.Keys); j++) factors[j] = T.Zero;
    }

    /// <summary>Keys in whole vectors.</summary>
    private static int Width(int keys) => (keys + V.Count - 1) / V.Count * V.Count;

    /// <summary>-infinity for the keys that do not take part, and behind the last one; adds what is to be added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Restrict(in AttentionOperands<T> x, ScoreTile tile, int query, T* row, int width)
    {
        int keys = tile.Keys;
        var (items, at) = Math.DivRem(tile.Query + query, x.Queries);
        if (x.Causal) keys = (int)Math.Clamp(at + 1 - tile.Key, 0, keys);
        if (keys < width) new Span<T>(row + keys, width - keys).Fill(T.CreateTruncating(double.NegativeInfinity));
        if (x.Chooses) Choose(x.Chosen.At(tile.Item + items, at) + tile.Key * x.Chosen.Column, x.Chosen.Column, keys, row);
        if (x.Adds) Add(x.Added.At(tile.Item + items, at) + tile.Key * x.Added.Column, x.Added.Column, keys, row);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Choose(byte* mask, long step, int keys, T* row)
    {
        T none = T.CreateTruncating(double.NegativeInfinity);
        int j = 0;
        if (step == 1)
            for (; j + V.Count <= keys; j += V.Count) V.Select(V.LoadMask(mask + j), V.Load(row + j), V.Create(none)).Store(row + j);
        for (; j < keys; j++)
            if (mask[j * step] == 0) row[j] = none;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Add(T* mask, long step, int keys, T* row)
    {
        int j = 0;
        if (step == 1)
            for (; j + V.Count <= keys; j += V.Count) (V.Load(row + j) + V.Load(mask + j)).Store(row + j);
        for (; j < keys; j++) row[j] += mask[j * step];
    }

    /// <summary>The largest lane in all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Across(V x)
    {
        if (V.Count > 8) x = V.MaxNative(x, V.Exchange(x, 8));
        if (V.Count > 4) x = V.MaxNative(x, V.Exchange(x, 4));
        if (V.Count > 2) x = V.MaxNative(x, V.Exchange(x, 2));
        return V.MaxNative(x, V.Exchange(x, 1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply(T* y, long count, V factor)
    {
        long j = 0;
        for (; j + V.Count <= count; j += V.Count) (V.Load(y + j) * factor).Store(y + j);
        for (; j < count; j++) y[j] *= *(T*)&factor;
    }

    /// <summary>Copies a block of rows times a factor, with zeros behind the last column up to the distance of the target's rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Copy(T* source, long row, long column, long rows, long columns, T* target, long targetRow, T factor)
    {
        var lanes = V.Create(factor);
        for (long i = 0; i < rows; i++, source += row, target += targetRow)
        {
            long j = 0;
            if (column == 1)
                for (; j + V.Count <= columns; j += V.Count) (V.Load(source + j) * lanes).Store(target + j);
            for (; j < columns; j++) target[j] = source[j * column] * factor;
            for (; j < targetRow; j++) target[j] = T.Zero;
        }
    }
}
