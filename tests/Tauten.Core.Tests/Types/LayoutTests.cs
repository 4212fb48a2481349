namespace Tauten.Core.Tests;

public class LayoutTests
{
    static TensorSpec Spec(params long[] sizes) => new(DType.Float32, Shape.Of(sizes));

    static Layout Strided(long[] sizes, long[] strides, long offset = 0) => Layout.Of(Spec(sizes), strides, offset);

    [Fact]
    public void Row_major_strides()
    {
        var layout = Layout.RowMajor(Spec(2, 3, 4));
        Assert.Equal([12L, 4, 1], layout.Strides.ToArray());
        Assert.True(layout.IsContiguous);
        Assert.Equal(24, layout.Count);
        Assert.Empty(Layout.RowMajor(Spec()).Strides.ToArray());
    }

    [Fact]
    public void Contiguity_is_found_out()
    {
        Assert.True(Strided([2, 3], [3, 1]).IsContiguous);
        Assert.True(Strided([2, 3], [3, 1], 5).IsContiguous);
        Assert.False(Strided([3, 2], [1, 3]).IsContiguous);
        Assert.False(Strided([2, 3], [0, 1]).IsContiguous);
        Assert.False(Strided([3], [-1], 2).IsContiguous);
        // The stride of an axis of size 1 is never used; an empty tensor has no elements out of place.
        Assert.True(Strided([2, 1, 3], [3, 99, 1]).IsContiguous);
        Assert.True(Strided([0, 3], [7, 7]).IsContiguous);
    }

    [Fact]
    public void Reshapes_that_strides_can_express_are_views()
    {
        // Every second row of a [6, 4] matrix: rows may be split, but not merged with columns.
        var rows = Strided([3, 4], [8, 1]);
        Assert.Equal([8L, 2, 1], rows.Reshape(Spec(3, 2, 2))!.Strides.ToArray());
        Assert.Equal([8L, 0, 1], rows.Reshape(Spec(3, 1, 4))!.Strides.ToArray().Select((s, i) => i == 1 ? 0 : s).ToArray());
        Assert.Null(rows.Reshape(Spec(12)));
        Assert.Null(rows.Reshape(Spec(2, 6)));
        // Broadcast axes can be merged with each other.
        Assert.NotNull(Strided([2, 3, 4], [0, 0, 1]).Reshape(Spec(6, 4)));
        Assert.Null(Strided([2, 3, 4], [0, 4, 1]).Reshape(Spec(6, 4)));
        Assert.Null(Strided([3, 4], [1, 3]).Reshape(Spec(12)));
        Assert.Null(Strided([3, 4], [1, 0]).Reshape(Spec(12)));
    }

    [Fact]
    public void A_reshape_keeps_the_order_of_elements()
    {
        var random = new Random(1);
        int views = 0;
        for (int round = 0; round < 2000; round++)
        {
            long[] sizes = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (long)random.Next(1, 4))];
            long[] strides = [.. sizes.Select(_ => (long)random.Next(-6, 13))];
            if (round % 2 == 0)
            {
                // Slices and permutations of contiguous memory are what programs make.
                long next = 1;
                foreach (int axis in Enumerable.Range(0, sizes.Length).OrderBy(_ => random.Next(3)))
                {
                    strides[axis] = next;
                    next *= sizes[axis] + random.Next(2);
                }
            }
            var layout = Strided(sizes, strides, 100);
            var other = Factors(layout.Count, random);
            if (layout.Reshape(Spec(other)) is not { } view) continue;
            views++;
            Assert.Equal(Places(layout), Places(view));
        }
        Assert.True(views > 500, $"only {views} views");
    }

    static long[] Factors(long count, Random random)
    {
        var factors = new List<long>();
        while (count > 1)
        {
            long factor = Enumerable.Range(2, (int)count - 1).Where(f => count % f == 0).OrderBy(_ => random.Next()).First();
            factors.Add(factor);
            if (random.Next(4) == 0) factors.Add(1);
            count /= factor;
        }
        return [.. factors];
    }

    static List<long> Places(Layout layout)
    {
        var places = new List<long> { layout.Offset };
        for (int axis = 0; axis < layout.Rank; axis++)
        {
            long stride = layout.Strides[axis], size = layout.Sizes[axis];
            places = [.. places.SelectMany(p => Enumerable.Range(0, (int)size).Select(i => p + i * stride))];
        }
        return places;
    }
}
