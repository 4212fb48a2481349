using Tauten.NN;

namespace Tauten.Agreement;

static class LossesArea
{
    public static Area Calls { get; } = Make();

    static Area Make()
    {
        var area = new Area("losses")
        {
            ["smooth_l1 1.0"] = x => [new SmoothL1Loss().Call(x[0], x[1])],
            ["smooth_l1 0.3"] = x => [new SmoothL1Loss(beta: 0.3).Call(x[0], x[1])],
            ["smooth_l1 0.0"] = x => [new SmoothL1Loss(beta: 0).Call(x[0], x[1])],
            ["smooth_l1 none"] = x => [new SmoothL1Loss(Reduction.None).Call(x[0], x[1])],
            ["huber 1.0"] = x => [new HuberLoss().Call(x[0], x[1])],
            ["huber 0.3"] = x => [new HuberLoss(delta: 0.3).Call(x[0], x[1])],
            ["huber none"] = x => [new HuberLoss(Reduction.None).Call(x[0], x[1])],

            ["bce"] = x => [new BCELoss().Call(x[0], x[1])],
            ["bce none"] = x => [new BCELoss(Reduction.None).Call(x[0], x[1])],
            ["bce weight"] = x => [new BCELoss(Reduction.None, x[2]).Call(x[0], x[1])],
            ["bce_logits"] = x => [new BCEWithLogitsLoss().Call(x[0], x[1])],
            ["bce_logits none"] = x => [new BCEWithLogitsLoss(Reduction.None).Call(x[0], x[1])],
            ["bce_logits weights"] = x => [new BCEWithLogitsLoss(Reduction.Sum, x[2], x[3]).Call(x[0], x[1])],
            ["bce_logits positive"] = x => [new BCEWithLogitsLoss(positiveWeight: Numbers(x[0], [4], 0.5, 1, 2, 3)).Call(x[0], Every(2, 1, x[0]))],
            ["binary_focal"] = x => [new BinaryFocalLoss().Call(x[0], Every(3, 0, x[0]))],
            ["binary_focal 0.5 alpha"] = x => [new BinaryFocalLoss(Reduction.None, 0.5, 0.25).Call(x[0], Every(3, 0, x[0]))],

            ["cross_entropy one"] = x => [new CrossEntropyLoss().Call(x[0], x[1])],
            ["cross_entropy ignore"] = x => [new CrossEntropyLoss(ignoreIndex: -100).Call(x[0], x[1])],
            ["cross_entropy smooth"] = x => [new CrossEntropyLoss(labelSmoothing: 0.1).Call(x[0], x[1])],
            ["cross_entropy probabilities"] = x => [new CrossEntropyLoss().Call(x[0], x[1])],
            ["cross_entropy probabilities all"] = x => [new CrossEntropyLoss(weight: Weight(x[0]), labelSmoothing: 0.2).Call(x[0], x[1])],
            ["focal"] = x => [new FocalLoss().Call(x[0], x[1])],
            ["focal 1.5 none"] = x => [new FocalLoss(Reduction.None, 1.5).Call(x[0], x[1])],
            ["focal probabilities"] = x => [new FocalLoss().Call(x[0], x[1])],

            ["kl_div batchmean"] = x => [new KLDivLoss(Reduction.BatchMean).Call(x[0], x[1])],
            ["kl_div log"] = x => [new KLDivLoss(Reduction.BatchMean, logTarget: true).Call(x[0], x[1])],
            ["poisson"] = x => [new PoissonNLLLoss().Call(x[0], x[1])],
            ["poisson full"] = x => [new PoissonNLLLoss(Reduction.None, full: true).Call(x[0], x[1])],
            ["poisson rates"] = x => [new PoissonNLLLoss(Reduction.None, logInput: false).Call(x[0], x[1])],
            ["gaussian"] = x => [new GaussianNLLLoss().Call(x[0], x[1], x[2])],
            ["gaussian full"] = x => [new GaussianNLLLoss(Reduction.None, full: true).Call(x[0], x[1], x[2])],

            ["multilabel_soft_margin weight"] = x => [new MultiLabelSoftMarginLoss(weight: Weight(x[0])).Call(x[0], x[1])],
            ["hinge"] = x => [new HingeLoss().Call(x[0], Signs(x[0]))],
            ["squared_hinge"] = x => [new SquaredHingeLoss(Reduction.None).Call(x[0], Signs(x[0]))],
            ["categorical_hinge"] = x => [new CategoricalHingeLoss(Reduction.None).Call(x[0], Tensor.From([2L, 0, 4]).OneHot(5, x[0].DType))],

            ["cosine_embedding none"] = x => [new CosineEmbeddingLoss(Reduction.None, 0.1).Call(x[0], x[1], Same(x[0]))],
            ["cosine_embedding mean"] = x => [new CosineEmbeddingLoss().Call(x[0], x[1], Same(x[0]))],
            ["triplet"] = x => [new TripletMarginLoss().Call(x[0], x[1], x[2])],
            ["triplet swap"] = x => [new TripletMarginLoss(Reduction.None, 0.5, order: 1, swap: true).Call(x[0], x[1], x[2])],
            ["triplet distance"] = x => [new TripletMarginWithDistanceLoss((a, b) => 1 - a.CosineSimilarity(b), Reduction.Sum, swap: true).Call(x[0], x[1], x[2])],
            ["contrastive"] = x => [new ContrastiveLoss(Reduction.None, 3).Call(x[0], x[1], Same(x[0]) > 0)],
            ["infonce"] = x => [new InfoNCELoss(temperature: 0.2).Call(x[0], x[1])],
            ["infonce symmetric"] = x => [new InfoNCELoss(Reduction.None, 0.2, isSymmetric: true).Call(x[0], x[1])],

            ["log_cosh"] = x => [new LogCoshLoss(Reduction.None).Call(x[0], x[1])],
            ["percentage"] = x => [new MeanAbsolutePercentageLoss(Reduction.None).Call(x[0], x[1])],
            ["logarithmic"] = x => [new MeanSquaredLogarithmicLoss(Reduction.None).Call(x[0], x[1])],
            ["cosine"] = x => [new CosineSimilarityLoss(Reduction.None).Call(x[0], x[1])],
            ["circle"] = x => [new CircleLoss(Reduction.None, 4, 0.3).Call(x[0], x[1])],
            ["circle mean"] = x => [new CircleLoss(scale: 8).Call(x[0], x[1])],
            ["dice"] = x => [new DiceLoss(Reduction.None, 0.5).Call(x[0], x[1])],
            ["tversky"] = x => [new TverskyLoss(alpha: 0.3, beta: 0.7, smooth: 0.1).Call(x[0], x[1])],

            ["ctc flat"] = x => [Ctc(new CTCLoss(), x[0], Tensor.From([1L, 2, 2, 3, 4, 1, 3, 3, 3, 1]), [9, 8, 9], [4, 2, 4])],
            ["ctc blank"] = x => [Ctc(new CTCLoss(Reduction.None, blank: 4), x[0], Tensor.From([0L, 1, 2, 3], [2, 2]), [4, 3], [2, 1])],
            ["ctc infinite"] = x => [Ctc(new CTCLoss(Reduction.None), x[0], Padded, [9, 7, 4], [4, 2, 3])],
            ["ctc zero"] = x => [Ctc(new CTCLoss(Reduction.None, zeroInfinity: true), x[0], Padded, [9, 7, 4], [4, 2, 3])],
            ["ctc empty"] = x => [Ctc(new CTCLoss(Reduction.None), x[0], Tensor.From([1L, 2, 3, 0], [2, 2]), [4, 4], [2, 0])],
            ["ctc long"] = x => [Ctc(new CTCLoss(), x[0], Tensor.From([1L, 2, 3, 1, 4], [1, 5]), [60], [5])],
        };
        foreach (var (reduction, name) in new[] { (Reduction.Mean, "mean"), (Reduction.Sum, "sum"), (Reduction.None, "none") })
        {
            area[$"mse {name}"] = x => [new MSELoss(reduction).Call(x[0], x[1])];
            area[$"l1 {name}"] = x => [new L1Loss(reduction).Call(x[0], x[1])];
            area[$"cross_entropy {name}"] = x => [new CrossEntropyLoss(reduction).Call(x[0], x[1])];
            area[$"cross_entropy weight {name}"] = x => [new CrossEntropyLoss(reduction, Weight(x[0])).Call(x[0], x[1])];
            area[$"cross_entropy all {name}"] = x => [new CrossEntropyLoss(reduction, Weight(x[0]), 4, 0.2).Call(x[0], x[1])];
            area[$"nll {name}"] = x => [new NLLLoss(reduction, Weight(x[0]), 4).Call(x[0], x[1])];
            area[$"nll 2d {name}"] = x => [new NLLLoss(reduction).Call(x[0], x[1])];
            area[$"kl_div {name}"] = x => [new KLDivLoss(reduction).Call(x[0], x[1])];
            area[$"ctc {name}"] = x => [Ctc(new CTCLoss(reduction), x[0], Padded, [9, 7, 8], [4, 2, 3])];
            if (reduction == Reduction.Sum) continue;
            area[$"hinge_embedding {name}"] = x => [new HingeEmbeddingLoss(reduction, 0.7).Call(x[0], Signs(x[0]))];
            area[$"soft_margin {name}"] = x => [new SoftMarginLoss(reduction).Call(x[0], Signs(x[0]))];
            area[$"margin_ranking {name}"] = x => [new MarginRankingLoss(reduction, 0.3).Call(x[0], x[1], Signs(x[0]))];
            area[$"multi_margin {name}"] = x => [new MultiMarginLoss(reduction).Call(x[0], x[1])];
            area[$"multi_margin 2 {name}"] = x => [new MultiMarginLoss(reduction, 2, 0.6, Weight(x[0])).Call(x[0], x[1])];
            area[$"multilabel_margin {name}"] = x => [new MultiLabelMarginLoss(reduction).Call(x[0], x[1])];
            area[$"multilabel_soft_margin {name}"] = x => [new MultiLabelSoftMarginLoss(reduction).Call(x[0], x[1])];
        }
        return area;
    }

    static Tensor Numbers(Tensor like, Shape shape, params double[] values) => Tensor.From(values, shape).To(like.DType);

    static Tensor Weight(Tensor like) => Numbers(like, [5], 0.5, 1, 1.5, 0.75, 1.25);

    static Tensor Signs(Tensor like) => Numbers(like, [2, 4], 1, -1, 1, -1, -1, -1, 1, 1);

    static Tensor Same(Tensor like) => Numbers(like, [4], 1, -1, -1, 1);

    /// <summary>1 where the place of an element, modulo a number, is <paramref name="rest"/>; 0 elsewhere.</summary>
    static Tensor Every(int count, int rest, Tensor like) =>
        Numbers(like, like.Shape, [.. Enumerable.Range(0, (int)like.Shape.ElementCount.Value).Select(i => i % count == rest ? 1.0 : 0)]);

    static Tensor Padded => Tensor.From([1L, 2, 2, 3, 4, 1, 0, 0, 3, 3, 3, 1], [3, 4]);

    static Tensor Ctc(CTCLoss loss, Tensor logits, Tensor targets, long[] steps, long[] lengths) =>
        loss.Call(logits.LogSoftmax(-1), targets, Tensor.From(steps), Tensor.From(lengths));
}
