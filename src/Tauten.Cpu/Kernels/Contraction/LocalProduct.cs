using System.Numerics;
using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>
/// Matrix products that one thread does alone, packing only what pays: A stays in place when B has few panels, B when A has few strips and
/// the rows of B are contiguous. For small products, and for batches whose every product fits into a core's caches.
/// </summary>
internal static unsafe class LocalProduct<TStore, T, V>
    where TStore : unmanaged
    where T : unmanaged, INumberBase<T>
    where V : unmanaged, ISimd<V, T>
{
    /// <summary>Products of up to this many multiplications are over before other threads would be awake.</summary>
    private const double SmallWork = 96.0 * 96 * 96;

    /// <summary>What the packed operands of one product of a batch may take: most of a second-level cache.</summary>
    private const double BatchItemBytes = 1 << 20;

    /// <summary>Fewer products than this are better done one after the other, each by all threads.</summary>
    private const int LeastBatch = 8;

    /// <summary>Whether a product is small.</summary>
    public static bool Suits(in MatrixProduct<TStore> product) =>
        (double)product.Rows * product.Columns * product.Inner <= SmallWork;

    /// <summary>Whether each product of a batch should go to one thread.</summary>
    public static bool SuitsBatch(in MatrixProduct<TStore> product) =>
        Suits(product)
        || (product.Batch >= LeastBatch && ((double)product.Rows + product.Columns) * product.Inner * sizeof(T) <= BatchItemBytes);

    /// <summary>All products of a batch, in chunks of a few.</summary>
    public static void RunBatch(in MatrixProduct<TStore> product)
    {
        double work = Math.Max(BlockSizes.Work<T>(product.Rows, product.Columns, product.Inner), 50);
        int itemsOfChunk = (int)Math.Clamp(4000 / work, 1, product.Batch);
        var chunks = new BatchChunks { Product = product, ItemsOfChunk = itemsOfChunk };
        Workers.For((product.Batch + itemsOfChunk - 1) / itemsOfChunk, work * product.Batch, ref chunks);
    }

    /// <summary>One product.</summary>
    public static void Run(in MatrixProduct<TStore> product)
    {
        if (typeof(TStore) == typeof(T))
        {
            Multiply(product, (T*)product.C, product.CRow, product.Accumulate);
            product.Epilogue.Apply(product.C, product.Rows, product.Columns, product.CRow);
            return;
        }
        using var scratch = Scratch.Take(product.Rows * product.Columns * sizeof(T));
        var sums = (T*)scratch.Pointer;
        Multiply(product, sums, product.Columns, false);
        for (long i = 0; i < product.Rows; i++)
            StorageType.Finish(sums + i * product.Columns, product.C + i * product.CRow, product.Columns, product.Accumulate);
        product.Epilogue.Apply(product.C, product.Rows, product.Columns, product.CRow);
    }

    /// <summary>The product, with its result in the type it is computed in.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(in MatrixProduct<TStore> product, T* c, long cRow, bool accumulate)
    {
        const int stripRows = Tiles<V, T>.StripRows;
        int panelColumns = Tiles<V, T>.PanelColumns;
        var (rows, columns, inner) = (product.Rows, product.Columns, product.Inner);
        bool inPlace = typeof(TStore) == typeof(T);
        bool packA = !inPlace || columns > 4 * panelColumns;
        bool packB = !inPlace || product.BColumn != 1 || rows > 4 * stripRows;
        long step = BlockSizes.Inner<T>(inner);
        long strips = (rows + stripRows - 1) / stripRows;
        long panels = (columns + panelColumns - 1) / panelColumns;
        long tail = columns % panelColumns;

        long sizeOfA = packA ? strips * stripRows * step : 0;
        long sizeOfB = packB ? panels * panelColumns * step : tail > 0 ? panelColumns * step : 0;
        using var scratch = Scratch.Take((sizeOfA + sizeOfB) * sizeof(T) + Scratch.Alignment);
        var packedB = (T*)scratch.Pointer;
        var packedA = (T*)(scratch.Pointer + ((sizeOfB * sizeof(T) + Scratch.Alignment - 1) & -Scratch.Alignment));

        long p = 0;
        do
        {
            long length = Math.Min(step, inner - p);
            var a = product.A + p * product.AColumn;
            var b = product.B + p * product.BRow;
            if (packA)
                Packing<TStore, T>.Strips(a, product.ARow, product.AColumn, rows, length, packedA, stripRows);
            long packed = packB ? 0 : columns / panelColumns * panelColumns;
            Packing<TStore, T>.Strips(b + packed * product.BColumn, product.BColumn, product.BRow, columns - packed, length, packedB, panelColumns);
            var left = packA
                ? LeftStrips<T>.Packed(packedA, length, stripRows)
                : LeftStrips<T>.InPlace((T*)a, product.ARow, product.AColumn, stripRows);
            var right = packB
                ? RightPanels<T>.Packed(packedB, length, columns, panelColumns)
                : new RightPanels<T>((T*)b, product.BRow, panelColumns, packedB, panelColumns);
            Block<V, T>.Multiply(rows, columns, length, left, right, c, cRow, accumulate || p > 0, p + length < inner ? null : (T*)product.Bias);
            p += length;
        }
        while (p < inner);
    }

    /// <summary>Groups of consecutive products.</summary>
    private struct BatchChunks : IChunks
    {
        /// <summary>The batch.</summary>
        public MatrixProduct<TStore> Product;

        /// <summary>Products in a chunk.</summary>
        public int ItemsOfChunk;

        /// <inheritdoc/>
        public void Run(int chunk)
        {
            int end = Math.Min((chunk + 1) * ItemsOfChunk, Product.Batch);
            for (int item = chunk * ItemsOfChunk; item < end; item++)
            {
                var product = Product.Item(item);
                if (VectorProduct<TStore, T, V>.Suits(product))
                    VectorProduct<TStore, T, V>.Run(product);
                else
                    LocalProduct<TStore, T, V>.Run(product);
            }
        }
    }
}
