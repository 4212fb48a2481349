extern alias onnx;

using Tauten.Testing;
using Onnx = onnx::Tauten.Onnx;

namespace Tauten.Conformance;

/// <summary>Every case written in the ONNX format, read back and run: writing itself compares the model with the graph.</summary>
public sealed class ExportedTests
{
    public static TheoryData<string> Cases => Table.Names(_ => true);

    [Theory, MemberData(nameof(Cases))]
    public void An_exported_case_comes_back(string name)
    {
        var c = Table.Of(name);
        var t = new Trial(c, c.Variants(false).First(), c.DTypes.Contains(DType.Float32) ? DType.Float32 : c.DTypes[0]);
        var graph = Graph.Capture(c.Function, t.Specs);
        Onnx.Written(graph, new() { Opset = 18 }, t.Variant.Place(t.Inputs, Trial.Cpu));
    }
}
