namespace Tauten;

/// <summary>Files that are written whole or not at all, and streams that are held whole to be read.</summary>
static class WholeFile
{
    /// <summary>
    /// Writes a file: first to a temporary one beside it, which then takes its name, so that a crash leaves the old file or the new one.
    /// </summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>The stream itself where it can seek; else what is left of it, in memory.</summary>
    public static Stream Seekable(Stream stream)
    {
        if (stream.CanSeek) return stream;
        var held = new MemoryStream();
        stream.CopyTo(held);
        held.Position = 0;
        return held;
    }
}
