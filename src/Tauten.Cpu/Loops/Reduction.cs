namespace Tauten.Cpu;

/// <summary>
/// Reductions over any set of axes of a strided input. The result is contiguous in the axes that stay. Sums of floats are accumulated in blocks
/// that are joined in a tree, so that the error grows with the logarithm of the length; the 16-bit types are accumulated in float.
/// </summary>
internal static unsafe class Reduction
{
    /// <summary>Reduces with <typeparamref name="R"/>.</summary>
    /// <param name="dtype">The type of x. The result has the same, except that <see cref="Functions.Sum"/> and <see cref="Functions.Prod"/> of integers and booleans give Int64.</param>
    /// <param name="shape">The sizes of x.</param>
    /// <param name="x">The input.</param>
    /// <param name="xStrides">Its strides in elements.</param>
    /// <param name="reduced">For each axis whether it is reduced.</param>
    /// <param name="y">The result. Where nothing is joined it is the value that changes nothing: 0, 1, -infinity, ...</param>
    public static void Run<R>(DType dtype, ReadOnlySpan<long> shape, void* x, ReadOnlySpan<long> xStrides, ReadOnlySpan<bool> reduced, void* y)
        where R : struct, IReduction
    {
        var loop = new ReductionLoop { X = (byte*)x, Y = (byte*)y, Size = dtype.Size() };
        if (dtype is DType.Float16 or DType.BFloat16)
        {
            loop.Kernel = ReductionKernel.Of<R, float>();
            loop.Widen.First = dtype == DType.Float16 ? &HalfPrecision.WidenHalf : &HalfPrecision.WidenBrain;
            loop.Narrow = dtype == DType.Float16 ? &HalfPrecision.NarrowHalf : &HalfPrecision.NarrowBrain;
            loop.ResultSize = 2;
        }
        else if (R.WidensIntegers && !dtype.IsFloating())
        {
            loop.Kernel = ReductionKernel.Of<R, long>();
            if (dtype is not (DType.Int64 or DType.UInt64)) loop.Widen = Conversion.Between(dtype, DType.Int64);
            loop.ResultSize = 8;
        }
        else
        {
            loop.Kernel = Native<R>(dtype);
            loop.ResultSize = loop.Size;
        }
        loop.Execute(shape, xStrides, reduced);
    }

    /// <summary>The kernel on the type as it is. What is always widened is not even compiled for the narrow types.</summary>
    public static ReductionKernel Native<R>(DType dtype) where R : struct, IReduction
    {
        if (dtype == DType.Float32) return ReductionKernel.Of<R, float>();
        if (dtype == DType.Float64) return ReductionKernel.Of<R, double>();
        if (R.WidensIntegers) return ReductionKernel.Of<R, long>();
        return dtype switch
        {
            DType.Int8 => ReductionKernel.Of<R, sbyte>(),
            DType.Int16 => ReductionKernel.Of<R, short>(),
            DType.UInt16 => ReductionKernel.Of<R, ushort>(),
            DType.Int32 => ReductionKernel.Of<R, int>(),
            DType.UInt32 => ReductionKernel.Of<R, uint>(),
            DType.Int64 => ReductionKernel.Of<R, long>(),
            DType.UInt64 => ReductionKernel.Of<R, ulong>(),
            _ => ReductionKernel.Of<R, byte>(),
        };
    }
}
