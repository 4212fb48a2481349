using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Operators that make tensors from attributes, shapes and limits.</summary>
static class CreationOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("Constant", 1, Constant),
        Of("ConstantOfShape", 9, ConstantOfShape),
        Of("EyeLike", 9, EyeLike),
        Of("Range", 11, Range),
    ];

    static OnnxValue Constant(Call c)
    {
        var node = c.Node;
        if (node.Value("value") is { } value) return value;
        if (node.Value("sparse_value") is { } sparse) return sparse;
        if (node.Float("value_float") is { } single) return Tensor.From(single);
        if (node.Floats("value_floats") is { } floats) return Tensor.From(floats);
        if (node.Int("value_int") is { } whole) return Tensor.From(whole);
        if (node.Ints("value_ints") is { } ints) return Tensor.From(ints);
        if (node.String("value_string") is { } text) return new OnnxStrings([text], Shape.Scalar);
        if (node.Strings("value_strings") is { } texts) return new OnnxStrings(texts, Shape.Of(texts.Length));
        throw new ModelFormatException("a value is missing.");
    }

    static OnnxValue ConstantOfShape(Call c)
    {
        var shape = Shape.Create(c.Sizes(0));
        if (c.Node.Value("value") is not { } given) return Tensor.Zeros(shape);
        if (given is not OnnxTensor value || value.Shape.ElementCount != 1) throw new ModelFormatException($"expected one number as value. Received: {given}.");
        return new OnnxTensor(value.Tensor.Reshape(Shape.Scalar).BroadcastTo(shape), value.ElementType);
    }

    static Tensor EyeLike(Call c)
    {
        var shape = c.ShapeOf(0);
        if (shape.Rank != 2) throw new ModelFormatException($"expected a matrix. Received: {shape}.");
        var dtype = c.Type("dtype")?.Carrier() ?? c.Typed(0).ElementType.Carrier();
        Tensor rows = Tensor.Arange(0, shape[0], DType.Int64).Unsqueeze(1), columns = Tensor.Arange(0, shape[1], DType.Int64);
        return columns.EqualTo(rows + c.Int("k", 0)).To(dtype);
    }

    static Tensor Range(Call c)
    {
        var type = c.Typed(0).ElementType.Carrier();
        // A limit that is a size gives a range of that size.
        if (c.Typed(1).SymbolicSizes is { } limit && c.IsKnown(0) && c.IsKnown(2) && c.Long(2) == 1) return Tensor.Arange(c.Long(0), limit[0] - c.Long(0), type);
        double start = c.Double(0), stop = c.Double(1), step = c.Double(2);
        if (step == 0 || !double.IsFinite(start) || !double.IsFinite(stop) || !double.IsFinite(step)) throw new ModelFormatException($"expected finite numbers and a step other than 0. Received: {start}, {stop} and {step}.");
        return Tensor.Arange(start, stop, step, type);
    }
}
