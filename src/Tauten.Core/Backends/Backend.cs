using Tauten.Ops;

namespace Tauten;

/// <summary>A kind of device: its memory, and its kernels.</summary>
public abstract class Backend
{
    /// <summary>The device's name, such as <c>cpu</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The kernels.</summary>
    public abstract KernelTable Kernels { get; }

    /// <summary>Memory for <paramref name="byteCount"/> bytes, whose content is undefined.</summary>
    public abstract Storage Allocate(long byteCount);

    /// <summary>The kernel for <paramref name="op"/>, or null.</summary>
    internal virtual Kernel<Op>? FindKernel(Op op) => Kernels.Find(op.Slot);

    /// <summary>
    /// Whether an op with inputs of these specs may stand in the body of a <see cref="Fused"/> op on this backend. What the ops of a body must have in
    /// common, <see cref="Fuses(Graph)"/> tells.
    /// </summary>
    internal virtual bool Fuses(Op op, ReadOnlySpan<TensorSpec> x) => false;

    /// <summary>Whether the body of a <see cref="Fused"/> op may begin with an op with inputs of these specs: what follows is done to its result while that is in a cache.</summary>
    internal virtual bool Anchors(Op op, ReadOnlySpan<TensorSpec> x) => false;

    /// <summary>Whether a convolution of images and a weight of these specs is better done as a <see cref="ChannelsLastConvolution"/>, where the images lie so already.</summary>
    internal virtual bool TakesChannelsLast(Convolution op, TensorSpec x, TensorSpec weight) => false;

    /// <summary>Whether this backend runs a <see cref="Fused"/> op of this body as one kernel; where not, it is expanded.</summary>
    internal virtual bool Fuses(Graph body) => false;

    /// <summary>Bytes of a file that is mapped as storage that is only read; null where this backend's memory lies elsewhere, or bytes must lie as it allocates them.</summary>
    /// <param name="file">The mapped bytes, which stay as long as the storage.</param>
    /// <param name="offset">The first of them that belongs to the storage; it need not be a multiple of the size of an element.</param>
    /// <param name="byteCount">How many belong to it.</param>
    internal virtual Storage? Map(System.Runtime.InteropServices.SafeBuffer file, long offset, long byteCount) => null;

    /// <summary>The elements of a tensor will never change, and it will be used often: what kernels make of them may be kept as long as its memory.</summary>
    internal virtual void Fix(Tensor x) { }

    /// <summary>Whether the host can read the memory in place.</summary>
    public virtual bool IsHostReadable => true;

    /// <summary>Copies bytes of the host to the start of a storage.</summary>
    public virtual void CopyFromHost(Storage storage, ReadOnlySpan<byte> bytes) => bytes.CopyTo(System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref storage.Reference, bytes.Length));

    /// <summary>Copies bytes of a storage, from an offset on, to the host.</summary>
    public virtual void CopyToHost(Storage storage, long offset, Span<byte> bytes) =>
        System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(ref System.Runtime.CompilerServices.Unsafe.Add(ref storage.Reference, (nint)offset), bytes.Length).CopyTo(bytes);

    /// <summary>The arithmetic operations in a second that the device is able to do in a dtype; null where that is not known.</summary>
    internal virtual double? PeakOperations(DType dtype) => null;

    /// <summary>The bytes that tensors and tapes hold now, as far as the backend counts them.</summary>
    internal virtual long HeldBytes => 0;

    /// <summary>What compilers have made for this backend and is in use, by what it was made of.</summary>
    internal Dictionary<object, WeakReference<object>> Remembered { get; } = [];

    /// <summary>Waits until all work that was given out is done.</summary>
    public virtual void Synchronize() { }

    /// <summary>A reverse walk is about to start: a good moment to find out which tensors the program has let go.</summary>
    protected internal virtual void BeforeBackward() { }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>The backends of this process.</summary>
public static class Backends
{
    static readonly Lock gate = new();
    static Backend? standard;

    /// <summary>The backend that tensors are made on unless another is entered with <see cref="Use"/>: the CPU's.</summary>
    /// <exception cref="DeviceException">No backend is part of this program.</exception>
    public static Backend Default => Ambient.Current.Backend ?? standard ?? Find();

    /// <summary>Makes <paramref name="backend"/> the process-wide default.</summary>
    public static void SetDefault(Backend backend) => standard = backend;

    /// <summary>Makes <paramref name="backend"/> the default of this thread until the scope is disposed.</summary>
    public static BackendScope Use(Backend backend) => new(backend);

    // The core knows no backend, but a program that references the package expects its CPU without a word. The constant name is visible to the
    // trimmer and to the ahead-of-time compiler, which keep the type; this is the only use of reflection.
#pragma warning disable RS0030
    static Backend Find()
    {
        lock (gate)
        {
            return standard ??= Type.GetType("Tauten.Cpu.CpuBackend, Tauten.Cpu") is { } type
                ? (Backend)Activator.CreateInstance(type)!
                : throw new DeviceException("No backend is loaded. Reference the package Tauten.Cpu, or call Backends.SetDefault.");
        }
    }
#pragma warning restore RS0030
}

/// <summary>The time in which a thread makes its tensors on another backend.</summary>
public readonly ref struct BackendScope
{
    readonly Backend? before;

    internal BackendScope(Backend backend)
    {
        before = Ambient.Current.Backend;
        Ambient.Current.Backend = backend;
    }

    /// <summary>Goes back to the backend from before.</summary>
    public void Dispose() => Ambient.Current.Backend = before;
}
