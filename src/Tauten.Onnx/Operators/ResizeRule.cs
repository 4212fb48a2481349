namespace Tauten.OnnxFormat;

/// <summary>How an axis is resized: where each output lies in the input, and what of its neighbours it takes.</summary>
/// <param name="Mode">nearest, linear or cubic.</param>
/// <param name="Coordinates">How places are found, such as half_pixel.</param>
/// <param name="Nearest">How a place between two elements is rounded.</param>
/// <param name="CubicA">The parameter of the cubic weights.</param>
/// <param name="ExcludeOutside">Whether what lies outside counts for nothing, instead of as the outermost element.</param>
/// <param name="Extrapolation">What lies outside of the input when a region of it is resized.</param>
/// <param name="Antialias">Whether all inputs count when the size shrinks.</param>
sealed record ResizeRule(string Mode, string Coordinates, string Nearest, double CubicA, bool ExcludeOutside, double Extrapolation, bool Antialias)
{
    /// <summary>An axis of a tensor in another size.</summary>
    public Tensor Apply(Tensor x, int axis, double scale, long size, double start, double end)
    {
        long length = x.Shape[axis];
        if (length < 1 || size < 0 || size > 1L << 31 || length > 1L << 31) throw new ModelFormatException($"axis {axis} of shape {x.Shape} cannot become {size} elements.");
        var places = new double[size];
        for (int i = 0; i < places.Length; i++) places[i] = Place(i, (float)scale, length, size, (float)start, (float)end);
        Tensor y;
        if (Mode == "nearest") y = x.IndexSelect(axis, Tensor.From(Array.ConvertAll(places, p => Math.Clamp(Rounded(p), 0, length - 1))));
        else
        {
            var (columns, weights) = Weights(places, length, Math.Min(1, Antialias ? scale : 1));
            y = Weighted(x, axis, columns, weights);
        }
        if (Coordinates != "tf_crop_and_resize" || Array.TrueForAll(places, p => p >= 0 && p <= length - 1)) return y;
        var inside = Tensor.From(Array.ConvertAll(places, p => p >= 0 && p <= length - 1)).Reshape([size, .. Enumerable.Repeat((Dim)1, x.Rank - axis - 1)]);
        return Tensor.Where(inside, y, Extrapolation);
    }

    // In 32 bits, as the scales are: (3 + 0.5) / 0.7 is 5, and not a little more because 0.7 was rounded to 32 bits.
    float Place(long i, float scale, long length, long size, float start, float end) => Coordinates switch
    {
        "half_pixel" => (i + 0.5f) / scale - 0.5f,
        // The middle of the result stays the middle of the input also where its size was rounded.
        "half_pixel_symmetric" => length / 2f * (1 - size / (scale * length)) + (i + 0.5f) / scale - 0.5f,
        "pytorch_half_pixel" => size > 1 ? (i + 0.5f) / scale - 0.5f : 0,
        "align_corners" => size > 1 ? i * (length - 1f) / (scale * length - 1) : 0,
        "asymmetric" => i / scale,
        "tf_half_pixel_for_nn" => (i + 0.5f) / scale,
        "tf_crop_and_resize" => size > 1 ? start * (length - 1) + i * (end - start) * (length - 1) / (size - 1) : 0.5f * (start + end) * (length - 1),
        _ => throw new ModelFormatException($"'{Coordinates}' is not a way to find places."),
    };

    long Rounded(double place) => Nearest switch
    {
        "round_prefer_floor" => (long)Math.Ceiling(place - 0.5),
        "round_prefer_ceil" => (long)Math.Floor(place + 0.5),
        "floor" => (long)Math.Floor(place),
        "ceil" => (long)Math.Ceiling(place),
        _ => throw new ModelFormatException($"'{Nearest}' is not a way to round."),
    };

    double Weight(double distance)
    {
        double d = Math.Abs(distance);
        if (Mode == "linear") return Math.Max(0, 1 - d);
        return d <= 1 ? ((CubicA + 2) * d - (CubicA + 3)) * d * d + 1 : d < 2 ? ((CubicA * d - 5 * CubicA) * d + 8 * CubicA) * d - 4 * CubicA : 0;
    }

    /// <summary>For each output, as many inputs with weights; an input may be named twice.</summary>
    (long[,] Columns, double[,] Weights) Weights(double[] places, long length, double shrink)
    {
        if (Mode is not ("linear" or "cubic")) throw new ModelFormatException($"the mode must be nearest, linear or cubic. Received: {Mode}.");
        // A filter that is stretched by the factor of shrinking reaches as many more elements.
        double reach = (Mode == "linear" ? 1 : 2) / shrink;
        int taps = checked((int)Math.Min(2 * Math.Ceiling(reach), 2 * length + 4));
        var (columns, weights) = (new long[places.Length, taps], new double[places.Length, taps]);
        for (int i = 0; i < places.Length; i++)
        {
            long first = (long)Math.Floor(places[i]) - (taps / 2 - 1);
            double sum = 0;
            for (int k = 0; k < taps; k++)
            {
                long at = first + k;
                double weight = Weight((at - places[i]) * shrink);
                if (ExcludeOutside && (at < 0 || at >= length)) weight = 0;
                (columns[i, k], weights[i, k]) = (Math.Clamp(at, 0, length - 1), weight);
                sum += weight;
            }
            if (sum != 0)
                for (int k = 0; k < taps; k++) weights[i, k] /= sum;
        }
        return (columns, weights);
    }

    static Tensor Weighted(Tensor x, int axis, long[,] columns, double[,] weights)
    {
        Tensor? y = null;
        int taps = columns.GetLength(1);
        long size = columns.GetLength(0);
        for (int k = 0; k < taps; k++)
        {
            long[] column = new long[size];
            double[] weight = new double[size];
            for (int i = 0; i < size; i++) (column[i], weight[i]) = (columns[i, k], weights[i, k]);
            var part = x.IndexSelect(axis, Tensor.From(column)) * Tensor.From(weight).To(x.DType).Reshape([size, .. Enumerable.Repeat((Dim)1, x.Rank - axis - 1)]);
            y = y is null ? part : y + part;
        }
        return y!;
    }
}
