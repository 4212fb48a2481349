using System.Globalization;
using System.Text;

namespace Tauten;

/// <summary>Events of a <see cref="Profile"/> added up by name, those that took longest first.</summary>
/// <param name="Title">What the rows stand for.</param>
/// <param name="Rows">The rows.</param>
public sealed record ProfileTable(string Title, IReadOnlyList<ProfileRow> Rows)
{
    /// <summary>The time of all rows.</summary>
    public TimeSpan Time => TimeSpan.FromTicks(Rows.Sum(row => row.Time.Ticks));

    /// <summary>A table in text: calls, time and its share, bytes moved and in a second, operations in a second and as a share of what the processor is able to do, and garbage.</summary>
    public override string ToString()
    {
        const int Longest = 60;
        var text = new StringBuilder();
        string[] head = [Title, "calls", "ms", "%", "MB", "GB/s", "GFLOP/s", "% of peak", "garbage"];
        var lines = new List<string[]> { head };
        double all = Math.Max(Time.TotalMilliseconds, 1e-9);
        foreach (var row in Rows)
            lines.Add([
                row.Name.Length > Longest ? $"{row.Name.AsSpan(0, Longest - 1)}…" : row.Name, Number(row.Calls, "0"), Number(row.Time.TotalMilliseconds, "0.000"), Number(100 * row.Time.TotalMilliseconds / all, "0.0"),
                Number(row.Bytes / 1e6, "0.0"), Number(row.Bytes / row.Time.TotalNanoseconds, "0.0"), Number(row.Operations / row.Time.TotalNanoseconds, "0.0"), Number(100 * row.ShareOfPeak, "0"),
                Number(row.Garbage, "0"),
            ]);
        int[] widths = [.. Enumerable.Range(0, head.Length).Select(i => lines.Max(line => line[i].Length))];
        foreach (string[] line in lines)
        {
            text.Append(line[0].PadRight(widths[0]));
            for (int i = 1; i < line.Length; i++) text.Append("  ").Append(line[i].PadLeft(widths[i]));
            text.AppendLine();
        }
        return text.ToString();
    }

    static string Number(double? value, string format) => value is { } number && double.IsFinite(number) ? number.ToString(format, CultureInfo.InvariantCulture) : "";
}

/// <summary>Events of a <see cref="Profile"/> that have a name in common.</summary>
/// <param name="Name">The name.</param>
/// <param name="Calls">How many there were.</param>
/// <param name="Time">The time they took together.</param>
/// <param name="Bytes">The bytes of their inputs and outputs.</param>
/// <param name="Operations">Their arithmetic operations, where they are known of one of them.</param>
/// <param name="ShareOfPeak">What they did, as a share of what the processor is able to do in the time of those whose operations are known.</param>
/// <param name="HeldBytes">The largest number of bytes held at the end of one of them.</param>
/// <param name="Garbage">The bytes of objects left to the garbage collector.</param>
public sealed record ProfileRow(string Name, int Calls, TimeSpan Time, long Bytes, double? Operations, double? ShareOfPeak, long HeldBytes, long Garbage)
{
    internal static ProfileRow Of(string name, ProfileEvent[] events)
    {
        ProfileEvent[] counted = [.. events.Where(e => e.Operations is not null)];
        double possible = counted.Sum(e => (e.Peak ?? double.NaN) * e.Duration.TotalSeconds);
        double? operations = counted.Length == 0 ? null : counted.Sum(e => e.Operations!.Value);
        return new(name, events.Length, TimeSpan.FromTicks(events.Sum(e => e.Duration.Ticks)), events.Sum(e => e.Bytes), operations, operations / possible, events.Max(e => e.HeldBytes), events.Sum(e => e.Garbage));
    }
}
