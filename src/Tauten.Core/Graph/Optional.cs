namespace Tauten;

/// <summary>A value that may be absent.</summary>
public sealed class Optional : Value
{
    readonly Value? content;
    readonly OptionalSpec spec;
    readonly Node node;
    readonly int output;
    readonly bool symbolic;

    Optional(Value? content, OptionalSpec spec, Node node, int output, bool symbolic) => (this.content, this.spec, this.node, this.output, this.symbolic) = (content, spec, node, output, symbolic);

    /// <summary>An optional that holds <paramref name="content"/>, or nothing.</summary>
    public static Optional Of(Value? content)
    {
        var spec = new OptionalSpec(content?.ValueSpec);
        return new(content, spec, new Node(spec), 0, false);
    }

    internal static Optional Symbol(Node node, int output) => new(null, (OptionalSpec)node.ValueSpec(output), node, output, true);

    /// <inheritdoc/>
    public override ValueSpec ValueSpec => spec;

    /// <inheritdoc/>
    public override bool IsSymbolic => symbolic;

    internal override Node Node => node;

    internal override int OutputIndex => output;

    /// <summary>Whether there is a value.</summary>
    public bool HasValue => symbolic ? throw new GraphException("Whether a captured optional has a value is known only when the graph runs.") : content is not null;

    /// <summary>The value.</summary>
    /// <exception cref="GraphException">There is none.</exception>
    public Value Content => HasValue ? content! : throw new GraphException("The optional is empty.");
}
