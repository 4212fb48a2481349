using System.Buffers.Binary;
using System.Text;

namespace Tauten.Data.Tests;

public sealed class FormatTests : IDisposable
{
    readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_check_of_castagnoli_is_that_of_the_standard()
    {
        // RFC 3720, B.4.
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Of([.. Enumerable.Repeat((byte)255, 32)]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
    }

    // Written by TensorFlow's tf.io.TFRecordWriter as its documentation describes: one record, "abc".
    [Fact]
    public void A_record_has_the_documented_bytes()
    {
        using (var writer = new TfRecordWriter(folder.File("abc"))) writer.Write("abc"u8);
        byte[] bytes = File.ReadAllBytes(folder.File("abc"));
        Assert.Equal(19, bytes.Length);
        Assert.Equal(3UL, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        uint crc = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(15)), plain = Crc32C.Of("abc"u8);
        Assert.Equal((plain >> 15 | plain << 17) + 0xa282ead8, crc);
    }

    [Fact]
    public void Damaged_records_are_refused()
    {
        string path = folder.Records("r", 4);
        byte[] whole = File.ReadAllBytes(path);
        for (int i = 0; i < whole.Length; i++)
        {
            byte[] bytes = [.. whole];
            bytes[i] ^= 0x10;
            Assert.Throws<DataException>(() => Dataset.TfRecords(folder.Write("damaged", bytes)).All());
            if (i > 0 && i != 16 && i != 33 && i != 51) Assert.Throws<DataException>(() => Dataset.TfRecords(folder.Write("cut", whole[..i])).All());
        }
        string zipped = folder.Compress("huge.gz", [0, 0, 0, 32, 0, 0, 0, 0, .. Check([0, 0, 0, 32, 0, 0, 0, 0])]);
        Assert.Throws<DataException>(() => Dataset.TfRecords(zipped).All());
        byte[] Check(byte[] head)
        {
            byte[] crc = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(crc, Crc32C.Masked(head));
            return crc;
        }
    }

    [Fact]
    public void Examples_are_written_and_read()
    {
        var example = new TfExample();
        example.Bytes["text"] = [Encoding.UTF8.GetBytes("grüß"), []];
        example.Floats["pixels"] = [1.5f, float.NaN, -0f];
        example.Ints["label"] = [-1, long.MaxValue];
        example.Ints["none"] = [];
        var again = TfExample.Parse(example.ToBytes());
        Assert.Equal(example.Bytes["text"], again.Bytes["text"]);
        Assert.Equal(example.Floats["pixels"], again.Floats["pixels"]);
        Assert.Equal(example.Ints["label"], again.Ints["label"]);
        Assert.Empty(again.Ints["none"]);
        // features { feature { key: "a" value { int64_list { value: [1, 2] } } } }, unpacked as an older writer may do.
        byte[] unpacked = [0x0A, 13, 0x0A, 11, 0x0A, 1, (byte)'a', 0x12, 6, 0x1A, 4, 0x08, 1, 0x08, 2];
        Assert.Equal([1L, 2], TfExample.Parse(unpacked).Ints["a"]);
        Assert.Throws<DataException>(() => TfExample.Parse([0x0A, 200]));
    }

    [Fact]
    public void Mutated_examples_end_in_an_error_or_an_example()
    {
        var example = new TfExample();
        example.Bytes["a"] = [[1, 2, 3]];
        example.Ints["b"] = [1, 2, 300];
        example.Floats["c"] = [1, 2];
        byte[] whole = example.ToBytes();
        var random = new SampleRandom(11);
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = [.. whole];
            for (int k = 0; k < 3; k++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                TfExample.Parse(bytes);
            }
            catch (DataException)
            {
            }
        }
    }

    [Fact]
    public void Idx_files_of_all_types()
    {
        Assert.True(IdxFile.Load(folder.Write("a", [0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 3, 255])).Equal(Tensor.From(new byte[,] { { 3, 255 } })));
        Assert.True(IdxFile.Load(folder.Write("b", [0, 0, 0x0B, 1, 0, 0, 0, 2, 1, 0, 255, 255])).Equal(Tensor.From([(short)256, (short)-1])));
        Assert.True(IdxFile.Load(folder.Compress("c.gz", [0, 0, 0x0D, 1, 0, 0, 0, 1, 0x3F, 0x80, 0, 0])).Equal(Tensor.From([1f])));
        foreach (byte[] wrong in (byte[][])[[], [0, 0, 8], [0, 0, 8, 1, 0, 0, 0, 3, 1, 2], [0, 0, 7, 1, 0, 0, 0, 1, 1], [1, 0, 8, 1, 0, 0, 0, 1, 1], [0, 0, 14, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]])
            Assert.Throws<DataException>(() => IdxFile.Load(folder.Write("wrong", wrong)));
    }

    [Theory]
    [InlineData(1, 8), InlineData(1, 16), InlineData(1, 24), InlineData(1, 32), InlineData(3, 32), InlineData(3, 64), InlineData(0xFFFE, 16)]
    public void Sounds_of_all_kinds(int format, int bits)
    {
        byte[] data = bits switch
        {
            8 => [0, 128, 192, 255],
            16 => [0, 128, 0, 0, 0, 64, 255, 127],
            24 => [0, 0, 128, 0, 0, 0, 0, 0, 64, 255, 255, 127],
            32 when format == 1 => [0, 0, 0, 128, 0, 0, 0, 0, 0, 0, 0, 64, 255, 255, 255, 127],
            32 => [.. new[] { -1f, 0, 0.5f, 1 }.SelectMany(BitConverter.GetBytes)],
            _ => [.. new[] { -1.0, 0, 0.5, 1 }.SelectMany(BitConverter.GetBytes)],
        };
        byte[] head = format == 0xFFFE ? [.. Words(format, 2), .. BitConverter.GetBytes(8000), .. BitConverter.GetBytes(0), .. Words(bits / 4, bits, 22, bits), 0, 0, 0, 0, .. Words(1), .. new byte[14]]
            : [.. Words(format, 2), .. BitConverter.GetBytes(8000), .. BitConverter.GetBytes(0), .. Words(bits / 4, bits)];
        byte[] bytes = [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVE"u8, .. "LIST"u8, 3, 0, 0, 0, 1, 2, 3, 0, .. "fmt "u8, .. BitConverter.GetBytes(head.Length), .. head, .. "data"u8, .. BitConverter.GetBytes(data.Length), .. data];
        var sound = WavFile.Parse(bytes);
        Assert.Equal(8000, sound.SampleRate);
        float[] samples = sound.Samples.ToArray<float>(), expected = [-1, 0.5f, 0, 1];
        for (int i = 0; i < 4; i++) Assert.Equal(expected[i], samples[i], 1.01f / (1 << Math.Min(bits - 1, 20)));
        for (int cut = 0; cut < bytes.Length - data.Length; cut++) Assert.Throws<DataException>(() => WavFile.Parse(bytes.AsSpan(0, cut)));

        static byte[] Words(params int[] words) => [.. words.SelectMany(w => BitConverter.GetBytes((ushort)w))];
    }

    [Fact]
    public void Tables_say_what_is_wrong_and_where()
    {
        string table = folder.Write("t.csv", "a,b\n1,\"x \"\"y\"\"\"\n2\n");
        using var pass = Dataset.Csv(table).Iterate();
        Assert.True(pass.MoveNext());
        Assert.Equal("x \"y\"", pass.Current["b"]);
        Assert.Equal($"{table}, line 3: expected 2 values. Received: 1.", Assert.Throws<DataException>(() => pass.MoveNext()).Message);
        Assert.Equal($"{table}: there is no column 'c'. Columns: a, b.", Assert.Throws<DataException>(() => pass.Current["c"]).Message);
        Assert.Equal($"{table}, line 2: expected a number in column 'b'. Received: 'x \"y\"'.", Assert.Throws<DataException>(() => pass.Current.Number("b")).Message);
        Assert.Throws<DataException>(() => Dataset.Csv(folder.Write("empty.csv", "")).All());
        Assert.Throws<DataException>(() => Dataset.Csv(folder.File("none.csv")).All());
        Assert.Throws<DataException>(() => Dataset.Csv(folder.Write("q.csv", "a,b\n1,x\"y\n")).All());
    }

    [Fact]
    public void A_line_that_is_no_json_is_named()
    {
        var error = Assert.Throws<DataException>(() => Dataset.JsonLines(folder.Write("j", "{}\n{broken\n")).All());
        Assert.StartsWith("Json: sample 1 ('{broken') cannot be prepared: ", error.Message);
    }

    [Fact]
    public void Lines_of_any_length_and_end()
    {
        string text = "\uFEFFfirst\r\n\n" + new string('x', 200_000) + "\nlast";
        Assert.Equal(["first", "", new string('x', 200_000), "last"], Dataset.TextLines(folder.Write("l", text)).All());
        Assert.Empty(Dataset.TextLines(folder.Write("none", "")).All());
        Assert.Throws<DataException>(() => Dataset.TextLines(folder.File("missing")).All());
    }

    [Fact]
    public void Records_of_one_length()
    {
        var records = Dataset.FixedLengthRecords(3, folder.Write("a", [1, 2, 3, 4, 5, 6]), folder.Write("b", [7, 8, 9]));
        Assert.Equal((byte[][])[[1, 2, 3], [4, 5, 6], [7, 8, 9]], records.All());
        Assert.Throws<DataException>(() => Dataset.FixedLengthRecords(4, folder.File("b")));
    }
}
