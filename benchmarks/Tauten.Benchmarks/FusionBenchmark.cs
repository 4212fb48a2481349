using System.Diagnostics;
using System.Globalization;
using Tauten.Cpu;
using Tauten.Ops;

namespace Tauten.Benchmarks;

/// <summary>Chains of ops: each op a kernel of its own, and all as the body of one fused op, by each engine, in turn.</summary>
static class FusionBenchmark
{
    const int Rounds = 60;

    /// <summary>Measures the chains whose names contain <paramref name="filter"/>.</summary>
    public static void Run(string filter = "")
    {
        CpuBackend tiles = With(FusionForm.Tiles), code = With(FusionForm.Code);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Workers.Count} threads, {CpuInstructions.Level}; the least of {Rounds}, in microseconds"));
        Console.WriteLine($"{"body",-34}{"separate",10}{"tiles",10}{"code",10}   speedup: tiles, code   tiles / code");
        double product = 1;
        var all = Bodies().Where(body => body.Item1.Contains(filter, StringComparison.Ordinal)).ToList();
        foreach (var (name, function, shapes) in all)
        {
            TensorSpec[] specs = [.. shapes.Select(s => new TensorSpec(DType.Float32, s))];
            var graph = Graph.Capture(function, specs);
            Tensor[] x = [.. specs.Select(s => Tensor.Randn(s.Shape).Abs())], onTiles = Copy(x, tiles), onCode = Copy(x, code);
            var op = new Fused(graph);
            double[][] times = Measure([() => graph.Run(x), () => Dispatch.RunAll(op, onTiles), () => Dispatch.RunAll(op, onCode)]);
            double separate = times[0].Min(), tiled = times[1].Min(), compiled = times[2].Min();
            product *= compiled / tiled;
            bool fuses = tiles.Fuses(graph);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-34}{separate,10:F1}{tiled,10:F1}{compiled,10:F1}   {separate / tiled,14:F2}{separate / compiled,7:F2}   {compiled / tiled,12:F2}{(fuses ? "" : "   expanded")}"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"geometric mean of tiles / code: {Math.Pow(product, 1.0 / all.Count):F2}"));
    }

    static CpuBackend With(FusionForm engine)
    {
        var backend = new CpuBackend();
        backend.Fusion!.Engine = engine;
        return backend;
    }

    static Tensor[] Copy(Tensor[] x, Backend backend) => [.. x.Select(t => t.To(backend))];

    static IEnumerable<(string, Func<Tensor[], Tensor[]>, Shape[])> Bodies()
    {
        foreach (long n in (long[])[1 << 20, 1 << 16, 1 << 12])
        {
            yield return ($"eight ops on {n}", x =>
            {
                var h = x[0] + x[1];
                var t = ((h * h * h * 0.044715f + h) * 0.79788456f).Tanh();
                return [h * (t + 1) * 0.5f * x[2]];
            }, [[n], [n], [n]]);
        }
        yield return ("bias and GELU, 1024 x 1024", x => [(x[0] + x[1]).Gelu()], [[1024, 1024], [1024]]);
        yield return ("Adam's update of 2^20", x =>
        {
            Tensor m = x[2] * 0.9f + x[1] * 0.1f, v = x[3] * 0.999f + x[1].Square() * 0.001f;
            return [x[0] - m * x[4] / (v.Sqrt() + 1e-8f), m, v];
        }, [[1 << 20], [1 << 20], [1 << 20], [1 << 20], []]);
        yield return ("softmax, 4096 rows of 1024", x =>
        {
            var e = (x[0] - x[0].Max(-1, keepDims: true)).Exp();
            return [e / e.Sum(-1, keepDims: true)];
        }, [[4096, 1024]]);
        yield return ("softmax, 65536 rows of 10", x =>
        {
            var e = (x[0] - x[0].Max(-1, keepDims: true)).Exp();
            return [e / e.Sum(-1, keepDims: true)];
        }, [[65536, 10]]);
        yield return ("layer norm, 4096 rows of 768", x =>
        {
            var d = x[0] - x[0].Sum(-1, keepDims: true) * (1f / 768);
            return [d * ((d.Square()).Sum(-1, keepDims: true) * (1f / 768) + 1e-5f).Rsqrt() * x[1] + x[2]];
        }, [[4096, 768], [768], [768]]);
        yield return ("bias's and gain's gradient, 768", x => [x[0].Sum(0), (x[0] * x[1]).Sum(0)], [[4096, 768], [4096, 768]]);
        yield return ("relu's gradient, 2^18", x => [Tensor.Where(x[0] > 0, x[1], 0) * 2 + x[1]], [[1 << 18], [1 << 18]]);
    }

    static double[][] Measure(Func<Tensor[]>[] functions)
    {
        double[][] times = [.. functions.Select(_ => new double[Rounds])];
        WarmUp.Run(() => Array.ForEach(functions, function => function()), seconds: 0.5, quiet: 0.15);
        for (int round = 0; round < Rounds; round++)
            for (int i = 0; i < functions.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                var y = functions[i]();
                times[i][round] = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
                foreach (var tensor in y)
                    if (tensor.Token is { } token) token.Storage.Drop(token);
            }
        return times;
    }
}
