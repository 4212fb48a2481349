using Tauten.Ops;

namespace Tauten.Cpu;

/// <summary>A kernel with one result, on which a body may work part by part while it is in a cache: products and convolutions.</summary>
abstract unsafe class AnchorKernel : IKernel
{
    /// <inheritdoc/>
    public void Run(Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => Run(op, x, y[0], null);

    /// <summary>Computes the result, and runs a loop over each part of it once that part is finished.</summary>
    /// <param name="op">The op.</param>
    /// <param name="x">Its inputs.</param>
    /// <param name="y">Its result, contiguous; with a loop of a type that <see cref="Takes"/>.</param>
    /// <param name="loop">A <see cref="FusedLoop"/>, or null for none.</param>
    public abstract void Run(Op op, ReadOnlySpan<Tensor> x, Tensor y, void* loop);

    /// <summary>Whether what follows saves time when it is done part by part, and not in one more pass.</summary>
    public abstract bool Pays { get; }

    /// <summary>Whether results of a type are computed in it, so that they are finished where they are.</summary>
    public static bool Takes(DType result) => result is DType.Float32 or DType.Float64;
}

/// <summary>Computes an op with one result, and runs a <see cref="FusedLoop"/> over each part of it, or none for null.</summary>
unsafe delegate void AnchorRun<in TOp>(TOp op, ReadOnlySpan<Tensor> x, Tensor y, void* loop);

/// <summary>The kernel of one op.</summary>
/// <param name="run">Computes it.</param>
/// <param name="pays">See <see cref="AnchorKernel.Pays"/>.</param>
sealed unsafe class AnchorKernel<TOp>(AnchorRun<TOp> run, bool pays) : AnchorKernel where TOp : Op
{
    /// <inheritdoc/>
    public override bool Pays => pays;

    /// <inheritdoc/>
    public override void Run(Op op, ReadOnlySpan<Tensor> x, Tensor y, void* loop) => run((TOp)op, x, y, loop);
}
