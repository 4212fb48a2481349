using System.Numerics;
using System.Text;
using Tauten.Tests;

namespace Tauten.Core.Tests.Saving;

public sealed class NpyTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("tauten-npy").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static byte[] Bytes(string name) => File.ReadAllBytes(PathOf(name));

    static string PathOf(string name) => SourceTree.PathOf($"tests/fixtures/npy/{name}");

    static byte[] Saved(NpyArray array)
    {
        using var stream = new MemoryStream();
        if (array.IsComplex) Npy.Save(stream, array.Complex);
        else Npy.Save(stream, array.Tensor);
        return stream.ToArray();
    }

    static Tensor Loaded(byte[] bytes) => Npy.Load(new MemoryStream(bytes));

    public static TheoryData<string> Plain => [.. Directory.GetFiles(PathOf(""), "plain-*.npy").Select(p => Path.GetFileName(p)), "scalar.npy", "vector.npy", "empty.npy", "ones.npy", "extremes.npy"];

    /// <summary>To see the other direction: <c>python3 -c "import numpy; print(numpy.load('x.npy'))"</c> reads what is saved here.</summary>
    [Theory, MemberData(nameof(Plain))]
    public void Files_are_those_of_NumPy_byte_by_byte(string name)
    {
        bool isComplex = name.StartsWith("plain-c", StringComparison.Ordinal);
        NpyArray array = isComplex ? Npy.LoadComplex(PathOf(name)) : Npy.Load(PathOf(name));
        Assert.Equal(Bytes(name), Saved(array));
        Npy.Save(Path.Combine(folder, name), isComplex ? array.Complex.Real : array.Tensor);
        Assert.Equal((isComplex ? array.Complex.Real : array.Tensor).Spec, Npy.Load(Path.Combine(folder, name)).Spec);
    }

    [Fact]
    public void Views_are_saved_in_row_major_order()
    {
        var x = Tensor.Arange(6).Reshape(2, 3);
        Assert.Equal([0L, 3, 1, 4, 2, 5], Loaded(Saved(x.T)).ToArray<long>());
        Assert.Equal([5L, 4, 3], Loaded(Saved(x[1].Flip(0))).ToArray<long>());
    }

    [Fact]
    public void Arrays_longer_than_a_piece_come_back()
    {
        var x = Tensor.Rand([700_001], generator: new Generator(1));
        Assert.True(Loaded(Saved(x)).EqualTo(x).All().Item<bool>());
        var z = new ComplexTensor(x, x * 2);
        Assert.True(Npy.LoadComplex(new MemoryStream(Saved(z))).EqualTo(z).All().Item<bool>());
    }

    [Fact]
    public void A_stream_holds_arrays_one_behind_the_other()
    {
        using var stream = new MemoryStream();
        Npy.Save(stream, Tensor.From([1f, 2]));
        Npy.Save(stream, ComplexTensor.From([new Complex(1, 2)]));
        stream.Position = 0;
        Assert.Equal([1f, 2], Npy.Load(stream).ToArray<float>());
        Assert.Equal(new Complex(1, 2), Npy.LoadComplex(stream).Item());
    }

    [Theory]
    [InlineData("objects", "describes Python objects ('|O'). They are pickled, and reading them could run any code, so they are never read. Save numbers.")]
    [InlineData("texts", "describes texts ('<U2'). Expected numbers or bools.")]
    [InlineData("bytes", "describes texts ('|S2'). Expected numbers or bools.")]
    [InlineData("structure", "describes a structured dtype. Save each of its fields as an array of its own.")]
    [InlineData("times", "describes times ('<M8[D]'). Convert them to int64 before saving.")]
    [InlineData("quadruple", "describes elements of dtype '<f16'. Expected a bool, integer, float or complex number of up to 64 bits a part.")]
    [InlineData("raw", "describes raw bytes ('|V2'), as which bfloat16 is saved in Python. Convert to float32 before saving.")]
    public void What_is_not_numbers_is_refused(string name, string expected)
    {
        string path = PathOf($"refused-{name}.npy");
        Assert.Equal($"{path}: the header of an array of NumPy {expected}", Assert.Throws<ModelFormatException>(() => Npy.Load(path)).Message);
    }

    [Fact]
    public void The_wrong_kind_of_number_is_refused()
    {
        Assert.Contains("is complex. Load it with LoadComplex.", Assert.Throws<ModelFormatException>(() => Npy.Load(PathOf("plain-c8.npy"))).Message, StringComparison.Ordinal);
        Assert.Contains("is float32, not complex. Load it with Load.", Assert.Throws<ModelFormatException>(() => Npy.LoadComplex(PathOf("plain-f4.npy"))).Message, StringComparison.Ordinal);
        Assert.Equal("NumPy has no bfloat16. Convert with To(DType.Float32), which loses nothing.", Assert.Throws<DTypeException>(() => Saved(Tensor.Ones([2], DType.BFloat16))).Message);
        Assert.Throws<DTypeException>(() => Saved(ComplexTensor.FromReal(Tensor.Ones([2], DType.Float16))));
    }

    public static TheoryData<string, int, string> Hostile => new()
    {
        { "", 0, "ends within its dictionary." },
        { "[]", 0, "has '[' at byte 0. Expected '{'." },
        { "{}", 0, "lacks one of the keys descr, fortran_order and shape." },
        { "{'descr': '<f4', 'fortran_order': False, }", 0, "lacks one of the keys descr, fortran_order and shape." },
        { "{'descr': '<f4', 'descr': '<f4', }", 0, "has the key 'descr' twice. Expected descr, fortran_order and shape." },
        { "{'descr': '<f4', 'color': 1}", 0, "has the key 'color'. Expected descr, fortran_order and shape." },
        { "{'descr': '<f4', 'fortran_order': 0, 'shape': ()}", 4, "has no True or False at byte 34." },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2)}", 8, "has a number as its shape. Expected a tuple." },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}", 8, "has '-' at byte 51. Expected a size." },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2,,)}", 8, "has ',' at byte 53. Expected a size." },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", 8, "has a size at byte 51 that is too large." },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", 8, "claims shape [4294967296, 4294967296], which no memory holds." },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4294967296, 4294967296)}", 0, "claims shape [0, 4294967296, 4294967296], which no memory holds." },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} import os", 8, "goes on behind its dictionary, at byte 56." },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2,", 8, "ends within its dictionary." },
        { "{'descr': '<f4, 'fortran_order': False, 'shape': (2,)}", 8, "has 'f' at byte 17. Expected ','." },
        { "{'descr': '<f\\x34', 'fortran_order': False, 'shape': (2,)}", 8, "has '\\' in a text at byte 13." },
        { "{'descr': __import__('os'), }", 8, "has '_' at byte 10. Expected a text in quotes." },
    };

    [Theory, MemberData(nameof(Hostile))]
    public void Hostile_headers_end_in_a_clear_error(string header, int dataBytes, string expected)
    {
        var bytes = WithHeader(1, header, dataBytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var e = Assert.Throws<ModelFormatException>(() => Loaded(bytes));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.Equal($"stream: the header of an array of NumPy {expected}", e.Message);
    }

    [Fact]
    public void Sizes_are_not_believed()
    {
        const string Huge = "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}";
        Throws(WithHeader(1, Huge, 8), "stream: claims shape [1000000000000] of 4 bytes each, 4000000000000 together, but only 8 bytes follow.");
        Throws([], "stream: not an array of NumPy: 0 bytes are fewer than those of a header.");
        Throws(Encoding.ASCII.GetBytes("PK\x03\x04 and so on"), "stream: not an array of NumPy: it begins with 504B03042061. Expected 934E554D5059.");
        Throws([0x93, .. "NUMPY"u8, 9, 0, 0, 0], "stream: version 9.0 of NumPy's format. Expected 1.0, 2.0 or 3.0.");
        Throws([0x93, .. "NUMPY"u8, 1, 0, 255, 255], "stream: the file is cut short: it claims a header of 65535 bytes, but only 0 bytes follow.");
        Throws([0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255], "stream: claims a header of 4294967295 bytes. Expected at most 65536.");
        Throws([.. WithHeader(1, "{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}", 0), 7], "stream: element 0 of a bool array is 7. Expected 0 or 1.");
        File.WriteAllBytes(Path.Combine(folder, "x"), [.. Bytes("plain-f4.npy"), 1]);
        Assert.EndsWith("1 bytes follow the array. Expected none.", Assert.Throws<ModelFormatException>(() => Npy.Load(Path.Combine(folder, "x"))).Message, StringComparison.Ordinal);

        static void Throws(byte[] bytes, string expected) => Assert.Equal(expected, Assert.Throws<ModelFormatException>(() => Loaded(bytes)).Message);
    }

    [Fact]
    public void Every_cut_and_many_changed_bytes_end_in_an_error_or_a_valid_array()
    {
        foreach (string name in (string[])["plain-f4.npy", "fortran-i2.npy", "deflated.npz"])
        {
            var bytes = Bytes(name);
            for (int length = 0; length < bytes.Length; length++) Assert.Throws<ModelFormatException>(() => Read(bytes[..length]));
            var random = new Random(1);
            for (int i = 0; i < 3000; i++)
            {
                var changed = (byte[])bytes.Clone();
                for (int k = random.Next(3); k >= 0; k--) changed[random.Next(changed.Length)] = (byte)random.Next(256);
                try
                {
                    Read(changed);
                }
                catch (ModelFormatException)
                {
                }
            }

            void Read(byte[] changed)
            {
                if (name.EndsWith(".npz", StringComparison.Ordinal)) Npz.Load(new MemoryStream(changed));
                else Loaded(changed);
            }
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Archives_come_back(bool compressed)
    {
        string path = Path.Combine(folder, "x.npz");
        Npz.Save(path, new Dictionary<string, NpyArray> { ["a"] = Tensor.Arange(1000), ["part/z"] = ComplexTensor.From([new Complex(1, -2)]), ["flag"] = Tensor.From(true) }, compressed);
        var arrays = Npz.Load(path);
        Assert.Equal(["a", "part/z", "flag"], arrays.Keys);
        Assert.Equal(Tensor.Arange(1000).ToArray<long>(), arrays["a"].Tensor.ToArray<long>());
        Assert.True(arrays["part/z"].IsComplex);
        Assert.Equal(new Complex(1, -2), arrays["part/z"].Complex.Item());
        Assert.True(arrays["flag"].Tensor.Item<bool>());
        Assert.Equal(compressed, new FileInfo(path).Length < 3000);
        var first = File.ReadAllBytes(path);
        Npz.Save(path, arrays, compressed);
        Assert.Equal(first, File.ReadAllBytes(path));
    }

    [Fact]
    public void Hostile_archives_end_in_a_clear_error()
    {
        Throws("bomb.npz", "the arrays up to 'zeros.npy' take 16777344 bytes. Expected at most 1000000; raise the limit if you trust the file.", 1_000_000);
        Assert.Equal(1 << 22, Npz.Load(PathOf("bomb.npz"))["zeros"].Tensor.Count);
        Throws("upwards.npz", "the name of entry '../outside.npy' leads upwards.");
        Throws("other.npz", "the entry 'readme.txt' is not an array. Expected a name that ends with .npy.");
        Assert.Throws<ModelFormatException>(() => Npz.Load(PathOf("plain-f4.npy")));
        foreach (string name in (string[])["", "/a", "../a", "a/../b", "\\a", "c:a", "a\nb"])
            Assert.Throws<ArgumentException>(() => Npz.Save(Path.Combine(folder, "y"), new Dictionary<string, NpyArray> { [name] = Tensor.From(1f) }));
        Assert.Empty(Directory.GetFiles(folder));

        static void Throws(string name, string expected, long limit = Npz.DefaultLimit) =>
            Assert.Equal($"{PathOf(name)}: {expected}", Assert.Throws<ModelFormatException>(() => Npz.Load(PathOf(name), limit)).Message);
    }

    static byte[] WithHeader(byte version, string header, int dataBytes)
    {
        var bytes = new List<byte> { 0x93 };
        bytes.AddRange("NUMPY"u8);
        bytes.AddRange([version, 0, (byte)header.Length, (byte)(header.Length >> 8)]);
        bytes.AddRange(Encoding.ASCII.GetBytes(header));
        bytes.AddRange(new byte[dataBytes]);
        return [.. bytes];
    }
}
