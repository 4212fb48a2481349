namespace Tauten.Data;

/// <summary>What a model is trained on: inputs, what is expected, and how much it counts. One sample, or a batch of them with a first axis more.</summary>
/// <param name="Inputs">The inputs of the model, mostly one.</param>
/// <param name="Targets">What its outputs are compared with, mostly one; none for data to predict.</param>
/// <param name="Weight">How much the sample counts, float32[], or [batch] of a batch; null if all count the same.</param>
/// <example><code>
/// var data = Dataset.From(Tensor.Arange(6).Reshape(3, 2), Tensor.From([0L, 1, 0]));
/// foreach (var batch in data.Batch(2)) Console.WriteLine($"{batch.Input.Shape} {batch.Target.Shape}");
/// // [2, 2] [2]
/// // [1, 2] [1]
/// </code></example>
public sealed record Sample(IReadOnlyList<Tensor> Inputs, IReadOnlyList<Tensor> Targets, Tensor? Weight = null)
{
    /// <summary>A sample of one input and one target.</summary>
    public Sample(Tensor input, Tensor target, Tensor? weight = null) : this([input], [target], weight)
    {
    }

    /// <summary>The only input.</summary>
    /// <exception cref="InvalidOperationException">There are several, or none.</exception>
    public Tensor Input => Inputs is [var only] ? only : throw new InvalidOperationException($"Sample.Input: there are {Inputs.Count} inputs. Use Inputs.");

    /// <summary>The only target.</summary>
    /// <exception cref="InvalidOperationException">There are several, or none.</exception>
    public Tensor Target => Targets is [var only] ? only : throw new InvalidOperationException($"Sample.Target: there are {Targets.Count} targets. Use Targets.");

    /// <summary>Another input in the place of the only one.</summary>
    public Sample WithInput(Tensor input) => new([input], Targets, Weight);

    /// <summary>Input and target.</summary>
    public void Deconstruct(out Tensor input, out Tensor target) => (input, target) = (Input, Target);

    /// <summary>Samples one on the other, along a new first axis.</summary>
    /// <exception cref="ShapeException">Their shapes differ.</exception>
    public static Sample Stack(IReadOnlyList<Sample> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        var first = samples[0];
        if (samples.Any(s => s.Inputs.Count != first.Inputs.Count || s.Targets.Count != first.Targets.Count || s.Weight is null != first.Weight is null))
            throw new ShapeException("Sample.Stack: expected samples with the same numbers of inputs, targets and weights.");
        return new([.. Enumerable.Range(0, first.Inputs.Count).Select(k => Join(samples, s => s.Inputs[k]))], [.. Enumerable.Range(0, first.Targets.Count).Select(k => Join(samples, s => s.Targets[k]))],
            first.Weight is null ? null : Join(samples, s => s.Weight!));
    }

    static Tensor Join(IReadOnlyList<Sample> samples, Func<Sample, Tensor> part) => Tensor.Stack([.. samples.Select(part)], 0);

    /// <summary>All tensors changed by one function.</summary>
    internal Sample Each(Func<Tensor, Tensor> change) => new([.. Inputs.Select(change)], [.. Targets.Select(change)], Weight is null ? null : change(Weight));

    /// <summary>The number of samples of a batch.</summary>
    internal long BatchSize => Inputs[0].Rank == 0 ? 1 : Inputs[0].Shape[0].Value;
}
