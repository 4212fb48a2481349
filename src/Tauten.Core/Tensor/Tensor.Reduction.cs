using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>The sum of all elements, a scalar.</summary>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 1f, 2f, 3f }, { 4f, 5f, 6f } });
    /// Console.WriteLine(x.Sum());    // 21
    /// Console.WriteLine(x.Sum(0));    // [5, 7, 9]
    /// Console.WriteLine(x.Sum(1, keepDims: true).Shape);    // [2, 1]
    /// </code></example>
    public Tensor Sum() => Sum(AllAxes);

    /// <inheritdoc cref="Ops.Sum"/>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor Sum(Dims axes, bool keepDims = false) => Dispatch.Run(new Sum(Axes(axes, "Sum"), keepDims), this);

    /// <summary>The product of all elements, a scalar.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([2f, 3, 4]).Prod());    // 24
    /// </code></example>
    public Tensor Prod() => Prod(AllAxes);

    /// <inheritdoc cref="Ops.Prod"/>
    public Tensor Prod(Dims axes, bool keepDims = false) => Dispatch.Run(new Prod(Axes(axes, "Prod"), keepDims), this);

    /// <summary>The mean of all elements, a scalar.</summary>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 1f, 2f }, { 3f, 6f } });
    /// Console.WriteLine(x.Mean());    // 3
    /// Console.WriteLine(x.Mean(1));    // [1.5000, 4.5000]
    /// </code></example>
    public Tensor Mean() => Mean(AllAxes);

    /// <inheritdoc cref="Ops.Mean"/>
    public Tensor Mean(Dims axes, bool keepDims = false) => Dispatch.Run(new Mean(Axes(axes, "Mean"), keepDims), this);

    /// <summary>The largest element, a scalar.</summary>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 1f, 8f }, { 3f, 6f } });
    /// Console.WriteLine(x.Max());    // 8
    /// Console.WriteLine(x.Max(0));    // [3, 8]
    /// </code></example>
    public Tensor Max() => Max(AllAxes);

    /// <inheritdoc cref="Ops.Max"/>
    public Tensor Max(Dims axes, bool keepDims = false) => Dispatch.Run(new Max(Axes(axes, "Max"), keepDims), this);

    /// <summary>The smallest element, a scalar.</summary>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 1f, 8f }, { 3f, 6f } });
    /// Console.WriteLine(x.Min());    // 1
    /// Console.WriteLine(x.Min(0));    // [1, 6]
    /// </code></example>
    public Tensor Min() => Min(AllAxes);

    /// <inheritdoc cref="Ops.Min"/>
    public Tensor Min(Dims axes, bool keepDims = false) => Dispatch.Run(new Min(Axes(axes, "Min"), keepDims), this);

    /// <summary>Whether any element is true, or differs from 0.</summary>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 0, 1 }, { 0, 0 } });
    /// Console.WriteLine(x.Any());    // True
    /// Console.WriteLine(x.Any(1));    // [ True, False]
    /// </code></example>
    public Tensor Any() => Any(AllAxes);

    /// <inheritdoc cref="Ops.Any"/>
    public Tensor Any(Dims axes, bool keepDims = false) => Dispatch.Run(new Any(Axes(axes, "Any"), keepDims), this);

    /// <summary>Whether all elements are true, or differ from 0.</summary>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 1, 1 }, { 0, 1 } });
    /// Console.WriteLine(x.All());    // False
    /// Console.WriteLine(x.All(1));    // [ True, False]
    /// </code></example>
    public Tensor All() => All(AllAxes);

    /// <inheritdoc cref="Ops.All"/>
    public Tensor All(Dims axes, bool keepDims = false) => Dispatch.Run(new All(Axes(axes, "All"), keepDims), this);

    /// <summary>The position of the largest element in row-major order.</summary>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 1f, 8f }, { 9f, 6f } });
    /// Console.WriteLine(x.ArgMax());    // 2
    /// Console.WriteLine(x.ArgMax(1));    // [1, 0]
    /// </code></example>
    public Tensor ArgMax() => Reshape([-1]).ArgMax(0);

    /// <inheritdoc cref="Ops.ArgMax"/>
    public Tensor ArgMax(int axis, bool keepDims = false) => Dispatch.Run(new ArgMax(Shape.Axis(axis, "ArgMax"), keepDims), this);

    /// <summary>The position of the smallest element in row-major order.</summary>
    /// <example><code>
    /// var x = Tensor.From(new[,] { { 1f, 8f }, { 9f, 6f } });
    /// Console.WriteLine(x.ArgMin());    // 0
    /// Console.WriteLine(x.ArgMin(1));    // [0, 1]
    /// </code></example>
    public Tensor ArgMin() => Reshape([-1]).ArgMin(0);

    /// <inheritdoc cref="Ops.ArgMin"/>
    public Tensor ArgMin(int axis, bool keepDims = false) => Dispatch.Run(new ArgMin(Shape.Axis(axis, "ArgMin"), keepDims), this);

    /// <summary>
    /// The sum of squared deviations from the mean along axes, or of all elements, divided by the number of elements less <paramref name="correction"/> (1: unbiased for a sample; 0: of a population).
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3, 4]).Var());    // 1.6667
    /// Console.WriteLine(Tensor.From([1f, 2, 3, 4]).Var(correction: 0));    // 1.2500
    /// </code></example>
    public Tensor Var(Dims? axes = null, double correction = 1, bool keepDims = false) => Dispatch.Run(new Variance(Axes(axes ?? AllAxes, "Var"), correction, keepDims), this);

    /// <summary>The square root of <see cref="Var"/>.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3, 4]).Std());    // 1.2910
    /// </code></example>
    public Tensor Std(Dims? axes = null, double correction = 1, bool keepDims = false) => Dispatch.Run(new StandardDeviation(Axes(axes ?? AllAxes, "Std"), correction, keepDims), this);

    /// <summary>The norm of all elements: Euclidean for order 2.</summary>
    /// <example><code>
    /// var x = Tensor.From([3f, -4]);
    /// Console.WriteLine(x.Norm());    // 5
    /// Console.WriteLine(x.Norm(1));    // 7
    /// Console.WriteLine(x.Norm(double.PositiveInfinity));    // 4
    /// </code></example>
    public Tensor Norm(double order = 2) => Norm(order, AllAxes);

    /// <inheritdoc cref="Ops.Norm"/>
    public Tensor Norm(double order, Dims axes, bool keepDims = false) => Dispatch.Run(new Norm(order, Axes(axes, "Norm"), keepDims), this);

    /// <summary>log(sum(exp(x))) of all elements.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1000f, 1000]).LogSumExp());    // 1000.6932    1000 + ln 2
    /// </code></example>
    public Tensor LogSumExp() => LogSumExp(AllAxes);

    /// <inheritdoc cref="Ops.LogSumExp"/>
    public Tensor LogSumExp(Dims axes, bool keepDims = false) => Dispatch.Run(new LogSumExp(Axes(axes, "LogSumExp"), keepDims), this);

    /// <inheritdoc cref="Ops.CumSum"/>
    /// <example><code>
    /// var x = Tensor.From([1f, 2, 3]);
    /// Console.WriteLine(x.CumSum(0));    // [1, 3, 6]
    /// Console.WriteLine(x.CumSum(0, exclusive: true));    // [0, 1, 3]
    /// Console.WriteLine(x.CumSum(0, reverse: true));    // [6, 5, 3]
    /// </code></example>
    public Tensor CumSum(int axis, bool exclusive = false, bool reverse = false) => Dispatch.Run(new CumSum(Shape.Axis(axis, "CumSum"), exclusive, reverse), this);

    /// <inheritdoc cref="Ops.CumProd"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3, 4]).CumProd(0));    // [ 1,  2,  6, 24]
    /// </code></example>
    public Tensor CumProd(int axis, bool exclusive = false, bool reverse = false) => Dispatch.Run(new CumProd(Shape.Axis(axis, "CumProd"), exclusive, reverse), this);

    /// <inheritdoc cref="Ops.LinearScan"/>
    /// <example><code>
    /// var decay = Tensor.From([0.5f, 0.5f, 0.5f]);
    /// Console.WriteLine(Tensor.LinearScan(decay, Tensor.From([1f, 1, 1]), 0));    // [1.0000, 1.5000, 1.7500]    y[i] = a[i] y[i - 1] + b[i]
    /// </code></example>
    public static Tensor LinearScan(Tensor a, Tensor b, int axis, bool reverse = false) => Dispatch.Run(new LinearScan(b.Shape.Axis(axis, "LinearScan"), reverse), a, b);

    Dims AllAxes => Dims.Create([.. Enumerable.Range(0, Rank).Select(i => (long)i)]);

    /// <summary>Axes counted from the start, ascending, each once.</summary>
    Dims Axes(Dims axes, string op)
    {
        var result = new long[axes.Count];
        for (int i = 0; i < result.Length; i++) result[i] = Shape.Axis(axes[i], op);
        Array.Sort(result);
        for (int i = 1; i < result.Length; i++)
            if (result[i] == result[i - 1]) throw new ShapeException($"{op}: axis {result[i]} is named twice in {axes}.");
        return Dims.Create(result);
    }

    /// <summary>The number of elements along axes.</summary>
    internal Dim SizeOf(Dims axes) => SizeOf(Shape, axes);

    internal static Dim SizeOf(Shape shape, Dims axes)
    {
        Dim size = 1;
        foreach (long axis in axes.Span) size *= shape[(int)axis];
        return size;
    }

    /// <summary>Divides by a size less a correction, also when the size is unknown.</summary>
    internal Tensor DividedBy(Dim size, double correction = 0)
    {
        if (size.IsKnown) return this / Math.Max(0, size.Value - correction);
        var divisor = DimScalar(size, DType);
        return this / (correction == 0 ? divisor : (divisor - correction).Maximum(0));
    }

    /// <summary>The sum over the axes along which <paramref name="shape"/> was broadcast to this shape.</summary>
    internal Tensor SumTo(Shape shape)
    {
        if (Shape.Equals(shape)) return this;
        int extra = Rank - shape.Rank;
        var axes = new List<long>();
        for (int i = 0; i < Rank; i++)
            if (i < extra || (shape[i - extra] == 1 && Shape[i] != 1)) axes.Add(i);
        var sum = axes.Count == 0 ? this : Sum(Dims.Create([.. axes]), keepDims: true);
        return extra == 0 ? sum : sum.Reshape(shape);
    }

    /// <summary>The elements moved along an axis by one place or more, with <paramref name="value"/> moving in.</summary>
    internal Tensor ShiftAlong(int axis, int places, double value = 0)
    {
        Dim size = Shape[axis];
        if (size.IsKnown && size == 0) return this;
        var kept = places > 0 ? Narrow(axis, 0, size - places) : Narrow(axis, -places, size + places);
        return kept.Pad(axis, Math.Max(places, 0), Math.Max(-places, 0), value);
    }

    /// <summary>This tensor with the given axes as one last axis, and the way back.</summary>
    internal (Tensor Flat, Func<Tensor, Tensor> Restore) FlattenAxes(Dims axes)
    {
        var rest = Enumerable.Range(0, Rank).Where(i => !axes.Span.Contains(i)).ToArray();
        int[] order = [.. rest, .. axes.Select(a => (int)a)];
        var moved = Permute(order);
        return (moved.Reshape([.. rest.Select(i => Shape[i]), SizeOf(axes)]), t => t.Reshape(moved.Shape).PermuteBack(order));
    }
}
