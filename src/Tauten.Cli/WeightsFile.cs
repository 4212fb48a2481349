namespace Tauten.Cli;

/// <summary>The file with a network's weights, with errors in the user's words.</summary>
static class WeightsFile
{
    /// <summary>Finds out before a long training whether its result can be written. Leaves an existing file as it is.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public static void CheckWritable(string path)
    {
        if (path.Length == 0) throw new IOException("--out: expected a file name. Received an empty one.");
        if (Directory.Exists(path)) throw new IOException($"--out: {path} is a folder. Expected a file name.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder)) throw new IOException($"--out: there is no folder {folder}.");
        try
        {
            bool isNew = !File.Exists(path);
            using (File.Open(path, FileMode.OpenOrCreate, FileAccess.Write)) { }
            if (isNew) File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"--out: cannot write {path}: {e.Message}", e);
        }
    }

    /// <summary>Whether <paramref name="path"/> can be read at all.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public static void CheckReadable(string path)
    {
        if (Directory.Exists(path)) throw new IOException($"{path} is a folder. Expected a file with weights.");
        if (!File.Exists(path)) throw new IOException($"there is no file {path}. Make one with 'tauten train digits'.");
    }
}
