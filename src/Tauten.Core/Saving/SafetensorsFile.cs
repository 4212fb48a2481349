using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Tauten;

/// <summary>
/// The tensors of a safetensors file, or of the many files of one model that an index (<c>model.safetensors.index.json</c>) lists, each read when it is asked for: names and specs are known at
/// once, and a model of many gigabytes is loaded tensor by tensor.
/// </summary>
/// <remarks>It may be passed wherever tensors by name are taken, such as <c>Module.LoadState</c>; each use reads anew.</remarks>
/// <example><code>
/// Safetensors.Save("pair.safetensors", new Dictionary&lt;string, Tensor> { ["a"] = Tensor.Ones([2, 3]), ["b"] = Tensor.Arange(4) });
/// var file = SafetensorsFile.Open("pair.safetensors");
/// Console.WriteLine(file.Specs["a"]);    // float32[2, 3]
/// Console.WriteLine(file["b"]);    // [0, 1, 2, 3]
/// </code></example>
public sealed class SafetensorsFile : IReadOnlyDictionary<string, Tensor>
{
    readonly OrderedDictionary<string, (string Path, long Start, SafetensorsEntry Entry)> places = [];

    SafetensorsFile(IReadOnlyDictionary<string, string> metadata) => Metadata = metadata;

    /// <summary>The free texts of the header, or of the index.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The specs of the tensors by name, in the order of their data.</summary>
    public IReadOnlyDictionary<string, TensorSpec> Specs => new OrderedDictionary<string, TensorSpec>(places.Select(p => KeyValuePair.Create(p.Key, p.Value.Entry.Spec)));

    /// <summary>Reads the headers of a file, or of all files that an index lists.</summary>
    /// <param name="path">The file, or an index, whose name ends in <c>.json</c>.</param>
    /// <exception cref="ModelFormatException">A file is not in the format, the index names a file outside of its folder, or a tensor is not where the index says.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        if (path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return OpenIndex(path);
        var (header, start) = Header(path);
        var file = new SafetensorsFile(header.Metadata);
        foreach (var entry in header.Entries) file.places.Add(entry.Name, (path, start, entry));
        return file;
    }

    static (SafetensorsHeader Header, long Start) Header(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var header = SafetensorsHeader.Read(stream, stream.Length, path);
        return (header, stream.Position);
    }

    static SafetensorsFile OpenIndex(string path)
    {
        const int LargestIndex = 100_000_000;
        if (new FileInfo(path).Length > LargestIndex) throw new ModelFormatException($"{path}: an index has at most {LargestIndex} bytes.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            using var index = JsonDocument.Parse(File.ReadAllBytes(path), new() { MaxDepth = 8 });
            var shards = new Dictionary<string, (SafetensorsHeader Header, long Start, Dictionary<string, SafetensorsEntry> Entries)>();
            var metadata = new Dictionary<string, string>();
            if (index.RootElement.TryGetProperty("metadata", out var texts) && texts.ValueKind == JsonValueKind.Object)
                foreach (var text in texts.EnumerateObject()) metadata[text.Name] = text.Value.ToString();
            var file = new SafetensorsFile(metadata);
            foreach (var weight in index.RootElement.GetProperty("weight_map").EnumerateObject())
            {
                string name = weight.Value.GetString() ?? "";
                if (!shards.TryGetValue(name, out var shard))
                {
                    if (name.Length == 0 || name != Path.GetFileName(name) || name is "." or "..") throw new ModelFormatException($"{path}: the files of a model lie beside its index. Received: '{name}'.");
                    var (header, start) = Header(Path.Combine(folder, name));
                    shards.Add(name, shard = (header, start, header.Entries.ToDictionary(e => e.Name)));
                }
                if (!shard.Entries.TryGetValue(weight.Name, out var entry)) throw new ModelFormatException($"{path}: '{weight.Name}' is not in '{name}', where it should be.");
                if (!file.places.TryAdd(weight.Name, (Path.Combine(folder, name), shard.Start, entry))) throw new ModelFormatException($"{path}: '{weight.Name}' is listed twice.");
            }
            return file;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new ModelFormatException($"{path} is no index of safetensors files: {error.Message}", error);
        }
    }

    /// <summary>Reads a tensor.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    /// <exception cref="ModelFormatException">It is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public Tensor this[string name] => TryGetValue(name, out var tensor) ? tensor : throw new KeyNotFoundException($"There is no tensor '{name}'.");

    /// <inheritdoc/>
    public bool TryGetValue(string name, [MaybeNullWhen(false)] out Tensor tensor)
    {
        tensor = null;
        if (!places.TryGetValue(name, out var place)) return false;
        using var stream = new FileStream(place.Path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        stream.Position = place.Start + place.Entry.Start;
        try
        {
            tensor = Safetensors.ReadTensor(stream, place.Entry, place.Path);
        }
        catch (EndOfStreamException error)
        {
            throw new ModelFormatException($"{place.Path}: the file has become shorter since its header was read.", error);
        }
        return true;
    }

    /// <inheritdoc/>
    public bool ContainsKey(string name) => places.ContainsKey(name);

    /// <summary>The number of tensors.</summary>
    public int Count => places.Count;

    /// <summary>The names.</summary>
    public IEnumerable<string> Keys => places.Keys;

    /// <summary>The tensors, each read when it is reached.</summary>
    public IEnumerable<Tensor> Values => places.Keys.Select(name => this[name]);

    /// <summary>Names and tensors, each read when it is reached.</summary>
    public IEnumerator<KeyValuePair<string, Tensor>> GetEnumerator() => places.Keys.Select(name => KeyValuePair.Create(name, this[name])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
