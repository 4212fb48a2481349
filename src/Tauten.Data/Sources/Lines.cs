using System.IO.Compression;
using System.Text;

namespace Tauten.Data;

/// <summary>Files as streams, decompressed where their names end in .gz.</summary>
static class SourceFile
{
    public static Stream Open(string path)
    {
        try
        {
            var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"Cannot read {path}: {e.Message}", e);
        }
    }

    /// <summary>All bytes of a file as they are.</summary>
    public static byte[] Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"Cannot read {path}: {e.Message}", e);
        }
    }

    /// <summary>Goes forward to an offset, by reading where the stream cannot seek.</summary>
    public static void GoTo(Stream stream, long offset, string path)
    {
        if (stream.CanSeek)
        {
            if (offset > stream.Length) throw new DataException($"The saved position lies behind the end of {path}: the file has changed.");
            stream.Position = offset;
            return;
        }
        byte[] passed = new byte[1 << 16];
        while (offset > 0)
        {
            int read = stream.Read(passed, 0, (int)Math.Min(offset, passed.Length));
            if (read == 0) throw new DataException($"The saved position lies behind the end of {path}: the file has changed.");
            offset -= read;
        }
    }
}

/// <summary>A data set that reads a file from front to back; a position is an offset in it.</summary>
abstract class FileDataset<T>(string path, string description) : Dataset<T>
{
    public override long? Count => null;

    protected override string Description => $"{description}({Path.GetFileName(path)})";

    /// <summary>The next element and the bytes it took; false at the end.</summary>
    protected delegate bool ReadElement(Stream stream, long offset, out T element, out long length);

    /// <summary>A reader of its own for each pass.</summary>
    protected abstract ReadElement Reader();

    protected string FilePath => path;

    protected internal override DataIterator<T> Open(DataOrder order) => new Iterator(path, Reader());

    sealed class Iterator(string path, ReadElement read) : DataIterator<T>
    {
        Stream? stream;
        long offset;

        public override bool MoveNext()
        {
            if (stream is null)
            {
                stream = SourceFile.Open(path);
                SourceFile.GoTo(stream, offset, path);
            }
            T element;
            long length;
            try
            {
                if (!read(stream, offset, out element, out length)) return false;
            }
            catch (Exception e) when (e is IOException or InvalidDataException)
            {
                throw new DataException($"Cannot read {path} at offset {offset}: {e.Message}", e);
            }
            offset += length;
            Current = element;
            return true;
        }

        protected internal override void Save(DataStateWriter writer) => writer.Write(offset);

        protected internal override void Load(DataStateReader reader) => offset = reader.ReadCount(long.MaxValue);

        protected override void Dispose(bool disposing) => stream?.Dispose();
    }
}

/// <summary>The lines of a text file in UTF-8, ended by \n or \r\n; a mark of the byte order at the start is passed over.</summary>
sealed class LineDataset(string path) : FileDataset<string>(path, "lines")
{
    const int LongestLine = 1 << 30;

    protected override ReadElement Reader()
    {
        byte[] buffer = new byte[1 << 16];
        int start = 0, end = 0;
        return Read;

        bool Read(Stream stream, long offset, out string line, out long length)
        {
            int searched = start;
            while (true)
            {
                int found = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
                if (found >= 0)
                {
                    int stop = searched + found;
                    length = stop + 1 - start;
                    line = Text(buffer.AsSpan(start, stop - start), offset);
                    start = stop + 1;
                    return true;
                }
                searched = end - start;
                if (start > 0)
                {
                    buffer.AsSpan(start, end - start).CopyTo(buffer);
                    (start, end) = (0, end - start);
                }
                if (end == buffer.Length)
                {
                    if (end >= LongestLine) throw new DataException($"{FilePath}: the line at offset {offset} is longer than {LongestLine} bytes.");
                    Array.Resize(ref buffer, buffer.Length * 2);
                }
                int read = stream.Read(buffer, end, buffer.Length - end);
                if (read == 0)
                {
                    length = end - start;
                    line = Text(buffer.AsSpan(start, end - start), offset);
                    start = end;
                    return length > 0;
                }
                end += read;
            }
        }
    }

    static string Text(ReadOnlySpan<byte> bytes, long offset)
    {
        if (offset == 0 && bytes.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) bytes = bytes[3..];
        if (bytes is [.., (byte)'\r']) bytes = bytes[..^1];
        return Encoding.UTF8.GetString(bytes);
    }
}

/// <summary>Records of one length that lie in a file one behind the other.</summary>
sealed class FixedLengthDataset : IndexedDataset<byte[]>
{
    readonly string path;
    readonly int length;

    public FixedLengthDataset(string path, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        (this.path, this.length) = (path, length);
        if (!File.Exists(path)) throw new DataException($"There is no file {path}.");
        long size = new FileInfo(path).Length;
        if (size % length != 0) throw new DataException($"{path} has {size} bytes, which is no multiple of records of {length} bytes.");
        Length = size / length;
    }

    public override long Length { get; }

    protected override string Description => $"records({Path.GetFileName(path)}, {length})";

    protected internal override byte[] At(long index, DataOrder order)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess);
        byte[] record = new byte[length];
        for (int read = 0; read < length;)
        {
            int more = RandomAccess.Read(file, record.AsSpan(read), index * length + read);
            if (more == 0) throw new DataException($"{path} ends within record {index}.");
            read += more;
        }
        return record;
    }
}
