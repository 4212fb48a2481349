using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Tauten.Cpu;
using Tauten.NN;

namespace Tauten.Benchmarks.Training;

/// <summary>The time of whole training steps: forward, loss, backward, optimizer, and the loss read.</summary>
static class TrainBenchmark
{
    const int CheckedSteps = 5;
    const int GarbageSteps = 5;

    // What PyTorch's generator draws, seeded with 0, for the weights and the batch of mobilenetv2-224 before the first step.
    const int DrawnBefore = 5_609_362;

    public sealed record Options(IReadOnlyList<Workload> Workloads, string? Folder, bool Memory, bool Compiled, DType Precision = DType.Float32, string? Profile = null, bool Again = false);

    /// <summary>The options, or null with a word on the error stream.</summary>
    public static Options? Parse(ReadOnlySpan<string> arguments)
    {
        var workloads = new List<Workload>();
        string? folder = null;
        bool memory = false, compiled = false, again = false;
        var precision = DType.Float32;
        string? profile = null;
        for (int i = 0; i < arguments.Length; i++)
        {
            string argument = arguments[i];
            if (!argument.StartsWith('-'))
            {
                if (Workload.All.FirstOrDefault(w => w.Name == argument) is not { } workload) return Refuse($"there is no workload '{argument}'. Expected: {string.Join(", ", Workload.All.Select(w => w.Name))}.");
                workloads.Add(workload);
                continue;
            }
            if (argument is "--memory" or "--again")
            {
                if (argument == "--memory") memory = true;
                else again = true;
                continue;
            }
            if (argument is not ("--mode" or "--threads" or "--from" or "--precision" or "--profile")) return Refuse($"there is no option '{argument}'. Expected: --mode, --precision, --profile, --threads, --from, --memory, --again.");
            if (++i == arguments.Length) return Refuse($"{argument} needs a value.");
            string value = arguments[i];
            switch (argument)
            {
                case "--mode" when value is not ("eager" or "compiled"):
                    return Refuse($"expected --mode eager or compiled. Received: {value}.");
                case "--mode":
                    compiled = value == "compiled";
                    break;
                case "--precision" when value is not ("f32" or "bf16" or "f16"):
                    return Refuse($"expected --precision f32, bf16 or f16. Received: {value}.");
                case "--precision":
                    precision = value switch { "bf16" => DType.BFloat16, "f16" => DType.Float16, _ => DType.Float32 };
                    break;
                case "--profile":
                    profile = value;
                    break;
                case "--threads":
                    if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int threads) || threads < 1) return Refuse($"expected --threads with a number of 1 or more. Received: {value}.");
                    CpuBackend.Threads = threads;
                    break;
                case "--from":
                    if (!Directory.Exists(value)) return Refuse($"there is no folder {value}.");
                    folder = value;
                    break;
            }
        }
        return new(workloads.Count > 0 ? workloads : Workload.All, folder, memory, compiled, precision, profile, again);
    }

    static Options? Refuse(string message)
    {
        Console.Error.WriteLine($"train: {message}");
        return null;
    }

    /// <summary>Prints a line of JSON for each workload. Returns whether all losses agree with those of the folder, where one was given.</summary>
    public static bool Run(Options options)
    {
        bool agree = true;
        foreach (var workload in options.Workloads)
        {
            Generator.Seed(0);
            var cpu = (CpuBackend)Backends.Default;
            cpu.ResetPeak();
            var start = options.Folder is null ? null : Npz.Load(Path.Combine(options.Folder, workload.Name + ".npz"));
            var run = new TrainingRun(workload, start, options.Compiled, options.Precision);
            var losses = Enumerable.Range(0, CheckedSteps).Select(_ => run.Step()).ToArray();
            WarmUp.Run(() => run.Step(), seconds: 1.5, quiet: 0.5);
            var times = new double[workload.Steps];
            for (int i = 0; i < times.Length; i++)
            {
                long before = Stopwatch.GetTimestamp();
                run.Step();
                times[i] = Stopwatch.GetElapsedTime(before).TotalMilliseconds;
            }
            Array.Sort(times);
            long peak = cpu.PeakBytes;
            long allocated = GC.GetTotalAllocatedBytes(precise: true);
            for (int i = 0; i < GarbageSteps; i++) run.Step();
            long garbage = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / GarbageSteps;
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                workload = workload.Name,
                mode = options.Compiled ? "compiled" : "eager",
                precision = options.Precision.Name(),
                threads = CpuBackend.Threads,
                median_ms = Math.Round(times[times.Length / 2], 3),
                min_ms = Math.Round(times[0], 3),
                losses = losses.Select(l => Math.Round(l, 6)),
                compile_ms = run.Report?.CompileTime.TotalMilliseconds,
                plans = run.Report?.Plans,
                workspace_mb = run.Report is { } report ? Math.Round(report.WorkspaceBytes / 1e6, 1) : default(double?),
                garbage_bytes = garbage,
                peak_mb = Resident.PeakMegabytes,
                peak_tensor_mb = Math.Round(peak / 1e6, 1),
                live_tensor_mb = options.Memory ? Math.Round(LiveBytes(cpu, run) / 1e6, 1) : default(double?),
                again_ms = options.Compiled && options.Again ? Again(workload, start, options) : default(double?),
            }));
            if (options.Profile is not null) Report(run, Path.Combine(options.Profile, $"{workload.Name}.json"));
            if (start is null) continue;
            var expected = start["losses"].Tensor.ToArray<float>();
            if (Enumerable.Range(0, CheckedSteps).All(i => Math.Abs(losses[i] - expected[i]) <= workload.Tolerance)) continue;
            Console.Error.WriteLine($"{workload.Name}: losses differ from PyTorch's, {string.Join(" ", expected)}");
            agree = false;
        }
        return agree;
    }

    /// <summary>Milliseconds that compiling a second step of an equal net takes.</summary>
    static double? Again(Workload workload, IReadOnlyDictionary<string, NpyArray>? start, Options options)
    {
        var run = new TrainingRun(workload, start, options.Compiled, options.Precision);
        run.Step();
        return run.Report?.CompileTime.TotalMilliseconds;
    }

    /// <summary>The profile of some steps: tables on the error stream, and a trace in a file.</summary>
    static void Report(TrainingRun run, string file)
    {
        var profile = new Profile();
        using (profile.Record())
            for (int i = 0; i < GarbageSteps; i++) run.Step();
        Console.Error.WriteLine(profile);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        profile.WriteTrace(file);
    }

    /// <summary>What a step needs at its busiest moment, found by asking the garbage collector at every single allocation: as if all were freed by hand.</summary>
    static long LiveBytes(CpuBackend cpu, TrainingRun run)
    {
        cpu.TrimMemory();
        cpu.Pool.LooksAlways = true;
        cpu.ResetPeak();
        run.Step();
        cpu.Pool.LooksAlways = false;
        return cpu.PeakBytes;
    }

    /// <summary>A net in training, from its own first weights or from a dump.</summary>
    sealed class TrainingRun
    {
        readonly DType precision;
        readonly LossScaler? scaler;
        readonly Module<Tensor, Tensor> net;
        readonly Tensor input, labels;
        readonly Optimizer optimizer;
        readonly PyTorchDropout? dropout;
        readonly CrossEntropyLoss criterion = new();
        readonly Func<Tensor, Tensor, Tensor> step;

        public TrainingRun(Workload workload, IReadOnlyDictionary<string, NpyArray>? start, bool compiled, DType precision)
        {
            this.precision = precision;
            if (precision == DType.Float16) scaler = new();
            var drawing = start is null ? null : new PyTorchDropout([8, 1280], 0.2, seed: 0, DrawnBefore);
            net = workload.Net((Module<Tensor, Tensor>?)drawing ?? new Dropout(0.2));
            // Not for nets without dropout: drawing takes as long as a step of the smallest.
            dropout = net.NamedModules().Any(m => m.Module == drawing) ? drawing : null;
            input = start?["x"].Tensor ?? workload.Input();
            labels = start?["y"].Tensor ?? workload.Labels();
            if (start is not null)
            {
                const string Prefix = "state/";
                // The mask of a causal net is no state of ours.
                net.LoadState(start.Where(entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal) && entry.Key != Prefix + "mask")
                    .ToDictionary(entry => entry.Key[Prefix.Length..], entry => entry.Value.Tensor));
            }
            optimizer = workload.Optimizer(net.Parameters());
            step = compiled ? Compiled.Function((Func<Tensor, Tensor, Tensor>)Learn, new CompileOptions { Check = false }) : Learn;
        }

        /// <summary>What has been compiled, if it is.</summary>
        public CompileReport? Report => step.Target == this ? null : Compiled.ReportOf(step);

        public float Step()
        {
            dropout?.Draw();
            return step(input, labels).Item<float>();
        }

        Tensor Learn(Tensor x, Tensor y)
        {
            optimizer.ZeroGrad();
            Tensor loss;
            using (Autocast.To(precision)) loss = criterion.Call(net.Call(x), y);
            if (scaler is null)
            {
                loss.Backward();
                optimizer.Step();
                return loss;
            }
            scaler.Scale(loss).Backward();
            scaler.Step(optimizer);
            scaler.Update();
            return loss;
        }
    }
}
