using System.Collections.Concurrent;
using Tauten.Ops;

namespace Tauten;

/// <summary>
/// Computes one op. The outputs <paramref name="y"/> are allocated, contiguous, from the op's <see cref="Op.Infer(ReadOnlySpan{TensorSpec})"/>;
/// an output whose size depends on data is null and is set by the kernel.
/// </summary>
public delegate void Kernel<in TOp>(TOp op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where TOp : Op;

/// <summary>A kernel as an object, for a backend that asks its kernels for more than to run: what else one can do, its own type says.</summary>
interface IKernel
{
    /// <summary>See <see cref="Kernel{TOp}"/>.</summary>
    void Run(Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y);
}

/// <summary>The kernels of one backend, found by the op's slot number: one list, no reflection.</summary>
public sealed class KernelTable
{
    Kernel<Op>?[] bySlot = new Kernel<Op>?[128];

    /// <summary>Adds the kernel for one op.</summary>
    /// <exception cref="ArgumentException">There is one already.</exception>
    public KernelTable Add<TOp>(Kernel<TOp> kernel) where TOp : Op
    {
        if (Find(OpSlot.Of(typeof(TOp))) is not null) throw new ArgumentException($"{typeof(TOp).Name} has a kernel already.");
        Set<TOp>((op, x, y) => kernel((TOp)op, x, y));
        return this;
    }

    /// <summary>Adds the kernel for one op, which reads and writes elements in place.</summary>
    /// <exception cref="ArgumentException">There is one already.</exception>
    public KernelTable Add<TOp>(ElementKernel<TOp> kernel) where TOp : Op => Add<TOp>((op, x, y) => KernelElements.Run(kernel, op, x, y));

    /// <summary>Adds the kernel for one op, which <see cref="Source"/> gives back.</summary>
    internal KernelTable Add<TOp>(IKernel kernel) where TOp : Op
    {
        if (Find(OpSlot.Of(typeof(TOp))) is not null) throw new ArgumentException($"{typeof(TOp).Name} has a kernel already.");
        Set<TOp>(kernel.Run);
        return this;
    }

    /// <summary>The object that is the kernel of an op, where it was added as one.</summary>
    internal IKernel? Source(Op op) => Find(op.Slot)?.Target as IKernel;

    /// <summary>The object that is the kernel of ops of a type, where it was added as one.</summary>
    internal IKernel? Source<TOp>() where TOp : Op => Find(OpSlot.Of(typeof(TOp)))?.Target as IKernel;

    /// <summary>Takes the kernel for one op out, so that a composite op runs its expansion; tells whether there was one.</summary>
    public bool Remove<TOp>() where TOp : Op
    {
        bool had = Find(OpSlot.Of(typeof(TOp))) is not null;
        if (had) Set<TOp>(null);
        return had;
    }

    /// <summary>The ops that have a kernel.</summary>
    public IEnumerable<Type> Ops => OpSlot.Types.Where(t => Find(OpSlot.Of(t)) is not null);

    internal Kernel<Op>? Find(int slot)
    {
        var kernels = bySlot;
        return (uint)slot < (uint)kernels.Length ? kernels[slot] : null;
    }

    void Set<TOp>(Kernel<Op>? kernel)
    {
        int slot = OpSlot.Of(typeof(TOp));
        if (slot >= bySlot.Length) Array.Resize(ref bySlot, Math.Max(slot + 1, bySlot.Length * 2));
        bySlot[slot] = kernel;
    }
}

/// <summary>A small number for every type of op, so that finding a kernel is an array access.</summary>
static class OpSlot
{
    static readonly ConcurrentDictionary<Type, int> slots = new();
    static int count;

    public static ICollection<Type> Types => slots.Keys;

    public static int Of(Type op) => slots.TryGetValue(op, out int slot) ? slot : slots.GetOrAdd(op, static _ => Interlocked.Increment(ref count) - 1);
}
