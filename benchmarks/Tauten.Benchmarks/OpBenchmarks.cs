using BenchmarkDotNet.Attributes;

namespace Tauten.Benchmarks;

/// <summary>Single ops on tensors that fit the cache, and on some that do not.</summary>
[MemoryDiagnoser]
public class OpBenchmarks
{
    Tensor x = null!, y = null!, weight = null!, labels = null!;

    /// <summary>Rows of 1024 elements.</summary>
    [Params(1, 64, 16384)]
    public int Rows { get; set; }

    /// <summary>Makes the operands.</summary>
    [GlobalSetup]
    public void Setup()
    {
        x = Tensor.Randn([Rows, 1024]);
        y = Tensor.Randn([Rows, 1024]);
        weight = Tensor.Randn([1024]);
        labels = Tensor.RandInt(0, 1024, [Rows]);
    }

    /// <summary>x + y.</summary>
    [Benchmark]
    public Tensor Add() => x + y;

    /// <summary>exp(x).</summary>
    [Benchmark]
    public Tensor Exp() => x.Exp();

    /// <summary>tanh(x).</summary>
    [Benchmark]
    public Tensor Tanh() => x.Tanh();

    /// <summary>gelu(x).</summary>
    [Benchmark]
    public Tensor Gelu() => x.Gelu();

    /// <summary>The sum of all elements.</summary>
    [Benchmark]
    public Tensor Sum() => x.Sum();

    /// <summary>The mean of each row.</summary>
    [Benchmark]
    public Tensor MeanLast() => x.Mean(-1);

    /// <summary>Softmax of each row.</summary>
    [Benchmark]
    public Tensor Softmax() => x.Softmax(-1);

    /// <summary>Layer normalization of each row.</summary>
    [Benchmark]
    public Tensor LayerNorm() => x.LayerNorm(1, weight, weight);

    /// <summary>The cross-entropy of each row.</summary>
    [Benchmark]
    public Tensor CrossEntropy() => x.CrossEntropy(labels);

    /// <summary>A transposed copy.</summary>
    [Benchmark]
    public Tensor Transpose() => x.T.Contiguous();
}

/// <summary>Matrix products and convolutions.</summary>
[MemoryDiagnoser]
public class ContractionBenchmarks
{
    readonly Tensor images = Tensor.Randn([32, 64, 32, 32]), kernel = Tensor.Randn([64, 64, 3, 3]);
    Tensor a = null!, b = null!;

    /// <summary>Rows, columns and inner size.</summary>
    [Params(64, 256, 1024)]
    public int Size { get; set; }

    /// <summary>Makes the operands.</summary>
    [GlobalSetup]
    public void Setup() => (a, b) = (Tensor.Randn([Size, Size]), Tensor.Randn([Size, Size]));

    /// <summary>A B.</summary>
    [Benchmark]
    public Tensor MatMul() => a.MatMul(b);

    /// <summary>A B^T.</summary>
    [Benchmark]
    public Tensor MatMulTransposed() => a.MatMul(b.T);

    /// <summary>A 3x3 convolution of 64 channels, whatever the size.</summary>
    [Benchmark]
    public Tensor Conv2d() => images.Conv2d(kernel, padding: 1);
}

/// <summary>Attention, and with its gradients.</summary>
[MemoryDiagnoser]
public class AttentionBenchmarks
{
    Tensor query = null!, key = null!, value = null!, gradient = null!;

    /// <summary>Queries, and as many keys; fewer heads the more there are.</summary>
    [Params(128, 512, 1024)]
    public int Time { get; set; }

    /// <summary>Whether queries take no keys behind them.</summary>
    [Params(false, true)]
    public bool Causal { get; set; }

    /// <summary>Makes the operands, with heads of size 64 as a projection gives them: [batch, time, heads, size], seen as [batch, heads, time, size].</summary>
    [GlobalSetup]
    public void Setup()
    {
        (query, key, value, gradient) = (Heads(true), Heads(true), Heads(true), Heads(false));

        Tensor Heads(bool requiresGrad) => Tensor.Randn([1, Time, 8192 / Time, 64], requiresGrad: requiresGrad).Transpose(1, 2);
    }

    /// <summary>The attention.</summary>
    [Benchmark]
    public Tensor Forward()
    {
        using var mode = Gradients.NoGrad();
        return query.ScaledDotProductAttention(key, value, causal: Causal);
    }

    /// <summary>The attention and the gradients of queries, keys and values.</summary>
    [Benchmark]
    public Tensor[] ForwardAndBackward() => Gradients.Of(query.ScaledDotProductAttention(key, value, causal: Causal), [query, key, value], gradient);
}
