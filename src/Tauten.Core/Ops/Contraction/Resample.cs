namespace Tauten.Ops;

/// <summary>
/// The elements along an axis resampled to another number of them: each output is a weighted sum of inputs, with weights that follow from sizes and mode. Dtypes: floating-point.
/// </summary>
/// <remarks>
/// Output i lies at input position s (i + 1/2) - 1/2 with step s = input size / output size, or 1 / <paramref name="Scale"/> where that is given; with
/// <paramref name="AlignCorners"/> at i (input size - 1) / (output size - 1), so that first and last elements keep their places. An element of weight 0 does not count, even if it is NaN.
/// </remarks>
/// <param name="Axis">The axis.</param>
/// <param name="Size">Its size in the result.</param>
/// <param name="Mode">How values between elements are made.</param>
/// <param name="Scale">What the step is the inverse of; 0 where it follows from the sizes.</param>
/// <param name="AlignCorners">Whether the first and last elements keep their places; for linear and cubic.</param>
/// <param name="Antialias">Whether the weights of linear and cubic are stretched when the size shrinks, so that all inputs count.</param>
public sealed record Resample(int Axis, Dim Size, InterpolationMode Mode, double Scale, bool AlignCorners, bool Antialias) : PrimitiveOp
{
    internal override OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset)
    {
        // Without aliases, cubic weights beyond the border are another matter there.
        if (Mode == InterpolationMode.Area || (Antialias && (opset < 18 || Mode == InterpolationMode.Cubic))) return null;
        int axis = x[0].Shape.Axis(Axis, Name());
        // Of a scale, the operator makes a size of its own.
        if (Scale > 0 && (!x[0].Shape[axis].IsKnown || !Size.IsKnown || (long)Math.Floor(x[0].Shape[axis].Value * (double)(float)Scale) != Size.Value)) return null;
        float[] scales = [.. Enumerable.Repeat(1f, x[0].Shape.Rank)];
        scales[axis] = (float)Scale;
        string place = AlignCorners ? "align_corners" : Mode == InterpolationMode.Nearest ? "asymmetric" : "half_pixel";
        string mode = Mode switch { InterpolationMode.Linear => "linear", InterpolationMode.Cubic => "cubic", _ => "nearest" };
        OnnxForm?[] inputs = Scale > 0 ? [OnnxForm.X(), null, OnnxForm.Floats(scales)] : [OnnxForm.X(), null, null, OnnxForm.OfShape(x[0].Shape.With(axis, Size))];
        List<(string, object)> attributes = [("mode", mode), ("coordinate_transformation_mode", place)];
        if (mode == "nearest") attributes.Add(("nearest_mode", Mode == InterpolationMode.Nearest ? "floor" : "round_prefer_ceil"));
        if (Antialias) attributes.Add(("antialias", 1L));
        return [OnnxForm.Of("Resize", inputs, attributes.ToArray())];
    }

    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x)
    {
        int axis = x[0].Shape.Axis(Axis, Name());
        return Size.IsKnown && AlongAxis.Units(x[0], axis) is { } units ? [AlongAxis.Product(x[0], axis, AlongAxis.Computed(this with { Axis = 1 }, units)[0])] : null;
    }

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Contraction;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        Expect.Floating(this, spec);
        int axis = spec.Shape.Axis(Axis, Name());
        if (Size.IsKnown && Size < 1) throw new ShapeException($"{this}: expected a size of at least 1.");
        if (spec.Shape[axis].IsKnown && spec.Shape[axis] < 1) throw new ShapeException($"{this}: axis {axis} of shape {spec.Shape} is empty, so there is nothing to make {Size} elements of.");
        return new TensorSpec(spec.DType, spec.Shape.With(axis, Size));
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) => Size.IsKnown ? this : this with { Size = Size.Bind(known) };

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [Dispatch.Run(new ResampleGradient(b.InputSpec(0).Shape[Axis], this), b.Grad)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Axis = x.Sample(0).Shape.Axis(Axis, Name()) + 1 });
}

/// <summary>
/// The gradient of <see cref="Resample"/> with respect to its input: the same weights the other way, each output's gradient spread over the inputs it was made of. Dtypes: floating-point.
/// </summary>
/// <param name="Input">The size of the axis in the input.</param>
/// <param name="Forward">The resampling.</param>
public sealed record ResampleGradient(Dim Input, Resample Forward) : PrimitiveOp
{
    internal override Tensor[]? Spelled(ReadOnlySpan<Tensor> x)
    {
        int axis = x[0].Shape.Axis(Forward.Axis, Name());
        return Input.IsKnown && AlongAxis.Units(x[0], axis) is { } units ? [AlongAxis.Product(x[0], axis, AlongAxis.Computed(this with { Forward = Forward with { Axis = 1 } }, units)[0])] : null;
    }

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Contraction;

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var spec = Expect.One(x, this);
        Expect.Floating(this, spec);
        int axis = spec.Shape.Axis(Forward.Axis, Name());
        if (spec.Shape[axis].IsKnown && Forward.Size.IsKnown && spec.Shape[axis] != Forward.Size)
            throw new ShapeException($"{this}: expected a gradient with {Forward.Size} elements along axis {axis}. Received: {spec.Shape}.");
        return new TensorSpec(spec.DType, spec.Shape.With(axis, Input));
    }

    /// <inheritdoc/>
    protected internal override Op Bind(Func<string, Dim?> known) =>
        Input.IsKnown && Forward.Size.IsKnown ? this : new ResampleGradient(Input.Bind(known), Forward with { Size = Forward.Size.Bind(known) });

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override Tensor?[] Gradient(Backward b) => [Dispatch.Run(Forward, b.Grad)];

    /// <inheritdoc/>
    protected internal override Tensor[]? Batched(Batch x) => x.Run(this with { Forward = Forward with { Axis = x.Sample(0).Shape.Axis(Forward.Axis, Name()) + 1 } });
}

/// <summary>
/// The matrix of a resampling, by rows: output i is the sum over k from <c>Begin[i]</c> to <c>Begin[i + 1]</c> of <c>Weights[k]</c> times input <c>Columns[k]</c>.
/// </summary>
sealed class ResamplingMatrix
{
    ResamplingMatrix(int[] begin, int[] columns, double[] weights) => (Begin, Columns, Weights) = (begin, columns, weights);

    public int[] Begin { get; }

    public int[] Columns { get; }

    public double[] Weights { get; }

    public int Rows => Begin.Length - 1;

    /// <summary>The matrix for an axis of the given size.</summary>
    public static ResamplingMatrix Of(Resample op, long input)
    {
        int size = checked((int)input), count = checked((int)op.Size.Value);
        double step = op.AlignCorners ? (count > 1 ? (size - 1.0) / (count - 1) : 0) : op.Scale > 0 ? 1 / op.Scale : (double)size / count;
        var begin = new int[count + 1];
        var columns = new List<int>(2 * count);
        var weights = new List<double>(2 * count);
        var row = new SortedDictionary<int, double>();
        for (int i = 0; i < count; i++)
        {
            row.Clear();
            Fill(op, row, i, size, count, step);
            foreach (var (column, weight) in row)
            {
                if (weight == 0) continue;
                columns.Add(column);
                weights.Add(weight);
            }
            begin[i + 1] = columns.Count;
        }
        return new(begin, [.. columns], [.. weights]);
    }

    static void Fill(Resample op, SortedDictionary<int, double> row, int i, int size, int count, double step)
    {
        switch (op.Mode)
        {
            case InterpolationMode.Nearest:
                // Rounded to 32 bits first: a product just below a whole number is that number.
                Add(row, (int)MathF.Floor((float)(i * step)), 1, size);
                break;
            case InterpolationMode.NearestExact:
                Add(row, (int)MathF.Floor((float)((i + 0.5) * step)), 1, size);
                break;
            case InterpolationMode.Area:
                long first = (long)i * size / count, end = ((i + 1L) * size - 1) / count + 1;
                for (long k = first; k < end; k++) Add(row, (int)k, 1.0 / (end - first), size);
                break;
            default:
                if (op.Antialias) Stretched(op.Mode, row, i, size, step);
                else Between(op, row, i, size, step);
                break;
        }
    }

    static void Between(Resample op, SortedDictionary<int, double> row, int i, int size, double step)
    {
        double at = op.AlignCorners ? i * step : (i + 0.5) * step - 0.5;
        if (op.Mode == InterpolationMode.Linear) at = Math.Clamp(at, 0, size - 1);
        int below = (int)Math.Floor(at);
        double t = at - below;
        if (op.Mode == InterpolationMode.Linear)
        {
            Add(row, below, 1 - t, size);
            Add(row, below + 1, t, size);
            return;
        }
        for (int k = -1; k <= 2; k++) Add(row, below + k, Cubic(Math.Abs(t - k), -0.75), size);
    }

    // The filter is as wide as the step, so that every input lies under some output's.
    static void Stretched(InterpolationMode mode, SortedDictionary<int, double> row, int i, int size, double step)
    {
        double wide = Math.Max(step, 1), reach = (mode == InterpolationMode.Linear ? 1 : 2) * wide, center = step * (i + 0.5);
        int first = (int)Math.Max(center - reach + 0.5, 0), end = (int)Math.Min(center + reach + 0.5, size);
        double sum = 0;
        for (int k = first; k < end; k++) sum += Weight(k);
        for (int k = first; k < end; k++) Add(row, k, sum == 0 ? 0 : Weight(k) / sum, size);

        double Weight(int k)
        {
            double x = Math.Abs((k - center + 0.5) / wide);
            return mode == InterpolationMode.Linear ? Math.Max(1 - x, 0) : Cubic(x, -0.5);
        }
    }

    /// <summary>Keys' spline at a distance.</summary>
    static double Cubic(double x, double a) => x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;

    static void Add(SortedDictionary<int, double> row, int column, double weight, int size)
    {
        column = Math.Clamp(column, 0, size - 1);
        row[column] = row.GetValueOrDefault(column) + weight;
    }

    /// <summary>The matrix with rows and columns exchanged.</summary>
    public ResamplingMatrix Transposed(long rows)
    {
        var begin = new int[rows + 1];
        foreach (int column in Columns) begin[column + 1]++;
        for (int i = 0; i < rows; i++) begin[i + 1] += begin[i];
        var next = begin.AsSpan(0, (int)rows).ToArray();
        var columns = new int[Columns.Length];
        var weights = new double[Columns.Length];
        for (int i = 0; i < Rows; i++)
            for (int k = Begin[i]; k < Begin[i + 1]; k++)
            {
                int place = next[Columns[k]]++;
                (columns[place], weights[place]) = (i, Weights[k]);
            }
        return new(begin, columns, weights);
    }
}
