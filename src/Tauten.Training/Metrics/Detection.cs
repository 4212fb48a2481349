namespace Tauten.Training;

/// <summary>
/// Results of <see cref="MeanAveragePrecision"/>: means over classes, NaN where there is nothing to find. Objects are small up to an area of 32^2 and large from 96^2 on.
/// </summary>
/// <param name="Precision">The average precision, the mean over overlaps from 0.5 to 0.95.</param>
/// <param name="PrecisionAt50">The average precision where an overlap of 0.5 is enough.</param>
/// <param name="PrecisionAt75">The average precision where an overlap of 0.75 is asked for.</param>
/// <param name="PrecisionSmall">The average precision of small objects.</param>
/// <param name="PrecisionMedium">The average precision of objects of medium size.</param>
/// <param name="PrecisionLarge">The average precision of large objects.</param>
/// <param name="RecallOf1">The share of objects found by the best detection of each class in each image, the mean over overlaps.</param>
/// <param name="RecallOf10">The same for the ten best.</param>
/// <param name="RecallOf100">The same for the hundred best.</param>
/// <param name="RecallSmall">The share of small objects found by the hundred best.</param>
/// <param name="RecallMedium">The same for objects of medium size.</param>
/// <param name="RecallLarge">The same for large objects.</param>
public sealed record DetectionSummary(
    double Precision, double PrecisionAt50, double PrecisionAt75, double PrecisionSmall, double PrecisionMedium, double PrecisionLarge,
    double RecallOf1, double RecallOf10, double RecallOf100, double RecallSmall, double RecallMedium, double RecallLarge);

/// <summary>
/// The mean average precision of detected objects as COCO defines it (Lin et al.: "Microsoft COCO: common objects in context", 2014). In each image and class, detections take the object that they
/// overlap most, from the highest score on; the precision at 101 recalls from 0 to 1 is the largest at any higher recall; and the result is the mean over recalls, overlaps of 0.5, 0.55 .. 0.95, and
/// classes. At most 100 detections of a class in an image count.
/// </summary>
/// <remarks>
/// A detection that overlaps a crowd, by its own area, or one outside of the range of sizes that finds nothing inside of it, counts neither way. Matching is done image by image; what is kept is each
/// detection's score and outcome.
/// </remarks>
/// <example><code>
/// var metric = new Tauten.Training.MeanAveragePrecision();
/// metric.Update(Tensor.From([10f, 10, 50, 50], [1, 4]), Tensor.From([0.9f]), Tensor.From([3L]), Tensor.From([10f, 10, 50, 45], [1, 4]), Tensor.From([3L]));
/// Console.WriteLine(Math.Round(metric.Compute(), 4));    // 0.8
/// </code></example>
public sealed class MeanAveragePrecision : Metric
{
    const int Overlaps = 10, Sizes = 4, Most = 100;
    static readonly (double Least, double Largest)[] sizes = [(0, 1e10), (0, 32 * 32), (32 * 32, 96 * 96), (96 * 96, 1e10)];

    // Of each detection: class, place among those of its class in its image, score, and for each range of sizes which overlaps make it right, and which make it count neither way, as bits.
    readonly MetricRows detections;
    // Of each class of each image: the class, and how many objects there are in each range of sizes.
    readonly MetricRows objects;

    /// <summary>An empty metric.</summary>
    public MeanAveragePrecision()
    {
        detections = KeepRows("detections", 3 + 2 * Sizes);
        objects = KeepRows("objects", 1 + Sizes);
    }

    /// <summary>Takes an image into account.</summary>
    /// <param name="boxes">What was detected, [n, 4] as (left, top, right, bottom).</param>
    /// <param name="scores">Their scores, [n].</param>
    /// <param name="labels">Their classes, integers [n].</param>
    /// <param name="trueBoxes">What is there, [m, 4].</param>
    /// <param name="trueLabels">Its classes, integers [m].</param>
    /// <param name="crowd">Which boxes hold many objects, bool or 0 and 1, [m]; none if left out.</param>
    /// <param name="areas">The areas by which objects are small or large, [m]; those of the boxes if left out.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="DTypeException">Labels are no integers.</exception>
    public void Update(Tensor boxes, Tensor scores, Tensor labels, Tensor trueBoxes, Tensor trueLabels, Tensor? crowd = null, Tensor? areas = null)
    {
        double[] found = Boxes.Read(boxes, nameof(boxes)), truth = Boxes.Read(trueBoxes, nameof(trueBoxes));
        double[] s = Of(scores, found.Length / 4, nameof(scores)), size = areas is null ? [.. Enumerable.Range(0, truth.Length / 4).Select(i => Boxes.Area(Box(truth, i)))] : Of(areas, truth.Length / 4, nameof(areas));
        long[] l = Classes(labels, s.Length, nameof(labels)), y = Classes(trueLabels, size.Length, nameof(trueLabels));
        bool[] many = crowd is null ? new bool[size.Length] : Array.ConvertAll(Of(crowd, size.Length, nameof(crowd)), v => v != 0);
        for (int i = 0; i < s.Length; i++)
            if (double.IsNaN(s[i])) throw new ArgumentException($"MeanAveragePrecision: the score at place {i} is NaN, which has no rank.", nameof(scores));
        foreach (long label in l.Concat(y).Distinct().Order())
        {
            int[] mine = [.. Enumerable.Range(0, l.Length).Where(i => l[i] == label).OrderByDescending(i => s[i]).Take(Most)], there = [.. Enumerable.Range(0, y.Length).Where(i => y[i] == label)];
            var overlaps = new double[mine.Length, there.Length];
            for (int i = 0; i < mine.Length; i++)
                for (int j = 0; j < there.Length; j++)
                {
                    ReadOnlySpan<double> a = Box(found, mine[i]), b = Box(truth, there[j]);
                    double common = Boxes.Common(a, b), all = many[there[j]] ? Boxes.Area(a) : Boxes.Area(a) + Boxes.Area(b) - common;
                    overlaps[i, j] = Share(common, all);
                }
            var rows = new double[mine.Length, 3 + 2 * Sizes];
            var counts = new double[1 + Sizes];
            counts[0] = label;
            for (int i = 0; i < mine.Length; i++) (rows[i, 0], rows[i, 1], rows[i, 2]) = (label, i, s[mine[i]]);
            for (int range = 0; range < Sizes; range++)
            {
                bool[] outside = Array.ConvertAll(mine, i => Outside(Boxes.Area(Box(found, i)), range)), ignored = Array.ConvertAll(there, j => many[j] || Outside(size[j], range));
                counts[1 + range] = ignored.Count(i => !i);
                for (int step = 0; step < Overlaps; step++)
                {
                    var (right, neither) = Match(overlaps, Threshold(step), outside, ignored, Array.ConvertAll(there, j => many[j]));
                    for (int i = 0; i < mine.Length; i++)
                    {
                        if (right[i]) rows[i, 3 + 2 * range] += 1 << step;
                        if (neither[i]) rows[i, 4 + 2 * range] += 1 << step;
                    }
                }
            }
            detections.Add([.. rows.Cast<double>()]);
            objects.Add(counts);
        }
    }

    // As COCO's own program spaces them, to the last bit.
    static double Threshold(int step) => 0.5 + step * ((0.95 - 0.5) / (Overlaps - 1));

    static bool Outside(double area, int range) => area < sizes[range].Least || area > sizes[range].Largest;

    static ReadOnlySpan<double> Box(double[] all, int i) => all.AsSpan(4 * i, 4);

    static double[] Of(Tensor x, int count, string name)
    {
        ArgumentNullException.ThrowIfNull(x, name);
        if (x.Rank != 1 || x.Shape[0] != count) throw new ShapeException($"MeanAveragePrecision: expected {name} [{count}], one for each box. Received: {x.Shape}.");
        return Numbers(x);
    }

    static long[] Classes(Tensor x, int count, string name)
    {
        _ = Of(x, count, name);
        return IsLabels(x) ? Labels(x) : throw new DTypeException($"MeanAveragePrecision: expected integer {name}. Received: {x.Spec}.");
    }

    /// <summary>For each detection whether it is right, and whether it counts neither way.</summary>
    static (bool[] Right, bool[] Neither) Match(double[,] overlaps, double threshold, bool[] outside, bool[] ignored, bool[] crowd)
    {
        bool[] right = new bool[outside.Length], neither = new bool[outside.Length], taken = new bool[ignored.Length];
        // An object that counts goes before one that does not, however large the overlap.
        int[] order = [.. Enumerable.Range(0, ignored.Length).OrderBy(j => ignored[j])];
        for (int i = 0; i < outside.Length; i++)
        {
            int best = -1;
            double most = Math.Min(threshold, 1 - 1e-10);
            foreach (int j in order)
            {
                if (taken[j] && !crowd[j]) continue;
                if (best >= 0 && !ignored[best] && ignored[j]) break;
                if (overlaps[i, j] < most) continue;
                (best, most) = (j, overlaps[i, j]);
            }
            if (best >= 0) taken[best] = true;
            right[i] = best >= 0 && !ignored[best];
            neither[i] = best >= 0 ? ignored[best] : outside[i];
        }
        return (right, neither);
    }

    /// <inheritdoc/>
    public override double Compute() => Summary().Precision;

    /// <summary>All twelve results.</summary>
    public DetectionSummary Summary()
    {
        long[] classes = Present();
        return new(
            Mean(classes, c => Steps(c, 0, (_, p) => p)), Mean(classes, c => [Curve(c, 0, 0, Most).Precision]), Mean(classes, c => [Curve(c, 0, 5, Most).Precision]),
            Mean(classes, c => Steps(c, 1, (_, p) => p)), Mean(classes, c => Steps(c, 2, (_, p) => p)), Mean(classes, c => Steps(c, 3, (_, p) => p)),
            Mean(classes, c => Steps(c, 0, (r, _) => r, 1)), Mean(classes, c => Steps(c, 0, (r, _) => r, 10)), Mean(classes, c => Steps(c, 0, (r, _) => r)),
            Mean(classes, c => Steps(c, 1, (r, _) => r)), Mean(classes, c => Steps(c, 2, (r, _) => r)), Mean(classes, c => Steps(c, 3, (r, _) => r)));
    }

    /// <summary>The average precision of each class that was seen, the mean over overlaps; NaN for one without an object.</summary>
    public IReadOnlyDictionary<long, double> PerClass() => Present().ToDictionary(c => c, c => Mean([c], k => Steps(k, 0, (_, p) => p)));

    long[] Present() => [.. Enumerable.Range(0, objects.Count).Select(i => (long)objects[i][0]).Distinct().Order()];

    static double Mean(long[] classes, Func<long, IEnumerable<double>> results)
    {
        double[] all = [.. classes.SelectMany(results).Where(v => !double.IsNaN(v))];
        return all.Length == 0 ? double.NaN : all.Average();
    }

    IEnumerable<double> Steps(long label, int range, Func<double, double, double> pick, int most = Most) =>
        Enumerable.Range(0, Overlaps).Select(step => Curve(label, range, step, most) is var (recall, precision) ? pick(recall, precision) : double.NaN);

    (double Recall, double Precision) Curve(long label, int range, int step, int most)
    {
        double there = 0;
        for (int i = 0; i < objects.Count; i++)
            if (objects[i][0] == label) there += objects[i][1 + range];
        if (there == 0) return (double.NaN, double.NaN);
        int[] order = [.. Enumerable.Range(0, detections.Count).Where(i => detections[i][0] == label && detections[i][1] < most && !Bit(detections[i][4 + 2 * range], step)).OrderByDescending(i => detections[i][2])];
        double[] recalls = new double[order.Length], precisions = new double[order.Length];
        double right = 0;
        for (int i = 0; i < order.Length; i++)
        {
            if (Bit(detections[order[i]][3 + 2 * range], step)) right++;
            (recalls[i], precisions[i]) = (right / there, right / (i + 1));
        }
        for (int i = order.Length - 2; i >= 0; i--) precisions[i] = Math.Max(precisions[i], precisions[i + 1]);
        double sum = 0;
        for (int point = 0, i = 0; point <= 100; point++)
        {
            while (i < order.Length && recalls[i] < point * 0.01) i++;
            if (i < order.Length) sum += precisions[i] / 101;
        }
        return (order.Length == 0 ? 0 : recalls[^1], sum);
    }

    static bool Bit(double bits, int step) => ((int)bits >> step & 1) == 1;
}
