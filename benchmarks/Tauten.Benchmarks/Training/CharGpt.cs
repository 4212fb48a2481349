using Tauten.NN;

namespace Tauten.Benchmarks.Training;

/// <summary>Predicts the next of 65 characters by a transformer of six layers with normalization in front (Radford et al., 2019).</summary>
sealed partial class CharGpt : Module<Tensor, Tensor>
{
    const int Width = 256, Heads = 8, Layers = 6, Context = 128;

    readonly Embedding embed = new(65, Width);
    readonly Embedding position = new(Context, Width);
    readonly ModuleList<GptBlock> blocks = new(Enumerable.Range(0, Layers).Select(_ => new GptBlock(Width, Heads)));
    readonly LayerNorm norm = new(Width);
    readonly Linear @out = new(Width, 65);

    protected override Tensor Forward(Tensor x)
    {
        var z = embed.Call(x) + position.Call(Tensor.Arange(x.Shape[1].Value));
        foreach (var block in blocks) z = block.Call(z);
        return @out.Call(norm.Call(z)).Flatten(0, 1);
    }
}

sealed partial class GptBlock(long width, int heads) : Module<Tensor, Tensor>
{
    readonly LayerNorm n1 = new(width);
    readonly LayerNorm n2 = new(width);
    readonly Linear qkv = new(width, 3 * width);
    readonly Linear o = new(width, width);
    readonly Linear f1 = new(width, 4 * width);
    readonly Linear f2 = new(4 * width, width);

    protected override Tensor Forward(Tensor x)
    {
        var parts = qkv.Call(n1.Call(x)).Chunk(3, -1);
        var (queries, keys, values) = (ByHead(parts[0]), ByHead(parts[1]), ByHead(parts[2]));
        x += o.Call(queries.ScaledDotProductAttention(keys, values, causal: true).Transpose(1, 2).Flatten(2));
        return x + f2.Call(f1.Call(n2.Call(x)).Gelu());
    }

    Tensor ByHead(Tensor z) => z.Unflatten(-1, [heads, width / heads]).Transpose(1, 2);
}
