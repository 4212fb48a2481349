using System.Runtime.CompilerServices;
using Tauten.Ops;

namespace Tauten;

/// <summary>
/// The only place where an op runs: recorded inside a capture; else by the backend's kernel; else by its expansion on the same backend; else
/// an error that names op and device. Then, if an input is tracked, the node is kept with exactly what its gradient reads.
/// </summary>
public static class Dispatch
{
    /// <summary>Runs an op with one input and one output.</summary>
    public static Tensor Run(Op op, Tensor x)
    {
        var ambient = Ambient.Current;
        if (ambient.Autocast is { } reduced) x = Autocast.Inputs(op, new ReadOnlySpan<Tensor>(ref x), reduced)[0];
        if (ambient.Capture is null && op is not ViewOp && x.Storage.Backend.FindKernel(op) is { } kernel)
        {
            var spec = Infer(op, x.Spec);
            if (spec.Shape.IsKnown)
            {
                var y = Tensor.Allocate(x.Storage.Backend, spec);
                Execute(ambient, kernel, op, new ReadOnlySpan<Tensor>(ref x), new Span<Tensor>(ref y));
                if (ambient.Untracked == 0 && x.IsTracked) Track(ambient, op, x, null, y);
                GC.KeepAlive(x);
                return y;
            }
        }
        Tensor result = null!;
        Run(ambient, op, new ReadOnlySpan<Tensor>(ref x), new Span<Tensor>(ref result));
        return result;
    }

    /// <summary>Runs an op with two inputs and one output.</summary>
    public static Tensor Run(Op op, Tensor a, Tensor b)
    {
        var ambient = Ambient.Current;
        if (ambient.Autocast is { } reduced && Autocast.Inputs(op, [a, b], reduced) is var converted) (a, b) = (converted[0], converted[1]);
        if (ambient.Capture is null && a.Storage.Backend is { } backend && ReferenceEquals(b.Storage.Backend, backend) && backend.FindKernel(op) is { } kernel)
        {
            var spec = Infer(op, a.Spec, b.Spec);
            if (spec.Shape.IsKnown)
            {
                var y = Tensor.Allocate(backend, spec);
                Execute(ambient, kernel, op, [a, b], new Span<Tensor>(ref y));
                if (ambient.Untracked == 0 && (a.IsTracked || b.IsTracked)) Track(ambient, op, a, b, y);
                GC.KeepAlive(a);
                GC.KeepAlive(b);
                return y;
            }
        }
        Tensor result = null!;
        Run(ambient, op, [a, b], new Span<Tensor>(ref result));
        return result;
    }

    /// <summary>Runs an op with any number of inputs and one output.</summary>
    public static Tensor Run(Op op, params ReadOnlySpan<Tensor> x)
    {
        var ambient = Ambient.Current;
        if (ambient.Autocast is { } reduced) x = Autocast.Inputs(op, x, reduced);
        Tensor result = null!;
        Run(ambient, op, x, new Span<Tensor>(ref result));
        return result;
    }

    /// <summary>Runs an op with several outputs.</summary>
    public static Tensor[] RunAll(Op op, params ReadOnlySpan<Tensor> x)
    {
        var ambient = Ambient.Current;
        if (ambient.Autocast is { } reduced) x = Autocast.Inputs(op, x, reduced);
        if (ambient.Capture is { } capture) return capture.Record(op, x);
        var specs = op.Infer(SpecsOf(x));
        var y = new Tensor[specs.Count];
        Run(ambient, op, x, y);
        return y;
    }

    /// <summary>Runs an op on values.</summary>
    public static Value[] RunValues(ValueOp op, params ReadOnlySpan<Value> x)
    {
        if (Ambient.Current.Capture is { } capture) return capture.RecordValues(op, x);
        var y = op.Evaluate(x);
        return y;
    }

    /// <summary>
    /// Runs an op whose outputs may take the place of inputs (<see cref="Op.Overwritten"/>): where <paramref name="may"/> says that nobody else can see
    /// the input, the output is the very input, changed. Untracked.
    /// </summary>
    internal static Tensor[] RunOver(Op op, ReadOnlySpan<Tensor> x, ReadOnlySpan<bool> may)
    {
        var backend = BackendOf(op, x);
        if (backend.FindKernel(op) is not { } kernel) return RunAll(op, x);
        var y = new Tensor[may.Length];
        for (int i = 0; i < y.Length; i++)
        {
            var old = x[op.Overwritten(i)];
            y[i] = may[i] ? old : Tensor.Allocate(backend, old.Spec);
        }
        Execute(Ambient.Current, kernel, op, x, y);
        KeepAlive(x);
        return y;
    }

    static void Run(Ambient ambient, Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        if (ambient.Capture is { } capture)
        {
            capture.Record(op, x, y);
            return;
        }
        var backend = BackendOf(op, x);
        if (backend.FindKernel(op) is { } kernel)
        {
            var specs = Infer(op, SpecsOf(x));
            for (int i = 0; i < y.Length; i++)
                y[i] = specs[i].Shape.IsKnown ? Tensor.Allocate(backend, specs[i]) : null!;
            Execute(ambient, kernel, op, x, y);
        }
        else if (op is ViewOp view) y[0] = RunView(view, x[0]);
        else if (op is ControlOp control)
        {
            Infer(op, SpecsOf(x));
            // The ops of the graphs it runs are on the tape.
            control.Execute(x).CopyTo(y);
            return;
        }
        else if (op is CompositeOp composite)
        {
            // The rule goes first, so that errors name this op and not one inside of it.
            Infer(op, SpecsOf(x));
            Expand(ambient, composite, x, y);
        }
        else throw Missing(op, backend);
        if (ambient.Untracked == 0) Track(ambient, op, x, y);
        KeepAlive(x);
    }

    static void Execute(Ambient ambient, Kernel<Op> kernel, Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        if (ambient.Profile is { } profile) profile.Run(kernel, op, x, y, Origin.Now(ambient));
        else kernel(op, x, y);
    }

    static Tensor RunView(ViewOp op, Tensor x)
    {
        var spec = Infer(op, x.Spec);
        if (op.View(x.Layout, spec) is { } layout) return x.View(layout);
        using (Gradients.NoGrad())
        {
            var copy = Run(Contiguous.Instance, x);
            return copy.View(op.View(copy.Layout, spec)!);
        }
    }

    static void Expand(Ambient ambient, CompositeOp op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        var temporaries = Temporaries.Begin();
        ambient.Untracked++;
        try
        {
            var all = op.Expansion(x);
            temporaries.End(all);
            // An expansion that gives an input back unchanged must not lend its node to the result.
            for (int i = 0; i < y.Length; i++) y[i] = all[i].As(null);
        }
        catch
        {
            temporaries.Abandon();
            throw;
        }
        finally
        {
            ambient.Untracked--;
        }
    }

    static void Track(Ambient ambient, Op op, Tensor a, Tensor? b, Tensor y)
    {
        if (!y.DType.IsFloating()) return;
        var node = new Node(op, a, b, y.Spec);
        var reads = op.GradientReads();
        if (reads != Reads.Nothing)
        {
            int inputs = b is null ? 1 : 2, slots = (reads & Reads.Output) == 0 ? inputs : inputs + 1;
            if ((reads & Reads.First) != 0) node.Save(0, a, slots);
            if (b is not null && (reads & Reads.Second) != 0) node.Save(1, b, slots);
            if ((reads & Reads.Output) != 0) node.Save(inputs, y, slots);
        }
        if (ambient.DetectAnomaly || ambient.Profile is not null) node.Origin = Origin.Now(ambient);
        y.SetNode(node);
    }

    static void Track(Ambient ambient, Op op, ReadOnlySpan<Tensor> x, Span<Tensor> y)
    {
        bool tracked = false, differentiable = false;
        foreach (var input in x) tracked |= input.IsTracked;
        foreach (var output in y) differentiable |= output.DType.IsFloating();
        if (!tracked || !differentiable || op is Detach) return;
        object specs = y.Length == 1 ? y[0].Spec : Array.ConvertAll(y.ToArray(), t => (ValueSpec)t.Spec);
        var values = new Value[x.Length];
        for (int i = 0; i < values.Length; i++) values[i] = x[i];
        var node = new Node(op, values, specs, true);
        var reads = op.GradientReads();
        int slots = x.Length + ((reads & Reads.Output) == 0 ? 0 : y.Length);
        for (int i = 0; i < x.Length; i++)
            if (ReadsInput(reads, i)) node.Save(i, x[i], slots);
        if ((reads & Reads.Output) != 0)
            for (int i = 0; i < y.Length; i++) node.Save(x.Length + i, y[i], slots);
        if (ambient.DetectAnomaly || ambient.Profile is not null) node.Origin = Origin.Now(ambient);
        for (int i = 0; i < y.Length; i++)
            if (y[i].DType.IsFloating()) y[i] = y[i].As(node, i);
    }

    /// <summary>Whether input <paramref name="index"/> is among what a gradient reads; inputs beyond the sixth are only when all are.</summary>
    internal static bool ReadsInput(Reads reads, int index) => index < 6 ? ((int)reads & (1 << index)) != 0 : (reads & Reads.Inputs) == Reads.Inputs;

    static Backend BackendOf(Op op, ReadOnlySpan<Tensor> x)
    {
        if (x.Length == 0) return Backends.Default;
        var backend = x[0].Storage.Backend;
        foreach (var input in x)
            if (!ReferenceEquals(input.Storage.Backend, backend))
                throw new DeviceException($"{op}: inputs lie on different devices, {backend} and {(input.Storage.Backend.Name == backend.Name ? "another backend of that name" : input.Storage.Backend)}. Move one with To(backend).");
        return backend;
    }

    /// <summary>The op's rule, as every caller here and in a capture sees it.</summary>
    internal static Specs Infer(Op op, ReadOnlySpan<TensorSpec> x) => Mutation.IsEnabled ? Mutation.Falsify(op, op.Infer(x)) : op.Infer(x);

    static TensorSpec Infer(Op op, TensorSpec x) => Mutation.IsEnabled ? Mutation.Falsify(op, op.Infer(x))[0] : op.Infer(x);

    static TensorSpec Infer(Op op, TensorSpec a, TensorSpec b) => Mutation.IsEnabled ? Mutation.Falsify(op, op.Infer(a, b))[0] : op.Infer(a, b);

    internal static TensorSpec[] SpecsOf(ReadOnlySpan<Tensor> x)
    {
        var specs = new TensorSpec[x.Length];
        for (int i = 0; i < specs.Length; i++) specs[i] = x[i].Spec;
        return specs;
    }

    static MissingKernelException Missing(Op op, Backend backend) => new($"{op} has no kernel on {backend} and no expansion into smaller ops.");

    // The collector must not free a tensor's memory while a kernel works on it through pointers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void KeepAlive(ReadOnlySpan<Tensor> x) { }
}
