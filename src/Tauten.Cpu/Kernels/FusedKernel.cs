using Tauten.Ops;

namespace Tauten.Cpu;

/// <summary>Bodies of several ops: from tensors to the loop.</summary>
/// <param name="kernels">The kernels that a body is made of.</param>
sealed unsafe class FusedKernel(KernelTable kernels) : IKernel
{
    /// <summary>The bodies of this backend.</summary>
    public Fusion Fusion { get; } = new(kernels);

    /// <inheritdoc/>
    public void Run(Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var body = ((Fused)op).Body;
        if (Fusion.Find(body) is not { } program || !Run(program, x, y)) Expand(body, x, y);
    }

    static void Expand(Graph body, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var mode = Gradients.NoGrad();
        using var backend = Backends.Use(y[0].Backend);
        var results = body.Run(x);
        for (int i = 0; i < y.Length; i++) MovementKernels.CopyTo(results[i], y[i]);
    }

    static bool Run(BodyProgram program, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var body = program.Body;
        int inputs = body.Inputs.Length;
        int count = inputs + y.Length, anchored = body.Anchor?.Inputs.Length ?? 0;
        TensorBuffer buffer = default;
        Span<Tensor> all = count + anchored <= TensorBuffer.Length ? buffer : new Tensor[count + anchored], tensors = all[..count], operands = all.Slice(count, anchored);
        for (int i = 0; i < inputs; i++) tensors[i] = body.Inputs[i] is { Position: BodyInput.OfAnchor } ? y[body.Anchor!.Output] : body.Inputs[i].Constant ?? x[body.Inputs[i].Position];
        for (int i = 0; i < anchored; i++) operands[i] = body.Anchor!.Inputs[i].Constant ?? x[body.Anchor.Inputs[i].Position];
        y.CopyTo(tensors[inputs..]);
        ulong* scalars = stackalloc ulong[body.Scalars.Count + 1];
        for (int i = 0; i < body.Scalars.Count; i++)
        {
            var (_, scalar, dtype) = body.Scalars[i];
            double value = scalar.RepeatedValue!.Value;
            // What is not a number depends on a size, unless it is meant.
            if (double.IsNaN(value)) value = body.Graph.Bound(scalar, Dispatch.SpecsOf(x)).RepeatedValue!.Value;
            MovementKernels.Write((byte*)(scalars + i), value, dtype);
        }
        byte** pointers = stackalloc byte*[tensors.Length];
        bool done = Pin(program, tensors, operands, 0, pointers, scalars);
        foreach (var tensor in tensors) GC.KeepAlive(tensor);
        return done;
    }

    /// <summary>The first elements of all tensors from one on: memory of the pool does not move, and the others are pinned one inside the other.</summary>
    static bool Pin(BodyProgram program, ReadOnlySpan<Tensor> tensors, ReadOnlySpan<Tensor> operands, int index, byte** pointers, ulong* scalars)
    {
        for (; index < tensors.Length; index++)
        {
            ref byte first = ref tensors[index].First();
            if (tensors[index].Storage is CpuStorage) pointers[index] = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref first);
            else
            {
                fixed (byte* pinned = &first)
                {
                    pointers[index] = pinned;
                    return Pin(program, tensors, operands, index + 1, pointers, scalars);
                }
            }
        }
        return Execute(program, tensors, operands, pointers, scalars);
    }

    /// <summary>False where a row is too long to be joined in cache, or where an anchor would write over what is still to be read.</summary>
    static bool Execute(BodyProgram program, ReadOnlySpan<Tensor> tensors, ReadOnlySpan<Tensor> operands, byte** pointers, ulong* scalars)
    {
        var body = program.Body;
        int rank = body.Rank, inputs = body.Inputs.Length;
        Span<long> shape = stackalloc long[rank];
        shape.Fill(1);
        for (int i = 0; i < tensors.Length; i++)
        {
            var along = i < inputs ? body.Inputs[i].Axes : body.Outputs[i - inputs].Axes;
            var sizes = tensors[i].Layout.Sizes;
            for (int d = 0; d < along.Length; d++)
                if (along[d] >= 0 && sizes[d] != 1) shape[along[d]] = sizes[d];
        }
        if (program.HasRows && Strided.Count(shape[body.RowRank..]) > FusedRowLoop.MaximumRow) return false;
        long* numbers = stackalloc long[inputs * rank + 1];
        new Span<long>(numbers, inputs * rank).Clear();
        long** strides = stackalloc long*[inputs + 1];
        for (int i = 0; i < inputs; i++)
        {
            strides[i] = numbers + i * rank;
            var layout = tensors[i].Layout;
            int[] axes = body.Inputs[i].Axes;
            for (int d = 0; d < axes.Length; d++)
                if (axes[d] >= 0 && layout.Sizes[d] != 1) strides[i][axes[d]] = layout.Strides[d];
        }
        if (body.Anchor is { } anchor)
        {
            var y = tensors[inputs + anchor.Output];
            if (WritesOver(body, tensors, operands)) return false;
            new FusedLoop(program, pointers, pointers + inputs, scalars, buffered: true).Follow(operands, y, pointers[inputs + anchor.Output], shape, strides);
            return true;
        }
        bool overlaps = Overlaps(tensors, inputs);
        if (body.RowRank == rank) new FusedLoop(program, pointers, pointers + inputs, scalars, overlaps).Execute(shape, strides);
        else new FusedRowLoop(program, pointers, pointers + inputs, scalars, overlaps).Execute(shape, strides);
        return true;
    }

    /// <summary>Whether an output lies in memory that an anchor, or what follows it, still reads.</summary>
    static bool WritesOver(FusedBody body, ReadOnlySpan<Tensor> tensors, ReadOnlySpan<Tensor> operands)
    {
        int inputs = body.Inputs.Length;
        for (int k = inputs; k < tensors.Length; k++)
        {
            foreach (var operand in operands)
                if (Overlap(operand, tensors[k])) return true;
            for (int i = 0; i < inputs; i++)
                if (body.Inputs[i].Position != BodyInput.OfAnchor && Overlap(tensors[i], tensors[k])) return true;
        }
        return false;
    }

    /// <summary>Whether an output lies in memory that an input reads.</summary>
    static bool Overlaps(ReadOnlySpan<Tensor> tensors, int inputs)
    {
        for (int i = 0; i < inputs; i++)
            for (int k = inputs; k < tensors.Length; k++)
                if (Overlap(tensors[i], tensors[k])) return true;
        return false;
    }

    static bool Overlap(Tensor a, Tensor b)
    {
        if (!ReferenceEquals(a.Storage, b.Storage)) return false;
        var (firstA, lastA) = Range(a);
        var (firstB, lastB) = Range(b);
        return firstA < lastB && firstB < lastA;
    }

    /// <summary>The bytes of its storage between which a tensor lies.</summary>
    static (long First, long End) Range(Tensor tensor)
    {
        var layout = tensor.Layout;
        long first = layout.Offset, last = layout.Offset;
        for (int d = 0; d < layout.Rank; d++)
        {
            long span = (layout.Sizes[d] - 1) * layout.Strides[d];
            if (span < 0) first += span;
            else last += span;
        }
        int size = tensor.DType.Size();
        return (first * size, (last + 1) * size);
    }

    /// <summary>The tensors of a call, on the stack: more are rare.</summary>
    [System.Runtime.CompilerServices.InlineArray(Length)]
    struct TensorBuffer
    {
        public const int Length = 40;

        Tensor first;
    }
}
