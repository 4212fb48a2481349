namespace Tauten.Cpu;

/// <summary>
/// Products of matrices of bytes. The instruction multiplies unsigned bytes of A by signed ones of B: where a side is of the other kind it is moved by 128, and
/// (a - x)(b + y), summed, is what the instruction gives and y sum(a) - x sum(b) - x y inner, which C begins with.
/// </summary>
static unsafe class MatMulIntegerKernel
{
    const uint Shift = 128;

    public static void Run(Ops.MatMulInteger op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: Run<V512<uint>, ByteDot512>(x[0], x[1], y[0]); break;
            case InstructionLevel.Avx2: Run<V256<uint>, ByteDot256>(x[0], x[1], y[0]); break;
            default: Run<V128<uint>, ByteDot128>(x[0], x[1], y[0]); break;
        }
    }

    static void Run<V, TDot>(Tensor a, Tensor b, Tensor y)
        where V : unmanaged, ISimd<V, uint>
        where TDot : unmanaged, IProductVector<TDot, uint>
    {
        if (y.Shape.ElementCount == 0) return;
        long[] offsetsA = MatMulKernel.Offsets(a, y), offsetsB = MatMulKernel.Offsets(b, y);
        long rows = y.Layout.Sizes[^2], columns = y.Layout.Sizes[^1], inner = a.Layout.Sizes[^1];
        bool aFlips = a.DType == DType.Int8, bFlips = b.DType == DType.UInt8;
        fixed (byte* pa = &a.First(), pb = &b.First(), py = &y.First())
        {
            for (int item = 0; item < offsetsA.Length; item++)
            {
                Product<V, TDot>(
                    new() { Source = pa + offsetsA[item], LaneStride = a.Layout.Strides[^2], InnerStride = a.Layout.Strides[^1], Lanes = rows, Inner = inner, Flips = aFlips },
                    new() { Source = pb + offsetsB[item], LaneStride = b.Layout.Strides[^1], InnerStride = b.Layout.Strides[^2], Lanes = columns, Inner = inner, Flips = bFlips, AreSigned = true },
                    (uint*)py + item * rows * columns);
            }
        }
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
        SharedProduct<uint, uint, TDot>.Run(new()
        {
            Rows = rows,
            Columns = columns,
            Inner = fours,
            A = a,
            ARow = left.ResultLane,
            AColumn = left.ResultInner,
            B = b,
            BRow = right.ResultInner,
            BColumn = right.ResultLane,
            C = c,
            CRow = columns,
            Accumulate = accumulate,
            Batch = 1,
        });
    }

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
