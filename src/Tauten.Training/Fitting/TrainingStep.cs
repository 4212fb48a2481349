using Tauten.Data;
using Tauten.NN;

namespace Tauten.Training;

/// <summary>What a step gave: numbers by name, and outputs for metrics.</summary>
readonly record struct StepResult(IReadOnlyList<(string Name, double Value)> Numbers, IReadOnlyList<Tensor> Outputs);

/// <summary>What a trainer does with a batch.</summary>
interface ITrainingStep
{
    /// <summary>Learns from a batch; <paramref name="updates"/> says whether the optimizer makes its step now.</summary>
    StepResult Train(Sample batch, bool updates);

    /// <summary>Makes the optimizer's step with the gradients that wait for more batches.</summary>
    void Close();

    /// <summary>Looks at a batch without learning.</summary>
    StepResult Evaluate(Sample batch);

    /// <summary>Outputs alone.</summary>
    IReadOnlyList<Tensor> Predict(Sample batch);

    /// <summary>Lets modules learn their sizes.</summary>
    void LearnSizes(Sample batch);

    /// <summary>State was replaced: nothing that holds on to old state is used any more.</summary>
    void Forget();
}

/// <summary>Outputs of a module, compared with targets by losses; one optimizer.</summary>
sealed class LossStep(
    Module module, Func<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>> forward, IReadOnlyList<WeightedLoss> losses, Optimizer optimizer, AveragedModel? mean, LossScaler? scaler, TrainerOptions options,
    Action<string> note) : ITrainingStep
{
    readonly Dictionary<(Job, int, int, bool), Func<Tensor[], Tensor[]>> functions = [];
    readonly HashSet<Func<Tensor[], Tensor[]>> proved = [];
    bool isEager = !options.Compile;

    enum Job
    {
        /// <summary>Gradients and a step.</summary>
        Whole,
        /// <summary>Gradients, added to those that are there.</summary>
        Gradients,
        Evaluate,
        Predict,
    }

    public StepResult Train(Sample batch, bool updates)
    {
        batch = Weighted(batch);
        Check(batch);
        if (options.Accumulate == 1) return Result(Run(Job.Whole, batch));
        var result = Result(Run(Job.Gradients, batch));
        if (updates) Close();
        return result;
    }

    public void Close()
    {
        Update();
        optimizer.ZeroGrad();
    }

    public StepResult Evaluate(Sample batch)
    {
        Check(batch);
        using var untracked = Gradients.NoGrad();
        return Result(Run(Job.Evaluate, batch));
    }

    public IReadOnlyList<Tensor> Predict(Sample batch)
    {
        using var untracked = Gradients.NoGrad();
        return Run(Job.Predict, new(batch.Inputs, []));
    }

    public void LearnSizes(Sample batch)
    {
        using var untracked = Gradients.NoGrad();
        var modes = module.EvaluateAll();
        forward(batch.Inputs);
        // What was made meanwhile, too.
        if (modes.ContainsValue(true)) module.Train();
        Module.Restore(modes);
    }

    public void Forget()
    {
        functions.Clear();
        proved.Clear();
        isEager = !options.Compile;
    }

    void Check(Sample batch)
    {
        if (batch.Targets.Count != losses.Count) throw new ArgumentException($"Trainer: expected a target for each of {losses.Count} losses. Received: {batch.Targets.Count}.");
        if (batch.Weight is not null && losses.FirstOrDefault(l => l.Loss.Reduction != Reduction.None) is { } reduced)
            throw new ArgumentException($"Trainer: weights of samples or classes need the loss of each sample. Make {reduced.Loss.GetType().Name} with reduction: Reduction.None. Received: {reduced.Loss.Reduction}.");
        if (batch.Weight is { } weight && (weight.Rank != 1 || weight.Shape[0] != batch.Inputs[0].Shape[0])) throw new ShapeException($"Trainer: expected a weight for each sample, [batch]. Received: {weight.Shape}.");
    }

    Sample Weighted(Sample batch)
    {
        if (options.ClassWeights is not { } byClass) return batch;
        var labels = batch.Targets[0];
        if (!labels.DType.IsInteger() || labels.Rank != 1) throw new ArgumentException($"Trainer: class weights need integer labels [batch]. Received: {labels.Spec}.");
        var weight = Tensor.From(byClass.Select(w => (float)w).ToArray()).IndexSelect(0, labels.To(DType.Int64));
        return batch with { Weight = batch.Weight is { } own ? own * weight : weight };
    }

    // The sum, the losses if there are several, and the outputs.
    StepResult Result(Tensor[] y)
    {
        var numbers = new List<(string, double)> { ("loss", Number(y[0])) };
        int own = losses.Count > 1 ? losses.Count : 0;
        for (int i = 0; i < own; i++) numbers.Add(($"{losses[i].Name ?? $"output_{i}"}_loss", Number(y[1 + i])));
        return new(numbers, y[(1 + own)..]);
    }

    static double Number(Tensor x) => x.To(DType.Float64).Item<double>();

    Tensor[] Run(Job job, Sample batch)
    {
        var form = (job, batch.Inputs.Count, batch.Targets.Count, batch.Weight is not null);
        Tensor[] x = [.. batch.Inputs, .. batch.Targets, .. batch.Weight is { } weight ? new[] { weight } : []];
        if (isEager) return Compute(job, x, batch.Inputs.Count, batch.Targets.Count);
        if (!functions.TryGetValue(form, out var function))
        {
            // The first call is not computed twice: a training that goes on after a restart must not differ from one that was not interrupted.
            int inputs = batch.Inputs.Count, targets = batch.Targets.Count;
            functions[form] = function = Compiled.Function((Tensor[] all) => Compute(job, all, inputs, targets), new CompileOptions { Check = false });
        }
        if (proved.Contains(function)) return function(x);
        try
        {
            var y = function(x);
            proved.Add(function);
            return y;
        }
        catch (GraphException e)
        {
            isEager = true;
            note($"The step runs without compiling: {e.Message}");
            return Compute(job, x, batch.Inputs.Count, batch.Targets.Count);
        }
    }

    Tensor[] Compute(Job job, Tensor[] x, int inputs, int targets)
    {
        if (job == Job.Whole) optimizer.ZeroGrad();
        var (outputs, parts, sum) = Forward(job, x, inputs, targets);
        if (job == Job.Gradients) Backward(sum / options.Accumulate);
        if (job == Job.Whole)
        {
            Backward(sum);
            Update();
        }
        return job == Job.Predict ? outputs : [sum.Detach(), .. parts.Length > 1 ? parts.Select(p => p.Detach()) : [], .. outputs];
    }

    // Gradients run in the dtypes of this, so that the scope need not stand around them.
    (Tensor[] Outputs, Tensor[] Parts, Tensor Sum) Forward(Job job, Tensor[] x, int inputs, int targets)
    {
        using var precision = Autocast.To(options.Precision == DType.Float32 ? Autocast.DType ?? DType.Float32 : options.Precision);
        IReadOnlyList<Tensor> outputs = forward(x[..inputs]);
        if (job == Job.Predict) return ([.. outputs.Select(Whole)], [], outputs[0]);
        if (outputs.Count != losses.Count) throw new ArgumentException($"Trainer: expected an output for each of {losses.Count} losses. Received: {outputs.Count}.");
        var weight = x.Length > inputs + targets ? x[^1] : null;
        var parts = new Tensor[losses.Count];
        for (int i = 0; i < parts.Length; i++) parts[i] = Reduce(losses[i].Loss.Call(outputs[i], x[inputs + i]), weight);
        var sum = losses[0].Weight == 1 ? parts[0] : parts[0] * losses[0].Weight;
        for (int i = 1; i < parts.Length; i++) sum += losses[i].Weight == 1 ? parts[i] : parts[i] * losses[i].Weight;
        return ([.. outputs.Select(o => Whole(o.Detach()))], parts, sum);
    }

    // What metrics and predictions see is not of the reduced dtype.
    Tensor Whole(Tensor output) => options.Precision != DType.Float32 && output.DType == options.Precision ? output.To(DType.Float32) : output;

    void Backward(Tensor loss) => (scaler is null ? loss : scaler.Scale(loss)).Backward();

    void Update()
    {
        scaler?.Unscale(optimizer);
        if (options.ClipNorm is { } norm) ClipGradients.ByNorm(module.Parameters(), norm);
        if (options.ClipValue is { } value) ClipGradients.ByValue(module.Parameters(), value);
        if (scaler is null) optimizer.Step();
        else
        {
            scaler.Step(optimizer);
            scaler.Update();
        }
        mean?.Update();
    }

    // Keras: the sum of weighted losses divided by the number of losses.
    static Tensor Reduce(Tensor loss, Tensor? weight)
    {
        if (loss.Rank == 0) return loss;
        return weight is null ? loss.Mean() : (loss * weight.To(loss.DType).Reshape([loss.Shape[0], .. Enumerable.Repeat((Dim)1, loss.Rank - 1)])).Mean();
    }
}

/// <summary>A step of the user's own, with optimizers of its own, such as that of adversarial nets.</summary>
sealed class CustomStep(Func<Sample, IReadOnlyDictionary<string, Tensor>> train, Func<Sample, IReadOnlyDictionary<string, Tensor>>? evaluate) : ITrainingStep
{
    public StepResult Train(Sample batch, bool updates) => new(Numbers(train(batch)), []);

    public StepResult Evaluate(Sample batch)
    {
        if (evaluate is null) throw new InvalidOperationException("Trainer: a trainer with a step of one's own needs a function for evaluation as well.");
        using var untracked = Gradients.NoGrad();
        return new(Numbers(evaluate(batch)), []);
    }

    static List<(string, double)> Numbers(IReadOnlyDictionary<string, Tensor> values) => [.. values.Select(v => (v.Key, v.Value.To(DType.Float64).Item<double>()))];

    public IReadOnlyList<Tensor> Predict(Sample batch) => throw new InvalidOperationException("Trainer: a trainer with a step of one's own predicts nothing. Call the module.");

    public void Close()
    {
    }

    public void LearnSizes(Sample batch)
    {
    }

    public void Forget()
    {
    }
}
