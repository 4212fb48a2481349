using Tauten.Ops;

namespace Tauten;

/// <summary>
/// Mixed precision: while it is on, each op runs in the dtype that it declares (<see cref="Op.Precision"/>), and its inputs are converted to that. Products of matrices
/// take half the memory, as does what the tape keeps of them; parameters, their gradients and what needs the digits stay in float32 (Micikevicius et al.: "Mixed
/// Precision Training", 2018). The classes of ops are those of PyTorch's <c>torch.autocast</c>.
/// </summary>
/// <remarks>
/// It holds for the ops that the program calls: gradients run in the dtypes of the forward computation, an op in what it expands to as if it had a kernel, and a
/// captured graph holds the conversions. So it need only stand around the model and the loss, in eager code and in compiled functions alike.
/// </remarks>
/// <example><code>
/// var weight = new Parameter(Tensor.Ones([3, 2]));
/// Tensor y;
/// using (Autocast.To(DType.BFloat16)) y = Tensor.Ones([4, 2]).MatMul(weight.Value.T);
/// Console.WriteLine(y.DType);    // BFloat16
/// y.To(DType.Float32).Sum().Backward();
/// Console.WriteLine(weight.Grad!.DType);    // Float32
/// </code></example>
public static class Autocast
{
    /// <summary>The reduced dtype on this thread; null while it is off.</summary>
    /// <example><code>
    /// using (Autocast.To(DType.Float16)) Console.WriteLine(Autocast.DType);    // Float16
    /// Console.WriteLine(Autocast.DType is null);    // True
    /// </code></example>
    public static DType? DType => Ambient.Current.Autocast;

    /// <summary>Turns it on for this thread until the scope is disposed.</summary>
    /// <param name="dtype">The reduced dtype: bfloat16, or float16, which needs a <c>LossScaler</c>; float32 turns it off.</param>
    /// <exception cref="DTypeException">Another dtype.</exception>
    /// <example><code>
    /// using (Autocast.To(DType.BFloat16))
    /// {
    ///     Console.WriteLine(Tensor.Ones([2, 2]).MatMul(Tensor.Ones([2, 2])).DType);    // BFloat16
    ///     Console.WriteLine(Tensor.Ones([2, 2]).To(DType.BFloat16).Softmax(-1).DType);    // Float32
    /// }
    /// </code></example>
    public static AutocastScope To(DType dtype) =>
        dtype.IsFloating() && dtype != Tauten.DType.Float64 ? new(dtype == Tauten.DType.Float32 ? null : dtype) : throw new DTypeException($"Autocast: expected bfloat16, float16, or float32, which turns it off. Received: {dtype.Name()}.");

    /// <summary>Turns it off for this thread until the scope is disposed: every op runs in the dtypes that it is given.</summary>
    /// <example><code>
    /// using (Autocast.To(DType.BFloat16))
    /// using (Autocast.Off())
    ///     Console.WriteLine(Tensor.Ones([2, 2]).MatMul(Tensor.Ones([2, 2])).DType);    // Float32
    /// </code></example>
    public static AutocastScope Off() => new(null);

    /// <summary>Whether tensors of two dtypes may meet: they are the same, or the ops will make them so.</summary>
    internal static bool Unites(DType a, DType b) => a == b || Ambient.Current.Autocast is not null && IsConverted(a) && IsConverted(b);

    static bool IsConverted(DType dtype) => dtype.IsFloating() && dtype != Tauten.DType.Float64;

    /// <summary>The inputs as an op takes them while the reduced dtype is <paramref name="reduced"/>.</summary>
    internal static ReadOnlySpan<Tensor> Inputs(Op op, ReadOnlySpan<Tensor> x, DType reduced)
    {
        if (Target(op, x, reduced) is not { } target) return x;
        Tensor[]? converted = null;
        for (int i = 0; i < x.Length; i++)
            if (Converted(x[i], target) is var y && !ReferenceEquals(y, x[i])) (converted ??= x.ToArray())[i] = y;
        return converted ?? x;
    }

    static DType? Target(Op op, ReadOnlySpan<Tensor> x, DType reduced)
    {
        var target = op.Precision() switch
        {
            OpPrecision.Reduced => reduced,
            OpPrecision.WideRange => reduced == Tauten.DType.BFloat16 ? reduced : Tauten.DType.Float32,
            OpPrecision.Full => Tauten.DType.Float32,
            OpPrecision.Widest => Widest(x),
            _ => default(DType?),
        };
        // What the program wants in float64 stays so.
        foreach (var input in x)
            if (input.DType == Tauten.DType.Float64) return null;
        return target;
    }

    static DType? Widest(ReadOnlySpan<Tensor> x)
    {
        DType? first = null;
        foreach (var input in x)
        {
            if (!IsConverted(input.DType)) continue;
            if (first is { } dtype && dtype != input.DType) return Tauten.DType.Float32;
            first = input.DType;
        }
        return null;
    }

    static Tensor Converted(Tensor x, DType target) => IsConverted(x.DType) && x.DType != target ? Dispatch.Run(new Cast(target), x) : x;
}

/// <summary>The time in which <see cref="Autocast"/> is on or off on a thread.</summary>
/// <example><code>
/// using AutocastScope scope = Autocast.To(DType.BFloat16);
/// Console.WriteLine(Autocast.DType);    // BFloat16
/// </code></example>
public readonly ref struct AutocastScope
{
    readonly DType? before;

    internal AutocastScope(DType? dtype)
    {
        before = Ambient.Current.Autocast;
        Ambient.Current.Autocast = dtype;
    }

    /// <summary>Goes back to what was before.</summary>
    public void Dispose() => Ambient.Current.Autocast = before;
}
