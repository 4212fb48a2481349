using System.Globalization;
using System.Text.Json;
using Tauten.Cpu;
using Tauten.NN;

namespace Tauten.Benchmarks.Training;

/// <summary>The char GPT in bfloat16 beside float32: what its activations take, and how well it learns a text.</summary>
static class PrecisionBenchmark
{
    const int Context = 128, Classes = 65, Averaged = 20;

    /// <summary>Reads the options.</summary>
    public static bool TryParse(ReadOnlySpan<string> arguments, out int steps, out int batch)
    {
        (steps, batch) = (300, 16);
        for (int i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length || !int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value < 1) return false;
            if (arguments[i] == "--steps") steps = value;
            else if (arguments[i] == "--batch") batch = value;
            else return false;
        }
        return true;
    }

    /// <summary>Prints a line of JSON.</summary>
    public static void Run(int steps, int batch)
    {
        var (full, reduced) = (Activations(DType.Float32, batch), Activations(DType.BFloat16, batch));
        Console.Error.WriteLine($"activations: {full / 1e6:f1} MB in float32, {reduced / 1e6:f1} MB in bfloat16");
        byte[] text = Text();
        var (exact, exactBytes) = Learn(text, DType.Float32, steps, batch);
        var (near, nearBytes) = Learn(text, DType.BFloat16, steps, batch);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            workload = "char-gpt",
            batch,
            steps,
            activation_mb = new { float32 = full / 1e6, bfloat16 = reduced / 1e6, ratio = Math.Round((double)reduced / full, 3) },
            compiled_workspace_mb = new { float32 = exactBytes / 1e6, bfloat16 = nearBytes / 1e6, ratio = Math.Round((double)nearBytes / exactBytes, 3) },
            loss = new { float32 = exact, bfloat16 = near, difference = Math.Round(Math.Abs(near - exact) / exact, 4) },
        }));
    }

    /// <summary>The bytes that the tape keeps alive between the forward and the backward computation.</summary>
    static long Activations(DType precision, int batch)
    {
        Generator.Seed(0);
        var cpu = (CpuBackend)Backends.Default;
        var net = new CharGpt();
        Tensor x = Tensor.RandInt(0, Classes, [batch, Context]), y = Tensor.RandInt(0, Classes, [batch * Context]);
        long Kept()
        {
            long before = Live(cpu);
            Tensor loss;
            using (Autocast.To(precision)) loss = new CrossEntropyLoss().Call(net.Call(x), y);
            long kept = Live(cpu) - before;
            loss.Backward();
            foreach (var parameter in net.Parameters()) parameter.ZeroGrad();
            return kept;
        }
        Kept();
        return Kept();
    }

    static long Live(CpuBackend cpu)
    {
        GC.Collect();
        cpu.TrimMemory();
        cpu.Pool.BeforeBackward();
        return cpu.AllocatedBytes;
    }

    /// <summary>The mean loss of the last steps of a compiled training step, and the bytes of its workspace.</summary>
    static (double Loss, long Bytes) Learn(byte[] text, DType precision, int steps, int batch)
    {
        Generator.Seed(0);
        var net = new CharGpt();
        var optimizer = new AdamW(net.Parameters());
        var step = Compiled.Function((Tensor x, Tensor y) =>
        {
            optimizer.ZeroGrad();
            Tensor loss;
            using (Autocast.To(precision)) loss = new CrossEntropyLoss().Call(net.Call(x), y);
            loss.Backward();
            optimizer.Step();
            return loss;
        }, new CompileOptions { Check = false });
        var random = new Random(1);
        double sum = 0;
        for (int i = 0; i < steps; i++)
        {
            var (x, y) = (new long[batch * Context], new long[batch * Context]);
            for (int row = 0; row < batch; row++)
            {
                int start = random.Next(text.Length - Context - 1);
                for (int k = 0; k < Context; k++) (x[row * Context + k], y[row * Context + k]) = (text[start + k], text[start + k + 1]);
            }
            double loss = step(Tensor.From(x, [batch, Context]), Tensor.From(y)).Item<float>();
            if (i >= steps - Averaged) sum += loss;
            if (i % 25 == 0) Console.Error.WriteLine($"{precision.Name()}, step {i}: {loss:f4}");
        }
        return (Math.Round(sum / Math.Min(Averaged, steps), 4), Compiled.ReportOf(step).WorkspaceBytes);
    }

    /// <summary>The documents of this repository; the most frequent characters have numbers of their own, the others share the last one.</summary>
    static byte[] Text()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tauten.slnx"))) folder = folder.Parent;
        if (folder is null) throw new DirectoryNotFoundException($"No folder around {AppContext.BaseDirectory} holds Tauten.slnx: run this inside of the repository.");
        string text = string.Concat(Directory.GetFiles(Path.Combine(folder.FullName, "docs"), "*.md", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(File.ReadAllText));
        var numbers = text.CountBy(c => c).OrderByDescending(c => c.Value).ThenBy(c => c.Key).Select((c, i) => (c.Key, i)).ToDictionary(c => c.Key, c => (byte)Math.Min(c.i, Classes - 1));
        return [.. text.Select(c => numbers[c])];
    }
}
