namespace Tauten;

/// <summary>
/// Reads the arrays of HDF5 files, which Keras saves weights in (<c>.h5</c>, <c>.weights.h5</c>, and inside of <c>.keras</c>): integers, floats and bools, whole or in chunks, packed by deflate, shuffled, with
/// checksums (HDF5 File Format Specification 3.0). Texts are left out. Whatever a file claims is checked against its size.
/// </summary>
/// <example><code>
/// void List(string path)
/// {
///     foreach (var (name, tensor) in Hdf5File.Load(path)) Console.WriteLine($"{name} {tensor.Spec}");
/// }
/// </code></example>
public static class Hdf5File
{
    /// <summary>The arrays of a file by name, from the root on: <c>layers/dense/vars/0</c>. Of a <c>.keras</c> archive, those of its weights.</summary>
    /// <exception cref="ModelFormatException">The file is damaged, or has arrays that cannot be read; the message says where and why.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, Tensor> Load(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Load(stream, path);
    }

    /// <summary>The arrays of a stream by name; one that cannot seek is held in memory first.</summary>
    /// <inheritdoc cref="Load(string)"/>
    public static IReadOnlyDictionary<string, Tensor> Load(Stream stream) => Load(stream, "stream");

    static OrderedDictionary<string, Tensor> Load(Stream stream, string source)
    {
        const string Weights = "model.weights.h5";
        stream = WholeFile.Seekable(stream);
        stream.Position = 0;
        Span<byte> start = stackalloc byte[2];
        if (stream.ReadAtLeast(start, 2, throwOnEndOfStream: false) == 2 && start.SequenceEqual("PK"u8))
        {
            try
            {
                using var archive = new System.IO.Compression.ZipArchive(stream, System.IO.Compression.ZipArchiveMode.Read, leaveOpen: true);
                var entry = archive.GetEntry(Weights) ?? throw new ModelFormatException($"{source}: an archive, but not one of Keras: there is no entry {Weights}.");
                using var content = entry.Open();
                return Arrays(Held(content, Npz.DefaultLimit, source), $"{source}: {Weights}");
            }
            catch (InvalidDataException e)
            {
                throw new ModelFormatException($"{source}: the archive is damaged: {e.Message}", e);
            }
        }
        return Arrays(stream, source);
    }

    static MemoryStream Held(Stream stream, long limit, string source)
    {
        var held = new MemoryStream();
        var piece = new byte[1 << 16];
        for (int read = stream.Read(piece); read > 0; read = stream.Read(piece))
        {
            held.Write(piece, 0, read);
            if (held.Length > limit) throw new ModelFormatException($"{source}: it unpacks to more than {limit} bytes.");
        }
        return held;
    }

    static OrderedDictionary<string, Tensor> Arrays(Stream stream, string source)
    {
        var file = new Hdf5Bytes(stream, source);
        long root = Root(file);
        var tensors = new OrderedDictionary<string, Tensor>();
        var (objects, groups) = (new Hdf5Objects(file), new Hdf5Groups(file));
        var within = new HashSet<long>();
        int visited = 0;
        try
        {
            Visit(root, "");
        }
        catch (OverflowException e)
        {
            throw new ModelFormatException($"{source}: not a valid HDF5 file: a size is too large to count with.", e);
        }
        return tensors;

        void Visit(long address, string name)
        {
            const int MostObjects = 1 << 20, MostDepth = 200;
            if (++visited > MostObjects) throw file.Wrong("it has too many objects");
            // A group may be linked into itself.
            if (within.Count > MostDepth || !within.Add(address)) return;
            var messages = objects.Messages(address);
            if (Hdf5Groups.IsGroup(messages))
                foreach (var (link, target) in groups.Links(messages)) Visit(target, name.Length == 0 ? link : $"{name}/{link}");
            else if (Hdf5DataSet.Of(file, name, messages) is { } data) tensors[name] = data.Read();
            within.Remove(address);
        }
    }

    static long Root(Hdf5Bytes file)
    {
        ReadOnlySpan<byte> signature = [0x89, (byte)'H', (byte)'D', (byte)'F', 13, 10, 26, 10];
        // The file may begin behind a block of the user's.
        for (long at = 0; at + 48 <= file.Length; at = at == 0 ? 512 : 2 * at)
        {
            if (!file.At(at, 8).AsSpan().SequenceEqual(signature)) continue;
            var x = file.Read(at + 8, 128);
            int version = x.Byte();
            if (version is 0 or 1)
            {
                x.Skip(4);
                Sizes(x.Byte(), x.Byte());
                x.Skip(version == 0 ? 9 : 13);
                long start = x.Address();
                x.Skip(4 * file.OffsetSize);
                long root = x.Address();
                file.Base = start;
                return root;
            }
            if (version is not (2 or 3)) throw file.Wrong($"it has version {version}. Expected 0 to 3");
            Sizes(x.Byte(), x.Byte());
            x.Skip(1);
            long first = x.Address();
            x.Skip(2 * file.OffsetSize);
            long group = x.Address();
            file.Base = first;
            return group;
        }
        throw new ModelFormatException($"{file.Source}: not an HDF5 file: its signature is missing.");

        void Sizes(int offset, int length)
        {
            if (offset is not (2 or 4 or 8) || length is not (2 or 4 or 8)) throw file.Wrong($"addresses of {offset} and lengths of {length} bytes");
            (file.OffsetSize, file.LengthSize) = (offset, length);
        }
    }
}
