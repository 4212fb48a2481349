using System.Text;

namespace Tauten.Data.Tests;

/// <summary>CIFAR-10 in each of the layouts in which it is found.</summary>
public sealed class CifarTests : IDisposable
{
    const int Pixels = 3 * 32 * 32, Images = 2;
    static readonly string[] names = ["data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"];
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    static byte Pixel(int file, int image, int place) => (byte)(file * 31 + image * 7 + place * 13 + place / 256);

    static byte Label(int file, int image) => (byte)((file * 2 + image) % 10);

    static byte[] Of(int file, int image) => [.. Enumerable.Range(0, Pixels).Select(p => Pixel(file, image, p))];

    async Task Check(string at)
    {
        var set = await DataSets.Cifar10(at);
        Assert.Equal((10, 2), (set.Train.Length, set.Test.Length));
        Assert.Equal("truck", set.Classes[9]);
        for (int file = 0; file < 6; file++)
            for (int image = 0; image < Images; image++)
            {
                var (pixels, label) = file < 5 ? set.Train.At(file * Images + image) : set.Test.At(image);
                Assert.Equal(Label(file, image), label.Item<long>());
                Assert.Equal(Shape.Of(3, 32, 32), pixels.Shape);
                Assert.Equal(Of(file, image), pixels.ToArray<byte>());
            }
    }

    [Fact]
    public async Task Binary_files()
    {
        string at = Directory.CreateDirectory(folder.File("cifar-10-batches-bin")).FullName;
        for (int file = 0; file < 6; file++) File.WriteAllBytes(Path.Combine(at, $"{names[file]}.bin"), [.. Enumerable.Range(0, Images).SelectMany(i => (byte[])[Label(file, i), .. Of(file, i)])]);
        await Check(folder.Path);
        await Check(at);
    }

    /// <summary>Pickles as Python 2 wrote them, in which the elements of an array are a text.</summary>
    [Fact]
    public async Task Files_for_Python()
    {
        string at = Directory.CreateDirectory(folder.File("cifar-10-batches-py")).FullName;
        for (int file = 0; file < 6; file++)
        {
            byte[] all = [.. Enumerable.Range(0, Images).SelectMany(i => Of(file, i))];
            File.WriteAllBytes(Path.Combine(at, names[file]),
            [
                0x80, 2, .. "}("u8, .. Text("data"), .. "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0"u8, 0x85, .. Text("b"), 0x87, .. "R(K\x01K"u8, Images, .. "M\0\x0c"u8, 0x86,
                .. "cnumpy\ndtype\n"u8, .. Text("u1"), .. "K\0K\x01"u8, 0x87, .. "R(K\x03"u8, .. Text("|"), .. "NNNJ"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. "J"u8, 0xFF, 0xFF, 0xFF, 0xFF, .. "K\0tb"u8,
                0x89, .. "T"u8, .. BitConverter.GetBytes(all.Length), .. all, .. "tb"u8, .. Text("labels"), .. "](K"u8, Label(file, 0), .. "K"u8, Label(file, 1), .. "eu."u8,
            ]);
        }
        await Check(folder.Path);
        File.WriteAllBytes(Path.Combine(at, names[5]), [0x80, 2, .. "}."u8]);
        Assert.Contains("expected 'data'", (await Assert.ThrowsAsync<DataException>(() => DataSets.Cifar10(at))).Message);
        File.WriteAllBytes(Path.Combine(at, names[5]), [0x80, 2, .. "cos\nsystem\n"u8, .. Text("true"), 0x85, .. "R."u8]);
        Assert.Contains("os.system", (await Assert.ThrowsAsync<DataException>(() => DataSets.Cifar10(at))).Message);

        static byte[] Text(string text) => [(byte)'U', (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
    }

    [Fact]
    public async Task Sheets_with_an_image_in_each_row()
    {
        for (int file = 0; file < 6; file++)
        {
            var sheet = Tensor.From([.. Enumerable.Range(0, Images).SelectMany(i => Of(file, i))], [Images, 3, 1024]).Transpose(0, 1);
            Image.Save(folder.File($"{names[file]}.png"), sheet);
        }
        File.WriteAllText(folder.File("train_lables.json"), $"[{string.Join(',', Enumerable.Range(0, 10).Select(i => Label(i / 2, i % 2)))}]");
        File.WriteAllText(folder.File("test_lables.json"), $"[{Label(5, 0)},{Label(5, 1)}]");
        await Check(folder.Path);
        File.Delete(folder.File("data_batch_3.png"));
        Assert.Contains("has no files of cifar10", (await Assert.ThrowsAsync<DataException>(() => DataSets.Cifar10(folder.Path))).Message);
    }
}
