namespace Tauten;

/// <summary>Where the elements of a tensor lie in its storage: element (i, j, ...) at Offset + i * Strides[0] + j * Strides[1] + ... (in elements).</summary>
sealed class Layout
{
    readonly long[] strides;

    Layout(TensorSpec spec, long[] strides, long offset, bool contiguous) => (Spec, this.strides, Offset, IsContiguous) = (spec, strides, offset, contiguous);

    public TensorSpec Spec { get; }

    public long Offset { get; }

    public ReadOnlySpan<long> Strides => strides;

    public ReadOnlySpan<long> Sizes => Spec.Shape.Sizes;

    public long Count => Spec.Shape.Count;

    public int Rank => strides.Length;

    /// <summary>Whether the elements lie row-major and without gaps (from <see cref="Offset"/> on).</summary>
    public bool IsContiguous { get; }

    public static Layout RowMajor(TensorSpec spec)
    {
        var strides = new long[spec.Shape.Rank];
        if (spec.Shape.IsKnown) FillRowMajor(spec.Shape.Sizes, strides);
        return new(spec, strides, 0, true);
    }

    /// <summary>A layout with given strides, of which it is found out whether they are the contiguous ones.</summary>
    public static Layout Of(TensorSpec spec, long[] strides, long offset)
    {
        var sizes = spec.Shape.Sizes;
        long next = 1;
        bool contiguous = true;
        for (int i = sizes.Length - 1; i >= 0; i--)
        {
            // The stride of an axis of size 1 is never used.
            if (sizes[i] != 1 && strides[i] != next) contiguous = false;
            next *= sizes[i];
        }
        contiguous |= spec.Shape.Count == 0;
        if (contiguous && offset == 0) return spec.Contiguous;
        if (contiguous) FillRowMajor(sizes, strides = new long[strides.Length]);
        return new(spec, strides, offset, contiguous);
    }

    /// <summary>The same layout, so many elements further on.</summary>
    public Layout Shifted(long elements) => elements == 0 ? this : Of(Spec, strides, Offset + elements);

    /// <summary>The same elements in the same order under another shape; null when no strides can express it.</summary>
    public Layout? Reshape(TensorSpec spec)
    {
        if (IsContiguous) return Offset == 0 ? spec.Contiguous : new(spec, spec.Contiguous.strides, Offset, true);
        // Walk both shapes in groups of axes with equal products; within a group the old axes must lie evenly spaced.
        var from = Sizes;
        var to = spec.Shape.Sizes;
        var result = new long[to.Length];
        int i = 0, j = 0;
        while (i < from.Length || j < to.Length)
        {
            int firstOld = i, firstNew = j;
            long old = i < from.Length ? from[i++] : 1, created = j < to.Length ? to[j++] : 1;
            while (old != created)
                if (old < created) old *= from[i++];
                else created *= to[j++];
            while (i < from.Length && from[i] == 1) i++;
            while (j < to.Length && to[j] == 1) j++;
            long step = 0;
            long? expected = null;         // a step of 0 is one like any other: broadcast axes are merged only with each other
            for (int k = i - 1; k >= firstOld; k--)
            {
                if (from[k] == 1) continue;
                if (expected is null) step = strides[k];
                else if (strides[k] != expected) return null;
                expected = strides[k] * from[k];
            }
            for (int k = j - 1; k >= firstNew; k--)
            {
                result[k] = step;
                step *= to[k];
            }
        }
        return Of(spec, result, Offset);
    }

    static void FillRowMajor(ReadOnlySpan<long> sizes, Span<long> strides)
    {
        long next = 1;
        for (int i = sizes.Length - 1; i >= 0; i--)
        {
            strides[i] = next;
            next *= Math.Max(sizes[i], 1);
        }
    }
}
