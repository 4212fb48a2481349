using Tauten.Tests;

namespace Tauten.Core.Tests.Saving;

public sealed class Hdf5FileTests
{
    static string PathOf(string name) => SourceTree.PathOf($"tests/fixtures/hdf5/{name}");

    static readonly Dictionary<string, DType> types = new()
    {
        ["f4"] = DType.Float32, ["f8"] = DType.Float64, ["f2"] = DType.Float16, ["i1"] = DType.Int8, ["i2"] = DType.Int16, ["i4"] = DType.Int32, ["i8"] = DType.Int64,
        ["u1"] = DType.UInt8, ["u2"] = DType.UInt16, ["u4"] = DType.UInt32, ["u8"] = DType.UInt64, ["big-f4"] = DType.Float32, ["big-i8"] = DType.Int64,
    };

    static void AssertCounting(Tensor x) => Assert.Equal(Enumerable.Range(0, (int)x.Count).Select(i => (double)(i % 100)), x.To(DType.Float64).ToArray<double>());

    /// <summary>Superblocks and headers of both generations, names in tables, messages and heaps, chunks in trees and tables.</summary>
    [Theory, InlineData("earliest.h5"), InlineData("latest.h5"), InlineData("ordered.h5"), InlineData("behind-a-block.h5")]
    public void Every_form(string file)
    {
        var arrays = Hdf5File.Load(PathOf(file));
        foreach (var (name, dtype) in types)
        {
            Assert.Equal(dtype, arrays[$"types/{name}"].DType);
            Assert.Equal(Shape.Of(3, 4), arrays[$"types/{name}"].Shape);
            AssertCounting(arrays[$"types/{name}"]);
        }
        Assert.Equal([true, false, true], arrays["types/bool"].ToArray<bool>());
        Assert.Equal(2.5, arrays["scalar"].Item<double>());
        Assert.Equal(Shape.Of(0, 3), arrays["empty"].Shape);
        foreach (string name in new[] { "plain", "packed", "one" }) AssertCounting(arrays[$"chunks/{name}"]);
        Assert.Equal(4 + 7 * 32, arrays["chunks/gaps"].Sum().Item<float>());
        Assert.Equal(40, arrays.Keys.Count(k => k.StartsWith("many/array", StringComparison.Ordinal)));
        for (int i = 0; i < 40; i++) AssertCounting(arrays[$"many/array{i:00}"]);
        Assert.Equal(types.Count + 1 + 2 + 4 + 40, arrays.Count);
    }

    [Fact]
    public void Weights_inside_an_archive_of_Keras()
    {
        var arrays = Hdf5File.Load(PathOf("model.keras"));
        Assert.Equal(["layers/dense/vars/0", "layers/dense/vars/1"], arrays.Keys);
        AssertCounting(arrays["layers/dense/vars/0"]);
    }

    [Theory]
    [InlineData("complex.h5", "the elements of 'wave' are structures")]
    [InlineData("other-filter.h5", "'x' is packed by filter 32000")]
    public void What_cannot_be_read_is_named(string file, string what) => Assert.Contains(what, Assert.Throws<ModelFormatException>(() => Hdf5File.Load(PathOf(file))).Message);

    [Theory, InlineData(200)]
    public void Damaged_files(int count) => Damage(count);

    [Theory, InlineData(100_000), Trait("Category", "Slow")]
    public void Many_damaged_files(int count) => Damage(count);

    static void Damage(int count)
    {
        var files = Directory.GetFiles(PathOf("")).Order().Select(File.ReadAllBytes).ToArray();
        var random = new Random(1);
        for (int i = 0; i < count; i++)
        {
            try
            {
                Hdf5File.Load(new MemoryStream(DamagedFile.Of(files[i % files.Length], random)));
            }
            catch (ModelFormatException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }
}
