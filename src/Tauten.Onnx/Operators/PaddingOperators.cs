using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>Operators that add a border or cut one off.</summary>
static class PaddingOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("CenterCropPad", 18, CenterCropPad),
        Of("Pad", 1, Pad),
    ];

    static Tensor Pad(Call c)
    {
        long[] pads = (c.Version >= 11 ? c.Longs(1) : c.Ints(c.Version == 1 ? "paddings" : "pads")) ?? throw new ModelFormatException("the pads are missing.");
        return Padded(c, pads, c.Version < 11 ? Number(c.Float("value", 0), c[0].DType) : c.Optional(2));
    }

    /// <summary>The first input of a node with a border, whose mode is an attribute and whose axes may be an input.</summary>
    internal static Tensor Padded(Call c, long[] pads, Tensor? value)
    {
        var x = c[0];
        string mode = c.Text("mode", "constant");
        long[] axes = c.Has(3) ? c.Longs(3) : [.. Enumerable.Range(0, x.Rank).Select(i => (long)i)];
        if (pads.Length != 2 * axes.Length) throw new ModelFormatException($"expected {2 * axes.Length} pads, for the front and the back of each axis. Received: {pads.Length}.");
        long[] low = new long[x.Rank], high = new long[x.Rank];
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = Call.Axis(axes[i], x.Rank);
            (low[axis], high[axis]) = (pads[i], pads[axes.Length + i]);
        }
        if (mode == "constant") return Constant(x, low, high, value?.Reshape(Shape.Scalar));
        for (int axis = 0; axis < x.Rank; axis++)
            if (low[axis] != 0 || high[axis] != 0) x = ByContent(x, axis, low[axis], high[axis], mode, c);
        return x;
    }

    /// <summary>A number that is known, also while a graph is captured.</summary>
    internal static Tensor Number(double value, DType dtype)
    {
        using var computing = Capture.Pause();
        return Tensor.Full(Shape.Scalar, value, dtype);
    }

    /// <summary>A border of one value; a negative width cuts elements off.</summary>
    internal static Tensor Constant(Tensor x, long[] low, long[] high, Tensor? value)
    {
        if (low.Any(n => n < 0) || high.Any(n => n < 0))
        {
            var starts = low.Select(n => (Dim)Math.Max(0, -n)).ToArray();
            var sizes = x.Shape.Select((d, i) => d - Math.Max(0, -low[i]) - Math.Max(0, -high[i])).ToArray();
            x = Dispatch.Run(new Ops.Slice(Shape.Create(starts), Shape.Create(sizes), Dims.Repeat(1, x.Rank)), x);
        }
        Dims front = Dims.Create([.. low.Select(n => Math.Max(0, n))]), back = Dims.Create([.. high.Select(n => Math.Max(0, n))]);
        if (value is null) return x.Pad(front, back);
        if (!value.IsSymbolic && Call.Read(value)[0] is var number && (x.DType.IsFloating() || Math.Abs(number) < 1L << 53)) return x.Pad(front, back, number);
        // The value is known only when the graph runs, or is no double.
        var inside = Tensor.OnesLike(x, DType.Bool).Pad(front, back);
        return Tensor.Where(inside, x.Pad(front, back), value.To(x.DType));
    }

    static Tensor ByContent(Tensor x, int axis, long low, long high, string mode, Call c)
    {
        if (!x.Shape[axis].IsKnown) throw new NeedsValueException($"{c.Node}: the size of axis {axis} decides which elements the border repeats.");
        long size = x.Shape[axis], count = checked(size + low + high);
        if (size == 0 || count < 0) throw new ModelFormatException($"{low} and {high} elements cannot be added to axis {axis} of shape {x.Shape}.");
        var places = new long[c.Bounded(count, "elements")];
        for (long i = 0; i < count; i++) places[i] = Place(i - low, size, mode);
        return x.IndexSelect(axis, Tensor.From(places));
    }

    static long Place(long i, long size, string mode)
    {
        switch (mode)
        {
            case "edge": return Math.Clamp(i, 0, size - 1);
            case "wrap": return (i % size + size) % size;
            case "reflect":
                long period = Math.Max(1, 2 * (size - 1));
                long at = (i % period + period) % period;
                return at < size ? at : period - at;
            default: throw new ModelFormatException($"the mode must be constant, reflect, edge or wrap. Received: {mode}.");
        }
    }

    static Tensor CenterCropPad(Call c)
    {
        var x = c[0];
        long[] sizes = c.Longs(1), axes = c.Ints("axes") ?? [.. Enumerable.Range(0, x.Rank).Select(i => (long)i)];
        if (sizes.Length != axes.Length) throw new ModelFormatException($"expected {axes.Length} sizes. Received: {sizes.Length}.");
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = Call.Axis(axes[i], x.Rank);
            if (!x.Shape[axis].IsKnown) throw new NeedsValueException($"{c.Node}: the size of axis {axis} decides whether it is cut or padded.");
            long size = x.Shape[axis], difference = sizes[i] - size;
            if (difference > 0) x = x.Pad(axis, difference / 2, difference - difference / 2);
            else if (difference < 0) x = x.Narrow(axis, -difference / 2, sizes[i]);
        }
        return x;
    }
}
