using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Tauten.Benchmarks.Training;

namespace Tauten.Benchmarks.Comparison;

/// <summary>Runs this program and PyTorch in turn and writes a table of ratios.</summary>
static class CompareCommand
{
    public const string Usage = """
        Usage: benchmarks/compare [train [WORKLOAD ...] [--mode eager|compiled] | matmul | conv | rows] [--rounds N] [--threads N] [--output FILE]

        Runs Tauten and PyTorch in turn, N rounds each (5 if left out), and writes a table in Markdown: medians of the rounds' medians, and
        ratios, PyTorch's time by ours, so that above 1 we are ahead. Without areas: train. PyTorch is looked for in $TAUTEN_PYTHON,
        /usr/bin/python3 and python3; benchmarks/peers/setup.sh installs it on Debian. The losses of training are compared, too.
        """;

    static readonly string[] areas = ["train", "matmul", "conv", "rows"];

    public static int Run(ReadOnlySpan<string> arguments)
    {
        int rounds = 5, threads = Environment.ProcessorCount;
        string? output = null;
        string mode = "eager";
        var names = new List<string>();
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--help" or "-h":
                    Console.WriteLine(Usage);
                    return 0;
                case "--rounds" when i + 1 < arguments.Length && int.TryParse(arguments[i + 1], out rounds) && rounds > 0:
                case "--threads" when i + 1 < arguments.Length && int.TryParse(arguments[i + 1], out threads) && threads > 0:
                    i++;
                    break;
                case "--mode" when i + 1 < arguments.Length && arguments[i + 1] is "eager" or "compiled":
                    mode = arguments[++i];
                    break;
                case "--output" when i + 1 < arguments.Length:
                    output = arguments[++i];
                    break;
                case var name when areas.Contains(name) || (names is ["train", ..] && Workload.All.Any(w => w.Name == name)):
                    names.Add(name);
                    break;
                default:
                    Console.Error.WriteLine($"compare: did not understand '{arguments[i]}'.\n\n{Usage}");
                    return 2;
            }
        }
        if (names.Count == 0) names.Add("train");
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Processor: {Processor()}, {threads} threads. {RuntimeInformation.FrameworkDescription}. Medians of {rounds} rounds, in turn with the peer; ratio = its time / ours.");
        bool all = names[0] == "train" ? Train([.. names.Skip(1)], mode, rounds, threads, text) : Ops(names, rounds, threads, text);
        if (output is not null) File.WriteAllText(output, text.ToString());
        Console.Write(text);
        return all ? 0 : 1;
    }

    static bool Train(IReadOnlyList<string> workloads, string mode, int rounds, int threads, StringBuilder text)
    {
        if (workloads.Count == 0) workloads = [.. Workload.All.Select(w => w.Name)];
        var peer = Peer.PyTorch(Script("torch_train.py"), threads);
        string folder = Directory.CreateTempSubdirectory("tauten-compare").FullName;
        var ours = Peer.Ours("train", threads);
        ours = ours with { Arguments = [.. ours.Arguments, "--mode", mode] };
        if (peer is null) Console.Error.WriteLine("compare: no Python with PyTorch was found; the table has our own times only.");
        else ours = ours with { Arguments = [.. ours.Arguments, "--from", folder] };
        var table = new RatioTable(peer?.Name ?? "peer", ["peak MB", "peer's", "largest difference of losses"]);
        try
        {
            foreach (string workload in workloads)
            {
                List<JsonElement> own = [], others = [];
                for (int round = 0; round < rounds; round++)
                {
                    Console.Error.WriteLine($"{workload}: round {round + 1} of {rounds}");
                    // The first round leaves the weights to start from.
                    if (peer is not null) others.AddRange(peer.Run([workload, .. round == 0 ? ["--dump", folder] : Array.Empty<string>()]));
                    own.AddRange(ours.Run(workload));
                }
                double? difference = others.Count == 0 ? null : own[0].GetProperty("losses").EnumerateArray().Zip(others[0].GetProperty("losses").EnumerateArray(), (a, b) => Math.Abs(a.GetDouble() - b.GetDouble())).Max();
                table.Add(workload, Medians(own), Medians(others), [$"{Median(own, "peak_mb"):F0}", others.Count == 0 ? "" : $"{Median(others, "peak_mb"):F0}", $"{difference:F5}"]);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        table.Write(text);
        return peer is not null;
    }

    static bool Ops(IReadOnlyList<string> areas, int rounds, int threads, StringBuilder text)
    {
        var peer = Peer.PyTorch(Script("torch_ops.py"), threads);
        if (peer is null) Console.Error.WriteLine("compare: no Python with PyTorch was found; the table has our own times only.");
        var ours = Peer.Ours("ops", threads);
        foreach (string area in areas)
        {
            Dictionary<string, List<JsonElement>> own = [], others = [];
            for (int round = 0; round < rounds; round++)
            {
                Console.Error.WriteLine($"{area}: round {round + 1} of {rounds}");
                Gather(own, ours.Run(area));
                if (peer is not null) Gather(others, peer.Run(area));
            }
            var table = new RatioTable(peer?.Name ?? "peer", ["% of peak"]);
            foreach (var (op, lines) in own) table.Add(op, Medians(lines), others.TryGetValue(op, out var theirs) ? Medians(theirs) : [], [$"{Median(lines, "percent_of_peak"):F0}"]);
            text.AppendLine(CultureInfo.InvariantCulture, $"\n### {area}");
            table.Write(text);
        }
        return peer is not null;
    }

    static void Gather(Dictionary<string, List<JsonElement>> byName, IEnumerable<JsonElement> lines)
    {
        foreach (var line in lines)
        {
            if (!line.TryGetProperty("op", out var op)) continue;
            if (!byName.TryGetValue(op.GetString()!, out var list)) byName[op.GetString()!] = list = [];
            list.Add(line);
        }
    }

    static double[] Medians(IEnumerable<JsonElement> lines) => [.. lines.Select(line => line.GetProperty("median_ms").GetDouble())];

    static double Median(IEnumerable<JsonElement> lines, string property) =>
        RatioTable.Median([.. lines.Select(line => line.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN)]);

    static string Script(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "benchmarks", "peers", name);
            if (File.Exists(path)) return path;
        }
        throw new FileNotFoundException($"benchmarks/peers/{name} was not found in a folder above {AppContext.BaseDirectory}.");
    }

    static string Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown"
        : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "unknown";
}
