namespace Tauten.Ops;

/// <summary>What linear algebra asks of shapes, and the parts of matrices that its formulas are written with.</summary>
static class Matrices
{
    /// <summary>The batch axes of a matrix or of matrices.</summary>
    public static IEnumerable<Dim> Batch(this Shape shape) => shape.Take(shape.Rank - 2);

    /// <summary>Matrices of float32 or float64.</summary>
    public static void ExpectMatrix(Op op, TensorSpec x)
    {
        if (x.DType is not (DType.Float32 or DType.Float64)) throw Expect.DType(op, x.DType, "float32 or float64");
        if (x.Shape.Rank < 2) throw new ShapeException($"{op}: expected a matrix or a batch of them. Received: shape {x.Shape}.");
    }

    /// <summary>Square matrices of float32 or float64.</summary>
    public static void ExpectSquare(Op op, TensorSpec x)
    {
        ExpectMatrix(op, x);
        Dim rows = x.Shape[^2], columns = x.Shape[^1];
        if (rows != columns && rows.IsKnown && columns.IsKnown) throw new ShapeException($"{op}: expected square matrices. Received: shape {x.Shape}.");
    }

    /// <summary>Square matrices, and right-hand sides with as many rows and the same batch axes.</summary>
    public static void ExpectSystem(Op op, TensorSpec a, TensorSpec b)
    {
        ExpectSquare(op, a);
        Expect.SameDType(op, a, b);
        bool fits = a.Shape.Rank == b.Shape.Rank;
        for (int i = 0; fits && i < a.Shape.Rank - 1; i++) fits = a.Shape[i] == b.Shape[i] || !a.Shape[i].IsKnown || !b.Shape[i].IsKnown;
        if (!fits) throw new ShapeException($"{op}: right-hand sides of shape {b.Shape} do not fit matrices of shape {a.Shape}. Expected the same batch axes, and as many rows.");
    }

    /// <summary>True on the main diagonal.</summary>
    public static Tensor DiagonalMask(Shape shape) => Tensor.Eye(shape[^2], shape[^1], DType.Bool);

    /// <summary>Zeros on the main diagonal.</summary>
    public static Tensor OffDiagonal(this Tensor x) => Tensor.Where(DiagonalMask(x.Shape), 0, x);

    /// <summary>The main diagonals of matrices.</summary>
    public static Tensor MainDiagonal(this Tensor x) => x.Diagonal(0, -2, -1);

    /// <summary>The matrix whose lower triangle is that of <paramref name="x"/> and whose upper one is its mirror image.</summary>
    public static Tensor MirrorLower(this Tensor x) => x.Tril() + x.Tril(-1).TransposeLast();

    /// <summary>The identity of the size of square matrices, with their batch axes.</summary>
    public static Tensor IdentityLike(Tensor x) => Tensor.Eye(x.Shape[^1], dtype: x.DType).BroadcastTo(x.Shape);

    /// <summary>Solves with triangular matrices from the left.</summary>
    public static Tensor SolveLower(this Tensor a, Tensor b, bool unit = false) => Dispatch.Run(new TriangularSolve(false, unit), a, b);

    /// <summary>Solves with triangular matrices from the left.</summary>
    public static Tensor SolveUpper(this Tensor a, Tensor b, bool unit = false) => Dispatch.Run(new TriangularSolve(true, unit), a, b);

    /// <summary>A^-1 B; a singular A gives infinities or NaN.</summary>
    public static Tensor Solved(this Tensor a, Tensor b) => Dispatch.RunAll(new Solve(false), a, b)[0];

    /// <summary>A^-1; a singular A gives infinities or NaN.</summary>
    public static Tensor Inverted(this Tensor a) => Dispatch.RunAll(new Inverse(false), a)[0];

    /// <summary>The rows that numbers (int64, one list for each matrix) name.</summary>
    public static Tensor GatherRows(this Tensor x, Tensor rows) => x.Gather(-2, rows.Unsqueeze(-1).BroadcastTo(x.Shape.With(x.Rank - 2, rows.Shape[^1])));

    /// <summary>The rows at the places that numbers (int64, a permutation for each matrix) name: the counterpart of <see cref="GatherRows"/>.</summary>
    public static Tensor ScatterRows(this Tensor x, Tensor rows) => Tensor.Constant(0, x.Spec).Scatter(-2, rows.Unsqueeze(-1).BroadcastTo(x.Shape), x);
}
