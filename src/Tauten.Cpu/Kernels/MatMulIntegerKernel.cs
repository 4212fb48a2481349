namespace Tauten.Cpu;

/// <summary>
/// Products of matrices of bytes. With AVX-512 an instruction multiplies four unsigned bytes of A by signed ones of B: where a side is of the other kind it is moved by
/// 128, and (a - x)(b + y), summed, is what the instruction gives and y sum(a) - x sum(b) - x y inner, which C begins with. Elsewhere the instructions for bytes
/// would saturate: bytes are widened to 16 bits while they are packed, and multiplied in pairs.
/// </summary>
static unsafe class MatMulIntegerKernel
{
    const uint Shift = 128;

    public static void Run(Ops.MatMulInteger op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        Tensor a = x[0], b = x[1], result = y[0];
        if (result.Shape.ElementCount == 0) return;
        long[] offsetsA = MatMulKernel.Offsets(a, result), offsetsB = MatMulKernel.Offsets(b, result);
        long rows = result.Layout.Sizes[^2], columns = result.Layout.Sizes[^1], inner = a.Layout.Sizes[^1];
        bool aIsSigned = a.DType == DType.Int8, bIsSigned = b.DType == DType.Int8;
        fixed (byte* pa = &a.First(), pb = &b.First(), py = &result.First())
        {
            for (int item = 0; item < offsetsA.Length; item++)
            {
                byte* left = pa + offsetsA[item], right = pb + offsetsB[item];
                uint* c = (uint*)py + item * rows * columns;
                if (CpuInstructions.Level == InstructionLevel.Avx512)
                {
                    Product<V512<uint>, ByteDot512>(
                        new() { Source = left, LaneStride = a.Layout.Strides[^2], InnerStride = a.Layout.Strides[^1], Lanes = rows, Inner = inner, Flips = aIsSigned },
                        new() { Source = right, LaneStride = b.Layout.Strides[^1], InnerStride = b.Layout.Strides[^2], Lanes = columns, Inner = inner, Flips = !bIsSigned, AreSigned = true },
                        c);
                    continue;
                }
                var pairsOfA = new ShortPairs { Source = left, LaneStride = a.Layout.Strides[^2], InnerStride = a.Layout.Strides[^1], Lanes = rows, Inner = inner, AreSigned = aIsSigned };
                var pairsOfB = new ShortPairs { Source = right, LaneStride = b.Layout.Strides[^1], InnerStride = b.Layout.Strides[^2], Lanes = columns, Inner = inner, AreSigned = bIsSigned };
                if (CpuInstructions.Level == InstructionLevel.Avx2) Product<ShortDot256>(pairsOfA, pairsOfB, c);
                else Product<ShortDot128>(pairsOfA, pairsOfB, c);
            }
        }
    }

    static void Product<TDot>(ShortPairs left, ShortPairs right, uint* c) where TDot : unmanaged, IProductVector<TDot, uint>
    {
        long rows = left.Lanes, columns = right.Lanes, pairs = left.Pairs;
        using var scratch = Scratch.Take((rows + columns) * pairs * sizeof(uint));
        var a = (uint*)scratch.Pointer;
        var b = a + rows * pairs;
        left.Convert(a);
        right.Convert(b);
        Product<TDot>(rows, columns, pairs, a, left.ResultLane, left.ResultInner, b, right.ResultLane, right.ResultInner, c, accumulate: false);
    }

    static void Product<V, TDot>(FourBytes left, FourBytes right, uint* c)
        where V : unmanaged, ISimd<V, uint>
        where TDot : unmanaged, IProductVector<TDot, uint>
    {
        long rows = left.Lanes, columns = right.Lanes, fours = left.Fours;
        using var scratch = Scratch.Take((rows * fours + columns * fours + rows + columns) * sizeof(uint));
        var a = (uint*)scratch.Pointer;
        var b = a + rows * fours;
        uint* sumsOfA = right.Flips ? b + columns * fours : null, sumsOfB = left.Flips ? b + columns * fours + rows : null;
        left.Convert<V>(a, sumsOfA);
        right.Convert<V>(b, sumsOfB);
        bool accumulate = left.Flips || right.Flips;
        if (accumulate)
        {
            uint both = left.Flips && right.Flips ? Shift * Shift * (uint)left.Inner : 0;
            var start = new StartChunks { SumsOfA = sumsOfA, SumsOfB = sumsOfB, Both = both, C = c, Columns = columns, Rows = rows, RowsOfChunk = Math.Max(1, 16384 / columns) };
            Workers.For((int)BlockSizes.Parts(rows, start.RowsOfChunk), (double)rows * columns * 0.2, ref start);
        }
        Product<TDot>(rows, columns, fours, a, left.ResultLane, left.ResultInner, b, right.ResultLane, right.ResultInner, c, accumulate);
    }

    /// <summary>The product of operands whose bytes have been put together to elements.</summary>
    static void Product<TDot>(long rows, long columns, long inner, uint* a, long aLane, long aInner, uint* b, long bLane, long bInner, uint* c, bool accumulate)
        where TDot : unmanaged, IProductVector<TDot, uint> => SharedProduct<uint, uint, TDot>.Run(new()
        {
            Rows = rows,
            Columns = columns,
            Inner = inner,
            A = a,
            ARow = aLane,
            AColumn = aInner,
            B = b,
            BRow = bInner,
            BColumn = bLane,
            C = c,
            CRow = columns,
            Accumulate = accumulate,
            Batch = 1,
        });

    /// <summary>What the sums begin with.</summary>
    struct StartChunks : IChunks
    {
        public uint* SumsOfA, SumsOfB, C;
        public uint Both;
        public long Rows, Columns, RowsOfChunk;

        public readonly void Run(int chunk)
        {
            long end = Math.Min((chunk + 1) * RowsOfChunk, Rows);
            for (long i = chunk * RowsOfChunk; i < end; i++)
            {
                uint start = (SumsOfA is null ? 0 : Shift * SumsOfA[i]) - Both;
                var row = new Span<uint>(C + i * Columns, (int)Columns);
                if (SumsOfB is null) row.Fill(start);
                else for (int j = 0; j < row.Length; j++) row[j] = start - Shift * SumsOfB[j];
            }
        }
    }
}
