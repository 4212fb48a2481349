using System.Runtime.InteropServices;
using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>A vector with a copy of <paramref name="values"/>.</summary>
    /// <example><code>
    /// var x = Tensor.From([1f, 2, 3]);
    /// var matrix = Tensor.From(new[,] { { 1, 2 }, { 3, 4 } });
    /// Console.WriteLine(x);    // [1, 2, 3]
    /// Console.WriteLine($"{matrix.DType.Name()}{matrix.Shape}");    // int32[2, 2]
    /// </code></example>
    public static Tensor From<T>(ReadOnlySpan<T> values, bool requiresGrad = false) where T : unmanaged => From(values, Shape.Of(values.Length), requiresGrad);

    /// <summary>A tensor of the given shape with a copy of <paramref name="values"/> in row-major order.</summary>
    /// <exception cref="ShapeException">The number of values is not that of the shape.</exception>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not an element type, or gradients are asked of an integer type.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, Shape shape, bool requiresGrad = false) where T : unmanaged
    {
        var spec = new TensorSpec(DTypes.Of<T>(), shape);
        if (shape.Count != values.Length) throw new ShapeException($"Tensor.From: {values.Length} values do not fill shape {shape}, which has {shape.ElementCount} elements.");
        var result = Allocate(Backends.Default, spec);
        result.Fill(MemoryMarshal.AsBytes(values));
        return requiresGrad ? result.AsLeaf() : result;
    }

    /// <summary>A vector with a copy of <paramref name="values"/>.</summary>
    public static Tensor From<T>(T[] values, bool requiresGrad = false) where T : unmanaged => From((ReadOnlySpan<T>)values, requiresGrad);

    /// <summary>A tensor of the given shape with a copy of <paramref name="values"/> in row-major order.</summary>
    public static Tensor From<T>(T[] values, Shape shape, bool requiresGrad = false) where T : unmanaged => From((ReadOnlySpan<T>)values, shape, requiresGrad);

    /// <summary>A matrix with a copy of <paramref name="values"/>.</summary>
    public static Tensor From<T>(T[,] values, bool requiresGrad = false) where T : unmanaged =>
        From(MemoryMarshal.CreateReadOnlySpan(ref values.Length == 0 ? ref MemoryMarshal.GetReference(Span<T>.Empty) : ref values[0, 0], values.Length), Shape.Of(values.GetLength(0), values.GetLength(1)), requiresGrad);

    /// <summary>A tensor of three axes with a copy of <paramref name="values"/>.</summary>
    public static Tensor From<T>(T[,,] values, bool requiresGrad = false) where T : unmanaged =>
        From(MemoryMarshal.CreateReadOnlySpan(ref values.Length == 0 ? ref MemoryMarshal.GetReference(Span<T>.Empty) : ref values[0, 0, 0], values.Length), Shape.Of(values.GetLength(0), values.GetLength(1), values.GetLength(2)), requiresGrad);

    /// <summary>A scalar.</summary>
    public static Tensor From<T>(T value, bool requiresGrad = false) where T : unmanaged => From(new ReadOnlySpan<T>(ref value), Shape.Scalar, requiresGrad);

    /// <summary>
    /// A tensor that reads the caller's memory in place, without a copy. The caller must not change the memory while the tensor or anything
    /// computed from a captured view of it is in use.
    /// </summary>
    /// <example><code>
    /// float[] numbers = [1, 2, 3, 4];
    /// var x = Tensor.Wrap(numbers, [2, 2]);          // no copy
    /// Console.WriteLine(x);
    /// // [[1, 2],
    /// //  [3, 4]]
    /// </code></example>
    /// <exception cref="ShapeException">The number of values is not that of the shape.</exception>
    public static Tensor Wrap<T>(ReadOnlyMemory<T> memory, Shape? shape = null) where T : unmanaged
    {
        var spec = new TensorSpec(DTypes.Of<T>(), shape ?? Shape.Of(memory.Length));
        if (spec.Shape.Count != memory.Length) throw new ShapeException($"Tensor.Wrap: {memory.Length} values do not fill shape {spec.Shape}, which has {spec.Shape.ElementCount} elements.");
        var backend = Backends.Default;
        return backend.IsHostReadable ? Over(new WrappedStorage<T>(backend, memory), spec.Contiguous) : From(memory.Span, spec.Shape);
    }

    /// <summary>A tensor that reads an array in place; see <see cref="Wrap{T}(ReadOnlyMemory{T}, Shape?)"/>.</summary>
    public static Tensor Wrap<T>(T[] array, Shape? shape = null) where T : unmanaged => Wrap((ReadOnlyMemory<T>)array, shape);

    /// <summary>Zeros.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Zeros([2, 3]));
    /// // [[0, 0, 0],
    /// //  [0, 0, 0]]
    /// </code></example>
    public static Tensor Zeros(Shape shape, DType dtype = DType.Float32, bool requiresGrad = false) => Full(shape, 0, dtype, requiresGrad);

    /// <summary>Ones.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([3], DType.Int32));    // [1, 1, 1]
    /// </code></example>
    public static Tensor Ones(Shape shape, DType dtype = DType.Float32, bool requiresGrad = false) => Full(shape, 1, dtype, requiresGrad);

    /// <summary>A tensor whose elements are all <paramref name="value"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Full([2, 2], 7));
    /// // [[7, 7],
    /// //  [7, 7]]
    /// </code></example>
    /// <exception cref="DTypeException">The value is not a number of the dtype, such as 0.5 as an int32.</exception>
    public static Tensor Full(Shape shape, double value, DType dtype = DType.Float32, bool requiresGrad = false)
    {
        CheckScalar("Full", value, dtype);
        var result = Dispatch.Run(new Fill(shape, value, dtype));
        return requiresGrad ? result.AsLeaf() : result;
    }

    /// <summary>
    /// The numbers <paramref name="start"/>, start + step, ... up to but not including <paramref name="stop"/>.
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(5));    // [0, 1, 2, 3, 4]
    /// Console.WriteLine(Tensor.Arange(0, 1, 0.25));    // [0.0000, 0.2500, 0.5000, 0.7500]
    /// </code></example>
    /// <exception cref="ShapeException">The step is zero.</exception>
    public static Tensor Arange(double start, double stop, double step = 1, DType dtype = DType.Float32)
    {
        if (step == 0 || !double.IsFinite(step) || !double.IsFinite(start) || !double.IsFinite(stop)) throw new ShapeException($"Arange: expected finite numbers and a step other than 0. Received: start {start}, stop {stop}, step {step}.");
        return Dispatch.Run(new Iota((long)Math.Max(0, Math.Ceiling((stop - start) / step)), start, step, dtype));
    }

    /// <summary>The numbers 0, 1, ... below <paramref name="count"/>.</summary>
    public static Tensor Arange(long count, DType dtype = DType.Int64) => Arange(0, count, 1, dtype);

    /// <summary>The numbers from <paramref name="start"/> on, <paramref name="count"/> of them, also when that is unknown.</summary>
    internal static Tensor Arange(long start, Dim count, DType dtype) => Dispatch.Run(new Iota(count, start, 1, dtype));

    /// <summary><paramref name="count"/> numbers evenly spaced from <paramref name="start"/> to <paramref name="stop"/>, both included.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Linspace(0, 1, 5));    // [0.0000, 0.2500, 0.5000, 0.7500, 1.0000]
    /// </code></example>
    public static Tensor Linspace(double start, double stop, long count, DType dtype = DType.Float32)
    {
        if (count < 0) throw new ShapeException($"Linspace: the count must not be negative. Received: {count}.");
        return Dispatch.Run(new Iota(count, start, count > 1 ? (stop - start) / (count - 1) : 0, dtype));
    }

    /// <summary>Ones on the main diagonal of a matrix, zeros elsewhere.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Eye(2, 3));
    /// // [[1, 0, 0],
    /// //  [0, 1, 0]]
    /// </code></example>
    public static Tensor Eye(Dim rows, Dim? columns = null, DType dtype = DType.Float32) =>
        Arange(0, rows, DType.Int64).Reshape([rows, 1]).EqualTo(Arange(0, columns ?? rows, DType.Int64)).To(dtype);

    /// <summary>Random numbers evenly spread in [0, 1).</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Rand([3], generator: new Generator(1)));    // [0.8903, 0.8947, 0.5857]
    /// </code></example>
    public static Tensor Rand(Shape shape, DType dtype = DType.Float32, Generator? generator = null, bool requiresGrad = false)
    {
        var result = Dispatch.Run(new RandomUniform(shape, dtype), (generator ?? Generator.Default).NextKey());
        return requiresGrad ? result.AsLeaf() : result;
    }

    /// <summary>Random numbers from the normal distribution with mean 0 and variance 1.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Randn([3], generator: new Generator(1)));    // [ 1.6585, -0.3199,  1.0499]
    /// </code></example>
    public static Tensor Randn(Shape shape, DType dtype = DType.Float32, Generator? generator = null, bool requiresGrad = false)
    {
        var result = Dispatch.Run(new RandomNormal(shape, dtype), (generator ?? Generator.Default).NextKey());
        return requiresGrad ? result.AsLeaf() : result;
    }

    /// <summary>Random integers from <paramref name="low"/> up to but not including <paramref name="high"/>, evenly spread.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.RandInt(1, 7, [8], generator: new Generator(1)));    // [6, 4, 5, 3, 2, 5, 5, 1]    eight throws of a die
    /// </code></example>
    /// <exception cref="ShapeException">The range is empty.</exception>
    public static Tensor RandInt(long low, long high, Shape shape, DType dtype = DType.Int64, Generator? generator = null)
    {
        if (low >= high) throw new ShapeException($"RandInt: expected low < high. Received: {low} and {high}.");
        // 53 bits of a uniform number, scaled: no visible bias for ranges below 2^32.
        var uniform = Dispatch.Run(new RandomUniform(shape, DType.Float64), (generator ?? Generator.Default).NextKey());
        return ((uniform * (double)(high - low)).Floor() + low).To(dtype);
    }

    /// <summary>The numbers 0 to <paramref name="count"/> - 1 in random order (int64).</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Permutation(5, new Generator(1)));    // [4, 3, 1, 2, 0]
    /// </code></example>
    public static Tensor Permutation(Dim count, Generator? generator = null) =>
        Dispatch.RunAll(new Sort(0, false), Dispatch.Run(new RandomUniform([count], DType.Float64), (generator ?? Generator.Default).NextKey()))[1];

    /// <summary>1 with the given probability, else 0, element by element.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Bernoulli(0.5, [6], generator: new Generator(4)));    // [1, 0, 0, 0, 0, 0]
    /// </code></example>
    public static Tensor Bernoulli(Tensor probability, Generator? generator = null)
    {
        // 16-bit floats have too few digits to meet a small probability.
        var computed = probability.DType == DType.Float64 ? DType.Float64 : DType.Float32;
        return (Dispatch.Run(new RandomUniform(probability.Shape, computed), (generator ?? Generator.Default).NextKey()) < probability.To(computed)).To(probability.DType);
    }

    /// <summary>1 with the given probability, else 0.</summary>
    public static Tensor Bernoulli(double probability, Shape shape, DType dtype = DType.Float32, Generator? generator = null) =>
        (Dispatch.Run(new RandomUniform(shape, DType.Float32), (generator ?? Generator.Default).NextKey()) < probability).To(dtype);

    /// <summary>One value seen as a whole tensor, without memory for it: for formulas, not for users, who may expect contiguous memory.</summary>
    internal static Tensor Constant(double value, TensorSpec spec) => Scalar(value, spec.DType).BroadcastTo(spec.Shape);

    /// <summary>A dimension as a scalar tensor, also when it is unknown.</summary>
    internal static Tensor DimScalar(Dim dim, DType dtype) => dim.IsKnown ? Scalar(dim.Value, dtype) : Dispatch.Run(new DimValue(dim, dtype));

    internal static Tensor Scalar(double value, DType dtype)
    {
        CheckScalar("A number beside a tensor", value, dtype);
        return Dispatch.Run(new Fill(Shape.Scalar, value, dtype));
    }

    static void CheckScalar(string what, double value, DType dtype)
    {
        if (dtype.IsFloating() || value == Math.Truncate(value)) return;
        throw new DTypeException($"{what}: {value} is not a value of dtype {dtype.Name()}. Use a floating-point tensor, or a whole number.");
    }

    void Fill(ReadOnlySpan<byte> bytes) => Storage.Backend.CopyFromHost(Storage, bytes);

    Tensor AsLeaf()
    {
        if (!DType.IsFloating()) throw new DTypeException($"Only floating-point tensors have gradients. Received: {DType.Name()}.");
        return IsSymbolic && Ambient.Current.Capture is { } capture ? capture.AddLeaf(this) : As(new Node(Spec, tracked: true));
    }
}
