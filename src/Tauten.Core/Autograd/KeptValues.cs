namespace Tauten;

/// <summary>
/// Values of computed cells that are kept while a thread is in a scope, so that each is computed once there. A scope keeps the cells of one owner, or all.
/// </summary>
/// <param name="outer">The scope around this one.</param>
/// <param name="owner">Whose cells are kept; null for those of all.</param>
sealed class KeptValues(KeptValues? outer, object? owner)
{
    // Outside of an expansion or a gradient whose temporaries are freed at its end.
    readonly Temporaries? temporaries = Ambient.Current.Temporaries;
    readonly List<(ICellSource Source, Capture? Capture, bool Tracked, Tensor Value)> kept = [];

    /// <summary>The value of a source, from a scope that keeps it, or computed.</summary>
    public static Tensor Of(ICellSource source, object owner, Func<Tensor> compute)
    {
        var ambient = Ambient.Current;
        KeptValues? scope = null;
        // One that keeps all before the innermost one of the owner.
        for (var around = ambient.Kept; around is not null; around = around.Outer)
            if (around.Owner is null) scope = around;
            else if (ReferenceEquals(around.Owner, owner)) scope ??= around;
        if (scope is null || !ReferenceEquals(scope.temporaries, ambient.Temporaries)) return compute();
        foreach (var (known, capture, tracked, value) in scope.kept)
            if (ReferenceEquals(known, source) && ReferenceEquals(capture, ambient.Capture) && tracked == ambient.Tracks) return value;
        var made = compute();
        scope.kept.Add((source, ambient.Capture, ambient.Tracks, made));
        return made;
    }

    object? Owner => owner;

    KeptValues? Outer => outer;
}
