namespace Tauten.Training;

/// <summary>What metrics share that look at where the samples of each cluster lie, without targets. NaN for fewer than two clusters.</summary>
public abstract class ClusterShapeMetric : Metric
{
    readonly int features;
    readonly MetricRows rows;

    private protected ClusterShapeMetric(int features)
    {
        this.features = AtLeast(1, features, nameof(features));
        rows = KeepRows("samples", features + 1);
    }

    /// <inheritdoc/>
    protected override object Settings => features;

    /// <summary>Takes samples into account.</summary>
    /// <param name="samples">[samples, features], floating-point.</param>
    /// <param name="labels">Integers [samples]: the cluster of each, any numbers up to 2^53.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="DTypeException">Labels are no integers.</exception>
    public void Update(Tensor samples, Tensor labels)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentNullException.ThrowIfNull(labels);
        if (samples.Rank != 2 || samples.Shape[1] != features || labels.Rank != 1 || labels.Shape[0] != samples.Shape[0])
            throw new ShapeException($"{GetType().Name}: expected samples [samples, {features}] and labels [samples]. Received: {samples.Shape} and {labels.Shape}.");
        if (!IsLabels(labels)) throw new DTypeException($"{GetType().Name}: expected integer labels. Received: {labels.Spec}.");
        double[] x = Numbers(samples), y = Numbers(labels);
        var row = new double[features + 1];
        for (int i = 0; i < y.Length; i++)
        {
            row[0] = y[i];
            x.AsSpan(i * features, features).CopyTo(row.AsSpan(1));
            rows.Add(row);
        }
    }

    private protected sealed record Cluster(double[][] Samples, double[] Centre);

    private protected abstract double Of(Cluster[] clusters, double[] centre);

    /// <inheritdoc/>
    public override double Compute()
    {
        Cluster[] clusters = [.. Enumerable.Range(0, rows.Count).GroupBy(i => rows[i][0]).OrderBy(g => g.Key).Select(g =>
        {
            double[][] samples = [.. g.Select(i => rows[i][1..].ToArray())];
            return new Cluster(samples, Mean(samples));
        })];
        return clusters.Length < 2 ? double.NaN : Of(clusters, Mean([.. clusters.SelectMany(c => c.Samples)]));
    }

    static double[] Mean(double[][] samples) => [.. Enumerable.Range(0, samples[0].Length).Select(k => samples.Average(s => s[k]))];

    private protected static double Distance(double[] a, double[] b) => Math.Sqrt(Square(a, b));

    private protected static double Square(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum;
    }
}

/// <summary>The variance between clusters divided by that inside of them, each by its degrees of freedom (Calinski, Harabasz: "A dendrite method for cluster analysis", 1974); 1 if there is none inside.</summary>
/// <param name="features">The size of a sample.</param>
/// <example><code>
/// var metric = new CalinskiHarabaszIndex(features: 2);
/// metric.Update(Tensor.From(new[,] { { 0f, 0 }, { 0, 2 }, { 10, 0 }, { 10, 2 } }), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine(metric.Compute());    // 50
/// </code></example>
public sealed class CalinskiHarabaszIndex(int features) : ClusterShapeMetric(features)
{
    private protected override double Of(Cluster[] clusters, double[] centre)
    {
        double inside = clusters.Sum(c => c.Samples.Sum(s => Square(s, c.Centre))), between = clusters.Sum(c => c.Samples.Length * Square(c.Centre, centre)), count = clusters.Sum(c => c.Samples.Length);
        return inside == 0 ? 1 : between * (count - clusters.Length) / (inside * (clusters.Length - 1));
    }
}

/// <summary>
/// The mean over clusters of the largest (r(i) + r(j)) / d(i, j) to another cluster, where r is the mean distance from the centre and d that of the centres (Davies, Bouldin: "A cluster separation
/// measure", 1979): the lower, the better.
/// </summary>
/// <param name="features">The size of a sample.</param>
/// <example><code>
/// var metric = new DaviesBouldinIndex(features: 2);
/// metric.Update(Tensor.From(new[,] { { 0f, 0 }, { 0, 2 }, { 10, 0 }, { 10, 2 } }), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine(metric.Compute());    // 0.2
/// </code></example>
public sealed class DaviesBouldinIndex(int features) : ClusterShapeMetric(features)
{
    private protected override double Of(Cluster[] clusters, double[] centre)
    {
        double[] radii = Array.ConvertAll(clusters, c => c.Samples.Average(s => Distance(s, c.Centre)));
        return Enumerable.Range(0, clusters.Length).Average(i => Enumerable.Range(0, clusters.Length).Where(j => j != i).Max(j => Share(radii[i] + radii[j], Distance(clusters[i].Centre, clusters[j].Centre))));
    }
}

/// <summary>The smallest distance of two centres divided by the largest distance of a sample from its own (Dunn, 1974): the higher, the better.</summary>
/// <param name="features">The size of a sample.</param>
/// <example><code>
/// var metric = new DunnIndex(features: 2);
/// metric.Update(Tensor.From(new[,] { { 0f, 0 }, { 0, 2 }, { 10, 0 }, { 10, 2 } }), Tensor.From([0L, 0, 1, 1]));
/// Console.WriteLine(metric.Compute());    // 10
/// </code></example>
public sealed class DunnIndex(int features) : ClusterShapeMetric(features)
{
    private protected override double Of(Cluster[] clusters, double[] centre)
    {
        double nearest = double.PositiveInfinity;
        for (int i = 0; i < clusters.Length; i++)
            for (int j = 0; j < i; j++) nearest = Math.Min(nearest, Distance(clusters[i].Centre, clusters[j].Centre));
        return nearest / clusters.Max(c => c.Samples.Max(s => Distance(s, c.Centre)));
    }
}
