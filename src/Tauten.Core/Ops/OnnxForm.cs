namespace Tauten.Ops;

/// <summary>
/// How an output of an op is written in the ONNX format: an operator, applied to inputs of the op, to constants, to sizes, and to other operators. Where the same form stands twice, it is
/// one node.
/// </summary>
sealed class OnnxForm
{
    OnnxForm() { }

    /// <summary>The operator's name; null for what is no operator.</summary>
    public string? Operator { get; private init; }

    /// <summary>The first version of the operator set in which the operator is what is meant, attributes and inputs as here.</summary>
    public int Since { get; private init; } = 13;

    /// <summary>What the operator is applied to; null where an input is left out.</summary>
    public OnnxForm?[] Inputs { get; private init; } = [];

    /// <summary>The operator's attributes: long, double, string, long[], or an <see cref="OnnxBody"/>.</summary>
    public (string Name, object Value)[] Attributes { get; private init; } = [];

    /// <summary>The number of outputs of the operator.</summary>
    public int Outputs { get; private init; } = 1;

    /// <summary>Of an output other than the first: the operator, and which of its outputs is meant.</summary>
    public (OnnxForm Operator, int Index)? OutputOf { get; private init; }

    /// <summary>Which input of the op is meant; -1 for none.</summary>
    public int Input { get; private init; } = -1;

    /// <summary>An int64 vector, in which some numbers may be sizes that are not known yet.</summary>
    public Dim[]? Sizes { get; private init; }

    /// <summary>Whether <see cref="Sizes"/> is one number without an axis.</summary>
    public bool IsScalar { get; private init; }

    /// <summary>A number without an axis.</summary>
    public (double Value, DType DType)? Number { get; private init; }

    /// <summary>Fractions, as a float32 vector.</summary>
    public float[]? Fractions { get; private init; }

    /// <summary>A graph, whose first output for given inputs is meant.</summary>
    public OnnxBody? Part { get; private init; }

    /// <summary>An input of the op.</summary>
    public static OnnxForm X(int input = 0) => new() { Input = input };

    /// <summary>Inputs of the op, from one up to another.</summary>
    public static OnnxForm[] Range(int first, int end) => [.. Enumerable.Range(first, Math.Max(0, end - first)).Select(X)];

    /// <summary>What a graph gives first, whose nodes stand among the others.</summary>
    public static OnnxForm Of(Graph graph, OnnxForm[] inputs) => new() { Part = new(graph, 0, inputs) };

    /// <summary>Whole numbers, or sizes.</summary>
    public static OnnxForm Vector(params ReadOnlySpan<Dim> sizes) => new() { Sizes = sizes.ToArray() };

    /// <summary>Whole numbers.</summary>
    public static OnnxForm Whole(Dims numbers) => new() { Sizes = [.. numbers.Select(n => (Dim)n)] };

    /// <summary>Sizes.</summary>
    public static OnnxForm OfShape(Shape sizes) => new() { Sizes = [.. sizes] };

    /// <summary>A size without an axis.</summary>
    public static OnnxForm Scalar(Dim size) => new() { Sizes = [size], IsScalar = true };

    /// <summary>Fractions.</summary>
    public static OnnxForm Floats(float[] fractions) => new() { Fractions = fractions };

    /// <summary>A number without an axis.</summary>
    public static OnnxForm Constant(double value, DType dtype) => new() { Number = (value, dtype) };

    /// <summary>An operator.</summary>
    public static OnnxForm Of(string name, OnnxForm?[] inputs, params ReadOnlySpan<(string, object)> attributes) => new() { Operator = name, Inputs = inputs, Attributes = attributes.ToArray() };

    /// <summary>An operator on the first input of the op.</summary>
    public static OnnxForm[] Unary(string name, params ReadOnlySpan<(string, object)> attributes) => [Of(name, [X()], attributes)];

    /// <summary>An operator on the first two inputs of the op.</summary>
    public static OnnxForm[] Binary(string name) => [Of(name, [X(), X(1)])];

    /// <summary>The input limited to an interval, whose ends may be infinite.</summary>
    public static OnnxForm[] Clip(double low, double high, DType dtype) =>
        [Of("Clip", [X(), double.IsNegativeInfinity(low) ? null : Constant(low, dtype), double.IsPositiveInfinity(high) ? null : Constant(high, dtype)])];

    /// <summary>A reduction of the first input, or of its truth values in another element type. Its axes became an input with version 18.</summary>
    public static OnnxForm[] Reduction(string name, Dims axes, bool keepDims, int opset, DType? dtype = null)
    {
        var x = dtype is { } given ? X().To(DType.Bool).To(given) : X();
        // Of no axes, other formats reduce all.
        if (axes.Count == 0) return [dtype is null ? Of("Identity", [x]) : x];
        return opset >= 18 ? [Of(name, [x, Whole(axes)], ("keepdims", keepDims ? 1L : 0))] : [Of(name, [x], ("axes", axes.ToArray()), ("keepdims", keepDims ? 1L : 0))];
    }

    /// <summary>The operator as a later version of the operator set has it.</summary>
    public OnnxForm From(int since) => new() { Operator = Operator, Inputs = Inputs, Attributes = Attributes, Since = since, Outputs = Outputs };

    /// <summary>The outputs of an operator that has several.</summary>
    public OnnxForm[] Several(int count)
    {
        var all = new OnnxForm() { Operator = Operator, Inputs = Inputs, Attributes = Attributes, Since = Since, Outputs = count };
        return [all, .. Enumerable.Range(1, count - 1).Select(i => new OnnxForm { OutputOf = (all, i), Since = Since })];
    }

    /// <summary>The number of an element type in the format.</summary>
    public static long TypeOf(DType dtype) => dtype switch
    {
        DType.Float32 => 1,
        DType.UInt8 => 2,
        DType.Int8 => 3,
        DType.UInt16 => 4,
        DType.Int16 => 5,
        DType.Int32 => 6,
        DType.Int64 => 7,
        DType.Bool => 9,
        DType.Float16 => 10,
        DType.Float64 => 11,
        DType.UInt32 => 12,
        DType.UInt64 => 13,
        _ => 16,
    };

    /// <summary>The form in another element type.</summary>
    public OnnxForm To(DType dtype) => Of("Cast", [this], ("to", TypeOf(dtype)));
}

/// <summary>A graph among the attributes of an operator, which runs it.</summary>
/// <param name="Graph">The graph, which takes all that it needs as inputs.</param>
/// <param name="Own">How many of the inputs the operator gives, which are the first ones.</param>
/// <param name="Outer">What the others are, in the graph around the operator.</param>
sealed record OnnxBody(Graph Graph, int Own, OnnxForm[] Outer);
