namespace Tauten.OnnxFormat;

/// <summary>One application of an operator: its inputs, attributes and bodies, as a rule sees them.</summary>
sealed class Call(OnnxNode node, OnnxValue?[] inputs, Interpreter interpreter)
{
    /// <summary>The node.</summary>
    public OnnxNode Node => node;

    /// <summary>The version of the operator set.</summary>
    public int Version => node.Version;

    /// <summary>The number of inputs, those left out at the end not counted.</summary>
    public int Count => inputs.Length;

    /// <summary>The number of outputs that the node names.</summary>
    public int OutputCount => node.Outputs.Length;

    /// <summary>Whether an output is wanted.</summary>
    public bool Wants(int output) => output < node.Outputs.Length && node.Outputs[output].Length > 0;

    public Interpreter Interpreter => interpreter;

    /// <summary>Whether an input is given.</summary>
    public bool Has(int input) => input < inputs.Length && inputs[input] is not null;

    /// <summary>An input that must be there.</summary>
    public OnnxValue Value(int input) => Has(input) ? inputs[input]! : throw new ModelFormatException($"expected at least {input + 1} inputs. Received: {inputs.Count(i => i is not null)}.");

    /// <summary>All inputs that are given.</summary>
    public IEnumerable<OnnxValue> Values => inputs.Where(i => i is not null)!;

    /// <summary>All inputs in their places.</summary>
    public ReadOnlySpan<OnnxValue?> Inputs => inputs;

    /// <summary>A tensor that must be there.</summary>
    public Tensor this[int input] => Typed(input).Tensor;

    /// <summary>All inputs as tensors.</summary>
    public Tensor[] Tensors => [.. Enumerable.Range(0, Count).Select(i => this[i])];

    /// <summary>A tensor with its element type.</summary>
    public OnnxTensor Typed(int input) => Value(input) as OnnxTensor ?? throw new ModelFormatException($"expected a tensor as input {input}. Received: {Value(input)}.");

    /// <summary>A tensor that may be left out.</summary>
    public Tensor? Optional(int input) => Has(input) ? this[input] : null;

    /// <summary>A sequence that must be there.</summary>
    public OnnxSequence Sequence(int input) => Value(input) as OnnxSequence ?? throw new ModelFormatException($"expected a sequence as input {input}. Received: {Value(input)}.");

    /// <summary>The shape of an input, without making the tensor.</summary>
    public Shape ShapeOf(int input) => Value(input) switch
    {
        OnnxTensor tensor => tensor.Shape,
        OnnxStrings strings => strings.Shape,
        var other => throw new ModelFormatException($"expected a tensor as input {input}. Received: {other}."),
    };

    /// <summary>Whole numbers, which must be known; while a graph is captured, some may be expressions of unknown sizes.</summary>
    public Dim[] Sizes(int input) => Typed(input).SymbolicSizes ?? Array.ConvertAll(Longs(input), n => (Dim)n);

    /// <summary>Whole numbers, which must be known.</summary>
    public long[] Longs(int input)
    {
        var value = Known(input);
        using var computing = Capture.Pause();
        return value.DType.IsFloating() ? throw new ModelFormatException($"expected integers as input {input}. Received: {value.Spec}.") : value.To(DType.Int64).ToArray<long>();
    }

    /// <summary>Numbers, which must be known.</summary>
    public double[] Doubles(int input) => Read(Known(input));

    /// <summary>The numbers of a tensor that has values, also while a graph is captured.</summary>
    public static double[] Read(Tensor x)
    {
        using var computing = Capture.Pause();
        return x.To(DType.Float64).ToArray<double>();
    }

    /// <summary>One number, which must be known.</summary>
    public double Double(int input) => Doubles(input) is [var one] ? one : throw new ModelFormatException($"expected one number as input {input}. Received: {Value(input)}.");

    /// <summary>One whole number, which must be known.</summary>
    public long Long(int input) => Longs(input) is [var one] ? one : throw new ModelFormatException($"expected one whole number as input {input}. Received: {Value(input)}.");

    /// <summary>One truth value, which must be known.</summary>
    public bool Bool(int input) => Double(input) != 0;

    /// <summary>Whether the values of an input are known.</summary>
    public bool IsKnown(int input) => Typed(input) is { SymbolicSizes: null, Constant: not null };

    Tensor Known(int input) => Typed(input).Constant ?? throw new NeedsValueException($"{node}: the values of input {input} ('{node.Inputs[input]}') decide about shapes, and are known only when the model runs.");

    public long Int(string name, long otherwise) => node.Int(name) ?? otherwise;

    public long Int(string name) => node.Int(name) ?? throw Missing(name);

    public bool Flag(string name, bool otherwise = false) => (node.Int(name) ?? (otherwise ? 1 : 0)) != 0;

    public double Float(string name, double otherwise) => node.Float(name) is { } value ? value : otherwise;

    public string Text(string name, string otherwise) => node.String(name) ?? otherwise;

    public string Text(string name) => node.String(name) ?? throw Missing(name);

    public long[]? Ints(string name) => node.Ints(name);

    public float[]? Floats(string name) => node.Floats(name);

    public string[]? Strings(string name) => node.Strings(name);

    /// <summary>The axis that an attribute names, counted from the start.</summary>
    public int Axis(string name, long otherwise, int rank) => Axis(Int(name, otherwise), rank);

    /// <summary>An axis counted from the start.</summary>
    public static int Axis(long axis, int rank) => axis >= -rank && axis < rank ? (int)(axis < 0 ? axis + rank : axis) : throw new ModelFormatException($"axis {axis} does not exist in a tensor of rank {rank}.");

    /// <summary>A dtype that an attribute names; null where there is none.</summary>
    public ElementType? Type(string name) => node.Int(name) is { } number ? (ElementType)number : null;

    /// <summary>A number of things that are made one by one, such as the parts of a tensor or the numbers of a table.</summary>
    /// <exception cref="ModelFormatException">There are too many, or fewer than none.</exception>
    public long Bounded(long count, string what)
    {
        long most = Math.Min(interpreter.Largest / 64, 1 << 26);
        return count >= 0 && count <= most ? count : throw new ModelFormatException($"{count} {what} are more than the {most} that the limit of memory allows.");
    }

    ModelFormatException Missing(string name) => new($"the attribute {name} is missing.");

    /// <summary>Runs the body of a function on the inputs.</summary>
    public OnnxValue?[] RunFunction(OnnxGraph body)
    {
        var padded = new OnnxValue?[body.Inputs.Length];
        inputs.CopyTo(padded, 0);
        return interpreter.RunAlone(body, padded);
    }

    /// <summary>Runs a body of control flow, which sees the values around the node.</summary>
    public OnnxValue?[] Run(OnnxGraph body, params ReadOnlySpan<OnnxValue?> values) => interpreter.RunBody(body, values);
}
