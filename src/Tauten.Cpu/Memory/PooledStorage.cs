namespace Tauten.Cpu;

/// <summary>A block of the pool as the storage of tensors.</summary>
sealed unsafe class PooledStorage : Storage
{
    readonly CpuBackend backend;
    readonly BlockPool.Block block;
    readonly long byteCount;
    StorageToken? first;         // handed out by the first call of Share, so that fresh storage is watched from the start

    public PooledStorage(CpuBackend backend, long byteCount)
    {
        this.backend = backend;
        this.byteCount = byteCount;
        block = backend.Pool.Rent(byteCount, this, out first);
    }

    internal override object? Forms { get; set; }

    public override Backend Backend => backend;

    public override long ByteCount => byteCount;

    protected internal override ref byte Reference => ref block.Freed ? ref Freed() : ref *(byte*)block.Pointer;

    protected internal override object Share(out bool isNew)
    {
        if (first is { } token)
        {
            first = null;
            isNew = true;
            return token;
        }
        return backend.Pool.Share(block, this, out isNew);
    }

    protected internal override void Retain() => backend.Pool.Retain(block);

    protected internal override void Release() => backend.Pool.Release(block);

    protected internal override void Drop(StorageToken token) => backend.Pool.Drop(block, token);

    protected internal override bool IsUnshared => backend.Pool.IsUnshared(block);

    static ref byte Freed() => throw BlockPool.Freed();
}
