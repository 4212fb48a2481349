namespace Tauten.Ops;

/// <summary>
/// The input surrounded by elements of its own: <c>Low[i]</c> before and <c>High[i]</c> behind axis i, as <paramref name="Mode"/> says. Axes follow one after
/// the other, so corners hold elements of what was added before. Dtypes: any.
/// </summary>
/// <param name="Low">For each axis, the number of elements before it.</param>
/// <param name="High">For each axis, the number of elements behind it.</param>
/// <param name="Mode">Any but <see cref="PadMode.Constant"/>, which is the op <see cref="Pad"/>.</param>
public sealed record PadByContent(Dims Low, Dims High, PadMode Mode) : CompositeOp
{
    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Movement;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        if (Mode is not (PadMode.Reflect or PadMode.Replicate or PadMode.Circular)) throw new ShapeException($"PadByContent: expected Reflect, Replicate or Circular. Received: {Mode}.");
        if (Low.Count != spec.Shape.Rank || High.Count != spec.Shape.Rank) throw new ShapeException($"Pad: {Low} and {High} must have one entry for each axis of shape {spec.Shape}.");
        var dims = new Dim[spec.Shape.Rank];
        for (int i = 0; i < dims.Length; i++)
        {
            if (Low[i] < 0 || High[i] < 0) throw new ShapeException($"Pad: {Low} and {High} must not be negative. Use a slice to cut.");
            if (Low[i] + High[i] > 0) CheckEnough(spec.Shape, i);
            dims[i] = spec.Shape[i] + Low[i] + High[i];
        }
        return new TensorSpec(spec.DType, Shape.Create(dims));
    }

    void CheckEnough(Shape shape, int axis)
    {
        if (!shape[axis].IsKnown) return;
        long size = shape[axis], longest = Mode switch { PadMode.Reflect => size - 1, PadMode.Circular => size, _ => size > 0 ? long.MaxValue : 0 };
        if (Math.Max(Low[axis], High[axis]) > longest)
            throw new ShapeException($"Pad: {Low[axis]} before and {High[axis]} behind axis {axis} of shape {shape} are more than {Mode} can take from it. Expected at most {Math.Max(0, longest)}.");
    }

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var y = x[0];
        for (int i = 0; i < Low.Count; i++)
        {
            if (Low[i] + High[i] == 0) continue;
            var parts = new List<Tensor>();
            if (Low[i] > 0) parts.Add(Side(y, i, Low[i], before: true));
            parts.Add(y);
            if (High[i] > 0) parts.Add(Side(y, i, High[i], before: false));
            y = Tensor.Concat([.. parts], i);
        }
        return y;
    }

    Tensor Side(Tensor x, int axis, long count, bool before)
    {
        Dim size = x.Shape[axis];
        return Mode switch
        {
            PadMode.Reflect => x.Narrow(axis, before ? 1 : size - 1 - count, count).Flip(axis),
            PadMode.Replicate => x.Narrow(axis, before ? 0 : size - 1, 1).BroadcastTo(x.Shape.With(axis, count)),
            _ => x.Narrow(axis, before ? size - count : 0, count),
        };
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new PadByContent([0, .. Low], [0, .. High], Mode));
}
