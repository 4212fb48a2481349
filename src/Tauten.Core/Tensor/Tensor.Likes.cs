using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>Zeros in the shape of another tensor, and in its dtype unless one is given.</summary>
    public static Tensor ZerosLike(Tensor like, DType? dtype = null, bool requiresGrad = false) => FullLike(like, 0, dtype, requiresGrad);

    /// <summary>Ones in the shape of another tensor, and in its dtype unless one is given.</summary>
    public static Tensor OnesLike(Tensor like, DType? dtype = null, bool requiresGrad = false) => FullLike(like, 1, dtype, requiresGrad);

    /// <summary>One value in the shape of another tensor, and in its dtype unless one is given.</summary>
    /// <exception cref="DTypeException">The value is not a number of the dtype, such as 0.5 as an int32.</exception>
    public static Tensor FullLike(Tensor like, double value, DType? dtype = null, bool requiresGrad = false) => Full(like.Shape, value, dtype ?? like.DType, requiresGrad);

    /// <summary>Random numbers evenly spread in [0, 1), in the shape of another tensor, and in its dtype unless one is given.</summary>
    public static Tensor RandLike(Tensor like, DType? dtype = null, Generator? generator = null, bool requiresGrad = false) => Rand(like.Shape, dtype ?? like.DType, generator, requiresGrad);

    /// <summary>Random numbers from the standard normal distribution, in the shape of another tensor, and in its dtype unless one is given.</summary>
    public static Tensor RandnLike(Tensor like, DType? dtype = null, Generator? generator = null, bool requiresGrad = false) => Randn(like.Shape, dtype ?? like.DType, generator, requiresGrad);

    /// <summary>Random integers from <paramref name="low"/> up to but not including <paramref name="high"/>, in the shape of another tensor, and in its dtype unless one is given.</summary>
    /// <exception cref="ShapeException">The range is empty.</exception>
    public static Tensor RandIntLike(Tensor like, long low, long high, DType? dtype = null, Generator? generator = null) => RandInt(low, high, like.Shape, dtype ?? like.DType, generator);

    /// <summary>Zeros in the dtype of this tensor.</summary>
    public Tensor NewZeros(Shape shape) => Zeros(shape, DType);

    /// <summary>Ones in the dtype of this tensor.</summary>
    public Tensor NewOnes(Shape shape) => Ones(shape, DType);

    /// <summary>One value in the dtype of this tensor.</summary>
    /// <exception cref="DTypeException">The value is not a number of the dtype.</exception>
    public Tensor NewFull(Shape shape, double value) => Full(shape, value, DType);

    /// <summary><paramref name="count"/> powers of <paramref name="base"/>, whose exponents are evenly spaced from <paramref name="start"/> to <paramref name="stop"/>, both included.</summary>
    /// <exception cref="ShapeException">The count is negative.</exception>
    /// <example><code>
    /// var rates = Tensor.Logspace(-5, -1, 5);    // 1e-5, 1e-4, 0.001, 0.01, 0.1
    /// </code></example>
    public static Tensor Logspace(double start, double stop, long count, double @base = 10, DType dtype = DType.Float32)
    {
        if (count < 0) throw new ShapeException($"Logspace: the count must not be negative. Received: {count}.");
        return Scalar(@base, DType.Float64).Pow(Linspace(start, stop, count, DType.Float64)).To(dtype);
    }
}
