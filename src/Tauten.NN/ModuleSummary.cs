using System.Globalization;
using System.Text;

namespace Tauten.NN;

/// <summary>One module in a <see cref="ModuleSummary"/>.</summary>
/// <param name="Name">Its name, such as <c>encoder.fc1</c>; empty for the outermost.</param>
/// <param name="Type">Its type.</param>
/// <param name="Output">The shape of its last output; null if that is not a tensor, or if it was not called.</param>
/// <param name="Parameters">The number of elements of its own parameters.</param>
/// <param name="Operations">Floating-point operations of all its calls, without those of the modules inside.</param>
public sealed record ModuleSummaryLine(string Name, string Type, Shape? Output, long Parameters, long Operations);

/// <summary>What a module is made of: shapes, parameters, and operations for one example.</summary>
/// <param name="Lines">A line for each module, in the order of declaration.</param>
public sealed record ModuleSummary(IReadOnlyList<ModuleSummaryLine> Lines)
{
    /// <summary>The number of elements of all parameters.</summary>
    public long Parameters => Lines.Sum(line => line.Parameters);

    /// <summary>
    /// Floating-point operations: two for each product that is added to others, in linear layers, convolutions, attention and recurrent networks. What else there is counts nothing.
    /// </summary>
    public long Operations => Lines.Sum(line => line.Operations);

    /// <summary>A table.</summary>
    public override string ToString()
    {
        List<string[]> rows = [["Module", "Type", "Output", "Parameters", "Operations"]];
        foreach (var line in Lines) rows.Add([line.Name.Length == 0 ? "-" : line.Name, line.Type, line.Output?.ToString() ?? "-", Number(line.Parameters), Number(line.Operations)]);
        rows.Add(["Total", "", "", Number(Parameters), Number(Operations)]);
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, i) => i < 3 ? cell.PadRight(rows.Max(r => r[i].Length)) : cell.PadLeft(rows.Max(r => r[i].Length)));
            text.AppendJoin("  ", cells).Append('\n');
        }
        return text.ToString().TrimEnd('\n');

        static string Number(long n) => n.ToString("#,0", CultureInfo.InvariantCulture);
    }
}

// What a module is made of.
public abstract partial class Module<TInput, TOutput>
{
    /// <summary>Calls the module once, in eval mode and without gradients, and tells shapes, parameters and operations of each module inside.</summary>
    /// <param name="example">An input.</param>
    /// <example><code>
    /// var net = new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10));
    /// Console.WriteLine(net.Summary(Tensor.Ones([1, 784])));
    /// // Module  Type        Output    Parameters  Operations
    /// // -       Sequential  [1, 10]            0           0
    /// // 0       Linear      [1, 128]     100,480     200,704
    /// // 1       ReLU        [1, 128]           0           0
    /// // 2       Linear      [1, 10]        1,290       2,560
    /// // Total                            101,770     203,264
    /// </code></example>
    public ModuleSummary Summary(TInput example)
    {
        var outputs = new Dictionary<Module, Shape?>();
        var operations = new Dictionary<Module, long>();
        var watches = new List<IDisposable>();
        var modes = EvaluateAll();
        try
        {
            foreach (var module in modes.Keys)
            {
                var watch = module.Watch((x, y) =>
                {
                    outputs[module] = (y as Tensor)?.Shape;
                    operations[module] = operations.GetValueOrDefault(module) + module.Operations(x, y);
                });
                if (watch is not null) watches.Add(watch);
            }
            using (Gradients.NoGrad()) Call(example);
        }
        finally
        {
            foreach (var watch in watches) watch.Dispose();
            Restore(modes);
        }
        return new([.. NamedModules().Select(m => new ModuleSummaryLine(
            m.Name, m.Module.TypeName, outputs.GetValueOrDefault(m.Module), m.Module.OwnParameters.Sum(p => p.Shape.ElementCount.Value), operations.GetValueOrDefault(m.Module)))]);
    }
}
