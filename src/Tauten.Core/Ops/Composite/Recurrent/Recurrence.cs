namespace Tauten.Ops;

/// <summary>
/// What the ops over whole sequences share. A sequence of length n in [time, batch, size] has the steps 0 to n - 1; forwards it begins at 0, backwards at n - 1. At the steps behind n
/// results are 0 and the state stays as it is.
/// </summary>
/// <param name="op">The op, for messages.</param>
/// <param name="time">The number of steps.</param>
/// <param name="backwards">Whether sequences are read from the end.</param>
/// <param name="lengths">[batch], or null: all steps.</param>
readonly struct Recurrence(CompositeOp op, Dim time, bool backwards, Tensor? lengths)
{
    /// <summary>The steps in the order in which they are computed.</summary>
    /// <exception cref="ShapeException">Their number is not known.</exception>
    public IEnumerable<int> Steps
    {
        get
        {
            if (!time.IsKnown)
                throw new ShapeException(
                    $"{op}: the number of steps, {time}, is not known while a graph is captured, so that it cannot be written as a loop of smaller ops. Keep the op whole (Lower(o => o is {op.GetType().Name})), or capture with a known number of steps.");
            var steps = Enumerable.Range(0, checked((int)time.Value));
            return backwards ? steps.Reverse() : steps;
        }
    }

    /// <summary><paramref name="x"/> [batch, size] at the sequences that have step <paramref name="t"/>, <paramref name="otherwise"/> at those that have not.</summary>
    public Tensor At(int t, Tensor x, Tensor otherwise) => lengths is null ? x : Tensor.Where(There(t), x, otherwise);

    /// <summary><paramref name="x"/> [batch, size] at the sequences that have step <paramref name="t"/>, 0 at those that have not.</summary>
    public Tensor At(int t, Tensor x) => lengths is null ? x : Tensor.Where(There(t), x, 0);

    Tensor There(int t) => lengths!.Unsqueeze(1) > t;

    /// <summary>The state before step <paramref name="t"/>, from those of all steps and the first one.</summary>
    public Tensor Before(int t, Tensor[] states, Tensor first)
    {
        if (!backwards) return t == 0 ? first : states[t - 1];
        return t == states.Length - 1 ? first : At(t + 1, states[t + 1], first);
    }

    /// <summary>Part <paramref name="index"/> of the columns of x, each of <paramref name="size"/>.</summary>
    public static Tensor Part(Tensor x, int index, Dim size) => x.Narrow(1, size * index, size);

    /// <summary>The lengths, which come last among the inputs of an op; null where there are none.</summary>
    public static Tensor? LengthsOf(ReadOnlySpan<Tensor> x) => x[^1].DType.IsFloating() ? null : x[^1];

    // Told by its one axis, so that an input of a wrong dtype is not taken for it. A bias alone has one axis too.
    static bool HasLengths(ReadOnlySpan<TensorSpec> x, Dim? bias)
    {
        if (x.Length == 0 || x[^1].Shape.Rank != 1 || x[0].Shape.Rank != 3) return false;
        var size = x[^1].Shape[0];
        return !(size == bias && (x[^1].DType.IsFloating() || size != x[0].Shape[1]));
    }

    /// <summary>
    /// The rule that all share: gates [time, batch, count hidden], one weight, states [batch, size], and lengths [batch] at the end.
    /// </summary>
    public static (Dim Time, Dim Batch) Check(CompositeOp op, ReadOnlySpan<TensorSpec> x, int least, int most, string expected, Dim? bias = null)
    {
        int count = x.Length;
        bool hasLengths = HasLengths(x, bias);
        if (hasLengths) count--;
        if (count < least || count > most) throw new ShapeException($"{op}: expected {expected}. Received: {x.Length} tensors.");
        Expect.Floating(op, x[0]);
        for (int i = 1; i < count; i++) Expect.SameDType(op, x[0], x[i]);
        if (x[0].Shape.Rank != 3) throw new ShapeException($"{op}: expected a first input [time, batch, size]. Received: shape {x[0].Shape}.");
        var (time, batch) = (x[0].Shape[0], x[0].Shape[1]);
        if (time.IsKnown && time < 1) throw new ShapeException($"{op}: expected at least one step. Received: shape {x[0].Shape}.");
        if (hasLengths)
        {
            Expect.Indices(op, x[^1]);
            Expected(op, x[^1], [batch], "lengths");
        }
        return (time, batch);
    }

    /// <summary>An input must have a shape, as far as that is known.</summary>
    public static void Expected(CompositeOp op, TensorSpec x, Shape shape, string name)
    {
        bool fits = x.Shape.Rank == shape.Rank;
        for (int i = 0; fits && i < shape.Rank; i++) fits = !x.Shape[i].IsKnown || !shape[i].IsKnown || x.Shape[i] == shape[i];
        if (!fits) throw new ShapeException($"{op}: expected {name} of shape {shape}. Received: {x.Shape}.");
    }

    /// <summary>
    /// The batching rule: where the samples share the weights, their sequences stand side by side in one batch. Null where a weight differs from sample to sample.
    /// </summary>
    /// <param name="op">The op.</param>
    /// <param name="x">Its inputs.</param>
    /// <param name="weights">Which inputs have no axis of sequences.</param>
    public static Tensor[]? SideBySide(CompositeOp op, Batch x, Func<int, bool> weights)
    {
        var inputs = new Tensor[x.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            bool shared = weights(i);
            if (shared && x.IsBatched(i)) return null;
            // [samples, time, batch, size] becomes [time, samples batch, size]; what has no time keeps its order.
            inputs[i] = shared ? x[i] : x.Rank(i) == 3 ? x.Full(i).Transpose(0, 1).Flatten(1, 2) : x.Full(i).Flatten(0, 1);
        }
        Dim samples = x.Size, batch = x.Sample(0).Shape[1];
        return Array.ConvertAll(
            Dispatch.RunAll(op, inputs),
            y => y.Rank == 3 ? y.Reshape([y.Shape[0], samples, batch, y.Shape[2]]).Transpose(0, 1) : y.Reshape([samples, batch, y.Shape[1]]));
    }
}
