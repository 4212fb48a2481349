namespace Tauten.Cpu;

/// <summary>
/// A tensor as a kernel computes with it: contiguous, and float32 where its elements are 16-bit floats. An input is widened when it is made; an
/// output is rounded, once, by <see cref="Store"/>. What had to be made for this is freed when it is disposed; until then the memory stays.
/// </summary>
readonly ref struct Wide
{
    readonly Tensor original;

    Wide(Tensor original, Tensor tensor) => (this.original, Tensor) = (original, tensor);

    /// <summary>The tensor to compute with.</summary>
    public Tensor Tensor { get; }

    /// <summary>The type of its elements: float32 for 16-bit floats.</summary>
    public static DType Of(DType dtype) => dtype is DType.Float16 or DType.BFloat16 ? DType.Float32 : dtype;

    /// <summary>An input; a loop that reads any strides leaves it where it is, unless it must be widened.</summary>
    public static Wide Input(Tensor x, bool anyStrides = false) => As(Of(x.DType), x, anyStrides);

    /// <summary>An input in a given type.</summary>
    public static Wide As(DType dtype, Tensor x, bool anyStrides = false)
    {
        if (dtype == x.DType && (anyStrides || x.Layout.IsContiguous)) return new(x, x);
        var made = Tensor.Allocate(x.Backend, new(dtype, x.Shape));
        MovementKernels.Convert(x, made);
        return new(x, made);
    }

    /// <summary>Memory for as many elements as a tensor has, for a result on its way.</summary>
    public static Wide Like(Tensor x) => new(x, Tensor.Allocate(x.Backend, x.Spec));

    /// <summary>An output, which is contiguous as all outputs are; <see cref="Store"/> must follow.</summary>
    public static Wide Output(Tensor y)
    {
        var dtype = Of(y.DType);
        return new(y, dtype == y.DType ? y : Tensor.Allocate(y.Backend, new(dtype, y.Shape)));
    }

    /// <summary>Rounds what was computed into the output, unless it was computed there.</summary>
    public void Store()
    {
        if (!ReferenceEquals(Tensor, original)) MovementKernels.Convert(Tensor, original);
    }

    /// <summary>Frees what was made.</summary>
    public void Dispose()
    {
        if (!ReferenceEquals(Tensor, original) && Tensor.Token is { } token) token.Storage.Drop(token);
        GC.KeepAlive(Tensor);
        GC.KeepAlive(original);
    }
}
