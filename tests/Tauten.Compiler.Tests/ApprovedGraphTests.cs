using Tauten.NN;
using Tauten.Tests;

namespace Tauten.Compiler.Tests;

/// <summary>The graph as it is run and its memory plan, of some models, as approved text: what a change to the passes does to them is seen in a review.</summary>
public sealed partial class ApprovedGraphTests
{
    static readonly Dictionary<string, Func<(Graph Graph, TensorSpec[] Inputs)>> models = new()
    {
        ["mlp"] = () => Forward(new Sequential(new Linear(6, 16), new ReLU(), new Linear(16, 4), new Softmax(-1)), Floats("batch", 6)),
        ["mlp-training"] = () => Training(new Sequential(new Linear(6, 16), new ReLU(), new Linear(16, 4)), p => new Adam(p), Floats("batch", 6)),
        ["mlp-training-bfloat16"] = () => Training(new Sequential(new Linear(6, 16), new Gelu(), new Linear(16, 4)), p => new AdamW(p), Floats("batch", 6), DType.BFloat16),
        ["cnn"] = () => Forward(new Sequential(new Conv2d(1, 4, 3), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(4 * 9, 3)), Floats("batch", 1, 8, 8)),
        ["cnn-training"] = () => Training(new Sequential(new Conv2d(1, 4, 3), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(4 * 9, 3)), p => new SGD(p, 0.1, momentum: 0.9), Floats("batch", 1, 8, 8)),
        ["residual"] = () => Forward(new Residual(), Floats("batch", 4, 6, 6)),
        ["residual-training"] = () => Training(new Sequential(new Residual(), new GlobalAvgPool(), new Flatten(), new Linear(4, 3)), p => new SGD(p, 0.1), Floats("batch", 4, 6, 6)),
        ["transformer"] = () => Forward(new Transformer(), Floats("batch", 5, 8)),
        ["transformer-training"] = () => Training(new Sequential(new Transformer(), new Flatten(), new Linear(40, 3)), p => new AdamW(p), Floats("batch", 5, 8)),
        ["dropout-training"] = () => Training(new Sequential(new Linear(6, 16), new Dropout(0.3), new LayerNorm(16), new Linear(16, 4)), p => new Adam(p), Floats("batch", 6)),
        ["loop"] = () => (Graph.Capture(x => Tensor.Scan((s, v) => (s * 0.5 + v, (s + v).Tanh() * 2), Tensor.Zeros([3]), x).Outputs, Floats("steps", 3)), [Known(Floats("steps", 3))]),
    };

    public static TheoryData<string> Models => [.. models.Keys];

    [Theory, MemberData(nameof(Models))]
    public void A_graph_is_run_as_approved(string name)
    {
        var (graph, inputs) = models[name]();
        var stages = Compiled.Stages(graph, inputs);
        Approved.Check("Tauten.Compiler.Tests", name, $"{stages.Lowered.Print()}\n{stages.Plan}");
    }

    static TensorSpec Floats(Dim first, params long[] rest) => new(DType.Float32, [first, .. rest.Select(size => (Dim)size)]);

    static TensorSpec Known(TensorSpec spec) => spec with { Shape = [.. spec.Shape.Select(dim => dim.IsKnown ? dim : (Dim)7)] };

    static (Graph, TensorSpec[]) Forward(Module<Tensor, Tensor> net, TensorSpec input)
    {
        net.Eval();
        using var untracked = Gradients.NoGrad();
        return (Graph.Capture(net.Call, input), [Known(input)]);
    }

    static (Graph, TensorSpec[]) Training(Module<Tensor, Tensor> net, Func<IEnumerable<Parameter>, Optimizer> make, TensorSpec input, DType precision = DType.Float32)
    {
        using var random = Generator.Use(new Generator(1));
        var optimizer = make(net.Parameters());
        var labels = new TensorSpec(DType.Int64, [input.Shape[0]]);
        var graph = Graph.Capture(x =>
        {
            optimizer.ZeroGrad();
            Tensor loss;
            using (Autocast.To(precision)) loss = net.Call(x[0]).CrossEntropy(x[1]).Mean();
            loss.Backward();
            optimizer.Step();
            return [loss];
        }, input, labels);
        return (graph, [Known(input), Known(labels)]);
    }

    sealed partial class Residual : Module<Tensor, Tensor>
    {
        readonly Conv2d first = new(4, 4, 3, padding: 1);
        readonly BatchNorm2d norm = new(4);
        readonly Conv2d second = new(4, 4, 3, padding: 1);

        protected override Tensor Forward(Tensor x) => (second.Call(norm.Call(first.Call(x)).Relu()) + x).Relu();
    }

    sealed partial class Transformer : Module<Tensor, Tensor>
    {
        readonly LayerNorm before = new(8);
        readonly Linear parts = new(8, 24);
        readonly Linear joined = new(8, 8);
        readonly LayerNorm between = new(8);
        readonly Linear up = new(8, 32);
        readonly Linear down = new(32, 8);

        protected override Tensor Forward(Tensor x)
        {
            Tensor[] heads = [.. parts.Call(before.Call(x)).Chunk(3, -1).Select(part => part.Unflatten(-1, [2, 4]).Transpose(1, 2))];
            x += joined.Call(heads[0].ScaledDotProductAttention(heads[1], heads[2], causal: true).Transpose(1, 2).Flatten(2));
            return x + down.Call(up.Call(between.Call(x)).Gelu());
        }
    }
}
