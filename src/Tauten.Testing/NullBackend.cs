using Tauten.Ops;

namespace Tauten.Testing;

/// <summary>
/// A device without memory, on which every op succeeds at once: only shapes and dtypes exist. Graphs of models that fit no machine can be built and
/// walked on it. An output whose size depends on data has size 0.
/// </summary>
public sealed class NullBackend : Backend
{
    static readonly Kernel<Op> nothing = FillUnknown;

    /// <summary>The one null backend.</summary>
    public static NullBackend Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "null";

    /// <inheritdoc/>
    public override KernelTable Kernels { get; } = new();

    /// <inheritdoc/>
    public override bool IsHostReadable => false;

    /// <inheritdoc/>
    public override Storage Allocate(long byteCount) => new Nothing(this, byteCount);

    internal override Kernel<Op>? FindKernel(Op op) => op is ViewOp ? null : nothing;

    /// <inheritdoc/>
    public override void CopyFromHost(Storage storage, ReadOnlySpan<byte> bytes) { }

    /// <summary>Gives zeros: there are no bytes to copy.</summary>
    public override void CopyToHost(Storage storage, long offset, Span<byte> bytes) => bytes.Clear();

    static void FillUnknown(Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        for (int i = 0; i < y.Length; i++)
        {
            if (y[i] is not null) continue;
            var spec = op.Infer(Dispatch.SpecsOf(x))[i];
            y[i] = Tensor.Allocate(Instance, new(spec.DType, spec.Shape.Bind(_ => 0)));
        }
    }

    sealed class Nothing(Backend backend, long byteCount) : Storage
    {
        public override Backend Backend => backend;

        public override long ByteCount => byteCount;

        protected internal override ref byte Reference => throw new DeviceException("The null device has no memory to read.");
    }
}
