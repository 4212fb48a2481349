namespace Tauten.Cpu;

/// <summary>Convolutions as products with the windows of the input.</summary>
static class ConvolutionKernels
{
    public static void Forward(Ops.Convolution op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (input, weight) = (x[0], x[1]);
        int spatial = op.Strides.Count, groups = op.Groups;
        long channels = input.Shape[1] / groups, outputs = weight.Shape[0] / groups;
        var parts = new Tensor[groups];
        for (int g = 0; g < groups; g++)
        {
            var columns = Columns(op, input.Narrow(1, g * channels, channels), weight.Shape);
            var product = columns.MatMul(weight.Narrow(0, g * outputs, outputs).Reshape(outputs, -1).T);
            var shaped = product.Reshape([y[0].Shape[0], .. y[0].Shape.Skip(2), outputs]);
            parts[g] = shaped.Permute([0, spatial + 1, .. Enumerable.Range(1, spatial)]);
        }
        MovementKernels.CopyTo(groups == 1 ? parts[0] : Tensor.Concat(parts, 1), y[0]);
    }

    public static void InputGradient(Ops.ConvolutionInputGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (gradient, weight) = (x[0], x[1]);
        var forward = op.Forward;
        int spatial = forward.Strides.Count, groups = forward.Groups;
        long channels = op.Input[1] / groups, outputs = weight.Shape[0] / groups;
        var parts = new Tensor[groups];
        for (int g = 0; g < groups; g++)
        {
            var rows = Rows(gradient.Narrow(1, g * outputs, outputs));
            var columns = rows.MatMul(weight.Narrow(0, g * outputs, outputs).Reshape(outputs, -1));
            var windows = columns.Reshape([gradient.Shape[0], .. gradient.Shape.Skip(2), channels, .. weight.Shape.Skip(2)]);
            windows = windows.Permute([0, spatial + 1, .. Enumerable.Range(1, spatial), .. Enumerable.Range(spatial + 2, spatial)]);
            var padded = new Dim[spatial + 2];
            var starts = new long[spatial + 2];
            (padded[0], padded[1]) = (op.Input[0], channels);
            for (int i = 0; i < spatial; i++)
            {
                padded[i + 2] = op.Input[i + 2] + forward.Padding[i] + forward.Padding[spatial + i];
                starts[i + 2] = forward.Padding[i];
            }
            var sum = windows.OverlapAdd(Shape.Create(padded), Spatial(spatial), forward.Strides, forward.Dilations);
            parts[g] = Dispatch.Run(new Ops.Slice(Shape.Of(starts), op.Input.Select((d, i) => i == 1 ? (Dim)channels : d).ToArray() is var s ? Shape.Create(s) : null!, Dims.Repeat(1, spatial + 2)), sum);
        }
        MovementKernels.CopyTo(groups == 1 ? parts[0] : Tensor.Concat(parts, 1), y[0]);
    }

    public static void WeightGradient(Ops.ConvolutionWeightGradient op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var (input, gradient) = (x[0], x[1]);
        int groups = op.Forward.Groups;
        long channels = input.Shape[1] / groups, outputs = op.Weight[0] / groups;
        var parts = new Tensor[groups];
        for (int g = 0; g < groups; g++)
        {
            var columns = Columns(op.Forward, input.Narrow(1, g * channels, channels), op.Weight);
            parts[g] = Rows(gradient.Narrow(1, g * outputs, outputs)).T.MatMul(columns).Reshape([outputs, .. op.Weight.Skip(1)]);
        }
        MovementKernels.CopyTo(groups == 1 ? parts[0] : Tensor.Concat(parts, 0), y[0]);
    }

    static Dims Spatial(int spatial) => Dims.Create([.. Enumerable.Range(2, spatial).Select(i => (long)i)]);

    // [batch * positions, channels * window]
    static Tensor Columns(Ops.Convolution op, Tensor x, Shape weight)
    {
        int spatial = op.Strides.Count;
        long[] low = [0, 0, .. op.Padding.Take(spatial)], high = [0, 0, .. op.Padding.Skip(spatial)];
        var windows = x.Pad(Dims.Create(low), Dims.Create(high)).Windows(Spatial(spatial), Dims.Create([.. weight.Skip(2).Select(d => (long)d)]), op.Strides, op.Dilations);
        var moved = windows.Permute([0, .. Enumerable.Range(2, spatial), 1, .. Enumerable.Range(spatial + 2, spatial)]);
        long rows = 1;
        for (int i = 0; i <= spatial; i++) rows *= moved.Shape[i];
        return moved.Reshape(rows, rows == 0 ? 0 : -1);
    }

    // [batch * positions, channels]
    static Tensor Rows(Tensor y) => y.Permute([0, .. Enumerable.Range(2, y.Rank - 2), 1]).Reshape(-1, y.Shape[1]);
}
