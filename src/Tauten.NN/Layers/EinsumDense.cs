namespace Tauten.NN;

/// <summary>A sum of products of input and weight by Einstein's notation, plus a bias; see <see cref="Tensor.Einsum"/>.</summary>
/// <remarks>
/// Parameters: <c>weight</c>, and <c>bias</c> if there are bias axes, at first evenly spread between -1/sqrt(n) and 1/sqrt(n), where n counts the products in a sum.
/// </remarks>
/// <example><code>
/// // A dense layer that keeps the time, into heads of 2.
/// var heads = new EinsumDense("btc,chd->bthd", weightShape: [8, 4, 2], biasAxes: "hd");
/// Console.WriteLine(heads.Call(Tensor.Ones([5, 3, 8])).Shape);    // [5, 3, 4, 2]
/// </code></example>
public sealed partial class EinsumDense : Module<Tensor, Tensor>
{
    readonly string equation;
    readonly Parameter weight;
    readonly Parameter? bias;

    /// <summary>A layer with random weights.</summary>
    /// <param name="equation">What is summed: letters of the input, of the weight and of the output, such as <c>btc,cd-&gt;btd</c>.</param>
    /// <param name="weightShape">The size of each letter of the weight.</param>
    /// <param name="biasAxes">The letters of the output, all of them letters of the weight, for which there are biases of their own; no bias if left out.</param>
    /// <param name="generator">Where the first weights come from; the default generator if left out.</param>
    /// <param name="dtype">The element type of the parameters, which the input must have too.</param>
    /// <exception cref="ShapeException">The equation has not two inputs and an output, or the sizes or the bias do not fit it.</exception>
    public EinsumDense(string equation, Dims weightShape, string biasAxes = "", Generator? generator = null, DType dtype = DType.Float32)
    {
        ArgumentNullException.ThrowIfNull(equation);
        ArgumentNullException.ThrowIfNull(biasAxes);
        this.equation = equation.Replace(" ", "", StringComparison.Ordinal);
        string[] sides = this.equation.Split("->");
        string[] inputs = sides[0].Split(',');
        if (sides.Length != 2 || inputs.Length != 2) throw new ShapeException($"EinsumDense: expected an equation of two inputs and an output, such as btc,cd->btd. Received: {equation}.");
        string letters = inputs[1], output = sides[1];
        if (letters.Length != weightShape.Count || !letters.All(char.IsAsciiLetter)) throw new ShapeException($"EinsumDense: expected a size for each letter of the weight, {letters}. Received: {weightShape}.");
        foreach (long size in weightShape.Span) Initial.Size(size, nameof(EinsumDense), nameof(weightShape));
        long fan = 1;
        for (int i = 0; i < letters.Length; i++)
            if (!output.Contains(letters[i], StringComparison.Ordinal)) fan *= weightShape[i];
        weight = Initial.Fan(Shape.Of(weightShape.Span), fan, generator, dtype);
        if (biasAxes.Length == 0) return;
        if (biasAxes.FirstOrDefault(a => !output.Contains(a, StringComparison.Ordinal) || !letters.Contains(a, StringComparison.Ordinal)) is var wrong and not '\0')
            throw new ShapeException($"EinsumDense: the bias axis {wrong} is not a letter of both the weight {letters} and the output {output}.");
        // From the first axis of the bias on, so that it broadcasts.
        int first = biasAxes.Min(a => output.IndexOf(a, StringComparison.Ordinal));
        bias = Initial.Fan(Shape.Create([.. output[first..].Select(a => biasAxes.Contains(a, StringComparison.Ordinal) ? (Dim)weightShape[letters.IndexOf(a, StringComparison.Ordinal)] : 1)]), fan, generator, dtype);
    }

    /// <summary>Of the shape that was given.</summary>
    public Parameter Weight => weight;

    /// <summary>The axes of the output from the first bias axis on, those without biases with size 1; null without bias.</summary>
    public Parameter? Bias => bias;

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x)
    {
        var y = Tensor.Einsum(equation, x, weight.Borrow());
        return bias is null ? y : y + bias.Borrow();
    }

    internal override long Operations(object? input, object? output)
    {
        if (output is not Tensor y) return 0;
        string[] sides = equation.Split("->");
        string letters = sides[0].Split(',')[1];
        long summed = 1;
        for (int i = 0; i < letters.Length; i++)
            if (!sides[1].Contains(letters[i], StringComparison.Ordinal)) summed *= weight.Shape[i].Value;
        return 2 * y.Shape.ElementCount.Value * summed;
    }

    /// <inheritdoc/>
    protected override string Details() => $"{equation}, weight {weight.Shape}{(bias is null ? ", no bias" : "")}";
}
