namespace Tauten;

/// <summary>
/// The mutable thing in a world of immutable tensors: it holds a tensor and can be given another one of the same spec. Inside a captured graph
/// it is an input by name, and an assignment becomes an update that the graph performs when it runs.
/// </summary>
public abstract class Cell
{
    Tensor? value;       // null where a source computes it
    ICellSource? source;
    bool escaped;        // whether the program may hold the tensor that is our value

    private protected Cell(Tensor value, string? name)
    {
        if (value.IsSymbolic) throw new GraphException("A parameter or buffer cannot be made from a captured tensor: it would have no value. Make modules outside of the captured function.");
        (Name, Spec) = (name, value.Spec);
        // A view would keep the rest of its storage alive and could not be updated in place.
        this.value = value.Layout.IsContiguous ? value : Ops.Contiguous.Copy(value);
        escaped = true;
    }

    private protected Cell(Cell cell)
    {
        (Name, Spec) = (cell.Name, cell.Spec);
        escaped = true;
    }

    /// <summary>The name, as given by the module that owns it.</summary>
    public string? Name { get; internal set; }

    /// <summary>Element type and shape, which never change.</summary>
    public TensorSpec Spec { get; }

    /// <summary>The dimensions.</summary>
    public Shape Shape => Spec.Shape;

    /// <summary>The element type.</summary>
    public DType DType => Spec.DType;

    /// <summary>Whether gradients flow to it.</summary>
    public abstract bool RequiresGrad { get; set; }

    internal abstract GradientCell? Gradients { get; }

    /// <summary>The tensor held now. A later assignment does not change a tensor that was read before.</summary>
    /// <exception cref="ShapeException">The tensor given has another shape.</exception>
    /// <exception cref="DTypeException">The tensor given has another element type.</exception>
    public Tensor Value
    {
        get
        {
            Escape();
            return Borrow();
        }
        set
        {
            Check(value);
            if (Ambient.Current.Substitutes is { } others && others.ContainsKey(this)) others[this] = value;
            else if (source is not null) source.Write(value);
            else if (Ambient.Current.Capture is { } capture) capture.Write(this, value);
            else Replace(value.Layout.IsContiguous ? value.As(null) : Ops.Contiguous.Copy(value), escapes: true);
        }
    }

    /// <summary>
    /// The value for a module's own computation, which hands neither it nor a view of it to the program: the next update may then be done in place.
    /// </summary>
    internal Tensor Borrow()
    {
        var ambient = Ambient.Current;
        if (ambient.Substitutes is { } others && others.TryGetValue(this, out var other)) return other;
        return source is not null ? source.Read() : ambient.Capture is { } capture ? capture.Read(this) : value!;
    }

    /// <summary>What computes the value, where the cell does not hold it.</summary>
    internal ICellSource? Source => source;

    /// <summary>From here on the value is computed, and what was held is let go.</summary>
    internal void ComputeFrom(ICellSource newSource) => (source, value) = (newSource, null);

    /// <summary>From here on the cell holds a value again.</summary>
    internal void Hold(Tensor held)
    {
        source = null;
        value = Attach(held.Layout.IsContiguous ? held.Detach() : Ops.Contiguous.Copy(held));
        escaped = true;
    }

    /// <summary>Whether nobody else can see the value, so that an update may be done in place.</summary>
    internal bool IsPrivate => !escaped && value is not null && value.Storage.IsUnshared;

    /// <summary>The program may hold the value from here on.</summary>
    internal void Escape()
    {
        escaped = true;
        source?.Escape();
    }

    /// <summary>Whether a tensor is the value: all of the same memory.</summary>
    internal bool Has(Tensor tensor) => value is not null && ReferenceEquals(tensor.Storage, value.Storage) && tensor.Layout.IsContiguous && tensor.Layout.Offset == value.Layout.Offset;

    /// <summary>Takes a tensor that nobody else holds, and frees the old one if nobody else holds that.</summary>
    internal void Adopt(Tensor made)
    {
        if (Ambient.Current.Substitutes is { } others && others.ContainsKey(this)) others[this] = made;
        else if (source is not null) source.Write(made);
        else Replace(made, escapes: false);
    }

    void Replace(Tensor made, bool escapes)
    {
        if (!escaped && value!.Token is { } token && !ReferenceEquals(token, made.Token)) token.Storage.Drop(token);
        value = Attach(made);
        escaped = !made.Storage.Watch() || escapes;
    }

    private protected void Reattach()
    {
        if (value is not null) value = Attach(value);
    }

    // Every value is a leaf of its own, so that an old tape does not see new values; all share the cell in which gradients gather.
    Tensor Attach(Tensor tensor) => tensor.As(RequiresGrad ? new Node(tensor.Spec, tracked: true, extra: Gradients) : null);

    void Check(Tensor made)
    {
        if (made.DType != DType) throw new DTypeException($"{Describe()}: expected a value of dtype {DType.Name()}. Received: {made.DType.Name()}.");
        if (made.Shape != Shape) throw new ShapeException($"{Describe()}: expected a value of shape {Shape}. Received: {made.Shape}.");
    }

    string Describe() => $"{GetType().Name}{(Name is null ? "" : $" {Name}")}";

    /// <summary>Name and spec.</summary>
    public override string ToString() => $"{Describe()} : {Spec}";

    /// <summary>The tensor held now.</summary>
    public static implicit operator Tensor(Cell cell) => cell.Value;
}

/// <summary>A cell that is learned: gradients gather in <see cref="Grad"/>, and optimizers give it new values.</summary>
public sealed class Parameter : Cell
{
    readonly GradientCell gradients = new();
    bool requiresGrad = true;

    /// <summary>A parameter with this initial value.</summary>
    /// <exception cref="DTypeException">The element type is not floating-point.</exception>
    public Parameter(Tensor value, string? name = null) : base(value.Detach(), name)
    {
        if (!value.DType.IsFloating()) throw new DTypeException($"Parameter{(name is null ? "" : $" {name}")}: only floating-point tensors have gradients. Received: {value.DType.Name()}. Use a Buffer for other state.");
        Reattach();
    }

    /// <summary>Whether gradients flow to it; set to false to freeze it.</summary>
    public override bool RequiresGrad
    {
        get => Source?.RequiresGrad ?? requiresGrad;
        set
        {
            requiresGrad = value;
            if (Source is { } source) source.RequiresGrad = value;
            Reattach();
        }
    }

    internal override GradientCell? Gradients => gradients;

    /// <summary>The sum of the gradients that reverse walks have brought since <see cref="ZeroGrad"/>; null when there was none.</summary>
    public Tensor? Grad
    {
        get
        {
            gradients.Escaped = true;
            return BorrowGrad();
        }
        set
        {
            if (value is not null && (value.Shape != Shape || value.DType != DType)) throw new ShapeException($"{this}: its gradient must have the same spec. Received: {value.Spec}.");
            if (Ambient.Current.Capture is { } capture) capture.SetGradient(gradients, value);
            else (gradients.Gradient, gradients.Escaped) = (value, true);
        }
    }

    /// <summary>The gradient for an optimizer, which does not hand it on.</summary>
    internal Tensor? BorrowGrad() => Ambient.Current.Capture is { } capture ? capture.GradientOf(gradients) : gradients.Gradient;

    /// <summary>Whether nobody else can see the gradient, so that it may be changed in place.</summary>
    internal bool HasPrivateGrad => !gradients.Escaped && gradients.Gradient is { Layout: { IsContiguous: true, Offset: 0 } } gradient && gradient.Storage.IsUnshared;

    /// <summary>Takes a gradient that nobody else holds in place of the one there is.</summary>
    internal void AdoptGrad(Tensor made) => gradients.Adopt(made);

    /// <summary>Forgets the gradient.</summary>
    public void ZeroGrad()
    {
        if (Ambient.Current.Capture is { } capture) capture.SetGradient(gradients, null);
        else gradients.Clear();
    }
}

/// <summary>A cell without gradient: running statistics and other state.</summary>
public sealed class Buffer(Tensor value, string? name = null) : Cell(value.Detach(), name)
{
    /// <summary>Whether this is the state of a random generator.</summary>
    internal bool IsRandomState { get; init; }

    /// <summary>Always false.</summary>
    /// <exception cref="GradientException">Set to true.</exception>
    public override bool RequiresGrad
    {
        get => false;
        set
        {
            if (value) throw new GradientException($"{this}: a buffer has no gradient. Use a Parameter.");
        }
    }

    internal override GradientCell? Gradients => null;
}

/// <summary>What stands for a cell in a graph that several graphs share: it has a spec, and no value.</summary>
sealed class CellPlace(Cell cell) : Cell(cell)
{
    /// <summary>Always false.</summary>
    public override bool RequiresGrad
    {
        get => false;
        set => throw new GraphException($"{this}: it only stands for a parameter or buffer.");
    }

    internal override GradientCell? Gradients => null;
}
