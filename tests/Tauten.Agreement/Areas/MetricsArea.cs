using Tauten.Training;

namespace Tauten.Agreement;

/// <summary>Each metric sees everything at once, and again in seven shards that are merged.</summary>
static class MetricsArea
{
    public static Area Calls { get; } = Make();

    static Area Make()
    {
        var area = new Area("metrics")
        {
            ["mae"] = Of(() => new MeanAbsoluteError()),
            ["mse"] = Of(() => new MeanSquaredError()),
            ["rmse"] = Of(() => new RootMeanSquaredError()),
            ["mape"] = Of(() => new MeanAbsolutePercentageError()),
            ["r2"] = Of(() => new R2Score()),
            ["psnr 2"] = Of(() => new PeakSignalToNoise(2)),
            ["cosine"] = Of(() => new MeanCosineSimilarity()),
            ["accuracy"] = Of(() => new Accuracy()),
            ["confusion"] = x => [Merged(() => new ConfusionMatrix(5), x).Counts],
            ["f1 classes"] = x => [Tensor.From(Merged(() => new FBeta(5), x).PerClass())],
            ["top 1"] = Of(() => new TopKAccuracy(1)),
            ["top 2"] = Of(() => new TopKAccuracy(2)),
            ["top 4"] = Of(() => new TopKAccuracy(4)),
            ["log_loss"] = Of(() => new LogLoss()),
            ["perplexity"] = Of(() => new Perplexity()),
            ["perplexity ignore"] = Of(() => new Perplexity(-100)),
            ["calibration 10"] = Of(() => new CalibrationError(10)),
            ["calibration 15"] = Of(() => new CalibrationError()),
            ["roc_auc"] = Of(() => new RocAuc()),
            ["average_precision"] = Of(() => new AveragePrecision()),
        };
        foreach (var (average, name) in new[] { (Average.Macro, "macro"), (Average.Micro, "micro"), (Average.Weighted, "weighted") })
        {
            area[$"precision {name}"] = Of(() => new Precision(5, average));
            area[$"recall {name}"] = Of(() => new Recall(5, average));
            area[$"f1 {name}"] = Of(() => new FBeta(5, average));
            area[$"fbeta 0.5 {name}"] = Of(() => new FBeta(5, average, 0.5));
            area[$"iou {name}"] = Of(() => new IntersectionOverUnion(5, average));
        }
        RandomMetrics.Add(area);
        return area;
    }

    static Func<Tensor[], Tensor[]> Of<T>(Func<T> make) where T : PairMetric => x =>
    {
        var whole = make();
        whole.Update(x[0], x[1]);
        double merged = Merged(make, x).Compute();
        Assert.InRange(merged - whole.Compute(), -1e-10 * Math.Abs(merged), 1e-10 * Math.Abs(merged));
        return [Tensor.From(whole.Compute())];
    };

    static T Merged<T>(Func<T> make, Tensor[] x) where T : PairMetric
    {
        var all = make();
        long size = x[1].Shape[0];
        for (long shard = 0; shard < 7; shard++)
        {
            long start = size * shard / 7, length = size * (shard + 1) / 7 - start;
            var part = make();
            part.Update(x[0].Narrow(0, start, length), x[1].Narrow(0, start, length));
            all.Merge(part);
        }
        return all;
    }
}
