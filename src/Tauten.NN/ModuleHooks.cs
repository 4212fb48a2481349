namespace Tauten.NN;

// Hooks before the forward computation, and on gradients.
public abstract partial class Module<TInput, TOutput>
{
    // Never changed in place, like the forward hooks.
    InputHook[]? inputHooks;
    Func<Tensor, Tensor?>[]? gradientHooks;

    /// <summary>Calls <paramref name="hook"/> with the input before each forward computation; what it returns becomes the input.</summary>
    /// <returns>Removes the hook when disposed; need not be disposed otherwise.</returns>
    public IDisposable RegisterForwardPreHook(Func<TInput, TInput> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        return Add(ref inputHooks, new InputHook(hook), h => Remove(ref inputHooks, h));
    }

    /// <summary>
    /// Calls <paramref name="hook"/> with the gradient of the output whenever a walk has computed it, before it goes on to this module. What the hook returns replaces the gradient; null leaves it
    /// as it is. Only where the output is a tensor that requires gradients.
    /// </summary>
    /// <returns>Removes the hook when disposed; need not be disposed otherwise. Outputs computed before keep it.</returns>
    public IDisposable RegisterBackwardPreHook(Func<Tensor, Tensor?> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        return Add(ref gradientHooks, hook, h => Remove(ref gradientHooks, h));
    }

    /// <summary>
    /// Calls <paramref name="hook"/> with the gradient of the input whenever a walk has computed it: the part that came through this module. What the hook returns replaces the gradient; null
    /// leaves it as it is. Only where the input is a tensor that requires gradients.
    /// </summary>
    /// <returns>Removes the hook when disposed; need not be disposed otherwise. Inputs of calls before keep it.</returns>
    public IDisposable RegisterBackwardHook(Func<Tensor, Tensor?> hook)
    {
        ArgumentNullException.ThrowIfNull(hook);
        return RegisterForwardPreHook(x =>
        {
            if (x is not Tensor { RequiresGrad: true } tensor) return x;
            // A tensor of its own, as other modules may take the same input.
            var own = Dispatch.Run(new Ops.Reshape(tensor.Shape), tensor);
            own.RegisterHook(hook);
            return own is TInput same ? same : x;
        });
    }

    internal override IDisposable? Watch(Action<object?, object?> seen) => RegisterForwardHook((x, y) => seen(x, y));

    static TInput Before(InputHook[] all, TInput x)
    {
        foreach (var hook in all) x = hook.Call(x);
        return x;
    }

    static void Follow(Func<Tensor, Tensor?>[] all, TOutput y)
    {
        if (y is not Tensor { RequiresGrad: true } tensor) return;
        foreach (var hook in all) tensor.RegisterHook(hook);
    }

    static Removal Add<T>(ref T[]? all, T hook, Action<T> remove)
        where T : class
    {
        T[]? before;
        do before = all;
        while (!ReferenceEquals(Interlocked.CompareExchange(ref all, [.. before ?? [], hook], before), before));
        return new Removal(() => remove(hook));
    }

    static void Remove<T>(ref T[]? all, T hook)
        where T : class
    {
        while (all is { } before)
        {
            T[] after = [.. before.Where(h => !ReferenceEquals(h, hook))];
            if (ReferenceEquals(Interlocked.CompareExchange(ref all, after.Length == 0 ? null : after, before), before)) return;
        }
    }

    sealed class InputHook(Func<TInput, TInput> call)
    {
        public TInput Call(TInput x) => call(x);
    }

    sealed class Removal(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
