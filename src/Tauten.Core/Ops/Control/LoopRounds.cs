namespace Tauten.Ops;

/// <summary>The rounds of a loop that runs: its state, and the slices that will be stacked at its end.</summary>
sealed class LoopRounds
{
    readonly List<Tensor>[] slices;
    readonly bool keepsStates;
    readonly HashSet<StorageToken> made = new(ReferenceEqualityComparer.Instance);

    /// <summary>A loop before its first round.</summary>
    /// <param name="initial">The state.</param>
    /// <param name="stacked">The number of tensors to stack, those of kept states included.</param>
    /// <param name="keepsStates">Whether the states before each round are stacked too, behind the others.</param>
    public LoopRounds(ReadOnlySpan<Tensor> initial, int stacked, bool keepsStates)
    {
        (State, this.keepsStates) = (initial.ToArray(), keepsStates);
        slices = new List<Tensor>[stacked];
        for (int k = 0; k < stacked; k++) slices[k] = [];
    }

    /// <summary>The state.</summary>
    public Tensor[] State { get; private set; }

    /// <summary>One round. What it made and nobody will read is freed, and so is the state before it.</summary>
    public void Run(Graph body, Tensor[] x)
    {
        var before = State;
        var temporaries = Temporaries.Begin();
        Tensor[] y;
        try
        {
            y = body.Run(x);
        }
        catch
        {
            temporaries.Abandon();
            throw;
        }
        State = y[..before.Length];
        if (slices.Length == 0)
            foreach (var token in temporaries.Tokens)
                if (Array.Exists(State, s => ReferenceEquals(s.Token, token))) made.Add(token);
        temporaries.End(y);
        for (int k = before.Length; k < y.Length; k++) slices[k - before.Length].Add(y[k]);
        if (keepsStates)
            for (int k = 0; k < before.Length; k++) slices[y.Length - before.Length + k].Add(before[k]);
        // Where something is stacked, a state may be a slice too.
        foreach (var gone in before)
            if (gone.Token is { } token && made.Contains(token) && !Array.Exists(State, s => ReferenceEquals(s.Token, token)))
            {
                made.Remove(token);
                token.Storage.Drop(token);
            }
    }

    /// <summary>The stacked tensors, along a first axis; of <paramref name="spec"/> where there was no round.</summary>
    public Tensor[] Stacked(bool reverse, Func<int, TensorSpec> spec)
    {
        var y = new Tensor[slices.Length];
        for (int k = 0; k < y.Length; k++)
        {
            if (reverse) slices[k].Reverse();
            y[k] = slices[k].Count == 0 ? Tensor.Zeros(spec(k).Shape, spec(k).DType) : Tensor.Stack(slices[k].ToArray());
        }
        return y;
    }
}
