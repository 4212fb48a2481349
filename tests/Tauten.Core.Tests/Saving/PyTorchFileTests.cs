using System.IO.Compression;
using Tauten.Tests;

namespace Tauten.Core.Tests.Saving;

public sealed class PyTorchFileTests
{
    static string PathOf(string name) => SourceTree.PathOf($"tests/fixtures/pytorch/{name}");

    static string Refused(byte[] file) => Assert.Throws<ModelFormatException>(() => PyTorchFile.Load(new MemoryStream(file))).Message;

    [Theory, InlineData("values-zip.pt"), InlineData("values-plain.pt")]
    public void Every_dtype(string file)
    {
        var state = PyTorchFile.Load(PathOf(file));
        Assert.Equal(["whole", "transposed", "part", "empty", "parameter", "float16", "bfloat16", "float64", "int64", "int32", "int16", "int8", "uint8", "bool"], state.Keys);
        foreach (var dtype in new[] { DType.Float16, DType.BFloat16, DType.Float64, DType.Int64, DType.Int32, DType.Int16, DType.Int8, DType.UInt8, DType.Bool })
            Assert.Equal(dtype, state[dtype.Name()].DType);
        Assert.Equal([1.5f, -2.25f], state["bfloat16"].To(DType.Float32).ToArray<float>());
        Assert.Equal([1.5f, -2f], state["float16"].To(DType.Float32).ToArray<float>());
        Assert.Equal(3.25, state["float64"].Item<double>());
        Assert.Equal([1L, -2, 3], state["int64"].ToArray<long>());
        Assert.Equal([-300], state["int16"].ToArray<short>());
        Assert.Equal([true, false], state["bool"].ToArray<bool>());
        Assert.Equal(Shape.Of(0, 3), state["empty"].Shape);
    }

    [Theory, InlineData("values-zip.pt"), InlineData("values-plain.pt")]
    public void Views_share_memory(string file)
    {
        var state = PyTorchFile.Load(PathOf(file));
        Assert.Equal([0f, 6, 12, 18, 1, 7], state["transposed"].ToArray<float>()[..6]);
        Assert.Equal([8f, 9, 10, 14, 15, 16], state["part"].ToArray<float>());
        Assert.Same(state["whole"].Storage, state["part"].Storage);
        Assert.Same(state["whole"].Storage, state["transposed"].Storage);
    }

    [Fact]
    public void The_first_format()
    {
        var state = PyTorchFile.Load(PathOf("values-tar.pt"));
        Assert.Equal([0f, 1, 2, 3, 4, 5], state["whole"].ToArray<float>());
        Assert.Equal(Shape.Of(2, 3), state["whole"].Shape);
        Assert.Equal([2f, 3, 4], state["part"].ToArray<float>());
    }

    [Fact]
    public void A_state_dictionary_among_others_is_found()
    {
        var state = PyTorchFile.Load(PathOf("checkpoint.pt"));
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked", "2.weight", "2.bias"], state.Keys);
        Assert.Equal(Shape.Of(2, 1, 3, 3), PyTorchFile.Load(PathOf("checkpoint.pt"), "optimizer.state.0")["exp_avg"].Shape);
        Assert.Contains("Expected one of: 'epoch', 'state_dict', 'optimizer'", Assert.Throws<ModelFormatException>(() => PyTorchFile.Load(PathOf("checkpoint.pt"), "model")).Message);
    }

    [Fact]
    public void A_scripted_module_is_its_attributes() =>
        Assert.Equal(PyTorchFile.Load(PathOf("checkpoint.pt")).Keys.Order(), PyTorchFile.Load(PathOf("scripted.pt")).Keys.Order());

    [Fact]
    public void Arrays_of_NumPy()
    {
        var state = PyTorchFile.Load(PathOf("numpy.pt"));
        Assert.Equal([0f, 1, 2, 3, 4, 5], state["array"].ToArray<float>());
        Assert.Equal([0d, 1, 2, 3, 4, 5], state["columns"].ToArray<double>());
    }

    [Theory]
    [InlineData("evil.pt", "posix.system")]
    [InlineData("module.pt", "torch.nn.modules.container.Sequential")]
    [InlineData("several.pt", "'encoder', 'decoder'")]
    public void What_cannot_be_read_is_named(string file, string name) => Assert.Contains(name, Refused(File.ReadAllBytes(PathOf(file))));

    [Fact]
    public void A_file_of_another_kind() => Assert.Contains("not", Refused([1, 2, 3, 4, 5, 6, 7, 8]));

    /// <summary>Bytes changed, cut and doubled in every format: a result or a clear error, never anything else.</summary>
    [Theory, InlineData(300)]
    public void Damaged_files(int count) => Damage(count);

    /// <summary>As <see cref="Damaged_files"/>, until nothing more is found.</summary>
    [Theory, InlineData(100_000), Trait("Category", "Slow")]
    public void Many_damaged_files(int count) => Damage(count);

    static void Damage(int count)
    {
        var files = Directory.GetFiles(PathOf(""), "*.pt").Order().Select(File.ReadAllBytes).ToArray();
        var random = new Random(1);
        long before = GC.GetTotalAllocatedBytes();
        for (int i = 0; i < count; i++)
        {
            byte[] file = files[i % files.Length];
            file = file[0] == 'P' && random.Next(2) == 0 ? WithDamagedPickle(file, random) : DamagedFile.Of(file, random);
            try
            {
                PyTorchFile.Load(new MemoryStream(file));
            }
            catch (ModelFormatException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
        // No length that lies makes it take memory.
        Assert.InRange((GC.GetTotalAllocatedBytes() - before) / count, 0, 2_000_000);
    }

    /// <summary>A whole archive whose pickle is damaged: damage to the archive's own bytes mostly ends at its checksums.</summary>
    static byte[] WithDamagedPickle(byte[] file, Random random)
    {
        using var archive = new ZipArchive(new MemoryStream(file));
        var result = new MemoryStream();
        using (var written = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in archive.Entries)
            {
                using var source = entry.Open();
                var content = new MemoryStream();
                source.CopyTo(content);
                using var target = written.CreateEntry(entry.FullName, CompressionLevel.NoCompression).Open();
                target.Write(entry.Name == "data.pkl" ? DamagedFile.Of(content.ToArray(), random) : content.ToArray());
            }
        }
        return result.ToArray();
    }
}
