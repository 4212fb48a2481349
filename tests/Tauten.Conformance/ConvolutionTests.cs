using Tauten.Cpu;
using Tauten.Ops;
using Tauten.Testing;

namespace Tauten.Conformance;

/// <summary>
/// Convolutions and their gradients of shapes for which each algorithm is chosen, against sums in double precision: for every set of instructions, with guard
/// pages beside the tensors, the same bits by one thread and by several. Cases of the table have too few channels for most algorithms.
/// </summary>
[Collection(ProcessWide.Name)]
public sealed class ConvolutionTests
{
    /// <summary>The shapes: batch, channels, height, width, out channels, window, stride, padding, dilation, groups.</summary>
    public static TheoryData<int[]> Shapes =>
    [
        // Winograd: whole tiles, cut tiles, uneven channels, padding of 0 and 2, several ranges of images.
        [2, 32, 8, 8, 32, 3, 1, 1, 1, 1], [1, 33, 13, 15, 47, 3, 1, 1, 1, 1], [2, 34, 10, 14, 40, 3, 1, 0, 1, 1], [2, 70, 7, 7, 36, 3, 1, 2, 1, 1], [9, 40, 4, 4, 48, 3, 1, 1, 1, 1],
        [33, 32, 12, 12, 34, 3, 1, 1, 1, 1],
        // Too few tiles for it.
        [1, 40, 7, 7, 33, 3, 1, 1, 1, 1],
        // Many channels: in steps, dilated, in groups, other windows, images that are worked on together.
        [2, 40, 15, 17, 33, 3, 2, 1, 1, 1], [3, 32, 8, 8, 64, 3, 2, 1, 1, 1], [2, 20, 9, 20, 18, 3, 1, 2, 2, 1], [2, 34, 9, 8, 36, 3, 2, 1, 1, 2], [1, 17, 9, 9, 16, 5, 3, 2, 1, 1],
        [6, 70, 7, 7, 20, 3, 2, 1, 1, 1], [4, 40, 14, 14, 65, 1, 2, 0, 1, 1], [2, 40, 15, 13, 20, 1, 3, 1, 1, 1],
        // Pointwise: small and large images, groups, few channels.
        [3, 17, 7, 7, 40, 1, 1, 0, 1, 1], [2, 24, 28, 28, 70, 1, 1, 0, 1, 1], [2, 24, 7, 7, 36, 1, 1, 0, 1, 3], [8, 6, 5, 5, 5, 1, 1, 0, 1, 1], [40, 3, 2, 2, 2, 1, 1, 0, 1, 1],
        [1, 520, 3, 3, 20, 1, 1, 0, 1, 1],
        // One window for each channel.
        [3, 5, 7, 7, 5, 3, 1, 1, 1, 5], [3, 5, 7, 7, 5, 3, 2, 1, 1, 5], [2, 4, 14, 14, 4, 3, 2, 1, 1, 4], [2, 4, 9, 33, 4, 3, 1, 1, 1, 4], [2, 4, 5, 70, 4, 3, 2, 0, 1, 4],
        [2, 3, 3, 3, 3, 3, 1, 1, 1, 3], [2, 3, 2, 1, 3, 3, 2, 1, 1, 3], [2, 3, 11, 12, 3, 5, 2, 2, 1, 3], [2, 3, 10, 12, 3, 3, 3, 1, 1, 3], [2, 3, 10, 12, 3, 3, 1, 2, 2, 3],
        [1, 3, 10, 12, 3, 7, 1, 3, 1, 3], [9, 40, 7, 7, 40, 3, 1, 1, 1, 40],
        // Windows of one element in steps, with few channels and in groups.
        [3, 5, 9, 33, 7, 1, 2, 0, 1, 1], [2, 12, 17, 34, 40, 1, 2, 0, 1, 2], [2, 32, 8, 8, 34, 1, 2, 0, 1, 1],
        // Few channels of the input: in bands, in groups, in steps of 1, 2 and 3, dilated, more channels than are summed at a time.
        [1, 3, 41, 37, 16, 5, 2, 2, 1, 1], [2, 6, 30, 22, 40, 3, 2, 1, 1, 2], [2, 4, 12, 9, 20, 3, 3, 1, 1, 1], [1, 2, 25, 19, 17, 3, 1, 2, 2, 1], [1, 3, 9, 9, 520, 3, 2, 0, 1, 1], [3, 1, 7, 5, 16, 3, 2, 1, 1, 1],
        // Few channels.
        [2, 3, 20, 18, 33, 7, 2, 3, 1, 1], [2, 3, 16, 16, 40, 3, 1, 1, 1, 1], [2, 1, 14, 14, 6, 5, 1, 2, 1, 1],
    ];

    [Theory, MemberData(nameof(Shapes))]
    public void Every_algorithm_agrees_with_sums_in_double_precision(int[] sizes)
    {
        var (level, winograd) = (CpuInstructions.Level, ConvolutionAlgorithms.UsesWinograd);
        var convolution = new Case(sizes);
        try
        {
            foreach (var instructions in Enum.GetValues<InstructionLevel>().Where(l => l <= CpuInstructions.Detected))
            {
                CpuInstructions.Level = instructions;
                foreach (bool uses in new[] { true, false })
                {
                    ConvolutionAlgorithms.UsesWinograd = uses;
                    foreach (var dtype in new[] { DType.Float32, DType.Float64 })
                        convolution.Check(dtype, $"{instructions}, {dtype}, Winograd's algorithm {(uses ? "on" : "off")}");
                }
            }
        }
        finally
        {
            (CpuInstructions.Level, ConvolutionAlgorithms.UsesWinograd) = (level, winograd);
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void The_number_of_workers_changes_no_bit(int[] sizes)
    {
        var (count, threshold) = (Workers.Count, Workers.ParallelThreshold);
        var convolution = new Case(sizes);
        try
        {
            Workers.ParallelThreshold = 0;
            Workers.Count = 1;
            var alone = convolution.Run(DType.Float32, Trial.Cpu);
            Workers.Count = 5;
            var together = convolution.Run(DType.Float32, Trial.Cpu);
            for (int i = 0; i < alone.Length; i++) Assert.Equal(alone[i].ToArray<float>(), together[i].ToArray<float>());
        }
        finally
        {
            (Workers.Count, Workers.ParallelThreshold) = (count, threshold);
        }
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Kernels_stay_inside_of_their_tensors(int[] sizes)
    {
        var convolution = new Case(sizes);
        foreach (var guard in new[] { Guard.Behind, Guard.InFront })
        {
            using var memory = new GuardedMemory(guard);
            using var backend = new BorrowingBackend(Trial.Cpu) { Memory = memory };
            convolution.Run(DType.Float32, backend);
            Assert.Equal(0, memory.Check());
        }
    }

    [Fact]
    public void Each_algorithm_has_a_shape_for_all_that_it_does()
    {
        var shapes = ((IEnumerable<object[]>)Shapes).Select(row => new Case((int[])row[0]).Shape).ToList();
        var all = Enum.GetValues<ConvolutionAlgorithm>();
        Assert.Empty(all.Except(shapes.Select(s => ConvolutionAlgorithms.ForOutput(s))).Except([ConvolutionAlgorithm.Overlaps]));
        Assert.Empty(all.Except(shapes.Select(s => ConvolutionAlgorithms.ForInputGradient(s))));
        Assert.Empty(all.Except(shapes.Select(s => ConvolutionAlgorithms.ForWeightGradient(s))).Except([ConvolutionAlgorithm.Overlaps, ConvolutionAlgorithm.Pointwise]));
    }

    /// <summary>All of y * scale + bias + residual between two bounds, done tile by tile, is what it is when done afterwards: each result is in exactly one tile.</summary>
    [Theory, MemberData(nameof(Shapes))]
    public void An_epilogue_meets_each_result_once(int[] sizes)
    {
        var level = CpuInstructions.Level;
        var convolution = new Case(sizes);
        try
        {
            foreach (var instructions in Enum.GetValues<InstructionLevel>().Where(l => l <= CpuInstructions.Detected))
            {
                CpuInstructions.Level = instructions;
                foreach (var dtype in new[] { DType.Float32, DType.Float64 }) convolution.CheckEpilogue(dtype, $"{instructions}, {dtype}");
            }
        }
        finally
        {
            CpuInstructions.Level = level;
        }
    }

    [Fact]
    public void Infinities_beside_a_row_reach_no_gradient_of_the_weight()
    {
        // The first column is seen by two of three columns of the window.
        var x = new float[8 * 8];
        for (int y = 0; y < 8; y++) x[8 * y] = float.PositiveInfinity;
        using var scope = Backends.Use(Trial.Cpu);
        var gradient = Dispatch.Run(
            new ConvolutionWeightGradient([1, 1, 3, 3], new([1, 1], [1, 1, 1, 1], [1, 1], 1)), Tensor.From(x).Reshape([1, 1, 8, 8]), Tensor.Ones([1, 1, 8, 8]));
        var values = gradient.ToArray<float>();
        for (int y = 0; y < 3; y++) Assert.Equal([float.PositiveInfinity, float.PositiveInfinity, 0], values[(3 * y)..(3 * y + 3)]);
    }

    /// <summary>One shape with random operands and what comes out.</summary>
    sealed class Case
    {
        readonly int batch, channels, height, width, outputs, window, stride, padding, dilation, groups, outHeight, outWidth;
        readonly double[] x, weight, gradient, y, xGradient, weightGradient;

        public Case(int[] sizes)
        {
            (batch, channels, height, width, outputs) = (sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]);
            (window, stride, padding, dilation, groups) = (sizes[5], sizes[6], sizes[7], sizes[8], sizes[9]);
            outHeight = (height + 2 * padding - (window - 1) * dilation - 1) / stride + 1;
            outWidth = (width + 2 * padding - (window - 1) * dilation - 1) / stride + 1;
            var random = new Random(1);
            double[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)(random.NextDouble() * 2 - 1))];
            x = Values(batch * channels * height * width);
            weight = Values(outputs * channels / groups * window * window);
            gradient = Values(batch * outputs * outHeight * outWidth);
            (y, xGradient, weightGradient) = (new double[gradient.Length], new double[x.Length], new double[weight.Length]);
            Sum();
        }

        void Sum()
        {
            int inputs = channels / groups, outputsOfGroup = outputs / groups;
            for (int image = 0; image < batch; image++)
            for (int output = 0; output < outputs; output++)
            for (int row = 0; row < outHeight; row++)
            for (int column = 0; column < outWidth; column++)
            {
                int at = ((image * outputs + output) * outHeight + row) * outWidth + column;
                for (int input = 0; input < inputs; input++)
                for (int i = 0; i < window; i++)
                for (int j = 0; j < window; j++)
                {
                    int sourceRow = row * stride + i * dilation - padding, sourceColumn = column * stride + j * dilation - padding;
                    if ((uint)sourceRow >= (uint)height || (uint)sourceColumn >= (uint)width) continue;
                    int from = ((image * channels + output / outputsOfGroup * inputs + input) * height + sourceRow) * width + sourceColumn;
                    int with = ((output * inputs + input) * window + i) * window + j;
                    y[at] += x[from] * weight[with];
                    xGradient[from] += gradient[at] * weight[with];
                    weightGradient[with] += gradient[at] * x[from];
                }
            }
        }

        /// <summary>The convolution, its two gradients, and the convolution of channels that lie side by side.</summary>
        public Tensor[] Run(DType dtype, Backend backend)
        {
            using var scope = Backends.Use(backend);
            Tensor Make(double[] values, Shape shape) => Tensor.From(values).To(dtype).Reshape(shape);
            Shape inputShape = [batch, channels, height, width], weightShape = [outputs, channels / groups, window, window];
            Tensor input = Make(x, inputShape), filter = Make(weight, weightShape), arriving = Make(gradient, [batch, outputs, outHeight, outWidth]);
            var op = new Convolution([stride, stride], [padding, padding, padding, padding], [dilation, dilation], groups);
            return
            [
                Dispatch.Run(op, input, filter),
                Dispatch.Run(new ConvolutionInputGradient(inputShape, op), arriving, filter),
                Dispatch.Run(new ConvolutionWeightGradient(weightShape, op), input, arriving),
                ChannelsFirst(Dispatch.Run(new ChannelsLastConvolution(op), ChannelsLast(input), filter)),
            ];
        }

        static Tensor ChannelsLast(Tensor x) => x.Permute(0, 2, 3, 1).Contiguous();

        static Tensor ChannelsFirst(Tensor x) => x.Permute(0, 3, 1, 2).Contiguous();

        /// <summary>The sizes as kernels take them.</summary>
        public ConvolutionShape Shape => ConvolutionKernels.ShapeOf(new([stride, stride], [padding, padding, padding, padding], [dilation, dilation], groups), [batch, channels, height, width], [outputs, channels / groups, window, window]);

        /// <summary>Compares results that were finished tile by tile with those finished afterwards.</summary>
        public void CheckEpilogue(DType dtype, string how)
        {
            using var scope = Backends.Use(Trial.Cpu);
            var random = new Random(2);
            Tensor Numbers(Shape shape) => Tensor.From(Enumerable.Range(0, (int)shape.Count).Select(_ => random.NextDouble() * 2 - 1).ToArray()).To(dtype).Reshape(shape);
            Tensor input = Tensor.From(x).To(dtype).Reshape([batch, channels, height, width]), filter = Tensor.From(weight).To(dtype).Reshape([outputs, channels / groups, window, window]);
            Tensor scale = Numbers([outputs]), bias = Numbers([outputs]), residual = Numbers([batch, outputs, outHeight, outWidth]);
            var op = new Convolution([stride, stride], [padding, padding, padding, padding], [dilation, dilation], groups);
            Shape along = [outputs, 1, 1];
            Tensor[] operands = [input, filter, scale, bias, residual];
            var body = Graph.Capture(t => [(Dispatch.Run(op, t[0], t[1]) * t[2].Reshape(along) + t[3].Reshape(along) + t[4]).Clamp(-0.5, 0.75)], Dispatch.SpecsOf(operands)).Lower(o => Trial.Cpu.Kernels.Ops.Contains(o.GetType()));
            Assert.True(Trial.Cpu.Fuses(body), $"{how}\n{body.Print()}");
            Assert.True(Trial.Differs(Dispatch.RunAll(new Fused(body), operands), body.Run(operands)) is not { } difference, $"{how}: {Trial.Differs(Dispatch.RunAll(new Fused(body), operands), body.Run(operands))}");
            operands = [ChannelsLast(input), filter, bias, scale, ChannelsLast(residual)];
            body = Graph.Capture(t => [(Dispatch.Run(new ChannelsLastConvolution(op), t[0], t[1], t[2]) * t[3] + t[4]).Clamp(-0.5, 0.75)], Dispatch.SpecsOf(operands)).Lower(o => Trial.Cpu.Kernels.Ops.Contains(o.GetType()));
            Assert.True(Trial.Cpu.Fuses(body), $"{how}\n{body.Print()}");
            string? last = Trial.Differs(Dispatch.RunAll(new Fused(body), operands), body.Run(operands));
            Assert.True(last is null, $"{how}, channels last: {last}");
        }

        /// <summary>Compares, relative to the largest value.</summary>
        public void Check(DType dtype, string how)
        {
            var results = Run(dtype, Trial.Cpu);
            double[][] expected = [y, xGradient, weightGradient, y];
            for (int i = 0; i < expected.Length; i++)
            {
                var values = results[i].To(DType.Float64).ToArray<double>();
                double largest = expected[i].Max(Math.Abs), error = values.Zip(expected[i], (a, b) => Math.Abs(a - b)).Max();
                Assert.True(error <= largest * (dtype == DType.Float32 ? 5e-6 : 1e-13), $"{new[] { "forward", "input", "weight", "channels last" }[i]}, {how}: the error is {error / largest:E1} of the largest value.");
            }
        }
    }
}
