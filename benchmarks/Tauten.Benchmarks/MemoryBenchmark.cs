using System.Diagnostics;
using Tauten.Cpu;
using Tauten.NN;

namespace Tauten.Benchmarks;

/// <summary>Resident memory over a long training loop, without a single <c>using</c>.</summary>
static class MemoryBenchmark
{
    public static bool TryParse(string[] options, out string variant, out int steps)
    {
        (variant, steps) = ("plain", 5000);
        for (int i = 0; i + 1 < options.Length; i += 2)
        {
            if (options[i] == "--variant" && options[i + 1] is "plain" or "drop" or "ballast" or "threads") variant = options[i + 1];
            else if (options[i] == "--steps" && int.TryParse(options[i + 1], out steps) && steps > 0) continue;
            else return false;
        }
        return options.Length % 2 == 0;
    }

    public static void Run(string variant, int steps)
    {
        var cpu = (CpuBackend)Backends.Default;
        var ballast = variant == "ballast" ? Enumerable.Range(0, 1_000_000).Select(_ => new object[2]).ToArray() : null;
        // What a step needs at its busiest moment, found by asking the collector at every single allocation.
        new Trainee(0).Step();
        cpu.TrimMemory();
        cpu.Pool.LooksAlways = true;
        cpu.ResetPeak();
        new Trainee(0).Step();
        cpu.Pool.LooksAlways = false;
        long live = cpu.PeakBytes * (variant == "threads" ? 4 : 1) >> 20;
        Console.WriteLine($"variant {variant}, server GC {System.Runtime.GCSettings.IsServerGC}: live set {live} MB, limit of the peak 1.25 x {live} + 128 = {live * 5 / 4 + 128} MB");
        Console.WriteLine("  step  resident MB  peak MB  pool in use  pool cached  pool peak  scratch  looks  gen2  ms/step");
        if (variant == "threads")
        {
            var threads = Enumerable.Range(0, 4).Select(i => new Thread(() => Loop(new(i), steps / 4, variant, report: i == 0))).ToArray();
            foreach (var thread in threads) thread.Start();
            foreach (var thread in threads) thread.Join();
        }
        else Loop(new(0), steps, variant, report: true);
        GC.KeepAlive(ballast);
    }

    static void Loop(Trainee trainee, int steps, string variant, bool report)
    {
        var cpu = (CpuBackend)Backends.Default;
        long start = Stopwatch.GetTimestamp();
        for (int step = 1; step <= steps; step++)
        {
            trainee.Step(walks: variant != "drop" || step % 3 != 0);
            if (!report || (step != steps && step != steps / 10 && step % Math.Max(1, steps / 5) != 0)) continue;
            Console.WriteLine(
                $"{step,6}  {Resident.Megabytes,11}  {Resident.PeakMegabytes,7}  {cpu.AllocatedBytes >> 20,11}  {cpu.Pool.Cached >> 20,11}  {cpu.PeakBytes >> 20,9}  {ScratchBlocks.Kept >> 20,7}  {cpu.Pool.Looks,5}  {GC.CollectionCount(2),4}  {Stopwatch.GetElapsedTime(start).TotalMilliseconds / step,7:F1}");
        }
    }

    /// <summary>A convolutional net with more than 50 MB of activations a step, and its optimizer.</summary>
    sealed class Trainee(int seed)
    {
        readonly Net net = new();
        readonly Generator generator = new((ulong)seed);
        readonly CrossEntropyLoss criterion = new();
        Adam? optimizer;

        public void Step(bool walks = true)
        {
            optimizer ??= new(net.Parameters(), learningRate: 1e-3);
            var images = Tensor.Randn([48, 3, 64, 64], generator: generator);
            var labels = Tensor.RandInt(0, 10, [48], generator: generator);
            var loss = criterion.Call(net.Call(images), labels);
            if (!walks) return;
            optimizer.ZeroGrad();
            loss.Backward();
            optimizer.Step();
        }
    }
}

/// <summary>Four convolutions on large planes: little arithmetic, much memory.</summary>
sealed partial class Net : Module<Tensor, Tensor>
{
    readonly Conv2d conv1 = new(3, 16, 3, padding: 1);
    readonly Conv2d conv2 = new(16, 16, 1);
    readonly Conv2d conv3 = new(16, 16, 1);
    readonly Conv2d conv4 = new(16, 16, 3, padding: 1);
    readonly Linear output = new(16 * 16 * 16, 10);

    protected override Tensor Forward(Tensor x)
    {
        x = conv2.Call(conv1.Call(x).Relu()).Relu();
        x = conv4.Call(conv3.Call(x).Relu()).Relu();
        return output.Call(x.MaxPool2d(4).Flatten(1));
    }
}
