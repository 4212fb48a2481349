namespace Tauten.Training;

/// <summary>Steps with a number of samples.</summary>
/// <param name="Size">Samples in a step.</param>
/// <param name="SamplesPerSecond">How many samples are learned from in a second.</param>
/// <param name="Bytes">The memory of the process behind the steps.</param>
public sealed record BatchSizeTrial(int Size, double SamplesPerSecond, long Bytes);

/// <summary>How fast a training is with batches of different sizes; see <see cref="Trainer.FindBatchSize"/>.</summary>
/// <param name="Trials">From small to large batches.</param>
/// <example><code>
/// var search = new BatchSizeSearch([new(32, 1000, 0), new(64, 1900, 0), new(128, 1950, 0)]);
/// Console.WriteLine(search.Suggestion);    // 64
/// </code></example>
public sealed record BatchSizeSearch(IReadOnlyList<BatchSizeTrial> Trials)
{
    const double Enough = 0.95;

    /// <summary>The smallest size that comes within a twentieth of the fastest: larger batches cost memory and steps of the optimizer, and bring no more.</summary>
    public int Suggestion => Trials.First(t => t.SamplesPerSecond >= Enough * Trials.Max(o => o.SamplesPerSecond)).Size;
}
