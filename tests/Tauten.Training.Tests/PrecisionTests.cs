using Tauten.Data;
using Tauten.NN;

namespace Tauten.Training.Tests;

/// <summary>Module and loss in a reduced dtype.</summary>
public sealed class PrecisionTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("tauten-precision-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(DType.BFloat16, 1), InlineData(DType.Float16, 1), InlineData(DType.Float16, 2)]
    public void A_training_in_a_reduced_dtype_goes_as_in_float32(DType precision, int accumulate)
    {
        var (x, y) = Problem.Data(128);
        var seen = new List<DType>();
        Trainer Make(DType dtype, bool compile)
        {
            var trainer = Problem.Trainer(new() { Precision = dtype, ClipNorm = 1, Accumulate = accumulate, Compile = compile, Seed = 2 });
            if (dtype == precision && !compile) ((Module<Tensor, Tensor>)trainer.Module.NamedModules().Single(m => m.Name == "4").Module).RegisterForwardHook((_, output) => seen.Add(output.DType));
            return trainer;
        }
        var whole = Make(DType.Float32, true).Fit(x, y, epochs: 6, batchSize: 16, options: Problem.Quiet)["loss"];
        foreach (bool compile in (bool[])[true, false])
        {
            var trainer = Make(precision, compile);
            var history = trainer.Fit(x, y, epochs: 6, batchSize: 16, options: Problem.Quiet);
            Assert.Empty(history.Notes);
            Assert.NotEqual(whole, history["loss"]);
            for (int i = 0; i < whole.Length; i++) Assert.Equal(whole[i], history["loss"][i], 0.08);
            Assert.All(trainer.Module.Parameters(), p => Assert.Equal(DType.Float32, p.Value.DType));
            Assert.Equal(DType.Float32, trainer.Predict(x).DType);
        }
        Assert.Contains(precision, seen);
    }

    [Fact]
    public void A_step_with_gradients_that_are_not_finite_is_left_out()
    {
        // Larger than float16 can be, once multiplied by the first factor of the scaler.
        var net = new Linear(1, 1, bias: false);
        net.Weight.Value = Tensor.From([1f], [1, 1]);
        var trainer = new Trainer(net, new MSELoss(), p => new SGD(p, 1e-3), options: new() { Precision = DType.Float16 });
        var weights = new List<float>();
        trainer.Fit(Dataset.From(Tensor.Full([2, 1], 30f), Tensor.Zeros([2, 1])).Batch(2), epochs: 12, options: Problem.Quiet with
        {
            Callbacks = [new LambdaCallback { StepEnd = _ => weights.Add(net.Weight.Value.Item<float>()) }],
        });
        Assert.Equal(1, weights[0]);
        Assert.True(weights[^1] < 0.9f && weights.All(float.IsFinite), string.Join(' ', weights));
    }

    [Fact]
    public void The_factor_goes_on_behind_a_restart()
    {
        var (x, y) = Problem.Data();
        byte[] Train(string name, long? dies)
        {
            var trainer = Problem.Trainer(new() { Seed = 2, Precision = DType.Float16 });
            trainer.Fit(Dataset.From(x * 1000, y).Shuffle().Batch(8), epochs: 3, options: Problem.Quiet with
            {
                Callbacks = [new LambdaCallback { StepEnd = run => { if (run.Steps == dies) throw new TimeoutException(); } }, new BackupAndRestore(Path.Combine(folder, name), everySteps: 3)],
            });
            return Problem.Bytes(trainer.Module);
        }
        byte[] whole = Train("whole", null);
        Assert.Throws<TimeoutException>(() => Train("killed", 11));
        Assert.Equal(whole, Train("killed", null));
    }

    [Fact]
    public void Other_dtypes_are_refused()
    {
        Assert.Throws<DTypeException>(() => Problem.Trainer(new() { Precision = DType.Int32 }));
        Assert.Throws<DTypeException>(() => Problem.Trainer(new() { Precision = DType.Float64 }));
        var net = Problem.Net();
        Assert.Throws<ArgumentException>(() => new Trainer(net, [new SGD(net.Parameters(), 0.1)], _ => new Dictionary<string, Tensor>(), options: new() { Precision = DType.BFloat16 }));
    }
}
