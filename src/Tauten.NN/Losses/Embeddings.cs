namespace Tauten.NN;

/// <summary>
/// 1 - cos(a, b) where the target is 1, max(0, cos(a, b) - margin) where it is -1: for pairs of vectors [batch, size] and targets [batch], or one pair [size] and a scalar. The cosine is
/// a b / sqrt((a a + 1e-12) (b b + 1e-12)).
/// </summary>
/// <param name="reduction">What happens to the losses of single pairs.</param>
/// <param name="margin">The cosine below which what differs costs nothing, -1 to 1.</param>
/// <example><code>
/// var (a, b) = (Tensor.From(new[,] { { 1f, 0f }, { 1f, 0f } }), Tensor.From(new[,] { { 0.8f, 0.6f }, { 0.8f, 0.6f } }));
/// Console.WriteLine(new CosineEmbeddingLoss(Reduction.None).Call((a, b, Tensor.From([1f, -1]))));    // [0.2000, 0.8000]    alike, and not
/// </code></example>
/// <exception cref="ShapeException">The shapes do not fit.</exception>
/// <exception cref="ArgumentException">A target is neither 1 nor -1.</exception>
public sealed class CosineEmbeddingLoss(Reduction reduction = Reduction.Mean, double margin = 0) : Loss<(Tensor First, Tensor Second, Tensor Target)>(reduction)
{
    /// <summary>The loss of pairs.</summary>
    public Tensor Call(Tensor first, Tensor second, Tensor target) => Call((first, second, target));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor First, Tensor Second, Tensor Target) x)
    {
        var (a, b, y) = x;
        ExpectAlike(a, b, "both inputs");
        if (a.Rank is not (1 or 2)) throw new ShapeException($"CosineEmbeddingLoss: expected vectors [batch, size] or [size]. Received: {a.Shape}.");
        if (!Agree(y.Shape, [.. a.Shape.Take(a.Rank - 1)])) throw new ShapeException($"CosineEmbeddingLoss: vectors of shape {a.Shape} need one target for each. Received: {y.Shape}.");
        ExpectAll(y, v => v.EqualTo(1) | v.EqualTo(-1), "targets", "that are 1 or -1");
        const double Epsilon = 1e-12;
        var cosine = (a * b).Sum(-1) / ((a.Square().Sum(-1) + Epsilon) * (b.Square().Sum(-1) + Epsilon)).Sqrt();
        return Reduce(Tensor.Where(y > 0, 1 - cosine, (cosine - margin).ClampMin(0)));
    }
}

/// <summary>
/// max(0, d(anchor, positive) - d(anchor, negative) + margin), where d is the norm of the difference plus epsilon along the last axis (Balntas et al., 2016): the anchor should be nearer to
/// the positive than to the negative vector. Three tensors of the same shape.
/// </summary>
/// <param name="reduction">What happens to the losses of single triplets.</param>
/// <param name="margin">By how much it should be nearer.</param>
/// <param name="order">The order of the norm.</param>
/// <param name="epsilon">Added to each difference, so that there is a gradient at distance 0.</param>
/// <param name="swap">Whether d(positive, negative) is taken for d(anchor, negative) where it is less.</param>
/// <example><code>
/// Tensor anchor = Tensor.From(new[,] { { 0f, 0f } }), positive = Tensor.From(new[,] { { 1f, 0f } }), negative = Tensor.From(new[,] { { 0f, 1.5f } });
/// Console.WriteLine(new TripletMarginLoss().Call((anchor, positive, negative)));    // 0.5000
/// </code></example>
/// <exception cref="ShapeException">The shapes differ, or are those of scalars.</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="margin"/> is not positive.</exception>
public sealed class TripletMarginLoss(Reduction reduction = Reduction.Mean, double margin = 1, double order = 2, double epsilon = 1e-6, bool swap = false)
    : Loss<(Tensor Anchor, Tensor Positive, Tensor Negative)>(reduction)
{
    readonly double margin = Positive(margin, nameof(margin));

    /// <summary>The loss of triplets.</summary>
    public Tensor Call(Tensor anchor, Tensor positive, Tensor negative) => Call((anchor, positive, negative));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Anchor, Tensor Positive, Tensor Negative) x) =>
        Reduce(Triplets.Losses(x, (a, b) => a.PairwiseDistance(b, order, epsilon), margin, swap, TypeName));
}

/// <summary>max(0, d(anchor, positive) - d(anchor, negative) + margin) for a distance d of one's own; see <see cref="TripletMarginLoss"/>.</summary>
/// <param name="distance">Takes two tensors of the same shape and returns the distances, without the last axis.</param>
/// <param name="reduction">What happens to the losses of single triplets.</param>
/// <param name="margin">By how much the anchor should be nearer to the positive.</param>
/// <param name="swap">Whether d(positive, negative) is taken for d(anchor, negative) where it is less.</param>
/// <example><code>
/// var criterion = new TripletMarginWithDistanceLoss((a, b) => 1 - a.CosineSimilarity(b, -1), margin: 1);
/// Tensor anchor = Tensor.From(new[,] { { 1f, 0f } }), positive = Tensor.From(new[,] { { 1f, 1f } }), negative = Tensor.From(new[,] { { 0f, 1f } });
/// Console.WriteLine(criterion.Call(new(anchor, positive, negative)));    // 0.2929
/// </code></example>
/// <exception cref="ShapeException">The shapes differ, or are those of scalars.</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="margin"/> is not positive.</exception>
public sealed class TripletMarginWithDistanceLoss(Func<Tensor, Tensor, Tensor> distance, Reduction reduction = Reduction.Mean, double margin = 1, bool swap = false)
    : Loss<(Tensor Anchor, Tensor Positive, Tensor Negative)>(reduction)
{
    readonly double margin = Positive(margin, nameof(margin));

    /// <summary>The loss of triplets.</summary>
    public Tensor Call(Tensor anchor, Tensor positive, Tensor negative) => Call((anchor, positive, negative));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Anchor, Tensor Positive, Tensor Negative) x) => Reduce(Triplets.Losses(x, distance, margin, swap, TypeName));
}

/// <summary>What both losses of triplets compute.</summary>
static class Triplets
{
    public static Tensor Losses((Tensor Anchor, Tensor Positive, Tensor Negative) x, Func<Tensor, Tensor, Tensor> distance, double margin, bool swap, string who)
    {
        var (anchor, positive, negative) = x;
        if (anchor.Rank == 0 || !Same(anchor, positive) || !Same(anchor, negative))
            throw new ShapeException($"{who}: expected three tensors of the same shape and floating-point dtype, vectors along the last axis. Received: {anchor.Spec}, {positive.Spec} and {negative.Spec}.");
        var far = distance(anchor, negative);
        if (swap) far = far.Minimum(distance(positive, negative));
        return (distance(anchor, positive) - far + margin).ClampMin(0);
    }

    static bool Same(Tensor a, Tensor b) => a.DType.IsFloating() && a.DType == b.DType && Loss.Agree(a.Shape, b.Shape);
}

/// <summary>
/// d^2 where the target is 1, max(0, margin - d)^2 where it is 0, for the distance d of pairs of vectors [batch, size] and targets [batch] (Hadsell, Chopra, LeCun: "Dimensionality
/// reduction by learning an invariant mapping", 2006, without its factor 1/2).
/// </summary>
/// <param name="reduction">What happens to the losses of single pairs.</param>
/// <param name="margin">The distance from which on what differs costs nothing.</param>
/// <example><code>
/// var (a, b) = (Tensor.From(new[,] { { 1f, 0f }, { 1f, 0f } }), Tensor.From(new[,] { { 0.8f, 0.6f }, { 0.8f, 0.6f } }));
/// Console.WriteLine(new ContrastiveLoss(Reduction.None).Call((a, b, Tensor.From([1f, 0]))));    // [0.4000, 0.1351]    alike, and not
/// </code></example>
/// <exception cref="ShapeException">The shapes do not fit.</exception>
/// <exception cref="ArgumentException">A target is neither 0 nor 1.</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="margin"/> is not positive.</exception>
public sealed class ContrastiveLoss(Reduction reduction = Reduction.Mean, double margin = 1) : Loss<(Tensor First, Tensor Second, Tensor Target)>(reduction)
{
    readonly double margin = Positive(margin, nameof(margin));

    /// <summary>The loss of pairs.</summary>
    public Tensor Call(Tensor first, Tensor second, Tensor target) => Call((first, second, target));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor First, Tensor Second, Tensor Target) x)
    {
        var (a, b, y) = x;
        ExpectAlike(a, b, "both inputs");
        if (a.Rank is not (1 or 2)) throw new ShapeException($"ContrastiveLoss: expected vectors [batch, size] or [size]. Received: {a.Shape}.");
        if (!Agree(y.Shape, [.. a.Shape.Take(a.Rank - 1)])) throw new ShapeException($"ContrastiveLoss: vectors of shape {a.Shape} need one target for each. Received: {y.Shape}.");
        if (y.DType != DType.Bool)
        {
            ExpectAll(y, v => v.EqualTo(0) | v.EqualTo(1), "targets", "that are 0 or 1");
            y = y.NotEqualTo(0);
        }
        var difference = a - b;
        return Reduce(Tensor.Where(y, difference.Square().Sum(-1), (margin - difference.Norm(2, -1)).ClampMin(0).Square()));
    }
}

/// <summary>
/// The cross-entropy of finding the key of each query: -log softmax(q k / temperature)[i] for queries and keys [batch, size], normalized to length 1, where key i belongs to query i and all
/// other keys are the negatives (van den Oord et al.: "Representation learning with contrastive predictive coding", 2018).
/// </summary>
/// <param name="reduction">What happens to the losses of single queries.</param>
/// <param name="temperature">What similarities are divided by.</param>
/// <param name="isSymmetric">Whether keys also look for their queries: the loss is then the mean of both ways, as in CLIP (Radford et al., 2021).</param>
/// <example><code>
/// var queries = Tensor.Eye(3);                  // each belongs to the key in the same row
/// Console.WriteLine(new InfoNCELoss(temperature: 1).Call((queries, Tensor.Eye(3))));    // 0.5514
/// </code></example>
/// <exception cref="ShapeException">The shapes differ, or are not [batch, size].</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="temperature"/> is not positive.</exception>
public sealed class InfoNCELoss(Reduction reduction = Reduction.Mean, double temperature = 0.1, bool isSymmetric = false) : Loss<(Tensor Queries, Tensor Keys)>(reduction)
{
    readonly double temperature = Positive(temperature, nameof(temperature));

    /// <summary>The loss of queries and their keys.</summary>
    public Tensor Call(Tensor queries, Tensor keys) => Call((queries, keys));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Queries, Tensor Keys) x)
    {
        ExpectAlike(x.Queries, x.Keys, "queries and keys");
        if (x.Queries.Rank != 2) throw new ShapeException($"InfoNCELoss: expected queries [batch, size]. Received: {x.Queries.Shape}.");
        var scores = x.Queries.Normalize(2, 1).MatMul(x.Keys.Normalize(2, 1).T) / temperature;
        var losses = -scores.LogSoftmax(1).Diagonal();
        return Reduce(isSymmetric ? (losses - scores.LogSoftmax(0).Diagonal()) / 2 : losses);
    }
}

/// <summary>
/// The circle loss of vectors [batch, size] with labels [batch] (Sun et al.: "Circle loss: a unified perspective of pair similarity optimization", 2020): for each vector,
/// log(1 + sum(exp(scale a (s - margin))) sum(exp(-scale b (t - 1 + margin)))), where s are its cosines with vectors of other labels, t those with other vectors of its own, and
/// a = max(0, s + margin), b = max(0, 1 + margin - t) are weights without gradient. A vector without one of both costs nothing.
/// </summary>
/// <param name="reduction">What happens to the losses of single vectors.</param>
/// <param name="scale">How sharp the loss is.</param>
/// <param name="margin">How far cosines are relaxed.</param>
/// <example><code>
/// var vectors = Tensor.From(new[,] { { 1f, 0 }, { 1, 0 }, { 0, 1 } });
/// Console.WriteLine(new CircleLoss(Reduction.None, scale: 1).Call(vectors, Tensor.From([0L, 0, 1])));    // [0.5459, 0.5459, 0.0000]
/// </code></example>
/// <exception cref="ShapeException">The shapes do not fit.</exception>
/// <exception cref="DTypeException">Labels are no integers, or vectors not floating-point.</exception>
/// <exception cref="ArgumentOutOfRangeException"><paramref name="scale"/> is not positive.</exception>
public sealed class CircleLoss(Reduction reduction = Reduction.Mean, double scale = 80, double margin = 0.4) : Loss(reduction)
{
    readonly double scale = Positive(scale, nameof(scale));

    /// <inheritdoc/>
    protected override Tensor Forward((Tensor Prediction, Tensor Target) x)
    {
        var (vectors, labels) = x;
        if (!vectors.DType.IsFloating()) throw new DTypeException($"CircleLoss: expected floating-point vectors. Received: {vectors.DType.Name()}.");
        if (!labels.DType.IsInteger()) throw new DTypeException($"CircleLoss: expected integer labels. Received: {labels.DType.Name()}.");
        if (vectors.Rank != 2 || !Agree(labels.Shape, [vectors.Shape[0]])) throw new ShapeException($"CircleLoss: expected vectors [batch, size] and labels [batch]. Received: {vectors.Shape} and {labels.Shape}.");
        var unit = vectors.Normalize(axes: 1);
        var cosines = unit.MatMul(unit.T);
        Tensor same = labels.Unsqueeze(0).EqualTo(labels.Unsqueeze(1)), itself = Tensor.Eye(vectors.Shape[0].Value, dtype: DType.Bool);
        Tensor fixedCosines = cosines.Detach(), others = (fixedCosines + margin).ClampMin(0), own = (1 + margin - fixedCosines).ClampMin(0);
        var far = Over(others * (cosines - margin) * scale, same.LogicalNot());
        var near = Over(own * (1 - margin - cosines) * scale, same & itself.LogicalNot());
        // log(1 + exp(a + b)), where one of them may be the logarithm of 0.
        var sum = far + near;
        return Reduce(Tensor.Where(sum.Detach().EqualTo(double.NegativeInfinity), Tensor.ZerosLike(sum), sum.ClampMin(-1e30).Softplus()));
    }

    /// <summary>The logarithm of the sum of exponentials where a mask is true.</summary>
    static Tensor Over(Tensor x, Tensor mask) => Tensor.Where(mask.Any(1), Tensor.Where(mask, x, x.Detach() * 0 - 1e30).LogSumExp(1), x.Detach().Select(1, 0) * 0 + double.NegativeInfinity);
}
