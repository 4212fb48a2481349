namespace Tauten.Distributions;

/// <summary>One transform after the other.</summary>
/// <example><code>
/// var transform = new ComposeTransform(new AffineTransform(Tensor.From(0f), Tensor.From(2f)), new ExpTransform());
/// var x = Tensor.From([0f, 1]);
/// var y = transform.Forward(x);
/// Console.WriteLine(y);    // [1.0000, 7.3891]
/// Console.WriteLine(transform.LogAbsDetJacobian(x, y));    // [0.6931, 2.6931]
/// </code></example>
public sealed class ComposeTransform(params Transform[] parts) : Transform
{
    /// <inheritdoc/>
    public override int EventRank
    {
        get
        {
            // Walked from the end: what a later part needs must be there from the start.
            int rank = parts.Length == 0 ? 0 : parts[^1].OutputRank;
            foreach (var part in Enumerable.Reverse(parts)) rank = Math.Max(rank + part.EventRank - part.OutputRank, part.EventRank);
            return rank;
        }
    }

    /// <inheritdoc/>
    public override int OutputRank
    {
        get
        {
            int rank = parts.Length == 0 ? 0 : parts[0].EventRank;
            foreach (var part in parts) rank = Math.Max(rank, part.EventRank) + part.OutputRank - part.EventRank;
            return rank;
        }
    }

    /// <inheritdoc/>
    public override Tensor? Sign
    {
        get
        {
            Tensor? sign = Tensor.Scalar(1, DType.Float32);
            foreach (var part in parts) sign = sign is null || part.Sign is not { } next ? null : sign * next.To(DType.Float32);
            return sign;
        }
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => parts.Aggregate(x, (value, part) => part.Forward(value));

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y) => Enumerable.Reverse(parts).Aggregate(y, (value, part) => part.Inverse(value));

    /// <inheritdoc/>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y)
    {
        if (parts.Length == 0) return x * 0;
        Tensor? sum = null;
        int rank = EventRank;
        for (int i = 0; i < parts.Length; i++)
        {
            var next = i == parts.Length - 1 ? y : parts[i].Forward(x);
            var change = SumLast(parts[i].LogAbsDetJacobian(x, next), rank - parts[i].EventRank);
            sum = sum is null ? change : sum + change;
            rank += parts[i].OutputRank - parts[i].EventRank;
            x = next;
        }
        return sum!;
    }

    /// <inheritdoc/>
    public override Shape ForwardShape(Shape shape) => parts.Aggregate(shape, (s, part) => part.ForwardShape(s));

    /// <inheritdoc/>
    public override Shape InverseShape(Shape shape) => Enumerable.Reverse(parts).Aggregate(shape, (s, part) => part.InverseShape(s));
}

/// <summary>A transform whose last batch axes count as part of the event: their changes of volume are added up.</summary>
/// <example><code>
/// var transform = new IndependentTransform(new ExpTransform(), axes: 1);
/// var x = Tensor.From([0f, 1]);
/// var y = transform.Forward(x);
/// Console.WriteLine(y);    // [1.0000, 2.7183]
/// Console.WriteLine(transform.LogAbsDetJacobian(x, y));    // 1
/// </code></example>
public sealed class IndependentTransform(Transform part, int axes) : Transform
{
    /// <inheritdoc/>
    public override int EventRank => part.EventRank + axes;

    /// <inheritdoc/>
    public override int OutputRank => part.OutputRank + axes;

    /// <inheritdoc/>
    public override Tensor? Sign => part.Sign;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => part.Forward(x);

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y) => part.Inverse(y);

    /// <inheritdoc/>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y) => SumLast(part.LogAbsDetJacobian(x, y), axes);

    /// <inheritdoc/>
    public override Shape ForwardShape(Shape shape) => part.ForwardShape(shape);

    /// <inheritdoc/>
    public override Shape InverseShape(Shape shape) => part.InverseShape(shape);
}

/// <summary>The same elements in events of another shape.</summary>
/// <example><code>
/// var transform = new ReshapeTransform([6], [2, 3]);
/// Console.WriteLine(transform.Forward(Tensor.Ones([10, 6])).Shape);    // [10, 2, 3]
/// </code></example>
public sealed class ReshapeTransform : Transform
{
    readonly Shape from, to;

    /// <summary>Events of one shape to events of another, with as many elements.</summary>
    /// <exception cref="ShapeException">The shapes have different numbers of elements.</exception>
    public ReshapeTransform(Shape from, Shape to)
    {
        if (from.ElementCount != to.ElementCount) throw new ShapeException($"ReshapeTransform: shapes {from} and {to} have different numbers of elements.");
        (this.from, this.to) = (from, to);
    }

    /// <inheritdoc/>
    public override int EventRank => from.Rank;

    /// <inheritdoc/>
    public override int OutputRank => to.Rank;

    /// <inheritdoc/>
    public override Tensor? Sign => null;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Reshape(ForwardShape(x.Shape));

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y) => y.Reshape(InverseShape(y.Shape));

    /// <inheritdoc/>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y) => Tensor.Zeros([.. x.Shape.Take(x.Rank - from.Rank)], x.DType);

    /// <inheritdoc/>
    public override Shape ForwardShape(Shape shape) => [.. shape.Take(shape.Rank - from.Rank), .. to];

    /// <inheritdoc/>
    public override Shape InverseShape(Shape shape) => [.. shape.Take(shape.Rank - to.Rank), .. from];
}

/// <summary>Transforms of pieces of an axis, side by side.</summary>
/// <param name="parts">The transforms; all work on events of one rank.</param>
/// <param name="axis">The axis, counted from the end (negative).</param>
/// <param name="lengths">The lengths of the pieces.</param>
/// <example><code>
/// var transform = new CatTransform([new ExpTransform(), new SigmoidTransform()], axis: 0, lengths: [2, 1]);
/// var x = Tensor.From([0f, 1, 0]);
/// var y = transform.Forward(x);
/// Console.WriteLine(y);    // [1.0000, 2.7183, 0.5000]
/// Console.WriteLine(transform.LogAbsDetJacobian(x, y));    // [ 0.0000,  1.0000, -1.3863]
/// </code></example>
public sealed class CatTransform(Transform[] parts, int axis, long[] lengths) : Transform
{
    /// <inheritdoc/>
    public override int EventRank => parts.Max(p => p.EventRank);

    /// <inheritdoc/>
    public override Tensor? Sign => null;

    Tensor Each(Tensor x, Func<Transform, Tensor, Tensor> apply) => Tensor.Concat([.. x.Split(lengths, axis).Select((piece, i) => apply(parts[i], piece))], axis);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Each(x, (part, piece) => part.Forward(piece));

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y) => Each(y, (part, piece) => part.Inverse(piece));

    /// <inheritdoc/>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y)
    {
        var (from, to) = (x.Split(lengths, axis), y.Split(lengths, axis));
        var changes = parts.Select((part, i) => SumLast(part.LogAbsDetJacobian(from[i], to[i]), EventRank - part.EventRank)).ToArray();
        // Within the event the changes add up; outside they lie side by side.
        return axis < -EventRank ? Tensor.Concat(changes, axis + EventRank) : EventRank > 0 ? changes.Aggregate((a, b) => a + b) : Tensor.Concat(changes, axis);
    }
}

/// <summary>One transform for each position along an axis.</summary>
/// <param name="parts">The transforms.</param>
/// <param name="axis">The axis; its size is the number of transforms.</param>
/// <example><code>
/// var transform = new StackTransform([new ExpTransform(), new SigmoidTransform()]);
/// var x = Tensor.From([0f, 0]);
/// var y = transform.Forward(x);
/// Console.WriteLine(y);    // [1.0000, 0.5000]
/// Console.WriteLine(transform.LogAbsDetJacobian(x, y));    // [ 0.0000, -1.3863]
/// </code></example>
public sealed class StackTransform(Transform[] parts, int axis = 0) : Transform
{
    /// <inheritdoc/>
    public override int EventRank => parts.Max(p => p.EventRank);

    /// <inheritdoc/>
    public override Tensor? Sign => null;

    Tensor Each(Tensor x, Func<Transform, Tensor, Tensor> apply) => Tensor.Stack([.. parts.Select((part, i) => apply(part, x.Select(axis, i)))], axis);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Each(x, (part, piece) => part.Forward(piece));

    /// <inheritdoc/>
    public override Tensor Inverse(Tensor y) => Each(y, (part, piece) => part.Inverse(piece));

    /// <inheritdoc/>
    public override Tensor LogAbsDetJacobian(Tensor x, Tensor y) => Tensor.Stack([.. parts.Select((part, i) => part.LogAbsDetJacobian(x.Select(axis, i), y.Select(axis, i)))], axis);
}
