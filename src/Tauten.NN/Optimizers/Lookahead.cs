namespace Tauten.NN;

/// <summary>
/// Lets another optimizer run ahead, and follows it part of the way (Zhang et al.: "Lookahead Optimizer: k steps forward, 1 step back", 2019): after every k steps,
/// slow = slow + share * (parameter - slow), and the parameter goes on from there.
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f]));
/// var optimizer = new Lookahead(new SGD([weight], learningRate: 0.1), steps: 2);
/// for (int i = 0; i &lt; 2; i++)
/// {
///     optimizer.ZeroGrad();
///     weight.Value.Sum().Backward();
///     optimizer.Step();
/// }
/// Console.WriteLine(weight.Value);    // [0.9000]    two steps to 0.8, and half of the way back
/// </code></example>
public sealed class Lookahead
{
    const string Prefix = "lookahead.";

    readonly long steps;
    readonly double share;
    readonly Dictionary<Parameter, Tensor> slow = [];
    long done;

    /// <summary>Follows an optimizer.</summary>
    /// <param name="optimizer">The optimizer that runs ahead.</param>
    /// <param name="steps">How many steps it runs.</param>
    /// <param name="share">How much of the way is followed.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one step, or the share is not from 0 to 1.</exception>
    public Lookahead(Optimizer optimizer, long steps = 5, double share = 0.5)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        if (share is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "Expected a number from 0 to 1.");
        (Optimizer, this.steps, this.share) = (optimizer, steps, share);
    }

    /// <summary>The optimizer that runs ahead.</summary>
    public Optimizer Optimizer { get; }

    /// <summary>Forgets the gradients of all parameters.</summary>
    public void ZeroGrad() => Optimizer.ZeroGrad();

    /// <summary>A step of the optimizer; every so often, a step of what follows it.</summary>
    /// <exception cref="InvalidOperationException">A graph is being captured.</exception>
    public void Step()
    {
        if (Ambient.Current.Capture is not null) throw new InvalidOperationException("Lookahead: every so many steps differ from the others, so a step cannot be captured.");
        using var untracked = Gradients.NoGrad();
        foreach (var parameter in All()) slow.TryAdd(parameter, parameter.Value);
        Optimizer.Step();
        if (++done % steps != 0) return;
        foreach (var parameter in All())
        {
            var from = slow[parameter];
            parameter.Value = slow[parameter] = from + (parameter.Borrow() - from) * share;
        }
    }

    /// <summary>The state of the optimizer, with <c>lookahead.step</c> and <c>lookahead.slow.0</c> and so on.</summary>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new OrderedDictionary<string, Tensor>(Optimizer.State()) { [$"{Prefix}step"] = Tensor.From(done) };
        int number = 0;
        foreach (var parameter in All()) state.Add($"{Prefix}slow.{number++}", slow.GetValueOrDefault(parameter) ?? parameter.Value);
        return state;
    }

    /// <summary>Continues from a state that <see cref="State"/> gave, for the same parameters in the same order.</summary>
    /// <exception cref="ModelFormatException">The state does not fit. Nothing was changed.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        var own = state.Where(entry => entry.Key.StartsWith(Prefix, StringComparison.Ordinal)).ToDictionary(entry => entry.Key, entry => entry.Value);
        var reader = new StateReader(own, "Lookahead: the state does not fit the optimizer.");
        var step = reader.Take($"{Prefix}step", new(DType.Int64, Shape.Scalar));
        var loaded = All().Select((parameter, i) => (parameter, Value: reader.Take($"{Prefix}slow.{i}", parameter.Spec))).ToList();
        reader.Check();
        Optimizer.LoadState(state.Where(entry => !own.ContainsKey(entry.Key)).ToDictionary(entry => entry.Key, entry => entry.Value));
        done = step!.Item<long>();
        slow.Clear();
        foreach (var (parameter, value) in loaded) slow.Add(parameter, value!.To(parameter.Borrow().Backend));
    }

    IEnumerable<Parameter> All() => Optimizer.Groups.SelectMany(group => group.Parameters);
}
