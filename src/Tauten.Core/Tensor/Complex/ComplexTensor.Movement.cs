namespace Tauten;

public sealed partial class ComplexTensor
{
    /// <inheritdoc cref="Tensor.this[ReadOnlySpan{TensorIndex}]"/>
    [System.Runtime.CompilerServices.IndexerName("Part")]
    public ComplexTensor this[params ReadOnlySpan<TensorIndex> index] => new(Real[index], Imaginary[index]);

    /// <inheritdoc cref="Tensor.With(ReadOnlySpan{TensorIndex}, Tensor)"/>
    public ComplexTensor With(ReadOnlySpan<TensorIndex> index, ComplexTensor value) => new(Real.With(index, value.Real), Imaginary.With(index, value.Imaginary));

    /// <inheritdoc cref="Tensor.Reshape(ReadOnlySpan{Dim})"/>
    [System.Runtime.CompilerServices.OverloadResolutionPriority(1)]
    public ComplexTensor Reshape(params ReadOnlySpan<Dim> shape) => new(Real.Reshape(shape), Imaginary.Reshape(shape));

    /// <inheritdoc cref="Tensor.Reshape(Shape)"/>
    public ComplexTensor Reshape(Shape shape) => Both(x => x.Reshape(shape));

    /// <inheritdoc cref="Tensor.Permute"/>
    public ComplexTensor Permute(params ReadOnlySpan<int> order) => new(Real.Permute(order), Imaginary.Permute(order));

    /// <inheritdoc cref="Tensor.Transpose"/>
    public ComplexTensor Transpose(int axis0, int axis1) => Both(x => x.Transpose(axis0, axis1));

    /// <inheritdoc cref="Tensor.T"/>
    public ComplexTensor T => Both(x => x.T);

    /// <summary>The adjoint: the conjugate of the matrix transpose, for each matrix of a batch.</summary>
    /// <exception cref="ShapeException">There are fewer than two axes.</exception>
    public ComplexTensor H => new(Real.T, -Imaginary.T);

    /// <inheritdoc cref="Tensor.BroadcastTo"/>
    public ComplexTensor BroadcastTo(Shape shape) => Both(x => x.BroadcastTo(shape));

    /// <inheritdoc cref="Tensor.Squeeze(Dims)"/>
    public ComplexTensor Squeeze(Dims axes) => Both(x => x.Squeeze(axes));

    /// <inheritdoc cref="Tensor.Squeeze()"/>
    public ComplexTensor Squeeze() => Both(x => x.Squeeze());

    /// <inheritdoc cref="Tensor.Unsqueeze"/>
    public ComplexTensor Unsqueeze(Dims axes) => Both(x => x.Unsqueeze(axes));

    /// <inheritdoc cref="Tensor.Flatten"/>
    public ComplexTensor Flatten(int start = 0, int end = -1) => Both(x => x.Flatten(start, end));

    /// <inheritdoc cref="Tensor.Slice"/>
    public ComplexTensor Slice(int axis, long start, long? stop = null, long step = 1) => Both(x => x.Slice(axis, start, stop, step));

    /// <inheritdoc cref="Tensor.Narrow"/>
    public ComplexTensor Narrow(int axis, Dim start, Dim length) => Both(x => x.Narrow(axis, start, length));

    /// <inheritdoc cref="Tensor.Select"/>
    public ComplexTensor Select(int axis, long position) => Both(x => x.Select(axis, position));

    /// <inheritdoc cref="Tensor.IndexSelect"/>
    public ComplexTensor IndexSelect(int axis, Tensor index) => Both(x => x.IndexSelect(axis, index));

    /// <inheritdoc cref="Tensor.Flip"/>
    public ComplexTensor Flip(Dims axes) => Both(x => x.Flip(axes));

    /// <summary>Surrounded by zeros: <c>low</c> before and <c>high</c> behind one axis.</summary>
    public ComplexTensor Pad(int axis, long low, long high) => Both(x => x.Pad(axis, low, high));

    /// <inheritdoc cref="Tensor.Concat"/>
    public static ComplexTensor Concat(ReadOnlySpan<ComplexTensor> tensors, int axis = 0) => new(Tensor.Concat(Parts(tensors, z => z.Real), axis), Tensor.Concat(Parts(tensors, z => z.Imaginary), axis));

    /// <inheritdoc cref="Tensor.Stack"/>
    public static ComplexTensor Stack(ReadOnlySpan<ComplexTensor> tensors, int axis = 0) => new(Tensor.Stack(Parts(tensors, z => z.Real), axis), Tensor.Stack(Parts(tensors, z => z.Imaginary), axis));

    /// <inheritdoc cref="Tensor.Where(Tensor, Tensor, Tensor)"/>
    public static ComplexTensor Where(Tensor condition, ComplexTensor a, ComplexTensor b) => new(Tensor.Where(condition, a.Real, b.Real), Tensor.Where(condition, a.Imaginary, b.Imaginary));

    static Tensor[] Parts(ReadOnlySpan<ComplexTensor> tensors, Func<ComplexTensor, Tensor> part)
    {
        var parts = new Tensor[tensors.Length];
        for (int i = 0; i < parts.Length; i++) parts[i] = part(tensors[i]);
        return parts;
    }
}
