namespace Tauten.Core.Tests;

public class DTypeTests
{
    [Fact]
    public void Facts_about_every_dtype()
    {
        Assert.Equal(13, DTypes.All.Count);
        foreach (var dtype in DTypes.All)
        {
            Assert.Equal(dtype.ToString().ToLowerInvariant(), dtype.Name());
            Assert.True(dtype.Size() is 1 or 2 or 4 or 8);
            Assert.False(dtype.IsFloating() && dtype.IsInteger());
        }
        Assert.Equal(4, DTypes.All.Count(d => d.IsFloating()));
        Assert.Equal(8, DTypes.All.Count(d => d.IsInteger()));
        Assert.Equal(8, DTypes.All.Count(d => d.IsSigned()));
        Assert.False(DType.Bool.IsInteger());
    }

    [Fact]
    public void Csharp_types_and_dtypes_correspond()
    {
        Assert.Equal(DType.Float32, DTypes.Of<float>());
        Assert.Equal(DType.Float64, DTypes.Of<double>());
        Assert.Equal(DType.Float16, DTypes.Of<Half>());
        Assert.Equal(DType.BFloat16, DTypes.Of<BFloat16>());
        Assert.Equal(DType.Int8, DTypes.Of<sbyte>());
        Assert.Equal(DType.UInt8, DTypes.Of<byte>());
        Assert.Equal(DType.Int16, DTypes.Of<short>());
        Assert.Equal(DType.UInt16, DTypes.Of<ushort>());
        Assert.Equal(DType.Int32, DTypes.Of<int>());
        Assert.Equal(DType.UInt32, DTypes.Of<uint>());
        Assert.Equal(DType.Int64, DTypes.Of<long>());
        Assert.Equal(DType.UInt64, DTypes.Of<ulong>());
        Assert.Equal(DType.Bool, DTypes.Of<bool>());
        Assert.Throws<DTypeException>(() => DTypes.Of<char>());
        Assert.Throws<DTypeException>(() => DTypes.Of<decimal>());
    }

    [Theory]
    [InlineData(1f, 0x3F80)]
    [InlineData(-2f, 0xC000)]
    [InlineData(1.00390625f, 0x3F80)]       // 1 + 2^-8, half way between two: to even
    [InlineData(1.01171875f, 0x3F82)]       // 1 + 3 * 2^-8
    [InlineData(float.MaxValue, 0x7F80)]    // rounds up to infinity
    [InlineData(float.PositiveInfinity, 0x7F80)]
    [InlineData(1e-40f, 0x0001)]            // subnormal
    public void BFloat16_rounds_to_nearest_even(float value, int bits) => Assert.Equal(bits, ((BFloat16)value).Bits);

    [Fact]
    public void BFloat16_keeps_what_it_can_hold()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            var number = new BFloat16((ushort)bits);
            if (float.IsNaN(number)) Assert.True(float.IsNaN((BFloat16)(float)number));
            else Assert.Equal(bits, ((BFloat16)(float)number).Bits);
        }
        // A NaN whose payload lies in the lower half only must not become infinity.
        Assert.True(float.IsNaN((BFloat16)BitConverter.UInt32BitsToSingle(0x7F800001)));
    }

    [Theory]
    [InlineData(1.00390625, 0x3F80)]                    // 1 + 2^-8, half way between two: to even
    [InlineData(1.0039062500001, 0x3F81)]               // just above, which float cannot tell
    [InlineData(-1.0117187499999, 0xBF81)]              // just below 1 + 3 * 2^-8
    [InlineData(3.3961775292304601e38, 0x7F80)]         // just above the middle between the largest number and infinity
    [InlineData(3.3961775292304500e38, 0x7F7F)]
    [InlineData(double.MaxValue, 0x7F80)]
    [InlineData(1.3775306489447e-40, 0x0001)]           // just below 1.5 times the least number
    [InlineData(-1e-300, 0x8000)]
    public void BFloat16_rounds_doubles_once(double value, int bits) => Assert.Equal(bits, ((BFloat16)value).Bits);

    [Fact]
    public void BFloat16_compares_as_numbers()
    {
        BFloat16 zero = (BFloat16)0f, negativeZero = (BFloat16)(-0f), nan = (BFloat16)float.NaN;
        Assert.True(zero == negativeZero);
        Assert.Equal(zero, negativeZero);
        Assert.Equal(zero.GetHashCode(), negativeZero.GetHashCode());
        var other = nan;
        Assert.True(nan != other);
        Assert.True(nan.Equals(other));
        Assert.True(((BFloat16)1f).CompareTo((BFloat16)2f) < 0);
        Assert.Equal("1.5", ((BFloat16)1.5f).ToString());
        Assert.Equal("1.50", ((BFloat16)1.5f).ToString("F2", null));
    }

    [Fact]
    public void Specs_are_compared_by_value()
    {
        var spec = new TensorSpec(DType.Int8, [2, 3]);
        Assert.Equal(spec, new TensorSpec(DType.Int8, [2, 3]));
        Assert.Equal("int8[2, 3]", spec.ToString());
        Assert.NotEqual(spec, spec with { DType = DType.UInt8 });
        // A copy with another shape has a layout of its own.
        _ = spec.Contiguous;
        Assert.Equal([2L, 1], (spec with { Shape = [3, 2] }).Contiguous.Strides.ToArray());
        Assert.Equal("sequence(int8[2, 3])", new SequenceSpec(spec).ToString());
        Assert.Equal("optional(any)", new OptionalSpec(null).ToString());
    }
}
