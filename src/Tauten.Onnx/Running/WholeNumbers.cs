namespace Tauten.OnnxFormat;

/// <summary>Arithmetic on integers that are known as sizes while a graph is captured: what operators do to the shape of an input before another takes the result as a shape.</summary>
static class WholeNumbers
{
    /// <summary>Sizes as a value: a constant where all are numbers.</summary>
    public static OnnxValue Of(Dim[] sizes, Shape shape, ElementType type)
    {
        if (!Array.TrueForAll(sizes, s => s.IsKnown)) return OnnxTensor.OfSizes(sizes, shape, type);
        using var computing = Capture.Pause();
        return new OnnxTensor(Tensor.From(Array.ConvertAll(sizes, s => s.Value), shape).To(type.Carrier()), type);
    }

    /// <summary>Sizes as an int64 vector.</summary>
    public static OnnxValue Vector(params Dim[] sizes) => Of(sizes, Shape.Of(sizes.Length), ElementType.Int64);

    /// <summary>Whether the elements of an input are known, as numbers or as expressions.</summary>
    static bool AreKnown(Call call, int input) => call.Value(input) is OnnxTensor value && !value.ElementType.Carrier().IsFloating() && (value.SymbolicSizes is not null || call.IsKnown(input));

    /// <summary>An elementwise function of any number of inputs, which are broadcast; null where it does not know a result.</summary>
    public static Func<Call, OnnxValue?> Elementwise(Func<Dim, Dim, Dim?> function, ElementType? result = null) => call =>
    {
        for (int i = 0; i < call.Count; i++)
            if (!AreKnown(call, i)) return null;
        var (all, shape) = (call.Sizes(0), call.ShapeOf(0));
        for (int i = 1; i < call.Count; i++)
        {
            var common = Shape.Broadcast(shape, call.ShapeOf(i));
            Dim[] a = Broadcast(all, shape, common), b = Broadcast(call.Sizes(i), call.ShapeOf(i), common), y = new Dim[a.Length];
            for (int k = 0; k < y.Length; k++)
            {
                if (function(a[k], b[k]) is not { } value) return null;
                y[k] = value;
            }
            (all, shape) = (y, common);
        }
        return Of(all, shape, result ?? call.Typed(0).ElementType);
    };

    /// <summary>The same numbers in another integer type.</summary>
    public static OnnxValue? Cast(Call call, ElementType type) =>
        call.Value(0) is OnnxTensor { SymbolicSizes: { } sizes } value && type is ElementType.Int32 or ElementType.Int64 ? OnnxTensor.OfSizes(sizes, value.Shape, type) : null;

    /// <summary>A reduction of a vector to one number.</summary>
    public static Func<Call, OnnxValue?> Reduce(Func<Dim, Dim, Dim> combine, Dim first) => call =>
    {
        if (!AreKnown(call, 0) || call.ShapeOf(0).Rank != 1) return null;
        bool keeps = call.Flag("keepdims", true);
        return Of([call.Sizes(0).Aggregate(first, combine)], keeps ? Shape.Of(1) : Shape.Scalar, call.Typed(0).ElementType);
    };

    /// <summary>Whether two sizes are equal, as 1 or 0; null where that is not known. A size is never negative.</summary>
    public static Dim? Equal(Dim a, Dim b) => a == b ? 1 : a.IsKnown && b.IsKnown ? 0 : (a.IsKnown && a < 0) || (b.IsKnown && b < 0) ? 0 : null;

    static Dim[] Broadcast(Dim[] values, Shape shape, Shape common)
    {
        if (shape.Equals(common)) return values;
        using var computing = Capture.Pause();
        return Array.ConvertAll(Tensor.Arange(values.Length).Reshape(shape).BroadcastTo(common).ToArray<long>(), n => values[n]);
    }
}
