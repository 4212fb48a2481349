using System.Globalization;
using System.Text;
using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>A plan as text: a line for each kernel, what it reads and writes, and where that lies.</summary>
static class PlanText
{
    /// <summary>The text.</summary>
    public static string Print(this Plan plan)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"workspace {plan.WorkspaceBytes} bytes");
        foreach (var step in plan.Steps)
        {
            text.AppendJoin(", ", step.Outputs.Select(Written)).Append(" = ").Append(Name(step.Op));
            if (step.Inputs.Length > 0) text.Append(' ').AppendJoin(", ", step.Inputs.Select(Place));
            text.AppendLine();
        }
        foreach (var update in plan.Updates)
            if (update.Slot is { } slot) text.AppendLine(CultureInfo.InvariantCulture, $"cell {update.Cell} <- {Place(slot)}");
        text.Append("return ").AppendJoin(", ", plan.Outputs.ToArray().Select(Place)).AppendLine();
        return text.ToString();
    }

    static string Name(Op op) => op is Fused ? ProfileEvent.NameOf(op) : op.ToString();

    static string Written(Slot slot) => slot.Over is null ? $"{Place(slot)} : {slot.Spec}" : $"{Place(slot)} over {Place(slot.Over)} : {slot.Spec}";

    static string Place(Slot slot)
    {
        var root = slot.Root;
        string place = root.Place switch
        {
            Compiler.Place.Input => $"input {root.Number}",
            Compiler.Place.Cell => $"cell {root.Number}",
            Compiler.Place.Static => $"static {root.Index}",
            Compiler.Place.Output => $"made {root.Index}",
            _ => $"@{root.Offset}",
        };
        return slot == root ? place : $"{place} as {slot.Spec.Shape}";
    }
}
