namespace Tauten.NN;

/// <summary>
/// The limited-memory method of Broyden, Fletcher, Goldfarb and Shanno (Nocedal, Wright: "Numerical Optimization", 2006, algorithm 7.5), for smooth
/// losses whose gradient is exact: it evaluates the loss several times a step, and keeps the last changes of parameters and gradients as a picture of the curvature.
/// Vectors are kept in float64 on the CPU. It cannot be captured.
/// </summary>
/// <example><code>
/// var x = new Parameter(Tensor.From([-1.2, 1]));
/// var optimizer = new LBFGS([x], lineSearch: true);
/// for (int i = 0; i &lt; 5; i++)
///     optimizer.Step(() =>
///     {
///         optimizer.ZeroGrad();
///         Tensor a = x.Value.Select(0, 0), b = x.Value.Select(0, 1);
///         var loss = (1 - a).Square() + 100 * (b - a.Square()).Square();      // Rosenbrock's valley
///         loss.Backward();
///         return loss;
///     });
/// Console.WriteLine(x.Value.Round(3));    // [1, 1]
/// </code></example>
public sealed class LBFGS
{
    readonly IEnumerable<Parameter> parameters;
    readonly int iterations, evaluations, history;
    readonly double gradientTolerance, changeTolerance;
    readonly bool lineSearch;

    readonly List<(double[] Moved, double[] Turned, double Curvature)> pairs = [];
    double[] direction = [], lastGradient = [];
    double length, scale = 1;
    long done;

    /// <summary>An optimizer of these parameters.</summary>
    /// <param name="parameters">What to update, such as <c>model.Parameters()</c>.</param>
    /// <param name="learningRate">The length of a step, or the first length that the line search tries.</param>
    /// <param name="iterations">How many directions a call of <see cref="Step"/> follows.</param>
    /// <param name="evaluations">After how many evaluations of the loss a call ends; 5/4 of <paramref name="iterations"/> if left out.</param>
    /// <param name="gradientTolerance">A call ends where no element of the gradient is larger.</param>
    /// <param name="changeTolerance">A call ends where neither parameters nor loss change by more.</param>
    /// <param name="history">How many changes are kept.</param>
    /// <param name="lineSearch">Whether to look for a length that fulfils the strong conditions of Wolfe.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public LBFGS(
        IEnumerable<Parameter> parameters, double learningRate = 1, int iterations = 20, int? evaluations = null, double gradientTolerance = 1e-7,
        double changeTolerance = 1e-9, int history = 100, bool lineSearch = false)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(history, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(gradientTolerance);
        ArgumentOutOfRangeException.ThrowIfNegative(changeTolerance);
        (this.parameters, this.iterations, this.evaluations, this.history) = (parameters, iterations, evaluations ?? iterations * 5 / 4, history);
        (this.gradientTolerance, this.changeTolerance, this.lineSearch) = (gradientTolerance, changeTolerance, lineSearch);
        LearningRate = learningRate;
    }

    /// <summary>The length of a step, or the first length that the line search tries.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not above 0, or not a number.</exception>
    public double LearningRate
    {
        get;
        set => field = value > 0 && double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(LearningRate), value, "Expected a number above 0.");
    }

    /// <summary>Forgets the gradients of all parameters.</summary>
    public void ZeroGrad()
    {
        foreach (var parameter in parameters) parameter.ZeroGrad();
    }

    /// <summary>Improves the parameters.</summary>
    /// <param name="closure">Forgets the gradients, computes the loss, calls its <c>Backward</c>, and returns it.</param>
    /// <returns>The loss before the step.</returns>
    /// <exception cref="InvalidOperationException">There is no parameter, or a graph is being captured.</exception>
    public double Step(Func<Tensor> closure)
    {
        ArgumentNullException.ThrowIfNull(closure);
        if (Ambient.Current.Capture is not null) throw new InvalidOperationException("LBFGS: a step decides by numbers, so it cannot be captured.");
        Parameter[] all = [.. parameters];
        if (all.Length == 0) throw new InvalidOperationException("LBFGS: there are no parameters to update.");

        var (first, gradient) = Evaluate(all, closure);
        double loss = first;
        int seen = 1;
        if (Largest(gradient) <= gradientTolerance) return first;
        for (int i = 1; ; i++)
        {
            Turn(gradient);
            double before = loss;
            lastGradient = gradient;
            length = done == 1 ? Math.Min(1, 1 / gradient.Sum(Math.Abs)) * LearningRate : LearningRate;
            double slope = Dot(gradient, direction);
            if (slope > -changeTolerance) break;

            var start = Read(all);
            if (lineSearch)
            {
                var search = new WolfeSearch(t => Along(all, closure, start, t), direction);
                var found = search.Run(length, loss, gradient, slope, changeTolerance);
                (length, loss, gradient) = (found.Length, found.Loss, found.Gradient);
                seen += search.Evaluations;
                Write(all, start, length);
            }
            else
            {
                Write(all, start, length);
                if (i < iterations)
                {
                    (loss, gradient) = Evaluate(all, closure);
                    seen++;
                }
            }
            if (i == iterations || seen >= evaluations || Largest(gradient) <= gradientTolerance) break;
            if (Largest(direction) * length <= changeTolerance || Math.Abs(loss - before) < changeTolerance) break;
        }
        return first;
    }

    // The next direction, from the gradient and the pairs.
    void Turn(double[] gradient)
    {
        done++;
        if (done > 1)
        {
            var turned = Plus(gradient, lastGradient, -1);
            var moved = Array.ConvertAll(direction, d => d * length);
            double curvature = Dot(turned, moved);
            if (curvature > 1e-10)
            {
                if (pairs.Count == history) pairs.RemoveAt(0);
                pairs.Add((moved, turned, curvature));
                scale = curvature / Dot(turned, turned);
            }
        }
        var q = Array.ConvertAll(gradient, g => -g);
        var shares = new double[pairs.Count];
        for (int i = pairs.Count - 1; i >= 0; i--)
        {
            shares[i] = Dot(pairs[i].Moved, q) / pairs[i].Curvature;
            q = Plus(q, pairs[i].Turned, -shares[i]);
        }
        q = Array.ConvertAll(q, v => v * scale);
        for (int i = 0; i < pairs.Count; i++) q = Plus(q, pairs[i].Moved, shares[i] - Dot(pairs[i].Turned, q) / pairs[i].Curvature);
        direction = q;
    }

    (double Loss, double[] Gradient) Along(Parameter[] all, Func<Tensor> closure, double[] start, double t)
    {
        Write(all, start, t);
        return Evaluate(all, closure);
    }

    static (double Loss, double[] Gradient) Evaluate(Parameter[] all, Func<Tensor> closure)
    {
        double loss;
        using (Gradients.Tracking()) loss = closure().Detach().To(DType.Float64).Item<double>();
        return (loss, [.. all.SelectMany(parameter => parameter.BorrowGrad() is { } g ? Numbers(g) : new double[parameter.Shape.ElementCount.Value])]);
    }

    static double[] Read(Parameter[] all) => [.. all.SelectMany(parameter => Numbers(parameter.Value))];

    static double[] Numbers(Tensor x) => x.Detach().To(DType.Float64).ToArray<double>();

    void Write(Parameter[] all, double[] start, double t)
    {
        using var untracked = Gradients.NoGrad();
        var values = Plus(start, direction, t);
        int at = 0;
        foreach (var parameter in all)
        {
            int count = (int)parameter.Shape.ElementCount.Value;
            parameter.Value = Tensor.From<double>(values.AsSpan(at, count), parameter.Shape).To(parameter.DType).To(parameter.Borrow().Backend);
            at += count;
        }
    }

    /// <summary>The learning rate, the last direction and gradient, and the changes that are kept, by name.</summary>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new OrderedDictionary<string, Tensor>
        {
            ["learning_rate"] = Tensor.From(LearningRate), ["iterations"] = Tensor.From(done), ["length"] = Tensor.From(length), ["scale"] = Tensor.From(scale),
            ["direction"] = Tensor.From(direction), ["gradient"] = Tensor.From(lastGradient),
        };
        state["moved"] = Tensor.From([.. pairs.SelectMany(pair => pair.Moved)], Shape.Of(pairs.Count, direction.Length));
        state["turned"] = Tensor.From([.. pairs.SelectMany(pair => pair.Turned)], Shape.Of(pairs.Count, direction.Length));
        return state;
    }

    /// <summary>Continues from a state that <see cref="State"/> gave, for the same parameters in the same order.</summary>
    /// <exception cref="ModelFormatException">The state does not fit; the message lists every missing, unexpected and mismatched entry. Nothing was changed.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        TensorSpec number = new(DType.Float64, Shape.Scalar);
        var reader = new StateReader(state, "LBFGS: the state does not fit the optimizer.");
        Tensor? rate = reader.Take("learning_rate", number), newLength = reader.Take("length", number), newScale = reader.Take("scale", number);
        var newDone = reader.Take("iterations", new(DType.Int64, Shape.Scalar));
        long size = newDone?.Item<long>() == 0 ? 0 : parameters.Sum(parameter => parameter.Shape.ElementCount.Value);
        var vector = new TensorSpec(DType.Float64, Shape.Of(size));
        Tensor? newDirection = reader.Take("direction", vector), newGradient = reader.Take("gradient", vector);
        long count = state.TryGetValue("moved", out var rows) && rows.Rank == 2 ? Math.Min(rows.Shape[0].Value, history) : 0;
        var matrix = new TensorSpec(DType.Float64, Shape.Of(count, size));
        Tensor? moved = reader.Take("moved", matrix), turned = reader.Take("turned", matrix);
        reader.Check();
        double newRate = rate!.Item<double>();
        if (!(newRate > 0)) throw new ModelFormatException($"LBFGS: the state holds an option that is out of range. Expected a learning_rate above 0. Received: {newRate}.");

        (LearningRate, length, scale, done) = (newRate, newLength!.Item<double>(), newScale!.Item<double>(), newDone!.Item<long>());
        (direction, lastGradient) = (newDirection!.ToArray<double>(), newGradient!.ToArray<double>());
        double[] newMoved = moved!.ToArray<double>(), newTurned = turned!.ToArray<double>();
        pairs.Clear();
        for (int i = 0; i < count; i++)
        {
            int at = (int)(i * size), end = (int)((i + 1) * size);
            pairs.Add((newMoved[at..end], newTurned[at..end], Dot(newMoved[at..end], newTurned[at..end])));
        }
    }

    static double Largest(double[] x) => x.Length == 0 ? 0 : x.Max(Math.Abs);

    internal static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }

    static double[] Plus(double[] a, double[] b, double factor)
    {
        var sum = new double[a.Length];
        for (int i = 0; i < sum.Length; i++) sum[i] = a[i] + b[i] * factor;
        return sum;
    }
}
