namespace Tauten.Training;

/// <summary>What metrics of plain numbers, such as losses, share.</summary>
public abstract class ValueMetric : Metric
{
    private protected ValueMetric()
    {
    }

    private protected abstract void Add(ReadOnlySpan<double> values, ReadOnlySpan<double> weights);

    /// <summary>Takes numbers into account.</summary>
    /// <param name="values">Any numbers, of any shape.</param>
    /// <param name="weights">How much each counts, of the same shape; 1 if left out.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public void Update(Tensor values, Tensor? weights = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (weights is not null && weights.Shape != values.Shape) throw new ShapeException($"{GetType().Name}: expected weights of shape {values.Shape}. Received: {weights.Shape}.");
        double[] x = Numbers(values), w = weights is null ? [.. Enumerable.Repeat(1.0, x.Length)] : Numbers(weights);
        Add(x, w);
    }

    /// <summary>Takes one number into account.</summary>
    public void Update(double value) => Add([value], [1]);
}

/// <summary>The sum of numbers, each times its weight; NaN if there is none.</summary>
/// <example><code>
/// var metric = new Sum();
/// metric.Update(0.5);
/// metric.Update(Tensor.From([2f, 1]));
/// Console.WriteLine(metric.Compute());    // 3.5
/// </code></example>
public sealed class Sum : ValueMetric
{
    readonly MetricSums sums;

    /// <summary>An empty metric.</summary>
    public Sum() => sums = KeepSums("sums", 2);

    private protected override void Add(ReadOnlySpan<double> values, ReadOnlySpan<double> weights)
    {
        for (int i = 0; i < values.Length; i++) sums.Values[0] += values[i] * weights[i];
        sums.Values[1] += values.Length;
    }

    /// <inheritdoc/>
    public override double Compute() => sums.Values[1] == 0 ? double.NaN : sums.Values[0];
}

/// <summary>sum(weight value) / sum(weight).</summary>
/// <example><code>
/// var loss = new Tauten.Training.Mean();
/// loss.Update(0.5);
/// loss.Update(Tensor.From([0.25, 0.75]), Tensor.From([1.0, 2.0]));
/// Console.WriteLine(loss.Compute());    // 0.5625
/// </code></example>
public sealed class Mean : ValueMetric
{
    readonly MetricSums sums;

    /// <summary>An empty metric.</summary>
    public Mean() => sums = KeepSums("sums", 2);

    internal void Add(double value, double weight) => Add([value], [weight]);

    private protected override void Add(ReadOnlySpan<double> values, ReadOnlySpan<double> weights)
    {
        for (int i = 0; i < values.Length; i++)
        {
            sums.Values[0] += values[i] * weights[i];
            sums.Values[1] += weights[i];
        }
    }

    /// <inheritdoc/>
    public override double Compute() => sums.Values[0] / sums.Values[1];
}

/// <summary>The largest number whose weight is not 0.</summary>
/// <example><code>
/// var metric = new Maximum();
/// metric.Update(0.5);
/// metric.Update(Tensor.From([2f, 1]));
/// Console.WriteLine(metric.Compute());    // 2
/// </code></example>
public sealed class Maximum : ValueMetric
{
    readonly MetricExtreme extreme;

    /// <summary>An empty metric.</summary>
    public Maximum() => extreme = Keep("value", new MetricExtreme(Math.Max));

    private protected override void Add(ReadOnlySpan<double> values, ReadOnlySpan<double> weights) => extreme.Add(values, weights);

    /// <inheritdoc/>
    public override double Compute() => extreme.Value;
}

/// <summary>The smallest number whose weight is not 0.</summary>
/// <example><code>
/// var metric = new Minimum();
/// metric.Update(0.5);
/// metric.Update(Tensor.From([2f, 1]));
/// Console.WriteLine(metric.Compute());    // 0.5
/// </code></example>
public sealed class Minimum : ValueMetric
{
    readonly MetricExtreme extreme;

    /// <summary>An empty metric.</summary>
    public Minimum() => extreme = Keep("value", new MetricExtreme(Math.Min));

    private protected override void Add(ReadOnlySpan<double> values, ReadOnlySpan<double> weights) => extreme.Add(values, weights);

    /// <inheritdoc/>
    public override double Compute() => extreme.Value;
}

/// <summary>All numbers, one after the other; as a metric their mean. A number of weight 0 is left out; other weights do not matter.</summary>
/// <example><code>
/// var metric = new Concatenation();
/// metric.Update(0.5);
/// metric.Update(Tensor.From([2f, 1]));
/// Console.WriteLine(metric.Values);    // [0.5000, 2.0000, 1.0000]
/// </code></example>
public sealed class Concatenation : ValueMetric
{
    readonly MetricRows rows;

    /// <summary>An empty metric.</summary>
    public Concatenation() => rows = KeepRows("values", 1);

    /// <summary>float64 [count]: what was seen, in order; what was merged comes behind.</summary>
    public Tensor Values => Tensor.From(rows.Values.ToArray());

    private protected override void Add(ReadOnlySpan<double> values, ReadOnlySpan<double> weights)
    {
        for (int i = 0; i < values.Length; i++)
            if (weights[i] != 0) rows.Add(values[i]);
    }

    /// <inheritdoc/>
    public override double Compute() => rows.Count == 0 ? double.NaN : rows.Values.ToArray().Average();
}
