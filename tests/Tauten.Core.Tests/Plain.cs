namespace Tauten.Core.Tests;

/// <summary>An n-dimensional array of doubles with nothing but loops: what tensors are compared with.</summary>
sealed class Plain(int[] sizes, double[] values)
{
    public int[] Sizes => sizes;

    public double[] Values => values;

    /// <summary>0, 1, 2, ... in a shape.</summary>
    public static Plain Count(params int[] sizes) => new(sizes, [.. Enumerable.Range(0, Product(sizes)).Select(i => (double)i)]);

    public static Plain Make(int[] sizes, Func<int[], double> element) => new(sizes, [.. Positions(sizes).Select(element)]);

    public static Plain Of(Tensor x) => new([.. x.Shape.Select(d => (int)d.Value)], x.To(DType.Float64).ToArray<double>());

    public double this[params int[] position] => values[Flat(position)];

    public Plain With(IEnumerable<(int[] Position, double Value)> changes)
    {
        var changed = values.ToArray();
        foreach (var (position, value) in changes) changed[Flat(position)] = value;
        return new(sizes, changed);
    }

    int Flat(int[] position)
    {
        int flat = 0;
        for (int i = 0; i < sizes.Length; i++) flat = flat * sizes[i] + position[i];
        return flat;
    }

    public Tensor ToTensor(DType dtype = DType.Float32) => Tensor.From(values, ShapeOf(sizes)).To(dtype);

    public static Shape ShapeOf(int[] sizes) => Shape.Of([.. sizes.Select(s => (long)s)]);

    public static int Product(int[] sizes) => sizes.Aggregate(1, (a, b) => a * b);

    /// <summary>All positions in row-major order.</summary>
    public static IEnumerable<int[]> Positions(int[] sizes)
    {
        for (int flat = 0; flat < Product(sizes); flat++)
        {
            var position = new int[sizes.Length];
            for (int i = sizes.Length - 1, rest = flat; i >= 0; rest /= sizes[i--]) position[i] = rest % sizes[i];
            yield return position;
        }
    }

    public void MustBe(Tensor actual, double tolerance = 0, string what = "")
    {
        Assert.Equal($"{what}{ShapeOf(sizes)}", $"{what}{actual.Shape}");
        var received = Of(actual).Values;
        for (int i = 0; i < received.Length; i++)
            if (!(Math.Abs(received[i] - values[i]) <= tolerance) && !received[i].Equals(values[i])) Assert.Fail($"{what} element {i}: expected {values[i]}, received {received[i]}.");
    }
}

static class TensorAssert
{
    /// <summary>Shape and elements, within a tolerance.</summary>
    public static void Equal(Tensor expected, Tensor actual, double tolerance = 0)
    {
        Assert.Equal(expected.DType, actual.DType);
        Plain.Of(expected).MustBe(actual, tolerance);
    }

    public static void Equal(double[] expected, Tensor actual, double tolerance = 0)
    {
        var received = actual.To(DType.Float64).ToArray<double>();
        Assert.Equal(expected.Length, received.Length);
        for (int i = 0; i < expected.Length; i++)
            if (!(Math.Abs(expected[i] - received[i]) <= tolerance) && !expected[i].Equals(received[i])) Assert.Fail($"Element {i}: expected {expected[i]}, received {received[i]}. All: {actual}");
    }
}
