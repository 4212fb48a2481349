namespace Tauten.Cpu;

/// <summary>The matrix product, and that of a linear layer with its bias: from tensors with any strides to the packed product.</summary>
static unsafe class MatMulKernel
{
    public static void Run(Ops.MatMul op, ReadOnlySpan<Tensor> x, Tensor y, void* loop) => Run(x[0], x[1], null, y, loop);

    public static void Linear(Ops.Linear op, ReadOnlySpan<Tensor> x, Tensor y, void* loop)
    {
        if (x.Length == 2)
        {
            Run(x[0], x[1], null, y, loop, transposed: true);
            return;
        }
        using var bias = Wide.Input(x[2]);
        fixed (byte* pb = &bias.Tensor.First()) Run(x[0], x[1], pb, y, loop, transposed: true);
    }

    /// <summary>y = a b, or a b + bias, with the bias in the type of the sums, and a <see cref="FusedLoop"/> over the results.</summary>
    static void Run(Tensor a, Tensor b, void* bias, Tensor y, void* loop, bool transposed = false)
    {
        switch (y.DType)
        {
            case DType.Float32: Multiply(a, b, bias, y, FusedLoop.Behind<float>(loop), transposed); break;
            case DType.Float64: Multiply(a, b, bias, y, FusedLoop.Behind<double>(loop), transposed); break;
            case DType.Float16: Multiply<Half>(a, b, bias, y, default, transposed); break;
            case DType.BFloat16: Multiply<BFloat16>(a, b, bias, y, default, transposed); break;
            case DType.Int8 or DType.UInt8: Multiply<byte>(a, b, bias, y, default, transposed); break;
            case DType.Int16 or DType.UInt16: Multiply<ushort>(a, b, bias, y, default, transposed); break;
            case DType.Int32 or DType.UInt32: Multiply<uint>(a, b, bias, y, default, transposed); break;
            default: Multiply<ulong>(a, b, bias, y, default, transposed); break;
        }
    }

    /// <summary>The product; <paramref name="transposed"/> where the right matrices are [..., columns, inner]. A vector is one row.</summary>
    static void Multiply<T>(Tensor a, Tensor b, void* bias, Tensor y, ProductEpilogue<T> epilogue, bool transposed = false) where T : unmanaged
    {
        bool single = y.Rank == 1;
        long batch = 1;
        for (int i = 0; i < y.Rank - 2; i++) batch *= y.Layout.Sizes[i];
        fixed (byte* pa = &a.First(), pb = &b.First(), py = &y.First())
        {
            var right = KernelWeight<T>.Of(b, (T*)pb);
            var product = new MatrixProduct<T>
            {
                Rows = single ? 1 : y.Layout.Sizes[^2],
                Columns = y.Layout.Sizes[^1],
                Inner = a.Layout.Sizes[^1],
                A = (T*)pa,
                ARow = single ? a.Layout.Sizes[^1] : a.Layout.Strides[^2],
                AColumn = a.Layout.Strides[^1],
                B = right.First,
                Forms = right.Forms,
                BStart = right.Start,
                BRow = b.Layout.Strides[transposed ? ^1 : ^2],
                BColumn = b.Layout.Strides[transposed ? ^2 : ^1],
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
            using var offsets = Scratch.Take(3 * batch * sizeof(long));
            var of = (long*)offsets.Pointer;
            product.AOffsets = of;
            product.BOffsets = of + batch;
            product.COffsets = of + 2 * batch;
            Offsets(a, y, new(product.AOffsets, product.Batch));
            Offsets(b, y, new(product.BOffsets, product.Batch));
            Offsets(y, y, new(product.COffsets, product.Batch));
            Contraction.Multiply(product);
        }
    }

    /// <summary>Where each matrix of the broadcast batch begins.</summary>
    public static long[] Offsets(Tensor x, Tensor y)
    {
        long batch = 1;
        for (int i = 0; i < y.Rank - 2; i++) batch *= y.Layout.Sizes[i];
        var offsets = new long[batch];
        Offsets(x, y, offsets);
        return offsets;
    }

    static void Offsets(Tensor x, Tensor y, Span<long> offsets)
    {
        int lead = y.Rank - 2, extra = y.Rank - x.Rank;
        for (int k = 0; k < offsets.Length; k++)
        {
            long rest = k;
            offsets[k] = 0;
            for (int i = lead - 1; i >= 0; i--)
            {
                long at = rest % y.Layout.Sizes[i];
                rest /= y.Layout.Sizes[i];
                if (i >= extra && x.Layout.Sizes[i - extra] != 1) offsets[k] += at * x.Layout.Strides[i - extra];
            }
        }
    }
}
