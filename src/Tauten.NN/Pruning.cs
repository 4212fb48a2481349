namespace Tauten.NN;

/// <summary>
/// Weights that are set to 0 and stay there: masks of parameters, chosen at random or by size, one after the other of what is left. An optimizer knows nothing of it, so <see cref="Apply"/> is called
/// after each of its steps.
/// </summary>
/// <remarks>A share is that of what is still there, rounded to a whole number of weights, half to even.</remarks>
/// <example><code>
/// var layer = new Linear(8, 4);
/// var pruning = new Pruning();
/// pruning.Smallest(layer.Weight, 0.25);
/// var optimizer = new SGD(layer.Parameters(), 0.1);
/// layer.Call(Tensor.Ones([1, 8])).Sum().Backward();
/// optimizer.Step();
/// pruning.Apply();
/// Console.WriteLine(layer.Weight.Value.EqualTo(0).Sum());    // 8
/// </code></example>
public sealed class Pruning
{
    readonly Dictionary<Parameter, Tensor> masks = new(ReferenceEqualityComparer.Instance);

    /// <summary>Which weights are left: 1 or 0, of the parameter's element type and shape; all if nothing was pruned.</summary>
    public Tensor MaskOf(Parameter parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return masks.GetValueOrDefault(parameter) ?? Tensor.Ones(parameter.Shape, parameter.DType);
    }

    /// <summary>Whether a parameter has a mask.</summary>
    public bool IsPruned(Parameter parameter) => masks.ContainsKey(parameter);

    /// <summary>Prunes the weights with the smallest absolute values.</summary>
    /// <param name="parameter">A parameter.</param>
    /// <param name="share">How many of those left, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 1.</exception>
    public void Smallest(Parameter parameter, double share) => Smallest([parameter], share);

    /// <summary>Prunes the weights with the smallest absolute values of several parameters together.</summary>
    /// <param name="parameters">Parameters, of which some may lose more than others.</param>
    /// <param name="share">How many of those left, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 1.</exception>
    public void Smallest(IEnumerable<Parameter> parameters, double share)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameter[] all = [.. parameters];
        Drop(all, share, Array.ConvertAll(all, p => Numbers(p.Value.Abs())));
    }

    /// <summary>Prunes weights at random.</summary>
    /// <param name="parameter">A parameter.</param>
    /// <param name="share">How many of those left, 0 to 1.</param>
    /// <param name="generator">Where chance comes from; the default generator if left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 1.</exception>
    public void Random(Parameter parameter, double share, Generator? generator = null)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        Drop([parameter], share, [Numbers(Tensor.Rand(parameter.Shape, DType.Float64, generator))]);
    }

    /// <summary>Prunes the slices along an axis, such as the channels of a convolution, whose norms are the smallest.</summary>
    /// <param name="parameter">A parameter.</param>
    /// <param name="share">How many of the slices left, 0 to 1.</param>
    /// <param name="axis">The axis along which the slices lie.</param>
    /// <param name="order">The order of the norm.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 1.</exception>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public void SmallestSlices(Parameter parameter, double share, int axis = 0, double order = 2)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        var slices = Slices(parameter.Value, axis);
        DropSlices(parameter, share, axis, Numbers(Linalg.VectorNorm(slices.To(DType.Float64), order, 1)));
    }

    /// <summary>Prunes slices along an axis at random.</summary>
    /// <param name="parameter">A parameter.</param>
    /// <param name="share">How many of the slices left, 0 to 1.</param>
    /// <param name="axis">The axis along which the slices lie.</param>
    /// <param name="generator">Where chance comes from; the default generator if left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">The share is not from 0 to 1.</exception>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public void RandomSlices(Parameter parameter, double share, int axis = 0, Generator? generator = null)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        long count = parameter.Shape[parameter.Value.Shape.Axis(axis, "Pruning.RandomSlices")].Value;
        DropSlices(parameter, share, axis, Numbers(Tensor.Rand([count], DType.Float64, generator)));
    }

    /// <summary>Prunes what a mask says, besides what is pruned already. A mask of ones prunes nothing, but makes the parameter one that is pruned.</summary>
    /// <param name="parameter">A parameter.</param>
    /// <param name="mask">Bool, or 0 and 1, of the parameter's shape: which weights stay.</param>
    /// <exception cref="ShapeException">The shape is another one.</exception>
    public void With(Parameter parameter, Tensor mask)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentNullException.ThrowIfNull(mask);
        if (mask.Shape != parameter.Shape) throw new ShapeException($"Pruning.With: expected a mask of shape {parameter.Shape}. Received: {mask.Shape}.");
        using (Gradients.NoGrad())
        {
            masks[parameter] = (MaskOf(parameter) * mask.Detach().NotEqualTo(0).To(parameter.DType)).Detach();
            parameter.Value = parameter.Value * masks[parameter];
        }
    }

    /// <summary>Sets to 0 again what an optimizer's step has moved.</summary>
    public void Apply()
    {
        using (Gradients.NoGrad())
            foreach (var (parameter, mask) in masks) parameter.Value = parameter.Value * mask;
    }

    /// <summary>Forgets the mask of a parameter; its weights stay 0 until they are trained again.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(Parameter parameter) => masks.Remove(parameter);

    void Drop(Parameter[] parameters, double share, double[][] importance)
    {
        Share(share);
        double[][] kept = Array.ConvertAll(parameters, p => Numbers(MaskOf(p)));
        (int Which, int Place)[] left = [.. kept.SelectMany((mask, which) => Enumerable.Range(0, mask.Length).Where(i => mask[i] != 0).Select(i => (which, i)))];
        foreach (var (which, place) in left.OrderBy(w => importance[w.Which][w.Place]).Take((int)Math.Round(share * left.Length))) kept[which][place] = 0;
        for (int i = 0; i < parameters.Length; i++) With(parameters[i], Tensor.From(kept[i], parameters[i].Shape));
    }

    void DropSlices(Parameter parameter, double share, int axis, double[] importance)
    {
        Share(share);
        double[] kept = Numbers(Slices(MaskOf(parameter), axis).Max(1));
        int[] left = [.. Enumerable.Range(0, kept.Length).Where(i => kept[i] != 0)];
        foreach (int i in left.OrderBy(i => importance[i]).Take((int)Math.Round(share * left.Length))) kept[i] = 0;
        int own = parameter.Value.Shape.Axis(axis, "Pruning");
        var sizes = Enumerable.Range(0, parameter.Shape.Rank).Select(i => i == own ? kept.Length : 1L).ToArray();
        With(parameter, Tensor.From(kept, Shape.Of(sizes)).Expand(parameter.Shape));
    }

    /// <summary>[slices, elements].</summary>
    static Tensor Slices(Tensor x, int axis) => x.Detach().MoveAxis(axis, 0) is var moved && moved.Rank == 1 ? moved.Unsqueeze(1) : moved.Reshape([moved.Shape[0], -1]);

    static double[] Numbers(Tensor x) => x.Detach().To(DType.Float64).ToArray<double>();

    static void Share(double share)
    {
        if (!(share is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "Expected a share from 0 to 1.");
    }
}
