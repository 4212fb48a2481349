namespace Tauten.Ops;

/// <summary>
/// The gradients of <see cref="LstmSequence"/> for what the input adds to the gates, for the weight, the first state, the first cell, and the projection if there is one: a pass over the
/// steps in reverse, in which the gradient of c is that of h times o (1 - tanh(c)^2) plus what the step behind gives. Dtypes: floating-point.
/// </summary>
/// <remarks>
/// Inputs: the gradients of the outputs, the last state and the last cell; weight, first state, first cell; outputs, gates and cells at all steps; perhaps the projection; perhaps the gradients
/// of gates and cells, which a gradient of gradients has; perhaps lengths, int64 or int32.
/// </remarks>
/// <param name="Backwards">Whether sequences are read from the end.</param>
public sealed record LstmSequenceGradient(bool Backwards = false) : CompositeOp
{
    /// <summary>Which of the optional inputs there are.</summary>
    internal static (bool Projection, bool Inner, bool Lengths) Optional(int count, DType last)
    {
        bool lengths = !last.IsFloating();
        if (lengths) count--;
        return (count is 10 or 12, count >= 11, lengths);
    }

    /// <inheritdoc/>
    public override Specs Infer(ReadOnlySpan<TensorSpec> x)
    {
        var (time, batch) = Recurrence.Check(this, x, 9, 12, "three gradients, weight, first state, first cell, outputs, gates, cells, and perhaps a projection, two gradients more, and lengths");
        if (x[5].Shape.Rank != 2) throw new ShapeException($"LstmSequenceGradient: expected a first cell [batch, hidden]. Received: shape {x[5].Shape}.");
        var (projects, inner, _) = Optional(x.Length, x[^1].DType);
        Dim state = x[0].Shape[2], hidden = x[5].Shape[1];
        Shape states = [batch, state], cells = [batch, hidden], gates = [time, batch, hidden * 4], allCells = [time, batch, hidden];
        Recurrence.Expected(this, x[1], states, "a gradient of the last state");
        Recurrence.Expected(this, x[2], cells, "a gradient of the last cell");
        Recurrence.Expected(this, x[3], [hidden * 4, state], "a weight");
        Recurrence.Expected(this, x[4], states, "a first state");
        Recurrence.Expected(this, x[5], cells, "a first cell");
        Recurrence.Expected(this, x[6], x[0].Shape, "outputs");
        Recurrence.Expected(this, x[7], gates, "gates");
        Recurrence.Expected(this, x[8], allCells, "cells");
        if (projects) Recurrence.Expected(this, x[9], [state, hidden], "a projection");
        if (inner)
        {
            Recurrence.Expected(this, x[projects ? 10 : 9], gates, "a gradient of the gates");
            Recurrence.Expected(this, x[projects ? 11 : 10], allCells, "a gradient of the cells");
        }
        var dtype = x[0].DType;
        TensorSpec[] specs = [new(dtype, gates), new(dtype, [hidden * 4, state]), new(dtype, states), new(dtype, cells)];
        return projects ? new([.. specs, new(dtype, [state, hidden])]) : new(specs);
    }

    /// <inheritdoc/>
    public override Tensor[] ExpandAll(ReadOnlySpan<Tensor> x)
    {
        var (projects, inner, _) = Optional(x.Length, x[^1].DType);
        var recurrence = new Recurrence(this, x[0].Shape[0], Backwards, Recurrence.LengthsOf(x));
        var steps = recurrence.Steps.Reverse();
        Tensor[] arriving = x[0].Unbind(0), outputs = x[6].Unbind(0), gates = x[7].Unbind(0), cells = x[8].Unbind(0);
        var (hidden, cell, weight, firstHidden, firstCell) = (x[1], x[2], x[3], x[4], x[5]);
        var projection = projects ? x[9] : null;
        var gateGradients = inner ? x[projects ? 10 : 9].Unbind(0) : null;
        var cellGradients = inner ? x[projects ? 11 : 10].Unbind(0) : null;
        var size = firstCell.Shape[1];
        var made = new Tensor[arriving.Length];
        Tensor? weightGradient = null, projectionGradient = null;
        foreach (int t in steps)
        {
            Tensor i = Part(gates[t], 0), f = Part(gates[t], 1), g = Part(gates[t], 2), o = Part(gates[t], 3), tanh = cells[t].Tanh();
            var whole = arriving[t] + hidden;
            if (projects) projectionGradient = Plus(projectionGradient, recurrence.At(t, whole).T.MatMul(o * tanh));
            var h = projects ? whole.MatMul(projection!) : whole;
            var c = cell + h * o * (1 - tanh.Square());
            if (inner) c += cellGradients![t];
            Tensor gi = c * g, gf = c * recurrence.Before(t, cells, firstCell), gg = c * i, go = h * tanh;
            if (inner) (gi, gf, gg, go) = (gi + Part(gateGradients![t], 0), gf + Part(gateGradients[t], 1), gg + Part(gateGradients[t], 2), go + Part(gateGradients[t], 3));
            made[t] = recurrence.At(t, Tensor.Concat([gi * i * (1 - i), gf * f * (1 - f), gg * (1 - g.Square()), go * o * (1 - o)], 1));
            weightGradient = Plus(weightGradient, made[t].T.MatMul(recurrence.Before(t, outputs, firstHidden)));
            (hidden, cell) = (recurrence.At(t, made[t].MatMul(weight), hidden), recurrence.At(t, c * f, cell));
        }
        Tensor[] all = [Tensor.Stack(made), weightGradient!, hidden, cell];
        return projects ? [.. all, projectionGradient!] : all;

        Tensor Part(Tensor whole, int index) => Recurrence.Part(whole, index, size);
    }

    internal static Tensor Plus(Tensor? sum, Tensor part) => sum is null ? part : sum + part;
}
