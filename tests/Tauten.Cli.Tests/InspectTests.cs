using Tauten.NN;

namespace Tauten.Cli.Tests;

/// <summary><c>tauten inspect</c> and <c>tauten profile</c>, on a program file.</summary>
public sealed class InspectTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("tauten-inspect").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string Saved()
    {
        string path = Path.Combine(folder, "net.tauten");
        if (File.Exists(path)) return path;
        var net = new Sequential(new Linear(4, 8), new Gelu(), new Linear(8, 2), new Softmax(-1));
        net.Eval();
        var program = new GraphProgram();
        program.Add("predict", x => [net.Call(x[0])], ("x", new TensorSpec(DType.Float32, ["batch", 4])));
        program.Save(path);
        return path;
    }

    [Fact]
    public void A_graph_is_shown_at_every_stage()
    {
        var captured = CommandRun.Of("inspect", Saved());
        Assert.Equal(0, captured.ExitCode);
        Assert.Contains("float32[batch, 4]", captured.Output);
        Assert.Contains("Linear", captured.Output);
        Assert.Contains("return", CommandRun.Of("inspect", Saved(), "--stage", "lowered").Output);
        var plan = CommandRun.Of("inspect", Saved(), "--stage", "plan", "--size", "batch=3");
        Assert.StartsWith("workspace ", plan.Output);
        Assert.Contains("float32[3, 8]", plan.Output);
    }

    [Fact]
    public void A_graph_is_drawn()
    {
        string file = Path.Combine(folder, "net.svg");
        Assert.Equal(0, CommandRun.Of("inspect", Saved(), "--svg", file).ExitCode);
        var drawing = System.Xml.Linq.XDocument.Load(file);
        Assert.Contains(drawing.Descendants().Where(e => e.Name.LocalName == "text"), e => e.Value == "Linear");
    }

    [Theory, InlineData(true), InlineData(false)]
    public void A_profile_lists_ops_and_writes_a_trace(bool eager)
    {
        string trace = Path.Combine(folder, "trace.json");
        string[] mode = eager ? ["--eager"] : [];
        var run = CommandRun.Of(["profile", Saved(), "--runs", "3", "--size", "batch=5", "--trace", trace, .. mode]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Linear", run.Output);
        Assert.Contains("GFLOP/s", run.Output);
        using var events = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(trace));
        Assert.True(events.RootElement.GetProperty("traceEvents").GetArrayLength() > 0);
    }

    [Fact]
    public void Mistakes_are_named()
    {
        Assert.Contains("no input has a dimension rows", CommandRun.Of("inspect", Saved(), "--size", "rows=3").Error);
        Assert.Contains("there is no function other", CommandRun.Of("inspect", Saved(), "--function", "other").Error);
    }
}
