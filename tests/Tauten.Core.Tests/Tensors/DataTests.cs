namespace Tauten.Core.Tests;

/// <summary>How elements come out of tensors.</summary>
public class DataTests
{
    [Fact]
    public void Item_reads_the_only_element()
    {
        Assert.Equal(3, Tensor.From(3).Item<int>());
        Assert.Equal(5f, Tensor.From([4f, 5f])[1].Item<float>());
        Assert.Equal((Half)1.5f, Tensor.From([(Half)1.5f]).Item<Half>());
        Assert.True(Tensor.From([true]).Reshape(1, 1).Item<bool>());
        Assert.Equal(11, Tensor.Arange(12, DType.Int32).Reshape(3, 4).T[^1, ^1].Item<int>());
        Assert.Throws<ShapeException>(() => Tensor.Zeros([2]).Item<float>());
        Assert.Throws<ShapeException>(() => Tensor.Zeros([0]).Item<float>());
        Assert.Throws<DTypeException>(() => Tensor.Zeros([1]).Item<double>());
    }

    [Fact]
    public void ByteCount_is_that_of_the_elements()
    {
        Assert.Equal(24, Tensor.Zeros([3, 2]).ByteCount);
        Assert.Equal(8, Tensor.Zeros([4], DType.Float16).BroadcastTo([1, 4]).ByteCount);
        Assert.Equal(0, Tensor.Zeros([0, 5], DType.Float64).ByteCount);
    }

    [Fact]
    public void ToArray_copies_each_time()
    {
        var x = Tensor.From([1, 2, 3]);
        var values = x.ToArray<int>();
        values[0] = 9;
        Assert.Equal([1, 2, 3], x.ToArray<int>());
        Assert.Empty(Tensor.Zeros([3, 0]).ToArray<float>());
        Assert.Throws<DTypeException>(() => x.ToArray<float>());
    }

    [Fact]
    public void CopyTo_fills_the_beginning_of_a_span()
    {
        var x = Tensor.Arange(6, DType.Float32).Reshape(2, 3);
        float[] target = [9, 9, 9, 9, 9, 9, 9];
        x.T.CopyTo(target.AsSpan());
        Assert.Equal([0f, 3, 1, 4, 2, 5, 9], target);
        Assert.Throws<ShapeException>(() => x.CopyTo(new float[5].AsSpan()));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(100_000)]
    public void Every_way_of_reading_gives_the_same(int count)
    {
        var expected = Enumerable.Range(0, count).Select(i => (float)i).ToArray();
        var x = Tensor.From(expected);
        Assert.Equal(expected, x.ToArray<float>());
        Assert.Equal(expected, x.AsSpan<float>().ToArray());
        Assert.Equal(expected, x.Read<float, float[]>(s => s.ToArray()));
        Assert.Equal(expected.Reverse(), x.Flip(0).AsSpan<float>().ToArray());
        Assert.Equal(expected[1..], x[1..].Read<float, float[]>(s => s.ToArray()));
    }

    [Fact]
    public void A_span_stays_valid_when_the_tensor_is_gone()
    {
        var span = Make();
        for (int i = 0; i < 50; i++)
        {
            GC.Collect();
            _ = Tensor.Full([10_000], -1) + i;
        }
        for (int i = 0; i < span.Length; i++) Assert.Equal(i, span[i]);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static ReadOnlySpan<float> Make() => Tensor.Arange(10_000, DType.Float32).AsSpan<float>();
    }

    [Fact]
    public void One_mirror_serves_all_reads_of_a_tensor()
    {
        var x = Tensor.Arange(10_000, DType.Float32);
        Assert.True(x.AsSpan<float>() == x.AsSpan<float>());
    }

    [Fact]
    public void A_tensor_moves_between_backends()
    {
        var other = new Tauten.Cpu.CpuBackend();
        var x = Tensor.Arange(1000, DType.Float32).Reshape(10, 100);
        var there = x.T.To(other);
        Assert.Same(other, there.Backend);
        TensorAssert.Equal(x.T, there.To(Backends.Default));
        Assert.Same(x, x.To(x.Backend));
        Assert.Throws<DeviceException>(() => x + x.To(other));
        using (Backends.Use(other)) Assert.Same(other, Tensor.Zeros([3]).Backend);
        Assert.NotSame(other, Tensor.Zeros([3]).Backend);
    }
}
