using System.Diagnostics;
using System.Globalization;
using Tauten.Cpu;

namespace Tauten.Benchmarks;

/// <summary>
/// Times of single operations, a line of JSON each: the median; what the fastest tenth of the calls stays below; the same of the processor time of all threads,
/// which other programs on the machine hardly touch; and the median's speed as a percentage of the limit that was measured just before: multiply-adds for
/// products and convolutions, copies for what moves memory. Each call makes its result anew, as a program does.
/// </summary>
static class OpTimes
{
    const int MostCalls = 2000, LeastCalls = 5;

    /// <summary>Reads AREA and options; see the usage text of the program.</summary>
    public static bool TryParse(string[] arguments, out OpTimesOptions options)
    {
        options = new();
        int at = 0;
        var areas = new List<string>();
        for (; at < arguments.Length && arguments[at] is "matmul" or "conv" or "rows"; at++) areas.Add(arguments[at]);
        if (areas.Count > 0) options.Areas = areas;
        for (; at + 1 < arguments.Length; at += 2)
        {
            var value = arguments[at + 1];
            switch (arguments[at])
            {
                case "--filter": options.Filter = value; break;
                case "--threads" when int.TryParse(value, out int threads) && threads > 0: options.Threads = threads; break;
                case "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out double seconds) && seconds > 0: options.Seconds = seconds; break;
                default: return false;
            }
        }
        return at == arguments.Length;
    }

    /// <summary>Measures and prints.</summary>
    public static void Run(OpTimesOptions options)
    {
        CpuBackend.Threads = options.Threads;
        using var ungraded = Gradients.NoGrad();
        Report("multiply-adds", Peaks.MultiplyAdds(options.Threads), "gflops");
        Report("copies", Enumerable.Range(0, 5).Max(_ => CopyPeak.Copies(options.Threads)), "gb_per_s");
        foreach (var area in options.Areas)
        {
            foreach (var op in area switch { "matmul" => OpList.MatrixProducts().Concat(OpList.IntegerProducts()), "conv" => OpList.Convolutions(), _ => OpList.Rows() })
            {
                if (op.Name.Contains(options.Filter, StringComparison.Ordinal)) Measure(op, options);
            }
        }
    }

    static void Measure(TimedOp op, OpTimesOptions options)
    {
        var run = op.Prepare();
        double limit = op.Operations > 0 ? Enumerable.Range(0, 3).Max(_ => Peaks.MultiplyAdds(options.Threads, 20_000)) : CopyPeak.Copies(options.Threads);
        WarmUp.Run(run, seconds: 0.25, quiet: 0.15);
        List<double> times = [], processor = [];
        for (long start = Stopwatch.GetTimestamp(); times.Count < LeastCalls || (times.Count < MostCalls && Stopwatch.GetElapsedTime(start).TotalSeconds < options.Seconds);)
        {
            var used = Environment.CpuUsage.TotalTime;
            long began = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            processor.Add((Environment.CpuUsage.TotalTime - used).TotalMilliseconds);
        }
        times.Sort();
        processor.Sort();
        double median = times[times.Count / 2], work = op.Operations > 0 ? op.Operations : op.Bytes;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $$"""{"op": "{{op.Name}}", "median_ms": {{median:F5}}, "low_ms": {{times[times.Count / 10]:F5}}, "processor_ms": {{processor[processor.Count / 10]:F5}}, "percent_of_peak": {{100 * work / (median * 1e6) / limit:F1}}}"""));
    }

    static void Report(string name, double value, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $$"""{"peak": "{{name}}", "{{unit}}": {{value:F1}}}"""));
}

/// <summary>What to measure.</summary>
sealed class OpTimesOptions
{
    public IReadOnlyList<string> Areas { get; set; } = ["matmul", "conv", "rows"];

    public string Filter { get; set; } = "";

    public int Threads { get; set; } = CpuBackend.Threads;

    public double Seconds { get; set; } = 0.6;
}

/// <summary>An operation to measure.</summary>
/// <param name="Name">What it is called in the results.</param>
/// <param name="Operations">Its additions and multiplications, or 0: it is as fast as memory.</param>
/// <param name="Bytes">What it must read and write.</param>
/// <param name="Prepare">Makes the operands and gives the call.</param>
sealed record TimedOp(string Name, double Operations, double Bytes, Func<Action> Prepare);
