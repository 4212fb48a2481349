namespace Tauten.Cpu;

/// <summary>How products are cut so that what is used again stays in a cache. All follow from shapes and types only.</summary>
internal static unsafe class BlockSizes
{
    /// <summary>
    /// Bytes of one row of a strip of A, or one column of a panel of B, of which a first-level cache holds those of a tile: twelve rows with AVX-512, else sixteen columns, while
    /// six rows pass. Measured with AVX2 (32 KB): 15 % faster at 1024 than sums that fill that cache with a panel alone.
    /// </summary>
    private static int InnerBytes => CpuInstructions.Level == InstructionLevel.Avx512 ? 2048 : 1280;

    /// <summary>Bytes of a row of the panels of B that strips pass one after the other: with <see cref="InnerBytes"/>, half a megabyte of second-level cache.</summary>
    private const int ColumnBytes = 1024;

    /// <summary>Bytes of a row of the panels of B that are taken one after the other for the same strips: only the strips need to stay in a cache.</summary>
    private const int PassingColumnBytes = 4096;

    /// <summary>Rows of A that one chunk multiplies with these panels: a multiple of the strips' rows.</summary>
    public const int MostRows = 240;

    /// <summary>A chunk below this many multiplications (some ten microseconds) is not worth handing out.</summary>
    private const double LeastWork = 1 << 20;

    /// <summary>With this many chunks, up to 16 threads end at about the same time.</summary>
    public const int EnoughChunks = 64;

    /// <summary>The greatest length of the sums that are done at a time.</summary>
    public static long MostInner<T>() where T : unmanaged => InnerBytes / Math.Max(sizeof(T), 4);

    /// <summary>The length of the sums that are done at a time: whole cache blocks of equal size.</summary>
    public static long Inner<T>(long inner) where T : unmanaged
    {
        long most = MostInner<T>();
        long blocks = Math.Max(1, (inner + most - 1) / most);
        return (inner + blocks - 1) / blocks;
    }

    /// <summary>Rows and columns of a chunk of C: the largest that leave enough chunks.</summary>
    /// <param name="rows">Rows of C.</param>
    /// <param name="columns">Columns of C.</param>
    /// <param name="inner">Length of the sums that a chunk does.</param>
    /// <param name="stripRows">Chunks have a multiple of this many rows.</param>
    /// <param name="panelColumns">Chunks have a multiple of this many columns.</param>
    /// <param name="byPanels">Whether a chunk is computed panel by panel.</param>
    public static (long Rows, long Columns) Chunk<T>(long rows, long columns, long inner, int stripRows, int panelColumns, bool byPanels) where T : unmanaged
    {
        long mostRows = MostRows, mostColumns = Math.Max((byPanels ? PassingColumnBytes : ColumnBytes) / sizeof(T), panelColumns);
        while (true)
        {
            long chunkRows = Even(rows, mostRows, stripRows), chunkColumns = Even(columns, mostColumns, panelColumns);
            bool enough = Parts(rows, chunkRows) * Parts(columns, chunkColumns) >= EnoughChunks;
            if (enough || (double)chunkRows * chunkColumns * inner < 2 * LeastWork || (mostRows <= stripRows && mostColumns <= panelColumns))
                return (chunkRows, chunkColumns);
            // The longer side first: a square block needs the least data for its work.
            if (mostRows > stripRows && (chunkRows >= chunkColumns || mostColumns <= panelColumns))
                mostRows = Math.Max(stripRows, Math.Min(mostRows, chunkRows) / 2 / stripRows * stripRows);
            else
                mostColumns = Math.Max(panelColumns, Math.Min(mostColumns, chunkColumns) / 2 / panelColumns * panelColumns);
        }
    }

    /// <summary>Rows of a chunk of C that has all columns: few enough for <see cref="EnoughChunks"/>, unless those were too little work.</summary>
    /// <param name="rows">Rows of C.</param>
    /// <param name="columns">Columns of C.</param>
    /// <param name="inner">Length of the sums that a chunk does.</param>
    /// <param name="stripRows">Chunks have a multiple of this many rows.</param>
    public static long ChunkRows(long rows, long columns, long inner, int stripRows)
    {
        long least = (long)Math.Ceiling(2 * LeastWork / ((double)columns * inner));
        return Even(rows, Math.Clamp(Math.Max(rows / EnoughChunks, least), stripRows, MostRows), stripRows);
    }

    /// <summary>ceil(size / part).</summary>
    public static long Parts(long size, long part) => (size + part - 1) / part;

    /// <summary>Parts of at most <paramref name="most"/>, all about the same, multiples of <paramref name="multiple"/>.</summary>
    public static long Even(long size, long most, long multiple)
    {
        long parts = Parts(size, most);
        return Parts(Parts(size, parts), multiple) * multiple;
    }

    /// <summary>Nanoseconds that a product takes one thread, roughly: half the speed that a current core reaches.</summary>
    public static double Work<T>(double rows, double columns, double inner) where T : unmanaged => rows * columns * inner * Math.Max(sizeof(T), 4) / 160;
}
