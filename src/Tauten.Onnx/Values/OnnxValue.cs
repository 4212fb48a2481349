using System.Collections;

namespace Tauten;

/// <summary>What flows along the edges of an ONNX model: a tensor, text, a sequence, a map, or an optional value.</summary>
public abstract class OnnxValue
{
    private protected OnnxValue() { }

    /// <summary>A tensor as a value of a model.</summary>
    public static implicit operator OnnxValue(Tensor tensor) => new OnnxTensor(tensor);

    /// <summary>The tensor.</summary>
    /// <exception cref="ModelFormatException">The value is none.</exception>
    public Tensor AsTensor() => this is OnnxTensor tensor ? tensor.Tensor : throw new ModelFormatException($"A tensor was expected. Received: {Kind}.");

    /// <summary>The value in words, such as <c>float32[2, 3]</c>.</summary>
    public abstract string Kind { get; }

    /// <inheritdoc/>
    public override string ToString() => Kind;
}

/// <summary>
/// A tensor of a model. While a model becomes a graph, integers may be known as sizes: numbers, or expressions of the named sizes of the inputs.
/// </summary>
public sealed class OnnxTensor : OnnxValue
{
    readonly Dim[]? sizes;
    readonly Tensor? tensor;

    /// <summary>A tensor of a dtype.</summary>
    public OnnxTensor(Tensor tensor) : this(tensor, ElementTypes.Of(tensor.DType)) { }

    internal OnnxTensor(Tensor tensor, ElementType type, Tensor? constant = null)
    {
        this.tensor = tensor;
        (ElementType, Shape) = (type, tensor.Shape);
        Constant = constant ?? (tensor.IsSymbolic ? null : tensor);
    }

    OnnxTensor(Dim[] sizes, Shape shape, ElementType type) => (this.sizes, Shape, ElementType) = (sizes, shape, type);

    /// <summary>Integers that are known as sizes.</summary>
    internal static OnnxTensor OfSizes(Dim[] sizes, Shape shape, ElementType type) => new(sizes, shape, type);

    /// <summary>The element type in the format; the tensor's dtype carries it.</summary>
    public ElementType ElementType { get; }

    /// <summary>The dimensions.</summary>
    public Shape Shape { get; }

    /// <summary>The values, where they are known while a graph is captured.</summary>
    internal Tensor? Constant { get; }

    /// <summary>The elements as sizes, where some of them are expressions of unknowns.</summary>
    internal Dim[]? SymbolicSizes => sizes;

    /// <summary>The tensor, in the dtype that carries the element type.</summary>
    public Tensor Tensor => tensor ?? Made();

    // Made anew wherever it is read: a body of control flow is a graph of its own.
    Tensor Made()
    {
        var dtype = ElementType.Carrier();
        var scalars = Array.ConvertAll(sizes!, size => Tensor.DimScalar(size, dtype));
        return scalars.Length == 0 ? Tensor.Zeros(Shape, dtype) : Tensor.Stack(scalars).Reshape(Shape);
    }

    /// <inheritdoc/>
    public override string Kind => $"{ElementType.ToString().ToLowerInvariant()}{Shape}";
}

/// <summary>A tensor of texts, which can only be moved.</summary>
public sealed class OnnxStrings : OnnxValue
{
    /// <summary>Texts in row-major order.</summary>
    /// <exception cref="ShapeException">Their number is not that of the shape.</exception>
    public OnnxStrings(IReadOnlyList<string> elements, Shape shape)
    {
        if (elements.Count != shape.ElementCount) throw new ShapeException($"OnnxStrings: {elements.Count} texts do not fill shape {shape}.");
        (Elements, Shape) = (elements, shape);
    }

    /// <summary>The texts in row-major order.</summary>
    public IReadOnlyList<string> Elements { get; }

    /// <summary>The dimensions.</summary>
    public Shape Shape { get; }

    /// <inheritdoc/>
    public override string Kind => $"string{Shape}";
}

/// <summary>A list of values of one type.</summary>
public sealed class OnnxSequence(IReadOnlyList<OnnxValue> items) : OnnxValue, IReadOnlyList<OnnxValue>
{
    /// <summary>The number of values.</summary>
    public int Count => items.Count;

    /// <summary>One value.</summary>
    public OnnxValue this[int index] => items[index];

    /// <inheritdoc/>
    public IEnumerator<OnnxValue> GetEnumerator() => items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string Kind => $"sequence of {Count}{(Count > 0 ? $" ({items[0].Kind}{(Count > 1 ? ", .." : "")})" : "")}";
}

/// <summary>Values under keys, which are whole numbers or texts.</summary>
public sealed class OnnxMap(IReadOnlyDictionary<object, OnnxValue> entries) : OnnxValue
{
    /// <summary>The values by key, a <see cref="long"/> or a <see cref="string"/>.</summary>
    public IReadOnlyDictionary<object, OnnxValue> Entries { get; } = entries;

    /// <inheritdoc/>
    public override string Kind => $"map of {Entries.Count}";
}

/// <summary>A value that may be absent.</summary>
public sealed class OnnxOptional(OnnxValue? content) : OnnxValue
{
    /// <summary>The value; null where there is none.</summary>
    public OnnxValue? Content { get; } = content;

    /// <inheritdoc/>
    public override string Kind => Content is null ? "an empty optional" : $"optional {Content.Kind}";
}
