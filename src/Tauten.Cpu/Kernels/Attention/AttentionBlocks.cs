namespace Tauten.Cpu;

/// <summary>
/// How attention is cut: a tile of scores, some queries by some keys, stays in the second cache together with the packed keys and values that it is made from.
/// All follows from shapes and types only.
/// </summary>
internal static unsafe class AttentionBlocks<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged
{
    /// <summary>Queries of a tile: whole strips of the matrix product.</summary>
    public const int Queries = 48;

    /// <summary>Queries that share what was packed of the keys: packing them costs a hundredth of the work then.</summary>
    private const int MostQueries = 384;

    /// <summary>With this many chunks, up to 16 threads end at about the same time.</summary>
    private const int EnoughChunks = 32;

    /// <summary>Keys of a tile: whole panels and whole strips, 768 bytes of a row.</summary>
    public static int Keys => 768 / sizeof(T);

    /// <summary>Distance of the rows of a tile: not a power of two, so that they do not meet in the same places of a cache.</summary>
    public static int TileRow => Keys + 64 / sizeof(T);

    /// <summary>Queries of a chunk of the forward pass: few where there are few items.</summary>
    public static long QueriesOfChunk(long queries, long items)
    {
        long parts = BlockSizes.Parts(EnoughChunks, Math.Max(items, 1));
        long most = Math.Clamp(BlockSizes.Parts(queries, parts), Queries, MostQueries);
        return BlockSizes.Even(queries, most, Queries);
    }

    /// <summary>Keys of a chunk of the backward pass.</summary>
    public static long KeysOfChunk(long keys, long items)
    {
        // Each further part of the keys has a gradient of the queries of its own in memory: only as many as are worth it.
        long parts = Math.Min(4, BlockSizes.Parts(EnoughChunks / 2, Math.Max(items, 1)));
        return BlockSizes.Even(keys, Math.Max(BlockSizes.Parts(keys, parts), Keys), Keys);
    }

    /// <summary>Columns filled up to whole panels.</summary>
    public static long Padded(long columns) => BlockSizes.Parts(columns, Tiles<V, T>.PanelColumns) * Tiles<V, T>.PanelColumns;
}
