using System.Runtime.InteropServices;

namespace Tauten.Training;

/// <summary>What a metric keeps over batches. Everything that a metric does besides computing follows from it: forgetting, merging shards, saving and loading.</summary>
public abstract class MetricState
{
    private protected MetricState()
    {
    }

    internal abstract void Clear();

    internal abstract void Merge(MetricState other);

    internal abstract Tensor Save();

    /// <summary>The element type and the shape that a saved state has; an axis of -1 may be of any length.</summary>
    internal abstract (DType DType, long[] Sizes) Form { get; }

    internal abstract void Load(Tensor saved);
}

/// <summary>Numbers that are added when metrics are merged.</summary>
/// <example><code>
/// var metric = new MeanSquare();
/// metric.Update(Tensor.From([1f, 2]));
/// metric.Update(Tensor.From([3f, 4]));
/// Console.WriteLine(metric.Compute());    // 7.5
///
/// sealed class MeanSquare : Metric
/// {
///     readonly MetricSums sums;
///
///     public MeanSquare() => sums = KeepSums("sums", 2);
///
///     public void Update(Tensor x)
///     {
///         sums.Values[0] += x.Square().Sum().Item&lt;float>();
///         sums.Values[1] += x.Count;
///     }
///
///     public override double Compute() => sums.Values[0] / sums.Values[1];
/// }
/// </code></example>
public sealed class MetricSums : MetricState
{
    readonly double[] values;

    internal MetricSums(int count) => values = new double[count];

    /// <summary>The numbers, to be added to.</summary>
    public Span<double> Values => values;

    internal override void Clear() => Array.Clear(values);

    internal override void Merge(MetricState other)
    {
        double[] more = ((MetricSums)other).values;
        for (int i = 0; i < values.Length; i++) values[i] += more[i];
    }

    internal override Tensor Save() => Tensor.From(values);

    internal override (DType, long[]) Form => (DType.Float64, [values.Length]);

    internal override void Load(Tensor saved) => saved.ToArray<double>().CopyTo(values, 0);
}

/// <summary>Whole numbers that are added when metrics are merged, exactly.</summary>
/// <example><code>
/// var metric = new EvenLabels();
/// metric.Update(Tensor.From([0L, 1, 2]));
/// metric.Update(Tensor.From([4L]));
/// Console.WriteLine(metric.Compute());    // 0.75
///
/// sealed class EvenLabels : Metric
/// {
///     readonly MetricCounts counts;
///
///     public EvenLabels() => counts = KeepCounts("counts", 2);
///
///     public void Update(Tensor labels)
///     {
///         foreach (long label in labels.ToArray&lt;long>()) counts.Values[(int)(label % 2)]++;
///     }
///
///     public override double Compute() => counts.Values[0] / (double)(counts.Values[0] + counts.Values[1]);
/// }
/// </code></example>
public sealed class MetricCounts : MetricState
{
    readonly long[] values;

    internal MetricCounts(int count) => values = new long[count];

    /// <summary>The numbers, to be added to.</summary>
    public Span<long> Values => values;

    internal override void Clear() => Array.Clear(values);

    internal override void Merge(MetricState other)
    {
        long[] more = ((MetricCounts)other).values;
        for (int i = 0; i < values.Length; i++) values[i] += more[i];
    }

    internal override Tensor Save() => Tensor.From(values);

    internal override (DType, long[]) Form => (DType.Int64, [values.Length]);

    internal override void Load(Tensor saved) => saved.ToArray<long>().CopyTo(values, 0);
}

/// <summary>Rows of numbers that are all kept, for results that no sum gives, such as ranks. Merging appends.</summary>
/// <example><code>
/// var metric = new Median();
/// metric.Update(Tensor.From([5.0, 1, 9]));
/// metric.Update(Tensor.From([2.0, 3]));
/// Console.WriteLine(metric.Compute());    // 3
///
/// sealed class Median : Metric
/// {
///     readonly MetricRows rows;
///
///     public Median() => rows = KeepRows("values", 1);
///
///     public void Update(Tensor values) => rows.Add(values.ToArray&lt;double>());
///
///     public override double Compute() => rows.Values.ToArray().Order().ElementAt(rows.Count / 2);
/// }
/// </code></example>
public sealed class MetricRows : MetricState
{
    readonly List<double> values = [];

    internal MetricRows(int width) => Width = width;

    /// <summary>How many numbers a row has.</summary>
    public int Width { get; }

    /// <summary>How many rows there are.</summary>
    public int Count => values.Count / Width;

    /// <summary>All numbers, row by row.</summary>
    public ReadOnlySpan<double> Values => CollectionsMarshal.AsSpan(values);

    /// <summary>One row.</summary>
    public ReadOnlySpan<double> this[int row] => Values.Slice(row * Width, Width);

    /// <summary>Appends rows.</summary>
    /// <exception cref="ArgumentException">These are no whole rows.</exception>
    public void Add(params ReadOnlySpan<double> rows)
    {
        if (rows.Length % Width != 0) throw new ArgumentException($"MetricRows.Add: expected rows of {Width} numbers. Received: {rows.Length} numbers.", nameof(rows));
        values.AddRange(rows);
    }

    internal override void Clear() => values.Clear();

    internal override void Merge(MetricState other) => values.AddRange(((MetricRows)other).values);

    internal override Tensor Save() => Tensor.From(values.ToArray(), [Count, Width]);

    internal override (DType, long[]) Form => (DType.Float64, [-1, Width]);

    internal override void Load(Tensor saved)
    {
        values.Clear();
        values.AddRange(saved.ToArray<double>());
    }
}

/// <summary>The largest or smallest number; NaN if there is none.</summary>
sealed class MetricExtreme(Func<double, double, double> better) : MetricState
{
    public double Value { get; private set; } = double.NaN;

    public void Add(ReadOnlySpan<double> values, ReadOnlySpan<double> weights)
    {
        for (int i = 0; i < values.Length; i++)
            if (weights[i] != 0) Add(values[i]);
    }

    void Add(double value) => Value = double.IsNaN(Value) ? value : better(Value, value);

    internal override void Clear() => Value = double.NaN;

    internal override void Merge(MetricState other)
    {
        if (((MetricExtreme)other).Value is var value && !double.IsNaN(value)) Add(value);
    }

    internal override Tensor Save() => Tensor.From(Value);

    internal override (DType, long[]) Form => (DType.Float64, []);

    internal override void Load(Tensor saved) => Value = saved.Item<double>();
}

/// <summary>How often pairs of labels occurred together; labels are any whole numbers.</summary>
sealed class MetricPairs : MetricState
{
    public SortedDictionary<(long First, long Second), long> Values { get; } = [];

    public void Add(long first, long second, long count = 1) => Values[(first, second)] = Values.GetValueOrDefault((first, second)) + count;

    internal override void Clear() => Values.Clear();

    internal override void Merge(MetricState other)
    {
        foreach (var ((first, second), count) in ((MetricPairs)other).Values) Add(first, second, count);
    }

    internal override Tensor Save() => Tensor.From(Values.SelectMany(p => new[] { p.Key.First, p.Key.Second, p.Value }).ToArray(), [Values.Count, 3]);

    internal override (DType, long[]) Form => (DType.Int64, [-1, 3]);

    internal override void Load(Tensor saved)
    {
        Values.Clear();
        long[] all = saved.ToArray<long>();
        for (int i = 0; i < all.Length; i += 3) Add(all[i], all[i + 1], all[i + 2]);
    }
}

/// <summary>
/// Means and sums of products about the means of several variables, for several outputs. Merged as Chan, Golub and LeVeque (1979) do: without the cancellation that sums about 0 have.
/// </summary>
sealed class MetricMoments : MetricState
{
    readonly int outputs, variables, width;
    readonly double[] values;

    public MetricMoments(int outputs, int variables)
    {
        (this.outputs, this.variables) = (outputs, variables);
        width = 1 + variables + variables * variables;
        values = new double[outputs * width];
    }

    public double Count(int output) => values[output * width];

    public double Mean(int output, int variable) => values[output * width + 1 + variable];

    /// <summary>The sum of (a - mean of a)(b - mean of b).</summary>
    public double Products(int output, int a, int b) => values[output * width + 1 + variables + a * variables + b];

    /// <summary>Adds samples of one output: for each variable its values.</summary>
    public void Add(int output, params ReadOnlySpan<double[]> samples)
    {
        int count = samples[0].Length;
        if (count == 0) return;
        var more = new double[width];
        more[0] = count;
        for (int a = 0; a < variables; a++)
        {
            double sum = 0;
            foreach (double v in samples[a]) sum += v;
            more[1 + a] = sum / count;
        }
        for (int a = 0; a < variables; a++)
            for (int b = 0; b < variables; b++)
            {
                double sum = 0;
                for (int i = 0; i < count; i++) sum += (samples[a][i] - more[1 + a]) * (samples[b][i] - more[1 + b]);
                more[1 + variables + a * variables + b] = sum;
            }
        Combine(values.AsSpan(output * width, width), more);
    }

    void Combine(Span<double> own, ReadOnlySpan<double> more)
    {
        double all = own[0] + more[0];
        if (more[0] == 0) return;
        for (int a = 0; a < variables; a++)
            for (int b = 0; b < variables; b++)
                own[1 + variables + a * variables + b] += more[1 + variables + a * variables + b] + (more[1 + a] - own[1 + a]) * (more[1 + b] - own[1 + b]) * own[0] * more[0] / all;
        for (int a = 0; a < variables; a++) own[1 + a] += (more[1 + a] - own[1 + a]) * more[0] / all;
        own[0] = all;
    }

    internal override void Clear() => Array.Clear(values);

    internal override void Merge(MetricState other)
    {
        for (int output = 0; output < outputs; output++) Combine(values.AsSpan(output * width, width), ((MetricMoments)other).values.AsSpan(output * width, width));
    }

    internal override Tensor Save() => Tensor.From(values, [outputs, width]);

    internal override (DType, long[]) Form => (DType.Float64, [outputs, width]);

    internal override void Load(Tensor saved) => saved.ToArray<double>().CopyTo(values, 0);
}
