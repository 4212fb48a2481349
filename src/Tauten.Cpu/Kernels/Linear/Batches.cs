namespace Tauten.Cpu;

/// <summary>Batches of contiguous matrices.</summary>
static unsafe class Batches
{
    public static int Rows(Tensor x) => checked((int)x.Shape[^2].Value);

    public static int Columns(Tensor x) => checked((int)x.Shape[^1].Value);

    /// <summary>The number of matrices.</summary>
    public static int Count(Tensor x)
    {
        long count = 1;
        for (int i = 0; i < x.Rank - 2; i++) count *= x.Shape[i];
        return checked((int)count);
    }

    /// <summary>A contiguous copy in float64 for a kernel to work in.</summary>
    public static Tensor Widened(Tensor x)
    {
        var copy = Tensor.Allocate(x.Backend, new TensorSpec(DType.Float64, x.Shape));
        Round(x, copy);
        return copy;
    }

    /// <summary>Where float64 results go before they are rounded: the output itself where it is float64.</summary>
    public static Tensor Wide(Tensor y) => y.DType == DType.Float64 ? y : Tensor.Allocate(y.Backend, new TensorSpec(DType.Float64, y.Shape));

    /// <summary>Copies results into an output, rounded to its dtype.</summary>
    public static void Round(Tensor x, Tensor y)
    {
        if (ReferenceEquals(x, y) || y.Shape.Count == 0) return;
        if (x.DType == y.DType)
        {
            MovementKernels.CopyTo(x, y);
            return;
        }
        fixed (byte* px = &x.First(), py = &y.First()) Conversion.Run(x.DType, y.DType, x.Layout.Sizes, px, x.Layout.Strides, py);
        GC.KeepAlive(x);
    }

    /// <summary>Throws for the first matrix whose factorization reported something.</summary>
    public static void Check(Ops.Op op, Tensor info, string what)
    {
        fixed (byte* p = &info.First())
        {
            for (int i = 0; i < info.Shape.Count; i++)
                if (((int*)p)[i] is > 0 and int number) throw Failure(op, i, info.Rank, string.Format(System.Globalization.CultureInfo.InvariantCulture, what, number));
        }
    }

    /// <summary>Throws where an iteration did not converge.</summary>
    public static void CheckConverged(Ops.Op op, bool[] failed, Tensor x)
    {
        int which = Array.IndexOf(failed, true);
        if (which >= 0) throw Failure(op, which, x.Rank - 2, "has elements that are not finite, or its iteration does not converge");
    }

    static LinalgException Failure(Ops.Op op, int item, int batchAxes, string what) =>
        new($"{op}: {(batchAxes == 0 ? "the matrix" : $"matrix {item} of the batch")} {what}.");
}
