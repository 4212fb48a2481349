namespace Tauten.Training.Tests;

/// <summary>What metrics do besides computing, which the agreement tests compare: mistakes, nothing at all, forgetting; and metrics of texts.</summary>
public class MetricTests
{
    static readonly ClassificationTask labels = ClassificationTask.Multilabel(2);

    public static TheoryData<Metric> All =>
    [
        new MeanAbsoluteError(), new MeanSquaredError(), new RootMeanSquaredError(), new MeanAbsolutePercentageError(), new PeakSignalToNoise(), new R2Score(), new MeanCosineSimilarity(),
        new MeanSquaredLogarithmicError(), new SymmetricMeanAbsolutePercentageError(), new WeightedMeanAbsolutePercentageError(), new MeanLogCosh(), new TweedieDeviance(1), new MinkowskiDistance(3),
        new MeanPoissonLoss(), new CriticalSuccessIndex(0), new ContinuousRankedProbabilityScore(), new ExplainedVariance(2), new RelativeSquaredError(), new NormalizedRootMeanSquaredError(),
        new PearsonCorrelation(), new ConcordanceCorrelation(), new SpearmanCorrelation(), new KendallCorrelation(), new KullbackLeiblerDivergence(), new JensenShannonDivergence(),
        new Accuracy(), new Accuracy(labels), new TopKAccuracy(2), new ConfusionMatrix(3), new Precision(3), new Recall(3, Average.Micro), new FBeta(3), new IntersectionOverUnion(3, Average.Weighted),
        new Specificity(labels), new NegativePredictiveValue(3), new HammingDistance(3), new ExactMatch(labels), new TruePositives(3), new MatthewsCorrelation(3), new CohenKappa(3),
        new LogLoss(), new BinaryLogLoss(), new Perplexity(), new CalibrationError(), new CalibrationError(5, CalibrationNorm.Max), new MeanHinge(),
        new RocAuc(), new RocAuc(3, thresholds: 5), new AveragePrecision(labels, Average.Micro), new RocCurve(), new PrecisionRecallCurve(), new EqualErrorRate(), new LogRocAuc(), new PrecisionAtRecall(0.5),
        new CoverageError(), new LabelRankingLoss(), new LabelRankingAveragePrecision(), new GroupFairness(2),
        new RandIndex(), new AdjustedRandIndex(), new FowlkesMallowsIndex(), new MutualInformation(), new NormalizedMutualInformation(), new AdjustedMutualInformation(), new Homogeneity(), new Completeness(),
        new VMeasure(), new CramersV(), new TschuprowsT(true), new ContingencyCoefficient(), new TheilsU(), new FleissKappa(3),
        new MeanReciprocalRank(), new RetrievalMeanAveragePrecision(), new NormalizedDiscountedGain(), new RetrievalPrecision(3), new RetrievalRecall(), new HitRate(), new FallOut(), new RPrecision(), new RetrievalRocAuc(), new RetrievalCurve(4),
        new CalinskiHarabaszIndex(2), new DaviesBouldinIndex(2), new DunnIndex(2), new SourceSignalToNoise(),
        new WordErrorRate(), new CharacterErrorRate(), new EditDistance(), new MatchErrorRate(), new WordInformationLost(), new WordInformationPreserved(), new AnswerMatch(),
        new Bleu(), new ChrF(), new RougeN(2), new RougeL(), new RougeLsum(),
        new StructuralSimilarity(), new MultiScaleStructuralSimilarity(), new UniversalImageQuality(), new SpectralAngle(), new RelativeGlobalError(), new TotalVariation(), new MeanAveragePrecision(), new SignalToNoise(),
        new Sum(), new Mean(), new Maximum(), new Minimum(), new Concatenation(),
    ];

    [Theory]
    [MemberData(nameof(All))]
    public void Nothing_seen_is_not_a_number(Metric metric)
    {
        Assert.True(double.IsNaN(metric.Compute()));
        Assert.Throws<ArgumentException>(() => metric.Merge(metric));
        // A state can be saved and loaded, but not another one.
        var state = metric.State();
        metric.LoadState(state);
        Assert.Throws<ModelFormatException>(() => metric.LoadState(state.Skip(1).ToDictionary()));
        Assert.Throws<ModelFormatException>(() => metric.LoadState(state.Append(new("more", Tensor.From(0.0))).ToDictionary()));
        Assert.Throws<ModelFormatException>(() => metric.LoadState(state.ToDictionary(s => s.Key, s => s.Value.To(DType.Float32))));
        metric.Reset();
        Assert.True(double.IsNaN(metric.Compute()));
    }

    [Fact]
    public void Plain_numbers()
    {
        Sum sum = new();
        Mean mean = new();
        Maximum largest = new(), other = new();
        Minimum smallest = new();
        Concatenation all = new();
        foreach (var metric in new ValueMetric[] { sum, mean, largest, smallest, all })
        {
            metric.Update(Tensor.From([3f, -1, 9]), Tensor.From([1f, 2, 0]));
            metric.Update(4);
        }
        Assert.Equal((5, 1.25, 4, -1), (sum.Compute(), mean.Compute(), largest.Compute(), smallest.Compute()));
        Assert.Equal([3.0, -1, 4], all.Values.ToArray<double>());
        Assert.Equal(2, all.Compute());
        largest.Merge(other);
        Assert.Equal(4, largest.Compute());
        other.Update(7);
        largest.Merge(other);
        Assert.Equal(7, largest.Compute());
        Assert.Throws<ShapeException>(() => mean.Update(Tensor.Ones([2]), Tensor.Ones([3])));
    }

    sealed class Spread : Metric
    {
        readonly MetricRows rows;
        readonly MetricCounts counts;

        public Spread()
        {
            rows = KeepRows("rows", 1);
            counts = KeepCounts("counts", 1);
        }

        public void Update(double value)
        {
            rows.Add(value);
            counts.Values[0]++;
        }

        public override double Compute() => counts.Values[0] == 0 ? double.NaN : rows.Values.ToArray().Max() - rows.Values.ToArray().Min();
    }

    [Fact]
    public void A_metric_of_ones_own()
    {
        Spread first = new(), second = new(), loaded = new();
        first.Update(3);
        second.Update(-4);
        first.Merge(second);
        Assert.Equal(7, first.Compute());
        loaded.LoadState(first.State());
        Assert.Equal(7, loaded.Compute());
        first.Reset();
        Assert.True(double.IsNaN(first.Compute()));
        Assert.Equal(7, loaded.Compute());
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

        Says<ShapeException>("Precision: expected predictions and targets [batch, 2, ...]. Received: [2, 3].", () => new Precision(labels).Update(Tensor.Ones([2, 3]), Tensor.Zeros([2, 3], DType.Int64)));
        Says<ArgumentException>("Specificity: expected targets that are 0 or 1. Received: 3 at place 0. (Parameter 'target')", () => new Specificity(ClassificationTask.Binary()).Update(Tensor.From([0.5f]), Tensor.From([3L])));
        Says<ArgumentException>("Expected a binary or multi-class task, whose classes exclude each other. Received: Multilabel(2, threshold 0.5). (Parameter 'task')", () => new CohenKappa(labels));
        Says<ShapeException>("R2Score: expected predictions and targets [..., 3]. Received: [2, 2].", () => new R2Score(3).Update(Tensor.Ones([2, 2]), Tensor.Ones([2, 2])));
        Says<ArgumentException>("TweedieDeviance: with power 2 expected predictions above 0 and targets above 0. Received: a prediction of 1 and a target of 0.", () => new TweedieDeviance(2).Update(Tensor.Ones([1]), Tensor.Zeros([1])));
        Says<ShapeException>("StructuralSimilarity: expected images of at least 11 rows and columns, the size of the window. Received: 10 and 12.",
            () => new StructuralSimilarity().Update(Tensor.Ones([1, 1, 10, 12]), Tensor.Ones([1, 1, 10, 12])));
        Says<ShapeException>("MultiScaleStructuralSimilarity: expected images of at least 176 rows and columns, so that the window of 11 fits into the last of 5 scales. Received: 160 and 200.",
            () => new MultiScaleStructuralSimilarity().Update(Tensor.Ones([1, 1, 160, 200]), Tensor.Ones([1, 1, 160, 200])));
        Says<ArgumentException>("HitRate: expected relevance that is 0 or 1. Received: 2 at place 1. (Parameter 'relevance')", () => new HitRate().Update(Tensor.Ones([2]), Tensor.From([1L, 2]), Tensor.From([0L, 0])));
        Says<IndexException>("GroupFairness: group 0 is 2. Expected 0 to 1.", () => new GroupFairness(2).Update(Tensor.Ones([1]), Tensor.From([1L]), Tensor.From([2L])));
        Says<ArgumentException>("Boxes: expected boxes (left, top, right, bottom). Received: (4, 0, 2, 2) in row 0. (Parameter 'first')", () => Boxes.Overlaps(Tensor.From([4f, 0, 2, 2], [1, 4]), Tensor.Zeros([1, 4])));
        Says<ShapeException>("MeanAveragePrecision: expected scores [1], one for each box. Received: [2].",
            () => new MeanAveragePrecision().Update(Tensor.Zeros([1, 4]), Tensor.Ones([2]), Tensor.From([1L]), Tensor.Zeros([0, 4]), Tensor.Zeros([0], DType.Int64)));
        Says<ModelFormatException>("Sum: expected 'sums' to be float64[2]. Received: float64[3].", () => new Sum().LoadState(new Dictionary<string, Tensor> { ["sums"] = Tensor.Zeros([3], DType.Float64) }));

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

    [Fact]
    public void Published_scales_of_similarity()
    {
        var x = Tensor.Rand([1, 1, 176, 180], generator: new Generator(1));
        var metric = new MultiScaleStructuralSimilarity();
        metric.Update(x, x);
        Assert.Equal(1, metric.Compute(), 12);
        metric.Update(x * 0.5f, x);
        Assert.InRange(metric.Compute(), 0.5, 0.99);
    }

    [Fact]
    public void Crowds_and_sizes_of_detections()
    {
        // One small and one large object of a class are found; a detection in a crowd counts neither way, and of two for the same object the second is wrong.
        var metric = new MeanAveragePrecision();
        metric.Update(
            Tensor.From([0f, 0, 10, 10, 0, 0, 10, 9, 100, 100, 300, 300, 500, 500, 520, 520], [4, 4]), Tensor.From([0.9f, 0.8f, 0.7f, 0.95f]), Tensor.From([1L, 1, 1, 1]),
            Tensor.From([0f, 0, 10, 10, 100, 100, 300, 300, 490, 490, 700, 700], [3, 4]), Tensor.From([1L, 1, 1]), Tensor.From([0L, 0, 1]));
        var s = metric.Summary();
        // Right, wrong, right, of two: precision 1 up to recall 0.5, 2 / 3 above.
        Assert.Equal((51 + 50 * 2 / 3.0) / 101, s.Precision, 12);
        // The detection with the highest score is the one in the crowd.
        Assert.Equal((1, 1, 0), (s.PrecisionSmall, s.PrecisionLarge, s.RecallOf1) is var (small, large, one) ? (Math.Round(small, 12), Math.Round(large, 12), one) : default);
        Assert.True(double.IsNaN(s.PrecisionMedium));
        Assert.Equal(s.Precision, metric.PerClass()[1]);
    }
}
