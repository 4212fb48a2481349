using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>Where a value lies while a plan runs.</summary>
enum Place
{
    /// <summary>The caller's tensor.</summary>
    Input,
    /// <summary>The value of a parameter or buffer.</summary>
    Cell,
    /// <summary>Known when the plan is made, and the same at every run.</summary>
    Static,
    /// <summary>At a fixed offset of the workspace.</summary>
    Workspace,
    /// <summary>Memory of its own, made anew at each run, since it is handed to the caller.</summary>
    Output,
}

/// <summary>A value of a plan: a piece of memory, or another layout of one.</summary>
sealed class Slot(int index, Place place, TensorSpec spec)
{
    public int Index => index;

    public TensorSpec Spec => spec;

    public Place Place { get; set; } = place;

    /// <summary>The number of the input or cell.</summary>
    public int Number { get; set; }

    /// <summary>The value of a static slot.</summary>
    public Tensor? Value { get; init; }

    /// <summary>The slot of which this is another layout; itself where it is none.</summary>
    public Slot Root => Source?.Root ?? this;

    /// <summary>The slot that <see cref="View"/> is applied to.</summary>
    public Slot? Source { get; init; }

    /// <summary>How the layout follows from the source's.</summary>
    public ViewOp? View { get; init; }

    /// <summary>The layout over memory that begins with the root's first element.</summary>
    public Layout Layout { get; init; } = spec.Contiguous;

    /// <summary>The step that writes it, and the last one that reads it or another layout of it; of roots only.</summary>
    public int First { get; set; } = int.MaxValue;

    /// <inheritdoc cref="First"/>
    public int Last { get; set; } = -1;

    /// <summary>The first byte in the workspace.</summary>
    public long Offset { get; set; }

    /// <summary>The slot whose memory this one takes over: its values are read for the last time by the step that writes this.</summary>
    public Slot? Over { get; set; }

    /// <summary>Whether it has all elements of its root in the same order.</summary>
    public bool IsWhole => Layout is { IsContiguous: true, Offset: 0 } && spec.Shape.Count == Root.Spec.Shape.Count;
}

/// <summary>One kernel to run.</summary>
/// <param name="Op">The op, without unknown sizes.</param>
/// <param name="Kernel">Its kernel.</param>
/// <param name="Inputs">What it reads.</param>
/// <param name="Outputs">What it writes.</param>
/// <param name="Origin">What it comes from.</param>
sealed record PlannedStep(Op Op, Kernel<Op> Kernel, Slot[] Inputs, Slot[] Outputs, Origin? Origin);

/// <summary>A new value of a cell. Null as the slot: it is written over the old one already.</summary>
sealed record PlannedUpdate(int Cell, Slot? Slot);

/// <summary>A graph for inputs of known sizes: its kernels in order, and where each value lies.</summary>
sealed class Plan(Backend backend, int inputCount, IReadOnlyList<Cell> cells, Slot[] slots, PlannedStep[] steps, Slot[] outputs, PlannedUpdate[] updates, long workspaceBytes)
{
    /// <summary>The same over other cells, of the same specs in the same order.</summary>
    public Plan With(IReadOnlyList<Cell> others) => new(backend, inputCount, others, slots, steps, outputs, updates, workspaceBytes);

    public Backend Backend => backend;

    public IReadOnlyList<Cell> Cells => cells;

    public ReadOnlySpan<Slot> Slots => slots;

    public ReadOnlySpan<PlannedStep> Steps => steps;

    public ReadOnlySpan<Slot> Outputs => outputs;

    public ReadOnlySpan<PlannedUpdate> Updates => updates;

    /// <summary>The bytes that all values on the way take together.</summary>
    public long WorkspaceBytes => workspaceBytes;

    /// <summary>The number of inputs.</summary>
    public int InputCount => inputCount;
}
