using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace Tauten.Data;

/// <summary>A file of a data set: where it comes from, and how it is known to be whole.</summary>
/// <param name="Name">Its name in the cache.</param>
/// <param name="Check">MD5 or SHA-256 as hexadecimal digits, as the publisher gives it; told apart by the length.</param>
/// <param name="Addresses">Where it is, the best first.</param>
public sealed record DataFile(string Name, string Check, params IReadOnlyList<Uri> Addresses);

/// <summary>
/// The folder in which data sets are kept: the environment variable <c>TAUTEN_DATA</c>, else <c>tauten</c> in the user's folder for caches. A download that was broken off goes on where it was; a file
/// takes its name only when its check is right.
/// </summary>
/// <example><code>
/// var cache = new DataCache("data");
/// Console.WriteLine(Path.GetFileName(cache.FolderOf("mnist")));    // mnist
/// </code></example>
public sealed class DataCache
{
    const int Attempts = 5;
    readonly HttpMessageHandler? handler;

    /// <summary>A cache in a folder; the usual one if left out.</summary>
    public DataCache(string? folder = null, HttpMessageHandler? handler = null)
    {
        Folder = folder ?? Usual();
        this.handler = handler;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>How long to wait before a broken download is tried again, the first time; twice as long each time after.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    static string Usual()
    {
        if (Environment.GetEnvironmentVariable("TAUTEN_DATA") is { Length: > 0 } own) return own;
        string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (string.IsNullOrEmpty(cache)) cache = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData) : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return Path.Combine(cache, "tauten");
    }

    /// <summary>The folder of a data set.</summary>
    public string FolderOf(string set) => Path.Combine(Folder, set);

    /// <summary>The path of a file, downloaded if it is not there.</summary>
    /// <param name="set">The data set.</param>
    /// <param name="file">The file.</param>
    /// <param name="progress">Is told the bytes so far and the size, where it is known.</param>
    /// <param name="stop">Ends it; what is there stays.</param>
    /// <exception cref="DataException">It cannot be downloaded, or what came was something else each time. The message says where the file may be put instead.</exception>
    public async Task<string> Get(string set, DataFile file, IProgress<(long Bytes, long? Size)>? progress = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        string path = Path.Combine(FolderOf(set), file.Name);
        if (File.Exists(path)) return path;
        Directory.CreateDirectory(FolderOf(set));
        var errors = new List<string>();
        using var client = handler is null ? new HttpClient() : new HttpClient(handler, disposeHandler: false);
        client.Timeout = TimeSpan.FromMinutes(1);
        foreach (var address in file.Addresses)
        {
            string part = $"{path}.part";
            var pause = Pause;
            for (int attempt = 1; attempt <= Attempts; attempt++)
            {
                try
                {
                    await Download(client, address, part, progress, stop);
                    if (await Matches(part, file.Check, stop))
                    {
                        File.Move(part, path, overwrite: true);
                        return path;
                    }
                    errors.Add($"{address}: the check of what came is not {file.Check}");
                    File.Delete(part);
                    // The same bytes would come again, unless a connection was at fault: one more time.
                    if (attempt >= 2) break;
                }
                catch (HttpRequestException e) when (e.StatusCode is { } status && (int)status is >= 400 and < 500 and not 408 and not 429)
                {
                    errors.Add($"{address}: {(int)status}");
                    break;
                }
                catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !stop.IsCancellationRequested))
                {
                    errors.Add($"{address}: {e.Message}");
                    if (attempt < Attempts) await Task.Delay(pause, stop);
                    pause *= 2;
                }
            }
        }
        throw new DataException($"{file.Name} of the data set {set} cannot be downloaded. Put it into {FolderOf(set)}, or name a folder that has it. Tried: {string.Join("; ", errors.Distinct())}.");
    }

    static async Task Download(HttpClient client, Uri address, string part, IProgress<(long, long?)>? progress, CancellationToken stop)
    {
        long have = File.Exists(part) ? new FileInfo(part).Length : 0;
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (have > 0) request.Headers.Range = new RangeHeaderValue(have, null);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // It is whole, or longer than the file there; the check tells.
            if (response.Content.Headers.ContentRange?.Length == have) return;
            File.Delete(part);
            throw new IOException("what was there is longer than the file");
        }
        response.EnsureSuccessStatusCode();
        bool continues = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == have;
        if (!continues) have = 0;
        long? size = response.Content.Headers.ContentLength + have;
        await using var body = await response.Content.ReadAsStreamAsync(stop);
        await using var file = new FileStream(part, continues ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.None);
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = await body.ReadAsync(buffer, stop)) > 0;)
        {
            await file.WriteAsync(buffer.AsMemory(0, read), stop);
            have += read;
            progress?.Report((have, size));
        }
        if (size is { } wanted && have < wanted) throw new IOException(string.Create(CultureInfo.InvariantCulture, $"the connection ended after {have} of {wanted} bytes"));
    }

    static async Task<bool> Matches(string path, string check, CancellationToken stop)
    {
        await using var file = File.OpenRead(path);
        byte[] found = check.Length switch
        {
            // What publishers give; it guards against damage, not against malice.
            32 => await MD5.HashDataAsync(file, stop),
            64 => await SHA256.HashDataAsync(file, stop),
            _ => throw new ArgumentException($"DataFile: expected a check of 32 or 64 hexadecimal digits. Received: {check}.", nameof(check)),
        };
        return string.Equals(Convert.ToHexString(found), check, StringComparison.OrdinalIgnoreCase);
    }
}
