namespace Tauten;

public sealed partial class ComplexTensor
{
    /// <inheritdoc cref="Tensor.this[ReadOnlySpan{TensorIndex}]"/>
    /// <example><code>
    /// var z = new ComplexTensor(Tensor.Arange(0, 6).Reshape(2, 3), Tensor.Ones([2, 3]));
    /// Console.WriteLine(z[0]);    // [0+1j, 1+1j, 2+1j]
    /// Console.WriteLine(z[.., ^1]);    // [2+1j, 5+1j]
    /// </code></example>
    [System.Runtime.CompilerServices.IndexerName("Part")]
    public ComplexTensor this[params ReadOnlySpan<TensorIndex> index] => new(Real[index], Imaginary[index]);

    /// <inheritdoc cref="Tensor.With(ReadOnlySpan{TensorIndex}, Tensor)"/>
    /// <example><code>
    /// var z = ComplexTensor.FromReal(Tensor.Zeros([3]));
    /// Console.WriteLine(z.With([1], new ComplexTensor(Tensor.From(1f), Tensor.From(2f))));    // [0+0j, 1+2j, 0+0j]
    /// </code></example>
    public ComplexTensor With(ReadOnlySpan<TensorIndex> index, ComplexTensor value) => new(Real.With(index, value.Real), Imaginary.With(index, value.Imaginary));

    /// <inheritdoc cref="Tensor.Reshape(ReadOnlySpan{Dim})"/>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Ones([6])).Reshape(2, 3).Shape);    // [2, 3]
    /// </code></example>
    [System.Runtime.CompilerServices.OverloadResolutionPriority(1)]
    public ComplexTensor Reshape(params ReadOnlySpan<Dim> shape) => new(Real.Reshape(shape), Imaginary.Reshape(shape));

    /// <inheritdoc cref="Tensor.Reshape(Shape)"/>
    public ComplexTensor Reshape(Shape shape) => Both(x => x.Reshape(shape));

    /// <inheritdoc cref="Tensor.Permute"/>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Ones([2, 3, 4])).Permute(2, 0, 1).Shape);    // [4, 2, 3]
    /// </code></example>
    public ComplexTensor Permute(params ReadOnlySpan<int> order) => new(Real.Permute(order), Imaginary.Permute(order));

    /// <inheritdoc cref="Tensor.Transpose"/>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Ones([2, 3, 4])).Transpose(0, 2).Shape);    // [4, 3, 2]
    /// </code></example>
    public ComplexTensor Transpose(int axis0, int axis1) => Both(x => x.Transpose(axis0, axis1));

    /// <inheritdoc cref="Tensor.T"/>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Ones([2, 3])).T.Shape);    // [3, 2]
    /// </code></example>
    public ComplexTensor T => Both(x => x.T);

    /// <summary>The adjoint: the conjugate of the matrix transpose, for each matrix of a batch.</summary>
    /// <example><code>
    /// Console.WriteLine(new ComplexTensor(Tensor.Ones([1, 2]), Tensor.From(new[,] { { 1f, 2f } })).H);
    /// // [[ 1-1j],
    /// //  [ 1-2j]]
    /// </code></example>
    /// <exception cref="ShapeException">There are fewer than two axes.</exception>
    public ComplexTensor H => new(Real.T, -Imaginary.T);

    /// <inheritdoc cref="Tensor.BroadcastTo"/>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Ones([3])).BroadcastTo([2, 3]).Shape);    // [2, 3]
    /// </code></example>
    public ComplexTensor BroadcastTo(Shape shape) => Both(x => x.BroadcastTo(shape));

    /// <inheritdoc cref="Tensor.Squeeze(Dims)"/>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Ones([1, 3])).Squeeze().Shape);    // [3]
    /// </code></example>
    public ComplexTensor Squeeze(Dims axes) => Both(x => x.Squeeze(axes));

    /// <inheritdoc cref="Tensor.Squeeze()"/>
    public ComplexTensor Squeeze() => Both(x => x.Squeeze());

    /// <inheritdoc cref="Tensor.Unsqueeze"/>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Ones([3])).Unsqueeze(0).Shape);    // [1, 3]
    /// </code></example>
    public ComplexTensor Unsqueeze(Dims axes) => Both(x => x.Unsqueeze(axes));

    /// <inheritdoc cref="Tensor.Flatten"/>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Ones([2, 3, 4])).Flatten(1).Shape);    // [2, 12]
    /// </code></example>
    public ComplexTensor Flatten(int start = 0, int end = -1) => Both(x => x.Flatten(start, end));

    /// <inheritdoc cref="Tensor.Slice"/>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Arange(0, 6)).Slice(0, 1, 6, 2));    // [1+0j, 3+0j, 5+0j]
    /// </code></example>
    public ComplexTensor Slice(int axis, long start, long? stop = null, long step = 1) => Both(x => x.Slice(axis, start, stop, step));

    /// <inheritdoc cref="Tensor.Narrow"/>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Arange(0, 6)).Narrow(0, 2, 2));    // [2+0j, 3+0j]
    /// </code></example>
    public ComplexTensor Narrow(int axis, Dim start, Dim length) => Both(x => x.Narrow(axis, start, length));

    /// <inheritdoc cref="Tensor.Select"/>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Arange(0, 6).Reshape(2, 3)).Select(0, 1));    // [3+0j, 4+0j, 5+0j]
    /// </code></example>
    public ComplexTensor Select(int axis, long position) => Both(x => x.Select(axis, position));

    /// <inheritdoc cref="Tensor.IndexSelect"/>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Arange(0, 6)).IndexSelect(0, Tensor.From([5L, 0])));    // [5+0j, 0+0j]
    /// </code></example>
    public ComplexTensor IndexSelect(int axis, Tensor index) => Both(x => x.IndexSelect(axis, index));

    /// <inheritdoc cref="Tensor.Flip"/>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Arange(0, 3)).Flip(0));    // [2+0j, 1+0j, 0+0j]
    /// </code></example>
    public ComplexTensor Flip(Dims axes) => Both(x => x.Flip(axes));

    /// <summary>Surrounded by zeros: <c>low</c> before and <c>high</c> behind one axis.</summary>
    /// <example><code>
    /// Console.WriteLine(ComplexTensor.FromReal(Tensor.Ones([2])).Pad(0, 1, 1));    // [0+0j, 1+0j, 1+0j, 0+0j]
    /// </code></example>
    public ComplexTensor Pad(int axis, long low, long high) => Both(x => x.Pad(axis, low, high));

    /// <inheritdoc cref="Tensor.Concat"/>
    /// <example><code>
    /// var z = ComplexTensor.FromReal(Tensor.Ones([2]));
    /// Console.WriteLine(ComplexTensor.Concat([z, z]).Shape);    // [4]
    /// </code></example>
    public static ComplexTensor Concat(ReadOnlySpan<ComplexTensor> tensors, int axis = 0) => new(Tensor.Concat(Parts(tensors, z => z.Real), axis), Tensor.Concat(Parts(tensors, z => z.Imaginary), axis));

    /// <inheritdoc cref="Tensor.Stack"/>
    /// <example><code>
    /// var z = ComplexTensor.FromReal(Tensor.Ones([2]));
    /// Console.WriteLine(ComplexTensor.Stack([z, z]).Shape);    // [2, 2]
    /// </code></example>
    public static ComplexTensor Stack(ReadOnlySpan<ComplexTensor> tensors, int axis = 0) => new(Tensor.Stack(Parts(tensors, z => z.Real), axis), Tensor.Stack(Parts(tensors, z => z.Imaginary), axis));

    /// <inheritdoc cref="Tensor.Where(Tensor, Tensor, Tensor)"/>
    /// <example><code>
    /// var z = new ComplexTensor(Tensor.From([1f, 3]), Tensor.From([2f, -4]));
    /// Console.WriteLine(ComplexTensor.Where(z.Imaginary > 0, z, z.Conj()));    // [1+2j, 3+4j]    into the upper half-plane
    /// </code></example>
    public static ComplexTensor Where(Tensor condition, ComplexTensor a, ComplexTensor b) => new(Tensor.Where(condition, a.Real, b.Real), Tensor.Where(condition, a.Imaginary, b.Imaginary));

    static Tensor[] Parts(ReadOnlySpan<ComplexTensor> tensors, Func<ComplexTensor, Tensor> part)
    {
        var parts = new Tensor[tensors.Length];
        for (int i = 0; i < parts.Length; i++) parts[i] = part(tensors[i]);
        return parts;
    }
}
