using System.IO.Compression;

namespace Tauten;

/// <summary>
/// Reads and writes named arrays in NumPy's format <c>.npz</c>: a zip archive with a <c>.npy</c> file for each. Nothing is ever written outside of memory when an archive
/// is read, and nothing in it is run.
/// </summary>
/// <example><code>
/// Npz.Save("pair.npz", new Dictionary&lt;string, NpyArray> { ["a"] = Tensor.Ones([2, 3]), ["b"] = Tensor.Arange(4) });
/// Console.WriteLine(Npz.Load("pair.npz")["b"].Tensor);    // [0, 1, 2, 3]
/// </code></example>
public static class Npz
{
    const string Ending = ".npy";

    /// <summary>What <see cref="Load(string, long)"/> takes from an archive unless told otherwise: 4 GB.</summary>
    public const long DefaultLimit = 1L << 32;

    /// <summary>Deflated data cannot become larger than this many times its size; what claims to is a lie.</summary>
    const int LargestRatio = 1032;

    /// <summary>Writes a file, which is replaced if it exists; a crash leaves the old one or the new one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="arrays">The arrays by name.</param>
    /// <param name="compressed">Whether the arrays are deflated, as by <c>numpy.savez_compressed</c>, or stored as they are.</param>
    /// <exception cref="ArgumentException">A name is empty, absolute, or leads upwards.</exception>
    /// <exception cref="DTypeException">NumPy does not have the dtype of an array.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string path, IReadOnlyDictionary<string, NpyArray> arrays, bool compressed = false) => WholeFile.Write(path, stream => Save(stream, arrays, compressed));

    /// <summary>Writes to a stream; see <see cref="Save(string, IReadOnlyDictionary{string, NpyArray}, bool)"/>.</summary>
    public static void Save(Stream stream, IReadOnlyDictionary<string, NpyArray> arrays, bool compressed = false)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var (name, array) in arrays)
        {
            if (Fault(name) is { } fault) throw new ArgumentException($"Npz.Save: the name '{name}' {fault}.", nameof(arrays));
            var entry = archive.CreateEntry(name + Ending, compressed ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
            // The oldest time there is, so that equal arrays make equal files.
            entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using var content = entry.Open();
            if (array.IsComplex) Npy.Save(content, array.Complex);
            else Npy.Save(content, array.Tensor);
        }
    }

    /// <summary>The arrays of a file by name, in the order of the archive.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The number of bytes that all arrays together may take: an archive may be far smaller than what it unpacks to.</param>
    /// <exception cref="ModelFormatException">The file is not in the format, or unpacks to more than the limit; the message says what was read and what was expected.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, NpyArray> Load(string path, long limit = DefaultLimit)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Read(stream, limit, path);
    }

    /// <summary>The arrays of a stream by name; one that cannot seek is held in memory first.</summary>
    /// <inheritdoc cref="Load(string, long)"/>
    public static IReadOnlyDictionary<string, NpyArray> Load(Stream stream, long limit = DefaultLimit) => Read(stream, limit, "stream");

    static OrderedDictionary<string, NpyArray> Read(Stream stream, long limit, string source)
    {
        var arrays = new OrderedDictionary<string, NpyArray>();
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true);
            long total = 0;
            foreach (var entry in archive.Entries)
            {
                string name = entry.FullName.EndsWith(Ending, StringComparison.Ordinal) ? entry.FullName[..^Ending.Length] : throw new ModelFormatException($"{source}: the entry '{entry.FullName}' is not an array. Expected a name that ends with {Ending}.");
                if (Fault(name) is { } fault) throw new ModelFormatException($"{source}: the name of entry '{entry.FullName}' {fault}.");
                if (arrays.ContainsKey(name)) throw new ModelFormatException($"{source}: there are two entries '{entry.FullName}'.");
                if (entry.Length / LargestRatio > entry.CompressedLength)
                    throw new ModelFormatException($"{source}: the entry '{entry.FullName}' claims to unpack {entry.CompressedLength} bytes to {entry.Length}, more than is possible.");
                if ((total += entry.Length) > limit || total < 0)
                    throw new ModelFormatException($"{source}: the arrays up to '{entry.FullName}' take {total} bytes. Expected at most {limit}; raise the limit if you trust the file.");
                arrays.Add(name, Read(entry, $"{source}: {entry.FullName}"));
            }
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or OverflowException or ArgumentException)
        {
            throw new ModelFormatException($"{source}: not an archive of arrays: {e.Message}", e);
        }
        return arrays;
    }

    static NpyArray Read(ZipArchiveEntry entry, string source)
    {
        using var content = entry.Open();
        var array = Npy.Read(content, entry.Length, source);
        if (content.ReadByte() >= 0) throw new ModelFormatException($"{source}: bytes follow the array. Expected none.");
        return array;
    }

    /// <summary>What is wrong with a name; null for a good one.</summary>
    static string? Fault(string name) =>
        name.Length == 0 ? "is empty"
        : name.Any(char.IsControl) ? "has control characters"
        : name[0] is '/' or '\\' || (name.Length > 1 && name[1] == ':') ? "is absolute"
        : name.Split('/', '\\').Contains("..") ? "leads upwards"
        : null;
}
