namespace Tauten.Core.Tests;

public class ShapeTests
{
    static Shape S(Shape shape) => shape;

    [Fact]
    public void A_shape_is_compared_by_value()
    {
        Shape a = [2, 3], b = Shape.Of(2, 3);
        Assert.Equal(a, b);
        Assert.True(a == b);
        Assert.Equal(a.GetHashCode(), b.GetHashCode());
        Assert.NotEqual(a, [3, 2]);
        Assert.NotEqual(a, [2, 3, 1]);
        Assert.NotEqual(a, ["n", 3]);
        Assert.Equal<Shape>(["n", 3], ["n", 3]);
        Assert.False(a.Equals(null));
    }

    [Fact]
    public void Axes_may_be_counted_from_the_end()
    {
        Shape shape = [2, 3, 4];
        Assert.Equal(4, (long)shape[-1]);
        Assert.Equal(4, (long)shape[^1]);
        Assert.Equal(2, (long)shape[-3]);
        Assert.Throws<ShapeException>(() => shape[3]);
        Assert.Throws<ShapeException>(() => shape[-4]);
        Assert.Throws<ShapeException>(() => Shape.Scalar[0]);
    }

    [Fact]
    public void The_number_of_elements()
    {
        Assert.Equal(1, (long)Shape.Scalar.ElementCount);
        Assert.Equal(24, (long)Shape.Of(2, 3, 4).ElementCount);
        Assert.Equal(0, (long)Shape.Of(2, 0, 4).ElementCount);
        Assert.Equal("4*n", (S(["n", 4])).ElementCount.ToString());
        Assert.Equal(1L << 40, (long)Shape.Of(1L << 20, 1L << 20).ElementCount);
    }

    [Fact]
    public void Impossible_shapes_are_errors()
    {
        Assert.Throws<ShapeException>(() => Shape.Of(-1));
        Assert.Throws<ShapeException>(() => S(["n", -1]));
        Assert.Throws<ShapeException>(() => Shape.Of(1L << 40, 1L << 40));
        Assert.Equal(0, (long)Shape.Of(0, 1L << 40, 1L << 40).ElementCount);
    }

    [Fact]
    public void Sizes_exist_when_all_are_known()
    {
        Assert.Equal([2L, 3L], Shape.Of(2, 3).Sizes.ToArray());
        Shape unknown = ["batch", 3];
        Assert.False(unknown.IsKnown);
        Assert.Throws<ShapeException>(() => unknown.Sizes.Length);
    }

    [Fact]
    public void A_shape_is_a_list_of_dims()
    {
        Shape shape = ["batch", 3];
        Assert.Equal(["batch", "3"], shape.Select(d => d.ToString()));
        Assert.Equal("[batch, 3]", shape.ToString());
        Assert.Equal("[]", Shape.Scalar.ToString());
        Assert.Equal([.. shape, 5], S(["batch", 3, 5]));
    }

    [Theory]
    [InlineData(new long[] { 2, 3 }, new long[] { 3 }, "[2, 3]")]
    [InlineData(new long[] { 2, 1 }, new long[] { 1, 3 }, "[2, 3]")]
    [InlineData(new long[] { }, new long[] { 2, 3 }, "[2, 3]")]
    [InlineData(new long[] { 5, 1, 4 }, new long[] { 3, 1 }, "[5, 3, 4]")]
    [InlineData(new long[] { 0 }, new long[] { 1 }, "[0]")]
    [InlineData(new long[] { 2, 3 }, new long[] { 2 }, null)]
    [InlineData(new long[] { 0 }, new long[] { 2 }, null)]
    public void Broadcasting_aligns_the_last_axes(long[] a, long[] b, string? expected)
    {
        if (expected is null) Assert.Throws<ShapeException>(() => Shape.Broadcast(Shape.Of(a), Shape.Of(b), "Add"));
        else
        {
            Assert.Equal(expected, Shape.Broadcast(Shape.Of(a), Shape.Of(b), "Add").ToString());
            Assert.Equal(expected, Shape.Broadcast(Shape.Of(b), Shape.Of(a), "Add").ToString());
        }
    }

    [Fact]
    public void Broadcasting_takes_unknown_sizes_to_fit()
    {
        Assert.Equal("[n, 3]", Shape.Broadcast(["n", 3], [1, 3], "Add").ToString());
        Assert.Equal("[n]", Shape.Broadcast(["n"], [], "Add").ToString());
        Assert.Equal("[4]", Shape.Broadcast(["n"], [4], "Add").ToString());
        Assert.Throws<ShapeException>(() => Shape.Broadcast(["n"], ["m"], "Add"));
    }

    [Fact]
    public void Dims_are_compared_by_value()
    {
        Dims a = [1, 2];
        Assert.Equal<Dims>([1, 2], a);
        Assert.True(a == Dims.Create([1, 2]));
        Assert.True(a != Dims.Repeat(1, 2));
        Assert.Equal(a.GetHashCode(), Dims.Create([1, 2]).GetHashCode());
        Assert.Equal<Dims>([3, 3], Dims.Repeat(3, 2));
        Assert.Equal<Dims>([5], 5);
        Assert.Equal(default, Dims.Create([]));
        Assert.Equal("[1, 2]", a.ToString());
        Assert.Equal("[]", default(Dims).ToString());
        Assert.Equal(3, a.Sum());
    }

    [Fact]
    public void Ops_with_equal_attributes_are_equal()
    {
        Assert.Equal(new Ops.Sum([0, 1], true), new Ops.Sum([0, 1], true));
        Assert.NotEqual(new Ops.Sum([0, 1], true), new Ops.Sum([0], true));
        Assert.Equal(new Ops.Fill([2, 3], 1, DType.Int8), new Ops.Fill(Shape.Of(2, 3), 1, DType.Int8));
        Assert.Equal("Sum(Axes = [0, 1], KeepDims = True)", new Ops.Sum([0, 1], true).ToString());
        Assert.Equal("Relu", Ops.Relu.Instance.ToString());
    }
}
