using System.Buffers.Binary;
using Tauten.Ops;

namespace Tauten;

/// <summary>
/// Reads and writes named tensors in the safetensors format (https://github.com/huggingface/safetensors): 8 bytes of header length, a JSON header,
/// the elements. A file holds data only, and reading is strict: whatever a header claims is checked against the file before memory is
/// taken for it, so that a hostile file ends in a <see cref="ModelFormatException"/> and never takes more memory than its own size.
/// </summary>
/// <example><code>
/// Safetensors.Save("pair.safetensors", new Dictionary&lt;string, Tensor> { ["a"] = Tensor.Ones([2, 3]), ["b"] = Tensor.Arange(4) });
/// Console.WriteLine(Safetensors.Load("pair.safetensors")["b"]);    // [0, 1, 2, 3]
/// </code></example>
public static class Safetensors
{
    const int PieceSize = 1 << 20;

    /// <summary>
    /// Writes tensors to a file: first to a temporary one beside it, which then takes its name, so that a crash leaves the old file or the new one.
    /// </summary>
    /// <param name="path">The file, which is replaced if it exists.</param>
    /// <param name="tensors">The tensors by name. They are stored by falling alignment, then by name, as the reference implementation does.</param>
    /// <param name="metadata">Free texts kept in the header.</param>
    /// <exception cref="ArgumentException">A tensor is named <c>__metadata__</c>, which the format reserves.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        WholeFile.Write(path, stream => Save(stream, tensors, metadata));

    /// <summary>Writes tensors to a stream; see <see cref="Save(string, IReadOnlyDictionary{string, Tensor}, IReadOnlyDictionary{string, string})"/>.</summary>
    public static void Save(Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var entries = SafetensorsHeader.Arrange(tensors);
        var header = SafetensorsHeader.Write(entries, metadata);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        var piece = new byte[PieceSize];
        foreach (var entry in entries)
        {
            var tensor = tensors[entry.Name];
            var source = tensor.Layout.IsContiguous ? tensor : Contiguous.Copy(tensor);
            long start = source.Layout.Offset * source.DType.Size(), bytes = entry.End - entry.Start;
            for (long done = 0; done < bytes; done += PieceSize)
            {
                var part = piece.AsSpan(0, (int)Math.Min(PieceSize, bytes - done));
                source.Backend.CopyToHost(source.Storage, start + done, part);
                stream.Write(part);
            }
            GC.KeepAlive(source);
        }
    }

    /// <summary>The bytes of a file with these tensors; see <see cref="Save(string, IReadOnlyDictionary{string, Tensor}, IReadOnlyDictionary{string, string})"/>.</summary>
    public static byte[] ToBytes(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var stream = new MemoryStream();
        Save(stream, tensors, metadata);
        return stream.ToArray();
    }

    /// <summary>The tensors of a file by name, in the order of their data.</summary>
    /// <exception cref="ModelFormatException">The file is not in the format; the message says where, what was read and what was expected.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, Tensor> Load(string path) => Load(path, out _);

    /// <summary>The tensors of a file by name, and the free texts in its header.</summary>
    /// <exception cref="ModelFormatException">The file is not in the format; the message says where, what was read and what was expected.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, Tensor> Load(string path, out IReadOnlyDictionary<string, string> metadata)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        return Read(stream, stream.Length, path, out metadata);
    }

    /// <summary>The tensors in a stream, which is read to its end; one that cannot tell its length is held in memory first.</summary>
    /// <exception cref="ModelFormatException">The stream is not in the format.</exception>
    public static IReadOnlyDictionary<string, Tensor> Load(Stream stream) => Load(stream, out _);

    /// <summary>The tensors in a stream, and the free texts in its header.</summary>
    /// <exception cref="ModelFormatException">The stream is not in the format.</exception>
    public static IReadOnlyDictionary<string, Tensor> Load(Stream stream, out IReadOnlyDictionary<string, string> metadata)
    {
        stream = WholeFile.Seekable(stream);
        return Read(stream, stream.Length - stream.Position, "stream", out metadata);
    }

    /// <summary>The tensors in bytes, copied.</summary>
    /// <exception cref="ModelFormatException">The bytes are not in the format.</exception>
    public static IReadOnlyDictionary<string, Tensor> Load(byte[] bytes) => Load(bytes, out _);

    /// <summary>The tensors in bytes, copied, and the free texts in the header.</summary>
    /// <exception cref="ModelFormatException">The bytes are not in the format.</exception>
    public static IReadOnlyDictionary<string, Tensor> Load(byte[] bytes, out IReadOnlyDictionary<string, string> metadata) =>
        Read(new MemoryStream(bytes, writable: false), bytes.Length, "bytes", out metadata);

    static OrderedDictionary<string, Tensor> Read(Stream stream, long length, string source, out IReadOnlyDictionary<string, string> metadata)
    {
        var header = SafetensorsHeader.Read(stream, length, source);
        metadata = header.Metadata;
        var tensors = new OrderedDictionary<string, Tensor>(header.Entries.Count);
        try
        {
            // The entries were checked to follow each other without gaps, so that reading on is enough.
            foreach (var entry in header.Entries) tensors.Add(entry.Name, ReadTensor(stream, entry, source));
        }
        catch (EndOfStreamException e)
        {
            throw new ModelFormatException($"{source}: the data ends before the {length} bytes that were there when reading began.", e);
        }
        return tensors;
    }

    internal static Tensor ReadTensor(Stream stream, SafetensorsEntry entry, string source) =>
        RawTensor.Read(stream, entry.Spec, entry.Spec.DType == DType.Bool ? (bytes, start) => CheckBools(bytes, start, entry, source) : null);

    // Kernels rely on bools being 0 or 1.
    static void CheckBools(ReadOnlySpan<byte> bytes, long start, SafetensorsEntry entry, string source)
    {
        int wrong = bytes.IndexOfAnyExceptInRange((byte)0, (byte)1);
        if (wrong >= 0) throw new ModelFormatException($"{source}: tensor '{entry.Name}': element {start + wrong} of dtype BOOL is {bytes[wrong]}. Expected 0 or 1.");
    }
}
