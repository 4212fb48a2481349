using System.Runtime.CompilerServices;
using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>The axes back in the order that they had before <see cref="Permute"/> with the same argument.</summary>
    internal Tensor PermuteBack(ReadOnlySpan<int> order)
    {
        var inverse = new int[order.Length];
        for (int i = 0; i < order.Length; i++) inverse[order[i]] = i;
        return Permute(inverse);
    }

    /// <summary>Axes moved to other places; the rest keep their order. A view.</summary>
    /// <param name="source">The axes.</param>
    /// <param name="destination">Where each of them comes in the result.</param>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([8, 32, 32, 3]).MoveAxis(-1, 1).Shape);    // [8, 3, 32, 32]
    /// </code></example>
    /// <exception cref="ShapeException">The lists have different lengths, or an axis does not exist or is named twice.</exception>
    public Tensor MoveAxis(Dims source, Dims destination)
    {
        if (source.Count != destination.Count) throw new ShapeException($"MoveAxis: expected as many sources as destinations. Received: {source} and {destination}.");
        Axes(source, "MoveAxis");
        Axes(destination, "MoveAxis");
        var order = new int[Rank];
        Array.Fill(order, -1);
        for (int i = 0; i < source.Count; i++) order[Shape.Axis(destination[i], "MoveAxis")] = Shape.Axis(source[i], "MoveAxis");
        var rest = new Queue<int>(Enumerable.Range(0, Rank).Except(order));
        for (int i = 0; i < Rank; i++)
            if (order[i] < 0) order[i] = rest.Dequeue();
        return Permute(order);
    }

    /// <inheritdoc cref="Transpose"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([2, 3, 4]).SwapAxes(0, 1).Shape);    // [3, 2, 4]
    /// </code></example>
    public Tensor SwapAxes(int axis0, int axis1) => Transpose(axis0, axis1);

    /// <summary>The elements moved along an axis by <paramref name="shift"/> places; those that leave it come in again at the other end.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2, 3, 4]).Roll(1));    // [4, 1, 2, 3]
    /// Console.WriteLine(Tensor.Arange(6).Reshape(2, 3).Roll(-1, 1));
    /// // [[1, 2, 0],
    /// //  [4, 5, 3]]
    /// </code></example>
    /// <exception cref="ShapeException">The axis does not exist.</exception>
    public Tensor Roll(long shift, int axis) => Roll((Dims)shift, (Dims)axis);

    /// <inheritdoc cref="Ops.Roll"/>
    /// <exception cref="ShapeException">There are not as many shifts as axes, or an axis does not exist.</exception>
    public Tensor Roll(Dims shifts, Dims axes) => Dispatch.Run(new Roll(shifts, Dims.Create([.. axes.Select(a => (long)Shape.Axis(a, "Roll"))])), this);

    /// <summary>The elements moved by <paramref name="shift"/> places in row-major order; those that leave at one end come in again at the other.</summary>
    public Tensor Roll(long shift) => Flatten().Roll(shift, 0).Reshape(Shape);

    /// <summary>Turned by <paramref name="times"/> right angles, from <paramref name="axis0"/> towards <paramref name="axis1"/>. A view.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(4).Reshape(2, 2).Rot90());
    /// // [[1, 3],
    /// //  [0, 2]]
    /// </code></example>
    /// <exception cref="ShapeException">An axis does not exist, or both are the same.</exception>
    public Tensor Rot90(long times = 1, int axis0 = 0, int axis1 = 1)
    {
        int a = Shape.Axis(axis0, "Rot90"), b = Shape.Axis(axis1, "Rot90");
        if (a == b) throw new ShapeException($"Rot90: expected two axes. Received: {axis0} and {axis1}, for shape {Shape}.");
        return (((times % 4) + 4) % 4) switch
        {
            0 => this,
            1 => Flip(b).Transpose(a, b),
            2 => Flip([a, b]),
            _ => Flip(a).Transpose(a, b),
        };
    }

    /// <summary>The columns (axis 1) in reverse order. A view.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(4).Reshape(2, 2).FlipLR());
    /// // [[1, 0],
    /// //  [3, 2]]
    /// </code></example>
    public Tensor FlipLR() => Rank >= 2 ? Flip(1) : throw new ShapeException($"FlipLR: expected at least two axes. Received: shape {Shape}.");

    /// <summary>The rows (axis 0) in reverse order. A view.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(4).Reshape(2, 2).FlipUD());
    /// // [[2, 3],
    /// //  [0, 1]]
    /// </code></example>
    public Tensor FlipUD() => Rank >= 1 ? Flip(0) : throw new ShapeException("FlipUD: expected at least one axis. Received: a scalar.");

    /// <summary>The whole tensor <c>times[i]</c> times along axis i; further numbers in front make new axes.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2]).Repeat(2, 3));
    /// // [[1, 2, 1, 2, 1, 2],
    /// //  [1, 2, 1, 2, 1, 2]]
    /// </code></example>
    /// <exception cref="ShapeException">There are fewer numbers than axes, or one is negative.</exception>
    public Tensor Repeat(params ReadOnlySpan<long> times)
    {
        if (times.Length < Rank) throw new ShapeException($"Repeat: expected a number for each axis of shape {Shape}. Received: [{string.Join(", ", times.ToArray())}]. Use Tile to repeat the last axes only.");
        // Each axis becomes two: which repetition, and where in it.
        List<Dim> seen = [], spread = [], whole = [];
        for (int i = 0; i < times.Length; i++)
        {
            if (times[i] < 0) throw new ShapeException($"Repeat: expected numbers that are not negative. Received: [{string.Join(", ", times.ToArray())}].");
            int axis = i - (times.Length - Rank);
            Dim size = axis < 0 ? 1 : Shape[axis];
            seen.AddRange([1, size]);
            spread.AddRange([times[i], size]);
            whole.Add(size * times[i]);
        }
        return Reshape(Shape.Create([.. seen])).BroadcastTo(Shape.Create([.. spread])).Reshape(Shape.Create([.. whole]));
    }

    /// <summary>The whole tensor repeated along its last axes, or along new ones in front if there are more numbers than axes; as NumPy's tile.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2]).Tile(3));    // [1, 2, 1, 2, 1, 2]
    /// Console.WriteLine(Tensor.Ones([4, 2]).Tile(3).Shape);    // [4, 6]
    /// </code></example>
    /// <exception cref="ShapeException">A number is negative.</exception>
    public Tensor Tile(params ReadOnlySpan<long> times) => Repeat([.. Enumerable.Repeat(1L, Math.Max(0, Rank - times.Length)), .. times]);

    /// <summary>Each slice along an axis <paramref name="times"/> times in a row.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2]).RepeatInterleave(3));    // [1, 1, 1, 2, 2, 2]
    /// Console.WriteLine(Tensor.From([5, 6, 7]).RepeatInterleave(Tensor.From([2L, 0, 1])));    // [5, 5, 7]
    /// </code></example>
    /// <exception cref="ShapeException">The number is negative, or the axis does not exist.</exception>
    public Tensor RepeatInterleave(long times, int axis)
    {
        if (times < 0) throw new ShapeException($"RepeatInterleave: expected a number that is not negative. Received: {times}.");
        int i = Shape.Axis(axis, "RepeatInterleave");
        Shape spread = [.. Shape.Take(i + 1), times, .. Shape.Skip(i + 1)];
        return Unsqueeze(i + 1).BroadcastTo(spread).Reshape(Shape.With(i, Shape[i] * times));
    }

    /// <summary>Each element <paramref name="times"/> times in a row, as a vector.</summary>
    /// <exception cref="ShapeException">The number is negative.</exception>
    public Tensor RepeatInterleave(long times) => Flatten().RepeatInterleave(times, 0);

    /// <summary>Slice i along an axis <c>times[i]</c> times in a row. How many slices there will be is known only from the data.</summary>
    /// <param name="times">int64 or int32, one number for each slice; or a single one for all.</param>
    /// <param name="axis">The axis.</param>
    /// <exception cref="ShapeException">There are not as many numbers as slices.</exception>
    /// <exception cref="IndexException">A number is negative.</exception>
    public Tensor RepeatInterleave(Tensor times, int axis)
    {
        int i = Shape.Axis(axis, "RepeatInterleave");
        if (times.Rank > 1 || (times.Rank == 1 && times.Shape[0] != Shape[i] && times.Shape[0] != 1 && times.Shape[0].IsKnown && Shape[i].IsKnown))
            throw new ShapeException($"RepeatInterleave: expected a number for each of the {Shape[i]} slices along axis {i} of shape {Shape}. Received: numbers of shape {times.Shape}.");
        return IndexSelect(i, Dispatch.Run(RepeatedPositions.Instance, times.BroadcastTo([Shape[i]])));
    }

    /// <summary>Element i in row-major order <c>times[i]</c> times in a row, as a vector; see <see cref="RepeatInterleave(Tensor, int)"/>.</summary>
    public Tensor RepeatInterleave(Tensor times) => Flatten().RepeatInterleave(times.Rank == 0 ? times : times.Flatten(), 0);

    /// <summary>One axis as several; one of the sizes may be -1 and follows from the others. A view where the layout allows.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([4, 12]).Unflatten(1, 3, 4).Shape);    // [4, 3, 4]
    /// </code></example>
    /// <exception cref="ShapeException">The sizes do not multiply to that of the axis.</exception>
    public Tensor Unflatten(int axis, params ReadOnlySpan<Dim> sizes)
    {
        int i = Shape.Axis(axis, "Unflatten");
        var dims = sizes.ToArray();
        int open = Array.FindIndex(dims, d => d.IsKnown && d == -1);
        Dim product = 1;
        for (int k = 0; k < dims.Length; k++)
            if (k != open) product *= dims[k];
        bool known = product.IsKnown && Shape[i].IsKnown;
        if (dims.Length == 0 || (known && (open < 0 ? product != Shape[i] : product == 0 || Shape[i] % product != 0)))
            throw new ShapeException($"Unflatten: axis {i} of shape {Shape} cannot be arranged as [{string.Join(", ", dims)}]. Expected sizes whose product is {Shape[i]}.");
        if (open >= 0) dims[open] = Shape[i] / product;
        return Reshape(Shape.Create([.. Shape.Take(i), .. dims, .. Shape.Skip(i + 1)]));
    }

    /// <summary>All elements in row-major order as a vector. A view where the layout allows.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(4).Reshape(2, 2).Ravel());    // [0, 1, 2, 3]
    /// </code></example>
    public Tensor Ravel() => Flatten();

    /// <summary>A scalar as a vector of one element; the tensor itself otherwise.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From(5).AtLeast1D().Shape);    // [1]
    /// </code></example>
    public Tensor AtLeast1D() => Rank == 0 ? Reshape(Shape.Of(1)) : this;

    /// <summary>A vector as a matrix of one row, a scalar as one of one element; the tensor itself otherwise. A view.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2, 3]).AtLeast2D().Shape);    // [1, 3]
    /// </code></example>
    public Tensor AtLeast2D() => Rank >= 2 ? this : AtLeast1D().Unsqueeze(0);

    /// <summary>At least three axes: a vector becomes [1, n, 1], a matrix [m, n, 1]. A view.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2, 3]).AtLeast3D().Shape);    // [1, 3, 1]
    /// </code></example>
    public Tensor AtLeast3D() => Rank >= 3 ? this : AtLeast2D().Unsqueeze(2);

    /// <inheritdoc cref="Ops.AsStrided"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(6).AsStrided([3, 2], [2, 1]));
    /// // [[0, 1],
    /// //  [2, 3],
    /// //  [4, 5]]
    ///
    /// // Overlapping windows.
    /// Console.WriteLine(Tensor.Arange(6).AsStrided([4, 3], [1, 1]));
    /// // [[0, 1, 2],
    /// //  [1, 2, 3],
    /// //  [2, 3, 4],
    /// //  [3, 4, 5]]
    /// </code></example>
    /// <exception cref="ShapeException">The result would reach beyond the elements.</exception>
    public Tensor AsStrided(Shape sizes, Dims strides, long offset = 0) => Dispatch.Run(new AsStrided(sizes, strides, offset), this);

    /// <summary>
    /// Windows of <paramref name="size"/> elements along an axis, <paramref name="step"/> apart: the axis becomes that of the windows, and their
    /// elements come as a new last axis. A view; see <see cref="Ops.Windows"/>.
    /// </summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(7).Unfold(0, size: 3, step: 2));
    /// // [[0, 1, 2],
    /// //  [2, 3, 4],
    /// //  [4, 5, 6]]
    /// </code></example>
    /// <exception cref="ShapeException">A window does not fit into the axis.</exception>
    public Tensor Unfold(int axis, long size, long step) => Windows(Shape.Axis(axis, "Unfold"), size, step);

    /// <summary>
    /// The elements repeated along axes of size 1 and along new axes in front; a size of -1 leaves an axis as it is. A view; see <see cref="BroadcastTo"/>.
    /// </summary>
    /// <exception cref="ShapeException">An axis has neither size 1 nor the one given.</exception>
    [OverloadResolutionPriority(1)]
    public Tensor Expand(params ReadOnlySpan<Dim> sizes)
    {
        var dims = sizes.ToArray();
        for (int i = 1; i <= dims.Length; i++)
        {
            if (!dims[^i].IsKnown || dims[^i] != -1) continue;
            dims[^i] = i <= Rank ? Shape[^i] : throw new ShapeException($"Expand: -1 at a new axis of [{string.Join(", ", dims)}]. Expected a size, since shape {Shape} has no such axis.");
        }
        return BroadcastTo(Shape.Create(dims));
    }

    /// <summary>Broadcast to the shape of another tensor. A view.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([3, 1]).ExpandAs(Tensor.Ones([2, 3, 4])).Shape);    // [2, 3, 4]
    /// </code></example>
    public Tensor ExpandAs(Tensor other) => BroadcastTo(other.Shape);

    /// <summary>The same elements under the shape of another tensor. A view where the layout allows.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(6).ReshapeAs(Tensor.Ones([2, 3])));
    /// // [[0, 1, 2],
    /// //  [3, 4, 5]]
    /// </code></example>
    public Tensor ReshapeAs(Tensor other) => Reshape(other.Shape);
}
