namespace Tauten;

/// <summary>What a thread carries besides arguments: capture, gradient mode, device, random generator, running module. Entered by <c>ref struct</c> scopes only, so that it cannot leak across an <c>await</c>.</summary>
sealed class Ambient
{
    [ThreadStatic] static Ambient? current;

    public static Ambient Current => current ??= new();

    /// <summary>The graph being captured, if any.</summary>
    public Capture? Capture;

    /// <summary>Above zero: nothing is tracked.</summary>
    public int Untracked;

    /// <summary>The dtype in which ops run that declare so; null where all run as given.</summary>
    public DType? Autocast;

    /// <summary>Whether nodes remember the line of the program that made them, and gradients are searched for NaN.</summary>
    public bool DetectAnomaly;

    /// <summary>The tokens of storages made in the running gradient or expansion, to be freed at its end.</summary>
    public Temporaries? Temporaries;

    /// <summary>The thread's default backend, where it is not the process's.</summary>
    public Backend? Backend;

    /// <summary>The thread's random generator, where it is not the process's.</summary>
    public Generator? Generator;

    /// <summary>Values that stand for those of cells while a module is called with a state that is not its own; what is assigned meanwhile goes there too.</summary>
    public Dictionary<Cell, Tensor>? Substitutes;

    /// <summary>The path of the running module, such as <c>Net.fc1</c>; within a reverse walk that of the module whose op is walked over.</summary>
    public string? ModulePath;

    /// <summary>Whether a reverse walk is under way.</summary>
    public bool IsBackward;

    /// <summary>What remembers the kernels that run.</summary>
    public Profile? Profile;

    /// <summary>The values of computed parameters that are kept for a while.</summary>
    public KeptValues? Kept;

    /// <summary>The most bytes that one tensor may take, while what came from a file decides about sizes.</summary>
    public long LargestTensor = long.MaxValue;

    /// <summary>Whether what runs now should stop: looked at between the nodes of a graph and the rounds of a loop.</summary>
    public CancellationToken Stop;

    public bool Tracks => Untracked == 0;
}
