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
    /// <example><code>
    /// var q = Tensor.From(new[,] { { 1f, 0f }, { 0f, 1f } });
    /// var v = Tensor.From(new[,] { { 10f }, { 20f } });
    /// Console.WriteLine(q.ScaledDotProductAttention(q, v, causal: true));
    /// // [[10.0000],
    /// //  [16.6976]]
    /// </code></example>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public Tensor ScaledDotProductAttention(Tensor key, Tensor value, Tensor? mask = null, bool causal = false, double? scale = null)
    {
        var op = new ScaledDotProductAttention(causal, scale);
        return mask is null ? Dispatch.Run(op, (ReadOnlySpan<Tensor>)[this, key, value]) : Dispatch.Run(op, (ReadOnlySpan<Tensor>)[this, key, value, mask]);
    }
}
