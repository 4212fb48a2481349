using System.Globalization;

namespace Tauten.NN;

/// <summary>Mean and unbiased variance of each channel over the batches seen so far.</summary>
sealed class RunningMoments
{
    readonly Buffer batches;
    readonly double? momentum;

    RunningMoments(long channels, double? momentum, DType dtype)
    {
        var shape = Shape.Of(channels);
        (Mean, Variance, batches) = (Initial.State(shape, 0, dtype), Initial.State(shape, 1, dtype), Initial.State(Shape.Scalar, 0, DType.Int64));
        this.momentum = momentum;
    }

    /// <summary>At first 0 and 1; null if nothing is to be kept.</summary>
    public static RunningMoments? Create(long channels, double? momentum, bool tracked, DType dtype)
    {
        if (momentum is not (null or (>= 0 and <= 1))) throw new ArgumentOutOfRangeException(nameof(momentum), momentum, "Expected 0 to 1.");
        return tracked ? new(channels, momentum, dtype) : null;
    }

    public Buffer Mean { get; }

    public Buffer Variance { get; }

    public string Details => momentum is { } m ? string.Create(CultureInfo.InvariantCulture, $", momentum {m}") : ", mean of all batches";

    public void Enumerate(ModuleVisitor visitor)
    {
        visitor.Visit("running_mean", Mean);
        visitor.Visit("running_var", Variance);
        visitor.Visit("num_batches_tracked", batches);
    }

    /// <summary>Takes in a batch: its mean, its biased variance, and how many values they are of.</summary>
    public void Follow(Tensor mean, Tensor variance, Dim count)
    {
        using var untracked = Gradients.NoGrad();
        var unbiased = (variance * Tensor.DimScalar(count, variance.DType)).DividedBy(count, 1);
        var number = batches.Borrow() + 1;
        if (momentum is { } share)
        {
            Mean.Become(Mean.Borrow() * (1 - share) + mean * share);
            Variance.Become(Variance.Borrow() * (1 - share) + unbiased * share);
        }
        else
        {
            var weight = 1 / number.To(mean.DType);
            Mean.Become(Mean.Borrow() * (1 - weight) + mean * weight);
            Variance.Become(Variance.Borrow() * (1 - weight) + unbiased * weight);
        }
        batches.Become(number);
    }
}
