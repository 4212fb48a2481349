namespace Tauten.OnnxFormat;

/// <summary>What convolutions and pools are told about their windows.</summary>
/// <param name="Window">The size of the window along each spatial axis.</param>
/// <param name="Strides">Its step.</param>
/// <param name="Dilations">The step between elements of the window.</param>
/// <param name="Padding">Elements before each spatial axis, then behind each.</param>
sealed record WindowAttributes(long[] Window, long[] Strides, long[] Dilations, long[] Padding)
{
    public int Spatial => Window.Length;

    /// <summary>The attributes of a node whose input has the given shape.</summary>
    public static WindowAttributes Of(Call c, Shape x, IReadOnlyList<Dim>? weightWindow = null)
    {
        int spatial = x.Rank - 2;
        if (spatial < 1) throw new ModelFormatException($"expected an input [batch, channels, spatial...]. Received: {x}.");
        long[] window = c.Ints("kernel_shape") ?? (weightWindow is null ? throw new ModelFormatException("the attribute kernel_shape is missing.") : [.. weightWindow.Select(d => d.Value)]);
        long[] strides = c.Ints("strides") ?? Repeat(1), dilations = c.Ints("dilations") ?? Repeat(1), padding = c.Ints("pads") ?? [.. Repeat(0), .. Repeat(0)];
        if (window.Length != spatial || strides.Length != spatial || dilations.Length != spatial || padding.Length != 2 * spatial)
            throw new ModelFormatException($"a window [{Text(window)}], strides [{Text(strides)}], dilations [{Text(dilations)}] and pads [{Text(padding)}] do not fit the {spatial} spatial axes of {x}.");
        if (window.Concat(strides).Concat(dilations).Any(n => n < 1)) throw new ModelFormatException($"window [{Text(window)}], strides [{Text(strides)}] and dilations [{Text(dilations)}] must be at least 1.");
        var attributes = new WindowAttributes(window, strides, dilations, padding);
        return c.Text("auto_pad", "NOTSET") switch
        {
            "NOTSET" or "" => attributes,
            "VALID" => attributes with { Padding = [.. Repeat(0), .. Repeat(0)] },
            "SAME_UPPER" => attributes.Same(c, x, true),
            "SAME_LOWER" => attributes.Same(c, x, false),
            var other => throw new ModelFormatException($"auto_pad must be NOTSET, VALID, SAME_UPPER or SAME_LOWER. Received: {other}."),
        };

        long[] Repeat(long value) => [.. Enumerable.Repeat(value, spatial)];

        static string Text(long[] numbers) => string.Join(", ", numbers);
    }

    /// <summary>Elements from the first of a window to its last.</summary>
    public long Span(int axis) => (Window[axis] - 1) * Dilations[axis] + 1;

    // Outputs = ceil(input / stride); what an uneven padding has more lies behind, or in front.
    WindowAttributes Same(Call c, Shape x, bool upper)
    {
        var padding = new long[2 * Spatial];
        for (int i = 0; i < Spatial; i++)
        {
            long total;
            if (Strides[i] == 1) total = Span(i) - 1;
            else
            {
                if (!x[i + 2].IsKnown) throw new NeedsValueException($"{c.Node}: the size of axis {i + 2} decides about the padding.");
                long size = x[i + 2];
                total = Math.Max(0, ((size + Strides[i] - 1) / Strides[i] - 1) * Strides[i] + Span(i) - size);
            }
            (padding[i], padding[Spatial + i]) = upper ? (total / 2, total - total / 2) : (total - total / 2, total / 2);
        }
        return this with { Padding = padding };
    }
}
