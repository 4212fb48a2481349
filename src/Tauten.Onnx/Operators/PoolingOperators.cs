using Tauten.Ops;
using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>What windows, or whole images, are reduced to.</summary>
static class PoolingOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("AveragePool", 1, AveragePool),
        Of("GlobalAveragePool", 1, c => c[0].Mean(Spatial(c[0]), keepDims: true)),
        Of("GlobalLpPool", 1, c => c[0].Norm(Order(c), Spatial(c[0]), keepDims: true)),
        Of("GlobalMaxPool", 1, c => c[0].Max(Spatial(c[0]), keepDims: true)),
        Of("LpPool", 1, LpPool),
        Of("MaxPool", 1, MaxPooled),
        Of("MaxUnpool", 9, MaxUnpool),
    ];

    static Dims Spatial(Tensor x) => Dims.Create([.. Enumerable.Range(2, Math.Max(0, x.Rank - 2)).Select(i => (long)i)]);

    // In the first version the order was a fraction.
    static double Order(Call c) => c.Version < 2 ? c.Float("p", 2) : c.Int("p", 2);

    static Tensor AveragePool(Call c)
    {
        var x = c[0];
        var windows = WindowAttributes.Of(c, x.Shape);
        bool counts = c.Flag("count_include_pad"), ceil = c.Flag("ceil_mode");
        if (Array.TrueForAll(windows.Dilations, d => d == 1) && FitsPool(windows))
            return Dispatch.Run(new AvgPool(Dims.Create(windows.Window), Dims.Create(windows.Strides), Dims.Create(windows.Padding), counts, ceil), x);
        var axes = Dims.Create([.. Enumerable.Range(x.Rank, windows.Spatial).Select(i => (long)i)]);
        var sums = WindowsOf(x, windows, 0, ceil).Sum(axes);
        // What counts is inside of the input, or inside of its padding, but never what lies behind.
        var inside = counts ? Padded(Tensor.OnesLike(x), windows, 1) : Padded(Tensor.OnesLike(x), windows, 0);
        return sums / Sliding(Reaching(inside, x.Shape, windows, 0, ceil), windows).Sum(axes).Maximum(1);
    }

    /// <summary>Whether the padding is at most half of the window, as pools want it.</summary>
    static bool FitsPool(WindowAttributes windows)
    {
        for (int i = 0; i < windows.Spatial; i++)
            if (windows.Padding[i] < 0 || windows.Padding[windows.Spatial + i] < 0 || windows.Padding[i] > windows.Window[i] / 2 || windows.Padding[windows.Spatial + i] > windows.Window[i] / 2) return false;
        return true;
    }

    static Tensor Padded(Tensor x, WindowAttributes windows, double value)
    {
        long[] low = [0, 0, .. windows.Padding[..windows.Spatial]], high = [0, 0, .. windows.Padding[windows.Spatial..]];
        return PaddingOperators.Constant(x, low, high, PaddingOperators.Number(value, x.DType));
    }

    /// <summary>A padded input, longer by what the last window needs when it may leave the input.</summary>
    static Tensor Reaching(Tensor padded, Shape x, WindowAttributes windows, double outside, bool ceil)
    {
        if (!ceil) return padded;
        var high = new long[padded.Rank];
        for (int i = 0; i < windows.Spatial; i++)
        {
            var size = padded.Shape[i + 2];
            if (!size.IsKnown) throw new NeedsValueException("the size of the input decides whether a last window counts.");
            long room = size - windows.Span(i), last = (room + windows.Strides[i] - 1) / windows.Strides[i] * windows.Strides[i];
            // A window that begins behind the input does not count.
            bool begins = last < x[i + 2] + windows.Padding[i];
            high[i + 2] = begins ? Math.Max(0, last - room) : 0;
        }
        return padded.Pad(Dims.Repeat(0, padded.Rank), Dims.Create(high), outside);
    }

    static Tensor Sliding(Tensor padded, WindowAttributes windows) =>
        padded.Windows(Dims.Create([.. Enumerable.Range(2, windows.Spatial).Select(i => (long)i)]), Dims.Create(windows.Window), Dims.Create(windows.Strides), Dims.Create(windows.Dilations));

    /// <summary>[batch, channels, positions.., window..].</summary>
    static Tensor WindowsOf(Tensor x, WindowAttributes windows, double outside, bool ceil) => Sliding(Reaching(Padded(x, windows, outside), x.Shape, windows, outside, ceil), windows);

    static Tensor LpPool(Call c)
    {
        var x = c[0];
        var windows = WindowAttributes.Of(c, x.Shape);
        return WindowsOf(x, windows, 0, c.Flag("ceil_mode")).Norm(Order(c), Dims.Create([.. Enumerable.Range(x.Rank, windows.Spatial).Select(i => (long)i)]));
    }

    static OnnxValue?[] MaxPooled(Call c)
    {
        var given = c[0];
        var windows = WindowAttributes.Of(c, given.Shape);
        var x = given.DType.IsFloating() ? given : given.To(DType.Float32);
        int spatial = windows.Spatial;
        // More padding than half of the window is added to the input.
        long[] added = new long[spatial];
        if (!FitsPool(windows))
        {
            added = windows.Padding[..spatial];
            x = Padded(x, windows, double.NegativeInfinity);
            windows = windows with { Padding = new long[2 * spatial] };
        }
        var op = new MaxPool(Dims.Create(windows.Window), Dims.Create(windows.Strides), Dims.Create(windows.Padding), Dims.Create(windows.Dilations), c.Flag("ceil_mode"));
        var pooled = Dispatch.RunAll(op, x);
        var values = pooled[0].To(given.DType);
        if (!c.Wants(1)) return [values];
        var places = pooled[1];
        Dim plane = Shape.Create([.. given.Shape.Skip(2)]).ElementCount;
        bool columns = c.Flag("storage_order");
        if (columns || Array.Exists(added, n => n != 0))
        {
            // Positions in the plane that was pooled are taken apart, and put together in that of the input: row by row, or column by column.
            var rest = places;
            Tensor? place = null;
            Dim[] steps = new Dim[spatial];
            for (int k = 0; k < spatial; k++)
            {
                int axis = columns ? k : spatial - 1 - k, before = columns ? axis - 1 : axis + 1;
                steps[axis] = k == 0 ? 1 : steps[before] * given.Shape[before + 2];
            }
            for (int i = spatial - 1; i >= 0; i--)
            {
                var size = Tensor.DimScalar(x.Shape[i + 2], DType.Int64);
                var part = (rest % size - added[i]) * Tensor.DimScalar(steps[i], DType.Int64);
                (place, rest) = (place is null ? part : place + part, rest / size);
            }
            places = place!;
        }
        // In the whole tensor instead of in the plane.
        var planes = Tensor.Arange(0, given.Shape[0] * given.Shape[1], DType.Int64).Reshape([given.Shape[0], given.Shape[1], .. Enumerable.Repeat((Dim)1, spatial)]);
        return [values, places + planes * Tensor.DimScalar(plane, DType.Int64)];
    }

    static Tensor MaxUnpool(Call c)
    {
        var (x, places) = (c[0], c[1]);
        var windows = WindowAttributes.Of(c, x.Shape);
        int spatial = windows.Spatial;
        Dim[] shape = [x.Shape[0], x.Shape[1], .. Enumerable.Range(0, spatial).Select(i => (x.Shape[i + 2] - 1) * windows.Strides[i] + windows.Window[i] - windows.Padding[i] - windows.Padding[spatial + i])];
        var inferred = Shape.Create(shape);
        var flat = Tensor.Zeros([inferred.ElementCount], x.DType).Scatter(0, places.Flatten(), x.Flatten()).Reshape(inferred);
        if (!c.Has(2)) return flat;
        var wanted = c.Longs(2);
        if (wanted.Length != x.Rank) throw new ModelFormatException($"expected an output shape of {x.Rank} sizes. Received: {wanted.Length}.");
        return PaddingOperators.Constant(flat, new long[x.Rank], [.. wanted.Select((n, i) => n - inferred[i].Value)], null);
    }
}
