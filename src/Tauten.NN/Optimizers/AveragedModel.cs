namespace Tauten.NN;

/// <summary>
/// A mean of the values that parameters take while they are trained: of all (stochastic weight averaging, Izmailov et al.: "Averaging Weights Leads to Wider Optima and Better
/// Generalization", 2018), or an exponential one, decay * mean + (1 - decay) * value, where a decay is given. It begins with the first values it sees. The means of
/// 16-bit parameters are float32. Batch normalization needs its statistics anew after <see cref="Apply"/>.
/// </summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([0f]));
/// var average = new AveragedModel([weight], decay: 0.9);
/// average.Update();
/// weight.Value = Tensor.From([10f]);
/// average.Update();                                            // after each step of the optimizer
/// using (average.Apply()) Console.WriteLine(weight.Value);    // [1]    for evaluation, with the trained values back afterwards
/// Console.WriteLine(weight.Value);    // [10]
/// </code></example>
public sealed class AveragedModel
{
    readonly IEnumerable<Parameter> parameters;
    readonly double? decay;
    Buffer[] means = [];
    readonly Buffer count = Initial.Outside(() => new Buffer(Tensor.From(0L), "count"));

    /// <summary>An average of these parameters.</summary>
    /// <param name="parameters">What to average, such as <c>model.Parameters()</c>.</param>
    /// <param name="decay">How much of the mean is kept at each update; all values count the same if left out.</param>
    /// <exception cref="ArgumentOutOfRangeException">The decay is not from 0 to 1.</exception>
    public AveragedModel(IEnumerable<Parameter> parameters, double? decay = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (decay is not (null or (>= 0 and <= 1))) throw new ArgumentOutOfRangeException(nameof(decay), decay, "Expected a number from 0 to 1.");
        (this.parameters, this.decay) = (parameters, decay);
    }

    /// <summary>The means so far, in the order of the parameters; empty before the first update.</summary>
    public IReadOnlyList<Tensor> Means => [.. means.Select(mean => mean.Value)];

    /// <summary>Takes in the values of now. Works inside of captured graphs.</summary>
    public void Update()
    {
        using var untracked = Gradients.NoGrad();
        Parameter[] all = [.. parameters];
        Match(all);
        var number = count.Borrow();
        var weight = decay is { } keep ? Tensor.Where(number.EqualTo(0), 1, Tensor.From(1 - keep)) : 1 / (number + 1).To(DType.Float64);
        for (int i = 0; i < all.Length; i++)
        {
            var mean = means[i].Borrow();
            means[i].Value = mean + (all[i].Borrow().To(mean.DType) - mean) * weight.To(mean.DType).Beside(mean);
        }
        count.Value = number + 1;
    }

    /// <summary>Gives the parameters their means; disposing of the result gives them back what they had, forgetting it keeps the means.</summary>
    /// <exception cref="InvalidOperationException">Nothing was taken in yet.</exception>
    public AveragedScope Apply()
    {
        if (means.Length == 0) throw new InvalidOperationException("AveragedModel: there is no mean before the first Update.");
        Parameter[] all = [.. parameters];
        Match(all);
        var before = all.Select(parameter => parameter.Value).ToArray();
        for (int i = 0; i < all.Length; i++) all[i].Value = means[i].Value.To(all[i].DType);
        return new(all, before);
    }

    /// <summary>The number of updates and the means, by name: <c>count</c>, <c>means.0</c> and so on.</summary>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new OrderedDictionary<string, Tensor> { ["count"] = count.Value };
        for (int i = 0; i < means.Length; i++) state.Add($"means.{i}", means[i].Value);
        return state;
    }

    /// <summary>Continues from a state that <see cref="State"/> gave.</summary>
    /// <exception cref="ModelFormatException">The state does not fit; the message lists every missing, unexpected and mismatched entry. Nothing was changed.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        var reader = new StateReader(state, "AveragedModel: the state does not fit the parameters.");
        var number = reader.Take("count", count.Spec);
        Parameter[] all = number?.Item<long>() == 0 && !reader.Has("means.") ? [] : [.. parameters];
        var loaded = all.Select((parameter, i) => reader.Take($"means.{i}", new(Ops.OptimizerStep.Computed(parameter.DType), parameter.Shape))?.To(parameter.Borrow().Backend)).ToArray();
        reader.Check();
        count.Value = number!;
        means = [.. loaded.Select(value => new Buffer(value!))];
    }

    void Match(Parameter[] all)
    {
        if (means.Length == 0) means = Initial.Outside(() => Array.ConvertAll(all, p => new Buffer(p.Value.To(Ops.OptimizerStep.Computed(p.DType)))));
        if (means.Length != all.Length) throw new InvalidOperationException($"AveragedModel: there were {means.Length} parameters at the first update. Received: {all.Length}.");
    }
}

/// <summary>The time in which parameters have averaged values.</summary>
/// <example><code>
/// var weight = new Parameter(Tensor.From([1f]));
/// var average = new AveragedModel([weight]);
/// average.Update();
/// weight.Value = Tensor.From([3f]);
/// average.Update();
/// using (AveragedScope scope = average.Apply()) Console.WriteLine(weight.Value);    // [2]
/// </code></example>
public sealed class AveragedScope : IDisposable
{
    readonly Parameter[] parameters;
    readonly Tensor[] before;

    internal AveragedScope(Parameter[] parameters, Tensor[] before) => (this.parameters, this.before) = (parameters, before);

    /// <summary>Gives the parameters the values from before.</summary>
    public void Dispose()
    {
        for (int i = 0; i < parameters.Length; i++) parameters[i].Value = before[i];
    }
}
