using Tauten.Data;
using Tauten.NN;

namespace Tauten.Training.Tests;

/// <summary>A small problem, the same each time.</summary>
static class Problem
{
    public static readonly FitOptions Quiet = new() { Verbosity = Verbosity.Silent };

    public static (Tensor X, Tensor Y) Data(int count = 64)
    {
        var generator = new Generator(3);
        var x = Tensor.Randn([count, 4], generator: generator);
        return (x, (x[.., 0] + x[.., 1] * x[.., 2] > 0).To(DType.Int64));
    }

    public static Sequential Net(ulong seed = 5)
    {
        using var seeded = Generator.Use(new Generator(seed));
        return new(new Linear(4, 16), new BatchNorm1d(16), new ReLU(), new Dropout(0.2), new Linear(16, 2));
    }

    public static Trainer Trainer(TrainerOptions? options = null, Sequential? net = null) =>
        new(net ?? Net(), new CrossEntropyLoss(), p => new Adam(p, 0.01), metrics: [new Accuracy()], options: options);

    public static byte[] Bytes(Module module) => Safetensors.ToBytes(module.State());
}

public sealed class TrainerTests
{
    [Fact]
    public void Fit_learns_and_the_history_has_all_epochs()
    {
        var (x, y) = Problem.Data(256);
        var trainer = Problem.Trainer();
        var history = trainer.Fit(x, y, epochs: 15, validationSplit: 0.25, options: Problem.Quiet);
        Assert.Equal(15, history.Epochs.Count);
        Assert.Equal(["loss", "accuracy", "val_loss", "val_accuracy"], history.Epochs[0].Values.Keys);
        Assert.True(history["loss"][^1] < history["loss"][0] * 0.7);
        Assert.Equal(15 * 6, history.Steps);
        Assert.Null(history.Stopped);
        Assert.Empty(history.Notes);
        Assert.True(trainer.Module.IsTraining);
        Assert.Throws<KeyNotFoundException>(() => history["vall_loss"]);
    }

    [Fact]
    public void The_validation_split_is_the_end_of_the_data_before_they_are_shuffled()
    {
        var (x, y) = Problem.Data(40);
        var trainer = Problem.Trainer();
        var history = trainer.Fit(x, y, epochs: 1, validationSplit: 0.25, options: Problem.Quiet);
        Assert.Equal(history["val_loss"][0], trainer.Evaluate(x[30..], y[30..]).Loss, 6);
    }

    [Fact]
    public void The_loss_of_an_epoch_is_the_mean_over_its_samples()
    {
        // 5 samples in batches of 2, 2 and 1, and a rate of 0: each sample counts the same.
        var (x, y) = Problem.Data(5);
        var net = new Sequential(new Linear(4, 2));
        var trainer = new Trainer(net, new CrossEntropyLoss(), p => new SGD(p, 0));
        var history = trainer.Fit(x, y, batchSize: 2, options: Problem.Quiet);
        Assert.Equal(new CrossEntropyLoss().Call(net.Call(x), y).Item<float>(), history["loss"][0], 5);
        Assert.Equal(history["loss"][0], trainer.Evaluate(x, y, batchSize: 3).Loss, 5);
    }

    [Fact]
    public void Compiled_steps_are_those_that_run_as_they_stand()
    {
        var (x, y) = Problem.Data();
        History[] both = [.. new[] { true, false }.Select(compile => Problem.Trainer(new() { Compile = compile, ClipNorm = 1, Seed = 4 }).Fit(x, y, epochs: 3, batchSize: 24, options: Problem.Quiet))];
        for (int i = 0; i < 3; i++) Assert.Equal(both[1]["loss"][i], both[0]["loss"][i], 4);
    }

    [Fact]
    public void A_step_that_cannot_be_captured_runs_as_it_stands()
    {
        var (x, y) = Problem.Data();
        var net = new Sequential(new Linear(4, 2));
        var trainer = new Trainer(net, inputs => [inputs[0].Sum().Item<float>() > 1e9f ? inputs[0] : net.Call(inputs[0])], [new CrossEntropyLoss()], p => new SGD(p, 0.1));
        var history = trainer.Fit(x, y, epochs: 2, options: Problem.Quiet);
        Assert.True(history["loss"][1] < history["loss"][0]);
        Assert.StartsWith("The step runs without compiling: ", Assert.Single(history.Notes));
    }

    [Fact]
    public void Layers_learn_their_sizes_from_the_first_batch_and_nothing_else_changes()
    {
        var (x, y) = Problem.Data();
        byte[] Train(bool sized)
        {
            using var seeded = Generator.Use(new Generator(1));
            var net = new Sequential(sized ? new Dense(8, Activation.Relu, inputSize: 4) : new Dense(8, Activation.Relu), sized ? new Dense(2, inputSize: 8) : new Dense(2));
            if (!sized) net.Call(x);
            new Trainer(net, new CrossEntropyLoss(), p => new Adam(p)).Fit(x, y, epochs: 2, options: Problem.Quiet);
            return Problem.Bytes(net);
        }
        Assert.Equal(Train(true), Train(false));
        var lazy = new Sequential(new Dense(8), new Dropout(0.5), new Dense(2));
        var history = new Trainer(lazy, new CrossEntropyLoss(), p => new Adam(p)).Fit(x, y, options: Problem.Quiet);
        Assert.Empty(history.Notes);
        Assert.True(lazy[1].IsTraining);
    }

    [Fact]
    public void Weights_of_samples_scale_their_losses()
    {
        var (x, y) = Problem.Data(8);
        var weights = Tensor.From([0f, 2, 1, 1, 0.5f, 1, 1, 3]);
        var net = new Sequential(new Linear(4, 2));
        var trainer = new Trainer(net, new CrossEntropyLoss(reduction: Reduction.None), p => new SGD(p, 0));
        var history = trainer.Fit(x, y, batchSize: 8, weights: weights, options: Problem.Quiet);
        var losses = new CrossEntropyLoss(reduction: Reduction.None).Call(net.Call(x), y);
        Assert.Equal((losses * weights).Mean().Item<float>(), history["loss"][0], 5);
        var reduced = new Trainer(net, new CrossEntropyLoss(), p => new SGD(p, 0));
        Assert.StartsWith("Trainer: weights of samples or classes need the loss of each sample.", Assert.Throws<ArgumentException>(() => reduced.Fit(x, y, weights: weights, options: Problem.Quiet)).Message);
    }

    [Fact]
    public void Weights_of_classes_count_in_training_only()
    {
        var (x, y) = Problem.Data(16);
        var net = new Sequential(new Linear(4, 2));
        var trainer = new Trainer(net, new CrossEntropyLoss(reduction: Reduction.None), p => new SGD(p, 0), options: new() { ClassWeights = [1, 5] });
        var history = trainer.Fit(x, y, batchSize: 16, options: Problem.Quiet);
        var losses = new CrossEntropyLoss(reduction: Reduction.None).Call(net.Call(x), y);
        Assert.Equal((losses * (1 + 4 * y.To(DType.Float32))).Mean().Item<float>(), history["loss"][0], 5);
        Assert.Equal(losses.Mean().Item<float>(), trainer.Evaluate(x, y).Loss, 5);
    }

    [Fact]
    public void Gathered_gradients_are_those_of_the_larger_batch()
    {
        var (x, y) = Problem.Data(24);
        float[] Train(int batch, int accumulate)
        {
            using var seeded = Generator.Use(new Generator(1));
            var net = new Sequential(new Linear(4, 8), new Tanh(), new Linear(8, 2));
            var trainer = new Trainer(net, new CrossEntropyLoss(), p => new SGD(p, 0.1, momentum: 0.9), options: new() { Accumulate = accumulate, ClipNorm = 0.5 });
            Assert.Equal(24 / batch * 3, trainer.Fit(Dataset.From(x, y).Batch(batch), epochs: 3, options: Problem.Quiet).Steps);
            return [.. net.Parameters().SelectMany(p => p.Value.ToArray<float>())];
        }
        foreach (var (a, b) in Train(12, 1).Zip(Train(4, 3))) Assert.Equal(a, b, 1e-5f);
    }

    [Fact]
    public void What_is_left_of_gathered_gradients_makes_a_step()
    {
        var (x, y) = Problem.Data(20);
        var trainer = Problem.Trainer(new() { Accumulate = 3, Schedule = new StepDecay(1, 0.5) });
        trainer.Fit(x, y, epochs: 2, batchSize: 4, options: Problem.Quiet);
        // Five batches: one step of three, one of two; in each of two epochs.
        Assert.Equal(0.01 * Math.Pow(0.5, 4), trainer.Optimizer.LearningRate, 9);
        Assert.All(trainer.Module.Parameters(), p => Assert.Null(p.Grad));
    }

    [Fact]
    public void A_mean_of_the_weights_is_validated_and_stays()
    {
        var (x, y) = Problem.Data();
        var trainer = Problem.Trainer(new() { MeanDecay = 0.9 });
        var plain = Problem.Trainer();
        var options = Problem.Quiet with { Callbacks = [new LambdaCallback { EpochEnd = run => Assert.True(trainer.Module.IsTraining) }] };
        var history = trainer.Fit(x, y, epochs: 3, validationSplit: 0.25, options: options);
        var other = plain.Fit(x, y, epochs: 3, validationSplit: 0.25, options: Problem.Quiet);
        Assert.Equal(other["loss"], history["loss"]);
        Assert.NotEqual(other["val_loss"], history["val_loss"]);
        Assert.Equal(history["val_loss"][^1], trainer.Evaluate(x[48..], y[48..]).Loss, 5);
    }

    [Fact]
    public void Steps_per_epoch_go_on_through_the_data()
    {
        var (x, y) = Problem.Data(12);
        var seen = new List<double>();
        var trainer = Problem.Trainer();
        var history = trainer.Fit(Dataset.From(x, y).Batch(4), epochs: 5, options: Problem.Quiet with { StepsPerEpoch = 2, Callbacks = [new LambdaCallback { StepEnd = run => seen.Add(run.Batch!.Input[0, 0].Item<float>()) }] });
        Assert.Equal(5, history.Epochs.Count);
        Assert.Equal([.. Enumerable.Range(0, 10).Select(i => (double)x[i % 3 * 4, 0].Item<float>())], seen);
    }

    [Fact]
    public void Limits_of_steps_and_time()
    {
        var (x, y) = Problem.Data();
        var history = Problem.Trainer().Fit(x, y, epochs: 10, batchSize: 16, options: Problem.Quiet with { MaxSteps = 6 });
        Assert.Equal((6, 1, "6 steps are done"), (history.Steps, history.Epochs.Count, history.Stopped));
        history = Problem.Trainer().Fit(x, y, epochs: 10, options: Problem.Quiet with { MaxTime = TimeSpan.Zero });
        Assert.Equal((0, "the time is up"), (history.Steps, history.Stopped));
    }

    [Fact]
    public void Cancelling_ends_behind_the_running_step()
    {
        var (x, y) = Problem.Data();
        using var stop = new CancellationTokenSource();
        var history = Problem.Trainer().Fit(x, y, epochs: 10, batchSize: 16, stop: stop.Token, options: Problem.Quiet with
        {
            Callbacks = [new LambdaCallback { StepEnd = run => { if (run.Steps == 7) stop.Cancel(); } }],
        });
        Assert.Equal((7, 1, "cancelled"), (history.Steps, history.Epochs.Count, history.Stopped));
    }

    [Fact]
    public void Initial_epoch_and_frequency_of_validation()
    {
        var (x, y) = Problem.Data();
        var history = Problem.Trainer().Fit(x, y, epochs: 6, validationSplit: 0.5, options: Problem.Quiet with { InitialEpoch = 2, ValidationFrequency = 2 });
        Assert.Equal([3, 4, 5, 6], history.Epochs.Select(e => e.Epoch));
        Assert.Equal([4, 6], history.Epochs.Where(e => e.Values.ContainsKey("val_loss")).Select(e => e.Epoch));
    }

    [Fact]
    public void A_trial_run_makes_one_step_and_writes_nothing()
    {
        var (x, y) = Problem.Data();
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jsonl");
        var history = Problem.Trainer().Fit(x, y, epochs: 10, validationSplit: 0.5, options: Problem.Quiet with { FastDevRun = true, Callbacks = [new JsonLinesLogger(path)] });
        Assert.Equal((1, 1), (history.Steps, history.Epochs.Count));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_few_batches_are_learned_by_heart()
    {
        var (x, y) = Problem.Data(400);
        using var seeded = Generator.Use(new Generator(2));
        var net = new Sequential(new Linear(4, 64), new Tanh(), new Linear(64, 2));
        var trainer = new Trainer(net, new CrossEntropyLoss(), p => new Adam(p, 0.02), metrics: [new Accuracy()]);
        var history = trainer.Fit(x, y, epochs: 60, batchSize: 8, validationSplit: 0.5, options: Problem.Quiet with { OverfitBatches = 2 });
        Assert.Equal(120, history.Steps);
        Assert.Equal(1, history["val_accuracy"][^1]);
    }

    [Fact]
    public void Several_inputs_and_outputs()
    {
        var (x, y) = Problem.Data();
        using var seeded = Generator.Use(new Generator(2));
        Linear body = new(4, 8), labels = new(8, 2), sums = new(8, 1);
        var net = new ModuleList<Linear>(body, labels, sums);
        var trainer = new Trainer(net, inputs =>
        {
            var h = body.Call(inputs[0] + inputs[1]).Tanh();
            return [labels.Call(h), sums.Call(h)];
        }, [new WeightedLoss(new CrossEntropyLoss(), Name: "label"), new WeightedLoss(new MSELoss(), 0.5)], p => new Adam(p, 0.02),
            metrics: [new Accuracy(), new NamedMetric("sum_error", new MeanAbsoluteError(), Output: 1)]);
        var all = new Sample([x, Tensor.Ones([64, 4])], [y, x.Sum(1, keepDims: true)]);
        var history = trainer.Fit(Dataset.From(all).Shuffle().Batch(16), epochs: 8, options: Problem.Quiet);
        Assert.Equal(["loss", "label_loss", "output_1_loss", "accuracy", "sum_error"], history.Epochs[0].Values.Keys);
        var last = history.Epochs[^1].Values;
        Assert.Equal(last["label_loss"] + 0.5 * last["output_1_loss"], last["loss"], 4);
        Assert.True(last["sum_error"] < history["sum_error"][0]);
    }

    [Fact]
    public void A_step_of_ones_own_with_two_optimizers()
    {
        using var seeded = Generator.Use(new Generator(2));
        Linear maker = new(2, 1), judge = new(1, 1);
        var both = new ModuleList<Linear>(maker, judge);
        SGD first = new(maker.Parameters(), 0.01), second = new(judge.Parameters(), 0.01);
        var trainer = new Trainer(both, new Optimizer[] { first, second }, batch =>
        {
            first.ZeroGrad();
            second.ZeroGrad();
            var made = maker.Call(batch.Input);
            var loss = (judge.Call(made) - batch.Target).Square().Mean();
            loss.Backward();
            first.Step();
            second.Step();
            return new Dictionary<string, Tensor> { ["judge_loss"] = loss.Detach() };
        });
        var history = trainer.Fit(Tensor.Ones([8, 2]), Tensor.Ones([8, 1]), epochs: 20, options: Problem.Quiet);
        Assert.True(history["judge_loss"][^1] < history["judge_loss"][0]);
        Assert.Throws<InvalidOperationException>(() => trainer.Evaluate(Tensor.Ones([8, 2]), Tensor.Ones([8, 1])));
    }

    [Fact]
    public void Predictions_are_those_of_the_module_in_evaluation_mode()
    {
        var (x, _) = Problem.Data(10);
        var trainer = Problem.Trainer();
        var predicted = trainer.Predict(x, batchSize: 4);
        Assert.True(trainer.Module.IsTraining);
        trainer.Module.Eval();
        Assert.True(((Sequential)trainer.Module).Call(x).IsClose(predicted, 1e-5, 1e-6).All().Item<bool>());
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights_on_any_number_of_workers()
    {
        var (x, y) = Problem.Data();
        byte[] Train(int workers, ulong seed)
        {
            var trainer = Problem.Trainer(new() { Seed = seed });
            var data = Dataset.From(x, y).Shuffle().Map((s, random) => s.WithInput(s.Input + Tensor.Randn([4]) * 0.1 + random.NextDouble()), workers: workers).Batch(16).Prefetch();
            trainer.Fit(data, epochs: 3, options: Problem.Quiet);
            return Problem.Bytes(trainer.Module);
        }
        byte[] one = Train(1, 0);
        Assert.Equal(one, Train(2, 0));
        Assert.Equal(one, Train(7, 0));
        Assert.NotEqual(one, Train(1, 1));
    }

    [Fact]
    public void Layers_that_change_pictures_draw_from_the_samples_own_generator()
    {
        // Each shared by all workers.
        Module<Tensor, Tensor>[] layers =
        [
            new RandomFlip(), new RandomCrop(6, 6, padding: 1), new RandomAffine(20, 0.2, 0.2, (0.8, 1.2), 10), new ColorJitter(0.3, 0.3, 0.3, 0.1), new RandAugment(), new RandomErasing(0.5), new ImageNormalization([0.5f, 0.4f, 0.3f], [0.2f, 0.2f, 0.2f]),
        ];
        var generator = new Generator(1);
        var pictures = Dataset.From(Tensor.Uniform(0, 255, [40, 3, 6, 6], generator: generator)).Shuffle();
        byte[] All(int workers, long epoch)
        {
            var data = pictures.Map(x => layers.Aggregate(x.Unsqueeze(0), (y, layer) => layer.Call(y)), workers).Batch(10).Prefetch();
            using var pass = data.Iterate(new(3, epoch));
            var batches = new List<Tensor>();
            while (pass.MoveNext()) batches.Add(pass.Current);
            return Safetensors.ToBytes(new Dictionary<string, Tensor> { ["all"] = Tensor.Concat([.. batches], 0) });
        }
        byte[] one = All(1, 0);
        Assert.Equal(one, All(2, 0));
        Assert.Equal(one, All(7, 0));
        Assert.NotEqual(one, All(1, 1));
    }

    [Fact]
    public void Names_of_metrics_are_unique()
    {
        var trainer = new Trainer(Problem.Net(), new CrossEntropyLoss(), p => new Adam(p), metrics: [new Accuracy(), new Accuracy(), new TopKAccuracy(2)]);
        Assert.Equal(["accuracy", "accuracy_1", "top_k_accuracy"], trainer.Metrics.Select(m => m.Name));
    }

    [Fact]
    public void Progress_is_a_line_for_each_epoch_where_there_is_no_terminal()
    {
        var (x, y) = Problem.Data();
        using var lines = new StringWriter();
        Problem.Trainer().Fit(x, y, epochs: 2, validationSplit: 0.5, options: new() { Output = lines });
        var all = lines.ToString().Split('\n');
        Assert.Matches(@"^epoch 1/2  loss \d\.\d{4}  accuracy \d\.\d{4}  val_loss \d\.\d{4}  val_accuracy \d\.\d{4}  [\d,]+ samples/s  \d+ s left$", all[0]);
        Assert.EndsWith("  0 s left", all[1]);
        using var bar = new StringWriter();
        Problem.Trainer().Fit(x, y, epochs: 1, options: new() { Output = bar, Verbosity = Verbosity.Bar });
        Assert.Contains("━", bar.ToString());
        Assert.Contains("\r", bar.ToString());
    }

    [Fact]
    public void Data_without_a_batch_are_an_error() =>
        Assert.Throws<DataException>(() => Problem.Trainer().Fit(Tensor.Zeros([0, 4]), Tensor.Zeros([0], DType.Int64), options: Problem.Quiet));

    [Fact]
    public void A_sanity_check_looks_at_validation_before_the_first_step()
    {
        var (x, y) = Problem.Data();
        var broken = Dataset.From(x, y).Map<Sample>(_ => throw new InvalidOperationException("broken")).Batch(4);
        int steps = 0;
        Assert.Throws<DataException>(() => Problem.Trainer().Fit(Dataset.From(x, y).Batch(8), validation: broken,
            options: Problem.Quiet with { SanityBatches = 1, Callbacks = [new LambdaCallback { StepEnd = _ => steps++ }] }));
        Assert.Equal(0, steps);
    }
}
