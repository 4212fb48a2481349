namespace Tauten.Cpu;

/// <summary>The matrix product: from tensors with any strides to the packed product.</summary>
static unsafe class MatMulKernel
{
    public static void Run(Ops.MatMul op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        switch (y[0].DType)
        {
            case DType.Float32: Run<float>(x[0], x[1], y[0]); break;
            case DType.Float64: Run<double>(x[0], x[1], y[0]); break;
            case DType.Float16: Run<Half>(x[0], x[1], y[0]); break;
            case DType.BFloat16: Run<BFloat16>(x[0], x[1], y[0]); break;
            case DType.Int8 or DType.UInt8: Run<byte>(x[0], x[1], y[0]); break;
            case DType.Int16 or DType.UInt16: Run<ushort>(x[0], x[1], y[0]); break;
            case DType.Int32 or DType.UInt32: Run<uint>(x[0], x[1], y[0]); break;
            default: Run<ulong>(x[0], x[1], y[0]); break;
        }
    }

    static void Run<T>(Tensor a, Tensor b, Tensor y) where T : unmanaged
    {
        int rank = y.Rank;
        long batch = 1;
        for (int i = 0; i < rank - 2; i++) batch *= y.Layout.Sizes[i];
        fixed (byte* pa = &a.First(), pb = &b.First(), py = &y.First())
        {
            var product = new MatrixProduct<T>
            {
                Rows = y.Layout.Sizes[^2],
                Columns = y.Layout.Sizes[^1],
                Inner = a.Layout.Sizes[^1],
                A = (T*)pa,
                ARow = a.Layout.Strides[^2],
                AColumn = a.Layout.Strides[^1],
                B = (T*)pb,
                BRow = b.Layout.Strides[^2],
                BColumn = b.Layout.Strides[^1],
                C = (T*)py,
                CRow = y.Layout.Sizes[^1],
                Batch = checked((int)batch),
            };
            if (batch == 1)
            {
                Contraction.Multiply(product);
                return;
            }
            long[] offsetsA = Offsets(a, y), offsetsB = Offsets(b, y), offsetsY = Offsets(y, y);
            fixed (long* oa = offsetsA, ob = offsetsB, oy = offsetsY)
            {
                product.AOffsets = oa;
                product.BOffsets = ob;
                product.COffsets = oy;
                Contraction.Multiply(product);
            }
        }
    }

    /// <summary>Where each matrix of the broadcast batch begins.</summary>
    public static long[] Offsets(Tensor x, Tensor y)
    {
        int lead = y.Rank - 2, extra = y.Rank - x.Rank;
        long batch = 1;
        for (int i = 0; i < lead; i++) batch *= y.Layout.Sizes[i];
        var offsets = new long[batch];
        for (long k = 0; k < batch; k++)
        {
            long rest = k;
            for (int i = lead - 1; i >= 0; i--)
            {
                long at = rest % y.Layout.Sizes[i];
                rest /= y.Layout.Sizes[i];
                if (i >= extra && x.Layout.Sizes[i - extra] != 1) offsets[k] += at * x.Layout.Strides[i - extra];
            }
        }
        return offsets;
    }
}
