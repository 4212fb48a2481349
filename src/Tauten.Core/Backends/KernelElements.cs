using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tauten.Ops;

namespace Tauten;

/// <summary>
/// Computes one op on the elements themselves, in place; see <see cref="KernelElements"/>. The other form of kernel, <see cref="Kernel{TOp}"/>, works with
/// tensors: it is for ops whose output sizes depend on data, and for those that are put together from other ops.
/// </summary>
public delegate void ElementKernel<in TOp>(TOp op, KernelElements elements) where TOp : Op;

/// <summary>
/// The memory of a kernel's inputs and outputs, on a device that the host can read, for as long as the kernel runs. All are in row-major order without
/// gaps: an input that lies otherwise was copied before. Outputs are allocated as the op's rule says, and hold anything until they are written.
/// </summary>
/// <example><code>
/// using System.Numerics;
/// using Tauten.Ops;
///
/// Backends.Default.Kernels.Add&lt;Popcount>((op, elements) =>
/// {
///     ReadOnlySpan&lt;long> x = elements.Input&lt;long>(0);
///     Span&lt;long> y = elements.Output&lt;long>(0);
///     for (int i = 0; i &lt; y.Length; i++) y[i] = BitOperations.PopCount((ulong)x[i]);
/// });
/// Console.WriteLine(Dispatch.Run(new Popcount(), Tensor.From([0L, 7, -1])));    // [ 0,  3, 64]
///
/// sealed record Popcount : PrimitiveOp
/// {
///     public override Specs Infer(ReadOnlySpan&lt;TensorSpec> x) => x[0];
///
///     public override Tensor?[] Gradient(Backward b) => [null];
/// }
/// </code></example>
public readonly ref struct KernelElements
{
    readonly ReadOnlySpan<Tensor> inputs;
    readonly ReadOnlySpan<Tensor> outputs;
    readonly Op op;

    internal KernelElements(Op op, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        this.op = op;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    /// <summary>The number of inputs.</summary>
    public int InputCount => inputs.Length;

    /// <summary>The number of outputs.</summary>
    public int OutputCount => outputs.Length;

    /// <summary>Element type and shape of an input.</summary>
    /// <exception cref="IndexException">There is no such input.</exception>
    public TensorSpec InputSpec(int index) => At(inputs, index, "input").Spec;

    /// <summary>Element type and shape of an output.</summary>
    /// <exception cref="IndexException">There is no such output.</exception>
    public TensorSpec OutputSpec(int index) => At(outputs, index, "output").Spec;

    /// <summary>The elements of an input.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    /// <exception cref="IndexException">There is no such input.</exception>
    public ReadOnlySpan<T> Input<T>(int index) where T : unmanaged => Elements<T>(At(inputs, index, "input"), $"input {index}");

    /// <summary>The elements of an output, to be written.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    /// <exception cref="IndexException">There is no such output.</exception>
    /// <exception cref="ShapeException">The output's size depends on data, so that there is no memory for it yet.</exception>
    public Span<T> Output<T>(int index) where T : unmanaged => Elements<T>(At(outputs, index, "output"), $"output {index}");

    Tensor At(ReadOnlySpan<Tensor> tensors, int index, string what)
    {
        if ((uint)index >= (uint)tensors.Length) throw new IndexException($"The kernel of {op} asks for {what} {index}. Expected 0 to {tensors.Length - 1}.");
        return tensors[index] ?? throw new ShapeException($"The size of {what} {index} of {op} depends on data, so a kernel makes it: use a kernel that takes tensors.");
    }

    Span<T> Elements<T>(Tensor tensor, string what) where T : unmanaged
    {
        if (DTypes.Of<T>() != tensor.DType) throw new DTypeException($"The kernel of {op} takes the elements of {what} as {typeof(T).Name}, but they are {tensor.DType.Name()}.");
        if (tensor.Shape.Count > int.MaxValue) throw new ShapeException($"The kernel of {op}: the {tensor.Shape.Count} elements of {what} are more than a span can hold.");
        return MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref Unsafe.Add(ref tensor.Storage.Reference, (nint)(tensor.Layout.Offset * Unsafe.SizeOf<T>()))), (int)tensor.Shape.Count);
    }

    /// <summary>Runs a kernel on the elements of tensors, which stay alive until it has ended.</summary>
    internal static void Run<TOp>(ElementKernel<TOp> kernel, TOp op, ReadOnlySpan<Tensor> x, Span<Tensor> y) where TOp : Op
    {
        var inputs = new Tensor[x.Length];
        for (int i = 0; i < inputs.Length; i++) inputs[i] = x[i].Layout.IsContiguous ? x[i] : Contiguous.Copy(x[i]);
        kernel(op, new(op, inputs, y));
        for (int i = 0; i < inputs.Length; i++)
            if (!ReferenceEquals(inputs[i], x[i]) && inputs[i].Token is { } token) token.Storage.Drop(token);
        GC.KeepAlive(inputs);
        foreach (var output in y) GC.KeepAlive(output);
    }
}
