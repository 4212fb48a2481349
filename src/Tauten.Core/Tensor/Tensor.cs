using System.Diagnostics;
using System.Runtime.CompilerServices;
using Tauten.Ops;

namespace Tauten;

/// <summary>
/// An immutable n-dimensional array on a device, and at the same time a step of a computation that can be differentiated and captured.
/// There is nothing to dispose: memory is reused when the program lets go of a tensor. There is no in-place operation;
/// <see cref="With(TensorIndex, Tensor)"/> gives a new tensor.
/// </summary>
/// <example><code>
/// var x = Tensor.From([2f, 3f], requiresGrad: true);
/// (x * x * 3 + x).Sum().Backward();
/// Console.WriteLine(x.Grad);    // [13, 19]
/// </code></example>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed partial class Tensor : Value
{
    readonly object? memory;        // Storage, or the StorageToken that all tensors of one counted storage share; null while captured
    readonly Layout layout;
    readonly int output;
    Node? node;                     // a leaf's node is made when first needed

    Tensor(object? memory, Layout layout, Node? node, int output)
    {
        this.memory = memory;
        this.layout = layout;
        this.node = node;
        this.output = output;
    }

    /// <summary>A new tensor over fresh memory, contiguous and untracked, for a kernel to fill.</summary>
    internal static Tensor Allocate(Backend backend, TensorSpec spec)
    {
        long bytes = spec.ByteCount;
        if (bytes > SizeLimit.Unchecked) SizeLimit.Check(spec);
        var memory = backend.Allocate(bytes).Share(out bool isNew);
        if (isNew && memory is StorageToken token) Ambient.Current.Temporaries?.Add(token);
        return new(memory, spec.Contiguous, null, 0);
    }

    /// <summary>A tensor over given storage.</summary>
    internal static Tensor Over(Storage storage, Layout layout) => new(storage.Share(out _), layout, null, 0);

    /// <summary>The output of a captured node.</summary>
    internal static Tensor Symbol(Node node, int output) => new(null, node.Spec(output).Contiguous, node, output);

    /// <summary>A saved value of the tape: as the node's output, over the storage that the tape kept.</summary>
    internal static Tensor OnTape(Node node, int output, Storage storage, Layout layout)
    {
        var memory = storage.Share(out bool isNew);
        if (isNew && memory is StorageToken token) Ambient.Current.Temporaries?.Add(token);
        return new(memory, layout, node, output);
    }

    /// <summary>The same memory through another layout.</summary>
    internal Tensor View(Layout layout) => new(memory, layout, null, 0);

    /// <summary>The same values as the output of <paramref name="node"/>.</summary>
    internal Tensor As(Node? node, int output = 0) => new(memory, layout, node, output);

    /// <summary>Element type and shape.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([2, 3]).Spec);    // float32[2, 3]
    /// </code></example>
    public TensorSpec Spec => layout.Spec;

    /// <inheritdoc/>
    public override ValueSpec ValueSpec => layout.Spec;

    /// <summary>The dimensions.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([2, 3]).Shape);    // [2, 3]
    /// Console.WriteLine(Tensor.Ones([2, 3]).Shape[^1]);    // 3
    /// </code></example>
    public Shape Shape => layout.Spec.Shape;

    /// <summary>The element type.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.From([1, 2]).DType);    // Int32
    /// </code></example>
    public DType DType => layout.Spec.DType;

    /// <summary>The number of dimensions.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([2, 3]).Rank);    // 2
    /// </code></example>
    public int Rank => Shape.Rank;

    /// <summary>The number of elements.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([2, 3]).Count);    // 6
    /// </code></example>
    /// <exception cref="ShapeException">A dimension is unknown, while a graph is captured.</exception>
    public long Count => Shape.ElementCount;

    /// <summary>The bytes that the elements take, without gaps.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([2, 3]).ByteCount);    // 24
    /// </code></example>
    /// <exception cref="ShapeException">A dimension is unknown, while a graph is captured.</exception>
    public long ByteCount => Count * DType.Size();

    /// <summary>The device that holds the elements.</summary>
    /// <example><code>
    /// Console.WriteLine(Tensor.Ones([2, 3]).Backend);    // cpu
    /// </code></example>
    public Backend Backend => Storage.Backend;

    /// <inheritdoc/>
    public override bool IsSymbolic => memory is null;

    internal override Node Node => node ??= new Node(layout.Spec);

    internal override int OutputIndex => output;

    internal Layout Layout => layout;

    internal Storage Storage
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => memory is StorageToken token ? token.Storage : memory is null ? throw Symbolic() : Unsafe.As<Storage>(memory);
    }

    internal StorageToken? Token => memory as StorageToken;

    /// <summary>Whether gradients flow through this tensor.</summary>
    internal bool IsTracked => node is { Tracked: true };

    /// <summary>Whether a gradient can be computed with respect to this tensor.</summary>
    /// <example><code>
    /// var x = Tensor.From([1f, 2], requiresGrad: true);
    /// Console.WriteLine(x.RequiresGrad);    // True
    /// Console.WriteLine((x * 2).RequiresGrad);    // True
    /// </code></example>
    public bool RequiresGrad => IsTracked;

    /// <summary>Whether the tensor is an input of the computation rather than the result of a tracked op.</summary>
    /// <example><code>
    /// var x = Tensor.From([1f, 2], requiresGrad: true);
    /// Console.WriteLine($"{x.IsLeaf} {(x * 2).IsLeaf}");    // True False
    /// </code></example>
    public bool IsLeaf => node?.Op is null;

    internal void SetNode(Node made) => node = made;

    GraphException Symbolic()
    {
        string what = $"A captured tensor {Spec} has no values: it is {(node?.Op is { } op ? $"the output of {op}" : "an input of the graph")}.";
        string way = Ambient.Current.Capture is null
            ? "Its graph is captured already; return the tensor from the captured function, and run the graph."
            : "While a graph is captured, a branch or loop must not depend on values; use Tensor.Where, or compute the value outside.";
        return new($"{what} {way} It was asked for at {Anomaly.Here()}.");
    }

    string DebuggerText => IsSymbolic ? $"symbolic {Spec}" : Shape.Count <= 8 ? $"{Spec} {TensorText.Format(this)}" : Spec.ToString();
}
