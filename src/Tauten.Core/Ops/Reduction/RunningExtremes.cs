namespace Tauten.Ops;

/// <summary>An extreme of the elements so far along one axis, and where it is.</summary>
/// <param name="Axis">The axis, counted from the start.</param>
public abstract record RunningExtremeOp(int Axis) : PrimitiveOp
{
    /// <inheritdoc/>
    public sealed override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        spec.Shape.Axis(Axis, Name());
        return new(spec, new TensorSpec(DType.Int64, spec.Shape));
    }

    /// <inheritdoc/>
    public sealed override Reads GradientReads() => Reads.Output;

    /// <inheritdoc/>
    public sealed override Tensor?[] Gradient(Backward b) => [Sort.BackTo(b, Axis)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axis = Axis + 1 });
}

/// <summary>
/// The largest element so far along an axis, and its position (int64): the last one among ties. From the first NaN on the result is NaN. The gradient
/// goes to the elements at the positions. Dtypes: any.
/// </summary>
public sealed record CumMax(int Axis) : RunningExtremeOp(Axis);

/// <summary>
/// The smallest element so far along an axis, and its position (int64): the last one among ties. From the first NaN on the result is NaN. The gradient
/// goes to the elements at the positions. Dtypes: any.
/// </summary>
public sealed record CumMin(int Axis) : RunningExtremeOp(Axis);
