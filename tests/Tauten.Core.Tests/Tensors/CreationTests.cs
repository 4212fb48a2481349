namespace Tauten.Core.Tests;

public class CreationTests
{
    public static TheoryData<DType> DTypesOfAll => [.. DTypes.All];

    [Theory]
    [MemberData(nameof(DTypesOfAll))]
    public void Zeros_ones_and_full(DType dtype)
    {
        TensorAssert.Equal([0, 0, 0], Tensor.Zeros([3], dtype));
        TensorAssert.Equal([1, 1], Tensor.Ones([2, 1], dtype));
        Assert.Equal(dtype, Tensor.Zeros([3], dtype).DType);
        TensorAssert.Equal([1], Tensor.Full([], 1, dtype));
        Assert.Equal(0, (long)Tensor.Ones([0, 5], dtype).Count);
        if (dtype != DType.Bool) TensorAssert.Equal([7, 7], Tensor.Full([2], 7, dtype));
        if (dtype.IsSigned()) TensorAssert.Equal([-7], Tensor.Full([1], -7, dtype));
    }

    [Fact]
    public void Full_takes_only_numbers_of_the_dtype()
    {
        Assert.Throws<DTypeException>(() => Tensor.Full([2], 0.5, DType.Int32));
        TensorAssert.Equal([double.NaN], Tensor.Full([1], double.NaN));
        TensorAssert.Equal([double.NegativeInfinity], Tensor.Full([1], double.NegativeInfinity, DType.Float16));
    }

    [Theory]
    [InlineData(0, 5, 1)]
    [InlineData(2, 3, 0.25)]
    [InlineData(5, 0, -2)]
    [InlineData(0, 1, 0.1)]
    [InlineData(3, 3, 1)]
    [InlineData(3, 0, 1)]
    public void Arange(double start, double stop, double step)
    {
        var expected = new List<double>();
        for (int i = 0; step > 0 ? start + i * step < stop : start + i * step > stop; i++) expected.Add(start + i * step);
        TensorAssert.Equal([.. expected], Tensor.Arange(start, stop, step, DType.Float64));
        TensorAssert.Equal([.. expected.Select(v => (double)(float)v)], Tensor.Arange(start, stop, step));
    }

    [Fact]
    public void Arange_of_a_count_gives_indices()
    {
        var x = Tensor.Arange(4);
        Assert.Equal(DType.Int64, x.DType);
        Assert.Equal([0L, 1, 2, 3], x.ToArray<long>());
        Assert.Equal(0, (long)Tensor.Arange(0).Count);
        Assert.Throws<ShapeException>(() => Tensor.Arange(0.0, 1, 0));
        Assert.Throws<ShapeException>(() => Tensor.Arange(0.0, double.PositiveInfinity));
    }

    [Fact]
    public void Linspace_includes_both_ends()
    {
        TensorAssert.Equal([0, 0.25, 0.5, 0.75, 1], Tensor.Linspace(0, 1, 5));
        TensorAssert.Equal([3], Tensor.Linspace(3, 9, 1));
        Assert.Equal(0, (long)Tensor.Linspace(3, 9, 0).Count);
        Assert.Throws<ShapeException>(() => Tensor.Linspace(0, 1, -1));
        // The last one is the end itself, not what rounding of the step makes of it.
        foreach (int count in new[] { 4, 7, 50, 1000 })
        {
            Assert.Equal(0.7, Tensor.Linspace(0.1, 0.7, count, DType.Float64)[^1].Item<double>(), 1e-15);
            Assert.Equal(0.1, Tensor.Linspace(0.1, 0.7, count, DType.Float64)[0].Item<double>());
        }
    }

    [Fact]
    public void Eye()
    {
        TensorAssert.Equal([1, 0, 0, 1], Tensor.Eye(2));
        TensorAssert.Equal([1, 0, 0, 0, 1, 0], Tensor.Eye(2, 3));
        TensorAssert.Equal([1, 0, 0, 1, 0, 0], Tensor.Eye(3, 2, DType.Int8));
        Assert.Equal(DType.Int8, Tensor.Eye(3, 2, DType.Int8).DType);
        Assert.Equal("[0, 0]", Tensor.Eye(0).Shape.ToString());
    }

    [Fact]
    public void One_hot()
    {
        TensorAssert.Equal([0, 1, 0, 0, 0, 1], Tensor.From([1L, 2]).OneHot(3));
        Assert.Equal("[2, 2, 5]", Tensor.Zeros([2, 2], DType.Int64).OneHot(5).Shape.ToString());
        Assert.Throws<IndexException>(() => Tensor.From([3L]).OneHot(3));
        Assert.Throws<ShapeException>(() => Tensor.From([0L]).OneHot(0));
    }

    [Fact]
    public void From_copies()
    {
        float[] values = [1, 2, 3];
        var x = Tensor.From(values);
        values[0] = 9;
        TensorAssert.Equal([1, 2, 3], x);
        Assert.Equal("[2, 3]", Tensor.From(new[,] { { 1, 2, 3 }, { 4, 5, 6 } }).Shape.ToString());
        TensorAssert.Equal([1, 2, 3, 4, 5, 6], Tensor.From(new[,] { { 1, 2, 3 }, { 4, 5, 6 } }));
        Assert.Equal("[1, 2, 2]", Tensor.From(new[,,] { { { 1, 2 }, { 3, 4 } } }).Shape.ToString());
        Assert.Equal("[0, 3]", Tensor.From(new float[0, 3]).Shape.ToString());
        Assert.Equal("[]", Tensor.From(5.0).Shape.ToString());
        Assert.Equal(DType.UInt16, Tensor.From([(ushort)1]).DType);
        Assert.Equal(0, (long)Tensor.From(Array.Empty<float>()).Count);
        Assert.Throws<ShapeException>(() => Tensor.From(values, [2, 2]));
        Assert.Throws<DTypeException>(() => Tensor.From(['a']));
        Assert.Throws<DTypeException>(() => Tensor.From([1, 2], requiresGrad: true));
        // A large one, which lies in pooled memory.
        double[] many = [.. Enumerable.Range(0, 5000).Select(i => i * 0.5)];
        Assert.Equal(many, Tensor.From(many, [50, 100]).ToArray<double>());
    }

    [Fact]
    public void Wrap_shares_memory()
    {
        float[] values = [1, 2, 3, 4];
        var x = Tensor.Wrap(values, [2, 2]);
        values[3] = 9;
        TensorAssert.Equal([1, 2, 3, 9], x);
        TensorAssert.Equal([2, 9], x[.., 1]);
        Assert.True(System.Runtime.CompilerServices.Unsafe.AreSame(ref values[0], ref System.Runtime.InteropServices.MemoryMarshal.GetReference(x.AsSpan<float>())));
        TensorAssert.Equal([2, 3], Tensor.Wrap<float>(values.AsMemory(1, 2)));
        // What is computed lies elsewhere, and a parameter's update never writes into the caller's memory.
        _ = x * 2;
        Assert.Equal([1f, 2, 3, 9], values);
        Assert.Throws<ShapeException>(() => Tensor.Wrap(values, [3]));
        TensorAssert.Equal([1, 2, 3, 9], Tensor.Wrap(values) + 0);
    }

    [Fact]
    public void A_leaf_is_asked_for_where_it_is_made()
    {
        Assert.True(Tensor.Zeros([2], requiresGrad: true).RequiresGrad);
        Assert.True(Tensor.Ones([2], requiresGrad: true).IsLeaf);
        Assert.True(Tensor.Full([2], 3, requiresGrad: true).RequiresGrad);
        Assert.True(Tensor.Rand([2], requiresGrad: true).RequiresGrad);
        Assert.True(Tensor.Randn([2], DType.Float64, requiresGrad: true).RequiresGrad);
        Assert.False(Tensor.Zeros([2]).RequiresGrad);
        Assert.Throws<DTypeException>(() => Tensor.Zeros([2], DType.Int32, requiresGrad: true));
    }

    const int Draws = 200_000;

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    [InlineData(DType.Float16)]
    [InlineData(DType.BFloat16)]
    public void Rand_is_even_in_zero_to_one(DType dtype)
    {
        var values = Tensor.Rand([Draws], dtype, new Generator(1)).To(DType.Float64).ToArray<double>();
        Assert.All(values, v => Assert.True(v is >= 0 and < 1, $"{v}"));
        Assert.Equal(0.5, values.Average(), 0.005);
        Assert.Equal(1.0 / 12, values.Average(v => (v - 0.5) * (v - 0.5)), 0.001);
        foreach (var bin in values.GroupBy(v => Math.Min(9, (int)(v * 10)))) Assert.Equal(Draws / 10.0, bin.Count(), Draws * 0.005);
        // Neighbours do not correlate.
        Assert.Equal(0, values.Zip(values.Skip(1), (a, b) => (a - 0.5) * (b - 0.5)).Average(), 0.001);
    }

    [Theory]
    [InlineData(DType.Float16, 11)]
    [InlineData(DType.BFloat16, 8)]
    public void Rand_in_16_bits_reaches_every_multiple_below_one(DType dtype, int digits)
    {
        var values = Tensor.Rand([Draws], dtype, new Generator(1)).To(DType.Float64).ToArray<double>();
        Assert.Equal(Enumerable.Range(0, 1 << digits).Select(i => Math.ScaleB(i, -digits)), values.Distinct().Order());
        // Small probabilities do not suffer from the few digits.
        var probability = Tensor.Full([Draws], 0.001, dtype);
        Assert.Equal(0.001, Tensor.Bernoulli(probability, new Generator(1)).To(DType.Float64).Mean().Item<double>(), 0.0004);
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Randn_is_normal(DType dtype)
    {
        var values = Tensor.Randn([Draws], dtype, new Generator(2)).To(DType.Float64).ToArray<double>();
        Assert.Equal(0, values.Average(), 0.01);
        Assert.Equal(1, values.Average(v => v * v), 0.02);
        Assert.Equal(0, values.Average(v => v * v * v), 0.05);
        Assert.Equal(3, values.Average(v => v * v * v * v), 0.1);
        Assert.Equal(0.6827, values.Count(v => Math.Abs(v) < 1) / (double)Draws, 0.005);
        Assert.Equal(0.0027, values.Count(v => Math.Abs(v) > 3) / (double)Draws, 0.0006);
        Assert.All(values, v => Assert.True(double.IsFinite(v)));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(-5, 6)]
    [InlineData(7, 8)]
    public void RandInt_reaches_every_number_of_the_range(long low, long high)
    {
        var values = Tensor.RandInt(low, high, [Draws / 10], generator: new Generator(3)).ToArray<long>();
        Assert.Equal(Enumerable.Range(0, (int)(high - low)).Select(i => low + i), values.Distinct().Order());
        double expected = values.Length / (double)(high - low);
        foreach (var group in values.GroupBy(v => v)) Assert.InRange(group.Count(), expected * 0.9, expected * 1.1);
    }

    [Fact]
    public void RandInt_in_other_dtypes_and_wrong_ranges()
    {
        Assert.Equal(DType.UInt8, Tensor.RandInt(0, 256, [10], DType.UInt8).DType);
        Assert.Throws<ShapeException>(() => Tensor.RandInt(5, 5, [2]));
        var far = Tensor.RandInt(1L << 40, (1L << 40) + 3, [100], generator: new Generator(1)).ToArray<long>();
        Assert.All(far, v => Assert.InRange(v, 1L << 40, (1L << 40) + 2));
    }

    [Fact]
    public void Permutation_holds_every_number_once()
    {
        var generator = new Generator(4);
        var values = Tensor.Permutation(1000, generator).ToArray<long>();
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => (long)i), values.Order());
        Assert.NotEqual(values.Order(), values);
        Assert.NotEqual(values, Tensor.Permutation(1000, generator).ToArray<long>());
        Assert.Equal(0, (long)Tensor.Permutation(0).Count);
        // Each number comes to each place about equally often.
        var counts = new int[4, 4];
        for (int round = 0; round < 4000; round++)
        {
            var order = Tensor.Permutation(4, generator).ToArray<long>();
            for (int i = 0; i < 4; i++) counts[i, order[i]]++;
        }
        foreach (int count in counts) Assert.InRange(count, 880, 1120);
    }

    [Fact]
    public void Bernoulli_follows_the_probability()
    {
        var generator = new Generator(5);
        Assert.Equal(0.3, Tensor.Bernoulli(0.3, [Draws], generator: generator).Mean().Item<float>(), 0.005);
        var each = Tensor.Bernoulli(Tensor.From([0f, 1f, 0.5f]).Reshape(3, 1).BroadcastTo([3, 10_000]), generator).Mean([1]);
        Assert.Equal(0, each[0].Item<float>());
        Assert.Equal(1, each[1].Item<float>());
        Assert.Equal(0.5, each[2].Item<float>(), 0.02);
        Assert.Equal(DType.Bool, Tensor.Bernoulli(0.5, [4], DType.Bool).DType);
    }
}
