using Tauten.Ops;

namespace Tauten.Core.Tests;

public class SequenceTests
{
    static readonly TensorSpec Pair = new(DType.Float32, [2]);

    static TensorSequence Sequence(params Tensor[] items) => (TensorSequence)Dispatch.RunValues(SequenceConstruct.Instance, items)[0];

    static Tensor At(Value sequence, long position) => (Tensor)Dispatch.RunValues(new SequenceAt(position), sequence)[0];

    [Fact]
    public void Eager_sequences()
    {
        Tensor a = Tensor.From([1f, 2]), b = Tensor.From([3f, 4]);
        var sequence = Sequence(a, b);
        Assert.Equal(2, sequence.Count);
        Assert.Same(a, sequence[0]);
        Assert.Same(b, sequence[-1]);
        Assert.Equal("sequence(float32[2])", sequence.ValueSpec.ToString());
        Assert.Equal(2, ((Tensor)Dispatch.RunValues(SequenceLength.Instance, sequence)[0]).Item<long>());
        var longer = (TensorSequence)Dispatch.RunValues(new SequenceInsert(1), sequence, a + b)[0];
        Assert.Equal(["[1, 2]", "[4, 6]", "[3, 4]"], longer.Select(t => t.ToString()));
        Assert.Equal(3, ((TensorSequence)Dispatch.RunValues(new SequenceInsert(2), sequence, a)[0]).Count);
        var shorter = (TensorSequence)Dispatch.RunValues(new SequenceErase(-1), longer)[0];
        Assert.Equal(["[1, 2]", "[4, 6]"], shorter.Select(t => t.ToString()));
        Assert.Throws<IndexException>(() => sequence[2]);
        Assert.Throws<IndexException>(() => At(sequence, -3));
        Assert.Throws<GraphException>(() => Dispatch.RunValues(SequenceLength.Instance, a));
        Assert.Equal("sequence(any)", TensorSequence.Of(a, Tensor.From([1])).ValueSpec.ToString());
        Assert.Empty(TensorSequence.Of());
    }

    [Fact]
    public void Gradients_flow_through_a_sequence()
    {
        var x = Tensor.From([1f, 2], requiresGrad: true);
        var sequence = Sequence(x * 2, x * 3);
        (At(sequence, 0) * At(sequence, 1)).Sum().Backward();
        TensorAssert.Equal([12, 24], x.Grad!);
    }

    [Fact]
    public void Captured_sequences()
    {
        var graph = Graph.Capture(x =>
        {
            var sequence = Sequence(x[0], x[0] * 2);
            sequence = (TensorSequence)Dispatch.RunValues(new SequenceInsert(0), sequence, x[0] * 3)[0];
            Assert.True(sequence.IsSymbolic);
            Assert.Throws<GraphException>(() => sequence.Count);
            return [At(sequence, 0) + At(sequence, -1), (Tensor)Dispatch.RunValues(SequenceLength.Instance, sequence)[0]];
        }, Pair);
        Assert.Contains("SequenceConstruct %x0, %2 : sequence(float32[2])", graph.Print(), StringComparison.Ordinal);
        var y = graph.Run(Tensor.From([1f, 10]));
        TensorAssert.Equal([5, 50], y[0]);
        Assert.Equal(3, y[1].Item<long>());
        y = graph.Lower(_ => false).Run(Tensor.From([1f, 10]));
        TensorAssert.Equal([5, 50], y[0]);
    }

    [Fact]
    public void A_sequence_of_different_tensors_has_no_known_element()
    {
        Assert.Throws<GraphException>(() => Graph.Capture(x => At(Sequence(x, x.Sum()), 0), Pair));
    }

    [Fact]
    public void Eager_optionals()
    {
        var full = Optional.Of(Tensor.From([1f]));
        var empty = Optional.Of(null);
        Assert.True(full.HasValue);
        Assert.False(empty.HasValue);
        Assert.Equal("optional(float32[1])", full.ValueSpec.ToString());
        Assert.Equal("optional(any)", empty.ValueSpec.ToString());
        Assert.True(((Tensor)Dispatch.RunValues(OptionalHasValue.Instance, full)[0]).Item<bool>());
        Assert.False(((Tensor)Dispatch.RunValues(OptionalHasValue.Instance, empty)[0]).Item<bool>());
        TensorAssert.Equal([1], (Tensor)Dispatch.RunValues(OptionalContent.Instance, full)[0]);
        Assert.Throws<GraphException>(() => Dispatch.RunValues(OptionalContent.Instance, empty));
        Assert.False(((Optional)Dispatch.RunValues(OptionalConstruct.Instance)[0]).HasValue);
    }

    [Fact]
    public void Captured_optionals()
    {
        var graph = Graph.Capture(x =>
        {
            var optional = (Optional)Dispatch.RunValues(OptionalConstruct.Instance, x[0] * 2)[0];
            Assert.Throws<GraphException>(() => optional.HasValue);
            return [(Tensor)Dispatch.RunValues(OptionalContent.Instance, optional)[0], (Tensor)Dispatch.RunValues(OptionalHasValue.Instance, optional)[0]];
        }, Pair);
        var y = graph.Run(Tensor.From([1f, 2]));
        TensorAssert.Equal([2, 4], y[0]);
        Assert.True(y[1].Item<bool>());
    }
}
