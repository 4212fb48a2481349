namespace Tauten;

/// <summary>
/// A source of random numbers with explicit state: the counter-based generator Philox4x32-10. Each random op takes one draw; what it yields depends
/// only on the seed, the number of the draw and the element's position, not on threads or devices. The state is two numbers in a buffer, so it can
/// be saved and restored, and a captured graph draws anew at each run.
/// </summary>
/// <example><code>
/// using (Generator.Use(new Generator(seed: 7))) Console.WriteLine(Tensor.RandInt(0, 10, [5]));    // [9, 1, 4, 1, 0]
/// using (Generator.Use(new Generator(seed: 7))) Console.WriteLine(Tensor.RandInt(0, 10, [5]));    // [9, 1, 4, 1, 0]    the same again
/// </code></example>
public sealed class Generator
{
    static Generator? shared;

    /// <summary>A generator that starts from a seed.</summary>
    public Generator(ulong seed)
    {
        // A captured function may be the first to ask for random numbers.
        using (Capture.Pause()) State = new Buffer(Key(seed, 0), "generator") { IsRandomState = true };
    }

    /// <summary>The generator of this thread's scope, or else the process's, which starts from a seed that differs from run to run; see <see cref="Seed"/>.</summary>
    public static Generator Default
    {
        get
        {
            var now = Ambient.Current.Generator ?? shared ?? Interlocked.CompareExchange(ref shared, new((ulong)Random.Shared.NextInt64()), null) ?? shared!;
            Ambient.Current.Capture?.Assume(now, "default random generator", () => ReferenceEquals(Ambient.Current.Generator ?? shared, now));
            return now;
        }
    }

    /// <summary>Starts the process's generator anew from a seed.</summary>
    public static void Seed(ulong seed) => shared = new(seed);

    /// <summary>Makes <paramref name="generator"/> the default of this thread until the scope is disposed.</summary>
    public static GeneratorScope Use(Generator generator) => new(generator);

    /// <summary>Seed and number of the next draw, uint64[2].</summary>
    public Buffer State { get; }

    /// <summary>The key for one random op; the next one gets another.</summary>
    internal Tensor NextKey()
    {
        if (Ambient.Current.Capture is { } capture)
        {
            var key = State.Value;
            State.Value = key + Key(0, 1);
            return key;
        }
        lock (State)
        {
            var key = State.Borrow();
            var state = key.AsSpan<ulong>();
            State.Adopt(Key(state[0], state[1] + 1));
            return key;
        }
    }

    static Tensor Key(ulong seed, ulong draw) => Tensor.From<ulong>([seed, draw]);
}

/// <summary>The time in which a thread draws from another generator by default.</summary>
public readonly ref struct GeneratorScope
{
    readonly Generator? before;

    internal GeneratorScope(Generator generator)
    {
        before = Ambient.Current.Generator;
        Ambient.Current.Generator = generator;
    }

    /// <summary>Goes back to the generator from before.</summary>
    public void Dispose() => Ambient.Current.Generator = before;
}
