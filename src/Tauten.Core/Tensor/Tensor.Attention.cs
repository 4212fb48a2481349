using Tauten.Ops;

namespace Tauten;

// Attention.
public sealed partial class Tensor
{
    /// <summary>
    /// softmax(this k^T scale) v, the attention of queries [.., heads, queries, size] to keys, [.., heads, queries, value size]; see <see cref="Ops.ScaledDotProductAttention"/>. The matrix of
    /// scores is never in memory, forwards or backwards.
    /// </summary>
    /// <param name="key">[.., heads, keys, size]. Heads may be fewer, each for as many neighbouring heads of queries: what PyTorch asks for with enable_gqa.</param>
    /// <param name="value">[.., heads, keys, value size], with as many heads as the keys.</param>
    /// <param name="mask">Broadcasts against [.., queries, keys]: which keys take part (bool), or what is added to the scores.</param>
    /// <param name="causal">Whether query i takes no keys behind i.</param>
    /// <param name="scale">The factor of the scores; 1 / sqrt(size) if left out.</param>
    /// <param name="dropout">The probability with which a weight is set to 0, the others being divided by 1 - dropout (PyTorch's dropout_p): for training.</param>
    /// <param name="generator">Where the dropout comes from; the default generator if left out.</param>
    /// <exception cref="ShapeException">The shapes do not fit, or the dropout is not from 0 to 1.</exception>
    /// <exception cref="DTypeException">Queries, keys and values differ in dtype, or are not floating-point; or the mask is neither of that dtype nor bool.</exception>
    /// <example><code>
    /// var q = Tensor.From([1f, 0, 0, 1], [2, 2]);
    /// var v = Tensor.From([1f, 2, 3, 4], [2, 2]);
    /// Console.WriteLine(q.ScaledDotProductAttention(q, v, causal: true).Select(0, 0));    // [1, 2]
    /// </code></example>
    public Tensor ScaledDotProductAttention(Tensor key, Tensor value, Tensor? mask = null, bool causal = false, double? scale = null, double dropout = 0, Generator? generator = null)
    {
        Tensor[] x = mask is null ? [this, key, value] : [this, key, value, mask];
        if (dropout > 0) x = [.. x, (generator ?? Generator.Default).NextKey()];
        return Dispatch.RunAll(new ScaledDotProductAttention(causal, scale, dropout), x)[0];
    }
}
