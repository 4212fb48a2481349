using System.CommandLine;
using Tauten.Data;
using Tauten.NN;
using Tauten.Training;

namespace Tauten.Cli;

/// <summary>A training that came to nothing.</summary>
sealed class TrainingException(string message) : Exception(message);

/// <summary>What the command line says about a training.</summary>
/// <param name="Call">The command line, for options of the task's own.</param>
/// <param name="Epochs">How often every sample is shown.</param>
/// <param name="BatchSize">Samples in a step of the optimizer.</param>
/// <param name="LearningRate">The largest learning rate of the schedule.</param>
/// <param name="Seed">Where all randomness starts.</param>
/// <param name="Workers">Threads that prepare batches.</param>
/// <param name="Data">A folder or file with the data, if one was named.</param>
/// <param name="Precision">The dtype of module and loss.</param>
/// <param name="Compile">Whether steps are compiled.</param>
sealed record TaskSettings(ParseResult Call, int Epochs, int BatchSize, double LearningRate, ulong Seed, int Workers, string? Data, DType Precision, bool Compile);

/// <summary>All that a trainer needs.</summary>
/// <param name="Net">What is trained.</param>
/// <param name="Train">Batches to learn from.</param>
/// <param name="TrainCount">How many samples they have.</param>
/// <param name="Test">Batches to test with.</param>
/// <param name="Loss">How far outputs are from targets.</param>
/// <param name="Metrics">What else is measured.</param>
/// <param name="Unit">What samples are called.</param>
/// <param name="Result">The value that the last line tells.</param>
sealed record Recipe(Module<Tensor, Tensor> Net, Dataset<Sample> Train, long TrainCount, Dataset<Sample> Test, Loss Loss, IReadOnlyList<NamedMetric> Metrics, string Unit, string Result)
{
    /// <summary>The optimizer.</summary>
    public Func<IEnumerable<Parameter>, double, Optimizer> Optimizer { get; init; } = (p, rate) => new Adam(p, rate);

    /// <summary>The learning rate by steps, of as many as there are.</summary>
    public Func<double, long, Schedule?> Schedule { get; init; } = (rate, steps) => new OneCycle(rate, Math.Max(2, steps), rising: 0.25);

    /// <summary>The norm of gradients that is not exceeded.</summary>
    public double? ClipNorm { get; init; }

    /// <summary>A mean of the weights is kept, with this decay.</summary>
    public double? MeanDecay { get; init; }

    /// <summary>What must be known beside the weights to use them, as JSON; it is kept in the file with them.</summary>
    public string? Facts { get; init; }

    /// <summary>Steps in a whole training.</summary>
    public long Steps(TaskSettings settings) => (TrainCount + settings.BatchSize - 1) / settings.BatchSize * settings.Epochs;

    /// <summary>A trainer by this recipe.</summary>
    public Trainer Trainer(TaskSettings settings)
    {
        var options = new TrainerOptions
        {
            Seed = settings.Seed,
            Compile = settings.Compile,
            Precision = settings.Precision,
            ClipNorm = ClipNorm,
            MeanDecay = MeanDecay,
            Schedule = Schedule(settings.LearningRate, Steps(settings)),
        };
        return new(Net, Loss, p => Optimizer(p, settings.LearningRate), Metrics, options);
    }
}

/// <summary>Something that the tool can learn: its data, its net, and how it is trained.</summary>
abstract class LearningTask(string name, string description, int epochs, int batchSize, double learningRate, int largestBatch = 65_536)
{
    /// <summary>The word on the command line.</summary>
    public string Name => name;

    /// <summary>What it is.</summary>
    public string Description => description;

    /// <summary>How often every sample is shown unless said otherwise.</summary>
    public int Epochs => epochs;

    /// <summary>Samples in a step unless said otherwise.</summary>
    public int BatchSize => batchSize;

    /// <summary>The largest learning rate unless said otherwise.</summary>
    public double LearningRate => learningRate;

    /// <summary>As many samples as a step may have.</summary>
    public int LargestBatch => largestBatch;

    /// <summary>Arguments of the task's own.</summary>
    public virtual IReadOnlyList<Argument> Arguments => [];

    /// <summary>Options of the task's own.</summary>
    public virtual IReadOnlyList<Option> Options => [];

    /// <summary>The command that uses trained weights.</summary>
    public abstract Command Prediction { get; }

    /// <summary>Reads the data and makes the net. The default generator is seeded by then.</summary>
    public abstract Task<Recipe> Make(TaskSettings settings, CancellationToken stop);

    /// <summary>Elements in an order that follows from a seed, so that the same ones are for testing each time.</summary>
    protected static IEnumerable<T> Shuffled<T>(IEnumerable<T> elements, ulong seed)
    {
        var order = new SampleRandom(seed);
        return elements.Select(e => (Element: e, Key: order.NextBits())).OrderBy(e => e.Key).Select(e => e.Element);
    }
}
