using System.Runtime.InteropServices;

namespace Tauten.Cpu;

/// <summary>Bytes of a mapped file. They are only read, and the first of them may lie anywhere.</summary>
sealed unsafe class MappedStorage : CpuStorage
{
    readonly SafeBuffer file;   // unmapped when nothing refers to it
    readonly byte* first;

    public MappedStorage(CpuBackend backend, SafeBuffer file, long offset, long byteCount) : base(backend, byteCount)
    {
        this.file = file;
        first = (byte*)file.DangerousGetHandle() + offset;
        PageMemory.Bring(first, byteCount);
    }

    protected internal override ref byte Reference => ref *first;

    internal override void Forget()
    {
        PageMemory.Drop(first, ByteCount);
        GC.KeepAlive(file);
    }
}
