namespace Tauten.Testing;

/// <summary>
/// What a case must give for some inputs, and how far from it a result may be. The expected numbers are the reference backend's in float64;
/// the tolerance at each element is a number of units in the last place, plus a multiple of the error of a sample of computations nearby in which inputs and every step were rounded to float32: so an
/// ill-conditioned result is judged by its condition, and a well-conditioned one tightly.
/// </summary>
public sealed class Expectation
{
    readonly OpCase operation;
    readonly HostTensor[] same;          // the reference in the dtypes of the case
    readonly HostTensor[] exact;         // the reference in float64
    readonly double[]?[] tolerance;

    Expectation(OpCase operation, HostTensor[] same, HostTensor[] exact, double[]?[] tolerance) => (this.operation, this.same, this.exact, this.tolerance) = (operation, same, exact, tolerance);

    /// <summary>The outputs of the reference backend in the dtypes of the case.</summary>
    public IReadOnlyList<HostTensor> Outputs => same;

    /// <summary>Runs a case on the reference backend.</summary>
    public static Expectation Of(OpCase operation, HostTensor[] inputs)
    {
        var same = Run(operation, inputs);
        bool real = inputs.Any(i => i.IsReal && i.DType != DType.Float64);
        if (operation.IsExact) return new(operation, same, same, new double[]?[same.Length]);
        var exact = real ? Run(operation, Array.ConvertAll(inputs, Widened)) : same;
        var tolerance = new double[]?[same.Length];
        for (int k = 0; k < same.Length; k++)
        {
            if (!same[k].IsReal) continue;
            var type = same[k].DType;
            double ulp = Rounding.Epsilon(type);
            tolerance[k] = Array.ConvertAll(exact[k].Reals, v => operation.Ulps * Math.Max(ulp * Math.Abs(v), ulp * Rounding.SmallestNormal(type)) + operation.Absolute * ulp);
            // What the small range of 16 bits costs a composite, the reference shows too.
            if (operation.IsComposite && type.Size() == 2)
                for (int i = 0; i < same[k].Count; i++) tolerance[k]![i] += 2 * Distance(same[k].Reals[i], exact[k].Reals[i]);
        }
        if (!inputs.Any(i => i.IsReal)) return new(operation, same, exact, tolerance);
        var random = new Random(1);
        const int rounds = 3;
        var squares = Array.ConvertAll(tolerance, t => t is null ? null : new double[t.Length]);
        for (int round = 0; round < rounds; round++)
        {
            var near = Moved(operation, inputs, random, Math.ScaleB(1, -14), DType.Float64);
            var rounded = Run(operation, Moved(operation, near, random, 2 * Rounding.Epsilon(DType.Float32), DType.Float32));
            var there = Run(operation, near);
            for (int k = 0; k < same.Length; k++)
                if (squares[k] is { } square && there[k].Count == square.Length && rounded[k].Count == square.Length)
                    for (int i = 0; i < square.Length; i++) square[i] += Math.Pow(Distance(rounded[k].Reals[i], there[k].Reals[i]), 2) / rounds;
        }
        for (int k = 0; k < same.Length; k++)
            if (squares[k] is { } square)
                for (int i = 0; i < square.Length; i++) tolerance[k]![i] += operation.Condition * Math.Sqrt(square[i]) * Precision(operation, same[k].DType) / Rounding.Epsilon(DType.Float32);
        return new(operation, same, exact, tolerance);
    }

    /// <summary>Tells how outputs differ from what is expected; null when they do not.</summary>
    public string? Mismatch(IReadOnlyList<Tensor> outputs) => Mismatch(outputs.Select(HostTensor.Read).ToArray(), outputs.Select(y => y.Spec).ToArray());

    string? Mismatch(HostTensor[] actual, TensorSpec[] specs)
    {
        if (actual.Length != same.Length) return $"{actual.Length} outputs. Expected {same.Length}.";
        for (int k = 0; k < actual.Length; k++)
        {
            if (specs[k] != same[k].Spec) return $"output {k} is {specs[k]}. Expected {same[k].Spec}.";
            for (int i = 0; i < actual[k].Count; i++)
            {
                if (!actual[k].IsReal)
                {
                    if (actual[k].Wholes[i] != same[k].Wholes[i]) return $"output {k}, element {i} is {actual[k].Wholes[i]}. Expected {same[k].Wholes[i]}.";
                    continue;
                }
                double received = actual[k].Reals[i], expected = Rounding.To(same[k].DType, exact[k].Reals[i]), allowed = tolerance[k]?[i] ?? 0;
                if (received.Equals(expected) || received == expected || double.IsFinite(expected) && Math.Min(Math.Abs(received - expected), Math.Abs(received - exact[k].Reals[i])) <= allowed) continue;
                return $"output {k}, element {i} is {received:R}. Expected {expected:R} within {allowed:e2} ({Math.Abs(received - exact[k].Reals[i]) / Math.Max(allowed, double.Epsilon):g3} times that).";
            }
        }
        return null;
    }

    static HostTensor[] Run(OpCase operation, HostTensor[] inputs)
    {
        using var scope = Backends.Use(ReferenceBackend.Instance);
        using var mode = Gradients.NoGrad();
        return Array.ConvertAll(operation.Function(Array.ConvertAll(inputs, x => Variant.Place(x, ReferenceBackend.Instance))), HostTensor.Read);
    }

    static HostTensor Widened(HostTensor x) => x.IsReal ? x.As(DType.Float64) : x;

    // Every real input moved a little, by different amounts, as equal ones would cancel in sums.
    static HostTensor[] Moved(OpCase operation, HostTensor[] inputs, Random random, double step, DType dtype)
    {
        var moved = new HostTensor[inputs.Length];
        for (int k = 0; k < moved.Length; k++)
            moved[k] = !inputs[k].IsReal || operation.Inputs[k].KeepsDType
                ? inputs[k]
                : new(dtype, inputs[k].Shape, Array.ConvertAll(inputs[k].Reals, v => v * (1 + (random.NextDouble() * 2 - 1) * step)));
        return moved;
    }

    // In which precision an op may compute: primitives on 16 bits compute in 32, composites may round to 16 bits after each step.
    static double Precision(OpCase operation, DType dtype) => operation.IsComposite || dtype.Size() > 2 ? Rounding.Epsilon(dtype) : Rounding.Epsilon(DType.Float32);

    static double Distance(double a, double b) => double.IsFinite(a) && double.IsFinite(b) ? Math.Abs(a - b) : 0;
}
