using System.Globalization;
using System.Text;

namespace Tauten.Benchmarks.Comparison;

/// <summary>Times beside those of a peer, as a table in Markdown.</summary>
sealed class RatioTable(string peer, IReadOnlyList<string> more)
{
    readonly List<(string Name, double Ours, double? Theirs, IReadOnlyList<string> More)> rows = [];

    /// <summary>A row: times of the rounds, in milliseconds.</summary>
    public void Add(string name, double[] ours, double[] theirs, IReadOnlyList<string> details) => rows.Add((name, Median(ours), theirs.Length == 0 ? null : Median(theirs), details));

    public void Write(StringBuilder text)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"\n| | Tauten ms | {peer} ms | ratio | {string.Join(" | ", more)} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"|---|---|---|---|{string.Concat(Enumerable.Repeat("---|", more.Count))}");
        foreach (var row in rows)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.Name} | {row.Ours:G4} | {row.Theirs:G4} | {row.Theirs / row.Ours:F2} | {string.Join(" | ", row.More)} |");
        var compared = rows.Where(row => row.Theirs is not null).ToArray();
        if (compared.Length == 0) return;
        double mean = Math.Exp(compared.Average(row => Math.Log(row.Theirs!.Value / row.Ours)));
        double weighted = Math.Exp(compared.Sum(row => row.Theirs!.Value * Math.Log(row.Theirs!.Value / row.Ours)) / compared.Sum(row => row.Theirs!.Value));
        double least = compared.Min(row => row.Theirs!.Value / row.Ours);
        double share = compared.Count(row => row.Theirs!.Value >= 0.9 * row.Ours) / (double)compared.Length;
        text.AppendLine(CultureInfo.InvariantCulture, $"\nGeometric mean {mean:F2}, weighted by the peer's time {weighted:F2}; the least {least:F2}; {share:P0} of the rows at 0.9 or more.");
    }

    public static double Median(double[] values)
    {
        if (values.Length == 0) return double.NaN;
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
