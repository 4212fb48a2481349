using System.Diagnostics;
using System.Text.Json;
using Tauten.NN;

namespace Tauten.Benchmarks.Training;

/// <summary>Losses and gradients for twenty random batch sizes: one graph for all of them beside eager execution and beside a graph for each size.</summary>
static class BatchBenchmark
{
    const int Sizes = 20, Rounds = 7;
    const double Tolerance = 1e-3;

    static readonly string[] workloads = ["mlp-small", "mnist-cnn", "char-gpt"];

    /// <summary>Prints a line of JSON for each workload. Returns whether nothing was captured again and all results agree.</summary>
    public static bool Run()
    {
        bool good = true;
        foreach (var workload in Workload.All.Where(w => workloads.Contains(w.Name)))
        {
            Generator.Seed(0);
            var net = workload.Net(new Dropout(0.2));
            var criterion = new CrossEntropyLoss();
            Parameter[] parameters = [.. net.Parameters()];
            Tensor[] Learn(Tensor[] x)
            {
                foreach (var parameter in parameters) parameter.ZeroGrad();
                var loss = criterion.Call(net.Call(x[0]), x[1]);
                loss.Backward();
                return [loss, .. parameters.Select(parameter => parameter.Grad!.Square().Sum())];
            }
            var plain = new CompileOptions { Check = false };
            var free = Compiled.Function(Learn, plain);
            Tensor input = workload.Input(), labels = workload.Labels();
            long batch = input.Shape[0].Value, each = labels.Shape[0].Value / batch;
            var random = new Random(2);
            double worst = 0, apart = 0;
            var ratios = new List<double>();
            var specialised = new Dictionary<long, Func<Tensor[], Tensor[]>>();
            for (int i = 0; i < Sizes; i++)
            {
                long size = random.NextInt64(1, batch + 1);
                Tensor[] x = [input.Narrow(0, 0, size).Contiguous(), labels.Narrow(0, 0, size * each).Contiguous()];
                if (!specialised.TryGetValue(size, out var own)) specialised.Add(size, own = Compiled.Function(Learn, plain with { FreeBatch = false }));
                var expected = Learn(x);
                var received = free(x);
                own(x);
                for (int k = 0; k < expected.Length; k++)
                {
                    double a = expected[k].Item<float>(), b = received[k].Item<float>();
                    apart = Math.Max(apart, Math.Abs(a - b) / Math.Max(Math.Abs(a), 1e-3));
                }
                // In turn, and the best of each: what else runs on the machine only makes them longer.
                double mine = double.MaxValue, theirs = double.MaxValue;
                for (int round = 0; round < Rounds; round++)
                {
                    mine = Math.Min(mine, Time(free, x));
                    theirs = Math.Min(theirs, Time(own, x));
                }
                ratios.Add(mine / theirs);
                worst = Math.Max(worst, mine / theirs);
            }
            var report = Compiled.ReportOf(free);
            ratios.Sort();
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                workload = workload.Name,
                sizes = Sizes,
                captures = report.Captures,
                plans = report.Plans,
                eager_calls = report.EagerCalls,
                largest_difference = apart,
                time_to_specialised_median = Math.Round(ratios[ratios.Count / 2], 3),
                time_to_specialised_worst = Math.Round(worst, 3),
            }));
            good &= report.Captures == 1 && report.EagerCalls == 0 && apart <= Tolerance;
        }
        return good;
    }

    static double Time(Func<Tensor[], Tensor[]> function, Tensor[] x)
    {
        long began = Stopwatch.GetTimestamp();
        function(x)[0].Item<float>();
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }
}
