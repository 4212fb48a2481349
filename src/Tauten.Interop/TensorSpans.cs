using System.Numerics.Tensors;

namespace Tauten.Interop;

/// <summary>
/// Tensors as spans of System.Numerics.Tensors, and back. Both lie in row-major order, so sizes are all there is to translate. A tensor is immutable, so there is only a
/// read-only span of it; a span that is written to is filled by <see cref="CopyTo"/>.
/// </summary>
/// <example><code>
/// var x = Tensor.From([1f, 2, 3, 4], [2, 2]);
/// Console.WriteLine(System.Numerics.Tensors.Tensor.Sum(x.AsReadOnlyTensorSpan&lt;float>()));    // 10
/// Console.WriteLine(x.AsReadOnlyTensorSpan&lt;float>().ToTensor());
/// // [[1, 2],
/// //  [3, 4]]
/// </code></example>
public static class TensorSpans
{
    /// <summary>
    /// The elements, read where <see cref="Tensor.AsSpan{T}"/> reads them: in place, or from a mirror that the tensor keeps. A scalar is a span of one axis of one
    /// element, since a span of no axes has no elements.
    /// </summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public static ReadOnlyTensorSpan<T> AsReadOnlyTensorSpan<T>(this Tensor tensor) where T : unmanaged => new(tensor.AsSpan<T>(), Lengths(tensor));

    /// <summary>Copies the elements into a span of the same shape.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public static void CopyTo<T>(this Tensor tensor, in TensorSpan<T> destination) where T : unmanaged
    {
        if (!destination.Lengths.SequenceEqual(Lengths(tensor)))
            throw new ShapeException($"CopyTo: a span of shape [{string.Join(", ", destination.Lengths.ToArray())}] does not take a tensor of shape {tensor.Shape}.");
        tensor.AsReadOnlyTensorSpan<T>().CopyTo(destination);
    }

    /// <summary>A tensor of System.Numerics.Tensors with a copy of the elements.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public static System.Numerics.Tensors.Tensor<T> ToNumericsTensor<T>(this Tensor tensor) where T : unmanaged =>
        System.Numerics.Tensors.Tensor.Create(tensor.ToArray<T>(), Lengths(tensor));

    /// <summary>A tensor with a copy of the elements, in row-major order however they lie in the span.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not an element type.</exception>
    public static Tensor ToTensor<T>(this in ReadOnlyTensorSpan<T> span) where T : unmanaged
    {
        var sizes = new long[span.Rank];
        for (int i = 0; i < sizes.Length; i++) sizes[i] = span.Lengths[i];
        var elements = new T[span.FlattenedLength];
        span.FlattenTo(elements);
        return Tensor.From<T>(elements, Shape.Of(sizes));
    }

    /// <inheritdoc cref="ToTensor{T}(in ReadOnlyTensorSpan{T})"/>
    public static Tensor ToTensor<T>(this in TensorSpan<T> span) where T : unmanaged => span.AsReadOnlyTensorSpan().ToTensor();

    /// <summary>A tensor with a copy of the elements of a tensor of System.Numerics.Tensors.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not an element type.</exception>
    public static Tensor ToTensor<T>(this System.Numerics.Tensors.Tensor<T> tensor) where T : unmanaged => tensor.AsReadOnlyTensorSpan().ToTensor();

    static nint[] Lengths(Tensor tensor)
    {
        if (tensor.Rank == 0) return [1];
        var lengths = new nint[tensor.Rank];
        for (int i = 0; i < lengths.Length; i++) lengths[i] = checked((nint)tensor.Shape[i].Value);
        return lengths;
    }
}
