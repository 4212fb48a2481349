using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Each loss inside of a graph for any batch, and what it says of inputs that do not fit. Their values are compared in the agreement tests.</summary>
public class LossCallTests
{
    static readonly Dictionary<string, (Func<Tensor[], Tensor> Call, string Inputs)> Calls = new()
    {
        ["SmoothL1"] = (x => new SmoothL1Loss().Call(x[0], x[1]), "r r"),
        ["Huber"] = (x => new HuberLoss().Call(x[0], x[1]), "r r"),
        ["LogCosh"] = (x => new LogCoshLoss().Call(x[0], x[1]), "r r"),
        ["MeanAbsolutePercentage"] = (x => new MeanAbsolutePercentageLoss().Call(x[0], x[1]), "r p"),
        ["MeanSquaredLogarithmic"] = (x => new MeanSquaredLogarithmicLoss().Call(x[0], x[1]), "p p"),
        ["CosineSimilarity"] = (x => new CosineSimilarityLoss().Call(x[0], x[1]), "r r"),
        ["BCE"] = (x => new BCELoss(weight: Tauten.Tensor.From([1f, 2, 3, 4])).Call(x[0], x[1]), "p p"),
        ["BCEWithLogits"] = (x => new BCEWithLogitsLoss(positiveWeight: Tauten.Tensor.From([1f, 2, 3, 4])).Call(x[0], x[1]), "r p"),
        ["BinaryFocal"] = (x => new BinaryFocalLoss(alpha: 0.3).Call(x[0], x[1]), "r p"),
        ["CrossEntropy"] = (x => new CrossEntropyLoss(weight: Tauten.Tensor.From([1f, 2, 3, 4]), ignoreIndex: 1, labelSmoothing: 0.1).Call(x[0], x[1]), "r l"),
        ["CrossEntropy, rows"] = (x => new CrossEntropyLoss(Reduction.BatchMean).Call(x[0], x[1]), "r l"),
        ["NLL"] = (x => new NLLLoss(ignoreIndex: 2).Call(x[0], x[1]), "r l"),
        ["Focal"] = (x => new FocalLoss().Call(x[0], x[1]), "r l"),
        ["KLDiv"] = (x => new KLDivLoss(Reduction.BatchMean).Call(x[0], x[1]), "r p"),
        ["PoissonNLL"] = (x => new PoissonNLLLoss(full: true).Call(x[0], x[1]), "r p"),
        ["GaussianNLL"] = (x => new GaussianNLLLoss().Call(x[0], x[1], x[2]), "r r p"),
        ["Hinge"] = (x => new HingeLoss().Call(x[0], x[1].Sign()), "r r"),
        ["SquaredHinge"] = (x => new SquaredHingeLoss().Call(x[0], x[1].Sign()), "r r"),
        ["CategoricalHinge"] = (x => new CategoricalHingeLoss().Call(x[0], x[1]), "r p"),
        ["HingeEmbedding"] = (x => new HingeEmbeddingLoss().Call(x[0], x[1].Sign()), "r r"),
        ["SoftMargin"] = (x => new SoftMarginLoss().Call(x[0], x[1].Sign()), "r r"),
        ["MarginRanking"] = (x => new MarginRankingLoss().Call(x[0], x[1], x[1].Sign()), "r r"),
        ["MultiMargin"] = (x => new MultiMarginLoss().Call(x[0], x[1]), "r l"),
        ["MultiLabelMargin"] = (x => new MultiLabelMarginLoss().Call(x[0], x[1].Sign().To(DType.Int64)), "r r"),
        ["MultiLabelSoftMargin"] = (x => new MultiLabelSoftMarginLoss().Call(x[0], x[1]), "r p"),
        ["CosineEmbedding"] = (x => new CosineEmbeddingLoss().Call(x[0], x[1], x[1].Select(1, 0).Sign()), "r r"),
        ["TripletMargin"] = (x => new TripletMarginLoss(swap: true).Call(x[0], x[1], x[2]), "r r p"),
        ["Contrastive"] = (x => new ContrastiveLoss().Call(x[0], x[1], x[1].Select(1, 0) > 0), "r r"),
        ["InfoNCE"] = (x => new InfoNCELoss(isSymmetric: true).Call(x[0], x[1]), "r r"),
        ["Dice"] = (x => new DiceLoss().Call(x[0], x[1]), "p p"),
        ["Tversky"] = (x => new TverskyLoss(alpha: 0.3, beta: 0.7).Call(x[0], x[1]), "p p"),
        ["CTC"] = (x => new CTCLoss().Call(Tauten.Tensor.Stack([x[0], x[1], x[0]]).LogSoftmax(-1), x[2].Unsqueeze(1), x[2] * 0 + 3, x[2] * 0 + 1), "r r l"),
    };

    public static TheoryData<string> Names => [.. Calls.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Losses_are_captured_for_any_batch(string name)
    {
        var (call, inputs) = Calls[name];
        string[] kinds = inputs.Split(' ');
        var graph = Graph.Capture(x => [call(x)], [.. kinds.Select(k => k == "l" ? new TensorSpec(DType.Int64, ["batch"]) : new TensorSpec(DType.Float32, ["batch", 4]))]);
        foreach (int batch in new[] { 1, 3 })
        {
            var x = kinds.Select((kind, i) => kind == "l"
                ? Tauten.Tensor.From([.. Enumerable.Range(0, batch).Select(n => (long)(3 - n))])
                : Tensor([.. Numbers(batch * 4, 5 + i).Select(v => kind == "p" ? (v + 1) / 2 : v * 2)], [batch, 4], DType.Float32)).ToArray();
            Equal(call(x).Doubles(), graph.Run(x)[0], 1e-5);
        }
    }

    static Tensor Floats(params long[] sizes) => Tauten.Tensor.Ones(Shape.Of(sizes));

    static Tensor Integers(params long[] values) => Tauten.Tensor.From(values);

    static void Says(string expected, Func<Tensor> call)
    {
        var e = Assert.ThrowsAny<Exception>(call);
        Assert.Equal(expected, $"{e.GetType().Name}: {e.Message}");
    }

    [Fact]
    public void Inputs_that_do_not_fit_are_named()
    {
        Says("ShapeException: BCEWithLogitsLoss: weight of shape [3] does not fit a prediction of shape [2, 4]. Expected the sizes of its last axes. (in BCEWithLogitsLoss)",
            () => new BCEWithLogitsLoss(weight: Floats(3)).Call(Floats(2, 4), Floats(2, 4)));
        Says("ShapeException: CrossEntropyLoss: expected a weight of shape [4]. Received: [3]. (in CrossEntropyLoss)",
            () => new CrossEntropyLoss(weight: Floats(3)).Call(Floats(2, 4), Integers(0, 1)));
        Says("ShapeException: NLLLoss: expected a weight of shape [classes]. Received: [3, 1].", () => new NLLLoss(weight: Floats(3, 1)).Call(Floats(2, 3), Integers(0, 1)));
        Says("IndexException: NLLLoss: label 1 is -100. Expected 0 to 3. (in NLLLoss)", () => new NLLLoss().Call(Floats(2, 4), Integers(0, -100)));
        Says("IndexException: NLLLoss: label 1 is 4. Expected 0 to 3. (in NLLLoss)", () => new NLLLoss(ignoreIndex: -100).Call(Floats(2, 4), Integers(-100, 4)));
        Says("ArgumentException: BCELoss: expected probabilities from 0 to 1. Received: 1.5 at place 1.", () => new BCELoss().Call(Tauten.Tensor.From([0, 1.5f]), Floats(2)));
        Says("ArgumentException: HingeLoss: expected targets that are 1 or -1. Received: 0 at place 0.", () => new HingeLoss().Call(Floats(2), Tauten.Tensor.From([0f, 1])));
        Says("ShapeException: GaussianNLLLoss: expected a variance of shape [2, 3]. Received: [3]. (in GaussianNLLLoss)",
            () => new GaussianNLLLoss().Call(Floats(2, 3), Floats(2, 3), Floats(3)));
        Says("ShapeException: CosineEmbeddingLoss: vectors of shape [2, 3] need one target for each. Received: [2, 1]. (in CosineEmbeddingLoss)",
            () => new CosineEmbeddingLoss().Call(Floats(2, 3), Floats(2, 3), Floats(2, 1)));
        Says("ShapeException: DiceLoss: expected [batch, ...]. Received: [3]. Use Unsqueeze(0) for a single sample. (in DiceLoss)", () => new DiceLoss().Call(Floats(3), Floats(3)));
        Says("IndexException: MultiLabelMarginLoss: label 1 is 3. Expected 0 to 2. (in MultiLabelMarginLoss)",
            () => new MultiLabelMarginLoss().Call(Floats(3), Integers(0, 3, -1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HuberLoss(delta: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new CrossEntropyLoss(labelSmoothing: 1.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MultiMarginLoss(power: 3));
    }

    [Fact]
    public void Sequences_that_do_not_fit_are_named()
    {
        var loss = new CTCLoss();
        var logs = Floats(5, 2, 4).LogSoftmax(-1);
        var targets = Tauten.Tensor.From([1L, 2, 3, 1], [2, 2]);
        Says("IndexException: CTCLoss: target length 1 is 3. Expected 0 to 2. (in CTCLoss)", () => loss.Call(logs, targets, Integers(5, 5), Integers(2, 3)));
        Says("IndexException: CTCLoss: input length minus 1, of sample 0 is 5. Expected 0 to 4. (in CTCLoss)", () => loss.Call(logs, targets, Integers(6, 5), Integers(2, 2)));
        Says("IndexException: CTCLoss: label 2 is 4. Expected 0 to 3. (in CTCLoss)", () => loss.Call(logs, Tauten.Tensor.From([1L, 2, 4, 1], [2, 2]), Integers(5, 5), Integers(2, 2)));
        Says("ShapeException: CTCLoss: target lengths add up to 4, but there are 3 labels. (in CTCLoss)", () => loss.Call(logs, Integers(1, 2, 3), Integers(5, 5), Integers(2, 2)));
        Says("IndexException: CTCLoss: blank is 4. Expected a class from 0 to 4 - 1. (in CTCLoss)", () => new CTCLoss(blank: 4).Call(logs, targets, Integers(5, 5), Integers(2, 2)));
    }

    [Fact]
    public void A_single_sequence_is_a_batch_of_one()
    {
        var logs = Tensor(Numbers(24, 3, 2), [6, 4]).LogSoftmax(-1);
        var alone = new CTCLoss(Reduction.None).Call(logs, Integers(1, 2), Tauten.Tensor.From(6L), Tauten.Tensor.From(2L));
        var batch = new CTCLoss(Reduction.None).Call(logs.Unsqueeze(1), Integers(1, 2), Integers(6), Integers(2));
        Assert.Equal(Shape.Scalar, alone.Shape);
        Equal(batch.Doubles(), alone, 1e-12);
    }

    [Fact]
    public void Weights_are_state_and_extremes_stay_finite()
    {
        Assert.Equal(["weight", "pos_weight"], new BCEWithLogitsLoss(weight: Floats(2), positiveWeight: Floats(2)).State().Select(s => s.Key));
        Assert.Equal(["weight"], new CrossEntropyLoss(weight: Floats(2)).State().Select(s => s.Key));
        var x = Tauten.Tensor.From([1000f, -1000f, 0f], requiresGrad: true);
        foreach (double gamma in new[] { 0.5, 1, 2 })
        {
            var y = new BinaryFocalLoss(Reduction.Sum, gamma).Call(x, Tauten.Tensor.From([1f, 0, 1]));
            Assert.All(Gradients.Of(y, [x])[0].Doubles(), v => Assert.True(double.IsFinite(v)));
            var z = new FocalLoss(Reduction.Sum, gamma).Call(x.Unsqueeze(0), Integers(0));
            Assert.All(Gradients.Of(z, [x])[0].Doubles(), v => Assert.True(double.IsFinite(v)));
        }
        Equal([0, 1], new DiceLoss(Reduction.None).Call(Tauten.Tensor.From([0f, 0, 1, 0], [2, 2]), Tauten.Tensor.From([0f, 0, 0, 1], [2, 2])), 1e-6);
    }
}
