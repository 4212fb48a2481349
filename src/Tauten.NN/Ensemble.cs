namespace Tauten.NN;

/// <summary>Many modules of one structure as one: their parameters stacked, and all of them run at once. As <c>torch.func.stack_module_state</c>.</summary>
/// <example><code>
/// Linear[] models = [new(3, 2), new(3, 2), new(3, 2)];
/// var stacked = Ensemble.Stack(models);
/// Tensor y = Ensemble.Call(models[0], stacked, Tensor.Ones([5, 3]));
/// Console.WriteLine(y.Shape);    // [3, 5, 2]
/// </code></example>
public static class Ensemble
{
    /// <summary>The states of modules of one structure, one tensor for each name with the modules along its first axis. Those of parameters are leaves with gradients.</summary>
    /// <param name="modules">At least one module; all with the same names, element types and shapes.</param>
    /// <exception cref="ArgumentException">There is no module.</exception>
    /// <exception cref="ModelFormatException">The structures differ.</exception>
    public static IReadOnlyDictionary<string, Tensor> Stack(params IEnumerable<Module> modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        Module[] all = [.. modules];
        if (all.Length == 0) throw new ArgumentException("Ensemble.Stack: expected at least one module.", nameof(modules));
        var states = Array.ConvertAll(all, m => m.State());
        for (int i = 1; i < all.Length; i++)
        {
            string[] missing = [.. states[0].Keys.Where(name => !states[i].ContainsKey(name))], unexpected = [.. states[i].Keys.Where(name => !states[0].ContainsKey(name))];
            string[] mismatched = [.. states[0].Where(s => states[i].TryGetValue(s.Key, out var other) && other.Spec != s.Value.Spec).Select(s => $"{s.Key}: expected {s.Value.Spec}, received {states[i][s.Key].Spec}")];
            new StateReport(missing, unexpected, mismatched).Check($"Ensemble.Stack: module {i} has not the structure of the first.", strict: true);
        }
        HashSet<string> parameters = [.. all[0].NamedParameters().Select(p => p.Name)];
        var stacked = new OrderedDictionary<string, Tensor>();
        foreach (string name in states[0].Keys) stacked.Add(name, Tensor.Stack(Array.ConvertAll(states, s => s[name])).WithGrad(parameters.Contains(name)));
        return stacked;
    }

    /// <summary>The outputs of all modules along a first axis, without a loop; see <see cref="Tensor.VMap(Func{Tensor, Tensor}, int, int, Randomness)"/>.</summary>
    /// <param name="module">A module of the structure; its own values do not matter.</param>
    /// <param name="stacked">What <see cref="Stack"/> gave, or that after training.</param>
    /// <param name="x">The input of all modules, or with <paramref name="axis"/> an input for each.</param>
    /// <param name="axis">The axis of the input along which the modules lie; all modules get the whole input if left out.</param>
    /// <param name="randomness">What random numbers, such as those of dropout, the modules get.</param>
    /// <exception cref="ModelFormatException">The state does not fit the module.</exception>
    public static Tensor Call(Module<Tensor, Tensor> module, IReadOnlyDictionary<string, Tensor> stacked, Tensor x, int? axis = null, Randomness randomness = Randomness.Error)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(stacked);
        string[] names = [.. stacked.Keys];
        var mapped = Tensor.VMap(
            all => [module.CallWith(names.Select((name, i) => (name, all[i])).ToDictionary(p => p.name, p => p.Item2), all[^1])],
            [.. names.Select(_ => (int?)0), axis], randomness: randomness);
        return mapped([.. stacked.Values, x])[0];
    }
}
