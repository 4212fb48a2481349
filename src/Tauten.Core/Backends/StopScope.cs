namespace Tauten;

/// <summary>The time in which graphs that a thread runs, the bodies of their loops included, look whether they should stop.</summary>
readonly ref struct StopScope
{
    readonly CancellationToken before;

    /// <summary>Begins it. A token that nobody can cancel leaves the one around it.</summary>
    public StopScope(CancellationToken stop)
    {
        var ambient = Ambient.Current;
        before = ambient.Stop;
        if (stop.CanBeCanceled) ambient.Stop = stop;
    }

    /// <summary>Goes back to the token from before.</summary>
    public void Dispose() => Ambient.Current.Stop = before;
}
