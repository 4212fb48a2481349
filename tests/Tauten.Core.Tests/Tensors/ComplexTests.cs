using System.Numerics;

namespace Tauten.Core.Tests.Tensors;

public class ComplexTests
{
    static readonly Complex[] numbers = [new(1, -2), new(0, 0.5), new(-3, 0)];

    [Fact]
    public void Numbers_come_back()
    {
        var z = ComplexTensor.From(numbers);
        Assert.Equal(numbers, z.ToArray());
        Assert.Equal(DType.Float64, z.DType);
        Assert.Equal(Shape.Of(3), z.Shape);
        Assert.Equal(numbers, ComplexTensor.From(numbers, [3, 1], DType.Float32).ToArray());
        Assert.Equal(numbers[2], z[^1].Item());
        Assert.Equal(numbers, ComplexTensor.ViewAsComplex(z.ViewAsReal()).ToArray());
        Assert.Equal([1, -2, 0, 0.5, -3, 0], z.ViewAsReal().ToArray<double>());
    }

    [Fact]
    public void Text_is_as_NumPy_prints_it()
    {
        Assert.Equal("[1.0000-2.0000j, 0.0000+0.5000j, -3.0000+0.0000j]".Replace(" ", ""), ComplexTensor.From(numbers).ToString().Replace(" ", ""));
        Assert.Equal("1+2j", ComplexTensor.From([new Complex(1, 2)], []).ToString().Replace(" ", "").Replace(".", ""));
        Assert.Equal("[]", ComplexTensor.From(ReadOnlySpan<Complex>.Empty).ToString());
        Assert.Contains("...", ComplexTensor.FromReal(Tensor.Zeros([2000])).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_gradient_of_a_leaf_is_PyTorchs()
    {
        // torch: z = tensor(3 + 4j, requires_grad=True); z.abs().backward(); z.grad is 0.6 + 0.8j.
        var z = ComplexTensor.From([new Complex(3, 4)]).WithGrad();
        Assert.True(z.RequiresGrad);
        Assert.Null(z.Grad);
        z.Abs().Sum().Backward();
        Assert.Equal(0.6, z.Grad!.Item().Real, 1e-15);
        Assert.Equal(0.8, z.Grad!.Item().Imaginary, 1e-15);
        var half = ComplexTensor.From([new Complex(3, 4)]).WithGrad();
        half.Real.Sum().Backward();
        Assert.Equal(Complex.One, half.Grad!.Item());
        Assert.False(half.Detach().RequiresGrad);
    }

    [Fact]
    public void Parts_must_belong_together()
    {
        Assert.Contains("[2], the imaginary part [3]", Assert.Throws<ShapeException>(() => new ComplexTensor(Tensor.Zeros([2]), Tensor.Zeros([3]))).Message, StringComparison.Ordinal);
        Assert.Throws<DTypeException>(() => new ComplexTensor(Tensor.Zeros([2]), Tensor.Zeros([2], DType.Float64)));
        Assert.Throws<DTypeException>(() => new ComplexTensor(Tensor.Arange(2), Tensor.Arange(2)));
        Assert.Throws<ShapeException>(() => ComplexTensor.ViewAsComplex(Tensor.Zeros([3])));
        Assert.Throws<ShapeException>(() => ComplexTensor.From(numbers, [2]));
        Assert.Throws<ShapeException>(() => ComplexTensor.From(numbers).Item());
    }

    [Fact]
    public void Division_neither_overflows_nor_vanishes()
    {
        var a = ComplexTensor.From([new Complex(1e300, 1e300), new Complex(1e-300, 0), new Complex(1, 2)]);
        var b = ComplexTensor.From([new Complex(1e300, 1e300), new Complex(0, 1e-300), new Complex(double.PositiveInfinity, 0)]);
        Assert.Equal([Complex.One, -Complex.ImaginaryOne, Complex.Zero], (a / b).ToArray());
    }

    [Fact]
    public void Sixteen_bit_numbers_keep_their_dtype()
    {
        var z = ComplexTensor.From(numbers, dtype: DType.Float16);
        foreach (var w in (ComplexTensor[])[z.Sqrt(), z.Log(), z.Tanh(), z.Asin(), z.Pow(z), z / z, z * 2, z + Complex.ImaginaryOne, Fourier.Fft(z)]) Assert.Equal(DType.Float16, w.DType);
    }

    [Fact]
    public void Transforms_say_what_is_wrong()
    {
        var z = ComplexTensor.From(numbers);
        Assert.Contains("Received: a length of 0", Assert.Throws<ShapeException>(() => Fourier.Fft(z, 0)).Message, StringComparison.Ordinal);
        Assert.Contains("axis 1 does not exist", Assert.Throws<ShapeException>(() => Fourier.Fft(z, axis: 1)).Message, StringComparison.Ordinal);
        Assert.Contains("which stands for 0", Assert.Throws<ShapeException>(() => Fourier.Irfft(z[..1])).Message, StringComparison.Ordinal);
        Assert.Contains("named twice", Assert.Throws<ShapeException>(() => Fourier.Fftn(z.Reshape(1, 3), axes: [0, 0])).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => Fourier.Fft(z[..0]));
        Assert.Throws<DTypeException>(() => Fourier.Rfft(Tensor.Arange(4)));
        Assert.Contains("all windows that overlap are 0", Assert.Throws<ShapeException>(() => Fourier.Istft(Fourier.Stft(Tensor.Ones([32]), 8, 8, SignalWindows.Hann(8)), 8, 8, SignalWindows.Hann(8))).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => Fourier.Stft(Tensor.Ones([3]), 8, center: false));
        Assert.Throws<DTypeException>(() => Fourier.Stft(Tensor.Ones([32]), 8, window: SignalWindows.Hann(8, dtype: DType.Float64)));
    }

    [Fact]
    public void A_spectrogram_can_be_captured_with_an_unknown_number_of_samples()
    {
        var graph = Graph.Capture(x => Fourier.Istft(Fourier.Stft(x, 16, window: SignalWindows.Hann(16)), 16, window: SignalWindows.Hann(16)), new TensorSpec(DType.Float32, ["samples"]));
        var signal = Tensor.Rand([64], generator: new Generator(3));
        var back = graph.Run([signal])[0];
        Assert.Equal(signal.Shape, back.Shape);
        Assert.InRange((back - signal).Abs().Max().Item<float>(), 0, 1e-6f);
    }
}
