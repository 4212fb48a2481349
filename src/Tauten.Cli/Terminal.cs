using Spectre.Console;

namespace Tauten.Cli;

/// <summary>Rich output on the writer that a command was given.</summary>
static class Terminal
{
    /// <summary>A console on <paramref name="output"/>: with colour and movement where that is a terminal, plain text elsewhere.</summary>
    public static IAnsiConsole On(TextWriter output)
    {
        var target = new AnsiConsoleOutput(output);
        var decide = target.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No;
        return AnsiConsole.Create(new AnsiConsoleSettings { Out = target, Ansi = decide, ColorSystem = target.IsTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors });
    }
}
