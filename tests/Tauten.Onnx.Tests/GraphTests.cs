using static Tauten.OnnxTests.Models;
using T = Tauten.Tensor;

namespace Tauten.OnnxTests;

/// <summary>Models as graphs whose sizes stay open.</summary>
public sealed class GraphTests
{
    [Fact]
    public void ShapesThatAreComputedStayOpen()
    {
        // x.view(x.size(0), -1), as PyTorch writes it.
        var model = Import(Of(
            13, [Input("x", ElementType.Float32, "batch", 2, 3)], ["y"],
            [
                Node("Shape", "x", "shape"), Node("Gather", "shape zero", "size", ("axis", 0)), Node("Unsqueeze", "size first", "sizes"),
                Node("Concat", "sizes rest", "target", ("axis", 0)), Node("Reshape", "x target", "y"),
            ],
            Tensor("zero", T.From(0L)), Tensor("first", T.From([0L])), Tensor("rest", T.From([-1L]))));
        Assert.Equal("float32[batch, 6]", model.Graph.Outputs[0].ToString());
        Assert.Equal("[5, 6]", model.Run(T.Ones([5, 2, 3]))[0].Shape.ToString());
        Assert.Equal("[2, 6]", model.Run(T.Ones([2, 2, 3]))[0].Shape.ToString());
    }

    [Fact]
    public void ArithmeticOnSizesStaysOpen()
    {
        var model = Import(Of(
            13, [Input("x", ElementType.Float32, "batch", "time", 4)], ["y"],
            [
                Node("Shape", "x", "shape"), Node("Slice", "shape start end", "lead"), Node("ReduceProd", "lead", "count", ("keepdims", 1)),
                Node("Div", "count half", "rows"), Node("Mul", "rows two", "twice"), Node("Concat", "twice four", "target", ("axis", 0)), Node("Reshape", "x target", "y"),
            ],
            Tensor("start", T.From([0L])), Tensor("end", T.From([2L])), Tensor("half", T.From([1L])), Tensor("two", T.From([1L])), Tensor("four", T.From([4L]))));
        Assert.Equal("float32[batch*time, 4]", model.Graph.Outputs[0].ToString());
        Assert.Equal("[6, 4]", model.Run(T.Ones([2, 3, 4]))[0].Shape.ToString());
    }

    [Fact]
    public void ExpandToAShapeWithAChoice()
    {
        // torch.expand writes Where(shape == -1, ones, shape).
        var model = Import(Of(
            13, [Input("x", ElementType.Float32, 1, 3), Input("like", ElementType.Float32, "batch", 3)], ["y"],
            [
                Node("Shape", "like", "shape"), Node("Equal", "shape minus", "open"), Node("Shape", "shape", "rank"),
                Node("ConstantOfShape", "rank", "ones", ("value", Tensor("", T.From([1L])))), Node("Where", "open ones shape", "target"), Node("Expand", "x target", "y"),
            ],
            Tensor("minus", T.From(-1L))));
        Assert.Equal("float32[batch, 3]", model.Graph.Outputs[0].ToString());
        Assert.Equal("[4, 3]", model.Run(T.Ones([1, 3]), T.Ones([4, 3]))[0].Shape.ToString());
    }

    [Fact]
    public void ValuesThatDecideAboutShapesRunNodeByNode()
    {
        var model = Import(Of(13, [Input("x", ElementType.Float32, "n"), Input("shape", ElementType.Int64, 2)], ["y"], [Node("Reshape", "x shape", "y")]));
        var error = Assert.Throws<GraphException>(() => model.Graph);
        Assert.Contains("Reshape", error.Message, StringComparison.Ordinal);
        Assert.Equal("[2, 3]", model.Run(T.Ones([6]), T.From([2L, 3]))[0].Shape.ToString());
    }

    [Fact]
    public void WhatDependsOnConstantsAloneIsComputedOnce()
    {
        var model = Import(Of(13, [Input("x", ElementType.Float32, 2)], ["y"], [Node("Exp", "c", "e"), Node("Add", "x e", "y")], Tensor("c", T.From([0f, 0]))));
        Assert.DoesNotContain("Exp", model.Graph.Print(), StringComparison.Ordinal);
        Assert.Equal([2f, 3f], model.Run(T.From([1f, 2]))[0].ToArray<float>());
    }

    [Fact]
    public void InitializersBecomeParametersThatLearn()
    {
        var model = Import(
            Of(13, [Input("x", ElementType.Float32, "batch", 2)], ["y"], [Node("Gemm", "x w b", "y", ("transB", 1))], Tensor("w", T.From(new[,] { { 1f, 2f } })), Tensor("b", T.From([0.5f]))),
            trainable: true);
        Assert.Equal(["b", "w"], model.Parameters.Keys.Order());
        var x = T.From(new[,] { { 3f, 4f } });
        model.Run(x)[0].Sum().Backward();
        Assert.Equal([3f, 4f], model.Parameters["w"].Grad!.ToArray<float>());
        model.Parameters["w"].Value = T.From(new[,] { { 0f, 0f } });
        Assert.Equal(0.5f, model.Run(x)[0].Item<float>());
    }

    [Fact]
    public void ControlFlowSeesTheValuesAroundIt()
    {
        var then = Graph([], ["t"], [Node("Add", "x x", "t")]);
        var otherwise = Graph([], ["f"], [Node("Neg", "x", "f")]);
        var model = Import(Of(13, [Input("x", ElementType.Float32, 2), Input("flag", ElementType.Bool)], ["y"], [Node("If", "flag", "y", ("then_branch", then), ("else_branch", otherwise))]));
        Assert.Equal([2f, 4f], model.Run(T.From([1f, 2]), T.From(true))[0].ToArray<float>());
        Assert.Equal([-1f, -2f], model.Run(T.From([1f, 2]), T.From(false))[0].ToArray<float>());
    }

    [Fact]
    public void ALoopCollectsWhatItsPassesGive()
    {
        var body = Graph(
            [Input("i", ElementType.Int64), Input("go", ElementType.Bool), Input("sum", ElementType.Float32)], ["still", "next", "each"],
            [Node("Add", "sum x", "next"), Node("Less", "next limit", "still"), Node("Identity", "next", "each")], Tensor("limit", T.From(5f)));
        var model = Import(Of(13, [Input("x", ElementType.Float32)], ["total", "all"], [Node("Loop", "- - start", "total all", ("body", body))], Tensor("start", T.From(0f))));
        var y = model.Run(T.From(2f));
        Assert.Equal(6f, y[0].Item<float>());
        Assert.Equal([2f, 4, 6], y[1].ToArray<float>());
    }

    [Fact]
    public void BranchesOnValuesArePartOfTheGraph()
    {
        var then = Graph([], ["t"], [Node("Add", "x x", "t")]);
        var otherwise = Graph([], ["f"], [Node("Neg", "x", "f")]);
        var model = Import(Of(13, [Input("x", ElementType.Float32, "n"), Input("flag", ElementType.Bool)], ["y"], [Node("If", "flag", "y", ("then_branch", then), ("else_branch", otherwise))]));
        Assert.Contains("If", model.Graph.Print(), StringComparison.Ordinal);
        Assert.Equal([2f, 4f], model.Graph.Run(T.From([1f, 2]), T.From(true))[0].ToArray<float>());
        Assert.Equal([-1f], model.Graph.Run(T.From([1f]), T.From(false))[0].ToArray<float>());
    }

    [Fact]
    public void LoopsWithAConditionArePartOfTheGraph()
    {
        var body = Graph(
            [Input("i", ElementType.Int64), Input("go", ElementType.Bool), Input("sum", ElementType.Float32)], ["still", "next"], [Node("Add", "sum x", "next"), Node("Less", "next limit", "still")],
            Tensor("limit", T.From(5f)));
        var model = Import(Of(13, [Input("x", ElementType.Float32)], ["total"], [Node("Loop", "- - start", "total", ("body", body))], Tensor("start", T.From(0f))));
        Assert.Contains("While", model.Graph.Print(), StringComparison.Ordinal);
        Assert.Equal(6f, model.Graph.Run(T.From(2f))[0].Item<float>());
    }

    [Fact]
    public void LoopsOverAnOpenSizeArePartOfTheGraph()
    {
        // As many passes as the input has rows; each gives the square of its number.
        var body = Graph(
            [Input("i", ElementType.Int64), Input("go", ElementType.Bool), Input("sum", ElementType.Int64)], ["go", "next", "each"], [Node("Mul", "i i", "each"), Node("Add", "sum each", "next")]);
        var model = Import(Of(
            13, [Input("x", ElementType.Float32, "rows")], ["total", "all"], [Node("Size", "x", "count"), Node("Loop", "count yes start", "total all", ("body", body))],
            Tensor("start", T.From(0L)), Tensor("yes", T.From(true))));
        Assert.Contains("Scan", model.Graph.Print(), StringComparison.Ordinal);
        var y = model.Graph.Run(T.Ones([4]));
        Assert.Equal(14, y[0].Item<long>());
        Assert.Equal([0L, 1, 4, 9], y[1].ToArray<long>());
    }

    [Fact]
    public void ScansOverAnOpenSizeArePartOfTheGraph()
    {
        var body = Graph([Input("s", ElementType.Float32), Input("v", ElementType.Float32)], ["t", "u"], [Node("Add", "s v", "t"), Node("Identity", "t", "u")]);
        var model = Import(Of(13, [Input("x", ElementType.Float32, "n")], ["last", "sums"], [Node("Scan", "zero x", "last sums", ("body", body), ("num_scan_inputs", 1), ("scan_input_directions", new long[] { 1 }))], Tensor("zero", T.From(0f))));
        Assert.Contains("Scan", model.Graph.Print(), StringComparison.Ordinal);
        Assert.Equal([3f, 5, 6], model.Graph.Run(T.From([1f, 2, 3]))[1].ToArray<float>());
    }

    [Fact]
    public void TextsAreMoved()
    {
        var model = Import(Of(13, [new() { Name = "s", Type = new() { TensorType = new() { ElemType = (int)ElementType.String } } }], ["y"], [Node("Gather", "s index", "g"), Node("Unsqueeze", "g axes", "y")], Tensor("index", T.From([2L, 0])), Tensor("axes", T.From([0L]))));
        var y = (OnnxStrings)model.Run(new Dictionary<string, OnnxValue> { ["s"] = new OnnxStrings(["a", "b", "c"], Shape.Of(3)) })["y"]!;
        Assert.Equal(["c", "a"], y.Elements);
        Assert.Equal("[1, 2]", y.Shape.ToString());
    }
}
