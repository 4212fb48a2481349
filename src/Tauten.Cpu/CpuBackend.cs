using System.Runtime.CompilerServices;

namespace Tauten.Cpu;

/// <summary>The processor as a device: vectorized kernels in C#, a pool of worker threads, pooled memory.</summary>
public sealed class CpuBackend : Backend
{
    double? peak;

    internal BlockPool Pool { get; } = new();

    /// <inheritdoc/>
    public override string Name => "cpu";

    /// <inheritdoc/>
    public override KernelTable Kernels { get; } = CpuKernels.Create();

    /// <summary>
    /// Threads that work on one op at the same time, the caller included: the number of processors at first, or what the environment variable
    /// <c>TAUTEN_THREADS</c> says. Results do not depend on it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1, or more than 1024.</exception>
    public static int Threads
    {
        get => Workers.Count;
        set => Workers.Count = value;
    }

    /// <summary>
    /// Whether convolutions with windows of 3 x 3 may use Winograd's algorithm: two to three times as fast, with a rounding error some five times as large (about
    /// 4e-6 of the largest value in float32), and an infinity or NaN reaches all outputs of its tile of 4 x 4. True at first, unless the environment variable
    /// <c>TAUTEN_WINOGRAD</c> is 0. Which convolutions use it follows from shapes alone.
    /// </summary>
    public static bool WinogradConvolutions
    {
        get => ConvolutionAlgorithms.UsesWinograd;
        set => ConvolutionAlgorithms.UsesWinograd = value;
    }

    /// <summary>The bytes that tensors and tapes hold now, without those below a kilobyte.</summary>
    public long AllocatedBytes => Pool.Outstanding;

    /// <summary>The largest number of bytes held at once since the last call of <see cref="ResetPeak"/>.</summary>
    public long PeakBytes => Pool.Peak;

    /// <summary>Starts <see cref="PeakBytes"/> anew.</summary>
    public void ResetPeak() => Pool.ResetPeak();

    /// <summary>Gives memory that is kept for reuse back to the operating system.</summary>
    public void TrimMemory() => Pool.Trim();

    /// <inheritdoc/>
    public override Storage Allocate(long byteCount) => byteCount <= SmallStorage.MaxBytes ? SmallStorage.Create(this, (int)byteCount) : new PooledStorage(this, byteCount);

    /// <summary>How fused bodies are run; null where their kernel was taken out of the table.</summary>
    internal Fusion? Fusion => (Kernels.Source<Ops.Fused>() as FusedKernel)?.Fusion;

    /// <inheritdoc/>
    internal override bool Fuses(Ops.Op op, ReadOnlySpan<TensorSpec> x) => Fusion is { Engine: not FusionForm.Off } && FusedBody.Takes(Kernels, op, x);

    /// <inheritdoc/>
    internal override bool Anchors(Ops.Op op, ReadOnlySpan<TensorSpec> x) => Fusion is { Engine: not FusionForm.Off } && Kernels.Source(op) is AnchorKernel { Pays: true } && AnchorKernel.Takes(x[0].DType);

    /// <inheritdoc/>
    internal override bool TakesChannelsLast(Ops.Convolution op, TensorSpec x, TensorSpec weight) =>
        Kernels.Source<Ops.ChannelsLastConvolution>() is AnchorKernel && AnchorKernel.Takes(x.DType) && x.Shape.Skip(1).All(dim => dim.IsKnown) && weight.Shape.IsKnown;

    /// <inheritdoc/>
    internal override bool Fuses(Graph body) => Fusion?.Find(body) is not null;

    /// <inheritdoc/>
    internal override long HeldBytes => Pool.Outstanding;

    /// <inheritdoc/>
    internal override double? PeakOperations(DType dtype) =>
        // The best of some short looks, once: other work on the machine only makes them lower.
        (peak ??= Enumerable.Range(0, 5).Max(_ => Peaks.MultiplyAdds(Threads, 200_000)) * 1e9) / (dtype == DType.Float64 ? 2 : 1);

    /// <inheritdoc/>
    internal override void Fix(Tensor x)
    {
        if (x.Storage is CpuStorage storage) storage.Fix();
    }

    /// <inheritdoc/>
    internal override Storage? Map(System.Runtime.InteropServices.SafeBuffer file, long offset, long byteCount) => new MappedStorage(this, file, offset, byteCount);

    /// <inheritdoc/>
    protected internal override void BeforeBackward() => Pool.BeforeBackward();
}

/// <summary>How kernels reach the elements of a tensor.</summary>
static class Elements
{
    /// <summary>The first element, to be pinned for as long as a pointer to it is used.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref byte First(this Tensor tensor)
    {
        var layout = tensor.Layout;
        ref byte start = ref tensor.Storage.Reference;
        return ref layout.Offset == 0 ? ref start : ref Unsafe.Add(ref start, (nint)(layout.Offset * tensor.DType.Size()));
    }
}
