namespace Tauten.NN.Tests;

/// <summary>Padding layers of every number of axes against where each element comes from, said a second time.</summary>
public class PaddingTests
{
    public static TheoryData<Module<Tensor, Tensor>, int, Func<long, long, long>> Layers => new()
    {
        { new ZeroPad1d(1, 2), 1, Outside },
        { new ZeroPad2d(1, 2), 2, Outside },
        { new ZeroPad3d(1, 2), 3, Outside },
        { new CircularPad1d(1, 2), 1, Around },
        { new CircularPad2d(1, 2), 2, Around },
        { new CircularPad3d(1, 2), 3, Around },
        { new ReflectionPad1d(1, 2), 1, Mirror },
        { new ReflectionPad2d(1, 2), 2, Mirror },
        { new ReflectionPad3d(1, 2), 3, Mirror },
        { new ReplicationPad1d(1, 2), 1, Edge },
        { new ReplicationPad2d(1, 2), 2, Edge },
        { new ReplicationPad3d(1, 2), 3, Edge },
    };

    static long Outside(long i, long size) => i < 0 || i >= size ? -1 : i;

    static long Around(long i, long size) => (i + size) % size;

    static long Mirror(long i, long size) => i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i;

    static long Edge(long i, long size) => Math.Clamp(i, 0, size - 1);

    [Theory]
    [MemberData(nameof(Layers))]
    public void Elements_come_from_where_they_should(Module<Tensor, Tensor> layer, int axes, Func<long, long, long> from)
    {
        long[] sizes = [2, 1, .. new long[] { 3, 4, 5 }[..axes]];
        var x = Tensor.Arange(sizes.Aggregate(1L, (a, b) => a * b), dtype: DType.Float64).Reshape(Shape.Of(sizes)) + 1;
        var expected = x;
        for (int axis = 2; axis < sizes.Length; axis++)
        {
            var rows = new List<Tensor>();
            for (long i = -1; i < sizes[axis] + 2; i++)
                rows.Add(from(i, sizes[axis]) is >= 0 and var place ? expected.Narrow(axis, place, 1) : Tensor.ZerosLike(expected.Narrow(axis, 0, 1)));
            expected = Tensor.Concat([.. rows], axis);
        }
        var y = layer.Call(x);
        Assert.Equal(expected.Shape, y.Shape);
        Assert.Equal(expected.ToArray<double>(), y.ToArray<double>());
    }

    [Fact]
    public void Windows_at_random_places_over_three_axes()
    {
        var x = Tensor.Arange(2 * 5 * 6 * 7, dtype: DType.Float64).Reshape([2, 5, 6, 7]);
        var expected = x.FractionalMaxPool3d(2, [2, 3, 3], generator: new Generator(3));
        Assert.Equal(Shape.Of(2, 2, 3, 3), expected.Shape);
        Assert.Equal(expected.ToArray<double>(), new FractionalMaxPool3d(2, [2, 3, 3], new Generator(3)).Call(x).ToArray<double>());
        // The last window ends at the end, so that the largest element of the last image is found.
        Assert.Equal(419, expected.Max().Item<double>());
    }
}
