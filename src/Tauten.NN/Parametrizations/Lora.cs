using System.IO.Enumeration;

namespace Tauten.NN;

/// <summary>
/// Fine-tuning by updates of low rank (Hu et al.: "LoRA: Low-Rank Adaptation of Large Language Models", 2021): weights are frozen, and W + scale B A takes their place, of which A and B are learned.
/// It works for the parameters of every module; see <see cref="Parametrize"/>. The sum is computed as a whole when a module runs, so that a step costs as much as without, but the optimizer
/// keeps moments of A and B only.
/// </summary>
/// <example><code>
/// var net = new Sequential(new Linear(64, 64), new ReLU(), new Linear(64, 10));
/// Lora.Apply(net, rank: 4, alpha: 8, "0.weight");
/// Console.WriteLine(net.Parameters().Where(p => p.RequiresGrad).Sum(p => p.Shape.ElementCount.Value));    // 512
/// var optimizer = new AdamW(net.Parameters(), 1e-3);      // trains A and B
/// var adapter = Lora.State(net);                          // 0.parametrizations.weight.0.lora_A and lora_B
/// Lora.Merge(net);                                        // for use: one weight again
/// </code></example>
public static class Lora
{
    /// <summary>Gives updates to all parameters with at least 2 axes whose names match a pattern, and freezes the others.</summary>
    /// <param name="module">The model.</param>
    /// <param name="rank">The rank of each update.</param>
    /// <param name="alpha">The update is multiplied by alpha / rank; by 1 if left out.</param>
    /// <param name="patterns">Names as in <see cref="Module.NamedParameters"/>, in which <c>*</c> stands for any letters and <c>?</c> for one, such as <c>*.self_attn.*</c>.</param>
    /// <returns>The names of the parameters that have updates now.</returns>
    /// <exception cref="KeyNotFoundException">A pattern matches no parameter with at least 2 axes.</exception>
    /// <exception cref="InvalidOperationException">A parameter that matches has an update already.</exception>
    public static IReadOnlyList<string> Apply(Module module, int rank, double? alpha, params ReadOnlySpan<string> patterns) => Apply(module, new LoraOptions(rank, alpha), patterns);

    /// <summary>Gives updates to all parameters with at least 2 axes whose names match a pattern.</summary>
    /// <param name="module">The model.</param>
    /// <param name="options">Rank, scale, dropout, and what is frozen.</param>
    /// <param name="patterns">Names as in <see cref="Module.NamedParameters"/>, in which <c>*</c> stands for any letters and <c>?</c> for one.</param>
    /// <returns>The names of the parameters that have updates now.</returns>
    /// <exception cref="KeyNotFoundException">A pattern matches no parameter with at least 2 axes.</exception>
    /// <exception cref="InvalidOperationException">A parameter that matches has an update already.</exception>
    public static IReadOnlyList<string> Apply(Module module, LoraOptions options, params ReadOnlySpan<string> patterns)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(options);
        var all = Parametrize.All(module).ToList();
        var chosen = new OrderedDictionary<string, (Module Owner, Parameter Parameter)>();
        foreach (string pattern in patterns)
        {
            bool found = false;
            foreach (var (name, owner, parameter) in all)
            {
                if (parameter.Shape.Rank < 2 || !FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false)) continue;
                found = true;
                if (parameter.Source is ParametrizationList list && list.OfType<LoraParametrization>().Any()) throw new InvalidOperationException($"Lora: the parameter '{name}' has an update already.");
                // A parameter that two modules share is met twice.
                if (chosen.Values.All(c => !ReferenceEquals(c.Parameter, parameter))) chosen.TryAdd(name, (owner, parameter));
            }
            if (!found) throw new KeyNotFoundException($"Lora: no parameter with at least 2 axes matches '{pattern}'. Expected a pattern for some of: {string.Join(", ", all.Where(e => e.Parameter.Shape.Rank >= 2).Select(e => e.Name))}.");
        }
        if (chosen.Count == 0) throw new ArgumentException("Lora: expected at least one pattern.", nameof(patterns));
        if (options.FreezeOthers) module.Freeze();
        foreach (var (owner, parameter) in chosen.Values)
        {
            parameter.RequiresGrad = false;
            Initial.Outside(() => Parametrize.Register(owner, parameter, new LoraParametrization(options.Rank, options.Alpha, options.Dropout, options.RankStabilized, options.Generator)));
        }
        return [.. chosen.Keys];
    }

    /// <summary>The updates of a model, by the names of the parameters.</summary>
    public static IEnumerable<(string Name, LoraParametrization Update)> Of(Module module) =>
        from entry in Parametrize.Of(module)
        from update in entry.Parametrizations.OfType<LoraParametrization>()
        select (entry.Name, update);

    /// <summary>Adds all updates to their weights, for use without their cost; they cannot be trained until <see cref="Unmerge"/>.</summary>
    public static void Merge(Module module) => SetMerged(module, true);

    /// <summary>Takes all updates out of their weights again, which are then as they were but for rounding.</summary>
    public static void Unmerge(Module module) => SetMerged(module, false);

    static void SetMerged(Module module, bool merged)
    {
        foreach (var (_, list) in Parametrize.Of(module))
            if (list[0] is LoraParametrization update) update.Merge(list.Originals[0], merged);
            else if (list.OfType<LoraParametrization>().Any()) throw new InvalidOperationException("Lora: an update that follows another parametrization cannot be merged.");
    }

    /// <summary>Ends all updates: parameters are their own again, and learned.</summary>
    /// <param name="module">The model.</param>
    /// <param name="merge">Whether they keep what the updates add.</param>
    public static void Remove(Module module, bool merge = true)
    {
        foreach (var (name, list) in Parametrize.Of(module).ToArray())
        {
            if (!list.OfType<LoraParametrization>().Any()) continue;
            if (list.Count > 1) throw new InvalidOperationException($"Lora: the parameter '{name}' has other parametrizations too. Use Parametrize.Remove.");
            var update = (LoraParametrization)list[0];
            update.Merge(list.Originals[0], merge);
            Parametrize.Remove(list, keepValue: false);
            list.Target.RequiresGrad = true;
        }
    }

    /// <summary>A and B of all updates by name, such as <c>fc1.parametrizations.weight.0.lora_A</c>: all that fine-tuning has changed. Merged or not.</summary>
    public static IReadOnlyDictionary<string, Tensor> State(Module module)
    {
        var state = new OrderedDictionary<string, Tensor>();
        foreach (var (name, parameter) in Cells(module)) state.Add(name, parameter.Value.Detach());
        return state;
    }

    /// <summary>Gives the updates the values of a state that <see cref="State"/> gave.</summary>
    /// <exception cref="ModelFormatException">The state does not fit; the message lists every missing, unexpected and mismatched entry. Nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">The updates are merged.</exception>
    public static void LoadState(Module module, IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (Of(module).Any(entry => entry.Update.IsMerged)) throw new InvalidOperationException("Lora.LoadState: the updates are merged. Call Unmerge first.");
        var cells = Cells(module).ToDictionary();
        new StateReport(
            [.. cells.Where(c => !state.ContainsKey(c.Key)).Select(c => $"{c.Key} {c.Value.Spec}")],
            [.. state.Where(s => !cells.ContainsKey(s.Key)).Select(s => $"{s.Key} {s.Value.Spec}")],
            [.. state.Where(s => cells.TryGetValue(s.Key, out var cell) && (cell.Shape != s.Value.Shape || !s.Value.DType.IsFloating())).Select(s => $"{s.Key}: expected {cells[s.Key].Spec}, received {s.Value.Spec}")])
            .Check($"{module.TypeName}: the state does not fit the updates of the model.", strict: true);
        foreach (var (name, parameter) in cells) parameter.Value = state[name].To(parameter.DType).To(parameter.Borrow().Backend);
    }

    static IEnumerable<(string Name, Parameter Parameter)> Cells(Module module)
    {
        foreach (var (path, list) in Named(module))
            for (int i = 0; i < list.Count; i++)
                if (list[i] is LoraParametrization update)
                {
                    yield return ($"{path}.{i}.lora_A", update.A);
                    yield return ($"{path}.{i}.lora_B", update.B);
                }
    }

    static IEnumerable<(string Path, ParametrizationList List)> Named(Module module) =>
        from entry in module.NamedModules()
        where entry.Module is ParametrizationList
        select (entry.Name, (ParametrizationList)entry.Module);
}

/// <summary>How <see cref="Lora"/> updates a model.</summary>
/// <param name="Rank">The rank of each update.</param>
/// <param name="Alpha">The update is multiplied by alpha / rank; by 1 if left out.</param>
/// <param name="Dropout">The rate at which columns of A, and so inputs of the update, are dropped in training: the same ones for a whole batch.</param>
/// <param name="RankStabilized">Whether the scale is alpha / sqrt(rank) (Kalajdzievski: "A Rank Stabilization Scaling Factor for Fine-Tuning with LoRA", 2023).</param>
/// <param name="FreezeOthers">Whether all other parameters of the model are frozen.</param>
/// <param name="Generator">Where the first values of A and the dropout come from; the default generator if left out.</param>
public sealed record LoraOptions(int Rank, double? Alpha = null, double Dropout = 0, bool RankStabilized = false, bool FreezeOthers = true, Generator? Generator = null);
