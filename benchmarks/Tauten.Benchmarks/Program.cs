using BenchmarkDotNet.Running;
using Tauten.Benchmarks;
using Tauten.Benchmarks.Comparison;
using Tauten.Benchmarks.Training;

const string Usage = """
    Usage: Tauten.Benchmarks COMMAND

      matmul               the f32 matrix product 1024^3 on one and two threads, as a percentage of a register-only FMA loop of the same run
      eager [COUNT]        one tracked addition of two 16-element tensors: processor time of all threads, and bytes (default 10,000,000 times)
      memory [OPTIONS]     resident memory of a training loop; --variant plain|drop|ballast|threads --steps N (default 5000)
      adam                 a step of Adam over the parameters of two nets, and clipping, as a share of the copy bandwidth of the same run
      fuse [FILTER]        chains of ops as separate kernels and as one body, by tiles and by compiled loops: times and ratios of one run
      train [WORKLOAD ...] [--mode eager|compiled] [--precision f32|bf16|f16] [--threads N] [--from FOLDER] [--memory] [--again] [--profile FOLDER]
                           the time of a training step, one line of JSON a workload (all if none is named):
                           mlp-small, mlp-wide, mnist-cnn, resnet18-cifar, mobilenetv2-224, char-lstm, char-gpt;
                           --from starts from weights and batch that peers/torch_train.py has written to a folder, and compares the losses;
                           --memory also tells what a step needs at least; --again how long a second, equal step takes to compile; --profile prints where its time goes, and writes a Chrome trace
      batches              losses and gradients of mlp-small, mnist-cnn and char-gpt for twenty random batch sizes: one graph for all beside eager
                           execution and beside a graph for each size
      precision [--steps N] [--batch N]
                           char-gpt in bfloat16 beside float32: memory of activations, and the loss after N steps (default 300) on the texts in docs
      compare [OPTIONS]    this program and PyTorch in turn, as a table of ratios; compare --help tells more
      infer MODEL ... [--threads N] [--outputs FOLDER] [--profile]
                           median and best latency of ONNX models or programs, a line of JSON each, on the input of peers/ort_run.js; the first output
                           goes to FOLDER/NAME.bin; --profile also shows the time of every kernel
      ops [AREA] [OPTIONS] times of single operations, a line of JSON each; areas matmul|conv|rows (all if left out);
                           --filter TEXT, --threads N, --seconds S for each (default 0.6)
      micro [OPTIONS]      single operations by BenchmarkDotNet; OPTIONS are its own, such as --filter '*Softmax*'

    Ratios within one run count; absolute times on a shared machine do not.
    """;

switch (args)
{
    case ["matmul"]:
        MatrixProductBenchmark.Run();
        return 0;
    case ["eager"]:
        EagerBenchmark.Run(10_000_000);
        return 0;
    case ["eager", var count] when int.TryParse(count, out int repeats) && repeats > 0:
        EagerBenchmark.Run(repeats);
        return 0;
    case ["memory", .. var options] when MemoryBenchmark.TryParse(options, out var variant, out int steps):
        MemoryBenchmark.Run(variant, steps);
        return 0;
    case ["adam"]:
        OptimizerBenchmark.Run();
        return 0;
    case ["fuse", var filter]:
        FusionBenchmark.Run(filter);
        return 0;
    case ["fuse"]:
        FusionBenchmark.Run();
        return 0;
    case ["train", .. var options]:
        if (TrainBenchmark.Parse(options) is not { } training) return 2;
        return TrainBenchmark.Run(training) ? 0 : 1;
    case ["batches"]:
        return BatchBenchmark.Run() ? 0 : 1;
    case ["precision", .. var options] when PrecisionBenchmark.TryParse(options, out int steps, out int batch):
        PrecisionBenchmark.Run(steps, batch);
        return 0;
    case ["compare", .. var options]:
        return CompareCommand.Run(options);
    case ["infer", .. var options] when InferBenchmark.TryParse(options, out var inference):
        InferBenchmark.Run(inference);
        return 0;
    case ["ops", .. var options] when OpTimes.TryParse(options, out var times):
        OpTimes.Run(times);
        return 0;
    case ["micro", .. var options]:
        BenchmarkSwitcher.FromAssembly(typeof(OpBenchmarks).Assembly).Run(options);
        return 0;
    case ["--help" or "-h"]:
        Console.WriteLine(Usage);
        return 0;
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}
