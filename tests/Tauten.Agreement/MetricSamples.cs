namespace Tauten.Agreement;

/// <summary>Inputs of metrics, made as the script does that wrote what should come out (tests/fixtures/samples.py). All numbers are exact in float32.</summary>
static class MetricSamples
{
    /// <summary>Whole numbers from a linear congruential generator (Knuth's MMIX).</summary>
    sealed class Stream
    {
        ulong state;

        public Stream(int seed)
        {
            state = (ulong)seed + 1;
            Below(2);
        }

        public long Below(long limit)
        {
            state = unchecked(state * 6364136223846793005 + 1442695040888963407);
            return (long)(state >> 40) % limit;
        }

        public long[] Array(int count, long limit)
        {
            var all = new long[count];
            for (int i = 0; i < count; i++) all[i] = Below(limit);
            return all;
        }
    }

    static Tensor Of(IEnumerable<double> x, Shape shape, DType dtype) => Tensor.From(x.ToArray(), shape).To(dtype);

    public static (Tensor, Tensor) Numbers(int seed, DType dtype) => Numbers(seed, 30, dtype);

    public static (Tensor, Tensor) Numbers(int seed, int rows, DType dtype)
    {
        var s = new Stream(seed);
        double[] y = System.Array.ConvertAll(s.Array(3 * rows, 1024), k => (k - 512) / 128.0), near = System.Array.ConvertAll(s.Array(3 * rows, 128), k => (k - 64) / 64.0);
        return (Of(y.Zip(near, (a, b) => a + b), [rows, 3], dtype), Of(y, [rows, 3], dtype));
    }

    public static (Tensor, Tensor) Positive(int seed, DType dtype)
    {
        var s = new Stream(seed);
        return (Of(s.Array(40, 256).Select(k => (1 + k) / 64.0), [40], dtype), Of(s.Array(40, 256).Select(k => (1 + k) / 64.0), [40], dtype));
    }

    public static (Tensor, Tensor) Labels(int seed, DType dtype)
    {
        var s = new Stream(seed);
        long[] y = s.Array(40, 4), p = System.Array.ConvertAll(y, label => s.Below(2) == 1 ? label : 1 + s.Below(4));
        return (Tensor.From(p), Tensor.From(y));
    }

    public static (Tensor, Tensor) Scores(int seed, DType dtype)
    {
        var s = new Stream(seed);
        long[] y = s.Array(40, 5);
        var p = new double[40 * 5];
        for (int i = 0; i < 40; i++)
        {
            var weights = new long[5];
            for (int c = 0; c < 5; c++) weights[c] = 16 + s.Below(200) + (c == y[i] ? s.Below(300) : 0);
            long sum = 0, before = 0;
            for (int c = 0; c < 5; c++)
            {
                sum += weights[c];
                long at = 1024 * sum / weights.Sum();
                p[i * 5 + c] = (at - before) / 1024.0;
                before = at;
            }
        }
        return (Of(p, [40, 5], dtype), Tensor.From(y));
    }

    public static (Tensor, Tensor) Binary(int seed, DType dtype)
    {
        var s = new Stream(seed);
        long[] y = s.Array(40, 2);
        (y[0], y[1]) = (0, 1);
        return (Of(s.Array(40, 48).Zip(y, (a, b) => (a + 16 * b) / 64.0), [40], dtype), Tensor.From(y));
    }

    public static (Tensor, Tensor) Multilabel(int seed, DType dtype)
    {
        var s = new Stream(seed);
        long[] y = s.Array(120, 2);
        for (int i = 0; i < 8; i++) y[i] = i / 4;
        return (Of(s.Array(120, 24).Zip(y, (a, b) => (a + 8 * b) / 32.0), [30, 4], dtype), Tensor.From(y, [30, 4]));
    }

    public static (Tensor, Tensor) Partitions(int seed, DType dtype)
    {
        var s = new Stream(seed);
        long[] y = s.Array(40, 4), p = System.Array.ConvertAll(y, label => (2 * label + s.Below(3)) % 6 - 1);
        return (Tensor.From(p), Tensor.From(y));
    }

    public static (Tensor Scores, Tensor Relevance, Tensor Queries) Search(int seed, int grades, DType dtype)
    {
        var s = new Stream(seed);
        long[] q = s.Array(80, 7), r = [.. Enumerable.Range(0, 80).Select(_ => Math.Max(0, s.Below(grades + 2) - 2))];
        return (Of(s.Array(80, 64).Zip(r, (a, b) => (a + 8 * b) / 64.0), [80], dtype), Tensor.From(r), Tensor.From(q));
    }

    public static (Tensor Scores, Tensor Targets, Tensor Groups) Groups(int seed, DType dtype)
    {
        var s = new Stream(seed);
        long[] g = s.Array(60, 3), y = s.Array(60, 2), score = s.Array(60, 48);
        return (Of(Enumerable.Range(0, 60).Select(i => (score[i] + 8 * y[i] + 4 * g[i]) / 64.0), [60], dtype), Tensor.From(y), Tensor.From(g));
    }

    public static Tensor Ratings(int seed)
    {
        var s = new Stream(seed);
        var all = new long[80];
        for (int i = 0; i < 120; i++)
        {
            long first = s.Below(4), second = s.Below(4);
            all[i / 6 * 4 + Math.Min(first, second)]++;
        }
        return Tensor.From(all, [20, 4]);
    }

    static readonly string[] words = ["the", "cat", "sat", "on", "a", "mat,", "dog", "ran.", "(well)"];

    public static (string Prediction, string Reference)[] Texts(int seed)
    {
        var s = new Stream(seed);
        var all = new (string, string)[14];
        for (int i = 0; i < all.Length; i++)
        {
            string first = Lines();
            all[i] = (first, Lines());
        }
        return all;

        string Lines()
        {
            long count = 1 + s.Below(2);
            List<string> lines = [];
            for (int i = 0; i < count; i++)
            {
                long length = 3 + s.Below(6);
                List<string> line = [];
                for (int k = 0; k < length; k++) line.Add(words[s.Below(9)]);
                lines.Add(string.Join(' ', line));
            }
            return string.Join('\n', lines);
        }
    }

    public static (Tensor, Tensor) Images(int seed, int size, DType dtype)
    {
        var s = new Stream(seed);
        int count = 7 * 2 * size * size;
        double[] y = System.Array.ConvertAll(s.Array(count, 192), k => k / 256.0), near = System.Array.ConvertAll(s.Array(count, 64), k => (k - 16) / 256.0);
        return (Of(y.Zip(near, (a, b) => a + b), [7, 2, size, size], dtype), Of(y, [7, 2, size, size], dtype));
    }

    public sealed record Picture(Tensor Boxes, Tensor Scores, Tensor Labels, Tensor TrueBoxes, Tensor TrueLabels, Tensor Crowd);

    public static Picture[] Detections(int seed, DType dtype)
    {
        var s = new Stream(seed);
        var all = new Picture[9];
        for (int image = 0; image < all.Length; image++)
        {
            List<double> found = [], scores = [], truth = [];
            List<long> labels = [], trueLabels = [], crowd = [];
            for (long objects = s.Below(6); objects > 0; objects--)
            {
                long size = new long[] { 24, 60, 160 }[s.Below(3)], left = s.Below(200), top = s.Below(200), right = left + size / 2 + s.Below(size), bottom = top + size / 2 + s.Below(size);
                truth.AddRange([left, top, right, bottom]);
                trueLabels.Add(s.Below(3));
                crowd.Add(s.Below(8) == 0 ? 1 : 0);
                for (long tries = s.Below(3); tries > 0; tries--)
                {
                    foreach (long side in new[] { left, top, right, bottom }) found.Add(side + (s.Below(17) - 8) * size / 128.0);
                    scores.Add((16 + s.Below(48)) / 64.0);
                    labels.Add(s.Below(6) != 0 ? trueLabels[^1] : s.Below(4));
                }
            }
            for (long tries = s.Below(3); tries > 0; tries--)
            {
                long left = s.Below(200), top = s.Below(200);
                found.AddRange([left, top, left + 8 + s.Below(100), top + 8 + s.Below(100)]);
                scores.Add(s.Below(64) / 64.0);
                labels.Add(s.Below(4));
            }
            all[image] = new(
                Of(found, [scores.Count, 4], dtype), Of(scores, [scores.Count], dtype), Tensor.From(labels.ToArray()),
                Of(truth, [trueLabels.Count, 4], dtype), Tensor.From(trueLabels.ToArray()), Tensor.From(crowd.ToArray()));
        }
        return all;
    }
}
