using System.Buffers.Binary;
using System.Numerics;

namespace Tauten;

/// <summary>The format of before PyTorch 1.6: pickles one behind the other (a magic number, a version, facts of the machine, the content, the keys of storages), then each storage.</summary>
sealed class PlainFile(Stream stream, string source)
{
    static readonly BigInteger magic = BigInteger.Parse("119547037146038801333356");
    const long Version = 1001;

    readonly Dictionary<string, PyTorchStorage> storages = [];
    readonly Dictionary<string, (DType Type, long Count)> named = [];

    /// <summary>The content.</summary>
    public object? Read()
    {
        PyTorchObjects objects = null!;
        objects = new(source, Skim, skims: true);
        var pickles = new Pickle(stream, objects, source);
        if (!magic.Equals(pickles.Read())) throw new ModelFormatException($"{source}: a pickle, but not one of torch.save: it does not begin with PyTorch's number.");
        if (pickles.Read() is not Version) throw new ModelFormatException($"{source}: the file has another version of the format. Expected {Version}.");
        bool isBigEndian = pickles.Read() is PickledDictionary machine && machine.TryGetValue("little_endian", out object? little) && little is false;
        long content = stream.Position;
        // Where storages lie is said behind the content: read once to get there, and once more with them.
        pickles.Read();
        if (pickles.Read() is not List<object?> keys) throw new ModelFormatException($"{source}: the keys of storages are missing.");
        Locate(keys, isBigEndian);
        stream.Position = content;
        return new Pickle(stream, new PyTorchObjects(source, Find), source).Read();

        object? Skim(object? id)
        {
            var (type, key, count) = PyTorchFile.StorageId(id, objects, source);
            named[key] = (type, count);
            return null;
        }

        object? Find(object? id)
        {
            var (_, key, _) = PyTorchFile.StorageId(id, objects, source);
            var storage = storages.TryGetValue(key, out var found) ? found : throw new ModelFormatException($"{source}: storage '{key}' is missing.");
            // A part of a storage: (key of the part, first element, number).
            return id is object[] and [_, _, _, _, _, object[] and [_, long first, long length], ..] ? storage.Part(first, length) : storage;
        }
    }

    void Locate(List<object?> keys, bool isBigEndian)
    {
        Span<byte> prefix = stackalloc byte[8];
        foreach (object? item in keys)
        {
            string key = FormattableString.Invariant($"{item}");
            stream.ReadExactly(prefix);
            long count = isBigEndian ? BinaryPrimitives.ReadInt64BigEndian(prefix) : BinaryPrimitives.ReadInt64LittleEndian(prefix), place = stream.Position;
            if (!named.TryGetValue(key, out var known)) throw new ModelFormatException($"{source}: storage '{key}' belongs to no tensor.");
            if (count < 0 || count > (stream.Length - place) / known.Type.Size()) throw new ModelFormatException($"{source}: storage '{key}' claims {count} elements of {known.Type.Name()}, but only {stream.Length - place} bytes follow.");
            storages[key] = new(known.Type, count, () => new SectionStream(stream, place, count * known.Type.Size()), isBigEndian, $"{source}: storage '{key}'");
            stream.Position = place + count * known.Type.Size();
        }
    }
}

/// <summary>Some bytes of a stream, which keeps its own position.</summary>
sealed class SectionStream(Stream whole, long start, long length) : Stream
{
    long position;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => length;

    /// <inheritdoc/>
    public override long Position
    {
        get => position;
        set => position = value;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        long before = whole.Position;
        whole.Position = start + position;
        int read = whole.Read(buffer[..(int)Math.Clamp(length - position, 0, buffer.Length)]);
        whole.Position = before;
        position += read;
        return read;
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => position = offset + (origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => position,
        _ => length,
    });

    /// <inheritdoc/>
    public override void Flush() { }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
