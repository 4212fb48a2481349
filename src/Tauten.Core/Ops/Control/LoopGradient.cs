namespace Tauten.Ops;

/// <summary>
/// The gradient of a loop whose states before each round are known: a scan over the rounds in the other direction, whose state is the gradient of the loop's
/// state, and the sums so far of the gradients of what is the same in all rounds.
/// </summary>
/// <param name="Body">A round.</param>
/// <param name="Condition">Whether there was such a round; null where there always was. Asked again, since a map over samples runs rounds for samples that are done.</param>
/// <param name="States">The number of tensors of state.</param>
/// <param name="Inputs">The number of scanned inputs.</param>
/// <param name="Length">The number of rounds.</param>
/// <param name="Reverse">Whether the loop itself ran from the last slice to the first.</param>
readonly record struct LoopGradient(Graph Body, Graph? Condition, int States, int Inputs, Dim Length, bool Reverse)
{
    /// <summary>The gradients of all inputs of the loop.</summary>
    /// <param name="b">What has arrived at the outputs: the state, the stacked outputs, the kept states if they are outputs.</param>
    /// <param name="kept">The states before each round.</param>
    /// <param name="x">The inputs of the loop.</param>
    public Tensor?[] Of(Backward b, Tensor[] kept, Tensor[] x)
    {
        var (body, condition, states, scanned, outputs) = (Body, Condition, States, Inputs, Body.Outputs.Count);
        var gradients = new Tensor?[x.Length];
        // A state may matter through another one, wanted or not; so all are carried that can be.
        int[] carried = Floating(0, states, i => x[i].DType.IsFloating());
        int[] slices = Floating(states, states + scanned, i => b.Needs(i) && x[i].DType.IsFloating()), shared = Floating(states + scanned, x.Length, i => b.Needs(i) && x[i].DType.IsFloating());
        int[] arriving = Floating(states, b.OutputCount, k => b.HasGrad(k) && b.OutputSpec(k).DType.IsFloating());
        if (carried.Length + arriving.Length == 0) return gradients;
        int[] wanted = [.. carried, .. slices, .. shared], stacked = [.. arriving.Where(k => k < outputs)], ofStates = [.. arriving.Where(k => k >= outputs)];

        Tensor[] state = [.. carried.Select(b.GradOf), .. shared.Select(i => Tensor.Zeros(x[i].Shape, x[i].DType))];
        Tensor[] along = [.. kept, .. x[states..(states + scanned)], .. stacked.Select(b.GradOf), .. ofStates.Select(b.GradOf)], rest = x[(states + scanned)..];
        var round = Graph.Capture(s =>
        {
            var (g, at) = (s[..state.Length], s[state.Length..(state.Length + along.Length)]);
            Tensor[] inputs = [.. at[..(states + scanned)], .. s[(state.Length + along.Length)..]];
            var seeds = new Tensor?[outputs];
            for (int k = 0; k < carried.Length; k++) seeds[carried[k]] = g[k];
            for (int k = 0; k < stacked.Length; k++) seeds[stacked[k]] = at[states + scanned + k];
            var found = body.Pull(inputs, wanted, seeds);
            for (int k = 0; k < shared.Length; k++) found[carried.Length + slices.Length + k] += g[carried.Length + k];
            if (condition is not null)
            {
                var goes = condition.Run(inputs)[0];
                for (int k = 0; k < carried.Length; k++) found[k] = Tensor.Where(goes, found[k], g[k]);
                for (int k = 0; k < shared.Length; k++) found[carried.Length + k] = Tensor.Where(goes, found[carried.Length + k], g[carried.Length + k]);
            }
            for (int k = 0; k < ofStates.Length; k++) found[Array.IndexOf(carried, ofStates[k] - outputs)] += at[states + scanned + stacked.Length + k];
            return [.. found[..carried.Length], .. found[(carried.Length + slices.Length)..], .. found[carried.Length..(carried.Length + slices.Length)]];
        }, [.. state.Select(t => t.Spec), .. along.Select(t => new TensorSpec(t.DType, [.. t.Shape.Skip(1)])), .. rest.Select(t => t.Spec)]);

        Tensor[] all = [.. state, .. along, .. rest];
        bool keeps = Ambient.Current.Tracks && Array.Exists(all, t => t.IsTracked);
        var made = Dispatch.RunAll(new Scan(round, state.Length, along.Length, Length, !Reverse, keeps), all);
        for (int k = 0; k < carried.Length; k++) gradients[carried[k]] = made[k];
        for (int k = 0; k < shared.Length; k++) gradients[shared[k]] = made[carried.Length + k];
        for (int k = 0; k < slices.Length; k++) gradients[slices[k]] = made[state.Length + k];
        return gradients;
    }

    static int[] Floating(int from, int to, Func<int, bool> which) => [.. Enumerable.Range(from, Math.Max(0, to - from)).Where(which)];
}
