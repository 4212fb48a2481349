namespace Tauten.Cpu;

/// <summary>A block of the pool as the storage of tensors.</summary>
sealed unsafe class PooledStorage : CpuStorage
{
    readonly BlockPool.Block block;
    StorageToken? first;         // handed out by the first call of Share, so that fresh storage is watched from the start

    public PooledStorage(CpuBackend backend, long byteCount) : base(backend, byteCount) => block = backend.Pool.Rent(byteCount, this, out first);

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
