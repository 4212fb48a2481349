namespace Tauten;

/// <summary>
/// The storages made while a gradient formula or an expansion runs. At its end they are freed at once, unless returned; what the tape saved is
/// held by the tape's own count. So a reverse walk needs no garbage collection to keep its memory flat.
/// </summary>
sealed class Temporaries
{
    readonly List<StorageToken> tokens = [];
    Temporaries? outer;

    /// <summary>Begins to gather.</summary>
    public static Temporaries Begin() => new Temporaries().Again();

    /// <summary>Begins to gather anew, after it has ended.</summary>
    public Temporaries Again()
    {
        outer = Ambient.Current.Temporaries;
        return Ambient.Current.Temporaries = this;
    }

    public void Add(StorageToken token) => tokens.Add(token);

    /// <summary>Frees all but the memory of <paramref name="kept"/>, which becomes a temporary of the surrounding scope.</summary>
    public void End(ReadOnlySpan<Tensor?> kept)
    {
        Ambient.Current.Temporaries = outer;
        foreach (var token in tokens)
        {
            bool keep = false;
            foreach (var tensor in kept) keep |= tensor is not null && ReferenceEquals(tensor.Token, token);
            if (keep) outer?.Add(token);
            else token.Storage.Drop(token);
        }
        tokens.Clear();
    }

    /// <summary>Ends after an error: nothing is freed early, since the error may have carried tensors away; the collector finds the rest.</summary>
    public void Abandon()
    {
        Ambient.Current.Temporaries = outer;
        tokens.Clear();
    }

    /// <summary>The tokens gathered so far.</summary>
    public List<StorageToken> Tokens => tokens;
}
