using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Losses against formulas in plain loops, and the mistakes that they catch.</summary>
public class LossTests
{
    [Theory]
    [InlineData(Reduction.Mean)]
    [InlineData(Reduction.Sum)]
    [InlineData(Reduction.None)]
    public void Elementwise_losses(Reduction reduction)
    {
        double[] x = Numbers(12, 1, 4), y = [.. Numbers(12, 2).Select(v => (v + 1) / 2)];
        Check(new MSELoss(reduction), (a, b) => (a - b) * (a - b));
        Check(new L1Loss(reduction), (a, b) => Math.Abs(a - b));
        Check(new BCEWithLogitsLoss(reduction), (a, b) => -(b * Math.Log(1 / (1 + Math.Exp(-a))) + (1 - b) * Math.Log(1 - 1 / (1 + Math.Exp(-a)))));

        void Check(Loss loss, Func<double, double, double> formula)
        {
            var all = x.Zip(y, formula).ToArray();
            double[] expected = reduction switch { Reduction.Mean => [all.Average()], Reduction.Sum => [all.Sum()], _ => all };
            Equal(expected, loss.Call(Tensor(x, [3, 4]), Tensor(y, [3, 4])), 1e-12);
        }
    }

    [Fact]
    public void BCE_neither_overflows_nor_cancels()
    {
        var y = new BCEWithLogitsLoss(Reduction.None).Call(Tauten.Tensor.From([1000f, -1000f, 60f, -60f]), Tauten.Tensor.From([1f, 1f, 1f, 0f])).Doubles();
        Equal([0, 1000], y.AsSpan(0, 2), 1e-7);
        Assert.InRange(y[2] / Math.Exp(-60), 0.999, 1.001);
        Assert.InRange(y[3] / Math.Exp(-60), 0.999, 1.001);
    }

    [Theory]
    [InlineData(Reduction.Mean)]
    [InlineData(Reduction.Sum)]
    [InlineData(Reduction.None)]
    public void Cross_entropy_of_labels(Reduction reduction)
    {
        const int Batch = 3, Classes = 5, Places = 4;
        var x = Numbers(Batch * Classes * Places, 3, 3);
        long[] labels = [4, 0, 1, 3, 2, 2, 0, 4, 1, 1, 3, 0];
        var all = new double[Batch * Places];
        for (int n = 0; n < Batch; n++)
            for (int p = 0; p < Places; p++)
            {
                var row = Enumerable.Range(0, Classes).Select(c => x[(n * Classes + c) * Places + p]).ToArray();
                all[n * Places + p] = Math.Log(row.Sum(Math.Exp)) - row[labels[n * Places + p]];
            }
        double[] expected = reduction switch { Reduction.Mean => [all.Average()], Reduction.Sum => [all.Sum()], _ => all };
        var loss = new CrossEntropyLoss(reduction);
        var y = loss.Call(Tensor(x, [Batch, Classes, 2, 2]), Tauten.Tensor.From(labels, [Batch, 2, 2]));
        Equal(expected, y, 1e-12);
        if (reduction == Reduction.None) Assert.Equal(Shape.Of(Batch, 2, 2), y.Shape);
        Equal(expected, loss.Call(Tensor(x, [Batch, Classes, Places]), Tauten.Tensor.From(labels, [Batch, Places]).To(DType.UInt8)), 1e-12);
        Equal(expected, loss.Call(Tensor(x, [Batch, Classes, Places]), Tauten.Tensor.From(labels, [Batch, Places]).To(DType.Int32)), 1e-12);
    }

    [Fact]
    public void Cross_entropy_of_rows_of_one_row_and_of_probabilities()
    {
        var x = Numbers(12, 4);
        var rows = Enumerable.Range(0, 3).Select(n => x.AsSpan(n * 4, 4).ToArray()).ToArray();
        double Of(int n, int label) => Math.Log(rows[n].Sum(Math.Exp)) - rows[n][label];
        var loss = new CrossEntropyLoss();
        Equal([(Of(0, 3) + Of(1, 0) + Of(2, 1)) / 3], loss.Call(Tensor(x, [3, 4]), Tauten.Tensor.From([3L, 0, 1])), 1e-12);
        Equal([Of(0, 2)], loss.Call(Tensor(rows[0], [4]), Tauten.Tensor.From(2L)), 1e-12);
        double[] p = [.. Numbers(12, 5).Select(v => Math.Abs(v))];
        double expected = Enumerable.Range(0, 12).Sum(i => p[i] * Of(i / 4, i % 4)) / 3;
        Equal([expected], loss.Call(Tensor(x, [3, 4]), Tensor(p, [3, 4])), 1e-12);
    }

    public static TheoryData<Loss, string, string, string> Mistakes => new()
    {
        { new MSELoss(), "f[8,1]", "f[8]", "ShapeException: MSELoss: prediction and target must have the same shape; a loss never broadcasts. Received: [8, 1] and [8]. Use Reshape, Squeeze or Unsqueeze on one of them. (in MSELoss)" },
        { new L1Loss(), "f[2,3]", "f[1,3]", "ShapeException: L1Loss: prediction and target must have the same shape; a loss never broadcasts. Received: [2, 3] and [1, 3]. Use Reshape, Squeeze or Unsqueeze on one of them. (in L1Loss)" },
        { new MSELoss(), "f[3]", "i[3]", "DTypeException: MSELoss: prediction and target must have the same floating-point dtype. Received: float32 and int64. Convert one of them with To(dtype). (in MSELoss)" },
        { new BCEWithLogitsLoss(), "f[3]", "d[3]", "DTypeException: BCEWithLogitsLoss: prediction and target must have the same floating-point dtype. Received: float32 and float64. Convert one of them with To(dtype). (in BCEWithLogitsLoss)" },
        { new CrossEntropyLoss(), "f[2,3]", "i[3]", "ShapeException: CrossEntropyLoss: logits of shape [2, 3] need labels of shape [2]. Received: [3]. (in CrossEntropyLoss)" },
        { new CrossEntropyLoss(), "f[2,3]", "i[2,1]", "ShapeException: CrossEntropyLoss: logits of shape [2, 3] need labels of shape [2]. Received: [2, 1]. (in CrossEntropyLoss)" },
        { new CrossEntropyLoss(), "f[2,3]", "f[2]", "DTypeException: CrossEntropyLoss: expected integer labels of shape [2], or class probabilities of shape [2, 3]. Received: float32[2]. Convert labels with To(DType.Int64). (in CrossEntropyLoss)" },
        { new CrossEntropyLoss(), "i[2,3]", "i[2]", "ShapeException: CrossEntropyLoss: expected floating-point logits [batch, classes, ...]. Received: int64[2, 3]. (in CrossEntropyLoss)" },
        { new CrossEntropyLoss(), "f[2,1]", "i[2]", "IndexException: CrossEntropyLoss: label 0 is 1. Expected 0 to 0. (in CrossEntropyLoss)" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Mistakes_are_named(Loss loss, string prediction, string target, string expected)
    {
        var e = Assert.ThrowsAny<TautenException>(() => loss.Call(Make(prediction), Make(target)));
        Assert.Equal(expected, $"{e.GetType().Name}: {e.Message}");
    }

    static Tensor Make(string text)
    {
        var sizes = Shape.Of(text[2..^1].Split(',').Select(long.Parse).ToArray());
        return Tauten.Tensor.Ones(sizes, text[0] switch { 'f' => DType.Float32, 'd' => DType.Float64, _ => DType.Int64 });
    }

    [Fact]
    public void A_label_out_of_range_is_named()
    {
        var loss = new CrossEntropyLoss();
        var e = Assert.Throws<IndexException>(() => loss.Call(Tauten.Tensor.Ones([3, 4]), Tauten.Tensor.From([0L, 3, 4])));
        Assert.Equal("CrossEntropyLoss: label 2 is 4. Expected 0 to 3. (in CrossEntropyLoss)", e.Message);
        e = Assert.Throws<IndexException>(() => loss.Call(Tauten.Tensor.Ones([3, 4]), Tauten.Tensor.From([0, -1, 2])));
        Assert.Equal("CrossEntropyLoss: label 1 is -1. Expected 0 to 3. (in CrossEntropyLoss)", e.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MSELoss((Reduction)7));
    }
}
