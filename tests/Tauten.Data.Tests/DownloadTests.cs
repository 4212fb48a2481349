using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Tauten.Data.Tests;

/// <summary>Downloads from a server of our own that drops connections and serves wrong bytes.</summary>
public sealed class DownloadTests : IDisposable
{
    readonly TestFolder folder = new();
    readonly byte[] content = new byte[300_000];

    public DownloadTests() => new Random(4).NextBytes(content);

    public void Dispose() => folder.Dispose();

    /// <summary>Answers each request with what a script says: how many bytes from where are sent before the connection is closed.</summary>
    sealed class Server : IDisposable
    {
        readonly TcpListener listener = new(IPAddress.Loopback, 0);
        readonly Task serving;

        public Server(byte[] content, bool takesRanges, params Func<byte[], (int Status, byte[] Body, int Sent)>[] script)
        {
            listener.Start();
            Address = new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/file");
            serving = Task.Run(() => Serve(content, takesRanges, script));
        }

        public Uri Address { get; }

        public List<long> Starts { get; } = [];

        void Serve(byte[] content, bool takesRanges, Func<byte[], (int, byte[], int)>[] script)
        {
            for (int i = 0; ; i++)
            {
                TcpClient client;
                try
                {
                    client = listener.AcceptTcpClient();
                }
                catch (Exception e) when (e is SocketException or InvalidOperationException)
                {
                    return;
                }
                using (client)
                {
                    var stream = client.GetStream();
                    using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                    long start = 0;
                    for (string? line; (line = reader.ReadLine()) is { Length: > 0 };)
                        if (line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase)) start = long.Parse(line[13..].TrimEnd('-'));
                    Starts.Add(start);
                    var (status, whole, sent) = i < script.Length ? script[i](content) : (200, content, int.MaxValue);
                    if (!takesRanges) start = 0;
                    string head = $"HTTP/1.1 {status} x\r\nConnection: close\r\n";
                    if (status == 200 && start >= whole.Length) head = $"HTTP/1.1 416 x\r\nConnection: close\r\nContent-Range: bytes */{whole.Length}\r\nContent-Length: 0\r\n\r\n";
                    else if (status == 200 && start > 0) head = $"HTTP/1.1 206 x\r\nConnection: close\r\nContent-Range: bytes {start}-{whole.Length - 1}/{whole.Length}\r\nContent-Length: {whole.Length - start}\r\n\r\n";
                    else head += $"Content-Length: {(status == 200 ? whole.Length : 0)}\r\n\r\n";
                    stream.Write(Encoding.ASCII.GetBytes(head));
                    if (status == 200 && start < whole.Length) stream.Write(whole.AsSpan((int)start, (int)Math.Min(sent, whole.Length - start)));
                }
            }
        }

        public void Dispose()
        {
            listener.Stop();
            serving.Wait();
        }
    }

    DataCache Cache() => new(folder.Path) { Pause = TimeSpan.FromMilliseconds(1) };

    DataFile File(Uri address) => new("file.bin", Convert.ToHexString(SHA256.HashData(content)), address);

    static (int, byte[], int) Dropped(byte[] all) => (200, all, 100_000);

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task A_broken_download_goes_on_where_it_was(bool takesRanges)
    {
        using var server = new Server(content, takesRanges, Dropped, Dropped);
        string path = await Cache().Get("set", File(server.Address));
        Assert.Equal(content, System.IO.File.ReadAllBytes(path));
        Assert.Equal(3, server.Starts.Count);
        Assert.True(server.Starts[1] > 0 && server.Starts[2] >= server.Starts[1]);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
        // From the cache, without asking.
        Assert.Equal(path, await Cache().Get("set", File(server.Address)));
        Assert.Equal(3, server.Starts.Count);
    }

    [Fact]
    public async Task Wrong_bytes_are_thrown_away()
    {
        byte[] wrong = [.. content];
        wrong[7] ^= 1;
        using var server = new Server(content, true, _ => (200, wrong, int.MaxValue));
        Assert.Equal(content, System.IO.File.ReadAllBytes(await Cache().Get("set", File(server.Address))));
        using var bad = new Server(wrong, true);
        var error = await Assert.ThrowsAsync<DataException>(() => Cache().Get("other", File(bad.Address)));
        Assert.Contains("cannot be downloaded. Put it into", error.Message);
        Assert.Contains("the check of what came is not", error.Message);
        Assert.Empty(Directory.GetFiles(folder.File("other")));
    }

    [Fact]
    public async Task Another_server_is_asked_when_one_has_nothing()
    {
        using var empty = new Server(content, true, _ => (404, [], 0));
        using var server = new Server(content, true);
        Assert.Equal(content, System.IO.File.ReadAllBytes(await Cache().Get("set", File(server.Address) with { Addresses = [empty.Address, server.Address] })));
        Assert.Single(empty.Starts);
    }

    [Fact]
    public async Task Being_offline_is_said()
    {
        Uri nobody;
        using (var server = new Server(content, true)) nobody = server.Address;
        var error = await Assert.ThrowsAsync<DataException>(() => Cache().Get("set", File(nobody)));
        Assert.StartsWith($"file.bin of the data set set cannot be downloaded. Put it into {folder.File("set")}, or name a folder that has it.", error.Message);
    }

    [Fact]
    public async Task Usual_layouts_are_found()
    {
        byte[] images = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4], labels = [0, 0, 8, 1, 0, 0, 0, 1, 7];
        foreach (string layout in (string[])["", "raw", "MNIST/raw"])
        {
            string root = Directory.CreateDirectory(folder.File($"m{layout.Length}")).FullName, at = Directory.CreateDirectory(Path.Combine(root, layout)).FullName;
            foreach (string part in (string[])["train", "t10k"])
            {
                System.IO.File.WriteAllBytes(Path.Combine(at, $"{part}-images-idx3-ubyte"), images);
                System.IO.File.WriteAllBytes(Path.Combine(at, $"{part}-labels-idx1-ubyte"), labels);
            }
            var set = await DataSets.Mnist(root);
            Assert.Equal(7, set.Train.At(0).Target.Item<long>());
            Assert.Equal(Shape.Of(1, 2, 2), set.Test.At(0).Input.Shape);
        }
        await Assert.ThrowsAsync<DataException>(() => DataSets.Mnist(folder.File("m0") + "x"));
        string cifar = Directory.CreateDirectory(folder.File("cifar-10-batches-bin")).FullName;
        foreach (string name in (string[])["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"])
            System.IO.File.WriteAllBytes(Path.Combine(cifar, $"{name}.bin"), [3, .. Enumerable.Range(0, 3072).Select(i => (byte)(i / 1024))]);
        var ten = await DataSets.Cifar10(folder.Path);
        Assert.Equal((5, 1, 3), (ten.Train.Length, ten.Test.Length, ten.Train.At(4).Target.Item<long>()));
        Assert.Equal(2, ten.Train.At(0).Input[2, 31, 31].Item<byte>());
    }

    [Fact]
    public void Digits_are_part_of_the_library()
    {
        var digits = DataSets.Digits();
        Assert.Equal((1437, 360), (digits.Train.Length, digits.Test.Length));
        Assert.Equal(16, digits.Train.Batch(2000).First().Input.Max().Item<byte>());
    }
}
