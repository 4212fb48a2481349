namespace Tauten.NN;

/// <summary>A module that computes a <typeparamref name="TOutput"/> from a <typeparamref name="TInput"/>: write <see cref="Forward"/>, use <see cref="Call"/>.</summary>
/// <typeparam name="TInput">Mostly <see cref="Tensor"/>; a tuple for several inputs.</typeparam>
/// <typeparam name="TOutput">Mostly <see cref="Tensor"/>; a tuple for several outputs.</typeparam>
/// <example><code>
/// var net = new Net();
/// Console.WriteLine(net.Call(Tensor.Zeros([64, 784])).Shape);    // [64, 10]
/// foreach (var (name, parameter) in net.NamedParameters()) Console.WriteLine($"{name} {parameter.Shape}");
/// // fc1.weight [128, 784]
/// // fc1.bias [128]
/// // fc2.weight [10, 128]
/// // fc2.bias [10]
///
/// sealed partial class Net : Module&lt;Tensor, Tensor>
/// {
///     readonly Linear fc1 = new(784, 128);
///     readonly Linear fc2 = new(128, 10);
///
///     protected override Tensor Forward(Tensor x) => fc2.Call(fc1.Call(x).Relu());
/// }
/// </code></example>
public abstract partial class Module<TInput, TOutput> : Module
{
    Func<TInput, TOutput, TOutput>[]? hooks;       // never changed in place: a call on another thread keeps what it has read

    /// <summary>The computation. Call other modules by their <see cref="Call"/>.</summary>
    protected abstract TOutput Forward(TInput x);

    /// <summary>The computation alone, for a module that stands in the place of this one.</summary>
    internal TOutput Compute(TInput x) => Forward(x);

    /// <summary>
    /// Runs <see cref="Forward"/>, then the hooks. Errors in between carry the module's path, such as <c>Net.fc1</c>.
    /// </summary>
    public TOutput Call(TInput x)
    {
        var ambient = Ambient.Current;
        string? around = ambient.ModulePath;
        ambient.ModulePath = RunningPath;
        var kept = ambient.Kept;
        if (HasComputed) ambient.Kept = new(kept, this);
        try
        {
            if (inputHooks is { } before) x = Before(before, x);
            var y = Forward(x);
            if (hooks is { } now)
                foreach (var hook in now) y = hook(x, y);
            if (gradientHooks is { } behind) Follow(behind, y);
            return y;
        }
        finally
        {
            ambient.ModulePath = around;
            ambient.Kept = kept;
        }
    }

    /// <summary>Calls <paramref name="hook"/> with input and output after each forward computation; what it returns becomes the output.</summary>
    /// <returns>Removes the hook when disposed; need not be disposed otherwise.</returns>
    public IDisposable RegisterForwardHook(Func<TInput, TOutput, TOutput> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        Change(all => [.. all, hook]);
        return new Registration(this, hook);
    }

    /// <summary>Calls <paramref name="hook"/> with input and output after each forward computation.</summary>
    /// <returns>Removes the hook when disposed; need not be disposed otherwise.</returns>
    public IDisposable RegisterForwardHook(Action<TInput, TOutput> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        return RegisterForwardHook((x, y) =>
        {
            hook(x, y);
            return y;
        });
    }

    void Change(Func<Func<TInput, TOutput, TOutput>[], Func<TInput, TOutput, TOutput>[]> change)
    {
        while (true)
        {
            var before = hooks;
            var after = change(before ?? []);
            if (ReferenceEquals(Interlocked.CompareExchange(ref hooks, after.Length == 0 ? null : after, before), before)) return;
        }
    }

    sealed class Registration(Module<TInput, TOutput> module, Func<TInput, TOutput, TOutput> hook) : IDisposable
    {
        public void Dispose() => module.Change(all => [.. all.Where(h => !ReferenceEquals(h, hook))]);
    }
}
