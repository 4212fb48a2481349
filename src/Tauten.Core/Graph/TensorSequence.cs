using System.Collections;

namespace Tauten;

/// <summary>An immutable list of tensors as one value.</summary>
public sealed class TensorSequence : Value, IReadOnlyList<Tensor>
{
    readonly Tensor[]? items;
    readonly SequenceSpec spec;
    readonly Node node;
    readonly int output;

    TensorSequence(Tensor[]? items, SequenceSpec spec, Node node, int output) => (this.items, this.spec, this.node, this.output) = (items, spec, node, output);

    /// <summary>A sequence of the given tensors.</summary>
    public static TensorSequence Of(params ReadOnlySpan<Tensor> items)
    {
        var spec = SpecOf(items);
        return new(items.ToArray(), spec, new Node(spec), 0);
    }

    internal static TensorSequence Symbol(Node node, int output) => new(null, (SequenceSpec)node.ValueSpec(output), node, output);

    internal static SequenceSpec SpecOf(ReadOnlySpan<Tensor> items)
    {
        TensorSpec? element = items.Length > 0 ? items[0].Spec : null;
        foreach (var item in items)
            if (item.Spec != element) return new(null);
        return new(element);
    }

    /// <inheritdoc/>
    public override ValueSpec ValueSpec => spec;

    /// <inheritdoc/>
    public override bool IsSymbolic => items is null;

    internal override Node Node => node;

    internal override int OutputIndex => output;

    Tensor[] Items => items ?? throw new GraphException("A captured sequence has no tensors yet. Use SequenceAt and SequenceLength while a graph is captured.");

    /// <summary>The number of tensors.</summary>
    public int Count => Items.Length;

    /// <summary>One tensor; negative positions count from the end.</summary>
    /// <exception cref="IndexException">There is no such position.</exception>
    public Tensor this[int index] => Items[Position(index, Count)];

    internal static int Position(long index, int count)
    {
        if (index < -count || index >= count) throw new IndexException($"A sequence of {count} tensors has no position {index}.");
        return (int)(index < 0 ? index + count : index);
    }

    /// <inheritdoc/>
    public IEnumerator<Tensor> GetEnumerator() => ((IEnumerable<Tensor>)Items).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
