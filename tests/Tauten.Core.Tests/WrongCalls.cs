using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Tauten.Cpu;
using Tauten.NN;
using Tauten.Ops;
using Tauten.Tests;
using Linear = Tauten.NN.Linear;

namespace Tauten.Core.Tests;

/// <summary>
/// Calls that are wrong, each with the error it gives: type and message, approved as one text. A message names the op or argument, what was
/// received, what was expected, the module that was running, and where it helps the way out.
/// </summary>
public sealed partial class WrongCalls
{
    readonly List<(string Title, string Call, Action Action)> calls = [];

    void Add(string title, Action action, [CallerArgumentExpression(nameof(action))] string call = "") => calls.Add((title, call, action));

    void Add(string title, Func<object?> function, [CallerArgumentExpression(nameof(function))] string call = "") => calls.Add((title, call, () => _ = function()));

    static Tensor Floats(params long[] sizes) => Tensor.Zeros(Shape.Of(sizes));

    static Tensor Integers(params long[] sizes) => Tensor.Zeros(Shape.Of(sizes), DType.Int64);

    static Tensor Bools(params long[] sizes) => Tensor.Zeros(Shape.Of(sizes), DType.Bool);

    static readonly TensorSpec Rows = new(DType.Float32, ["batch", 4]);

    void Shapes()
    {
        Add("sizes that do not broadcast", () => Floats(2, 3) + Floats(4));
        Add("sizes that do not broadcast, in a comparison", () => Floats(2, 3) < Floats(2));
        Add("sizes that do not broadcast, in a choice", () => Tensor.Where(Bools(3), Floats(2), Floats(1)));
        Add("a matrix product with wrong inner sizes", () => Floats(2, 3).MatMul(Floats(2, 3)));
        Add("a matrix product with batches that do not broadcast", () => Floats(2, 4, 3).MatMul(Floats(3, 3, 5)));
        Add("a matrix product of a scalar", () => Floats().MatMul(Floats(2, 3)));
        Add("a vector product of wrong length", () => Floats(3).MatMul(Floats(4)));
        Add("a transpose of a vector", () => Floats(3).T);
        Add("an axis that does not exist", () => Floats(2, 3).Sum(2));
        Add("an axis that does not exist, from the end", () => Floats(2, 3).Softmax(-3));
        Add("an axis of a scalar", () => Floats().Mean(0));
        Add("an axis named twice", () => Floats(2, 3).Sum([1, -1]));
        Add("the largest of nothing", () => Floats(0, 3).Max(0));
        Add("the position of the largest of nothing", () => Floats(0).ArgMax());
        Add("a reshape to another number of elements", () => Floats(2, 3).Reshape(4, 2));
        Add("a reshape that does not come out even", () => Floats(2, 3).Reshape(4, -1));
        Add("a reshape with two open sizes", () => Floats(2, 3).Reshape(-1, -1));
        Add("a reshape to a negative size", () => Floats(2, 3).Reshape(-2, -3));
        Add("a broadcast to a smaller shape", () => Floats(2, 3).BroadcastTo([3]));
        Add("a broadcast of a size that is not 1", () => Floats(2, 3).BroadcastTo([2, 6]));
        Add("an order that names an axis twice", () => Floats(2, 3).Permute(0, 0));
        Add("an order of too few axes", () => Floats(2, 3, 4).Permute(1, 0));
        Add("a squeeze of an axis that is not 1", () => Floats(2, 3).Squeeze(0));
        Add("a new axis too far away", () => Floats(2, 3).Unsqueeze(4));
        Add("a flattening that runs backwards", () => Floats(2, 3).Flatten(1, 0));
        Add("a part that leaves the axis", () => Floats(2, 3).Narrow(1, 2, 2));
        Add("pieces that do not add up", () => Floats(5).Split([2, 2]));
        Add("pieces of size 0", () => Floats(5).Split(0));
        Add("joining tensors of different sizes", () => Tensor.Concat([Floats(2, 3), Floats(2, 4)]));
        Add("joining nothing", () => Tensor.Concat([]));
        Add("stacking tensors of different shapes", () => Tensor.Stack([Floats(2), Floats(3)]));
        Add("a padding that is negative", () => Floats(2).Pad(0, -1, 0));
        Add("a padding for another rank", () => Floats(2, 3).Pad([1], [1]));
        Add("a window that does not fit", () => Floats(3).Windows(0, 4));
        Add("more of the largest than there are", () => Floats(3).TopK(4));
        Add("an index of another rank", () => Floats(2, 3).Gather(1, Integers(2)));
        Add("a source of another shape than its index", () => Floats(2, 3).Scatter(1, Integers(2, 1), Floats(2, 2)));
        Add("a source of another shape than the slices", () => Floats(4, 3).IndexAdd(0, Integers(2), Floats(2, 2)));
        Add("values that do not fill a shape", () => Tensor.From([1f, 2, 3], [2, 2]));
        Add("wrapped values that do not fill a shape", () => Tensor.Wrap(new float[3], [2, 2]));
        Add("a negative size", () => Tensor.Zeros([2, -1]));
        Add("more elements than can be counted", () => Tensor.Zeros([1L << 40, 1L << 40]));
        Add("a step of 0", () => Tensor.Arange(0.0, 1.0, 0.0));
        Add("a negative count", () => Tensor.Linspace(0, 1, -3));
        Add("an empty range of random numbers", () => Tensor.RandInt(3, 3, [2]));
        Add("one element asked of several", () => Floats(2).Item<float>());
        Add("a destination that is too short", () => Floats(2, 3).CopyTo(new float[5].AsSpan()));
        Add("limits in the wrong order", () => Floats(2).Clamp(1, -1));
        Add("a rate above 1", () => Floats(2).Dropout(1.5));
        Add("labels for another number of rows", () => Floats(4, 10).CrossEntropy(Integers(3)));
        Add("a weight of another size", () => Floats(4, 10).Linear(Floats(5, 9)));
        Add("a bias of another size", () => Floats(4, 10).Linear(Floats(5, 10), Floats(4)));
        Add("a convolution of an image without channels", () => Floats(8, 8).Conv2d(Floats(16, 3, 3, 3)));
        Add("a convolution of other channels", () => Floats(1, 4, 8, 8).Conv2d(Floats(16, 3, 3, 3)));
        Add("a convolution whose window does not fit", () => Floats(1, 3, 2, 2).Conv2d(Floats(16, 3, 3, 3)));
        Add("channels that cannot be split into groups", () => Floats(1, 4, 8, 8).Conv2d(Floats(15, 2, 3, 3), groups: 2));
        Add("three strides for two axes", () => Floats(1, 3, 8, 8).Conv2d(Floats(16, 3, 3, 3), stride: [1, 1, 1]));
        Add("padding that keeps the size, in steps", () => Floats(1, 3, 8, 8).Conv2d(Floats(16, 3, 3, 3), stride: 2, padding: ConvolutionPadding.Same));
        Add("a bias of other channels", () => Floats(1, 3, 8, 8).Conv2d(Floats(16, 3, 3, 3), Floats(3)));
        Add("a transposed convolution of other channels", () => Floats(1, 3, 4, 4).ConvTranspose2d(Floats(16, 3, 3, 3)));
        Add("a transposed convolution that cuts everything off", () => Floats(1, 3, 2).ConvTranspose1d(Floats(3, 1, 2), padding: 2));
        Add("output padding as large as the stride", () => Floats(1, 3, 4).ConvTranspose1d(Floats(3, 1, 2), stride: 2, outputPadding: 2));
        Add("columns that are not those of the windows", () => Floats(1, 12, 8).Fold([4, 5], [2, 3]));
        Add("a pooling padded by more than half a window", () => Floats(1, 3, 8, 8).MaxPool2d(2, padding: 2));
        Add("a pooling whose window does not fit", () => Floats(1, 3, 2, 8).AvgPool2d(3));
        Add("an adaptive pooling to nothing", () => Floats(1, 3, 8).AdaptiveAvgPool1d(0));
        Add("an unpooling to a size that was never pooled", () => Floats(1, 3, 4).MaxUnpool1d(Integers(1, 3, 4), 2, size: [10]));
        Add("more fractional windows than there are", () => Floats(1, 3, 8, 8).FractionalMaxPool2d(3, 7));
        Add("an interpolation of three sizes for two axes", () => Floats(1, 3, 8, 8).Interpolate([4, 4, 4]));
        Add("the nearest elements without aliases", () => Floats(1, 3, 8, 8).Interpolate([4, 4], antialias: true));
        Add("a sampling of images at points in space", () => Floats(1, 3, 8, 8).GridSample(Floats(1, 4, 4, 3)));
        Add("channels that cannot be shuffled into space", () => Floats(1, 6, 8, 8).PixelShuffle(2));
        Add("channels that do not form groups", () => Floats(1, 6, 8).GroupNorm(4));
    }

    void Statistics()
    {
        Add("a rank that does not exist", () => Floats(3).KthValue(4));
        Add("the median of an empty axis", () => Floats(2, 0).Median(1));
        Add("the median of no integers", () => Integers(0).Median());
        Add("the most frequent of nothing", () => Floats(0).Mode());
        Add("a quantile above 1", () => Floats(3).Quantile(1.5));
        Add("a quantile of nothing", () => Floats(0).Quantile(0.5));
        Add("a quantile of integers", () => Integers(3).Quantile(0.5));
        Add("values beside lines of another batch", () => Floats(2, 3).SearchSorted(Floats(3, 3)));
        Add("values of another dtype than the line", () => Floats(3).SearchSorted(Integers(3)));
        Add("a sorter that leaves the line", () => Floats(3).SearchSorted(Floats(2), sorter: Tensor.From([0L, 1, 3])));
        Add("boundaries that are a matrix", () => Floats(3).Bucketize(Floats(2, 2)));
        Add("rows of a vector", () => Floats(3).ArgSortRows());
        Add("slices without elements", () => Floats(3, 0).Unique(0));
        Add("counts of negative numbers", () => Tensor.From([1L, -2]).BinCount());
        Add("counts of fractions", () => Floats(3).BinCount());
        Add("weights of another size", () => Integers(3).BinCount(Floats(2)));
        Add("no bins", () => Floats(3).Histogram(0));
        Add("a range that runs backwards", () => Floats(3).Histogram(4, (1, 0)));
        Add("a range of infinite elements", () => Tensor.From([1f, float.PositiveInfinity]).Histogram(4));
        Add("edges of another dtype", () => Floats(3).Histogram(Integers(3)));
        Add("bins for another number of coordinates", () => Floats(5, 2).HistogramDD([3]));
        Add("covariances of a cube", () => Floats(2, 2, 2).Cov());
        Add("covariances with weights of another size", () => Floats(2, 5).Cov(weights: Floats(4)));
        Add("differences along a scalar", () => Floats().Diff());
        Add("a derivative of too few samples", () => Floats(2).Gradient(edgeOrder: 2));
        Add("coordinates for another number of samples", () => Floats(3).Gradient([Floats(4)]));
        Add("an integral over other coordinates", () => Floats(3).Trapezoid(Floats(4)));
        Add("distances between rows of different sizes", () => Floats(2, 3).CDist(Floats(2, 4)));
        Add("a distance of negative order", () => Floats(2, 3).CDist(Floats(2, 3), -1));
        Add("an index outside, without self", () => Floats(2, 3).ScatterReduce(1, Tensor.From(new long[,] { { 5 } }), Floats(1, 1), Combination.Max, includeSelf: false));
        Add("a source of another size than the index", () => Floats(4, 3).IndexReduce(0, Integers(2), Floats(3, 3), Combination.Max));
        Add("segments that do not cover the axis", () => Floats(4).SegmentReduce(Combination.Sum, Tensor.From([2L, 1])));
        Add("neither lengths nor offsets", () => Floats(4).SegmentReduce(Combination.Sum));
        Add("means of segments of integers", () => Integers(4).SegmentReduce(Combination.Mean, Tensor.From([2L, 2])));
    }

    void DataTypes()
    {
        Add("two dtypes", () => Floats(2) + Integers(2));
        Add("two dtypes, in a matrix product", () => Floats(2, 2).MatMul(Tensor.Zeros([2, 2], DType.Float64)));
        Add("two dtypes, in a choice", () => Tensor.Where(Bools(2), Floats(2), Integers(2)));
        Add("two dtypes, joined", () => Tensor.Concat([Floats(2), Integers(2)]));
        Add("a fraction beside integers", () => Integers(2) * 0.5);
        Add("a fraction as an integer", () => Tensor.Full([2], 0.5, DType.Int32));
        Add("the exponential of integers", () => Integers(2).Exp());
        Add("the mean of integers", () => Integers(2).Mean());
        Add("a sum of bools by plus", () => Bools(2) + Bools(2));
        Add("a condition that is not bool", () => Tensor.Where(Floats(2), Floats(2), Floats(2)));
        Add("a logical operation on floats", () => Floats(2) & Floats(2));
        Add("a shift of bools", () => Bools(2) << 1);
        Add("the opposite of floats", () => !Floats(2));
        Add("float indices", () => Floats(2, 3).Gather(1, Floats(2, 1)));
        Add("float labels", () => Floats(4, 10).CrossEntropy(Floats(4)));
        Add("elements read as another type", () => Floats(2).ToArray<double>());
        Add("one element read as another type", () => Integers(1).Item<int>());
        Add("a span of another type", () => Floats(2).AsSpan<int>().Length);
        Add("elements of a type that is none", () => Tensor.From(['a', 'b']));
        Add("gradients of integers", () => Tensor.From([1, 2], requiresGrad: true));
        Add("random integers of a float kind", () => Tensor.Rand([2], DType.Int32));
        Add("a key that is none", () => Dispatch.Run(new RandomBits([4]), Integers(2)));
    }

    void Indices()
    {
        Add("a position behind the end", () => Floats(3, 4)[3]);
        Add("a position before the start", () => Floats(3, 4)[0, -5]);
        Add("the position behind the last", () => Floats(3)[^0]);
        Add("a position on an empty axis", () => Floats(0)[0]);
        Add("a range that leaves the axis", () => Floats(3, 4)[.., 2..6]);
        Add("a range that runs backwards", () => Floats(3)[2..1]);
        Add("a step of 0", () => Floats(3)[TensorIndex.Stepped(0, 3, 0)]);
        Add("a backward range that starts behind the end", () => Floats(3)[TensorIndex.Stepped(3, null, -1)]);
        Add("too many entries", () => Floats(3)[0, 0]);
        Add("two ellipses", () => Floats(3, 3)[TensorIndex.Ellipsis, TensorIndex.Ellipsis]);
        Add("a mask of another size", () => Floats(3, 4)[Bools(4)]);
        Add("a mask without axes", () => Floats(3)[Tensor.From(true)]);
        Add("an index tensor of floats", () => Floats(3)[Floats(2)]);
        Add("an index tensor with a position outside", () => Floats(3)[Tensor.From([0L, 3])]);
        Add("two index tensors, one with a position outside", () => Floats(3, 4)[Tensor.From([0L]), Tensor.From([4L])]);
        Add("a gather from outside", () => Floats(2, 3).Gather(1, Tensor.From([5L, 0], [2, 1])));
        Add("a class that does not exist", () => Tensor.From([3L]).OneHot(3));
        Add("a class counted from the end", () => Tensor.From([0L, -1]).OneHot(3));
        Add("a label that does not exist", () => Floats(2, 3).CrossEntropy(Tensor.From([0L, 3])));
        Add("a value that does not fit the part", () => Floats(3, 4).With(0, Floats(3)));
        Add("a value of another dtype", () => Floats(3, 4).With(0, Integers(4)));
        Add("a position of a sequence", () => TensorSequence.Of(Floats(2))[1]);
    }

    void Devices()
    {
        Add("tensors on two devices", () => Floats(300) + Floats(300).To(new CpuBackend()));
        Add("an op that the device does not have", () => Dispatch.Run(new Unsupported(), Floats(2)));
    }

    sealed record Unsupported : PrimitiveOp
    {
        public override Specs Infer(ReadOnlySpan<TensorSpec> x) => x[0];

        public override Tensor?[] Gradient(Backward b) => [null];
    }

    void GradientMistakes()
    {
        var x = Tensor.From([1f, 2], requiresGrad: true);
        var used = (x * x).Sum();
        used.Backward();
        var parameter = new Parameter(Floats(2), "weight");
        Add("a walk from several elements", () => (x * 2).Backward());
        Add("a walk from what depends on nothing", () => Floats().Backward());
        Add("a second walk over the same tape", () => used.Backward());
        Add("a gradient of another shape", () => (x * 2).Backward(Floats(3)));
        Add("a gradient of another dtype", () => (x * 2).Backward(Tensor.Ones([2], DType.Float64)));
        Add("the gradient of a tensor that has none", () => Gradients.Of(x.Sum(), [Floats(2)]));
        Add("the gradient of indices", () => Gradients.Of(x.Sum(), [Integers(2)]));
        Add("a hook that will never be called", () => Floats(2).RegisterHook(g => g));
        Add("a hook that changes the shape", () =>
        {
            var y = x * 2;
            y.RegisterHook(g => g.Sum());
            y.Sum().Backward();
        });
        Add("a value of another shape for a parameter", () => parameter.Value = Floats(3));
        Add("a value of another dtype for a parameter", () => parameter.Value = Integers(2));
        Add("a gradient of another shape for a parameter", () => parameter.Grad = Floats(3));
        Add("a parameter of integers", () => new Parameter(Integers(2), "count"));
        Add("a buffer that is to be learned", () => new Tauten.Buffer(Floats(2), "mean") { RequiresGrad = true });
        Add("NaN in a gradient, while hunting for it", () =>
        {
            using var hunt = Gradients.DetectAnomaly();
            var y = (x * 0).Sqrt() * 0;
            y.Sum().Backward();
        });
    }

    void Graphs()
    {
        var graph = Graph.Capture(x => [x[0] + x[1]], Rows, Rows);
        Tensor leaked = null!;
        Graph.Capture(x => leaked = x * 2, Rows);
        Add("a branch on a captured value", () => Graph.Capture(x => x.Sum().Item<float>() > 0 ? x : -x, Rows));
        Add("a captured value copied out", () => Graph.Capture(x => Tensor.From(x.ToArray<float>()), Rows));
        Add("a branch on an unknown size", () => Graph.Capture(x => x.Shape[0] > 8 ? x : -x, Rows));
        Add("a captured tensor used outside", () => leaked + 1);
        Add("a captured tensor used in another graph", () => Graph.Capture(x => x + leaked, Rows));
        Add("a captured tensor returned from another graph", () => Graph.Capture(_ => leaked, Rows));
        Add("a parameter made from a captured tensor", () => Graph.Capture(x => new Parameter(x[0]), Rows));
        Add("too few inputs", () => graph.Run(Floats(2, 4)));
        Add("an input of another shape", () => graph.Run(Floats(2, 4), Floats(2, 5)));
        Add("inputs that do not agree about an unknown size", () => graph.Run(Floats(2, 4), Floats(3, 4)));
        Add("an input of another dtype", () => graph.Run(Floats(2, 4), Integers(2, 4)));
        Add("unknown sizes that need not be equal", () => Graph.Capture(x => [x[0] + x[1]], new(DType.Float32, ["a"]), new TensorSpec(DType.Float32, ["b"])));
        Add("a dimension with a name that is none", () => Dim.Unknown("2 x"));
        Add("the content of an empty optional", () => Optional.Of(null).Content);
        Add("an element of a sequence of different tensors", () => Graph.Capture(x => (Tensor)Dispatch.RunValues(new SequenceAt(0), Dispatch.RunValues(SequenceConstruct.Instance, x, x.Sum())[0])[0], Rows));
    }

    sealed partial class Net : Module<Tensor, Tensor>
    {
        readonly Linear fc1 = new(784, 128);
        readonly Sequential head = new(new Linear(128, 64), new Linear(32, 10));

        protected override Tensor Forward(Tensor x) => head.Call(fc1.Call(x).Relu());
    }

    sealed partial class Careless : Module<Tensor, Tensor>
    {
        protected override Tensor Forward(Tensor x) => x.Reshape(-1, 784) + Floats(3);
    }

    void Modules()
    {
        var net = new Net();
        Add("an input of another size", () => net.Call(Floats(2, 783)));
        Add("an input of another dtype", () => net.Call(Tensor.Zeros([2, 784], DType.Float64)));
        Add("layers that do not fit each other", () => net.Call(Floats(2, 784)));
        Add("an op inside of a module", () => new Careless().Call(Floats(2, 784)));
        Add("a convolution of flat images", () => new Sequential(new Conv2d(1, 8, 3), new Flatten()).Call(Floats(2, 64)));
        Add("a batch of one in training", () => new BatchNorm2d(3).Call(Floats(1, 3, 1, 1)));
        Add("an index that the table does not have", () => new Embedding(10, 4).Call(Tensor.From([10L])));
        Add("a loss of different shapes", () => new MSELoss().Call(Floats(4, 1), Floats(4)));
        Add("a loss with labels in one-hot shape but of integers", () => new CrossEntropyLoss().Call(Floats(4, 10), Integers(4, 10)));
        Add("a loss with a label that does not exist", () => new CrossEntropyLoss().Call(Floats(1, 3), Tensor.From([-2L])));
        Add("a module that is not there", () => new Sequential(new Flatten())[1]);
        Add("after the errors, no module is running", () => Floats(2) + Floats(3));
    }

    [Fact]
    public void Every_error_says_what_is_wrong()
    {
        StringBuilder text = new(), wrong = new();
        foreach (var (title, family) in new (string, Action)[]
        {
            ("Shapes", Shapes), ("Statistics", Statistics), ("Dtypes", DataTypes), ("Indices", Indices), ("Devices", Devices), ("Gradients", GradientMistakes), ("Graphs", Graphs), ("Modules", Modules),
        })
        {
            calls.Clear();
            family();
            text.Append("# ").AppendLine(title).AppendLine();
            foreach (var (about, call, action) in calls)
            {
                var error = Record.Exception(action);
                if (error is not (TautenException or ArgumentException))
                {
                    wrong.AppendLine($"{call}: {error?.ToString() ?? "no error"}");
                    continue;
                }
                text.Append(about).AppendLine(":").Append("    ").AppendLine(Body(call)).Append("    ").Append(error.GetType().Name).Append(": ").AppendLine(Message(error)).AppendLine();
            }
        }
        Assert.True(wrong.Length == 0, wrong.ToString());
        Approved.Check("Tauten.Core.Tests", "wrong-calls", text.ToString());
    }

    // The call alone: without the arrow, and on one line.
    static string Body(string call) => Spaces().Replace(call["() => ".Length..], " ");

    // Lines of this file move; what matters is that the line is there.
    static string Message(Exception error) => Place().Replace(error.Message, "WrongCalls.cs:line N");

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\S*WrongCalls\.cs:line \d+")]
    private static partial Regex Place();
}
