namespace Tauten.Cli;

/// <summary>Where a training stands after a batch.</summary>
/// <param name="Epoch">The running epoch, from 1.</param>
/// <param name="Epochs">How many there will be.</param>
/// <param name="Images">Images seen in this epoch.</param>
/// <param name="ImagesPerEpoch">Images in a whole epoch.</param>
/// <param name="Loss">The mean loss of the images of this epoch.</param>
/// <param name="Accuracy">The part of them that the network got right while it was learning.</param>
/// <param name="Elapsed">The time since the training began.</param>
readonly record struct TrainingProgress(int Epoch, int Epochs, int Images, int ImagesPerEpoch, double Loss, double Accuracy, TimeSpan Elapsed)
{
    /// <summary>Whether the epoch ends here.</summary>
    public bool EndsEpoch => Images == ImagesPerEpoch;

    /// <summary>Images seen in all epochs.</summary>
    public long TotalImages => (Epoch - 1L) * ImagesPerEpoch + Images;

    /// <summary>The part of the training that is done, 0 to 1.</summary>
    public double Done => (double)TotalImages / ((long)Epochs * ImagesPerEpoch);

    /// <summary>The speed since the training began.</summary>
    public double ImagesPerSecond => TotalImages / Elapsed.TotalSeconds;

    /// <summary>The time that the rest will take at that speed.</summary>
    public TimeSpan Left => Elapsed * ((1 - Done) / Done);
}
