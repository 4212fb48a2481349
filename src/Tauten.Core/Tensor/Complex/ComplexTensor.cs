using System.Numerics;

namespace Tauten;

/// <summary>
/// An immutable array of complex numbers: a pair of real tensors of one shape and one floating-point dtype. All that is done with it is done with the
/// two parts, so gradients, captured graphs and every device work as they do for real tensors.
/// </summary>
/// <remarks>
/// <para>
/// Gradients flow through the two parts. For a real L, the gradients that arrive at them, dL/dRe and dL/dIm, are the parts of the one complex number that
/// PyTorch gives as the gradient of z: dL/dRe + i dL/dIm, the conjugate Wirtinger derivative times 2; see <see cref="Grad"/>.
/// </para>
/// <para>
/// A conjugate is computed at once; there is no lazy one to resolve. Reading <see cref="Real"/> or <see cref="Imaginary"/> copies nothing.
/// </para>
/// </remarks>
/// <example><code>
/// using System.Numerics;
///
/// var z = ComplexTensor.From([new Complex(3, 4), new Complex(0, -2)]);
/// Console.WriteLine(z * z.Conj());    // [25+0j,  4+0j]
/// Console.WriteLine(z.Abs());    // [5, 2]
/// </code></example>
public sealed partial class ComplexTensor
{
    /// <summary>The numbers with the given parts.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="DTypeException">The dtypes differ, or are not floating-point.</exception>
    public ComplexTensor(Tensor real, Tensor imaginary)
    {
        if (!real.DType.IsFloating()) throw new DTypeException($"ComplexTensor: the parts must be of a floating-point dtype. Received: {real.DType.Name()}. Convert with To(dtype).");
        if (real.DType != imaginary.DType) throw new DTypeException($"ComplexTensor: the real part is {real.DType.Name()}, the imaginary part {imaginary.DType.Name()}. Convert one of them with To(dtype).");
        if (real.Shape != imaginary.Shape) throw new ShapeException($"ComplexTensor: the real part has shape {real.Shape}, the imaginary part {imaginary.Shape}. Expected the same.");
        (Real, Imaginary) = (real, imaginary);
    }

    /// <summary>The real parts.</summary>
    /// <example><code>
    /// using System.Numerics;
    ///
    /// Console.WriteLine(ComplexTensor.From([new Complex(3, 4), new Complex(0, -2)]).Real);    // [3, 0]
    /// </code></example>
    public Tensor Real { get; }

    /// <summary>The imaginary parts.</summary>
    /// <example><code>
    /// using System.Numerics;
    ///
    /// Console.WriteLine(ComplexTensor.From([new Complex(3, 4), new Complex(0, -2)]).Imaginary);    // [ 4, -2]
    /// </code></example>
    public Tensor Imaginary { get; }

    /// <summary>The dimensions.</summary>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Ones([2, 3])).Shape);    // [2, 3]
    /// </code></example>
    public Shape Shape => Real.Shape;

    /// <summary>The element type of each part: float32 for what others call complex64.</summary>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Ones([2, 3])).DType);    // Float32
    /// </code></example>
    public DType DType => Real.DType;

    /// <summary>The number of dimensions.</summary>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Ones([2, 3])).Rank);    // 2
    /// </code></example>
    public int Rank => Shape.Rank;

    /// <summary>The number of complex elements.</summary>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Ones([2, 3])).Count);    // 6
    /// </code></example>
    /// <exception cref="ShapeException">A dimension is unknown, while a graph is captured.</exception>
    public long Count => Real.Count;

    /// <summary>Whether a gradient flows through one of the parts.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([1f], requiresGrad: true), Tensor.From([2f])).RequiresGrad);    // True
    /// </code></example>
    public bool RequiresGrad => Real.RequiresGrad || Imaginary.RequiresGrad;

    /// <summary>
    /// The sum of the gradients that reverse walks have brought to the parts, as dL/dRe + i dL/dIm, which is PyTorch's gradient of a complex leaf; null
    /// when there was none.
    /// </summary>
    /// <example><code>
    /// var z = ComplexTensor.FromReal(Tensor.From([3f])).WithGrad();
    /// z.Abs().Square().Sum().Backward();
    /// Console.WriteLine(z.Grad);    // [6+0j]
    /// </code></example>
    public ComplexTensor? Grad =>
        (Real.Grad, Imaginary.Grad) switch
        {
            (null, null) => null,
            ({ } re, null) => FromReal(re),
            (null, { } im) => new(Tensor.Zeros(Shape, DType), im),
            ({ } re, { } im) => new(re, im),
        };

    /// <summary>Numbers with these real parts and imaginary parts of 0.</summary>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.From([1f, 2])));    // [1+0j, 2+0j]
    /// </code></example>
    public static ComplexTensor FromReal(Tensor real) => new(real, Tensor.Constant(0, real.Spec));

    /// <summary>
    /// The numbers abs * (cos(angle) + i sin(angle)). The two are broadcast; an absolute value may be negative, as in PyTorch.
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.Polar(Tensor.From([2.0, 1]), Tensor.From([0.0, 0.5])));    // [2.0000+0.0000j, 0.8776+0.4794j]
    /// </code></example>
    public static ComplexTensor Polar(Tensor abs, Tensor angle) => new(abs * angle.Cos(), abs * angle.Sin());

    /// <summary>Complex numbers copied in row-major order.</summary>
    /// <param name="values">The numbers.</param>
    /// <param name="shape">The shape; a vector when left out.</param>
    /// <param name="dtype">The dtype of the parts.</param>
    /// <example><code>
    /// using System.Numerics;
    ///
    /// Console.WriteLine(ComplexTensor.From([new Complex(1, 2), new Complex(0, -1)]));    // [ 1+2j,  0-1j]
    /// </code></example>
    /// <exception cref="ShapeException">The number of values is not that of the shape.</exception>
    public static ComplexTensor From(ReadOnlySpan<Complex> values, Shape? shape = null, DType dtype = DType.Float64)
    {
        if (!dtype.IsFloating()) throw new DTypeException($"ComplexTensor.From: expected a floating-point dtype. Received: {dtype.Name()}.");
        double[] re = new double[values.Length], im = new double[values.Length];
        for (int i = 0; i < values.Length; i++) (re[i], im[i]) = (values[i].Real, values[i].Imaginary);
        shape ??= Shape.Of(values.Length);
        return new(Tensor.From(re, shape).To(dtype), Tensor.From(im, shape).To(dtype));
    }

    /// <inheritdoc cref="From(ReadOnlySpan{Complex}, Shape, DType)"/>
    public static ComplexTensor From(Complex[] values, Shape? shape = null, DType dtype = DType.Float64) => From((ReadOnlySpan<Complex>)values, shape, dtype);

    /// <summary>The numbers whose parts lie side by side along a last axis of size 2, [..., 2]; the inverse of <see cref="ViewAsReal"/>. Views.</summary>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.ViewAsComplex(Tensor.From(new[,] { { 1f, 2f }, { 0f, -1f } })));    // [ 1+2j,  0-1j]
    /// </code></example>
    /// <exception cref="ShapeException">The last axis has not two elements.</exception>
    public static ComplexTensor ViewAsComplex(Tensor pairs)
    {
        if (pairs.Rank == 0 || (pairs.Shape[^1].IsKnown && pairs.Shape[^1] != 2)) throw new ShapeException($"ViewAsComplex: expected a last axis of size 2. Received: shape {pairs.Shape}.");
        return new(pairs.Select(-1, 0), pairs.Select(-1, 1));
    }

    /// <summary>Real and imaginary parts side by side along a new last axis, [..., 2]: how other frameworks lay out complex numbers. A copy.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([1f, 3]), Tensor.From([2f, 4])).ViewAsReal());
    /// // [[1, 2],
    /// //  [3, 4]]
    /// </code></example>
    public Tensor ViewAsReal() => Tensor.Stack([Real, Imaginary], -1);

    /// <summary>The same numbers with parts of another dtype; the object itself if they have it already.</summary>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Ones([2])).To(DType.Float64).DType);    // Float64
    /// </code></example>
    public ComplexTensor To(DType dtype)
    {
        if (!dtype.IsFloating()) throw new DTypeException($"ComplexTensor.To: expected a floating-point dtype. Received: {dtype.Name()}.");
        return dtype == DType ? this : new(Real.To(dtype), Imaginary.To(dtype));
    }

    /// <summary>The numbers on another backend.</summary>
    public ComplexTensor To(Backend backend) => new(Real.To(backend), Imaginary.To(backend));

    /// <summary>The same numbers, through which no gradient flows.</summary>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Ones([2])).WithGrad().Detach().RequiresGrad);    // False
    /// </code></example>
    public ComplexTensor Detach() => new(Real.Detach(), Imaginary.Detach());

    /// <summary>The same numbers as two new leaves that require gradients, or do not.</summary>
    /// <example><code>
    /// var z = ComplexTensor.FromReal(Tensor.From([1f, 2])).WithGrad();
    /// (z * z).Real.Sum().Backward();
    /// Console.WriteLine(z.Grad);    // [ 2-0j,  4-0j]
    /// </code></example>
    public ComplexTensor WithGrad(bool requiresGrad = true) => new(Real.WithGrad(requiresGrad), Imaginary.WithGrad(requiresGrad));

    /// <summary>The single element.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From(1f), Tensor.From(2f)).Item());    // &lt;1; 2>
    /// </code></example>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    public Complex Item()
    {
        if (Shape.IsKnown && Shape.Count != 1) throw new ShapeException($"Item: expected a tensor with one element. Received: shape {Shape}. Use ToArray, or an index.");
        return ToArray()[0];
    }

    /// <summary>The elements in row-major order, copied.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.From([1f, 3]), Tensor.From([2f, 4])).ToArray()[1]);    // &lt;3; 4>
    /// </code></example>
    public Complex[] ToArray()
    {
        using (Gradients.NoGrad())
        {
            var re = Real.To(DType.Float64).ToArray<double>();
            var im = Imaginary.To(DType.Float64).ToArray<double>();
            var result = new Complex[re.Length];
            for (int i = 0; i < result.Length; i++) result[i] = new(re[i], im[i]);
            return result;
        }
    }

    /// <summary>The elements as NumPy prints them, such as <c>[1.0000+2.0000j]</c>.</summary>
    public override string ToString() => Real.IsSymbolic || Imaginary.IsSymbolic ? $"symbolic complex {Real.Spec}" : TensorText.Format(this);

    /// <summary>The numbers with the given parts, broadcast against each other.</summary>
    internal static ComplexTensor Broadcast(Tensor real, Tensor imaginary, string op)
    {
        var shape = Shape.Broadcast(real.Shape, imaginary.Shape, op);
        return new(real.BroadcastTo(shape), imaginary.BroadcastTo(shape));
    }

    /// <summary>What a function of the elements' places does to both parts.</summary>
    ComplexTensor Both(Func<Tensor, Tensor> move) => new(move(Real), move(Imaginary));
}
