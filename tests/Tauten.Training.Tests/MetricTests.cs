namespace Tauten.Training.Tests;

/// <summary>What metrics do besides computing, which the agreement tests compare: mistakes, nothing at all, forgetting; and metrics of texts.</summary>
public class MetricTests
{
    public static TheoryData<Metric> All =>
    [
        new MeanAbsoluteError(), new MeanSquaredError(), new RootMeanSquaredError(), new MeanAbsolutePercentageError(), new PeakSignalToNoise(), new R2Score(), new MeanCosineSimilarity(),
        new Accuracy(), new TopKAccuracy(2), new ConfusionMatrix(3), new Precision(3), new Recall(3, Average.Micro), new FBeta(3), new IntersectionOverUnion(3, Average.Weighted),
        new LogLoss(), new Perplexity(), new CalibrationError(), new RocAuc(), new AveragePrecision(), new WordErrorRate(), new CharacterErrorRate(),
        new Bleu(), new RougeN(2), new RougeL(),
    ];

    [Theory]
    [MemberData(nameof(All))]
    public void Nothing_seen_is_not_a_number(Metric metric)
    {
        Assert.True(double.IsNaN(metric.Compute()));
        Assert.Throws<ArgumentException>(() => metric.Merge(metric));
    }

    [Fact]
    public void Reset_forgets()
    {
        var metric = new RocAuc();
        metric.Update(Tensor.From([1f, 0]), Tensor.From([1L, 0]));
        Assert.Equal(1, metric.Compute());
        metric.Reset();
        Assert.True(double.IsNaN(metric.Compute()));
        metric.Update(Tensor.From([1f, 0]), Tensor.From([0L, 1]));
        Assert.Equal(0, metric.Compute());
    }

    [Fact]
    public void Only_what_is_alike_is_merged()
    {
        Assert.Throws<ArgumentException>(() => new Precision(3).Merge(new Recall(3)));
        Assert.Throws<ArgumentException>(() => new Precision(3).Merge(new Precision(4)));
        Assert.Throws<ArgumentException>(() => new FBeta(3).Merge(new FBeta(3, beta: 2)));
        Assert.Throws<ArgumentException>(() => new Precision(3).Merge(new Precision(3, Average.Micro)));
    }

    [Fact]
    public void Mistakes_are_named()
    {
        Says<ShapeException>("MeanSquaredError: prediction and target must have the same shape; a metric never broadcasts. Received: [2, 1] and [2].",
            () => new MeanSquaredError().Update(Tensor.Ones([2, 1]), Tensor.Ones([2])));
        Says<ShapeException>("TopKAccuracy: expected scores [batch, classes, ...] and labels [batch, ...]. Received: [2, 3] and [3].",
            () => new TopKAccuracy(1).Update(Tensor.Ones([2, 3]), Tensor.From([0L, 1, 2])));
        Says<IndexException>("LogLoss: label 1 is 3. Expected 0 to 2.", () => new LogLoss().Update(Tensor.Ones([2, 3]), Tensor.From([0L, 3])));
        Says<IndexException>("Recall: label 0 is -1, predicted as 2. Expected 0 to 2.", () => new Recall(3).Update(Tensor.From([2L]), Tensor.From([-1L])));
        Says<ArgumentException>("RocAuc: expected targets that are 0 or 1. Received: 2 at place 1. (Parameter 'target')", () => new RocAuc().Update(Tensor.Ones([2]), Tensor.From([0L, 2])));
        Says<ArgumentException>("RocAuc: the score at place 0 is NaN, which has no rank. (Parameter 'prediction')", () => new RocAuc().Update(Tensor.From([float.NaN]), Tensor.From([1L])));

        static void Says<T>(string expected, Action call) where T : Exception => Assert.Equal(expected, Assert.Throws<T>(call).Message);
    }

    [Fact]
    public void Rates_of_errors_in_texts()
    {
        var words = new WordErrorRate();
        words.Update("the cat  sat on mat", "the cat sat on the mat");      // one is missing of six
        words.Update("", "two words");                                       // both are missing
        Assert.Equal(3.0 / 8, words.Compute(), 15);
        var other = new WordErrorRate();
        other.Update("a b c", "a x c d");                                    // one replaced, one missing
        words.Merge(other);
        Assert.Equal(5.0 / 12, words.Compute(), 15);

        var characters = new CharacterErrorRate();
        characters.Update("sitting", "kitten");
        Assert.Equal(3.0 / 6, characters.Compute(), 15);
        characters.Update("e\u0301a", "e\u0301");                            // an accent is no character of its own
        Assert.Equal(4.0 / 7, characters.Compute(), 15);
    }

    [Fact]
    public void Bleu_of_a_corpus()
    {
        // Expected values from a second program that counts tuples of words.
        Bleu all = new(), pairs = new(2), first = new(), second = new();
        foreach (var metric in new[] { all, pairs, first }) metric.Update("the cat sat on the mat today", "the cat sat on the mat", "a cat sat on the mat this day");
        foreach (var metric in new[] { all, pairs, second }) metric.Update("a quick brown fox jumps over dogs", "the quick brown fox jumps over the lazy dogs");
        Assert.Equal(0.678034977733877, all.Compute(), 14);
        Assert.Equal(0.7465109844063934, pairs.Compute(), 14);
        Assert.Equal(0.8091067115702211, first.Compute(), 14);
        Assert.Equal(0.48354474047437307, second.Compute(), 14);
        first.Merge(second);
        Assert.Equal(all.Compute(), first.Compute(), 15);
        Assert.Throws<ArgumentException>(() => first.Merge(pairs));
        Assert.Throws<ArgumentException>(() => first.Update("words"));
        var none = new Bleu();
        none.Update("one two", "three four");
        Assert.Equal(0, none.Compute());
    }

    [Fact]
    public void Rouge_of_texts()
    {
        // In common: police, the, gunman as words; "the gunman" as a pair; police .. the gunman in this order.
        RougeN words = new(), pairs = new(2);
        RougeL longest = new();
        foreach (var metric in new RougeMetric[] { words, pairs, longest }) metric.Update("police kill the gunman", "police killed the gunman");
        Assert.Equal(3.0 / 4, words.Compute(), 15);
        Assert.Equal(1.0 / 3, pairs.Compute(), 15);
        Assert.Equal(3.0 / 4, longest.Compute(), 15);
        // In common: the, gunman, police, in this order: F1 = 2 * 3 / (4 + 6).
        var other = new RougeL();
        other.Update("the gunman kill police", "the old gunman ran from police");
        Assert.Equal(2.0 * 3 / 10, other.Compute(), 15);
        longest.Merge(other);
        Assert.Equal((0.75 + 0.6) / 2, longest.Compute(), 15);
    }
}
