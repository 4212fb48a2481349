using System.Text;

namespace Tauten.Ops;

/// <summary>What a gradient formula is allowed to read. Whatever is not named here is not kept alive by the tape.</summary>
[Flags]
public enum Reads
{
    /// <summary>Only the gradient that arrives, and specs.</summary>
    Nothing = 0,
    /// <summary>The first input.</summary>
    First = 1,
    /// <summary>The second input.</summary>
    Second = 2,
    /// <summary>The third input.</summary>
    Third = 4,
    /// <summary>The fourth input.</summary>
    Fourth = 8,
    /// <summary>The fifth input.</summary>
    Fifth = 16,
    /// <summary>The sixth input.</summary>
    Sixth = 32,
    /// <summary>All inputs.</summary>
    Inputs = 0xFF,
    /// <summary>All outputs.</summary>
    Output = 0x100,
}

/// <summary>How an op relates its output elements to its input elements: what a scheduler or fuser asks instead of keeping lists of types.</summary>
public enum OpKind
{
    /// <summary>Element i of the output needs element i of the (broadcast) inputs only.</summary>
    Elementwise,
    /// <summary>Output elements combine input elements along axes.</summary>
    Reduction,
    /// <summary>Output elements are input elements elsewhere.</summary>
    Movement,
    /// <summary>Sums of products: the matrix product and its relatives.</summary>
    Contraction,
    /// <summary>The output is made from attributes alone.</summary>
    Creation,
    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>One operation with its attributes: immutable, compared by value, free of device and of tensors.</summary>
public abstract record Op
{
    private protected Op() => Slot = OpSlot.Of(GetType());

    /// <summary>The position in kernel tables.</summary>
    internal int Slot { get; }

    /// <summary>The only shape and dtype rule: eager mode allocates from it, capture records it.</summary>
    /// <exception cref="TautenException">The inputs do not fit the op.</exception>
    public abstract Specs Infer(ReadOnlySpan<TensorSpec> x);

    /// <summary><see cref="Infer(ReadOnlySpan{TensorSpec})"/> for one input and one output, without a span.</summary>
    protected internal virtual TensorSpec Infer(TensorSpec x) => Infer([x])[0];

    /// <summary><see cref="Infer(ReadOnlySpan{TensorSpec})"/> for two inputs and one output, without a span.</summary>
    protected internal virtual TensorSpec Infer(TensorSpec a, TensorSpec b) => Infer([a, b])[0];

    /// <summary>What <c>Gradient</c> reads, and so what the tape keeps.</summary>
    public virtual Reads GradientReads() => Reads.Inputs;

    /// <summary>How output elements relate to input elements.</summary>
    public virtual OpKind Kind() => OpKind.Other;

    /// <summary>The arithmetic operations, a multiply-add counting two, where they are what takes the time; null for ops that memory limits.</summary>
    internal virtual double? Work(ReadOnlySpan<TensorSpec> x, ReadOnlySpan<TensorSpec> y) => null;

    /// <summary>In which dtype it runs while <see cref="Autocast"/> is on.</summary>
    public virtual OpPrecision Precision() => Kind() == OpKind.Elementwise ? OpPrecision.Widest : OpPrecision.AsGiven;

    /// <summary>
    /// The input, of the same spec, into whose memory a kernel may write an output, as it reads each element before it writes it: the updates of
    /// optimizers. -1 for all other ops.
    /// </summary>
    internal virtual int Overwritten(int output) => -1;

    /// <summary>The one value of all elements of an op that makes them from an attribute alone, NaN while it is not known; null for all other ops.</summary>
    internal virtual double? RepeatedValue => null;

    /// <summary>
    /// How an output can be had a second time, bit by bit, for little more than passing over memory: the op, and what it is applied to, inputs of this one by number and outputs by
    /// complement (~0 is the first). Null where it takes more.
    /// </summary>
    internal virtual (Op Op, int[] From)? Again(int output, ReadOnlySpan<TensorSpec> x) => Kind() is OpKind.Elementwise or OpKind.Movement or OpKind.Creation ? Itself(output, x) : null;

    /// <summary>The op itself, applied to the same once more, if it has no other output.</summary>
    private protected (Op Op, int[] From)? Itself(int output, ReadOnlySpan<TensorSpec> x) => Infer(x).Count == 1 ? (this, [.. Enumerable.Range(0, x.Length)]) : null;

    /// <summary>The graphs among the attributes, by the names of these.</summary>
    internal virtual (string Name, Graph Body)[] Bodies() => [];

    /// <summary>The op with other graphs in the place of <see cref="Bodies"/>.</summary>
    internal virtual Op WithBodies(Graph[] bodies) => this;

    /// <summary>The op with named unknowns in its attributes replaced; the op itself where it has none.</summary>
    protected internal virtual Op Bind(Func<string, Dim?> known) => this;

    /// <summary>
    /// The op for many samples at once: its outputs, each with the samples along a first axis. Null, where the op states no rule: a composite is then
    /// run through its expansion, and a primitive sample by sample. The rule of elementwise ops follows from their kind.
    /// </summary>
    protected internal virtual Tensor[]? Batched(Batch x) => Kind() == OpKind.Elementwise ? x.Elementwise(this) : null;

    /// <summary>
    /// How each output is written in the ONNX format, in a version of its operator set; null where the op has no operator there: a composite is then written as what it expands to.
    /// </summary>
    internal virtual OnnxForm[]? ToOnnx(ReadOnlySpan<TensorSpec> x, int opset) => null;

    /// <summary>
    /// What a primitive op is in terms of others, for formats that do not have it: slower, and so not what a backend runs. Null where it is nothing else, or only for sizes that are
    /// not known yet.
    /// </summary>
    internal virtual Tensor[]? Spelled(ReadOnlySpan<Tensor> x) => null;

    /// <summary>Name and attributes, such as <c>Softmax(Axis = -1)</c>.</summary>
    public sealed override string ToString()
    {
        var text = new StringBuilder(GetType().Name);
        var attributes = new StringBuilder();
        if (PrintMembers(attributes)) text.Append('(').Append(attributes).Append(')');
        return text.ToString();
    }

    /// <summary>Prints the attributes.</summary>
    protected virtual bool PrintMembers(StringBuilder builder) => false;

    /// <summary>The op's name in error messages.</summary>
    private protected string Name() => GetType().Name;
}

/// <summary>An op that backends implement. It must state its gradient.</summary>
public abstract record PrimitiveOp : Op
{
    /// <summary>The gradient with respect to each input, built from ops; null for an input that has none.</summary>
    public abstract Tensor?[] Gradient(Backward b);
}

/// <summary>
/// A primitive whose output is the input's storage seen through another layout, where the layout allows; the input is copied to a contiguous
/// one first where it does not. Needs no kernel.
/// </summary>
public abstract record ViewOp : PrimitiveOp
{
    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Movement;

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <summary>The output's layout; null when strides cannot express it for this input, but could for a contiguous one.</summary>
    internal abstract Layout? View(Layout x, TensorSpec y);

    /// <summary>
    /// For each axis of the output, the axis of the input that it goes along, or -1 for one that repeats or has size 1; null where elements come to stand
    /// elsewhere along an axis. Under a loop that broadcasts, such a view is nothing to do.
    /// </summary>
    internal virtual int[]? SourceAxes(TensorSpec x) => null;
}

/// <summary>An op that is defined by smaller ones. A backend may still offer a kernel for the whole.</summary>
public abstract record CompositeOp : Op
{
    /// <summary>The meaning of the op, for an op with one output.</summary>
    public virtual Tensor Expand(ReadOnlySpan<Tensor> x) => throw new NotSupportedException($"{Name()} must override Expand, or ExpandAll if it has several outputs.");

    /// <summary>The meaning of the op, for an op with several outputs.</summary>
    public virtual Tensor[] ExpandAll(ReadOnlySpan<Tensor> x) => [Expand(x)];

    /// <summary>What the op means, computed or recorded: in the dtypes of its inputs, as a kernel for the whole would.</summary>
    internal Tensor[] Expansion(ReadOnlySpan<Tensor> x)
    {
        using var exact = Autocast.Off();
        return ExpandAll(x);
    }

    /// <summary>The shape rule: derived by running the expansion on symbols, and remembered. Ops on hot paths override it.</summary>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x) => DerivedSpecs.Of(this, x);

    /// <summary>A shorter gradient than the one derived from the expansion, if there is one.</summary>
    public virtual Tensor?[]? Gradient(Backward b) => null;
}

/// <summary>
/// An op on values that need not be tensors: sequences and optionals. It only moves references, so it runs the same on every device.
/// </summary>
public abstract record ValueOp : Op
{
    /// <inheritdoc/>
    public sealed override Specs Infer(ReadOnlySpan<TensorSpec> x) => throw new GraphException($"{Name()} takes values, not only tensors; its rule is InferValues.");

    /// <summary>The specs of the outputs.</summary>
    public abstract ValueSpec[] InferValues(ReadOnlySpan<ValueSpec> x);

    /// <summary>The outputs.</summary>
    public abstract Value[] Evaluate(ReadOnlySpan<Value> x);

    /// <summary>How the output is written in the ONNX format; null where it cannot be.</summary>
    internal virtual OnnxForm? ToOnnx(ReadOnlySpan<ValueSpec> x) => null;

    /// <inheritdoc/>
    public override Reads GradientReads() => Reads.Nothing;

    /// <inheritdoc/>
    public override OpKind Kind() => OpKind.Movement;
}
