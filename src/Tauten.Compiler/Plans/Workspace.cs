using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>A plan over memory of its own, ready to run; one thread at a time.</summary>
sealed class Workspace
{
    readonly Plan plan;
    readonly Tensor[] values;                            // by slot; of those that are known only in a run, the last ones
    readonly (Tensor[] Array, int At)[][] readers;       // where the value of a slot that changes from run to run is to be put
    readonly Slot[][] inputViews, cellViews;              // by the number of the input or cell: itself, and its other layouts
    readonly Slot[] made;                                // what is made anew in each run, and its other layouts
    readonly (Kernel<Op> Kernel, Op Op, Tensor[] X, Tensor[] Y)[] steps;
    readonly Slot[] cellSlots;
    readonly bool[] changes;                             // whether a cell is assigned
    readonly (Tensor[] From, Tensor[] To)[] copies;
    readonly Kernel<Op> copy;
    readonly Temporaries temporaries = new();
    (Tensor[] From, Tensor[] To)[] handed = [];          // outputs that are copied to the caller's memory

    /// <summary>The values of a plan within <paramref name="memory"/>, which has at least as many bytes as the plan needs.</summary>
    public Workspace(Plan plan, Storage? memory)
    {
        this.plan = plan;
        values = new Tensor[plan.Slots.Length];
        foreach (var slot in plan.Slots)
            if (slot.Place == Place.Static) values[slot.Index] = slot.Value!;
            else if (slot.Place == Place.Workspace) values[slot.Index] = Tensor.Over(memory!, slot.Layout.Shifted(slot.Root.Offset / slot.Spec.DType.Size()));
        var found = new List<(Tensor[], int)>?[values.Length];
        steps = new (Kernel<Op>, Op, Tensor[], Tensor[])[plan.Steps.Length];
        for (int i = 0; i < steps.Length; i++) steps[i] = (plan.Steps[i].Kernel, plan.Steps[i].Op, Values(plan.Steps[i].Inputs, found), Values(plan.Steps[i].Outputs, found));
        copy = plan.Backend.FindKernel(Contiguous.Instance)!;
        copies = new (Tensor[], Tensor[])[plan.Updates.Length];
        changes = new bool[plan.Cells.Count];
        cellSlots = [.. plan.Slots.ToArray().Where(s => s is { Place: Place.Cell, Source: null, Over: null })];
        for (int i = 0; i < copies.Length; i++)
        {
            var update = plan.Updates[i];
            changes[update.Cell] = true;
            if (update.Slot is not null) copies[i] = (Values([update.Slot], found), Values([cellSlots[update.Cell]], found));
        }
        readers = Array.ConvertAll(found, list => list?.ToArray() ?? []);
        inputViews = Array.ConvertAll(Enumerable.Range(0, plan.InputCount).ToArray(), i => SlotsOf(Place.Input, i));
        cellViews = Array.ConvertAll(Enumerable.Range(0, plan.Cells.Count).ToArray(), i => SlotsOf(Place.Cell, i));
        made = SlotsOf(Place.Output, 0);
    }

    // In the order in which one is a view of another.
    Slot[] SlotsOf(Place place, int number) => [.. plan.Slots.ToArray().Where(s => s.Place == place && s.Number == number)];

    Tensor[] Values(ReadOnlySpan<Slot> slots, List<(Tensor[], int)>?[] found)
    {
        var array = new Tensor[slots.Length];
        for (int i = 0; i < array.Length; i++)
        {
            var slot = slots[i];
            if (slot.Place is Place.Static or Place.Workspace) array[i] = values[slot.Index];
            else (found[slot.Index] ??= []).Add((array, i));
        }
        return array;
    }

    /// <summary>What runs here.</summary>
    public Plan Plan => plan;

    /// <summary>Computes the outputs, and gives cells their new values.</summary>
    public Tensor[] Run(ReadOnlySpan<Tensor> x)
    {
        for (int i = 0; i < x.Length; i++)
            Bring(inputViews[i], x[i].Layout.IsContiguous ? x[i] : Contiguous.Copy(x[i]));
        for (int i = 0; i < cellViews.Length; i++)
        {
            var cell = plan.Cells[i];
            // A value that somebody else can see is not written over.
            if (changes[i] && !cell.IsPrivate) cell.Adopt(Contiguous.Copy(cell.Borrow()));
            var value = cell.Borrow();
            if (!ReferenceEquals(values[cellSlots[i].Index], value)) Bring(cellViews[i], value);
        }
        foreach (var slot in made) Set(slot, slot.Source is null ? Tensor.Allocate(plan.Backend, slot.Spec) : Viewed(slot));
        Execute();
        return Results(x);
    }

    /// <summary>Puts tensors in the places of inputs and outputs for good; the plan has no cells. What has no place of its own is copied at the end of each run.</summary>
    public void Bind(ReadOnlySpan<Tensor> x, ReadOnlySpan<Tensor> y)
    {
        for (int i = 0; i < x.Length; i++) Bring(inputViews[i], x[i]);
        var bound = new HashSet<Slot>();
        var rest = new List<(Slot From, Tensor To)>();
        for (int i = 0; i < y.Length; i++)
        {
            var (slot, root) = (plan.Outputs[i], plan.Outputs[i].Root);
            if (slot.Place == Place.Output && root.Spec.DType == slot.Spec.DType && bound.Add(root)) Set(root, y[i].View(root.Spec.Contiguous));
            else rest.Add((slot, y[i]));
        }
        foreach (var slot in made)
            if (slot.Source is not null) Set(slot, Viewed(slot));
            else if (!bound.Contains(slot)) Set(slot, Tensor.Allocate(plan.Backend, slot.Spec));
        handed = [.. rest.Select(r => (new[] { values[r.From.Index] }, new[] { r.To }))];
    }

    /// <summary>Runs the kernels over the values that are in their places.</summary>
    public void Execute()
    {
        var stop = Ambient.Current.Stop;
        temporaries.Again();
        try
        {
            var profile = Ambient.Current.Profile;
            for (int i = 0; i < steps.Length; i++)
            {
                stop.ThrowIfCancellationRequested();
                var (kernel, op, inputs, outputs) = steps[i];
                if (profile is null) kernel(op, inputs, outputs);
                else profile.Run(kernel, op, inputs, outputs, plan.Steps[i].Origin);
            }
            foreach (var (from, to) in copies)
                if (from is not null) copy(Contiguous.Instance, from, to);
            foreach (var (from, to) in handed) copy(Contiguous.Instance, from, to);
        }
        finally
        {
            temporaries.End([]);
        }
        GC.KeepAlive(this);
    }

    Tensor[] Results(ReadOnlySpan<Tensor> x)
    {
        var results = new Tensor[plan.Outputs.Length];
        for (int i = 0; i < results.Length; i++)
        {
            var slot = plan.Outputs[i];
            results[i] = slot.Place == Place.Input && slot.Source is null ? x[slot.Number].As(null) : values[slot.Index].As(null);
        }
        // What is the caller's is not kept alive from here.
        foreach (var views in inputViews) Forget(views);
        Forget(made);
        GC.KeepAlive(this);
        return results;
    }

    void Bring(Slot[] views, Tensor root)
    {
        foreach (var slot in views) Set(slot, slot.Source is null ? root : Viewed(slot));
    }

    Tensor Viewed(Slot slot)
    {
        var source = values[slot.Source!.Index];
        return source.View(slot.View!.View(source.Layout, slot.Spec)!);
    }

    void Set(Slot slot, Tensor value)
    {
        values[slot.Index] = value;
        foreach (var (array, at) in readers[slot.Index]) array[at] = value;
    }

    void Forget(Slot[] views)
    {
        foreach (var slot in views) Set(slot, null!);
    }
}
