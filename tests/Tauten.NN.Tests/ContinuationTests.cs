using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>
/// Every module and all else with a state, saved to a file and loaded into a fresh one: each parameter, buffer and option is there bit for bit, and so is the next step.
/// </summary>
public partial class ContinuationTests
{
    // A module, made from a generator, and a call of it, whose inputs are always the same.
    sealed record Row(Func<Generator, Module> Make, Func<Module, Tensor> Call);

    static (Type, Row) Of<TModule>(Func<Generator, TModule> make, Func<TModule, Tensor> call) where TModule : Module => (typeof(TModule), new(make, module => call((TModule)module)));

    static (Type, Row) Plain<TModule>(Func<Generator, TModule> make, params long[] sizes) where TModule : Module<Tensor, Tensor> => Of(make, module => module.Call(X(sizes)));

    static (Type, Row) Pair<TLoss>(Func<Generator, TLoss> make, Func<Tensor> first, Func<Tensor> second) where TLoss : Loss => Of(make, loss => loss.Call(first(), second()));

    static Tensor X(params long[] sizes) => Tauten.Tensor.Randn(Shape.Of(sizes), DType.Float32, new Generator((ulong)sizes.Sum()));

    static Tensor P(params long[] sizes) => Tauten.Tensor.Rand(Shape.Of(sizes), DType.Float32, new Generator((ulong)sizes.Sum())) * 0.9 + 0.05;

    static Tensor R() => X(3, 4).WithGrad();

    static Tensor Probabilities() => P(3, 4).WithGrad();

    static Tensor Signs() => X(3, 4).Sign();

    static Tensor Labels() => Tauten.Tensor.From([2L, 0, 3]);

    static readonly Dictionary<Type, Row> Rows = new[]
    {
        Plain(_ => new ReLU(), 3, 4), Plain(_ => new Gelu(), 3, 4), Plain(_ => new Tanh(), 3, 4), Plain(_ => new Sigmoid(), 3, 4), Plain(_ => new Softmax(), 3, 4),
        Plain(_ => new Identity(), 3, 4), Plain(_ => new LeakyReLU(), 3, 4), Plain(_ => new ReLU6(), 3, 4), Plain(_ => new ELU(), 3, 4), Plain(_ => new SELU(), 3, 4),
        Plain(_ => new CELU(), 3, 4), Plain(_ => new SiLU(), 3, 4), Plain(_ => new Mish(), 3, 4), Plain(_ => new Hardtanh(), 3, 4), Plain(_ => new Hardsigmoid(), 3, 4),
        Plain(_ => new Hardswish(), 3, 4), Plain(_ => new Hardshrink(), 3, 4), Plain(_ => new Softshrink(), 3, 4), Plain(_ => new Tanhshrink(), 3, 4), Plain(_ => new Softplus(), 3, 4),
        Plain(_ => new Softsign(), 3, 4), Plain(_ => new LogSigmoid(), 3, 4), Plain(_ => new Exponential(), 3, 4), Plain(_ => new SquaredReLU(), 3, 4), Plain(_ => new SparsePlus(), 3, 4),
        Plain(_ => new SparseSigmoid(), 3, 4), Plain(_ => new Squareplus(), 3, 4), Plain(_ => new Threshold(0.1, 2), 3, 4), Plain(_ => new Glu(), 3, 4), Plain(_ => new LogSoftmax(), 3, 4),
        Plain(_ => new Softmin(), 3, 4), Plain(_ => new Softmax2d(), 2, 3, 2, 2), Plain(_ => new QuickGelu(), 3, 4), Plain(_ => new Sparsemax(), 3, 4),
        Of(g => Filled(new PReLU(4), g), m => m.Call(X(3, 4))), Plain(g => new RReLU(generator: g), 3, 4),

        Plain(g => new Linear(4, 3, generator: g), 2, 4), Plain(g => new Dense(3, generator: g), 2, 4), Of(g => new Bilinear(2, 3, 4, generator: g), m => m.Call((X(5, 2), X(5, 3)))),
        Of(g => new Embedding(5, 3, generator: g), m => m.Call(Labels())), Of(g => new EmbeddingBag(5, 3, generator: g), m => m.Call((Labels(), Tauten.Tensor.From([0L, 1]), null))),
        Plain(g => new Conv1d(2, 3, 2, generator: g), 2, 2, 4), Plain(g => new Conv2d(2, 3, 2, generator: g), 2, 2, 3, 4), Plain(g => new Conv3d(2, 3, 2, generator: g), 2, 2, 3, 3, 3),
        Plain(g => new ConvTranspose1d(2, 3, 2, generator: g), 2, 2, 4), Plain(g => new ConvTranspose2d(2, 3, 2, generator: g), 2, 2, 3, 4),
        Plain(g => new ConvTranspose3d(2, 3, 2, generator: g), 2, 2, 2, 2, 2), Plain(g => new DepthwiseConv2d(2, 2, 2, generator: g), 2, 2, 3, 4),
        Plain(g => new SeparableConv2d(2, 3, 2, generator: g), 2, 2, 3, 4),

        Plain(_ => new BatchNorm1d(3), 4, 3), Plain(_ => new BatchNorm2d(3), 4, 3, 2, 2), Plain(_ => new BatchNorm3d(3), 2, 3, 2, 2, 2), Plain(_ => new LayerNorm(4), 3, 4),
        Plain(_ => new GroupNorm(2, 4), 2, 4, 3), Plain(_ => new RMSNorm(4), 3, 4), Plain(_ => new LocalResponseNorm(2), 2, 4, 3), Plain(_ => new InstanceNorm1d(3, affine: true), 2, 3, 4),
        Plain(_ => new InstanceNorm2d(3, affine: true), 2, 3, 2, 2), Plain(_ => new InstanceNorm3d(3, affine: true), 2, 3, 2, 2, 2),

        Plain(g => new Dropout(0.5, g), 5, 6), Plain(g => new Dropout1d(0.5, g), 5, 6, 2), Plain(g => new Dropout2d(0.5, g), 5, 6, 2, 2), Plain(g => new Dropout3d(0.5, g), 5, 6, 2, 2, 2),
        Plain(g => new AlphaDropout(0.5, g), 5, 6), Plain(g => new FeatureAlphaDropout(0.5, g), 5, 6, 2), Plain(g => new GaussianNoise(0.5, g), 5, 6),

        Plain(_ => new MaxPool1d(2), 2, 3, 4), Plain(_ => new MaxPool2d(2), 2, 3, 4, 4), Plain(_ => new MaxPool3d(2), 2, 3, 4, 4, 4), Plain(_ => new AvgPool1d(2), 2, 3, 4),
        Plain(_ => new AvgPool2d(2), 2, 3, 4, 4), Plain(_ => new AvgPool3d(2), 2, 3, 4, 4, 4), Plain(_ => new LpPool1d(2, 2), 2, 3, 4), Plain(_ => new LpPool2d(2, 2), 2, 3, 4, 4),
        Plain(_ => new LpPool3d(2, 2), 2, 3, 4, 4, 4), Plain(_ => new AdaptiveAvgPool1d(2), 2, 3, 4), Plain(_ => new AdaptiveAvgPool2d(2), 2, 3, 4, 4),
        Plain(_ => new AdaptiveAvgPool3d(2), 2, 3, 4, 4, 4), Plain(_ => new AdaptiveMaxPool1d(2), 2, 3, 4), Plain(_ => new AdaptiveMaxPool2d(2), 2, 3, 4, 4),
        Plain(_ => new AdaptiveMaxPool3d(2), 2, 3, 4, 4, 4), Plain(g => new FractionalMaxPool2d(2, [3, 2], g), 2, 3, 5, 6), Plain(g => new FractionalMaxPool3d(2, [3, 2, 2], g), 2, 3, 5, 6, 5),
        Of(_ => new MaxUnpool1d(2), m => m.Call(new MaxPool1d(2).CallWithIndices(X(2, 3, 4)))), Of(_ => new MaxUnpool2d(2), m => m.Call(new MaxPool2d(2).CallWithIndices(X(2, 3, 4, 4)))),
        Of(_ => new MaxUnpool3d(2), m => m.Call(new MaxPool3d(2).CallWithIndices(X(2, 3, 4, 4, 4)))),

        Plain(_ => new ConstantPad1d([1], 2), 2, 3, 4), Plain(_ => new ConstantPad2d([1, 2], 2), 2, 3, 4, 4), Plain(_ => new ConstantPad3d([1, 2, 0], 2), 2, 3, 4, 4, 4),
        Plain(_ => new ZeroPad1d([1]), 2, 3, 4), Plain(_ => new ZeroPad2d([1, 2]), 2, 3, 4, 4), Plain(_ => new ZeroPad3d([1, 2, 0]), 2, 3, 4, 4, 4),
        Plain(_ => new ReflectionPad1d([1]), 2, 3, 4), Plain(_ => new ReflectionPad2d([1, 2]), 2, 3, 4, 4), Plain(_ => new ReflectionPad3d([1, 2, 0]), 2, 3, 4, 4, 4),
        Plain(_ => new ReplicationPad1d([1]), 2, 3, 4), Plain(_ => new ReplicationPad2d([1, 2]), 2, 3, 4, 4), Plain(_ => new ReplicationPad3d([1, 2, 0]), 2, 3, 4, 4, 4),
        Plain(_ => new CircularPad1d([1]), 2, 3, 4), Plain(_ => new CircularPad2d([1, 2]), 2, 3, 4, 4), Plain(_ => new CircularPad3d([1, 2, 0]), 2, 3, 4, 4, 4),

        Plain(_ => new Flatten(), 2, 3, 4), Plain(_ => new Unflatten(1, [2, 2]), 3, 4), Plain(_ => new PixelShuffle(2), 2, 4, 3, 3), Plain(_ => new PixelUnshuffle(2), 2, 4, 4, 4),
        Plain(_ => new ChannelShuffle(2), 2, 4, 3, 3), Plain(_ => new Unfold([2, 2]), 2, 3, 4, 4), Plain(_ => new Fold([3, 3], [2, 2]), 2, 8, 4), Plain(_ => new Upsample(scale: 2), 2, 3, 4, 4),
        Of(_ => new CosineSimilarity(), m => m.Call((X(3, 4), P(3, 4)))), Of(_ => new PairwiseDistance(), m => m.Call((X(3, 4), P(3, 4)))),
        Plain(g => new SinusoidalPositions(0.5, g), 2, 3, 4), Plain(_ => new RotaryPositions(), 2, 2, 3, 4),

        Of(g => new RNN(3, 2, 2, bidirectional: true, dropout: 0.5, generator: g), m => m.Call((X(4, 2, 3), null, null)).Output),
        Of(g => new LSTM(3, 4, 2, bidirectional: true, projection: 2, dropout: 0.5, generator: g), m => m.Call((X(4, 2, 3), null, null)).Output),
        Of(g => new GRU(3, 2, 2, dropout: 0.5, generator: g), m => m.Call((X(4, 2, 3), null, null)).Output),
        Of(g => new RNNCell(3, 2, generator: g), m => m.Call((X(2, 3), null))), Of(g => new LSTMCell(3, 2, generator: g), m => m.Call((X(2, 3), null)).Cell),
        Of(g => new GRUCell(3, 2, generator: g), m => m.Call((X(2, 3), null))),
        Of(g => new MultiHeadAttention(4, 2, dropout: 0.3, generator: g), m => m.Call(new(X(3, 2, 4), X(5, 2, 4), X(5, 2, 4)))),
        Of(g => new TransformerEncoderLayer(4, 2, 6, generator: g), m => m.Call(X(3, 2, 4))),
        Of(g => new TransformerDecoderLayer(4, 2, 6, generator: g), m => m.Call(new(X(3, 2, 4), X(5, 2, 4)))),
        Of(g => new TransformerEncoder(() => new(4, 2, 6, generator: g), 2, new LayerNorm(4)), m => m.Call(X(3, 2, 4))),
        Of(g => new TransformerDecoder(() => new(4, 2, 6, generator: g), 2), m => m.Call(new(X(3, 2, 4), X(5, 2, 4)))),
        Of(g => new Transformer(4, 2, 1, 1, 6, generator: g), m => m.Call(new(X(3, 2, 4), X(5, 2, 4)))),
        Plain(g => new Sequential(new Dense(3, generator: g), new BatchNorm1d(3), new Dropout(0.5, g)), 4, 5),
        Of(g => new ModuleList<Module<Tensor, Tensor>>(new Linear(4, 4, generator: g), new ReLU(), Filled(new PReLU(), g)), m => m.Aggregate(X(3, 4), (x, layer) => layer.Call(x))),
        Of(g => new ModuleDict<Module<Tensor, Tensor>> { { "b", new Linear(4, 4, generator: g) }, { "a", new LayerNorm(4) } }, m => m["a"].Call(m["b"].Call(X(3, 4)))),

        Pair(_ => new MSELoss(), R, R), Pair(_ => new L1Loss(), R, Probabilities), Pair(_ => new SmoothL1Loss(), R, Probabilities), Pair(_ => new HuberLoss(), R, Probabilities),
        Pair(_ => new LogCoshLoss(), R, Probabilities), Pair(_ => new MeanAbsolutePercentageLoss(), R, Probabilities), Pair(_ => new MeanSquaredLogarithmicLoss(), Probabilities, Probabilities),
        Pair(_ => new CosineSimilarityLoss(), R, Probabilities), Pair(g => new BCELoss(weight: Weights(g)), Probabilities, Probabilities),
        Pair(g => new BCEWithLogitsLoss(weight: Weights(g), positiveWeight: Weights(g)), R, Probabilities), Pair(_ => new BinaryFocalLoss(), R, Probabilities),
        Pair(g => new CrossEntropyLoss(weight: Weights(g)), R, Labels), Pair(g => new NLLLoss(weight: Weights(g)), R, Labels), Pair(g => new FocalLoss(weight: Weights(g)), R, Labels),
        Pair(_ => new KLDivLoss(), R, Probabilities), Pair(_ => new PoissonNLLLoss(), R, Probabilities), Of(_ => new GaussianNLLLoss(), m => m.Call((R(), Probabilities(), P(3, 4)))),
        Pair(_ => new HingeLoss(), R, Signs), Pair(_ => new SquaredHingeLoss(), R, Signs), Pair(_ => new CategoricalHingeLoss(), R, Probabilities), Pair(_ => new HingeEmbeddingLoss(), R, Signs),
        Pair(_ => new SoftMarginLoss(), R, Signs), Of(_ => new MarginRankingLoss(), m => m.Call((R(), Probabilities(), Signs()))), Pair(g => new MultiMarginLoss(weight: Weights(g)), R, Labels),
        Pair(_ => new MultiLabelMarginLoss(), R, () => Signs().To(DType.Int64)), Pair(g => new MultiLabelSoftMarginLoss(weight: Weights(g)), R, Probabilities),
        Of(_ => new CosineEmbeddingLoss(), m => m.Call((R(), Probabilities(), Signs().Select(1, 0)))), Of(_ => new TripletMarginLoss(), m => m.Call((R(), Probabilities(), P(3, 4)))),
        Of(_ => new TripletMarginWithDistanceLoss((a, b) => (a - b).Abs().Sum(-1)), m => m.Call((R(), Probabilities(), P(3, 4)))),
        Of(_ => new ContrastiveLoss(), m => m.Call((R(), Probabilities(), Signs().Select(1, 0) > 0))), Of(_ => new InfoNCELoss(), m => m.Call((R(), Probabilities()))),
        Pair(_ => new DiceLoss(), Probabilities, Probabilities), Pair(_ => new TverskyLoss(), Probabilities, Probabilities),
        Of(_ => new CTCLoss(), m => m.Call((X(4, 2, 3).LogSoftmax(-1).WithGrad(), Tauten.Tensor.From([1L, 2], [2, 1]), Tauten.Tensor.From([4L, 4]), Tauten.Tensor.From([1L, 1])))),
    }.Concat(MoreRows()).ToDictionary(row => Open(row.Item1), row => row.Item2);

    static Tensor Weights(Generator generator) => Tauten.Tensor.Rand([4], DType.Float32, generator);

    static PReLU Filled(PReLU layer, Generator generator)
    {
        foreach (var parameter in layer.Parameters()) parameter.Value = Tauten.Tensor.Rand(parameter.Shape, parameter.DType, generator);
        return layer;
    }

    static Type Open(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    static string NameOf(Type type) => type.Name.Split('`')[0];

    public static TheoryData<string> Modules => [.. Rows.Keys.Select(NameOf)];

    public static TheoryData<string> Others => [.. Stateful.Keys.Select(NameOf)];

    public static TheoryData<string> ScheduleNames => [.. Schedules.Keys.Select(NameOf)];

    [Fact]
    public void Every_class_with_a_state_has_a_row()
    {
        var types = typeof(Module).Assembly.GetExportedTypes().Where(type => !type.IsAbstract).ToList();
        Assert.Equal([], Missing(type => type.IsSubclassOf(typeof(Module)), Rows.Keys));
        Assert.Equal([], Missing(type => !type.IsSubclassOf(typeof(Module)) && type.GetMethods().Any(method => method.Name is "State" or "LoadState"), Stateful.Keys));
        Assert.Equal([], Missing(type => type.IsSubclassOf(typeof(Schedule)), Schedules.Keys));

        IEnumerable<string> Missing(Func<Type, bool> wanted, IEnumerable<Type> rows) => types.Where(wanted).Except(rows).Select(type => $"{NameOf(type)} has no row in {nameof(ContinuationTests)}");
    }

    [Theory, MemberData(nameof(Modules))]
    public void A_module_goes_on_from_a_file_as_if_it_had_not_stopped(string name)
    {
        var row = Rows.Single(row => NameOf(row.Key) == name).Value;
        Generator first = new(1), second = new(2);
        var (model, optimizer) = Make(first);
        for (int step = 0; step < 2; step++) Step(first, model, optimizer);
        byte[] file = Safetensors.ToBytes(model.State()), beside = Safetensors.ToBytes(optimizer.State()), random = Safetensors.ToBytes(new Dictionary<string, Tensor> { ["state"] = first.State.Value });

        var (fresh, freshOptimizer) = Make(second);
        fresh.LoadState(Safetensors.Load(file));
        freshOptimizer.LoadState(Safetensors.Load(beside));
        second.State.Value = Safetensors.Load(random)["state"];
        Assert.Equal(file, Safetensors.ToBytes(fresh.State()));
        Assert.Equal(beside, Safetensors.ToBytes(freshOptimizer.State()));

        for (int step = 0; step < 2; step++)
        {
            Assert.Equal(Step(first, model, optimizer), Step(second, fresh, freshOptimizer));
            Assert.Equal(Safetensors.ToBytes(model.State()), Safetensors.ToBytes(fresh.State()));
            Assert.Equal(Safetensors.ToBytes(optimizer.State()), Safetensors.ToBytes(freshOptimizer.State()));
        }

        (Module, Optimizer) Make(Generator generator)
        {
            using var random = Generator.Use(generator);
            var made = row.Make(generator);
            return (made, new Adam(made.Parameters(), 0.01, amsgrad: true));
        }

        byte[] Step(Generator generator, Module module, Optimizer optimizer)
        {
            using var random = Generator.Use(generator);
            optimizer.ZeroGrad();
            var y = row.Call(module);
            if (y.RequiresGrad) y.Square().Sum().Backward();
            if (module.Parameters().Any()) optimizer.Step();
            return Safetensors.ToBytes(new Dictionary<string, Tensor> { ["y"] = y.Detach() });
        }
    }

    // What has a state beside modules: made for parameters, with other options where it is to be loaded into.
    sealed record Part(Func<Parameter[], bool, Continued> Make);

    sealed record Continued(Action<Parameter[], int> Step, Func<IReadOnlyDictionary<string, Tensor>> State, Action<IReadOnlyDictionary<string, Tensor>> LoadState);

    static (Type, Part) Rule<TOptimizer>(Func<Parameter[], bool, TOptimizer> make) where TOptimizer : Optimizer => (typeof(TOptimizer), new((all, other) =>
    {
        var optimizer = make(all, other);
        return new((_, _) => optimizer.Step(), optimizer.State, optimizer.LoadState);
    }));

    static readonly Dictionary<Type, Part> Stateful = new[]
    {
        Rule((p, other) =>
        {
            var optimizer = new SGD(p[..2], other ? 0.5 : 0.1, momentum: other ? 0 : 0.9, dampening: other ? 0 : 0.3);
            optimizer.Add(p[2..], learningRate: other ? 0.7 : 0.01, dampening: 0, nesterov: !other, momentum: 0.8, weightDecay: other ? 0 : 0.1).Maximize = !other;
            return optimizer;
        }),
        Rule((p, other) =>
        {
            var optimizer = new Adam(p[..2], other ? 0.5 : 0.1, amsgrad: !other);
            optimizer.Add(p[2..], other ? 0.7 : 0.01, other ? 0.5 : 0.8, 0.9, other ? 1e-3 : 1e-4, other ? 0 : 0.1).Maximize = !other;
            return optimizer;
        }),
        Rule((p, other) => new AdamW(p, other ? 0.5 : 0.1, amsgrad: !other, maximize: !other)),
        Rule((p, other) => new Adamax(p, other ? 0.5 : 0.1, other ? 0.5 : 0.8)),
        Rule((p, other) => new NAdam(p, other ? 0.5 : 0.1, momentumDecay: other ? 0 : 0.01)),
        Rule((p, other) => new RAdam(p, other ? 0.5 : 0.1, weightDecay: other ? 0 : 0.1)),
        Rule((p, other) =>
        {
            var optimizer = new RMSprop(p[..2], other ? 0.5 : 0.1, momentum: other ? 0 : 0.4, centered: !other);
            optimizer.Add(p[2..])["alpha"] = other ? 0.5 : 0.8;
            return optimizer;
        }),
        Rule((p, other) => new Adagrad(p, other ? 0.5 : 0.1, initialSum: other ? 0 : 0.2, rateDecay: other ? 0 : 0.2)),
        Rule((p, other) => new Adadelta(p, other ? 0.5 : 0.1)),
        Rule((p, other) => new ASGD(p, other ? 0.5 : 0.1, start: other ? 100 : 2)),
        Rule((p, other) => new Rprop(p, other ? 0.5 : 0.1, grow: other ? 1.1 : 1.3)),
        Rule((p, other) => new Lion(p, other ? 0.5 : 0.1, weightDecay: other ? 0 : 0.1)),
        Rule((p, other) => new LAMB(p, other ? 0.5 : 0.1, weightDecay: other ? 0 : 0.1)),
        Rule((p, other) => new Adafactor(p, other ? 0.5 : 0.1, decay: other ? -0.5 : -0.8, threshold: other ? 2 : 1, maximize: !other)),
        Rule((p, other) => new Ftrl(p, other ? 0.5 : 0.1, l1: other ? 0 : 0.1, beta: other ? 0 : 0.1)),
        (typeof(LBFGS), new((p, other) =>
        {
            var optimizer = new LBFGS(p, other ? 0.5 : 0.1, iterations: 3, history: 4);
            return new((all, _) => optimizer.Step(() =>
            {
                optimizer.ZeroGrad();
                var loss = all.Select(parameter => (parameter.Value.To(DType.Float64) - 1).Square().Square().Sum()).Aggregate((a, b) => a + b);
                loss.Backward();
                return loss;
            }), optimizer.State, optimizer.LoadState);
        })),
        (typeof(Lookahead), new((p, other) =>
        {
            var optimizer = new Lookahead(new Adam(p, other ? 0.5 : 0.1), steps: 2);
            return new((_, _) => optimizer.Step(), optimizer.State, optimizer.LoadState);
        })),
        (typeof(AveragedModel), new((p, _) =>
        {
            var average = new AveragedModel(p, 0.9);
            return new((all, t) =>
            {
                foreach (var parameter in all) parameter.Value = parameter.Value * (1 + 0.1 * t);
                average.Update();
            }, average.State, average.LoadState);
        })),
        (typeof(LossScaler), new((p, other) =>
        {
            var optimizer = new SGD(p, 0.1);
            var scaler = new LossScaler(other ? 2 : 8, interval: 2);
            return new((all, t) =>
            {
                if (t == 3) all[0].Grad = Tauten.Tensor.FullLike(all[0].Value, double.PositiveInfinity);
                scaler.Step(optimizer);
                scaler.Update();
            }, scaler.State, scaler.LoadState);
        })),
        (typeof(Scheduler), Scheduled(() => new CosineAnnealing(7))),
        (typeof(ReduceOnPlateau), new((p, other) =>
        {
            var optimizer = new SGD(p, other ? 0.5 : 0.1);
            var schedule = new ReduceOnPlateau(optimizer, patience: 1, cooldown: 1);
            return new((_, t) =>
            {
                schedule.Step(t % 3);
                optimizer.Step();
            }, () => Both(optimizer.State(), schedule.State()), state => LoadBoth(state, optimizer.LoadState, schedule.LoadState));
        })),
    }.ToDictionary(row => row.Item1, row => row.Item2);

    static readonly Dictionary<Type, Func<Schedule>> Schedules = new Func<Schedule>[]
    {
        () => new StepDecay(2, 0.5), () => new MultiStepDecay([1, 4], 0.5), () => new ConstantFactor(0.5, 2), () => new LinearFactor(0.2, 0.9, 6), () => new ExponentialDecay(0.9),
        () => new PolynomialDecay(8, 1.5), () => new CosineAnnealing(7), () => new CosineAnnealingWarmRestarts(2, 2), () => new Cyclic(0.9, 2, 3), () => new OneCycle(0.8, 20),
        () => new Warmup(2, new StepDecay(1, 0.5)), () => new FactorOf(step => 1.0 / (1 + step)), () => new ProductOf(step => 1 - 1.0 / (step + 2)),
        () => new ChainedSchedule(new ConstantFactor(0.1, 4), new ExponentialDecay(0.9)), () => new SequentialSchedule([new ConstantFactor(0.1, 4), new ExponentialDecay(0.9)], [3]),
    }.ToDictionary(make => make().GetType());

    static Part Scheduled(Func<Schedule> make) => new((p, other) =>
    {
        var optimizer = new SGD(p, other ? 0.5 : 0.1, momentum: 0.5);
        var scheduler = new Scheduler(optimizer, make());
        return new((_, _) =>
        {
            optimizer.Step();
            scheduler.Step();
        }, () => Both(optimizer.State(), scheduler.State()), state => LoadBoth(state, optimizer.LoadState, scheduler.LoadState));
    });

    static Dictionary<string, Tensor> Both(IReadOnlyDictionary<string, Tensor> first, IReadOnlyDictionary<string, Tensor> second) =>
        new([.. first.Select(entry => KeyValuePair.Create($"a/{entry.Key}", entry.Value)), .. second.Select(entry => KeyValuePair.Create($"b/{entry.Key}", entry.Value))]);

    static void LoadBoth(IReadOnlyDictionary<string, Tensor> state, Action<IReadOnlyDictionary<string, Tensor>> first, Action<IReadOnlyDictionary<string, Tensor>> second)
    {
        first(Of("a/"));
        second(Of("b/"));

        Dictionary<string, Tensor> Of(string prefix) => state.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(entry => entry.Key[2..], entry => entry.Value);
    }

    [Theory, MemberData(nameof(Others))]
    public void What_is_kept_goes_on_from_a_file(string name) => GoesOn(Stateful.Single(row => NameOf(row.Key) == name).Value);

    [Theory, MemberData(nameof(ScheduleNames))]
    public void A_schedule_goes_on_from_a_file(string name) => GoesOn(Scheduled(Schedules.Single(row => NameOf(row.Key) == name).Value));

    static void GoesOn(Part part)
    {
        Parameter[] all = Parameters(1);
        var continued = part.Make(all, false);
        for (int t = 0; t < 5; t++) Step(all, continued, t);
        byte[] file = Safetensors.ToBytes(continued.State());

        Parameter[] others = Parameters(2);
        for (int i = 0; i < all.Length; i++) others[i].Value = all[i].Value;
        var fresh = part.Make(others, true);
        fresh.LoadState(Safetensors.Load(file));
        Assert.Equal(file, Safetensors.ToBytes(fresh.State()));
        for (int t = 5; t < 9; t++)
        {
            Step(all, continued, t);
            Step(others, fresh, t);
            Assert.Equal(Safetensors.ToBytes(continued.State()), Safetensors.ToBytes(fresh.State()));
            Assert.Equal(Bits(all), Bits(others));
        }

        static byte[] Bits(Parameter[] all) => Safetensors.ToBytes(all.Select((parameter, i) => (parameter, i)).ToDictionary(p => $"{p.i}", p => p.parameter.Value));

        // Of several types; one scalar, and one that never has a gradient.
        static Parameter[] Parameters(ulong seed)
        {
            var generator = new Generator(seed);
            return [New(DType.Float32, 3, 4), New(DType.Float64), New(DType.BFloat16, 300), New(DType.Float32, 2)];

            Parameter New(DType dtype, params long[] sizes) => new(Tauten.Tensor.Randn(Shape.Of(sizes), DType.Float32, generator).To(dtype));
        }

        static void Step(Parameter[] all, Continued continued, int t)
        {
            var generator = new Generator((ulong)(10 + t));
            foreach (var parameter in all[..3]) parameter.Grad = Tauten.Tensor.Randn(parameter.Shape, DType.Float32, generator).To(parameter.DType);
            // Steps are counted for each parameter.
            if (t == 2) all[1].Grad = null;
            continued.Step(all, t);
        }
    }

    [Fact]
    public void Near_names_are_suggested()
    {
        var model = new Sequential(new Linear(3, 4), new Linear(4, 2));
        var state = new Dictionary<string, Tensor>
        {
            ["0.wieght"] = Tauten.Tensor.Ones([4, 3]), ["0.Bias"] = Tauten.Tensor.Ones([4]), ["1.weights"] = Tauten.Tensor.Ones([2, 4]), ["1.bias"] = Tauten.Tensor.Ones([2]),
            ["other"] = Tauten.Tensor.Ones([1]),
        };
        Assert.Equal(
            "Sequential: the state does not fit the model.\n" +
            "  missing: 0.weight float32[4, 3]; 0.bias float32[4]; 1.weight float32[2, 4]\n" +
            "  unexpected: 0.wieght float32[4, 3]; 0.Bias float32[4]; 1.weights float32[2, 4]; other float32[1]\n" +
            "  perhaps meant: 0.wieght -> 0.weight; 0.Bias -> 0.bias; 1.weights -> 1.weight",
            Assert.Throws<ModelFormatException>(() => model.LoadState(state)).Message);
        var wrapped = model.State().ToDictionary(entry => $"module.{entry.Key}", entry => entry.Value);
        Assert.EndsWith(
            "\n  every unexpected name begins with 'module.'; without it they are those that are missing",
            Assert.Throws<ModelFormatException>(() => model.LoadState(wrapped)).Message);
        var optimizer = new Adam(model.Parameters());
        var options = optimizer.State().ToDictionary(entry => entry.Key.Replace("beta", "betta"), entry => entry.Value);
        Assert.Equal(
            "Adam: the state does not fit the optimizer.\n  missing: groups.0.beta1 float64[]; groups.0.beta2 float64[]\n" +
            "  unexpected: groups.0.betta1 float64[]; groups.0.betta2 float64[]\n  perhaps meant: groups.0.betta1 -> groups.0.beta1; groups.0.betta2 -> groups.0.beta2",
            Assert.Throws<ModelFormatException>(() => optimizer.LoadState(options)).Message);
    }
}
