using System.CommandLine;
using System.Globalization;

namespace Tauten.Cli.Commands;

/// <summary><c>tauten lr-find NAME</c>: makes steps with a rising learning rate, draws their losses and names a rate.</summary>
sealed class FindLearningRate : TaskCommand
{
    readonly Option<string> picture;
    readonly Option<int> steps = NumberOption.Whole("--steps", "How many steps there are", 100, 10, 10_000);
    readonly Option<double> from = NumberOption.Positive("--from", "The first learning rate", 1e-6, 10), to = NumberOption.Positive("--to", "The last learning rate", 1, 1000);

    /// <summary>The command.</summary>
    public FindLearningRate(LearningTask task) : base(task, $"Look for a learning rate for 'tauten train {task.Name}': steps with rising rates, until the loss runs away.")
    {
        picture = new("--picture") { Description = "Where the picture of the losses goes", HelpName = "FILE.svg", DefaultValueFactory = _ => $"{task.Name}-lr.svg" };
        foreach (Option option in (ReadOnlySpan<Option>)[picture, steps, from, to]) Add(option);
    }

    protected override async Task<int> Run(ParseResult call, CancellationToken stop)
    {
        var output = call.InvocationConfiguration.Output;
        string path = call.GetRequiredValue(picture);
        WeightsFile.CheckWritable(path, "--picture");
        double first = call.GetRequiredValue(from), last = call.GetRequiredValue(to);
        if (first >= last) throw new TrainingException(string.Create(CultureInfo.InvariantCulture, $"--from: expected a rate below that of --to. Received: {first} and {last}."));
        var (settings, recipe) = await Make(call, stop);
        try
        {
            var found = recipe.Trainer(settings).FindLearningRate(recipe.Train, first, last, call.GetRequiredValue(steps), stop: stop);
            found.Save(path);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{found.Rates.Count} steps up to {found.Rates[^1]:G3}; the loss is the least at {found.Lowest:G3}; picture in {path}"));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"learning rate {found.Suggestion:G3}"));
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            output.WriteLine("stopped; nothing saved");
            return Tool.Interrupted;
        }
    }
}
