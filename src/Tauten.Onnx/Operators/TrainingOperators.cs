using static Tauten.OnnxFormat.Operator;

namespace Tauten.OnnxFormat;

/// <summary>The preview of training: a gradient, and three optimizers over any number of tensors.</summary>
static class TrainingOperators
{
    public static IEnumerable<Operator> All =>
    [
        Of("Adagrad", 1, c => ForEach(c, 2, (rate, step, x) =>
        {
            var gradient = x[1] + x[0] * c.Float("norm_coefficient", 0);
            var sum = x[2] + gradient.Square();
            return [x[0] - gradient * (rate / (step * c.Float("decay_factor", 0) + 1)) / (sum.Sqrt() + c.Float("epsilon", 1e-6f)), sum];
        })),
        Of("Adam", 1, c => ForEach(c, 3, (rate, step, x) =>
        {
            double alpha = c.Float("alpha", 0.9f), beta = c.Float("beta", 0.999f);
            var gradient = x[1] + x[0] * c.Float("norm_coefficient", 0);
            Tensor mean = x[2] * alpha + gradient * (1 - alpha), square = x[3] * beta + gradient.Square() * (1 - beta);
            // In the first step no correction is made.
            var corrected = Tensor.Where(step > 0, rate * (1 - Power(beta, step)).Sqrt() / Tensor.Where(step > 0, 1 - Power(alpha, step), 1), rate);
            var next = x[0] - corrected * mean / (square.Sqrt() + c.Float("epsilon", 1e-6f));
            return [next * (1 - c.Float("norm_coefficient_post", 0)), mean, square];
        })),
        Of("Gradient", 1, Gradient),
        Of("Momentum", 1, c => ForEach(c, 2, (rate, step, x) =>
        {
            double alpha = c.Float("alpha", 0);
            var gradient = x[1] + x[0] * c.Float("norm_coefficient", 0);
            // In the first step the gradient counts whole.
            var beta = Tensor.Where(step > 0, c.Float("beta", 1), Tensor.OnesLike(step));
            var moment = x[2] * alpha + gradient * beta;
            return c.Text("mode") == "nesterov" ? [x[0] - (gradient + moment * alpha) * rate, moment] : [x[0] - moment * rate, moment];
        })),
    ];

    static Tensor Power(double number, Tensor exponent) => Tensor.Full(Shape.Scalar, number, exponent.DType).Pow(exponent);

    /// <summary>A step for each tensor: inputs rate, count of steps, all tensors, all gradients, all states; outputs all new tensors, all new states.</summary>
    static OnnxValue?[] ForEach(Call c, int outputs, Func<Tensor, Tensor, Tensor[], Tensor[]> step)
    {
        int kinds = outputs + 1, count = (c.Count - 2) / kinds;
        if (count < 1 || c.Count != 2 + count * kinds) throw new ModelFormatException($"expected a rate, a count, and {kinds} inputs for each tensor. Received: {c.Count} inputs.");
        var results = new OnnxValue?[outputs * count];
        for (int i = 0; i < count; i++)
        {
            var x = new Tensor[kinds];
            for (int k = 0; k < kinds; k++) x[k] = c[2 + k * count + i];
            var y = step(c[0].To(x[0].DType), c[1].To(x[0].DType), x);
            for (int k = 0; k < outputs; k++) results[k * count + i] = y[k];
        }
        return results;
    }

    // The part of the graph that leads from the inputs to y is computed once more, from tensors that are tracked.
    static OnnxValue?[] Gradient(Call c)
    {
        string[] names = [.. c.Strings("xs") ?? [], .. c.Strings("zs") ?? []];
        int wanted = c.Strings("xs")?.Length ?? 0;
        if (names.Length == 0 || names.Length > c.Count) throw new ModelFormatException($"expected an input for each of [{string.Join(", ", names)}]. Received: {c.Count}.");
        var leaves = new Tensor[names.Length];
        var given = new Dictionary<string, OnnxValue>();
        for (int i = 0; i < names.Length; i++)
        {
            leaves[i] = i < wanted ? c[i].WithGrad() : c[i];
            given[names[i]] = leaves[i];
        }
        using var tracking = Gradients.Tracking();
        var y = c.Interpreter.Recompute(c.Text("y"), given);
        return [.. Gradients.Of(y, leaves.AsSpan(0, wanted)).Select(g => (OnnxValue)g.Detach())];
    }
}
