using System.Buffers.Binary;

namespace Tauten.Data;

/// <summary>Files in the idx format, that of MNIST: two zero bytes, the element type, the number of axes, their sizes, and the elements, all in big-endian order.</summary>
/// <example><code>
/// File.WriteAllBytes("labels.idx", [0, 0, 8, 1, 0, 0, 0, 2, 7, 9]);
/// Console.WriteLine(IdxFile.Load("labels.idx"));    // [7, 9]
/// </code></example>
public static class IdxFile
{
    /// <summary>Reads a file; one that begins as gzip does is decompressed, whatever its name.</summary>
    /// <returns>uint8, int8, int16, int32, float32 or float64.</returns>
    /// <exception cref="DataException">The file is damaged.</exception>
    public static Tensor Load(string path)
    {
        byte[] bytes = Bytes(path);
        if (bytes.Length < 4 || bytes[0] != 0 || bytes[1] != 0) throw new DataException($"{path} is no idx file: expected it to begin with two zero bytes.");
        (DType dtype, int size) = bytes[2] switch
        {
            0x08 => (DType.UInt8, 1),
            0x09 => (DType.Int8, 1),
            0x0B => (DType.Int16, 2),
            0x0C => (DType.Int32, 4),
            0x0D => (DType.Float32, 4),
            0x0E => (DType.Float64, 8),
            byte other => throw new DataException($"{path}: the element type {other:x2} is not one of the idx format."),
        };
        int rank = bytes[3], start = 4 + 4 * rank;
        if (bytes.Length < start) throw new DataException($"{path} ends within its head.");
        var sizes = new long[rank];
        long count = 1;
        for (int i = 0; i < rank; i++)
        {
            sizes[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(4 + 4 * i));
            count = sizes[i] == 0 ? 0 : count > int.MaxValue / sizes[i] ? long.MaxValue / 16 : count * sizes[i];
        }
        if (count * size != bytes.Length - start) throw new DataException($"{path}: expected {count * size} bytes of elements for shape [{string.Join(", ", sizes)}]. Received: {bytes.Length - start}.");
        var shape = Shape.Of(sizes);
        var data = bytes.AsSpan(start);
        return dtype switch
        {
            DType.UInt8 => Tensor.From((ReadOnlySpan<byte>)data, shape),
            DType.Int8 => Tensor.From(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, sbyte>((ReadOnlySpan<byte>)data), shape),
            DType.Int16 => Tensor.From(Elements(data, 2, BinaryPrimitives.ReadInt16BigEndian), shape),
            DType.Int32 => Tensor.From(Elements(data, 4, BinaryPrimitives.ReadInt32BigEndian), shape),
            DType.Float32 => Tensor.From(Elements(data, 4, BinaryPrimitives.ReadSingleBigEndian), shape),
            _ => Tensor.From(Elements(data, 8, BinaryPrimitives.ReadDoubleBigEndian), shape),
        };
    }

    static byte[] Bytes(string path)
    {
        if (!File.Exists(path)) throw new DataException($"There is no file {path}.");
        byte[] bytes = SourceFile.Bytes(path);
        if (bytes is not [0x1F, 0x8B, ..]) return bytes;
        try
        {
            using var whole = new MemoryStream();
            using (var unpacked = new System.IO.Compression.GZipStream(new MemoryStream(bytes), System.IO.Compression.CompressionMode.Decompress)) unpacked.CopyTo(whole);
            return whole.ToArray();
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new DataException($"Cannot read {path}: {e.Message}", e);
        }
    }

    delegate T Reader<T>(ReadOnlySpan<byte> bytes);

    static T[] Elements<T>(ReadOnlySpan<byte> data, int size, Reader<T> read)
    {
        var elements = new T[data.Length / size];
        for (int i = 0; i < elements.Length; i++) elements[i] = read(data.Slice(i * size, size));
        return elements;
    }
}
