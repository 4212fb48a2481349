using System.Numerics.Tensors;
using Tauten.Interop;

namespace Tauten.Core.Tests.Tensors;

public class TensorSpanTests
{
    static readonly Tensor x = Tensor.From([1f, 2, 3, 4, 5, 6], [2, 3]);

    [Fact]
    public void A_tensor_is_a_span_of_its_shape()
    {
        var span = x.AsReadOnlyTensorSpan<float>();
        Assert.Equal([2, 3], span.Lengths.ToArray());
        Assert.Equal(6f, span[1, 2]);
        Assert.Equal(21f, System.Numerics.Tensors.Tensor.Sum(span));
        Assert.Equal(2f, x.T.AsReadOnlyTensorSpan<float>()[1, 0]);
        Assert.Equal(7f, Tensor.From(7f).AsReadOnlyTensorSpan<float>()[0]);
        Assert.Throws<DTypeException>(() => x.AsReadOnlyTensorSpan<double>().Rank);
    }

    [Fact]
    public void A_span_becomes_a_tensor_in_row_major_order()
    {
        var back = x.AsReadOnlyTensorSpan<float>().ToTensor();
        Assert.Equal(x.Shape, back.Shape);
        Assert.Equal(x.ToArray<float>(), back.ToArray<float>());
        var corner = x.AsReadOnlyTensorSpan<float>()[.., 1..].ToTensor();
        Assert.Equal(Shape.Of(2, 2), corner.Shape);
        Assert.Equal([2f, 3, 5, 6], corner.ToArray<float>());
        Assert.Equal(x.ToArray<float>(), x.ToNumericsTensor<float>().ToTensor().ToArray<float>());
        Assert.Equal(0, Tensor.Zeros([0, 3]).AsReadOnlyTensorSpan<float>().ToTensor().Count);
    }

    [Fact]
    public void A_span_is_filled()
    {
        var memory = new float[6];
        x.T.CopyTo(new TensorSpan<float>(memory, [3, 2]));
        Assert.Equal([1f, 4, 2, 5, 3, 6], memory);
        Assert.Throws<ShapeException>(() => x.CopyTo(new TensorSpan<float>(memory, [3, 2])));
        memory[0] = -1;
        Assert.Equal(-1f, new TensorSpan<float>(memory, [6]).ToTensor()[0].Item<float>());
    }
}
