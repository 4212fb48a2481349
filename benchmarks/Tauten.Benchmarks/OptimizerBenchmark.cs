using System.Diagnostics;
using System.Globalization;
using Tauten.Cpu;
using Tauten.NN;

namespace Tauten.Benchmarks;

/// <summary>
/// Steps of Adam over the parameters of a net, and what of the machine's copy bandwidth they reach: a step reads four numbers for each element and writes three, each
/// once.
/// </summary>
static class OptimizerBenchmark
{
    public static void Run()
    {
        double bandwidth = Enumerable.Range(0, 20).Max(_ => CopyPeak.Copies(Workers.Count));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Workers.Count} threads; copy {bandwidth:F1} GB/s read and written"));
        Measure("MLP 784-1024-1024-10", Wide(), bandwidth);
        Measure("ResNet-18", Residual(), bandwidth);
        Measure("100 vectors of 64", [.. Enumerable.Repeat(Shape.Of(64), 100)], bandwidth);
    }

    static void Measure(string name, Shape[] shapes, double bandwidth)
    {
        Parameter[] all = [.. shapes.Select(shape => new Parameter(Tensor.Randn(shape)))];
        long elements = all.Sum(parameter => parameter.Shape.ElementCount.Value);
        foreach (var parameter in all) parameter.Grad = Tensor.Randn(parameter.Shape);
        var optimizer = new Adam(all);
        double step = Best(optimizer.Step, elements), moved = 28 * elements / step / 1e9;
        double clip = Best(() => ClipGradients.ByNorm(all, 1), elements);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}, {all.Length} parameters, {elements:N0} elements: Adam {step * 1e6:F1} us, {moved:F1} GB/s, {moved / bandwidth:P0} of a copy; clipping by norm {clip * 1e6:F1} us"));
    }

    // The best of all: others work on the same machine.
    static double Best(Action step, long elements)
    {
        int count = (int)Math.Clamp(500_000_000 / Math.Max(1, elements), 20, 2000);
        double best = double.PositiveInfinity;
        for (int i = 0; i < count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            step();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return best;
    }

    static Shape[] Wide() => [Shape.Of(1024, 784), Shape.Of(1024), Shape.Of(1024, 1024), Shape.Of(1024), Shape.Of(10, 1024), Shape.Of(10)];

    static Shape[] Residual()
    {
        List<Shape> all = [Shape.Of(64, 3, 7, 7), Shape.Of(64), Shape.Of(64)];
        long before = 64;
        foreach (long channels in (long[])[64, 128, 256, 512])
            for (int block = 0; block < 2; block++)
            {
                Convolution(before, 3);
                Convolution(channels, 3);
                if (before != channels) Convolution(before, 1);
                before = channels;

                void Convolution(long inputs, long side) => all.AddRange([Shape.Of(channels, inputs, side, side), Shape.Of(channels), Shape.Of(channels)]);
            }
        return [.. all, Shape.Of(1000, 512), Shape.Of(1000)];
    }
}
