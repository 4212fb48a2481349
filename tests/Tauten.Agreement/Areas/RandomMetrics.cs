using Tauten.Training;
using static Tauten.Agreement.MetricSamples;

namespace Tauten.Agreement;

/// <summary>
/// Metrics of fifty inputs each, which are made here as in the script. Each metric sees everything at once, and again in seven shards that are merged, whose state is then saved and loaded.
/// </summary>
static class RandomMetrics
{
    const int Seeds = 50, Shards = 7;

    /// <summary>How many samples there are, and how a metric takes some of them.</summary>
    delegate (long Count, Action<T, long, long> Feed) Sample<T>(int seed, DType dtype);

    static Func<Tensor[], Tensor[]> Each<T>(Func<T> make, Sample<T> sample, Func<T, double[]>? read = null) where T : Metric => x =>
    {
        read ??= metric => [metric.Compute()];
        List<double> all = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            var (count, feed) = sample(seed, x[0].DType);
            T whole = make(), merged = make(), loaded = make();
            feed(whole, 0, count);
            for (long shard = 0; shard < Shards; shard++)
            {
                var part = make();
                feed(part, count * shard / Shards, count * (shard + 1) / Shards);
                merged.Merge(part);
            }
            loaded.LoadState(merged.State());
            double[] expected = read(whole), received = read(merged);
            Assert.Equal(received, read(loaded));
            Assert.Equal(expected.Length, received.Length);
            for (int i = 0; i < expected.Length; i++)
                Assert.True(expected[i].Equals(received[i]) || Math.Abs(expected[i] - received[i]) <= 1e-10 * Math.Max(1, Math.Abs(expected[i])), $"Input {seed}, result {i}: {expected[i]:R} whole, {received[i]:R} from shards.");
            all.AddRange(expected);
        }
        return [Tensor.From(all.ToArray())];
    };

    static Func<Tensor[], Tensor[]> Of<T>(Func<T> make, Func<int, DType, (Tensor, Tensor)> sample, Func<T, double[]>? read = null) where T : PairMetric =>
        Each(make, (seed, dtype) => Pairs<T>(sample(seed, dtype)), read);

    static (long, Action<T, long, long>) Pairs<T>((Tensor P, Tensor Y) x) where T : PairMetric =>
        (x.P.Shape[0].Value, (metric, from, to) => metric.Update(x.P.Narrow(0, from, to - from), x.Y.Narrow(0, from, to - from)));

    static Func<Tensor[], Tensor[]> Clusters<T>(Func<T> make) where T : ClusterShapeMetric => Each<T>(make, (seed, dtype) =>
    {
        var labels = Partitions(seed, dtype).Item2;
        var x = Numbers(seed, 40, dtype).Item1 + labels.To(dtype).Unsqueeze(1);
        return (40, (metric, from, to) => metric.Update(x.Narrow(0, from, to - from), labels.Narrow(0, from, to - from)));
    });

    static Func<Tensor[], Tensor[]> Searches<T>(Func<T> make, int grades = 2, Func<T, double[]>? read = null) where T : RetrievalMetric => Each<T>(make, (seed, dtype) =>
    {
        var (s, r, q) = Search(seed, grades, dtype);
        return (80, (metric, from, to) => metric.Update(s.Narrow(0, from, to - from), r.Narrow(0, from, to - from), q.Narrow(0, from, to - from)));
    }, read);

    static Func<Tensor[], Tensor[]> InTexts<T>(Func<T> make, Action<T, string, string> update, Func<T, double[]>? read = null) where T : Metric => Each(make, (seed, _) =>
    {
        var all = Texts(seed);
        return (all.Length, (metric, from, to) =>
        {
            for (long i = from; i < to; i++) update(metric, all[i].Prediction, all[i].Reference);
        });
    }, read);

    static (Tensor, Tensor) Near(int seed, DType dtype, Func<Tensor, Tensor> move)
    {
        var p = Scores(seed, dtype).Item1;
        return (move(p.Narrow(0, 0, 39)), p.Narrow(0, 1, 39));
    }

    static double[] Doubles(params Tensor[] x) => [.. x.SelectMany(t => t.To(DType.Float64).ToArray<double>())];

    public static void Add(Area area)
    {
        InNumbers(area);
        Classes(area);
        Curves(area);
        Other(area);
        InWordsAndPictures(area);
    }

    static void InNumbers(Area area)
    {
        area["random mae"] = Of(() => new MeanAbsoluteError(), Numbers);
        area["random mse"] = Of(() => new MeanSquaredError(), Numbers);
        area["random rmse"] = Of(() => new RootMeanSquaredError(), Numbers);
        area["random msle"] = Of(() => new MeanSquaredLogarithmicError(), Positive);
        area["random mape"] = Of(() => new MeanAbsolutePercentageError(), Positive);
        area["random smape"] = Of(() => new SymmetricMeanAbsolutePercentageError(), Numbers);
        area["random wmape"] = Of(() => new WeightedMeanAbsolutePercentageError(), Numbers);
        area["random log cosh"] = Of(() => new MeanLogCosh(), Numbers);
        area["random poisson"] = Of(() => new MeanPoissonLoss(), Positive);
        foreach (double power in new[] { -1, 0, 1, 1.5, 2, 3 }) area[FormattableString.Invariant($"random tweedie {power}")] = Of(() => new TweedieDeviance(power), Positive);
        area["random minkowski 3"] = Of(() => new MinkowskiDistance(3), Numbers);
        area["random csi 1"] = Of(() => new CriticalSuccessIndex(1), Numbers);
        area["random r2"] = Of(() => new R2Score(), Numbers);
        area["random r2 outputs"] = Of(() => new R2Score(3), Numbers);
        area["random r2 variance"] = Of(() => new R2Score(3, OutputAverage.VarianceWeighted), Numbers);
        area["random r2 each"] = Of(() => new R2Score(3), Numbers, m => m.PerOutput());
        area["random r2 adjusted 4"] = Of(() => new R2Score(regressors: 4), Numbers);
        area["random explained variance"] = Of(() => new ExplainedVariance(3), Numbers);
        area["random explained variance variance"] = Of(() => new ExplainedVariance(3, OutputAverage.VarianceWeighted), Numbers);
        area["random relative squared error"] = Of(() => new RelativeSquaredError(3), Numbers);
        area["random relative squared error root"] = Of(() => new RelativeSquaredError(root: true), Numbers);
        area["random nrmse mean"] = Of(() => new NormalizedRootMeanSquaredError(), Positive);
        area["random nrmse deviation"] = Of(() => new NormalizedRootMeanSquaredError(ErrorScale.StandardDeviation), Numbers);
        area["random nrmse norm"] = Of(() => new NormalizedRootMeanSquaredError(ErrorScale.Norm), Numbers);
        area["random pearson"] = Of(() => new PearsonCorrelation(), Numbers);
        area["random pearson each"] = Of(() => new PearsonCorrelation(3), Numbers, m => m.PerOutput());
        area["random concordance"] = Of(() => new ConcordanceCorrelation(), Numbers);
        area["random spearman"] = Of(() => new SpearmanCorrelation(), Numbers);
        area["random kendall a"] = Of(() => new KendallCorrelation(KendallVariant.A), Positive);
        area["random kendall b"] = Of(() => new KendallCorrelation(), (seed, dtype) => Binary(seed, dtype) is var (s, y) ? (s, y.To(dtype)) : default);
        area["random kendall c"] = Of(() => new KendallCorrelation(KendallVariant.C), Positive);
        area["random crps"] = Of(() => new ContinuousRankedProbabilityScore(), (seed, dtype) => Numbers(seed, dtype) is var (p, y) ? (p, y.Select(1, 0)) : default);
        area["random kl"] = Of(() => new KullbackLeiblerDivergence(), (seed, dtype) => Near(seed, dtype, p => p + 0.25));
        area["random js"] = Of(() => new JensenShannonDivergence(), (seed, dtype) => Near(seed, dtype, p => p));
        foreach (var (name, invariant, centre) in new[] { ("sa sdr", true, false), ("sa sdr plain", false, true) })
            area[$"random {name}"] = Of(() => new SourceSignalToNoise(invariant, centre), (seed, dtype) => Numbers(seed, dtype) is var (p, y) ? (p.Reshape([10, 3, 3]), y.Reshape([10, 3, 3])) : default);
        foreach (var (name, invariant, centre) in new[] { ("snr", false, false), ("si sdr", true, false), ("si snr", true, true) }) area[$"random {name}"] = Of(() => new SignalToNoise(invariant, centre), (seed, dtype) => Numbers(seed, dtype) is var (p, y) ? (p.Reshape([15, 6]), y.Reshape([15, 6])) : default);
    }

    static void Classes(Area area)
    {
        ClassificationTask binary = ClassificationTask.Binary(), labels = ClassificationTask.Multilabel(4);
        foreach (var (average, name) in new[] { (Average.Macro, "macro"), (Average.Micro, "micro"), (Average.Weighted, "weighted") })
        {
            Both("precision", task => new Precision(task, average));
            Both("recall", task => new Recall(task, average));
            Both("f1", task => new FBeta(task, average));
            Both("fbeta 2", task => new FBeta(task, average, 2));
            Both("iou", task => new IntersectionOverUnion(task, average));
            Both("specificity", task => new Specificity(task, average));
            Both("npv", task => new NegativePredictiveValue(task, average));

            void Both<T>(string metric, Func<ClassificationTask, T> make) where T : ClassMetric
            {
                area[$"random {metric} {name}"] = Of(() => make(5), Labels);
                area[$"random {metric} {name} labels"] = Of(() => make(labels), Multilabel);
            }
        }
        area["random precision binary"] = Of(() => new Precision(binary), Binary);
        area["random recall binary"] = Of(() => new Recall(binary), Binary);
        area["random f1 binary"] = Of(() => new FBeta(binary), Binary);
        area["random fbeta 2 binary"] = Of(() => new FBeta(binary, beta: 2), Binary);
        area["random iou binary"] = Of(() => new IntersectionOverUnion(binary), Binary);
        area["random outcomes"] = Of(() => new TruePositives(labels), Multilabel, Outcomes);
        area["random outcomes classes"] = Of(() => new FalsePositives(5), Labels, Outcomes);
        area["random accuracy"] = Of(() => new Accuracy(), Labels);
        area["random accuracy binary"] = Of(() => new Accuracy(binary), Binary);
        area["random accuracy labels"] = Of(() => new Accuracy(labels), Multilabel);
        area["random hamming"] = Of(() => new HammingDistance(5), Labels);
        area["random hamming labels"] = Of(() => new HammingDistance(labels), Multilabel);
        area["random exact match"] = Of(() => new ExactMatch(labels), Multilabel);
        area["random confusion"] = Of(() => new ConfusionMatrix(5), Labels, m => Doubles(m.Counts));
        area["random confusion binary"] = Of(() => new ConfusionMatrix(binary), Binary, m => Doubles(m.Counts));
        area["random matthews"] = Of(() => new MatthewsCorrelation(5), Labels);
        area["random matthews binary"] = Of(() => new MatthewsCorrelation(binary), Binary);
        area["random kappa none"] = Of(() => new CohenKappa(5), Labels);
        area["random kappa linear"] = Of(() => new CohenKappa(5, KappaWeights.Linear), Labels);
        area["random kappa quadratic"] = Of(() => new CohenKappa(5, KappaWeights.Quadratic), Labels);
        foreach (int k in new[] { 1, 2, 3 }) area[$"random top {k}"] = Of(() => new TopKAccuracy(k), (seed, dtype) => Scores(seed, dtype) is var (p, y) ? (p - Tensor.Arange(5, dtype: dtype) / 4096, y) : default);
        area["random log_loss"] = Of(() => new LogLoss(), Scores);
        area["random log_loss binary"] = Of(() => new BinaryLogLoss(), (seed, dtype) => Binary(seed, dtype) is var (s, y) ? ((s + 1) / 4, y) : default);
        area["random hinge"] = Of(() => new MeanHinge(), (seed, dtype) => Binary(seed, dtype) is var (s, y) ? (4 * s - 2, y) : default);
        area["random hinge squared"] = Of(() => new MeanHinge(squared: true), (seed, dtype) => Binary(seed, dtype) is var (s, y) ? (4 * s - 2, y) : default);
        area["random hinge classes"] = Of(() => new MeanHinge(binary: false), (seed, dtype) => Scores(seed, dtype) is var (s, y) ? (4 * s, y) : default);
        foreach (var (norm, name) in new[] { (CalibrationNorm.L1, "l1"), (CalibrationNorm.L2, "l2"), (CalibrationNorm.Max, "max") })
        {
            area[$"random calibration {name}"] = Of(() => new CalibrationError(10, norm), Scores);
            area[$"random calibration {name} binary"] = Of(() => new CalibrationError(10, norm, binary: true), Binary);
        }
        area["random coverage error"] = Of(() => new CoverageError(), Multilabel);
        area["random ranking loss"] = Of(() => new LabelRankingLoss(), Multilabel);
        area["random ranking precision"] = Of(() => new LabelRankingAveragePrecision(), Multilabel);

        static double[] Outcomes(ClassMetric m) => [.. m.Outcomes().SelectMany(o => new double[] { o.TruePositives, o.FalsePositives, o.FalseNegatives, o.TrueNegatives })];
    }

    static void Curves(Area area)
    {
        var labels = ClassificationTask.Multilabel(4);
        area["random roc_auc"] = Of(() => new RocAuc(), Binary);
        area["random roc_auc 0.3"] = Of(() => new RocAuc(largestFalsePositiveRate: 0.3), Binary);
        area["random roc_auc binned"] = Of(() => new RocAuc(thresholds: 11), Binary);
        area["random average_precision"] = Of(() => new AveragePrecision(), Binary);
        area["random average_precision binned"] = Of(() => new AveragePrecision(thresholds: 11), Binary);
        area["random roc curve"] = Of(() => new RocCurve(), Binary, m => m.Points() is var (f, t, at) ? Doubles(f, t, at.Slice(0, 1, at.Shape[0].Value)) : []);
        area["random precision recall curve"] = Of(() => new PrecisionRecallCurve(), Binary, m => m.Points() is var (p, r, at) ? Doubles(p, r, at.Slice(0, 0, at.Shape[0].Value - 1)) : []);
        foreach (var (average, name) in new[] { (Average.Macro, "macro"), (Average.Micro, "micro"), (Average.Weighted, "weighted") })
        {
            if (average != Average.Micro) area[$"random roc_auc {name} classes"] = Of(() => new RocAuc(5, average), Scores);
            area[$"random average_precision {name} classes"] = Of(() => new AveragePrecision(5, average), Scores);
            area[$"random roc_auc {name} labels"] = Of(() => new RocAuc(labels, average), Multilabel);
            area[$"random average_precision {name} labels"] = Of(() => new AveragePrecision(labels, average), Multilabel);
        }
        area["random roc_auc each"] = Of(() => new RocAuc(labels), Multilabel, m => m.PerClass());
        area["random precision at recall"] = Of(() => new PrecisionAtRecall(0.7), Binary);
        area["random recall at precision"] = Of(() => new RecallAtPrecision(0.7), Binary);
        area["random recall at specificity"] = Of(() => new SensitivityAtSpecificity(0.7), Binary);
        area["random specificity at recall"] = Of(() => new SpecificityAtSensitivity(0.7), Binary);
        area["random precision at recall labels"] = Of(() => new PrecisionAtRecall(0.7, labels), Multilabel);
        area["random eer"] = Of(() => new EqualErrorRate(), Binary);
        area["random log auc"] = Of(() => new LogRocAuc(lowest: 0.05, highest: 0.5), Binary);
    }

    static void Other(Area area)
    {
        area["random rand"] = Of(() => new RandIndex(), Partitions);
        area["random adjusted rand"] = Of(() => new AdjustedRandIndex(), Partitions);
        area["random fowlkes mallows"] = Of(() => new FowlkesMallowsIndex(), Partitions);
        area["random mutual information"] = Of(() => new MutualInformation(), Partitions);
        area["random homogeneity"] = Of(() => new Homogeneity(), Partitions);
        area["random completeness"] = Of(() => new Completeness(), Partitions);
        area["random v measure"] = Of(() => new VMeasure(), Partitions);
        area["random v measure 0.5"] = Of(() => new VMeasure(0.5), Partitions);
        foreach (var (mean, name) in new[] { (EntropyMean.Arithmetic, "arithmetic"), (EntropyMean.Geometric, "geometric"), (EntropyMean.Smallest, "smallest"), (EntropyMean.Largest, "largest") })
        {
            area[$"random nmi {name}"] = Of(() => new NormalizedMutualInformation(mean), Partitions);
            area[$"random ami {name}"] = Of(() => new AdjustedMutualInformation(mean), Partitions);
        }
        area["random cramer association"] = Of(() => new CramersV(), Partitions);
        area["random cramer corrected"] = Of(() => new CramersV(correct: true), Partitions);
        area["random tschuprow association"] = Of(() => new TschuprowsT(), Partitions);
        area["random tschuprow corrected"] = Of(() => new TschuprowsT(correct: true), Partitions);
        area["random pearson association"] = Of(() => new ContingencyCoefficient(), Partitions);
        area["random theil"] = Of(() => new TheilsU(), Partitions);
        area["random fleiss"] = Each(() => new FleissKappa(4), (seed, _) =>
        {
            var ratings = Ratings(seed);
            return (20, (metric, from, to) => metric.Update(ratings.Narrow(0, from, to - from)));
        });
        area["random calinski harabasz"] = Clusters(() => new CalinskiHarabaszIndex(3));
        area["random davies bouldin"] = Clusters(() => new DaviesBouldinIndex(3));
        area["random dunn"] = Clusters(() => new DunnIndex(3));
        area["random fairness"] = Each(() => new GroupFairness(3), (seed, dtype) =>
        {
            var (s, y, g) = Groups(seed, dtype);
            return (60, (metric, from, to) => metric.Update(s.Narrow(0, from, to - from), y.Narrow(0, from, to - from), g.Narrow(0, from, to - from)));
        }, m => [m.DemographicParity(), m.EqualOpportunity()]);
        foreach (var (k, name) in new (int?, string)[] { (null, ""), (3, " 3") })
        {
            area[$"random mrr{name}"] = Searches(() => new MeanReciprocalRank(k));
            area[$"random map{name}"] = Searches(() => new RetrievalMeanAveragePrecision(k));
            area[$"random ndcg{name}"] = Searches(() => new NormalizedDiscountedGain(k), grades: 4);
            area[$"random precision{name}"] = Searches(() => new RetrievalPrecision(k));
            area[$"random recall{name}"] = Searches(() => new RetrievalRecall(k));
            area[$"random hit{name}"] = Searches(() => new HitRate(k));
            area[$"random fall out{name}"] = Searches(() => new FallOut(k));
        }
        area["random map skip"] = Searches(() => new RetrievalMeanAveragePrecision(skipEmpty: true));
        area["random retrieval curve"] = Searches(() => new RetrievalCurve(8, 0.411), read: m => m.Points() is var (p, r) ? [.. Doubles(p, r), m.Compute()] : []);
        area["random r precision"] = Searches(() => new RPrecision());
        area["random search auc"] = Searches(() => new RetrievalRocAuc());
    }

    static void InWordsAndPictures(Area area)
    {
        area["random wer"] = InTexts(() => new WordErrorRate(), (m, p, y) => m.Update(p, y));
        area["random cer"] = InTexts(() => new CharacterErrorRate(), (m, p, y) => m.Update(p, y));
        area["random edit distance"] = InTexts(() => new EditDistance(), (m, p, y) => m.Update(p, y));
        area["random mer"] = InTexts(() => new MatchErrorRate(), (m, p, y) => m.Update(p, y));
        area["random wip"] = InTexts(() => new WordInformationPreserved(), (m, p, y) => m.Update(p, y));
        area["random wil"] = InTexts(() => new WordInformationLost(), (m, p, y) => m.Update(p, y));
        area["random bleu"] = InTexts(() => new Bleu(), (m, p, y) => m.Update(p, y));
        area["random bleu smooth"] = InTexts(() => new Bleu(smooth: true), (m, p, y) => m.Update(p, y));
        area["random bleu mteval"] = InTexts(() => new Bleu(tokens: TextTokens.Mteval), (m, p, y) => m.Update(p, y));
        area["random chrf"] = InTexts(() => new ChrF(), (m, p, y) => m.Update(p, y));
        area["random chrf++"] = InTexts(() => new ChrF(words: 2), (m, p, y) => m.Update(p, y));
        area["random rouge 1"] = InTexts(() => new RougeN(1), (m, p, y) => m.Update(p, y), Parts);
        area["random rouge 2"] = InTexts(() => new RougeN(2), (m, p, y) => m.Update(p, y), Parts);
        area["random rouge l"] = InTexts(() => new RougeL(), (m, p, y) => m.Update(p, y), Parts);
        area["random rouge lsum"] = InTexts(() => new RougeLsum(), (m, p, y) => m.Update(p, y), Parts);
        area["random answers"] = InTexts(() => new AnswerMatch(), (m, p, y) => m.Update(p, y), m => [m.Compute(), m.ExactMatch()]);

        area["random ssim"] = Of(() => new StructuralSimilarity(), Small);
        area["random ssim 7"] = Of(() => new StructuralSimilarity(2, 7, 2), Small);
        area["random ms ssim"] = Of(() => new MultiScaleStructuralSimilarity(window: 5, weights: [0.3, 0.3, 0.4]), (seed, dtype) => Images(seed, 23, dtype));
        area["random uqi"] = Of(() => new UniversalImageQuality(), Small);
        area["random psnr"] = Of(() => new PeakSignalToNoise(), Small);
        area["random spectral angle"] = Of(() => new SpectralAngle(), Small);
        area["random ergas"] = Of(() => new RelativeGlobalError(), Small);
        area["random total variation"] = Each(() => new TotalVariation(), (seed, dtype) =>
        {
            var p = Small(seed, dtype).Item1;
            return (7, (metric, from, to) => metric.Update(p.Narrow(0, from, to - from)));
        });
        area["random detection"] = Each(() => new MeanAveragePrecision(), (seed, dtype) =>
        {
            var all = Detections(seed, dtype);
            return (all.Length, (metric, from, to) =>
            {
                for (long i = from; i < to; i++) metric.Update(all[i].Boxes, all[i].Scores, all[i].Labels, all[i].TrueBoxes, all[i].TrueLabels, all[i].Crowd);
            });
        }, m => m.Summary() is var s ? [s.Precision, s.PrecisionAt50, s.PrecisionAt75, s.PrecisionSmall, s.PrecisionMedium, s.PrecisionLarge, s.RecallOf1, s.RecallOf10, s.RecallOf100, s.RecallSmall, s.RecallMedium, s.RecallLarge] : []);
        area["random boxes"] = x => [Tensor.From(Enumerable.Range(0, Seeds).SelectMany(seed =>
        {
            var picture = Detections(seed, x[0].DType).First(p => p.Scores.Shape[0].Value > 0 && p.TrueLabels.Shape[0].Value > 0);
            return Doubles([.. Enum.GetValues<BoxOverlap>().Select(overlap => Boxes.Overlaps(picture.Boxes, picture.TrueBoxes, overlap))]);
        }).ToArray())];

        static double[] Parts(RougeMetric m) => [m.Compute(), m.Precision(), m.Recall()];

        static (Tensor, Tensor) Small(int seed, DType dtype) => Images(seed, 16, dtype);
    }
}
