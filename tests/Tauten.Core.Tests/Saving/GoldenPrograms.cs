using Tauten.NN;

namespace Tauten.Core.Tests;

/// <summary>The programs of which files are kept in tests/Golden, by name, with inputs for their functions in the order in which these are called.</summary>
static class GoldenPrograms
{
    public static IReadOnlyDictionary<string, Func<(GraphProgram Program, (string Function, Tensor[] Inputs)[] Calls)>> All { get; } = new Dictionary<string, Func<(GraphProgram, (string, Tensor[])[])>>
    {
        ["perceptron"] = Perceptron,
        ["training-step"] = TrainingStep,
        ["branches-and-loops"] = BranchesAndLoops,
        ["random-state"] = RandomState,
    };

    static Tensor Numbers(Shape shape, ulong seed) => Tensor.Randn(shape, generator: new Generator(seed));

    static Sequential Net(bool normalized)
    {
        using var seed = Generator.Use(new Generator(1));
        return normalized ? new Sequential(new NN.Linear(3, 4), new BatchNorm1d(4), new NN.Tanh(), new NN.Linear(4, 2)) : new Sequential(new NN.Linear(3, 4), new NN.ReLU(), new NN.Linear(4, 2));
    }

    static (GraphProgram, (string, Tensor[])[]) Perceptron()
    {
        var net = Net(normalized: false);
        net.Eval();
        var program = new GraphProgram();
        program.Add("predict", Graph.Capture(x => net.Call(x).Softmax(-1), new TensorSpec(DType.Float32, ["batch", 3])), ["features"], ["probabilities"]);
        return (program, [("predict", [Numbers([2, 3], 2)]), ("predict", [Numbers([5, 3], 3)])]);
    }

    static (GraphProgram, (string, Tensor[])[]) TrainingStep()
    {
        var net = Net(normalized: true);
        var optimizer = new Adam(net.Parameters(), learningRate: 0.01);
        // The optimizer makes its state at the first step.
        Step(Numbers([4, 3], 4), Tensor.From([0L, 1, 1, 0]));
        var program = new GraphProgram();
        TensorSpec rows = new(DType.Float32, ["batch", 3]);
        program.Add("train", x => [Step(x[0], x[1])], ("features", rows), ("labels", new TensorSpec(DType.Int64, ["batch"])));
        net.Eval();
        program.Add("predict", x => [net.Call(x[0])], ("features", rows));
        return (program, [("train", [Numbers([4, 3], 5), Tensor.From([1L, 1, 0, 0])]), ("train", [Numbers([2, 3], 6), Tensor.From([0L, 1])]), ("predict", [Numbers([3, 3], 7)])]);

        Tensor Step(Tensor x, Tensor labels)
        {
            optimizer.ZeroGrad();
            var loss = net.Call(x).CrossEntropy(labels).Mean();
            loss.Backward();
            optimizer.Step();
            return loss;
        }
    }

    static (GraphProgram, (string, Tensor[])[]) BranchesAndLoops()
    {
        var w = new Parameter(Numbers([3, 3], 8) * 0.3, "w");
        var count = new Buffer(Tensor.From(0L), "count");
        var program = new GraphProgram();
        program.Add("recur", x =>
        {
            var (s, all) = Tensor.Scan((s, v) => { var next = (s.Unsqueeze(0).MatMul(w).Squeeze(0) + v).Tanh(); return (next, next); }, x[0], x[1], reverse: true);
            var last = Tensor.While(t => t.Abs().Sum() < 10, t => { count.Value = count.Value + 1; return t * 2; }, s + 0.1, maximum: 6);
            var chosen = Tensor.If(all.Sum() > 0, () => last + s, () => last - s);
            return [chosen, all, Gradients.Of(chosen.Sum() + all.Square().Sum(), [w.Value])[0], count.Value + 0];
        }, ("state", new TensorSpec(DType.Float32, [3])), ("steps", new TensorSpec(DType.Float32, ["time", 3])));
        return (program, [("recur", [Numbers([3], 9), Numbers([4, 3], 10)]), ("recur", [Numbers([3], 11), Numbers([2, 3], 12)])]);
    }

    static (GraphProgram, (string, Tensor[])[]) RandomState()
    {
        var program = new GraphProgram();
        var offsets = Numbers([3], 13);
        using (Generator.Use(new Generator(14))) program.Add("noise", x => [x[0] + Tensor.Rand(x[0].Shape), Tensor.RandInt(0, 100, [4]), x[0].Dropout(0.5) + offsets], ("x", new TensorSpec(DType.Float32, ["batch", 3])));
        return (program, [("noise", [Numbers([2, 3], 15)]), ("noise", [Numbers([1, 3], 16)])]);
    }
}
