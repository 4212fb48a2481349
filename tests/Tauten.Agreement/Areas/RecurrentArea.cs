using Tauten.NN;

namespace Tauten.Agreement;

/// <summary>Recurrent nets over sequences; the inputs of a call come first, then the parameters in the order in which the layer lists them.</summary>
static class RecurrentArea
{
    public static Area Calls { get; } = new("recurrent")
    {
        ["rnn relu"] = x => Flat(With(new RNN(3, 4, activation: RecurrentActivation.Relu, dtype: x[0].DType), x, 2).Call(x[0], x[1])),
        ["rnn lengths layers=2 bidirectional"] = x => Flat(With(new RNN(3, 2, 2, bidirectional: true, dtype: x[0].DType), x, 3).Call(x[0], x[2], x[1])),
        ["rnn relu lengths"] = x => Flat(With(new RNN(3, 2, activation: RecurrentActivation.Relu, dtype: x[0].DType), x, 3).Call(x[0], x[2], x[1])),
        ["lstm batch first"] = x => Flat(With(new LSTM(3, 4, batchFirst: true, dtype: x[0].DType), x, 3).Call(x[0], (x[1], x[2]))),
        ["lstm wide"] = x => Flat(With(new LSTM(5, 19, dtype: x[0].DType), x, 3).Call(x[0], (x[1], x[2]))),
        ["lstm without bias"] = x => Flat(With(new LSTM(3, 4, bias: false, dtype: x[0].DType), x, 1).Call(x[0])),
        ["lstm lengths layers=2 bidirectional"] = x => Flat(With(new LSTM(3, 2, 2, bidirectional: true, dtype: x[0].DType), x, 4).Call(x[0], (x[2], x[3]), x[1])),
        ["lstm lengths batch first projection bidirectional"] = x =>
            Flat(With(new LSTM(3, 4, batchFirst: true, bidirectional: true, projection: 2, dtype: x[0].DType), x, 4).Call(x[0], (x[2], x[3]), x[1])),
        ["gru no batch bidirectional"] = x => Flat(With(new GRU(3, 2, bidirectional: true, dtype: x[0].DType), x, 2).Call(x[0], x[1])),
        ["gru wide"] = x => Flat(With(new GRU(5, 19, dtype: x[0].DType), x, 2).Call(x[0], x[1])),
        ["gru without bias"] = x => Flat(With(new GRU(3, 4, bias: false, dtype: x[0].DType), x, 1).Call(x[0])),
        ["gru lengths layers=2 bidirectional"] = x => Flat(With(new GRU(3, 2, 2, bidirectional: true, dtype: x[0].DType), x, 3).Call(x[0], x[2], x[1])),
        ["rnn backwards"] = x => Flat(With(new RNN(3, 2, backwards: true, dtype: x[0].DType), x, 1).Call(x[0])),
        ["lstm backwards"] = x => Flat(With(new LSTM(3, 2, backwards: true, dtype: x[0].DType), x, 1).Call(x[0])),
        ["gru backwards"] = x => Flat(With(new GRU(3, 2, backwards: true, dtype: x[0].DType), x, 1).Call(x[0])),
        ["gru cell reset before"] = x => [With(new GRUCell(3, 2, resetAfter: false, dtype: x[0].DType), x, 2).Call(x[0], x[1])],
        ["gru reset before"] = x => Flat(With(new GRU(x[0].Shape[2].Value, x[1].Shape[2].Value, resetAfter: false, dtype: x[0].DType), x, 2).Call(x[0], x[1])),
        ["gru reset before lengths bidirectional"] = x => Flat(With(new GRU(3, 2, bidirectional: true, resetAfter: false, dtype: x[0].DType), x, 3).Call(x[0], x[2], x[1])),
        ["conv lstm1d"] = x => Flat(With(new ConvLSTM1d(3, 2, 3, dtype: x[0].DType), x, 3).Call(x[0], (x[1], x[2]))),
        ["conv lstm2d"] = x => Flat(With(new ConvLSTM2d(2, 2, 3, 2, 1, backwards: true, dtype: x[0].DType), x, 3).Call(x[0], (x[1], x[2]))),
        ["conv lstm3d"] = x => Flat(With(new ConvLSTM3d(1, 2, [3, 2, 3], padding: ConvolutionPadding.Same, dilation: 2, dtype: x[0].DType), x, 3).Call(x[0], (x[1], x[2]))),
        ["conv lstm2d batch first"] = x => Flat(With(new ConvLSTM2d(2, 3, [2, 3], padding: ConvolutionPadding.Same, batchFirst: true, dtype: x[0].DType), x, 1).Call(x[0])),
    };

    static T With<T>(T layer, Tensor[] x, int first)
        where T : Module => LayersArea.With(layer, x, first);

    static Tensor[] Flat((Tensor Output, Tensor Hidden) y) => [y.Output, y.Hidden];

    static Tensor[] Flat((Tensor Output, (Tensor Hidden, Tensor Cell) State) y) => [y.Output, y.State.Hidden, y.State.Cell];
}
