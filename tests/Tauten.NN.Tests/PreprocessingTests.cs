using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Layers for tables and text, against the examples in Keras' documentation and formulas written once more.</summary>
public class PreprocessingTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("tauten-nn").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    static long[] Longs(Tensor x) => x.ToArray<long>();

    [Theory]
    [InlineData("", 0x9ae16a3b2f90404f)]
    [InlineData("a", 0xb3454265b6df75e3)]
    [InlineData("abc", 0x24a5b3a074e7f369)]
    [InlineData("abcd", 0x1a5502de4a1f8101)]
    [InlineData("abcdefg", 0x3c40c92b1ccb7355)]
    [InlineData("abcdefgh", 0xfee9d22990c82909)]
    [InlineData("0123456789'01234", 0x4283d4ef43627f64)]
    [InlineData("0123456789=012345", 0x46a7416ed4861e3b)]
    [InlineData("0123456789%0123456789£", 0x4dbd128af51d77e8)]
    [InlineData("C is as portable as Stonehedge!!", 0xb944f8a16261e414)]
    [InlineData("Discard medicine more than two years old.", 0xe8f89ab6df9bdd25)]
    [InlineData("The days of the digital watch are numbered.  -Tom Stoppard", 0x2a578b80bb82147c)]
    [InlineData("For every action there is an equal and opposite government program.", 0x55182f8859eca4ce)]
    [InlineData("The fugacity of a constituent in a mixture of gases at a given temperature is proportional to its mole fraction.  Lewis-Randall Rule", 0x098eff6958c5e91a)]
    public void Fingerprints_are_those_of_FarmHash(string text, ulong expected) => Assert.Equal(expected, Fingerprint.Of(text));

    [Fact]
    public void Keyed_hashes_are_those_of_SipHash()
    {
        // The vectors of the paper and of the reference code: key 00 01 .. 0f, text 00 01 .. of some lengths.
        byte[] all = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
        (ulong first, ulong second) = (0x0706050403020100, 0x0f0e0d0c0b0a0908);
        Assert.Equal(0x726fdb47dd0e0e31ul, Fingerprint.Of([], first, second));
        Assert.Equal(0x74f839c593dc67fdul, Fingerprint.Of(all.AsSpan(0, 1), first, second));
        Assert.Equal(0xa129ca6149be45e5ul, Fingerprint.Of(all.AsSpan(0, 15), first, second));
    }

    [Fact]
    public void Hashing_agrees_with_Keras()
    {
        string[] letters = ["A", "B", "C", "D", "E"];
        Assert.Equal([1L, 0, 1, 1, 2], Longs(new Hashing(3).Call(letters)));
        Assert.Equal([1L, 1, 0, 2, 2], Longs(new Hashing(3, mask: "").Call("A", "B", "", "C", "D")));
        Assert.Equal([1L, 2, 1, 0, 2], Longs(new Hashing(3, key: (133, 137)).Call(letters)));
        Assert.Equal([0L, 0, 2, 1, 0], Longs(new Hashing(3, key: (133, 133)).Call(letters)));
        Assert.Equal(Longs(new Hashing(7).Call("12", "-3")), Longs(new Hashing(7).Call(Tensor([12, -3], [2], DType.Int64))));
        Equal([0, 1, 1, 0, 0, 2], new Hashing(3, mode: EncodingMode.Count).Call([["A", "E"], ["E", "E"]]), 0);
        Equal([0, 1, 0, 1, 0, 0], new Hashing(3, mode: EncodingMode.OneHot).Call("A", "B"), 0);
        Assert.Equal([1L, 4, 1, 1, 3], Longs(new HashedCrossing(5).Call(new[] { "A", "B", "A", "B", "A" }, new[] { 101L, 101, 101, 102, 102 })));
        Equal([0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0],
            new HashedCrossing(5, EncodingMode.OneHot).Call(new[] { "A", "B", "A", "B", "A" }, Tensor([101, 101, 101, 102, 102], [5], DType.Int64)), 0);
        Assert.Throws<ShapeException>(() => new HashedCrossing(5).Call(new[] { "A" }, new[] { 1L, 2 }));
        Assert.Throws<DTypeException>(() => new Hashing(3).Call(Tauten.Tensor.Ones([1])));
    }

    [Fact]
    public void Strings_are_looked_up_as_in_Keras()
    {
        string[] vocabulary = ["a", "b", "c", "d"];
        string[][] data = [["a", "c", "d"], ["d", "z", "b"]];
        Assert.Equal([1L, 3, 4, 4, 0, 2], Longs(new StringLookup(vocabulary).Call(data)));
        var adapted = new StringLookup();
        adapted.Adapt(data);
        Assert.Equal(["[UNK]", "d", "z", "c", "b", "a"], adapted.Tokens);
        Assert.Equal([2L, 4, 5, 0, 1, 3], Longs(new StringLookup(vocabulary, unknownCount: 2).Call([["a", "c", "d"], ["m", "z", "b"]])));
        Equal([0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0], new StringLookup(vocabulary, mode: EncodingMode.OneHot).Call("a", "b", "c", "d", "z"), 0);
        string[][] samples = [["a", "c", "d", "d"], ["d", "z", "b", "z"]];
        Equal([0, 1, 0, 1, 1, 1, 0, 1, 0, 1], new StringLookup(vocabulary, mode: EncodingMode.MultiHot).Call(samples), 0);
        Equal([0, 1, 0, 1, 2, 2, 0, 1, 0, 1], new StringLookup(vocabulary, mode: EncodingMode.Count).Call(samples), 0);
        Equal([0, 0.25, 0, 0.6, 0.8, 1, 0, 0.75, 0, 0.4], new StringLookup(vocabulary, mode: EncodingMode.TfIdf, frequencies: [0.25, 0.75, 0.6, 0.4]).Call(samples), 1e-6);
        // A vocabulary with its special tokens in front is the same one.
        var masked = new StringLookup(["", "[UNK]", .. vocabulary], mask: "");
        Assert.Equal([0L, 2, 1], Longs(masked.Call("", "a", "z")));
        Assert.Equal(["", "a", "[UNK]"], masked.Invert(Tauten.Tensor.From([0L, 2, 1])));
        Assert.Equal(6, masked.Count);
        Equal([0, 1, 0, 0, 0], new StringLookup(vocabulary, mask: "", mode: EncodingMode.Count).Call("", "a", ""), 0);
    }

    [Fact]
    public void Vocabularies_are_limited_checked_and_saved()
    {
        var lookup = new StringLookup(maxTokens: 3, mask: "", mode: EncodingMode.TfIdf, padToMaxTokens: true);
        Assert.Throws<InvalidOperationException>(() => lookup.Call("a"));
        lookup.Adapt([["é", "é", "b"], ["é", "c", ""], ["c"]]);
        // Three samples: log(1 + 3 / (1 + 2)) for both.
        Assert.Equal(["[UNK]", "é", "c"], lookup.Tokens);
        double weight = Math.Log(2);
        Equal([weight, 2 * weight, 0], lookup.Call("é", "é", "x", ""), 1e-6);
        string path = Path.Combine(folder, "lookup.safetensors");
        lookup.Save(path);
        var loaded = new StringLookup(maxTokens: 3, mask: "", mode: EncodingMode.TfIdf, padToMaxTokens: true);
        loaded.Load(path);
        Assert.Equal(lookup.Tokens, loaded.Tokens);
        Equal(lookup.Call("c", "x").Doubles(), loaded.Call("c", "x"), 0);
        Assert.Equal(["vocabulary", "vocabulary_ends", "idf"], loaded.State().Keys);
        // Another vocabulary of the same size, read anew.
        var first = new StringLookup(["ab", "c"]);
        Assert.Equal([1L], Longs(first.Call("ab")));
        first.LoadState(new StringLookup(["a", "cd"]).State());
        Assert.Equal([0L, 2], Longs(first.Call("ab", "cd")));
        var broken = first.State().ToDictionary();
        broken["vocabulary_ends"] = Tauten.Tensor.From([3L, 2]);
        first.LoadState(broken);
        Assert.Throws<ModelFormatException>(() => first.Call("a"));

        Assert.Equal("StringLookup: the token 'a' is in the vocabulary twice. (Parameter 'tokens')", Assert.Throws<ArgumentException>(() => new StringLookup(["a", "a"])).Message);
        Assert.Throws<ArgumentException>(() => new StringLookup(["a", "[UNK]"]));
        Assert.Throws<ArgumentException>(() => new StringLookup(["a", "b"], maxTokens: 2));
        Assert.Throws<ArgumentException>(() => new StringLookup(["a", "b"], mode: EncodingMode.TfIdf));
        Assert.Throws<ArgumentException>(() => new StringLookup(padToMaxTokens: true));
        Assert.Equal("StringLookup: 'z' is not in the vocabulary, and there is no number for such strings. Use unknownCount: 1.",
            Assert.Throws<KeyNotFoundException>(() => new StringLookup(["a"], unknownCount: 0).Call("z")).Message);
        Assert.Equal("StringLookup: expected rows of one length. Received: rows of 1 and of 2.", Assert.Throws<ShapeException>(() => new StringLookup(["a"]).Call([["a"], ["a", "a"]])).Message);
    }

    [Fact]
    public void Whole_numbers_are_looked_up_as_in_Keras()
    {
        long[] vocabulary = [12, 36, 1138, 42];
        var lookup = new IntegerLookup(vocabulary);
        var data = Tauten.Tensor.From(new[,] { { 12L, 1138, 42 }, { 42, 1000, 36 } });
        Assert.Equal([1L, 3, 4, 4, 0, 2], Longs(lookup.Call(data)));
        Assert.Equal([12L, 1138, 42, 42, -1, 36], Longs(lookup.Invert(lookup.Call(data))));
        Assert.Equal([2L, 4, 5, 1, 0, 3], Longs(new IntegerLookup(vocabulary, unknownCount: 2).Call(Tauten.Tensor.From(new[,] { { 12L, 1138, 42 }, { 37, 1000, 36 } }))));
        var adapted = new IntegerLookup();
        adapted.Adapt(Tauten.Tensor.From(new[,] { { 12L, 1138, 42 }, { 42, 1000, 36 } }));
        Assert.Equal([-1L, 42, 1138, 1000, 36, 12], adapted.Tokens);
        var samples = Tauten.Tensor.From(new[,] { { 12L, 1138, 42, 42 }, { 42, 7, 36, 7 } });
        Equal([0, 1, 0, 1, 1, 1, 0, 1, 0, 1], new IntegerLookup(vocabulary, mode: EncodingMode.MultiHot).Call(samples), 0);
        Equal([0, 1, 0, 1, 2, 2, 0, 1, 0, 1], new IntegerLookup(vocabulary, mode: EncodingMode.Count).Call(samples), 0);
        Equal([0, 0.25, 0, 0.6, 0.8, 1, 0, 0.75, 0, 0.4], new IntegerLookup(vocabulary, mode: EncodingMode.TfIdf, frequencies: [0.25, 0.75, 0.6, 0.4]).Call(samples), 1e-6);
        Assert.Equal([0L, 2, 1], Longs(new IntegerLookup(vocabulary, mask: 0).Call(Tauten.Tensor.From([0L, 12, 7]))));
        Equal([1, 1, 0, 0, 0], new IntegerLookup(vocabulary, mask: 0, mode: EncodingMode.Count).Call(Tauten.Tensor.From([0L, 12, 7, 0])), 0);
        var graph = Graph.Capture(x => lookup.Call(x), new TensorSpec(DType.Int64, ["n", 3]));
        Assert.Equal([1L, 3, 4, 4, 0, 2], Longs(graph.Run(data)[0]));
        var loaded = new IntegerLookup();
        loaded.LoadState(adapted.State());
        Assert.Equal(adapted.Tokens, loaded.Tokens);
        Assert.Throws<KeyNotFoundException>(() => new IntegerLookup(vocabulary, unknownCount: 0).Call(samples));
    }

    [Fact]
    public void Categories_become_vectors()
    {
        Equal([0, 0, 0, 1, 0, 0, 1, 0], new CategoryEncoding(4, EncodingMode.OneHot).Call(Tauten.Tensor.From([3L, 2])), 0);
        var samples = Tauten.Tensor.From(new[,] { { 0L, 1 }, { 0, 0 }, { 1, 2 }, { 3, 1 } });
        Equal([1, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1], new CategoryEncoding(4).Call(samples), 0);
        Equal([0.1, 0.2, 0, 0, 0.2, 0, 0, 0, 0, 0.2, 0.3, 0, 0, 0.2, 0, 0.4],
            new CategoryEncoding(4, EncodingMode.Count).Call(samples, Tensor([0.1, 0.2, 0.1, 0.1, 0.2, 0.3, 0.4, 0.2], [4, 2])), 1e-12);
        Assert.Equal("CategoryEncoding: number 1 is 4. Expected 0 to 3. (in CategoryEncoding)", Assert.Throws<IndexException>(() => new CategoryEncoding(4).Call(Tauten.Tensor.From([0L, 4]))).Message);
        Assert.Throws<ArgumentException>(() => new CategoryEncoding(4, EncodingMode.TfIdf));
    }

    [Fact]
    public void Texts_are_vectorized_as_in_Keras()
    {
        var layer = new TextVectorization(maxTokens: 5000, sequenceLength: 4);
        layer.Adapt(["foo bar", "bar baz", "baz bada boom"]);
        Assert.Equal(["", "[UNK]", "baz", "bar", "foo", "boom", "bada"], layer.Tokens);
        Assert.Equal([4L, 1, 3, 0, 1, 2, 0, 0], Longs(layer.Call("foo qux bar", "qux baz")));
        Assert.Equal([2L, 1, 4, 1, 5], Longs(new TextVectorization(["earth", "wind", "and", "fire"]).Call("Earth, sun and... air fire!")));
        var pairs = new TextVectorization(runs: [1, 2], mode: EncodingMode.Count);
        Assert.Equal(["a", "b", "c", "a b", "b c"], pairs.Split("A b; C"));
        pairs.Adapt(["a b c", "a b"]);
        Assert.Equal(["[UNK]", "b", "a b", "a", "c", "b c"], pairs.Tokens);
        // d and c d are unknown.
        Equal([2, 1, 0, 0, 1, 1], pairs.Call("b c d"), 0);
        Assert.Equal(["h", "é", "😀"], TextVectorization.Characters("hé😀"));
        Assert.Equal("Wow", TextVectorization.StripPunctuation("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~Wow"));
        var characters = new TextVectorization(["b", "a"], standardize: t => t, split: TextVectorization.Characters);
        Assert.Equal([3L, 2, 1], Longs(characters.Call("abc")));
        var loaded = new TextVectorization(sequenceLength: 4);
        loaded.LoadState(layer.State());
        Assert.Equal([4L, 1, 3, 0], Longs(loaded.Call("foo qux bar")));
        Assert.Equal(["lookup.vocabulary", "lookup.vocabulary_ends"], loaded.State().Keys);
        Assert.Throws<ArgumentException>(() => new TextVectorization(mode: EncodingMode.Count, sequenceLength: 4));
    }

    [Fact]
    public void Tables_are_normalized_with_the_statistics_of_batches()
    {
        var data = Tensor(Numbers(60, 1, 5), [10, 2, 3]);
        var whole = new Normalization([1, 2], dtype: DType.Float64);
        whole.Adapt(data);
        var merged = new Normalization([-1, 1], dtype: DType.Float64);
        merged.Adapt([data.Slice(0, 0, 3), data.Slice(0, 3, 4), data.Slice(0, 4)]);
        double[] x = data.Doubles(), expected = new double[60];
        for (int k = 0; k < 6; k++)
        {
            var column = Enumerable.Range(0, 10).Select(i => x[i * 6 + k]).ToArray();
            double mean = column.Average(), variance = column.Average(v => (v - mean) * (v - mean));
            for (int i = 0; i < 10; i++) expected[i * 6 + k] = (x[i * 6 + k] - mean) / Math.Sqrt(variance);
        }
        Equal(expected, whole.Call(data), 1e-12);
        Equal(expected, merged.Call(data), 1e-12);
        Assert.Equal(Shape.Of(2, 3), merged.Mean!.Shape);
        Equal(x, new Normalization(whole.Mean!, whole.Variance!, [1, 2], invert: true).Call(whole.Call(data)), 1e-12);
        var scalar = new Normalization(axes: []);
        scalar.Adapt(Tensor([1, 2, 3, 4, 5], [5]));
        Equal([-1.4142135, -0.7071067, 0], scalar.Call(Tensor([1, 2, 3], [3])), 1e-6);
        var loaded = new Sequential(new Normalization([1, 2], dtype: DType.Float64));
        Assert.Throws<InvalidOperationException>(() => loaded.Call(data));
        loaded.LoadState(new Sequential(whole).State());
        Equal(expected, loaded.Call(data), 1e-12);
        // A column without spread is not divided by 0.
        var flat = new Normalization();
        flat.Adapt(Tauten.Tensor.Ones([3, 1]));
        Equal([0], flat.Call(Tauten.Tensor.Ones([1, 1])), 0);
        Assert.Throws<ShapeException>(() => flat.Call(Tauten.Tensor.Ones([2, 2])));
        Assert.Throws<ShapeException>(() => new Normalization().Adapt(Array.Empty<Tensor>()));
        Equal([-1, 0, 1], new Rescaling(1 / 127.5, -1).Call(Tensor([0, 127.5, 255], [3])), 1e-12);
        Assert.Equal(DType.Float32, new Rescaling(2).Call(Tauten.Tensor.From([(byte)3])).DType);
    }

    [Fact]
    public void Numbers_are_put_into_bins()
    {
        var data = Tensor([-1.5, 1.0, 3.4, 0.5, 0, 3, 1.3, 0], [2, 4]);
        Assert.Equal([0L, 2, 3, 1, 1, 3, 2, 1], Longs(new Discretization(0, 1, 2).Call(data)));
        var quantiles = Discretization.OfQuantiles(4);
        quantiles.Adapt([Tensor([.. Enumerable.Range(0, 60).Select(i => (double)i)], [60]), Tensor([.. Enumerable.Range(60, 41).Select(i => (double)i)], [41])]);
        Equal([25, 50, 75], quantiles.Boundaries, 1e-12);
        Assert.Equal([0L, 0, 1, 3], Longs(quantiles.Call(Tensor([-7, 24.9, 25, 200], [4]))));
        Equal([1, 0, 2], new Discretization([0, 1], EncodingMode.Count).Call(Tensor([-1, 5, 6], [3])), 0);
        var loaded = Discretization.OfQuantiles(4);
        loaded.LoadState(quantiles.State());
        Equal([25, 50, 75], loaded.Boundaries, 0);
        Assert.Equal("Discretization: expected boundaries that rise. Received: 1 before 1.", Assert.Throws<ShapeException>(() => new Discretization(1, 1)).Message);
        var graph = Graph.Capture(x => loaded.Call(x), new TensorSpec(DType.Float32, ["n"]));
        Assert.Equal([0L, 3], Longs(graph.Run(Tensor([1, 80], [2], DType.Float32))[0]));
    }
}
