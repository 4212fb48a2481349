using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Large matrix products, by all threads: first A and B are packed, once, then chunks of C are computed from the packs. Sums longer than a
/// cache block are done block by block in ascending order; if C has too few chunks, they are cut into parts that are added up in order.
/// Of a B that never changes the packs are kept from call to call.
/// </summary>
internal static unsafe class SharedProduct<TStore, T, V>
    where TStore : unmanaged
    where T : unmanaged, INumberBase<T>
    where V : unmanaged, IProductVector<V, T>
{
    /// <summary>What the packs of either operand may take.</summary>
    private const long PackBytes = 48L << 20;

    /// <summary>
    /// What both packs together may take on machines with AVX2, which have less cache for a core than those with AVX-512: measured, products of 2048 and 4096 are
    /// 5 to 10 % faster when their sums are packed piece by piece.
    /// </summary>
    private const long CachedBytes = 16L << 20;

    /// <summary>The longest sum that is packed at once.</summary>
    private const long MostInner = 8192;

    /// <summary>
    /// B stays in place up to this many strips of A: packing would not pay. Where a panel is to stay in the first cache it must be packed as soon as it is read twice:
    /// rows that are a multiple of 4 KB apart share a few places of that cache.
    /// </summary>
    private static int FewStrips => Tiles<V, T>.HasFewRegisters ? 1 : 8;

    /// <summary>
    /// A packed B of this size stays in a second-level cache while rows of A pass. Each chunk of C then has all columns and packs its own rows of A, which are in
    /// the first cache when they are used, instead of coming back from the third.
    /// </summary>
    private const long SmallBytes = 5 << 18;

    /// <summary>With fewer strips of A than this, chunks with all columns would be too few.</summary>
    private const long ManyStrips = 32;

    /// <summary>One product.</summary>
    public static void Run(in MatrixProduct<TStore> product)
    {
        const int stripRows = Tiles<V, T>.StripRows;
        int panelColumns = Tiles<V, T>.PanelColumns;
        long inner = Math.Max(product.Inner, 1);
        long packedInner = BlockSizes.Even(inner, Tiles<V, T>.HasFewRegisters ? CachedInner(product.Rows + product.Columns) : MostInner, 1);
        long sideOfPack = PackBytes / sizeof(T) / packedInner;
        long packedRows = BlockSizes.Even(product.Rows, Math.Max(sideOfPack, 240), stripRows);
        long packedColumns = BlockSizes.Even(product.Columns, Math.Max(sideOfPack, 256), panelColumns);

        long panels = BlockSizes.Parts(product.Columns, panelColumns);
        // Narrow types are packed as wide as they are computed: kept, they would take twice their memory.
        bool keeps = product.Forms is not null && typeof(TStore) == typeof(T);
        using var form = !keeps ? default : WeightForm.Take(
            product.Forms, new(FormKind.RightPanels, product.BStart, product.Inner, product.Columns, 1, product.BRow, product.BColumn), panels * panelColumns * inner * sizeof(T));
        if (form.IsNew)
        {
            var pack = new KeepChunks { Product = product, Panels = (T*)form.Pointer };
            Workers.For(checked((int)panels), (double)panels * panelColumns * inner * 0.4, ref pack);
            form.Filled();
        }

        for (long j = 0; j < product.Columns; j += packedColumns)
        {
            for (long i = 0; i < product.Rows; i += packedRows)
            {
                var part = product;
                part.Rows = Math.Min(packedRows, product.Rows - i);
                part.Columns = Math.Min(packedColumns, product.Columns - j);
                part.A += i * product.ARow;
                part.B += j * product.BColumn;
                part.C += i * product.CRow + j;
                if (part.Bias != null) part.Bias = (T*)part.Bias + j;
                RunPart(part, packedInner, keeps ? (T*)form.Pointer + j * inner : null);
            }
        }
    }

    /// <summary>The length of the sums, in whole blocks, whose packs stay in a third-level cache until they have been used.</summary>
    private static long CachedInner(long lanes)
    {
        long block = BlockSizes.MostInner<T>();
        return Math.Clamp(CachedBytes / sizeof(T) / lanes / block * block, block, MostInner);
    }

    /// <summary>A product whose packs fit into memory set aside for them.</summary>
    /// <param name="product">The product.</param>
    /// <param name="packedInner">The length of the sums that are packed at once.</param>
    /// <param name="kept">The panels of B, each for whole sums; null where they are not kept.</param>
    private static void RunPart(in MatrixProduct<TStore> product, long packedInner, T* kept)
    {
        const int stripRows = Tiles<V, T>.StripRows;
        int panelColumns = Tiles<V, T>.PanelColumns;
        var chunks = new ProductChunks { Product = product, Kept = kept };
        chunks.Step = BlockSizes.Inner<T>(packedInner);
        chunks.Strips = BlockSizes.Parts(product.Rows, stripRows);
        chunks.Panels = BlockSizes.Parts(product.Columns, panelColumns);
        chunks.PacksB = kept == null && (typeof(TStore) != typeof(T) || product.BColumn != 1 || chunks.Strips > FewStrips);
        chunks.PacksRows = !Tiles<V, T>.HasFewRegisters && (chunks.PacksB || kept != null) && chunks.Strips >= ManyStrips && product.Columns * packedInner * sizeof(T) <= SmallBytes;
        (chunks.ChunkRows, chunks.ChunkColumns) = chunks.PacksRows
            ? (BlockSizes.ChunkRows(product.Rows, product.Columns, packedInner, stripRows), product.Columns)
            : BlockSizes.Chunk<T>(product.Rows, product.Columns, packedInner, stripRows, panelColumns, Tiles<V, T>.HasFewRegisters);
        chunks.ColumnChunks = (int)BlockSizes.Parts(product.Columns, chunks.ChunkColumns);
        chunks.BlockChunks = (int)BlockSizes.Parts(product.Rows, chunks.ChunkRows) * chunks.ColumnChunks;
        // With all rows in one chunk, each panel is used by one chunk only: packed there, it is still in a near cache when it is used.
        chunks.PacksPanels = Tiles<V, T>.HasFewRegisters && chunks.PacksB && chunks.BlockChunks == chunks.ColumnChunks;
        long steps = BlockSizes.Parts(packedInner, chunks.Step);
        chunks.Parts = chunks.PacksRows || chunks.BlockChunks * 2 > BlockSizes.EnoughChunks
            ? 1
            : (int)Math.Min(steps, BlockSizes.EnoughChunks / chunks.BlockChunks);
        bool direct = chunks.Parts == 1 && typeof(TStore) == typeof(T);

        long sizeOfA = chunks.PacksRows ? 0 : Aligned(chunks.Strips * stripRows * packedInner);
        long sizeOfB = chunks.PacksPanels || kept != null ? 0 : Aligned((chunks.PacksB ? chunks.Panels : 1) * panelColumns * packedInner);
        long sizeOfSums = direct ? 0 : chunks.Parts * product.Rows * product.Columns;
        using var scratch = Scratch.Take((sizeOfA + sizeOfB + sizeOfSums) * sizeof(T));
        chunks.PackedA = (T*)scratch.Pointer;
        chunks.PackedB = chunks.PackedA + sizeOfA;
        chunks.Sums = direct ? (T*)product.C : chunks.PackedB + sizeOfB;
        chunks.SumsRow = direct ? product.CRow : product.Columns;
        chunks.Accumulate = direct && product.Accumulate;
        chunks.Finishes = direct;

        long first = 0;
        do
        {
            chunks.First = first;
            chunks.Length = Math.Min(packedInner, product.Inner - first);
            Pack(chunks);
            chunks.Multiply();
            first += packedInner;
            chunks.Accumulate = true;
        }
        while (first < product.Inner);

        if (!direct)
        {
            var finish = new FinishChunks { Product = product, Sums = chunks.Sums, Parts = chunks.Parts };
            double elements = (double)product.Rows * product.Columns * chunks.Parts;
            finish.RowsOfChunk = Math.Max(1, 16384 / product.Columns);
            Workers.For((int)BlockSizes.Parts(product.Rows, finish.RowsOfChunk), elements * 0.3, ref finish);
        }
    }

    /// <summary>Packs the range of the sums that <paramref name="chunks"/> is at.</summary>
    private static void Pack(in ProductChunks chunks)
    {
        int panelColumns = Tiles<V, T>.PanelColumns;
        var pack = new PackChunks { Product = chunks };
        pack.StripsOfChunk = Math.Max(1, 16384 / (Tiles<V, T>.StripRows * chunks.Step));
        pack.PanelsOfChunk = Math.Max(1, 32768 / (panelColumns * chunks.Step));
        pack.ChunksOfA = chunks.PacksRows ? 0 : (int)BlockSizes.Parts(chunks.Strips, pack.StripsOfChunk);
        pack.FirstPanel = chunks.PacksPanels || chunks.Kept != null ? chunks.Panels : chunks.PacksB ? 0 : chunks.Product.Columns / panelColumns;
        pack.ChunksOfB = (int)BlockSizes.Parts(chunks.Panels - pack.FirstPanel, pack.PanelsOfChunk);
        int steps = (int)Math.Max(1, BlockSizes.Parts(chunks.Length, chunks.Step));
        double elements = (double)chunks.Length * ((chunks.PacksRows ? 0 : chunks.Product.Rows) + (chunks.PacksB && !chunks.PacksPanels ? chunks.Product.Columns : 0));
        Workers.For(steps * (pack.ChunksOfA + pack.ChunksOfB), elements * 0.4, ref pack);
    }

    /// <summary>Packing of a B that is kept: a panel, for whole sums.</summary>
    private struct KeepChunks : IChunks
    {
        /// <summary>What is packed.</summary>
        public MatrixProduct<TStore> Product;

        /// <summary>Where it goes.</summary>
        public T* Panels;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Run(int chunk)
        {
            int panelColumns = Tiles<V, T>.PanelColumns;
            long j = (long)chunk * panelColumns;
            Packing<TStore, T>.Strip(
                Product.B + j * Product.BColumn, Product.BColumn, Product.BRow, (int)Math.Min(panelColumns, Product.Columns - j), Product.Inner, Panels + j * Product.Inner, panelColumns);
        }
    }

    /// <summary>Rounded up to whole cache lines.</summary>
    private static long Aligned(long elements) => (elements + 63) & -64;

    /// <summary>Packing: some strips or panels, over one block of the sums.</summary>
    private struct PackChunks : IChunks
    {
        /// <summary>What is packed.</summary>
        public ProductChunks Product;

        /// <summary>Strips of A in a chunk.</summary>
        public long StripsOfChunk;

        /// <summary>Panels of B in a chunk.</summary>
        public long PanelsOfChunk;

        /// <summary>Chunks of a block that pack A; the others pack B.</summary>
        public int ChunksOfA;

        /// <summary>Chunks of a block that pack B.</summary>
        public int ChunksOfB;

        private const long RowsAtOnce = 32;

        /// <summary>The first panel of B to pack: the others stay in place.</summary>
        public long FirstPanel;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk)
        {
            const int stripRows = Tiles<V, T>.StripRows;
            int panelColumns = Tiles<V, T>.PanelColumns;
            ref readonly var product = ref Product.Product;
            int step = chunk / (ChunksOfA + ChunksOfB), piece = chunk % (ChunksOfA + ChunksOfB);
            long p = step * Product.Step, length = Math.Min(Product.Step, Product.Length - p);
            if (piece < ChunksOfA)
            {
                long strip = piece * StripsOfChunk, row = strip * stripRows;
                Packing<TStore, T>.Strips(
                    product.A + row * product.ARow + (Product.First + p) * product.AColumn, product.ARow, product.AColumn,
                    Math.Min(StripsOfChunk * stripRows, product.Rows - row), length, Product.StripOfA(strip, p, length), stripRows);
                return;
            }
            piece -= ChunksOfA;
            long endPanel = Math.Min(FirstPanel + (piece + 1) * PanelsOfChunk, Product.Panels);
            // Rows of several panels lie side by side: taken some at a time, a page is walked to once for all of them.
            long rowsAtOnce = product.BColumn == 1 ? RowsAtOnce : length;
            for (long q = 0; q < length; q += rowsAtOnce)
            {
                for (long j = FirstPanel + piece * PanelsOfChunk; j < endPanel; j++)
                {
                    Packing<TStore, T>.Strip(
                        product.B + j * panelColumns * product.BColumn + (Product.First + p + q) * product.BRow, product.BColumn, product.BRow,
                        (int)Math.Min(panelColumns, product.Columns - j * panelColumns), Math.Min(rowsAtOnce, length - q),
                        Product.PanelOfB(j, p, length) + q * panelColumns, panelColumns);
                }
            }
        }
    }

    /// <summary>Blocks of C, each for one part of the sums.</summary>
    private struct ProductChunks : IChunks
    {
        /// <summary>The product.</summary>
        public MatrixProduct<TStore> Product;

        /// <summary>Where the results go: C itself, or one matrix for each part.</summary>
        public T* Sums;

        /// <summary>Distance of rows of <see cref="Sums"/>.</summary>
        public long SumsRow;

        /// <summary>Whether <see cref="Sums"/> is C, which is finished with the last of the sums.</summary>
        public bool Finishes;

        /// <summary>Whether <see cref="Sums"/> holds something to add to.</summary>
        public bool Accumulate;

        /// <summary>Packed A: for each block of the sums all strips.</summary>
        public T* PackedA;

        /// <summary>Packed B: for each block of the sums all panels, or only the last one.</summary>
        public T* PackedB;

        /// <summary>The panels of B, each for whole sums; null where they are not kept.</summary>
        public T* Kept;

        /// <summary>Whether all of B is packed, or only a last panel that is not whole.</summary>
        public bool PacksB;

        /// <summary>Whether each chunk packs its own panels of B.</summary>
        public bool PacksPanels;

        /// <summary>Whether each chunk packs its own rows of A.</summary>
        public bool PacksRows;

        /// <summary>Strips of A.</summary>
        public long Strips;

        /// <summary>Panels of B.</summary>
        public long Panels;

        /// <summary>Length of a block of the sums.</summary>
        public long Step;

        /// <summary>Where the packed range of the sums begins.</summary>
        public long First;

        /// <summary>Length of the packed range.</summary>
        public long Length;

        /// <summary>Rows of a chunk.</summary>
        public long ChunkRows;

        /// <summary>Columns of a chunk.</summary>
        public long ChunkColumns;

        /// <summary>Chunks side by side.</summary>
        public int ColumnChunks;

        /// <summary>Chunks of one part.</summary>
        public int BlockChunks;

        /// <summary>Into how many parts the sums are cut.</summary>
        public int Parts;

        /// <summary>A packed strip.</summary>
        public readonly T* StripOfA(long strip, long p, long length) =>
            PackedA + p * Strips * Tiles<V, T>.StripRows + strip * Tiles<V, T>.StripRows * length;

        /// <summary>A packed panel.</summary>
        public readonly T* PanelOfB(long panel, long p, long length) =>
            PackedB + (PacksB ? p * Panels + panel * length : p) * Tiles<V, T>.PanelColumns;

        /// <summary>All chunks of the packed range.</summary>
        public void Multiply() =>
            Workers.For(Parts * BlockChunks, BlockSizes.Work<T>(Product.Rows, Product.Columns, Length), ref this);

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk)
        {
            const int stripRows = Tiles<V, T>.StripRows;
            int panelColumns = Tiles<V, T>.PanelColumns;
            int part = chunk / BlockChunks, block = chunk % BlockChunks;
            long i = block / ColumnChunks * ChunkRows, j = block % ColumnChunks * ChunkColumns;
            long rows = Math.Min(ChunkRows, Product.Rows - i), columns = Math.Min(ChunkColumns, Product.Columns - j);
            long steps = Math.Max(1, BlockSizes.Parts(Length, Step));
            var c = Sums + part * Product.Rows * SumsRow + i * SumsRow + j;
            // With the last of the sums: those of the last part, where there are several.
            var bias = Product.Bias == null || First + Length < Product.Inner ? null : (T*)Product.Bias + j;

            long packed = PacksRows ? BlockSizes.Parts(rows, stripRows) * stripRows : PacksPanels ? BlockSizes.Parts(columns, panelColumns) * panelColumns : 0;
            using var scratch = Scratch.Take(packed * Step * sizeof(T));
            for (long step = steps * part / Parts; step < steps * (part + 1) / Parts; step++)
            {
                long p = step * Step, length = Math.Min(Step, Length - p);
                LeftStrips<T> left;
                if (PacksRows)
                {
                    Packing<TStore, T>.Strips(Product.A + i * Product.ARow + (First + p) * Product.AColumn, Product.ARow, Product.AColumn, rows, length, (T*)scratch.Pointer, stripRows);
                    left = LeftStrips<T>.Packed((T*)scratch.Pointer, length, stripRows);
                }
                else
                    left = LeftStrips<T>.Packed(StripOfA(i / stripRows, p, length), length, stripRows);
                RightPanels<T> right;
                if (PacksPanels)
                {
                    Packing<TStore, T>.Strips(Product.B + j * Product.BColumn + (First + p) * Product.BRow, Product.BColumn, Product.BRow, columns, length, (T*)scratch.Pointer, panelColumns);
                    right = RightPanels<T>.Packed((T*)scratch.Pointer, length, columns, panelColumns);
                }
                else if (Kept != null)
                    right = RightPanels<T>.Packed(Kept + j * Product.Inner + (First + p) * panelColumns, Product.Inner, columns, panelColumns);
                else if (PacksB)
                    right = RightPanels<T>.Packed(PanelOfB(j / panelColumns, p, length), length, columns, panelColumns);
                else
                {
                    var b = (T*)Product.B + (First + p) * Product.BRow + j;
                    right = new(b, Product.BRow, panelColumns, PanelOfB(0, p, length), panelColumns);
                }
                Block<V, T>.Multiply(rows, columns, length, left, right, c, SumsRow, Accumulate || step > steps * part / Parts, step < steps - 1 ? null : bias);
            }
            if (Finishes && First + Length >= Product.Inner)
                Product.Epilogue.Apply((TStore*)c, rows, columns, SumsRow);
        }
    }

    /// <summary>Adds the parts in order, and C where asked for, and rounds once.</summary>
    private struct FinishChunks : IChunks
    {
        /// <summary>The product.</summary>
        public MatrixProduct<TStore> Product;

        /// <summary>One matrix for each part.</summary>
        public T* Sums;

        /// <summary>How many parts there are.</summary>
        public int Parts;

        /// <summary>Rows in a chunk.</summary>
        public long RowsOfChunk;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int chunk)
        {
            long end = Math.Min((chunk + 1) * RowsOfChunk, Product.Rows), columns = Product.Columns;
            for (long i = chunk * RowsOfChunk; i < end; i++)
            {
                var sum = Sums + i * columns;
                for (int part = 1; part < Parts; part++)
                    Rows<V, T>.Add(Sums + (part * Product.Rows + i) * columns, sum, columns);
                StorageType.Finish(sum, Product.C + i * Product.CRow, columns, Product.Accumulate);
            }
            Product.Epilogue.Apply(Product.C + chunk * RowsOfChunk * Product.CRow, end - chunk * RowsOfChunk, columns, Product.CRow);
        }
    }
}

/// <summary>Elementary work on contiguous rows.</summary>
internal static unsafe class Rows<V, T>
    where V : unmanaged, IProductVector<V, T>
    where T : unmanaged, INumberBase<T>
{
    /// <summary>target += source.</summary>
    public static void Add(T* source, T* target, long count)
    {
        long i = 0;
        for (; i + V.Count <= count; i += V.Count)
            (V.Load(target + i) + V.Load(source + i)).Store(target + i);
        for (; i < count; i++)
            target[i] += source[i];
    }
}
