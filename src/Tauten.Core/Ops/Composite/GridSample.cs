namespace Tauten.Ops;

/// <summary>
/// An image x [batch, channels, spatial...] (two or three spatial axes) sampled at the points of a grid [batch, points..., spatial axes], whose last axis holds
/// the position along the last spatial axis first. Positions go from -1 to 1: from the outer edges of the first to that of the last element, or with
/// <paramref name="AlignCorners"/> from the middle of the first to that of the last (Jaderberg et al.: "Spatial Transformer Networks", 2015).
/// </summary>
/// <param name="Mode">Nearest, linear, or over two axes cubic (a = -3/4).</param>
/// <param name="Padding">What lies outside of the image. The gradient with respect to a position that it moves to the border is 0.</param>
/// <param name="AlignCorners">Whether -1 and 1 are the middles of the outer elements instead of their edges.</param>
public sealed record GridSample(InterpolationMode Mode, GridPadding Padding, bool AlignCorners) : CompositeOp
{
    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 2, this);
        Expect.Floating(this, x[0]);
        Expect.SameDType(this, x[0], x[1]);
        Shape image = x[0].Shape, grid = x[1].Shape;
        int spatial = image.Rank - 2;
        if (spatial is not (2 or 3) || grid.Rank != image.Rank || (grid[^1].IsKnown && grid[^1] != spatial) || (grid[0].IsKnown && image[0].IsKnown && grid[0] != image[0]))
            throw new ShapeException($"GridSample: expected an input [batch, channels, 2 or 3 spatial axes] and a grid [batch, points..., number of spatial axes] of the same rank. Received: {image} and {grid}.");
        if (Mode is not (InterpolationMode.Nearest or InterpolationMode.Linear or InterpolationMode.Cubic) || (Mode == InterpolationMode.Cubic && spatial == 3))
            throw new ShapeException($"GridSample: the mode {Mode} does not exist for {spatial} spatial axes. Expected Nearest or Linear, or Cubic for two.");
        for (int i = 2; i < image.Rank; i++)
            if (image[i].IsKnown && image[i] < 1) throw new ShapeException($"GridSample: axis {i} of the input {image} is empty.");
        return new TensorSpec(x[0].DType, Shape.Create([image[0], image[1], .. grid.Skip(1).Take(spatial)]));
    }

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        // Positions in 16 bits would miss elements.
        var dtype = x[0].DType.Size() == 2 ? DType.Float32 : x[0].DType;
        var shape = x[0].Shape;
        int spatial = shape.Rank - 2;
        var points = x[1].To(dtype).Flatten(1, -2);
        var axes = new (Tensor Weight, Tensor Index, Tensor? Inside)[spatial][];
        for (int i = 0; i < spatial; i++) axes[i] = Neighbours(points.Select(2, spatial - 1 - i), shape[i + 2]);
        var image = x[0].To(dtype).Flatten(2, -1);
        Tensor? y = null;
        for (int corner = 0; corner < (int)Math.Pow(axes[0].Length, spatial); corner++)
        {
            int rest = corner;
            Tensor? weight = null, index = null, inside = null;
            for (int i = 0; i < spatial; i++, rest /= axes[0].Length)
            {
                var chosen = axes[i][rest % axes[0].Length];
                weight = weight is null ? chosen.Weight : weight * chosen.Weight;
                index = index is null ? chosen.Index : index * Tensor.DimScalar(shape[i + 2], DType.Int64) + chosen.Index;
                inside = inside is null ? chosen.Inside : inside & chosen.Inside!;
            }
            var value = image.Gather(2, index!.Unsqueeze(1).BroadcastTo([shape[0], shape[1], index!.Shape[1]]));
            if (inside is not null) value = Tensor.Where(inside.Unsqueeze(1), value, 0);
            if (Mode != InterpolationMode.Nearest) value *= weight!.Unsqueeze(1);
            y = y is null ? value : y + value;
        }
        return y!.Reshape(Infer([x[0].Spec, x[1].Spec])[0].Shape).To(x[0].DType);
    }

    /// <summary>The elements along an axis that count at each point: weight, index, and with zeros outside whether it lies inside.</summary>
    (Tensor Weight, Tensor Index, Tensor? Inside)[] Neighbours(Tensor position, Dim size)
    {
        var n = Tensor.DimScalar(size, position.DType);
        // From -1 .. 1 to the numbers of elements.
        var at = AlignCorners ? (position + 1) * 0.5 * (n - 1) : ((position + 1) * n - 1) * 0.5;
        if (Mode != InterpolationMode.Cubic) at = Bounded(at, n);
        var below = Mode == InterpolationMode.Nearest ? at.Round() : at.Floor();
        var t = at - below;
        Tensor[] weights = Mode switch
        {
            InterpolationMode.Nearest => [t],
            InterpolationMode.Linear => [1 - t, t],
            _ => [Far(t + 1), Near(t), Near(1 - t), Far(2 - t)],
        };
        int first = Mode == InterpolationMode.Cubic ? -1 : 0;
        var neighbours = new (Tensor, Tensor, Tensor?)[weights.Length];
        for (int k = 0; k < weights.Length; k++)
        {
            var index = (below + (first + k)).Detach();
            if (Mode == InterpolationMode.Cubic) index = Bounded(index, n);
            var inside = (index >= 0) & (index < n);
            // The element behind the last has weight 0 where points are kept inside.
            var safe = Tensor.Where(inside, index, 0).To(DType.Int64);
            neighbours[k] = (weights[k], safe, Padding == GridPadding.Zeros ? inside : null);
        }
        return neighbours;
    }

    // Keys' spline with a = -3/4, at distances below 1 and from 1 to 2.
    static Tensor Near(Tensor x) => ((x * 1.25 - 2.25) * x * x) + 1;

    static Tensor Far(Tensor x) => ((x * -0.75 + 3.75) * x - 6) * x + 3;

    /// <summary>Positions moved inside, or left alone where zeros lie outside.</summary>
    Tensor Bounded(Tensor at, Tensor n)
    {
        if (Padding == GridPadding.Zeros) return at;
        var last = n - 1;
        if (Padding == GridPadding.Reflection)
        {
            // Mirrors stand at the middles of the outer elements, or at their outer edges.
            double edge = AlignCorners ? 0 : -0.5;
            var span = AlignCorners ? last : n;
            var single = span.EqualTo(0);
            var safe = Tensor.Where(single, 1, span);
            var distance = at - edge;
            distance = Tensor.Where(distance < 0, -distance, distance);
            var turns = (distance / safe).Floor().Detach();
            var extra = distance % safe;
            var mirrored = Tensor.Where((turns % 2).EqualTo(0), extra, safe - extra) + edge;
            at = Tensor.Where(single, 0, mirrored);
        }
        // At the border itself the gradient is 0 too.
        return Tensor.Where(at <= 0, 0, Tensor.Where(at >= last, last, at));
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Fold(this, 2);
}
