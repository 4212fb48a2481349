using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Schedulers and what PyTorch has no schedule for; the others are compared with it in the tests of agreement.</summary>
public class ScheduleTests
{
    [Fact]
    public void Each_group_starts_from_its_own_rate_and_a_state_continues()
    {
        Parameter a = new(Tauten.Tensor.Ones([1])), b = new(Tauten.Tensor.Ones([1]));
        var optimizer = Make();
        var scheduler = new Scheduler(optimizer, new ExponentialDecay(0.5));
        scheduler.Step();
        Assert.Equal([0.5, 0.05], Rates(optimizer));
        var state = Safetensors.Load(Safetensors.ToBytes(scheduler.State()));
        var later = Make();
        later.LearningRate = 7;
        var again = new Scheduler(later, new ExponentialDecay(0.5));
        again.LoadState(state);
        again.Step();
        Assert.Equal([0.25, 0.025], Rates(later));
        Assert.Equal(2, again.StepsDone);
        var e = Assert.Throws<ModelFormatException>(() => again.LoadState(new Dictionary<string, Tauten.Tensor>()));
        Assert.Equal("Scheduler: the state does not fit the scheduler.\n  missing: step int64[]; initial_learning_rates float64[2]", e.Message);

        SGD Make()
        {
            var made = new SGD([a], 1);
            made.Add([b], learningRate: 0.1);
            return made;
        }

        static IEnumerable<double> Rates(Optimizer o) => o.Groups.Select(group => group.LearningRate);
    }

    [Fact]
    public void Warmup_goes_up_and_hands_over()
    {
        var schedule = new Warmup(4, new StepDecay(2, 0.5), start: 0.2);
        Equal([0.2, 0.4, 0.6, 0.8, 1, 1, 0.5, 0.5, 0.25], [.. Enumerable.Range(0, 9).Select(step => schedule.At(step, 1))], 1e-12);
        Assert.Equal(3, new Warmup(4).At(100, 3));
    }

    [Fact]
    public void A_plateau_continues_from_its_state()
    {
        var optimizer = new SGD([], 1);
        var plateau = new ReduceOnPlateau(optimizer, 0.5, patience: 1);
        foreach (double measure in new[] { 1.0, 2 }) plateau.Step(measure);
        Assert.Equal(1, optimizer.LearningRate);
        var again = new ReduceOnPlateau(optimizer, 0.5, patience: 1);
        again.LoadState(Safetensors.Load(Safetensors.ToBytes(plateau.State())));
        again.Step(2);
        Assert.Equal(0.5, optimizer.LearningRate);
    }
}
