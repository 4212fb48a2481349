using Tauten.Tests;

namespace Tauten.Cli.Tests;

/// <summary>Models and weights on the command line: shown, run, converted.</summary>
public sealed class ModelCommandTests
{
    static string Model(TemporaryFolder folder)
    {
        string path = folder.File("net.onnx");
        Onnx.Export((Tensor x) => (x * 2).Softmax(-1), path, Tensor.Ones([2, 3]), ["batch"], new() { Inputs = ["pixels"], Outputs = ["shares"] });
        return path;
    }

    [Fact]
    public void A_model_is_run_on_arrays_of_files()
    {
        using var folder = new TemporaryFolder();
        string model = Model(folder), x = folder.File("x.npy"), y = folder.File("y.npz");
        var input = Tensor.From([1f, 2, 3], [1, 3]);
        Npy.Save(x, input);
        var run = CommandRun.Of("run", model, "--input", $"pixels={x}", "--output", y);
        Assert.Equal((0, "shares: float32[1, 3]", ""), (run.ExitCode, run.Lines[0], run.Error));
        Assert.True((Npz.Load(y)["shares"].Tensor - (input * 2).Softmax(-1)).Abs().Max().Item<float>() < 1e-6);
        var timed = CommandRun.Of("run", model, "--input", $"pixels={x}", "--repeat", "3", "--json", "--threads", "1", "--profile");
        Assert.StartsWith("{\"model\":", timed.Output, StringComparison.Ordinal);
        Assert.Contains("\"median_ms\":", timed.Lines[0], StringComparison.Ordinal);
        Assert.Contains("ms in", timed.Lines[^1], StringComparison.Ordinal);
        Assert.Equal(2, CommandRun.Of("run", model, "--input", $"image={x}").ExitCode);
    }

    [Fact]
    public void A_model_goes_to_a_program_and_back()
    {
        using var folder = new TemporaryFolder();
        string program = folder.File("net.tauten"), again = folder.File("again.onnx");
        var there = CommandRun.Of("convert", Model(folder), program);
        Assert.Equal((0, ""), (there.ExitCode, there.Error));
        Assert.Contains("predict(pixels: float32[batch, 3]) -> (shares: float32[batch, 3])", there.Output, StringComparison.Ordinal);
        Assert.Equal(0, CommandRun.Of("convert", program, again, "--opset", "20").ExitCode);
        var info = CommandRun.Of("info", again);
        Assert.StartsWith("opset 20", info.Output, StringComparison.Ordinal);
        Assert.Contains("input  pixels: float32[batch, 3]", info.Lines);
        var x = Tensor.From([1f, 2, 3, 4, 5, 7], [2, 3]);
        Assert.Equal(Tauten.Model.Load(folder.File("net.onnx")).Run(x)[0].ToArray<float>(), Tauten.Model.Load(again).Run(x)[0].ToArray<float>());
    }

    [Fact]
    public void A_model_is_written_again_in_another_version_and_compared()
    {
        using var folder = new TemporaryFolder();
        string again = folder.File("again.onnx");
        Assert.Equal((0, ""), CommandRun.Of("convert", Model(folder), again, "--opset", "22") is var run ? (run.ExitCode, run.Error) : default);
        Assert.StartsWith("opset 22", CommandRun.Of("info", again).Output, StringComparison.Ordinal);
        // A library that is none is a mistake, and leaves no file.
        string third = folder.File("third.onnx");
        var wrong = CommandRun.Of("convert", again, third, "--verify-with", again);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("is not ONNX Runtime's shared library", wrong.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(third));
        if (!File.Exists(OtherRuntime.Library)) return;
        Assert.Equal((0, ""), CommandRun.Of("convert", again, third, "--verify-with", OtherRuntime.Library) is var verified ? (verified.ExitCode, verified.Error) : default);
    }

    [Fact]
    public void The_operations_of_a_run_are_counted()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("net.onnx");
        var weight = Tensor.Ones([4, 3]);
        Onnx.Export((Tensor x) => x.Linear(weight).Relu(), path, Tensor.Ones([2, 3]), ["batch"]);
        Assert.Contains("24 FLOPs a run, in products and convolutions, for open sizes of 1", CommandRun.Of("info", path).Lines);
    }

    [Fact]
    public void Weights_get_other_names_in_another_format()
    {
        using var folder = new TemporaryFolder();
        string from = folder.File("a.safetensors"), to = folder.File("b.npz"), back = folder.File("c.safetensors");
        Safetensors.Save(from, new Dictionary<string, Tensor> { ["layer1.0.conv1.weight"] = Tensor.Arange(6).Reshape(2, 3), ["fc.bias"] = Tensor.Ones([2]) });
        var run = CommandRun.Of("convert", from, to, "--rename", "layer{i}.{j}.conv1=Stage{i}.Block{j}.Conv1");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("2 tensors, 8 numbers", run.Output, StringComparison.Ordinal);
        Assert.Equal(0, CommandRun.Of("convert", to, back).ExitCode);
        Assert.Equal(["Stage1.Block0.Conv1.weight", "fc.bias"], Safetensors.Load(back).Keys.Order(StringComparer.Ordinal));
        foreach (string[] wrong in (string[][])[["convert", from, folder.File("d.pt")], ["convert", from, back, "--rename", "a=b..c"], ["convert", folder.File("none.npz"), back]])
            Assert.Equal(2, CommandRun.Of(wrong).ExitCode);
    }
}
