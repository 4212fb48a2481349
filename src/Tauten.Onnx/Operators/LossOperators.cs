using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Losses over classes, which stand along axis 1.</summary>
static class LossOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("NegativeLogLikelihoodLoss", 12, c => Loss(c, c[0])),
        Of("SoftmaxCrossEntropyLoss", 12, c =>
        {
            var logProbabilities = c[0].LogSoftmax(1);
            return [Loss(c, logProbabilities), logProbabilities];
        }),
    ];

    static Tensor Loss(Call c, Tensor logProbabilities)
    {
        var labels = c[1].To(DType.Int64);
        var classes = logProbabilities.Shape[1];
        var ignored = c.Node.Int("ignore_index") is { } index ? labels.EqualTo(index) : null;
        // An ignored label may be no class at all.
        var safe = ignored is null ? labels : Tensor.Where(ignored, 0, labels);
        var losses = -logProbabilities.Gather(1, safe.Unsqueeze(1)).Squeeze(1);
        var weights = c.Optional(2) is { } given ? given.IndexSelect(0, safe) : Tensor.OnesLike(losses);
        if (ignored is not null) weights = Tensor.Where(ignored, 0, weights);
        losses *= weights;
        return c.Text("reduction", "mean") switch
        {
            "none" => losses,
            "sum" => losses.Sum(),
            "mean" => losses.Sum() / weights.Sum(),
            var other => throw new ModelFormatException($"the reduction must be none, sum or mean. Received: {other}. There are {classes} classes."),
        };
    }
}
