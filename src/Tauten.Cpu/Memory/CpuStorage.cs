namespace Tauten.Cpu;

/// <summary>Storage whose bytes do not move.</summary>
abstract class CpuStorage(CpuBackend backend, long byteCount) : Storage
{
    protected readonly CpuBackend backend = backend;

    /// <summary>What kernels have made of the bytes; null where these may change.</summary>
    public KeptForms? Forms { get; private set; }

    public sealed override Backend Backend => backend;

    public sealed override long ByteCount => byteCount;

    internal sealed override bool IsFixed => Forms is not null;

    /// <summary>The bytes will never change.</summary>
    public void Fix() => Forms ??= new(backend, this);
}
