using System.Numerics;

namespace Tauten.Cpu;

/// <summary>Discrete Fourier transforms: from tensors to the loops.</summary>
static unsafe class FourierKernels
{
    public static void Dft(Ops.Dft op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var untracked = Gradients.NoGrad();
        var dtype = Wide(y[0].DType);
        var (re, im) = (x[0].To(dtype), x[1].To(dtype));
        if (dtype != y[0].DType)
        {
            Tensor[] wide = [Tensor.Allocate(y[0].Backend, re.Spec), Tensor.Allocate(y[0].Backend, re.Spec)];
            Dft(op, [re, im], wide);
            Narrow(wide, y);
            return;
        }
        if (y[0].Shape.Count == 0) return;
        long n = re.Shape[op.Axis], outer = Strided.Count(re.Layout.Sizes[..op.Axis]), inner = Strided.Count(re.Layout.Sizes[(op.Axis + 1)..]);
        bool fits = inner == 1 || (dtype == DType.Float32 ? FitsColumns<float>(n, inner) : FitsColumns<double>(n, inner));
        if (!fits)
        {
            // The axis becomes the last, and goes back afterwards.
            Tensor[] turned = [re.Transpose(op.Axis, -1).Contiguous(), im.Transpose(op.Axis, -1).Contiguous()];
            Tensor[] result = [Tensor.Allocate(re.Backend, turned[0].Spec), Tensor.Allocate(re.Backend, turned[0].Spec)];
            Dft(new Ops.Dft(re.Rank - 1, op.Inverse, op.Norm), turned, result);
            for (int i = 0; i < 2; i++) MovementKernels.CopyTo(result[i].Transpose(op.Axis, -1), y[i]);
            GC.KeepAlive(turned);
            GC.KeepAlive(result);
            return;
        }
        (re, im) = (re.Contiguous(), im.Contiguous());
        double factor = op.Inverse ? Factor(op.Norm, n, FftNorm.Backward) : Factor(op.Norm, n, FftNorm.Forward);
        fixed (byte* xr = &re.First(), xi = &im.First(), yr = &y[0].First(), yi = &y[1].First())
        {
            // The inverse transform is the forward one with the parts exchanged at both ends.
            var data = op.Inverse ? new Data(xi, xr, yi, yr) : new Data(xr, xi, yr, yi);
            if (dtype == DType.Float32) Dft<float>(data, n, outer, inner, factor);
            else Dft<double>(data, n, outer, inner, factor);
        }
        GC.KeepAlive(re);
        GC.KeepAlive(im);
    }

    public static void RealDft(Ops.RealDft op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var untracked = Gradients.NoGrad();
        var dtype = Wide(y[0].DType);
        long n = x[0].Shape[op.Axis];
        var source = x[0].To(dtype);
        if (dtype != y[0].DType)
        {
            Tensor[] wide = [Tensor.Allocate(y[0].Backend, new(dtype, y[0].Shape)), Tensor.Allocate(y[0].Backend, new(dtype, y[0].Shape))];
            RealDft(op, [source], wide);
            Narrow(wide, y);
        }
        else if (y[0].Shape.Count == 0) return;
        else if (n % 2 == 1)
        {
            Tensor[] whole = [Tensor.Allocate(source.Backend, source.Spec), Tensor.Allocate(source.Backend, source.Spec)];
            Dft(new Ops.Dft(op.Axis, false, op.Norm), [source, Tensor.Constant(0, source.Spec)], whole);
            for (int i = 0; i < 2; i++) MovementKernels.CopyTo(whole[i].Narrow(op.Axis, 0, y[i].Shape[op.Axis]), y[i]);
            GC.KeepAlive(whole);
        }
        else if (op.Axis != source.Rank - 1)
        {
            var turned = source.Transpose(op.Axis, -1).Contiguous();
            var spec = new TensorSpec(dtype, y[0].Transpose(op.Axis, -1).Shape);
            Tensor[] result = [Tensor.Allocate(source.Backend, spec), Tensor.Allocate(source.Backend, spec)];
            RealDft(new Ops.RealDft(source.Rank - 1, op.Norm), [turned], result);
            for (int i = 0; i < 2; i++) MovementKernels.CopyTo(result[i].Transpose(op.Axis, -1), y[i]);
            GC.KeepAlive(turned);
            GC.KeepAlive(result);
        }
        else
        {
            source = source.Contiguous();
            double factor = Factor(op.Norm, n, FftNorm.Forward);
            fixed (byte* px = &source.First(), re = &y[0].First(), im = &y[1].First())
            {
                var data = new Data(px, null, re, im);
                if (dtype == DType.Float32) Real<float>(data, n, source.Shape.Count / n, factor, false);
                else Real<double>(data, n, source.Shape.Count / n, factor, false);
            }
            GC.KeepAlive(source);
        }
    }

    public static void RealInverseDft(Ops.RealInverseDft op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var untracked = Gradients.NoGrad();
        var dtype = Wide(y[0].DType);
        long n = y[0].Shape[op.Axis];
        var (re, im) = (x[0].To(dtype), x[1].To(dtype));
        if (dtype != y[0].DType)
        {
            Tensor[] wide = [Tensor.Allocate(y[0].Backend, new(dtype, y[0].Shape))];
            RealInverseDft(op, [re, im], wide);
            Narrow(wide, y);
        }
        else if (y[0].Shape.Count == 0) return;
        else if (n % 2 == 1)
        {
            // The whole spectrum: its second half is the conjugate of the first, backwards.
            long bins = re.Shape[op.Axis];
            re = Tensor.Concat([re, re.Narrow(op.Axis, 1, bins - 1).Flip(op.Axis)], op.Axis);
            im = Tensor.Concat([Tensor.Constant(0, new(dtype, im.Shape.With(op.Axis, 1))), im.Narrow(op.Axis, 1, bins - 1), -im.Narrow(op.Axis, 1, bins - 1).Flip(op.Axis)], op.Axis);
            var rest = Tensor.Allocate(re.Backend, re.Spec);
            Dft(new Ops.Dft(op.Axis, true, op.Norm), [re, im], new[] { y[0], rest });
            GC.KeepAlive(rest);
        }
        else if (op.Axis != re.Rank - 1)
        {
            Tensor[] turned = [re.Transpose(op.Axis, -1).Contiguous(), im.Transpose(op.Axis, -1).Contiguous()];
            Tensor[] result = [Tensor.Allocate(re.Backend, new(dtype, y[0].Transpose(op.Axis, -1).Shape))];
            RealInverseDft(new Ops.RealInverseDft(re.Rank - 1, n, op.Norm), turned, result);
            MovementKernels.CopyTo(result[0].Transpose(op.Axis, -1), y[0]);
            GC.KeepAlive(turned);
            GC.KeepAlive(result);
        }
        else
        {
            (re, im) = (re.Contiguous(), im.Contiguous());
            double factor = Factor(op.Norm, n, FftNorm.Backward);
            fixed (byte* xr = &re.First(), xi = &im.First(), py = &y[0].First())
            {
                var data = new Data(py, null, xr, xi);
                if (dtype == DType.Float32) Real<float>(data, n, y[0].Shape.Count / n, factor, true);
                else Real<double>(data, n, y[0].Shape.Count / n, factor, true);
            }
            GC.KeepAlive(re);
            GC.KeepAlive(im);
        }
    }

    /// <summary>Where parts lie; for real transforms, where the real rows and the spectrum's parts do.</summary>
    readonly struct Data(byte* xr, byte* xi, byte* yr, byte* yi)
    {
        public byte* Xr => xr;
        public byte* Xi => xi;
        public byte* Yr => yr;
        public byte* Yi => yi;
    }

    // 16-bit floats are transformed in 32 bits and rounded once.
    static DType Wide(DType dtype) => dtype == DType.Float64 ? DType.Float64 : DType.Float32;

    static void Narrow(Tensor[] wide, Span<Tensor> y)
    {
        for (int i = 0; i < wide.Length; i++) MovementKernels.CopyTo(wide[i].To(y[i].DType), y[i]);
        GC.KeepAlive(wide);
    }

    static double Factor(FftNorm norm, long n, FftNorm scaled) => norm == FftNorm.Ortho ? 1 / Math.Sqrt(n) : norm == scaled ? 1.0 / n : 1;

    static bool FitsColumns<T>(long n, long inner) where T : unmanaged, IFloatingPointIeee754<T> => CpuInstructions.Level switch
    {
        InstructionLevel.Avx512 => ColumnTransform<V512<T>, T>.Fits(FourierPlan<T>.Of(n), inner),
        InstructionLevel.Avx2 => ColumnTransform<V256<T>, T>.Fits(FourierPlan<T>.Of(n), inner),
        _ => ColumnTransform<V128<T>, T>.Fits(FourierPlan<T>.Of(n), inner),
    };

    static void Dft<T>(Data data, long n, long outer, long inner, double factor) where T : unmanaged, IFloatingPointIeee754<T>
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: Dft<V512<T>, T>(data, n, outer, inner, factor); break;
            case InstructionLevel.Avx2: Dft<V256<T>, T>(data, n, outer, inner, factor); break;
            default: Dft<V128<T>, T>(data, n, outer, inner, factor); break;
        }
    }

    static void Dft<V, T>(Data data, long n, long outer, long inner, double factor) where V : unmanaged, ISimd<V, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        var plan = FourierPlan<T>.Of(n);
        if (inner == 1) RowTransform<V, T>.Run(plan, (T*)data.Xr, (T*)data.Xi, (T*)data.Yr, (T*)data.Yi, outer, factor);
        else ColumnTransform<V, T>.Run(plan, (T*)data.Xr, (T*)data.Xi, (T*)data.Yr, (T*)data.Yi, outer, inner, factor);
    }

    static void Real<T>(Data data, long n, long rows, double factor, bool isInverse) where T : unmanaged, IFloatingPointIeee754<T>
    {
        switch (CpuInstructions.Level)
        {
            case InstructionLevel.Avx512: RealTransform<V512<T>, T>.Run(n, (T*)data.Xr, (T*)data.Yr, (T*)data.Yi, rows, factor, isInverse); break;
            case InstructionLevel.Avx2: RealTransform<V256<T>, T>.Run(n, (T*)data.Xr, (T*)data.Yr, (T*)data.Yi, rows, factor, isInverse); break;
            default: RealTransform<V128<T>, T>.Run(n, (T*)data.Xr, (T*)data.Yr, (T*)data.Yi, rows, factor, isInverse); break;
        }
    }
}
