using Tauten.Data;
using Tauten.NN;

namespace Tauten.Training;

/// <summary>
/// Trains a module on data: as <c>compile</c> and <c>fit</c> of Keras. Steps are compiled; all randomness follows from a seed; a training that was killed goes on from its last checkpoint as if
/// nothing had happened, see <see cref="BackupAndRestore"/>.
/// </summary>
/// <example><code>
/// var generator = new Generator(1);
/// var x = Tensor.Randn([256, 2], generator: generator);
/// var y = (x[.., 0] > x[.., 1]).To(DType.Int64);
/// Sequential classifier;
/// using (Generator.Use(generator)) classifier = new Sequential(new Dense(16, Activation.Relu, inputSize: 2), new Dense(2, inputSize: 16));
/// var trainer = new Trainer(classifier, new CrossEntropyLoss(), p => new Adam(p, 0.01), metrics: [new Accuracy()]);
/// trainer.Fit(x, y, epochs: 20, options: new() { Verbosity = Verbosity.Silent });
/// Console.WriteLine(trainer.Evaluate(x, y)["accuracy"] > 0.95);    // True
/// </code></example>
public sealed partial class Trainer
{
    readonly ITrainingStep step;
    readonly AveragedModel? mean;
    readonly LossScaler? scaler;
    readonly List<string> notes = [];
    Schedule? cycle;
    Scheduler? scheduler;

    /// <summary>A trainer of a module of one input and one output.</summary>
    /// <param name="module">What is trained. Layers that have not learned their sizes yet may be in it.</param>
    /// <param name="loss">How far outputs are from targets.</param>
    /// <param name="optimizer">Makes the optimizer for the parameters.</param>
    /// <param name="metrics">What else is measured.</param>
    /// <param name="options">How steps are made.</param>
    public Trainer(Module<Tensor, Tensor> module, Loss loss, Func<IEnumerable<Parameter>, Optimizer> optimizer, IReadOnlyList<NamedMetric>? metrics = null, TrainerOptions? options = null)
        : this(module, x => [module.Call(x.Count == 1 ? x[0] : throw new ArgumentException($"Trainer: the module takes one input. Received: {x.Count}."))], [loss], optimizer, metrics, options)
    {
    }

    /// <summary>A trainer of a module of several inputs or outputs.</summary>
    /// <param name="module">What is trained.</param>
    /// <param name="forward">The outputs for the inputs of a batch.</param>
    /// <param name="losses">A loss for each output.</param>
    /// <param name="optimizer">Makes the optimizer for the parameters.</param>
    /// <param name="metrics">What else is measured.</param>
    /// <param name="options">How steps are made.</param>
    public Trainer(
        Module module, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> forward, IReadOnlyList<WeightedLoss> losses, Func<IEnumerable<Parameter>, Optimizer> optimizer,
        IReadOnlyList<NamedMetric>? metrics = null, TrainerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(forward);
        ArgumentNullException.ThrowIfNull(losses);
        ArgumentNullException.ThrowIfNull(optimizer);
        if (losses.Count == 0) throw new ArgumentException("Trainer: expected a loss or more.", nameof(losses));
        (Module, Options, Metrics) = (module, options ?? new(), Unique(metrics ?? []));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Options.Accumulate);
        if (Options.Precision is not (DType.Float32 or DType.BFloat16 or DType.Float16)) throw new DTypeException($"Trainer: expected float32, bfloat16 or float16 as precision. Received: {Options.Precision.Name()}.");
        CheckSchedule(Options);
        Optimizers = [optimizer(module.Parameters())];
        if (Options.MeanDecay is { } decay) mean = new(module.Parameters(), decay);
        if (Options.Precision == DType.Float16) scaler = new();
        step = new LossStep(module, forward, losses, Optimizer, mean, scaler, Options, Note);
        Generator = new(Options.Seed);
    }

    /// <summary>A trainer whose step is written by hand, for adversarial nets and the like: it computes losses, calls <c>Backward</c> and steps its optimizers.</summary>
    /// <param name="module">All that is trained, so that it can be saved.</param>
    /// <param name="optimizers">The optimizers, so that they can be saved.</param>
    /// <param name="step">Learns from a batch; what it returns, scalars by name, is logged.</param>
    /// <param name="evaluate">The same without learning.</param>
    /// <param name="options">Seed and schedule; what is about gradients is the step's own affair.</param>
    public Trainer(
        Module module, IReadOnlyList<Optimizer> optimizers, Func<Sample, IReadOnlyDictionary<string, Tensor>> step, Func<Sample, IReadOnlyDictionary<string, Tensor>>? evaluate = null,
        TrainerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(optimizers);
        ArgumentNullException.ThrowIfNull(step);
        (Module, Options, Metrics, Optimizers) = (module, options ?? new(), [], [.. optimizers]);
        if (Optimizers.Count == 0) throw new ArgumentException("Trainer: expected an optimizer or more.", nameof(optimizers));
        if (Options is not { Accumulate: 1, ClipNorm: null, ClipValue: null, MeanDecay: null, ClassWeights: null, Precision: DType.Float32 })
            throw new ArgumentException("Trainer: accumulation, clipping, means, class weights and precision belong to the step that is written by hand.", nameof(options));
        CheckSchedule(Options);
        this.step = new CustomStep(step, evaluate);
        Generator = new(Options.Seed);
    }

    /// <summary>What is trained.</summary>
    public Module Module { get; }

    /// <summary>The optimizer; the first if there are several.</summary>
    public Optimizer Optimizer => Optimizers[0];

    /// <summary>All optimizers.</summary>
    public IReadOnlyList<Optimizer> Optimizers { get; }

    /// <summary>What is measured beside the loss.</summary>
    public IReadOnlyList<NamedMetric> Metrics { get; }

    /// <summary>How steps are made.</summary>
    public TrainerOptions Options { get; }

    /// <summary>What dropout and the like draw from while this trainer runs.</summary>
    public Generator Generator { get; }

    internal Scheduler? Scheduler => (Options.Schedule ?? cycle) is { } schedule ? scheduler ??= new(Optimizer, schedule) : null;

    internal AveragedModel? Mean => mean;

    internal LossScaler? Scaler => scaler;

    internal ITrainingStep Step => step;

    internal History? Running { get; private set; }

    void Note(string note)
    {
        notes.Add(note);
        Running?.Note(note);
    }

    static void CheckSchedule(TrainerOptions options)
    {
        if (options is { Schedule: not null, OneCycle: not null }) throw new ArgumentException("Trainer: expected a schedule or one cycle. Received: both.");
        if (options.OneCycle is { } top && !(top > 0 && double.IsFinite(top))) throw new ArgumentOutOfRangeException(nameof(TrainerOptions.OneCycle), top, "Trainer: expected a learning rate above 0.");
    }

    // Each training has a cycle of its own, over all of its steps.
    void BeginCycle(Dataset<Sample> data, int epochs, FitOptions run)
    {
        if (Options.OneCycle is not { } top) return;
        long batches = run.StepsPerEpoch ?? data.Count ?? throw new ArgumentException($"Trainer: one cycle needs to know the number of steps. Give StepsPerEpoch: {data} does not tell it.");
        long steps = Math.Max(0, epochs - run.InitialEpoch) * ((batches + Options.Accumulate - 1) / Options.Accumulate);
        if (run.MaxSteps is { } most) steps = Math.Min(steps, (most + Options.Accumulate - 1) / Options.Accumulate);
        (cycle, scheduler) = (new OneCycle(top, Math.Max(2, steps)), null);
    }

    // As Keras does: accuracy, accuracy_1.
    static NamedMetric[] Unique(IReadOnlyList<NamedMetric> metrics)
    {
        var seen = new Dictionary<string, int>();
        return [.. metrics.Select(m =>
        {
            int before = seen[m.Name] = seen.GetValueOrDefault(m.Name, -1) + 1;
            return before == 0 ? m : m with { Name = $"{m.Name}_{before}" };
        })];
    }

    /// <summary>Loss and metrics on batches, in evaluation mode.</summary>
    /// <param name="data">Batches.</param>
    /// <param name="steps">How many batches; all if left out.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public Evaluation Evaluate(Dataset<Sample> data, int? steps = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        using var generator = Generator.Use(Generator);
        foreach (var metric in Metrics) metric.Metric.Reset();
        var means = new Means();
        var modes = Module.EvaluateAll();
        try
        {
            using var pass = data.Iterate(new(Options.Seed));
            for (int i = 0; (steps is not { } most || i < most) && pass.MoveNext(); i++)
            {
                stop.ThrowIfCancellationRequested();
                var batch = pass.Current;
                Measure(batch, step.Evaluate(batch), means);
            }
        }
        finally
        {
            Module.Restore(modes);
        }
        return new(Logs(means));
    }

    /// <summary>Loss and metrics on samples along the first axes of two tensors, in evaluation mode.</summary>
    public Evaluation Evaluate(Tensor inputs, Tensor targets, int batchSize = 32) => Evaluate(Dataset.From(inputs, targets).Batch(batchSize));

    /// <summary>The outputs for batches of inputs, one behind the other, in evaluation mode. Of several outputs it is the first.</summary>
    public Tensor Predict(Dataset<Sample> data, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        var modes = Module.EvaluateAll();
        try
        {
            var outputs = new List<Tensor>();
            foreach (var batch in data)
            {
                stop.ThrowIfCancellationRequested();
                outputs.Add(step.Predict(batch)[0].Detach());
            }
            return outputs.Count > 0 ? Tensor.Concat([.. outputs], 0) : throw new ArgumentException("Trainer.Predict: there is no batch.", nameof(data));
        }
        finally
        {
            Module.Restore(modes);
        }
    }

    /// <summary>The outputs for inputs along the first axis of a tensor, in evaluation mode.</summary>
    public Tensor Predict(Tensor inputs, int batchSize = 32) => Predict(Dataset.From(inputs).Batch(batchSize).Map(x => new Sample([x], [])));

    internal void Measure(Sample batch, StepResult result, Means means)
    {
        means.Add(result.Numbers, batch.BatchSize);
        foreach (var metric in Metrics) metric.Metric.Update(result.Outputs[metric.Output], batch.Targets[metric.Output]);
    }

    internal OrderedDictionary<string, double> Logs(Means means)
    {
        var logs = means.Values();
        foreach (var metric in Metrics) logs[metric.Name] = metric.Metric.Compute();
        return logs;
    }

    /// <summary>State was replaced from outside.</summary>
    internal void StateChanged() => step.Forget();
}

/// <summary>Means of numbers by name, over samples.</summary>
sealed class Means
{
    readonly OrderedDictionary<string, Mean> all = [];

    public void Add(IReadOnlyList<(string Name, double Value)> numbers, long weight)
    {
        foreach (var (name, value) in numbers)
        {
            if (!all.TryGetValue(name, out var mean)) all[name] = mean = new();
            mean.Add(value, weight);
        }
    }

    public OrderedDictionary<string, double> Values()
    {
        var values = new OrderedDictionary<string, double>();
        foreach (var (name, mean) in all) values[name] = mean.Compute();
        return values;
    }

    public IEnumerable<KeyValuePair<string, Tensor>> State() => all.Select(m => KeyValuePair.Create(m.Key, m.Value.State()["sums"]));

    public void Load(string name, Tensor sums)
    {
        all[name] = new();
        all[name].LoadState(new Dictionary<string, Tensor> { ["sums"] = sums });
    }
}
