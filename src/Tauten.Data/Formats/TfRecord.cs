using System.Buffers.Binary;

namespace Tauten.Data;

/// <summary>Writes TFRecord files: for each record its length as 8 bytes, the masked CRC-32C of these, the bytes, and their masked CRC-32C; numbers in little-endian order.</summary>
/// <example><code>
/// using (var writer = new TfRecordWriter("three.tfrecord"))
///     foreach (byte b in new byte[] { 1, 2, 3 }) writer.Write([b, b]);
/// Console.WriteLine(Dataset.TfRecords("three.tfrecord").Sum(record => record.Length));    // 6
/// </code></example>
public sealed class TfRecordWriter : IDisposable
{
    readonly Stream stream;

    /// <summary>Writes a new file.</summary>
    public TfRecordWriter(string path) : this(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 16))
    {
    }

    /// <summary>Writes to a stream, which is closed with the writer.</summary>
    public TfRecordWriter(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        this.stream = stream;
    }

    /// <summary>Writes a record.</summary>
    public void Write(ReadOnlySpan<byte> record)
    {
        Span<byte> head = stackalloc byte[12], tail = stackalloc byte[4];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)record.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Crc32C.Masked(head[..8]));
        BinaryPrimitives.WriteUInt32LittleEndian(tail, Crc32C.Masked(record));
        stream.Write(head);
        stream.Write(record);
        stream.Write(tail);
    }

    /// <summary>Writes an example.</summary>
    public void Write(TfExample example)
    {
        ArgumentNullException.ThrowIfNull(example);
        Write(example.ToBytes());
    }

    internal void Flush()
    {
        if (stream is FileStream file) file.Flush(flushToDisk: true);
        else stream.Flush();
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => stream.Dispose();
}

sealed class TfRecordDataset(string path) : FileDataset<byte[]>(path, "tfrecords")
{
    // What is asked for at once where a length cannot be compared with the size of a file.
    const int Piece = 1 << 20;

    protected override ReadElement Reader()
    {
        byte[] head = new byte[12], tail = new byte[4];
        return (Stream stream, long offset, out byte[] record, out long length) =>
        {
            (record, length) = ([], 0);
            int read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            if (read == 0) return false;
            if (read < head.Length) throw Damaged("it ends within the head of a record");
            ulong size = BinaryPrimitives.ReadUInt64LittleEndian(head);
            if (BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(8)) != Crc32C.Masked(head.AsSpan(0, 8))) throw Damaged("the check of a length fails");
            if (size > int.MaxValue / 2 || (stream.CanSeek && (long)size > stream.Length - stream.Position)) throw Damaged($"a record of {size} bytes does not fit");
            record = Bytes(stream, (int)size);
            if (stream.ReadAtLeast(tail, tail.Length, throwOnEndOfStream: false) < tail.Length) throw Damaged("it ends within a record");
            if (BinaryPrimitives.ReadUInt32LittleEndian(tail) != Crc32C.Masked(record)) throw Damaged("the check of a record fails");
            length = 16L + record.Length;
            return true;

            DataException Damaged(string what) => new($"{FilePath} is damaged at offset {offset}: {what}.");

            byte[] Bytes(Stream from, int count)
            {
                byte[] bytes = new byte[from.CanSeek ? count : Math.Min(count, Piece)];
                int filled = 0;
                while (true)
                {
                    if (from.ReadAtLeast(bytes.AsSpan(filled), bytes.Length - filled, throwOnEndOfStream: false) < bytes.Length - filled) throw Damaged("it ends within a record");
                    filled = bytes.Length;
                    if (filled == count) return bytes;
                    Array.Resize(ref bytes, (int)Math.Min(count, 2L * filled));
                }
            }
        };
    }
}
