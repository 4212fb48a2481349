using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Gradients of layers and losses, in float64, against central differences.</summary>
public class GradientTests
{
    public static TheoryData<string> Layers => [.. layers.Keys];

    static readonly Dictionary<string, (Func<Module<Tensor, Tensor>> Make, long[] Shape)> layers = new()
    {
        ["Linear"] = (() => new Linear(4, 3, dtype: DType.Float64), [5, 4]),
        ["Dense"] = (() => new Dense(3, Activation.Silu, inputSize: 4, dtype: DType.Float64), [5, 4]),
        ["Conv2d"] = (() => new Conv2d(2, 4, 3, 2, 1, groups: 2, dtype: DType.Float64), [2, 2, 5, 5]),
        ["MaxPool2d"] = (() => new MaxPool2d(2), [2, 2, 4, 4]),
        ["AvgPool2d"] = (() => new AvgPool2d(3, 2, 1, countPadding: false), [2, 2, 5, 5]),
        ["BatchNorm2d"] = (() => new BatchNorm2d(3, dtype: DType.Float64), [4, 3, 2, 2]),
        ["BatchNorm2d, not affine"] = (() => new BatchNorm2d(3, affine: false, dtype: DType.Float64), [4, 3, 2, 2]),
        ["BatchNorm2d, eval"] = (() => Evaluated(new BatchNorm2d(3, dtype: DType.Float64)), [4, 3, 2, 2]),
        ["LayerNorm"] = (() => new LayerNorm([3, 4], dtype: DType.Float64), [2, 3, 4]),
        ["LayerNorm, not affine"] = (() => new LayerNorm(4, affine: false, dtype: DType.Float64), [2, 3, 4]),
        ["Gelu"] = (() => new Gelu(), [6]),
        ["Softmax"] = (() => new Softmax(), [2, 4]),
        ["Sequential"] = (() => new Sequential(new Linear(4, 6, dtype: DType.Float64), new Tanh(), new LayerNorm(6, dtype: DType.Float64), new Linear(6, 2, dtype: DType.Float64)), [3, 4]),
    };

    static BatchNorm2d Evaluated(BatchNorm2d layer)
    {
        layer.RunningMean!.Value = Tauten.Tensor.From([0.1, -0.2, 0.3]);
        layer.RunningVariance!.Value = Tauten.Tensor.From([0.5, 1.5, 2]);
        layer.Eval();
        return layer;
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layers_agree_with_differences(string name)
    {
        var (make, sizes) = layers[name];
        var layer = make();
        foreach (var (i, parameter) in layer.Parameters().Index()) parameter.Value = Tensor(Numbers((int)parameter.Shape.ElementCount, 50 + i), parameter.Shape);
        var shape = Shape.Of(sizes);
        var values = Numbers((int)shape.ElementCount, 11);
        var x = Tensor(values, shape, requiresGrad: true);
        var y = layer.Call(x);
        // Weights for the outputs, so that no gradient cancels.
        var seed = Tensor(Numbers((int)y.Shape.ElementCount, 12), y.Shape);
        (y * seed).Sum().Backward();
        Equal(Differences(values, v => (layer.Call(Tensor(v, shape)) * seed).Sum().Item<double>()), x.Grad!, 1e-7);
        foreach (var parameter in layer.Parameters())
        {
            var before = parameter.Value;
            var expected = Differences(before.Doubles(), v =>
            {
                parameter.Value = Tensor(v, parameter.Shape);
                return (layer.Call(Tensor(values, shape)) * seed).Sum().Item<double>();
            });
            Equal(expected, parameter.Grad!, 1e-7);
            parameter.Value = before;
        }
    }

    [Fact]
    public void BatchNorm_and_LayerNorm_differentiate_twice()
    {
        var shape = Shape.Of(3, 2, 2, 2);
        Twice(x => { var (m, v) = x.BatchMoments(); return x.BatchNorm(m, v); });
        Twice(x => x.LayerNorm(2));

        void Twice(Func<Tensor, Tensor> f)
        {
            var values = Numbers(24, 13);
            var seed = Tensor(Numbers(24, 14), shape);
            var direction = Tensor(Numbers(24, 15), shape);
            double Slope(double[] v)
            {
                var x = Tensor(v, shape, requiresGrad: true);
                return (Gradients.Of((f(x) * seed).Sum(), [x])[0] * direction).Sum().Item<double>();
            }
            var point = Tensor(values, shape, requiresGrad: true);
            var first = Gradients.Of((f(point) * seed).Sum(), [point], createGraph: true)[0];
            var second = Gradients.Of((first * direction).Sum(), [point])[0];
            Equal(Differences(values, Slope), second, 1e-6);
        }
    }

    [Fact]
    public void Losses_agree_with_differences()
    {
        var x = Numbers(12, 16);
        var y = Tensor([.. Numbers(12, 17).Select(v => (v + 1) / 2)], [4, 3]);
        Check(new MSELoss(), y);
        Check(new L1Loss(Reduction.Sum), y);
        Check(new BCEWithLogitsLoss(), y);
        Check(new CrossEntropyLoss(), Tauten.Tensor.From([0L, 2, 1, 1]));
        Check(new CrossEntropyLoss(), y);

        void Check(Loss loss, Tensor target)
        {
            var prediction = Tensor(x, [4, 3], requiresGrad: true);
            loss.Call(prediction, target).Backward();
            Equal(Differences(x, v => loss.Call(Tensor(v, [4, 3]), target).Item<double>()), prediction.Grad!, 1e-7);
        }
    }

    static double[] Differences(double[] at, Func<double[], double> f)
    {
        const double H = 1e-5;
        var slopes = new double[at.Length];
        for (int i = 0; i < at.Length; i++)
        {
            double[] up = [.. at], down = [.. at];
            up[i] += H;
            down[i] -= H;
            slopes[i] = (f(up) - f(down)) / (2 * H);
        }
        return slopes;
    }
}
