using System.Runtime.CompilerServices;

namespace Tauten;

/// <summary>
/// The bytes of one or more tensors on a device. Nodes of the tape hold a storage by count (<see cref="Retain"/>, <see cref="Release"/>);
/// tensors hold what <see cref="Share"/> gives, so that the backend can tell when the last tensor is gone while a node still needs the bytes.
/// </summary>
public abstract class Storage
{
    /// <summary>The device whose memory this is.</summary>
    public abstract Backend Backend { get; }

    /// <summary>The size in bytes.</summary>
    public abstract long ByteCount { get; }

    /// <summary>The first byte, where the host can read the memory.</summary>
    /// <exception cref="DeviceException">The memory has been given back, or lies on a device that the host cannot read.</exception>
    protected internal abstract ref byte Reference { get; }

    /// <summary>
    /// What a tensor holds: the storage itself, or a <see cref="StorageToken"/> where the backend counts. <paramref name="isNew"/> tells that
    /// the token was made by this call, so that nobody else holds it.
    /// </summary>
    protected internal virtual object Share(out bool isNew)
    {
        isNew = false;
        return this;
    }

    /// <summary>A node of the tape begins to need the bytes.</summary>
    protected internal virtual void Retain() { }

    /// <summary>A node of the tape no longer needs the bytes.</summary>
    protected internal virtual void Release() { }

    /// <summary>The tensors that share <paramref name="token"/> are known to be gone; the bytes may be reused unless a node needs them.</summary>
    protected internal virtual void Drop(StorageToken token) { }

    /// <summary>A parameter or buffer holds the bytes from here on, and will ask <see cref="IsUnshared"/>; false if the answer could be wrong.</summary>
    protected internal virtual bool Watch() => true;

    /// <summary>Whether no node of the tape needs the bytes.</summary>
    protected internal virtual bool IsUnshared => false;

    /// <summary>Whether the bytes never change, so that what the backend makes of them, such as packed weights, is kept.</summary>
    internal virtual bool IsFixed => false;

    /// <summary>The bytes will hardly be read again: memory that holds them and can be filled anew, such as that of a mapped file, may go.</summary>
    internal virtual void Forget() { }
}

/// <summary>What all tensors of one counted storage share; its collection by the garbage collector says that no tensor is left.</summary>
public sealed class StorageToken(Storage storage)
{
    /// <summary>The bytes.</summary>
    public Storage Storage => storage;
}

/// <summary>
/// Small storage inside one managed object: no pool, no second object. Nodes of the tape are counted only where a parameter or buffer asks for it.
/// </summary>
abstract class SmallStorage(Backend backend, int byteCount) : Storage
{
    /// <summary>The largest size kept this way.</summary>
    public const int MaxBytes = 1024;

    readonly int byteCount = byteCount;
    bool watched, retained;
    int holders;

    protected internal sealed override bool Watch() => watched = watched || !retained;

    protected internal sealed override void Retain()
    {
        if (watched) Interlocked.Increment(ref holders);
        else retained = true;
    }

    protected internal sealed override void Release()
    {
        if (watched) Interlocked.Decrement(ref holders);
    }

    protected internal sealed override bool IsUnshared => watched && holders == 0;

    public sealed override Backend Backend => backend;

    public sealed override long ByteCount => byteCount;

    public static SmallStorage Create(Backend backend, int byteCount) => byteCount switch
    {
        <= 16 => new Of<Bytes16>(backend, byteCount),
        <= 64 => new Of<Bytes64>(backend, byteCount),
        <= 256 => new Of<Bytes256>(backend, byteCount),
        _ => new Of<Bytes1024>(backend, byteCount),
    };

    sealed class Of<TBytes>(Backend backend, int byteCount) : SmallStorage(backend, byteCount) where TBytes : struct
    {
        TBytes bytes;

        protected internal override ref byte Reference => ref Unsafe.As<TBytes, byte>(ref bytes);
    }

    [InlineArray(2)] struct Bytes16 { long first; }
    [InlineArray(8)] struct Bytes64 { long first; }
    [InlineArray(32)] struct Bytes256 { long first; }
    [InlineArray(128)] struct Bytes1024 { long first; }
}

/// <summary>Memory of the caller's, read in place.</summary>
sealed class WrappedStorage<T>(Backend backend, ReadOnlyMemory<T> memory) : Storage where T : unmanaged
{
    public override Backend Backend => backend;

    public override long ByteCount => (long)memory.Length * Unsafe.SizeOf<T>();

    protected internal override ref byte Reference => ref Unsafe.As<T, byte>(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(memory.Span));
}
