namespace Tauten.NN;

/// <summary>x W^T + b over the last axis: [.., inFeatures] becomes [.., outFeatures].</summary>
/// <remarks>
/// Parameters: <c>weight</c> [outFeatures, inFeatures] and <c>bias</c> [outFeatures], at first evenly spread between -1/sqrt(inFeatures) and 1/sqrt(inFeatures).
/// </remarks>
/// <example><code>
/// var layer = new Linear(3, 2);
/// Console.WriteLine(layer.Call(Tensor.Ones([5, 3])).Shape);    // [5, 2]
/// Console.WriteLine($"{layer.Weight.Shape} {layer.Bias!.Shape}");    // [2, 3] [2]
/// </code></example>
public sealed partial class Linear : Module<Tensor, Tensor>
{
    readonly Parameter weight;
    readonly Parameter? bias;

    /// <summary>A layer with random weights.</summary>
    /// <param name="inFeatures">The size of the last axis of the input.</param>
    /// <param name="outFeatures">The size of the last axis of the output.</param>
    /// <param name="bias">Whether to add a bias.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">A size is less than 1.</exception>
    public Linear(long inFeatures, long outFeatures, bool bias = true, Generator? generator = null, DType dtype = DType.Float32)
    {
        Initial.Size(inFeatures, nameof(Linear), nameof(inFeatures));
        Initial.Size(outFeatures, nameof(Linear), nameof(outFeatures));
        weight = Initial.Fan(Shape.Of(outFeatures, inFeatures), inFeatures, generator, dtype);
        this.bias = bias ? Initial.Fan(Shape.Of(outFeatures), inFeatures, generator, dtype) : null;
    }

    /// <summary>[outFeatures, inFeatures].</summary>
    public Parameter Weight => weight;

    /// <summary>[outFeatures]; null without bias.</summary>
    public Parameter? Bias => bias;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Apply(nameof(Linear), x, weight, bias);

    /// <summary>x W^T + b, with the checks that name the layer.</summary>
    internal static Tensor Apply(string layer, Tensor x, Parameter weight, Parameter? bias)
    {
        var w = weight.Borrow();
        if (x.Rank == 0 || (x.Shape[^1] != w.Shape[1] && x.Shape[^1].IsKnown))
            throw new ShapeException($"{layer}: expected an input [.., {w.Shape[1]}]. Received: shape {x.Shape}.");
        if (!Autocast.Unites(x.DType, w.DType))
            throw new DTypeException($"{layer}: its parameters are {w.DType.Name()}. Received: an input of {x.DType.Name()}. Convert it with To(dtype), or make the layer with that dtype.");
        return x.Linear(w, bias?.Borrow());
    }

    internal override long Operations(object? input, object? output) => output is Tensor y ? 2 * y.Shape.ElementCount.Value * weight.Shape[1].Value : 0;

    /// <inheritdoc/>
    protected override string Details() => $"{weight.Shape[1]} -> {weight.Shape[0]}{(bias is null ? ", no bias" : "")}";
}
