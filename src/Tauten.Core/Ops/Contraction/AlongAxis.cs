namespace Tauten.Ops;

/// <summary>What is linear along an axis, as a product with the matrix that it makes of unit vectors.</summary>
static class AlongAxis
{
    /// <summary>Beyond this, the matrix would be too large.</summary>
    const long Longest = 4096;

    /// <summary>The unit vectors of an axis; null where its size is not known, or large.</summary>
    public static Tensor? Units(Tensor x, int axis)
    {
        if (!x.Shape[axis].IsKnown || x.Shape[axis] > Longest) return null;
        using var computing = Capture.Pause();
        return Tensor.Eye(x.Shape[axis].Value, dtype: x.DType);
    }

    /// <summary>What an op makes of tensors that are known, also while a graph is captured.</summary>
    public static Tensor[] Computed(Op op, params ReadOnlySpan<Tensor> x)
    {
        using var computing = Capture.Pause();
        return Dispatch.RunAll(op, x);
    }

    /// <summary>The product along an axis.</summary>
    public static Tensor Product(Tensor x, int axis, Tensor matrix) => x.Transpose(axis, -1).MatMul(matrix).Transpose(axis, -1);
}
