using System.Runtime.CompilerServices;
using Tauten.Ops;

namespace Tauten;

public sealed partial class Tensor
{
    /// <summary>The same elements in row-major order under another shape; one size may be -1 and follows from the others. A view where the layout allows.</summary>
    /// <example><code>
    /// var x = Tensor.Arange(6);
    /// Console.WriteLine(x.Reshape(2, 3));
    /// // [[0, 1, 2],
    /// //  [3, 4, 5]]
    /// Console.WriteLine(x.Reshape(-1, 2).Shape);    // [3, 2]
    /// </code></example>
    /// <exception cref="ShapeException">The number of elements differs.</exception>
    [OverloadResolutionPriority(1)]
    public Tensor Reshape(params ReadOnlySpan<Dim> shape)
    {
        int open = -1;
        for (int i = 0; i < shape.Length; i++)
        {
            if (!shape[i].IsKnown || shape[i] != -1) continue;
            if (open >= 0) throw new ShapeException($"Reshape: only one size may be -1. Received: [{string.Join(", ", shape.ToArray())}].");
            open = i;
        }
        if (open < 0) return Reshape(Shape.Create(shape));
        var dims = shape.ToArray();
        Dim others = 1;
        for (int i = 0; i < dims.Length; i++)
            if (i != open) others *= dims[i];
        Dim count = Shape.ElementCount;
        if (count.IsKnown && others.IsKnown && (others == 0 || count % others != 0))
            throw new ShapeException($"Reshape: the {count} elements of shape {Shape} cannot be arranged as [{string.Join(", ", dims)}].");
        dims[open] = count / others;
        return Reshape(Shape.Create(dims));
    }

    /// <summary>The same elements in row-major order under another shape. A view where the layout allows.</summary>
    /// <exception cref="ShapeException">The number of elements differs.</exception>
    public Tensor Reshape(Shape shape) => shape.Equals(Shape) ? this : Dispatch.Run(new Reshape(shape), this);

    /// <summary>The axes in another order: axis i of the result is axis <c>order[i]</c> of this tensor. A view.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([8, 32, 32, 3]).Permute(0, 3, 1, 2).Shape);    // [8, 3, 32, 32]    channels first
    /// </code></example>
    public Tensor Permute(params ReadOnlySpan<int> order)
    {
        var axes = new long[order.Length];
        for (int i = 0; i < axes.Length; i++) axes[i] = order.Length == Rank ? Shape.Axis(order[i], "Permute") : order[i];
        return Dispatch.Run(new Permute(Dims.Create(axes)), this);
    }

    /// <summary>Two axes exchanged. A view.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([2, 3, 4]).Transpose(0, 2).Shape);    // [4, 3, 2]
    /// </code></example>
    public Tensor Transpose(int axis0, int axis1)
    {
        int a = Shape.Axis(axis0, "Transpose"), b = Shape.Axis(axis1, "Transpose");
        var order = new long[Rank];
        for (int i = 0; i < order.Length; i++) order[i] = i == a ? b : i == b ? a : i;
        return Dispatch.Run(new Permute(Dims.Create(order)), this);
    }

    /// <summary>The matrix transpose: the last two axes exchanged. A view.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(6).Reshape(2, 3).T);
    /// // [[0, 3],
    /// //  [1, 4],
    /// //  [2, 5]]
    /// </code></example>
    public Tensor T => Rank >= 2 ? TransposeLast() : throw new ShapeException($"T: expected a matrix or a batch of them. Received: shape {Shape}.");

    internal Tensor TransposeLast() => Transpose(-2, -1);

    /// <summary>The elements repeated along new axes in front and along axes of size 1. A view. Also called expand.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2, 3]).BroadcastTo([2, 3]));
    /// // [[1, 2, 3],
    /// //  [1, 2, 3]]
    /// </code></example>
    public Tensor BroadcastTo(Shape shape) => shape.Equals(Shape) ? this : Dispatch.Run(new BroadcastTo(shape), this);

    /// <inheritdoc cref="BroadcastTo"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([3, 1]).Expand([3, 4]).Shape);    // [3, 4]
    /// </code></example>
    public Tensor Expand(Shape shape) => BroadcastTo(shape);

    /// <summary>Without its axes of size 1. A view.</summary>
    /// <example><code>
    /// var x = Tensor.Ones([1, 3, 1]);
    /// Console.WriteLine(x.Squeeze().Shape);    // [3]
    /// Console.WriteLine(x.Squeeze(0).Shape);    // [3, 1]
    /// </code></example>
    public Tensor Squeeze() => Reshape(Shape.Create([.. Shape.Where(d => d != 1)]));

    /// <summary>Without the given axes, which must have size 1. A view.</summary>
    public Tensor Squeeze(Dims axes)
    {
        var removed = Axes(axes, "Squeeze");
        foreach (long axis in removed.Span)
            if (Shape[(int)axis].IsKnown && Shape[(int)axis] != 1) throw new ShapeException($"Squeeze: axis {axis} of shape {Shape} has size {Shape[(int)axis]}. Expected 1.");
        return Reshape(Shape.Create([.. Shape.Where((_, i) => !removed.Span.Contains(i))]));
    }

    /// <summary>With new axes of size 1 at the given places of the result. A view.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([3]).Unsqueeze(0).Shape);    // [1, 3]
    /// Console.WriteLine(Tensor.Ones([3]).Unsqueeze(-1).Shape);    // [3, 1]
    /// </code></example>
    public Tensor Unsqueeze(Dims axes)
    {
        int rank = Rank + axes.Count;
        var places = axes.Select(a => a < 0 ? a + rank : a).Order().ToArray();
        for (int i = 0; i < places.Length; i++)
            if (places[i] < 0 || places[i] >= rank || (i > 0 && places[i] == places[i - 1])) throw new ShapeException($"Unsqueeze: {axes} are not new axes of a tensor of shape {Shape}. Expected different places from {-rank} to {rank - 1}.");
        var dims = Shape.ToList();
        foreach (long place in places) dims.Insert((int)place, 1);
        return Reshape(Shape.Create([.. dims]));
    }

    /// <summary>The axes from <paramref name="start"/> to <paramref name="end"/> (included) as one. A view where the layout allows.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([8, 3, 4, 4]).Flatten(1).Shape);    // [8, 48]
    /// </code></example>
    public Tensor Flatten(int start = 0, int end = -1)
    {
        if (Rank == 0) return Reshape(Shape.Of(1));
        int first = Shape.Axis(start, "Flatten"), last = Shape.Axis(end, "Flatten");
        if (first > last) throw new ShapeException($"Flatten: the first axis {start} comes behind the last {end} of shape {Shape}.");
        Dim size = 1;
        for (int i = first; i <= last; i++) size *= Shape[i];
        return Reshape(Shape.Create([.. Shape.Take(first), size, .. Shape.Skip(last + 1)]));
    }

    /// <summary>The elements from <paramref name="start"/> up to but not including <paramref name="stop"/> along one axis, every <paramref name="step"/>-th; negative positions count from the end. A view.</summary>
    /// <example><code>
    /// var x = Tensor.Arange(10);
    /// Console.WriteLine(x.Slice(0, 2, 9, 3));    // [2, 5, 8]
    /// Console.WriteLine(x.Slice(0, -1, step: -4));    // [9, 5, 1]
    /// </code></example>
    /// <exception cref="ShapeException">The range leaves the axis.</exception>
    public Tensor Slice(int axis, long start, long? stop = null, long step = 1)
    {
        int i = Shape.Axis(axis, "Slice");
        var place = TensorIndex.Stepped(start, stop, step);
        return this[[.. Enumerable.Repeat(TensorIndex.All, i), place]];
    }

    /// <summary><paramref name="length"/> elements from <paramref name="start"/> on along one axis. A view.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(10).Narrow(0, 3, 4));    // [3, 4, 5, 6]
    /// </code></example>
    public Tensor Narrow(int axis, Dim start, Dim length)
    {
        int i = Shape.Axis(axis, "Narrow");
        var starts = new Dim[Rank];
        var sizes = new Dim[Rank];
        for (int k = 0; k < Rank; k++) (starts[k], sizes[k]) = k == i ? (start, length) : (0, Shape[k]);
        return Dispatch.Run(new Slice(Shape.Create(starts), Shape.Create(sizes), Dims.Repeat(1, Rank)), this);
    }

    /// <summary>The slice at one position of an axis, which vanishes; negative positions count from the end. A view.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(6).Reshape(2, 3).Select(1, 2));    // [2, 5]
    /// </code></example>
    public Tensor Select(int axis, long position)
    {
        int i = Shape.Axis(axis, "Select");
        return this[[.. Enumerable.Repeat(TensorIndex.All, i), position]];
    }

    /// <summary>The elements in reverse order along axes. A view.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(6).Reshape(2, 3).Flip(1));
    /// // [[2, 1, 0],
    /// //  [5, 4, 3]]
    /// </code></example>
    public Tensor Flip(Dims axes)
    {
        var flipped = Axes(axes, "Flip");
        var starts = new Dim[Rank];
        var steps = new long[Rank];
        for (int i = 0; i < Rank; i++) (starts[i], steps[i]) = flipped.Span.Contains(i) ? (Dim.Max(Shape[i] - 1, 0), -1) : (0, 1);
        return Dispatch.Run(new Slice(Shape.Create(starts), Shape, Dims.Create(steps)), this);
    }

    /// <summary>Surrounded by elements of one value: <c>low[i]</c> before and <c>high[i]</c> behind axis i.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1f, 2, 3]).Pad(1, 2));    // [0, 1, 2, 3, 0, 0]
    /// Console.WriteLine(Tensor.From([1f, 2, 3]).Pad(2, 1, PadMode.Reflect));    // [3, 2, 1, 2, 3, 2]
    /// </code></example>
    [OverloadResolutionPriority(1)]
    public Tensor Pad(Dims low, Dims high, double value = 0)
    {
        CheckScalar("Pad", value, DType);
        return Dispatch.Run(new Pad(low, high, value), this);
    }

    /// <summary>With elements of one value before and behind one axis.</summary>
    [OverloadResolutionPriority(1)]
    public Tensor Pad(int axis, long low, long high, double value = 0)
    {
        int i = Shape.Axis(axis, "Pad");
        long[] before = new long[Rank], behind = new long[Rank];
        (before[i], behind[i]) = (low, high);
        return Pad(Dims.Create(before), Dims.Create(behind), value);
    }

    /// <summary>
    /// Surrounded by elements of its own, or of one value: <c>low[i]</c> before and <c>high[i]</c> behind axis i, as <paramref name="mode"/> says.
    /// </summary>
    /// <exception cref="ShapeException">A side is longer than the mode can fill from the axis.</exception>
    /// <example><code>
    /// var x = Tensor.From([1f, 2, 3]);
    /// Console.WriteLine(x.Pad(2, 1, PadMode.Reflect));    // [3, 2, 1, 2, 3, 2]
    /// </code></example>
    public Tensor Pad(Dims low, Dims high, PadMode mode) => mode == PadMode.Constant ? Pad(low, high) : Dispatch.Run(new PadByContent(low, high, mode), this);

    /// <summary>With elements of its own, or zeros, before and behind one axis, as <paramref name="mode"/> says.</summary>
    /// <exception cref="ShapeException">A side is longer than the mode can fill from the axis.</exception>
    public Tensor Pad(int axis, long low, long high, PadMode mode)
    {
        int i = Shape.Axis(axis, "Pad");
        long[] before = new long[Rank], behind = new long[Rank];
        (before[i], behind[i]) = (low, high);
        return Pad(Dims.Create(before), Dims.Create(behind), mode);
    }

    /// <summary>Tensors one behind the other along an axis.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Concat([Tensor.From([1, 2]), Tensor.From([3])]));    // [1, 2, 3]
    /// Console.WriteLine(Tensor.Concat([Tensor.Ones([2, 3]), Tensor.Ones([2, 1])], axis: 1).Shape);    // [2, 4]
    /// </code></example>
    public static Tensor Concat(ReadOnlySpan<Tensor> tensors, int axis = 0) =>
        Dispatch.Run(new Concat(tensors.Length == 0 ? 0 : tensors[0].Shape.Axis(axis, "Concat")), tensors);

    /// <summary>Tensors of one shape beside each other along a new axis.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Stack([Tensor.From([1, 2]), Tensor.From([3, 4])]));
    /// // [[1, 2],
    /// //  [3, 4]]
    /// </code></example>
    public static Tensor Stack(ReadOnlySpan<Tensor> tensors, int axis = 0)
    {
        if (tensors.Length == 0) throw new ShapeException("Stack: expected at least one tensor.");
        var raised = new Tensor[tensors.Length];
        for (int i = 0; i < raised.Length; i++)
        {
            if (tensors[i].Shape != tensors[0].Shape) throw new ShapeException($"Stack: tensor {i} has shape {tensors[i].Shape}. Expected {tensors[0].Shape}, as the first.");
            raised[i] = tensors[i].Unsqueeze(axis);
        }
        return Concat(raised, axis);
    }

    /// <summary>Pieces of <paramref name="size"/> along an axis, the last one smaller if need be. Views.</summary>
    /// <example><code>
    /// foreach (var part in Tensor.Arange(5).Split(2)) Console.WriteLine(part);
    /// // [0, 1]
    /// // [2, 3]
    /// // [4]
    /// foreach (var part in Tensor.Arange(5).Split([1L, 4])) Console.WriteLine(part);
    /// // [0]
    /// // [1, 2, 3, 4]
    /// </code></example>
    public Tensor[] Split(long size, int axis = 0)
    {
        if (size < 1) throw new ShapeException($"Split: the size of a piece must be at least 1. Received: {size}.");
        long total = Shape[axis];
        return Split([.. Enumerable.Range(0, (int)((total + size - 1) / size)).Select(i => Math.Min(size, total - i * size))], axis);
    }

    /// <summary>Pieces of the given sizes along an axis. Views.</summary>
    /// <exception cref="ShapeException">The sizes do not add up to that of the axis.</exception>
    public Tensor[] Split(ReadOnlySpan<long> sizes, int axis = 0)
    {
        int i = Shape.Axis(axis, "Split");
        long sum = 0;
        foreach (long size in sizes) sum += size;
        if (Shape[i].IsKnown && sum != Shape[i]) throw new ShapeException($"Split: sizes [{string.Join(", ", sizes.ToArray())}] add up to {sum}. Expected {Shape[i]}, the size of axis {i}.");
        var pieces = new Tensor[sizes.Length];
        long start = 0;
        for (int k = 0; k < pieces.Length; start += sizes[k++]) pieces[k] = Narrow(i, start, sizes[k]);
        return pieces;
    }

    /// <summary>The same elements in contiguous memory: the tensor itself where they are already.</summary>
    /// <example><code>
    /// var x = Tensor.Arange(6).Reshape(2, 3).T;        // a view
    /// Console.WriteLine(x.Contiguous().Shape);    // [3, 2]    its elements in a memory of their own, in row-major order
    /// </code></example>
    public Tensor Contiguous() => !IsSymbolic && layout.IsContiguous ? this : Dispatch.Run(Ops.Contiguous.Instance, this);

    /// <inheritdoc cref="Ops.Windows"/>
    /// <example><code>
    /// Console.WriteLine(Tensor.Arange(5).Windows(0, 3));
    /// // [[0, 1, 2],
    /// //  [1, 2, 3],
    /// //  [2, 3, 4]]
    /// </code></example>
    public Tensor Windows(Dims axes, Dims sizes, Dims? strides = null, Dims? dilations = null) =>
        Dispatch.Run(new Windows(Dims.Create([.. axes.Select(a => (long)Shape.Axis(a, "Windows"))]), sizes, strides ?? Dims.Repeat(1, axes.Count), dilations ?? Dims.Repeat(1, axes.Count)), this);

    /// <inheritdoc cref="Ops.OverlapAdd"/>
    /// <example><code>
    /// var windows = Tensor.From(new[,] { { 1f, 2f }, { 10f, 20f } });
    /// Console.WriteLine(windows.OverlapAdd([3], 0));    // [ 1, 12, 20]
    /// </code></example>
    public Tensor OverlapAdd(Shape shape, Dims axes, Dims? strides = null, Dims? dilations = null) =>
        Dispatch.Run(new OverlapAdd(shape, Dims.Create([.. axes.Select(a => (long)shape.Axis(a, "OverlapAdd"))]), strides ?? Dims.Repeat(1, axes.Count), dilations ?? Dims.Repeat(1, axes.Count)), this);
}
