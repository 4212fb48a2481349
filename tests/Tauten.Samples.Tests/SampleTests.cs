using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Tauten.Tests;

namespace Tauten.Samples.Tests;

/// <summary>Samples as a user runs them, for a few steps: they learn something and show it.</summary>
public partial class SampleTests
{
    [Theory]
    [InlineData("CharLstm", 25, "loss", 0.85)]
    [InlineData("CharTransformer", 60, "loss", 0.85)]
    [InlineData("Autoencoder", 60, "loss", 0.75)]
    [InlineData("DigitsGan", 200, "distance", 0.5)]
    public void A_sample_learns(string name, int steps, string measure, double least)
    {
        var (code, output, error) = Run(name, "--steps", steps.ToString(CultureInfo.InvariantCulture));
        Assert.Equal((0, ""), (code, error));
        double[] values = [.. Numbers().Matches(output).Where(match => match.Groups[1].Value == measure).Select(match => double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))];
        Assert.True(values.Length >= 10 && values[^1] < least * values[0], output);
        Assert.Contains($"step {steps,5}/{steps}", output, StringComparison.Ordinal);
        // Text or pictures come last.
        string shown = output[output.LastIndexOf($"/{steps} ", StringComparison.Ordinal)..];
        Assert.InRange(shown.Length, 300, 5000);
    }

    [Theory]
    [InlineData("CharLstm")]
    [InlineData("CharTransformer")]
    [InlineData("Autoencoder")]
    [InlineData("DigitsGan")]
    public void A_sample_tells_its_options_and_refuses_others(string name)
    {
        var (code, output, error) = Run(name, "--help");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("--steps N", output, StringComparison.Ordinal);
        (code, output, error) = Run(name, "--steps", "many");
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("Expected --steps with a number above 0, or --help. Received: --steps many", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_are_short()
    {
        foreach (string file in Directory.GetFiles(SourceTree.PathOf("samples"), "Program.cs", SearchOption.AllDirectories)) Assert.InRange(File.ReadAllLines(file).Length, 10, 150);
    }

    static (int Code, string Output, string Error) Run(string name, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in (string[])["exec", Path.Combine(AppContext.BaseDirectory, $"{name}.dll"), .. arguments]) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    [GeneratedRegex(@"(loss|distance) ([0-9.]+)")]
    private static partial Regex Numbers();
}
