using Tauten.Ops;

namespace Tauten;

// Attention.
public sealed partial class Tensor
{
    /// <summary>softmax(this k^T scale) v, the attention of queries to keys; see <see cref="Ops.ScaledDotProductAttention"/>.</summary>
    /// <param name="key">[.., keys, size].</param>
    /// <param name="value">[.., keys, value size].</param>
    /// <param name="mask">Broadcasts against [.., queries, keys]: which keys take part (bool), or what is added to the scores.</param>
    /// <param name="causal">Whether query i takes no keys behind i.</param>
    /// <param name="scale">The factor of the scores; 1 / sqrt(size) if left out.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public Tensor ScaledDotProductAttention(Tensor key, Tensor value, Tensor? mask = null, bool causal = false, double? scale = null)
    {
        var op = new ScaledDotProductAttention(causal, scale);
        return (mask is null ? Dispatch.RunAll(op, this, key, value) : Dispatch.RunAll(op, this, key, value, mask))[0];
    }
}
