namespace Tauten.Cpu;

/// <summary>Matrices in memory, one for each item of a batch. Strides count elements and may be anything.</summary>
/// <typeparam name="T">The element type.</typeparam>
/// <param name="start">The first element of offset 0.</param>
/// <param name="row">Distance of rows.</param>
/// <param name="column">Distance of columns.</param>
/// <param name="offsets">Where each item begins.</param>
internal readonly unsafe struct Matrices<T>(T* start, long row, long column, long* offsets) where T : unmanaged
{
    /// <summary>Distance of rows.</summary>
    public readonly long Row = row;

    /// <summary>Distance of columns.</summary>
    public readonly long Column = column;

    private readonly T* start = start;
    private readonly long* offsets = offsets;

    /// <summary>A row of one item.</summary>
    public T* At(long item, long index) => start + offsets[item] + index * Row;
}

/// <summary>What attention works on, forwards and backwards: sizes, operands, and which keys take part.</summary>
/// <typeparam name="T">The element type.</typeparam>
internal unsafe struct AttentionOperands<T> where T : unmanaged
{
    /// <summary>Queries, keys, and the sizes of their rows and of those of values.</summary>
    public long Queries, Keys, Size, ValueSize;

    /// <summary>Items of queries: all heads of the batch.</summary>
    public long Items;

    /// <summary>
    /// Neighbouring items of queries that share one item of keys and values. Forwards their queries stand below each other, as those of one item, where they are few; else it is 1, and offsets say
    /// which keys belong to an item.
    /// </summary>
    public long Group;

    /// <summary>Queries, [queries, size].</summary>
    public Matrices<T> Q;

    /// <summary>Keys, [keys, size].</summary>
    public Matrices<T> K;

    /// <summary>Values, [keys, value size].</summary>
    public Matrices<T> V;

    /// <summary>Whether query i takes no keys behind i.</summary>
    public bool Causal;

    /// <summary>The factor of the scores.</summary>
    public T Scale;

    /// <summary>What is added to the scores, where <see cref="Adds"/>.</summary>
    public Matrices<T> Added;

    /// <summary>Whether there is something to add.</summary>
    public bool Adds;

    /// <summary>Bytes that say which keys take part, where <see cref="Chooses"/>.</summary>
    public Matrices<byte> Chosen;

    /// <summary>Whether a mask says which keys take part.</summary>
    public bool Chooses;

    /// <summary>Whether weights are dropped.</summary>
    public bool Drops;

    /// <summary>The rate of dropout.</summary>
    public double Rate;

    /// <summary>The random key of dropout: seed and number of the draw.</summary>
    public ulong Seed, Draw;

    /// <summary>How many of a block of keys take part for any query before <paramref name="end"/>: the others need not be computed.</summary>
    public readonly int KeysOfTile(long end, long key, int keys) => Causal ? (int)Math.Min(keys, Math.Min(end, Queries) - key) : keys;
}
