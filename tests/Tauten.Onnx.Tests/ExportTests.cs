using T = Tauten.Tensor;

namespace Tauten.OnnxTests;

/// <summary>Graphs written in the ONNX format, read back, and compared: writing itself compares, so that a test that returns has agreed.</summary>
public sealed class ExportTests
{
    static ImportedModel Round(Graph graph, int opset = 17, params T[] examples) => Onnx.Import(Onnx.Written(graph, new() { Opset = opset }, examples));

    static TensorSpec Float(params Dim[] shape) => new(DType.Float32, Shape.Create(shape));

    public static TheoryData<string> Functions => [.. functions.Keys];

    static readonly Dictionary<string, Func<T, T>> functions = new()
    {
        ["elementwise"] = x => (x.Exp() + x.Sin().Square() - x.Abs().Sqrt() * 2).Tanh() / 3,
        ["activations"] = x => T.Concat([x.Gelu(), x.Silu(), x.Mish(), x.Hardswish(), x.LeakyRelu(0.2), x.Elu(0.5), x.Softplus(), x.Selu(), x.Relu6()], 1),
        ["reductions"] = x => x.Sum(1, keepDims: true) + x.Mean(-1, keepDims: true) * x.Max(1, keepDims: true) - x.Min(-1, keepDims: true),
        ["softmax"] = x => x.Softmax(1) + x.LogSoftmax(-1),
        ["movement"] = x => x.Transpose(0, 1).Reshape(4, -1).Pad(1, 1, 2).Flip(0).Slice(1, 0, 5, 2),
        ["joining"] = x => T.Concat([x, x * 2], 0).Roll(1, 0),
        ["indexing"] = x => x.IndexSelect(1, T.From([3L, 0])).Gather(1, x.ArgMax(1, keepDims: true) % 2),
        ["choice"] = x => T.Where((x > 0) & (x < 1) | x.IsNaN(), x, -x),
        ["sorting"] = x => x.Sort(1).Values + x.TopK(4).Values,
        ["casts"] = x => x.Int().Float() + (x * 10).Long().To(DType.Float32),
        ["scans"] = x => x.CumSum(1, exclusive: true) + x.Triu(1) - x.Tril(-1),
        ["normalization"] = x => x.LayerNorm(1, T.Full([4], 2), T.Ones([4])) + x.RmsNorm(),
        ["products"] = x => x.MatMul(T.Arange(0, 12).Reshape(4, 3)).Linear(T.Ones([2, 3]), T.Ones([2])),
        ["ranges"] = x => x + T.Arange(0, 1, 0.25) + T.Linspace(0, 1, 4),
        ["statistics"] = x => x.Var(1, keepDims: true) + x.Std(1, keepDims: true) + x.Norm(3, 1, keepDims: true) + x.LogSumExp(1, keepDims: true),
    };

    [Theory]
    [MemberData(nameof(Functions))]
    public void FunctionsComeBackAsTheyWere(string name)
    {
        foreach (int opset in (int[])[17, 22]) Round(Graph.Capture(functions[name], Float(3, 4)), opset);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void SizesStayOpen(string name)
    {
        if (name is "movement") return;
        var model = Round(Graph.Capture(functions[name], Float("batch", 4)));
        Assert.Equal("float32[batch, 4]", model.Inputs[0].Type);
        var x = T.Randn([5, 4]);
        Assert.True(model.Run(x)[0].AllClose(functions[name](x), 1e-4, 1e-4));
    }

    [Fact]
    public void SizesThatAreComputedAreReadFromTheInputs()
    {
        var model = Round(Graph.Capture(x => x.Reshape(x.Shape[0] * x.Shape[1], 4).Concatenated(), Float("batch", "time", 4)));
        Assert.Equal("[30, 8]", model.Run(T.Ones([5, 6, 4]))[0].Shape.ToString());
        Assert.Equal("float32[batch*time, 8]", model.Graph.Outputs[0].ToString());
    }

    [Fact]
    public void ImagesComeBack()
    {
        T weight = T.Randn([6, 2, 3, 3]), depthwise = T.Randn([6, 1, 3, 3]), up = T.Randn([6, 4, 2, 2]);
        var model = Round(Graph.Capture(
            x => x.Conv2d(weight, T.Ones([6]), padding: 1).BatchNorm(T.Zeros([6]), T.Ones([6]), T.Full([6], 2), T.Ones([6])).Relu().MaxPool2d(2).Conv2d(depthwise, groups: 6, padding: 1).AvgPool2d(3, 2, 1)
                .ConvTranspose2d(up, stride: 2).InterpolateBy(2, InterpolationMode.Linear),
            Float("batch", 2, 16, 16)));
        Assert.Equal("[3, 4, 16, 16]", model.Run(T.Randn([3, 2, 16, 16]))[0].Shape.ToString());
        Assert.Contains("BatchNormalization", model.Operators.Keys);
        Assert.Contains("AveragePool", model.Operators.Keys);
    }

    [Fact]
    public void AttentionExpandsIntoProducts()
    {
        T weight = T.Randn([8, 8]);
        Round(Graph.Capture(x => x.Linear(weight).ScaledDotProductAttention(x, x, causal: true), Float("batch", 5, 8)));
    }

    [Fact]
    public void ParametersBecomeInitializersUnderTheirNames()
    {
        var weight = new Parameter(T.From([2f, 3f]), "scale");
        var model = Round(Graph.Capture(x => x * weight.Value, Float("n", 2)));
        Assert.Equal(2, model.WeightCount);
        Assert.Equal([2f, 6f], model.Run(T.From([1f, 2f]).Reshape(1, 2))[0].ToArray<float>());
    }

    [Fact]
    public void AnImportedModelIsWrittenAgain()
    {
        var first = Round(Graph.Capture(x => x.Softmax(-1) * 2, Float("batch", 3)));
        var second = Round(first.Graph);
        var x = T.Randn([2, 3]);
        Assert.Equal(first.Run(x)[0].ToArray<float>(), second.Run(x)[0].ToArray<float>());
    }

    [Fact]
    public void NamesAndOpsetAreThoseAskedFor()
    {
        var bytes = Onnx.Written(Graph.Capture(x => x.Gelu(), Float(2)), new() { Opset = 20, Inputs = ["pixels"], Outputs = ["logits"], Metadata = new Dictionary<string, string> { ["author"] = "me" } }, []);
        var model = Onnx.Import(bytes);
        Assert.Equal(("pixels", "logits", 20, "me"), (model.Inputs[0].Name, model.Outputs[0].Name, model.Opset, model.Metadata["author"]));
        Assert.Contains("Gelu", model.Operators.Keys);
        // Before version 20 the operator was not there: it is written as what it expands to.
        Assert.DoesNotContain("Gelu", Round(Graph.Capture(x => x.Gelu(), Float(2)), 17).Operators.Keys);
    }

    [Fact]
    public void AnOpWithoutAnOperatorIsNamed()
    {
        var error = Assert.Throws<UnsupportedModelException>(() => Round(Graph.Capture(x => Special.BesselJ0(x), Float(2))));
        Assert.Contains("BesselJ0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AFunctionIsWrittenWithOpenSizes()
    {
        string path = Path.GetTempFileName();
        try
        {
            Onnx.Export(x => x.Relu(), path, example: T.Ones([2, 3]), dynamic: ["batch"]);
            Assert.Equal("float32[batch, 3]", Onnx.Import(path).Outputs[0].Type);
        }
        finally
        {
            File.Delete(path);
        }
    }
}

static class Joined
{
    public static T Concatenated(this T x) => T.Concat([x, x + 1], 1);
}
