namespace Tauten.Cpu;

/// <summary>
/// Fused operations on the rows of a contiguous matrix of Float32 or Float64: softmax and normalization over the last axis.
/// A row is read several times while it is in cache. Results may overwrite the input of the same shape.
/// </summary>
internal static unsafe class Rows
{
    /// <summary>exp(x - max) / sum(exp(x - max)).</summary>
    public static void Softmax(DType dtype, long rows, long length, void* x, void* y) =>
        Run(dtype, rows, length, RowOperation.Softmax, 1.5, new() { A = (byte*)x, Y = (byte*)y });

    /// <summary>x - max - log(sum(exp(x - max))).</summary>
    public static void LogSoftmax(DType dtype, long rows, long length, void* x, void* y) =>
        Run(dtype, rows, length, RowOperation.LogSoftmax, 1.5, new() { A = (byte*)x, Y = (byte*)y });

    /// <summary>max + log(sum(exp(x - max))), one number per row.</summary>
    public static void LogSumExp(DType dtype, long rows, long length, void* x, void* y) =>
        Run(dtype, rows, length, RowOperation.LogSumExp, 1, new() { A = (byte*)x, Y = (byte*)y });

    /// <summary>gx = y (gy - sum(gy y)).</summary>
    public static void SoftmaxBackward(DType dtype, long rows, long length, void* gy, void* y, void* gx) =>
        Run(dtype, rows, length, RowOperation.SoftmaxBackward, 0.5, new() { A = (byte*)gy, B = (byte*)y, Y = (byte*)gx });

    /// <summary>gx = gy - exp(y) sum(gy), with y the result of <see cref="LogSoftmax"/>.</summary>
    public static void LogSoftmaxBackward(DType dtype, long rows, long length, void* gy, void* y, void* gx) =>
        Run(dtype, rows, length, RowOperation.LogSoftmaxBackward, 1, new() { A = (byte*)gy, B = (byte*)y, Y = (byte*)gx });

    /// <summary>
    /// log(sum(exp(x))) - x[label], one number per row. Labels are Int64; a negative one counts from the end.
    /// Returns the row of the first label that is out of range, having done nothing, or -1.
    /// </summary>
    public static long CrossEntropy(DType dtype, long rows, long length, void* x, long* labels, void* y)
    {
        long bad = FirstOutside(labels, rows, length);
        if (bad < 0) Run(dtype, rows, length, RowOperation.CrossEntropy, 1, new() { A = (byte*)x, B = (byte*)labels, Y = (byte*)y });
        return bad;
    }

    /// <summary>gx = (softmax(x) - [label]) gy, with one gy per row. Labels as in <see cref="CrossEntropy"/>.</summary>
    public static long CrossEntropyBackward(DType dtype, long rows, long length, void* x, long* labels, void* gy, void* gx)
    {
        long bad = FirstOutside(labels, rows, length);
        if (bad < 0)
            Run(dtype, rows, length, RowOperation.CrossEntropyBackward, 1.5, new() { A = (byte*)x, B = (byte*)labels, C = (byte*)gy, Y = (byte*)gx });
        return bad;
    }

    /// <summary>Mean and variance (divided by the length) of each row, in two passes.</summary>
    public static void Moments(DType dtype, long rows, long length, void* x, void* mean, void* variance) =>
        Run(dtype, rows, length, RowOperation.Moments, 0.5, new() { A = (byte*)x, Mean = (byte*)mean, Scale = (byte*)variance });

    /// <summary>Variances become 1 / sqrt(variance + epsilon), in place.</summary>
    public static void Invert(DType dtype, long rows, double epsilon, void* variance)
    {
        if (dtype == DType.Float64)
            for (long i = 0; i < rows; i++) ((double*)variance)[i] = 1 / Math.Sqrt(((double*)variance)[i] + epsilon);
        else
            for (long i = 0; i < rows; i++) ((float*)variance)[i] = 1 / MathF.Sqrt(((float*)variance)[i] + (float)epsilon);
    }

    /// <summary>
    /// y = (x - mean) rstd gamma + beta, with rstd = 1 / sqrt(variance + epsilon); gamma and beta have the length of a row and may be null.
    /// Writes mean and rstd, one number per row, for the gradient.
    /// </summary>
    public static void LayerNorm(DType dtype, long rows, long length, void* x, void* gamma, void* beta, double epsilon, void* y, void* mean, void* rstd) =>
        Run(dtype, rows, length, RowOperation.LayerNorm, 0.7, new()
        {
            A = (byte*)x, B = (byte*)gamma, C = (byte*)beta, Epsilon = epsilon, Y = (byte*)y, Mean = (byte*)mean, Scale = (byte*)rstd,
        });

    /// <summary>gx = rstd (g - mean(g) - h mean(g h)) with g = gy gamma and h = (x - mean) rstd; gamma may be null.</summary>
    public static void LayerNormBackward(DType dtype, long rows, long length, void* gy, void* x, void* gamma, void* mean, void* rstd, void* gx) =>
        Run(dtype, rows, length, RowOperation.LayerNormBackward, 0.9, new()
        {
            A = (byte*)gy, B = (byte*)gamma, C = (byte*)x, Y = (byte*)gx, Mean = (byte*)mean, Scale = (byte*)rstd,
        });

    /// <summary>The gradients of gamma, the sum over rows of gy (x - mean) rstd, and of beta, the sum of gy.</summary>
    public static void LayerNormBackwardParameters(
        DType dtype, long rows, long length, void* gy, void* x, void* mean, void* rstd, void* gGamma, void* gBeta)
    {
        if (length == 0) return;
        var loop = new RowLoop
        {
            Rows = rows,
            Length = length,
            Data = new() { A = (byte*)gy, C = (byte*)x, Mean = (byte*)mean, Scale = (byte*)rstd, Y = (byte*)gGamma, Y2 = (byte*)gBeta },
            Function = Choose(dtype, RowOperation.LayerNormBackwardParameters),
        };
        loop.ExecuteColumns();
    }

    private static long FirstOutside(long* labels, long rows, long length)
    {
        for (long row = 0; row < rows; row++)
            if (labels[row] < -length || labels[row] >= length) return row;
        return -1;
    }

    private static void Run(DType dtype, long rows, long length, RowOperation operation, double nanoseconds, RowData data)
    {
        if (rows == 0 || length == 0) return;
        var loop = new RowLoop { Rows = rows, Length = length, Data = data, Function = Choose(dtype, operation) };
        loop.Execute(nanoseconds);
    }

    private static delegate*<RowData*, nint, nint, nint, void> Choose(DType dtype, RowOperation operation) => (dtype, CpuInstructions.Level) switch
    {
        (DType.Float32, InstructionLevel.Avx512) => RowLoops<V512<float>, float>.Of(operation),
        (DType.Float32, InstructionLevel.Avx2) => RowLoops<V256<float>, float>.Of(operation),
        (DType.Float32, _) => RowLoops<V128<float>, float>.Of(operation),
        (DType.Float64, InstructionLevel.Avx512) => RowLoops<V512<double>, double>.Of(operation),
        (DType.Float64, InstructionLevel.Avx2) => RowLoops<V256<double>, double>.Of(operation),
        (DType.Float64, _) => RowLoops<V128<double>, double>.Of(operation),
        _ => throw new DTypeException($"Row operations take float32 or float64. Received: {dtype.Name()}."),
    };
}

/// <summary>The operations of <see cref="Rows"/>.</summary>
internal enum RowOperation
{
    /// <summary>See <see cref="Rows.Softmax"/>.</summary>
    Softmax,
    /// <summary>See <see cref="Rows.LogSoftmax"/>.</summary>
    LogSoftmax,
    /// <summary>See <see cref="Rows.LogSumExp"/>.</summary>
    LogSumExp,
    /// <summary>See <see cref="Rows.SoftmaxBackward"/>.</summary>
    SoftmaxBackward,
    /// <summary>See <see cref="Rows.LogSoftmaxBackward"/>.</summary>
    LogSoftmaxBackward,
    /// <summary>See <see cref="Rows.CrossEntropy"/>.</summary>
    CrossEntropy,
    /// <summary>See <see cref="Rows.CrossEntropyBackward"/>.</summary>
    CrossEntropyBackward,
    /// <summary>See <see cref="Rows.Moments"/>.</summary>
    Moments,
    /// <summary>See <see cref="Rows.LayerNorm"/>.</summary>
    LayerNorm,
    /// <summary>See <see cref="Rows.LayerNormBackward"/>.</summary>
    LayerNormBackward,
    /// <summary>See <see cref="Rows.LayerNormBackwardParameters"/>.</summary>
    LayerNormBackwardParameters,
}

/// <summary>The memory of a row operation.</summary>
internal unsafe struct RowData
{
    /// <summary>Inputs.</summary>
    public byte* A, B, C;

    /// <summary>Results.</summary>
    public byte* Y, Y2;

    /// <summary>One number per row: the mean, and the variance or one over its root.</summary>
    public byte* Mean, Scale;

    /// <summary>What is added to a variance.</summary>
    public double Epsilon;

    /// <summary>Rows of the matrix, for loops over columns.</summary>
    public nint Rows;
}

/// <summary>Cuts a matrix into chunks of rows, or of columns.</summary>
internal unsafe struct RowLoop : IChunks
{
    private const long Grain = 16 * 1024;
    private const long ColumnTile = 256;

    /// <summary>The matrix.</summary>
    public long Rows, Length;

    /// <summary>The memory.</summary>
    public RowData Data;

    /// <summary>(data, length, first, end) of rows or columns.</summary>
    public delegate*<RowData*, nint, nint, nint, void> Function;

    private long _perChunk, _total;

    /// <summary>All rows.</summary>
    public void Execute(double nanoseconds)
    {
        _total = Rows;
        _perChunk = Math.Max(1, Grain / Length);
        Launch(Rows * (double)Length * nanoseconds);
    }

    /// <summary>All columns.</summary>
    public void ExecuteColumns()
    {
        _total = Length;
        _perChunk = ColumnTile;
        Data.Rows = (nint)Rows;
        Launch(Rows * (double)Length * 0.5);
    }

    /// <inheritdoc/>
    public void Run(int chunk)
    {
        long first = chunk * _perChunk;
        var data = Data;
        Function(&data, (nint)Length, (nint)first, (nint)Math.Min(first + _perChunk, _total));
    }

    private void Launch(double work)
    {
        int chunks = (int)((_total + _perChunk - 1) / _perChunk);
        if (chunks == 1) Run(0);
        else Workers.For(chunks, work, ref this);
    }
}
