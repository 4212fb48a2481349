namespace Tauten.Ops;

/// <summary>
/// An image x [batch, channels, spatial...] (two or three spatial axes) sampled at the points of a grid [batch, points..., spatial axes], whose last axis holds
/// the position along the last spatial axis first. Positions go from -1 to 1: from the outer edges of the first to that of the last element, or with
/// <paramref name="AlignCorners"/> from the middle of the first to that of the last (Jaderberg et al.: "Spatial Transformer Networks", 2015). Dtypes: floating-point.
/// </summary>
/// <param name="Mode">Nearest, linear, or over two axes cubic (a = -3/4).</param>
/// <param name="Padding">What lies outside of the image. The gradient with respect to a position that it moves to the border is 0.</param>
/// <param name="AlignCorners">Whether -1 and 1 are the middles of the outer elements instead of their edges.</param>
public sealed record GridSample(InterpolationMode Mode, GridPadding Padding, bool AlignCorners) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Widest;

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
        var dtype = Computed(x[0].DType);
        var image = x[0].To(dtype).Flatten(2, -1);
        Tensor? y = null;
        foreach (var corner in Corners(x[1].To(dtype), x[0].Shape, slopes: false))
        {
            var part = corner.ValueOf(image);
            if (Mode != InterpolationMode.Nearest) part *= corner.Weight.Unsqueeze(1);
            y = y is null ? part : y + part;
        }
        return y!.Reshape(Infer([x[0].Spec, x[1].Spec])[0].Shape).To(x[0].DType);
    }

    /// <inheritdoc/>
    public override Tensor?[]? Gradient(Backward b) => Dispatch.RunAll(new GridSampleGradient(this), b.Input(0), b.Input(1), b.Grad);

    /// <summary>The type in which positions are computed: those in 16 bits would miss elements.</summary>
    internal static DType Computed(DType dtype) => dtype.Size() == 2 ? DType.Float32 : dtype;

    /// <summary>
    /// One of the elements that count at each point: its weight [batch, points], the weight's slopes with respect to the position along each axis, its number in the
    /// plane, and whether it lies inside where that matters.
    /// </summary>
    internal sealed record Corner(Tensor Weight, Tensor[] Slopes, Tensor Index, Tensor? Inside)
    {
        /// <summary>The same numbers for each channel.</summary>
        public Tensor IndexOf(Tensor image) => Index.Unsqueeze(1).BroadcastTo([image.Shape[0], image.Shape[1], Index.Shape[1]]);

        /// <summary>The elements of an image [batch, channels, plane], with zeros outside.</summary>
        public Tensor ValueOf(Tensor image) => Kept(image.Gather(2, IndexOf(image)));

        /// <summary>Zeros for points whose element lies outside.</summary>
        public Tensor Kept(Tensor values) => Inside is null ? values : Tensor.Where(Inside.Unsqueeze(1), values, 0);
    }

    /// <summary>All elements that count, in as many tensors as there are at one point.</summary>
    internal IEnumerable<Corner> Corners(Tensor grid, Shape image, bool slopes)
    {
        int spatial = image.Rank - 2;
        var points = grid.Flatten(1, -2);
        var axes = new (Tensor Weight, Tensor? Slope, Tensor Index, Tensor? Inside)[spatial][];
        for (int i = 0; i < spatial; i++) axes[i] = Neighbours(points.Select(2, spatial - 1 - i), image[i + 2], slopes);
        int taps = axes[0].Length;
        for (int corner = 0; corner < (int)Math.Pow(taps, spatial); corner++)
        {
            int rest = corner;
            var chosen = new (Tensor Weight, Tensor? Slope, Tensor Index, Tensor? Inside)[spatial];
            for (int i = 0; i < spatial; i++, rest /= taps) chosen[i] = axes[i][rest % taps];
            var (weight, _, index, inside) = chosen[0];
            for (int i = 1; i < spatial; i++)
            {
                weight *= chosen[i].Weight;
                index = index * Tensor.DimScalar(image[i + 2], DType.Int64) + chosen[i].Index;
                if (inside is not null) inside &= chosen[i].Inside!;
            }
            var along = new Tensor[slopes ? spatial : 0];
            for (int axis = 0; axis < along.Length; axis++)
            {
                along[axis] = chosen[axis].Slope!;
                for (int i = 0; i < spatial; i++)
                    if (i != axis) along[axis] *= chosen[i].Weight;
            }
            yield return new(weight, along, index, inside);
        }
    }

    /// <summary>The elements along an axis that count at each point: weight, its slope, index, and with zeros outside whether it lies inside.</summary>
    (Tensor Weight, Tensor? Slope, Tensor Index, Tensor? Inside)[] Neighbours(Tensor position, Dim size, bool slopes)
    {
        var n = Tensor.DimScalar(size, position.DType);
        // From -1 .. 1 to the numbers of elements.
        var at = AlignCorners ? (position + 1) * 0.5 * (n - 1) : ((position + 1) * n - 1) * 0.5;
        Tensor? slope = slopes ? (AlignCorners ? n - 1 : n) * 0.5 : null;
        if (Mode != InterpolationMode.Cubic && Padding != GridPadding.Zeros)
        {
            if (slope is not null) slope *= SlopeOfBounded(at, n);
            at = Bounded(at, n);
        }
        var below = (Mode == InterpolationMode.Nearest ? at.Round() : at.Floor()).Detach();
        var t = at - below;
        Tensor[] weights = Mode switch
        {
            InterpolationMode.Nearest => [t],
            InterpolationMode.Linear => [1 - t, t],
            _ => [Far(t + 1), Near(t), Near(1 - t), Far(2 - t)],
        };
        var ones = slopes && Mode == InterpolationMode.Linear ? Tensor.Constant(1, t.Spec) : t;
        Tensor[] changes = !slopes || Mode == InterpolationMode.Nearest ? [] : Mode == InterpolationMode.Linear ? [-ones, ones] : [FarSlope(t + 1), NearSlope(t), -NearSlope(1 - t), -FarSlope(2 - t)];
        int first = Mode == InterpolationMode.Cubic ? -1 : 0;
        var neighbours = new (Tensor, Tensor?, Tensor, Tensor?)[weights.Length];
        for (int k = 0; k < weights.Length; k++)
        {
            var index = below + (first + k);
            if (Mode == InterpolationMode.Cubic && Padding != GridPadding.Zeros) index = Bounded(index, n);
            var inside = (index >= 0) & (index < n);
            // The element behind the last has weight 0 where points are kept inside.
            var safe = Tensor.Where(inside, index, 0).To(DType.Int64);
            neighbours[k] = (weights[k], !slopes ? null : changes.Length == 0 ? t * 0 : changes[k] * slope!, safe, Padding == GridPadding.Zeros ? inside : null);
        }
        return neighbours;
    }

    // Keys' spline with a = -3/4, at distances below 1 and from 1 to 2.
    static Tensor Near(Tensor x) => (x * 1.25 - 2.25) * x * x + 1;

    static Tensor Far(Tensor x) => ((x * -0.75 + 3.75) * x - 6) * x + 3;

    static Tensor NearSlope(Tensor x) => (x * 3.75 - 4.5) * x;

    static Tensor FarSlope(Tensor x) => (x * -2.25 + 7.5) * x - 6;

    /// <summary>Positions moved inside.</summary>
    Tensor Bounded(Tensor at, Tensor n)
    {
        if (Padding == GridPadding.Reflection) at = Mirrored(at, n).At;
        var last = n - 1;
        // At the border itself the gradient is 0 too.
        return Tensor.Where(at <= 0, 0, Tensor.Where(at >= last, last, at));
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Fold(this, 2);

    /// <summary>1 or -1 where positions move with those that were moved inside, 0 where they were moved to the border.</summary>
    Tensor SlopeOfBounded(Tensor at, Tensor n)
    {
        Tensor? sign = null;
        if (Padding == GridPadding.Reflection) (at, sign) = Mirrored(at, n);
        var free = ((at > 0) & (at < n - 1)).To(at.DType);
        return sign is null ? free : free * sign;
    }

    /// <summary>Positions mirrored at the middles of the outer elements, or at their outer edges; and whether they run the same way (1) or the other (-1).</summary>
    (Tensor At, Tensor Sign) Mirrored(Tensor at, Tensor n)
    {
        double edge = AlignCorners ? 0 : -0.5;
        var span = AlignCorners ? n - 1 : n;
        var single = span.EqualTo(0);
        var safe = Tensor.Where(single, 1, span);
        var distance = at - edge;
        var behind = distance < 0;
        distance = Tensor.Where(behind, -distance, distance);
        var turns = (distance / safe).Floor().Detach();
        var extra = distance % safe;
        var even = (turns % 2).EqualTo(0);
        var mirrored = Tensor.Where(even, extra, safe - extra) + edge;
        return (Tensor.Where(single, 0, mirrored), (even ^ behind).To(at.DType) * 2 - 1);
    }
}

/// <summary>The gradients of <see cref="GridSample"/> with respect to image and grid, from both and the gradient of the sampled values. Dtypes: floating-point.</summary>
/// <param name="Forward">The sampling.</param>
public sealed record GridSampleGradient(GridSample Forward) : CompositeOp
{
    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Expect.Count(x, 3, this);
        Expect.Floating(this, x[0]);
        Expect.SameDType(this, x[0], x[1]);
        Expect.SameDType(this, x[0], x[2]);
        var y = Forward.Infer(x[..2])[0];
        if (x[2].Shape.IsKnown && y.Shape.IsKnown && x[2].Shape != y.Shape) throw new ShapeException($"GridSampleGradient: expected a gradient of shape {y.Shape}. Received: {x[2].Shape}.");
        return new(x[0], x[1]);
    }

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var dtype = GridSample.Computed(x[0].DType);
        int spatial = x[0].Rank - 2;
        bool nearest = Forward.Mode == InterpolationMode.Nearest;
        Tensor image = x[0].To(dtype).Flatten(2, -1), g = x[2].To(dtype).Flatten(2, -1);
        var spread = Tensor.Constant(0, image.Spec);
        var along = new Tensor?[spatial];
        foreach (var corner in Forward.Corners(x[1].To(dtype), x[0].Shape, slopes: !nearest))
        {
            spread = spread.ScatterAdd(2, corner.IndexOf(image), corner.Kept(nearest ? g : g * corner.Weight.Unsqueeze(1)));
            if (nearest) continue;
            var product = (corner.ValueOf(image) * g).Sum(1);
            for (int axis = 0; axis < spatial; axis++)
            {
                // The last axis comes first in a point.
                ref var sum = ref along[spatial - 1 - axis];
                sum = sum is null ? product * corner.Slopes[axis] : sum + product * corner.Slopes[axis];
            }
        }
        var moved = nearest ? Dispatch.Run(new Fill(x[1].Shape, 0, x[1].DType)) : Tensor.Stack(along!, -1).Reshape(x[1].Shape).To(x[1].DType);
        return [spread.Reshape(x[0].Shape).To(x[0].DType), moved];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Fold(this, 3);
}
