using Tauten.NN;

namespace Tauten.Agreement;

/// <summary>Parameters that are computed from others: the originals are inputs, then buffers; the outputs are the parameter, and buffers that change.</summary>
static class ParametrizationsArea
{
    public static Area Calls { get; } = Build();

    static Area Build()
    {
        var area = new Area("parametrizations")
        {
            ["weight norm 0"] = Weight(t => Plain(t, 3, 4).WeightNorm()),
            ["weight norm 1"] = Weight(t => Plain(t, 3, 4).WeightNorm(axis: 1)),
            ["weight norm None"] = Weight(t => Plain(t, 3, 4).WeightNorm(axis: null)),
            ["weight norm conv"] = Weight(t => new Conv1d(3, 2, 2, bias: false, dtype: t).WeightNorm()),
            ["weight norm call"] = LayersArea.Layer(t => new Linear(4, 3, dtype: t).WeightNorm()),
            ["spectral norm"] = Spectral(t => Plain(t, 3, 4).SpectralNorm()),
            ["spectral norm iterations=3 times=2"] = Spectral(t => Plain(t, 3, 4).SpectralNorm(iterations: 3), 2),
            ["spectral norm eval"] = Spectral(t => LayersArea.Evaluated(Plain(t, 3, 4).SpectralNorm())),
            ["spectral norm axis=1"] = Spectral(t => new ConvTranspose1d(4, 3, 2, bias: false, dtype: t).SpectralNorm()),
            ["orthogonal assigned square"] = x => [Assigned(Plain(x[0].DType, 3, 3).Orthogonal(map: OrthogonalMap.Cayley), x[0])],
            ["orthogonal assigned any"] = x => [Assigned(Plain(x[0].DType, 3, 3).Orthogonal(), x[0])],
            ["orthogonal reflections of"] = x => [Of(x[0]).Orthogonal(map: OrthogonalMap.Householder, useTrivialization: false).Parameter("weight")],
            ["lora"] = x => Adapted(new Linear(4, 3, dtype: x[0].DType), new LoraOptions(2, 8), x),
            ["lora conv"] = x => Adapted(new Conv2d(2, 3, 2, dtype: x[0].DType), new LoraOptions(2, 3, RankStabilized: true), x),
            ["lora embedding"] = x => Adapted(new Embedding(4, 3, dtype: x[1].DType), new LoraOptions(2), x),
        };
        foreach (var (name, map) in new[] { ("matrix_exp", OrthogonalMap.MatrixExp), ("cayley", OrthogonalMap.Cayley), ("householder", OrthogonalMap.Householder) })
        {
            foreach (var (form, shape) in new (string, Shape)[] { ("square", [3, 3]), ("tall", [4, 2]), ("wide", [2, 4]), ("batch", [2, 3, 2]) })
                area[$"orthogonal {name} {form}"] = Weight(t => Of(Tensor.Eye(shape[^2], shape[^1], t).BroadcastTo(shape)).Orthogonal(map: map, useTrivialization: false));
            area[$"orthogonal {name} base"] = x =>
            {
                var layer = LayersArea.With(Of(Tensor.Eye(4, 2, x[0].DType)).Orthogonal(map: map), x, 0);
                layer.NamedBuffers().Single().Buffer.Value = x[1].Detach();
                return [layer.Parameter("weight")];
            };
        }
        return area;
    }

    static Linear Plain(DType dtype, long outputs, long inputs) => new(inputs, outputs, bias: false, dtype: dtype);

    // A module with a parameter of any shape.
    static ParameterDict Of(Tensor weight) => new() { { "weight", new Parameter(weight) } };

    static Tensor Parameter(this ParameterDict module, string name) => module[name].Value;

    static Tensor Value(Module layer) => layer switch
    {
        Linear linear => linear.Weight.Value,
        ConvolutionLayer convolution => convolution.Weight.Value,
        ParameterDict dictionary => dictionary["weight"].Value,
        _ => throw new ArgumentException("no weight", nameof(layer)),
    };

    static Func<Tensor[], Tensor[]> Weight(Func<DType, Module> make) => x => [Value(LayersArea.With(make(x[0].DType), x, 0))];

    static Func<Tensor[], Tensor[]> Spectral(Func<DType, Module> make, int times = 1) => x =>
    {
        var layer = make(x[0].DType);
        LayersArea.With(layer, x, 0);
        var buffers = layer.NamedBuffers().Select(b => b.Buffer).ToArray();
        (buffers[0].Value, buffers[1].Value) = (x[1].Detach(), x[2].Detach());
        Tensor y = Value(layer);
        for (int i = 1; i < times; i++) y = Value(layer);
        return [y, buffers[0].Value, buffers[1].Value];
    };

    static Tensor Assigned(Linear layer, Tensor value)
    {
        layer.Weight.Value = value;
        return layer.Weight.Value;
    }

    static Tensor[] Adapted(Module<Tensor, Tensor> layer, LoraOptions options, Tensor[] x)
    {
        Lora.Apply(layer, options, "weight");
        layer.Freeze(false);
        return [LayersArea.With(layer, x, 1).Call(x[0])];
    }
}
