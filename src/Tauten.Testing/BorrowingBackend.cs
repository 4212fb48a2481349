using Tauten.Ops;

namespace Tauten.Testing;

/// <summary>
/// Another backend's kernels on other terms: some of them hidden, so that composite ops run their expansions; wrapped, so that a test can change
/// what they compute; or on memory between guard pages.
/// </summary>
/// <param name="lender">The backend whose kernels run. Its memory must be readable by the host.</param>
public sealed class BorrowingBackend(Backend lender) : Backend, IDisposable
{
    /// <summary>The ops whose kernels are hidden.</summary>
    public Func<Op, bool> Hides { get; init; } = _ => false;

    /// <summary>Called with an op and its outputs after its kernel has run, to change them.</summary>
    public Action<Op, Tensor[]>? AfterKernel { get; init; }

    /// <summary>Where tensors lie; managed arrays when null.</summary>
    public GuardedMemory? Memory { get; init; }

    /// <summary>By how many bytes each tensor lies behind where <see cref="Memory"/> would put it: by one, and no element of several bytes is aligned.</summary>
    public int Shift { get; init; }

    /// <inheritdoc/>
    public override string Name => $"borrowed {lender.Name}";

    /// <inheritdoc/>
    public override KernelTable Kernels => lender.Kernels;

    /// <inheritdoc/>
    public override Storage Allocate(long byteCount) => Memory is null ? new ArrayStorage(this, byteCount) : new GuardedStorage(this, Memory.Allocate(byteCount + Shift) + Shift, byteCount);

    internal override Kernel<Op>? FindKernel(Op op)
    {
        if (Hides(op) || lender.FindKernel(op) is not { } kernel) return null;
        return AfterKernel is not { } change ? kernel : (o, x, y) =>
        {
            kernel(o, x, y);
            change(o, y.ToArray());
        };
    }

    internal override bool Fuses(Op op, ReadOnlySpan<TensorSpec> x) => !Hides(op) && lender.Fuses(op, x);

    internal override bool Anchors(Op op, ReadOnlySpan<TensorSpec> x) => !Hides(op) && lender.Anchors(op, x);

    internal override bool Fuses(Graph body) => lender.Fuses(body);

    /// <summary>Gives guarded memory back.</summary>
    public void Dispose() => Memory?.Dispose();

    sealed unsafe class GuardedStorage(Backend backend, nint start, long byteCount) : Storage
    {
        public override Backend Backend => backend;

        public override long ByteCount => byteCount;

        protected internal override ref byte Reference => ref *(byte*)start;
    }
}
