using Tauten.Ops;

namespace Tauten.Compiler;

/// <summary>Makes a <see cref="Plan"/> of a lowered graph for inputs of known sizes.</summary>
/// <param name="graph">The graph.</param>
/// <param name="backend">Where it will run.</param>
sealed class PlanBuilder(Graph graph, Backend backend)
{
    readonly Dictionary<(Node, int), Slot> places = [];
    readonly List<Slot> slots = [];
    readonly List<PlannedStep> steps = [];
    Origin? origin;                               // of the node that is being planned
    readonly List<Cell> cells = [];
    readonly List<Slot> cellSlots = [];
    readonly HashSet<(Node, int)> read = graph.OutputsRead();
    Dictionary<string, Dim> sizes = [];

    /// <summary>The plan for inputs of these specs, or null where a size depends on data, so that memory cannot be planned.</summary>
    public Plan? Build(ReadOnlySpan<TensorSpec> inputs)
    {
        sizes = graph.Sizes(inputs);
        for (int i = 0; i < inputs.Length; i++) places[(graph.NamedInputs[i].Node, 0)] = Add(new(slots.Count, Place.Input, inputs[i]) { Number = i });
        foreach (var (cell, node) in graph.CellNodes)
        {
            cellSlots.Add(places[(node, 0)] = Add(new(slots.Count, Place.Cell, cell.Spec) { Number = cells.Count }));
            cells.Add(cell);
        }
        foreach (var (node, value) in graph.ConstantNodes) places[(node, 0)] = Add(new(slots.Count, Place.Static, value.Spec) { Value = Contiguous(value) });
        using (Gradients.NoGrad())
            foreach (var node in graph.Nodes)
                if (!graph.IsLeaf(node) && !Plan(node)) return null;
        var (outputs, updates) = Results();
        Live(updates);
        OverCells(updates);
        OverInputs();
        long bytes = MemoryLayout.Place(slots);
        return new(backend, inputs.Length, [.. cells], [.. slots], [.. steps], outputs, updates, bytes);
    }

    Slot Add(Slot slot)
    {
        slots.Add(slot);
        return slot;
    }

    Slot SlotOf(Node node, int input) => places[(node.Input(input), node.InputOutput(input))];

    /// <summary>A constant as kernels like it best. Matrices are read either way, and those of layers can be large: a transposed one is not copied.</summary>
    Tensor Contiguous(Tensor value)
    {
        if (value.Layout.IsContiguous || (value.Rank == 2 && value.Layout.Strides.Contains(1) && !value.Layout.Strides.Contains(0))) return value;
        var copy = Ops.Contiguous.Copy(value);
        // What never changes stays so.
        if (value.Storage.IsFixed) backend.Fix(copy);
        value.Storage.Forget();
        return copy;
    }

    Dim? Known(string name) => sizes.TryGetValue(name, out var size) ? size : default(Dim?);

    TensorSpec? Bound(ValueSpec spec)
    {
        if (spec is not TensorSpec tensor) return null;
        if (tensor.Shape.IsKnown) return tensor;
        var shape = tensor.Shape.Bind(Known);
        return shape.IsKnown ? new(tensor.DType, shape) : null;
    }

    bool Plan(Node node)
    {
        origin = node.Origin;
        // What a loop keeps for a gradient that nobody asks for is not made, and its number of rounds need not be known.
        var needed = node.Op is ControlOp control ? control.Without(output => read.Contains((node, output))) : node.Op!;
        var specs = new TensorSpec[ReferenceEquals(needed, node.Op) ? node.OutputCount : Dispatch.Infer(needed, [.. Enumerable.Range(0, node.InputCount).Select(i => node.Input(i).Spec(node.InputOutput(i)))]).Count];
        for (int i = 0; i < specs.Length; i++)
            if (Bound(node.ValueSpec(i)) is { } spec) specs[i] = spec;
            else return false;
        var op = needed.Bind(Known);
        var x = new Slot[node.InputCount];
        for (int i = 0; i < x.Length; i++) x[i] = SlotOf(node, i);
        if (op is ViewOp view)
        {
            places[(node, 0)] = View(view, x[0], specs[0]);
            return true;
        }
        // More is constant than in the graph, now that sizes are known.
        if (Array.TrueForAll(x, slot => slot.Place == Place.Static) && specs.Sum(s => s.ByteCount) <= FoldConstants.LargestBytes)
        {
            var values = specs.Length == 1 ? [Dispatch.Run(op, Array.ConvertAll(x, slot => slot.Value!))] : Dispatch.RunAll(op, Array.ConvertAll(x, slot => slot.Value!));
            for (int i = 0; i < values.Length; i++) places[(node, i)] = Add(new(slots.Count, Place.Static, specs[i]) { Value = Contiguous(values[i]) });
            return true;
        }
        // The graphs of branches and loops run from plans of their own.
        foreach (var (_, body) in op is ControlOp ? op.Bodies() : []) body.Runner ??= new PlannedGraph(body, backend, new()).Run;
        var y = Array.ConvertAll(specs, spec => Add(new(slots.Count, Place.Workspace, spec)));
        for (int i = 0; i < y.Length; i++) places[(node, i)] = y[i];
        steps.Add(new(op, KernelOf(op), x, y, origin));
        return true;
    }

    Kernel<Op> KernelOf(Op op) => backend.FindKernel(op) is { } kernel ? kernel : op is ControlOp ? Execute : throw new MissingKernelException($"{op} has no kernel on {backend} and no expansion into smaller ops.");

    /// <summary>A branch or loop runs its graphs, and its results are copied to their places.</summary>
    static void Execute(Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        using var untracked = Gradients.NoGrad();
        var results = ((ControlOp)op).Execute(x);
        for (int i = 0; i < y.Length; i++) Ops.Contiguous.Copy(results[i], y[i]);
    }

    Slot View(ViewOp op, Slot x, TensorSpec spec)
    {
        if (x.Place == Place.Static) return Add(new(slots.Count, Place.Static, spec) { Value = Dispatch.Run(op, x.Value!) });
        var layout = op.View(x.Layout, spec);
        if (layout is null)
        {
            x = Copy(x);
            layout = op.View(x.Layout, spec)!;
        }
        return Add(new(slots.Count, x.Place, spec) { Number = x.Number, Source = x, View = op, Layout = layout });
    }

    Slot Copy(Slot x)
    {
        var copy = Add(new(slots.Count, Place.Workspace, x.Spec));
        steps.Add(new(Ops.Contiguous.Instance, KernelOf(Ops.Contiguous.Instance), [x], [copy], origin));
        return copy;
    }

    (Slot[] Outputs, PlannedUpdate[] Updates) Results()
    {
        origin = null;
        var updates = new List<PlannedUpdate>();
        var written = new HashSet<Slot>();
        foreach (var (cell, node, output) in graph.Updates)
        {
            var slot = places[(node, output)];
            int number = cells.IndexOf(cell);
            if (slot.Place == Place.Cell && slot.Source is null && slot.Number == number) continue;
            // What is the old value of another cell must be read before that one is written.
            if (slot.Place == Place.Cell) slot = Copy(slot);
            written.Add(slot.Root);
            updates.Add(new(number, slot));
        }
        var outputs = new Slot[graph.OutputPlaces.Length];
        for (int i = 0; i < outputs.Length; i++)
        {
            var (node, output) = graph.OutputPlaces[i];
            var slot = places[(node, output)];
            // Memory that is the caller's from then on; what cannot lie there from the start is copied at the end.
            if (slot.Place == Place.Cell || (slot.Place == Place.Workspace && (!slot.IsWhole || written.Contains(slot.Root)))) slot = Copy(slot);
            if (slot.Place == Place.Workspace)
                foreach (var other in slots.Where(s => s.Root == slot.Root)) other.Place = Place.Output;
            outputs[i] = slot;
        }
        return (outputs, [.. updates]);
    }

    /// <summary>When each piece of memory is written first and read last.</summary>
    void Live(PlannedUpdate[] updates)
    {
        for (int i = 0; i < steps.Count; i++)
        {
            foreach (var slot in steps[i].Outputs) (slot.First, slot.Last) = (i, i);
            foreach (var slot in steps[i].Inputs) slot.Root.Last = i;
        }
        foreach (var update in updates) update.Slot!.Root.Last = int.MaxValue;
    }

    /// <summary>Writes the new values of cells over the old ones where these are read for the last time by the step that makes the new ones.</summary>
    void OverCells(PlannedUpdate[] updates)
    {
        var writers = new Dictionary<Slot, (PlannedStep Step, int Output, int Position)>();
        for (int i = 0; i < steps.Count; i++)
            for (int k = 0; k < steps[i].Outputs.Length; k++) writers[steps[i].Outputs[k]] = (steps[i], k, i);
        for (int u = 0; u < updates.Length; u++)
        {
            var slot = updates[u].Slot!;
            if (slot is not { Place: Place.Workspace, Source: null } || !writers.TryGetValue(slot, out var writer)) continue;
            var old = cellSlots[updates[u].Cell];
            if (old.Last != writer.Position || !MayWriteOver(writer.Step, writer.Output, old) || updates.Count(other => other.Slot?.Root == slot) > 1) continue;
            slot.Over = old;
            foreach (var other in slots)
                if (other.Root == slot) (other.Place, other.Number) = (Place.Cell, old.Number);
            updates[u] = updates[u] with { Slot = null };
        }
    }

    /// <summary>Lets an elementwise step write over an input that nobody reads afterwards.</summary>
    void OverInputs()
    {
        for (int i = 0; i < steps.Count; i++)
            foreach (var (k, y) in steps[i].Outputs.Index())
            {
                if (y.Place != Place.Workspace) continue;
                y.Over = steps[i].Inputs.FirstOrDefault(x => x is { Place: Place.Workspace, IsWhole: true } && x.Root.Last == i && MayWriteOver(steps[i], k, x)
                    && !Array.Exists(steps[i].Outputs, other => other.Over == x.Root))?.Root;
            }
    }

    /// <summary>Whether a step may write an output into the memory of one of its inputs: it reads each element before it writes it.</summary>
    static bool MayWriteOver(PlannedStep step, int output, Slot input)
    {
        var (x, y) = (step.Inputs, step.Outputs[output]);
        int overwritten = step.Op.Overwritten(output);
        bool inOrder = overwritten >= 0 ? x[overwritten] == input : step.Op.Kind() == OpKind.Elementwise && input.Spec.Shape == y.Spec.Shape && input.Spec.DType.Size() == y.Spec.DType.Size();
        // Nothing else may look at the same memory in another order.
        return inOrder && Array.TrueForAll(x, other => other == input || other.Root != input.Root);
    }
}
