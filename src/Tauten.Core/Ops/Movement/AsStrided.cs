namespace Tauten.Ops;

/// <summary>
/// Element (i, j, ..) is element Offset + i * Strides[0] + j * Strides[1] + .. of the input's elements in row-major order. The same element may
/// occur several times. Dtypes: any.
/// </summary>
/// <param name="Sizes">The shape of the result.</param>
/// <param name="Strides">For each axis of the result, the step between neighbours; may be 0 or negative.</param>
/// <param name="Offset">The place of the first element.</param>
public sealed record AsStrided(Shape Sizes, Dims Strides, long Offset) : ViewOp
{
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x)
    {
        if (!Sizes.IsKnown) return null;
        return [x[0].Flatten().IndexSelect(0, KnownPlaces()).Reshape(Sizes)];
    }

    /// <summary>The place of each element, int64 in the shape of the result.</summary>
    Tensor Places()
    {
        var places = Tensor.Scalar(Offset, DType.Int64);
        for (int i = 0; i < Strides.Count; i++)
            places = places.Unsqueeze(-1) + Dispatch.Run(new Iota(Sizes[i], 0, Strides[i], DType.Int64));
        return places;
    }

    /// <summary>The places in one line as numbers, also while a graph is captured.</summary>
    internal Tensor KnownPlaces()
    {
        using var computing = Capture.Pause();
        return Places().Flatten();
    }

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        if (Sizes.Rank != Strides.Count) throw new ShapeException($"AsStrided: sizes {Sizes} and strides {Strides} must be as many.");
        if (spec.Shape.IsKnown && Sizes.IsKnown && Sizes.Count > 0)
        {
            long first = Offset, last = Offset;
            for (int i = 0; i < Strides.Count; i++)
            {
                long reach = (Sizes[i] - 1) * Strides[i];
                if (reach < 0) first += reach;
                else last += reach;
            }
            if (first < 0 || last >= spec.Shape.Count)
                throw new ShapeException($"AsStrided: sizes {Sizes} and strides {Strides} from {Offset} on reach from element {first} to {last}. Expected 0 to {spec.Shape.Count - 1}, the elements of shape {spec.Shape}.");
        }
        return new TensorSpec(spec.DType, Sizes);
    }

    internal override Layout? View(Layout x, TensorSpec y) => x.IsContiguous ? Layout.Of(y, Strides.Span.ToArray(), y.Shape.Count == 0 ? 0 : x.Offset + Offset) : null;

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Sizes.IsKnown ? this : new AsStrided(Sizes.Bind(known), Strides, Offset);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        var x = b.InputSpec(0);
        var flat = Tensor.Constant(0, new(x.DType, [x.Shape.ElementCount]));
        return [flat.IndexAdd(0, Places().Flatten(), b.Grad.Flatten()).Reshape(x.Shape)];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) =>
        x.Sample(0).Shape is { IsKnown: true } sample ? x.Run(new AsStrided([x.Size, .. Sizes], [sample.ElementCount.Value, .. Strides], Offset)) : null;
}
