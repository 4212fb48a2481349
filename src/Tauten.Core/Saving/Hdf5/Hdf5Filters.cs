using System.Buffers.Binary;
using System.IO.Compression;

namespace Tauten;

/// <summary>What was done to chunks before they were written, and how to undo it: deflate, shuffled bytes, checksums.</summary>
sealed class Hdf5Filters(IReadOnlyList<(int Id, int[] Values)> filters, Hdf5Bytes file)
{
    const int Deflate = 1, Shuffle = 2, Checksum = 3;

    /// <summary>Whether chunks lie in the file as they are.</summary>
    public bool IsEmpty => filters.Count == 0;

    /// <summary>The filters in a message.</summary>
    /// <exception cref="ModelFormatException">One is not known.</exception>
    public static Hdf5Filters Read(Hdf5Cursor? x, Hdf5Bytes file, string name)
    {
        var filters = new List<(int, int[])>();
        if (x is not null)
        {
            int version = x.Byte(), count = x.Byte();
            if (version == 1) x.Skip(6);
            for (int i = 0; i < count; i++)
            {
                int id = (int)x.Number(2), nameLength = version == 1 || id >= 256 ? (int)x.Number(2) : 0;
                x.Skip(2);
                int values = (int)x.Number(2);
                x.Skip(version == 1 ? (nameLength + 7) / 8 * 8 : nameLength);
                filters.Add((id, [.. Enumerable.Range(0, values).Select(_ => (int)x.Number(4))]));
                if (version == 1 && values % 2 == 1) x.Skip(4);
                if (id is not (Deflate or Shuffle or Checksum)) throw new ModelFormatException($"{file.Source}: '{name}' is packed by filter {id}, which is not read. Expected deflate (gzip), shuffle or fletcher32.");
            }
        }
        return new(filters, file);
    }

    /// <summary>A chunk as it was.</summary>
    /// <param name="bytes">What is in the file.</param>
    /// <param name="skipped">A bit for each filter that was left out.</param>
    /// <param name="size">The size of the chunk.</param>
    /// <param name="name">Names the data set in messages.</param>
    public byte[] Unpack(byte[] bytes, long skipped, long size, string name)
    {
        for (int i = filters.Count - 1; i >= 0; i--)
        {
            if ((skipped >> i & 1) != 0) continue;
            bytes = filters[i].Id switch
            {
                Deflate => Inflated(bytes, size, name),
                Shuffle => Unshuffled(bytes, filters[i].Values is [> 0 and var element, ..] ? element : 1),
                _ => Checked(bytes, name),
            };
        }
        return bytes.LongLength >= size ? bytes : throw file.Wrong($"a chunk of '{name}' has {bytes.Length} bytes. Expected {size}");
    }

    byte[] Inflated(byte[] bytes, long size, string name)
    {
        try
        {
            using var stream = new ZLibStream(new MemoryStream(bytes), CompressionMode.Decompress);
            // A checksum may follow what the chunk holds.
            var content = new byte[size + 4];
            int read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return content[..read];
        }
        catch (InvalidDataException e)
        {
            throw new ModelFormatException($"{file.Source}: a chunk of '{name}' is damaged: {e.Message}", e);
        }
    }

    static byte[] Unshuffled(byte[] bytes, int element)
    {
        int count = bytes.Length / element;
        var ordered = new byte[bytes.Length];
        for (int part = 0; part < element; part++)
            for (int i = 0; i < count; i++) ordered[i * element + part] = bytes[part * count + i];
        bytes.AsSpan(count * element).CopyTo(ordered.AsSpan(count * element));
        return ordered;
    }

    // Fletcher's sums over 16-bit words.
    byte[] Checked(byte[] bytes, string name)
    {
        if (bytes.Length < 4) throw file.Wrong($"a chunk of '{name}' has no checksum");
        var content = bytes.AsSpan(0, bytes.Length - 4);
        uint first = 0, second = 0;
        for (int i = 0; i + 1 < content.Length; i += 2)
        {
            first = (first + BinaryPrimitives.ReadUInt16BigEndian(content[i..])) % 65535;
            second = (second + first) % 65535;
        }
        if (content.Length % 2 == 1)
        {
            first = (first + ((uint)content[^1] << 8)) % 65535;
            second = (second + first) % 65535;
        }
        uint written = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4));
        if ((written & 0xffff) % 65535 != first || (written >> 16) % 65535 != second) throw file.Wrong($"the checksum of a chunk of '{name}' is wrong");
        return content.ToArray();
    }
}
