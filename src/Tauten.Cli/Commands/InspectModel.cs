using System.CommandLine;
using System.Globalization;

namespace Tauten.Cli.Commands;

/// <summary><c>tauten inspect</c>: a model's graph as it was captured, as it is run, and where its values lie.</summary>
sealed class InspectModel : Command
{
    readonly GraphFile model = new();
    readonly Option<string> stage = new("--stage") { Description = "captured, lowered or plan", HelpName = "STAGE", DefaultValueFactory = _ => "captured" };
    readonly Option<string> drawing = new("--svg") { Description = "Draw the graph into a file instead", HelpName = "FILE" };

    /// <summary>The command.</summary>
    public InspectModel() : base("inspect", "Show a model's graph: as it was captured, as it is run, and its memory plan; as text or as a drawing.")
    {
        model.AddTo(this);
        stage.AcceptOnlyFromAmong("captured", "lowered", "plan");
        Add(stage);
        Add(drawing);
        SetAction(Run);
    }

    int Run(ParseResult call)
    {
        var output = call.InvocationConfiguration.Output;
        var (graph, inputs) = model.Read(call);
        string which = call.GetValue(stage)!;
        var stages = Compiled.Stages(graph, inputs);
        var shown = which == "captured" ? stages.Captured : stages.Lowered;
        if (call.GetValue(drawing) is { } path)
        {
            File.WriteAllText(path, GraphDrawing.Svg(shown));
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {shown.Nodes.Count(node => node.Op is not null)} ops"));
        }
        else output.Write(which == "plan" ? stages.Plan ?? "A size depends on data: memory is not laid out ahead, and the lowered graph is run node by node.\n" : shown.Print());
        return 0;
    }
}
