namespace Tauten.Data;

/// <summary>Changes of whole batches of images [batch, channels, height, width], each image in a random way of its own. Give them to <see cref="Dataset{T}.Map{TOut}(Func{T, SampleRandom, TOut}, int, long)"/>.</summary>
/// <example><code>
/// var data = Dataset.From(Tensor.Arange(4).Reshape(1, 1, 2, 2), Tensor.From([0L])).Batch(1);
/// var flipped = data.Map((batch, random) => batch.WithInput(BatchTransforms.Flip(batch.Input, random, probability: 1)));
/// Console.WriteLine(flipped.First().Input.Flatten());    // [1, 0, 3, 2]
/// </code></example>
public static class BatchTransforms
{
    /// <summary>Left and right exchanged, of some images.</summary>
    public static Tensor Flip(Tensor images, SampleRandom random, double probability = 0.5)
    {
        long count = Check(images, random);
        var flips = new bool[count];
        for (int i = 0; i < count; i++) flips[i] = random.NextBool(probability);
        return Tensor.Where(Tensor.From(flips, [count, 1, 1, 1]), images.Flip(3), images);
    }

    /// <summary>A piece of each image, of its own size, after a frame of zeros was put around it: each is moved by up to <paramref name="padding"/> pixels.</summary>
    public static Tensor Crop(Tensor images, SampleRandom random, int padding)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        long count = Check(images, random), height = images.Shape[2].Value, width = images.Shape[3].Value;
        var framed = images.Pad([0, 0, padding, padding], [0, 0, padding, padding]);
        long[] rows = new long[count * height], columns = new long[count * width];
        for (int i = 0; i < count; i++)
        {
            long top = random.Next(2 * padding + 1), left = random.Next(2 * padding + 1);
            for (int y = 0; y < height; y++) rows[i * height + y] = top + y;
            for (int x = 0; x < width; x++) columns[i * width + x] = left + x;
        }
        // One choice of elements for all channels.
        var (each, row, column) = (Tensor.Arange(count).Reshape(count, 1, 1), Tensor.From(rows, [count, height, 1]), Tensor.From(columns, [count, 1, width]));
        var channels = new Tensor[images.Shape[1].Value];
        for (int c = 0; c < channels.Length; c++) channels[c] = framed[each, c, row, column];
        return Tensor.Stack(channels, 1);
    }

    /// <summary>Bytes as float32 from 0 to 1, less a mean, divided by a standard deviation, each for a channel.</summary>
    public static Tensor Normalize(Tensor images, ReadOnlySpan<float> mean, ReadOnlySpan<float> deviation)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.Rank < 3 || images.Shape[^3] != mean.Length || mean.Length != deviation.Length)
            throw new ShapeException($"Normalize: expected images [.., {mean.Length} channels, height, width] with as many means as deviations. Received: {images.Shape}, {deviation.Length} deviations.");
        float[] scale = new float[mean.Length], shift = new float[mean.Length];
        for (int c = 0; c < scale.Length; c++) (scale[c], shift[c]) = (1 / (255 * deviation[c]), -mean[c] / deviation[c]);
        return images.To(DType.Float32) * Tensor.From(scale, [scale.Length, 1, 1]) + Tensor.From(shift, [scale.Length, 1, 1]);
    }

    /// <summary>
    /// Each sample mixed with another of the batch, in a share drawn from Beta(<paramref name="alpha"/>, <paramref name="alpha"/>), and labels in the same share (Zhang et al., 2018).
    /// </summary>
    /// <param name="batch">Inputs of floating-point numbers, and integer labels or shares of classes.</param>
    /// <param name="random">Random numbers.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="alpha">How even the mixtures are.</param>
    /// <returns>Targets are shares of classes [batch, classes].</returns>
    public static Sample Mixup(Sample batch, SampleRandom random, int classes, double alpha = 0.2)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        double share = random.NextBeta(alpha, alpha);
        var (targets, order) = (Shares(batch.Target, classes), Order(batch.BatchSize, random));
        return new(batch.Input * share + batch.Input.IndexSelect(0, order) * (1 - share), targets * share + targets.IndexSelect(0, order) * (1 - share));
    }

    /// <summary>A rectangle of each image replaced by that of another of the batch, and labels in the share of the area (Yun et al., 2019).</summary>
    /// <inheritdoc cref="Mixup"/>
    public static Sample CutMix(Sample batch, SampleRandom random, int classes, double alpha = 1)
    {
        ArgumentNullException.ThrowIfNull(batch);
        long count = Check(batch.Input, random), height = batch.Input.Shape[2].Value, width = batch.Input.Shape[3].Value;
        double side = Math.Sqrt(1 - random.NextBeta(alpha, alpha));
        long h = (long)(height * side), w = (long)(width * side), y = random.Next(height), x = random.Next(width);
        long top = Math.Max(0, y - h / 2), bottom = Math.Min(height, y + (h + 1) / 2), left = Math.Max(0, x - w / 2), right = Math.Min(width, x + (w + 1) / 2);
        double share = 1 - (double)(bottom - top) * (right - left) / (height * width);
        bool[] inside = new bool[height * width];
        for (long r = top; r < bottom; r++)
            for (long c = left; c < right; c++) inside[r * width + c] = true;
        var (targets, order) = (Shares(batch.Target, classes), Order(count, random));
        return new(Tensor.Where(Tensor.From(inside, [1, 1, height, width]), batch.Input.IndexSelect(0, order), batch.Input), targets * share + targets.IndexSelect(0, order) * (1 - share));
    }

    static Tensor Shares(Tensor targets, int classes) => targets.DType.IsFloating() ? targets : targets.To(DType.Int64).OneHot(classes).To(DType.Float32);

    static Tensor Order(long count, SampleRandom random)
    {
        long[] order = new long[count];
        for (int i = 0; i < count; i++) order[i] = i;
        for (long i = count - 1; i > 0; i--)
        {
            long other = random.Next(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }
        return Tensor.From(order);
    }

    static long Check(Tensor images, SampleRandom random)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(random);
        return images.Rank == 4 ? images.Shape[0].Value : throw new ShapeException($"BatchTransforms: expected images [batch, channels, height, width]. Received: {images.Shape}.");
    }
}
