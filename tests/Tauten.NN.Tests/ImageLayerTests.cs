using static Tauten.NN.Tests.Near;

namespace Tauten.NN.Tests;

/// <summary>Layers for images and sounds, against formulas in plain loops; random ones with a factor that is certain, and then their randomness.</summary>
public class ImageLayerTests
{
    static readonly Tensor images = Tensor([.. Numbers(2 * 3 * 4 * 6, 1).Select(v => 127.5 + 127.5 * v)], [2, 3, 4, 6]);

    static double[] Each(Tensor x, Func<Func<int, int, double>, int, int, double> point)
    {
        int height = (int)x.Shape[2].Value, width = (int)x.Shape[3].Value;
        double[] all = x.Doubles();
        return [.. Enumerable.Range(0, all.Length).Select(i =>
        {
            int plane = i / (height * width) * height * width;
            return point((row, column) => row < 0 || row >= height || column < 0 || column >= width ? double.NaN : all[plane + row * width + column], i % (height * width) / width, i % width);
        })];
    }

    [Fact]
    public void Images_are_resized_with_their_ratio_or_without()
    {
        Equal(images.Interpolate([2, 3], InterpolationMode.Linear).Doubles(), new Resizing(2, 3).Call(images), 0);
        // 4 x 6 to a square: 4 x 4 in the middle, or 6 x 6 with zeros above and below.
        Equal(images.Narrow(3, 1, 4).Interpolate([2, 2], InterpolationMode.Linear).Doubles(), new Resizing(2, 2, cropToAspectRatio: true).Call(images), 0);
        Equal(images.Pad([0, 0, 1, 0], [0, 0, 1, 0], 7).Interpolate([3, 3], InterpolationMode.Linear).Doubles(), new Resizing(3, 3, padToAspectRatio: true, padValue: 7).Call(images), 0);
        Assert.Equal(Shape.Of(5, 2, 3, 2, 2), new Resizing(2, 2).Call(Tauten.Tensor.Ones([5, 2, 3, 4, 4])).Shape);
        Assert.Equal(DType.UInt8, new Resizing(2, 2, InterpolationMode.Nearest).Call(Tauten.Tensor.Ones([3, 4, 4], DType.UInt8)).DType);
        Equal(images.Narrow(2, 1, 2).Narrow(3, 1, 3).Doubles(), new CenterCrop(2, 3).Call(images), 0);
        Assert.Equal(Shape.Of(2, 3, 5, 5), new CenterCrop(5, 5).Call(images).Shape);
        Assert.Throws<ShapeException>(() => new Resizing(2, 2, cropToAspectRatio: true, padToAspectRatio: true));
        Assert.Throws<ShapeException>(() => new Resizing(2, 2).Call(Tauten.Tensor.Ones([4, 4])));
    }

    [Fact]
    public void Images_are_moved_by_whole_elements()
    {
        // Down by 1 of 4 rows, and to the right by 2 of 6 columns.
        foreach (var mode in (InterpolationMode[])[InterpolationMode.Linear, InterpolationMode.Nearest])
            foreach (var fill in Enum.GetValues<ImageFill>())
            {
                var y = new RandomTranslation((0.25, 0.25), (2 / 6.0, 2 / 6.0), fill, mode, value: 9).Call(images);
                Equal(Each(images, (at, row, column) => (fill, row - 1, column - 2) switch
                {
                    (ImageFill.Constant, var r, var c) => r < 0 || c < 0 ? 9 : at(r, c),
                    (ImageFill.Nearest, var r, var c) => at(Math.Max(r, 0), Math.Max(c, 0)),
                    (ImageFill.Reflect, var r, var c) => at(r < 0 ? -1 - r : r, c < 0 ? -1 - c : c),
                    (_, var r, var c) => at((r + 4) % 4, (c + 6) % 6),
                }), y, 1e-9);
            }
        // By half an element, from the other end.
        Equal(Each(images, (at, row, column) => (at(row, column) + at(row, (column + 5) % 6)) / 2), new RandomTranslation(0, (1 / 12.0, 1 / 12.0), ImageFill.Wrap).Call(images), 1e-9);
    }

    [Fact]
    public void Images_are_turned_zoomed_and_slanted()
    {
        var square = images.Narrow(3, 0, 4);
        Equal(square.Rot90(1, 2, 3).Doubles(), new RandomRotation((0.25, 0.25)).Call(square), 1e-9);
        Equal(square.Rot90(-1, 2, 3).Doubles(), new RandomRotation((-0.25, -0.25), ImageFill.Constant).Call(square), 1e-9);
        Equal(images.Rot90(2, 2, 3).Doubles(), new RandomRotation((0.5, 0.5)).Call(images), 1e-9);
        // Twice as large: the middle, every element between two.
        double Between(Func<int, int, double> at, double row, double column)
        {
            int r = (int)Math.Floor(row), c = (int)Math.Floor(column);
            double dr = row - r, dc = column - c;
            double Value(int i, int k) => double.IsNaN(at(i, k)) ? 0 : at(i, k);
            return (Value(r, c) * (1 - dc) + Value(r, c + 1) * dc) * (1 - dr) + (Value(r + 1, c) * (1 - dc) + Value(r + 1, c + 1) * dc) * dr;
        }
        Equal(Each(images, (at, row, column) => Between(at, (row - 1.5) * 0.5 + 1.5, (column - 2.5) * 0.5 + 2.5)), new RandomZoom((-0.5, -0.5)).Call(images), 1e-9);
        Equal(Each(images, (at, row, column) => Between(at, (row - 1.5) * 1.5 + 1.5, (column - 2.5) * 0.75 + 2.5)), new RandomZoom((0.5, 0.5), (-0.25, -0.25), ImageFill.Constant).Call(images), 1e-9);
        Equal(Each(images, (at, row, column) => Between(at, row + 0.1 * (column - 2.5), column + 0.3 * (row - 1.5))), new RandomShear((0.3, 0.3), (0.1, 0.1), ImageFill.Constant).Call(images), 1e-9);
        Equal(images.Doubles(), new RandomRotation(0).Call(images), 1e-9);
    }

    [Fact]
    public void Colors_are_changed_by_their_formulas()
    {
        double[] x = images.Doubles();
        double[] Clipped(Func<int, double> value) => [.. Enumerable.Range(0, x.Length).Select(i => Math.Clamp(value(i), 0, 255))];
        double Mean(int i) => Enumerable.Range(i / 24 * 24, 24).Average(k => x[k]);
        double Gray(int i) => 0.2989 * x[i / 72 * 72 + i % 24] + 0.587 * x[i / 72 * 72 + 24 + i % 24] + 0.114 * x[i / 72 * 72 + 48 + i % 24];
        Equal(Clipped(i => x[i] + 0.2 * 255), new RandomBrightness((0.2, 0.2)).Call(images), 1e-9);
        Equal(Clipped(i => (x[i] - Mean(i)) * 1.5 + Mean(i)), new RandomContrast((0.5, 0.5)).Call(images), 1e-9);
        Equal(Clipped(i => (x[i] - Gray(i)) * 0.3 + Gray(i)), new RandomSaturation((-0.7, -0.7)).Call(images), 1e-9);
        Equal(Clipped(Gray), new RandomGrayscale(1).Call(images), 1e-9);
        Equal(Clipped(i => 255 - x[i]), new RandomInvert(1).Call(images), 1e-9);
        Equal([.. x.Select(v => 255 - v is var y && v < 100 ? v : y)], new Solarization(100).Call(images), 1e-9);
        Equal([.. x.Select(v => (double)((byte)v & 0xe0))], new Posterization(3).Call(images), 1e-9);
        Equal([.. Enumerable.Range(0, x.Length).Select(i =>
        {
            var channel = x[(i / 24 * 24)..(i / 24 * 24 + 24)];
            return (x[i] - channel.Min()) / (channel.Max() - channel.Min()) * 255;
        })], new AutoContrast().Call(images), 1e-9);
        Equal([3, 3, 3, 3], new AutoContrast().Call(Tauten.Tensor.Full([1, 2, 2], 3)), 0);
        Equal(Each(images, (at, row, column) => row is 0 or 3 || column is 0 or 5
            ? at(row, column)
            : Math.Clamp(at(row, column) + 0.5 * (at(row, column) - (4 * at(row, column) + Enumerable.Range(0, 9).Sum(k => at(row - 1 + k / 3, column - 1 + k % 3))) / 13), 0, 255)),
            new RandomSharpness((0.5, 0.5)).Call(images), 1e-9);
    }

    [Fact]
    public void Values_are_spread_evenly()
    {
        Equal([0, 0, 127.5, 255], new Equalization().Call(Tensor([10, 10, 20, 30], [1, 1, 4])), 1e-12);
        double[] x = [.. images.Doubles().Select(v => Math.Round(v))];
        Equal([.. Enumerable.Range(0, x.Length).Select(i =>
        {
            var channel = x[(i / 24 * 24)..(i / 24 * 24 + 24)];
            double lowest = channel.Count(v => v == channel.Min());
            return (channel.Count(v => v <= x[i]) - lowest) / (24 - lowest) * 255;
        })], new Equalization().Call(Tensor(x, [2, 3, 4, 6])), 1e-9);
        Equal([7, 7, 7, 7], new Equalization().Call(Tauten.Tensor.Full([1, 2, 2], 7)), 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => new Equalization(1));
    }

    [Fact]
    public void Hues_are_turned_on_the_circle_of_colors()
    {
        // Red, orange and gray, of values up to 1; a third of the circle takes red to green.
        var x = Tensor([1, 1, 0.4, 0, 0.5, 0.4, 0, 0, 0.4], [3, 1, 3]);
        Equal([0, 0, 0.4, 1, 1, 0.4, 0, 0.5, 0.4], new RandomHue((1 / 3.0, 1 / 3.0), (0, 1)).Call(x), 1e-9);
        var all = images / 255;
        Equal(all.Doubles(), new RandomHue((-0.2, -0.2), (0, 1)).Call(new RandomHue((0.2, 0.2), (0, 1)).Call(all)), 1e-9);
        Equal(all.Max(1).Doubles(), new RandomHue(0.5, (0, 1), new Generator(1)).Call(all).Max(1), 1e-9);
    }

    [Fact]
    public void Each_image_has_a_fate_of_its_own()
    {
        var x = Tensor(Numbers(3 * 5 * 5, 2), [1, 3, 5, 5]).BroadcastTo([40, 3, 5, 5]).Contiguous();
        foreach (var make in (Func<Generator, RandomImageLayer>[])
        [
            g => new RandomFlip(generator: g), g => new RandomCrop(3, 2, g), g => new RandomTranslation(0.3, 0.3, generator: g), g => new RandomRotation(0.2, generator: g), g => new RandomZoom(0.3, generator: g),
            g => new RandomShear(0.3, generator: g), g => new RandomBrightness(0.2, (-1, 1), g), g => new RandomContrast(0.2, (-1, 1), g), g => new RandomSaturation(0.2, (-1, 1), g),
            g => new RandomHue(0.2, (-1, 1), g), g => new RandomGrayscale(0.5, g), g => new RandomInvert(0.5, (-1, 1), g), g => new RandomSharpness(0.5, (-1, 1), g), g => new RandomErasing(generator: g),
        ])
        {
            var layer = make(new Generator(3));
            var y = layer.Call(x);
            var distinct = y.Unbind().Select(image => string.Join(' ', image.Doubles())).Distinct().Count();
            Assert.InRange(distinct, 2, 40);
            // The same from the same seed, another at the next call, and single images too.
            Equal(y.Doubles(), make(new Generator(3)).Call(x), 0);
            Assert.NotEqual(y.Doubles(), layer.Call(x).Doubles());
            Assert.Equal([.. y.Shape.Skip(1)], layer.Call(x.Select(0, 0)).Shape);
            // In graphs of any batch, drawn anew at each run.
            var graph = Graph.Capture(v => layer.Call(v), new TensorSpec(DType.Float64, ["batch", 3, 5, 5]));
            Assert.NotEqual(graph.Run(x)[0].Doubles(), graph.Run(x)[0].Doubles());
            layer.Eval();
            if (layer is RandomCrop) Equal(new Resizing(3, 2, cropToAspectRatio: true).Call(x).Doubles(), layer.Call(x), 0);
            else Assert.Same(x, layer.Call(x));
        }
        Assert.Throws<ShapeException>(() => new RandomFlip().Call(Tauten.Tensor.Ones([2, 2])));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomBrightness(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RandomContrast((0.5, 0.2)));
    }

    [Fact]
    public void Flips_and_crops_take_what_is_there()
    {
        var x = Tauten.Tensor.Arange(0, 200 * 12, 1, DType.Float64).Reshape(200, 1, 3, 4);
        var y = new RandomFlip(FlipMode.Horizontal, new Generator(1)).Call(x);
        int flipped = Enumerable.Range(0, 200).Count(i => y.Select(0, i).Equal(x.Select(0, i).Flip(2)));
        Assert.InRange(flipped, 70, 130);
        Assert.Equal(200 - flipped, Enumerable.Range(0, 200).Count(i => y.Select(0, i).Equal(x.Select(0, i))));
        var crops = new RandomCrop(2, 3, new Generator(1)).Call(x);
        var starts = Enumerable.Range(0, 200).Select(i => (int)crops[i, 0, 0, 0].Item<double>() - 12 * i).ToArray();
        Assert.Equal([0, 1, 4, 5], starts.Distinct().Order());
        for (int i = 0; i < 200; i++) Equal(x.Select(0, i).Narrow(1, starts[i] / 4, 2).Narrow(2, starts[i] % 4, 3).Doubles(), crops.Select(0, i), 0);
    }

    [Fact]
    public void Batches_are_mixed_with_their_labels()
    {
        var x = Tauten.Tensor.Arange(0, 30, 1, DType.Float64).Reshape(30, 1, 1, 1).BroadcastTo([30, 2, 6, 8]).Contiguous();
        var labels = Tauten.Tensor.Eye(30, dtype: DType.Float64);
        var (mixed, shares) = new MixUp(0.5, new Generator(1)).Call(x, labels);
        // Every image is the mean of the numbers of the images in it, weighted as its label says.
        Equal(shares.MatMul(Tauten.Tensor.Arange(0, 30, 1, DType.Float64)).Reshape(30, 1, 1, 1).BroadcastTo(x.Shape).Doubles(), mixed, 1e-9);
        Equal(Enumerable.Repeat(1.0, 30).ToArray(), shares.Sum(1), 1e-6);
        var (cut, parts) = new CutMix(1, new Generator(1)).Call(x, labels);
        Assert.All(cut.Doubles(), v => Assert.Equal(Math.Round(v), v));
        Equal(parts.MatMul(Tauten.Tensor.Arange(0, 30, 1, DType.Float64)).Doubles(), cut.Mean([1, 2, 3]), 1e-9);
        Assert.InRange(parts.Max().Item<double>(), 0.5, 1);
        var erased = new RandomErasing(1, (0.5, 0.5), (0.5, 0.5), value: -1, generator: new Generator(1)).Call(x + 1);
        Assert.InRange(erased.EqualTo(-1).To(DType.Float64).Mean().Item<double>(), 0.1, 0.26);
        var still = new MixUp();
        still.Eval();
        Assert.Same(x, still.Call(x, labels).Images);
        Assert.Throws<DTypeException>(() => new CutMix().Call(x, labels.To(DType.Int64)));
        Assert.Throws<ShapeException>(() => new MixUp().Call(x, labels.Slice(0, 0, 2)));
    }

    [Fact]
    public void Spectrograms_are_summed_on_the_mel_scale()
    {
        const int Length = 16, Hop = 5, Bins = 4, Frequencies = 9;
        const double Rate = 1000, Low = 30, High = 450;
        double[] signal = Numbers(40, 1), padded = [.. signal[1..9].Reverse(), .. signal, .. signal[^9..^1].Reverse()];
        int frames = (padded.Length - Length) / Hop + 1;
        var expected = new double[Bins * frames];
        double Mel(double f) => 1127 * Math.Log(1 + f / 700);
        for (int t = 0; t < frames; t++)
            for (int k = 1; k < Frequencies; k++)
            {
                double re = 0, im = 0;
                for (int n = 0; n < Length; n++)
                {
                    double sample = padded[t * Hop + n] * (0.5 - 0.5 * Math.Cos(2 * Math.PI * n / Length));
                    re += sample * Math.Cos(2 * Math.PI * k * n / Length);
                    im -= sample * Math.Sin(2 * Math.PI * k * n / Length);
                }
                for (int b = 0; b < Bins; b++)
                {
                    double step = (Mel(High) - Mel(Low)) / (Bins + 1), below = Mel(Low) + b * step, pitch = Mel(k * Rate / 2 / (Frequencies - 1));
                    double weight = Math.Max(0, Math.Min((pitch - below) / step, (below + 2 * step - pitch) / step));
                    expected[b * frames + t] += weight * (re * re + im * im);
                }
            }
        Tensor x = Tensor([.. signal, .. signal.Select(v => v / 100)], [2, 40]);
        var plain = new MelSpectrogram(Length, Hop, samplingRate: Rate, bins: Bins, lowest: Low, highest: High, decibels: false);
        Equal(expected, plain.Call(x).Select(0, 0), 1e-9);
        var loud = new MelSpectrogram(Length, Hop, samplingRate: Rate, bins: Bins, lowest: Low, highest: High, range: 20, referencePower: 2);
        double peak = expected.Max();
        var decibels = expected.Select(p => Math.Max(10 * Math.Log10(p / 2), 10 * Math.Log10(peak / 2) - 20)).ToArray();
        Equal(decibels, loud.Call(x).Select(0, 0), 1e-9);
        // The second signal is 40 dB below, by itself.
        Equal([.. decibels.Select(d => d - 40)], loud.Call(x).Select(0, 1), 1e-7);
        Assert.Throws<ArgumentOutOfRangeException>(() => new MelSpectrogram(highest: 9000));
    }
}
