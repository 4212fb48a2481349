using System.Text;
using Tauten.Tests;

namespace Tauten.Core.Tests;

/// <summary>The text of captured and lowered graphs, approved: what a change of an op or of the capture does to them is seen at a glance.</summary>
public class GraphTextTests
{
    static Parameter Parameter(string name, params long[] sizes) => new(Tensor.Zeros(Shape.Of(sizes)), name);

    static readonly TensorSpec Images = new(DType.Float32, ["batch", 1, 8, 8]);
    static readonly TensorSpec Rows = new(DType.Float32, ["batch", 4]);

    static void Check(string name, Graph graph, bool lower = false)
    {
        var text = new StringBuilder(graph.Print());
        if (lower) text.AppendLine().AppendLine("lowered to primitives:").Append(graph.Lower(op => op is not Ops.CompositeOp).Print());
        Approved.Check("Tauten.Core.Tests", $"graph-{name}", text.ToString());
    }

    [Fact]
    public void Perceptron()
    {
        Parameter w1 = Parameter("fc1.weight", 128, 784), b1 = Parameter("fc1.bias", 128), w2 = Parameter("fc2.weight", 10, 128), b2 = Parameter("fc2.bias", 10);
        Check("perceptron", Graph.Capture(x => x.Linear(w1, b1).Relu().Linear(w2, b2), new TensorSpec(DType.Float32, ["batch", 784])), lower: true);
    }

    [Fact]
    public void Convolutional_net()
    {
        Parameter w1 = Parameter("conv.weight", 16, 1, 3, 3), b1 = Parameter("conv.bias", 16), w2 = Parameter("fc.weight", 10, 256), b2 = Parameter("fc.bias", 10);
        Check("convolutional", Graph.Capture(x => x.Conv2d(w1, b1, padding: 1).Relu().MaxPool2d(2).Flatten(1).Linear(w2, b2), Images));
    }

    [Fact]
    public void Softmax() => Check("softmax", Graph.Capture(x => x.Softmax(-1), Rows), lower: true);

    [Fact]
    public void Training_step()
    {
        Parameter w = Parameter("weight", 3, 4), b = Parameter("bias", 3);
        var steps = new Buffer(Tensor.From(0L), "steps");
        Check("training-step", Graph.Capture(x =>
        {
            w.ZeroGrad();
            b.ZeroGrad();
            var loss = x[0].Linear(w, b).CrossEntropy(x[1]).Mean();
            loss.Backward();
            foreach (var p in new[] { w, b }) p.Value = p.Value - p.Grad! * 0.1;
            steps.Value = steps.Value + 1;
            return [loss];
        }, Rows, new TensorSpec(DType.Int64, ["batch"])));
    }

    [Fact]
    public void Dynamic_batch() => Check("dynamic-batch", Graph.Capture(x => [x[0].Mean(), x[0].Reshape([-1, 2]).Mean([0]), Gradients.Of(x[0].Square().Mean(), [x[0]])[0]], Rows), lower: true);

    [Fact]
    public void Size_that_depends_on_data() => Check("data-dependent", Graph.Capture(x => x[x > 0].Sum() + (x.NonZero().Shape[0] is var size ? Tensor.Zeros([size]).Sum() : x), Rows));

    [Fact]
    public void Random_numbers()
    {
        var generator = new Generator(7);
        Check("random", Graph.Capture(x => x.Dropout(0.5, generator) + Tensor.Rand(x.Shape, generator: generator), Rows), lower: true);
    }
}
