using System.Diagnostics;
using Tauten.NN;

namespace Tauten.Cli;

/// <summary>How a training goes.</summary>
/// <param name="Epochs">How often every image is shown.</param>
/// <param name="BatchSize">Images in a step of the optimizer.</param>
/// <param name="LearningRate">The largest learning rate of the schedule.</param>
/// <param name="Seed">Where all randomness starts.</param>
/// <remarks>
/// These numbers, the network and the rest of the recipe were chosen on the 1,437 training images alone. They lie in the order in which they were
/// written, so five consecutive blocks of 287 were left out in turn, and the hands in the left-out block were mostly new ones. Of what trains in a few
/// seconds, that which read them best on average was taken (0.98 over all blocks and two seeds). The test images had no say.
/// </remarks>
sealed record TrainingPlan(int Epochs = 20, int BatchSize = 32, double LearningRate = 0.003, ulong Seed = 0);

/// <summary>
/// Trains a <see cref="DigitsNet"/>: every epoch shows each image once, in a new order and shifted anew by up to one pixel. All randomness comes from
/// one generator, so that the same plan gives the same weights, bit by bit, on any number of threads.
/// </summary>
sealed class DigitsTraining
{
    /// <summary>The part of the training in which the learning rate rises.</summary>
    const double WarmUp = 0.1;

    /// <summary>How much of each label is spread over all digits, so that the network does not grow too sure of the hands it knows.</summary>
    const double Smoothing = 0.1;

    readonly TrainingPlan plan;
    readonly LabeledImages images;
    readonly Generator generator;
    readonly Adam optimizer;
    readonly CrossEntropyLoss criterion = new();
    readonly int batches;

    /// <summary>A training that has not begun.</summary>
    public DigitsTraining(TrainingPlan plan, LabeledImages images)
    {
        (this.plan, this.images) = (plan, images);
        generator = new Generator(plan.Seed);
        using (Generator.Use(generator)) Net = new DigitsNet();
        optimizer = new Adam(Net.Parameters());
        batches = (images.Count + plan.BatchSize - 1) / plan.BatchSize;
    }

    /// <summary>The network, with the weights after the last completed epoch once <see cref="Run"/> has returned.</summary>
    public DigitsNet Net { get; }

    /// <summary>How many epochs were completed.</summary>
    public int CompletedEpochs { get; private set; }

    /// <summary>Trains until the plan is fulfilled or <paramref name="stop"/> is set.</summary>
    /// <exception cref="TrainingException">The loss is no number any more.</exception>
    public void Run(IProgress<TrainingProgress> progress, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        while (CompletedEpochs < plan.Epochs)
        {
            var before = Net.State();
            if (!RunEpoch(clock, progress, stop))
            {
                Net.LoadState(before);
                return;
            }
            CompletedEpochs++;
        }
    }

    /// <summary>Shows every image once; false when stopped on the way.</summary>
    bool RunEpoch(Stopwatch clock, IProgress<TrainingProgress> progress, CancellationToken stop)
    {
        var shown = ShuffledAndShifted();
        double lossSum = 0;
        long right = 0;
        for (int batch = 0; batch < batches; batch++)
        {
            if (stop.IsCancellationRequested) return false;
            int start = batch * plan.BatchSize, end = Math.Min(start + plan.BatchSize, shown.Count);
            var (loss, hits) = Step(shown[start..end], (CompletedEpochs + (batch + 0.5) / batches) / plan.Epochs);
            if (!double.IsFinite(loss)) throw new TrainingException($"the loss became {loss} in epoch {CompletedEpochs + 1}. Try a smaller --learning-rate than {plan.LearningRate}.");
            lossSum += loss * (end - start);
            right += hits;
            progress.Report(new(CompletedEpochs + 1, plan.Epochs, end, shown.Count, lossSum / end, (double)right / end, clock.Elapsed));
        }
        return true;
    }

    /// <summary>One step of the optimizer at a point of the training, 0 to 1: the loss, and how many images were read correctly before it.</summary>
    (double Loss, long Hits) Step(LabeledImages batch, double point)
    {
        optimizer.LearningRate = plan.LearningRate * Schedule(point);
        optimizer.ZeroGrad();
        var logits = Net.Call(batch.Images);
        var loss = criterion.Call(logits, batch.Labels.OneHot(Digits.Classes) * (1 - Smoothing) + Smoothing / Digits.Classes);
        loss.Backward();
        optimizer.Step();
        return (loss.Item<float>(), LabeledImages.Hits(logits, batch.Labels));
    }

    /// <summary>The part of the largest learning rate: a short rise, then half a wave of the cosine down to 0.</summary>
    static double Schedule(double point) => point < WarmUp ? point / WarmUp : 0.5 * (1 + Math.Cos(Math.PI * (point - WarmUp) / (1 - WarmUp)));

    /// <summary>All images in random order, each moved by -1, 0 or 1 pixel along both axes, white where it came from outside.</summary>
    LabeledImages ShuffledAndShifted()
    {
        int count = images.Count;
        var order = Tensor.Permutation(count, generator);
        Tensor Positions(Shape shape) => Tensor.Arange(Digits.Side).Reshape(shape) + Tensor.RandInt(0, 3, [count, 1, 1], generator: generator);
        var (rows, columns) = (Positions([1, Digits.Side, 1]), Positions([1, 1, Digits.Side]));
        var framed = images.Images.Pad([0, 0, 1, 1], [0, 0, 1, 1]);
        return new(framed[order.Reshape([count, 1, 1]), 0, rows, columns].Unsqueeze(1), images.Labels[order]);
    }
}

/// <summary>A training that came to nothing.</summary>
sealed class TrainingException(string message) : Exception(message);
