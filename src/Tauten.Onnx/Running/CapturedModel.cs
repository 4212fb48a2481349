namespace Tauten.OnnxFormat;

/// <summary>A model as one graph of Tauten's own ops, for inputs of given specs.</summary>
sealed class CapturedModel
{
    readonly Func<Tensor[], OnnxValue?>[] outputs;

    CapturedModel(Graph graph, Func<Tensor[], OnnxValue?>[] outputs, bool isPlain) => (Graph, this.outputs, IsPlain) = (graph, outputs, isPlain);

    public Graph Graph { get; }

    /// <summary>Whether the outputs of the graph are the outputs of the model.</summary>
    public bool IsPlain { get; }

    /// <summary>Records a model.</summary>
    /// <param name="model">The model's graph.</param>
    /// <param name="names">The names of the graph's inputs; other inputs of the model have initializers.</param>
    /// <param name="specs">Their specs.</param>
    /// <param name="types">Their element types.</param>
    /// <param name="interpreter">Runs the nodes.</param>
    public static CapturedModel Of(OnnxGraph model, IReadOnlyList<string> names, IReadOnlyList<TensorSpec> specs, IReadOnlyList<ElementType> types, Interpreter interpreter)
    {
        using var capture = Capture.Begin();
        var inputs = new OnnxValue?[model.Inputs.Length];
        for (int i = 0; i < names.Count; i++)
            inputs[Array.FindIndex(model.Inputs, p => p.Name == names[i])] = new OnnxTensor(capture.Graph.AddInput(names[i], specs[i]), types[i]);
        var values = interpreter.RunAlone(model, inputs);
        var tensors = new List<Tensor>();
        Func<Tensor[], OnnxValue?>[] outputs = Array.ConvertAll(values, v => Restored(v, tensors));
        return new(capture.Graph.Finish(tensors.ToArray()), outputs, Array.TrueForAll(values, v => v is OnnxTensor));
    }

    // Sequences and optionals have a known structure in a graph; what they hold are outputs of it.
    static Func<Tensor[], OnnxValue?> Restored(OnnxValue? value, List<Tensor> tensors)
    {
        switch (value)
        {
            case OnnxTensor tensor:
                int index = tensors.Count;
                tensors.Add(tensor.Tensor);
                return results => new OnnxTensor(results[index], tensor.ElementType);
            case OnnxSequence sequence:
                Func<Tensor[], OnnxValue?>[] items = [.. sequence.Select(i => Restored(i, tensors))];
                return results => new OnnxSequence([.. items.Select(i => i(results)!)]);
            case OnnxOptional { Content: { } content }:
                var inner = Restored(content, tensors);
                return results => new OnnxOptional(inner(results));
            default:
                return _ => value;
        }
    }

    /// <summary>The outputs for given inputs.</summary>
    public OnnxValue?[] Run(ReadOnlySpan<Tensor> x)
    {
        var results = Graph.Run(x);
        return Array.ConvertAll(outputs, o => o(results));
    }
}
