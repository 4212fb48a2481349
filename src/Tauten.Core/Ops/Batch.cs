namespace Tauten.Ops;

/// <summary>
/// What a batching rule sees: the inputs of many samples at once. An input that differs from sample to sample has the samples along a first axis
/// of its own, in front of the axes that the op knows; an input that is the same for all has its ordinary shape.
/// </summary>
public sealed class Batch
{
    readonly Tensor[] inputs;
    readonly bool[] batched;
    readonly TensorSpec[] samples;

    internal Batch(Tensor[] inputs, bool[] batched, TensorSpec[] samples, Dim size) => (this.inputs, this.batched, this.samples, Size) = (inputs, batched, samples, size);

    /// <summary>The number of samples.</summary>
    public Dim Size { get; }

    /// <summary>The number of inputs.</summary>
    public int Count => inputs.Length;

    /// <summary>Whether an input differs from sample to sample.</summary>
    public bool IsBatched(int index) => batched[index];

    /// <summary>An input: with the axis of the samples in front where it is batched, else as it is.</summary>
    public Tensor this[int index] => inputs[index];

    /// <summary>Element type and shape of an input in one sample.</summary>
    public TensorSpec Sample(int index) => samples[index];

    /// <summary>The number of axes of an input in one sample.</summary>
    public int Rank(int index) => samples[index].Shape.Rank;

    /// <summary>An input with the axis of the samples in front; repeated along it, without a copy, where it is the same for all.</summary>
    public Tensor Full(int index) => batched[index] ? inputs[index] : inputs[index].Unsqueeze(0).BroadcastTo([Size, .. inputs[index].Shape]);

    /// <summary>
    /// An input that broadcasts against samples of <paramref name="rank"/> axes: where it is batched, new axes of size 1 come between the samples and
    /// its own axes.
    /// </summary>
    public Tensor Aligned(int index, int rank) => batched[index] ? Raised(inputs[index], rank - Rank(index)) : inputs[index];

    static Tensor Raised(Tensor x, int missing) => missing <= 0 ? x : x.Reshape([x.Shape[0], .. Enumerable.Repeat((Dim)1, missing), .. x.Shape.Skip(1)]);

    /// <summary>The outputs of <paramref name="op"/>, each with the samples in front, for inputs that broadcast against each other.</summary>
    internal Tensor[] Elementwise(Op op)
    {
        int rank = samples.Max(s => s.Shape.Rank);
        // A composite may ask that some of its inputs, such as the parts of complex numbers, have the same shape: what they have for one sample, they have for all.
        return Dispatch.RunAll(op, [.. Enumerable.Range(0, Count).Select(i => op is PrimitiveOp ? Aligned(i, rank) : Raised(Full(i), rank - Rank(i)))]);
    }

    /// <summary>The outputs of <paramref name="op"/> for all inputs, each with the samples in front.</summary>
    public Tensor[] Run(Op op) => Dispatch.RunAll(op, [.. Enumerable.Range(0, Count).Select(Full)]);

    /// <summary>
    /// The outputs of <paramref name="op"/> where only the first input is batched; null where another one is. For ops that take the others, such as
    /// weights, once for all.
    /// </summary>
    internal Tensor[]? RunFirst(Op op) => IsSharedFrom(1) ? Dispatch.RunAll(op, inputs) : null;

    /// <summary>
    /// The outputs of <paramref name="op"/> whose first inputs and whose outputs begin with an axis of items that it treats alike: those of all samples
    /// stand one behind the other there. The inputs behind are the same for all samples.
    /// </summary>
    internal Tensor[] Fold(Op op, int folded)
    {
        Dim items = samples[0].Shape[0];
        var y = Dispatch.RunAll(op, [.. Enumerable.Range(0, Count).Select(i => i < folded ? Full(i).Flatten(0, 1) : inputs[i])]);
        return Array.ConvertAll(y, t => t.Reshape([Size, items, .. t.Shape.Skip(1)]));
    }

    /// <summary>Whether all inputs from one on are the same for all samples.</summary>
    internal bool IsSharedFrom(int index) => index >= batched.Length || !batched.AsSpan(index).Contains(true);

    /// <summary>Axes counted from the start of one sample, counted from the start of the batch.</summary>
    internal static Dims Shift(Dims axes) => Dims.Create([.. axes.Select(a => a + 1)]);
}
