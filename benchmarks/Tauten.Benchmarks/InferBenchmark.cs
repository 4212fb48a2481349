using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Tauten.Cpu;

namespace Tauten.Benchmarks;

/// <summary>
/// Best and median latency of models, one JSON line a model, on the input that the script for ONNX Runtime uses: sin(i) for floats, (7 i) mod 30000 for int64. The first output goes
/// to a file as raw little-endian data, so that both can be compared.
/// </summary>
static class InferBenchmark
{
    const int MostRuns = 500;

    static readonly TimeSpan longest = TimeSpan.FromSeconds(4);

    public static bool TryParse(ReadOnlySpan<string> arguments, out Options options)
    {
        var models = new List<string>();
        string? outputs = null;
        int threads = CpuBackend.Threads;
        bool profile = false, good = true;
        for (int i = 0; i < arguments.Length && good; i++)
            switch (arguments[i])
            {
                case "--threads": good = ++i < arguments.Length && int.TryParse(arguments[i], CultureInfo.InvariantCulture, out threads) && threads > 0; break;
                case "--outputs" when ++i < arguments.Length: outputs = arguments[i]; break;
                case "--profile": profile = true; break;
                case ['-', ..]: good = false; break;
                default: models.Add(arguments[i]); break;
            }
        options = new(models, outputs, threads, profile);
        return good && models.Count > 0;
    }

    public static void Run(Options options)
    {
        CpuBackend.Threads = options.Threads;
        foreach (string path in options.Models) Run(path, options);
    }

    static void Run(string path, Options options)
    {
        long start = Stopwatch.GetTimestamp();
        var model = Model.Load(path);
        double load = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        Tensor[] x = [.. model.Inputs.Select(InputOf)];
        start = Stopwatch.GetTimestamp();
        var y = model.Run(x);
        double first = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        WarmUp.Run(() => y = model.Run(x), seconds: 0.5, quiet: 0.25);
        var times = new List<double>();
        start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < longest && times.Count < MostRuns)
        {
            long began = Stopwatch.GetTimestamp();
            y = model.Run(x);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++) model.Run(x);
        long bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / 10;
        times.Sort();
        if (options.Outputs is { } folder)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllBytes(Path.Combine(folder, Path.GetFileNameWithoutExtension(path) + ".bin"), BytesOf(y[0]));
        }
        Console.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["model"] = path, ["threads"] = CpuBackend.Threads, ["median_ms"] = Math.Round(times[times.Count / 2], 3), ["min_ms"] = Math.Round(times[0], 3), ["runs"] = times.Count,
            ["load_ms"] = Math.Round(load, 1), ["first_ms"] = Math.Round(first, 1), ["bytes_per_run"] = bytes, ["peak_mb"] = Resident.PeakMegabytes,
        }));
        if (!options.Profile) return;
        foreach (var step in model.Profile(20, x)) Console.WriteLine(FormattableString.Invariant($"{step.Milliseconds,9:F3} ms {step.Op.ReplaceLineEndings(" ")} : {step.Result}"));
    }

    // An open size is 1.
    static Tensor InputOf(ModelPort port)
    {
        var spec = port.Spec ?? throw new ModelFormatException($"The input {port} has no known rank.");
        var shape = spec.Shape.Bind(_ => 1);
        long count = shape.Count;
        return spec.DType switch
        {
            DType.Int64 => Tensor.From([.. Enumerable.Range(0, (int)count).Select(i => i * 7L % 30000)], shape),
            DType.Float32 => Tensor.From([.. Enumerable.Range(0, (int)count).Select(i => (float)Math.Sin(i))], shape),
            _ => throw new ModelFormatException($"The input {port} is neither float32 nor int64."),
        };
    }

    static byte[] BytesOf(Tensor x) => x.DType switch
    {
        DType.Int64 => System.Runtime.InteropServices.MemoryMarshal.AsBytes(x.ToArray<long>().AsSpan()).ToArray(),
        DType.Float32 => System.Runtime.InteropServices.MemoryMarshal.AsBytes(x.ToArray<float>().AsSpan()).ToArray(),
        _ => throw new ModelFormatException($"The first output is {x.Spec}. Expected float32 or int64."),
    };

    /// <summary>What is measured.</summary>
    internal sealed record Options(IReadOnlyList<string> Models, string? Outputs, int Threads, bool Profile);
}
