using Tauten.NN;

namespace Tauten.Benchmarks.Training;

/// <summary>Predicts the next of 65 characters by an LSTM of two layers.</summary>
sealed partial class CharLstm : Module<Tensor, Tensor>
{
    readonly Embedding embed = new(65, 256);
    readonly LSTM lstm = new(256, 256, layers: 2, batchFirst: true);
    readonly Linear @out = new(256, 65);

    protected override Tensor Forward(Tensor x) => @out.Call(lstm.Call(embed.Call(x)).Output).Flatten(0, 1);
}
