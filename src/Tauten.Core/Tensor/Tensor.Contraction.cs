using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <inheritdoc cref="Ops.Einsum"/>
    /// <param name="equation">The axes of the inputs, separated by commas, and after an arrow those of the result.</param>
    /// <param name="operands">The inputs, of one numeric dtype.</param>
    /// <example><code>
    /// var a = Tensor.From(new[,] { { 1f, 2f }, { 3f, 4f } });
    /// Console.WriteLine(Tensor.Einsum("ii", a));    // 5    the trace
    /// Console.WriteLine(Tensor.Einsum("ij,ij->i", a, a));    // [ 5, 25]    squares summed along rows
    /// Console.WriteLine(Tensor.Einsum("...ij,...jk->...ik", Tensor.Ones([5, 2, 3]), Tensor.Ones([3, 4])).Shape);    // [5, 2, 4]
    /// </code></example>
    /// <exception cref="ShapeException">The equation cannot be read, or does not fit the shapes.</exception>
    public static Tensor Einsum(string equation, params ReadOnlySpan<Tensor> operands) => Dispatch.Run(new Einsum(equation), operands);

    /// <inheritdoc cref="Ops.MatMulInteger"/>
    /// <param name="other">The second matrix, or a batch of them.</param>
    /// <exception cref="DTypeException">A tensor is neither int8 nor uint8.</exception>
    /// <exception cref="ShapeException">Inner sizes differ, or a tensor is no matrix.</exception>
    /// <example><code>
    /// var x = Tensor.From(new sbyte[,] { { 100, -100 } });
    /// var y = Tensor.From(new sbyte[,] { { 100 }, { -100 } });
    /// Console.WriteLine(x.MatMulInteger(y));    // [[20000]]
    /// </code></example>
    public Tensor MatMulInteger(Tensor other) => Dispatch.Run(Ops.MatMulInteger.Instance, this, other);

    /// <summary>
    /// Products summed over the last <paramref name="axes"/> axes of this tensor and the first of the other: the axes that are left, of this tensor and
    /// then of the other. With 0 axes, all products of two elements.
    /// </summary>
    /// <example><code>
    /// var a = Tensor.Ones([2, 3, 4]);
    /// Console.WriteLine(a.TensorDot(Tensor.Ones([3, 4, 5])).Shape);    // [2, 5]
    /// Console.WriteLine(a.TensorDot(Tensor.Ones([4, 2]), [0, 2], [1, 0]));    // [8, 8, 8]
    /// </code></example>
    /// <exception cref="ShapeException">Sizes differ, or a tensor has fewer axes.</exception>
    public Tensor TensorDot(Tensor other, int axes = 2)
    {
        if (axes < 0 || axes > Rank || axes > other.Rank) throw new ShapeException($"TensorDot: {axes} axes cannot be summed. Received: shapes {Shape} and {other.Shape}.");
        return TensorDot(other, Dims.Create([.. Enumerable.Range(Rank - axes, axes).Select(a => (long)a)]), Dims.Create([.. Enumerable.Range(0, axes).Select(a => (long)a)]));
    }

    /// <summary>
    /// Products summed over pairs of axes, <c>axes[i]</c> of this tensor with <c>otherAxes[i]</c> of the other: the axes that are left, of this tensor and
    /// then of the other. One matrix product.
    /// </summary>
    /// <exception cref="ShapeException">The lists have different lengths, an axis does not exist or is named twice, or sizes differ.</exception>
    public Tensor TensorDot(Tensor other, Dims axes, Dims otherAxes)
    {
        if (axes.Count != otherAxes.Count) throw new ShapeException($"TensorDot: expected as many axes of the second tensor as of the first. Received: {axes} and {otherAxes}.");
        Axes(axes, "TensorDot");
        other.Axes(otherAxes, "TensorDot");
        int[] left = [.. Enumerable.Range(0, Rank)], right = [.. Enumerable.Range(Rank, other.Rank)];
        for (int i = 0; i < axes.Count; i++)
        {
            int a = Shape.Axis(axes[i], "TensorDot"), b = other.Shape.Axis(otherAxes[i], "TensorDot");
            if (Shape[a] != other.Shape[b] && Shape[a].IsKnown && other.Shape[b].IsKnown)
                throw new ShapeException($"TensorDot: axis {a} of shape {Shape} and axis {b} of shape {other.Shape} have different sizes.");
            right[b] = a;
        }
        return LabelledTensor.Product(new(this, left), new(other, right), _ => false).Tensor;
    }

    /// <summary>All products of an element of this vector and one of another: y[i, j] = x[i] * other[j].</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2]).Outer(Tensor.From([3f, 4, 5])));
    /// // [[ 3,  4,  5],
    /// //  [ 6,  8, 10]]
    /// </code></example>
    /// <exception cref="ShapeException">A tensor is not a vector.</exception>
    public Tensor Outer(Tensor other)
    {
        NeedRanks("Outer", other, 1, 1);
        return Unsqueeze(1) * other;
    }

    /// <summary>Products summed over the last axes of both: the axes in front of this tensor and then of the other. A scalar multiplies all.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(new[,] { { 1f, 2f }, { 3f, 4f } }).Inner(Tensor.From([10f, 1])));    // [12, 34]
    /// </code></example>
    /// <exception cref="ShapeException">The last sizes differ.</exception>
    public Tensor Inner(Tensor other) => Rank == 0 || other.Rank == 0 ? this * other : TensorDot(other, -1, -1);

    /// <summary>
    /// Kronecker's product: the other tensor once for each element of this one, multiplied by it and put in its place. Along each axis the sizes multiply;
    /// missing axes in front have size 1.
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Eye(2).Kron(Tensor.From(new[,] { { 1f, 2f } })));
    /// // [[1, 2, 0, 0],
    /// //  [0, 0, 1, 2]]
    /// </code></example>
    public Tensor Kron(Tensor other)
    {
        int rank = Math.Max(Rank, other.Rank);
        List<Dim> left = [], right = [], whole = [];
        for (int i = rank; i > 0; i--)
        {
            Dim a = i <= Rank ? Shape[^i] : 1, b = i <= other.Rank ? other.Shape[^i] : 1;
            left.AddRange([a, 1]);
            right.AddRange([1, b]);
            whole.Add(a * b);
        }
        return (Reshape(Shape.Create([.. left])) * other.Reshape(Shape.Create([.. right]))).Reshape(Shape.Create([.. whole]));
    }

    /// <summary>The cross product of vectors of three elements along an axis: x1 y2 - x2 y1 and so on; the other axes are broadcast.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 0, 0]).Cross(Tensor.From([0f, 1, 0])));    // [0, 0, 1]
    /// </code></example>
    /// <exception cref="ShapeException">The axis does not have size 3 in both, or the shapes cannot be broadcast.</exception>
    public Tensor Cross(Tensor other, int axis = -1)
    {
        int fromEnd = Shape.Axis(axis, "Cross") - Rank;
        other.Shape.Axis(fromEnd, "Cross");
        if ((Shape[fromEnd].IsKnown && Shape[fromEnd] != 3) || (other.Shape[fromEnd].IsKnown && other.Shape[fromEnd] != 3))
            throw new ShapeException($"Cross: expected axes of size 3. Received: axis {fromEnd} of shapes {Shape} and {other.Shape}.");
        return Next(this, 1) * Next(other, 2) - Next(this, 2) * Next(other, 1);

        Tensor Next(Tensor x, int by) => Concat([x.Narrow(fromEnd, by, 3 - by), x.Narrow(fromEnd, 0, by)], fromEnd);
    }

    /// <summary>The sum of the products of two vectors' elements, a scalar.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3]).Dot(Tensor.From([4f, 5, 6])));    // 32
    /// </code></example>
    /// <exception cref="ShapeException">A tensor is not a vector, or their sizes differ.</exception>
    public Tensor Dot(Tensor other)
    {
        NeedRanks("Dot", other, 1, 1);
        return MatMul(other);
    }

    /// <summary>The product of this matrix and a vector.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(new[,] { { 1f, 2f }, { 3f, 4f } }).Mv(Tensor.From([1f, -1])));    // [-1, -1]
    /// </code></example>
    /// <exception cref="ShapeException">The ranks are others, or the sizes do not fit.</exception>
    public Tensor Mv(Tensor vector)
    {
        NeedRanks("Mv", vector, 2, 1);
        return MatMul(vector);
    }

    /// <summary>The product of two matrices. <see cref="MatMul"/> takes vectors and batches too.</summary>
    /// <example><code>
    /// var a = Tensor.From(new[,] { { 1f, 2f }, { 3f, 4f } });
    /// Console.WriteLine(a.Mm(a));
    /// // [[ 7, 10],
    /// //  [15, 22]]
    /// </code></example>
    /// <exception cref="ShapeException">The ranks are others, or the sizes do not fit.</exception>
    public Tensor Mm(Tensor other)
    {
        NeedRanks("Mm", other, 2, 2);
        return MatMul(other);
    }

    /// <summary>The products of two batches of matrices, [b, m, k] and [b, k, n]; nothing is broadcast.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([10, 3, 4]).Bmm(Tensor.Ones([10, 4, 5])).Shape);    // [10, 3, 5]
    /// </code></example>
    /// <exception cref="ShapeException">The ranks are others, or the sizes do not fit.</exception>
    public Tensor Bmm(Tensor other)
    {
        NeedRanks("Bmm", other, 3, 3);
        if (Shape[0] != other.Shape[0] && Shape[0].IsKnown && other.Shape[0].IsKnown) throw new ShapeException($"Bmm: expected as many matrices in both batches. Received: shapes {Shape} and {other.Shape}.");
        return MatMul(other);
    }

    /// <summary>beta * this + alpha * (a b) for matrices a and b; this tensor is broadcast. It is not read where beta is 0.</summary>
    /// <example><code>
    /// var a = Tensor.From(new[,] { { 1f, 2f }, { 3f, 4f } });
    /// Console.WriteLine(Tensor.Eye(2).Addmm(a, a, beta: 100));
    /// // [[107,  10],
    /// //  [ 15, 122]]
    /// </code></example>
    /// <exception cref="ShapeException">The ranks are others, or the sizes do not fit.</exception>
    public Tensor Addmm(Tensor a, Tensor b, double beta = 1, double alpha = 1) => PlusProduct("Addmm", a.Mm(b), beta, alpha);

    /// <summary>beta * this + alpha * (a x) for a matrix a and a vector x; this tensor is broadcast. It is not read where beta is 0.</summary>
    /// <example><code>
    /// var a = Tensor.From(new[,] { { 1f, 2f }, { 3f, 4f } });
    /// Console.WriteLine(Tensor.From([10f, 20]).Addmv(a, Tensor.From([1f, 1])));    // [13, 27]
    /// </code></example>
    /// <exception cref="ShapeException">The ranks are others, or the sizes do not fit.</exception>
    public Tensor Addmv(Tensor a, Tensor x, double beta = 1, double alpha = 1) => PlusProduct("Addmv", a.Mv(x), beta, alpha);

    /// <summary>beta * this + alpha * (x y^T) for vectors x and y; this tensor is broadcast. It is not read where beta is 0.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Zeros([2, 3]).Addr(Tensor.From([1f, 2]), Tensor.From([3f, 4, 5])));
    /// // [[ 3,  4,  5],
    /// //  [ 6,  8, 10]]
    /// </code></example>
    /// <exception cref="ShapeException">The ranks are others, or the sizes do not fit.</exception>
    public Tensor Addr(Tensor x, Tensor y, double beta = 1, double alpha = 1) => PlusProduct("Addr", x.Outer(y), beta, alpha);

    /// <summary>beta * this + alpha * (the sum of the batch's products a b); this tensor is broadcast. It is not read where beta is 0.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Zeros([2, 2]).Addbmm(Tensor.Ones([5, 2, 3]), Tensor.Ones([5, 3, 2])));
    /// // [[15, 15],
    /// //  [15, 15]]
    /// </code></example>
    /// <exception cref="ShapeException">The ranks are others, or the sizes do not fit.</exception>
    public Tensor Addbmm(Tensor a, Tensor b, double beta = 1, double alpha = 1)
    {
        a.NeedRanks("Addbmm", b, 3, 3);
        return PlusProduct("Addbmm", a.TensorDot(b, [0, 2], [0, 1]), beta, alpha);
    }

    /// <summary>beta * this + alpha * (a b) for batches of matrices a and b; this tensor is broadcast. It is not read where beta is 0.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([1, 2, 2]).Baddbmm(Tensor.Ones([1, 2, 3]), Tensor.Ones([1, 3, 2]), alpha: 0.5));
    /// // [[[2.5000, 2.5000],
    /// //   [2.5000, 2.5000]]]
    /// </code></example>
    /// <exception cref="ShapeException">The ranks are others, or the sizes do not fit.</exception>
    public Tensor Baddbmm(Tensor a, Tensor b, double beta = 1, double alpha = 1) => PlusProduct("Baddbmm", a.Bmm(b), beta, alpha);

    Tensor PlusProduct(string op, Tensor product, double beta, double alpha)
    {
        if (alpha != 1) product *= alpha;
        var whole = Shape.Broadcast(Shape, product.Shape, op);
        if (whole.IsKnown && product.Shape.IsKnown && !whole.Equals(product.Shape)) throw new ShapeException($"{op}: shape {Shape} cannot be broadcast to {product.Shape}, the shape of the product.");
        return beta == 0 ? product : (beta == 1 ? this : this * beta) + product;
    }

    /// <summary>
    /// For each row x of this tensor and y of the other, and each matrix W[o]: x^T W[o] y + bias[o]. Shapes [.., m], [.., n] and [outputs, m, n] give [.., outputs].
    /// </summary>
    /// <param name="other">As many rows as this tensor.</param>
    /// <param name="weight">[outputs, m, n].</param>
    /// <param name="bias">[outputs], or null.</param>
    /// <example><code>
    /// var weight = Tensor.Ones([1, 2, 3]);           // [out, left, right]
    /// Console.WriteLine(Tensor.From([1f, 2]).Bilinear(Tensor.From([1f, 1, 1]), weight));    // [9]
    /// </code></example>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public Tensor Bilinear(Tensor other, Tensor weight, Tensor? bias = null)
    {
        var y = Einsum("...i,oij,...j->...o", this, weight, other);
        return bias is null ? y : y + bias;
    }

    void NeedRanks(string op, Tensor other, int rank, int otherRank)
    {
        if (Rank == rank && other.Rank == otherRank) return;
        throw new ShapeException($"{op}: expected a {Kind(rank)} and a {Kind(otherRank)}. Received: shapes {Shape} and {other.Shape}.");

        static string Kind(int rank) => rank switch { 1 => "vector", 2 => "matrix", _ => "batch of matrices" };
    }
}
