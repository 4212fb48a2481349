namespace Tauten.NN;

/// <summary>First values of parameters. Made outside of whatever capture or temporary scope is open: a module's memory belongs to no computation.</summary>
static class Initial
{
    /// <summary>Evenly spread between -bound and bound.</summary>
    public static Parameter Uniform(Shape shape, double bound, Generator? generator, DType dtype) =>
        Outside(() => new Parameter(Initialize.Uniform(shape, -bound, bound, dtype, generator)));

    /// <summary>Evenly spread between -1/sqrt(fanIn) and 1/sqrt(fanIn), as Kaiming's uniform initialization with slope sqrt(5) comes out: PyTorch's default.</summary>
    public static Parameter Fan(Shape shape, long fanIn, Generator? generator, DType dtype) => Uniform(shape, fanIn > 0 ? 1 / Math.Sqrt(fanIn) : 0, generator, dtype);

    /// <summary>All the same.</summary>
    public static Parameter Constant(Shape shape, double value, DType dtype) => Outside(() => new Parameter(Initialize.Constant(shape, value, dtype)));

    /// <summary>State, all the same.</summary>
    public static Buffer State(Shape shape, double value, DType dtype) => Outside(() => new Buffer(Initialize.Constant(shape, value, dtype)));

    /// <summary>Runs <paramref name="make"/> as if no graph were captured and nothing tracked.</summary>
    public static T Outside<T>(Func<T> make)
    {
        var ambient = Ambient.Current;
        var (capture, temporaries) = (ambient.Capture, ambient.Temporaries);
        (ambient.Capture, ambient.Temporaries) = (null, null);
        try
        {
            using (Gradients.NoGrad()) return make();
        }
        finally
        {
            (ambient.Capture, ambient.Temporaries) = (capture, temporaries);
        }
    }

    /// <summary>Gives a cell a value that nobody else holds.</summary>
    public static void Become(this Cell cell, Tensor made)
    {
        if (Ambient.Current.Capture is null) cell.Adopt(made);
        else cell.Value = made;
    }

    /// <summary>A tensor on the device of another; in a captured graph devices are chosen when it runs.</summary>
    public static Tensor Beside(this Tensor x, Tensor other) => Ambient.Current.Capture is null ? x.To(other.Backend) : x;

    /// <summary>A size that a layer was given, which must be at least 1.</summary>
    public static long Size(long size, string layer, string what) => size >= 1 ? size : throw new ShapeException($"{layer}: {what} must be at least 1. Received: {size}.");

    /// <summary>One size for each of the axes, from one number or as many as there are axes.</summary>
    public static Dims Each(Dims sizes, int axes, string layer, string what, long least)
    {
        if (sizes.Count != 1 && sizes.Count != axes) throw new ShapeException($"{layer}: {what} must be one number{(axes == 1 ? "" : $", or one for each of {axes} axes")}. Received: {sizes}.");
        foreach (long size in sizes.Span)
            if (size < least) throw new ShapeException($"{layer}: {what} must be at least {least}. Received: {sizes}.");
        return sizes.Count == axes ? sizes : Dims.Repeat(sizes[0], axes);
    }

    /// <summary>A number that is added to a variance.</summary>
    public static double Epsilon(double epsilon) => epsilon >= 0 ? epsilon : throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "Expected a number that is not negative.");
}
