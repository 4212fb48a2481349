using Google.Protobuf;
using Tauten.OnnxFormat;
using static Tauten.OnnxTests.Models;
using T = Tauten.Tensor;

namespace Tauten.OnnxTests;

/// <summary>Parts of models, other sizes for their inputs, and weights that lie in a file of their own or are read to where they stay.</summary>
public sealed class PartsTests
{
    // x -> Relu -> h -> Gemm -> y, and a second head z that nobody asks for.
    static ModelProto Net() => Of(
        13, [Input("x", ElementType.Float32, 1, 4)], ["y", "z"],
        [Node("Relu", "x", "r"), Node("MatMul", "r a", "h"), Node("MatMul", "h b", "y"), Node("Sigmoid", "r", "z")], Tensor("a", T.Arange(0f, 8).Reshape(4, 2)), Tensor("b", T.Ones([2, 3])));

    [Fact]
    public void A_net_is_cut_where_a_value_is_asked_for()
    {
        var whole = Onnx.Import(Net().ToByteArray());
        Assert.Equal(["Relu", "MatMul", "MatMul", "Sigmoid"], whole.Nodes.Select(n => n.Operator));
        Assert.Equal(["h", "b"], whole.Nodes[2].Inputs);
        var part = Onnx.Import(Net().ToByteArray(), new() { Outputs = [whole.Nodes[2].Inputs[0]], Shapes = new Dictionary<string, Shape> { ["x"] = ["batch", 4] }, Trainable = true });
        Assert.Equal((2, "a", "float32[batch, 2]"), (part.Nodes.Count, part.Parameters.Keys.Single(), part.Graph.Outputs[0].ToString()));
        Assert.Equal([12f, 16, 12, 16], part.Run(T.Ones([2, 4]))[0].ToArray<float>());
        var both = Onnx.Import(Net().ToByteArray(), new() { Outputs = ["z", "y"] });
        Assert.Equal(["z", "y"], both.Outputs.Select(o => o.Name));
        Assert.Throws<ModelFormatException>(() => Onnx.Import(Net().ToByteArray(), new() { Outputs = ["nothing"] }));
        Assert.Throws<ModelFormatException>(() => Onnx.Import(Net().ToByteArray(), new() { Shapes = new Dictionary<string, Shape> { ["w"] = [1] } }));
        Assert.Throws<ModelFormatException>(() => Onnx.Import(Net().ToByteArray(), new() { Shapes = new Dictionary<string, Shape> { ["x"] = [1] } }));
    }

    [Fact]
    public void What_a_body_reads_is_kept()
    {
        var body = Graph([], ["u"], [Node("Add", "c x", "u")]);
        var proto = Of(13, [Input("x", ElementType.Float32, 2), Input("go", ElementType.Bool)], ["y"], [Node("Neg", "x", "c"), Node("If", "go", "y", ("then_branch", body), ("else_branch", body)), Node("Exp", "y", "e")]);
        Assert.Equal([0f, 0], Onnx.Import(proto.ToByteArray(), new() { Outputs = ["y"] }).Run(T.Ones([2]), T.From(true))[0].ToArray<float>());
    }

    [Fact]
    public void Weights_may_lie_beside_the_model()
    {
        string folder = Directory.CreateTempSubdirectory("tauten-").FullName, path = Path.Combine(folder, "net.onnx");
        try
        {
            var weight = T.Randn([64, 32], generator: new Generator(1));
            var graph = global::Tauten.Graph.Capture(x => x.MatMul(weight) + T.Ones([32]), new TensorSpec(DType.Float32, ["batch", 64]));
            for (int i = 0; i < 2; i++)
            {
                Onnx.Export(graph, path, new() { ExternalWeights = true });
                Assert.Equal(["net.onnx", "net.onnx.data"], Directory.GetFileSystemEntries(folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
                Assert.Equal(64 * 32 * 4, new FileInfo(path + ".data").Length);
                Assert.True(new FileInfo(path).Length < 2000);
            }
            var x = T.Randn([3, 64], generator: new Generator(2));
            Assert.Equal(graph.Run(x)[0].ToArray<float>(), Onnx.Import(path).Run(x)[0].ToArray<float>());
            // What does not agree is not kept, and what was there stays.
            byte[] before = File.ReadAllBytes(path);
            Assert.Throws<ModelFormatException>(() => Onnx.Export(graph, path, new() { Tolerance = -1 }));
            Assert.Equal(before, File.ReadAllBytes(path));
            Assert.Equal(2, Directory.GetFileSystemEntries(folder).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(ElementType.Float32)]
    [InlineData(ElementType.Int8)]
    [InlineData(ElementType.Bool)]
    [InlineData(ElementType.Float16)]
    public void Large_weights_are_read_to_where_they_stay(ElementType type)
    {
        var value = (T.Arange(0f, 100_000) % 2).To(type.Carrier());
        var proto = Of(13, [Input("x", type, 1)], ["y"], [Node("Concat", "x w", "y", ("axis", 0))], Tensor("w", value));
        // A stream that does not begin at its start, and one that cannot seek.
        byte[] bytes = proto.ToByteArray();
        var later = new MemoryStream([1, 2, 3, .. bytes]) { Position = 3 };
        foreach (var model in (ImportedModel[])[Onnx.Import(bytes), Onnx.Import(later), Onnx.Import(new System.IO.Compression.BrotliStream(new MemoryStream(Packed(bytes)), System.IO.Compression.CompressionMode.Decompress))])
            Assert.True(model.Run(T.Zeros([1], type.Carrier()))[0].Slice(0, 1, 100_001).EqualTo(value).All().Item<bool>());
        // The same message, its parts in another order and cut in two.
        var first = proto.Clone();
        first.Graph.Node.Clear();
        var second = new ModelProto { Graph = new GraphProto() };
        second.Graph.Node.Add(proto.Graph.Node);
        Assert.Equal(100_001, Onnx.Import((byte[])[.. first.ToByteArray(), .. second.ToByteArray()]).Run(T.Zeros([1], type.Carrier()))[0].Count);
        foreach (int cut in (int[])[bytes.Length / 2, bytes.Length - 1, 70_000]) Assert.Throws<ModelFormatException>(() => Onnx.Import(bytes[..cut]));
    }

    // Large weights wherever a model may hold them: an initializer, a constant, one in the body of a branch, one in a function, and indices of a sparse one.
    static ModelProto Everywhere(int size)
    {
        TensorProto Of(string name, float value) => Tensor(name, T.Arange(0f, size) * 0 + value);
        var body = Graph([], ["u"], [Node("Constant", "", "c", ("value", Of("", 4))), Node("Add", "c v", "u")], Of("v", 8));
        var proto = Models.Of(
            16, [Input("x", ElementType.Float32, size), Input("go", ElementType.Bool)], ["y"],
            [Node("Constant", "", "a", ("value", Of("", 1))), Node("Add", "x a", "xa"), Node("Add", "xa b", "xab"), Node("If", "go", "i", ("then_branch", body), ("else_branch", body)), Node("Add", "xab i", "xabi"), Node("F", "xabi", "f"), Node("Add", "f s", "y")],
            Of("b", 2));
        proto.Graph.Node[5].Domain = "local";
        var function = new FunctionProto { Name = "F", Domain = "local" };
        function.Input.Add("in");
        function.Output.Add("out");
        function.Node.Add([Node("Constant", "", "k", ("value", Of("", 16))), Node("Add", "in k", "out")]);
        function.OpsetImport.Add(new OperatorSetIdProto { Version = 16 });
        proto.Functions.Add(function);
        proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "local", Version = 1 });
        var sparse = new SparseTensorProto { Values = Of("s", 32), Indices = Tensor("", T.Arange(size).To(DType.Int64)) };
        sparse.Dims.Add(size);
        proto.Graph.SparseInitializer.Add(sparse);
        return proto;
    }

    [Fact]
    public void Large_weights_stay_in_the_file()
    {
        const int size = 1 << 18;
        string folder = Directory.CreateTempSubdirectory("tauten-").FullName, path = Path.Combine(folder, "net.onnx");
        try
        {
            var proto = Everywhere(size);
            T[] x = [T.Ones([size]), T.From(true)];
            float[] expected = new float[size];
            Array.Fill(expected, 64f);
            File.WriteAllBytes(path, proto.ToByteArray());
            var model = Onnx.Import(path);
            if (!OperatingSystem.IsWindows())
            {
                // Nobody should, but it shows that nothing was copied.
                long place = proto.ToByteArray().AsSpan().IndexOf(proto.Graph.Initializer[0].RawData.Span);
                using (var file = new FileStream(path, FileMode.Open, FileAccess.Write))
                {
                    file.Position = place;
                    file.Write(BitConverter.GetBytes(3f));
                }
                expected[0]++;
            }
            // The file may go, or be replaced, while the model is used.
            File.Delete(path);
            File.WriteAllBytes(path, new byte[proto.CalculateSize()]);
            Assert.Equal(expected, model.Run(x)[0].ToArray<float>());
            Assert.Equal(64f, Onnx.Import(proto.ToByteArray()).Run(x)[0].ToArray<float>()[0]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What is left of a model without its large weights is what the parser makes of the whole, whatever its bytes are.</summary>
    [Fact]
    public void A_model_without_its_weights_means_the_same()
    {
        byte[] bytes = Everywhere(20_000).ToByteArray();
        // All but elements.
        var given = ModelParts.Read(new MemoryStream(bytes));
        var elements = Tensors(given.Model).Where(t => given.IsTicket(t.RawData, out _)).Select(t => given.IsTicket(t.RawData, out var place) ? place : default).ToArray();
        Assert.Equal(9, elements.Length);
        int[] places = [.. Enumerable.Range(0, bytes.Length).Where(i => !Array.Exists(elements, e => i >= e.Offset && i < e.Offset + e.Length))];
        var random = new Random(1);
        int good = 0, cut = 0;
        for (int i = 0; i < 600; i++)
        {
            byte[] changed = [.. bytes];
            for (int change = random.Next(0, 3); change > 0; change--) changed[places[random.Next(places.Length)]] ^= (byte)(1 << random.Next(8));
            if (random.Next(4) == 0) changed = changed[..random.Next(changed.Length / 2, changed.Length)];
            ModelProto? whole = null;
            ModelParts? parts = null;
            try
            {
                whole = ModelProto.Parser.ParseFrom(changed);
            }
            catch (InvalidProtocolBufferException)
            {
            }
            try
            {
                parts = ModelParts.Read(new MemoryStream(changed));
            }
            catch (InvalidProtocolBufferException)
            {
            }
            Assert.Equal(whole is null, parts is null);
            if (whole is null) continue;
            good++;
            foreach (var tensor in Tensors(parts!.Model))
                if (parts.IsTicket(tensor.RawData, out var place))
                {
                    tensor.RawData = ByteString.CopyFrom(changed, (int)place.Offset, (int)place.Length);
                    cut++;
                }
            Assert.Equal(whole, parts.Model);
        }
        Assert.True(good > 200 && cut > 1000, $"{good} models were read, and {cut} weights left where they are.");
    }

    static IEnumerable<TensorProto> Tensors(IMessage message) =>
        message is TensorProto tensor ? [tensor] : message.Descriptor.Fields.InDeclarationOrder().Where(f => f.FieldType == Google.Protobuf.Reflection.FieldType.Message).SelectMany(f =>
            f.Accessor.GetValue(message) switch { IMessage inner => Tensors(inner), System.Collections.IEnumerable list => list.Cast<IMessage>().SelectMany(Tensors), _ => [] });

    [Fact]
    public void Messages_nested_without_end_are_refused()
    {
        // A graph in an attribute of a node of a graph, and so on, each longer than what is left where it is.
        byte[] inner = new byte[100_000];
        for (int depth = 0; depth < 3000; depth++) inner = Block(depth % 3 == 0 ? AttributeProto.GFieldNumber : depth % 3 == 1 ? NodeProto.AttributeFieldNumber : GraphProto.NodeFieldNumber, inner);
        Assert.Throws<ModelFormatException>(() => Onnx.Import((byte[])[.. Block(ModelProto.GraphFieldNumber, inner)]));

        static byte[] Block(int field, byte[] content)
        {
            var stream = new MemoryStream();
            using (var output = new CodedOutputStream(stream, leaveOpen: true))
            {
                output.WriteTag(field, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(UnsafeByteOperations.UnsafeWrap(content));
            }
            return stream.ToArray();
        }
    }

    static byte[] Packed(byte[] bytes)
    {
        var target = new MemoryStream();
        using (var packer = new System.IO.Compression.BrotliStream(target, System.IO.Compression.CompressionLevel.Fastest)) packer.Write(bytes);
        return target.ToArray();
    }
}
