using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Each layer against a formula of its own, in plain loops over doubles.</summary>
public class LayerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Linear_multiplies_and_adds(bool withBias)
    {
        var layer = new Linear(4, 3, withBias, dtype: DType.Float64);
        var x = Numbers(2 * 5 * 4, 1);
        double[] w = layer.Weight.Value.Doubles(), b = layer.Bias?.Value.Doubles() ?? new double[3];
        var expected = new double[2 * 5 * 3];
        for (int row = 0; row < 10; row++)
            for (int o = 0; o < 3; o++)
                expected[row * 3 + o] = b[o] + Enumerable.Range(0, 4).Sum(i => x[row * 4 + i] * w[o * 4 + i]);
        var y = layer.Call(Tensor(x, [2, 5, 4]));
        Assert.Equal(Shape.Of(2, 5, 3), y.Shape);
        Equal(expected, y, 1e-12);
        Assert.Equal(withBias ? 2 : 1, layer.Parameters().Count());
    }

    [Theory]
    [InlineData(Activation.None)]
    [InlineData(Activation.Relu)]
    [InlineData(Activation.Gelu)]
    [InlineData(Activation.Silu)]
    [InlineData(Activation.Tanh)]
    [InlineData(Activation.Sigmoid)]
    [InlineData(Activation.Softmax)]
    public void Dense_learns_its_input_size_and_applies_its_activation(Activation activation)
    {
        var layer = new Dense(3, activation, dtype: DType.Float64);
        Assert.Empty(layer.Parameters());
        var x = Numbers(5 * 4, 2);
        var y = layer.Call(Tensor(x, [5, 4]));
        Assert.Equal(Shape.Of(3, 4), layer.Weight!.Shape);
        double[] w = layer.Weight.Value.Doubles(), b = layer.Bias!.Value.Doubles();
        var expected = new double[15];
        for (int row = 0; row < 5; row++)
        {
            for (int o = 0; o < 3; o++) expected[row * 3 + o] = b[o] + Enumerable.Range(0, 4).Sum(i => x[row * 4 + i] * w[o * 4 + i]);
            Activate(activation, expected.AsSpan(row * 3, 3));
        }
        Equal(expected, y, 1e-12);
    }

    static void Activate(Activation activation, Span<double> row)
    {
        double sum = 0;
        foreach (double v in row) sum += Math.Exp(v);
        foreach (ref double v in row)
            v = activation switch
            {
                Activation.Relu => Math.Max(v, 0),
                Activation.Gelu => v * NormalDistribution(v),
                Activation.Silu => v / (1 + Math.Exp(-v)),
                Activation.Tanh => Math.Tanh(v),
                Activation.Sigmoid => 1 / (1 + Math.Exp(-v)),
                Activation.Softmax => Math.Exp(v) / sum,
                _ => v,
            };
    }

    // The integral of the density from 0 by Simpson's rule.
    static double NormalDistribution(double x)
    {
        const int Pieces = 2000;
        double h = x / Pieces, sum = 0;
        for (int i = 0; i <= Pieces; i++) sum += (i == 0 || i == Pieces ? 1 : i % 2 == 1 ? 4 : 2) * Math.Exp(-(i * h) * (i * h) / 2);
        return 0.5 + sum * h / 3 / Math.Sqrt(2 * Math.PI);
    }

    [Theory]
    [InlineData(1, 1, 0, 1, 1)]
    [InlineData(3, 1, 1, 1, 1)]
    [InlineData(3, 2, 1, 1, 2)]
    [InlineData(2, 1, 0, 2, 4)]
    public void Conv2d_slides_a_window(int kernel, int stride, int padding, int dilation, int groups)
    {
        const int Batch = 2, In = 4, Out = 8, Height = 7, Width = 6;
        var layer = new Conv2d(In, Out, kernel, stride, padding, dilation, groups, dtype: DType.Float64);
        double[] x = Numbers(Batch * In * Height * Width, 3), w = layer.Weight.Value.Doubles(), b = layer.Bias!.Value.Doubles();
        int height = (Height + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1, width = (Width + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
        int perGroup = In / groups;
        var expected = new List<double>();
        for (int n = 0; n < Batch; n++)
            for (int o = 0; o < Out; o++)
                for (int r = 0; r < height; r++)
                    for (int c = 0; c < width; c++)
                    {
                        double sum = b[o];
                        for (int i = 0; i < perGroup; i++)
                            for (int kr = 0; kr < kernel; kr++)
                                for (int kc = 0; kc < kernel; kc++)
                                {
                                    int row = r * stride + kr * dilation - padding, column = c * stride + kc * dilation - padding;
                                    if (row < 0 || row >= Height || column < 0 || column >= Width) continue;
                                    int channel = o / (Out / groups) * perGroup + i;
                                    sum += x[((n * In + channel) * Height + row) * Width + column] * w[((o * perGroup + i) * kernel + kr) * kernel + kc];
                                }
                        expected.Add(sum);
                    }
        var y = layer.Call(Tensor(x, [Batch, In, Height, Width]));
        Assert.Equal(Shape.Of(Batch, Out, height, width), y.Shape);
        Equal([.. expected], y, 1e-11);
    }

    [Theory]
    [InlineData(2, 2, 0)]
    [InlineData(3, 1, 1)]
    [InlineData(3, 2, 1)]
    public void Pools_take_the_largest_or_the_mean(int kernel, int stride, int padding)
    {
        const int Planes = 6, Height = 7, Width = 5;
        var x = Numbers(Planes * Height * Width, 4);
        int height = (Height + 2 * padding - kernel) / stride + 1, width = (Width + 2 * padding - kernel) / stride + 1;
        List<double> largest = [], means = [], inside = [];
        for (int p = 0; p < Planes; p++)
            for (int r = 0; r < height; r++)
                for (int c = 0; c < width; c++)
                {
                    double best = double.NegativeInfinity, sum = 0;
                    int count = 0;
                    for (int row = r * stride - padding; row < r * stride - padding + kernel; row++)
                        for (int column = c * stride - padding; column < c * stride - padding + kernel; column++)
                        {
                            if (row < 0 || row >= Height || column < 0 || column >= Width) continue;
                            double value = x[(p * Height + row) * Width + column];
                            (best, sum, count) = (Math.Max(best, value), sum + value, count + 1);
                        }
                    largest.Add(best);
                    means.Add(sum / (kernel * kernel));
                    inside.Add(sum / count);
                }
        var input = Tensor(x, [2, 3, Height, Width]);
        Equal([.. largest], new MaxPool2d(kernel, stride, padding).Call(input), 0);
        Equal([.. means], new AvgPool2d(kernel, stride, padding).Call(input), 1e-12);
        Equal([.. inside], new AvgPool2d(kernel, stride, padding, countPadding: false).Call(input), 1e-12);
        Assert.Equal(Shape.Of(2, 3, 3, 2), new MaxPool2d(2).Call(input).Shape);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void BatchNorm2d_normalizes_by_the_batch_and_follows_it(bool affine)
    {
        const int Batch = 3, Channels = 2, Plane = 4 * 5, Count = Batch * Plane;
        var layer = new BatchNorm2d(Channels, epsilon: 1e-3, momentum: 0.2, affine: affine, dtype: DType.Float64);
        double[] weight = [1, 1], bias = [0, 0], runningMean = [0, 0], runningVariance = [1, 1];
        if (affine)
        {
            (weight, bias) = ([1.5, -0.5], [0.25, 2]);
            layer.Weight!.Value = Tauten.Tensor.From(weight);
            layer.Bias!.Value = Tauten.Tensor.From(bias);
        }
        for (int step = 0; step < 3; step++)
        {
            var x = Numbers(Batch * Channels * Plane, 5 + step, 3);
            var expected = new double[x.Length];
            for (int c = 0; c < Channels; c++)
            {
                var places = Enumerable.Range(0, Count).Select(i => i / Plane * Channels * Plane + c * Plane + i % Plane).ToArray();
                double mean = places.Sum(i => x[i]) / Count, squares = places.Sum(i => (x[i] - mean) * (x[i] - mean));
                foreach (int i in places) expected[i] = (x[i] - mean) / Math.Sqrt(squares / Count + 1e-3) * weight[c] + bias[c];
                runningMean[c] = 0.8 * runningMean[c] + 0.2 * mean;
                runningVariance[c] = 0.8 * runningVariance[c] + 0.2 * squares / (Count - 1);
            }
            Equal(expected, layer.Call(Tensor(x, [Batch, Channels, 4, 5])), 1e-12);
        }
        Equal(runningMean, layer.RunningMean!.Value, 1e-12);
        Equal(runningVariance, layer.RunningVariance!.Value, 1e-12);
        Assert.Equal(3, layer.State()["num_batches_tracked"].Item<long>());

        layer.Eval();
        var z = Numbers(Channels * Plane, 9);
        var used = z.Select((v, i) => (v - runningMean[i / Plane]) / Math.Sqrt(runningVariance[i / Plane] + 1e-3) * weight[i / Plane] + bias[i / Plane]).ToArray();
        Equal(used, layer.Call(Tensor(z, [1, Channels, 4, 5])), 1e-12);
        Equal(runningMean, layer.RunningMean!.Value, 1e-12);
        Assert.Equal(["weight", "bias", "running_mean", "running_var", "num_batches_tracked"], new BatchNorm2d(2).State().Keys);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void LayerNorm_normalizes_the_last_axes(int axes)
    {
        int length = axes == 1 ? 6 : 24;
        var layer = axes == 1 ? new LayerNorm(6, dtype: DType.Float64) : new LayerNorm([4, 6], dtype: DType.Float64);
        double[] weight = Numbers(length, 6), bias = Numbers(length, 7), x = Numbers(5 * 4 * 6, 8, 2), expected = new double[x.Length];
        layer.Weight!.Value = Tensor(weight, layer.Weight.Shape);
        layer.Bias!.Value = Tensor(bias, layer.Bias.Shape);
        for (int row = 0; row < x.Length / length; row++)
        {
            var part = x.AsSpan(row * length, length).ToArray();
            double mean = part.Average(), variance = part.Average(v => (v - mean) * (v - mean));
            for (int i = 0; i < length; i++) expected[row * length + i] = (part[i] - mean) / Math.Sqrt(variance + 1e-5) * weight[i] + bias[i];
        }
        Equal(expected, layer.Call(Tensor(x, [5, 4, 6])), 1e-12);
        var plain = new LayerNorm(6, affine: false);
        Assert.Empty(plain.Parameters());
        Assert.InRange(plain.Call(Tauten.Tensor.Randn([3, 6])).Mean().Item<float>(), -1e-5f, 1e-5f);
    }

    [Fact]
    public void Embedding_looks_up_and_gathers_gradients()
    {
        var layer = new Embedding(5, 3, dtype: DType.Float64);
        var w = layer.Weight.Value.Doubles();
        long[] index = [4, 0, 4, 2];
        var y = layer.Call(Tauten.Tensor.From(index, [2, 2]));
        Assert.Equal(Shape.Of(2, 2, 3), y.Shape);
        Equal([.. index.SelectMany(i => w.AsSpan((int)i * 3, 3).ToArray())], y, 0);
        y.Sum().Backward();
        Equal([1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 2, 2, 2], layer.Weight.Grad!, 0);
        Equal([.. w.AsSpan(6, 3)], layer.Call(Tauten.Tensor.From([2])), 0);
    }

    [Fact]
    public void Activations_flatten_and_identity()
    {
        double[] x = [-2, -0.5, 0, 0.5, 1, 3];
        var input = Tensor(x, [1, 2, 3]);
        foreach (var (module, activation) in new (Module<Tensor, Tensor>, Activation)[] { (new ReLU(), Activation.Relu), (new Gelu(), Activation.Gelu), (new Tanh(), Activation.Tanh), (new Sigmoid(), Activation.Sigmoid) })
        {
            var expected = (double[])x.Clone();
            Activate(activation, expected);
            Equal(expected, module.Call(input), 1e-12);
        }
        Equal([.. x.Select(v => v / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v))))], new Gelu(approximate: true).Call(input), 1e-12);
        Equal([.. x.Select((v, i) => Math.Exp(v) / x.Where((_, k) => k / 3 == i / 3).Sum(Math.Exp))], new Softmax().Call(input), 1e-12);
        Assert.Equal(Shape.Of(1, 6), new Flatten().Call(input).Shape);
        Assert.Same(input, new Identity().Call(input));
    }

    [Fact]
    public void Dropout_drops_in_training_only()
    {
        var layer = new Dropout(0.3, new Generator(7));
        var x = Tauten.Tensor.Ones([10_000]);
        var y = layer.Call(x).Doubles();
        Assert.All(y, v => Assert.True(v == 0 || Math.Abs(v - 1 / 0.7) < 1e-6));
        Assert.InRange(y.Count(v => v == 0), 2800, 3200);
        Assert.NotEqual(y, layer.Call(x).Doubles());
        layer.Eval();
        Assert.Same(x, layer.Call(x));
    }

    [Fact]
    public void First_weights_are_those_of_PyTorch()
    {
        var linear = new Linear(400, 300, generator: new Generator(1));
        Spread(linear.Weight, 1 / Math.Sqrt(400));
        Spread(linear.Bias!, 1 / Math.Sqrt(400));
        Spread(new Conv2d(8, 64, [3, 5], groups: 2, generator: new Generator(2)).Weight, 1 / Math.Sqrt(4 * 3 * 5));
        var vectors = new Embedding(500, 100, generator: new Generator(3)).Weight.Value.Doubles();
        Assert.InRange(vectors.Average(), -0.02, 0.02);
        Assert.InRange(vectors.Average(v => v * v), 0.97, 1.03);

        static void Spread(Parameter parameter, double bound)
        {
            var values = parameter.Value.Doubles();
            Assert.InRange(values.Max(), bound * 0.98, bound);
            Assert.InRange(values.Min(), -bound, -bound * 0.98);
            Assert.InRange(values.Average(v => v * v), bound * bound / 3 * 0.85, bound * bound / 3 * 1.15);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights()
    {
        Assert.Equal(Weights(5), Weights(5));
        Assert.NotEqual(Weights(5), Weights(6));

        static double[] Weights(ulong seed) => new Linear(7, 9, generator: new Generator(seed)).Weight.Value.Doubles();
    }
}
