namespace Tauten.NN;

/// <summary>What a loss does with the losses of single elements or rows.</summary>
public enum Reduction
{
    /// <summary>Their mean, a scalar.</summary>
    Mean,
    /// <summary>Their sum, a scalar.</summary>
    Sum,
    /// <summary>Nothing: all of them are returned.</summary>
    None,
}

/// <summary>How far a prediction is from its target. Shapes must agree exactly: a loss never broadcasts.</summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
public abstract class Loss(Reduction reduction = Reduction.Mean) : Module<(Tensor Prediction, Tensor Target), Tensor>
{
    /// <summary>What happens to the losses of single elements.</summary>
    public Reduction Reduction { get; } = Enum.IsDefined(reduction) ? reduction : throw new ArgumentOutOfRangeException(nameof(reduction), reduction, "Expected a member of Reduction.");

    /// <summary>The loss of a prediction.</summary>
    public Tensor Call(Tensor prediction, Tensor target) => Call((prediction, target));

    /// <summary>Mean, sum, or the losses as they are.</summary>
    protected Tensor Reduce(Tensor losses) => Reduction switch
    {
        Reduction.Mean => losses.Mean(),
        Reduction.Sum => losses.Sum(),
        _ => losses,
    };

    /// <summary>Throws unless prediction and target have the same shape and the same floating-point dtype.</summary>
    private protected void ExpectAlike(Tensor prediction, Tensor target)
    {
        if (!Agree(prediction.Shape, target.Shape))
            throw new ShapeException($"{TypeName}: prediction and target must have the same shape; a loss never broadcasts. Received: {prediction.Shape} and {target.Shape}. Use Reshape, Squeeze or Unsqueeze on one of them.");
        if (!prediction.DType.IsFloating() || prediction.DType != target.DType)
            throw new DTypeException($"{TypeName}: prediction and target must have the same floating-point dtype. Received: {prediction.DType.Name()} and {target.DType.Name()}. Convert one of them with To(dtype).");
    }

    /// <summary>Whether shapes are the same, as far as they are known.</summary>
    private protected static bool Agree(Shape a, Shape b)
    {
        bool same = a.Rank == b.Rank;
        for (int i = 0; same && i < a.Rank; i++) same = a[i] == b[i] || !a[i].IsKnown || !b[i].IsKnown;
        return same;
    }

    /// <inheritdoc/>
    protected override string Details() => Reduction.ToString();
}
