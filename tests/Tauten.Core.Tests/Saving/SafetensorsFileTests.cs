namespace Tauten.Core.Tests.Saving;

/// <summary>Safetensors files that are read tensor by tensor, alone and as parts of one model.</summary>
public sealed class SafetensorsFileTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("tauten-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string At(string name) => Path.Combine(folder, name);

    string Index(string map)
    {
        Safetensors.Save(At("part-1.safetensors"), new Dictionary<string, Tensor> { ["a"] = Tensor.Arange(3), ["b"] = Tensor.Ones([2, 2], DType.BFloat16) });
        Safetensors.Save(At("part-2.safetensors"), new Dictionary<string, Tensor> { ["c"] = Tensor.From([true, false]) });
        File.WriteAllText(At("model.safetensors.index.json"), $$"""{"metadata": {"total_size": 22}, "weight_map": {{map}}}""");
        return At("model.safetensors.index.json");
    }

    [Fact]
    public void Tensors_are_read_when_they_are_asked_for()
    {
        Safetensors.Save(At("x"), new Dictionary<string, Tensor> { ["a"] = Tensor.Arange(3), ["b"] = Tensor.Ones([2, 2]) }, new Dictionary<string, string> { ["by"] = "me" });
        var file = SafetensorsFile.Open(At("x"));
        Assert.Equal("me", file.Metadata["by"]);
        Assert.Equal(Shape.Of(2, 2), file.Specs["b"].Shape);
        Assert.Equal(2, file.Count);
        Assert.Equal([1f, 1, 1, 1], file["b"].ToArray<float>());
        Assert.False(file.TryGetValue("c", out _));
        Assert.Throws<KeyNotFoundException>(() => file["c"]);
        Assert.Equal(file.Keys, file.Select(t => t.Key));
        // What has changed since is no crash.
        File.WriteAllBytes(At("x"), File.ReadAllBytes(At("x"))[..^20]);
        Assert.Throws<ModelFormatException>(() => file.Values.Last());
    }

    [Fact]
    public void An_index_joins_files()
    {
        var file = SafetensorsFile.Open(Index("""{"a": "part-1.safetensors", "b": "part-1.safetensors", "c": "part-2.safetensors"}"""));
        Assert.Equal(["a", "b", "c"], file.Keys);
        Assert.Equal("22", file.Metadata["total_size"]);
        Assert.Equal([true, false], file["c"].ToArray<bool>());
        Assert.Equal(DType.BFloat16, file["b"].DType);
    }

    [Theory]
    [InlineData("""{"a": "part-2.safetensors"}""", "'a' is not in 'part-2.safetensors'")]
    [InlineData("""{"a": "../part-1.safetensors"}""", "beside its index")]
    [InlineData("""{"a": "/etc/passwd"}""", "beside its index")]
    [InlineData("""{"a": ".."}""", "beside its index")]
    [InlineData("""{"a": 7}""", "no index")]
    [InlineData("[]", "no index")]
    public void An_index_that_lies_is_refused(string map, string what) => Assert.Contains(what, Assert.Throws<ModelFormatException>(() => SafetensorsFile.Open(Index(map))).Message, StringComparison.Ordinal);

    [Fact]
    public void Rules_change_whole_parts_of_names()
    {
        var rules = new NameRules().Add("model", "").Add("layer{i}.{j}.conv1", "Stage{i}.Block{j}.Conv1").Add("{any}.running_mean", "{any}.Mean").Add("bn{n}", "Norm{n}");
        Assert.Equal("Stage1.Block0.Conv1.weight", rules.Rename("model.layer1.0.conv1.weight"));
        Assert.Equal("Norm2.Mean", rules.Rename("bn2.running_mean"));
        // Half a part, and words where numbers belong, are left alone.
        Assert.Equal("mymodel.layerX.0.conv1", rules.Rename("mymodel.layerX.0.conv1"));
        Assert.Equal("Stage3", new NameRules().Add("a{n}.b{n}", "Stage{n}").Rename("a3.b3"));
        Assert.Equal("a3.b4", new NameRules().Add("a{n}.b{n}", "Stage{n}").Rename("a3.b4"));
        Assert.Throws<ArgumentException>(() => rules.Add("a..b", "c"));
        Assert.Throws<ArgumentException>(() => rules.Add("a{i}", "b{j}"));
        Assert.Throws<ArgumentException>(() => rules.Add("a{i", "b"));
        var both = new Dictionary<string, Tensor> { ["model.a"] = Tensor.Ones([1]), ["a"] = Tensor.Ones([1]) };
        Assert.Contains("'model.a' and 'a'", Assert.Throws<ModelFormatException>(() => rules.Rename(both)).Message, StringComparison.Ordinal);
    }
}
