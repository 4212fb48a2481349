namespace Tauten.Cpu;

/// <summary>The matrix product, and that of a linear layer with its bias: from tensors with any strides to the packed product.</summary>
static unsafe class MatMulKernel
{
    public static void Run(Ops.MatMul op, ReadOnlySpan<Tensor> x, Tensor y, void* loop) => Run(x[0], x[1], null, y, loop);

    public static void Linear(Ops.Linear op, ReadOnlySpan<Tensor> x, Tensor y, void* loop)
    {
        bool single = x[0].Rank == 1;
        Tensor a = single ? x[0].Unsqueeze(0) : x[0], to = single ? y.Unsqueeze(0) : y, weight = x[1].TransposeLast();
        if (x.Length == 2)
        {
            Run(a, weight, null, to, loop);
            return;
        }
        using var bias = Wide.Input(x[2]);
        fixed (byte* pb = &bias.Tensor.First()) Run(a, weight, pb, to, loop);
    }

    /// <summary>y = a b, or a b + bias, with the bias in the type of the sums; what <paramref name="epilogue"/> says is done to the results while they are in a cache.</summary>
    /// <param name="a">The left matrices, [..., rows, inner].</param>
    /// <param name="b">The right matrices, [..., inner, columns].</param>
    /// <param name="bias">One number for each column, contiguous; null for none.</param>
    /// <param name="y">The result, contiguous.</param>
    /// <param name="epilogue">Works on elements of the result's type.</param>
    public static void Run<T>(Tensor a, Tensor b, void* bias, Tensor y, ProductEpilogue<T> epilogue) where T : unmanaged => Multiply(a, b, bias, y, epilogue);

    /// <summary>y = a b, or a b + bias, with the bias in the type of the sums, and a <see cref="FusedLoop"/> over the results.</summary>
    static void Run(Tensor a, Tensor b, void* bias, Tensor y, void* loop)
    {
        switch (y.DType)
        {
            case DType.Float32: Multiply(a, b, bias, y, FusedLoop.Behind<float>(loop)); break;
            case DType.Float64: Multiply(a, b, bias, y, FusedLoop.Behind<double>(loop)); break;
            case DType.Float16: Run<Half>(a, b, bias, y); break;
            case DType.BFloat16: Run<BFloat16>(a, b, bias, y); break;
            case DType.Int8 or DType.UInt8: Run<byte>(a, b, bias, y); break;
            case DType.Int16 or DType.UInt16: Run<ushort>(a, b, bias, y); break;
            case DType.Int32 or DType.UInt32: Run<uint>(a, b, bias, y); break;
            default: Run<ulong>(a, b, bias, y); break;
        }
    }

    static void Run<T>(Tensor a, Tensor b, void* bias, Tensor y) where T : unmanaged => Multiply<T>(a, b, bias, y, default);

    static void Multiply<T>(Tensor a, Tensor b, void* bias, Tensor y, ProductEpilogue<T> epilogue) where T : unmanaged
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
                Bias = bias,
                Epilogue = epilogue,
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
