using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>Computes what depends on nothing but constants, once and for all.</summary>
static class FoldConstants
{
    /// <summary>Larger values are computed in each run: they would cost memory all the time.</summary>
    public const long LargestBytes = 1 << 20;

    /// <summary>The values of an op whose inputs are constants.</summary>
    public static Value[]? Rule(Op op, Value[] x)
    {
        // A tensor of one value is said best by its op.
        if (op is ValueOp || op.RepeatedValue is not null || !Array.TrueForAll(x, value => !value.IsSymbolic)) return null;
        var tensors = Array.ConvertAll(x, value => (Tensor)value);
        var specs = Dispatch.Infer(op, Array.ConvertAll(tensors, t => t.Spec));
        long bytes = 0;
        for (int i = 0; i < specs.Count; i++)
        {
            if (!specs[i].Shape.IsKnown) return null;
            bytes += specs[i].ByteCount;
        }
        if (bytes > LargestBytes && op is not ViewOp) return null;
        using var paused = Capture.Pause();
        return Graph.Apply(op, x);
    }
}
