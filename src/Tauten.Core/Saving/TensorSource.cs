using System.IO.MemoryMappedFiles;

namespace Tauten;

/// <summary>
/// A file or stream in which elements lie as in memory. Large tensors of a file are mapped: they are there at once, take memory only for what is read of them, and the system may take it back.
/// </summary>
/// <remarks>
/// The file can be deleted or replaced by another one of its name while tensors lie in it; they keep what it held. Whoever writes into it or makes it shorter changes them, or ends the process.
/// On Windows, where a mapped file cannot be deleted, all are read.
/// </remarks>
/// <param name="stream">The file or stream, which can seek. Nobody else moves in it meanwhile, and it may be closed when the last tensor has been asked for.</param>
sealed class TensorSource(Stream stream) : IDisposable
{
    /// <summary>Smaller tensors are read.</summary>
    public const int SmallestMapped = 1 << 16;

    readonly Backend backend = Backends.Default;
    MemoryMappedViewAccessor? view;
    bool isRead = stream is not FileStream || OperatingSystem.IsWindows();

    /// <summary>The number of bytes.</summary>
    public long Length => stream.Length;

    /// <summary>The tensor whose first byte lies at an offset.</summary>
    /// <exception cref="EndOfStreamException">The bytes end before the tensor does.</exception>
    /// <exception cref="ShapeException">It is larger than tensors may be.</exception>
    public Tensor Read(long offset, TensorSpec spec)
    {
        long bytes = spec.ByteCount;
        if (offset > Length - bytes) throw new EndOfStreamException($"There are no {bytes} bytes from {offset} on, but {Length} in all.");
        if (bytes >= SmallestMapped && View() is { } mapped)
        {
            SizeLimit.Check(spec);
            if (backend.Map(mapped.SafeMemoryMappedViewHandle, mapped.PointerOffset + offset, bytes) is { } storage) return Tensor.Over(storage, spec.Contiguous);
        }
        stream.Position = offset;
        return RawTensor.Read(stream, spec);
    }

    /// <summary>Copies the bytes from an offset on.</summary>
    /// <exception cref="EndOfStreamException">They are too few.</exception>
    public void Copy(long offset, Span<byte> bytes)
    {
        stream.Position = offset;
        stream.ReadExactly(bytes);
    }

    MemoryMappedViewAccessor? View()
    {
        if (view is not null || isRead) return view;
        try
        {
            using var mapped = MemoryMappedFile.CreateFromFile((FileStream)stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            view = mapped.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        }
        // Not every file system can do it.
        catch (IOException)
        {
            isRead = true;
        }
        return view;
    }

    /// <summary>Closes the file; tensors stay.</summary>
    public void Dispose() => stream.Dispose();
}
