using System.Runtime.CompilerServices;
using Tauten.Ops;

namespace Tauten;

// Branches and loops on values. Eagerly they are those of C#, so that a debugger steps through them; in a captured graph each is one node with graphs as
// its attributes.
public sealed partial class Tensor
{
    /// <summary>
    /// The result of one of two functions, as a value tells: as <c>jax.lax.cond</c> and <c>torch.cond</c>. In a captured graph both are recorded, and the one chosen runs when the
    /// graph does.
    /// </summary>
    /// <param name="condition">A bool scalar.</param>
    /// <param name="then">What is computed where it is true. It may use tensors, parameters and buffers from outside, and assign them.</param>
    /// <param name="otherwise">What is computed where it is false: of the same dtypes and shapes.</param>
    /// <remarks>
    /// Gradients flow through the function that was chosen. Mapped with a condition that differs from sample to sample (<see cref="VMap(Func{Tensor, Tensor}, int, int, Randomness)"/>), both
    /// functions run, and each sample takes the results of one.
    /// </remarks>
    /// <example><code>
    /// var graph = Graph.Capture(x => Tensor.If(x.Sum() > 0, () => x * 2, () => -x), new TensorSpec(DType.Float32, ["n"]));
    /// Console.WriteLine(graph.Run(Tensor.From([1f, 2]))[0]);    // [2, 4]
    /// Console.WriteLine(graph.Run(Tensor.From([1f, -2]))[0]);    // [-1,  2]
    /// </code></example>
    /// <exception cref="DTypeException">The condition is not a bool, or the functions give different dtypes.</exception>
    /// <exception cref="ShapeException">The condition is not a scalar, or the functions give different shapes.</exception>
    public static Tensor If(Tensor condition, Func<Tensor> then, Func<Tensor> otherwise) => If(condition, () => [then()], () => (Tensor[])[otherwise()])[0];

    /// <summary><see cref="If(Tensor, Func{Tensor}, Func{Tensor})"/> for functions with any number of results.</summary>
    public static Tensor[] If(Tensor condition, Func<Tensor[]> then, Func<Tensor[]> otherwise)
    {
        if (Ambient.Current.Capture is not null) return Ops.If.Record(condition, then, otherwise);
        Ops.If.CheckCondition("If", condition.Spec);
        return condition.Item<bool>() ? then() : otherwise();
    }

    /// <summary>
    /// Applies a function to a state as long as a condition holds: as <c>jax.lax.while_loop</c>. In a captured graph the number of rounds may differ from run to run.
    /// </summary>
    /// <param name="condition">Tells from the state, as a bool scalar, whether there is another round.</param>
    /// <param name="body">The next state, of the same dtype and shape.</param>
    /// <param name="state">The state before the first round.</param>
    /// <param name="maximum">The largest number of rounds; without it, a condition that stays true never ends.</param>
    /// <remarks>
    /// Gradients flow through all rounds. For them the states before each round are kept where something tracked takes part, and a captured gradient computes each round again
    /// from its state. Mapped, the loop runs until all samples are done.
    /// </remarks>
    /// <example><code>
    /// // The root of 2 by Newton's method, as precise as it gets.
    /// var root = Tensor.While(x => (x * x - 2).Abs() > 1e-6, x => (x + 2 / x) / 2, Tensor.From(1f), maximum: 20);
    /// Console.WriteLine(root);    // 1.4142
    /// </code></example>
    /// <exception cref="DTypeException">The condition is not a bool, or the dtype of the state changes.</exception>
    /// <exception cref="ShapeException">The condition is not a scalar, or the shape of the state changes.</exception>
    [OverloadResolutionPriority(1)]
    public static Tensor While(Func<Tensor, Tensor> condition, Func<Tensor, Tensor> body, Tensor state, long? maximum = null) => While(s => condition(s[0]), s => [body(s[0])], [state], maximum)[0];

    /// <summary><see cref="While(Func{Tensor, Tensor}, Func{Tensor, Tensor}, Tensor, long?)"/> for a state of several tensors.</summary>
    public static Tensor[] While(Func<Tensor[], Tensor> condition, Func<Tensor[], Tensor[]> body, Tensor[] state, long? maximum = null)
    {
        if (state.Length == 0) throw new GraphException("While: expected at least one tensor of state.");
        if (maximum < 0) throw new GraphException($"While: expected a largest number of rounds of at least 0. Received: {maximum}.");
        if (Ambient.Current.Capture is not null) return Ops.While.Record(condition, body, state, maximum);
        for (long i = 0; maximum is not { } most || i < most; i++)
        {
            Tensor goes;
            using (Gradients.NoGrad()) goes = condition(state);
            Ops.If.CheckCondition("While", goes.Spec);
            if (!goes.Item<bool>()) break;
            state = Checked("While", state, body(state));
        }
        return state;
    }

    /// <summary>
    /// Applies a function to a state and each slice of a tensor in turn, and stacks what it gives for each: as <c>jax.lax.scan</c>. In a captured graph the number of slices
    /// may differ from run to run.
    /// </summary>
    /// <param name="body">From the state and a slice to the next state, of the same dtype and shape, and a slice of the outputs.</param>
    /// <param name="state">The state before the first slice.</param>
    /// <param name="inputs">What is sliced.</param>
    /// <param name="axis">Along which axis; the outputs are stacked along the same one.</param>
    /// <param name="reverse">Whether the last slice comes first.</param>
    /// <returns>The last state, and the stacked outputs.</returns>
    /// <remarks>
    /// Gradients flow through all rounds. In a captured graph the states before each round are kept for them where something tracked takes part, and each round is computed again from
    /// its state.
    /// </remarks>
    /// <example><code>
    /// // A running sum with decay.
    /// var x = Tensor.From([1f, 1, 1, 1]);
    /// var (last, all) = Tensor.Scan((s, v) => { var next = s * 0.5 + v; return (next, next); }, Tensor.From(0f), x);
    /// Console.WriteLine(all);    // [1.0000, 1.5000, 1.7500, 1.8750]
    /// Console.WriteLine(last);    // 1.8750
    /// </code></example>
    /// <exception cref="DTypeException">The dtype of the state changes.</exception>
    /// <exception cref="ShapeException">The shape of the state changes, or there is no such axis.</exception>
    [OverloadResolutionPriority(1)]
    public static (Tensor State, Tensor Outputs) Scan(Func<Tensor, Tensor, (Tensor State, Tensor Output)> body, Tensor state, Tensor inputs, int axis = 0, bool reverse = false)
    {
        var (last, outputs) = Scan((s, x) =>
        {
            var (next, output) = body(s[0], x[0]);
            return ([next], [output]);
        }, [state], [inputs], axis, reverse);
        return (last[0], outputs[0]);
    }

    /// <summary>
    /// <see cref="Scan(Func{Tensor, Tensor, ValueTuple{Tensor, Tensor}}, Tensor, Tensor, int, bool)"/> for a state of any number of tensors, any number of inputs, and any number of
    /// outputs. Without state it is a loop over slices, without inputs one of a number of rounds.
    /// </summary>
    /// <param name="body">From the state and the slices to the next state and slices of the outputs.</param>
    /// <param name="state">The state before the first slice.</param>
    /// <param name="inputs">What is sliced: all have as many slices.</param>
    /// <param name="axis">Along which axis; the outputs are stacked along the same one.</param>
    /// <param name="reverse">Whether the last slices come first.</param>
    /// <param name="length">The number of rounds; needed only where there are no inputs.</param>
    public static (Tensor[] State, Tensor[] Outputs) Scan(Func<Tensor[], Tensor[], (Tensor[] State, Tensor[] Outputs)> body, Tensor[] state, Tensor[] inputs, int axis = 0, bool reverse = false, Dim? length = null)
    {
        Tensor[] along = [.. inputs.Select(x => x.WithAxis(x.Shape.Axis(axis, "Scan"), 0))];
        if (along.Length == 0 && length is null) throw new ShapeException("Scan: expected inputs, or a length.");
        var rounds = length ?? along[0].Shape[0];
        foreach (var x in along)
            if (x.Shape[0] != rounds && x.Shape[0].IsKnown && rounds.IsKnown) throw new ShapeException($"Scan: expected {rounds} slices along axis {axis} of every input. Received: {x.Shape[0]}.");
        var (last, outputs) = Ambient.Current.Capture is not null ? Ops.Scan.Record(body, state, along, rounds, reverse) : Looped(body, state, along, rounds, reverse);
        return (last, [.. outputs.Select(y => y.WithAxis(0, y.Shape.Axis(axis, "Scan")))]);
    }

    static (Tensor[] State, Tensor[] Outputs) Looped(Func<Tensor[], Tensor[], (Tensor[] State, Tensor[] Outputs)> body, Tensor[] state, Tensor[] inputs, long length, bool reverse)
    {
        var slices = new Tensor[length][];
        for (long i = 0; i < length; i++)
        {
            long at = reverse ? length - 1 - i : i;
            var (next, outputs) = body(state, [.. inputs.Select(x => x.Select(0, at))]);
            state = Checked("Scan", state, next);
            slices[at] = outputs;
        }
        if (length > 0) return (state, [.. slices[0].Select((_, k) => Stack(Array.ConvertAll(slices, s => s[k])))]);
        // What a round would give, its graph tells.
        var round = Graph.Capture(s => body(s[..state.Length], s[state.Length..]).Outputs, [.. state.Select(s => s.Spec), .. inputs.Select(x => new TensorSpec(x.DType, [.. x.Shape.Skip(1)]))]);
        return (state, [.. round.Outputs.Select(o => Zeros([0, .. o.Shape], o.DType))]);
    }

    static Tensor[] Checked(string op, Tensor[] before, Tensor[] after)
    {
        if (after.Length != before.Length) throw new GraphException($"{op}: expected {before.Length} tensors of state from the body. Received: {after.Length}.");
        for (int i = 0; i < before.Length; i++) ControlOp.CheckState(op, i, before[i].Spec, after[i].Spec);
        return after;
    }
}
