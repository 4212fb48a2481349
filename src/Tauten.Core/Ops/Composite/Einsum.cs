namespace Tauten.Ops;

/// <summary>
/// Sums of products in Einstein's notation: <c>"bij,bjk->bik"</c> names the axes of each input and of the result. The result's element at each
/// position of its letters is the sum, over all other letters, of the products of the inputs' elements at the positions of theirs. Dtypes: numbers.
/// </summary>
/// <remarks>
/// A letter that occurs twice in one input walks along its diagonal. An ellipsis stands for any number of axes, which are broadcast. Without an arrow,
/// the result has the ellipsis and then, in alphabetical order, the letters that occur once. An axis of size 1 is broadcast against an axis of the same letter.
/// Each pair of inputs becomes one matrix product (or, where nothing is summed, one product of elements) in the order that needs the fewest
/// multiplications; only axes are moved between them. Results have the inputs' dtype; integers wrap around.
/// </remarks>
/// <param name="Equation">The axes of the inputs, separated by commas, and after an arrow those of the result. Blanks mean nothing.</param>
public sealed record Einsum(string Equation) : CompositeOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Reduced;

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Contraction;

    /// <inheritdoc/>
    public override Tensor Expand(ReadOnlySpan<Tensor> x)
    {
        var equation = new EinsumEquation(Equation, Array.ConvertAll(x.ToArray(), t => t.Shape));
        foreach (var operand in x)
        {
            Expect.SameDType(this, x[0].Spec, operand.Spec);
            if (operand.DType == DType.Bool) throw Expect.DType(this, operand.DType, "a numeric dtype");
        }
        var operands = new LabelledTensor[x.Length];
        for (int i = 0; i < operands.Length; i++) operands[i] = new LabelledTensor(x[i], equation.Inputs[i]).WithDiagonals().WithoutBroadcastAxes(equation.SizeOf);
        // What no other operand and not the result has is summed before anything is multiplied.
        var all = operands.ToArray();
        for (int i = 0; i < operands.Length; i++)
        {
            var others = all.Where((_, k) => k != i).SelectMany(o => o.Labels).Concat(equation.Output).ToHashSet();
            operands[i] = operands[i].SummedTo(others.Contains);
        }
        return ContractionOrder.Contract(operands, equation.Output, equation.SizeOf).Ordered(equation.Output);
    }
}
