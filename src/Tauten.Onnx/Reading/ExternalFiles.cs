namespace Tauten.OnnxFormat;

/// <summary>Files beside a model that hold its weights: never outside of the model's folder, and never behind a link.</summary>
sealed class ExternalFiles(string folder) : IDisposable
{
    readonly string root = Path.GetFullPath(folder);
    readonly Dictionary<string, TensorSource> known = [];

    /// <summary>A file, where in it the bytes lie that are asked for, and how many these are.</summary>
    /// <exception cref="ModelFormatException">The location leads out of the folder or through a link, the file is not there, or too short.</exception>
    public (TensorSource Source, long Offset, long Length) Find(string location, long offset, long? length, string name)
    {
        if (!known.TryGetValue(location, out var source)) known.Add(location, source = new(new FileStream(Resolve(location, name), FileMode.Open, FileAccess.Read, FileShare.Read)));
        long count = length ?? source.Length - offset;
        return offset >= 0 && count >= 0 && offset <= source.Length - count
            ? (source, offset, count)
            : throw new ModelFormatException($"{name}: {count} bytes from {offset} on are not in '{location}', which has {source.Length}.");
    }

    /// <summary>Closes the files; tensors stay.</summary>
    public void Dispose()
    {
        foreach (var source in known.Values) source.Dispose();
    }

    string Resolve(string location, string name)
    {
        if (location.Length == 0 || location.Contains('\0') || Path.IsPathRooted(location) || location.Contains(':') || location.Split('/', '\\').Contains(".."))
            throw new ModelFormatException($"{name}: external data must lie in the folder of the model. Received: '{location}'.");
        string path = Path.GetFullPath(Path.Combine(root, location));
        if (!path.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new ModelFormatException($"{name}: external data must lie in the folder of the model. Received: '{location}'.");
        for (string? part = path; part is not null && part.Length > root.Length; part = Path.GetDirectoryName(part))
        {
            FileSystemInfo entry = Directory.Exists(part) ? new DirectoryInfo(part) : new FileInfo(part);
            if (!entry.Exists) throw new ModelFormatException($"{name}: there is no file '{location}' beside the model.");
            if (entry.LinkTarget is not null) throw new ModelFormatException($"{name}: '{location}' is a link. External data must be files in the folder of the model.");
        }
        if (!File.Exists(path)) throw new ModelFormatException($"{name}: '{location}' is not a file.");
        return path;
    }
}
