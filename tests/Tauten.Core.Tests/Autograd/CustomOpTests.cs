using Tauten.Cpu;
using Tauten.Ops;

namespace Tauten.Core.Tests;

/// <summary>Ops that a user writes: the same two base classes as our own.</summary>
public class CustomOpTests
{
    /// <summary>a x^2 + b x. Everything follows from the expansion.</summary>
    sealed record Parabola(double A, double B) : CompositeOp
    {
        public override Tensor Expand(ReadOnlySpan<Tensor> x) => x[0] * x[0] * A + x[0] * B;
    }

    /// <summary>x^3, computed by a kernel.</summary>
    sealed record Cube : PrimitiveOp
    {
        public override Specs Infer(ReadOnlySpan<TensorSpec> x) => x[0];

        public override Reads GradientReads() => Reads.First;

        public override Tensor?[] Gradient(Backward b) => [b.Grad * b.Input(0).Square() * 3];

        public static void Kernel(Cube op, ReadOnlySpan<Tensor> x, Span<Tensor> y) =>
            y[0] = Tensor.From(Array.ConvertAll(x[0].ToArray<double>(), v => v * v * v), x[0].Shape);
    }

    static CpuBackend WithCube()
    {
        var backend = new CpuBackend();
        backend.Kernels.Add<Cube>(Cube.Kernel);
        return backend;
    }

    [Fact]
    public void A_composite_runs_differentiates_captures_and_lowers()
    {
        var x = Tensor.From([1.0, 2], requiresGrad: true);
        var y = Dispatch.Run(new Parabola(3, 1), x);
        TensorAssert.Equal([4, 14], y);
        var first = Gradients.Of(y.Sum(), [x], createGraph: true)[0];
        TensorAssert.Equal([7, 13], first);
        TensorAssert.Equal([6, 6], Gradients.Of(first.Sum(), [x])[0]);
        var graph = Graph.Capture(v => Dispatch.Run(new Parabola(3, 1), v), new TensorSpec(DType.Float64, ["n"]));
        Assert.Contains("Parabola(A = 3, B = 1) %x0 : float64[n]", graph.Print(), StringComparison.Ordinal);
        TensorAssert.Equal([4, 14], graph.Run(x.Detach())[0]);
        var lowered = graph.Lower(op => op is not CompositeOp);
        Assert.DoesNotContain("Parabola", lowered.Print(), StringComparison.Ordinal);
        TensorAssert.Equal([4, 14], lowered.Run(x.Detach())[0]);
        Assert.Equal(new TensorSpec(DType.Float32, [5]), new Parabola(1, 2).Infer([new TensorSpec(DType.Float32, [5])])[0]);
    }

    [Fact]
    public void A_kernel_for_the_whole_takes_the_place_of_the_expansion()
    {
        var backend = new CpuBackend();
        int calls = 0;
        backend.Kernels.Add<Parabola>((op, x, y) =>
        {
            calls++;
            y[0] = Tensor.From(Array.ConvertAll(x[0].ToArray<double>(), v => (op.A * v + op.B) * v));
        });
        using (Backends.Use(backend))
        {
            var x = Tensor.From([1.0, 2], requiresGrad: true);
            var y = Dispatch.Run(new Parabola(3, 1), x);
            TensorAssert.Equal([4, 14], y);
            Assert.Equal(1, calls);
            // The gradient is still that of the expansion.
            TensorAssert.Equal([7, 13], Gradients.Of(y.Sum(), [x])[0]);
            Assert.True(backend.Kernels.Remove<Parabola>());
            TensorAssert.Equal([4, 14], Dispatch.Run(new Parabola(3, 1), x));
            Assert.Equal(1, calls);
        }
    }

    [Fact]
    public void A_primitive_needs_a_kernel_and_states_its_gradient()
    {
        var backend = WithCube();
        using (Backends.Use(backend))
        {
            var x = Tensor.From([1.0, -2], requiresGrad: true);
            var y = Dispatch.Run(new Cube(), x);
            TensorAssert.Equal([1, -8], y);
            var first = Gradients.Of(y.Sum(), [x], createGraph: true)[0];
            TensorAssert.Equal([3, 12], first);
            TensorAssert.Equal([6, -12], Gradients.Of(first.Sum(), [x])[0]);
            var graph = Graph.Capture(v => Dispatch.Run(new Cube(), v), new TensorSpec(DType.Float64, ["n"]));
            TensorAssert.Equal([1, -8], graph.Run(x.Detach())[0]);
        }
        Assert.Throws<ArgumentException>(() => backend.Kernels.Add<Cube>(Cube.Kernel));
        Assert.Contains(typeof(Cube), backend.Kernels.Ops);
        Assert.DoesNotContain(typeof(Cube), new CpuBackend().Kernels.Ops);
        var error = Assert.Throws<MissingKernelException>(() => Dispatch.Run(new Cube(), Tensor.From([1.0])));
        Assert.Equal("Cube has no kernel on cpu and no expansion into smaller ops.", error.Message);
    }

    [Fact]
    public void A_large_result_of_a_user_kernel_is_tracked_like_any_other()
    {
        using (Backends.Use(WithCube()))
        {
            var x = Tensor.Full([5000], 2, DType.Float64, requiresGrad: true);
            Dispatch.Run(new Cube(), x).Sum().Backward();
            Assert.Equal(12, x.Grad!.Mean().Item<double>());
        }
    }

    sealed record ReadsTooMuch : PrimitiveOp
    {
        public override Specs Infer(ReadOnlySpan<TensorSpec> x) => x[0];

        public override Reads GradientReads() => Reads.Nothing;

        public override Tensor?[] Gradient(Backward b) => [b.Grad * b.Input(0)];
    }

    sealed record WrongShape : PrimitiveOp
    {
        public override Specs Infer(ReadOnlySpan<TensorSpec> x) => x[0];

        public override Tensor?[] Gradient(Backward b) => [b.Grad.Sum()];
    }

    sealed record WrongCount : PrimitiveOp
    {
        public override Specs Infer(ReadOnlySpan<TensorSpec> x) => x[0];

        public override Tensor?[] Gradient(Backward b) => [];
    }

    sealed record NoExpansion : CompositeOp;

    [Fact]
    public void Wrong_gradients_are_named()
    {
        var backend = new CpuBackend();
        backend.Kernels.Add<ReadsTooMuch>((_, x, y) => y[0] = x[0] * 1).Add<WrongShape>((_, x, y) => y[0] = x[0] * 1).Add<WrongCount>((_, x, y) => y[0] = x[0] * 1);
        using (Backends.Use(backend))
        {
            var x = Tensor.From([1.0, 2], requiresGrad: true);
            Assert.Equal("ReadsTooMuch: its gradient reads input 0 without declaring it in GradientReads (declared: Nothing).", Assert.Throws<GradientException>(() => Dispatch.Run(new ReadsTooMuch(), x).Sum().Backward()).Message);
            Assert.Equal("WrongShape: its gradient for input 0 is float64[]. Expected the spec of the input: float64[2].", Assert.Throws<GradientException>(() => Dispatch.Run(new WrongShape(), x).Sum().Backward()).Message);
            Assert.Equal("WrongCount: its gradient returned 0 tensors. Expected one for each of 1 inputs (null where there is none).", Assert.Throws<GradientException>(() => Dispatch.Run(new WrongCount(), x).Sum().Backward()).Message);
            Assert.Throws<NotSupportedException>(() => Dispatch.Run(new NoExpansion(), x));
            // After the errors everything works as before.
            (x * 2).Sum().Backward();
            TensorAssert.Equal([2, 2], x.Grad!);
        }
    }

    /// <summary>The sum and the difference of neighbours, in a kernel on elements.</summary>
    sealed record Neighbours : PrimitiveOp
    {
        public override Specs Infer(ReadOnlySpan<TensorSpec> x) => new(x[0], new TensorSpec(DType.Int32, x[0].Shape));

        public override Reads GradientReads() => Reads.Nothing;

        public override Tensor?[] Gradient(Backward b) => [b.Grad * 2];
    }

    [Fact]
    public void A_kernel_fills_its_outputs_in_place()
    {
        var backend = new CpuBackend();
        backend.Kernels.Add<Neighbours>((op, elements) =>
        {
            Assert.Equal((1, 2), (elements.InputCount, elements.OutputCount));
            Assert.Equal(elements.InputSpec(0), elements.OutputSpec(0));
            ReadOnlySpan<float> x = elements.Input<float>(0);
            Span<float> sums = elements.Output<float>(0);
            Span<int> numbers = elements.Output<int>(1);
            for (int i = 0; i < x.Length; i++) (sums[i], numbers[i]) = (x[i] + x[Math.Min(i + 1, x.Length - 1)], i);
        });
        using (Backends.Use(backend))
        {
            // Small and pooled memory; as it lies, behind an offset, and transposed.
            foreach (int rows in new[] { 3, 300 })
            {
                var x = Tensor.Arange(rows * 4, DType.Float32).Reshape(rows, 4);
                foreach (var input in new[] { x, x[1..], x.T, x[.., 2] })
                {
                    var flat = input.ToArray<float>();
                    var y = Dispatch.RunAll(new Neighbours(), input);
                    Assert.Equal(flat.Select((v, i) => v + flat[Math.Min(i + 1, flat.Length - 1)]), y[0].ToArray<float>());
                    Assert.Equal(Enumerable.Range(0, flat.Length), y[1].ToArray<int>());
                    Assert.Equal(flat, input.ToArray<float>());
                }
            }
            var leaf = Tensor.Ones([5], requiresGrad: true);
            Dispatch.RunAll(new Neighbours(), leaf)[0].Sum().Backward();
            TensorAssert.Equal([2, 2, 2, 2, 2], leaf.Grad!);
        }
    }

    [Fact]
    public void A_kernel_on_elements_is_told_what_is_wrong()
    {
        Assert.Equal("The kernel of Neighbours takes the elements of input 0 as Double, but they are float32.", Error<DTypeException, Neighbours>(e => e.Input<double>(0)));
        Assert.Equal("The kernel of Neighbours takes the elements of output 1 as Single, but they are int32.", Error<DTypeException, Neighbours>(e => e.Output<float>(1)));
        Assert.Equal("The kernel of Neighbours asks for input 1. Expected 0 to 0.", Error<IndexException, Neighbours>(e => e.Input<float>(1)));
        Assert.Equal("The size of output 0 of Positive depends on data, so a kernel makes it: use a kernel that takes tensors.", Error<ShapeException, Positive>(e => e.Output<float>(0)));

        static string Error<TException, TOp>(Action<KernelElements> use) where TException : Exception where TOp : Op, new()
        {
            var backend = new CpuBackend();
            backend.Kernels.Add<TOp>((op, elements) => use(elements));
            using (Backends.Use(backend)) return Assert.Throws<TException>(() => Dispatch.RunAll(new TOp(), Tensor.Ones([2]))).Message;
        }
    }

    /// <summary>How many positive elements there are is known only from the data.</summary>
    sealed record Positive : PrimitiveOp
    {
        public override Specs Infer(ReadOnlySpan<TensorSpec> x) => new TensorSpec(x[0].DType, ["positive"]);

        public override Tensor?[] Gradient(Backward b) => [null];
    }

    [Fact]
    public void An_output_of_unknown_size_is_made_by_the_kernel()
    {
        var backend = new CpuBackend();
        backend.Kernels.Add<Positive>((_, x, y) => y[0] = Tensor.From([.. x[0].ToArray<float>().Where(v => v > 0)]));
        using (Backends.Use(backend))
        {
            TensorAssert.Equal([1, 3], Dispatch.Run(new Positive(), Tensor.From([1f, -2, 3])));
            var graph = Graph.Capture(v => Dispatch.Run(new Positive(), v).Mean(), new TensorSpec(DType.Float32, ["n"]));
            TensorAssert.Equal([2], graph.Run(Tensor.From([1f, -2, 3]))[0]);
        }
    }
}
