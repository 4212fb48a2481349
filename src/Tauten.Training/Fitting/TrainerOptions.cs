using Tauten.NN;

namespace Tauten.Training;

/// <summary>How a <see cref="Trainer"/> makes its steps.</summary>
/// <example><code>
/// var options = new TrainerOptions { Seed = 7, ClipNorm = 1, Schedule = new CosineAnnealing(1000) };
/// var trainer = new Trainer(new Linear(4, 1), new MSELoss(), p => new AdamW(p), options: options);
/// Console.WriteLine(trainer.Options.ClipNorm);    // 1
/// </code></example>
public sealed record TrainerOptions
{
    /// <summary>Where all randomness of training starts: the order of samples, augmentation, dropout. What the module was initialized with is not part of it.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether steps are compiled (the default); a step that cannot be captured is run as it stands.</summary>
    public bool Compile { get; init; } = true;

    /// <summary>Over how many batches gradients are averaged before a step of the optimizer. What is left at the end of an epoch makes a step of its own.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>The norm of all gradients that is not to be exceeded; see <see cref="ClipGradients.ByNorm"/>.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>The absolute value of each gradient that is not to be exceeded.</summary>
    public double? ClipValue { get; init; }

    /// <summary>The learning rate by steps of the optimizer.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>
    /// The largest learning rate of one cycle over all steps of a call of <c>Fit</c>: up in the first three tenths, then down to almost nothing (<see cref="NN.OneCycle"/>). Instead of
    /// <see cref="Schedule"/>; <see cref="Trainer.FindLearningRate"/> tells a rate.
    /// </summary>
    public double? OneCycle { get; init; }

    /// <summary>
    /// The dtype in which module and loss run where their ops allow it (<see cref="Autocast"/>): float32 as it stands, bfloat16, or float16, whose gradients a <see cref="LossScaler"/> keeps from vanishing.
    /// Parameters, their gradients and the optimizer stay in float32.
    /// </summary>
    public DType Precision { get; init; } = DType.Float32;

    /// <summary>
    /// Keeps an exponential mean of the weights: how much of it stays at each step, such as 0.999. Validation uses the mean, and when training ends it becomes the weights.
    /// </summary>
    public double? MeanDecay { get; init; }

    /// <summary>How much samples of each class count in training, for integer labels.</summary>
    public IReadOnlyList<double>? ClassWeights { get; init; }
}

/// <summary>How long and on what <see cref="Trainer.Fit(Tauten.Data.Dataset{Tauten.Data.Sample}, int, Tauten.Data.Dataset{Tauten.Data.Sample}?, FitOptions?, CancellationToken)"/> trains.</summary>
/// <example><code>
/// var trainer = new Trainer(new Linear(2, 1), new MSELoss(), p => new SGD(p, 0.1));
/// var data = Tauten.Data.Dataset.From(Tensor.Ones([8, 2]), Tensor.Ones([8, 1]));
/// var history = trainer.Fit(Tauten.Data.DatasetExtensions.Batch(data, 2), epochs: 10, options: new() { MaxSteps = 6, Verbosity = Verbosity.Silent });
/// Console.WriteLine(history.Steps);    // 6
/// </code></example>
public sealed record FitOptions
{
    /// <summary>What is called between steps and epochs, in this order.</summary>
    public IReadOnlyList<Callback> Callbacks { get; init; } = [];

    /// <summary>How much is printed; a bar that renews itself on a terminal, a line for each epoch elsewhere.</summary>
    public Verbosity Verbosity { get; init; } = Verbosity.Auto;

    /// <summary>Where it is printed; the console if left out.</summary>
    public TextWriter? Output { get; init; }

    /// <summary>What samples are called in the progress display.</summary>
    public string Unit { get; init; } = "samples";

    /// <summary>The epoch to begin with, from 0, where an earlier training is continued.</summary>
    public int InitialEpoch { get; init; }

    /// <summary>Batches in an epoch; all of the data if left out. Data go on in the next epoch where they were left, and start over when they end.</summary>
    public int? StepsPerEpoch { get; init; }

    /// <summary>How many batches are validated on; all if left out.</summary>
    public int? ValidationSteps { get; init; }

    /// <summary>After every how many epochs validation runs.</summary>
    public int ValidationFrequency { get; init; } = 1;

    /// <summary>Batches of validation before training begins, so that mistakes in it are found soon.</summary>
    public int SanityBatches { get; init; }

    /// <summary>Training ends after so many steps.</summary>
    public long? MaxSteps { get; init; }

    /// <summary>Training ends after so much time.</summary>
    public TimeSpan? MaxTime { get; init; }

    /// <summary>One batch of training and one of validation, with no file written: to see whether everything works.</summary>
    public bool FastDevRun { get; init; }

    /// <summary>Trains on the first batches only, the same in each epoch, and validates on them: a model that cannot learn these by heart is wrong.</summary>
    public int? OverfitBatches { get; init; }
}

/// <summary>How much is printed.</summary>
public enum Verbosity
{
    /// <summary>A bar on a terminal, lines elsewhere.</summary>
    Auto,
    /// <summary>Nothing.</summary>
    Silent,
    /// <summary>A bar that renews itself.</summary>
    Bar,
    /// <summary>A line for each epoch.</summary>
    Lines,
}

/// <summary>A loss of one output, and how much it counts in the sum.</summary>
/// <param name="Loss">The loss.</param>
/// <param name="Weight">What it is multiplied by.</param>
/// <param name="Name">What it is called in logs, followed by <c>_loss</c>; <c>output_0</c> and so on if left out.</param>
public sealed record WeightedLoss(Loss Loss, double Weight = 1, string? Name = null)
{
    /// <summary>A loss that counts once.</summary>
    public static implicit operator WeightedLoss(Loss loss) => new(loss);
}

/// <summary>A metric with the name it has in logs, and the output that it looks at.</summary>
/// <param name="Name">The name, such as <c>accuracy</c>.</param>
/// <param name="Metric">The metric.</param>
/// <param name="Output">The number of the output and of its target.</param>
public sealed record NamedMetric(string Name, PairMetric Metric, int Output = 0)
{
    /// <summary>A metric of the first output under the name of its type, such as <c>top_k_accuracy</c>.</summary>
    public static implicit operator NamedMetric(PairMetric metric) => new(NameOf(metric), metric);

    static string NameOf(PairMetric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        return string.Concat(metric.GetType().Name.Select((c, i) => char.IsUpper(c) ? $"{(i > 0 ? "_" : "")}{char.ToLowerInvariant(c)}" : $"{c}"));
    }
}
