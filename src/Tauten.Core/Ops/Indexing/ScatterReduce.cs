namespace Tauten.Ops;

/// <summary>
/// x in which the elements src[i, j, ..] are combined at [.., index[i, j, ..], ..] along the axis, in the order of j: with each other, and if
/// <paramref name="IncludeSelf"/> with the element of x there. Places that the index does not name keep the element of x. Dtypes: numbers; indices int32, int64.
/// </summary>
/// <remarks>
/// The gradient of a largest or smallest element is shared equally among ties. That of a product is the product of the others, also where one element is
/// zero. 16-bit floats are combined in 32 bits and rounded once.
/// </remarks>
public sealed record ScatterReduce(int Axis, Combination Combination, bool IncludeSelf) : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpPrecision Precision() => OpPrecision.Widest;

    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => IncludeSelf && Combination is (Combination.Product or Combination.Max or Combination.Min) ? [OnnxForm.Of("ScatterElements", [OnnxForm.X(), OnnxForm.X(1), OnnxForm.X(2)], ("axis", (long)Axis), ("reduction", Combination switch { Combination.Product => "mul", Combination.Max => "max", _ => "min" })).From(18)] : null;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        Scatter.Check(this, x, Axis);
        if (x[0].DType == DType.Bool) throw Expect.DType(this, x[0].DType, "a numeric dtype");
        return x[0];
    }

    /// <inheritdoc/>
    public override Reads GradientReads() => Combination is Combination.Sum or Combination.Mean ? Reads.Second : Reads.Inputs | Reads.Output;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b)
    {
        var index = b.Input(1);
        switch (Combination)
        {
            case Combination.Sum: return Both(b.Grad, b.Grad.Gather(Axis, index));
            case Combination.Mean:
                var share = b.Grad / Count(b).Maximum(1);
                return Both(share, share.Gather(Axis, index));
            case Combination.Product: return Product(b);
            default:
                var (self, source) = (b.Input(0).EqualTo(b.Output), b.Input(2).EqualTo(b.Output.Gather(Axis, index)));
                var (chosen, other) = (Kept(self.To(b.Grad.DType), index), source.To(b.Grad.DType));
                var part = b.Grad / chosen.ScatterAdd(Axis, index, other).Maximum(1);
                return [chosen * part, null, other * part.Gather(Axis, index)];
        }

        Tensor?[] Both(Tensor self, Tensor source) => [Kept(self, index), null, source];
    }

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axis = Axis + 1 });

    /// <summary>Zeros where the index names a place whose element does not count.</summary>
    Tensor Kept(Tensor x, Tensor index) => IncludeSelf ? x : x.Scatter(Axis, index, Tensor.Constant(0, new(x.DType, index.Shape)));

    /// <summary>How many elements meet in each place.</summary>
    Tensor Count(Backward b) => Kept(Tensor.Constant(1, b.InputSpec(0)), b.Input(1)).ScatterAdd(Axis, b.Input(1), Tensor.Constant(1, b.InputSpec(2)));

    // The product of the others: that of all which are not zero, divided by the element; but nothing if another one is zero.
    Tensor?[] Product(Backward b)
    {
        var (index, source) = (b.Input(1), b.Input(2));
        var self = IncludeSelf ? b.Input(0) : b.Input(0).Scatter(Axis, index, Tensor.Constant(1, b.InputSpec(2)));
        var (selfZero, sourceZero) = (self.EqualTo(0), source.EqualTo(0));
        var (selfRest, sourceRest) = (Tensor.Where(selfZero, 1, self), Tensor.Where(sourceZero, 1, source));
        var product = selfRest.ScatterReduce(Axis, index, sourceRest, Combination.Product);
        var zeros = selfZero.To(self.DType).ScatterAdd(Axis, index, sourceZero.To(self.DType));
        var (productThere, zerosThere) = (product.Gather(Axis, index), zeros.Gather(Axis, index));
        return
        [
            Kept(b.Grad * Tensor.Where(zeros.EqualTo(selfZero.To(self.DType)), product / selfRest, 0), index),
            null,
            b.Grad.Gather(Axis, index) * Tensor.Where(zerosThere.EqualTo(sourceZero.To(self.DType)), productThere / sourceRest, 0),
        ];
    }
}
