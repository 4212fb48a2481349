using Tauten.Data;
using Tauten.NN;

namespace Tauten.Training.Tests;

/// <summary>A training that is broken off anywhere goes on as if nothing had happened.</summary>
public sealed class ResumeTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("tauten-resume-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    sealed class Killed : Exception;

    /// <summary>A training with everything that has state; it dies behind a step.</summary>
    (byte[]? Weights, History? History) Train(string name, TrainerOptions options, long? dies = null, int workers = 1, long? everySteps = 3)
    {
        var (x, y) = Problem.Data();
        var trainer = Problem.Trainer(options);
        var data = Dataset.From(x, y).Map(s => s).Shuffle(20).Map((s, random) => s.WithInput(s.Input + Tensor.Randn([4]) * 0.1 + random.NextDouble() * 0.1), workers: workers).Batch(8).Prefetch(2);
        Callback[] callbacks =
        [
            new ReduceRateOnPlateau("val_loss", 0.7, patience: 1), new EarlyStopping("val_loss", patience: 3, restoreBestWeights: true), new JsonLinesLogger(Path.Combine(folder, name + ".jsonl")),
            new LambdaCallback { StepEnd = run => { if (run.Steps == dies) throw new Killed(); } }, new BackupAndRestore(Path.Combine(folder, name), everySteps),
        ];
        try
        {
            var history = trainer.Fit(data, epochs: 5, validation: Dataset.From(x, y).Batch(32), options: Problem.Quiet with { Callbacks = callbacks });
            return (Problem.Bytes(trainer.Module), history);
        }
        catch (Killed)
        {
            return (null, null);
        }
    }

    public static TheoryData<string> Kinds => ["plain", "mean", "gathered", "eager", "scheduled"];

    static TrainerOptions Options(string kind) => kind switch
    {
        "mean" => new() { Seed = 9, MeanDecay = 0.9 },
        "gathered" => new() { Seed = 9, Accumulate = 3, ClipNorm = 1 },
        "eager" => new() { Seed = 9, Compile = false },
        "scheduled" => new() { Seed = 9, Schedule = new CosineAnnealing(40) },
        _ => new() { Seed = 9 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Weights_are_bit_by_bit_those_of_a_training_that_was_not_broken_off(string kind)
    {
        var options = Options(kind);
        var (whole, history) = Train("whole", options);
        // In the middle of epochs, at their ends, twice in a row at the same place, before the first checkpoint.
        int kill = 0;
        foreach (long dies in (long[])[2, 7, 8, 8, 13, 27, 32]) Assert.Null(Train("killed", options, dies, workers: 1 + kill++ % 3).Weights);
        var (resumed, again) = Train("killed", options, workers: 2);
        Assert.Equal(whole, resumed);
        Assert.Equal(history!["loss"], again!["loss"]);
        Assert.Equal(history["val_loss"], again["val_loss"]);
        Assert.Equal(history.Steps, again.Steps);
        // The log has each epoch once, and each restart.
        string[] log = File.ReadAllLines(Path.Combine(folder, "killed.jsonl"));
        Assert.Equal(history.Epochs.Count, log.Count(l => l.StartsWith("{\"epoch\"", StringComparison.Ordinal)));
        Assert.Contains(log, l => l.StartsWith("{\"resumed\":{\"epoch\":", StringComparison.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(folder, "killed")));
    }

    [Fact]
    public void A_damaged_checkpoint_is_passed_over()
    {
        var options = Options("plain");
        var (whole, _) = Train("whole", options);
        Train("damaged", options, dies: 11);
        string[] files = [.. Directory.GetFiles(Path.Combine(folder, "damaged")).Order()];
        Assert.Equal(2, files.Length);
        byte[] bytes = File.ReadAllBytes(files[1]);
        bytes[^5] ^= 1;
        File.WriteAllBytes(files[1], bytes);
        File.WriteAllText(Path.Combine(folder, "damaged", "checkpoint-000000000099-000000.safetensors.0123.tmp"), "half");
        var (resumed, history) = Train("damaged", options);
        Assert.Equal(whole, resumed);
        Assert.Contains("is damaged: its check fails", Assert.Single(history!.Notes));
    }

    [Fact]
    public void A_checkpoint_of_another_net_is_refused()
    {
        Train("other", Options("plain"), dies: 10);
        var trainer = new Trainer(new Linear(4, 2), new CrossEntropyLoss(), p => new Adam(p));
        Assert.Throws<ModelFormatException>(() => trainer.Fit(Tensor.Ones([4, 4]), Tensor.Zeros([4], DType.Int64), options: Problem.Quiet with { Callbacks = [new BackupAndRestore(Path.Combine(folder, "other"))] }));
    }

    [Fact]
    public void Cancelling_leaves_a_checkpoint_of_the_last_step()
    {
        var (x, y) = Problem.Data();
        byte[] Train(string name, long? cancels)
        {
            using var stop = new CancellationTokenSource();
            var trainer = Problem.Trainer(new() { Seed = 2 });
            trainer.Fit(x, y, epochs: 3, batchSize: 8, stop: stop.Token, options: Problem.Quiet with
            {
                Callbacks = [new LambdaCallback { StepEnd = run => { if (run.Steps == cancels) stop.Cancel(); } }, new BackupAndRestore(Path.Combine(folder, name))],
            });
            return Problem.Bytes(trainer.Module);
        }
        byte[] whole = Train("undisturbed", null);
        Train("cancelled", 5);
        Assert.EndsWith("checkpoint-000000000005-000000.safetensors", Directory.GetFiles(Path.Combine(folder, "cancelled")).Single());
        Assert.Equal(whole, Train("cancelled", null));
    }

    [Fact]
    public void Steps_per_epoch_go_on_where_the_data_were_left()
    {
        var (x, y) = Problem.Data(40);
        byte[] Train(string name, long? dies)
        {
            var trainer = Problem.Trainer(new() { Seed = 2 });
            trainer.Fit(Dataset.From(x, y).Shuffle().Batch(8), epochs: 6, options: Problem.Quiet with
            {
                StepsPerEpoch = 3,
                Callbacks = [new LambdaCallback { StepEnd = run => { if (run.Steps == dies) throw new Killed(); } }, new BackupAndRestore(Path.Combine(folder, name), everySteps: 2)],
            });
            return Problem.Bytes(trainer.Module);
        }
        byte[] whole = Train("whole", null);
        foreach (long dies in (long[])[4, 7, 12]) Assert.Throws<Killed>(() => Train("killed", dies));
        Assert.Equal(whole, Train("killed", null));
    }
}
