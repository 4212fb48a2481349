using System.Diagnostics;
using Tauten.Compiler;

namespace Tauten;

/// <summary>A function that is captured for the inputs it meets, and run from plans.</summary>
sealed class CompiledFunction(Func<Tensor[], Tensor[]> function, CompileOptions options)
{
    /// <summary>How many graphs are kept.</summary>
    const int LargestCount = 16;

    readonly Lock gate = new();
    readonly WorkspacePool workspaces = new();
    readonly List<string> reasons = [];
    Specialization[] specializations = [];
    int captures, eager;
    TimeSpan compileTime;

    /// <summary>What has been compiled so far, and why.</summary>
    public CompileReport Report
    {
        get
        {
            lock (gate)
                return new(captures, specializations.Sum(s => s.PlanCount), eager, [.. reasons], compileTime, specializations.Select(s => s.WorkspaceBytes).DefaultIfEmpty().Max(), [.. specializations.SelectMany(s => s.Graphs)]);
        }
    }

    /// <summary>Calls the function.</summary>
    public Tensor Call() => Run([])[0];

    /// <inheritdoc cref="Call()"/>
    public Tensor Call(Tensor x) => Run(new ReadOnlySpan<Tensor>(ref x))[0];

    /// <inheritdoc cref="Call()"/>
    public Tensor Call(Tensor x, Tensor y) => Run([x, y])[0];

    /// <inheritdoc cref="Call()"/>
    public Tensor Call(Tensor x, Tensor y, Tensor z) => Run([x, y, z])[0];

    /// <inheritdoc cref="Call()"/>
    public Tensor[] Call(Tensor[] x) => Run(x);

    Tensor[] Run(ReadOnlySpan<Tensor> x)
    {
        var ambient = Ambient.Current;
        // Inside another capture it is part of that graph; with other values for its parameters it is run as it stands.
        if (ambient.Capture is not null || ambient.Substitutes is not null) return function(x.ToArray());
        string? objection = null;
        foreach (var specialization in specializations)
        {
            objection = specialization.Objection(x);
            if (objection is null) return Run(specialization, x);
        }
        return First(x, objection);
    }

    Tensor[] Run(Specialization specialization, ReadOnlySpan<Tensor> x)
    {
        if (!specialization.MeetsGradients()) return specialization.Run(x);
        lock (gate)
        {
            eager++;
            Note("gradients from before the call were to be added to: call ZeroGrad inside of the compiled function, or before it");
        }
        return function(x.ToArray());
    }

    Tensor[] First(ReadOnlySpan<Tensor> x, string? objection)
    {
        Specialization made;
        lock (gate)
        {
            // Another thread may have been faster.
            foreach (var specialization in specializations)
                if (specialization.Objection(x) is null) return Run(specialization, x);
            if (objection is not null) Note($"call {captures + 1}: the graph before was made when {objection}");
            long began = Stopwatch.GetTimestamp();
            made = Capture(x);
            compileTime += Stopwatch.GetElapsedTime(began);
            captures++;
            specializations = [made, .. specializations.Take(LargestCount - 1)];
        }
        return options.Check ? Checked(made, x) : Run(made, x);
    }

    void Note(string reason)
    {
        if (reasons.Count < 100) reasons.Add(reason);
    }

    /// <summary>With first sizes free where the function allows it, else for these sizes alone.</summary>
    Specialization Capture(ReadOnlySpan<Tensor> x)
    {
        var backend = x.Length > 0 ? x[0].Backend : Backends.Default;
        var specs = Dispatch.SpecsOf(x);
        var tracked = new bool[x.Length];
        for (int i = 0; i < tracked.Length; i++) tracked[i] = Ambient.Current.Tracks && x[i].IsTracked;
        if (options.FreeBatch && FreeSizes.Of(specs) is { } free)
        {
            try
            {
                // A size that cannot be left free may show in the capture, or when ops are expanded.
                return Prepared(free, x);
            }
            catch (TautenException e)
            {
                Note($"the first size could not be left free: {e.Message}");
            }
        }
        return Prepared(specs, x);

        Specialization Prepared(TensorSpec[] inputs, ReadOnlySpan<Tensor> x)
        {
            var made = Specialization.Capture(function, inputs, tracked, backend, workspaces, options.Recompute);
            made.Prepare(x);
            return made;
        }
    }

    /// <summary>The first run, beside the function itself: both start from the same parameters, and the state that the function itself leaves is the one that stays.</summary>
    Tensor[] Checked(Specialization made, ReadOnlySpan<Tensor> x)
    {
        var cells = made.Captured.Cells;
        var before = cells.Select(c => Ops.Contiguous.Copy(c.Borrow())).ToArray();
        var gradients = made.GradientCells.Select(c => (Cell: c, c.Gradient)).ToArray();
        // What they are now comes back afterwards, so that nobody may free it.
        foreach (var (cell, _) in gradients) cell.Escaped = true;
        // The tapes behind the inputs are for the function itself to walk.
        var compiled = Run(made, Array.ConvertAll(x.ToArray(), t => t.IsTracked ? t.WithGrad() : t));
        var after = cells.Select(c => Ops.Contiguous.Copy(c.Borrow())).ToArray();
        for (int i = 0; i < before.Length; i++) cells[i].Adopt(before[i]);
        foreach (var (cell, gradient) in gradients) (cell.Gradient, cell.Escaped) = (gradient, gradient is not null);
        var plain = function(x.ToArray());
        var check = new EagerCheck(options.Tolerance);
        for (int i = 0; i < plain.Length; i++) check.Compare($"result {i}", compiled[i], plain[i]);
        for (int i = 0; i < after.Length; i++) check.Compare($"{cells[i]}", after[i], cells[i].Borrow());
        return plain;
    }
}
