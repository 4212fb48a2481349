using System.Numerics;

namespace Tauten.Cpu;

/// <summary>
/// The gradients of attention (Dao: "FlashAttention-2", 2023): for each block of keys, tile by tile of the queries, scores and the gradients of weights are computed again and at once used up in three
/// products. A chunk has an item of keys, or a part of one where there are few; parts have gradients of the queries of their own, added up at the end in their order.
/// </summary>
internal unsafe struct AttentionBackward<V, T> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>What to work on.</summary>
    public AttentionOperands<T> X;

    /// <summary>The gradient of the result, [queries, value size].</summary>
    public Matrices<T> G;

    /// <summary>Logarithms of sums, and what the weights' gradients lose, [items, queries].</summary>
    public T* LogSums, Deltas;

    /// <summary>The gradients: [items, queries, size], [items / group, keys, size], [items / group, keys, value size].</summary>
    public T* QueryGradient, KeyGradient, ValueGradient;

    private long keysOfChunk;
    private int parts;
    private T* others;

    /// <summary>Runs all chunks.</summary>
    public void Run()
    {
        long owners = X.Items / X.Group, count = X.Items * X.Queries * X.Size;
        keysOfChunk = AttentionBlocks<V, T>.KeysOfChunk(X.Keys, owners);
        parts = (int)BlockSizes.Parts(X.Keys, keysOfChunk);
        using var scratch = Scratch.Take((parts - 1) * count * sizeof(T));
        others = (T*)scratch.Pointer;
        double work = X.Items * (BlockSizes.Work<T>(X.Queries, X.Keys, 3 * X.Size + 2 * X.ValueSize) + X.Queries * X.Keys * 0.2) / (X.Causal ? 2 : 1);
        Workers.For(checked((int)(owners * parts)), work, ref this);
        for (int part = 1; part < parts; part++) Sum(QueryGradient, others + (part - 1) * count, count);
    }

    private static void Sum(T* target, T* source, long count)
    {
        long i = 0;
        for (; i + V.Count <= count; i += V.Count) (V.Load(target + i) + V.Load(source + i)).Store(target + i);
        for (; i < count; i++) target[i] += source[i];
    }

    /// <inheritdoc/>
    public void Run(int chunk)
    {
        const int strip = Tiles<V, T>.StripRows;
        int panel = Tiles<V, T>.PanelColumns, tileRow = AttentionBlocks<V, T>.TileRow, mostQueries = AttentionBlocks<V, T>.Queries;
        long owner = chunk / parts, part = chunk % parts, first = part * keysOfChunk, end = Math.Min(first + keysOfChunk, X.Keys);
        T* gradients = part == 0 ? QueryGradient : others + (part - 1) * X.Items * X.Queries * X.Size;
        long mostKeys = Math.Min(AttentionBlocks<V, T>.Keys, AttentionBlocks<V, T>.Padded(X.Keys)), size = AttentionBlocks<V, T>.Padded(X.Size), valueSize = AttentionBlocks<V, T>.Padded(X.ValueSize);
        using var scratch = Scratch.Take((mostKeys * (2 * size + valueSize) + 2L * mostQueries * tileRow + mostQueries * (size + valueSize)) * sizeof(T));
        T* keyColumns = (T*)scratch.Pointer, valueColumns = keyColumns + mostKeys * size, keyRows = valueColumns + mostKeys * valueSize;
        T* weights = keyRows + mostKeys * size, scores = weights + mostQueries * tileRow, rows = scores + mostQueries * tileRow, arriving = rows + mostQueries * size;

        Clear(gradients + owner * X.Group * X.Queries * X.Size, X.Group * X.Queries * X.Size);
        Clear(KeyGradient + (owner * X.Keys + first) * X.Size, (end - first) * X.Size);
        Clear(ValueGradient + (owner * X.Keys + first) * X.ValueSize, (end - first) * X.ValueSize);
        for (long key = first; key < end; key += AttentionBlocks<V, T>.Keys)
        {
            int keys = (int)Math.Min(AttentionBlocks<V, T>.Keys, end - key);
            Packing<T, T>.Strips(X.K.At(owner, key), X.K.Row, X.K.Column, keys, X.Size, keyColumns, Tiles<V, T>.PanelColumns);
            Packing<T, T>.Strips(X.V.At(owner, key), X.V.Row, X.V.Column, keys, X.ValueSize, valueColumns, Tiles<V, T>.PanelColumns);
            // Scaled here, so that the gradient of the queries has the factor.
            ScoreTiles<V, T>.Copy(X.K.At(owner, key), X.K.Row, X.K.Column, keys, X.Size, keyRows, size, X.Scale);
            T* keyGradient = KeyGradient + (owner * X.Keys + key) * X.Size, valueGradient = ValueGradient + (owner * X.Keys + key) * X.ValueSize;
            for (long item = owner * X.Group; item < (owner + 1) * X.Group; item++)
            {
                for (long query = X.Causal ? key / mostQueries * mostQueries : 0; query < X.Queries; query += mostQueries)
                {
                    int count = (int)Math.Min(mostQueries, X.Queries - query), taken = X.KeysOfTile(query + count, key, keys);
                    ScoreTiles<V, T>.Copy(X.Q.At(item, query), X.Q.Row, X.Q.Column, count, X.Size, rows, size, X.Scale);
                    ScoreTiles<V, T>.Copy(G.At(item, query), G.Row, G.Column, count, X.ValueSize, arriving, valueSize, T.One);
                    Block<V, T>.Multiply(count, taken, X.Size, LeftStrips<T>.InPlace(rows, size, 1, strip), RightPanels<T>.Packed(keyColumns, X.Size, taken, panel), weights, tileRow, false);
                    Block<V, T>.Multiply(count, taken, X.ValueSize, LeftStrips<T>.InPlace(arriving, valueSize, 1, strip), RightPanels<T>.Packed(valueColumns, X.ValueSize, taken, panel), scores, tileRow, false);
                    long at = item * X.Queries + query;
                    ScoreTiles<V, T>.Weigh(X, new(item, query, key, count, taken), weights, scores, LogSums + at, Deltas + at);
                    Block<V, T>.Multiply(taken, X.ValueSize, count, LeftStrips<T>.InPlace(weights, 1, tileRow, strip), InPlace(arriving, valueSize, X.ValueSize), valueGradient, X.ValueSize, true);
                    Block<V, T>.Multiply(taken, X.Size, count, LeftStrips<T>.InPlace(scores, 1, tileRow, strip), InPlace(rows, size, X.Size), keyGradient, X.Size, true);
                    Block<V, T>.Multiply(count, X.Size, taken, LeftStrips<T>.InPlace(scores, tileRow, 1, strip), InPlace(keyRows, size, X.Size), gradients + at * X.Size, X.Size, true);
                }
            }
        }
    }

    /// <summary>Rows that were filled up to whole panels, as they lie.</summary>
    private static RightPanels<T> InPlace(T* rows, long row, long columns)
    {
        int panel = Tiles<V, T>.PanelColumns;
        return new(rows, row, panel, rows + columns / panel * panel, row);
    }

    private static void Clear(T* target, long count)
    {
        for (long i = 0; i < count; i += 1 << 20) new Span<T>(target + i, (int)Math.Min(1 << 20, count - i)).Clear();
    }
}
