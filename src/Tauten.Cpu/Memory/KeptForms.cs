namespace Tauten.Cpu;

/// <summary>Which form of a tensor is meant.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Start">The first element's distance from the start of the storage, in bytes.</param>
/// <param name="Rows">Sizes, and how they are cut.</param>
/// <param name="Columns">See <paramref name="Rows"/>.</param>
/// <param name="Groups">See <paramref name="Rows"/>.</param>
/// <param name="RowStride">Distances of rows and columns where they are not those of a contiguous weight.</param>
/// <param name="ColumnStride">See <paramref name="RowStride"/>.</param>
internal readonly record struct FormKey(FormKind Kind, long Start, long Rows, long Columns, long Groups, long RowStride = 0, long ColumnStride = 0)
{
    /// <summary>Forms are cut to vectors.</summary>
    public InstructionLevel Level { get; } = CpuInstructions.Level;
}

/// <summary>What a form is for.</summary>
internal enum FormKind
{
    /// <summary>Strips of a weight, for <see cref="PointwiseConvolution{V, T}"/>.</summary>
    Strips,

    /// <summary>Transformed windows, for <see cref="WinogradConvolution{V, T}"/>.</summary>
    Winograd,

    /// <summary>Panels of a weight, for <see cref="PixelProduct{V, T}"/>.</summary>
    Panels,

    /// <summary>Panels of a right matrix, for <see cref="SharedProduct{TStore, T, V}"/>.</summary>
    RightPanels,

    /// <summary>Windows whose channels lie side by side, for <see cref="DepthwisePixels{V, T}"/>.</summary>
    Taps,
}

/// <summary>What kernels have made of a tensor that never changes, such as the weight of a loaded model: made at the first call, and read by all others.</summary>
/// <param name="backend">Where forms lie.</param>
/// <param name="source">What they are made of.</param>
internal sealed class KeptForms(CpuBackend backend, Storage source)
{
    private readonly Dictionary<FormKey, Tensor> forms = [];

    /// <summary>Held by whoever makes a form.</summary>
    public Lock Gate { get; } = new();

    /// <summary>A form; null where it has not been made.</summary>
    public Tensor? Find(in FormKey key)
    {
        lock (Gate) return forms.GetValueOrDefault(key);
    }

    /// <summary>Memory for a form.</summary>
    public Tensor Allocate(long bytes)
    {
        // Not a temporary of the graph that runs: it stays.
        var spec = new TensorSpec(DType.UInt8, Shape.Of(bytes));
        return Tensor.Over(backend.Allocate(bytes), spec.Contiguous);
    }

    /// <summary>Keeps a form that has been made. What it was made of is seldom read from now on.</summary>
    public void Keep(in FormKey key, Tensor form)
    {
        forms[key] = form;
        source.Forget();
    }
}

/// <summary>
/// The form in which a kernel reads a weight: kept from an earlier call, to be kept for later ones, or in temporary memory. What is new must be filled, and then <see cref="Filled"/>
/// be called.
/// </summary>
internal unsafe ref struct WeightForm
{
    private readonly KeptForms? kept;
    private readonly Tensor? memory;
    private readonly FormKey key;
    private readonly Scratch scratch;
    private bool holdsGate;

    private WeightForm(KeptForms? kept, in FormKey key, long bytes)
    {
        (this.kept, this.key) = (kept, key);
        if (kept is null)
        {
            scratch = Scratch.Take(bytes);
            Pointer = scratch.Pointer;
            IsNew = true;
            return;
        }
        memory = kept.Find(key);
        if (memory is null)
        {
            kept.Gate.Enter();
            holdsGate = true;
            // Another thread may have been faster.
            memory = kept.Find(key);
            IsNew = memory is null;
            memory ??= kept.Allocate(bytes);
            if (!IsNew) Leave();
        }
        // Memory of the pool does not move.
        fixed (byte* first = &memory.First()) Pointer = first;
    }

    /// <summary>The form of a weight.</summary>
    /// <param name="kept">The forms of the weight; null where it may change.</param>
    /// <param name="key">Which form.</param>
    /// <param name="bytes">How large it is.</param>
    public static WeightForm Take(KeptForms? kept, in FormKey key, long bytes) => new(kept, key, bytes);

    /// <summary>Where it lies.</summary>
    public byte* Pointer { get; }

    /// <summary>Whether it must be made.</summary>
    public bool IsNew { get; }

    /// <summary>It has been made.</summary>
    public void Filled()
    {
        if (!holdsGate) return;
        kept!.Keep(key, memory!);
        Leave();
    }

    private void Leave()
    {
        holdsGate = false;
        kept!.Gate.Exit();
    }

    /// <summary>The kernel has ended.</summary>
    public void Dispose()
    {
        if (holdsGate) Leave();
        if (kept is null) scratch.Dispose();
        GC.KeepAlive(memory);
    }
}

/// <summary>A weight as algorithms get it: its elements, and the forms that are kept of it.</summary>
/// <param name="first">The first element.</param>
/// <param name="forms">Its forms; null where it may change.</param>
/// <param name="start">The first element's distance from the start of the storage, in bytes.</param>
internal readonly unsafe struct KernelWeight<T>(T* first, KeptForms? forms = null, long start = 0) where T : unmanaged
{
    /// <summary>The first element.</summary>
    public readonly T* First = first;

    /// <summary>Its forms; null where it may change.</summary>
    public readonly KeptForms? Forms = forms;

    /// <summary>The first element's distance from the start of the storage, in bytes.</summary>
    public readonly long Start = start;

    /// <summary>The elements of a tensor, which stay in place while they are used.</summary>
    public static KernelWeight<T> Of(Tensor weight, T* first) => new(first, (weight.Storage as CpuStorage)?.Forms, weight.Layout.Offset * sizeof(T));
}
