using System.Diagnostics;
using Tauten.Data;
using Tauten.NN;

namespace Tauten.Training;

// What to begin a training with. Both searches make real steps, and leave everything as it was.
public sealed partial class Trainer
{
    const int BatchSizeSteps = 3;

    /// <summary>
    /// Looks for a learning rate: makes steps whose rate rises by the same factor each time, until the smoothed loss is several times its least or no number any more. Weights, optimizer and random state are
    /// as before afterwards.
    /// </summary>
    /// <param name="data">Batches; it starts over when they end.</param>
    /// <param name="from">The first rate.</param>
    /// <param name="to">The last rate.</param>
    /// <param name="steps">How many steps there are at most.</param>
    /// <param name="divergence">It ends when the smoothed loss is so many times its least.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="ArgumentOutOfRangeException">Rates do not rise from above 0, or there are fewer than 3 steps.</exception>
    /// <exception cref="DataException">There is no batch.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    /// <example><code>
    /// var generator = new Generator(1);
    /// var x = Tensor.Randn([64, 8], generator: generator);
    /// var y = x.Sum(1, keepDims: true);
    /// using var seeded = Generator.Use(generator);
    /// var trainer = new Trainer(new Linear(8, 1), new MSELoss(), p => new SGD(p, 0.1));
    /// var search = trainer.FindLearningRate(Tauten.Data.DatasetExtensions.Batch(Tauten.Data.Dataset.From(x, y), 16));
    /// Console.WriteLine(search.Suggestion is > 1e-4 and &lt; 1);    // True
    /// </code></example>
    public LearningRateSearch FindLearningRate(Dataset<Sample> data, double from = 1e-6, double to = 10, int steps = 100, double divergence = 4, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (!(from > 0 && to > from && double.IsFinite(to))) throw new ArgumentOutOfRangeException(nameof(from), from, $"Trainer.FindLearningRate: expected rates that rise from above 0. Received: {from} to {to}.");
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 3);
        if (!(divergence > 1)) throw new ArgumentOutOfRangeException(nameof(divergence), divergence, "Expected a number above 1.");
        var (rates, losses, smoothing) = (new List<double>(), new List<double>(), new LearningRateSearch.Smoothing());
        Try(data, batches =>
        {
            // Groups keep their ratio.
            var groups = Optimizers.SelectMany(o => o.Groups).Select(g => (Group: g, Ratio: Optimizer.LearningRate > 0 ? g.LearningRate / Optimizer.LearningRate : 1)).ToList();
            double least = double.PositiveInfinity;
            for (int i = 0; i < steps; i++)
            {
                double rate = from * Math.Pow(to / from, i / (steps - 1.0));
                foreach (var (group, ratio) in groups) group.LearningRate = rate * ratio;
                var mean = new Means();
                for (int k = 1; k <= Options.Accumulate; k++)
                {
                    stop.ThrowIfCancellationRequested();
                    var batch = batches();
                    mean.Add([step.Train(batch, updates: k == Options.Accumulate).Numbers[0]], batch.BatchSize);
                }
                double loss = mean.Values().First().Value;
                if (!double.IsFinite(loss)) break;
                rates.Add(rate);
                losses.Add(loss);
                double smoothed = smoothing.Next(loss);
                least = Math.Min(least, smoothed);
                if (smoothed > divergence * least && i >= steps / 10) break;
            }
        });
        return rates.Count >= 2 ? new(rates, losses) : throw new InvalidOperationException($"Trainer.FindLearningRate: the loss is no number at the learning rate {from} already.");
    }

    /// <summary>
    /// Looks for the size of batches with which training is fast: makes steps with twice as many samples each time, until that brings little more, memory would not suffice, or the data are all in one batch.
    /// Weights, optimizer and random state are as before afterwards; other sizes want other learning rates.
    /// </summary>
    /// <param name="data">Samples.</param>
    /// <param name="smallest">The first size.</param>
    /// <param name="largest">The size that is not exceeded.</param>
    /// <param name="memory">The bytes that the process may have; nine tenths of what the system allows it if left out.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    /// <example><code>
    /// var trainer = new Trainer(new Linear(8, 1), new MSELoss(), p => new SGD(p, 0.1));
    /// var search = trainer.FindBatchSize(Tauten.Data.Dataset.From(Tensor.Ones([64, 8]), Tensor.Ones([64, 1])), smallest: 8);
    /// Console.WriteLine(search.Trials[0].Size);    // 8
    /// </code></example>
    public BatchSizeSearch FindBatchSize(IndexedDataset<Sample> data, int smallest = 8, int largest = 4096, long? memory = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(smallest);
        ArgumentOutOfRangeException.ThrowIfLessThan(largest, smallest);
        long most = memory ?? (long)(0.9 * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes), before = Environment.WorkingSet;
        var trials = new List<BatchSizeTrial>();
        for (long size = smallest; size <= largest && (size <= data.Length || trials.Count == 0); size *= 2)
        {
            // A step with twice as many samples takes about twice the memory.
            if (trials.Count > 0 && trials[^1].Bytes + Math.Max(0, trials[^1].Bytes - before) > most) break;
            int samples = (int)size;
            long best = long.MaxValue;
            try
            {
                Try(data.Repeat().Batch(samples), batches =>
                {
                    // The first one compiles.
                    for (int i = 0; i <= BatchSizeSteps; i++)
                    {
                        stop.ThrowIfCancellationRequested();
                        var batch = batches();
                        long began = Stopwatch.GetTimestamp();
                        step.Train(batch, updates: true);
                        if (i > 0) best = Math.Min(best, Stopwatch.GetTimestamp() - began);
                    }
                });
            }
            catch (OutOfMemoryException) when (trials.Count > 0)
            {
                break;
            }
            trials.Add(new(samples, samples * (double)Stopwatch.Frequency / Math.Max(1, best), Environment.WorkingSet));
            // Twice as large, twice, and hardly faster.
            if (trials.Count >= 3 && trials[^1].SamplesPerSecond < 1.05 * trials[^3].SamplesPerSecond) break;
        }
        return new(trials);
    }

    /// <summary>Makes steps that leave no trace.</summary>
    void Try(Dataset<Sample> data, Action<Func<Sample>> steps)
    {
        using (var first = data.Iterate(new(Options.Seed)))
            if (first.MoveNext() && Module.NamedModules().Any(m => m.Module.Pending.Count > 0)) step.LearnSizes(first.Current);
        var weights = Module.State();
        var kept = Optimizers.Select(o => o.State()).ToList();
        var (means, scale, modes) = (mean?.State(), scaler?.State(), Module.EvaluateAll());
        using var pass = data.Repeat().Iterate(new(Options.Seed));
        using var random = Generator.Use(new Generator(Options.Seed));
        try
        {
            Module.Train();
            steps(() => pass.MoveNext() ? pass.Current : throw new DataException($"Trainer: there is no batch in {data}."));
        }
        finally
        {
            Module.ZeroGrad();
            Module.LoadState(weights);
            for (int i = 0; i < kept.Count; i++) Optimizers[i].LoadState(kept[i]);
            if (means is not null) mean!.LoadState(means);
            if (scale is not null) scaler!.LoadState(scale);
            Module.Restore(modes);
            StateChanged();
        }
    }
}
