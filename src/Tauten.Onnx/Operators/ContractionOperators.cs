using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Products of matrices.</summary>
static class ContractionOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("Det", 11, c => Linalg.Det(c[0])),
        Of("Einsum", 12, c => Tensor.Einsum(c.Text("equation"), c.Tensors)),
        Of("Gemm", 1, Gemm),
        // A layer's weight meets batches as they are: what follows its product can then be done part by part.
        Of("MatMul", 1, c => c[0].Rank > 2 && c[1].Rank == 2 && c[0].DType == c[1].DType && c[0].DType.IsFloating() ? c[0].Linear(c[1].Transpose(0, 1)) : c[0].MatMul(c[1])),
    ];

    static Tensor Gemm(Call c)
    {
        var (a, b) = (c[0], c[1]);
        double alpha = c.Float("alpha", 1), beta = c.Float("beta", 1);
        if (c.Flag("transA")) a = a.Transpose(0, 1);
        if (c.Optional(2) is { } bias && beta == 1 && alpha == 1 && bias.Rank == 1 && a.DType.IsFloating())
            return a.Linear(c.Flag("transB") ? b : b.Transpose(0, 1), b.Shape[c.Flag("transB") ? 0 : 1] == bias.Shape[0] ? bias : bias.BroadcastTo([b.Shape[c.Flag("transB") ? 0 : 1]]));
        var product = a.MatMul(c.Flag("transB") ? b.Transpose(0, 1) : b);
        if (alpha != 1) product = Scaled(product, alpha);
        return c.Optional(2) is { } added && beta != 0 ? product + (beta == 1 ? added : Scaled(added, beta)) : product;
    }

    static Tensor Scaled(Tensor x, double factor) => x.DType.IsFloating() ? x * factor : (x.To(DType.Float64) * factor).To(x.DType);
}
