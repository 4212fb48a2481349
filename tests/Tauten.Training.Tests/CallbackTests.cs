using System.Text.Json;
using Tauten.NN;

namespace Tauten.Training.Tests;

/// <summary>Callbacks on logs that a script gives: a callback sees the value it is told to look at, whatever the training does.</summary>
public sealed class CallbackTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("tauten-training-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string File(string name) => Path.Combine(folder, name);

    /// <summary>A training whose log <c>value</c> is as scripted.</summary>
    static (History History, Trainer Trainer) Play(double[] values, params Callback[] callbacks)
    {
        var trainer = new Trainer(new Linear(2, 1), new MSELoss(), p => new SGD(p, 0.1));
        var script = new LambdaCallback { EpochEnd = run => run.Logs = new Dictionary<string, double> { ["loss"] = 1, ["value"] = values[run.Epoch], ["val_accuracy"] = values[run.Epoch] } };
        return (trainer.Fit(Tensor.Ones([4, 2]), Tensor.Ones([4, 1]), epochs: values.Length, options: Problem.Quiet with { Callbacks = [script, .. callbacks] }), trainer);
    }

    static int Epochs(double[] values, Callback callback) => Play(values, callback).History.Epochs.Count;

    [Fact]
    public void Early_stopping_counts_epochs_that_are_no_better()
    {
        Assert.Equal(3, Epochs([3, 2, 2, 2, 2], new EarlyStopping("value")));
        Assert.Equal(4, Epochs([3, 2, 2, 2, 2, 2], new EarlyStopping("value", patience: 2)));
        Assert.Equal(6, Epochs([3, 2, 2, 1.9, 2, 2, 2], new EarlyStopping("value", patience: 2)));
        Assert.Equal(3, Epochs([3, 2.9, 2.8, 2.7, 2.6], new EarlyStopping("value", minDelta: 0.5, patience: 2)));
        Assert.Equal(3, Epochs([1, 2, 2, 3], new EarlyStopping("value", mode: MonitorMode.Maximum)));
        Assert.Equal(3, Epochs([0.1, 0.2, 0.2, 0.3], new EarlyStopping("val_accuracy")));
        Assert.Equal(4, Epochs([1, 2, 3, 4, 5, 6], new EarlyStopping("value", startFromEpoch: 2)));
        Assert.Equal(3, Epochs([3, 2.5, 2.6, 0.1, 0.2], new EarlyStopping("value", baseline: 0.5, patience: 2)));
    }

    [Fact]
    public void Early_stopping_gives_back_the_best_weights()
    {
        IReadOnlyDictionary<string, Tensor>? second = null;
        var trainer = new Trainer(new Linear(2, 1), new MSELoss(), p => new SGD(p, 0.1));
        double[] values = [3, 1, 2, 2];
        var stop = new EarlyStopping("value", patience: 2, restoreBestWeights: true);
        trainer.Fit(Tensor.Ones([4, 2]), Tensor.Ones([4, 1]), epochs: 9, options: Problem.Quiet with
        {
            Callbacks = [new LambdaCallback { EpochEnd = run => { run.Logs = new Dictionary<string, double> { ["value"] = values[run.Epoch] }; if (run.Epoch == 1) second = run.Module.State(); } }, stop],
        });
        Assert.Equal(3, stop.StoppedEpoch);
        Assert.True(second!["weight"].Equal(trainer.Module.State()["weight"]));
    }

    [Fact]
    public void A_name_that_is_not_there_is_an_error()
    {
        var error = Assert.Throws<ArgumentException>(() => Play([1, 2], new EarlyStopping()));
        Assert.Equal("EarlyStopping: there is no 'val_loss' to look at. Names: loss, value, val_accuracy. Give Fit data for validation.", error.Message);
    }

    [Fact]
    public void Rates_fall_on_a_plateau()
    {
        static double Rate(double[] values, ReduceRateOnPlateau callback) => Play(values, callback).Trainer.Optimizer.LearningRate;
        Assert.Equal(0.1, Rate([3, 2, 1], new("value", patience: 1)), 9);
        Assert.Equal(0.01, Rate([1, 1, 2], new("value", patience: 2)), 9);
        Assert.Equal(0.1 * 0.5 * 0.5, Rate([1, 1, 1], new("value", factor: 0.5, patience: 1)), 9);
        Assert.Equal(0.1 * 0.5 * 0.5, Rate([1, 1, 1, 1, 1], new("value", factor: 0.5, patience: 1, cooldown: 2)), 9);
        Assert.Equal(0.04, Rate([1, 1, 1, 1], new("value", factor: 0.5, patience: 1, least: 0.04)), 9);
        Assert.Equal(0.05, Rate([1, 0.9999, 0.9], new("value", factor: 0.5, patience: 1, minDelta: 0.01)), 9);
    }

    [Fact]
    public void A_schedule_by_epochs()
    {
        var rates = new List<double>();
        var (_, trainer) = Play([1, 1, 1], new EpochSchedule((epoch, rate) => epoch == 0 ? 1 : rate / 2), new LambdaCallback { EpochEnd = run => rates.Add(run.Trainer.Optimizer.LearningRate) });
        Assert.Equal([1, 0.5, 0.25], rates);
    }

    [Fact]
    public void A_schedule_by_steps()
    {
        var rates = new List<double>();
        var trainer = new Trainer(new Linear(2, 1), new MSELoss(), p => new SGD(p, 1), options: new() { Schedule = new StepDecay(2, 0.1) });
        trainer.Fit(Tensor.Ones([6, 2]), Tensor.Ones([6, 1]), batchSize: 2, epochs: 2, options: Problem.Quiet with { Callbacks = [new LambdaCallback { StepBegin = run => rates.Add(Math.Round(run.Trainer.Optimizer.LearningRate, 9)) }] });
        Assert.Equal([1, 1, 0.1, 0.1, 0.01, 0.01], rates);
    }

    [Fact]
    public void Weights_are_saved_behind_epochs()
    {
        Play([3, 2, 2.5, 1], new ModelCheckpoint(File("e{epoch:D2}-{value:F1}.safetensors"), everyEpochs: 2));
        Assert.Equal(["e02-2.0.safetensors", "e04-1.0.safetensors"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        Play([3, 2, 2.5, 1], new ModelCheckpoint(File("best{epoch}.safetensors"), "value", saveBestOnly: true));
        Assert.Equal(3, Directory.GetFiles(folder, "best*").Length);
        Assert.False(System.IO.File.Exists(File("best3.safetensors")));
        Play([3, 2], new ModelCheckpoint(File("s{step}.safetensors"), everySteps: 1));
        Assert.True(System.IO.File.Exists(File("s2.safetensors")));
    }

    [Fact]
    public void Logs_as_json_and_as_a_table()
    {
        string json = File("log.jsonl"), csv = File("log.csv");
        Play([0.5, double.NaN], new JsonLinesLogger(json), new CsvEpochLogger(csv));
        var lines = System.IO.File.ReadAllLines(json).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal([1, 2], lines.Select(l => l.GetProperty("epoch").GetInt32()));
        Assert.Equal(0.5, lines[0].GetProperty("value").GetDouble());
        Assert.Equal("NaN", lines[1].GetProperty("value").GetString());
        Assert.True(lines[0].GetProperty("seconds").GetDouble() >= 0);
        Assert.Equal(["epoch,loss,val_accuracy,value", "0,1,0.5,0.5", "1,1,NaN,NaN"], System.IO.File.ReadAllLines(csv));
        Play([0.5], new CsvEpochLogger(csv, append: true));
        Assert.Equal(4, System.IO.File.ReadAllLines(csv).Length);
    }

    [Theory]
    [InlineData("input", "input 0 of the batch has numbers that are not finite")]
    [InlineData("module", "the output of 1 (Broken) is the first that is not finite")]
    [InlineData("rate", "0.weight has numbers that are not finite since an earlier step")]
    public void A_loss_that_is_no_number_names_its_origin(string what, string origin)
    {
        using var seeded = Generator.Use(new Generator(1));
        var net = new Sequential(new Linear(2, 3), what == "module" ? new Broken() : new Tanh(), new Linear(3, 1));
        var trainer = new Trainer(net, new MSELoss(), p => new SGD(p, what == "rate" ? double.MaxValue : 0.1));
        var x = Tensor.Ones([4, 2]);
        if (what == "input") x = x / 0;
        var nan = new TerminateOnNaN();
        var history = trainer.Fit(x, Tensor.Ones([4, 1]), epochs: 9, options: Problem.Quiet with { Callbacks = [nan] });
        Assert.Equal(origin, nan.Origin);
        Assert.StartsWith("the loss became ", history.Stopped);
        Assert.True(history.Steps <= 3);
    }

    sealed class Broken : Module<Tensor, Tensor>
    {
        protected override Tensor Forward(Tensor x) => (x - 1e6).Sqrt();
    }

    [Fact]
    public void Callbacks_are_called_in_order()
    {
        var calls = new List<string>();
        Callback Note(string name) => new LambdaCallback
        {
            TrainBegin = _ => calls.Add($"{name}+"), TrainEnd = _ => calls.Add($"{name}-"), EpochBegin = r => calls.Add($"{name}e{r.Epoch}"), EpochEnd = r => calls.Add($"{name}E{r.Epoch}"),
            StepBegin = r => calls.Add($"{name}s{r.Steps}"), StepEnd = r => calls.Add($"{name}S{r.Steps}"),
        };
        Play([1], Note("a"), Note("b"));
        Assert.Equal("a+ b+ ae0 be0 as0 bs0 aS1 bS1 aE0 bE0 a- b-", string.Join(' ', calls));
    }
}
