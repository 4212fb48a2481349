using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>Zeros in the shape of another tensor, and in its dtype unless one is given.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.ZerosLike(Tensor.From([1, 2, 3])));    // [0, 0, 0]
    /// </code></example>
    public static Tensor ZerosLike(Tensor like, DType? dtype = null, bool requiresGrad = false) => FullLike(like, 0, dtype, requiresGrad);

    /// <summary>Ones in the shape of another tensor, and in its dtype unless one is given.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.OnesLike(Tensor.From([1, 2, 3])));    // [1, 1, 1]
    /// </code></example>
    public static Tensor OnesLike(Tensor like, DType? dtype = null, bool requiresGrad = false) => FullLike(like, 1, dtype, requiresGrad);

    /// <summary>One value in the shape of another tensor, and in its dtype unless one is given.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.FullLike(Tensor.From([1, 2, 3]), 0.5, DType.Float32));    // [0.5000, 0.5000, 0.5000]
    /// </code></example>
    /// <exception cref="DTypeException">The value is not a number of the dtype, such as 0.5 as an int32.</exception>
    public static Tensor FullLike(Tensor like, double value, DType? dtype = null, bool requiresGrad = false) => Full(like.Shape, value, dtype ?? like.DType, requiresGrad);

    /// <summary>Random numbers evenly spread in [0, 1), in the shape of another tensor, and in its dtype unless one is given.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.RandLike(Tensor.Zeros([2, 3])).Shape);    // [2, 3]
    /// </code></example>
    public static Tensor RandLike(Tensor like, DType? dtype = null, Generator? generator = null, bool requiresGrad = false) => Rand(like.Shape, dtype ?? like.DType, generator, requiresGrad);

    /// <summary>Random numbers from the standard normal distribution, in the shape of another tensor, and in its dtype unless one is given.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.RandnLike(Tensor.Zeros([2, 3]), generator: new Generator(1)).DType);    // Float32
    /// </code></example>
    public static Tensor RandnLike(Tensor like, DType? dtype = null, Generator? generator = null, bool requiresGrad = false) => Randn(like.Shape, dtype ?? like.DType, generator, requiresGrad);

    /// <summary>Random integers from <paramref name="low"/> up to but not including <paramref name="high"/>, in the shape of another tensor, and in its dtype unless one is given.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.RandIntLike(Tensor.Zeros([4]), 0, 10, generator: new Generator(1)));    // [8, 5, 6, 4]
    /// </code></example>
    /// <exception cref="ShapeException">The range is empty.</exception>
    public static Tensor RandIntLike(Tensor like, long low, long high, DType? dtype = null, Generator? generator = null) => RandInt(low, high, like.Shape, dtype ?? like.DType, generator);

    /// <summary>Zeros in the dtype of this tensor.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2]).NewZeros([3]).DType);    // Int32
    /// </code></example>
    public Tensor NewZeros(Shape shape) => Zeros(shape, DType);

    /// <summary>Ones in the dtype of this tensor.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2]).NewOnes([3]));    // [1, 1, 1]
    /// </code></example>
    public Tensor NewOnes(Shape shape) => Ones(shape, DType);

    /// <summary>One value in the dtype of this tensor.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2]).NewFull([3], 9));    // [9, 9, 9]
    /// </code></example>
    /// <exception cref="DTypeException">The value is not a number of the dtype.</exception>
    public Tensor NewFull(Shape shape, double value) => Full(shape, value, DType);

    /// <summary><paramref name="count"/> powers of <paramref name="base"/>, whose exponents are evenly spaced from <paramref name="start"/> to <paramref name="stop"/>, both included.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Logspace(0, 3, 4));    // [   1,   10,  100, 1000]
    /// Console.WriteLine(Tensor.Logspace(0, 3, 4, @base: 2));    // [1, 2, 4, 8]
    /// </code></example>
    /// <exception cref="ShapeException">The count is negative.</exception>
    public static Tensor Logspace(double start, double stop, long count, double @base = 10, DType dtype = DType.Float32)
    {
        if (count < 0) throw new ShapeException($"Logspace: the count must not be negative. Received: {count}.");
        return Scalar(@base, DType.Float64).Pow(Linspace(start, stop, count, DType.Float64)).To(dtype);
    }
}
