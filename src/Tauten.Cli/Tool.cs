using System.CommandLine;
using System.CommandLine.Parsing;
using Tauten.Cli.Commands;
using Tauten.Data;

namespace Tauten.Cli;

/// <summary>The `tauten` tool: its commands, and how mistakes are reported.</summary>
static class Tool
{
    /// <summary>The exit code of every mistake of the user's: wrong arguments, a file that cannot be read, a model that does not fit.</summary>
    public const int Mistake = 2;

    /// <summary>The exit code of a run that Ctrl-C ended, as shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>How long a command may take to end after Ctrl-C. Must be set, or nothing listens to Ctrl-C at all.</summary>
    static readonly TimeSpan TimeToEnd = TimeSpan.FromSeconds(10);

    /// <summary>Runs one command line and returns the exit code. A mistake is one line on <paramref name="error"/>.</summary>
    /// <param name="arguments">The words behind <c>tauten</c>.</param>
    /// <param name="output">Where results go.</param>
    /// <param name="error">Where mistakes go.</param>
    /// <param name="stop">Ends the command as Ctrl-C does.</param>
    public static async Task<int> Run(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken stop = default)
    {
        // No response files: "@" may begin a file name.
        var call = Root().Parse(arguments is [] ? ["--help"] : arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (call.Errors.Count > 0)
        {
            string message = call.UnmatchedTokens is [var unknown, ..] ? $"'{unknown}' is no command or option here." : call.Errors[0].Message;
            return Report(error, $"{message} Try '{Path(call)} --help'.");
        }
        try
        {
            var surroundings = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeToEnd };
            return await call.InvokeAsync(surroundings, stop);
        }
        catch (Exception mistake) when (mistake is TrainingException or TautenException or IOException or UnauthorizedAccessException)
        {
            return Report(error, mistake.Message);
        }
    }

    static RootCommand Root() => new("""
        Tauten, deep learning in pure C#. To begin with:

          tauten train digits                       learns to read handwritten digits, in a few seconds
          tauten predict digits digits.safetensors  shows what it reads
        """)
    {
        new Command("train", "Train a model.").With(Tasks().Select(task => new TrainTask(task))),
        new Command("evaluate", "Test a trained model.").With(Tasks().Select(task => new EvaluateTask(task))),
        new Command("predict", "Show what a trained model says.").With(Tasks().Select(task => task.Prediction)),
        new Command("lr-find", "Look for a learning rate before a training.").With(Tasks().Select(task => new FindLearningRate(task))),
        new Command("onnx", "Work with models in the ONNX format.") { new OnnxVerify() },
        new ConvertFile(),
        new ModelInfo(),
        new RunModel(),
        new InspectModel(),
        new ProfileModel(),
    };

    static LearningTask[] Tasks() =>
    [
        new DigitsTask(), new IdxTask("mnist", "handwritten digits", 5, 0.1307f, 0.3081f, flips: false, (folder, stop) => DataSets.Mnist(folder, stop: stop)),
        new IdxTask("fashion-mnist", "clothes", 8, 0.2860f, 0.3530f, flips: true, (folder, stop) => DataSets.FashionMnist(folder, stop: stop)),
        new Cifar10Task(), new TextTask(), new CsvTask(), new ImagesTask(),
    ];

    static Command With(this Command command, IEnumerable<Command> inner)
    {
        foreach (var one in inner) command.Add(one);
        return command;
    }

    static int Report(TextWriter error, string message)
    {
        error.WriteLine($"tauten: {message.ReplaceLineEndings(" ")}");
        return Mistake;
    }

    /// <summary>The command as typed so far, such as <c>tauten train digits</c>.</summary>
    static string Path(ParseResult call)
    {
        var names = new Stack<string>();
        for (var result = call.CommandResult; result is not null; result = result.Parent as CommandResult)
            names.Push(result.Command is RootCommand ? "tauten" : result.Command.Name);
        return string.Join(' ', names);
    }
}
