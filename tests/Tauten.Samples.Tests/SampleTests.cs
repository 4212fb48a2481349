using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Tauten.NN;
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

    /// <summary>A net of images that ends in a linear layer, as a file.</summary>
    static void Export(string path, Sequential net, Shape input)
    {
        net.Eval();
        Onnx.Export(net.Call, path, Tensor.Ones(input), ["batch"]);
    }

    [Fact]
    public void An_exported_net_is_tuned()
    {
        string folder = Directory.CreateTempSubdirectory("tauten-").FullName, path = Path.Combine(folder, "net.onnx");
        try
        {
            using (Generator.Use(new Generator(1)))
                Export(path, new Sequential(new Conv2d(3, 8, 3, stride: 4), new ReLU(), new Conv2d(8, 16, 3, stride: 2), new ReLU(), new AdaptiveAvgPool2d(1), new Flatten(), new Linear(16, 1000)), [1, 3, 96, 96]);
            var (code, output, error) = Run("FineTune", folder, [path, "--steps", "300"]);
            Assert.Equal((0, ""), (code, error));
            double[] losses = [.. Numbers().Matches(output).Select(match => double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture))];
            Assert.True(losses[^3..].Average() < 0.9 * losses[..3].Average(), output);
            Assert.Contains("digits that it has never seen", output, StringComparison.Ordinal);
            Assert.Equal("digit", Model.Load(Path.Combine(folder, "digits.onnx")).Outputs[0].Name);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        Assert.Contains("--steps N", Run("FineTune", "--help").Output, StringComparison.Ordinal);
        Assert.Equal(1, Run("FineTune").Code);
    }

    [Fact]
    public async Task A_model_is_served()
    {
        string path = Path.GetTempFileName();
        using (Generator.Use(new Generator(2))) Export(path, new Sequential(new Linear(784, 16), new ReLU(), new Linear(16, 10)), [1, 784]);
        using var process = Process.Start(Start("Serve", null, path, "0"))!;
        try
        {
            string line = await process.StandardOutput.ReadLineAsync() ?? await process.StandardError.ReadToEndAsync();
            Assert.StartsWith("listening on http://127.0.0.1:", line, StringComparison.Ordinal);
            using var client = new HttpClient { BaseAddress = new(line["listening on ".Length..]) };
            float[] pixels = [.. Enumerable.Range(0, 784).Select(i => MathF.Sin(i))];
            using var answer = await client.PostAsJsonAsync("predict", pixels);
            float[] expected = Model.Load(path).Run(Tensor.From(pixels, [1, 784])).Single().ToArray<float>();
            Assert.Equal(expected, await answer.Content.ReadFromJsonAsync<float[]>());
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
            File.Delete(path);
        }
        Assert.Equal(1, Run("Serve").Code);
    }

    [Fact]
    public void Samples_are_short()
    {
        foreach (string file in Directory.GetFiles(SourceTree.PathOf("samples"), "Program.cs", SearchOption.AllDirectories)) Assert.InRange(File.ReadAllLines(file).Length, 10, 150);
    }

    static ProcessStartInfo Start(string name, string? folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? "" };
        foreach (string argument in (string[])["exec", Path.Combine(AppContext.BaseDirectory, $"{name}.dll"), .. arguments]) start.ArgumentList.Add(argument);
        return start;
    }

    static (int Code, string Output, string Error) Run(string name, params string[] arguments) => Run(name, null, arguments);

    static (int Code, string Output, string Error) Run(string name, string? folder, string[] arguments)
    {
        using var process = Process.Start(Start(name, folder, arguments))!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    [GeneratedRegex(@"(loss|distance) ([0-9.]+)")]
    private static partial Regex Numbers();
}
