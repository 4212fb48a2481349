namespace Tauten.Ops;

/// <summary>The same tensor as another node. Dtypes: any.</summary>
public sealed record Alias : ViewOp
{
    internal static readonly Alias Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Identity");

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x) => Expect.One(x, this);

    internal override Layout View(Layout x, TensorSpec y) => x;

    internal override int[] SourceAxes(TensorSpec x) => [.. Enumerable.Range(0, x.Shape.Rank)];

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [b.Grad];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}

/// <summary>The same tensor, through which no gradient flows. Dtypes: any.</summary>
public sealed record Detach : ViewOp
{
    internal static readonly Detach Instance = new();

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Identity");

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x) => Expect.One(x, this);

    internal override Layout View(Layout x, TensorSpec y) => x;

    internal override int[] SourceAxes(TensorSpec x) => [.. Enumerable.Range(0, x.Shape.Rank)];

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [null];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this);
}

/// <summary>The same elements in row-major order under another shape. Dtypes: any.</summary>
public sealed record Reshape(Shape Shape) : ViewOp
{
    // Before version 14 a size of 0 is that of the same axis of the input; for open sizes that makes a difference, if any, to tensors without elements.
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => opset < 14 && !Shape.Any(dim => dim.IsKnown && dim == 0)
        ? [OnnxForm.Of("Reshape", [OnnxForm.X(), OnnxForm.OfShape(Shape)])]
        : [OnnxForm.Of("Reshape", [OnnxForm.X(), OnnxForm.OfShape(Shape)], ("allowzero", 1L)).From(14)];

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        if (spec.Shape.IsKnown && Shape.IsKnown && spec.Shape.Count != Shape.Count)
            throw new ShapeException($"Reshape: shape {spec.Shape} has {spec.Shape.Count} elements, and {Shape} has {Shape.Count}. Expected the same number.");
        return spec.Shape.Equals(Shape) ? spec : new TensorSpec(spec.DType, Shape);
    }

    internal override Layout? View(Layout x, TensorSpec y) => x.Reshape(y);

    // Only axes of size 1 come and go.
    internal override int[]? SourceAxes(TensorSpec x)
    {
        var axes = new int[Shape.Rank];
        int old = 0;
        for (int i = 0; i < axes.Length; i++)
        {
            while (old < x.Shape.Rank && x.Shape[old] == 1 && Shape[i] != 1) old++;
            if (old < x.Shape.Rank && x.Shape[old] == Shape[i]) axes[i] = old++;
            else if (Shape[i] == 1) axes[i] = -1;
            else return null;
        }
        while (old < x.Shape.Rank && x.Shape[old] == 1) old++;
        return old == x.Shape.Rank ? axes : null;
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Shape.IsKnown ? this : new Reshape(Shape.Bind(known));

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [b.Grad.Reshape(b.InputSpec(0).Shape)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new Reshape([x.Size, .. Shape]));
}

/// <summary>The axes in another order: axis i of the result is axis <c>Permutation[i]</c> of the input. Dtypes: any.</summary>
public sealed record Permute(Dims Permutation) : ViewOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => OnnxForm.Unary("Transpose", ("perm", Permutation.ToArray()));

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        var seen = new bool[spec.Shape.Rank];
        if (Permutation.Count != spec.Shape.Rank) throw Wrong(spec);
        var dims = new Dim[spec.Shape.Rank];
        for (int i = 0; i < dims.Length; i++)
        {
            int axis = (int)Permutation[i];
            if (axis < 0 || axis >= dims.Length || seen[axis]) throw Wrong(spec);
            seen[axis] = true;
            dims[i] = spec.Shape[axis];
        }
        return new TensorSpec(spec.DType, Shape.Create(dims));
    }

    ShapeException Wrong(TensorSpec x) => new($"Permute: {Permutation} is not an order of the {x.Shape.Rank} axes of shape {x.Shape}. Expected each of 0 to {x.Shape.Rank - 1} once.");

    internal override Layout View(Layout x, TensorSpec y)
    {
        var strides = new long[x.Rank];
        for (int i = 0; i < strides.Length; i++) strides[i] = x.Strides[(int)Permutation[i]];
        return Layout.Of(y, strides, x.Offset);
    }

    internal override int[] SourceAxes(TensorSpec x) => [.. Permutation.Select(axis => (int)axis)];

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        var inverse = new long[Permutation.Count];
        for (int i = 0; i < inverse.Length; i++) inverse[Permutation[i]] = i;
        return [Dispatch.Run(new Permute(Dims.Create(inverse)), b.Grad)];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new Permute([0, .. Batch.Shift(Permutation)]));
}

/// <summary>The elements repeated along new axes in front and along axes of size 1, without a copy. Dtypes: any.</summary>
public sealed record BroadcastTo(Shape Shape) : ViewOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [OnnxForm.Of("Expand", [OnnxForm.X(), OnnxForm.OfShape(Shape)])];

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        bool fits = spec.Shape.Rank <= Shape.Rank;
        for (int i = 1; fits && i <= spec.Shape.Rank; i++) fits = spec.Shape[^i] == Shape[^i] || spec.Shape[^i] == 1 || !spec.Shape[^i].IsKnown || !Shape[^i].IsKnown;
        if (!fits) throw new ShapeException($"BroadcastTo: shape {spec.Shape} cannot be broadcast to {Shape}. Expected equal sizes, or 1, counted from the last axis.");
        return spec.Shape.Equals(Shape) ? spec : new TensorSpec(spec.DType, Shape);
    }

    internal override Layout View(Layout x, TensorSpec y)
    {
        var strides = new long[y.Shape.Rank];
        for (int i = 1; i <= x.Rank; i++) strides[^i] = x.Sizes[^i] == 1 ? 0 : x.Strides[^i];
        return Layout.Of(y, strides, x.Offset);
    }

    internal override int[] SourceAxes(TensorSpec x)
    {
        int added = Shape.Rank - x.Shape.Rank;
        return [.. Enumerable.Range(0, Shape.Rank).Select(i => i < added || (x.Shape[i - added] == 1 && Shape[i] != 1) ? -1 : i - added)];
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Shape.IsKnown ? this : new BroadcastTo(Shape.Bind(known));

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [b.Grad.SumTo(b.InputSpec(0).Shape)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => [x.Aligned(0, Shape.Rank).BroadcastTo([x.Size, .. Shape])];
}

/// <summary>Every <c>Steps[i]</c>-th element along axis i, <c>Sizes[i]</c> of them from <c>Starts[i]</c> on; a negative step runs backwards. Dtypes: any.</summary>
public sealed record Slice(Shape Starts, Shape Sizes, Dims Steps) : ViewOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => [Sliced()];

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        CheckInside(spec.Shape, Starts, Sizes, Steps, Name());
        return new TensorSpec(spec.DType, Sizes);
    }

    // A position in front of the first element is written as one that lies far in front of it.
    OnnxForm Sliced()
    {
        int rank = Starts.Rank;
        var ends = new Dim[rank];
        for (int i = 0; i < rank; i++)
        {
            ends[i] = Starts[i] + Sizes[i] * Steps[i];
            if (ends[i].IsKnown && ends[i] < 0) ends[i] = long.MinValue;
        }
        return OnnxForm.Of("Slice", [OnnxForm.X(), OnnxForm.OfShape(Starts), OnnxForm.Vector(ends), OnnxForm.Vector([.. Enumerable.Range(0, rank).Select(i => (Dim)i)]), OnnxForm.Whole(Steps)]);
    }

    internal static void CheckInside(Shape shape, Shape starts, Shape sizes, Dims steps, string op)
    {
        if (starts.Rank != shape.Rank || sizes.Rank != shape.Rank || steps.Count != shape.Rank)
            throw new ShapeException($"{op}: starts {starts}, sizes {sizes} and steps {steps} must have one entry for each axis of shape {shape}.");
        for (int i = 0; i < shape.Rank; i++)
        {
            if (steps[i] == 0) throw new ShapeException($"{op}: the step of axis {i} is 0. Expected a positive or negative step.");
            if (!shape[i].IsKnown || !starts[i].IsKnown || !sizes[i].IsKnown || sizes[i] == 0) continue;
            long first = starts[i], last = first + (sizes[i] - 1) * steps[i];
            if (first >= shape[i] || last < 0 || last >= shape[i])
                throw new ShapeException($"{op}: along axis {i}, {(long)sizes[i]} elements from {first} in steps of {steps[i]} leave shape {shape}.");
        }
    }

    internal override Layout View(Layout x, TensorSpec y)
    {
        var strides = new long[x.Rank];
        long offset = x.Offset;
        for (int i = 0; i < strides.Length; i++)
        {
            strides[i] = x.Strides[i] * Steps[i];
            if (Sizes[i] > 0) offset += x.Strides[i] * Starts[i];
        }
        return Layout.Of(y, strides, y.Shape.Count == 0 ? 0 : offset);
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Starts.IsKnown && Sizes.IsKnown ? this : new Slice(Starts.Bind(known), Sizes.Bind(known), Steps);

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [Dispatch.Run(new SliceUpdate(Starts, Steps), Tensor.Constant(0, b.InputSpec(0)), b.Grad)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new Slice([0, .. Starts], [x.Size, .. Sizes], [1, .. Steps]));
}

/// <summary>
/// Windows sliding along axes, as a view: axis <c>Axes[i]</c> becomes the positions of the window, and the elements inside of each window come as
/// new last axes of sizes <paramref name="Sizes"/>. Element (.., o, .., k) is element <c>o * Strides[i] + k * Dilations[i]</c>. Dtypes: any.
/// </summary>
public sealed record Windows(Dims Axes, Dims Sizes, Dims Strides, Dims Dilations) : ViewOp
{
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x)
    {
        var y = x[0];
        for (int i = 0; i < Axes.Count; i++)
        {
            int axis = x[0].Shape.Axis(Axes[i], Name()), rank = y.Rank;
            if (Places(x[0].Shape[axis], i) is not { } places) return null;
            // Positions and elements take the place of the axis; elements go to the end.
            y = y.IndexSelect(axis, places).Permute([.. Enumerable.Range(0, axis + 1), .. Enumerable.Range(axis + 2, rank - axis - 1), axis + 1]);
        }
        return [y];
    }

    /// <summary>The places [positions, elements] of the windows along one of the axes; null where its size is not known.</summary>
    internal Tensor? Places(Dim size, int i)
    {
        if (!size.IsKnown) return null;
        long positions = (size.Value - (Sizes[i] - 1) * Dilations[i] - 1) / Strides[i] + 1;
        long[] places = new long[positions * Sizes[i]];
        for (long at = 0; at < places.Length; at++) places[at] = at / Sizes[i] * Strides[i] + at % Sizes[i] * Dilations[i];
        return Tensor.From(places, [positions, Sizes[i]]);
    }

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        return new TensorSpec(spec.DType, Positions(spec.Shape, Axes, Sizes, Strides, Dilations, Name()));
    }

    internal static Shape Positions(Shape shape, Dims axes, Dims sizes, Dims strides, Dims dilations, string op)
    {
        if (sizes.Count != axes.Count || strides.Count != axes.Count || dilations.Count != axes.Count)
            throw new ShapeException($"{op}: window {sizes}, stride {strides} and dilation {dilations} must have one entry for each of the axes {axes}.");
        var dims = new List<Dim>(shape);
        for (int i = 0; i < axes.Count; i++)
        {
            if (sizes[i] < 1 || strides[i] < 1 || dilations[i] < 1) throw new ShapeException($"{op}: window {sizes}, stride {strides} and dilation {dilations} must be at least 1.");
            int axis = shape.Axis(axes[i], op);
            long span = (sizes[i] - 1) * dilations[i] + 1;
            if (dims[axis].IsKnown && dims[axis] < span)
                throw new ShapeException($"{op}: a window of {sizes[i]} with dilation {dilations[i]} spans {span} and does not fit into axis {axis} of shape {shape}.");
            dims[axis] = (dims[axis] - span) / strides[i] + 1;
            dims.Add(sizes[i]);
        }
        return Shape.Create(dims.ToArray());
    }

    internal override Layout View(Layout x, TensorSpec y)
    {
        var strides = new long[y.Shape.Rank];
        x.Strides.CopyTo(strides);
        for (int i = 0; i < Axes.Count; i++)
        {
            strides[x.Rank + i] = x.Strides[(int)Axes[i]] * Dilations[i];
            strides[Axes[i]] = x.Strides[(int)Axes[i]] * Strides[i];
        }
        return Layout.Of(y, strides, x.Offset);
    }

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [Dispatch.Run(new OverlapAdd(b.InputSpec(0).Shape, Axes, Strides, Dilations), b.Grad)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(new Windows(Batch.Shift(Axes), Sizes, Strides, Dilations));
}
