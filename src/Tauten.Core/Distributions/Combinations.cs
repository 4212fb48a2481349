namespace Tauten.Distributions;

/// <summary>The distribution of f(x) for an x from another distribution and an invertible f, or several in turn.</summary>
/// <example><code>
/// var logistic = new TransformedDistribution(new Uniform(Tensor.From(0f), Tensor.From(1f)), new SigmoidTransform().Inverted);
/// Console.WriteLine(logistic.LogProb(Tensor.From([0f, 2])).Exp());    // [0.2500, 0.1050]
/// </code></example>
public class TransformedDistribution : Distribution
{
    readonly Distribution start;
    readonly Transform[] transforms;

    /// <summary>The distribution of the last transform's output, fed by the first one's, fed by <paramref name="start"/>.</summary>
    /// <exception cref="ShapeException">A transform needs more axes than there are.</exception>
    public TransformedDistribution(Distribution start, params Transform[] transforms) : base(Shapes(start, transforms).Batch, Shapes(start, transforms).Event)
    {
        this.transforms = transforms;
        // Transforms may have parameters of a larger batch.
        var whole = new ComposeTransform(transforms).InverseShape([.. BatchShape, .. EventShape]);
        Shape batch = [.. whole.Take(whole.Rank - start.EventShape.Rank)];
        this.start = batch == start.BatchShape ? start : start.Expand(batch);
    }

    static (Shape Batch, Shape Event) Shapes(Distribution start, Transform[] transforms)
    {
        var all = new ComposeTransform(transforms);
        Shape from = [.. start.BatchShape, .. start.EventShape];
        if (from.Rank < all.EventRank) throw new ShapeException($"TransformedDistribution: its transforms work on {all.EventRank} axes. Received: {start}.");
        var to = all.ForwardShape(from);
        int rank = all.OutputRank + Math.Max(start.EventShape.Rank - all.EventRank, 0);
        return ([.. to.Take(to.Rank - rank)], [.. to.Skip(to.Rank - rank)]);
    }

    /// <inheritdoc/>
    public override bool IsReparameterized => start.IsReparameterized;

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator)
    {
        var value = start.IsReparameterized ? start.RSample(shape, generator) : start.Sample(shape, generator);
        return transforms.Aggregate(value, (x, transform) => transform.Forward(x));
    }

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value)
    {
        int rank = EventShape.Rank;
        Tensor? change = null;
        for (int i = transforms.Length - 1; i >= 0; i--)
        {
            var transform = transforms[i];
            var x = transform.Inverse(value);
            rank += transform.EventRank - transform.OutputRank;
            var part = Transform.SumLast(transform.LogAbsDetJacobian(x, value), rank - transform.EventRank);
            change = change is null ? part : change + part;
            value = x;
        }
        var logProb = Transform.SumLast(start.LogProb(value), rank - start.EventShape.Rank);
        return change is null ? logProb : logProb - change;
    }

    /// <inheritdoc/>
    public override Tensor Cdf(Tensor value)
    {
        Tensor? sign = null;
        for (int i = transforms.Length - 1; i >= 0; i--)
        {
            value = transforms[i].Inverse(value);
            var own = transforms[i].SignLike(value);
            sign = sign is null ? own : sign * own;
        }
        var probability = start.Cdf(value);
        return sign is null ? probability : sign * (probability - 0.5) + 0.5;
    }

    /// <inheritdoc/>
    public override Tensor Icdf(Tensor probability)
    {
        foreach (var transform in Enumerable.Reverse(transforms)) probability = transform.SignLike(probability) * (probability - 0.5) + 0.5;
        return transforms.Aggregate(start.Icdf(probability), (x, transform) => transform.Forward(x));
    }

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape)
    {
        var whole = new ComposeTransform(transforms).InverseShape([.. batchShape, .. EventShape]);
        return new TransformedDistribution(start.Expand([.. whole.Take(whole.Rank - start.EventShape.Rank)]), transforms);
    }

    internal (Distribution Start, Transform[] Transforms) Parts => (start, transforms);
}

/// <summary>A distribution whose last batch axes count as part of the event: the log-probabilities along them are added up.</summary>
/// <example><code>
/// var pixels = new Independent(new Normal(Tensor.Zeros([8, 3]), Tensor.Ones([8, 3])), axes: 1);
/// Console.WriteLine(pixels.LogProb(Tensor.Zeros([8, 3])).Shape);    // [8]    one for each three numbers
/// </code></example>
public sealed class Independent : Distribution
{
    readonly Distribution start;
    readonly int axes;

    /// <summary>Takes the last <paramref name="axes"/> batch axes of <paramref name="start"/> into the event.</summary>
    /// <exception cref="ShapeException">There are fewer batch axes.</exception>
    public Independent(Distribution start, int axes) : base(
        axes >= 0 && axes <= start.BatchShape.Rank ? [.. start.BatchShape.Take(start.BatchShape.Rank - axes)] : throw new ShapeException($"Independent: expected 0 to {start.BatchShape.Rank} axes of {start}. Received: {axes}."),
        [.. start.BatchShape.Skip(start.BatchShape.Rank - axes), .. start.EventShape]) => (this.start, this.axes) = (start, axes);

    internal (Distribution Start, int Axes) Parts => (start, axes);

    /// <inheritdoc/>
    public override bool IsReparameterized => start.IsReparameterized;

    /// <inheritdoc/>
    public override Tensor Mean => start.Mean;

    /// <inheritdoc/>
    public override Tensor Mode => start.Mode;

    /// <inheritdoc/>
    public override Tensor Variance => start.Variance;

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator) => start.IsReparameterized ? start.RSample(shape, generator) : start.Sample(shape, generator);

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => Transform.SumLast(start.LogProb(value), axes);

    /// <inheritdoc/>
    public override Tensor Entropy() => Transform.SumLast(start.Entropy(), axes);

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new Independent(start.Expand([.. batchShape, .. EventShape.Take(axes)]), axes);
}

/// <summary>One of several distributions of a family, chosen at random: the last batch axis of the components is that of the choices.</summary>
/// <example><code>
/// var choice = new Categorical(probabilities: Tensor.From([0.5f, 0.5f]));
/// var mixture = new MixtureSameFamily(choice, new Normal(Tensor.From([-2f, 2]), Tensor.From([1f, 1])));
/// Console.WriteLine(mixture.Mean);    // 0
/// Console.WriteLine(mixture.LogProb(Tensor.From([0f, 2])));    // [-2.9189, -1.6118]
/// </code></example>
public sealed class MixtureSameFamily : Distribution
{
    readonly Categorical choice;
    readonly Distribution components;

    /// <summary>A mixture of <paramref name="components"/>, weighed by <paramref name="choice"/>.</summary>
    /// <exception cref="ShapeException">The number of components differs from the number of choices.</exception>
    public MixtureSameFamily(Categorical choice, Distribution components) : base(
        components.BatchShape.Rank > 0 && components.BatchShape[^1] == choice.Classes ? [.. components.BatchShape.Take(components.BatchShape.Rank - 1)]
            : throw new ShapeException($"MixtureSameFamily: expected components with a last batch axis of {choice.Classes}. Received: {components}."),
        components.EventShape) => (this.choice, this.components) = (choice, components);

    // The weights beside parameters of the components.
    Tensor Weights => EventShape.Rank == 0 ? choice.Probabilities : choice.Probabilities.Reshape([.. choice.Probabilities.Shape, .. Enumerable.Repeat<Dim>(1, EventShape.Rank)]);

    int Axis => -1 - EventShape.Rank;

    /// <inheritdoc/>
    public override Tensor Mean => (Weights * components.Mean).Sum(Axis);

    /// <inheritdoc/>
    public override Tensor Variance => (Weights * components.Variance).Sum(Axis) + (Weights * (components.Mean - Mean.Unsqueeze(Axis)).Square()).Sum(Axis);

    /// <inheritdoc/>
    protected override Tensor Draw(Shape shape, Generator? generator)
    {
        var drawn = components.Sample(shape, generator);
        var chosen = choice.Expand(BatchShape).Sample(shape, generator);
        Shape one = [.. chosen.Shape, 1, .. EventShape];
        var index = chosen.Reshape([.. chosen.Shape, 1, .. Enumerable.Repeat<Dim>(1, EventShape.Rank)]).BroadcastTo(one);
        return drawn.Gather(Axis, index).Squeeze(Axis);
    }

    /// <inheritdoc/>
    public override Tensor LogProb(Tensor value) => (components.LogProb(value.Unsqueeze(Axis)) + choice.Logits).LogSumExp(-1);

    /// <inheritdoc/>
    public override Tensor Cdf(Tensor value) => (components.Cdf(value.Unsqueeze(Axis)) * Weights).Sum(-1);

    /// <inheritdoc/>
    public override Distribution Expand(Shape batchShape) => new MixtureSameFamily((Categorical)choice.Expand(batchShape), components.Expand([.. batchShape, choice.Classes]));
}
