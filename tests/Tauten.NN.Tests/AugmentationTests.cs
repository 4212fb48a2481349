using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Layers that change pictures on their way to a net, against formulas in plain loops.</summary>
public class AugmentationTests
{
    static readonly Tensor images = Tensor([.. Numbers(2 * 3 * 4 * 6, 1).Select(v => 127.5 + 127.5 * v)], [2, 3, 4, 6]);

    [Fact]
    public void Channels_are_normalized_each_by_itself()
    {
        double[] mean = [0.5, 0.25, 0.75], deviation = [0.5, 0.25, 2], x = images.Doubles();
        var layer = new ImageNormalization([0.5f, 0.25f, 0.75f], [0.5f, 0.25f, 2f]);
        Equal([.. x.Select((v, i) => (v - mean[i / 24 % 3]) / deviation[i / 24 % 3])], layer.Call(images), 1e-9);
        // Bytes are parts of 255.
        var bytes = images.To(DType.UInt8);
        Equal([.. bytes.To(DType.Float64).Doubles().Select((v, i) => (v / 255 - mean[i / 24 % 3]) / deviation[i / 24 % 3])], layer.Call(bytes), 1e-6);
        Assert.Equal(DType.Float32, layer.Call(bytes).DType);
        Assert.Equal(Shape.Of(3, 4, 6), layer.Call(bytes.Select(0, 0)).Shape);
        Assert.Throws<ShapeException>(() => layer.Call(images.Narrow(1, 0, 2)));
        Assert.Throws<DTypeException>(() => layer.Call(images.To(DType.Int32)));
        Assert.Throws<ShapeException>(() => new ImageNormalization([1f], [1f, 2f]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ImageNormalization([1f], [0f]));
    }

    [Fact]
    public void Windows_of_framed_images_have_all_places()
    {
        var layer = new RandomCrop(4, 6, new Generator(1), padding: 1);
        var framed = images.Pad([0, 0, 1, 1], [0, 0, 1, 1]);
        var places = new HashSet<int>();
        for (int i = 0; i < 60; i++)
        {
            var y = layer.Call(images);
            Assert.Equal(images.Shape, y.Shape);
            for (int n = 0; n < 2; n++)
                places.Add(Enumerable.Range(0, 9).Single(p => framed.Select(0, n).Narrow(1, p / 3, 4).Narrow(2, p % 3, 6).Equal(y.Select(0, n))));
        }
        Assert.Equal(9, places.Count);
        layer.Eval();
        Assert.True(images.Equal(layer.Call(images)));
        Assert.Throws<ShapeException>(() => new RandomCrop(4, 6, padding: -1));
    }

    [Fact]
    public void Affine_maps_are_turned_moved_scaled_and_slanted()
    {
        var square = images.Narrow(3, 0, 4);
        // Clockwise.
        Equal(square.Rot90(3, 2, 3).Doubles(), new RandomAffine((90, 90)).Call(square), 1e-9);
        Equal(new RandomTranslation((0.25, 0.25), (-0.5, -0.5), ImageFill.Constant, value: 3).Call(images).Doubles(), new RandomAffine(0, (0.25, 0.25), (-0.5, -0.5), value: 3).Call(images), 1e-9);
        Equal(new RandomZoom((-0.5, -0.5), fill: ImageFill.Reflect).Call(images).Doubles(), new RandomAffine(0, scale: (2, 2), fill: ImageFill.Reflect, mode: InterpolationMode.Linear).Call(images), 1e-9);
        // Every point of the result by the formula of torchvision: the inverse of moving, turning, scaling and slanting around the middle, in this order from the left.
        double angle = 25 * Math.PI / 180, lean = 15 * Math.PI / 180, scale = 1.25, tx = Math.Round(0.2 * 6), ty = Math.Round(-0.3 * 4);
        double a = Math.Cos(angle), b = -Math.Cos(angle) * Math.Tan(lean) - Math.Sin(angle), c = Math.Sin(angle), d = -Math.Sin(angle) * Math.Tan(lean) + Math.Cos(angle);
        double[] x = images.Doubles();
        var expected = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            double u = i % 6 - 2.5 - tx, v = i / 6 % 4 - 1.5 - ty;
            double column = (d * u - b * v) / scale + 2.5, row = (-c * u + a * v) / scale + 1.5;
            int left = (int)Math.Floor(column), top = (int)Math.Floor(row);
            double right = column - left, down = row - top;
            double At(int r, int q) => r is >= 0 and < 4 && q is >= 0 and < 6 ? x[i / 24 * 24 + r * 6 + q] : 0;
            expected[i] = (At(top, left) * (1 - right) + At(top, left + 1) * right) * (1 - down) + (At(top + 1, left) * (1 - right) + At(top + 1, left + 1) * right) * down;
        }
        Equal(expected, new RandomAffine((25, 25), (-0.3, -0.3), (0.2, 0.2), (1.25, 1.25), (15, 15), mode: InterpolationMode.Linear).Call(images), 1e-9);
        // Two images of a batch differ.
        var twice = new RandomAffine(90, generator: new Generator(2)).Call(Tauten.Tensor.Concat([square.Narrow(0, 0, 1), square.Narrow(0, 0, 1)], 0));
        Assert.False(twice.Select(0, 0).Equal(twice.Select(0, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomAffine(0, scale: (0, 1)));
    }

    static double[] Gray(double[] x) => [.. Enumerable.Range(0, x.Length).Select(i => i / 72 * 72 + i % 24).Select(at => 0.2989 * x[at] + 0.587 * x[at + 24] + 0.114 * x[at + 48])];

    [Fact]
    public void Colors_are_jittered_by_the_usual_formulas()
    {
        double[] x = images.Doubles(), gray = Gray(x);
        // The factor of each image is found from the result, and must lie in its range.
        Check(new ColorJitter(brightness: 0.5, generator: new Generator(3)), i => 0);
        Check(new ColorJitter(contrast: 0.5, generator: new Generator(3)), i => gray.Skip(i / 72 * 72).Take(24).Average());
        Check(new ColorJitter(saturation: 0.5, generator: new Generator(3)), i => gray[i]);
        var hues = new ColorJitter(hue: 0.5, generator: new Generator(3)).Call(images).Doubles();
        for (int i = 0; i < 24; i++)
        {
            // Hue moves neither the largest nor the smallest channel.
            double[] before = [x[i], x[i + 24], x[i + 48]], after = [hues[i], hues[i + 24], hues[i + 48]];
            Assert.Equal(before.Max(), after.Max(), 9);
            Assert.Equal(before.Min(), after.Min(), 9);
        }
        Assert.NotEqual(x, hues);
        // All four, in different orders.
        var all = new ColorJitter(0.5, 0.5, 0.5, 0.1, generator: new Generator(4));
        Assert.Equal(9, Enumerable.Range(0, 9).Select(_ => string.Join(' ', all.Call(images).Doubles())).Distinct().Count());
        all.Eval();
        Assert.True(images.Equal(all.Call(images)));
        Assert.True(images.Equal(new ColorJitter().Call(images)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ColorJitter(brightness: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ColorJitter(hue: 0.6));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ColorJitter(range: (-1, 1)));

        void Check(ColorJitter layer, Func<int, double> other)
        {
            double[] y = layer.Call(images).Doubles();
            for (int n = 0; n < 2; n++)
            {
                int best = Enumerable.Range(n * 72, 72).Where(i => y[i] is > 0.5 and < 254.5).MaxBy(i => Math.Abs(x[i] - other(i)));
                double factor = (y[best] - other(best)) / (x[best] - other(best));
                Assert.InRange(factor, 0.5, 1.5);
                for (int i = n * 72; i < (n + 1) * 72; i++) Assert.Equal(Math.Clamp(factor * x[i] + (1 - factor) * other(i), 0, 255), y[i], 6);
            }
        }
    }

    [Fact]
    public void Each_change_of_RandAugment_is_that_of_the_paper()
    {
        // Magnitude 15 of 31 is half of the most.
        var layer = new RandAugment(magnitude: 15);
        double[] x = images.Doubles(), gray = Gray(x);
        Equal(x, layer.Apply(images, 0, 1), 0);
        Equal(Nearest((row, column) => (row, column + 0.15 * (row + 0.5))), layer.Apply(images, 1, 1), 1e-9);
        Equal(Nearest((row, column) => (row - 0.15 * (column + 0.5), column)), layer.Apply(images, 2, -1), 1e-9);
        Equal(Nearest((row, column) => (row, column - 1)), layer.Apply(images, 3, 1), 1e-9);          // 150 / 331 / 2 * 6 = 1.4
        Equal(Nearest((row, column) => (row, column)), layer.Apply(images, 4, -1), 1e-9);             // 0.9
        Equal([.. x.Select(v => Math.Clamp(v * 1.45, 0, 255))], layer.Apply(images, 6, 1), 1e-9);
        Equal([.. x.Select((v, i) => Math.Clamp(gray[i] + 0.55 * (v - gray[i]), 0, 255))], layer.Apply(images, 7, -1), 1e-9);
        Equal([.. x.Select((v, i) => Math.Clamp(gray.Skip(i / 72 * 72).Take(24).Average() is var m ? m + 1.45 * (v - m) : 0, 0, 255))], layer.Apply(images, 8, 1), 1e-9);
        Equal(new RandomSharpness((0.45, 0.45)).Call(images).Doubles(), layer.Apply(images, 9, 1), 1e-9);
        Equal(new Posterization(6).Call(images).Doubles(), layer.Apply(images, 10, 1), 1e-9);
        Equal([.. x.Select(v => v < 127.5 ? v : 255 - v)], layer.Apply(images, 11, 1), 1e-9);
        Equal(new AutoContrast().Call(images).Doubles(), layer.Apply(images, 12, 1), 1e-9);
        Equal(new Equalization().Call(images).Doubles(), layer.Apply(images, 13, 1), 1e-9);
        var square = images.Narrow(3, 0, 4);
        Equal(new RandomRotation((-15 / 360.0, -15 / 360.0), ImageFill.Constant, InterpolationMode.Nearest).Call(square).Doubles(), layer.Apply(square, 5, -1), 1e-9);

        // Without strength nothing changes but what has none.
        var none = new RandAugment(magnitude: 0);
        for (int kind = 0; kind < 12; kind++) Equal(x, none.Apply(images, kind, 1), 1e-9);

        double[] Nearest(Func<int, int, (double Row, double Column)> from) => [.. Enumerable.Range(0, x.Length).Select(i =>
        {
            var (row, column) = from(i / 6 % 4, i % 6);
            int r = (int)Math.Round(row), c = (int)Math.Round(column);
            return r is >= 0 and < 4 && c is >= 0 and < 6 ? x[i / 24 * 24 + r * 6 + c] : 0;
        })];
    }

    [Fact]
    public void RandAugment_draws_for_each_image()
    {
        var layer = new RandAugment(generator: new Generator(1));
        var same = images.Narrow(0, 0, 1).Expand(12, 3, 4, 6).Contiguous();
        var y = layer.Call(same);
        Assert.Equal(same.Shape, y.Shape);
        Assert.True(Enumerable.Range(0, 12).Select(i => string.Join(' ', y.Select(0, i).Doubles())).Distinct().Count() > 6);
        Assert.True(y.Equal(new RandAugment(generator: new Generator(1)).Call(same)));
        Assert.All(y.Doubles(), v => Assert.InRange(v, 0, 255));
        // Grey pictures have no colors to lose.
        Assert.Equal(Shape.Of(2, 1, 4, 6), layer.Call(images.Narrow(1, 0, 1)).Shape);
        Assert.True(images.Equal(new RandAugment(count: 0).Call(images)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandAugment(magnitude: 31));
    }

    [Fact]
    public void Mel_triangles_are_straight_over_the_frequency()
    {
        // A tone at each frequency tells the weights; they are those of torchaudio's melscale_fbanks with htk.
        const int Length = 32, Frequencies = 17, Bins = 5;
        const double Rate = 8000;
        var layer = new MelSpectrogram(Length, Length, samplingRate: Rate, bins: Bins, lowest: 0, decibels: false, power: 1, overFrequency: true);
        double Mel(double f) => 2595 * Math.Log10(1 + f / 700);
        double[] corners = [.. Enumerable.Range(0, Bins + 2).Select(i => 700 * (Math.Pow(10, Mel(Rate / 2) * i / (Bins + 1) / 2595) - 1))];
        var expected = new double[Bins, Frequencies];
        for (int b = 0; b < Bins; b++)
            for (int k = 0; k < Frequencies; k++)
            {
                double f = k * Rate / 2 / (Frequencies - 1);
                expected[b, k] = Math.Max(0, Math.Min((f - corners[b]) / (corners[b + 1] - corners[b]), (corners[b + 2] - f) / (corners[b + 2] - corners[b + 1])));
            }
        double[] signal = Numbers(Length * 4, 1);
        var magnitudes = Fourier.Stft(Tensor(signal, [signal.Length]), Length, Length, SignalWindows.Hann(Length, dtype: DType.Float64)).Abs();
        double[] spectrum = magnitudes.Doubles();
        int frames = spectrum.Length / Frequencies;
        var sums = new double[Bins * frames];
        for (int i = 0; i < sums.Length; i++)
            for (int k = 0; k < Frequencies; k++) sums[i] += expected[i / frames, k] * spectrum[k * frames + i % frames];
        Equal(sums, layer.Call(Tensor(signal, [signal.Length])), 1e-9);
    }
}
