namespace Tauten;

/// <summary>Everything known about a <see cref="Value"/> before it is computed.</summary>
public abstract record ValueSpec;

/// <summary>Element type and shape of a tensor.</summary>
public sealed record TensorSpec : ValueSpec
{
    Layout? contiguous;

    /// <summary>Creates a spec.</summary>
    public TensorSpec(DType dtype, Shape shape) => (DType, Shape) = (dtype, shape);

    /// <summary>The element type.</summary>
    public DType DType { get; init; }

    /// <summary>The dimensions.</summary>
    public Shape Shape { get; init; }

    /// <summary>The bytes that the elements take without gaps; meaningless while a dimension is unknown.</summary>
    internal long ByteCount => Shape.Count * DType.Size();

    /// <summary>The row-major layout without gaps. Made once, so that equal specs that are shared share it too.</summary>
    internal Layout Contiguous => contiguous is { } known && ReferenceEquals(known.Spec, this) ? known : contiguous = Layout.RowMajor(this);

    /// <inheritdoc/>
    public bool Equals(TensorSpec? other) => ReferenceEquals(this, other) || (other is not null && DType == other.DType && Shape.Equals(other.Shape));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(DType, Shape);

    /// <summary>Such as <c>float32[64, 784]</c>.</summary>
    public override string ToString() => $"{DType.Name()}{Shape}";
}

/// <summary>A sequence of tensors with this element spec; null when the elements differ or there are none.</summary>
public sealed record SequenceSpec(TensorSpec? Element) : ValueSpec
{
    /// <inheritdoc/>
    public override string ToString() => $"sequence({Element?.ToString() ?? "any"})";
}

/// <summary>A value that may be absent.</summary>
public sealed record OptionalSpec(ValueSpec? Element) : ValueSpec
{
    /// <inheritdoc/>
    public override string ToString() => $"optional({Element?.ToString() ?? "any"})";
}

/// <summary>The specs of an op's outputs: one, mostly, without an array.</summary>
public readonly struct Specs
{
    readonly TensorSpec? single;
    readonly TensorSpec[]? several;

    Specs(TensorSpec single) => this.single = single;

    /// <summary>Several outputs.</summary>
    public Specs(params TensorSpec[] several) => this.several = several;

    /// <summary>One output.</summary>
    public static implicit operator Specs(TensorSpec single) => new(single);

    /// <summary>The number of outputs.</summary>
    public int Count => several?.Length ?? 1;

    /// <summary>The spec of one output.</summary>
    public TensorSpec this[int index] => several is null ? single! : several[index];
}
