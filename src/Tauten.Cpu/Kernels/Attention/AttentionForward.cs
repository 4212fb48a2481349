using System.Numerics;

namespace Tauten.Cpu;

/// <summary>
/// Attention without the matrix of scores (Dao et al.: "FlashAttention", 2022): a block of keys and values is packed once for the queries of a chunk, scores are made tile by tile and at once
/// used up. The rows of the result are sums until the end, in their own place.
/// </summary>
internal unsafe struct AttentionForward<V, T> : IChunks
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>What to work on.</summary>
    public AttentionOperands<T> X;

    /// <summary>The result, [items, queries, value size].</summary>
    public T* Y;

    /// <summary>Logarithms of sums, [items, queries].</summary>
    public T* LogSums;

    private long rows, queriesOfChunk;
    private int parts;

    /// <summary>Runs all chunks.</summary>
    public void Run()
    {
        // A group of which all queries fit into a tile reads its keys once.
        if (X.Queries * X.Group > AttentionBlocks<V, T>.Queries) X.Group = 1;
        long owners = X.Items / X.Group;
        rows = X.Queries * X.Group;
        queriesOfChunk = AttentionBlocks<V, T>.QueriesOfChunk(rows, owners);
        parts = (int)BlockSizes.Parts(rows, queriesOfChunk);
        double work = X.Items * (BlockSizes.Work<T>(X.Queries, X.Keys, X.Size + X.ValueSize) + X.Queries * X.Keys * 0.2) / (X.Causal ? 2 : 1);
        Workers.For(checked((int)(owners * parts)), work, ref this);
    }

    /// <inheritdoc/>
    public void Run(int chunk)
    {
        int panel = Tiles<V, T>.PanelColumns;
        long item = chunk / parts * X.Group, first = chunk % parts * queriesOfChunk, queries = Math.Min(queriesOfChunk, rows - first);
        long mostKeys = Math.Min(AttentionBlocks<V, T>.Keys, AttentionBlocks<V, T>.Padded(X.Keys));
        long sizeOfKeys = AttentionBlocks<V, T>.Padded(mostKeys) * X.Size, sizeOfValues = AttentionBlocks<V, T>.Padded(X.ValueSize) * mostKeys;
        long sizeOfTile = AttentionBlocks<V, T>.Queries * (long)AttentionBlocks<V, T>.TileRow, sizeOfQueries = AttentionBlocks<V, T>.Queries * X.Size;
        using var scratch = Scratch.Take((sizeOfKeys + sizeOfValues + sizeOfTile + sizeOfQueries + queries) * sizeof(T));
        T* keysPack = (T*)scratch.Pointer, valuesPack = keysPack + sizeOfKeys, tile = valuesPack + sizeOfValues, scaled = tile + sizeOfTile, largest = scaled + sizeOfQueries;
        T* y = Y + (item * X.Queries + first) * X.ValueSize, sums = LogSums + item * X.Queries + first;
        new Span<T>(largest, (int)queries).Fill(T.CreateTruncating(double.NegativeInfinity));
        if (X.Keys == 0)
        {
            new Span<T>(sums, (int)queries).Clear();
            new Span<byte>(y, checked((int)(queries * X.ValueSize * sizeof(T)))).Clear();
        }
        long lastKey = X.Causal ? Math.Min(X.Keys, Math.Min(first + queries, X.Queries)) : X.Keys;
        for (long key = 0; key < lastKey; key += AttentionBlocks<V, T>.Keys)
        {
            int keys = (int)Math.Min(AttentionBlocks<V, T>.Keys, X.Keys - key);
            Packing<T, T>.Strips(X.K.At(item, key), X.K.Row, X.K.Column, keys, X.Size, keysPack, Tiles<V, T>.PanelColumns);
            Packing<T, T>.Strips(X.V.At(item, key), X.V.Column, X.V.Row, X.ValueSize, keys, valuesPack, Tiles<V, T>.PanelColumns);
            var values = RightPanels<T>.Packed(valuesPack, keys, X.ValueSize, panel);
            // Tiles of queries that all stand before the first key have nothing to do with this block.
            for (long query = X.Causal && X.Group == 1 ? Math.Max(0, key - first) / AttentionBlocks<V, T>.Queries * AttentionBlocks<V, T>.Queries : 0; query < queries; query += AttentionBlocks<V, T>.Queries)
            {
                int count = (int)Math.Min(AttentionBlocks<V, T>.Queries, queries - query), taken = X.KeysOfTile(first + query + count, key, keys);
                Scale(item, first + query, count, scaled);
                var right = RightPanels<T>.Packed(keysPack, X.Size, taken, panel);
                Block<V, T>.Multiply(count, taken, X.Size, LeftStrips<T>.InPlace(scaled, X.Size, 1, Tiles<V, T>.StripRows), right, tile, AttentionBlocks<V, T>.TileRow, false);
                T* target = y + query * X.ValueSize;
                ScoreTiles<V, T>.Stream(X, new(item, first + query, key, count, taken), tile, largest + query, sums + query, target);
                Block<V, T>.Multiply(count, X.ValueSize, taken, LeftStrips<T>.InPlace(tile, AttentionBlocks<V, T>.TileRow, 1, Tiles<V, T>.StripRows), values, target, X.ValueSize, key > 0);
            }
        }
        ScoreTiles<V, T>.Finish(queries, X.ValueSize, largest, sums, y);
    }

    /// <summary>Copies queries times the factor of the scores, of one item or of several that stand below each other.</summary>
    private readonly void Scale(long item, long query, long count, T* target)
    {
        for (long done = 0; done < count;)
        {
            var (items, at) = Math.DivRem(query + done, X.Queries);
            long some = Math.Min(count - done, X.Queries - at);
            ScoreTiles<V, T>.Copy(X.Q.At(item + items, at), X.Q.Row, X.Q.Column, some, X.Size, target + done * X.Size, X.Size, X.Scale);
            done += some;
        }
    }
}
