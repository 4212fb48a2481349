namespace Tauten.Core.Tests;

/// <summary>Narrowing to 16 bits rounds once, to nearest, ties to even.</summary>
public class CastTests
{
    [Fact]
    public void Doubles_become_bfloat16_in_one_step() => RoundsOnce<BFloat16>(DType.BFloat16, bits => new((ushort)bits), 0x7F7F, v => (double)v);

    [Fact]
    public void Doubles_become_float16_in_one_step() => RoundsOnce<Half>(DType.Float16, bits => BitConverter.UInt16BitsToHalf((ushort)bits), 0x7BFF, v => (double)v);

    // Around the middle of any two neighbours, at distances that float32 cannot tell from it.
    static void RoundsOnce<T>(DType dtype, Func<int, T> make, int largest, Func<T, double> value) where T : unmanaged
    {
        List<double> numbers = [];
        List<double> expected = [];
        for (int bits = 0; bits < largest; bits++)
        {
            double below = value(make(bits)), above = value(make(bits + 1)), middle = below + (above - below) / 2;
            Add(below, below);
            Add(middle, (bits & 1) == 0 ? below : above);
            Add(middle * (1 - 1e-13), below);
            Add(middle * (1 + 1e-13), above);
        }
        double last = value(make(largest)), step = last - value(make(largest - 1));
        Add(last + step / 2 * (1 - 1e-10), last);
        Add(last + step / 2, double.PositiveInfinity);
        Add(double.PositiveInfinity, double.PositiveInfinity);
        Add(double.NaN, double.NaN);
        Add(BitConverter.UInt64BitsToDouble(0x7FF0000000000001), double.NaN);
        Add(1e-320, 0);
        TensorAssert.Equal([.. expected], Tensor.From(numbers.ToArray()).To(dtype));
        // A number beside tensors takes the same way.
        foreach (int i in new[] { 4 * 0x3C01 + 2, 4 * 0x3C01 + 3, 4 * 7 + 2 })
        {
            Assert.Equal(expected[i], Tensor.Full([2], numbers[i], dtype).To(DType.Float64).ToArray<double>()[1]);
            Assert.Equal(expected[i], Tensor.Arange(numbers[i], numbers[i] * 1.5, numbers[i], dtype).To(DType.Float64).ToArray<double>()[0]);
        }

        void Add(double number, double rounded)
        {
            numbers.AddRange(number, -number);
            expected.AddRange(rounded, -rounded);
        }
    }

    [Fact]
    public void Whole_numbers_become_16_bit_floats_in_one_step()
    {
        // Half way between two neighbours and one more, in the last digit of each type.
        TensorAssert.Equal([33554432, 33816576, -33816576], Tensor.From([(1 << 25) + (1 << 17), (1 << 25) + (1 << 17) + 1, -(1 << 25) - (1 << 17) - 1]).To(DType.BFloat16));
        TensorAssert.Equal([4278190080, 4294967296], Tensor.From([0xFF7FFFFF, 0xFF800001]).To(DType.BFloat16));
        TensorAssert.Equal([65504, double.PositiveInfinity, -2048], Tensor.From([65519, 65520, -2049]).To(DType.Float16));
        foreach (int shift in new[] { 24, 33, 40, 55, 62 })
        {
            long tie = (1L << shift) + (1L << (shift - 8)), above = (1L << shift) + (1L << (shift - 7));
            TensorAssert.Equal([1L << shift, above, -above, long.MinValue], Tensor.From([tie, tie + 1, -tie - 1, long.MinValue]).To(DType.BFloat16));
            TensorAssert.Equal([1L << shift, above], Tensor.From([(ulong)tie, (ulong)tie + 1]).To(DType.BFloat16));
        }
    }
}
