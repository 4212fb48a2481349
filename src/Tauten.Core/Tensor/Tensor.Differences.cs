namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>
    /// The differences x[i + 1] - x[i] of neighbours along an axis, taken <paramref name="n"/> times; of bools whether they differ. The axis loses n elements, and none are left if it has not
    /// more than n.
    /// </summary>
    /// <param name="n">How often.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="prepend">What is put in front along the axis before.</param>
    /// <param name="append">What is put behind along the axis before.</param>
    /// <example><code>
    /// var x = Tensor.From([1f, 4, 9, 16]);
    /// Console.WriteLine(x.Diff());    // [3, 5, 7]
    /// Console.WriteLine(x.Diff(2));    // [2, 2]
    /// </code></example>
    /// <exception cref="ShapeException">The tensor is a scalar, or <paramref name="n"/> is negative.</exception>
    public Tensor Diff(int n = 1, int axis = -1, Tensor? prepend = null, Tensor? append = null)
    {
        int i = Shape.Axis(axis, "Diff");
        if (n < 0) throw new ShapeException($"Diff: expected a count that is not negative. Received: {n}.");
        var x = prepend is null && append is null ? this : Concat([.. new[] { prepend, this, append }.OfType<Tensor>()], i);
        for (; n > 0; n--)
        {
            Dim size = x.Shape[i] - 1;
            if (size.IsKnown && size < 0) return x;
            var (first, second) = (x.Narrow(i, 0, size), x.Narrow(i, 1, size));
            x = x.DType == DType.Bool ? second ^ first : second - first;
        }
        return x;
    }

    /// <summary>
    /// The derivative along axes of a function of which this tensor holds samples, estimated from differences: (x[i + 1] - x[i - 1]) / (2 spacing) inside, and at both
    /// ends a one-sided difference of order <paramref name="edgeOrder"/>. One tensor for each axis; all axes unless said otherwise.
    /// </summary>
    /// <remarks>This is a formula on samples. For derivatives of a computation see <see cref="Backward"/> and <see cref="Gradients"/>.</remarks>
    /// <example><code>
    /// var y = Tensor.From([0f, 1, 4, 9, 16]);       // x^2 at 0, 1, .. 4
    /// Console.WriteLine(y.Gradient()[0]);    // [1, 2, 4, 6, 7]
    /// </code></example>
    /// <exception cref="ShapeException">An axis has not more than <paramref name="edgeOrder"/> elements, or the order is not 1 or 2.</exception>
    public Tensor[] Gradient(double spacing = 1, Dims? axes = null, int edgeOrder = 1)
    {
        var each = Axes(axes ?? AllAxes, "Gradient");
        return [.. each.Select(axis => Even((int)axis, spacing, edgeOrder))];
    }

    /// <summary>As the other overload, with another spacing for each axis.</summary>
    /// <exception cref="ShapeException">There is not one spacing for each axis.</exception>
    /// <inheritdoc cref="Gradient(double, Dims?, int)"/>
    public Tensor[] Gradient(ReadOnlySpan<double> spacings, Dims? axes = null, int edgeOrder = 1)
    {
        var each = Axes(axes ?? AllAxes, "Gradient");
        if (each.Count != spacings.Length) throw new ShapeException($"Gradient: {spacings.Length} spacings for {each.Count} axes. Expected one for each.");
        var result = new Tensor[each.Count];
        for (int i = 0; i < result.Length; i++) result[i] = Even((int)each[i], spacings[i], edgeOrder);
        return result;
    }

    /// <summary>As the other overload, for samples that are not evenly spaced: a vector of coordinates for each axis. The estimates are exact for polynomials of second degree inside.</summary>
    /// <exception cref="ShapeException">There is not one vector of the right size for each axis.</exception>
    /// <inheritdoc cref="Gradient(double, Dims?, int)"/>
    public Tensor[] Gradient(ReadOnlySpan<Tensor> coordinates, Dims? axes = null, int edgeOrder = 1)
    {
        var each = Axes(axes ?? AllAxes, "Gradient");
        if (each.Count != coordinates.Length) throw new ShapeException($"Gradient: {coordinates.Length} vectors of coordinates for {each.Count} axes. Expected one for each.");
        var result = new Tensor[each.Count];
        for (int i = 0; i < result.Length; i++) result[i] = Uneven((int)each[i], coordinates[i], edgeOrder);
        return result;
    }

    Dim CheckSamples(int axis, int edgeOrder)
    {
        if (edgeOrder is not (1 or 2)) throw new ShapeException($"Gradient: expected an order of 1 or 2 at the ends. Received: {edgeOrder}.");
        Dim size = Shape[axis];
        if (size.IsKnown && size <= edgeOrder) throw new ShapeException($"Gradient: axis {axis} of shape {Shape} has {size} elements. Expected more than {edgeOrder}, the order at the ends.");
        return size;
    }

    Tensor Even(int axis, double spacing, int edgeOrder)
    {
        Dim n = CheckSamples(axis, edgeOrder);
        var inside = (Narrow(axis, 2, n - 2) - Narrow(axis, 0, n - 2)) / (2 * spacing);
        Tensor At(Dim i) => Narrow(axis, i, 1);
        var (first, last) = edgeOrder == 1
            ? ((At(1) - At(0)) / spacing, (At(n - 1) - At(n - 2)) / spacing)
            : ((At(0) * -1.5 + At(1) * 2 - At(2) * 0.5) / spacing, (At(n - 3) * 0.5 - At(n - 2) * 2 + At(n - 1) * 1.5) / spacing);
        return Concat([first, inside, last], axis);
    }

    Tensor Uneven(int axis, Tensor coordinates, int edgeOrder)
    {
        Dim n = CheckSamples(axis, edgeOrder);
        if (coordinates.Rank != 1 || (coordinates.Shape[0].IsKnown && n.IsKnown && coordinates.Shape[0] != n))
            throw new ShapeException($"Gradient: coordinates of shape {coordinates.Shape} for axis {axis} of shape {Shape}. Expected [{n}].");
        var steps = coordinates.Diff().Reshape([n - 1, .. Enumerable.Repeat((Dim)1, Rank - axis - 1)]);
        Tensor At(Dim i, Dim count) => Narrow(axis, i, count);
        Tensor Step(Dim i, Dim count) => steps.Narrow(0, i, count);

        var (before, behind) = (Step(0, n - 2), Step(1, n - 2));
        var both = before + behind;
        var inside = At(2, n - 2) * (before / (behind * both)) + At(1, n - 2) * ((behind - before) / (before * behind)) - At(0, n - 2) * (behind / (before * both));
        if (edgeOrder == 1) return Concat([(At(1, 1) - At(0, 1)) / Step(0, 1), inside, (At(n - 1, 1) - At(n - 2, 1)) / Step(n - 2, 1)], axis);

        var (a, b) = (Step(0, 1), Step(1, 1));
        var first = At(1, 1) * ((a + b) / (a * b)) - At(0, 1) * ((a * 2 + b) / (a * (a + b))) - At(2, 1) * (a / (b * (a + b)));
        var (c, d) = (Step(n - 3, 1), Step(n - 2, 1));
        var last = At(n - 3, 1) * (d / (c * (c + d))) - At(n - 2, 1) * ((c + d) / (c * d)) + At(n - 1, 1) * ((d * 2 + c) / (d * (c + d)));
        return Concat([first, inside, last], axis);
    }

    /// <summary>The integral along an axis by the trapezoid rule, of samples that lie <paramref name="spacing"/> apart: the sum of (y[i] + y[i + 1]) / 2 times the spacing.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 1, 4]).Trapezoid(spacing: 0.5));    // 1.5000
    /// </code></example>
    public Tensor Trapezoid(double spacing = 1, int axis = -1) => Trapezoids(null, spacing, axis, "Trapezoid").Sum(axis);

    /// <summary>The integral along an axis by the trapezoid rule, of samples at the coordinates <paramref name="x"/>: a vector for the axis, or a tensor that broadcasts against this one.</summary>
    /// <exception cref="ShapeException">The coordinates do not fit.</exception>
    public Tensor Trapezoid(Tensor x, int axis = -1) => Trapezoids(x, 1, axis, "Trapezoid").Sum(axis);

    /// <summary>The integrals from the first sample to each of the others along an axis, by the trapezoid rule; see <see cref="Trapezoid(double, int)"/>. The axis loses one element.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([0f, 1, 4, 9]).CumulativeTrapezoid());    // [0.5000, 3.0000, 9.5000]
    /// </code></example>
    public Tensor CumulativeTrapezoid(double spacing = 1, int axis = -1) => Trapezoids(null, spacing, axis, "CumulativeTrapezoid").CumSum(axis);

    /// <summary>The integrals from the first sample to each of the others along an axis, by the trapezoid rule; see <see cref="Trapezoid(Tensor, int)"/>. The axis loses one element.</summary>
    /// <exception cref="ShapeException">The coordinates do not fit.</exception>
    public Tensor CumulativeTrapezoid(Tensor x, int axis = -1) => Trapezoids(x, 1, axis, "CumulativeTrapezoid").CumSum(axis);

    Tensor Trapezoids(Tensor? x, double spacing, int axis, string op)
    {
        int i = Shape.Axis(axis, op);
        Dim pieces = Dim.Max(Shape[i] - 1, 0);
        if (pieces.IsKnown && pieces == 0) return Narrow(i, 0, 0);
        var sums = Narrow(i, 0, pieces) + Narrow(i, 1, pieces);
        if (x is null) return sums * (spacing / 2);
        if (x.Rank == 1)
        {
            if (x.Shape[0].IsKnown && Shape[i].IsKnown && x.Shape[0] != Shape[i]) throw new ShapeException($"{op}: {x.Shape[0]} coordinates for axis {i} of shape {Shape}. Expected {Shape[i]}.");
            return sums * (x.Diff() / 2).Reshape([pieces, .. Enumerable.Repeat((Dim)1, Rank - i - 1)]);
        }
        return sums * (x.Diff(axis: i - Rank) / 2);
    }
}
