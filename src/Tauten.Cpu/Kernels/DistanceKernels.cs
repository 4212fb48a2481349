namespace Tauten.Cpu;

/// <summary>Distances between rows by their expansions, a piece of the rows at a time, so that the differences of all pairs are never in memory at once.</summary>
static class DistanceKernels
{
    // Differences in a piece: few enough to stay in the caches, and enough to be shared among threads.
    const long PieceSize = 1 << 16;

    public static void Distances(Ops.CDist op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => ByPieces(op, x, 1, y[0]);

    public static void Gradient(Ops.CDistGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y) => ByPieces(op, x, 2, y[0]);

    /// <summary>Cuts all inputs along the rows, their last axis but one, except input <paramref name="others"/>.</summary>
    static void ByPieces(Ops.CompositeOp op, ReadOnlySpan<Tensor> x, int others, Tensor y)
    {
        if (y.Shape.Count == 0) return;
        using var mode = Gradients.NoGrad();
        long rows = y.Shape[-2], batch = y.Shape.Count / (rows * y.Shape[-1]);
        long piece = Math.Max(1, PieceSize / Math.Max(1, batch * x[others].Shape[-2] * x[others].Shape[-1]));
        var starts = new long[y.Rank];
        var steps = Dims.Repeat(1, y.Rank);
        var parts = x.ToArray();
        for (long start = 0; start < rows; start += piece)
        {
            var temporaries = Temporaries.Begin();
            try
            {
                for (int i = 0; i < parts.Length; i++)
                    if (i != others) parts[i] = x[i].Narrow(-2, start, Math.Min(piece, rows - start));
                starts[^2] = start;
                MovementKernels.Put(op.Expand(parts), y, starts, steps.Span);
            }
            catch
            {
                temporaries.Abandon();
                throw;
            }
            temporaries.End([]);
        }
    }
}
