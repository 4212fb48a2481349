using System.Globalization;

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
    /// <summary>Their sum, divided by the size of axis 0: the mean over samples of what each sample adds up to. A scalar.</summary>
    BatchMean,
}

/// <summary>How far a prediction is from its target. Shapes must agree exactly: a loss never broadcasts.</summary>
/// <param name="reduction">What happens to the losses of single elements.</param>
public abstract class Loss(Reduction reduction = Reduction.Mean) : Loss<(Tensor Prediction, Tensor Target)>(reduction)
{
    /// <summary>The loss of a prediction.</summary>
    public Tensor Call(Tensor prediction, Tensor target) => Call((prediction, target));

    /// <summary>Throws unless prediction and target have the same shape and the same floating-point dtype.</summary>
    private protected void ExpectAlike(Tensor prediction, Tensor target) => ExpectAlike(prediction, target, "prediction and target");
}

/// <summary>A loss of something other than one prediction and one target. Shapes must agree exactly: a loss never broadcasts.</summary>
/// <typeparam name="TInput">A tuple of tensors.</typeparam>
/// <param name="reduction">What happens to the losses of single elements.</param>
public abstract class Loss<TInput>(Reduction reduction = Reduction.Mean) : Module<TInput, Tensor>
{
    /// <summary>What happens to the losses of single elements.</summary>
    public Reduction Reduction { get; } = Enum.IsDefined(reduction) ? reduction : throw new ArgumentOutOfRangeException(nameof(reduction), reduction, "Expected a member of Reduction.");

    /// <summary>Mean, sum, or the losses as they are.</summary>
    protected Tensor Reduce(Tensor losses) => Reduction switch
    {
        Reduction.Mean => losses.Mean(),
        Reduction.Sum => losses.Sum(),
        Reduction.BatchMean => losses.Rank < 2 ? losses.Mean() : losses.Sum(Dims.Create([.. Enumerable.Range(1, losses.Rank - 1)])).Mean(),
        _ => losses,
    };

    /// <summary>Throws unless both have the same shape and the same floating-point dtype.</summary>
    private protected void ExpectAlike(Tensor a, Tensor b, string names)
    {
        if (!Agree(a.Shape, b.Shape))
            throw new ShapeException($"{TypeName}: {names} must have the same shape; a loss never broadcasts. Received: {a.Shape} and {b.Shape}. Use Reshape, Squeeze or Unsqueeze on one of them.");
        if (!a.DType.IsFloating() || !Autocast.Unites(a.DType, b.DType))
            throw new DTypeException($"{TypeName}: {names} must have the same floating-point dtype. Received: {a.DType.Name()} and {b.DType.Name()}. Convert one of them with To(dtype).");
    }

    /// <summary>Throws unless a tensor has a shape, and the dtype of another.</summary>
    private protected void Expect(Tensor received, string name, Shape shape, DType dtype)
    {
        if (!Agree(received.Shape, shape)) throw new ShapeException($"{TypeName}: expected {name} of shape {shape}. Received: {received.Shape}.");
        if (!Autocast.Unites(received.DType, dtype)) throw new DTypeException($"{TypeName}: expected {name} of dtype {dtype.Name()}. Received: {received.DType.Name()}. Convert it with To(dtype).");
    }

    /// <summary>Throws unless the axes of a weight are the last ones of what it weighs.</summary>
    private protected Tensor ExpectWeight(Buffer weight, string name, Tensor of)
    {
        if (weight.Shape.Rank > of.Rank || !Agree(weight.Shape, [.. of.Shape.Skip(of.Rank - weight.Shape.Rank)]))
            throw new ShapeException($"{TypeName}: {name} of shape {weight.Shape} does not fit a prediction of shape {of.Shape}. Expected the sizes of its last axes.");
        if (!Autocast.Unites(weight.DType, of.DType)) throw new DTypeException($"{TypeName}: expected a {name} of dtype {of.DType.Name()}. Received: {weight.DType.Name()}.");
        return weight.Borrow();
    }

    /// <summary>Throws unless a condition is true of all elements. While a graph is captured there is nothing to look at.</summary>
    private protected void ExpectAll(Tensor values, Func<Tensor, Tensor> condition, string name, string expected)
    {
        if (Ambient.Current.Capture is not null || values.IsSymbolic) return;
        using (Gradients.NoGrad())
        {
            var holds = condition(values);
            if (holds.All().Item<bool>()) return;
            int place = Array.IndexOf(holds.Reshape([-1]).ToArray<bool>(), false);
            double value = values.Reshape([-1]).To(DType.Float64).ToArray<double>()[place];
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{TypeName}: expected {name} {expected}. Received: {value:R} at place {place}."));
        }
    }

    /// <summary>Whether shapes are the same, as far as they are known.</summary>
    internal static bool Agree(Shape a, Shape b)
    {
        bool same = a.Rank == b.Rank;
        for (int i = 0; same && i < a.Rank; i++) same = a[i] == b[i] || !a[i].IsKnown || !b[i].IsKnown;
        return same;
    }

    /// <summary>A number that must not be negative.</summary>
    private protected static double NotNegative(double value, string name) => value >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, "Expected a number that is not negative.");

    /// <summary>A number that must be positive.</summary>
    private protected static double Positive(double value, string name) => value > 0 ? value : throw new ArgumentOutOfRangeException(name, value, "Expected a positive number.");

    /// <summary>A weight as a buffer of the loss.</summary>
    private protected static Buffer? Keep(Tensor? weight) => weight is null ? null : Initial.Outside(() => new Buffer(weight));

    /// <inheritdoc/>
    protected override string Details() => Reduction.ToString();
}
