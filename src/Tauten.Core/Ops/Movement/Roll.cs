namespace Tauten.Ops;

/// <summary>The elements moved along axes, each by its shift; those that leave an axis come in again at its other end. Dtypes: any.</summary>
/// <param name="Shifts">For each axis, the number of places.</param>
/// <param name="Axes">The axes, one after the other; an axis may occur again.</param>
public sealed record Roll(Dims Shifts, Dims Axes) : CompositeOp
{
    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Movement;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        if (Shifts.Count != Axes.Count) throw new ShapeException($"Roll: expected a shift for each axis. Received: shifts {Shifts} and axes {Axes}.");
        foreach (long axis in Axes.Span) spec.Shape.Axis(axis, Name());
        return spec;
    }

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var y = x[0];
        for (int i = 0; i < Axes.Count; i++)
        {
            int axis = y.Shape.Axis(Axes[i], Name());
            Dim size = y.Shape[axis];
            // The shift modulo the size, also where the size is unknown (and may turn out to be 0).
            Dim places = Shifts[i] - size * ((Dim)Shifts[i] / Dim.Max(size, 1));
            if ((size.IsKnown && size == 0) || (places.IsKnown && places == 0)) continue;
            y = Tensor.Concat([y.Narrow(axis, size - places, places), y.Narrow(axis, 0, size - places)], axis);
        }
        return y;
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => [Dispatch.Run(new Roll(Dims.Create([.. Shifts.Select(s => -s)]), Axes), b.Grad)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new Roll(Shifts, Batch.Shift(Axes)));
}
