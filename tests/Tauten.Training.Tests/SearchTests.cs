using System.Xml.Linq;
using Tauten.Data;
using Tauten.NN;

namespace Tauten.Training.Tests;

/// <summary>What to begin a training with: searches leave everything as it was.</summary>
public sealed class SearchTests
{
    [Fact]
    public void A_search_for_a_rate_leaves_no_trace()
    {
        var (x, y) = Problem.Data();
        var data = Dataset.From(x, y).Shuffle().Batch(16);
        var trainer = Problem.Trainer(new() { Seed = 3, MeanDecay = 0.9, Precision = DType.Float16 });
        byte[] before = Problem.Bytes(trainer.Module);
        var search = trainer.FindLearningRate(data, steps: 20);
        Assert.Equal(before, Problem.Bytes(trainer.Module));
        Assert.Equal(0.01, trainer.Optimizer.LearningRate);
        Assert.True(trainer.Module.IsTraining);
        var untouched = Problem.Trainer(new() { Seed = 3, MeanDecay = 0.9, Precision = DType.Float16 });
        Assert.Equal(untouched.Fit(data, 2, options: Problem.Quiet)["loss"], trainer.Fit(data, 2, options: Problem.Quiet)["loss"]);
        Assert.Equal(search.Losses, Problem.Trainer(new() { Seed = 3, MeanDecay = 0.9, Precision = DType.Float16 }).FindLearningRate(data, steps: 20).Losses);
    }

    [Fact]
    public void A_rate_is_found_where_it_is_known()
    {
        // Steps of gradient descent on a parabola of curvature 2 run away from a rate of 1 on.
        var weight = new Linear(1, 1, bias: false);
        weight.Weight.Value = Tensor.From([5f], [1, 1]);
        var trainer = new Trainer(weight, new MSELoss(), p => new SGD(p, 0.1));
        var search = trainer.FindLearningRate(Dataset.From(Tensor.Ones([4, 1]), Tensor.Zeros([4, 1])).Batch(4), 1e-4, 100, steps: 120);
        Assert.True(search.Rates[^1] is > 1 and < 50, $"{search.Rates[^1]}");
        Assert.InRange(search.Suggestion, 0.003, 0.5);
        // The smoothed loss goes on to fall for some steps behind the least one.
        Assert.InRange(search.Lowest, 0.02, search.Rates[^1]);
        Assert.True(search.Suggestion <= search.Lowest);
        Assert.Equal(1e-4, search.Rates[0]);
        Assert.Equal(25, search.Losses[0], 4);
        // Each rate is the one before times the same factor.
        Assert.Equal(search.Rates[1] / search.Rates[0], search.Rates[9] / search.Rates[8], 9);
    }

    [Fact]
    public void Groups_keep_their_ratio_and_gradients_are_gathered()
    {
        var net = new Linear(2, 1);
        var trainer = new Trainer(net, new MSELoss(), _ =>
        {
            var optimizer = new SGD([net.Weight], 0.1);
            optimizer.Add([net.Bias!], learningRate: 0.2);
            return optimizer;
        }, options: new() { Accumulate = 2 });
        var seen = new List<double>();
        var data = Dataset.From(Tensor.Ones([8, 2]), Tensor.Zeros([8, 1])).Batch(2).Map(batch =>
        {
            seen.Add(trainer.Optimizer.Groups[1].LearningRate / trainer.Optimizer.Groups[0].LearningRate);
            return batch;
        });
        var search = trainer.FindLearningRate(data, 0.001, 0.01, steps: 5);
        Assert.Equal(5, search.Rates.Count);
        Assert.All(seen, ratio => Assert.Equal(2, ratio, 9));
        // One more is read to learn sizes from.
        Assert.InRange(seen.Count, 10, 11);
    }

    [Fact]
    public void The_picture_is_an_image_with_all_points()
    {
        var search = new LearningRateSearch([1e-4, 1e-3, 1e-2, 1e-1, 1], [2.3, 2.2, 1.2, 0.9, double.NaN]);
        var svg = XDocument.Parse(search.ToSvg(300, 200));
        XNamespace space = "http://www.w3.org/2000/svg";
        var lines = svg.Root!.Elements(space + "polyline").ToList();
        Assert.Equal(2, lines.Count);
        Assert.All(lines, line => Assert.Equal(5, line.Attribute("points")!.Value.Split(' ').Length));
        Assert.All(lines.SelectMany(l => l.Attribute("points")!.Value.Split(' ', ',')), number => Assert.InRange(double.Parse(number, System.Globalization.CultureInfo.InvariantCulture), 0, 300));
        Assert.Single(svg.Root.Elements(space + "circle"));
        Assert.Contains(svg.Root.Elements(space + "text"), t => t.Value == "0.01");
    }

    [Fact]
    public void A_loss_that_is_no_number_at_once_is_an_error()
    {
        var trainer = new Trainer(new Linear(1, 1), new MSELoss(), p => new SGD(p, 0.1));
        var data = Dataset.From(Tensor.Full([4, 1], float.NaN), Tensor.Zeros([4, 1])).Batch(2);
        Assert.Throws<InvalidOperationException>(() => trainer.FindLearningRate(data));
        Assert.Throws<ArgumentOutOfRangeException>(() => trainer.FindLearningRate(data, 1, 0.1));
        Assert.Throws<DataException>(() => trainer.FindLearningRate(data.Take(0)));
    }

    [Fact]
    public void Batches_become_larger_until_it_brings_no_more()
    {
        var (x, y) = Problem.Data(200);
        var trainer = Problem.Trainer();
        byte[] before = Problem.Bytes(trainer.Module);
        var search = trainer.FindBatchSize(Dataset.From(x, y), smallest: 16, largest: 128);
        Assert.Equal(before, Problem.Bytes(trainer.Module));
        Assert.Equal(search.Trials.Select((_, i) => 16 << i), search.Trials.Select(t => t.Size));
        Assert.All(search.Trials, t => Assert.True(t.SamplesPerSecond > 0 && t.Bytes > 0));
        Assert.Contains(search.Trials, t => t.Size == search.Suggestion);
        // A bound on memory that is passed already leaves the first size alone.
        Assert.Single(trainer.FindBatchSize(Dataset.From(x, y), 16, 128, memory: 1).Trials);
        Assert.Equal(32, new BatchSizeSearch([new(16, 50, 0), new(32, 97, 0), new(64, 100, 0)]).Suggestion);
    }

    [Fact]
    public void One_cycle_goes_over_all_steps_of_a_training()
    {
        var (x, y) = Problem.Data(40);
        var rates = new List<double>();
        var trainer = Problem.Trainer(new() { OneCycle = 0.1, Accumulate = 2 });
        var options = Problem.Quiet with { Callbacks = [new LambdaCallback { StepBegin = _ => rates.Add(trainer.Optimizer.LearningRate) }] };
        trainer.Fit(x, y, epochs: 4, batchSize: 8, options: options);
        // 5 batches an epoch are 3 steps, so that there are 12.
        var cycle = new OneCycle(0.1, 12);
        Assert.Equal(20, rates.Count);
        Assert.Equal(cycle.At(0, 0), rates[0], 9);
        Assert.Equal(cycle.At(0, 0), rates[1], 9);
        Assert.Equal(cycle.At(3, 0), rates[5], 9);
        Assert.Equal(cycle.At(11, 0), rates[19], 9);
        // The next training has a cycle of its own.
        rates.Clear();
        trainer.Fit(x, y, epochs: 1, batchSize: 40, options: options with { MaxSteps = 1 });
        Assert.Equal(new OneCycle(0.1, 2).At(0, 0), Assert.Single(rates), 9);
        Assert.Throws<ArgumentException>(() => Problem.Trainer(new() { OneCycle = 0.1, Schedule = new CosineAnnealing(3) }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Problem.Trainer(new() { OneCycle = 0 }));
        Assert.Throws<ArgumentException>(() => Problem.Trainer(new() { OneCycle = 0.1 }).Fit(Dataset.Generate(() => (Sample[])[new(x, y)])));
    }
}
