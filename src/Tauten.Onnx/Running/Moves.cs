namespace Tauten.OnnxFormat;

/// <summary>
/// Operators that only move elements move anything: texts, sizes, and numbers that another dtype carries. Their rules are run on the numbers of the elements, and the elements follow.
/// </summary>
static class Moves
{
    /// <summary>The outputs, where an input that is moved is no plain tensor; null where the rule itself does.</summary>
    public static OnnxValue?[]? Apply(Call call, OnnxValue?[] inputs)
    {
        var moved = new List<int>();
        for (int i = 0; i < inputs.Length; i++)
            if (inputs[i] is not null && IsMoved(call.Node.Rule, i)) moved.Add(i);
        if (moved.Exists(i => inputs[i] is OnnxStrings)) return Strings(call, inputs, moved);
        if (moved.Exists(i => inputs[i] is OnnxTensor { SymbolicSizes: not null })) return Sizes(call, inputs, moved);
        return moved.Exists(i => inputs[i] is OnnxTensor tensor && tensor.ElementType.IsCarried()) ? Carried(call, inputs, moved) : null;
    }

    // The last bit stands for all inputs behind it.
    static bool IsMoved(Operator rule, int input) => (rule.Moved & (1 << Math.Min(input, 31))) != 0;

    static OnnxValue?[] Strings(Call call, OnnxValue?[] inputs, List<int> moved)
    {
        var pool = new List<string>();
        var outputs = Numbered(call, inputs, moved, i =>
        {
            var strings = inputs[i] as OnnxStrings ?? throw new ModelFormatException($"expected texts as input {i}, as others are. Received: {inputs[i]}.");
            pool.AddRange(strings.Elements);
            return (strings.Elements.Count, strings.Shape);
        });
        return Array.ConvertAll(outputs, o => o is OnnxTensor { Tensor: var places } ? new OnnxStrings(Array.ConvertAll(places.ToArray<long>(), n => n < 0 ? "" : pool[(int)n]), places.Shape) : o);
    }

    static OnnxValue?[]? Sizes(Call call, OnnxValue?[] inputs, List<int> moved)
    {
        for (int i = 0; i < inputs.Length; i++)
            if (inputs[i] is not null && (inputs[i] is not OnnxTensor value || (moved.Contains(i) ? value.SymbolicSizes is null && !call.IsKnown(i) : !call.IsKnown(i)))) return null;
        var pool = new List<Dim>();
        var outputs = Numbered(call, inputs, moved, i =>
        {
            var sizes = call.Sizes(i);
            pool.AddRange(sizes);
            return (sizes.Length, call.ShapeOf(i));
        });
        var type = call.Typed(moved[0]).ElementType;
        return Array.ConvertAll(outputs, o => o is OnnxTensor { Tensor: var places } ? WholeNumbers.Of(Array.ConvertAll(places.ToArray<long>(), n => n < 0 ? 0 : pool[(int)n]), places.Shape, type) : o);
    }

    static OnnxValue?[] Numbered(Call call, OnnxValue?[] inputs, List<int> moved, Func<int, (int Count, Shape Shape)> collect)
    {
        using var computing = Capture.Pause();
        var numbered = (OnnxValue?[])inputs.Clone();
        long first = 0;
        foreach (int i in moved)
        {
            var (count, shape) = collect(i);
            numbered[i] = Tensor.Arange(first, first + count, 1, DType.Int64).Reshape(shape);
            first += count;
        }
        return call.Node.Rule.Run(new Call(call.Node, numbered, call.Interpreter));
    }

    static OnnxValue?[] Carried(Call call, OnnxValue?[] inputs, List<int> moved)
    {
        var type = call.Typed(moved[0]).ElementType;
        var outputs = call.Node.Rule.Run(call);
        return Array.ConvertAll(outputs, o => o is OnnxTensor tensor && tensor.Tensor.DType == type.Carrier() ? new OnnxTensor(tensor.Tensor, type) : o);
    }
}
