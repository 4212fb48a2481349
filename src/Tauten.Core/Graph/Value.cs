namespace Tauten;

/// <summary>What nodes pass to each other: a <see cref="Tensor"/>, a <see cref="TensorSequence"/> or an <see cref="Optional"/>.</summary>
public abstract class Value
{
    private protected Value() { }

    /// <summary>What is known before the value is computed.</summary>
    public abstract ValueSpec ValueSpec { get; }

    /// <summary>The step that made this value.</summary>
    internal abstract Node Node { get; }

    /// <summary>Which of the node's outputs this is.</summary>
    internal abstract int OutputIndex { get; }

    /// <summary>Whether the value is part of a graph being captured and has no content.</summary>
    public abstract bool IsSymbolic { get; }
}
