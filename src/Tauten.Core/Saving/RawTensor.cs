using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tauten;

/// <summary>Elements that lie in a file as in memory: read to where they stay, so that no second copy is ever made.</summary>
static class RawTensor
{
    const int PieceSize = 1 << 20;

    /// <summary>Checks a piece of what was read, and where in the tensor it begins.</summary>
    public delegate void Check(ReadOnlySpan<byte> bytes, long start);

    /// <summary>A tensor of the bytes that a stream gives next.</summary>
    /// <exception cref="EndOfStreamException">They are too few.</exception>
    public static Tensor Read(Stream stream, TensorSpec spec, Check? check = null)
    {
        var backend = Backends.Default;
        var tensor = Tensor.Allocate(backend, spec);
        long bytes = spec.ByteCount;
        if (backend.IsHostReadable)
            for (long done = 0; done < bytes; done += PieceSize)
            {
                var part = MemoryMarshal.CreateSpan(ref Unsafe.Add(ref tensor.Storage.Reference, (nint)done), (int)Math.Min(PieceSize, bytes - done));
                stream.ReadExactly(part);
                check?.Invoke(part, done);
            }
        else
        {
            var all = new byte[bytes];
            stream.ReadExactly(all);
            check?.Invoke(all, 0);
            backend.CopyFromHost(tensor.Storage, all);
        }
        GC.KeepAlive(tensor);
        return tensor;
    }
}
