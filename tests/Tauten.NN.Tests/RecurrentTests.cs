using Tauten.Ops;
using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Recurrent nets beyond what PyTorch's numbers show: unknown numbers of steps, options and errors.</summary>
public class RecurrentTests
{
    [Fact]
    public void A_captured_training_step_takes_any_number_of_steps_and_any_lengths()
    {
        var net = new LSTM(3, 4, 2, bidirectional: true, generator: new Generator(3));
        var parameters = net.Parameters().ToArray();
        var graph = Graph.Capture(Step, new TensorSpec(DType.Float32, ["time", "batch", 3]), new TensorSpec(DType.Int64, ["batch"]));
        Assert.Equal(4, graph.Nodes.Count(n => n.Op is LstmSequence));
        Assert.Equal(4, graph.Nodes.Count(n => n.Op is LstmSequenceGradient));
        foreach (var (steps, lengths) in new (int, long[])[] { (2, [2, 0, 1]), (7, [7, 1]), (5, [3, 5, 5, 4]) })
        {
            Tensor[] x = [Tauten.Tensor.Randn([steps, lengths.Length, 3]), Tauten.Tensor.From(lengths)];
            var (eager, captured) = (Step(x), graph.Run(x));
            for (int i = 0; i < eager.Length; i++) Equal(eager[i].Doubles(), captured[i], 1e-5);
        }

        Tensor[] Step(Tensor[] x)
        {
            var (output, state) = net.Call(x[0], lengths: x[1]);
            var loss = output.Square().Sum() + state.Hidden.Sum() + state.Cell.Sum();
            return [output, .. Gradients.Of(loss, [.. parameters.Select(p => p.Value)])];
        }
    }

    [Fact]
    public void The_loop_of_smaller_ops_needs_a_known_number_of_steps()
    {
        var net = new GRU(3, 2);
        var graph = Graph.Capture(x => net.Call(x).Output, new TensorSpec(DType.Float32, ["time", 2, 3]));
        Assert.NotNull(graph.Lower(o => o is GruSequence));
        var e = Assert.Throws<ShapeException>(() => graph.Lower(_ => false));
        Assert.Equal(
            "GruSequence(ResetAfter = True, Backwards = False): the number of steps, time, is not known while a graph is captured, so that it cannot be written as a loop of smaller ops. Keep the op whole (Lower(o => o is GruSequence)), or capture with a known number of steps. (in GRU)",
            e.Message);
        var known = Graph.Capture(x => net.Call(x).Output, new TensorSpec(DType.Float32, [4, 2, 3])).Lower(_ => false);
        var x = Tauten.Tensor.Randn([4, 2, 3]);
        Equal(net.Call(x).Output.Doubles(), known.Run(x)[0], 1e-6);
    }

    [Fact]
    public void Behind_its_length_a_sequence_gives_nothing_and_changes_nothing()
    {
        var net = new LSTM(3, 2, bidirectional: true, dtype: DType.Float64, generator: new Generator(4));
        var x = Tauten.Tensor.Randn([5, 2, 3], DType.Float64);
        var (output, state) = net.Call(x, lengths: Tauten.Tensor.From([3, 5]));
        var alone = net.Call(x[..3, ..1]);
        Equal(alone.Output.Doubles(), output[..3, ..1], 1e-15);
        Equal(alone.State.Hidden.Doubles(), state.Hidden[.., ..1], 1e-15);
        Equal(alone.State.Cell.Doubles(), state.Cell[.., ..1], 1e-15);
        Assert.Equal(new double[8], output[3.., ..1].Doubles());
        var masked = x.WithGrad();
        net.Call(masked, lengths: Tauten.Tensor.From([3, 5])).Output.Sum().Backward();
        Assert.Equal(new double[6], masked.Grad![3.., ..1].Doubles());
        // A sequence without a step keeps the first state.
        var none = net.Call(x, (Tauten.Tensor.Ones([2, 2, 2], DType.Float64), Tauten.Tensor.Ones([2, 2, 2], DType.Float64)), Tauten.Tensor.From([0L, 5]));
        Assert.Equal([1, 1, 1, 1], none.State.Hidden[.., ..1].Doubles());
    }

    [Fact]
    public void A_cell_that_is_called_for_each_step_is_the_network()
    {
        foreach (bool after in new[] { true, false })
        {
            var net = new GRU(3, 4, resetAfter: after, dtype: DType.Float64);
            var cell = new GRUCell(3, 4, resetAfter: after, dtype: DType.Float64);
            cell.LoadState(net.State().ToDictionary(p => p.Key[..^3], p => p.Value));
            var x = Tauten.Tensor.Randn([6, 2, 3], DType.Float64);
            var hidden = Tauten.Tensor.Zeros([2, 4], DType.Float64);
            foreach (var step in x.Unbind()) hidden = cell.Call(step, hidden);
            Equal(net.Call(x).Hidden.Squeeze(0).Doubles(), hidden, 1e-14);
        }
    }

    [Fact]
    public void A_network_that_reads_from_the_end_is_one_over_the_reversed_sequence()
    {
        LSTM forth = new(3, 2, 2, batchFirst: true), back = new(3, 2, 2, batchFirst: true, backwards: true);
        back.CopyFrom(forth);
        var x = Tauten.Tensor.Randn([2, 5, 3]);
        var (output, state) = back.Call(x);
        var expected = forth.Call(x.Flip(1));
        Equal(expected.Output.Flip(1).Doubles(), output, 1e-6);
        Equal(expected.State.Cell.Doubles(), state.Cell, 1e-6);
        Assert.Contains("3 -> 2, 2 layers, backwards, batch first", back.ToString());
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var x = Tauten.Tensor.Ones([4, 2, 3]);
        Message<ArgumentException>(() => new GRU(3, 2, bidirectional: true, backwards: true), "GRU: a bidirectional network already reads sequences from both ends. Received: backwards and bidirectional.");
        Message<IndexException>(() => new RNN(3, 2).Call(x, lengths: Tauten.Tensor.From([4L, 5])), "RnnSequence(Relu = False, Backwards = False): sequence 1 has the length 5. Expected 0 to 4, the number of steps.");
        Message<IndexException>(() => new LSTM(3, 2).Call(x, lengths: Tauten.Tensor.From([-1L, 5])), "LstmSequence(Backwards = False): sequence 0 has the length -1. Expected 0 to 4, the number of steps.");
        Message<ShapeException>(() => new GRU(3, 2).Call(x, lengths: Tauten.Tensor.From([4L])), "GRU: expected a length for each of 2 sequences. Received: shape [1].");
        Message<DTypeException>(() => new GRU(3, 2).Call(x, lengths: Tauten.Tensor.From([4f, 3])), "GRU: expected lengths of dtype int64 or int32. Received: float32.");
        Message<ShapeException>(() => new GRU(3, 2).Call(Tauten.Tensor.Ones([0, 2, 3])), "GRU: expected at least one step. Received: shape [0, 2, 3].");
        Message<ShapeException>(() => new LSTM(3, 2, projection: 2), "LSTM: expected a projection of 0 (none) to 1. Received: 2.");
        Message<ShapeException>(() => new ConvLSTM1d(2, 2, 3).Call(x), "ConvLSTM1d: expected an input [time, batch, 2, 1 axis]. Received: shape [4, 2, 3].");
        Message<ShapeException>(() => new ConvLSTM2d(2, 0, 3), "ConvLSTM2d: hiddenChannels must be at least 1. Received: 0.");
        Message<ShapeException>(
            () => new ConvLSTM1d(3, 2, 3).Call(Tauten.Tensor.Ones([2, 1, 3, 6]), (Tauten.Tensor.Ones([1, 2, 6]), Tauten.Tensor.Ones([1, 2, 6]))),
            "ConvLSTM1d: expected a first state and cell [1, 2, 4]. Received: shapes [1, 2, 6] and [1, 2, 6].");
    }

    static void Message<TError>(Func<object> call, string expected) where TError : Exception => Assert.StartsWith(expected, Assert.Throws<TError>(() => { call(); }).Message);

    [Fact]
    public void A_recurrent_convolution_remembers_at_first()
    {
        var net = new ConvLSTM2d(2, 3, 3, padding: ConvolutionPadding.Same);
        Assert.Equal(["weight_ih", "weight_hh", "bias_ih"], net.NamedParameters().Select(p => p.Name));
        Assert.Equal([0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0], net.State()["bias_ih"].Doubles());
        var (output, state) = net.Call(Tauten.Tensor.Randn([5, 2, 2, 4, 6]));
        Assert.Equal("[5, 2, 3, 4, 6]", output.Shape.ToString());
        Assert.Equal(output[4].Doubles(), state.Hidden.Doubles());
    }
}
