using Google.Protobuf;
using Tauten.OnnxFormat;
using Tauten.Cpu;
using Tauten.Tests;
using static Tauten.OnnxTests.Models;
using T = Tauten.Tensor;

namespace Tauten.OnnxTests;

/// <summary>Files that mean harm: a clear error, in little time and memory.</summary>
public sealed class HostileTests
{
    static readonly OnnxImportOptions careful = new() { LargestTensor = 1 << 24 };

    [Fact]
    public void AFunctionMayNotCallItself()
    {
        var model = Of(16, [Input("x", ElementType.Float32)], ["y"], [Node("F", "x", "y")]);
        model.Graph.Node[0].Domain = "local";
        model.Functions.Add(Function("F", [Node("F", "a", "b")]));
        model.Functions[0].Node[0].Domain = "local";
        Assert.Contains("calls itself", Assert.Throws<ModelFormatException>(() => Import(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FunctionsThatCallEachTwiceAreBounded()
    {
        // Forty functions mean two to the fortieth nodes.
        var model = Of(16, [Input("x", ElementType.Float32)], ["y"], [Node("F0", "x", "y")]);
        model.Graph.Node[0].Domain = "local";
        for (int i = 0; i < 40; i++)
        {
            string inner = i < 39 ? $"F{i + 1}" : "Neg";
            var function = Function($"F{i}", [Node(inner, "a", "c"), Node(inner, "c", "b")]);
            if (i < 39) foreach (var node in function.Node) node.Domain = "local";
            model.Functions.Add(function);
        }
        Assert.Contains("nodes", Assert.Throws<ModelFormatException>(() => Import(model)).Message, StringComparison.Ordinal);
    }

    static FunctionProto Function(string name, NodeProto[] nodes)
    {
        var function = new FunctionProto { Name = name, Domain = "local" };
        function.Input.Add("a");
        function.Output.Add("b");
        function.Node.Add(nodes);
        function.OpsetImport.Add(new OperatorSetIdProto { Version = 16 });
        return function;
    }

    [Theory]
    [InlineData("ConstantOfShape")]
    [InlineData("Expand")]
    [InlineData("Tile")]
    public void HugeShapesAreRefused(string op)
    {
        var node = op == "ConstantOfShape" ? Node(op, "shape", "y") : Node(op, "x shape", "y");
        var model = Of(13, [Input("x", ElementType.Float32, 1, 1)], ["z"], [node, Node("ReduceSum", "y", "z")], Tensor("shape", T.From([1L << 30, 1L << 20])));
        var imported = Onnx.Import(model.ToByteArray(), careful);
        var error = Assert.Throws<ModelFormatException>(() => imported.Run(T.Ones([1, 1])));
        Assert.Contains("limit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SizesThatGrowWithoutEndAreRefused()
    {
        var nodes = new List<NodeProto> { Node("Shape", "x", "s0") };
        for (int i = 0; i < 60; i++) nodes.AddRange([Node("Add", $"s{i} one", $"t{i}"), Node("Mul", $"t{i} s{i}", $"s{i + 1}")]);
        nodes.Add(Node("Reshape", "x s60", "y"));
        var model = Import(Of(13, [Input("x", ElementType.Float32, "a", "b")], ["y"], [.. nodes], Tensor("one", T.From(1L))));
        Assert.Throws<GraphException>(() => model.Graph);
        Assert.Throws<ModelFormatException>(() => model.Run(T.Ones([2, 2])));
    }

    [Fact]
    public void ALoopWithoutEndEndsWhenAskedTo()
    {
        var body = Graph([Input("i", ElementType.Int64), Input("go", ElementType.Bool), Input("v", ElementType.Float32)], ["go", "w"], [Node("Neg", "v", "w")]);
        var model = Import(Of(13, [Input("x", ElementType.Float32)], ["y"], [Node("Loop", "- - x", "y", ("body", body))]));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        Assert.Throws<OperationCanceledException>(() => model.Run(new Dictionary<string, OnnxValue> { ["x"] = T.From(1f) }, stop.Token));
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("inner/../../secret")]
    [InlineData("link")]
    [InlineData("linked/secret")]
    [InlineData("missing")]
    [InlineData("")]
    [InlineData("weights\0")]
    public void ExternalDataStayInTheFolder(string location)
    {
        string outer = Directory.CreateTempSubdirectory().FullName, folder = Path.Combine(outer, "model");
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "inner"));
            File.WriteAllBytes(Path.Combine(outer, "secret"), new byte[8]);
            File.CreateSymbolicLink(Path.Combine(folder, "link"), Path.Combine(outer, "secret"));
            Directory.CreateSymbolicLink(Path.Combine(folder, "linked"), outer);
            Assert.Throws<ModelFormatException>(() => Onnx.Import(Write(folder, location, 0, 8)));
        }
        finally
        {
            Directory.Delete(outer, recursive: true);
        }
    }

    [Theory]
    [InlineData(0, 8, true)]
    [InlineData(8, 8, true)]
    [InlineData(9, 8, false)]
    [InlineData(0, 4, false)]
    [InlineData(1000, 8, false)]
    public void ExternalDataAreReadWhereTheyLie(long offset, long length, bool fits)
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            File.WriteAllBytes(Path.Combine(folder, "weights"), [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f), .. BitConverter.GetBytes(3f), .. BitConverter.GetBytes(4f)]);
            string path = Write(folder, "weights", offset, length);
            if (fits) Assert.Equal(offset == 0 ? [1f, 2f] : [3f, 4f], Onnx.Import(path).Run(T.Zeros([2]))[0].ToArray<float>());
            else Assert.Throws<ModelFormatException>(() => Onnx.Import(path));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static string Write(string folder, string location, long offset, long length)
    {
        var weight = new TensorProto { Name = "w", DataType = (int)ElementType.Float32, DataLocation = TensorProto.Types.DataLocation.External };
        weight.Dims.Add(2);
        foreach (var (key, value) in new[] { ("location", location), ("offset", $"{offset}"), ("length", $"{length}") }) weight.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        string path = Path.Combine(folder, "model.onnx");
        File.WriteAllBytes(path, Of(13, [Input("x", ElementType.Float32, 2)], ["y"], [Node("Add", "x w", "y")], weight).ToByteArray());
        return path;
    }

    [Fact]
    public void WhatIsNoModelIsNamed()
    {
        Assert.Throws<ModelFormatException>(() => Onnx.Import(new byte[] { 1, 2, 3 }));
        Assert.Throws<ModelFormatException>(() => Onnx.Import(Array.Empty<byte>()));
        var unknown = Assert.Throws<UnsupportedModelException>(() => Import(Of(13, [Input("x", ElementType.Float32)], ["y"], [Node("Teleport", "x", "y")])));
        Assert.Contains("Teleport", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ErrorsNameTheNodeAndWhatItReceived()
    {
        var node = Node("MatMul", "x x", "y");
        node.Name = "product";
        var model = Import(Of(13, [Input("x", ElementType.Float32, 2, 3)], ["y"], [node]));
        string message = Assert.Throws<ModelFormatException>(() => model.Run(T.Ones([2, 3]))).Message;
        Assert.Contains("MatMul 'product'", message, StringComparison.Ordinal);
        Assert.Contains("float32[2, 3]", message, StringComparison.Ordinal);
    }

    /// <summary>Models with bytes changed, cut out and repeated: each is run, or refused with an error of ours.</summary>
    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ChangedModelsAreRunOrRefused(int part)
    {
        byte[][] seeds = [.. Seeds()];
        var random = new Random(part);
        int run = 0, refused = 0;
        for (int i = 0; i < 25_000; i++)
        {
            byte[] bytes = Changed(seeds[i % seeds.Length], random);
            using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                var model = Onnx.Import(bytes, careful);
                var inputs = model.Inputs.Take(8).ToDictionary(p => p.Name, Given);
                model.Run(inputs, stop.Token);
                run++;
            }
            catch (Exception error) when (error is TautenException or OperationCanceledException)
            {
                refused++;
            }
            catch (Exception error)
            {
                Assert.Fail($"part {part}, model {i}: {error}");
            }
        }
        // Both happen often, or nothing was tested.
        Assert.True(run > 500 && refused > 500, $"{run} ran, {refused} were refused.");
        Assert.InRange(((CpuBackend)Backends.Default).PeakBytes, 0, 1L << 30);
    }

    static OnnxValue Given(ModelPort port)
    {
        if (port.Spec is not { } spec) return port.ElementType == ElementType.String ? new OnnxStrings(["a"], Shape.Of(1)) : T.Ones([2, 2]);
        Dim[] shape = [.. spec.Shape.Select(d => d.IsKnown && d <= 64 ? d : 2)];
        return new OnnxTensor(T.Ones(Shape.Create(shape.Length <= 8 ? shape : shape[..8]), spec.DType), port.ElementType);
    }

    static byte[] Changed(byte[] seed, Random random)
    {
        var bytes = seed.ToList();
        for (int change = random.Next(1, 4); change > 0 && bytes.Count > 1; change--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes.RemoveAt(at); break;
                case 3: bytes.Insert(at, (byte)random.Next(256)); break;
                case 4: bytes.RemoveRange(at, Math.Min(random.Next(16), bytes.Count - at)); break;
                default:
                    int from = random.Next(bytes.Count);
                    bytes.InsertRange(at, bytes.GetRange(from, Math.Min(random.Next(16), bytes.Count - from)));
                    break;
            }
        }
        return [.. bytes];
    }

    static IEnumerable<byte[]> Seeds()
    {
        // Every operator of the suite where it is at hand, small models of our own everywhere.
        var own = new List<ModelProto>
        {
            Of(13, [Input("x", ElementType.Float32, "n", 3)], ["y"], [Node("Gemm", "x w", "h", ("transB", 1)), Node("Relu", "h", "a"), Node("Softmax", "a", "y", ("axis", -1))], Tensor("w", T.Ones([2, 3]))),
            Of(13, [Input("x", ElementType.Float32, 1, 2, 8, 8)], ["y"], [Node("Conv", "x w", "h", ("pads", new long[] { 1, 1, 1, 1 }), ("strides", new long[] { 2, 2 })), Node("MaxPool", "h", "p", ("kernel_shape", new long[] { 2, 2 })), Node("Flatten", "p", "y")], Tensor("w", T.Ones([3, 2, 3, 3]))),
            Of(13, [Input("x", ElementType.Float32, "n", 4)], ["y"], [Node("Shape", "x", "s"), Node("Slice", "s a b", "n"), Node("ConstantOfShape", "n", "c"), Node("Unsqueeze", "c one", "u"), Node("Add", "x u", "y")], Tensor("a", T.From([0L])), Tensor("b", T.From([1L])), Tensor("one", T.From([1L]))),
            Of(13, [Input("x", ElementType.Float32, 2, 3)], ["y"], [Node("Pad", "x p", "a", ("mode", "reflect")), Node("Tile", "a t", "b"), Node("Resize", "b - s", "y", ("mode", "linear"))], Tensor("p", T.From([0L, 1, 0, 1])), Tensor("t", T.From([2L, 2])), Tensor("s", T.From([1f, 2f]))),
            Of(13, [Input("x", ElementType.Float32)], ["y", "z"], [Node("Loop", "m - x", "y z", ("body", Graph([Input("i", ElementType.Int64), Input("go", ElementType.Bool), Input("v", ElementType.Float32)], ["go", "w", "e"], [Node("Add", "v v", "w"), Node("Identity", "w", "e")])))], Tensor("m", T.From(5L))),
        };
        foreach (var model in own) yield return model.ToByteArray();
        if (!Directory.Exists(SuiteFactAttribute.Data)) yield break;
        foreach (string folder in Directory.GetDirectories(Path.Combine(SuiteFactAttribute.Data, "node")).Order(StringComparer.Ordinal))
        {
            string path = Path.Combine(folder, "model.onnx");
            if (new FileInfo(path).Length < 4096) yield return File.ReadAllBytes(path);
        }
    }
}
