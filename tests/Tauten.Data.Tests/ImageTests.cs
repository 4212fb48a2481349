using System.IO.Compression;

namespace Tauten.Data.Tests;

/// <summary>Images as Pillow wrote and reads them; see make_images.py beside the fixture.</summary>
public sealed class ImageTests : IDisposable
{
    static readonly Dictionary<string, byte[]> files = Read();
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    static Dictionary<string, byte[]> Read()
    {
        using var zip = ZipFile.OpenRead(Path.Combine(AppContext.BaseDirectory, "images.zip"));
        var all = new Dictionary<string, byte[]>();
        foreach (var entry in zip.Entries)
        {
            using var bytes = new MemoryStream();
            using (var stream = entry.Open()) stream.CopyTo(bytes);
            all[entry.FullName] = bytes.ToArray();
        }
        return all;
    }

    static IEnumerable<string> Names(string kind) => files.Keys.Where(n => n.StartsWith(kind, StringComparison.Ordinal) && !n.EndsWith(".raw", StringComparison.Ordinal));

    [Fact]
    public void There_are_two_hundred_files() => Assert.True(Names("").Count() >= 200, $"{Names("").Count()}");

    [Theory]
    [InlineData("png", 0), InlineData("jpeg", 2), InlineData("bmp", 0), InlineData("pnm", 0)]
    public void Pixels_are_those_of_pillow(string kind, int tolerance)
    {
        var wrong = new List<string>();
        int largest = 0;
        foreach (string name in Names(kind))
        {
            byte[] raw = files[name + ".raw"];
            int channels = raw[0], width = BitConverter.ToUInt16(raw, 1), height = BitConverter.ToUInt16(raw, 3);
            var wanted = raw.AsSpan(5);
            // Grey with opacity has no name of its own; Pillow reads 16 bits of grey as they are, and the upper 8 of colours.
            var asked = channels switch { 17 or 2 or 1 => ImageChannels.Unchanged, 3 => ImageChannels.Rgb, _ => ImageChannels.Rgba };
            Tensor image;
            try
            {
                image = Image.Decode(files[name], asked);
            }
            catch (DataException e)
            {
                wrong.Add($"{name}: {e.Message}");
                continue;
            }
            int[] found = image.Permute(1, 2, 0).To(DType.Int32).ToArray<int>();
            if (channels != 17 && image.DType == DType.UInt16) found = Array.ConvertAll(found, v => v >> 8);
            int count = channels == 17 ? wanted.Length / 2 : wanted.Length;
            if (image.Shape[1] != height || image.Shape[2] != width || found.Length != count)
            {
                wrong.Add($"{name}: {image.Shape} for {channels} x {height} x {width}");
                continue;
            }
            int apart = 0;
            for (int i = 0; i < count; i++) apart = Math.Max(apart, Math.Abs(found[i] - (channels == 17 ? BitConverter.ToUInt16(wanted[(2 * i)..]) : wanted[i])));
            largest = Math.Max(largest, apart);
            if (apart > tolerance) wrong.Add($"{name}: {apart} levels apart");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.InRange(largest, 0, tolerance);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void What_is_written_is_read(int channels)
    {
        var generator = new Generator((ulong)channels);
        foreach (var pixels in (Tensor[])[Tensor.RandInt(0, 256, [channels, 19, 23], DType.Int32, generator).To(DType.UInt8), Tensor.RandInt(0, 65536, [channels, 7, 5], DType.Int32, generator).To(DType.UInt16)])
        {
            Image.Save(folder.File("x.png"), pixels);
            Assert.True(pixels.Equal(Image.Load(folder.File("x.png"))));
        }
        // A picture with structure is filtered and becomes smaller.
        var slope = (Tensor.Arange(64).Reshape(1, 1, 64) + Tensor.Arange(64).Reshape(1, 64, 1)).To(DType.UInt8);
        Assert.True(Image.ToPng(slope).Length < 400);
    }

    [Fact]
    public void What_is_no_image_is_said()
    {
        Assert.StartsWith("This is no image that can be read.", Assert.Throws<DataException>(() => Image.Decode([1, 2, 3])).Message);
        Assert.StartsWith(folder.File("no.png"), Assert.Throws<DataException>(() => Image.Load(folder.Write("no.png", [0x89, (byte)'P', (byte)'N', (byte)'G']))).Message);
        // A few bytes that ask for a billion pixels.
        byte[] huge = [.. files["png/c2d8i0-13x17.png"]];
        huge[16 + 2] = huge[20 + 2] = 0x1F;
        Assert.Throws<DataException>(() => Image.Decode(huge));
        Assert.Throws<DataException>(() => Image.Decode([.. "P6 40000 3000 255\n"u8, 1, 2, 3]));
        Assert.Throws<ShapeException>(() => Image.ToPng(Tensor.Zeros([5, 2, 2], DType.UInt8)));
    }

    [Fact]
    public void A_file_that_is_cut_off_is_an_error()
    {
        foreach (string name in (string[])["png/c6d8i1-13x17.png", "jpeg/s2p0-17x33.jpg", "jpeg/s0p1-17x33.jpg", "bmp/rgb-5x4.bmp", "pnm/rgb-5x4.ppm"])
        {
            byte[] whole = files[name];
            for (int length = 2; length < whole.Length - 2; length += 1 + whole.Length / 60) Assert.Throws<DataException>(() => Image.Decode(whole[..length]));
        }
    }

    [Fact]
    public void A_stream_that_asks_for_a_dictionary_is_an_error()
    {
        byte[] bytes = [.. files["png/c2d8i0-13x17.png"]];
        int data = bytes.AsSpan().IndexOf("IDAT"u8) + 4;
        // The flag for a dictionary, and the check of the two bytes made right again.
        bytes[data + 1] |= 0x20;
        bytes[data + 1] = (byte)((bytes[data + 1] & 0xE0) | ((31 - (bytes[data] * 256 + (bytes[data + 1] & 0xE0)) % 31) % 31));
        MendChecks(bytes);
        Assert.StartsWith("PNG: the compressed data are damaged", Assert.Throws<DataException>(() => Image.Decode(bytes)).Message);
    }

    [Fact]
    public void Some_mutated_files_end_in_an_image_or_an_error() => Mutate(each: 250);

    /// <summary>A hundred thousand of PNG and as many of JPEG, half of PNG's with their checks made right again, and some of the others.</summary>
    [Fact, Trait("Category", "Slow")]
    public void Many_mutated_files_end_in_an_image_or_an_error() => Mutate(each: 100_000);

    static void Mutate(int each)
    {
        foreach (string kind in (string[])["png", "jpeg", "bmp", "pnm"])
        {
            string[] names = [.. Names(kind)];
            int images = 0;
            Parallel.For(0, each, i =>
            {
                var random = new SampleRandom((ulong)i + 1);
                byte[] bytes = [.. files[names[random.Next(names.Length)]]];
                for (long k = 1 + random.Next(6); k > 0; k--)
                {
                    long place = random.Next(bytes.Length);
                    switch (random.Next(4))
                    {
                        case 0: bytes[place] = (byte)random.Next(256); break;
                        case 1: bytes[place] ^= (byte)(1 << (int)random.Next(8)); break;
                        case 2: bytes = bytes[..(int)Math.Max(4, place)]; break;
                        default: bytes[place] = 255; break;
                    }
                }
                if (kind == "png" && random.NextBool()) MendChecks(bytes);
                long before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    Image.Decode(bytes);
                    Interlocked.Increment(ref images);
                }
                catch (DataException)
                {
                }
                // Neither does a small file ask for much memory.
                Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 400L << 20);
            });
            Assert.True(images > each / 50, $"{kind}: {images} of {each}");
        }
    }

    static void MendChecks(byte[] bytes)
    {
        for (int at = 8; at + 12 <= bytes.Length;)
        {
            uint length = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at));
            if (length > bytes.Length - at - 12) return;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(at + 8 + (int)length), System.IO.Hashing.Crc32.HashToUInt32(bytes.AsSpan(at + 4, 4 + (int)length)));
            at += 12 + (int)length;
        }
    }
}
