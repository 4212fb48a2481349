using System.Buffers.Binary;
using System.Text;

namespace Tauten.NN.Tests;

public class SafetensorsTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("tauten-safetensors").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string In(string name) => Path.Combine(folder, name);

    public static TheoryData<DType> Types => [.. DTypes.All];

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_type_comes_back_bit_by_bit(DType dtype)
    {
        var values = Tensor.Arange(0, 6, dtype: DType.Float64).Reshape(2, 3) - (dtype.IsSigned() ? 2.5 : 0);
        var x = dtype == DType.Bool ? (values % 2).EqualTo(1) : dtype.IsFloating() ? values.To(dtype) : values.Floor().To(dtype);
        var tensors = new Dictionary<string, Tensor> { ["x"] = x, ["scalar"] = x[1, 2], ["empty"] = x[..0], ["turned"] = x.T, ["part"] = x[1], ["backwards"] = x.Flip(1) };
        Safetensors.Save(In("x"), tensors);
        var loaded = Safetensors.Load(In("x"), out var metadata);
        Assert.Empty(metadata);
        Assert.Equal(tensors.Count, loaded.Count);
        foreach (var (name, tensor) in tensors)
        {
            Assert.Equal(tensor.Spec, loaded[name].Spec);
            Assert.Equal(tensor.To(DType.Float64).ToArray<double>(), loaded[name].To(DType.Float64).ToArray<double>());
        }
    }

    [Fact]
    public void Infinities_NaN_and_the_largest_numbers_come_back()
    {
        double[] doubles = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, double.Epsilon, double.MaxValue];
        long[] longs = [long.MinValue, long.MaxValue, -1];
        ulong[] ulongs = [0, ulong.MaxValue];
        var loaded = Safetensors.Load(Safetensors.ToBytes(new Dictionary<string, Tensor> { ["d"] = Tensor.From(doubles), ["l"] = Tensor.From(longs), ["u"] = Tensor.From(ulongs) }));
        Assert.Equal(doubles.Select(BitConverter.DoubleToInt64Bits), loaded["d"].ToArray<double>().Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal(longs, loaded["l"].ToArray<long>());
        Assert.Equal(ulongs, loaded["u"].ToArray<ulong>());
    }

    [Fact]
    public void Bytes_are_those_of_the_reference()
    {
        // By falling alignment (the reference's order of types), then by name; no spaces in the JSON; padded to eight bytes.
        var bytes = Safetensors.ToBytes(
            new Dictionary<string, Tensor> { ["b"] = Tensor.From([1f, 2f]), ["flag"] = Tensor.From([true]), ["a"] = Tensor.From([3f]), ["n"] = Tensor.From(7L) },
            new Dictionary<string, string> { ["format"] = "pt" });
        const string Header =
            """{"__metadata__":{"format":"pt"},"n":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}"""
            + ""","b":{"dtype":"F32","shape":[2],"data_offsets":[12,20]},"flag":{"dtype":"BOOL","shape":[1],"data_offsets":[20,21]}}""";
        long length = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        Assert.Equal(Header, Encoding.UTF8.GetString(bytes, 8, (int)length).TrimEnd(' '));
        Assert.InRange(length - Header.Length, 0, 7);
        Assert.Equal("07000000000000000000404000008" + "03F0000004001", Convert.ToHexString(bytes.AsSpan(8 + (int)length)));
    }

    [Fact]
    public void Names_and_metadata_may_hold_any_text()
    {
        var names = new[] { "", "a \"b\" \\ \n", "päßword", "重み", "😀", "<&>'" };
        var tensors = names.ToDictionary(n => n, n => Tensor.From((float)n.Length));
        var loaded = Safetensors.Load(Safetensors.ToBytes(tensors, names.ToDictionary(n => n, n => n + "!")), out var metadata);
        Assert.Equal(names.Order(), loaded.Keys.Order());
        Assert.All(names, n => Assert.Equal(n + "!", metadata[n]));
        Assert.All(names, n => Assert.Equal(n.Length, loaded[n].Item<float>()));
        Assert.Throws<ArgumentException>(() => Safetensors.ToBytes(new Dictionary<string, Tensor> { ["__metadata__"] = Tensor.Ones([1]) }));
    }

    [Fact]
    public void Files_streams_and_bytes_are_the_same()
    {
        var tensors = new Dictionary<string, Tensor> { ["big"] = Tensor.Randn([700, 1000]), ["small"] = Tensor.Ones([3]) };
        Safetensors.Save(In("f"), tensors);
        var bytes = Safetensors.ToBytes(tensors);
        Assert.Equal(bytes, File.ReadAllBytes(In("f")));
        using var oneWay = new OneWay(bytes);
        foreach (var loaded in new[] { Safetensors.Load(In("f")), Safetensors.Load(bytes), Safetensors.Load(new MemoryStream(bytes)), Safetensors.Load(oneWay) })
            foreach (var (name, tensor) in tensors) Assert.Equal(tensor.ToArray<float>(), loaded[name].ToArray<float>());
        Assert.Equal(["big", "small"], Safetensors.Load(bytes).Keys);
        Assert.Empty(Safetensors.Load(Safetensors.ToBytes(new Dictionary<string, Tensor>())));
    }

    [Fact]
    public void A_save_that_fails_leaves_the_old_file()
    {
        Safetensors.Save(In("f"), new Dictionary<string, Tensor> { ["a"] = Tensor.Ones([2]) });
        Assert.ThrowsAny<Exception>(() => Safetensors.Save(In("f"), new Dictionary<string, Tensor> { ["a"] = null! }));
        Assert.Equal("[1, 1]", Safetensors.Load(In("f"))["a"].ToString());
        Assert.Single(Directory.GetFiles(folder));
        Assert.ThrowsAny<IOException>(() => Safetensors.Save(In("nowhere/f"), new Dictionary<string, Tensor>()));
    }

    const string A = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

    // Header, bytes of data behind it, message.
    public static TheoryData<string, int, string> Hostile => new()
    {
        { "", 0, "bytes: not a safetensors file: its header begins with nothing. Expected '{'." },
        { "[]", 0, "bytes: not a safetensors file: its header begins with byte 0x5b. Expected '{'." },
        { " {}", 0, "bytes: not a safetensors file: its header begins with byte 0x20. Expected '{'." },
        { "{", 0, "bytes: the header is not valid JSON: *" },
        { "{}{}", 0, "bytes: the header is not valid JSON: *" },
        { "{" + A + ",}", 8, "bytes: the header is not valid JSON: *" },
        { "{\"a\":}", 0, "bytes: the header is not valid JSON: *" },
        { "{'a':1}", 0, "bytes: the header is not valid JSON: *" },
        { "{\"a\":[[[[[[[[[[", 0, "bytes: tensor 'a' is a list. Expected an object of dtype, shape and data_offsets." },
        { "{\"a\":{\"shape\":[[[[", 0, "bytes: the header is not valid JSON: *" },
        { "{\"a\":null}", 0, "bytes: tensor 'a' is null. Expected an object of dtype, shape and data_offsets." },
        { "{" + A + "," + A + "}", 8, "bytes: tensor 'a' is listed twice." },
        { "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "bytes: tensor 'a' has dtype twice." },
        { "{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "bytes: tensor 'a' has no dtype." },
        { "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", 8, "bytes: tensor 'a' has no shape." },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, "bytes: tensor 'a' has no data_offsets." },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"url\":\"http://x\"}}", 8, "bytes: tensor 'a' has a field 'url'. Expected dtype, shape and data_offsets." },
        { "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "bytes: tensor 'a' has dtype F8_E4M3. Expected one of BOOL, U8, I8, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64." },
        { "{\"a\":{\"dtype\":7,\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "bytes: tensor 'a': dtype is a number. Expected a text." },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}", 8, "bytes: tensor 'a': shape is a number. Expected a list of whole numbers." },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, "bytes: tensor 'a': shape, number 0, is -2. Expected a whole number from 0 to 9223372036854775807." },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,8]}}", 8, "bytes: tensor 'a': shape, number 0, is 1.5. Expected a whole number from 0 to 9223372036854775807." },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}}", 8, "bytes: tensor 'a': shape, number 0, is 99999999999999999999. Expected a whole number from 0 to 9223372036854775807." },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[\"2\"],\"data_offsets\":[0,8]}}", 8, "bytes: tensor 'a': shape, number 0 is a text. Expected a whole number." },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,8]}}", 8, "bytes: tensor 'a': shape [4294967296, 4294967296] has more bytes than 64 bits can count." },
        { "{\"a\":{\"dtype\":\"U8\",\"shape\":[2305843009213693952,0],\"data_offsets\":[0,0]}}", 0, "bytes: tensor 'a': shape [2305843009213693952, 0] has more bytes than 64 bits can count." },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[" + string.Join(",", Enumerable.Repeat("1", 65)) + "],\"data_offsets\":[0,4]}}", 4, "bytes: tensor 'a': shape has more than 64 numbers." },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", 8, "bytes: tensor 'a': data_offsets has 1 numbers. Expected 2: begin and end." },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,16]}}", 8, "bytes: tensor 'a': data_offsets has more than 2 numbers." },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "bytes: tensor 'a': data_offsets [8, 0] run backwards." },
        { "{" + A + "}", 7, "bytes: tensor 'a': data_offsets [0, 8] leave the 7 bytes of data: the file is cut short, or lies." },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, "bytes: tensor 'a': F32[3] takes 12 bytes, but data_offsets [0, 8] hold 8." },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[1000000000000],\"data_offsets\":[0,4000000000000]}}", 8, "bytes: tensor 'a': data_offsets [0, 4000000000000] leave the 8 bytes of data: the file is cut short, or lies." },
        { "{" + A + "}", 9, "bytes: 1 bytes follow the last tensor. Expected the data to end at byte 8." },
        { "{" + A + ",\"b\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[4,12]}}", 12, "bytes: tensors 'a' and 'b' overlap: one ends at byte 8, the other begins at 4." },
        { "{" + A + ",\"b\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]}}", 8, "bytes: tensors 'a' and 'b' overlap: one ends at byte 8, the other begins at 0." },
        { "{" + A + ",\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[10,12]}}", 12, "bytes: bytes 8 to 10 of the data, before tensor 'b', belong to no tensor." },
        { "{\"__metadata__\":[]," + A + "}", 8, "bytes: __metadata__ is a list. Expected an object of texts." },
        { "{\"__metadata__\":{\"a\":1}," + A + "}", 8, "bytes: __metadata__ 'a' is a number. Expected a text." },
        { "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}," + A + "}", 8, "bytes: __metadata__ 'a' is listed twice." },
        { "{\"__metadata__\":{},\"__metadata__\":{}," + A + "}", 8, "bytes: __metadata__ is listed twice." },
        { "{\"a\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "bytes: tensor 'a': element 0 of dtype BOOL is 255. Expected 0 or 1." },
        { "{\"\\ud800\":1}", 0, "bytes: a text in the header, at byte 1, is not valid UTF-8." },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Hostile_files_end_in_a_clear_error(string header, int dataBytes, string expected)
    {
        var data = new byte[dataBytes];
        Array.Fill(data, (byte)255);
        var bytes = File_(header.Length, Encoding.UTF8.GetBytes(header), data);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var e = Assert.Throws<ModelFormatException>(() => Safetensors.Load(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        if (expected.EndsWith('*')) Assert.StartsWith(expected[..^1], e.Message);
        else Assert.Equal(expected, e.Message);
    }

    [Fact]
    public void Lengths_are_not_believed()
    {
        Throws([], "bytes: not a safetensors file: it has 0 bytes. Expected at least the 8 of the header's length.");
        Throws([1, 2, 3], "bytes: not a safetensors file: it has 3 bytes. Expected at least the 8 of the header's length.");
        Throws(File_(long.MaxValue, "{}"u8, []), "bytes: not a safetensors file, or a hostile one: it claims a header of 9223372036854775807 bytes. Expected at most 100000000.");
        Throws(File_(-1, "{}"u8, []), "bytes: not a safetensors file, or a hostile one: it claims a header of 18446744073709551615 bytes. Expected at most 100000000.");
        Throws(File_(100_000_001, "{}"u8, []), "bytes: not a safetensors file, or a hostile one: it claims a header of 100000001 bytes. Expected at most 100000000.");
        Throws(File_(3, "{}"u8, []), "bytes: the file is cut short: it claims a header of 3 bytes, but only 2 bytes follow.");
        Throws(File_(99_999_999, "{}"u8, []), "bytes: the file is cut short: it claims a header of 99999999 bytes, but only 2 bytes follow.");
        // Text that is not UTF-8.
        Throws(File_(6, [.. "{\""u8, 0xFF, .. "\":1"u8], []), "bytes: a text in the header, at byte 1, is not valid UTF-8.");

        static void Throws(byte[] bytes, string expected)
        {
            Assert.Equal(expected, Assert.Throws<ModelFormatException>(() => Safetensors.Load(bytes)).Message);
            Assert.Equal(expected.Replace("bytes: ", "stream: "), Assert.Throws<ModelFormatException>(() => Safetensors.Load(new OneWay(bytes))).Message);
        }
    }

    [Fact]
    public void Every_cut_and_many_changed_bytes_end_in_an_error_or_a_valid_file()
    {
        var bytes = Safetensors.ToBytes(new Dictionary<string, Tensor> { ["a"] = Tensor.Ones([2, 3]), ["flag"] = Tensor.From([true, false]) }, new Dictionary<string, string> { ["k"] = "v" });
        for (int length = 0; length < bytes.Length; length++) Assert.Throws<ModelFormatException>(() => Safetensors.Load(bytes[..length]));
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++)
        {
            var changed = (byte[])bytes.Clone();
            for (int k = random.Next(3); k >= 0; k--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
            try
            {
                Safetensors.Load(changed);
            }
            catch (ModelFormatException)
            {
            }
        }
    }

    static byte[] File_(long length, ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        var bytes = new byte[8 + header.Length + data.Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        header.CopyTo(bytes.AsSpan(8));
        data.CopyTo(bytes.AsSpan(8 + header.Length));
        return bytes;
    }

    /// <summary>A stream that gives a few bytes at a time and knows neither length nor place.</summary>
    sealed class OneWay(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 7));
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 7)]);
        public override void CopyTo(Stream destination, int bufferSize)
        {
            var piece = new byte[7];
            for (int n; (n = Read(piece, 0, 7)) > 0;) destination.Write(piece, 0, n);
        }
    }
}
