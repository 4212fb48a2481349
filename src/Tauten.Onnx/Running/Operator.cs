namespace Tauten.OnnxFormat;

/// <summary>What an operator means, over tensors: written once, run eagerly or while a graph is captured.</summary>
delegate OnnxValue?[] OperatorRule(Call call);

/// <summary>An operator of a domain.</summary>
/// <param name="Name">Its name, such as <c>Conv</c>.</param>
/// <param name="First">The version of the operator set that introduced it.</param>
/// <param name="Run">Its rule.</param>
sealed record Operator(string Name, int First, OperatorRule Run)
{
    /// <summary>An operator with one output, a tensor.</summary>
    public static Operator Of(string name, int first, Func<Call, Tensor> rule) => new(name, first, call => [rule(call)]);

    /// <summary>An operator with one output.</summary>
    public static Operator Of(string name, int first, Func<Call, OnnxValue> rule) => new(name, first, call => [rule(call)]);

    /// <summary>An operator with several outputs.</summary>
    public static Operator Of(string name, int first, Func<Call, OnnxValue?[]> rule) => new(name, first, new OperatorRule(rule));

    /// <summary>An operator that only moves the elements of the inputs whose bits are set.</summary>
    public static Operator Moving(string name, int first, int moved, Func<Call, Tensor> rule) => Of(name, first, rule) with { Moved = moved };

    /// <summary>An operator with several outputs that only moves the elements of the inputs whose bits are set.</summary>
    public static Operator Moving(string name, int first, int moved, Func<Call, OnnxValue?[]> rule) => Of(name, first, rule) with { Moved = moved };

    /// <summary>
    /// For an operator that only moves elements: which inputs are moved, as bits. Such an operator moves texts, sizes and elements of every type.
    /// </summary>
    public int Moved { get; init; }

    /// <summary>Whether results differ from call to call, so that a node without inputs is no constant.</summary>
    public bool IsRandom { get; init; }

    /// <summary>The last version, where the operator was taken out of the set again.</summary>
    public int? Last { get; init; }

    /// <summary>What it does to integers that are known as sizes; null where it moves them, or does nothing to sizes.</summary>
    public Func<Call, OnnxValue?>? OnSizes { get; init; }
}
